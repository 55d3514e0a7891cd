"""A problem with the time as a further variable, t' = 1, which makes what depends on it autonomous.

Source: Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section II.1.
"""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

from bea.algebra.ring.conversions import read, to_expression
from bea.algebra.ring.ring import Ring
from bea.errors import ExpressionError
from bea.fields.about import About
from bea.fields.vector_field import Loss, VectorField


def with_time(problem: VectorField, name: str = "t") -> VectorField:
    """Return the field (f, 1) over the problem's variables and the time.

    That of a finite sum keeps its samples; see `bea.problems.sums.timed`.

    Raises
    ------
    ExpressionError
        If the problem has a variable or parameter of that name.

    Examples
    --------
    >>> with_time(Loss.read("x**2/2 + y**2"))
    VectorField(x' = -x, y' = -2*y, t' = 1)
    """
    if name in (*problem.variables, *problem.parameters):
        raise ExpressionError(
            f"'{name}' is a name of the problem already: give the time another, with_time(..., "
            "name='time')"
        )
    return timed(problem, name)


@singledispatch
def timed(problem: VectorField, name: str) -> VectorField:
    """Return the field with the time; kinds of problems that keep more register their own way."""
    ring = Ring((*problem.variables, name), problem.parameters)
    if isinstance(problem, Loss):  # the loss itself says where it is defined
        slopes = read(ring, to_expression(problem.value)).gradient()[:-1]
        components = [-slope for slope in slopes]
    else:
        components = [read(ring, to_expression(c)) for c in problem.components]
    return VectorField([*components, ring.constant(1)], timed_about(problem))


def timed_about(problem: VectorField) -> About:
    """Return what is known of a problem, for the problem with the time.

    >>> timed_about(Loss.read("x**2")).minima
    ()
    """
    about = problem.about
    return replace(
        about,
        title="",  # it is no problem of the library any more
        start=(*about.start, 0.0) if about.start else (),
        window=(*about.window, (0.0, float(about.time))) if about.window else (),
        minima=(),
        critical=(),
    )
