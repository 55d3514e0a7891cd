"""What PyTorch's functions of matrices are, in the words of tapes: products, roots, factors.

A tape has products, solutions and factors of single matrices; stacks of them are taken apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from math import prod
from typing import Any

import numpy as np
import torch

from bea.adapters.pytorch.pointwise import Rule, number_place, scaled
from bea.adapters.pytorch.recorder import Recorder, tensors_in, without_numbers
from bea.errors import MethodError
from bea.series.matrices import LIBRARIES

Reader = Callable[[Recorder, Any, Any, Any], Any]


# --- products -------------------------------------------------------------------------------------


def matrix_product(recorder: Recorder, a: Any, b: Any) -> int:
    """Return the place of the product of vectors, matrices or stacks of matrices."""
    shapes = tuple(a.shape), tuple(b.shape)
    left = (1, *shapes[0]) if a.dim() == 1 else shapes[0]
    right = (*shapes[1], 1) if b.dim() == 1 else shapes[1]
    places = number_place(recorder, a), number_place(recorder, b)
    batch = tuple(torch.broadcast_shapes(left[:-2], right[:-2]))
    parts = [
        recorder.tape.record(
            "matmul",
            _one_of(recorder, places[0], left, batch, which),
            _one_of(recorder, places[1], right, batch, which),
            shape=(left[-2], right[-1]),
        )
        for which in product(*map(range, batch))
    ]
    rows, columns = left[-2:-1] * (a.dim() > 1), right[-1:] * (b.dim() > 1)
    return _together(recorder, parts, (*batch, *rows, *columns))


def _one_of(
    recorder: Recorder, place: int, shape: Sequence[int], batch: Sequence[int], which: Any
) -> int:
    """Return the place of one matrix of a stack, which is repeated where it has one entry."""
    size = prod(shape[-2:])
    numbers = torch.arange(prod(shape)).reshape(*shape[:-2], size)
    index = numbers.expand(*batch, size)[tuple(which)]
    return recorder.taken(place, index.reshape(tuple(shape[-2:])))


def _together(recorder: Recorder, parts: Sequence[int], shape: tuple[int, ...]) -> int:
    found = parts[0] if len(parts) == 1 else recorder.joined(parts)
    return recorder.reshaped(found, shape)


def _rmatmul(recorder: Recorder, a: Any, b: Any) -> int:
    return matrix_product(recorder, b, a)


def _plus_product(
    recorder: Recorder, a: Any, b: Any, c: Any, *, beta: Any = 1, alpha: Any = 1
) -> int:
    tape, found = recorder.tape, matrix_product(recorder, b, c)
    if type(alpha) not in (int, float) or alpha != 1:
        found = tape.record("multiply", number_place(recorder, alpha), found)
    if type(beta) in (int, float) and beta == 0:
        return found
    return tape.record("add", scaled(recorder, a, beta), found)


def _tensordot(recorder: Recorder, a: Any, b: Any, dims: Any = 2, **given: Any) -> int:
    """Return the place of the sums of products over some axes of each."""
    if isinstance(dims, int):
        dims = [range(a.dim() - dims, a.dim()), range(dims)]
    inner = [[int(k) % t.dim() for k in axes] for axes, t in zip(dims, (a, b), strict=True)]
    free = [[k for k in range(t.dim()) if k not in axes]
            for axes, t in zip(inner, (a, b), strict=True)]  # fmt: skip
    size = prod(a.shape[k] for k in inner[0])
    shape = [*(a.shape[k] for k in free[0]), *(b.shape[k] for k in free[1])]
    rows, columns = (prod(t.shape[k] for k in axes) for axes, t in zip(free, (a, b), strict=True))
    left = _turned(recorder, a, [*free[0], *inner[0]], (rows, size))
    right = _turned(recorder, b, [*inner[1], *free[1]], (size, columns))
    found = recorder.tape.record("matmul", left, right, shape=(rows, columns))
    return recorder.reshaped(found, tuple(map(int, shape)))


def _turned(recorder: Recorder, a: Any, order: Sequence[int], shape: tuple[int, ...]) -> int:
    numbers = torch.arange(a.numel()).reshape(a.shape).permute(*order)
    return recorder.taken(number_place(recorder, a), numbers.reshape(shape))


def _matrix_power(recorder: Recorder, a: Any, n: int) -> int:
    """Return the place of a whole power, a product of squares."""
    place, size = number_place(recorder, a), a.shape[-1]
    if a.dim() != 2 or n < 1:
        raise MethodError(f"the step takes the power {n} of matrices (torch's matrix_power)")
    found = None
    while n:
        if n % 2:
            found = place if found is None else _times(recorder, found, place, size)
        n //= 2
        place = _times(recorder, place, place, size) if n else place
    assert found is not None
    return found


def _times(recorder: Recorder, a: int, b: int, size: int) -> int:
    return recorder.tape.record("matmul", a, b, shape=(size, size))


def _trace(recorder: Recorder, a: Any) -> int:
    numbers = torch.arange(a.numel()).reshape(a.shape).diagonal()
    entries = recorder.taken(number_place(recorder, a), numbers)
    return recorder.tape.record("sum", entries, shape=(), axes=(0,), keepdims=False)


# --- solutions ------------------------------------------------------------------------------------


def _solve(recorder: Recorder, a: Any, b: Any, **given: Any) -> int:
    shape = tuple(b.shape)
    right = number_place(recorder, b)
    right = recorder.reshaped(right, (*shape, 1)) if b.dim() == 1 else right
    wide = recorder.tape.shape(right)
    found = recorder.tape.record("solve", number_place(recorder, a), right, shape=wide)
    return recorder.reshaped(found, shape)


def _inverse(recorder: Recorder, a: Any, **given: Any) -> int:
    one = recorder.constants(torch.eye(len(a), dtype=torch.float64))
    shape = tuple(a.shape)
    return recorder.tape.record("solve", number_place(recorder, a), one, shape=shape)


def _of_one_matrix(rule: Rule, name: str) -> Rule:
    def with_check(recorder: Recorder, a: Any, *more: Any, **given: Any) -> int:
        if a.dim() != 2:
            raise MethodError(f"the step uses torch's {name} of {a.dim()} axes, an operation that "
                              "bea does not know")  # fmt: skip
        return rule(recorder, a, *more, **given)

    return with_check


MATRIX_RULES: dict[str, Rule] = {
    **dict.fromkeys(("matmul", "mm", "mv", "bmm"), matrix_product),
    "rmatmul": _rmatmul,
    **dict.fromkeys(("addmm", "baddbmm", "addmv"), _plus_product),
    "tensordot": _tensordot,
    **dict.fromkeys(("matrix_power", "linalg_matrix_power"), _matrix_power),
    "trace": _of_one_matrix(_trace, "trace"),
    **dict.fromkeys(("linalg_solve",), _of_one_matrix(_solve, "linalg.solve")),
    **dict.fromkeys(("inverse", "linalg_inv"), _of_one_matrix(_inverse, "linalg.inv")),
}
"""The functions of matrices with one result, by their names without the marks of operators."""


# --- factors: several results ---------------------------------------------------------------------


def _factors(kind: str, turns_last: bool = False) -> Reader:
    """Return what carries out a factorisation, of a matrix or of each of a stack."""

    def read(recorder: Recorder, func: Any, args: Any, given: Any) -> Any:
        a = args[0]
        place, shape = number_place(recorder, a), tuple(a.shape)
        results = func(*without_numbers(args), **without_numbers(given))
        with torch._C.DisableTorchFunction():
            for part, tensor in enumerate(tensors_in(results)):
                last = turns_last and part == 2
                own = tuple(tensor.shape)[len(shape) - 2 :]
                own = own[::-1] if last else own
                parts = [
                    recorder.tape.record(
                        "factor", _one_of(recorder, place, shape, shape[:-2], which),
                        shape=own, kind=kind, part=part, library="torch",
                    )
                    for which in product(*map(range, shape[:-2]))
                ]  # fmt: skip
                if last:
                    turned = torch.arange(prod(own)).reshape(own).T
                    parts = [recorder.taken(p, turned) for p in parts]
                found = _together(recorder, parts, tuple(tensor.shape))
                recorder.hold_result(tensor, found)
        return results

    return read


def _in_floats(factorise: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def function(a: Any) -> Any:
        with torch._C.DisableTorchFunction():
            found = factorise(torch.from_numpy(np.array(a, order="C")))
            return tuple(x.numpy() for x in found)

    return function


LIBRARIES["torch", "eigh"] = _in_floats(torch.linalg.eigh)
LIBRARIES["torch", "svd"] = _in_floats(lambda a: torch.linalg.svd(a, full_matrices=False))
LIBRARIES["torch", "qr"] = _in_floats(torch.linalg.qr)


def _reduced_only(reader: Reader, name: str, plain: Callable[[Any, Any], bool]) -> Reader:
    def read(recorder: Recorder, func: Any, args: Any, given: Any) -> Any:
        if not plain(args, given):
            raise MethodError(
                f"the step uses torch's {name} in full form, whose further columns are anything"
            )
        return reader(recorder, func, args, given)

    return read


def _is_thin(args: Any, given: Any) -> bool:
    a, full = args[0], given.get("full_matrices", args[1] if len(args) > 1 else True)
    return not full or a.shape[-1] == a.shape[-2]


def _is_reduced(args: Any, given: Any) -> bool:
    return str(given.get("mode", args[1] if len(args) > 1 else "reduced")) == "reduced"


def _is_plain(args: Any, given: Any) -> bool:
    return not any(args[1:]) and not any(given.values())


# --- orders of entries ----------------------------------------------------------------------------


def _argsort(recorder: Recorder, func: Any, args: Any, given: Any) -> Any:
    """Carry out what asks in which order entries are: a branch, as each comparison is."""
    found = func(*args, **given)
    a = args[0]
    if recorder.tape.reads_inputs(recorder.place(a)):
        if a.dim() != 1:
            raise MethodError("the step sorts the entries of matrices (torch's argsort)")
        place = recorder.place(a)
        with torch._C.DisableTorchFunction():
            order = found.tolist()
            rising = bool(a[order[0]] <= a[order[-1]])
            one = [recorder.taken(place, torch.tensor(k)) for k in order]
        for x, y in pairwise(one):
            low, high = (x, y) if rising else (y, x)
            recorder.tape.guard(recorder.tape.record("less_equal", low, high), True)
    return found


MATRIX_READERS: dict[str, Reader] = {
    "linalg_eigh": _factors("eigh"),
    "linalg_svd": _reduced_only(_factors("svd"), "linalg.svd", _is_thin),
    "svd": _reduced_only(_factors("svd", True), "svd", _is_plain),
    "linalg_qr": _reduced_only(_factors("qr"), "linalg.qr", _is_reduced),
    "linalg_cholesky": _reduced_only(_factors("cholesky"), "linalg.cholesky", _is_plain),
    "cholesky": _reduced_only(_factors("cholesky"), "cholesky", _is_plain),
    "argsort": _argsort,
}
"""The functions of matrices with several results, and those that read."""
