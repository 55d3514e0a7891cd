"""What an epoch is asked for, read and checked: the losses of the samples, and the batches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bea.algebra import Ring
from bea.algebra.ring.conversions import moved_to
from bea.errors import BeaError, DimensionError
from bea.fields import Loss
from bea.methods import Method, Scheduled
from bea.modified.epochs.equation import Batches, batch_loss
from bea.modified.symbolic_step import missing_symbols


def read_losses(finite_sum: Any, method: Method) -> tuple[tuple[Loss, ...], Loss]:
    """Return the losses, over one ring that has the method's symbols, and their mean.

    Raises
    ------
    BeaError
        If they are no losses, of the same variables.

    Examples
    --------
    >>> from bea.methods import gradient_descent
    >>> read_losses([Loss.read("x**2"), Loss.read("a*x", "x", "a")], gradient_descent())[1]
    Loss(x**2/2 + x*a/2)
    """
    if isinstance(method, Scheduled):
        raise BeaError(
            "the equation of an epoch is for one step size, and this method has a schedule: take "
            "the inner method, or modified_generator for fresh batches, or bea.ensemble"
        )
    found = getattr(finite_sum, "losses", finite_sum)
    given = list(found) if isinstance(found, Iterable) else []
    if not given or not all(isinstance(loss, Loss) for loss in given):
        raise BeaError("an epoch goes through the losses of samples: give a finite sum, or a list")
    if len({loss.variables for loss in given}) > 1:
        raise DimensionError(
            "the losses of the samples have different variables: declare the same, in one order"
        )
    names = dict.fromkeys(name for loss in given for name in loss.parameters)
    bare = Ring(given[0].variables, tuple(names))
    missing = missing_symbols(method, Loss(bare.variable(0)))
    ring = Ring(given[0].variables, (*names, *missing))
    losses = tuple(Loss(moved_to(ring, loss.value), loss.about) for loss in given)
    problem = Loss(batch_loss(losses).value, getattr(finite_sum, "about", None))
    method.check_field(problem)
    return losses, problem


def split(batches: Any, size: int) -> Batches:
    """Return the batches as tuples of indices; a number makes batches of neighbours.

    Raises
    ------
    BeaError
        If they do not hold each sample once, all of the same size.

    Examples
    --------
    >>> split(2, 4)
    ((0, 1), (2, 3))
    """
    if isinstance(batches, int | np.integer):
        count = checked_size(batches, size)
        return tuple(tuple(range(i, i + count)) for i in range(0, size, count))
    try:
        found = tuple(tuple(int(i) for i in batch) for batch in batches)
    except (TypeError, ValueError):
        raise BeaError(
            f"the batches are a {type(batches).__name__} and no lists of indices: give their size, "
            "such as 2, or lists such as [[0, 1], [2, 3]]"
        ) from None
    if sorted(i for batch in found for i in batch) != list(range(size)):
        raise BeaError(
            f"the batches do not hold each of the {size} samples once: an epoch goes through all "
            f"the indices 0 ... {size - 1}"
        )
    if len({len(batch) for batch in found}) > 1:
        raise BeaError(
            "the batches differ in size, so that the mean of their losses is not L: give batches "
            "of one size"
        )
    return found


def checked_size(count: Any, size: int) -> int:
    """Return a number of samples in a batch as an `int`.

    Raises
    ------
    BeaError
        If it does not divide the number of samples.

    Examples
    --------
    >>> checked_size(2, 6)
    2
    """
    if isinstance(count, bool) or not 1 <= count <= size:
        raise BeaError(
            f"batches of {count} samples out of {size} are not possible: give 1 to {size}"
        )
    if size % count:
        raise BeaError(
            f"{size} samples do not split into batches of {count}: give a divisor of {size}, since "
            "an epoch goes through each sample once"
        )
    return int(count)
