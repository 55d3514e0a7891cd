"""The batch that is measured: gradient descent on Himmelblau's function, all lanes, and a sample.

A lane is a pair of a step size and a start, step sizes first. `Batch.expanded` is the field as a
person with SymPy writes it; `Batch.exact` is the same for the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from harness import Options
from numpy.typing import NDArray
from reference import PolynomialField

import bea
from bea.measure.order import default_gammas, default_starts

__all__ = ["Batch", "errors"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Batch:
    """Step sizes (gammas,), starts (starts, d), orders, and how many lanes the peers run."""

    loss: Any
    gammas: Floats
    starts: Floats
    orders: Sequence[int]
    sampled: int

    @classmethod
    def of(cls, options: Options) -> Batch:
        """Return the batch of 64 × 256 lanes, or a tiny one."""
        loss = bea.problems.himmelblau()
        gammas, starts, orders, sampled = (4, 8, 3, 4) if options.tiny else (64, 256, 5, 20)
        points = default_starts(loss, starts)
        sizes = default_gammas(loss, points, loss.about.time, count=gammas)
        return cls(loss, sizes, points, range(orders), sampled)

    @property
    def time(self) -> float:
        """The time up to which the lanes run."""
        return float(self.loss.about.time)

    @property
    def lanes(self) -> int:
        """How many pairs of a step size and a start there are."""
        return len(self.gammas) * len(self.starts)

    @cached_property
    def method(self) -> Any:
        """Gradient descent."""
        return bea.methods.gradient_descent()

    @cached_property
    def equation(self) -> Any:
        """The modified equation of the highest order."""
        return bea.modified_equation(self.method, self.loss, max(self.orders))

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Numbers of steps (gammas,)."""
        return np.rint(self.time / self.gammas).astype(np.int64)

    @cached_property
    def sample(self) -> list[int]:
        """Lanes at random, one from each of equal parts of the batch."""
        edges = np.linspace(0, self.lanes, self.sampled + 1)
        within = np.random.default_rng(1).random(self.sampled)
        return [int(lane) for lane in edges[:-1] + within * np.diff(edges)]

    def lane(self, index: int) -> tuple[Floats, float, int]:
        """Return start, step size and number of steps of a lane."""
        i, j = divmod(index, len(self.starts))
        return self.starts[j], float(self.gammas[i]), int(self.counts[i])

    def expanded(self, order: int, modules: str) -> Callable[..., Any]:
        """Return the truncated field (x, y, gamma) through SymPy's expand and lambdify."""
        gamma = sympy.Symbol("gamma")
        components = [
            sympy.expand(sum(gamma**k * f for k, f in enumerate(component)))
            for component in zip(*self.equation.terms[: order + 1], strict=True)
        ]
        return sympy.lambdify([*sympy.symbols("x y"), gamma], components, modules)

    def exact(self, order: int, gamma: float) -> PolynomialField:
        """Return the truncated field at a step size for the reference."""
        terms = self.equation.components[: order + 1]
        return PolynomialField([[c.terms() for c in term] for term in terms], gamma)


def errors(value: Sequence[float], exact: Sequence[Any]) -> tuple[float, float]:
    """Return the Euclidean error of a vector, and the relative one."""
    # Only the difference, which is taken in the reference's many digits, is rounded.
    error = np.linalg.norm([float(e - float(v)) for e, v in zip(exact, value, strict=True)])
    return float(error), float(error / np.linalg.norm([float(e) for e in exact]))
