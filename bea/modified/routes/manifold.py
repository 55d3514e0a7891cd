"""Route for memory: the slow invariant manifold, solved together with the field on it.

The iterates of a method with memory s settle on a manifold s = S(theta; gamma), on which the method
is a map of theta alone, near the identity:

    exp(gamma D~) theta = Phi^theta(theta, S),      exp(gamma D~) S = Phi^s(theta, S).

f~ and S are found together, one power of gamma at a time; the linear part of these equations is
the same at every power (on trees, for each colour of the root), is found by probing the step, and
is inverted once. Source: Kirchgraber,
"Multi-step methods are essentially one-step methods", Numer. Math. 48 (1986) 85-90; Hairer, Lubich
and Wanner, Geometric Numerical Integration, section XV.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import Element
from bea.bseries import TreeArithmetic, TreeSeries
from bea.errors import BeaError, MethodError
from bea.fields import SeriesField, VectorField
from bea.methods import Method
from bea.modified.linear import dot, inverse
from bea.modified.symbolic_step import bind_exactly, in_full, rational_if_possible
from bea.series import PowerSeries
from bea.series.vectors import parts_of_memory
from bea.trees import trees

__all__ = [
    "linear_memory",
    "memory_on_field",
    "memory_on_trees",
    "memory_shapes",
    "on_field",
    "on_trees",
]


def on_trees(method: Method, order: int) -> list[Any]:
    """Return the coefficients b(tau) of the modified field, over the trees of order + 1 nodes."""
    return memory_on_trees(method, order)[0]


def on_field(method: Method, field: VectorField, order: int) -> list[tuple[Element, ...]]:
    """Return the terms f_0 ... f_order of the modified field of a concrete field."""
    return memory_on_field(method, field, order)[0]


# --- on trees -----------------------------------------------------------------------------------


def memory_on_trees(method: Method, order: int) -> tuple[list[Any], list[TreeSeries]]:
    """Return b over the trees of order + 1 nodes, and the slaved memory S as series on trees."""
    bound = bind_exactly(method)
    start = TreeArithmetic(1, colors=method.colors)
    shapes = [(s.identity, s.shift) for s in bound.init(start, start.identity)]
    solve = {color: _inverse(_linear_part(bound, shapes, place), method)
             for place, color in enumerate(method.colors)}  # fmt: skip
    unknown: list[list[Any]] = [[] for _ in range(len(shapes) + 1)]
    for size in range(1, order + 2):
        new = list(enumerate(trees(size, method.colors), start=len(unknown[0])))
        unknown = [column + [fmpq(0)] * len(new) for column in unknown]
        residual = _residual(bound, shapes, unknown, size)
        for k, tree in new:
            for row, column in zip(solve[tree.color], unknown, strict=True):
                column[k] = -dot(row, [r[k] for r in residual])
    simple = [[rational_if_possible(c) for c in column] for column in unknown]
    return simple[0], [start.series(e, c, p) for (e, p), c in zip(shapes, simple[1:], strict=True)]


def _residual(
    method: Method, shapes: list[tuple[Any, int]], unknown: list[list[Any]], size: int
) -> list[list[Any]]:
    """Return exp(gamma D~) - Phi for theta and for each part of the memory, on trees."""
    f = TreeArithmetic(size, colors=method.colors)
    states = [f.series(e, c, p) for (e, p), c in zip(shapes, unknown[1:], strict=True)]
    theta, after = method.step(f, f.identity, tuple(states), f.gamma)
    rows = []
    for before, mapped in zip((f.identity, *states), (theta, *after), strict=True):
        agrees = mapped.identity == before.identity
        if not agrees or (mapped.shift != before.shift and not mapped.is_zero()):
            raise MethodError(
                f"the step of '{method.name}' does not tend to the identity as gamma tends to 0, "
                "or its memory does not follow theta"
            )
        flowed = f.transport(unknown[0], before).coefficients
        rows.append([x - y for x, y in zip(flowed, mapped.coefficients, strict=True)])
    return rows


def _linear_part(method: Method, shapes: list[tuple[Any, int]], place: int) -> list[list[Any]]:
    """Probe the residual at the single node of a colour, where it is affine in the unknowns."""
    count = len(shapes) + 1

    def at(values: list[Any]) -> list[Any]:
        leaves = [[v] * len(method.colors) for v in values]
        return [r[place] for r in _residual(method, shapes, leaves, 1)]

    rest = at([fmpq(0)] * count)
    units = [[fmpq(i == j) for i in range(count)] for j in range(count)]
    columns = [[x - y for x, y in zip(at(unit), rest, strict=True)] for unit in units]
    return [list(row) for row in zip(*columns, strict=True)]


def _inverse(matrix: list[list[Any]], method: Method) -> list[list[Any]]:
    try:
        return inverse(matrix)
    except BeaError:
        raise MethodError(
            f"the memory of '{method.name}' does not contract: it has no slow manifold over theta; "
            "follow its iterates (bea.iterate), or let it forget, as RMSProp does"
        ) from None


# --- on a concrete field ------------------------------------------------------------------------


def memory_on_field(
    method: Method, field: VectorField, order: int
) -> tuple[list[tuple[Element, ...]], list[list[Any]]]:
    """Return f_0 ... f_order, and per power of gamma the components of the slaved memory."""
    step = _Step(method, field)
    slaved = [step.memory_at_zero()]
    on_theta, on_memory = step.linear_part(slaved[0])
    slopes = [s.gradient() for s in slaved[0]]
    solve = _inverse(_joint(on_theta, on_memory, slopes), method)
    terms: list[list[Any]] = []
    for n in range(1, order + 2):
        theta, after = step.run(slaved, n)
        pull = _Flow(field, terms, n)
        right_theta = [s[n] - pull.theta(i) for i, s in enumerate(theta)]
        along = [pull.along(i, slaved) for i in range(len(after))]
        right = [s[n] - a - dot(slopes[i], right_theta)
                 for i, (s, a) in enumerate(zip(after, along, strict=True))]  # fmt: skip
        new = [dot(row, right) for row in solve]
        terms.append([r + dot(row, new) for r, row in zip(right_theta, on_theta, strict=True)])
        slaved.append(new)
        if step.divides:
            left = [x + a + dot(slope, terms[-1])
                    for x, a, slope in zip(new, along, slopes, strict=True)]  # fmt: skip
            step.check(slaved, n, left)
    return [tuple(term) for term in terms], slaved


def memory_shapes(bound: Method, f: SeriesField) -> list[tuple[int, ...]]:
    """Return the shapes of the parts of the memory: (d,) for a vector, () for a number."""
    return [np.shape(part) for part in bound.init(f, f.identity)]


def linear_memory(method: Method, field: VectorField) -> list[list[Any]]:
    """Return the matrix by which a small change of the memory is carried on, at gamma = 0."""
    step = _Step(method, field)
    return step.linear_part(step.memory_at_zero())[1]


def _joint(on_theta: list[Any], on_memory: list[Any], slopes: list[Any]) -> list[list[Any]]:
    """Return 1 - B + S_0' A, what S_n is multiplied by once f_(n-1) has been put in."""
    count = len(on_memory)
    through = [[dot(slopes[i], [row[j] for row in on_theta]) for j in range(count)]
               for i in range(count)]  # fmt: skip
    return [
        [through[i][j] - on_memory[i][j] + fmpq(i == j) for j in range(count)] for i in range(count)
    ]


