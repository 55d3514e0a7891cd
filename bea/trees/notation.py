"""Elementary differentials written out: f''(f, f'f) and, for f = -grad L, in derivatives of L.

A node of theta is a theta where it is a leaf, and nothing where it is not: f'theta'f = f'f.
Source: Butcher, Numerical Methods for Ordinary Differential Equations, section 310.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from bea.errors import UnknownNameError, nearest
from bea.trees.colors import FIELD, Color
from bea.trees.rooted_trees import Tree, simplified

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Notation:
    """How a derivative with `m` arguments, its application and a repeated factor are written.

    `sign(n)` is the sign that an elementary differential with n nodes of f has in this notation.
    """

    derivative: Callable[[Color, int], str]
    brackets: str
    repeat: Callable[[str, int], str]
    join: str
    sign: Callable[[int], int]


def elementary_differential(tree: Tree, notation: str = "f") -> str:
    """Write F(tree) in one of the notations "f", "grad", "f-latex" and "grad-latex".

    In the two "grad" notations f = -grad L, and the sign (-1)^order is left to the caller
    (`NOTATIONS[name].sign`).

    Raises
    ------
    UnknownNameError
        If there is no such notation.

    Examples
    --------
    >>> from bea.trees import THETA, tree
    >>> elementary_differential(tree([[], []]))
    "f''(f,f)"
    >>> elementary_differential(tree([[[]]]))
    "f'f'f"
    >>> elementary_differential(tree([[[]]]), "grad")
    '(∇²L)²∇L'
    >>> elementary_differential(tree([tree([], THETA)]), "grad")
    '∇²Lθ'
    """
    if notation not in NOTATIONS:
        raise UnknownNameError(
            f"unknown notation '{notation}': use {', '.join(NOTATIONS)}."
            f"{nearest(notation, NOTATIONS)}"
        )
    return _write(simplified(tree), NOTATIONS[notation])


def _write(tree: Tree, style: Notation) -> str:
    factors: list[str] = []
    while len(tree.children) == 1:
        factors.append(style.derivative(tree.color, 1))
        tree = tree.children[0]
    head = "".join(
        style.repeat(factor, len(list(equal))) + style.join for factor, equal in groupby(factors)
    )
    body = style.derivative(tree.color, len(tree.children))
    if tree.children:
        inside = ",".join(_argument(child, copies, style) for child, copies in _counted(tree))
        body += style.brackets[0] + inside + style.brackets[1]
    return head + body


def _counted(tree: Tree) -> list[tuple[Tree, int]]:
    return sorted(Counter(tree.children).items())


def _argument(child: Tree, copies: int, style: Notation) -> str:
    return ",".join([_write(child, style)] * copies)


def _primes(color: Color, count: int) -> str:
    return color.text + ("'" * count if count <= 3 else f"^({count})")


def _primes_latex(color: Color, count: int) -> str:
    return color.latex + ("'" * count if count <= 3 else f"^{{({count})}}")


def _nabla(color: Color, count: int) -> str:
    if color is not FIELD:
        return _primes(color, count)
    return "∇L" if count == 0 else f"∇{str(count + 1).translate(_SUPERSCRIPTS)}L"


def _nabla_latex(color: Color, count: int) -> str:
    if color is not FIELD:
        return _primes_latex(color, count)
    return r"\nabla L" if count == 0 else rf"\nabla^{{{count + 1}}} L"


def _power(factor: str, count: int) -> str:
    return factor if count == 1 else f"({factor}){str(count).translate(_SUPERSCRIPTS)}"


def _power_latex(factor: str, count: int) -> str:
    return factor if count == 1 else rf"\left({factor}\right)^{{{count}}}"


NOTATIONS = {
    "f": Notation(_primes, "()", lambda x, n: x * n, "", lambda n: 1),
    "f-latex": Notation(_primes_latex, "()", lambda x, n: x * n, " ", lambda n: 1),
    "grad": Notation(_nabla, "[]", _power, "", lambda n: (-1) ** n),
    "grad-latex": Notation(_nabla_latex, "[]", _power_latex, r"\,", lambda n: (-1) ** n),
}
