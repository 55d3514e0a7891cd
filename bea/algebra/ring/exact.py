"""Exact numbers from what users write: hyperparameters, tableau entries, parameter values.

An exact number is an `Expression` without variables, or with symbols that stay open. Each
arithmetic turns it into a number of its own: `as_float`, `as_rational`, or `read` into a ring.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from numbers import Rational
from typing import Any

import flint
from flint import arb, fmpq, fmpz

from bea.algebra.language.expressions import Expression, Number, Symbol, free_symbols, to_text
from bea.algebra.language.functions import refuse_constants
from bea.algebra.language.grammar import parse
from bea.algebra.language.sympy_bridge import from_sympy
from bea.algebra.ring.conversions import read, to_program
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.errors import DomainError, ExpressionError

# Enough for a difference of numbers that agree in 300 digits.
_BITS = 1024

# Of a decimal that somebody typed; what is computed in float64 mostly shows 15 to 17.
_MOST_DIGITS = 12


# An integer or fraction of a size that needs no limits, as it is written in tableaus.
_FRACTION = re.compile(r"(-?[0-9]{1,18})(?:/([1-9][0-9]{0,17}))?")


def exact(value: Any, what: str = "the number") -> Expression:
    """Return an exact number given as integer, Fraction, fmpq, text or SymPy number.

    Raises
    ------
    ExpressionError
        If it is a float (which is rarely the number that was meant) or cannot be read.

    Examples
    --------
    >>> as_float(exact("1/2 - sqrt(3)/6"))
    0.2113248654051871
    """
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool):
        raise ExpressionError(f"{what} is {value}: give a number")
    if isinstance(value, fmpq | fmpz):
        return Number(fmpq(value))
    if isinstance(value, Rational):  # int, Fraction, NumPy's and SymPy's integers, ...
        return Number(fmpq(int(value.numerator), int(value.denominator)))
    if isinstance(value, float):
        number = _finite(value, what)
        raise ExpressionError(
            f"{what} is the float {number}: exact numbers are meant, write '{number}' or a fraction"
        )
    return _read_text_or_sympy(value, what)


def exact_decimal(value: Any, what: str = "the number") -> Expression:
    """Return an exact number that may be given as a short decimal in a float, as 0.9 for 9/10.

    The float stands for the decimal that its shortest representation shows.

    Raises
    ------
    ExpressionError
        If it has more than 12 significant digits, as a number that was computed, or is not finite;
        also if `exact` refuses it.

    Examples
    --------
    >>> exact_decimal(0.9) == exact("9/10")
    True
    """
    if not isinstance(value, float):
        return exact(value, what)
    number = _finite(value, what)
    if len(Decimal(repr(number)).normalize().as_tuple().digits) > _MOST_DIGITS:
        near = Fraction(number).limit_denominator(1000)
        meant = near if abs(float(near) - number) < 1e-12 * abs(number) else "1/3"
        raise ExpressionError(
            f"{what} is the float {number!r}, which looks computed: exact numbers are meant, write "
            f"a fraction as text, such as '{meant}'"
        )
    return exact(Fraction(repr(number)), what)


def in_ring(expression: Expression, ring: Ring) -> Element:
    """Return an exact number as a ring element; its open symbols must be the ring's parameters."""
    return read(ring, expression)


def as_rational(expression: Expression) -> fmpq | None:
    """Return the number as a rational, or None if it is irrational or has open symbols."""
    if isinstance(expression, Number):
        return expression.value
    if free_symbols(expression):
        return None
    return in_ring(expression, Ring([])).as_rational()


def as_float(expression: Expression) -> float:
    """Return the number as the nearest float.

    Raises
    ------
    ExpressionError
        If it has open symbols.
    DomainError
        If it is not a real number, such as sqrt(1 - pi), or beyond all floats, such as 10**400.

    Examples
    --------
    >>> as_float(exact("sqrt(10**16 + 1) - 10**8"))
    5e-09
    """
    if isinstance(expression, Number):
        return _quotient(expression.value)
    symbols = sorted(free_symbols(expression))
    if symbols:
        raise ExpressionError(f"'{symbols[0]}' has no value: give one, such as {symbols[0]}=1/2")
    program = to_program([in_ring(expression, Ring([]))])
    with flint.ctx.workprec(_BITS):
        ball = program.run([], arb)[0]
    if not ball.is_finite():
        raise DomainError(f"{to_text(expression)} is not a real number: check its domain")
    return 0.0 if ball.contains(0) else float(ball)


def _finite(value: float, what: str) -> float:
    """Return a float, NumPy's too, which have a representation of their own."""
    number = float(value)
    if not isfinite(number):
        raise ExpressionError(f"{what} is {number}: give a finite number")
    return number


def _quotient(value: fmpq) -> float:
    try:
        return int(value.p) / int(value.q)
    except OverflowError:
        digits = len(str(abs(int(value.p)) // int(value.q)))
        raise DomainError(
            f"a number of {digits} digits is beyond the largest float, about 1.8e308: "
            "give a smaller one"
        ) from None


def _read_text_or_sympy(value: Any, what: str) -> Expression:
    if isinstance(value, str):
        plain = _FRACTION.fullmatch(value.strip())
        if plain:  # most entries of a tableau: no need to build a parser for them
            return Number(fmpq(int(plain[1]), int(plain[2] or 1)))
        try:
            found = parse(value)
            if not isinstance(found, Symbol):  # a letter alone is a name
                refuse_constants(free_symbols(found))
            return found
        except ExpressionError as error:
            raise ExpressionError(f"{what} cannot be read: {error}") from None
    if hasattr(value, "free_symbols"):  # a SymPy object; SymPy itself need not be imported here
        return from_sympy(value)
    raise ExpressionError(f"{what} is a {type(value).__name__}: give an integer, fraction or text")
