"""Two-derivative Runge-Kutta methods, which ask for theta'' = g = f'f beside theta' = f.

    Y_i    = theta + gamma sum_j a_ij f(Y_j) + gamma^2 sum_j A_ij g(Y_j)
    theta+ = theta + gamma sum_i b_i f(Y_i) + gamma^2 sum_i B_i g(Y_i)

Sources: Kastlunger and Wanner, Computing 9 (1972) 317-333; Chan and Tsai, Numer. Algorithms 53
(2010) 171-194.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from bea.algebra.language.expressions import Expression, Number, to_text
from bea.algebra.ring.exact import exact_decimal
from bea.errors import BeaError, TableauError
from bea.methods.library.matrices import completed, entries_of, rows_of
from bea.methods.library.tableau import Tableau
from bea.methods.method import Method
from bea.methods.registry import register

Row = list[tuple[int, Any]]
Rows = list[tuple[Row, Row]]  # of f and of g
_CHAN = "Chan and Tsai, Numer. Algorithms 53 (2010) 171-194"


class TwoDerivativeMethod(Method):
    """A two-derivative method; subclasses say A and b of f, and A2 and b2 of g, as texts."""

    formula = "Yᵢ = θ + γ Σ aᵢⱼ f(Yⱼ) + γ² Σ âᵢⱼ g(Yⱼ),  θ₊ = θ + γ Σ bᵢ f(Yᵢ) + γ² Σ b̂ᵢ g(Yᵢ),  " \
              "g = f'f"  # fmt: skip
    A: ClassVar[Any]
    b: ClassVar[Any]
    A2: ClassVar[Any]
    b2: ClassVar[Any]
    _rows: Rows

    @cached_property
    def rows(self) -> Rows:
        """What each stage, and at last the step, takes of f and g at the stages, without zeros.

        Raises
        ------
        TableauError
            If the shapes do not fit, or sum b is not 1.
        """
        tableau = Tableau.of(self.A, self.b)
        count = tableau.stages
        second = [*completed(rows_of(self.A2, "A2"), count), entries_of(self.b2, "b2")]
        if len(second) != count + 1 or any(len(row) != count for row in second):
            lengths = " ".join(str(len(row)) for row in second[:-1])
            raise TableauError(
                f"b has {count} weights, A2 rows of lengths {lengths} and b2 {len(second[-1])} "
                "weights: A2 and b2 must have the shapes of A and b"
            )
        first = [*tableau.rows(), tableau.weights()]
        return list(zip(first, [_row(row) for row in second], strict=True))

    @property
    def explicit(self) -> bool:
        """Whether each stage uses earlier stages only."""
        return all(j < i for i, pair in enumerate(self.rows[:-1]) for row in pair for j, _ in row)

    def bind(self, constant: Callable[[Expression], Any]) -> TwoDerivativeMethod:
        """Return the method with its coefficients turned into numbers."""
        bound = copy(self)
        rows = [tuple([(j, constant(a)) for j, a in row] for row in pair) for pair in self.rows]
        object.__setattr__(bound, "_rows", rows)
        return bound

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta after one step: stages one by one, or solved for together if implicit."""

        def slopes(point: Any) -> tuple[Any, Any]:
            first = f(point)
            return first, f.derivative(point, first)

        *rows, last = self._rows
        known: list[tuple[Any, Any]] = []
        if self.explicit:
            for row in rows:
                known.append(slopes(_moved(theta, gamma, row, known)))
            return _moved(theta, gamma, last, known), state

        def increments(found: list[Any]) -> list[Any]:
            at = [slopes(theta + gamma * k) for k in found]
            nothing = 0 * at[0][0]
            return [_combined(row, gamma, at, nothing) for row in rows]

        found = f.solve(increments, [f(theta)] * len(rows))
        return _moved(theta, gamma, last, [slopes(theta + gamma * k) for k in found]), state


