"""Runge-Kutta methods: one engine, and a class of a few lines for each named tableau.

    k_i = f(theta + gamma sum_j a_ij k_j),      theta+ = theta + gamma sum_i b_i k_i

To add a method, write a class with `name`, `title`, `source`, `A` and `b` below and register it.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import InitVar, dataclass
from functools import cached_property
from typing import Any, ClassVar

from flint import fmpq

from bea.algebra.language.expressions import Expression
from bea.methods.library.tableau import Tableau
from bea.methods.method import Method
from bea.methods.registry import register

Row = list[tuple[int, Any]]


class TableauMethod(Method):
    """A Runge-Kutta method; subclasses say A and b, as texts or nested sequences.

    `embedded` are the weights of another method on the same stages, which estimates the error.
    """

    formula = "kᵢ = f(θ + γ Σ aᵢⱼ kⱼ),  θ₊ = θ + γ Σ bᵢ kᵢ"
    A: ClassVar[Any]
    b: ClassVar[Any]
    embedded: ClassVar[Any] = None
    _rows: list[Row]
    _weights: Row

    @cached_property
    def tableau(self) -> Tableau:
        """The exact tableau."""
        return Tableau.of(self.A, self.b)

    def bind(self, constant: Callable[[Expression], Any]) -> TableauMethod:
        """Return the method with the entries of its tableau turned into numbers."""
        bound = copy(self)
        rows = [[(j, constant(a)) for j, a in row] for row in self.tableau.rows()]
        weights = [(j, constant(w)) for j, w in self.tableau.weights()]
        object.__setattr__(bound, "_rows", rows)
        object.__setattr__(bound, "_weights", weights)
        return bound

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta after one step: stages one by one, or solved for together if implicit."""
        if self.tableau.explicit:
            stages: list[Any] = []
            for row in self._rows:
                stages.append(f(_moved(theta, gamma, row, stages)))
        else:
            stages = f.solve(
                lambda k: [f(_moved(theta, gamma, row, k)) for row in self._rows],
                [f(theta)] * len(self._rows),
            )
        return _moved(theta, gamma, self._weights, stages), state


def _moved(theta: Any, gamma: Any, row: Row, stages: list[Any]) -> Any:
    """Return theta + gamma times the combination of the stages."""
    if not row:
        return theta
    combination = sum((a * stages[j] for j, a in row[1:]), start=row[0][1] * stages[row[0][0]])
    return theta + gamma * combination


@register
@dataclass(frozen=True)
class RungeKutta(TableauMethod):
    """The method of any tableau, checked for consistency; see `Tableau.of` for what A and b may be.

    >>> RungeKutta(A="0, 0; 2/3, 0", b="1/4, 3/4").tableau.stages
    2
    """

    name = "runge-kutta"
    title = "Runge-Kutta method of a tableau given as A and b (and c, to be checked)"
    source = "Butcher, Numerical Methods for Ordinary Differential Equations, section 232"

    A: Any  # type: ignore[misc]
    b: Any  # type: ignore[misc]
    c: InitVar[Any] = None

    def __post_init__(self, c: Any) -> None:
        """Check the tableau and keep it exact."""
        tableau = Tableau.of(self.A, self.b, c)
        for name, value in (("tableau", tableau), ("A", tableau.A), ("b", tableau.b)):
            object.__setattr__(self, name, value)

    @property
    def rounding(self) -> fmpq | None:
        """The unit of the last place of its decimals, if they have more than ten places."""
        return self.tableau.rounding


@register
class ExplicitMidpoint(TableauMethod):
    """f at the explicit half step."""

    name = "explicit-midpoint"
    title = "explicit midpoint method (Runge 1895)"
    source = "Hairer, Norsett and Wanner, Solving ODEs I, section II.1, equation (1.4)"
    order_of_accuracy = 2
    A = "0, 0; 1/2, 0"
    b = "0, 1"


@register
class ImplicitMidpoint(TableauMethod):
    """Gauss method with one stage."""

    name = "implicit-midpoint"
    title = "implicit midpoint method (Gauss, one stage)"
    source = "Hairer, Lubich and Wanner, Geometric Numerical Integration, section II.1.3"
    order_of_accuracy = 2
    A = "1/2"
    b = "1"


@register
class Trapezoidal(TableauMethod):
    """Mean of f at both ends; linear in shifts."""

    name = "trapezoidal"
    title = "implicit trapezoidal rule (Lobatto IIIA, two stages)"
    source = "Hairer, Lubich and Wanner, Geometric Numerical Integration, section II.1.1"
    order_of_accuracy = 2
    A = "0, 0; 1/2, 1/2"
    b = "1/2, 1/2"

    def shift_polynomials(self) -> tuple[list[Any], list[Any]]:
        """(E - 1) theta = gamma (1 + E)/2 f(theta)."""
        return [-1, 1], [fmpq(1, 2), fmpq(1, 2)]


@register
class Heun(TableauMethod):
    """Explicit trapezoidal rule."""

    name = "heun"
    title = "Heun's method of order 2 (explicit trapezoidal rule)"
    source = "Heun, Z. Math. Phys. 45 (1900) 23-38"
    order_of_accuracy = 2
    A = "0, 0; 1, 0"
    b = "1/2, 1/2"


@register
class Ralston(TableauMethod):
    """Two stages of order 2 with the least bound on the error."""

    name = "ralston"
    title = "Ralston's method of order 2"
    source = "Ralston, Math. Comp. 16 (1962) 431-437"
    order_of_accuracy = 2
    A = "0, 0; 2/3, 0"
    b = "1/4, 3/4"


@register
class Kutta3(TableauMethod):
    """Kutta's three-stage method."""

    name = "kutta3"
    title = "Kutta's method of order 3"
    source = "Kutta, Z. Math. Phys. 46 (1901) 435-453"
    order_of_accuracy = 3
    A = "0, 0, 0; 1/2, 0, 0; -1, 2, 0"
    b = "1/6, 2/3, 1/6"


@register
class RK4(TableauMethod):
    """The classical Runge-Kutta method."""

    name = "rk4"
    title = "classical Runge-Kutta method of order 4"
    source = "Kutta, Z. Math. Phys. 46 (1901) 435-453"
    order_of_accuracy = 4
    A = "0, 0, 0, 0; 1/2, 0, 0, 0; 0, 1/2, 0, 0; 0, 0, 1, 0"
    b = "1/6, 1/3, 1/3, 1/6"


@register
class Gauss4(TableauMethod):
    """Gauss collocation with two stages."""

    name = "gauss4"
    title = "Gauss method of order 4 (two stages)"
    source = "Hairer, Lubich and Wanner, Geometric Numerical Integration, section II.1.3, table 1.1"
    order_of_accuracy = 4
    A = "1/4, 1/4 - sqrt(3)/6; 1/4 + sqrt(3)/6, 1/4"
    b = "1/2, 1/2"


@register
class Gauss6(TableauMethod):
    """Gauss collocation with three stages."""

    name = "gauss6"
    title = "Gauss method of order 6 (three stages)"
    source = "Hairer, Lubich and Wanner, Geometric Numerical Integration, section II.1.3, table 1.1"
    order_of_accuracy = 6
    A = (
        "5/36, 2/9 - sqrt(15)/15, 5/36 - sqrt(15)/30; "
        "5/36 + sqrt(15)/24, 2/9, 5/36 - sqrt(15)/24; "
        "5/36 + sqrt(15)/30, 2/9 + sqrt(15)/15, 5/36"
    )
    b = "5/18, 4/9, 5/18"
