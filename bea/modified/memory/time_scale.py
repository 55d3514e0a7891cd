"""The pace of a method on a problem: how fast the field that it follows changes, in 1/time.

Times and step sizes are chosen by it. A method on trees has f_0 = rate f, and its pace is
|rate| |f'|, with |f'f'|^(1/2) for |f'| (see `bea.fields.jacobians`). Of any other, such as Adam,
whose f_0 is no multiple of f, it is the largest of |f_0'| and of what f_1, f_2 are beside f_0: a
memory that lags 1/(1 - rho) steps behind changes f_0 by gamma f_1, so that (1 - rho) |f_1|/|f_0| is
how fast it changes. For heavy ball both are about the same. Where f_1 is small, as with a memory of
the square of gamma times something, f_2 tells, by the root test: (1 - rho) (|f_2|/|f_0|)^(1/2).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bea.arrays import Floats
from bea.errors import MethodError
from bea.fields.jacobians import jacobian_paces
from bea.modified.memory.character import Character, limit_of
from bea.modified.memory.leading_field import followed_field
from bea.modified.symbolic_step import open_symbols
from bea.modified.terms import Terms

# Up to a quarter of the starts may be where f_0 changes too fast: the curves leave them out too.
_QUANTILE = 0.75
# The highest power of gamma whose term is looked at: more cost more than they tell.
_FARTHEST = 2
_UNSTABLE = 2.0  # gamma |f'| of gradient descent, on a quadratic


class TimeScale(NamedTuple):
    """How fast f_0 changes, and what that allows.

    Attributes
    ----------
    rate : float
        In 1/time.
    limit : float
        The modified equation means something while gamma times the rate is below it.
    """

    rate: float
    limit: float


def time_scale_of(character: Character, points: Floats, derived: Callable[[], Terms]) -> TimeScale:
    """Return the pace at starts (starts, d), or along paths from them (starts, times, d).

    `derived` returns the equation to order 1, or 2 if that is known; it is asked only where that is
    needed.

    >>> from bea.fields import VectorField
    >>> from bea.methods import get
    >>> from bea.modified.derive import derive
    >>> bowl = VectorField.read("-x, -10*y")
    >>> character = Character(get("heavy-ball", beta="81/100"), bowl)
    >>> equation = lambda: derive(character, 1)
    >>> np.round(time_scale_of(character, np.array([[1.0, 1.0]]), equation), 3)
    array([52.632,  0.053])
    """
    paces = paces_of(character, points, derived)
    if character.is_on_trees:
        return TimeScale(_largest(paces), abs(character.effective_rate) * character.useful_limit)
    try:
        derived()
    except MethodError:  # an equation is tested that the method itself has not
        return TimeScale(_largest(paces), 1.0)
    fastest = np.where(np.isfinite(paces), paces, 0.0).reshape(len(points), -1).max(axis=1)
    slowest = character.slowest_rate_at(points)
    limit = limit_of(slowest) if character.has_memory else character.useful_limit
    return TimeScale(float(np.quantile(fastest, _QUANTILE)), limit)


def require_values(character: Character, what: str) -> None:
    """Raise `MethodError`, naming every symbol of method and problem that has no value, if any.

    >>> import bea
    >>> heavy_ball = bea.methods.heavy_ball(beta="beta")
    >>> require_values(Character(heavy_ball, bea.problems.booth()), "the useful range")
    Traceback (most recent call last):
    bea.errors.MethodError: the useful range of 'heavy-ball(beta=beta)' on 'booth' needs ...
    """
    assert character.problem is not None
    names = sorted({*open_symbols(character.method), *character.problem.parameters})
    if names:
        one, each = ("has", "it") if len(names) == 1 else ("have", "each")
        raise MethodError(
            f"{what} of '{character.method}' on '{character.problem.name}' needs numbers: "
            f"{', '.join(names)} {one} no value; give {each} one, such as {names[0]}=1/2"
        )


def beyond_range(
    character: Character, points: Floats, gamma: float, derived: Callable[[], Terms]
) -> str:
    """Return one line if gamma is beyond the useful range at starts (starts, d), else "".

    The series has no useful order there, and its flows mean nothing. Other parameters are those of
    `time_scale_of`.

    >>> import bea
    >>> character = Character(bea.methods.gradient_descent(), bea.problems.booth())
    >>> beyond_range(character, np.array([[1.0, 2.0]]), 0.05, lambda: None)
    ''
    >>> "gamma |f'| is 1.8 at the start" in beyond_range(
    ...     character, np.array([[1.0, 2.0]]), 0.1, lambda: None)
    True
    """
    rate, limit = time_scale_of(character, points, derived)
    if rate * gamma < limit:
        return ""
    if character.is_on_trees:
        factor = abs(character.effective_rate)
        rate, limit = rate / factor, limit / factor
        measured = f"gamma |f'| is {rate * gamma:.2g}"
    else:
        measured = f"gamma times the pace at which the field changes is {rate * gamma:.2g}"
    held = _what_still_holds(character, rate * gamma)
    return (
        f"step sizes up to {gamma:g} are beyond the useful range: {measured} at the "
        f"start{'s' * (len(points) > 1)}, and the modified equation means something below "
        f"{limit:.3g}, that is for gamma < {limit / rate:.3g}{held}"
    )


def paces_of(character: Character, points: Floats, derived: Callable[[], Terms]) -> Floats:
    """Return the pace at every point (..., d), (...); nan off the domain.

    Other parameters are those of `time_scale_of`.

    >>> import bea
    >>> character = Character(bea.methods.heavy_ball(beta="1/2"), bea.problems.loss("x**4/12"))
    >>> paces_of(character, np.array([[1.0], [2.0]]), lambda: None)
    array([2., 8.])
    """
    problem = character.problem
    assert problem is not None
    if character.is_on_trees:
        return abs(character.effective_rate) * jacobian_paces(problem, points)
    try:
        equation = derived()
    except MethodError:
        return jacobian_paces(problem, points)
    norms = jacobian_paces(followed_field(equation), points)
    slowest = character.slowest_rate_at(points)
    for power in range(1, min(equation.order, _FARTHEST) + 1):
        norms = np.fmax(norms, _lag(slowest, equation, power, points))
    return norms


# --- private helpers ----------------------------------------------------------------------------


def _what_still_holds(character: Character, product: float) -> str:
    """Say what gradient descent's flows are worth with gamma |f'| above 1, where the series ends.

    Measured on networks of 3,466 parameters: begun at 0.5 and 0.9 the distance fell by each order,
    to 1/5 and 1/16, 1/3 and 1/5 of that of order 0; begun at 1.3 and 1.7 to 1/2 and 1/3, 2/3 and
    1/2; from 2 on descent leaves.
    """
    method = character.method
    if character.has_memory or method.shift_polynomials() != ([-1, 1], [1]):
        return ""
    if product < _UNSTABLE:
        return (
            "; up to 2 the flows of higher orders were measured to be nearer all the same, but no "
            "longer by powers of gamma"
        )
    return "; from 2 on the steps themselves are unstable, and no flow is of use"


def _largest(paces: Floats) -> float:
    return float(paces[np.isfinite(paces)].max(initial=0.0))


def _lag(slowest: float, equation: Terms, power: int, points: Floats) -> Floats:
    """Return (1 - rho) (|f_k|/|f_0|)^(1/k), so that it is |f'| for Euler's method on a line."""
    leading = equation.truncate(0)(points, 1.0)
    correction = equation.truncate(power)(points, 1.0) - equation.truncate(power - 1)(points, 1.0)
    with np.errstate(all="ignore"):
        ratio = np.linalg.norm(correction, axis=-1) / np.linalg.norm(leading, axis=-1)
    return np.asarray((1 - slowest) / (1 + slowest) * ((power + 1) * ratio) ** (1 / power))
