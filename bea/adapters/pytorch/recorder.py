"""PyTorch's functions on tape, whatever tensors share.

Tensors stay PyTorch's own. Of each storage it is known where its entries are on the tape; a tensor
is some of them, by its offset and strides, so that views and in-place operations need no care of
their own. What holds no entry from the tape is an array of constants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from bea.adapters.pytorch.numbers import Number, number_on, place_of, plain
from bea.adapters.tracing.constants import shown_decimal
from bea.adapters.tracing.tape import Tape
from bea.algebra.ring.exact import as_rational
from bea.errors import MethodError

#: How many entries of a tensor of constants are written down one by one.
_MOST_CONSTANTS = 4096


class Doubles(TorchFunctionMode):
    """Lets every tensor that a step makes be one of float64, which it may mean to round."""

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Carry out a function of PyTorch's in float64."""
        func, args, given = in_doubles(func, args, kwargs)
        return func(*args, **given)


class Recorder(TorchFunctionMode):
    """Writes down on a tape what PyTorch's functions do while it is entered.

    `carry_out(recorder, function, args, kwargs)` carries one out and writes it down.
    """

    def __init__(self, tape: Tape, carry_out: Callable[..., Any]) -> None:
        super().__init__()
        self.tape, self._carry_out = tape, carry_out
        self._places: dict[int, int] = {}  # of storages
        self._alive: list[Any] = []  # so that no storage takes the place of another

    # --- tensors --------------------------------------------------------------------------------

    def hold(self, tensor: Any, place: int) -> None:
        """Say that a tensor of its own storage is the value at a place."""
        self._alive.append(tensor)
        self._places[_storage(tensor)] = place

    def place(self, value: Any) -> int:
        """Return where a tensor or number is on the tape."""
        if not isinstance(value, torch.Tensor):
            return place_of(self.tape, value)
        with torch._C.DisableTorchFunction():
            if _storage(value) not in self._places:
                self._hold_constants(value)
            held = self._places[_storage(value)]
            shape = tuple(value.shape)
            size = _size_of_storage(value)
            if value.is_contiguous() and value.numel() == size:
                return self.reshaped(held, shape)
            index = torch.arange(size).as_strided(shape, value.stride(), value.storage_offset())
            return self.taken(held, index)

    def reshaped(self, place: int, shape: tuple[int, ...]) -> int:
        """Return the place of the same entries in a shape."""
        if self.tape.shape(place) == shape:
            return place
        return self.tape.record("reshape", place, shape=shape)

    def taken(self, place: int, index: Any) -> int:
        """Return the place of entries, by their numbers."""
        count = prod(self.tape.shape(place))
        if torch.equal(index.reshape(-1), torch.arange(count)):
            return self.reshaped(place, tuple(index.shape))
        return self.tape.record("take", place, shape=tuple(index.shape), index=index.tolist())

    def joined(self, places: Sequence[int]) -> int:
        """Return the place of all entries of some values, one after the other."""
        total = sum(prod(self.tape.shape(place)) for place in places)
        return self.tape.record("concatenate", *places, shape=(total,))

    def picked(self, place: int, index: Any) -> int:
        """Return the place of entries by their numbers from 1 on; 0 is the number 0."""
        index = index.long()
        if bool((index > 0).all()):
            return self.taken(place, index - 1)
        return self.taken(self.joined([self.tape.constant(0), place]), index)

    def masked(self, mask: Any) -> Any:
        """Return the numbers of the entries that a mask has, on which the step branches."""
        place, flat = self.place(mask), mask.reshape(-1)
        with torch._C.DisableTorchFunction():
            truths = flat.tolist()
            if self.tape.reads_inputs(place):
                for k, truth in enumerate(truths):
                    self.tape.guard(self.taken(place, torch.tensor(k)), truth)
            return torch.tensor([k for k, truth in enumerate(truths) if truth], dtype=torch.long)

    def hold_result(self, result: Any, place: int) -> None:
        """Say that the new tensor that a function gave, or the first of them, is at a place."""
        tensor = next(iter(tensors_in(result)), None)
        if tensor is None or _storage(tensor) in self._places:
            return
        shape = tuple(tensor.shape)
        if self.tape.shape(place) != shape:
            how = "broadcast" if prod(self.tape.shape(place)) != tensor.numel() else "reshape"
            place = self.tape.record(how, place, shape=shape)
        with torch._C.DisableTorchFunction():
            if not tensor.is_contiguous():  # keep the order of the storage
                order = torch.arange(tensor.numel()).as_strided(shape, tensor.stride())
                place = self.taken(place, torch.argsort(order.reshape(-1)))
        self.hold(tensor, place)

    def write(self, tensor: Any, place: int) -> None:
        """Put the value at a place into a tensor, and so into all that share its storage."""
        with torch._C.DisableTorchFunction():
            shape, size = tuple(tensor.shape), _size_of_storage(tensor)
            if self.tape.shape(place) != shape:
                place = self.tape.record("broadcast", place, shape=shape)
            if not (tensor.is_contiguous() and tensor.numel() == size):
                held = self._places[_storage(tensor)]
                index = torch.arange(size).as_strided(
                    shape, tensor.stride(), tensor.storage_offset()
                )
                place = self.tape.record(
                    "put", held, place, shape=self.tape.shape(held), index=index.tolist()
                )
            self.hold(tensor, place)

    def _hold_constants(self, tensor: Any) -> None:
        """Take the entries of a storage for constants."""
        storage = torch.empty(0, dtype=tensor.dtype).set_(tensor.untyped_storage())
        self.hold(tensor, self.constants(storage))

    def constants(self, tensor: Any) -> int:
        """Return the place of a tensor of constants, a single number where all are the same."""
        shape, entries = tuple(tensor.shape), tensor.detach().reshape(-1).double().tolist()
        if entries and all(x == entries[0] for x in entries):
            place = self.tape.constant(entries[0])
            return place if not shape else self.tape.record("broadcast", place, shape=shape)
        if len(entries) > _MOST_CONSTANTS:
            raise MethodError(f"the step computes with {len(entries):,} numbers of its own")
        numbers = [as_rational(shown_decimal(x)) for x in entries]
        table = [Fraction(int(x.p), int(x.q)) for x in numbers if x is not None]
        return self.tape.record("table", shape=shape, values=table)

    # --- functions ------------------------------------------------------------------------------

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Carry out a function of PyTorch's, and write it down."""
        self.tape.left_out |= {f"rounds to {kind}" for kind in _rounding(func, args, kwargs)}
        return self._carry_out(self, *in_doubles(func, args, kwargs))

    def number(self, place: int, value: Any) -> Any:
        """Return a number that was taken out of a tensor; constants are Python's own."""
        return number_on(self.tape, place, value) if self.tape.reads_inputs(place) else value


