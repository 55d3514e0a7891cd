"""The part of a step that is made of hyperparameters and the number of the step, in exact numbers.

In an expansion the number is n = t/gamma with t > 0 held fixed. There c**n with |c| < 1 is smaller
than every power of gamma, also n times as large, and is 0, the steady state; what else reads n has
no limit, and is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from bea.algebra import Expression
from bea.algebra.language.building import add, call, divide, multiply, negate, number, power
from bea.algebra.language.expressions import Number, free_symbols, to_text
from bea.algebra.ring.exact import as_float
from bea.errors import MethodError
from bea.fields.sources import substitute

ONE_STEP = "derive the field of one step, modified_equation(..., at_step=N) (--at-step N)"
# What open hyperparameters are tried at where a branch depends on them, and how often.
_OPEN = tuple(Fraction(text) for text in ("0.001", "0.1", "0.3", "0.5", "0.7", "0.9", "0.999"))
_DRAWS = 64
#: A comparison of open hyperparameters, by what came out when the step was recorded.
Decision = Callable[[], bool]


class Late:
    """Stands for n, or for a number that grows with it, up or down."""

    def __init__(self, sign: int = 1) -> None:
        self.sign = sign


class Vanishing:
    """Stands for c**n and its multiples: 0, whatever power of n stands beside it."""


class Endless:
    """Stands among the numbers of an arithmetic for what grows with n: it can be compared alone."""

    __array_ufunc__ = None  # so that arrays ask it, too

    def __init__(self, sign: int) -> None:
        self.sign = sign

    def _refuse(self, *others: Any) -> Any:
        raise _reads_n()

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __neg__ = _refuse


N, ZERO = Late(), Vanishing()


def carry_out(operation: str, values: Sequence[Any], decide: Decision) -> Any:
    """Return the result of an operation on exact numbers, truth values, `Late` and `Vanishing`.

    Raises
    ------
    MethodError
        If it has no limit as n grows, or is not known for exact numbers.

    Examples
    --------
    >>> beta = number(Fraction(9, 10))
    >>> print(carry_out("subtract", [number(1), carry_out("power", [beta, N], bool)], bool))
    1
    """
    if operation in ("less", "less_equal", "equal"):
        return _compared(operation, values[0], values[1], decide)
    if operation in ("both", "either", "negation"):
        return {"both": all, "either": any, "negation": lambda v: not v[0]}[operation](values)
    if operation == "where":
        return values[1] if values[0] else values[2]
    if operation in ("reshape", "broadcast", "sum", "rounded"):  # of a single number
        return values[0]
    if any(isinstance(v, Late | Vanishing) for v in values):
        found = _limit(operation, *values)
        if found is None:
            raise MethodError(
                f"the step reads its number n, by {_WORDS.get(operation, operation)}, other than "
                f"in c**n, so that it has no steady state: {ONE_STEP}"
            )
        return found
    if operation in _EXACT:
        return _EXACT[operation](*values)
    return call(operation, values[0])


def settled(value: Any) -> Expression:
    """Return a number; what vanishes is 0.

    Raises
    ------
    MethodError
        If it grows with n.
    """
    if isinstance(value, Late):
        raise _reads_n()
    return number(0) if isinstance(value, Vanishing) else value


# --- private helpers ------------------------------------------------------------------------------


def _reads_n() -> MethodError:
    return MethodError(
        "the step reads its number n other than in c**n, so that it has no steady state: "
        f"{ONE_STEP}"
    )


_WORDS = {"multiply": "a product", "divide": "a quotient", "power": "a power", "add": "a sum"}


def _power(base: Expression, exponent: Expression) -> Expression:
    if not isinstance(exponent, Number):
        raise MethodError(
            f"the step takes a number to the power {to_text(exponent)}: give the hyperparameters "
            "in it values"
        )
    return power(base, Fraction(int(exponent.value.p), int(exponent.value.q)))


def _root(base: Expression) -> Expression:
    return power(base, Fraction(1, 2))


_EXACT: dict[str, Callable[..., Expression]] = {
    "add": add,
    "subtract": lambda a, b: add(a, negate(b)),
    "multiply": multiply,
    "divide": divide,
    "negate": negate,
    "power": _power,
    "sqrt": _root,
}


def _compared(operation: str, a: Any, b: Any, decide: Decision) -> bool:
    """Return a truth value; what grows is beyond every number."""
    if a is b:
        return operation != "less"
    if isinstance(a, Late) and isinstance(b, Late):
        return decide()
    if isinstance(a, Late) or isinstance(b, Late):
        below = a.sign < 0 if isinstance(a, Late) else b.sign > 0
        return below and operation != "equal"
    x, y = settled(a), settled(b)
    names = sorted(free_symbols(x) | free_symbols(y))
    if names and operation == "equal":
        return decide()  # for all values but some
    return _below(operation, x, y) if not names else _below_for_all(operation, x, y, names)


def _below(operation: str, a: Expression, b: Expression) -> bool:
    x, y = as_float(a), as_float(b)
    return x < y if operation == "less" else x <= y if operation == "less_equal" else x == y


def _below_for_all(operation: str, a: Expression, b: Expression, names: Sequence[str]) -> bool:
    """Compare what open hyperparameters decide: it must be the same for all between 0 and 1.

    Raises
    ------
    MethodError
        If it is not: the step has one equation here, and another one there.
    """
    draw, found = Random(1), set()
    for _ in range(_DRAWS):
        values = {name: number(draw.choice(_OPEN)) for name in names}
        found.add(_below(operation, substitute(a, values), substitute(b, values)))
    if len(found) > 1:
        sign = "<" if operation == "less" else "<="
        raise MethodError(
            f"the step branches on whether {to_text(a)} {sign} {to_text(b)}, so that there is no "
            f"one equation for all {', '.join(names)}: give numbers"
        )
    return found.pop()


def _limit(operation: str, a: Any, b: Any = None) -> Any:
    if isinstance(a, Vanishing) or isinstance(b, Vanishing):
        return _beside_zero(operation, a, b)
    grows = a if isinstance(a, Late) else b
    alone = isinstance(a, Late) != isinstance(b, Late)
    match operation:
        case "power" if grows is b and alone:
            return _geometric(a, b)
        case "power" | "sqrt" if a is grows and grows.sign > 0:
            exponent = 0.5 if b is None else _size(b)
            return grows if alone and exponent > 0 else None
        case "add" if alone:
            return grows
        case "subtract" if alone:
            return a if grows is a else Late(-b.sign)
        case "multiply" if alone:
            factor = _size(b if grows is a else a)
            return number(0) if factor == 0 else Late(grows.sign if factor > 0 else -grows.sign)
        case "divide" if grows is a and alone:
            return Late(grows.sign if _size(b) > 0 else -grows.sign)
        case "negate":
            return Late(-a.sign)
        case "add" | "multiply" if a.sign == b.sign:
            return Late(a.sign if operation == "add" else 1)
    return None


def _beside_zero(operation: str, a: Any, b: Any) -> Any:
    """Return the limit where something vanishes faster than every power of n."""
    match operation:
        case "add":
            return b if isinstance(a, Vanishing) else a
        case "subtract":
            return a if isinstance(b, Vanishing) else b if isinstance(b, Late) else negate(b)
        case "multiply" | "negate" | "sqrt":
            return ZERO
        case "divide" if not isinstance(b, Vanishing):
            return ZERO
        case "power" if isinstance(a, Vanishing) and not isinstance(b, Vanishing):
            return ZERO
        case "power" if not isinstance(a, Late):
            return number(1)
    return None


def _geometric(base: Any, exponent: Late) -> Any:
    """Return c**n, which has to vanish or to be 1."""
    size = abs(_size(base, 0.5))
    if size == 1:
        return base if _size(base) == 1 else None
    return ZERO if (size < 1) == (exponent.sign > 0) else None


def _size(value: Any, unknown: float = 1.0) -> float:
    """Return a number as a float; open hyperparameters are positive, and rates are below 1."""
    return unknown if free_symbols(value) else as_float(value)
