"""Rosenbrock methods: linearly implicit, a linear system with f'(theta) for each stage.

    (1 - gamma g_ii f') k_i = f(theta + gamma sum_j a_ij k_j) + gamma f' sum_j<i g_ij k_j
    theta+ = theta + gamma sum_i b_i k_i

Methods whose published coefficients are decimals (ROS3, GRK4T, RODAS, ROS34PW) are not here; write
them as `rosenbrock-method`, with all their digits. Source: Hairer and Wanner, Solving Ordinary
Differential Equations II, section IV.7.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from bea.algebra.language.expressions import Expression, Number
from bea.algebra.ring.exact import exact_decimal
from bea.errors import BeaError, TableauError
from bea.methods.library.matrices import rows_of
from bea.methods.library.tableau import Matrix, Tableau
from bea.methods.method import Method
from bea.methods.registry import register

Row = list[tuple[int, Any]]
Coefficients = tuple[list[Row], list[Row], Row]


class RosenbrockMethod(Method):
    """A Rosenbrock method; subclasses say A, G and b, as texts or nested sequences."""

    formula = "(1 − γgᵢᵢJ) kᵢ = f(θ + γ Σ aᵢⱼkⱼ) + γJ Σ gᵢⱼkⱼ,  θ₊ = θ + γ Σ bᵢkᵢ,  J = f'(θ)"
    A: ClassVar[Any]
    G: ClassVar[Any]
    b: ClassVar[Any]
    _numbers: Coefficients

    @cached_property
    def coefficients(self) -> Coefficients:
        """A, G and b, row by row, as (column, entry) without zeros.

        Raises
        ------
        TableauError
            If the shapes do not fit, A or G is not lower triangular, or sum b is not 1.
        """
        tableau = Tableau.of(self.A, self.b)
        if not tableau.explicit:
            raise TableauError("A must be strictly lower triangular: implicit terms belong to G")
        return tableau.rows(), _lower(self.G, tableau.stages), tableau.weights()

    def bind(self, constant: Callable[[Expression], Any]) -> RosenbrockMethod:
        """Return the method with its coefficients turned into numbers."""

        def numbers(row: Row) -> Row:
            return [(j, constant(a)) for j, a in row]

        A, G, b = self.coefficients
        bound = copy(self)
        found = [numbers(row) for row in A], [numbers(row) for row in G], numbers(b)
        object.__setattr__(bound, "_numbers", found)
        return bound

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta after a step, stage by stage."""
        A, G, b = self._numbers
        slopes: list[Any] = []
        for i, row in enumerate(A):
            right = f(_moved(theta, gamma, row, slopes))
            *before, (_, own) = G[i]
            if before:
                right = right + gamma * f.derivative(theta, _sum(before, slopes))
            slopes.append(f.resolvent(theta, gamma * own)(right))
        return _moved(theta, gamma, b, slopes), state


@register
@dataclass(frozen=True)
class Rosenbrock(RosenbrockMethod):
    """The Rosenbrock method of any coefficients; G has the diagonal.

    >>> Rosenbrock(A="0; 1", G="1/2; -1, 1/2", b="1/2, 1/2").parameters
    {'A': '0, 0; 1, 0', 'G': '1/2, 0; -1, 1/2', 'b': '1/2, 1/2'}
    """

    name = "rosenbrock-method"
    title = "Rosenbrock method given as A, G and b"
    source = "Rosenbrock, Comput. J. 5 (1963) 329-330"
    also = ("rosenbrock-wanner", "row", "linearly-implicit-rk")

    A: Any  # type: ignore[misc]
    G: Any  # type: ignore[misc]
    b: Any  # type: ignore[misc]

    def __post_init__(self) -> None:
        """Check the coefficients and keep them exact."""
        _ = self.coefficients
        tableau = Tableau.of(self.A, self.b)
        object.__setattr__(self, "A", tableau.A)
        object.__setattr__(self, "b", tableau.b)
        object.__setattr__(self, "G", _triangle(self.G, tableau.stages))
        super().__post_init__()


@register
class RosenbrockEuler(RosenbrockMethod):
    """One step of Newton's method for implicit Euler, from theta."""

    name = "rosenbrock-euler"
    title = "linearly implicit Euler method"
    source = "Hairer and Wanner, Solving ODEs II, section IV.9, equation (9.25)"
    also = ("linearly-implicit-euler", "semi-implicit-newton-euler", "ros1")
    order_of_accuracy = 1
    A, G, b = "0", "1", "1"


