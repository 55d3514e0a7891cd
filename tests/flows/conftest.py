"""Doubles of what the integrators are given: fields, and methods of one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from bea.algebra.ring.exact import exact

Numbers = np.ndarray


@dataclass
class PlainField:
    """A field from a plain function of the components and γ; it notes what it is asked."""

    function: Callable[[Numbers, Numbers], Sequence[Numbers]]
    dimension: int = 1
    inside: Callable[[Numbers], Numbers] | None = None
    depends_on_gamma: bool = True
    asked: list[int] = field(default_factory=list)

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple("xyzuvw"[: self.dimension])

    def numeric(self) -> Callable[[Numbers, Numbers], Numbers]:
        def rhs(theta: Numbers, gamma: Numbers) -> Numbers:
            assert theta.shape == (self.dimension, *gamma.shape)
            self.asked.append(theta.shape[1])
            return np.stack([row + 0 * gamma for row in self.function(theta, gamma)])

        return rhs

    def domain(self) -> Callable[[Numbers], Numbers] | None:
        return self.inside


class PlainMethod:
    """A method from a plain step function, without memory by default."""

    def __init__(self, step: Any, init: Any = lambda f, theta: (), bound: bool = False) -> None:
        self.step, self.init, self.bound = step, init, bound

    def bind(self, constant: Any) -> PlainMethod:
        assert constant(exact("1/2")) == 0.5
        return PlainMethod(self.step, self.init, bound=True)


@pytest.fixture
def plain_field() -> type[PlainField]:
    return PlainField


@pytest.fixture
def plain_method() -> type[PlainMethod]:
    return PlainMethod


@pytest.fixture
def euler() -> PlainMethod:
    return PlainMethod(lambda f, theta, state, gamma: (theta + gamma * f(theta), state))


@pytest.fixture
def himmelblau() -> PlainField:
    def slope(theta: Numbers, gamma: Numbers) -> list[Numbers]:
        x, y = theta
        a, b = x * x + y - 11, x + y * y - 7
        return [-(4 * a * x + 2 * b), -(2 * a + 4 * b * y)]

    return PlainField(slope, dimension=2)
