"""Lanes in blocks: one compiled shape for a single lane, and one for a block of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from bea.arrays import Floats
from bea.errors import BeaError, DimensionError
from bea.fields import About
from bea.fields.functions import FunctionLoss, Groups
from bea.problems.sums.function_sum import FunctionSum

_BLOCK = 8  # lanes that are mapped at once
_LARGE = 20_000  # parameters from which on lanes are worked on one by one, for the memory's sake


def in_blocks(function: Callable[..., Any], arrays: Sequence[Floats], dimension: int) -> Floats:
    """Return function of arrays whose last axis is the lanes, block by block.

    Parameters
    ----------
    function
        Of arrays with as many lanes as a block, or with one.

    >>> in_blocks(lambda x: 2 * x, [np.arange(10.0)[None]], 1).shape
    (1, 10)
    """
    lanes = arrays[0].shape[-1]
    width = 1 if dimension > _LARGE or lanes == 1 else _BLOCK
    found = []
    for first in range(0, lanes, width):
        last = min(first + width, lanes)
        places = np.minimum(np.arange(first, first + width), lanes - 1)  # the last lane again
        block = np.asarray(function(*(a[..., places] for a in arrays)))
        found.append(block[..., : last - first])
    return np.concatenate(found, axis=-1)


def library(name: str, extra: str) -> Any:
    """Import a library that is an extra of bea's; raises `BeaError` that names the extra."""
    try:
        return import_module(name)
    except ImportError:
        raise BeaError(
            f"{name} is not installed: it comes with the extra bea[{extra}], "
            f"pip install 'bea[{extra}]'"
        ) from None


def check_lengths(data: Sequence[Any]) -> None:
    """Raise `DimensionError` if arrays of data do not have as many samples each."""
    lengths = [len(x) for x in data if np.ndim(x)]
    if len(set(lengths)) > 1:
        raise DimensionError(
            f"the data have {' and '.join(map(str, lengths))} samples: give as many labels as "
            "inputs"
        )


def count_samples(data: Sequence[Any]) -> int:
    """Return how many samples the arrays of data have; 0 where there are no data."""
    return next((len(x) for x in data if np.ndim(x)), 0)


def problem_of(
    derivatives: Any, groups: Groups, about: About, starts: Floats, samples: int
) -> FunctionLoss:
    """Return a loss as a problem, with data as a finite sum."""
    if samples:
        return FunctionSum(derivatives, groups, about, starts, samples)
    return FunctionLoss(derivatives, groups, about, starts=starts)


def check_single(kinds: dict[str, str], remedy: str) -> None:
    """Raise `BeaError` if a group of parameters is not in double precision."""
    for name, kind in kinds.items():
        if not kind.endswith("float64"):
            raise BeaError(
                f"the parameters '{name}' are {kind}, and flows need float64, since the rounding "
                f"of others drowns what is measured: {remedy}"
            )


def check_scalar(shape: Sequence[int], kind: str) -> None:
    """Raise `BeaError` if the loss is no single number in double precision."""
    if tuple(shape) not in ((), (1,)):
        raise DimensionError(
            f"the loss is an array of shape {tuple(shape)}: return one number, such as its mean"
        )
    if not kind.endswith("float64"):
        raise BeaError(
            f"the loss is computed in {kind}, and flows need float64: leave conversions such as "
            "astype(float32) out of it"
        )
