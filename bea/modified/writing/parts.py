"""Sums that are too long to be read in one piece, cut into sums that have names."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count

from bea.algebra.language.expressions import Expression, Power, Product, Sum, Symbol, to_text

# So long is a piece at most: less than the texts that `bea.parse` takes.
_PIECE = 200_000


class Parts:
    """The names that long sums have got so far, and what they stand for.

    Parameters
    ----------
    taken
        Names that stand for something else.

    Examples
    --------
    >>> from bea.algebra.language.grammar import parse
    >>> parts = Parts("xy", longest=20)
    >>> print(parts.cut(parse("x*(x**2 + 2*x*y + 3*y**2 + 4)")))
    x*(part1 + part2)
    >>> [(name, str(expression)) for name, expression in parts.named]
    [('part1', 'x**2 + 2*x*y'), ('part2', '3*y**2 + 4')]
    """

    def __init__(self, taken: Collection[str], longest: int = _PIECE) -> None:
        self.named: list[tuple[str, Expression]] = []
        self._longest = longest
        stem = next(s for s in ("part" + "_" * k for k in count()) if not _taken(s, taken))
        self._names = (f"{stem}{number}" for number in count(1))

    def cut(self, expression: Expression) -> Expression:
        """Return an expression with names for the pieces of its long sums."""
        match expression:
            case Product(factors):
                return Product(tuple(map(self.cut, factors)))
            case Power(base, exponent):
                return Power(self.cut(base), exponent)
            case Sum(terms):
                pieces = list(self._pieces(terms))
                return Sum(tuple(map(self._name, pieces))) if len(pieces) > 1 else expression
        return expression

    def _name(self, terms: tuple[Expression, ...]) -> Symbol:
        name = next(self._names)
        self.named.append((name, Sum(terms) if len(terms) > 1 else terms[0]))
        return Symbol(name)

    def _pieces(self, terms: tuple[Expression, ...]) -> Iterator[tuple[Expression, ...]]:
        piece: list[Expression] = []
        length = 0
        for term in terms:
            own = len(to_text(term)) + 3
            if piece and length + own > self._longest:
                yield tuple(piece)
                piece, length = [], 0
            piece.append(term)
            length += own
        yield tuple(piece)


# --- private helpers ----------------------------------------------------------------------------


def _taken(stem: str, taken: Collection[str]) -> bool:
    return any(name.startswith(stem) for name in taken)
