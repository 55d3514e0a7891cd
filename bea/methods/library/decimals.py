"""Decimals in tableaus: exact where they are short, and what was rounded to them where not.

A published coefficient such as 0.4798896504144996 is exact to its last place. Numbers that follow
from such decimals, the sum of the weights first, are right to some units of that place, so that
what is smaller is a residue of the rounding and no property of the method.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

from flint import fmpq

from bea.algebra.language.building import add
from bea.algebra.language.expressions import Expression, Number, to_text
from bea.algebra.language.texts import shortened
from bea.algebra.ring.exact import exact
from bea.errors import ExpressionError, GuessWarning

MOST_PLACES = 10
"""Decimals of more places are taken for rounded ones."""

_DECIMAL = re.compile(r"[+-]?(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?")
_SIMPLE = 1000  # denominators of fractions that are recognised
_CHANCE = 6  # the digits of a rounded number are divisible by 5^6 once in 15625 times
_UNITS = 10  # of the last place, for each entry, that sums may be off


@dataclass
class Told:
    """What was made of the decimals of a tableau, to be said in one line."""

    lines: dict[str, None] = field(default_factory=dict)

    def add(self, kind: str, line: str) -> None:
        """Keep the first of each kind."""
        if not any(known.startswith(kind) for known in self.lines):
            self.lines[f"{kind} {line}"] = None

    def warn(self) -> None:
        """Warn of all, if there is any."""
        if self.lines:
            warnings.warn(f"the tableau: {'; '.join(self.lines)}", GuessWarning, stacklevel=4)


def entry_of(value: Any, what: str, told: Told) -> Expression:
    """Return an entry, exactly; a long decimal is a simple fraction where it is one rounded.

    >>> print(entry_of(0.5, "entry 1", Told()), entry_of(1 / 3, "entry 2", Told()))
    1/2 1/3
    """
    text = str(value).strip()
    if isinstance(value, float | Decimal) or hasattr(value, "dtype"):
        if not isfinite(value):
            raise ExpressionError(f"{what} is {text}: give a finite number")
    elif not (isinstance(value, str) and _DECIMAL.fullmatch(text)):
        return exact(value, what)
    number = Fraction(text)
    rounded = fmpq(number.numerator, number.denominator)
    if decimal_places(rounded) <= MOST_PLACES:
        return Number(rounded)
    near = number.limit_denominator(_SIMPLE)
    # A unit of the last place, as decimals are cut off too, or what a quotient of floats may miss.
    if near and abs(near - number) <= max(_unit(rounded), Fraction(2) ** -52 * abs(number)):
        told.add("decimals", f"that are a rounded fraction are taken for it, {text} for {near}")
        return Number(fmpq(near.numerator, near.denominator))
    return Number(rounded)


def summed_to_one(weights: Sequence[Expression], told: Told) -> tuple[Expression, ...]:
    """Return weights that add up to 1: what rounding has left goes to the largest of them."""
    numbers = [w.value for w in weights if isinstance(w, Number)]
    if len(numbers) < len(weights):
        return tuple(weights)
    lacking = Number(1 - sum(numbers, start=fmpq(0)))
    if lacking.value == 0 or not is_rounding(lacking, weights):
        return tuple(weights)
    largest = max(range(len(numbers)), key=lambda j: abs(numbers[j]))
    told.add(
        "weights",
        f"b that add up to 1 but for rounding have the rest, {_short(lacking.value)}, put to "
        f"b[{largest + 1}]",
    )
    changed = [add(w, lacking) if j == largest else w for j, w in enumerate(weights)]
    return tuple(changed)


def is_rounding(difference: Expression, entries: Sequence[Expression]) -> bool:
    """Tell whether a number is no more than what the rounding of these entries explains.

    >>> thirds = [exact("0.3333333333333333")] * 3
    >>> is_rounding(exact("1/10**16"), thirds), is_rounding(exact("1/10**9"), thirds)
    (True, False)
    """
    numbers = [e.value for e in entries if isinstance(e, Number)]
    units = [_unit(x) for x in numbers if decimal_places(x) > MOST_PLACES]
    if not isinstance(difference, Number) or not units:
        return False
    off = Fraction(int(difference.value.p), int(difference.value.q))
    return abs(off) <= _UNITS * len(numbers) * max(units)


def decimal_places(value: fmpq) -> int:
    """Return how many decimal places a rational has; 0 for one that is no finite decimal.

    A fraction such as 253/4096 is none either: of a number that was rounded to decimals, the
    denominator has about as many fives as twos.

    >>> decimal_places(fmpq(1, 40)), decimal_places(fmpq(1, 3)), decimal_places(fmpq(253, 4096))
    (3, 0, 0)
    """
    rest, places = int(value.q), {2: 0, 5: 0}
    for prime in places:
        while rest % prime == 0:
            rest //= prime
            places[prime] += 1
    most, least = max(places.values()), min(places.values())
    return most if rest == 1 and most - least < _CHANCE else 0


def plain_number(value: fmpq, unit: fmpq) -> fmpq:
    """Return what was computed from rounded decimals without the residue of the rounding.

    It is 0 below a thousand units, and else a simple fraction or the decimal of as many places.

    >>> unit = fmpq(1, 10**16)
    >>> plain_number(fmpq(3, 10**17), unit), plain_number(fmpq(10**16 // 12, 10**16), unit)
    (0, 1/12)
    """
    number, step = Fraction(int(value.p), int(value.q)), Fraction(1, int(unit.q)) * 1000
    near = number.limit_denominator(10 * _SIMPLE)
    found = near if abs(near - number) <= step else round(number / step) * step
    return fmpq(found.numerator, found.denominator)


def shown_sum(value: Expression) -> str:
    """Return a number in a few characters: the decimal of a long fraction.

    >>> shown_sum(exact("0.999999999999999912345678"))
    '0.999999999999999912345678'
    """
    text = to_text(value)
    if not isinstance(value, Number) or len(text) <= 24:
        return shortened(text)
    return str(Decimal(int(value.value.p)) / Decimal(int(value.value.q)))


# --- private helpers ----------------------------------------------------------------------------


def _unit(value: fmpq) -> Fraction:
    return Fraction(1, 10 ** decimal_places(value))


def _short(value: fmpq) -> str:
    return f"{float(value):.1e}"