def _rounding(func: Any, args: Any, kwargs: Mapping[str, Any] | None) -> set[str]:
    """Return the types of half as many bits, or fewer, that a function is asked for."""
    named = {"half": "float16", "bfloat16": "bfloat16"}.get(getattr(func, "__name__", ""))
    kinds = [x for x in (*args, *(kwargs or {}).values()) if isinstance(x, torch.dtype)]
    found = {str(x).removeprefix("torch.") for x in kinds if x.is_floating_point and x.itemsize < 4}
    return found | {named} if named else found


def in_doubles(func: Any, args: Any, kwargs: Mapping[str, Any] | None) -> Any:
    """Return a function and its arguments with float64 for all types of floating point."""
    if getattr(func, "__name__", "") in ("float", "half", "bfloat16"):
        func = torch.Tensor.double
    return func, tuple(map(_double, args)), {k: _double(v) for k, v in (kwargs or {}).items()}


def without_numbers(value: Any) -> Any:
    """Return arguments with Python's own numbers for those on tape."""
    if isinstance(value, Number):
        return plain(value)
    if isinstance(value, list | tuple) and not isinstance(value, torch.Size):
        return type(value)(without_numbers(x) for x in value)
    if isinstance(value, dict):
        return {k: without_numbers(v) for k, v in value.items()}
    return value


def tensors_in(value: Any) -> list[Any]:
    """Return the tensors among arguments or results."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, list | tuple):
        return [t for x in value for t in tensors_in(x)]
    if isinstance(value, dict):
        return tensors_in(list(value.values()))
    return []


def _storage(tensor: Any) -> int:
    found: int = tensor.untyped_storage()._cdata
    return found


def _size_of_storage(tensor: Any) -> int:
    found: int = tensor.untyped_storage().nbytes() // tensor.element_size()
    return found


def _double(value: Any) -> Any:
    floating = isinstance(value, torch.dtype) and value.is_floating_point
    return torch.float64 if floating else value
