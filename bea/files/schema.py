"""What a saved result must look like: said at its fields, and checked before anything is unpacked.

A field of a `Result` is annotated with an `Array`, a `Text` or a `Listed`. Axes have names: all
arrays of one result agree on how long an axis is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

_LONGEST = 300_000  # characters of a text; a formula may have as many
_MOST_TEXTS = 100_000

Axes = dict[str, int]
Layout = Mapping[str, tuple[str, tuple[int, ...]]]
"""Name of an array -> NumPy's name of its type, and its shape."""


class MismatchError(ValueError):
    """What is in a file is not what should be there; the message says what is not so."""


def require(fulfilled: Any, otherwise: str) -> None:
    """Raise a `MismatchError` unless something is so."""
    if not fulfilled:
        raise MismatchError(otherwise)


@dataclass(frozen=True)
class Array:
    """An array.

    Attributes
    ----------
    kind
        NumPy's name of its type, such as "<f8".
    axes
        The names of its axes, separated by blanks; each is at least 1 long.
    least, most
        Bounds of its values.
    gaps
        Whether some may be unknown (NaN).
    infinite
        Whether they may be infinite, as far as the bounds allow it.
    rising
        Whether each value is larger than the one before.
    """

    kind: str
    axes: str
    least: float = -np.inf
    most: float = np.inf
    gaps: bool = False
    infinite: bool = False
    rising: bool = False

    def check_shape(self, name: str, layout: Layout, axes: Axes) -> None:
        """Check type and shape, and learn how long the axes are."""
        require(name in layout, f"there is no {name}")
        kind, shape = layout[name]
        require(kind == self.kind, f"{name} has the type {kind}, not {self.kind}")
        names = self.axes.split()
        fits = len(shape) == len(names) and min(shape) >= 1 and all(
            axes.setdefault(axis, size) == size for axis, size in zip(names, shape, strict=True)
        )  # fmt: skip
        require(fits, f"{name} has the shape {shape}, which does not fit ({', '.join(names)})")

    def check_values(self, name: str, values: Any) -> None:
        """Check the numbers themselves."""
        if values.dtype.kind == "f":
            known = values if not self.gaps else values[~np.isnan(values)]
            fine = np.isfinite(known).all() if not self.infinite else not np.isnan(known).any()
            require(fine, f"{name} has a value that is no finite number")
            values = known
        inside = values.size == 0 or (values.min() >= self.least and values.max() <= self.most)
        require(inside, f"{name} has a value outside [{self.least:g}, {self.most:g}]")
        if self.rising:
            require((values[1:] > values[:-1]).all(), f"{name} does not rise")


@dataclass(frozen=True)
class Text:
    """A text; one of `choices`, if there are any."""

    choices: tuple[str, ...] = ()

    def check(self, name: str, value: Any, axes: Axes) -> None:
        """Check it."""
        require(isinstance(value, str) and len(value) <= _LONGEST, f"{name} is no text")
        if self.choices:
            require(value in self.choices, f"{name} is none of {', '.join(self.choices)}")


@dataclass(frozen=True)
class Listed:
    """A list.

    Attributes
    ----------
    kinds
        The types of its entries.
    axis
        The axis that is as long, if there is one.
    """

    kinds: tuple[type, ...]
    axis: str = ""

    def check(self, name: str, value: Any, axes: Axes) -> None:
        """Check it."""
        require(isinstance(value, list | tuple), f"{name} is no list")
        require(len(value) <= _MOST_TEXTS, f"{name} has {len(value)} entries")
        require(all(type(part) in self.kinds for part in value), f"{name} has other entries")
        if self.axis:
            fits = axes.setdefault(self.axis, len(value)) == len(value)
            require(fits, f"{name} has {len(value)} entries for {axes[self.axis]} {self.axis}")


Field = Array | Text | Listed


def check_fields(
    schema: Mapping[str, Field], optional: Sequence[str], words: Mapping[str, Any], layout: Layout
) -> None:
    """Check words, and the types and shapes of arrays, against a schema.

    Raises
    ------
    MismatchError
        If something is missing, left over, or not as it should be.
    """
    axes: Axes = {}
    left_over = sorted({*words, *layout} - {*schema})
    require(not left_over, f"there is something else: {', '.join(left_over)[:60]}")
    given = {name: field for name, field in schema.items()
             if name not in optional or name in words or name in layout}  # fmt: skip
    for name, field in given.items():
        if isinstance(field, Array):
            field.check_shape(name, layout, axes)
    for name, field in given.items():
        if not isinstance(field, Array):
            require(name in words, f"there is no {name}")
            field.check(name, words[name], axes)


def bytes_of(kind: str, shape: Sequence[int]) -> int:
    """Return how much memory an array takes."""
    return np.dtype(kind).itemsize * prod(shape)
