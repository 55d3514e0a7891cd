"""What an optimizer of PyTorch keeps from step to step: found by running it, and put back.

After some steps everything that it holds (the state of each parameter, its groups, its own
attributes) is looked through. A number that is the number of steps done, but for a shift, is a
counter, and so is one that comes back to what it was every k steps; numbers and tensors that are
not what they were are memory; all else is constant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from bea.errors import MethodError

Path = tuple[Any, ...]


@dataclass(frozen=True)
class Kept:
    """A thing that is kept: where it is, and what kind of thing it is.

    `shift` is that of a counter, `cycle` what one that comes back is after 0, 1, ... steps; `shape`
    is that of a tensor, None for a number of Python's.
    """

    path: Path
    shape: tuple[int, ...] | None
    shift: int | None = None
    cycle: tuple[int, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is a function of the number of steps done, and no memory."""
        return self.shift is not None or bool(self.cycle)

    @property
    def name(self) -> str:
        """What the library calls it."""
        return ".".join(k for k in self.path if isinstance(k, str)) or str(self.path[0])


def things_of(optimizer: Any) -> dict[Path, Any]:
    """Return all numbers and tensors that an optimizer holds, by their paths."""
    found: dict[Path, Any] = {}
    stepped = {k: v for k, v in vars(optimizer).items() if isinstance(v, torch.optim.Optimizer)}
    for name, inner in stepped.items():
        found |= {("within", name, *path): value for path, value in things_of(inner).items()}
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    known = {id(p) for p in parameters}
    shares_state = any(inner.state is optimizer.state for inner in stepped.values())
    for i, p in enumerate([] if shares_state else parameters):
        for path, value in _walk(optimizer.state.get(p, {}), ("state", i), known):
            found[path] = value
    shared = {k: v for k, v in optimizer.state.items() if not isinstance(k, torch.Tensor)}
    for path, value in _walk({} if shares_state else shared, ("shared",), known):
        found[path] = value
    groups = optimizer.param_groups
    shares_groups = any(inner.param_groups is groups for inner in stepped.values())
    for g, group in enumerate([] if shares_groups else groups):
        rest = {k: v for k, v in group.items() if k != "params"}
        for path, value in _walk(rest, ("group", g), known):
            found[path] = value
    own = {k: v for k, v in vars(optimizer).items() if k not in _OWN}
    for path, value in _walk(own, ("attribute",), known):
        found[path] = value
    return found


def put_back(optimizer: Any, path: Path, value: Any) -> None:
    """Put a value where a path leads."""
    kind, *rest = path
    if kind == "within":
        put_back(vars(optimizer)[rest[0]], tuple(rest[1:]), value)
        return
    if kind == "state":
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        place: Any = optimizer.state[parameters[rest[0]]]
        rest = rest[1:]
    elif kind == "shared":
        place = optimizer.state
    elif kind == "group":
        place, rest = optimizer.param_groups[rest[0]], rest[1:]
    else:
        place = vars(optimizer)
    for key in rest[:-1]:
        place = place[key] if isinstance(place, dict | list) else getattr(place, key)
    if isinstance(place, tuple):
        raise MethodError("the optimizer keeps memory in a tuple, which cannot be put back")
    if isinstance(place, dict | list):
        place[rest[-1]] = value
    else:
        setattr(place, rest[-1], value)


def kept_by(runs: Sequence[Sequence[dict[Path, Any]]]) -> list[Kept]:
    """Return what is kept, from what an optimizer holds after 1, 2, ... steps of some runs."""
    last = runs[0][-1]
    found = []
    for path, value in last.items():
        series = [[_value(step[path]) for step in run if path in step] for run in runs]
        if not all(series):  # it is not in every run
            found.append(Kept(path, ()))
            continue
        if all(_same(s[0], x) for s in series for x in s) and _same(series[0][0], series[1][0]):
            continue
        lengths = [len(run) for run in runs]
        found.append(kept_at(path, value, _shift(series, lengths), _cycle(series, lengths)))
    return found


def kept_at(path: Path, value: Any, shift: int | None = None, cycle: tuple[int, ...] = ()) -> Kept:
    """Return what is kept at a path; a whole number has to be a counter, of a shift or a cycle."""
    shape = tuple(value.shape) if isinstance(value, torch.Tensor) else None
    if shape is not None or not isinstance(value, int):
        return Kept(path, shape, shift)
    if shift is None and not cycle:
        raise MethodError(
            f"the optimizer keeps '{path[-1]}', a whole number that is no number of steps, "
            "from which no modified equation can be derived"
        )
    return Kept(path, shape, shift, () if shift is not None else cycle)


def has_whole_numbers(runs: Sequence[Sequence[dict[Path, Any]]], odd: bool = False) -> bool:
    """Tell whether whole numbers are kept that change; odd ones are no numbers of steps."""
    last, lengths = runs[0][-1], [len(run) for run in runs]
    for path, value in last.items():
        series = [[_value(step[path]) for step in run if path in step] for run in runs]
        changes = any(not _same(s[0], x) for s in series for x in s)
        if isinstance(value, int) and changes and not (odd and _shift(series, lengths) is not None):
            return True
    return False


def array_of(value: Any) -> Any:
    """Return a kept value as an array of floats."""
    if isinstance(value, torch.Tensor):
        return value.detach().double().numpy().copy()
    return np.array(float(value))


# --- private helpers ------------------------------------------------------------------------------

_OWN = {"state", "param_groups", "defaults", "_optimizer_step_pre_hooks", "step",
        "_optimizer_step_post_hooks", "_zero_grad_profile_name", "_profile_hook_name"}  # fmt: skip

_NO_MEMORY = ("builtins", "torch", "enum", "functools", "types", "weakref", "numpy")


def _walk(value: Any, path: Path, known: set[int]) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, torch.Tensor):
        if id(value) not in known:
            yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _walk(part, (*path, key), known)
    elif isinstance(value, list | tuple):
        for k, part in enumerate(value):
            yield from _walk(part, (*path, k), known)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value
    elif type(value).__module__.partition(".")[0] not in _NO_MEMORY and hasattr(value, "__dict__"):
        yield from _walk(vars(value), path, known)  # an object of the library's own


def _value(value: Any) -> Any:
    return array_of(value)


def _same(a: Any, b: Any) -> bool:
    return bool(a.shape == b.shape and np.array_equal(a, b, equal_nan=True))


def _shift(series: Sequence[Sequence[Any]], lengths: Sequence[int]) -> int | None:
    """Return c if the values after k = 1, 2, ... steps are k + c in every run."""
    shifts = set()
    for values, length in zip(series, lengths, strict=True):
        if any(v.size != 1 for v in values):
            return None
        first = length - len(values) + 1
        shifts |= {v.item() - (first + k) for k, v in enumerate(values)}
    (shift, *others) = shifts
    return int(shift) if not others and shift == int(shift) else None


def _cycle(series: Sequence[Sequence[Any]], lengths: Sequence[int]) -> tuple[int, ...]:
    """Return the values after 0, 1, ... steps up to where they come back, twice, in every run."""
    values = [v.item() for v in series[0] if v.size == 1]
    same = all([v.item() for v in s if v.size == 1] == values for s in series)
    if not same or len(values) != lengths[0]:
        return ()
    for period in range(2, len(values) // 2 + 1):
        if values[period:] == values[:-period]:
            return (values[period - 1], *values[: period - 1])
    return ()
