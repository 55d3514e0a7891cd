"""The front end for PyTorch: an optimizer class with its options, run and recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from functools import cached_property
from math import lcm
from typing import Any

import numpy as np
import torch

from bea.adapters.pytorch.functions import value_of
from bea.adapters.pytorch.memory import (
    Kept,
    array_of,
    has_whole_numbers,
    kept_at,
    kept_by,
    put_back,
    things_of,
)
from bea.adapters.pytorch.numbers import mathematics, number_on
from bea.adapters.pytorch.options import Options
from bea.adapters.pytorch.recorder import Doubles, Recorder
from bea.adapters.tracing.moments import LATE, random_moment, settled_moment
from bea.adapters.tracing.optimizer import Leaf, Moment, Played, Shapes
from bea.adapters.tracing.tape import Tape
from bea.algebra import Expression
from bea.arrays import Floats
from bea.errors import BeaError, MethodError

_STEPS = 4  # after which an optimizer holds what it holds later, too
_LONGER = (40, 128)  # steps that show a counter which comes back to what it was
_MOST_PHASES = 32
#: Seeds, whether gradients are the same throughout, and learning rates.
_RUNS = ((0, False, 0.01), (2, True, 0.01), (1, False, 0.01), (3, True, 10.0))


class TorchSource:
    """A subclass of torch.optim.Optimizer with its options: a front end of `Traced`.

    Parameters
    ----------
    options
        The class and the options.
    """

    def __init__(self, options: Options) -> None:
        self.given = options
        self._shadows: dict[Shapes, Any] = {}
        self._kept: dict[Shapes, list[Kept]] = {}

    @property
    def name(self) -> str:
        """How it is written."""
        return self.given.name

    @property
    def shapes(self) -> Shapes | None:
        """The shapes of the tensors, where it is about certain ones."""
        return self.given.shapes

    @property
    def options(self) -> Mapping[str, str]:
        """What else was chosen."""
        return self.given.all_chosen

    @property
    def hyperparameters(self) -> Mapping[str, Expression]:
        """The numbers that it computes with."""
        return self.given.all_numbers

    @cached_property
    def first_differs(self) -> bool:
        """Whether it counts its steps, or what it keeps begins elsewhere than at zero."""
        shapes = self.given.shapes or ((2,),)
        kept = self._kept_for(shapes)
        return any(k.counts for k in kept) or not self._begins_at_zero(shapes)

    @cached_property
    def period(self) -> int:
        """After how many steps it repeats itself: the least that all its remainders divide.

        Raises
        ------
        MethodError
            If these are too many.
        """
        shapes = self.given.shapes or ((2,),)
        found = lcm(1, *(len(k.cycle) for k in self._kept_for(shapes) if k.cycle))
        moment, phase = settled_moment(self, shapes, None), 0
        while phase < found:
            if found > _MOST_PHASES:
                raise MethodError(
                    f"{self.name} repeats itself only every {found:,} steps: give options by which "
                    f"it does so every {_MOST_PHASES} at most"
                )
            count = moment.count - moment.count % found + phase
            found = lcm(found, *self.record(replace(moment, count=count)).periods)
            phase += 1
        return found

    def leaves(self, shapes: Shapes) -> Sequence[Leaf]:
        """Return the memory: what is kept and no counter."""
        kept = self._kept_for(shapes)
        return [Leaf(k.name, k.shape or ()) for k in kept if not k.counts]

    def record(self, moment: Moment) -> Tape:
        """Return the tape of the step that is taken there."""
        tape = Tape()
        recorder = Recorder(tape, value_of)
        shapes = _shapes(moment)
        numbers = {n: number_on(tape, tape.input(n), v) for n, v in moment.values.items()}
        gamma = number_on(tape, tape.input("gamma"), moment.gamma)
        with _in_doubles(), self._watched():
            parameters = self._parameters(moment)
            for i, p in enumerate(parameters):
                recorder.hold(p, tape.input(f"theta.{i}", shapes[i]))
                recorder.hold(p.grad, tape.input(f"grad.{i}", shapes[i]))
            with recorder:
                optimizer = self.given.made(parameters, gamma, numbers)
            if moment.count:
                self._restore(optimizer, moment, recorder)
            kept = self._kept_for(shapes)
            others = self._others(optimizer, kept)
            with recorder:
                self._take_step(optimizer)
            self._require_constant(others, self._others(optimizer, kept))
            tape.theta = tuple(recorder.place(p) for p in parameters)
            things = things_of(optimizer)
            places = []
            for k in self._kept_for(shapes):
                if not k.counts:
                    if k.path not in things:
                        raise self._late(k)
                    places.append(recorder.place(things[k.path]))
            tape.memory = tuple(places)
        return tape

    def play(self, moment: Moment, slopes: Sequence[Sequence[Floats]]) -> list[Played]:
        """Return what some real steps make of the parameters and the memory."""
        kept = [k for k in self._kept_for(_shapes(moment)) if not k.counts]
        played = []
        with _in_doubles(), Doubles():
            parameters = self._parameters(moment)
            optimizer = self.given.made(parameters, moment.gamma, moment.values)
            if moment.count:
                self._restore(optimizer, moment)
            for slope in slopes:
                for p, g in zip(parameters, slope, strict=True):
                    p.grad = torch.tensor(g, dtype=torch.float64)
                self._take_step(optimizer)
                things = things_of(optimizer)
                memory = [array_of(things[k.path]) if k.path in things else np.zeros(k.shape or ())
                          for k in kept]  # fmt: skip
                played.append(([array_of(p) for p in parameters], memory))
        return played

    # --- private helpers ------------------------------------------------------------------------

    def _parameters(self, moment: Moment) -> list[Any]:
        made = []
        for theta, slope in zip(moment.theta, moment.slopes, strict=True):
            parameter = torch.nn.Parameter(torch.tensor(theta, dtype=torch.float64))
            parameter.grad = torch.tensor(slope, dtype=torch.float64)
            made.append(parameter)
        return made

    def _take_step(self, optimizer: Any) -> None:
        try:
            optimizer.step()
        except BeaError:
            raise
        except Exception as error:
            cause = " ".join(str(error).split())[:200] or type(error).__name__
            if "does not require grad" in cause:
                raise MethodError(
                    f"a step of {self.name} differentiates gradients again (their graph is "
                    "needed), which no gradient alone gives: use BlackBox"
                ) from None
            hint = self.given.hint
            raise MethodError(f"a step of {self.name} fails: {cause}{hint}") from error

    @contextmanager
    def _watched(self) -> Iterator[None]:
        roots = {base.__module__.partition(".")[0] for base in self.given.kind.__mro__}
        with mathematics(roots - {"builtins", "typing", "abc"}):
            yield

    def _begins_at_zero(self, shapes: Shapes) -> bool:
        """Tell whether the first step is what a later one makes of memory that is zero."""
        first = random_moment(self, shapes, np.random.default_rng(3))
        ends = [self.play(m, [m.slopes])[0] for m in (first, replace(first, count=1))]
        now, then = (np.concatenate([np.ravel(x) for part in e for x in part]) for e in ends)
        return np.allclose(now, then, rtol=1e-13, atol=1e-13)

    def _kept_for(self, shapes: Shapes) -> list[Kept]:
        if shapes not in self._kept:
            with _in_doubles(), Doubles():
                runs = [self._run(shapes, *kind) for kind in _RUNS]
                for longer in _LONGER if has_whole_numbers(runs) else ():
                    runs = [self._run(shapes, *kind, longer) for kind in _RUNS]
                    if not has_whole_numbers(runs, odd=True):
                        break
            self._kept[shapes] = kept_by(runs)
            self._require_found(self._kept[shapes], self._shadows[shapes])
            held = things_of(self._shadows[shapes])
            for k in self._kept[shapes]:
                if k.path not in held:
                    raise MethodError(
                        f"{self.name} keeps '{k.name}' by the identity of a parameter, or not in "
                        "every run, so that it cannot be put back"
                    )
            self._kept[shapes] += self._kept_late(shapes)
        return self._kept[shapes]

    def _others(self, optimizer: Any, kept: list[Kept]) -> dict[Any, Any]:
        """Return what an optimizer holds beside its memory and counters, as copies."""
        known = {k.path for k in kept}
        found = things_of(optimizer)
        return {path: array_of(x) for path, x in found.items() if path not in known}

    def _require_constant(self, before: dict[Any, Any], after: dict[Any, Any]) -> None:
        for path, value in before.items():
            if path in after and not np.array_equal(value, after[path], equal_nan=True):
                raise MethodError(
                    f"{self.name} changes '{Kept(path, None).name}' on a branch that none of its "
                    "first steps took, so that it was taken for a constant"
                )

    def _require_found(self, kept: list[Kept], optimizer: Any) -> None:
        held = things_of(optimizer)
        for k in kept:
            if k.path not in held:
                raise MethodError(
                    f"{self.name} keeps '{k.name}' by the identity of a parameter, or not in every "
                    "run, so that it cannot be put back"
                )

    def _kept_late(self, shapes: Shapes) -> list[Kept]:
        """Return what is kept far from the first step and was constant at first."""
        kept, before = self._kept[shapes], things_of(self._shadows[shapes])
        if not any(k.counts for k in kept):
            return []
        made, optimizer = self._fresh(shapes)
        memory = [array_of(before[k.path]) for k in kept if not k.counts]
        moment = Moment([np.zeros(s) for s in shapes], [], memory, LATE, 0.01, self.given.generic)
        with _in_doubles(), Doubles():
            self._restore(optimizer, moment)
            self._take_random_step(optimizer, made, np.random.default_rng(2))
        after, known = things_of(optimizer), {k.path for k in kept}
        others = [path for path in before if path in after and path not in known]
        return [
            kept_at(path, before[path])
            for path in others
            if not np.array_equal(array_of(before[path]), array_of(after[path]))
        ]

    def _run(
        self, shapes: Shapes, seed: int, steady: bool, rate: float, steps: int = _STEPS
    ) -> list[dict[Any, Any]]:
        """Return what the optimizer holds after each of the first steps of a run.

        Its gradients are random, or steadily the same, as on a way down; with a large rate it goes
        far, which what measures its way notices.
        """
        rng = np.random.default_rng(seed)
        made, optimizer = self._fresh(shapes, seed, rate)
        held = []
        for _ in range(steps):
            self._take_random_step(optimizer, made, np.random.default_rng(seed) if steady else rng)
            held.append({path: _copied(x) for path, x in things_of(optimizer).items()})
        if rate == _RUNS[0][2]:
            self._shadows[shapes] = optimizer
        return held

    def _fresh(self, shapes: Shapes, seed: int = 0, rate: float = 0.01) -> tuple[list[Any], Any]:
        """Return random parameters and a new optimizer of them."""
        rng = np.random.default_rng(seed + 10)
        with _in_doubles(), Doubles():
            made = [torch.nn.Parameter(torch.tensor(rng.standard_normal(s))) for s in shapes]
            return made, self.given.made(made, rate, self.given.generic)

    def _take_random_step(self, optimizer: Any, made: list[Any], rng: np.random.Generator) -> None:
        for p in made:
            p.grad = torch.tensor(rng.standard_normal(tuple(p.shape)))
        self._take_step(optimizer)

    def _restore(self, optimizer: Any, moment: Moment, recorder: Recorder | None = None) -> None:
        """Let the optimizer hold what it holds after so many steps, with this memory."""
        shapes = _shapes(moment)
        kept = self._kept_for(shapes)
        shadow = self._shadows[shapes]
        _take_over(optimizer, shadow)
        things, memory = things_of(shadow), iter(enumerate(moment.memory))
        for k in kept:
            if k.cycle:
                put_back(optimizer, k.path, k.cycle[moment.count % len(k.cycle)])
                continue
            if k.shift is None:
                i, value = next(memory)
                name = f"memory.{i}"
            else:
                value, name = np.array(float(moment.count + k.shift)), "count"
            put_back(optimizer, k.path, self._value(k, things[k.path], value, name, recorder))

    def _value(self, kept: Kept, old: Any, value: Floats, name: str,
               recorder: Recorder | None) -> Any:  # fmt: skip
        """Return a value of the kind of what was there, on tape if there is one."""
        place = None
        if recorder is not None:
            tape = recorder.tape
            shape = kept.shape or ()
            place = tape.input(name, () if name == "count" else shape)
            if kept.shift:
                place = tape.record("add", place, tape.constant(kept.shift))
        if kept.shape is not None:
            made = torch.tensor(value, dtype=torch.float64).reshape(kept.shape)
            if recorder is not None and place is not None:
                recorder.hold(made, recorder.reshaped(place, kept.shape))
            return made
        number = int(value.item()) if isinstance(old, int) else value.item()
        return number if recorder is None else number_on(recorder.tape, place or 0, number)

    def _late(self, kept: Kept) -> MethodError:
        return MethodError(
            f"{self.name} keeps '{kept.name}' only after some steps, so that its first ones are "
            "not the later ones"
        )


# --- private helpers ------------------------------------------------------------------------------


def _shapes(moment: Moment) -> Shapes:
    return tuple(tuple(x.shape) for x in moment.theta)


def _copied(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, torch.Tensor) else value


@contextmanager
def _in_doubles() -> Iterator[None]:
    """Let new tensors be of float64, without gradients of their own."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.set_default_dtype(before)


def _take_over(optimizer: Any, shadow: Any) -> None:
    """Let an optimizer hold what another one holds and it does not."""
    for group, other in zip(optimizer.param_groups, shadow.param_groups, strict=True):
        for p, q in zip(group["params"], other["params"], strict=True):
            if q in shadow.state:
                optimizer.state[p] = deepcopy(dict(shadow.state[q]))
        for key in other.keys() - group.keys():
            group[key] = deepcopy(other[key])
    for key, value in shadow.state.items():
        if not isinstance(key, torch.Tensor):
            optimizer.state[key] = deepcopy(value)
    for key, value in vars(shadow).items():
        if isinstance(value, torch.optim.Optimizer):
            _take_over(vars(optimizer)[key], value)
        elif key not in vars(optimizer):
            vars(optimizer)[key] = deepcopy(value)
