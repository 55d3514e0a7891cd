"""Building expressions: the constructors that keep trees tidy.

Build trees by `number`, `add`, `multiply`, `power` and `call`: sums and products come out flat,
numbers combined, `1*x`, `0*x`, `x**1` gone, and what a formula may hold beside the eight kinds of
node (`tan`, `sigmoid`, `sqrt`, division) rewritten into these. Nothing is expanded and no domain is
widened (`sqrt(x)**2` stays).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpz

from bea.algebra.language import limits
from bea.algebra.language.expressions import (
    PI,
    Call,
    Expression,
    Number,
    Power,
    Product,
    Sum,
    fold,
    parts_of,
    to_text,
)
from bea.algebra.language.functions import AT_ZERO, SUGAR, canonical
from bea.algebra.language.texts import shortened
from bea.algebra.language.writing import Writing
from bea.errors import ExpressionError
from bea.series.powers import rational_root

_ZERO: Number = Number(fmpq(0))
_ONE: Number = Number(fmpq(1))
_HALF: Number = Number(fmpq(1, 2))
_MINUS_ONE: Number = Number(fmpq(-1))


def number(value: Any) -> Number:
    """Return an int, `Fraction`, fmpz or fmpq as an expression; floats are refused.

    >>> number(3)
    Number('3')
    """
    if isinstance(value, Fraction):
        return Number(fmpq(value.numerator, value.denominator))
    if isinstance(value, int | fmpz) and not isinstance(value, bool):
        return Number(fmpq(value))
    return Number(value)  # refuses what is not exact


def add(*terms: Expression) -> Expression:
    """Return a sum: nested sums flattened, numbers added where the first one stands.

    >>> from bea.algebra.language.expressions import Symbol
    >>> x = Symbol("x")
    >>> print(add(x, number(1), add(x, number(2))))
    x + 3 + x
    """
    total, place = fmpq(0), 0
    rest: list[Expression] = []
    for term in _flat(terms, Sum):
        if isinstance(term, Number):
            place = len(rest) if total == 0 else place
            total = _sum(total, term.value)
        else:
            rest.append(term)
    if total != 0:
        rest.insert(place, Number(total))
    return Sum(tuple(rest)) if len(rest) > 1 else rest[0] if rest else _ZERO


def multiply(*factors: Expression) -> Expression:
    """Return a product: nested products flattened, numbers multiplied and put first.

    >>> from bea.algebra.language.expressions import Symbol
    >>> x = Symbol("x")
    >>> print(multiply(x, number(2), multiply(number(3), x)))
    6*x*x
    """
    value = fmpq(1)
    rest: list[Expression] = []
    for factor in _flat(factors, Product):
        if isinstance(factor, Number):
            value = _product(value, factor.value)
        else:
            rest.append(factor)
    if value == 0 or not rest:
        return Number(value)
    if value != 1:
        rest.insert(0, Number(value))
    return Product(tuple(rest)) if len(rest) > 1 else rest[0]


def negate(expression: Expression) -> Expression:
    """Return -expression."""
    return multiply(_MINUS_ONE, expression)


def divide(numerator: Expression, denominator: Expression) -> Expression:
    """Return numerator/denominator; `ExpressionError` if the denominator is the number 0."""
    return multiply(numerator, power(denominator, -1))


def power(base: Expression, exponent: Expression | int | Fraction | fmpq) -> Expression:
    """Return a power with a rational exponent.

    Powers of numbers are computed where they are rational, and powers of powers are joined where
    that changes no domain: `(x**2)**3` is `x**6`, while `(x**2)**(1/2)` and `sqrt(x)**2` stay.

    Raises
    ------
    ExpressionError
        If the exponent is no rational number or beyond the limits, 0 is divided by, or the value
        is not real.

    Examples
    --------
    >>> from bea.algebra.language.expressions import Symbol
    >>> print(power(power(Symbol("x"), 2), -3))
    1/x**6
    >>> print(power(number(8), Fraction(2, 3)))
    4
    """
    e = _exponent(base, exponent)
    if e == 0 or e == 1:
        return base if e == 1 else _ONE
    if isinstance(base, Number):
        return _number_power(base.value, e)
    if isinstance(base, Power) and _may_join(base, e):
        return power(base.base, base.exponent * e)
    if isinstance(base, Product) and isinstance(base.factors[0], Number) and e.q == 1:
        return multiply(power(base.factors[0], e), power(multiply(*base.factors[1:]), e))
    return Power(base, _within(e))


def call(function: str, argument: Expression) -> Expression:
    """Return a function's value, written in `FUNCTIONS` where it is one of `SUGAR`.

    >>> from bea.algebra.language.expressions import Symbol
    >>> print(call("tan", Symbol("x")))
    sin(x)/cos(x)
    """
    function = canonical(function)
    if function in SUGAR:
        return _REWRITTEN[function](argument)
    if argument is _ZERO and function in AT_ZERO:
        return number(AT_ZERO[function])
    if function == "log" and isinstance(argument, Number):
        if argument.value <= 0:
            raise ExpressionError(
                f"log({_short(argument)}) is not a real number; its argument must be positive"
            )
        if argument is _ONE:
            return _ZERO
    if function == "asin" and isinstance(argument, Number) and abs(argument.value) > 1:
        raise ExpressionError(
            f"asin({_short(argument)}) is not a real number; its argument must lie in [-1, 1]"
        )
    return Call(function, argument)


# --- private helpers ------------------------------------------------------------------------------


def _sigmoid(u: Expression) -> Expression:
    # One atom whose derivative is a polynomial in it, and no overflow: 1/(1 + exp(-u)) has neither.
    return multiply(_HALF, add(_ONE, call("tanh", multiply(_HALF, u))))


def _acosh(u: Expression) -> Expression:
    return call("log", add(u, _root(add(power(u, 2), _MINUS_ONE))))


def _atanh(u: Expression) -> Expression:
    above, below = add(_ONE, u), add(_ONE, negate(u))
    return multiply(_HALF, add(call("log", above), negate(call("log", below))))


def _root(u: Expression) -> Expression:
    return power(u, Fraction(1, 2))


def _gelu(u: Expression) -> Expression:
    scaled = divide(u, _root(number(2)))
    return multiply(_HALF, u, add(_ONE, call("erf", scaled)))


def _quotient(above: str, below: str) -> Callable[[Expression], Expression]:
    return lambda u: divide(call(above, u) if above else _ONE, call(below, u))


def _logarithm(base: int) -> Callable[[Expression], Expression]:
    return lambda u: divide(call("log", u), call("log", number(base)))


_REWRITTEN: dict[str, Callable[[Expression], Expression]] = {
    "ln": lambda u: call("log", u),
    "sqrt": _root,
    "square": lambda u: power(u, 2),
    "tan": _quotient("sin", "cos"),
    "cot": _quotient("cos", "sin"),
    "coth": _quotient("cosh", "sinh"),
    "sec": _quotient("", "cos"),
    "csc": _quotient("", "sin"),
    "sech": _quotient("", "cosh"),
    "csch": _quotient("", "sinh"),
    "acos": lambda u: add(multiply(_HALF, PI), negate(call("asin", u))),
    "acosh": _acosh,
    "atanh": _atanh,
    "log2": _logarithm(2),
    "log10": _logarithm(10),
    "log1p": lambda u: call("log", add(_ONE, u)),
    "expm1": lambda u: add(call("exp", u), _MINUS_ONE),
    "sigmoid": _sigmoid,
    "softplus": lambda u: call("log", add(_ONE, call("exp", u))),
    "logcosh": lambda u: call("log", call("cosh", u)),
    "silu": lambda u: multiply(u, _sigmoid(u)),
    "gelu": _gelu,
}


def _flat(parts: Sequence[Expression], kind: type[Sum] | type[Product]) -> list[Expression]:
    flat: list[Expression] = []
    for part in parts:
        flat.extend(parts_of(part) if isinstance(part, kind) else (part,))
    return flat


def _sum(a: fmpq, b: fmpq) -> fmpq:
    if a == 0:
        return b
    bits = a.height_bits(), b.height_bits()
    limits.check_bits(1 + (max(bits) if a.q == b.q == 1 else sum(bits)))
    return a + b


def _product(a: fmpq, b: fmpq) -> fmpq:
    if a == 1 or b == 1:
        return b if a == 1 else a
    limits.check_bits(a.height_bits() + b.height_bits())
    return a * b


def _exponent(base: Expression, exponent: Expression | int | Fraction | fmpq) -> fmpq:
    if not isinstance(exponent, Expression):
        return number(exponent).value
    if isinstance(exponent, Number):
        return exponent.value
    of, to = _short_factor(base), _short_factor(exponent)
    remedy = f"exp({_short(exponent)})" if of == "e" else f"exp({to}*log({_short(base)}))"
    raise ExpressionError(f"the exponent of {of}**{to} is not a rational number; write {remedy}")


def _may_join(inner: Power, e: fmpq) -> bool:
    """Tell whether (b**a)**e is b**(a e) with the same domain."""
    a = inner.exponent
    if isinstance(inner.base, Number):  # positive, or it would not stand under a root
        return True
    return e.q == 1 and (a.q == 1 or (a * e).q != 1) and (a > 0 or e > 0)


def _within(exponent: fmpq) -> fmpq:
    limits.check_exponent(exponent)
    return exponent


def _number_power(value: fmpq, e: fmpq) -> Expression:
    if value == 0 and e < 0:
        raise ExpressionError("division by zero: a denominator is the number 0; correct it")
    if e.q == 1:
        limits.check_bits(limits.power_bits(value, int(e.p)))
        return Number(value ** int(e.p))
    if value < 0:
        raise ExpressionError(
            f"({_short(Number(value))})**({_short(Number(e))}) is not a real number; "
            "take roots of positive numbers only"
        )
    root = rational_root(value, int(_within(e).q))
    return Power(Number(value), e) if root is None else _number_power(root, fmpq(e.p))


def _short(expression: Expression) -> str:
    return shortened(to_text(expression), 25)


def _short_factor(expression: Expression) -> str:
    text = _short(expression)
    return text if fold(expression, Writing()).binds else f"({text})"
