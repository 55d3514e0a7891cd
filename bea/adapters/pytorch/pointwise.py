"""What PyTorch's functions compute entry by entry, in the words of tapes.

A rule takes the recorder and the arguments of the function, and returns the place of its result. A
new one is a line in the table, or a function `_name` in this module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from bea.adapters.pytorch.recorder import Recorder
from bea.errors import MethodError

Rule = Callable[..., int]

_BINARY = {"mul": "multiply", "multiply": "multiply", "pow": "power", "float_power": "power"}
_COMPARED = {"lt": ("less", False), "le": ("less_equal", False), "gt": ("less", True),
             "ge": ("less_equal", True), "eq": ("equal", False), "less": ("less", False),
             "greater": ("less", True)}  # fmt: skip
_FUNCTIONS = ("exp", "log", "tanh", "sin", "cos", "atan", "erf", "sinh", "cosh")


def number_place(recorder: Recorder, value: Any) -> int:
    """Return the place of a value to compute with: 1 and 0 for truth values."""
    place = recorder.place(value)
    if isinstance(value, torch.Tensor) and value.dtype == torch.bool:
        tape = recorder.tape
        return tape.record("where", place, tape.constant(1), tape.constant(0))
    return place


# --- private helpers: rules -----------------------------------------------------------------------


def _of_numbers(operation: str, swapped: bool = False) -> Rule:
    def rule(recorder: Recorder, a: Any, b: Any, **given: Any) -> int:
        places = number_place(recorder, a), number_place(recorder, b)
        return recorder.tape.record(operation, *(places[::-1] if swapped else places))

    return rule


def _unary(operation: str, **settings: Any) -> Rule:
    def rule(recorder: Recorder, a: Any, **given: Any) -> int:
        return recorder.tape.record(operation, number_place(recorder, a), **settings)

    return rule


def _on_places(rule: Callable[..., int], *names: str) -> Rule:
    """Return the rule that a function of a tape and places is, with arguments of these names."""

    def with_places(recorder: Recorder, *args: Any, **given: Any) -> int:
        ordered = [*args, *(given[name] for name in names[len(args) :] if name in given)]
        return rule(recorder.tape, *(number_place(recorder, a) for a in ordered))

    return with_places


def scaled(recorder: Recorder, value: Any, factor: Any) -> int:
    """Return the place of a value times a factor."""
    place = number_place(recorder, value)
    if type(factor) in (int, float) and factor == 1:
        return place
    return recorder.tape.record("multiply", number_place(recorder, factor), place)


def _add(
    recorder: Recorder, a: Any, b: Any = None, *more: Any, alpha: Any = 1, **given: Any
) -> int:
    b = given.get("other", b)
    alpha = more[0] if more else alpha
    return recorder.tape.record("add", number_place(recorder, a), scaled(recorder, b, alpha))


def _sub(
    recorder: Recorder, a: Any, b: Any = None, *more: Any, alpha: Any = 1, **given: Any
) -> int:
    b = given.get("other", b)
    return recorder.tape.record("subtract", number_place(recorder, a), scaled(recorder, b, alpha))


def _rsub(recorder: Recorder, a: Any, b: Any) -> int:
    return _sub(recorder, b, a)


def _div(recorder: Recorder, a: Any, b: Any, *, rounding_mode: Any = None) -> int:
    if rounding_mode is not None:
        raise MethodError("the step rounds quotients (torch's div), which has no series")
    return recorder.tape.record("divide", number_place(recorder, a), number_place(recorder, b))


def _rdiv(recorder: Recorder, a: Any, b: Any) -> int:
    return _div(recorder, b, a)


def _rpow(recorder: Recorder, a: Any, b: Any) -> int:
    return recorder.tape.record("power", number_place(recorder, b), number_place(recorder, a))


def _lerp(recorder: Recorder, a: Any, b: Any = None, weight: Any = None, **given: Any) -> int:
    tape, start = recorder.tape, number_place(recorder, a)
    gap = tape.record("subtract", number_place(recorder, given.get("end", b)), start)
    return tape.record("add", start, tape.record("multiply", number_place(recorder, weight), gap))


def _addcmul(
    recorder: Recorder, a: Any, b: Any = None, c: Any = None, *, value: Any = 1, **given: Any
) -> int:
    b, c = given.get("tensor1", b), given.get("tensor2", c)
    return _add_scaled(recorder, "multiply", a, b, c, value)


def _addcdiv(
    recorder: Recorder, a: Any, b: Any = None, c: Any = None, *, value: Any = 1, **given: Any
) -> int:
    b, c = given.get("tensor1", b), given.get("tensor2", c)
    return _add_scaled(recorder, "divide", a, b, c, value)


def _add_scaled(recorder: Recorder, operation: str, a: Any, b: Any, c: Any, factor: Any) -> int:
    tape = recorder.tape
    left = scaled(recorder, b, factor)
    product = tape.record(operation, left, number_place(recorder, c))
    return tape.record("add", number_place(recorder, a), product)


def _square(tape: Any, a: int) -> int:
    return int(tape.record("multiply", a, a))


def _rsqrt(tape: Any, a: int) -> int:
    return int(tape.record("divide", tape.constant(1), tape.record("sqrt", a)))


def _reciprocal(tape: Any, a: int) -> int:
    return int(tape.record("divide", tape.constant(1), a))


def _sigmoid(tape: Any, a: int) -> int:
    grown = tape.record("function", tape.record("negate", a), name="exp")
    return _reciprocal(tape, tape.record("add", tape.constant(1), grown))


def _log1p(tape: Any, a: int) -> int:
    return int(tape.record("function", tape.record("add", tape.constant(1), a), name="log"))


def absolute(tape: Any, a: int) -> int:
    """Return the place of |a|, a branch."""
    below = tape.record("less", a, tape.constant(0))
    return int(tape.record("where", below, tape.record("negate", a), a))


def _sign(tape: Any, a: int) -> int:
    zero, one = tape.constant(0), tape.constant(1)
    above = tape.record("where", tape.record("less", zero, a), one, zero)
    return int(tape.record("where", tape.record("less", a, zero), tape.constant(-1), above))


def maximum(tape: Any, a: int, b: int) -> int:
    """Return the place of the larger of two, a branch."""
    return int(tape.record("where", tape.record("less", a, b), b, a))


def minimum(tape: Any, a: int, b: int) -> int:
    """Return the place of the smaller of two, a branch."""
    return int(tape.record("where", tape.record("less", b, a), b, a))


def _relu(tape: Any, a: int) -> int:
    return maximum(tape, a, tape.constant(0))


def _clamp(recorder: Recorder, a: Any, *bounds: Any, **given: Any) -> int:
    low = given.get("min", bounds[0] if bounds else None)
    high = given.get("max", bounds[1] if len(bounds) > 1 else None)
    place = number_place(recorder, a)
    if low is not None:
        place = maximum(recorder.tape, place, number_place(recorder, low))
    if high is not None:
        place = minimum(recorder.tape, place, number_place(recorder, high))
    return place


def _clamp_max(recorder: Recorder, a: Any, bound: Any = None, **given: Any) -> int:
    return _clamp(recorder, a, max=given.get("max", bound))


def _where(recorder: Recorder, condition: Any, a: Any = None, b: Any = None, **given: Any) -> int:
    a, b = given.get("input", given.get("self", a)), given.get("other", b)
    if a is None:
        raise MethodError("the step asks where a condition holds (torch's where), a branch")
    place = recorder.place(condition)
    return recorder.tape.record(
        "where", place, number_place(recorder, a), number_place(recorder, b)
    )


def _masked_fill(recorder: Recorder, a: Any, mask: Any, value: Any) -> int:
    return _where(recorder, mask, value, a)


def _copy(recorder: Recorder, a: Any, source: Any = None, *more: Any, **given: Any) -> int:
    return number_place(recorder, given.get("src", source))


def _always(truth: bool) -> Rule:
    """Return the rule of a question about numbers that are finite."""

    def rule(recorder: Recorder, a: Any, *more: Any, **given: Any) -> int:
        zero, one = recorder.tape.constant(0), recorder.tape.constant(1)
        return recorder.tape.record("less", *((zero, one) if truth else (one, zero)))

    return rule


def _constant(value: float) -> Rule:
    def rule(recorder: Recorder, a: Any, *more: Any, **given: Any) -> int:
        return recorder.tape.constant(value)

    return rule


def _fill(recorder: Recorder, a: Any, value: Any) -> int:
    return number_place(recorder, value)


def _cast(recorder: Recorder, a: Any, *more: Any, **given: Any) -> int:
    return number_place(recorder, a)


def _itself(recorder: Recorder, a: Any, *more: Any, **given: Any) -> int:
    return recorder.place(a)


POINTWISE: dict[str, Rule] = {
    **{name: _of_numbers(operation) for name, operation in _BINARY.items()},
    **{name: _of_numbers(*given) for name, given in _COMPARED.items()},
    **{name: _unary("function", name=name) for name in _FUNCTIONS},
    "rmul": _of_numbers("multiply"),
    "sqrt": _unary("sqrt"),
    "neg": _unary("negate"),
    "negative": _unary("negate"),
    "arctan": _unary("function", name="atan"),
    "add": _add,
    "radd": _add,
    "sub": _sub,
    "subtract": _sub,
    "rsub": _rsub,
    "div": _div,
    "divide": _div,
    "true_divide": _div,
    "truediv": _div,
    "rdiv": _rdiv,
    "rtruediv": _rdiv,
    "rpow": _rpow,
    "lerp": _lerp,
    "addcmul": _addcmul,
    "addcdiv": _addcdiv,
    "square": _on_places(_square, "input"),
    "rsqrt": _on_places(_rsqrt, "input"),
    "reciprocal": _on_places(_reciprocal, "input"),
    "sigmoid": _on_places(_sigmoid, "input"),
    "log1p": _on_places(_log1p, "input"),
    "abs": _on_places(absolute, "input"),
    "sign": _on_places(_sign, "input"),
    "sgn": _on_places(_sign, "input"),
    "relu": _on_places(_relu, "input"),
    "maximum": _on_places(maximum, "input", "other"),
    "fmax": _on_places(maximum, "input", "other"),
    "minimum": _on_places(minimum, "input", "other"),
    "fmin": _on_places(minimum, "input", "other"),
    "clamp": _clamp,
    "clip": _clamp,
    "clamp_min": _clamp,
    "clamp_max": _clamp_max,
    "where": _where,
    "masked_fill": _masked_fill,
    "copy": _copy,
    "zero": _constant(0),
    "fill": _fill,
    "logical_not": _unary("negation"),
    "invert": lambda recorder, a: recorder.tape.record("negation", recorder.place(a)),
    "logical_and": lambda r, a, b: r.tape.record("both", r.place(a), r.place(b)),
    "and": lambda r, a, b: r.tape.record("both", r.place(a), r.place(b)),
    "logical_or": lambda r, a, b: r.tape.record("either", r.place(a), r.place(b)),
    "or": lambda r, a, b: r.tape.record("either", r.place(a), r.place(b)),
    "ne": lambda r, a, b: r.tape.record("negation", POINTWISE["eq"](r, a, b)),
    "isnan": _always(False),
    "isinf": _always(False),
    "isfinite": _always(True),
    "nan_to_num": _itself,
    "to": _cast,
    "type": _cast,
    "type_as": _cast,
    "float": _cast,
    "double": _cast,
}
"""The functions of entries, by their names without the marks of operators."""
