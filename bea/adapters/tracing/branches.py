"""The branch of a step that compares values: what its comparisons come to along a run.

Where |g|, a sign, a maximum or a clipping is in a step, it is smooth only piecewise, and an
expansion is one of the piece on which the run from a start is, with small steps and settled memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from bea.adapters.tracing.moments import generic_number
from bea.adapters.tracing.tape import Tape
from bea.arrays import Floats
from bea.errors import MethodError
from bea.fields import NumericField, VectorField
from bea.fields.vector_field import Rhs

_SMALL = 1e-6  # a step size at which the memory has settled and theta has hardly moved
_FIRST = 4  # steps from the first one on, which begin the memory
_SWEEPS, _STEPS = 4, 40
_MANY = 1500  # steps after which memory of a rate of 0.999 has followed theta
CLOSE = 1e-2  # a relative difference that the motion may bring about
_SHOWN = 60


class Branch(NamedTuple):
    """A tape, and what its comparisons of values come to, by their places.

    `is_close` tells whether some of them are about values that hardly differ.
    """

    tape: Tape
    truths: dict[int, Any]
    is_close: bool = False


def comparisons(tape: Tape) -> list[int]:
    """Return the places of the comparisons that the step depends on, and that no constants give."""
    if tape.decisions is None:
        wanted = (*tape.theta, *tape.memory, *(g.place for g in tape.guards))
        tape.decisions = [k for k in tape.needed(wanted) if tape.compares(k)]
    return tape.decisions


def branch_along(
    method: Any,
    problem: VectorField,
    point: Sequence[float],
    count: int | None,
    phase: int = 0,
) -> Branch:
    """Return the branch on which a run from a point is after so many steps; None when settled."""
    f = _floats(problem, True)
    theta = np.array(point, dtype=float)[:, None]
    with np.errstate(all="ignore"):
        if count is not None:
            state = method.init(f, theta)
            for _ in range(count):
                theta, state = method.step(f, theta, state, f.gamma)
            return method.branch_in_floats(f, theta, state, phase)
        state, still = method.begun(f, theta), np.zeros_like(f.gamma)
        for _ in range(_FIRST):
            state = method.step(f, theta, state, still)[1]
        return _settled_branch(method, f, theta, _settled(method, f, theta, state), phase)


def told(branch: Branch, method: Any, point: Sequence[float]) -> str:
    """Return which branch it is, in words."""
    parts = []
    for place, truth in branch.truths.items():
        shown = branch.tape.written(place)
        text = shown if len(shown) <= _SHOWN else f"comparison {place}"
        answers = "".join("+" if t else "-" for t in np.ravel(truth))
        parts.append(f"{text}: {answers}")
    where = ", ".join(f"{x:g}" for x in point)
    return (
        f"'{method.name}' is smooth only piecewise: the equation is that of the piece around "
        f"theta = ({where}), where {'; '.join(parts)}"
    )


# --- private helpers ------------------------------------------------------------------------------


def _settled_branch(method: Any, f: NumericField, theta: Floats, state: Any, phase: int) -> Branch:
    """Return the branch of all further steps; refuse one that changes from step to step.

    A comparison of what is equal at gamma = 0 is decided by the motion, or slides along the edge of
    two pieces.
    """
    for _ in range(_STEPS):
        theta, state = method.step(f, theta, state, f.gamma)
    found: Branch = method.branch_in_floats(f, theta, state, phase)
    left, is_close = _STEPS, False
    while left:
        theta, state = method.step(f, theta, state, f.gamma)
        now: Branch = method.branch_in_floats(f, theta, state, phase)
        left = _MANY if now.is_close and not is_close else left - 1
        is_close = is_close or now.is_close
        same = now.tape is found.tape
        for place, truth in found.truths.items():
            if not same or not np.array_equal(truth, now.truths[place]):
                raise MethodError(
                    f"the step of '{method.name}' changes its branch from step to step, by "
                    f"{found.tape.written(place)[:_SHOWN]}: there it has no modified equation; its "
                    "iterates can be followed (bea.iterate)"
                )
    return found


def _floats(problem: VectorField, counts: bool) -> NumericField:
    """Return the field in floats, in one lane; open parameters are generic numbers."""
    f = NumericField(_values(problem), np.array([_SMALL]), None, problem.variables)
    f.counts = counts
    return f


def _values(problem: VectorField) -> Rhs:
    if not problem.parameters:
        return problem.numeric()
    parameters = [generic_number(i) for i, _ in enumerate(problem.parameters)]

    def rhs(theta: Floats, gamma: Floats) -> Floats:
        inputs = [*theta, *(np.full(theta.shape[1], p) for p in parameters)]
        values = problem.program.run(inputs, lambda c: int(c.p) / int(c.q))
        return np.array([0 * theta[0] + value for value in values])

    return rhs


def _settled(method: Any, f: NumericField, theta: Floats, state: Any) -> Any:
    """Return memory near that on which it settles, by Aitken's extrapolation of each entry."""
    still = np.zeros_like(f.gamma)
    for _ in range(_SWEEPS):
        one = method.step(f, theta, state, still)[1]
        two = method.step(f, theta, one, still)[1]
        state = tuple(_aitken(*parts) for parts in zip(state, one, two, strict=True))
    return state


def _aitken(a: Floats, b: Floats, c: Floats) -> Floats:
    bend = c - 2 * b + a
    found = a - (b - a) ** 2 / np.where(bend == 0, 1.0, bend)
    good = (bend != 0) & np.isfinite(found) & (np.abs(bend) > 1e-13 * np.abs(c))
    good &= found * c >= 0  # a mean of squares is not below 0
    return np.where(good, found, c)
