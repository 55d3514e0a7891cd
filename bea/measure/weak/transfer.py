"""Expectations of a random step's iterates without sampling, on any loss of one or two variables.

E phi(theta_n) = (Sⁿ phi)(theta_0) with S phi = E[phi o Phi], the average over all batches. A phi
is kept as values at the Chebyshev points of a box, and S is a matrix: interpolation at the images
of those points, which are in the box of the next step. What is smooth is resolved to all digits by
a few dozen points, however many steps are taken, where the number of sequences of batches would
explode. Source: Trefethen, Approximation Theory and Approximation Practice (2013), chapters 5
and 8, for the barycentric formula and its convergence; the operator is that of
`bea.modified.random.generator`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bea.algebra import Element, as_float
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import to_program
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, DomainError
from bea.fields import NumericField, VectorField
from bea.fields.vector_field import Inside
from bea.measure.weak.inputs import exact_point, exact_step_size, read_observable
from bea.methods import Method
from bea.modified.random.batches import mean_field, samples_of
from bea.noise import Noise, independent_noise

# Points in each variable: more are taken until nothing changes by more than this share.
_NODES = {1: (24, 32, 48, 64, 96, 128, 192), 2: (12, 16, 20, 26, 32, 40)}
_CHANGE = 1e-13
# A side of a box through which a step leaves it moves at least by this share of the width over all
# steps, so that boxes of a loss that confines soon stay what they are.
_GROWTH = 0.25
_REACH = 1e-3  # of the first box, around the start
_PROBES = 33
_WIDEST = 1e9


def expectations_after(
    method: Method,
    problem: VectorField,
    gamma: Any,
    steps: int,
    start: Sequence[Any],
    observables: Sequence[Any],
    batches: Noise | None = None,
) -> tuple[Floats, Floats]:
    """Return E of functions of theta after some steps, and how far each may be off.

    Parameters
    ----------
    method, problem, batches
        A method of one step, a finite sum, and how batches are drawn; by default single samples.
    gamma, start
        The step size and the start, exact numbers.
    steps
        The number of steps.
    observables
        Texts in the problem's variables, with L for the loss, or ring elements.

    Returns
    -------
    values, errors : (observables,)
        Points are added until nothing changes any more; an error is the last change.

    Raises
    ------
    DimensionError
        If the problem has more than two variables.
    BeaError
        If the method has memory, or the points that can be reached are without bound.

    Examples
    --------
    >>> import bea
    >>> pair = bea.problems.finite_sum(["x**4/4 - x", "x**4/4 + x"])
    >>> descent = bea.methods.gradient_descent()
    >>> values, errors = expectations_after(descent, pair, "1/100", 1000, [1], ["x**2"])
    >>> round(float(values[0]), 10), bool(errors[0] < 1e-11)
    (0.0565661207, True)
    """
    d = problem.dimension
    if d not in _NODES:
        raise DimensionError(
            f"{d} variables are too many for a grid of points: take a problem of one or two, "
            "quadratic losses, or few steps by law_after"
        )
    parts = _steps(method, problem, gamma, batches)
    point = np.array([float(x) for x in exact_point(start, problem)])
    boxes = _reachable(parts, problem.domain(), point, steps)
    functions = [_function(read_observable(given, problem)) for given in observables]
    found: Floats | None = None
    change = np.full(len(functions), np.inf)
    for nodes in _NODES[d]:
        before, found = found, _averaged(parts, boxes, nodes, functions, point)
        if before is not None:
            change = np.abs(found - before)
            if (change <= _CHANGE * np.maximum(1.0, np.abs(found))).all():
                break
    assert found is not None
    return found, np.maximum(change, _CHANGE * np.maximum(1.0, np.abs(found)))


# --- private helpers ----------------------------------------------------------------------------

Step = Callable[[Floats], Floats]
Parts = Sequence[tuple[Step, float]]


class Box:
    """A box, with functions on it by their values at a grid of points.

    Parameters
    ----------
    low, high : (d,)
    """

    def __init__(self, low: Floats, high: Floats) -> None:
        self.low, self.high = low, high

    def grid(self, axis: Floats) -> Floats:
        """Return the points (d, points) that have coordinates of `axis` in [-1, 1]."""
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        axes = np.meshgrid(
            *(m + h * axis for m, h in zip(middle, half, strict=True)), indexing="ij"
        )
        return np.array([values.ravel() for values in axes])

    def interpolation(self, points: Floats, nodes: int) -> Floats:
        """Return the matrix that takes values on the Chebyshev grid to those at points (d, n)."""
        scaled = (2 * points.T - (self.low + self.high)) / (self.high - self.low)
        found, *others = (_cardinal(column, nodes) for column in scaled.T)
        for other in others:
            found = (found[:, :, None] * other[:, None, :]).reshape(len(found), -1)
        return found


def _steps(method: Method, problem: VectorField, gamma: Any, batches: Noise | None) -> Parts:
    """Return the step on each batch, and the batch's probability."""
    samples, size = samples_of(problem), float(exact_step_size(gamma))
    bound = method.bind(as_float)

    def on(field: VectorField) -> Step:
        rhs, derivative = field.numeric(), field.numeric_derivative

        def step(theta: Floats) -> Floats:
            f = NumericField(rhs, np.full(theta.shape[1], size), derivative)
            state = bound.init(f, theta)
            if len(state):
                raise BeaError(
                    f"'{method.name}' has memory, and a grid is for theta alone: take quadratic "
                    "losses, or few steps by law_after"
                )
            return np.asarray(bound.step(f, theta, state, f.gamma)[0])

        return step

    return [
        (on(mean_field([samples[i] for i in indices])), float(weight))
        for indices, weight in independent_noise(batches).choices(len(samples))
    ]


