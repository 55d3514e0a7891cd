"""Long expressions written with named parts: what occurs more than once gets a name.

As a person would: g₁ = 10x + 8y − 34, s = |g₁|, w = 1/(s + ε), then the terms in them. (Common
subexpressions, counted from the outside in.)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from flint import fmpq

from bea.algebra.language.building import power
from bea.algebra.language.expressions import (
    Call,
    Expression,
    Power,
    Product,
    Sum,
    Symbol,
    bottom_up,
    free_symbols,
    parts_of,
)
from bea.modified.writing.lengths import written_length

_SHORT, _PLAIN = 10, 16  # characters of functions and of sums that are not worth a name
_LETTERS = {"sin": "s", "cos": "c", "tanh": "t", "exp": "h", "log": "l"}
_HALF = fmpq(1, 2)


@dataclass(frozen=True)
class Named:
    """Expressions in which parts have names.

    Attributes
    ----------
    expressions
        The expressions.
    where
        The names and what they stand for, each in names before it.
    """

    expressions: tuple[Expression, ...]
    where: tuple[tuple[str, Expression], ...]


def with_named_parts(
    expressions: Sequence[Expression],
    known: Mapping[Expression, str],
    taken: Collection[str],
) -> Named:
    """Return the expressions with names for the parts that occur more than once.

    Parameters
    ----------
    expressions
        The expressions.
    known
        Names of parts, given where they occur.
    taken
        Names that stand for something else.

    Examples
    --------
    >>> from bea.algebra.language.grammar import parse
    >>> named = with_named_parts([parse("y*tanh(x*y - 3)"), parse("x/tanh(x*y - 3)")], {}, "xy")
    >>> [str(e) for e in named.expressions], [(n, str(e)) for n, e in named.where]
    (['y*t', 'x/t'], [('t', 'tanh(x*y - 3)')])
    """
    split = _split(expressions)
    order = _outside_in(split)
    chosen = _chosen(split, order, known)
    names = _names([node for node in reversed(order) if node in chosen], known, taken)
    written: dict[Expression, Expression] = {}
    where: list[tuple[str, Expression]] = []
    for node in reversed(order):
        rebuilt = _joined(node, written)
        if node in names:
            where.append((names[node], rebuilt))
            rebuilt = Symbol(names[node])
        written[node] = rebuilt
    own = {name for name, _ in where}
    first = {n for n, part in where if n in known.values() and not own & free_symbols(part)}
    where.sort(key=lambda pair: pair[0] not in first)
    return Named(tuple(written[e] for e in split), tuple(where))


# --- private helpers ----------------------------------------------------------------------------


def _split(expressions: Sequence[Expression]) -> list[Expression]:
    """Write S^(-3) as (1/S)³, and powers of a sum that has a root as powers of the root."""
    order = _outside_in(expressions)
    rooted = {n.base for n in order if isinstance(n, Power) and n.exponent.q == 2}
    written: dict[Expression, Expression] = {}
    for node in reversed(order):
        match node:
            case Power(base, e) if base in rooted and isinstance(base, Sum | Power):
                root = Power(written[base], _HALF)
                written[node] = root if e == _HALF else Power(root, 2 * e)
            case Power(Sum() as base, e) if e.q == 1 and e < -1:
                written[node] = Power(Power(written[base], fmpq(-1)), -e)
            case Product(factors):
                written[node] = Product(
                    tuple(
                        Power(Power(written[f], _HALF), fmpq(2))
                        if f in rooted and isinstance(f, Sum)
                        else written[f]
                        for f in factors
                    )
                )
            case _:
                written[node] = _rebuilt(node, written)
    return [written[e] for e in expressions]


def _outside_in(expressions: Sequence[Expression]) -> list[Expression]:
    """Return all distinct parts, each before its own."""
    root = object()
    parts = {root: tuple(expressions)}
    found: list[object] = bottom_up(root, lambda n: parts.get(n) or parts_of(n))  # type: ignore[arg-type]
    return [node for node in reversed(found) if isinstance(node, Expression)]


def _chosen(
    expressions: Sequence[Expression],
    order: Sequence[Expression],
    known: Mapping[Expression, str],
) -> set[Expression]:
    """Return the parts that get a name: from the outside in, since inner ones then occur less."""
    times = dict.fromkeys(order, 0)
    for expression in expressions:
        times[expression] += 1
    chosen = set[Expression]()
    for node in order:
        often = times[node]
        if node in known or (often > 1 and _is_worth(node)):
            chosen.add(node)
            often = 1
        for part in parts_of(node):
            times[part] += often
    return chosen


def _is_worth(node: Expression) -> bool:
    match node:
        case Sum():
            return written_length(node) > _PLAIN
        case Call():
            return written_length(node) > _SHORT
        case Power(Sum(), e):
            return e in (fmpq(-1), _HALF)
        case Power(Power(Sum(), e), root):
            return e == 2 and root == _HALF
    return False


def _names(
    nodes: Sequence[Expression], known: Mapping[Expression, str], taken: Collection[str]
) -> dict[Expression, str]:
    """Return a name for each part: a letter for its kind, numbered where there are several."""
    used = {*taken, *known.values()}
    kinds: dict[str, list[Expression]] = {}
    for node in nodes:
        if node not in known:
            kinds.setdefault(_letter(node), []).append(node)
    names = {node: known[node] for node in nodes if node in known}
    for letter, members in kinds.items():
        free = next(x for x in (letter, *"uvhkz", f"{letter}_") if _is_free(x, used, len(members)))
        for number, node in zip(count(1), members, strict=False):
            names[node] = free if len(members) == 1 else f"{free}{number}"
        used |= {free, *(names[node] for node in members)}
    return names


def _is_free(letter: str, used: Collection[str], members: int) -> bool:
    return not {letter, *(f"{letter}{i + 1}" for i in range(members))} & set(used)


def _letter(node: Expression) -> str:
    match node:
        case Call(function, _):
            return _LETTERS.get(function, "f")
        case Power(Power(_, e), _) if e == 2:
            return "s"  # |g|
        case Power(_, e):
            return "r" if e == _HALF else "w"
    return "u"


def _joined(node: Expression, written: Mapping[Expression, Expression]) -> Expression:
    """Put a part together again; powers of what got no name are joined."""
    match node:
        case Power(base, outer):
            match written[base]:
                case Power(inner, e) if e in (fmpq(-1), _HALF) and base is not inner:
                    return power(inner, e * outer)
            return power(written[base], outer)
    return _rebuilt(node, written)


def _rebuilt(node: Expression, written: Mapping[Expression, Expression]) -> Expression:
    parts = tuple(written[part] for part in parts_of(node))
    match node:
        case Sum():
            return Sum(parts)
        case Product():
            return Product(parts)
        case Power(_, e):
            return Power(parts[0], e)
        case Call(function, _):
            return Call(function, parts[0])
    return node