class _Step:
    """The step at the general point, with a memory given by its coefficients."""

    def __init__(self, method: Method, field: VectorField) -> None:
        self.method = method
        self.field = field
        self.divides = False

    def run(self, memory: Sequence[Sequence[Any]], order: int) -> tuple[list[Any], list[Any]]:
        """Return theta and the memory after one step, as lists of series to gamma^order.

        `memory[k]` holds the coefficients of gamma^k; the missing ones are zero.
        """
        tried: list[int] = []

        def to(highest: int) -> list[Any]:
            tried.append(highest)
            f = SeriesField(self.field, highest)
            bound = self.method.bind(f.constant)
            series = [PowerSeries([self._lifted(m[i]) for m in memory], highest)
                      for i in range(len(memory[0]))]  # fmt: skip
            shapes = memory_shapes(bound, f)
            theta, after = bound.step(f, f.identity, parts_of_memory(series, shapes), f.gamma)
            return [list(theta), [f.gamma * 0 + s for part in after for s in np.ravel(part)]]

        theta, after = in_full(to, order)
        self.divides = self.divides or tried[-1] > order
        return list(theta), list(after)

    def check(self, memory: list[list[Any]], n: int, flowed: list[Any]) -> None:
        """Refuse memory of which a part at gamma^n hangs on more than the linear part says.

        So it may where a step divides by gamma: in (theta - old)^2/gamma the two last terms meet.
        """
        _, after = self.run(memory, n)
        if not all((s[n] - x).is_zero() for s, x in zip(after, flowed, strict=True)):
            raise _divided(self.method)

    def memory_at_zero(self) -> list[Any]:
        """Return S_0, the fixed point of the memory at gamma = 0."""
        f = SeriesField(self.field, 0)
        init = self.method.bind(f.constant).init(f, f.identity)
        start = [(f.gamma * 0 + s)[0] for part in init for s in np.ravel(part)]
        _, on_memory = self.linear_part(start)
        _, after = self.run([start], 0)
        gap = [s[0] - x for s, x in zip(after, start, strict=True)]
        count = len(start)
        matrix = [[fmpq(i == j) - on_memory[i][j] for j in range(count)] for i in range(count)]
        solve = _inverse(matrix, self.method)
        found = [x + dot(row, gap) for x, row in zip(start, solve, strict=True)]
        theta, again = self.run([found], 0)
        settled = all((s[0] - x).is_zero() for s, x in zip(again, found, strict=True))
        variables = [self.field.ring.variable(i) for i in range(self.field.dimension)]
        if not settled or any(s[0] != x for s, x in zip(theta, variables, strict=True)):
            raise MethodError(
                f"the step of '{self.method.name}' does not tend to the identity as gamma tends "
                "to 0, or its memory is not linear there"
            )
        return found

    def linear_part(self, at: list[Any]) -> tuple[list[list[Any]], list[list[Any]]]:
        """Return d Phi^theta/ds and d Phi^s/ds at gamma = 0, by probing with s + gamma e_j."""
        count = len(at)
        rest_theta, rest = self.run([at], 1)
        columns_theta, columns = [], []
        for j in range(count):
            unit = [fmpq(i == j) for i in range(count)]
            theta, after = self.run([at, unit], 1)
            if any(x[0] != y[0] for x, y in zip(after, rest, strict=True)):
                raise _divided(self.method)
            columns_theta.append([x[1] - y[1] for x, y in zip(theta, rest_theta, strict=True)])
            columns.append([x[1] - y[1] for x, y in zip(after, rest, strict=True)])
        return _transposed(columns_theta, self.field.dimension), _transposed(columns, count)

    def _lifted(self, value: Any) -> Element:
        return value if isinstance(value, Element) else self.field.ring.constant(value)


