"""What networks say: how often they are right, their loss, and what several say together.

Scores are the logarithms of probabilities but for a constant, (..., samples, classes). Source of
ensembles of a run's snapshots: Huang et al., Snapshot ensembles, ICLR 2017.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.reals import real_numbers
from bea.arrays import Floats, Ints
from bea.errors import DimensionError
from bea.problems.sums.finite_sum import digest


def accuracy(scores: ArrayLike, labels: ArrayLike) -> Floats:
    """Return the part of the samples whose largest score is that of their label, (...).

    It is nan where a score is.

    Raises
    ------
    DimensionError
        If there are not as many labels as samples, or one is no class.

    Examples
    --------
    >>> float(accuracy([[3.0, 1.0], [0.0, 2.0]], [0, 0]))
    0.5
    """
    given, right = _checked(scores, labels)
    part = (given.argmax(axis=-1) == right).mean(axis=-1)
    return np.where(np.isnan(given).any(axis=(-2, -1)), np.nan, part)


def cross_entropy(scores: ArrayLike, labels: ArrayLike) -> Floats:
    """Return the mean of minus the logarithm of the probability of the label, (...).

    Raises
    ------
    DimensionError
        As `accuracy`.

    Examples
    --------
    >>> float(cross_entropy([[0.0, 0.0]], [1]).round(6))
    0.693147
    """
    given, right = _checked(scores, labels)
    picked = log_probabilities(given)[..., np.arange(len(right)), right]
    return np.asarray(-picked.mean(axis=-1))


def log_probabilities(scores: ArrayLike) -> Floats:
    """Return scores less the constant by which their exponentials add up to 1."""
    given = np.asarray(scores, dtype=float)
    moved = given - given.max(axis=-1, keepdims=True)
    return np.asarray(moved - np.log(np.exp(moved).sum(axis=-1, keepdims=True)))


def ensemble_scores(scores: ArrayLike) -> Floats:
    """Return the log of the mean probability over the first axis, that of the members.

    Examples
    --------
    >>> np.exp(ensemble_scores([[[9.0, 9.0]], [[0.0, 0.0]]])).round(6)
    array([[0.5, 0.5]])
    """
    return np.asarray(np.log(np.exp(log_probabilities(scores)).mean(axis=0)))


@dataclass(frozen=True, eq=False)
class Accuracy:
    """The accuracy of a network as an observable of `bea.train`.

    Parameters
    ----------
    outputs
        Points (..., d) -> scores (..., samples, classes), such as `bea.adapters.jax_outputs`.
    labels : (samples,)
    """

    outputs: Callable[[Any], Floats]
    labels: Any

    def __call__(self, theta: Floats) -> Floats:
        """Return it at theta (d, runs), (runs,)."""
        return accuracy(self.outputs(theta.T), self.labels)

    @property
    def identity(self) -> str:
        """A text that tells it from others."""
        known = getattr(self.outputs, "identity", "")
        return f"accuracy {known} {digest(str(np.asarray(self.labels).tolist()))}" if known else ""


# --- private helpers ------------------------------------------------------------------------------


def _checked(scores: ArrayLike, labels: ArrayLike) -> tuple[Floats, Ints]:
    given, right = np.asarray(scores, dtype=float), real_numbers(labels, "the labels")
    if given.ndim < 2 or right.shape != given.shape[-2:-1]:
        raise DimensionError(
            f"scores of shape {given.shape} and labels of shape {right.shape}: give "
            "(..., samples, classes) and (samples,)"
        )
    if (right != np.rint(right)).any() or right.min() < 0 or right.max() >= given.shape[-1]:
        raise DimensionError(f"labels are whole numbers from 0 to {given.shape[-1] - 1}")
    return given, right.astype(np.int64)
