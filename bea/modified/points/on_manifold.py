"""A method whose memory begins on the slow manifold, found at each start from the step alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bea.algebra.language.expressions import Expression
from bea.arrays import Floats
from bea.methods import Method

Found = Callable[[Floats], list[list[Floats]]]


class OnManifoldAtPoints(Method):
    """The method, with `init` returning S(theta; gamma) in place of its own.

    Parameters
    ----------
    method
        The method, bound or not.
    memory
        Returns, at points (d, lanes), the parts of S for each power of gamma.
    """

    def __init__(self, method: Method, memory: Found) -> None:
        self.method, self.memory = method, memory

    def init(self, f: Any, theta: Any) -> Any:
        """Return the memory on the manifold over theta, for arrays (d, lanes)."""
        by_power = self.memory(theta)
        powers = [np.asarray(f.gamma) ** k for k in range(len(by_power))]
        return tuple(
            sum(p * part for p, part in zip(powers, parts, strict=True))
            for parts in zip(*by_power, strict=True)
        )

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step of the method itself."""
        return self.method.step(f, theta, state, gamma)

    def bind(self, constant: Callable[[Expression], Any]) -> OnManifoldAtPoints:
        """Return the same with the method's hyperparameters turned into numbers."""
        return OnManifoldAtPoints(self.method.bind(constant), self.memory)