class _Flow:
    """[gamma^n] of exp(gamma D~) theta and exp(gamma D~) S, by what is known of f~ and S so far."""

    def __init__(self, field: VectorField, terms: list[list[Any]], n: int) -> None:
        self.field, self.terms, self.n = field, terms, n

    def theta(self, i: int) -> Any:
        """Return the coefficient without f_(n-1) itself."""
        variable = self.field.ring.variable(i)
        return self._expand([variable], self.n)

    def along(self, i: int, memory: list[list[Any]]) -> Any:
        """Return the coefficient without S_n itself and without f_(n-1) acting on S_0."""
        return self._expand([self._element(m[i]) for m in memory], self.n)

    def _expand(self, series: list[Element], n: int) -> Any:
        """Sum the gamma^n parts of gamma^m D~^m/m! applied to a series in gamma."""
        zero = self.field.ring.constant(0)
        level = [*series, *([zero] * (n + 1 - len(series)))]
        total = zero
        for m in range(1, n + 1):
            raised = [zero] * (n + 1)
            for j in range(n + 1):
                for k, term in enumerate(self.terms):
                    if j + k + 1 <= n and not level[j].poly.is_zero():
                        moved = self.field.ring.lie_derivative(term, level[j])
                        raised[j + k + 1] = raised[j + k + 1] + moved * fmpq(1, m)
            level = raised
            total = total + level[n]
        return total

    def _element(self, value: Any) -> Element:
        return value if isinstance(value, Element) else self.field.ring.constant(value)


def _divided(method: Method) -> MethodError:
    return MethodError(
        f"the memory of '{method.name}' holds another part of it divided by gamma, such as "
        "v = (theta - old)/gamma: keep the difference itself, and divide where it is used"
    )


def _transposed(columns: list[list[Any]], rows: int) -> list[list[Any]]:
    return [[column[i] for column in columns] for i in range(rows)]
