"""Trees from texts: nested brackets, as trees are printed, or elementary differentials.

A bracket is a node around its children, and behind it may stand its colour: [[],[]:f2]:f1. An
elementary differential is written as `bea.trees.notation` writes it: f''(f,f'f), f₁'f₂, f^(4)(...).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bea.errors import TreeError
from bea.trees.colors import FIELD, THETA, Color, Colors, parts_of
from bea.trees.rooted_trees import Tree, tree

_AS = "write a tree as [[],[]] or as f''(f,f), with colours as [[]:f2]:f1 or f1'f2"
_MOST_NODES = 100
_TOKEN = re.compile(
    r"\s*(?:(?P<name>f[0-9₀-₉]*|theta|θ)(?P<primes>\^\(\d{1,3}\)|'*)|(?P<mark>[\[\](),:]))"
)
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def tree_of(text: str, colors: Colors | None = None) -> Tree:
    """Return the tree that a text stands for.

    Parameters
    ----------
    text
        Brackets, such as "[[],[]]" or "[[]:f2]:f1", or an elementary differential, such as
        "f''(f,f)" or "f1'f2".
    colors
        The colours that its nodes may have; by default f, its blocks f1, f2, ..., and theta.

    Raises
    ------
    TreeError
        If the text is no tree, or a node has another colour.

    Examples
    --------
    >>> tree_of("[[], [[]]]") is tree_of("f''(f, f'f)")
    True
    >>> tree_of("f''(f)")
    Traceback (most recent call last):
    ...
    bea.errors.TreeError: the tree 'f''(f)' is not read: f'' has 1 argument and not 2
    """
    found = _Reader(str(text), colors or ()).tree()
    if colors is not None:
        check_colors(found, colors)
    return found


def check_colors(found: Tree, colors: Colors) -> None:
    """Raise `TreeError` unless all nodes of a tree have one of these colours."""
    strange = next((color for color in found.colors if color not in colors), None)
    if strange is not None:
        raise TreeError(
            f"the tree {found} has a node {strange}, and the trees are of {named(colors)}: write "
            f"it with {'that' if len(colors) == 1 else 'those'}, or give the series other colours"
        )


def named(colors: Sequence[Color]) -> str:
    """Return the names of colours as they stand in an error.

    >>> named(parts_of(3))
    'f1, f2 and f3'
    """
    *front, last = (color.name for color in colors)
    return f"{', '.join(front)} and {last}" if front else last


# --- private helpers ----------------------------------------------------------------------------


class _Reader:
    """Reads one text from left to right; the next token is at `place`."""

    def __init__(self, text: str, colors: Colors) -> None:
        self.text, self.place, self.nodes = text, 0, 0
        self.colors = {color.name: color for color in colors}
        self.tokens: list[re.Match[str]] = []
        at, end = 0, len(text.rstrip())
        while at < end:
            token = _TOKEN.match(text, at)
            if token is None:
                raise self.error(f"'{text[at:].strip()[:12]}' is no part of one: {_AS}")
            self.tokens.append(token)
            at = token.end()

    def tree(self) -> Tree:
        """Return the tree of the whole text."""
        if not self.tokens:
            raise self.error(f"it is empty: {_AS}")
        found = self.bracket() if self.mark() == "[" else self.differential()
        if self.place < len(self.tokens):
            rest = self.text[self.tokens[self.place - 1].end() :].strip()
            raise self.error(f"there is more behind its end, '{rest[:12]}': a tree has one root")
        return found

    def bracket(self) -> Tree:
        """Read [children] or [children]:colour."""
        self.count()
        self.take("[")
        children: list[Tree] = []
        while self.mark() != "]" and self.place < len(self.tokens):
            if children:
                self.take(",")
            children.append(self.bracket())
        self.take("]")
        if self.mark() != ":":
            return tree(children)
        self.take(":")
        return tree(children, self.color()[0])

    def differential(self) -> Tree:
        """Read f, f'..., or f''(..., ...)."""
        self.count()
        color, primes, written = self.color()
        if primes == 0:
            return tree([], color)
        if self.mark() != "(":
            children = [self.differential()] if self.place < len(self.tokens) else []
        else:
            self.take("(")
            children = [self.differential()]
            while self.mark() == ",":
                self.take(",")
                children.append(self.differential())
            self.take(")")
        if len(children) != primes:
            plural = "" if len(children) == 1 else "s"
            raise self.error(f"{written} has {len(children)} argument{plural} and not {primes}")
        return tree(children, color)

    def color(self) -> tuple[Color, int, str]:
        """Read the name of a colour and its primes; return both, and the text."""
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        if token is None or token["name"] is None:
            where = "at its end" if token is None else f"before '{token['mark']}'"
            raise self.error(f"a field is missing {where}: {_AS}")
        self.place += 1
        primes = token["primes"]
        count = int(primes[2:-1]) if primes.startswith("^") else len(primes)
        return self.named(token["name"].translate(_SUBSCRIPTS)), count, token[0].strip()

    def named(self, name: str) -> Color:
        """Return the colour of a name, one of those that are given if there is one."""
        name = "theta" if name == "θ" else name
        if name in ("f", "theta"):
            return self.colors.get(name, FIELD if name == "f" else THETA)
        number = int(name[1:])
        if number == 0:
            raise self.error("the parts of f are f1, f2, …, and there is no f0")
        return self.colors.get(name) or parts_of(number)[-1]

    def mark(self) -> str | None:
        """Return the bracket, comma or colon that comes next, if one does."""
        return self.tokens[self.place]["mark"] if self.place < len(self.tokens) else None

    def take(self, mark: str) -> None:
        """Pass one, which must be there."""
        if self.mark() != mark:
            found = self.tokens[self.place : self.place + 1]
            where = f"before '{found[0][0].strip()}'" if found else "at its end"
            raise self.error(f"'{mark}' is missing {where}: {_AS}")
        self.place += 1

    def count(self) -> None:
        """Refuse what is no tree that anybody would write."""
        self.nodes += 1
        if self.nodes > _MOST_NODES:
            raise self.error(f"it has more than {_MOST_NODES} nodes: give a smaller one")

    def error(self, cause: str) -> TreeError:
        """Return the error that names the text and the cause."""
        shown = self.text if len(self.text) <= 40 else f"{self.text[:40]}…"
        return TreeError(f"the tree '{shown}' is not read: {cause}")
