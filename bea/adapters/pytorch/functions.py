"""What PyTorch does to tensors, written down: functions that compute, that move, and that read.

What a function computes is in `bea.adapters.pytorch.rules`. A function that only moves entries
(views, cat, stack, tril, ...) is tried on their numbers. What is neither is refused by its name,
where entries from the tape go into it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from bea.adapters.pytorch.matrices import MATRIX_READERS
from bea.adapters.pytorch.pointwise import number_place
from bea.adapters.pytorch.recorder import Recorder, tensors_in, without_numbers
from bea.adapters.pytorch.rules import RULES
from bea.errors import MethodError

MOVES = frozenset(
    """
    clone contiguous reshape flatten ravel cat concat concatenate stack hstack vstack repeat tile
    repeat_interleave transpose t permute flip roll tril triu diag diag_embed diagonal gather
    index_select take chunk split unbind view view_as getitem movedim expand expand_as squeeze
    unsqueeze broadcast_to narrow select unflatten swapaxes adjoint rot90 block_diag diagflat
    tensor_split unfold numpy_T detach
    """.split()  # noqa: SIM905
)
MAKES = frozenset(
    """
    zeros ones empty full eye arange linspace zeros_like ones_like empty_like full_like new
    new_zeros new_ones new_empty new_full new_tensor tensor as_tensor scalar_tensor tril_indices
    triu_indices hann_window
    """.split()  # noqa: SIM905
)
_RANDOM = frozenset(
    """
    rand randn randint randperm rand_like randn_like randint_like bernoulli multinomial normal
    uniform_ normal_ bernoulli_ exponential_ cauchy_ log_normal_ geometric_ random_ dropout
    poisson trunc_normal_ svd_lowrank
    """.split()  # noqa: SIM905
)
_TAKES_OUT = frozenset(
    """
    tolist numpy float int index equal allclose nonzero argmax argmin sort topk unique
    """.split()  # noqa: SIM905
)


def value_of(recorder: Recorder, func: Any, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
    """Carry out a function of PyTorch's, and write down what it does to entries on the tape."""
    name = plain_name(func)
    if name.startswith("_foreach_"):
        return _each(recorder, name.removeprefix("_foreach_"), args, given)
    if name in _RANDOM:
        raise MethodError(
            f"the step is random (torch's {name}): a modified equation is about one step that is "
            "the same every time"
        )
    if name in _READERS:
        return _READERS[name](recorder, func, args, given)
    if name in ("get", "set", "requires_grad_", "zero_grad"):
        return func(*without_numbers(args), **without_numbers(given))
    if name == "setitem":
        return _put(recorder, func, args)
    if name == "aminmax":
        least, most = (value_of(recorder, f, args, given) for f in (torch.amin, torch.amax))
        return torch.return_types.aminmax((least, most))
    if name == "getitem" and _is_mask(args[1]):
        return _entries(recorder, func, args)
    if _mutates(func, given):
        return _changed(recorder, name, func, args, given)
    if name in RULES:
        place = RULES[name](recorder, *args, **given)
        result = func(*without_numbers(args), **without_numbers(given))
        recorder.hold_result(result, place)
        return result
    if name in MAKES:
        return _made(recorder, func, args, given)
    return _moved(recorder, name, func, args, given)


def plain_name(func: Any) -> str:
    """Return the name of a function without the marks of operators: "radd" for __radd__.

    >>> plain_name(torch.Tensor.add_), plain_name(torch.Tensor.__rsub__)
    ('add_', 'rsub')
    """
    name: str = getattr(func, "__name__", str(func))
    return name[2:-2] if name.startswith("__") and name.endswith("__") else name


# --- private helpers ------------------------------------------------------------------------------

_IN_PLACE = {"iadd": "add", "isub": "sub", "imul": "mul", "itruediv": "div", "idiv": "div",
             "ipow": "pow"}  # fmt: skip


def _mutates(func: Any, given: dict[str, Any]) -> bool:
    name = plain_name(func)
    marked = name.endswith("_") and not name.startswith("_")
    return marked or name in _IN_PLACE or given.get("out") is not None


def _changed(
    recorder: Recorder, name: str, func: Any, args: tuple[Any, ...], given: dict[str, Any]
) -> Any:
    """Carry out what writes into its first argument, or into `out`."""
    base = _IN_PLACE.get(name, name.rstrip("_"))
    if base in MOVES:  # unsqueeze_, t_: another view of the same entries
        return func(*without_numbers(args), **without_numbers(given))
    if base not in RULES:
        raise unknown(name)
    target = given.get("out", args[0])
    options = {k: v for k, v in given.items() if k != "out"}
    recorder.place(target)  # so that its storage is known
    place = RULES[base](recorder, *args, **options)
    result = func(*without_numbers(args), **without_numbers(given))
    recorder.write(target, place)
    return result


def _put(recorder: Recorder, func: Any, args: tuple[Any, ...]) -> None:
    """Carry out target[index] = value."""
    target, index, value = args
    recorder.place(target)
    if _is_mask(index):
        if isinstance(value, torch.Tensor) and value.dim() == 1 and index.dim() == target.dim():
            place = _with_entries(recorder, target, index, value)
        else:
            place = RULES["where"](recorder, index, value, target)
        func(*without_numbers(args))
        recorder.write(target, place)
        return
    place = number_place(recorder, value)
    func(*without_numbers(args))
    with torch._C.DisableTorchFunction():
        part = target[index]
        if part.untyped_storage()._cdata != target.untyped_storage()._cdata:
            raise unknown("an index of tensors")
    recorder.write(part, place)


def _is_mask(index: Any) -> bool:
    return isinstance(index, torch.Tensor) and index.dtype == torch.bool