@register
@dataclass(frozen=True)
class TwoDerivativeRungeKutta(TwoDerivativeMethod):
    """The two-derivative method of any coefficients.

    >>> TwoDerivativeRungeKutta(A="0", b="1", A2="0", b2="1/2").parameters
    {'A': '0', 'b': '1', 'A2': '0', 'b2': '1/2'}
    """

    name = "two-derivative"
    title = "two-derivative method given as A, b, A2, b2"
    source = _CHAN
    also = ("two-derivative-runge-kutta", "tdrk", "multiderivative", "multiderivative-runge-kutta")

    A: Any  # type: ignore[misc]
    b: Any  # type: ignore[misc]
    A2: Any  # type: ignore[misc]
    b2: Any  # type: ignore[misc]

    def __post_init__(self) -> None:
        """Check the coefficients and keep them exact."""
        rows = self.rows
        tableau = Tableau.of(self.A, self.b)
        object.__setattr__(self, "A", tableau.A)
        object.__setattr__(self, "b", tableau.b)
        second = [_filled(row, tableau.stages) for _, row in rows]
        object.__setattr__(self, "A2", tuple(second[:-1]))
        object.__setattr__(self, "b2", second[-1])
        super().__post_init__()


@register
class Taylor2(TwoDerivativeMethod):
    """Taylor's series to the second term."""

    name = "taylor2"
    title = "Taylor's method of order 2"
    source = "Hairer, Norsett and Wanner, Solving ODEs I, section I.8"
    also = ("taylor", "taylor-2")
    order_of_accuracy = 2
    A, b = "0", "1"
    A2, b2 = "0", "1/2"


@register
class TDRK4(TwoDerivativeMethod):
    """One value of f and two of g."""

    name = "tdrk4"
    title = "Chan and Tsai's method of order 4 (two derivatives)"
    source = _CHAN + ", section 4"
    also = ("chan-tsai-4",)
    order_of_accuracy = 4
    A, b = "0; 1/2", "1, 0"
    A2, b2 = "0; 1/8", "1/6, 1/3"


@register
class TDRK5(TwoDerivativeMethod):
    """One value of f and three of g."""

    name = "tdrk5"
    title = "Chan and Tsai's method of order 5 (two derivatives)"
    source = _CHAN + ", section 4"
    also = ("chan-tsai-5",)
    order_of_accuracy = 5
    A, b = "0; 2/5; 1, 0", "1, 0, 0"
    A2, b2 = "0; 2/25; -1/4, 3/4", "1/8, 25/72, 1/36"


@register
class HermiteObreshkov4(TwoDerivativeMethod):
    """The trapezoidal rule with its first correction: A-stable and symmetric."""

    name = "hermite-obreshkov4"
    title = "Hermite-Obreshkov method of order 4 (two derivatives)"
    source = "Obreshkov, Abh. Preuss. Akad. Wiss. 4 (1940); Solving ODEs I, section III.5"
    also = ("obreshkov", "hermite-obreshkov", "corrected-trapezoidal")
    order_of_accuracy = 4
    A, b = "0, 0; 1/2, 1/2", "1/2, 1/2"
    A2, b2 = "0, 0; 1/12, -1/12", "1/12, -1/12"


# --- private helpers ----------------------------------------------------------------------------


def _row(entries: list[Any]) -> Row:
    try:
        exact = [exact_decimal(x, "an entry of A2 or b2") for x in entries]
    except BeaError as error:
        raise TableauError(str(error)) from None
    return [(j, x) for j, x in enumerate(exact) if not (isinstance(x, Number) and x.value == 0)]


def _filled(row: Row, count: int) -> tuple[str, ...]:
    known = dict(row)
    return tuple(to_text(known[j]) if j in known else "0" for j in range(count))


def _moved(theta: Any, gamma: Any, rows: tuple[Row, Row], known: list[tuple[Any, Any]]) -> Any:
    return theta + gamma * _combined(rows, gamma, known, None) if any(rows) else theta


def _combined(rows: tuple[Row, Row], gamma: Any, known: list[tuple[Any, Any]], nothing: Any) -> Any:
    """Return the sum of a f + gamma A g over the stages; `nothing` where it is empty."""
    terms = [a * known[j][0] for j, a in rows[0]] + [gamma * (a * known[j][1]) for j, a in rows[1]]
    return sum(terms[1:], start=terms[0]) if terms else nothing
