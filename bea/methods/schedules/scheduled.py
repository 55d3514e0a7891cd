"""A method that is run with a schedule: the step of size gamma s(t), and the time as a variable.

With the time t as a last variable of the problem, t' = 1 (`bea.fields.with_time`), a scheduled
method is one like any other, autonomous, and the derivative along the modified field is
D~ = d/dt + f~ . grad by itself: for gradient descent

    f~ = s f - gamma/2 (s^2 f'f + s' f) + O(gamma^2).

The term with s' is as large as the first correction without it. A step holds s still while the time
goes on, so that what counts is s half a step ago, s - gamma/2 s' = s(t - gamma/2) + .... (Derived
here; for a linear f it is the Euler-Maclaurin correction of the sum of gamma s(n gamma).)
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra.language.expressions import Expression
from bea.arithmetic import Arithmetic
from bea.errors import DimensionError, MethodError
from bea.methods.method import Method
from bea.methods.schedules.schedule import Schedule
from bea.series import SeriesArray


@dataclass(frozen=True)
class Scheduled(Method):
    """The inner method with step size gamma s(t) on theta, and t + gamma on the last component.

    Memory passes through as it is: a method that keeps the last difference of theta, as
    Nesterov's, keeps the one that was made with the step size of then.

    Parameters
    ----------
    method
        The method that is scheduled.
    schedule
        A `Schedule`, or its text, such as "cosine(time=1, low=1/10)" or "exp(-2*t)". Left open, it
        stands for every schedule: the equation, for every field, is then in s, s', s'', ....

    Examples
    --------
    >>> import bea
    >>> from bea.fields import VectorField, with_time
    >>> descent = Scheduled(bea.methods.gradient_descent(), "exponential(rate=2)")
    >>> bea.modified_equation(descent, with_time(VectorField.read("-x")), order=0)
    x' = −x exp(−2t) + O(γ)
    t' = 1 + O(γ)
    >>> bea.modified_equation(Scheduled(bea.methods.explicit_euler()), order=1)
    s f − γ(1/2 s² f'f + 1/2 s' f) + O(γ²)
    """

    name = "scheduled"
    title = "a method whose step size is multiplied by a schedule s(t)"
    formula = "θ₊ = Φ(θ; γ s(t)),  t₊ = t + γ"
    has_time = True

    method: Any
    schedule: Any = None

    def __post_init__(self) -> None:
        """Read the schedule from its text, and refuse what is no method."""
        if isinstance(self.schedule, str):
            from bea.methods.schedules.library import read

            object.__setattr__(self, "schedule", read(self.schedule))
        if not isinstance(self.schedule, Schedule | None):
            raise MethodError("the schedule is none: make one with bea.methods.schedules")
        if not isinstance(self.method, Method) or isinstance(self.method, Scheduled):
            raise MethodError("what is scheduled must be a method without a schedule")
        if self.method.needs_time:
            raise MethodError(
                f"'{self.method.name}' counts its steps with n and has a time of its own: write "
                "the schedule into the update, with gamma*n for the time"
            )
        object.__setattr__(self, "gradient", self.method.gradient)
        object.__setattr__(self, "colors", self.method.colors)

    def check_field(self, field: Any) -> None:
        """Refuse a field whose last variable is no time."""
        if hasattr(field, "time_name"):
            return  # it says so
        if not getattr(field, "symbolic", True):
            raise DimensionError(
                f"a scheduled method needs the time as last variable, and '{field.name}' has none: "
                "give it bea.fields.with_time(problem)"
            )
        if not hasattr(field, "components"):
            return  # it has numbers alone
        if field.components[-1].as_rational() != 1:
            raise DimensionError(
                "a scheduled method needs the time as last variable, and the slope of "
                f"'{field.variables[-1]}' is not 1: give it bea.fields.with_time(problem)"
            )

    def init(self, f: Any, theta: Any) -> Any:
        """Return the memory of the inner method."""
        if not isinstance(theta, np.ndarray | SeriesArray):  # asked only what memory there is
            return self.method.init(f, theta)
        return self.method.init(AtRest(f, theta[-1:]), theta[:-1])

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the inner step of size gamma s(t), with the time advanced by gamma."""
        if not isinstance(theta, np.ndarray | SeriesArray):
            return self.method.step(f, theta, state, gamma * self._on_trees(f))
        if self.schedule is None:
            raise MethodError(
                "the schedule is left open: give Scheduled one, or derive for every field, without "
                "a problem"
            )
        if len(theta) < 2:
            raise DimensionError(
                "a scheduled method needs the time as last variable: give it "
                "bea.fields.with_time(problem)"
            )
        size = gamma * self.schedule.at(theta[-1:] if theta.dtype == float else theta[-1])
        size = size[0] if theta.dtype == float else size
        inner = AtRest(f, theta[-1:])
        moved, after = self.method.step(inner, theta[:-1], state, size)
        return np.concatenate([moved, theta[-1:] + gamma]), after

    def bind(self, constant: Callable[[Expression], Any]) -> Scheduled:
        """Return the method with the inner hyperparameters turned into numbers."""
        bound = copy(self)
        object.__setattr__(bound, "method", self.method.bind(constant))
        return bound

    @property
    def in_pieces(self) -> bool:
        """Whether the schedule has jumps or kinks, across which no modified equation goes."""
        return self.schedule is not None and not self.schedule.is_smooth

    def smooth_pieces(self, end: fmpq | None = None) -> list[tuple[fmpq, fmpq, Scheduled]]:
        """Return (from, until, method) for each smooth piece before an end, the schedule's own.

        >>> from bea.methods import gradient_descent
        >>> descent = Scheduled(gradient_descent(), "step(every=1, time=2)")
        >>> [(start, until) for start, until, _ in descent.smooth_pieces()]
        [(0, 1), (1, 2)]
        """
        schedule = self.schedule
        end = schedule.time if end is None else end
        starts = [fmpq(0), *(b for b in schedule.breaks if b < end)]
        whole = schedule.is_smooth
        return [
            (start, until, Scheduled(self.method, schedule if whole else schedule.piece(i)))
            for i, (start, until) in enumerate(zip(starts, [*starts[1:], end], strict=True))
        ]

    @property
    def parameters(self) -> dict[str, str]:
        """The inner method's, and the schedule."""
        return {"method": str(self.method), "schedule": self._schedule_text}

    def __str__(self) -> str:
        return f"{self.method} with {self._schedule_text}"

    def __repr__(self) -> str:
        shown = "" if self.schedule is None else f", {self.schedule!r}"
        return f"Scheduled({self.method!r}{shown})"

    # --- private helpers ----------------------------------------------------------------------

    @property
    def _schedule_text(self) -> str:
        return "s(t)" if self.schedule is None else str(self.schedule)

    def _on_trees(self, f: Any) -> Any:
        """Return s as the coefficient that it is on trees, where every schedule is meant."""
        if not hasattr(f, "schedule"):
            raise MethodError(
                "on trees only modified_equation knows schedules: derive on a concrete problem "
                "with a time, bea.fields.with_time(problem)"
            )
        return f.schedule


