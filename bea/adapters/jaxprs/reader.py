"""A jaxpr, read onto a tape equation by equation.

A jaxpr is JAX's own record of a function: all branches of Python are taken, and every operation is
a primitive with its shapes. Source: https://docs.jax.dev/en/latest/jaxpr.html.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from bea.adapters.jaxprs.values import Counter, On, Shape, Value, single
from bea.adapters.tracing.constants import shown_decimal
from bea.adapters.tracing.tape import Tape
from bea.algebra.language.building import number
from bea.algebra.ring.exact import as_rational
from bea.errors import MethodError

Rule = Callable[..., Any]
#: How many entries of an array of constants are written down one by one.
_MOST_CONSTANTS = 4096
_ROUNDED = ("float32", "float16", "bfloat16")


class Reader:
    """Reads jaxprs onto a tape.

    Parameters
    ----------
    tape
        The tape.
    rules
        What is recorded for a primitive, by its name: a function of the reader, the equation and
        the operands that returns the result, or a list of them.
    """

    def __init__(self, tape: Tape, rules: dict[str, Rule]) -> None:
        self.tape = tape
        self._rules = rules

    def read(self, closed: Any, values: Sequence[Value],
             wanted: Sequence[int] | None = None) -> list[Value]:  # fmt: skip
        """Return what results of a jaxpr stand for, when its arguments stand for the values."""
        jaxpr = closed.jaxpr
        outcomes = jaxpr.outvars if wanted is None else [jaxpr.outvars[k] for k in wanted]
        known: dict[Any, Value] = dict(zip(jaxpr.constvars, map(np.asarray, closed.consts),
                                           strict=True))  # fmt: skip
        known.update(zip(jaxpr.invars, values, strict=True))
        for equation in _needed(jaxpr, outcomes):
            operands = [_value_of(v, known) for v in equation.invars]
            results = self.result(equation, operands)
            known.update(zip(equation.outvars, results, strict=True))
        return [_value_of(v, known) for v in outcomes]

    def result(self, equation: Any, operands: list[Value]) -> list[Value]:
        """Return the results of an equation."""
        name = equation.primitive.name
        exact = all(isinstance(v, np.ndarray) for v in operands) and not any(
            np.issubdtype(v.aval.dtype, np.inexact) for v in equation.outvars
        )
        if exact and not _holds_jaxpr(equation) and operands:
            return evaluated(equation, operands)
        if name not in self._rules:
            raise MethodError(_unknown(name))
        found = self._rules[name](self, equation, *operands)
        results = found if isinstance(found, list) else [found]
        avals = [v.aval for v in equation.outvars]
        rounding = not _holds_jaxpr(equation)
        return [self._as(v, aval, rounding) for v, aval in zip(results, avals, strict=True)]

    # --- the tape -------------------------------------------------------------------------------

    def place(self, value: Value) -> int:
        """Return where a value is on the tape; arrays of one number are that number."""
        if isinstance(value, On):
            return value.place
        if isinstance(value, Counter):
            count = self.tape.input("count")
            scaled = self.tape.record("multiply", self._number(value.slope), count)
            return self.tape.record("add", scaled, self._number(value.offset))
        alone = single(value)
        if alone is None:
            return self._table(value)
        place = self.tape.constant(alone)
        if value.dtype.name in _ROUNDED:
            place = self.tape.record("rounded", place, kind=value.dtype.name)
        return place

    def full(self, value: Value) -> int:
        """Return where a value is on the tape, in its full shape."""
        place, shape = self.place(value), value.shape
        if self.tape.shape(place) == shape:
            return place
        return self.tape.record("broadcast", place, shape=shape)

    def record(self, operation: str, *operands: Value, **settings: Any) -> On:
        """Return the value of an operation that is componentwise."""
        shape = np.broadcast_shapes(*(v.shape for v in operands))
        place = self.tape.record(operation, *map(self.place, operands), **settings)
        return On(place, shape)

    def reshaped(self, value: Value, shape: Shape) -> Value:
        """Return the entries in their order in another shape."""
        if isinstance(value, np.ndarray):
            return value.reshape(shape)
        place = self.place(value)
        if prod(self.tape.shape(place)) == 1 and prod(shape) != 1:
            return On(place, shape)  # one number for all entries
        full = self.full(value)
        if self.tape.shape(full) == shape:
            return On(full, shape)
        return On(self.tape.record("reshape", full, shape=shape), shape)

    def _as(self, value: Value, aval: Any, rounding: bool) -> Value:
        """Return a result in the shape and of the kind that JAX gives it."""
        if isinstance(value, np.ndarray):
            return np.broadcast_to(value.astype(aval.dtype), aval.shape)
        if isinstance(value, Counter):
            return value
        place, truth = value.place, value.truth
        if rounding and aval.dtype.name in _ROUNDED:
            self._require_number(place, aval.dtype)
            place = self.tape.record("rounded", place, kind=aval.dtype.name)
        return On(place, tuple(aval.shape), truth)

    def _require_number(self, place: int, kind: Any) -> None:
        if any("." in name for name in self.tape.inputs_of(place)):
            raise MethodError(
                f"the step rounds vectors to {kind}: nothing can be derived from rounded numbers; "
                "give float64 for options such as mu_dtype and accumulator_dtype"
            )

    def _number(self, value: Any) -> int:
        return self.tape.constant(number(value))

    def _table(self, array: Any) -> int:
        if array.size > _MOST_CONSTANTS:
            raise MethodError(f"the step computes with {array.size:,} numbers of its own")
        fractions = [as_rational(shown_decimal(x)) for x in array.ravel().tolist()]
        return self.tape.record("table", shape=array.shape, values=fractions)


def evaluated(equation: Any, operands: Sequence[Any]) -> list[Value]:
    """Return the results of an equation on known arrays, by JAX itself."""
    import jax

    with jax.enable_x64(True):
        found = equation.primitive.bind(*operands, **equation.params)
    several = equation.primitive.multiple_results
    return [np.asarray(x) for x in (found if several else [found])]


# --- private helpers ------------------------------------------------------------------------------


def _needed(jaxpr: Any, outcomes: Sequence[Any]) -> list[Any]:
    """Return the equations that results depend on, in order."""
    wanted = {v for v in outcomes if not hasattr(v, "val")}
    found = []
    for equation in reversed(jaxpr.eqns):
        if wanted.intersection(equation.outvars):
            found.append(equation)
            wanted.update(v for v in equation.invars if not hasattr(v, "val"))
    return found[::-1]


def _value_of(variable: Any, known: dict[Any, Value]) -> Value:
    return np.asarray(variable.val) if hasattr(variable, "val") else known[variable]


def _holds_jaxpr(equation: Any) -> bool:
    parts = [x for v in equation.params.values() for x in (v if isinstance(v, tuple) else (v,))]
    return any(hasattr(x, "eqns") or hasattr(x, "jaxpr") for x in parts)


def _unknown(name: str) -> str:
    if name.startswith(("random_", "threefry", "rng_")):
        return (
            f"the step draws random numbers ({name}): its equation would be that of another step "
            "each time; leave the noise out, and give it to bea as noise (bea sgd)"
        )
    return f"the step uses {name}, an operation of JAX that bea does not know"
