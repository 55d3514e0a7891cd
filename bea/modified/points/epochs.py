"""Epochs at points, without symbols: m steps of size gamma on the losses of m batches in turn.

In a fixed order the composed map is run in power series over arrays. The mean over all orders is
known in closed form to gamma^2 (see `bea.modified.epochs.derive`, where it is derived):

    f~_0 = f,  f~_1 = mean f~_(k,1),  f~_2 = mean f~_(k,2) + (1/12) sum_k [f_k - f, [f_k, f]]

with f~_(k,j) the batches' own terms and [a, b] = b' a - a' b.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.reals import real_numbers, real_points
from bea.arrays import Floats
from bea.errors import DimensionError, MethodError, OrderError
from bea.fields.arithmetics.points import PointField
from bea.fields.functions import Derivatives, FunctionField, FunctionLoss, without_symbols
from bea.fields.vector_field import Inside, lanes_of, within
from bea.methods import Method
from bea.modified.points.equation import TermsAtPoints
from bea.modified.points.from_step import orbit_through, slope_at_zero
from bea.patience import counted
from bea.problems.sums.data import DataSum

_MOST = 2  # the order to which the mean over orders is known


class MeanDerivatives(Derivatives):
    """Those of the mean of several fields."""

    def __init__(self, parts: Sequence[Derivatives]) -> None:
        self.parts = parts

    def field(self, theta: Floats) -> Floats:
        """Return the mean of the fields, (d, lanes)."""
        return self._mean([part.field(theta) for part in self.parts])

    def loss(self, theta: Floats) -> Floats:
        """Return the mean of the losses, (lanes,)."""
        return self._mean([part.loss(theta) for part in self.parts])

    def differential(self, theta: Floats, directions: Sequence[Floats]) -> Floats:
        """Return the mean of their derivatives along directions, (d, lanes)."""
        return self._mean([part.differential(theta, directions) for part in self.parts])

    def taylor(self, coefficients: Sequence[Floats], order: int) -> list[Floats]:
        """Return the mean of their Taylor coefficients."""
        found = [part.taylor(coefficients, order) for part in self.parts]
        return [self._mean(list(terms)) for terms in zip(*found, strict=True)]

    def _mean(self, values: list[Floats]) -> Floats:
        total: Floats = reduce(np.add, values)
        return total / len(values)


class EpochAtPoints(FunctionField):
    """The field f~ whose flow for the time m gamma is one epoch, as numbers at points.

    Made by `bea.cyclic_epoch` and `bea.shuffled_epoch` of losses that are functions.

    Attributes
    ----------
    steps : int
        The number m of steps in an epoch.
    order : int
        The highest power of gamma.
    shuffled : bool
        Whether it is the mean over all orders of the batches, or of this one.
    """

    depends_on_gamma = True

    def __init__(
        self, losses: Sequence[FunctionField], method: Method, order: int, shuffled: bool
    ) -> None:
        first = losses[0]
        if len({loss.dimension for loss in losses}) > 1:
            raise DimensionError("the losses of the batches have different numbers of parameters")
        if shuffled and order > _MOST:
            raise OrderError(
                f"without symbols the mean over shuffles is known to order {_MOST}: ask for that, "
                "for one order of the batches (bea.cyclic_epoch), or give losses in symbols"
            )
        self.batches, self.method, self.order = tuple(losses), method, order
        self.steps, self.shuffled = len(losses), shuffled
        mean = MeanDerivatives([loss.derivatives for loss in losses])
        about = replace(first.about, name=f"an epoch of {method} over {len(losses)} batches")
        super().__init__(mean, first.groups, about, first.starts, _where_all_are(losses))

    def at(self, points: Any) -> TermsAtPoints:
        """Return f_0 ... f_K at points (points, d) or (d,); nan where a loss is not defined."""
        array = real_points(points, self.dimension, "the points")
        lanes = lanes_of(array, self.dimension)
        values = within(self.domain(), lanes, self.terms_at(lanes))
        return TermsAtPoints(array, np.moveaxis(values, 1, 2))

    def terms_at(self, lanes: Floats) -> Floats:
        """Return the terms at lanes (d, lanes), (K + 1, d, lanes)."""
        return self._mean_over_orders(lanes) if self.shuffled else self._in_this_order(lanes)

    def truncate(self, order: int) -> EpochAtPoints:
        """Return the equation to a lower order."""
        if not 0 <= order <= self.order:
            raise OrderError(f"order {order} is beyond the order {self.order} that was derived")
        return EpochAtPoints(self.batches, self.method, order, self.shuffled)

    def numeric(self) -> Callable[[Floats, Floats], Floats]:
        """Return rhs(theta, gamma) for arrays (d, lanes) and (lanes,)."""
        return lambda theta, gamma: np.asarray(
            sum(t * gamma**k for k, t in enumerate(self.terms_at(theta)))
        )

    def times(self, gammas: ArrayLike, epochs: ArrayLike) -> Floats:
        """Return the times (gammas, times) after so many epochs, m gamma each, for `bea.flow`."""
        sizes = np.atleast_1d(real_numbers(gammas, "the step size"))
        counts = np.atleast_1d(real_numbers(epochs, "the number of epochs"))
        return np.asarray(self.steps * sizes[:, None] * counts)

    # --- private helpers ------------------------------------------------------------------------

    def _in_this_order(self, lanes: Floats) -> Floats:
        fields = [PointField(b.derivatives, self.order, lanes) for b in self.batches]
        bound, theta = self._bound(fields[0]), fields[0].identity
        iterates = [theta]
        for _ in counted(range(self.order + 1), "epoch"):
            for f in fields:
                theta, _ = bound.step(f, theta, (), f.gamma)
            iterates.append(theta)
        slope = slope_at_zero(self.order + 1) / self.steps
        return np.array([
            sum(w * x.coefficient(k) for w, x in zip(slope, iterates, strict=True))
            for k in range(1, self.order + 2)
        ])  # fmt: skip

    def _mean_over_orders(self, lanes: Floats) -> Floats:
        self._bound(PointField(self.batches[0].derivatives, 0, lanes))
        own = [
            orbit_through(self.method, b.derivatives, lanes, self.order)
            for b in counted(self.batches, "batches")
        ]
        found: Floats = np.mean([orbit.terms for orbit in own], axis=0)
        if self.order == _MOST:
            found[2] += self._brackets(lanes, [orbit.terms[0] for orbit in own]) / 12
        return found

    def _brackets(self, theta: Floats, parts: list[Floats]) -> Floats:
        """Return the sum over k of [f_k - f, [f_k, f]], the batches side by side in lanes."""
        m, whole = self.steps, self.derivatives
        f = sum(parts) / m
        own, mean = np.concatenate(parts, axis=1), np.tile(f, (1, m))
        here, apart = np.tile(theta, (1, m)), own - mean

        def along(*ways: Floats) -> Floats:  # f_k^(n)(...), each batch in its own lanes
            cut = [np.split(way, m, axis=1) for way in ways]
            return np.concatenate([
                b.derivatives.differential(theta, [c[k] for c in cut])
                for k, b in enumerate(self.batches)
            ], axis=1)  # fmt: skip

        inner = whole.differential(here, [own]) - along(mean)
        slope = (
            whole.differential(here, [own, apart])
            + whole.differential(here, [along(apart)])
            - along(mean, apart)
            - along(whole.differential(here, [apart]))
        )
        total = slope - along(inner) + whole.differential(here, [inner])
        return np.asarray(sum(np.split(total, m, axis=1)))

    def _bound(self, f: PointField) -> Method:
        bound = self.method.bind(f.constant)
        if len(bound.init(f, f.identity)):
            raise MethodError(
                f"'{self.method}' has memory, which is carried over from batch to batch: the "
                "equation of an epoch is for methods without, such as gradient descent"
            )
        if self.method.has_time or self.method.needs_time:
            raise MethodError("the equation of an epoch is for one step size, without a schedule")
        return bound


def functions_of(finite_sum: Any) -> list[FunctionField] | None:
    """Return the losses of a sum as functions if one of them is; None if all are symbols."""
    if isinstance(finite_sum, DataSum):
        return None  # formulas, which are read when they are asked for
    given = getattr(finite_sum, "losses", finite_sum)
    if not isinstance(given, list | tuple) or not all(hasattr(x, "symbolic") for x in given):
        return None
    if all(loss.symbolic and not loss.wide for loss in given):
        return None
    return [without_symbols(loss) for loss in given]


def mean_loss(losses: Sequence[FunctionField]) -> FunctionField:
    """Return the mean of some losses, itself a function."""
    if len(losses) == 1:
        return losses[0]
    first = losses[0]
    derivatives = MeanDerivatives([loss.derivatives for loss in losses])
    return FunctionLoss(
        derivatives, first.groups, first.about, first.starts, _where_all_are(losses)
    )


# --- private helpers ----------------------------------------------------------------------------


def _where_all_are(losses: Sequence[FunctionField]) -> Inside | None:
    """Return where all of the losses are defined; None if that is everywhere."""
    limits = [inside for loss in losses if (inside := loss.domain()) is not None]
    return (lambda theta: np.all([inside(theta) for inside in limits], axis=0)) if limits else None
