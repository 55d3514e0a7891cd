"""What PyTorch's sums, norms, extremes and products of matrices are, in the words of tapes."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, prod
from typing import Any

import torch

from bea.adapters.pytorch.pointwise import (
    Rule,
    absolute,
    maximum,
    minimum,
    number_place,
)
from bea.adapters.pytorch.recorder import Recorder

# --- private helpers: rules -----------------------------------------------------------------------


def _axes(tensor: Any, dim: Any) -> tuple[int, ...]:
    count = tensor.dim()
    if dim is None or (isinstance(dim, list | tuple) and not dim):
        return tuple(range(count))
    return tuple(int(k) % max(count, 1) for k in (dim if isinstance(dim, list | tuple) else (dim,)))


def _summed(recorder: Recorder, tensor: Any, place: int, dim: Any, keepdim: bool) -> int:
    axes, shape = _axes(tensor, dim), tuple(tensor.shape)
    if not shape:
        return place
    if keepdim:
        after = tuple(1 if k in axes else n for k, n in enumerate(shape))
    else:
        after = tuple(n for k, n in enumerate(shape) if k not in axes)
    return recorder.tape.record("sum", place, shape=after, axes=axes, keepdims=bool(keepdim))


def _sum(recorder: Recorder, a: Any, dim: Any = None, keepdim: bool = False, **given: Any) -> int:
    dim = given.get("axis", dim)
    return _summed(recorder, a, number_place(recorder, a), dim, keepdim)


def _mean(recorder: Recorder, a: Any, dim: Any = None, keepdim: bool = False, **given: Any) -> int:
    dim = given.get("axis", dim)
    total = _sum(recorder, a, dim, keepdim)
    count = prod(a.shape[k] for k in _axes(a, dim))
    return recorder.tape.record("divide", total, recorder.tape.constant(count))


def _norm(
    recorder: Recorder, a: Any, p: Any = 2, dim: Any = None, keepdim: bool = False, **given: Any
) -> int:
    p = given.get("ord", p)
    place, whole = number_place(recorder, a), len(_axes(a, dim)) == a.dim()
    if p in (2, 2.0, "fro", None):
        if whole and not keepdim:
            return recorder.tape.record("norm", place, shape=())
        squares = recorder.tape.record("multiply", place, place)
        return recorder.tape.record("sqrt", _summed(recorder, a, squares, dim, keepdim))
    size = absolute(recorder.tape, place)
    if p == 1:
        return _summed(recorder, a, size, dim, keepdim)
    if p == inf:
        return _largest_along(recorder, a, size, dim, keepdim, maximum)
    exponent = recorder.tape.constant(p)
    powers = recorder.tape.record("power", size, exponent)
    total = _summed(recorder, a, powers, dim, keepdim)
    return recorder.tape.record("power", total, recorder.tape.constant(1 / p))


def _normalize(
    recorder: Recorder, a: Any, p: Any = 2, dim: Any = 1, eps: Any = 1e-12, **given: Any
) -> int:
    tape = recorder.tape
    size = maximum(tape, _norm(recorder, a, p, dim, True), number_place(recorder, eps))
    return tape.record("divide", number_place(recorder, a), size)


def _vector_norm(recorder: Recorder, a: Any, ord: Any = 2, *args: Any, **given: Any) -> int:
    return _norm(recorder, a, ord, *args, **given)


def _largest_along(
    recorder: Recorder, a: Any, place: int, dim: Any, keepdim: bool, choose: Callable[..., int]
) -> int:
    """Return the largest or least entry along axes, chosen one after the other."""
    axes, shape = _axes(a, dim), tuple(a.shape)
    rest = [k for k in range(len(shape)) if k not in axes]
    numbers = torch.arange(prod(shape)).reshape(shape).permute(*rest, *axes)
    numbers = numbers.reshape(*(shape[k] for k in rest), -1)
    slices = [recorder.taken(place, numbers[..., k]) for k in range(numbers.shape[-1])]
    found = slices[0]
    for other in slices[1:]:
        found = choose(recorder.tape, found, other)
    if keepdim:
        found = recorder.reshaped(found, tuple(1 if k in axes else n for k, n in enumerate(shape)))
    return found


def _extreme(choose: Callable[..., int]) -> Rule:
    def rule(
        recorder: Recorder, a: Any, dim: Any = None, keepdim: bool = False, **given: Any
    ) -> int:
        if isinstance(dim, torch.Tensor):
            return choose(recorder.tape, number_place(recorder, a), number_place(recorder, dim))
        place = number_place(recorder, a)
        return _largest_along(recorder, a, place, dim, keepdim, choose)

    return rule


def _dot(recorder: Recorder, a: Any, b: Any) -> int:
    product = recorder.tape.record("multiply", number_place(recorder, a), number_place(recorder, b))
    return _summed(recorder, a, product, None, False)


def _outer(recorder: Recorder, a: Any, b: Any) -> int:
    left = recorder.reshaped(number_place(recorder, a), (a.shape[0], 1))
    return recorder.tape.record("multiply", left, number_place(recorder, b))


def _any(recorder: Recorder, a: Any, **given: Any) -> int:
    total = _summed(recorder, a, number_place(recorder, a), None, False)
    return recorder.tape.record("less", recorder.tape.constant(0), total)


def _all(recorder: Recorder, a: Any, **given: Any) -> int:
    total = _summed(recorder, a, number_place(recorder, a), None, False)
    return recorder.tape.record("less_equal", recorder.tape.constant(a.numel()), total)


REDUCTIONS: dict[str, Rule] = {
    "sum": _sum,
    "mean": _mean,
    "norm": _norm,
    "normalize": _normalize,
    "linalg_norm": _vector_norm,
    "linalg_vector_norm": _vector_norm,
    "linalg_matrix_norm": _norm,
    "amax": _extreme(maximum),
    "amin": _extreme(minimum),
    "max": _extreme(maximum),
    "min": _extreme(minimum),
    "dot": _dot,
    "vdot": _dot,
    "outer": _outer,
    "ger": _outer,
    "any": _any,
    "all": _all,
}
"""The functions of whole tensors, by their names without the marks of operators."""
