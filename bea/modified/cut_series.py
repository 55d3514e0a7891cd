"""The classic mistake, as a control: the series in D cut without putting f~ back.

f~ = m(gamma D~) f has the unknown D~ = f~ . grad on its right-hand side. With D = f_0 . grad in its
place the term of gamma is right, and those from gamma^2 on are not: for Euler's method f'f'f gets
1/12 where 1/3 is right.
"""

from __future__ import annotations

from math import factorial

from flint import fmpq

from bea.errors import MethodError
from bea.fields import VectorField
from bea.methods import Method
from bea.modified.checks import checked_order, require_method
from bea.modified.derive import given
from bea.modified.equation import ModifiedEquation
from bea.modified.memory.character import Character
from bea.modified.points.equation import derive_at_points
from bea.modified.routes.operator import symbol
from bea.modified.routes.trees import evaluate
from bea.trees import PLAIN, Tree, trees_up_to


def cut_series(
    method: Method, problem: VectorField | None = None, order: int = 2
) -> ModifiedEquation:
    """Return m(gamma D) f with D along f_0: an equation that is wrong from gamma^2 on.

    Parameters are those of `bea.modified_equation`. Give it to `bea.verify`, or to
    `bea.discretization_drift`, as the equation to test: its flow of order 2 is of order 2 only.

    Raises
    ------
    MethodError
        If the method is not linear in shifts, so that there is no m.

    Examples
    --------
    >>> import bea
    >>> cut_series(bea.methods.gradient_descent())
    −∇L − γ/2 ∇²L∇L − γ²(1/12 (∇²L)²∇L + 1/12 ∇³L[∇L,∇L]) + O(γ³)
    """
    order = checked_order(order)
    require_method(method)

    def coefficients(highest: int) -> dict[Tree, fmpq]:
        m = symbol(method, highest)
        if m is None or method.colors != PLAIN:
            raise MethodError(
                f"'{method}' is not linear in shifts: no series in D is cut to derive it; take "
                "gradient descent or heavy ball, say"
            )
        # D^n f is the coefficient of t^(n + 1)/(n + 1)! in the flow of f, 1/density on each tree.
        return {
            tree: m[n] * m[0] ** n * fmpq(factorial(n + 1), tree.density)
            for tree in trees_up_to(highest + 1)
            for n in [tree.order - 1]
        }

    coefficients(order)
    if problem is not None and not problem.symbolic:
        character = Character(method, problem)
        made = {"method": method, "order": order, "problem": problem, "character": character}
        return derive_at_points(made, coefficients, "trees")
    return ModifiedEquation(
        method,
        order,
        problem,
        route="cut",
        coefficients=coefficients,
        components=lambda k: evaluate(list(coefficients(k).values()), given(problem), k, method),
    )