def _function(value: Element) -> Step:
    function = compile_program(to_program([value]))
    return lambda theta: np.asarray(function(theta, np.empty((1, theta.shape[1])))[0])


def _reachable(parts: Parts, inside: Inside | None, point: Floats, steps: int) -> list[Box]:
    """Return boxes, one for each number of steps, of which each step maps one into the next."""
    reach = _REACH * (1 + np.abs(point).max())
    boxes = [Box(point - reach, point + reach)]
    for _ in range(steps):
        box = boxes[-1]
        grid = box.grid(np.linspace(-1, 1, _PROBES))
        if inside is not None and not inside(grid).all():
            raise DomainError(
                "points beside the domain of the loss can be reached: take a smaller step size, a "
                "shorter time, or another start"
            )
        images = np.concatenate([step(grid) for step, _ in parts], axis=1)
        below, above = box.low - images.min(axis=1), images.max(axis=1) - box.high
        if not np.isfinite(images).all() or max(below.max(), above.max()) > _WIDEST * reach:
            raise BeaError(
                "the points that can be reached are without bound: take a smaller step size or a "
                "shorter time; few steps are gone through by law_after"
            )
        if max(below.max(), above.max()) > 0:
            least = (box.high - box.low) * (_GROWTH / steps)
            low = box.low - np.where(below > 0, np.maximum(below, least), 0.0)
            high = box.high + np.where(above > 0, np.maximum(above, least), 0.0)
            box = Box(low, high)
        boxes.append(box)
    return boxes


def _averaged(
    parts: Parts, boxes: Sequence[Box], nodes: int, functions: Sequence[Step], point: Floats
) -> Floats:
    """Return (Sⁿ phi)(point) for functions phi, going back from the last box."""
    axis = _chebyshev(nodes)
    values = np.array([function(boxes[-1].grid(axis)) for function in functions]).T
    matrix, pair = np.empty(0), (-1, -1)
    for box, following in zip(boxes[-2::-1], boxes[:0:-1], strict=True):
        if pair != (id(box), id(following)):
            grid, pair = box.grid(axis), (id(box), id(following))
            terms = [following.interpolation(step(grid), nodes) * w for step, w in parts]
            matrix = np.sum(terms, axis=0)
        values = matrix @ values
    return np.asarray(boxes[0].interpolation(point[:, None], nodes)[0] @ values)


def _chebyshev(nodes: int) -> Floats:
    """Return the Chebyshev points of the second kind in [-1, 1]."""
    return np.asarray(np.sin(np.pi * np.arange(1 - nodes, nodes, 2) / (2 * (nodes - 1))))


def _cardinal(x: Floats, nodes: int) -> Floats:
    """Return the Lagrange polynomials (points, nodes) of the Chebyshev points."""
    weights = np.where(np.arange(nodes) % 2, -1.0, 1.0)
    weights[[0, -1]] /= 2
    away = x[:, None] - _chebyshev(nodes)
    at_node = away == 0
    terms = weights / np.where(at_node, 1.0, away)
    found = terms / terms.sum(axis=1, keepdims=True)
    hit = at_node.any(axis=1)
    found[hit] = at_node[hit]
    return np.asarray(found)
