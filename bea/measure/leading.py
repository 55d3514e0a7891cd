"""The field that a method follows as gamma tends to 0, whose rate its step sizes must suit.

Mostly it is f itself, or with memory a multiple of it. Damped Newton follows Newton's flow, which
is slow where f is stiff and has poles where the Hessian is singular; gradient descent on a loss
with a penalty, or with a preconditioner, one that may be stiffer.
"""

from __future__ import annotations

from bea.errors import MethodError
from bea.fields import VectorField
from bea.methods import Method
from bea.modified import modified_equation
from bea.modified.memory import has_memory

__all__ = ["leading_field"]


def leading_field(method: Method, problem: VectorField) -> VectorField:
    """Return f_0 as a field where it is another than the problem's own, and else the problem.

    The problem is returned for a method with memory, whose step sizes are counted in units of its
    effective rate, and for one from which nothing can be derived.

    Examples
    --------
    >>> from bea.methods import damped_newton, heun
    >>> leading_field(damped_newton(), VectorField.read("-x, -10*y"))
    VectorField(x' = -x, y' = -y)
    >>> leading_field(heun(), VectorField.read("-x, -10*y"))
    VectorField(x' = -x, y' = -10*y)
    """
    if has_memory(method):
        return problem
    try:
        equation = modified_equation(method, problem, 0)
    except MethodError:
        return problem
    (leading,), followed = equation.components, equation.problem
    assert followed is not None
    if all(a == b for a, b in zip(leading, followed.components, strict=True)):
        return problem
    return VectorField(leading, problem.about)
