"""How fractions of symbols are written: as text with Greek letters, in LaTeX, in bea's grammar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import fmpq

from bea.algebra.language.letters import Letters
from bea.modified.writing.fractions import Fraction, Monomial


def written(fraction: Fraction, letters: Letters, gamma: str = "") -> str:
    """Write a fraction without its sign, and a power of gamma behind its number.

    >>> from bea.algebra import Ring
    >>> from bea.algebra.language.letters import TEXT_LETTERS
    >>> from bea.modified.writing.fractions import fraction_of
    >>> ring = Ring([], ["beta"])
    >>> beta = ring.symbol("beta")
    >>> written(fraction_of(beta / (2 * (1 - beta) ** 3)), TEXT_LETTERS, "γ")
    'γβ/(2(1−β)³)'
    """
    p, q = abs(int(fraction.number.p)), int(fraction.number.q)
    above = [*_pieces(p), *([gamma] if gamma else []), *_factors(fraction, 1, letters)]
    below = [*_pieces(q), *_factors(fraction, -1, letters)]
    if not below:
        return letters.joined(above) or "1"
    top, bottom = (_bare(part, letters) for part in (above, below))
    return letters.over(top or "1", bottom, len(below) > 1)


# --- private helpers ----------------------------------------------------------------------------


def _bare(pieces: Sequence[str], letters: Letters) -> str:
    """Join factors; one sum alone above or below a bar needs no brackets."""
    left, right = letters.brackets
    alone = pieces[0] if len(pieces) == 1 and letters.bars else ""
    if alone.startswith(left) and alone.endswith(right):
        return alone.removeprefix(left).removesuffix(right)
    return letters.joined(pieces)


def _pieces(number: int) -> list[str]:
    return [] if number == 1 else [str(number)]


def _factors(fraction: Fraction, side: int, letters: Letters) -> list[str]:
    found = []
    for factor, power in fraction.above() if side > 0 else fraction.below():
        if len(factor) == 1 and factor[0][1] == 1:
            found += _monomial(factor[0][0], fraction.names, letters, power)
        else:
            left, right = letters.brackets
            text = f"{left}{_sum(factor, fraction.names, letters)}{right}"
            found.append(text if power == 1 else letters.power(text, str(power)))
    return found


def _monomial(
    exponents: Monomial, names: Sequence[Any], letters: Letters, power: int = 1
) -> list[str]:
    found = []
    for exponent, name in zip(exponents, names, strict=True):
        if exponent:
            shown = letters.name(name) if isinstance(name, str) else _root(name, names, letters)
            exponent *= power
            found.append(shown if exponent == 1 else letters.power(shown, str(exponent)))
    return found


def _root(name: tuple[Any, int], names: Sequence[Any], letters: Letters) -> str:
    radicand, degree = name
    if isinstance(radicand, fmpq):
        return letters.root(str(radicand), degree)
    padded = tuple(((*e, *[0] * len(names))[: len(names)], c) for e, c in radicand)
    return letters.root(_sum(padded, names, letters), degree)


def _sum(factor: Any, names: Sequence[Any], letters: Letters) -> str:
    text = ""
    for exponents, c in factor:
        size = abs(c)
        pieces = [str(size)] if size != 1 or not any(exponents) else []
        body = letters.joined([*pieces, *_monomial(exponents, names, letters)])
        sign = letters.minus if c < 0 else letters.plus if text else ""
        text += sign + body
    return text
