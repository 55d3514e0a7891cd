"""The field of one step of a run from the method's own beginning, such as Adam's from zero memory.

Before its step n the run is at theta, and its memory is a function of theta: S_0 is what `init`
says, and with exp(gamma D_n) theta = Phi^theta(theta, S_(n-1)),

    S_n = exp(-gamma D_n) Phi^s(theta, S_(n-1)),

the memory after the step in terms of the point after it. Then f~_n, of D_n = f~_n . grad, is the
field whose flow over gamma is the step n; n flows, one after the other, are the run. It asks for no
steady state, and tends to the modified field where there is one. For Adam to first order it is the
field of Cattaneo, Klusowski and Shigida, "On the implicit bias of Adam", ICML 2024.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from bea.algebra import Expression
from bea.errors import OrderError
from bea.fields.arithmetics.points import PointField
from bea.methods import Method

_MOST = 10_000


class AtStep(Method):
    """The step n of a method from its own beginning, as a map of theta alone.

    Parameters
    ----------
    method
        The method.
    number
        The step n, 1 for the first.

    Raises
    ------
    OrderError
        If n is no whole number from 1 on.

    Examples
    --------
    >>> import bea
    >>> heavy_ball = bea.methods.heavy_ball(beta="beta")
    >>> bea.modified_equation(AtStep(heavy_ball, 2), order=1)
    −(1+β) ∇L − γ(1+4β+β²)/2 ∇²L∇L + O(γ²)
    """

    def __init__(self, method: Method, number: int) -> None:
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= _MOST:
            raise OrderError(f"step {number!r} is no step: give a whole number from 1 to {_MOST:,}")
        self.method, self.number = method, number
        for name in ("name", "formula", "gradient", "colors", "at_points"):
            self.__dict__[name] = getattr(method, name)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta after the step, from the memory that a run has before it."""
        counting = copy(f)
        counting.counts = True
        if isinstance(counting, PointField):
            return self._at_points(counting, theta, gamma), ()
        memory = self.method.init(counting, theta)
        for _ in range(self.number - 1):
            moved, after = self.method.step(counting, theta, memory, gamma)
            memory = tuple(counting.before(moved, part) for part in after)
        return self.method.step(counting, theta, memory, gamma)[0], ()

    def _at_points(self, f: PointField, theta: Any, gamma: Any) -> Any:
        """Return theta after the step of the run that is at theta before it, from its start."""

        def steps(point: Any, count: int) -> Any:
            memory = self.method.init(f, point)
            for _ in range(count):
                point, memory = self.method.step(f, point, memory, gamma)
            return point

        before = self.number - 1
        begin = f.solve(lambda x: x - steps(x, before) + theta, theta) if before else theta
        return steps(begin, self.number)

    def check_field(self, field: Any) -> None:
        """Refuse what the method refuses."""
        self.method.check_field(field)

    def bind(self, constant: Callable[[Expression], Any]) -> AtStep:
        """Return the same with the method's hyperparameters turned into numbers."""
        bound = copy(self)
        bound.method = self.method.bind(constant)
        return bound

    @property
    def parameters(self) -> dict[str, str]:
        """The method's, and the number of the step."""
        return {**self.method.parameters, "step": str(self.number)}

    def __str__(self) -> str:
        return f"step {self.number} of {self.method}"