@register
class ROS2(RosenbrockMethod):
    """Two stages, L-stable."""

    name = "ros2"
    title = "ROS2, Rosenbrock method of order 2"
    source = "Verwer, Spee, Blom and Hundsdorfer, SIAM J. Sci. Comput. 20 (1999) 1456-1480"
    order_of_accuracy = 2
    A = "0; 1"
    G = "1 - sqrt(2)/2; -2 + sqrt(2), 1 - sqrt(2)/2"
    b = "1/2, 1/2"


@register
class ODE23s(RosenbrockMethod):
    """Two stages, L-stable, of order 2: what takes the step in MATLAB's ode23s."""

    name = "ode23s"
    title = "Shampine and Reichelt's Rosenbrock method"
    source = "Shampine and Reichelt, SIAM J. Sci. Comput. 18 (1997) 1-22, section 4.1"
    also = ("rosenbrock23", "shampine-reichelt")
    order_of_accuracy = 2
    A = "0; 1/2"
    G = "1 - sqrt(2)/2; -1 + sqrt(2)/2, 1 - sqrt(2)/2"
    b = "0, 1"


@register
class ROS3P(RosenbrockMethod):
    """Three stages of order 3, A-stable, which keeps its order on parabolic problems."""

    name = "ros3p"
    title = "ROS3P, Rosenbrock method of order 3"
    source = "Lang and Verwer, BIT 41 (2001) 731-738"
    also = ("ros3",)
    order_of_accuracy = 3
    A = "0; 1; 1, 0"
    G = "1/2 + sqrt(3)/6; -1, 1/2 + sqrt(3)/6; -1/2 - sqrt(3)/6, -1/2 - sqrt(3)/3, 1/2 + sqrt(3)/6"
    b = "2/3, 0, 1/3"


@register
class RODAS3(RosenbrockMethod):
    """Four stages of order 3, stiffly accurate and L-stable."""

    name = "rodas3"
    title = "RODAS3, Rosenbrock method of order 3"
    source = "Sandu, Verwer, Blom, Spee, Carmichael and Potra, Atmos. Environ. 31 (1997) 3459-3472"
    order_of_accuracy = 3
    A = "0; 0; 1, 0; 3/4, -1/4, 1/2"
    G = "1/2; 1, 1/2; -1/4, -1/4, 1/2; 1/12, 1/12, -2/3, 1/2"
    b = "5/6, -1/6, -1/6, 1/2"


@register
class Shampine4(RosenbrockMethod):
    """Four stages of order 4, of which two ask for the field at one and the same point."""

    name = "shampine4"
    title = "Shampine's Rosenbrock method of order 4"
    source = "Shampine, ACM Trans. Math. Softw. 8 (1982) 93-113"
    also = ("stiff-shampine", "kaps-rentrop")
    order_of_accuracy = 4
    A = "0; 1; 12/25, 3/25; 12/25, 3/25, 0"
    G = "1/2; -2, 1/2; 33/25, 3/5, 1/2; -7/125, -57/250, -1/10, 1/2"
    b = "8/27, 1/8, 0, 125/216"


# --- private helpers ----------------------------------------------------------------------------


def _triangle(value: Any, stages: int) -> Matrix:
    """Return a lower triangular matrix of which the triangle, with its diagonal, is enough."""
    rows = rows_of(value, "G")
    lengths = [len(row) for row in rows]
    if lengths == list(range(1, stages + 1)):
        rows = [[*row, *[0] * (stages - len(row))] for row in rows]
    elif lengths != [stages] * stages:
        raise TableauError(
            f"G has rows of lengths {' '.join(map(str, lengths))} for {stages} weights: give its "
            "lower triangle, with the diagonal"
        )
    try:
        matrix = tuple(tuple(exact_decimal(x, "an entry") for x in row) for row in rows)
    except BeaError as error:
        raise TableauError(f"G: {error}") from None
    if any(not _is_zero(x) for i, row in enumerate(matrix) for x in row[i + 1 :]):
        raise TableauError("G has entries above its diagonal: each stage asks for those before it")
    return matrix


def _lower(value: Any, stages: int) -> list[Row]:
    """Return the rows without zeros, but with the diagonal."""
    return [
        [(j, x) for j, x in enumerate(row[: i + 1]) if j == i or not _is_zero(x)]
        for i, row in enumerate(_triangle(value, stages))
    ]


def _is_zero(entry: Expression) -> bool:
    return isinstance(entry, Number) and entry.value == 0


def _moved(theta: Any, gamma: Any, row: Row, slopes: list[Any]) -> Any:
    return theta + gamma * _sum(row, slopes) if row else theta


def _sum(row: Row, slopes: list[Any]) -> Any:
    (first, a), *rest = row
    return sum((w * slopes[j] for j, w in rest), start=a * slopes[first])
