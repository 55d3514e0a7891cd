"""What exact expectations are asked for: numbers, points and observables, checked and read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import Element, Ring, as_rational, exact
from bea.algebra.language.expressions import Expression
from bea.algebra.ring.conversions import read, to_expression
from bea.algebra.ring.differential_operator import MultiIndex
from bea.errors import BeaError, DimensionError, OrderError, StepSizeError
from bea.fields import Loss, VectorField
from bea.fields.sources import expressions_of, substitute

_LOSS = "L"


def exact_number(value: Any, what: str) -> fmpq:
    """Return a number given as integer, fraction or text as a rational.

    >>> exact_number("3/7", "the time")
    3/7
    """
    number = as_rational(exact(value, what))
    if number is None:
        raise BeaError(f"{what} {value} is not rational: exact moments need rational numbers")
    return number


def exact_step_size(gamma: Any) -> fmpq:
    """Return a step size as a positive rational.

    >>> exact_step_size("1/10")
    1/10
    """
    value = exact_number(gamma, "the step size")
    if value <= 0:
        raise StepSizeError(f"the step size is {value}: give a positive number")
    return value


def read_observable(observable: Any, problem: VectorField) -> Element:
    """Return a function of theta as a ring element.

    Parameters
    ----------
    observable
        A text in the problem's variables, in which L stands for its loss; or a ring element.

    Raises
    ------
    BeaError
        If it cannot be read, or names what is no variable.

    Examples
    --------
    >>> read_observable("x*L", Loss.read("x**2/2"))
    x**3/2
    """
    if isinstance(observable, Element):
        return observable
    found = observable_expressions(observable, problem)
    if len(found) != 1:
        raise DimensionError(f"one observable is meant, and '{observable}' are {len(found)}")
    expression = found[0]
    if isinstance(problem, Loss) and _LOSS not in problem.variables:
        expression = substitute(expression, {_LOSS: to_expression(problem.value)})
    return read(Ring(problem.variables), expression)


def observable_expressions(given: Any, problem: VectorField) -> list[Expression]:
    """Return the expressions of a text with commas between, or of a sequence of texts.

    >>> list(map(str, observable_expressions("x, L - x", Loss.read("x**2"))))
    ['x', 'L - x']
    """
    has_loss = isinstance(problem, Loss) and _LOSS not in problem.variables
    return expressions_of(given, (*problem.variables, *([_LOSS] if has_loss else [])))


def exact_point(start: Any, problem: VectorField) -> list[fmpq]:
    """Return a point with rational coordinates, one for each variable of a problem."""
    given = list(start) if isinstance(start, Sequence | np.ndarray) else [start]
    if len(given) != problem.dimension:
        raise DimensionError(
            f"the point has {len(given)} coordinates for the variables "
            f"{', '.join(problem.variables)}: give one for each"
        )
    return [exact_number(value, "a coordinate of the point") for value in given]


def checked_degree(degree: int) -> int:
    """Return the highest degree of moments, a whole number from 1 on."""
    if isinstance(degree, bool) or not isinstance(degree, int) or degree < 1:
        raise OrderError(f"moments of degree {degree!r}: give a whole number, 1 or more")
    return degree


def checked_steps(steps: Any, least: int = 0) -> int:
    """Return a number of steps, a whole number from `least` on.

    >>> checked_steps(np.int64(3))
    3
    """
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < least:
        raise BeaError(f"{steps!r} steps are not possible: give a whole number, {least} or more")
    return int(steps)


def polynomial(value: Element) -> dict[MultiIndex, fmpq]:
    """Return an element as a polynomial in the variables of its ring alone."""
    d = len(value.ring.variables)
    if any(any(e[d:]) for e in value.terms()):
        raise BeaError(f"'{value}' is no polynomial in {', '.join(value.ring.variables)}: give one")
    return {tuple(map(int, e[:d])): c for e, c in value.terms().items()}