class AtRest(Arithmetic):
    """The field that an inner method sees: f with the last variables as where the step begins.

    Parameters
    ----------
    f
        The field on all variables.
    rest
        The last variables.
    time
        The time among them, for an inner method that knows of it.
    """

    def __init__(self, f: Any, rest: Any, time: Any = None) -> None:
        self._f, self._rest = f, rest
        self.time, self.counts, self.variables = time, f.counts, f.variables

    @property
    def whole(self) -> Any:
        """The field on all variables, of a step within a step the outermost one."""
        return self._f.whole if isinstance(self._f, AtRest) else self._f

    def constant(self, value: Expression) -> Any:
        """Return an exact number as one of the arithmetic."""
        return self._f.constant(value)

    def __call__(self, theta: Any) -> Any:
        """Return the field in the variables of the inner method."""
        return self._f(self._whole(theta))[: len(theta)]

    def derivative(self, theta: Any, v: Any) -> Any:
        """Return f'(theta) v in these variables."""
        direction = np.concatenate([v, 0 * self._rest])
        return self._f.derivative(self._whole(theta), direction)[: len(theta)]

    def jacobian(self, theta: Any) -> Any:
        """Return f'(theta) in these variables."""
        return self._f.jacobian(self._whole(theta))[: len(theta), : len(theta)]

    def solve(self, function: Any, guess: Any) -> Any:
        """Return the root that f finds."""
        return self._f.solve(function, guess)

    def solve_linear(self, matrix: Any, right: Any) -> Any:
        """Return the solution that f finds."""
        return self._f.solve_linear(matrix, right)

    def same(self, x: Any, y: Any) -> bool:
        """Tell what f tells."""
        return bool(self._f.same(x, y))

    def columns(self) -> int:
        """Return as many as f needs."""
        return int(self._f.columns())

    def settle(self, last: Any, before: Any) -> None:
        """Let f look at the last two columns."""
        self._f.settle(last, before)

    def _whole(self, theta: Any) -> Any:
        return np.concatenate([theta, self._rest])
