"""How fractions of symbols are written: as text with Greek letters, in LaTeX, in bea's grammar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flint import fmpq

from bea.modified.writing.fractions import Fraction, Monomial


@dataclass(frozen=True)
class Letters:
    """How names, powers, products and quotients are written."""

    name: Callable[[str], str]
    power: Callable[[str, int], str]
    joined: Callable[[Sequence[str]], str]
    over: Callable[[str, str, bool], str]
    root: Callable[[str, int], str]
    brackets: tuple[str, str] = ("(", ")")
    bars: bool = False  # whether a fraction keeps what is above and below apart by itself
    minus: str = "-"
    plus: str = "+"


def written(fraction: Fraction, letters: Letters, gamma: str = "") -> str:
    """Write a fraction without its sign, and a power of gamma behind its number.

    >>> from bea.algebra import Ring
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


def greek(name: str) -> str:
    """Write a name as a person does: beta1 is β₁.

    >>> greek("beta1"), greek("weight_decay"), greek("c2")
    ('β₁', 'weight_decay', 'c₂')
    """
    letters = name.rstrip("0123456789").removesuffix("_")
    digits = name[len(name.rstrip("0123456789")) :]
    shown = _GREEK.get(letters, letters)
    return shown + digits.translate(_SUBSCRIPTS) if len(shown) == 1 else name


# --- private helpers ----------------------------------------------------------------------------

_NAMES = (
    "alpha beta delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi chi psi omega"
)
_GREEK = dict(zip(_NAMES.split(), "αβδεζηθκλμνξρστφχψω", strict=True))
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


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
            found.append(text if power == 1 else letters.power(text, power))
    return found


def _monomial(
    exponents: Monomial, names: Sequence[Any], letters: Letters, power: int = 1
) -> list[str]:
    found = []
    for exponent, name in zip(exponents, names, strict=True):
        if exponent:
            shown = letters.name(name) if isinstance(name, str) else _root(name, names, letters)
            exponent *= power
            found.append(shown if exponent == 1 else letters.power(shown, exponent))
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


def _side_by_side(pieces: Sequence[str]) -> str:
    """Join factors; names of several letters keep their distance."""
    text = ""
    for piece in pieces:
        long = len(piece) > 1 and piece[0].isalpha() and piece[1].isalpha()
        apart = text and (long or (text[-1].isalpha() and text[-2:-1].isalpha()))
        text += f" {piece}" if apart and piece[0] != "(" else piece
    return text


@lru_cache(maxsize=256)
def _in_latex(name: str) -> str:
    from sympy import Symbol, latex

    return str(latex(Symbol(name)))


TEXT_LETTERS = Letters(
    name=greek,
    power=lambda base, n: f"{base}{str(n).translate(_SUPERSCRIPTS)}",
    joined=_side_by_side,
    over=lambda top, below, many: f"{top}/({below})" if many else f"{top}/{below}",
    root=lambda text, n: (
        f"{'' if n == 2 else str(n).translate(_SUPERSCRIPTS)}√"
        + (text if text.isalnum() else f"({text})")
    ),
    minus="−",
)
LATEX_LETTERS = Letters(
    name=_in_latex,
    power=lambda base, n: rf"{base}^{{{n}}}",
    joined=" ".join,
    over=lambda top, below, many: rf"\frac{{{top}}}{{{below}}}",
    root=lambda text, n: rf"\sqrt{{{text}}}" if n == 2 else rf"\sqrt[{n}]{{{text}}}",
    brackets=(r"\left(", r"\right)"),
    bars=True,
)
PLAIN_LETTERS = Letters(
    name=str,
    power=lambda base, n: f"{base}**{n}",
    joined="*".join,
    over=lambda top, below, many: f"{top}/({below})" if many else f"{top}/{below}",
    root=lambda text, n: f"sqrt({text})" if n == 2 else f"({text})**(1/{n})",
    minus=" - ",
    plus=" + ",
)
