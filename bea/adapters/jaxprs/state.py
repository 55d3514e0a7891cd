"""What is what in an optimizer's state, for parameters of given shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm
from typing import Any

import numpy as np

from bea.adapters.jaxprs.componentwise import COMPONENTWISE
from bea.adapters.jaxprs.control import CONTROL
from bea.adapters.jaxprs.counting import Counting, counting
from bea.adapters.jaxprs.reader import Reader
from bea.adapters.jaxprs.rearranging import REARRANGING
from bea.adapters.jaxprs.values import On, Value
from bea.adapters.tracing.optimizer import Leaf, PeriodicError, Shapes
from bea.adapters.tracing.tape import Tape
from bea.errors import MethodError

RULES = {**COMPONENTWISE, **REARRANGING, **CONTROL}


@dataclass(frozen=True)
class Traces:
    """The jaxprs of an optimizer.

    Attributes
    ----------
    init : ClosedJaxpr
        Of (gamma, hyperparameters, parameters) to the leaves of the state.
    update : ClosedJaxpr
        Of (gamma, hyperparameters, parameters, gradients, state) to the parameters and the state.
    names : sequence of str
        What the leaves of the state are called.
    """

    init: Any
    update: Any
    names: Sequence[str]


class Inputs:
    """The inputs of a step on a tape, and a reader that writes to it."""

    def __init__(self, tape: Tape, hyperparameters: Sequence[str], shapes: Shapes) -> None:
        self.tape = tape
        self.reader = Reader(tape, RULES)
        numbers = [On(tape.input(name), ()) for name in ("gamma", *hyperparameters)]
        self.theta = [On(tape.input(f"theta.{i}", s), s) for i, s in enumerate(shapes)]
        self.slopes = [On(tape.input(f"grad.{i}", s), s) for i, s in enumerate(shapes)]
        self.before = [*numbers, *self.theta]

    def whole(self, value: Value) -> int:
        """Return where a value is on the tape in its shape; zeros are those of a gradient's kind.

        So they are vectors in every arithmetic.
        """
        for slope in self.slopes if _is_zero(value) else ():
            if slope.shape == value.shape:
                return self.tape.record("multiply", self.tape.constant(0), slope.place)
        return self.reader.full(value)

    def init(self, traces: Traces) -> list[Value]:
        """Return the state before the first step."""
        return self.reader.read(traces.init, self.before)

    def update(self, traces: Traces, state: Sequence[Value]) -> list[Value]:
        """Return the parameters and the state after a step."""
        return self.reader.read(traces.update, [*self.before, *self.slopes, *state])


class Layout:
    """The leaves of a state: counters, what never changes, and memory.

    Parameters
    ----------
    traces
        The jaxprs.
    hyperparameters, shapes
        The inputs of the step.

    Raises
    ------
    MethodError
        If a counter is none, or the step draws random numbers.
    """

    def __init__(self, traces: Traces, hyperparameters: Sequence[str], shapes: Shapes) -> None:
        self.traces, self._hyperparameters, self._shapes = traces, tuple(hyperparameters), shapes
        avals = traces.init.out_avals
        self._refuse_randomness(avals)
        whole = [k for k, a in enumerate(avals) if not np.issubdtype(a.dtype, np.floating)]
        self.counters = whole
        inputs = Inputs(Tape(), hyperparameters, shapes)
        self._first = inputs.init(traces)
        data = {x.place for x in inputs.theta}
        self._moving = [
            k
            for k, v in enumerate(self._first)
            if isinstance(v, On) and data.intersection(inputs.tape.needed([v.place]))
        ]
        self.counting = self._counting()
        floats = [k for k in range(len(avals)) if k not in whole]
        self.fixed = [k for k in floats if k not in self._moving and self._stays(k)]
        self.memory = [k for k in floats if k not in self.fixed]
        self.leaves = [Leaf(traces.names[k], tuple(avals[k].shape)) for k in self.memory]
        self.begins_at_zero = all(_is_zero(self._first[k]) for k in self.memory)

    @property
    def phases(self) -> range:
        """The numbers of steps done after which steps are unlike each other."""
        counting = self.counting
        return range(2) if counting is None else range(counting.start + counting.period + 1)

    def values(self, inputs: Inputs, count: int) -> list[Value]:
        """Return what the state is after so many steps, on a tape."""
        state = inputs.init(self.traces)
        counters = [] if self.counting is None else self.counting.values(count)
        for k, value in zip(self.counters, counters, strict=True):
            state[k] = value
        if count > 0:
            for i, k in enumerate(self.memory):
                shape = self.leaves[i].shape
                state[k] = On(inputs.tape.input(f"memory.{i}", shape), shape)
        return state

    # --- private helpers ------------------------------------------------------------------------

    def _inputs(self) -> Inputs:
        return Inputs(Tape(), self._hyperparameters, self._shapes)

    def _refuse_randomness(self, avals: Sequence[Any]) -> None:
        for name, aval in zip(self.traces.names, avals, strict=True):
            if str(aval.dtype).startswith("key") or aval.dtype == np.uint32:
                raise MethodError(
                    f"the step draws random numbers (its memory holds '{name}'): no equation has "
                    "them; leave the noise out, and give it to bea as noise (bea sgd)"
                )

    def _stays(self, k: int) -> bool:
        """Tell whether a leaf is what it was, whatever happens."""
        update = self.traces.update.jaxpr
        after = update.outvars[len(self._shapes) + k]
        before = update.invars[1 + len(self._hyperparameters) + 2 * len(self._shapes) + k]
        if after is before:
            return True
        first = self._first[k]
        if not isinstance(first, np.ndarray):
            return False
        if first.size == 0:
            return True
        return all(self._stays_at(k, first, count) for count in self.phases)

    def _stays_at(self, k: int, first: Any, count: int) -> bool:
        counters = () if self.counting is None else self.counting.values(count)
        known = dict(zip(self.counters, counters, strict=False))
        found = self._after([k], {**known, k: first})[0]
        return isinstance(found, np.ndarray) and np.array_equal(first, found)

    def _after(self, wanted: Sequence[int], known: dict[int, Any]) -> list[Value]:
        """Return leaves after a step, where only some are known."""
        inputs = self._inputs()
        state = self._any_state(inputs)
        for k, value in known.items():
            state[k] = value
        start = len(self._shapes)
        return inputs.reader.read(
            self.traces.update, [*inputs.before, *inputs.slopes, *state],
            wanted=[start + k for k in wanted],
        )  # fmt: skip

    def _any_state(self, inputs: Inputs) -> list[Value]:
        return [On(inputs.tape.input(f"state.{k}", tuple(a.shape)), tuple(a.shape))
                for k, a in enumerate(self.traces.init.out_avals)]  # fmt: skip

    def _counting(self) -> Counting | None:
        if not self.counters:
            return None
        first = tuple(self._first[k] for k in self.counters)
        for k, value in zip(self.counters, first, strict=True):
            if not isinstance(value, np.ndarray):
                raise self._no_counter(k)

        def symbolic(values: Sequence[Any]) -> list[Value]:
            return self._after(self.counters, dict(zip(self.counters, values, strict=True)))

        def advance(values: Sequence[Any]) -> list[Any]:
            found = symbolic(values)
            for k, value in zip(self.counters, found, strict=True):
                if not isinstance(value, np.ndarray):
                    raise self._no_counter(k)
            return found

        found = counting(first, advance, symbolic, _largest_literal(self.traces.update.jaxpr))
        while True:
            try:
                inputs = self._inputs()
                inputs.update(self.traces, self._later(inputs, found))
            except PeriodicError as repeating:
                found = found.with_period(lcm(found.period, repeating.period))
            else:
                return found

    def _later(self, inputs: Inputs, counters: Counting) -> list[Value]:
        state = self._any_state(inputs)
        values = counters.values(counters.start)
        for k, value in zip(self.counters, values, strict=True):
            state[k] = value
        return state

    def _no_counter(self, k: int) -> MethodError:
        return MethodError(
            f"the memory '{self.traces.names[k]}' holds whole numbers that depend on the "
            "parameters or gradients: they jump, so that no equation has them"
        )


# --- private helpers ------------------------------------------------------------------------------


def _is_zero(value: Value) -> bool:
    return isinstance(value, np.ndarray) and not np.any(value)


def _largest_literal(jaxpr: Any) -> int:
    """Return the largest whole number in a jaxpr, but for the limits of its types."""
    found = 1
    for equation in jaxpr.eqns:
        for variable in equation.invars:
            value = getattr(variable, "val", None)
            if value is not None and np.issubdtype(np.asarray(value).dtype, np.integer):
                size = abs(int(np.max(value, initial=0)))
                found = max(found, size if size < 2**31 - 1 else 1)
        for parameter in equation.params.values():
            for inner in parameter if isinstance(parameter, tuple) else (parameter,):
                inner = getattr(inner, "jaxpr", inner)
                if hasattr(inner, "eqns"):
                    found = max(found, _largest_literal(inner))
    return found
