"""The field that a method follows as gamma tends to 0, whose pace its step sizes must suit.

Mostly it is f itself, or with memory a multiple of it. Damped Newton follows Newton's flow, which
is slow where f is stiff and has poles where the Hessian is singular; gradient descent on a loss
with a penalty, or with a preconditioner, one that may be stiffer.
"""

from __future__ import annotations

from bea.fields import VectorField
from bea.modified.terms import Terms


def followed_field(equation: Terms) -> VectorField:
    """Return f_0 of an equation on a problem as a field by itself.

    >>> import bea
    >>> descent = bea.methods.get("preconditioned-descent", diagonal="1, 1/10")
    >>> followed_field(bea.modified_equation(descent, VectorField.read("-x, -10*y"), 1))
    VectorField(x' = -x, y' = -y)
    """
    assert equation.problem is not None
    if not equation.problem.symbolic:
        return equation.leading_field()  # type: ignore[attr-defined]
    return equation.problem.with_components(equation.components[0])
