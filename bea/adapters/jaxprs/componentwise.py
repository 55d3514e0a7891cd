"""JAX's primitives that compute entry by entry, on tapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from bea.adapters.jaxprs.reader import Reader, Rule
from bea.adapters.jaxprs.values import Counter, On, Value, single
from bea.errors import MethodError

ONE, ZERO = np.asarray(1), np.asarray(0)


# --- arithmetic -----------------------------------------------------------------------------------


def _add(reader: Reader, equation: Any, a: Value, b: Value) -> Value:
    for one, other in ((a, b), (b, a)):
        if (found := _counted(one, other, 1)) is not None:
            return found
        if single(one) == 0:
            return other
    return reader.record("add", a, b)


def _sub(reader: Reader, equation: Any, a: Value, b: Value) -> Value:
    found = _counted(a, b, -1)
    if found is None and single(b) == 0:
        return a
    return reader.record("subtract", a, b) if found is None else found


def _mul(reader: Reader, equation: Any, a: Value, b: Value) -> Value:
    for counter, factor in ((a, b), (b, a)):  # of which the first may be one
        if isinstance(counter, Counter) and isinstance(single(factor), int):
            return counter.times(single(factor))
        if single(factor) == 0:
            return factor
        if single(factor) == 1:
            return counter
    return reader.record("multiply", a, b)


def _div(reader: Reader, equation: Any, a: Value, b: Value) -> Value:
    if np.issubdtype(equation.outvars[0].aval.dtype, np.integer):
        return _divided(a, b).quotient(single(b))
    return a if single(b) == 1 else reader.record("divide", a, b)


def _rem(reader: Reader, equation: Any, a: Value, b: Value) -> Value:
    return np.asarray(_divided(a, b).remainder(single(b)))


def _neg(reader: Reader, equation: Any, a: Value) -> Value:
    return a.times(-1) if isinstance(a, Counter) else reader.record("negate", a)


def _integer_pow(reader: Reader, equation: Any, a: Value) -> Value:
    exponent = equation.params["y"]
    return a if exponent == 1 else reader.record("power", a, np.asarray(exponent))


def _pow(reader: Reader, equation: Any, a: Value, b: Value) -> Value:
    return reader.record("power", a, b)


def _square(reader: Reader, equation: Any, a: Value) -> Value:
    return reader.record("multiply", a, a)


def _sqrt(reader: Reader, equation: Any, a: Value) -> Value:
    return reader.record("sqrt", a)


def _rsqrt(reader: Reader, equation: Any, a: Value) -> Value:
    return reader.record("divide", ONE, reader.record("sqrt", a))


def _cbrt(reader: Reader, equation: Any, a: Value) -> Value:
    return reader.record("power", a, np.asarray(1 / 3))


# --- functions ------------------------------------------------------------------------------------


def _function(name: str) -> Rule:
    return lambda reader, equation, a: reader.record("function", a, name=name)


def _expm1(reader: Reader, equation: Any, a: Value) -> Value:
    return reader.record("subtract", reader.record("function", a, name="exp"), ONE)


def _log1p(reader: Reader, equation: Any, a: Value) -> Value:
    return reader.record("function", reader.record("add", a, ONE), name="log")


def _exp2(reader: Reader, equation: Any, a: Value) -> Value:
    log = reader.record("function", np.asarray(2), name="log")
    return reader.record("function", reader.record("multiply", a, log), name="exp")


def _logistic(reader: Reader, equation: Any, a: Value) -> Value:
    grown = reader.record("function", reader.record("negate", a), name="exp")
    return reader.record("divide", ONE, reader.record("add", ONE, grown))


def _tan(reader: Reader, equation: Any, a: Value) -> Value:
    sine, cosine = (reader.record("function", a, name=name) for name in ("sin", "cos"))
    return reader.record("divide", sine, cosine)


# --- branches -------------------------------------------------------------------------------------


def compared(reader: Reader, operation: str, a: Value, b: Value) -> Value:
    """Tell where a is below, at most or equal to b.

    Numbers are finite, and counters stay below the largest whole number that there is.
    """
    shape = np.broadcast_shapes(a.shape, b.shape)
    left, right = _beyond(a), _beyond(b)
    if left is None or right is None:  # not a number, which compares with nothing
        return np.full(shape, False)
    if left or right or (isinstance(a, On) and isinstance(b, On) and a.place == b.place):
        compare = {"less": np.less, "less_equal": np.less_equal, "equal": np.equal}[operation]
        return np.full(shape, compare(left, right))
    return reader.record(operation, a, b)


def _comparison(operation: str, swapped: bool = False) -> Rule:
    def rule(reader: Reader, equation: Any, a: Value, b: Value) -> Value:
        return compared(reader, operation, b, a) if swapped else compared(reader, operation, a, b)

    return rule


def _ne(reader: Reader, equation: Any, a: Value, b: Value) -> Value:
    return _not(reader, equation, compared(reader, "equal", a, b))


def _not(reader: Reader, equation: Any, a: Value) -> Value:
    return np.asarray(~a) if isinstance(a, np.ndarray) else reader.record("negation", a)


def _both_or_either(operation: str, decisive: bool) -> Rule:
    """Return the rule of `and` (False decides) or `or` (True decides)."""

    def rule(reader: Reader, equation: Any, a: Value, b: Value) -> Value:
        for one, other in ((a, b), (b, a)):
            alone = single(one)
            if alone is not None:
                return one if bool(alone) == decisive else other
        return reader.record(operation, a, b)

    return rule


def chosen(reader: Reader, condition: Value, a: Value, b: Value) -> Value:
    """Return a where the condition holds, else b."""
    alone = single(condition)
    if alone is not None:
        return a if alone else b
    if all(isinstance(v, np.ndarray) for v in (a, b)) and np.array_equal(a, b):  # type: ignore[arg-type]
        return a
    return reader.record("where", condition, a, b)


def _abs(reader: Reader, equation: Any, a: Value) -> Value:
    return chosen(reader, compared(reader, "less", a, ZERO), reader.record("negate", a), a)


def _sign(reader: Reader, equation: Any, a: Value) -> Value:
    below = chosen(reader, compared(reader, "less", a, ZERO), np.asarray(-1), ZERO)
    return chosen(reader, compared(reader, "less", ZERO, a), ONE, below)


def greater(reader: Reader, equation: Any, a: Value, b: Value) -> Value:
    """Return the greater one."""
    return chosen(reader, compared(reader, "less", a, b), b, a)


def smaller(reader: Reader, equation: Any, a: Value, b: Value) -> Value:
    """Return the smaller one."""
    return chosen(reader, compared(reader, "less", b, a), b, a)


def _clamp(reader: Reader, equation: Any, low: Value, a: Value, high: Value) -> Value:
    return smaller(reader, equation, greater(reader, equation, a, low), high)


def _is_finite(reader: Reader, equation: Any, a: Value) -> Value:
    return np.full(a.shape, True)


def _convert(reader: Reader, equation: Any, a: Value) -> Value:
    new = equation.params["new_dtype"]
    old = equation.invars[0].aval.dtype
    if isinstance(a, np.ndarray):
        return a.astype(new)
    if old == new or isinstance(a, Counter):
        return a
    if np.issubdtype(old, np.bool_):
        found = reader.record("where", a, ONE, ZERO)
        return On(found.place, found.shape, a.place)
    if np.issubdtype(new, np.bool_):
        return _ne(reader, equation, a, ZERO)
    return a


def _whole(reader: Reader, equation: Any, a: Value) -> Value:
    if isinstance(a, Counter):
        return a
    raise MethodError(
        f"the step rounds values to whole numbers ({equation.primitive.name}), which jump: no "
        "equation has them"
    )


COMPONENTWISE: dict[str, Rule] = {
    "add": _add, "add_any": _add, "sub": _sub, "mul": _mul, "div": _div, "rem": _rem, "neg": _neg,
    "integer_pow": _integer_pow, "pow": _pow, "square": _square, "sqrt": _sqrt, "rsqrt": _rsqrt,
    "cbrt": _cbrt, "expm1": _expm1, "log1p": _log1p, "exp2": _exp2, "logistic": _logistic,
    "tan": _tan,
    **dict.fromkeys(("floor", "ceil", "round"), _whole),
    **{name: _function(name) for name in
       ("exp", "log", "sin", "cos", "sinh", "cosh", "tanh", "asin", "atan", "asinh", "erf")},
    "lt": _comparison("less"), "le": _comparison("less_equal"), "eq": _comparison("equal"),
    "gt": _comparison("less", True), "ge": _comparison("less_equal", True), "ne": _ne,
    "and": _both_or_either("both", False), "or": _both_or_either("either", True), "not": _not,
    "abs": _abs, "sign": _sign, "max": greater, "min": smaller,
    "clamp": _clamp, "is_finite": _is_finite, "convert_element_type": _convert,
    **dict.fromkeys(("copy", "copy_p", "stop_gradient", "reduce_precision", "optimization_barrier"),
                    lambda reader, equation, *operands: list(operands)),
}  # fmt: skip


# --- private helpers ------------------------------------------------------------------------------


def _counted(a: Value, b: Value, sign: int) -> Value | None:
    """Return the sum of a counter and a whole number or another counter."""
    if not isinstance(a, Counter):
        return None
    if isinstance(b, Counter):
        return a.plus(b, sign)
    whole = single(b)
    if isinstance(whole, int):
        return a.plus(whole, sign)
    return None


def _divided(a: Value, b: Value) -> Counter:
    """Return the counter that is divided by a whole number."""
    if not isinstance(a, Counter) or not isinstance(single(b), int):
        raise MethodError(
            "the step divides whole numbers that are no counters (div, rem), which jump: no "
            "equation has them"
        )
    return a


def _beyond(value: Value) -> int | None:
    """Return on which side of all numbers a value is: 0 for a number, None if it is none."""
    if not isinstance(value, np.ndarray) or value.size == 0:
        return 0
    if np.issubdtype(value.dtype, np.integer):
        limits = np.iinfo(value.dtype)
        return int((value == limits.max).all()) if limits.max > 2**15 else 0
    if not np.issubdtype(value.dtype, np.floating):
        return 0
    if np.isnan(value).all():
        return None
    return int(np.isposinf(value).all()) - int(np.isneginf(value).all())
