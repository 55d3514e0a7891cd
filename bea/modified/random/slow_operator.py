"""The averaged operator of a random step on functions of theta, also where there is memory.

Without memory it is E[Phi*], normally ordered: sum over mu of E[Delta^mu]/mu! d^mu. With memory the
average S acts on functions of (theta, s), polynomial in s. It has a slow part, on which it acts as
the operator E = e^(gamma L~) on functions of theta alone: the projection P with

    P S = E P,     P psi = psi where psi depends on theta alone.

P s^alpha phi = M_alpha phi defines operators M_alpha on functions of theta, M_0 = 1, and E and
M_alpha follow together, power by power of gamma, since S carries s^alpha on by the factor
rho^alpha, which is not 1. The normalisation makes E phi(theta_n) in the steady regime a value of
e^(n gamma L~) phi, and without noise it gives the field on the slow manifold. (Derived here, as the
operator form of `bea.modified.routes.manifold`.)

A run from (theta_0, s_0) is in the steady regime the value of Q e^(n gamma L~) phi there, where
S Q = Q E and P Q = 1; at zero memory Q is the operator `start`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import prod
from typing import Any

from flint import fmpq

from bea.algebra.ring.differential_operator import DifferentialOperator, MultiIndex, multi_indices
from bea.errors import MethodError
from bea.modified.random.common_denominator import CommonDenominator
from bea.modified.random.step import Average, RandomStep
from bea.patience import counted
from bea.portable import Portable

Terms = list[DifferentialOperator]


class SlowOperator(Portable):
    """E = 1 + gamma E_1 + ..., the operators M_alpha, and the start.

    Parameters
    ----------
    step
        The random step.
    order
        The highest power of gamma that is kept.

    Attributes
    ----------
    terms : list of DifferentialOperator
        E_0 = 1, E_1, ..., E_order.
    moments : dict
        Multi-indices of the memory and the terms of M_alpha, by powers of gamma.
    """

    def __init__(self, step: RandomStep, order: int) -> None:
        self.step, self.order = step, order
        self._zero = DifferentialOperator(step.ring, {})
        self._one = DifferentialOperator.identity(step.ring)
        self.terms: Terms = [self._one]
        self.moments: dict[MultiIndex, Terms] = {(0,) * step.memory_size: []}
        self._averages: dict[MultiIndex, list[Average]] = {}
        factors = [1 - self._rate(alpha) for n in range(1, order + 1) for alpha in self._indices(n)]
        self.fractions = CommonDenominator(step.ring, factors)
        for k in range(order + 1):
            self._extend(k)

    def _extend(self, k: int) -> None:
        """Find E_k and the gamma^k of all M_alpha with |alpha| + k <= order."""
        none = (0,) * self.step.memory_size
        self.moments[none].append(self._one if k == 0 else self._zero)
        if k:
            self.terms.append(self._carried(none, k))
        for degree in range(1, self.order - k + 1):
            for alpha in self._indices(degree):
                found = self.moments.setdefault(alpha, [])
                value = self._carried(alpha, k)
                for j in range(1, k + 1):
                    value = value - self.terms[j] @ found[k - j]
                found.append(self._solved(alpha, value))

    def _carried(self, alpha: MultiIndex, k: int) -> DifferentialOperator:
        """Return the gamma^k of P S s^alpha, but for the unknown rho^alpha M_alpha itself."""
        total = self._zero
        for mu, memory, power, value in self._average(alpha):
            own = memory == alpha and power == 0
            if power <= k and not own:
                inner = self.moments[memory][k - power]
                total = total + inner @ DifferentialOperator(self.step.ring, {mu: value})
        return total

    def _average(self, alpha: MultiIndex) -> list[Average]:
        if alpha not in self._averages:
            self._averages[alpha] = self.step.averages(alpha, self.order - sum(alpha))
        return self._averages[alpha]

    def _solved(self, alpha: MultiIndex, value: DifferentialOperator) -> DifferentialOperator:
        """Divide by 1 - rho^alpha."""
        return self.fractions.reciprocal(1 - self._rate(alpha)) * value

    def _indices(self, degree: int) -> list[MultiIndex]:
        return multi_indices(self.step.memory_size, degree) if self.step.memory_size else []

    def _rate(self, alpha: MultiIndex) -> Any:
        """Return rho^alpha, which must not be 1."""
        powers = (r**n for r, n in zip(self.step.rates, alpha, strict=True))
        rate: Any = prod(powers, start=fmpq(1))
        if rate == 1:
            raise MethodError(
                f"the memory of '{self.step.method.name}' does not contract: it has no slow part"
            )
        return rate

    # --- the start ------------------------------------------------------------------------------

    @cached_property
    def start(self) -> Terms:
        """The operator phi -> (Q phi)(theta, 0) by powers of gamma: where a run from 0 begins.

        Without noise it moves phi to the corrected start of `bea.modified.memory`.
        """
        none = (0,) * self.step.memory_size
        lifted: dict[MultiIndex, Terms] = {none: []}
        indices = [a for n in range(self.order, 0, -1) for a in self._indices(n)]
        for k in counted(range(self.order + 1), "order", rounds=True):
            for alpha in indices:
                if sum(alpha) <= k:
                    lifted.setdefault(alpha, [self._zero] * sum(alpha))
                    lifted[alpha].append(self._lifted(lifted, alpha, k))
            lifted[none].append(self._normalised(lifted, none, k))
        return lifted[none]

    def _lifted(
        self, lifted: dict[MultiIndex, Terms], alpha: MultiIndex, k: int
    ) -> DifferentialOperator:
        """Return the gamma^k of N_alpha in Q phi = sum of s^alpha N_alpha phi, from S Q = Q E."""
        total = self._zero
        for nu, found in lifted.items():
            for mu, memory, power, value in self._average(nu):
                own = nu == alpha and power == 0
                if memory == alpha and not own and 0 <= k - power < len(found):
                    outer = DifferentialOperator(self.step.ring, {mu: value})
                    total = total + outer @ found[k - power]
        for j in range(1, k + 1):
            total = total - lifted[alpha][k - j] @ self.terms[j]
        return self._solved(alpha, total)

    def _normalised(
        self, lifted: dict[MultiIndex, Terms], none: MultiIndex, k: int
    ) -> DifferentialOperator:
        """Return the gamma^k of N_0 = 1 - the sum over alpha of M_alpha N_alpha."""
        total = self._one if k == 0 else self._zero
        for alpha, found in lifted.items():
            if alpha != none:
                for j in range(k + 1):
                    if j < len(found) and k - j < len(self.moments[alpha]):
                        total = total - self.moments[alpha][k - j] @ found[j]
        return total


def logarithm(terms: Sequence[DifferentialOperator]) -> Terms:
    """Return the terms of (1/gamma) log(1 + gamma E_1 + ...), one fewer than are given."""
    zero = DifferentialOperator(terms[0].ring, {})
    order = len(terms) - 1
    power = [zero, *terms[1:]]
    total = list(power)
    for m in range(2, order + 1):
        raised = [zero] * (order + 1)
        for i in range(m - 1, order):
            for j in range(1, order - i + 1):
                raised[i + j] = raised[i + j] + power[i] @ terms[j]
        power = raised
        sign = fmpq((-1) ** (m + 1), m)
        total = [a + sign * b for a, b in zip(total, power, strict=True)]
    return total[1:]
