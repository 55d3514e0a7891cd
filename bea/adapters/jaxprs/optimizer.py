"""An optax transformation as an `Optimizer`: its update traced by JAX, and read onto tapes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np

from bea.adapters.jaxprs.making import Maker, with_plain_options
from bea.adapters.jaxprs.state import Inputs, Layout, Traces
from bea.adapters.jaxprs.values import On
from bea.adapters.tracing.layout import one_tensor
from bea.adapters.tracing.operations import Operations
from bea.adapters.tracing.optimizer import Leaf, Moment, Played, Shapes
from bea.adapters.tracing.tape import Tape
from bea.algebra import Expression
from bea.algebra.ring.exact import as_float
from bea.arrays import Floats
from bea.errors import MethodError
from bea.fields import NumericField

_UNCOMPILED = 4
"""How many real steps are taken as they are, with plain numbers, before the others: compiled."""


class OptaxUpdate:
    """An optax transformation with its options; it implements `Optimizer`.

    Parameters
    ----------
    maker
        Makes the transformation from the learning rate and its hyperparameters.
    parameters
        A pytree of arrays like the parameters; by default they are one array, or a list.
    shapes
        The shapes of the parameters, where there are no such arrays.

    Raises
    ------
    MethodError
        If the step needs more than the gradients, or does what tapes do not have, by its name.
    """

    def __init__(self, maker: Maker, parameters: Any = None, shapes: Shapes | None = None) -> None:
        self.maker = maker
        self._template = parameters
        self._given = shapes
        self._steps: dict[Shapes, _Step] = {}
        self.maker = self._step(self._usual).maker

    @property
    def name(self) -> str:
        """How it is written, such as "optax.adam"."""
        return self.maker.name

    @property
    def hyperparameters(self) -> Mapping[str, Expression]:
        """The numbers that it computes with."""
        return self.maker.hyperparameters

    @property
    def options(self) -> Mapping[str, str]:
        """What else was chosen, as texts."""
        return self.maker.options

    @cached_property
    def shapes(self) -> Shapes | None:
        """The shapes of the parameters, if they are given."""
        if self._template is None:
            return self._given
        import jax

        return tuple(tuple(np.shape(x)) for x in jax.tree.leaves(self._template))

    @cached_property
    def first_differs(self) -> bool:
        """Whether steps are counted, or the memory begins elsewhere than at zero."""
        layout = self._step(self._usual).layout
        return layout.counting is not None or not layout.begins_at_zero

    @cached_property
    def period(self) -> int:
        """After how many steps it repeats itself, as with gradients that are accumulated."""
        counting = self._step(self._usual).layout.counting
        return 1 if counting is None else counting.period

    def leaves(self, shapes: Shapes) -> Sequence[Leaf]:
        """Return the memory for parameters of these shapes."""
        return self._step(shapes).layout.leaves

    def record(self, moment: Moment) -> Tape:
        """Return the tape of the step that is taken at a moment."""
        shapes = tuple(x.shape for x in moment.theta)
        tape, step = Tape(), self._step(shapes)
        layout, inputs = step.layout, step.inputs(tape)
        after = inputs.update(layout.traces, layout.values(inputs, moment.count))
        tape.theta = tuple(map(inputs.reader.full, after[: len(shapes)]))
        tape.memory = tuple(inputs.whole(after[len(shapes) + k]) for k in layout.memory)
        self._guard_count(tape, moment.count, layout)
        _guard_hyperparameters(tape, moment)
        return tape

    def play(self, moment: Moment, slopes: Sequence[Sequence[Floats]]) -> list[Played]:
        """Return the parameters and the memory after each of some real steps."""
        return self._step(tuple(x.shape for x in moment.theta)).play(moment, slopes)

    # --- private helpers ------------------------------------------------------------------------

    @property
    def _usual(self) -> Shapes:
        return self.shapes or one_tensor(3)

    def _step(self, shapes: Shapes) -> _Step:
        if shapes not in self._steps:
            known = None if self._template is None else self.shapes
            self._steps[shapes] = _Step(self.maker, self._template, known, shapes)
        return self._steps[shapes]

    def _guard_count(self, tape: Tape, count: int, layout: Layout) -> None:
        """Keep the tape of one of the first steps from the others."""
        if not self.first_differs:
            return
        started = max(1, 0 if layout.counting is None else layout.counting.start)
        for k in range(min(count, started - 1) + 1):
            place = tape.record("equal", tape.input("count"), tape.constant(k))
            tape.guard(place, k == count)


class _Step:
    """The step for parameters of given shapes: traced, and as it runs."""

    def __init__(self, maker: Maker, template: Any, known: Shapes | None, shapes: Shapes) -> None:
        import jax

        self.maker = maker
        plain: Any = 0 if len(shapes) == 1 else [0] * len(shapes)
        self._parameters = jax.tree.structure(template if shapes == known else plain)
        self._shapes = shapes
        traces = self._traces()
        self.layout = Layout(traces, tuple(self.maker.hyperparameters), shapes)
        self._require_gamma()
        self._jitted = jax.jit(self._update)
        self._as_it_is = _UNCOMPILED

    def inputs(self, tape: Tape) -> Inputs:
        """Return the inputs of the step on a tape."""
        return Inputs(tape, tuple(self.maker.hyperparameters), self._shapes)

    def play(self, moment: Moment, slopes: Sequence[Sequence[Floats]]) -> list[Played]:
        """Return the parameters and the memory after each of some real steps."""
        import jax

        found: list[Played] = []
        with jax.enable_x64(True):
            numbers = moment.gamma, [moment.values[name] for name in self.maker.hyperparameters]
            theta = list(moment.theta)
            state = self._state(moment, self._init(*numbers, theta))
            made = self._made(*numbers)
            for slope in slopes:
                if self._as_it_is > 0:
                    theta, state = self._updated(made, theta, list(slope), state)
                else:
                    theta, state = self._jitted(*numbers, theta, list(slope), state)
                self._as_it_is -= 1
                memory = [np.array(state[k]) for k in self.layout.memory]
                found.append((list(map(np.array, theta)), memory))
        return found

    # --- private helpers ------------------------------------------------------------------------

    def _state(self, moment: Moment, state: list[Any]) -> list[Any]:
        """Return the state at a moment, from the one before the first step."""
        layout = self.layout
        if layout.counting is not None:
            numbers = layout.counting.numbers(moment.count)
            for k, value in zip(layout.counters, numbers, strict=True):
                state[k] = value
        if moment.count > 0:
            for k, value in zip(layout.memory, moment.memory, strict=True):
                state[k] = value
        return state

    def _require_gamma(self) -> None:
        """Refuse a step that does not depend on gamma, whatever its number."""
        inputs = self.inputs(Tape())
        places = []
        for count in self.layout.phases:
            after = inputs.update(self.layout.traces, self.layout.values(inputs, count))
            places += [v.place for v in after if isinstance(v, On)]
        if "gamma" not in inputs.tape.inputs_of(*places):
            raise MethodError(
                f"the step of '{self.maker.name}' does not depend on the step size: a "
                "transformation that is made already hides its options and its learning rate; give "
                "its maker, optax.adam, or the learning rate bea.adapters.gamma"
            )

    def _made(self, gamma: Any, values: Sequence[Any]) -> Any:
        return self.maker.make(gamma, dict(zip(self.maker.hyperparameters, values, strict=True)))

    def _init(self, gamma: Any, values: Any, theta: Any) -> list[Any]:
        import jax

        made = self._made(gamma, values)
        return jax.tree.leaves(made.init(self._tree(theta)))

    def _update(self, gamma: Any, values: Any, theta: Any, slopes: Any,
                state: Any) -> tuple[list[Any], list[Any]]:  # fmt: skip
        return self._updated(self._made(gamma, values), theta, slopes, state)

    def _updated(self, made: Any, theta: Any, slopes: Any,
                 state: Any) -> tuple[list[Any], list[Any]]:  # fmt: skip
        import jax
        import optax

        parameters, before = self._tree(theta), jax.tree.unflatten(self._structure, state)
        updates, after = made.update(self._tree(slopes), before, parameters)
        moved = optax.apply_updates(parameters, updates)
        return jax.tree.leaves(moved), jax.tree.leaves(after)

    def _tree(self, leaves: Sequence[Any]) -> Any:
        import jax

        return jax.tree.unflatten(self._parameters, leaves)

    def _traces(self) -> Traces:
        """Return the jaxprs, with plain numbers for the options on which Python branches."""
        import jax

        with jax.enable_x64(True):
            try:
                return self._trial(with_plain_options(self.maker, self._trial))
            except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
                cause = " ".join(str(error).split())
                if "no attribute fast" in cause and not self.maker.pairs:
                    self.maker = copy(self.maker)
                    self.maker.pairs = True
                    return self._traces()
                missing = re.findall(r"'(value|grad|value_fn|obj_fn)'|(obj_fn) must", cause)
                if missing:
                    names = ", ".join(a or b for a, b in missing)
                    raise MethodError(
                        f"'{self.maker.name}' needs more than gradients, {names}: no equation has "
                        "a step that asks for the loss itself; use BlackBox"
                    ) from None
                raise MethodError(f"'{self.maker.name}' refuses the parameters: {cause}") from None

    def _trial(self, maker: Maker) -> Traces:
        import jax

        self.maker = maker
        theta = [jax.ShapeDtypeStruct(s, np.float64) for s in self._shapes]
        before = (0.1, [0.5] * len(maker.hyperparameters), theta)
        init = jax.make_jaxpr(self._init)(*before)
        state = jax.eval_shape(
            lambda *given: self._made(*given[:2]).init(self._tree(given[2])), *before
        )
        paths, self._structure = jax.tree_util.tree_flatten_with_path(state)
        update = jax.make_jaxpr(self._update)(*before, theta, [leaf for _, leaf in paths])
        return Traces(init, update, [_name_of(path) for path, _ in paths])


# --- private helpers ------------------------------------------------------------------------------


def _guard_hyperparameters(tape: Tape, moment: Moment) -> None:
    """Keep what comparisons of hyperparameters come to, as a branch: these may stay open."""
    compared = [
        k for k, i in enumerate(tape.instructions)
        if i.operation in ("less", "less_equal", "equal") and not i.shape and _of_numbers(tape, k)
        and tape.inputs_of(k).intersection(moment.values)
    ]  # fmt: skip
    if compared:
        f = NumericField(lambda theta, gamma: theta, np.array([moment.gamma]))
        constants = {
            k: as_float(dict(i.settings)["value"])
            for k, i in enumerate(tape.instructions)
            if i.operation == "constant"
        }
        numbers = {**moment.values, "count": float(moment.count)}
        for k, truth in zip(compared, tape.run(Operations(f), numbers, compared, constants),
                            strict=True):  # fmt: skip
            tape.guard(k, bool(truth))


def _of_numbers(tape: Tape, place: int) -> bool:
    """Tell whether a value depends on hyperparameters and the number of the step alone."""
    return not any(name == "gamma" or "." in name for name in tape.inputs_of(place))


def _name_of(path: Any) -> str:
    """Return the name of a leaf of the state, such as "mu" or "mu['w']"."""
    import jax

    named = [k for k, part in enumerate(path) if isinstance(part, jax.tree_util.GetAttrKey)]
    return jax.tree_util.keystr(path[named[-1] if named else 0 :]).lstrip(".") or "state"