def _entries(recorder: Recorder, func: Any, args: tuple[Any, ...]) -> Any:
    """Carry out tensor[mask], of which the mask is a branch."""
    source, mask = args
    place, numbers = recorder.place(source), recorder.masked(mask)
    result = func(*args)
    with torch._C.DisableTorchFunction():
        rows = torch.arange(source.numel()).reshape(
            *mask.reshape(-1).shape, *source.shape[mask.dim() :]
        )
        index = rows[numbers].reshape(result.shape)
    recorder.hold(result, recorder.taken(place, index))
    return result


def _with_entries(recorder: Recorder, target: Any, mask: Any, value: Any) -> int:
    """Return the place of a tensor with other entries where a mask is true, in order."""
    numbers = recorder.masked(mask)
    place, shape = recorder.place(target), tuple(target.shape)
    if not len(numbers):
        return place
    index, new = numbers.tolist(), recorder.place(value)
    return recorder.tape.record("put", place, new, shape=shape, index=index)


def _each(recorder: Recorder, name: str, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
    """Carry out a function of lists, entry by entry."""
    count = len(args[0])
    base = name.rstrip("_")
    function = getattr(torch.Tensor, name, None) or getattr(torch, base, None)
    if function is None:
        raise unknown(f"_foreach_{name}")

    def of(value: Any, k: int) -> Any:
        return value[k] if isinstance(value, list | tuple) and len(value) == count else value

    results = [
        value_of(recorder, function, tuple(of(a, k) for a in args),
                 {key: of(v, k) for key, v in _named(name, given).items()})
        for k in range(count)
    ]  # fmt: skip
    return None if name.endswith("_") else results


def _named(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return options of a function of lists as the function of one tensor calls them."""
    return {{"scalar": "value", "scalars": "value"}.get(k, k): v for k, v in given.items()}


def _made(recorder: Recorder, func: Any, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
    """Carry out what makes a tensor, of constants or of one number from the tape."""
    from bea.adapters.pytorch.numbers import Number

    numbers = [x for x in (*args, *given.values()) if isinstance(x, Number)]
    result = func(*without_numbers(args), **without_numbers(given))
    if numbers:
        recorder.hold_result(result, recorder.place(numbers[-1]))
    return result


def _moved(
    recorder: Recorder, name: str, func: Any, args: tuple[Any, ...], given: dict[str, Any]
) -> Any:
    """Carry out what moves entries or computes with none; refuse by name what does more."""
    sources = [
        t for t in tensors_in((args, given)) if t.dtype.is_floating_point or t.dtype == torch.bool
    ]
    places = [recorder.place(t) for t in sources]
    result = func(*without_numbers(args), **without_numbers(given))
    known = {t.untyped_storage()._cdata for t in sources}
    new = [r for r in tensors_in(result) if r.untyped_storage()._cdata not in known]
    on_tape = any(recorder.tape.reads_inputs(place) for place in places)
    if not new or not on_tape:
        return result
    if name not in MOVES:
        raise unknown(name)
    with torch._C.DisableTorchFunction():
        counted = _numbered(sources, args, given)
        moved = func(*without_numbers(counted[0]), **without_numbers(counted[1]))
    source = places[0] if len(places) == 1 else recorder.joined(places)
    for one, index in zip(tensors_in(result), tensors_in(moved), strict=True):
        recorder.hold_result(one, recorder.picked(source, index))
    return result


def _numbered(sources: list[Any], args: Any, given: Any) -> Any:
    """Return the arguments with the numbers of the entries, from 1 on, in their places."""
    numbers, start = {}, 1
    for tensor in sources:
        count = tensor.numel()
        numbers[id(tensor)] = torch.arange(start, start + count).double().reshape(tensor.shape)
        start += count

    def put(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return numbers.get(id(value), value)
        if isinstance(value, list | tuple) and not isinstance(value, torch.Size):
            return type(value)(put(x) for x in value)
        return value

    return put(tuple(args)), {k: put(v) for k, v in given.items()}


def unknown(name: str) -> MethodError:
    """Return the refusal of a function by its name."""
    return MethodError(f"the step uses torch's {name}, an operation that bea does not know")


# --- reading --------------------------------------------------------------------------------------


def _item(recorder: Recorder, func: Any, args: Any, given: Any) -> Any:
    place = recorder.place(args[0])
    value = func(*args, **given)
    if isinstance(value, bool):
        return _truth(recorder, torch.Tensor.__bool__, args, given)
    return recorder.number(recorder.reshaped(place, ()), value)


def _truth(recorder: Recorder, func: Any, args: Any, given: Any) -> bool:
    tensor = args[0]
    place = recorder.reshaped(recorder.place(tensor), ())
    truth = bool(func(*args, **given))
    if tensor.dtype != torch.bool:
        zero = recorder.tape.constant(0)
        place, kept = recorder.tape.record("equal", place, zero), not truth
    else:
        kept = truth
    recorder.tape.guard(place, kept)
    return truth


def _taken_out(recorder: Recorder, func: Any, args: Any, given: Any) -> Any:
    places = [recorder.place(t) for t in tensors_in((args, given))]
    if any(recorder.tape.reads_inputs(place) for place in places):
        raise MethodError(
            f"the step takes numbers out of tensors ({plain_name(func)}), where they cannot be "
            "followed"
        )
    return func(*args, **given)


_READERS: dict[str, Callable[[Recorder, Any, Any, Any], Any]] = {
    "item": _item,
    "bool": _truth,
    "is_nonzero": _truth,
    **dict.fromkeys(_TAKES_OUT, _taken_out),
    **MATRIX_READERS,
}
