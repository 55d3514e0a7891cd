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
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from flint import fmpq

from bea.algebra import Element
from bea.arithmetic import Arithmetic
from bea.arrays import parts_of_memory
from bea.bseries import TreeArithmetic, TreeSeries
from bea.bseries.calculus import Powers
from bea.bseries.fed_field import FedField
from bea.bseries.lifting import through_images
from bea.bseries.numbers import EXACT, Array, Exact
from bea.errors import BeaError, MethodError
from bea.fields import SeriesField, VectorField
from bea.methods import Method
from bea.modified.linear import dot, inverse
from bea.modified.settled_memory import FORGET, settled_memory
from bea.modified.symbolic_step import bind_exactly, in_full, rational_if_possible
from bea.patience import counted
from bea.series import PowerSeries
from bea.trees import TreeTable, tree_table


def on_trees(method: Method, order: int) -> list[Any]:
    """Return the coefficients b(tau) of the modified field, over the trees of order + 1 nodes."""
    return _lists_on_trees(OnTrees(method), order, 1)[0]


def on_field(method: Method, field: VectorField, order: int) -> list[tuple[Element, ...]]:
    """Return the terms f_0 ... f_order of the modified field of a concrete field."""
    return memory_on_field(method, field, order)[0]


def memory_on_trees(method: Method, order: int) -> tuple[list[Any], list[TreeSeries]]:
    """Return b over the trees of order + 1 nodes, and the slaved memory S as series on trees."""
    equations = OnTrees(method)
    shapes = equations.shapes
    field, *memory = _lists_on_trees(equations, order, len(shapes) + 1)
    f = TreeArithmetic(order + 1, colors=method.colors)
    series = [f.series(e, c, p) for (e, p), c in zip(shapes, memory, strict=True)]
    return field, series


def fed_on_trees(method: Method, order: int, fed: Sequence[Any]) -> list[Any]:
    """Return b over the trees of order + 1 nodes where the method is fed another field than f.

    `fed` has the coefficients of that field on the same trees.
    """
    return _lists_on_trees(OnTrees(method, fed), order, 1)[0]


def memory_on_field(
    method: Method, field: VectorField, order: int
) -> tuple[list[tuple[Element, ...]], list[list[Any]]]:
    """Return f_0 ... f_order, and per power of gamma the components of the slaved memory."""
    return SlowManifold(method, field).to(order)


def memory_shapes(bound: Method, f: SeriesField) -> list[tuple[int, ...]]:
    """Return the shapes of the parts of the memory: (d,) for a vector, () for a number."""
    return [np.shape(part) for part in bound.init(f, f.identity)]


# --- private helpers: the algorithm ---------------------------------------------------------------


class _Manifold:
    """f~ and S as far as they are known; a subclass says in which arithmetic they are."""

    method: Method
    field: list[Any]

    def solve(self, order: int) -> None:
        """Make both equations hold up to gamma^(order + 1), one power at a time."""
        for n in counted(range(self.solved() + 1, order + 2), "order", rounds=True):
            self.settle(n, self.gaps(n))

    def solved(self) -> int:
        """Return how many terms of f~ are known."""
        return 0

    def stepped(self, n: int) -> list[Any]:
        """Return what one step has at gamma^n, of theta and of the memory, from what is known."""
        raise NotImplementedError

    def gaps(self, n: int) -> list[Any]:
        """Return how far both equations are from holding, to gamma^n, without what is unknown."""
        raise NotImplementedError

    def settle(self, n: int, gaps: list[Any]) -> None:
        """Find f_(n-1) and what of S goes with it: the equations are linear in them."""
        raise NotImplementedError

    def inverted(self, matrix: list[list[Any]]) -> list[list[Any]]:
        """Return the inverse of the linear part."""
        try:
            return inverse(matrix)
        except BeaError:
            raise MethodError(
                f"the memory of '{self.method.name}' does not contract: at gamma = 0 a part of it "
                f"keeps what it has, and there is no slow manifold over theta: {FORGET}"
            ) from None


def _sides(bound: Method, f: Arithmetic, field: Any, memory: Sequence[Any]) -> list[Any]:
    """Return (exp(gamma D~), Phi) of theta and of each part of the memory."""
    theta, after = bound.step(f, f.identity, tuple(memory), f.gamma)
    pairs = zip((f.identity, *memory), (theta, *after), strict=True)
    return [(f.transport(field, before), mapped) for before, mapped in pairs]


class OnTrees(_Manifold):
    """f~ and S on trees: `columns` has, for each of them, a number for each tree."""

    def __init__(self, method: Method, fed: Sequence[Any] | None = None) -> None:
        self.method, self.bound, self.fed = method, bind_exactly(method), fed
        start = TreeArithmetic(1, colors=method.colors)
        self.shapes = [(s.identity, s.shift) for s in self.bound.init(start, start.identity)]
        self.linear = [self._linear_part(i) for i in range(len(method.colors))]
        inverses = map(self.inverted, self.linear)
        self.solutions = [[[-x for x in row] for row in inverse] for inverse in inverses]

    def solved_in(self, numbers: Exact, table: TreeTable) -> list[Array]:
        """Return the columns in some numbers."""
        self.begin(numbers, table)
        self.solve(table.order - 1)
        return self.columns

    def begin(self, numbers: Exact, table: TreeTable) -> None:
        """Forget what is known, and go on in some numbers."""
        self.numbers, self.table, self.known_fed = numbers, table, None
        if self.fed is not None:
            self.known_fed = FedField(table, numbers, numbers.array(self.fed[: len(table)]))
        identities = [1, *(identity for identity, _ in self.shapes)]
        self.columns = [numbers.zeros(len(table)) for _ in identities]
        # exp(gamma D~) of theta and of each part of the memory.
        self.flows = [Powers(table, numbers, table.order, self.columns[0], e) for e in identities]

    def stepped(self, n: int) -> list[Any]:
        level = self.table.level(n)
        known = [column[: level.stop] for column in self.columns]
        mapped = self._mapped(known, n, self.numbers, self.known_fed)
        return [after.values[level] for after in mapped]

    def gaps(self, n: int) -> list[Any]:
        return [self.numbers.reduced(flow.lower(n) - after)
                for flow, after in zip(self.flows, self.stepped(n), strict=True)]  # fmt: skip

    def settle(self, n: int, gaps: list[Any]) -> None:
        level, numbers = self.table.level(n), self.numbers
        for root, solution in enumerate(self.solutions):
            rooted = np.flatnonzero(self.table.root[level] == root)
            for row, column in zip(solution, self.columns, strict=True):
                parts = [numbers.scaled(gap[rooted], x) for x, gap in zip(row, gaps, strict=True)]
                column[level][rooted] = numbers.reduced(sum(parts[1:], start=parts[0]))
        self.flows[0].settle(n)
        for flow, column in zip(self.flows[1:], self.columns[1:], strict=True):
            flow.settle(n, column[level])

    def _mapped(
        self, columns: Sequence[Any], size: int, numbers: Exact, fed: Any = None
    ) -> list[TreeSeries]:
        """Return theta and the memory after a step."""
        f = TreeArithmetic(size, fed, self.method.colors, numbers=numbers)
        memory = [f.series(e, c, p) for (e, p), c in zip(self.shapes, columns[1:], strict=True)]
        theta, after = self.bound.step(f, f.identity, tuple(memory), f.gamma)
        for (identity, shift), mapped in zip([(1, 0), *self.shapes], (theta, *after), strict=True):
            agrees = mapped.identity == identity
            if not agrees or (mapped.shift != shift and not mapped.is_zero()):
                raise MethodError(
                    f"the step of '{self.method.name}' does not tend to the identity as gamma "
                    "tends to 0, or its memory does not follow theta"
                )
        return [theta, *after]

    def _linear_part(self, place: int) -> list[list[Any]]:
        """Probe the gaps at the single node of a colour, where they are affine in the unknowns."""
        count = len(self.shapes) + 1

        def at(values: list[Any]) -> list[Any]:
            leaves = [[v] * len(self.method.colors) for v in values]
            along = [e * values[0] for e in (1, *(identity for identity, _ in self.shapes))]
            before = [a + v for a, v in zip(along, [fmpq(0), *values[1:]], strict=True)]
            mapped = self._mapped(leaves, 1, EXACT, self.fed)
            return [x - after.values[place] for x, after in zip(before, mapped, strict=True)]

        rest = at([fmpq(0)] * count)
        units = [[fmpq(i == j) for i in range(count)] for j in range(count)]
        columns = [[x - y for x, y in zip(at(unit), rest, strict=True)] for unit in units]
        return [list(row) for row in zip(*columns, strict=True)]


def _lists_on_trees(equations: OnTrees, order: int, count: int) -> list[list[Any]]:
    """Return the coefficients of f~ and of the first parts of the memory, `count` lists in all."""
    table = tree_table(order + 1, equations.method.colors)

    def found(numbers: Exact, table: TreeTable) -> Array:
        return np.concatenate(equations.solved_in(numbers, table)[:count])

    coefficients = [rational_if_possible(c) for c in through_images(found, table)]
    return [coefficients[i * len(table) : (i + 1) * len(table)] for i in range(count)]


# --- on a concrete field --------------------------------------------------------------------------


class SettledMemory(NamedTuple):
    """S_0 where the last variables u stand for values that no formula gives.

    Attributes
    ----------
    memory : list of Element
        S_0 in theta and u.
    slopes : list of list of Element
        du/dtheta, a row for each u.
    """

    memory: list[Any]
    slopes: list[list[Any]]


class SlowManifold(_Manifold):
    """f~ and S of a method on a concrete field, found once and further when more is asked.

    `field` has f_0, f_1, ..., `memory[k]` the components of S at gamma^k, and `on_memory` is the
    matrix by which a small change of the memory is carried on at gamma = 0, `carried` that by which
    its distance from the manifold is. Of `settled` memory the
    last variables of the problem are those u of S_0, which move as theta moves them.
    """

    def __init__(
        self, method: Method, problem: VectorField, settled: SettledMemory | None = None
    ) -> None:
        self.method, self.problem = method, problem
        self.field: list[list[Any]] = []
        self.divides = False
        self.implicit: list[list[Any]] = [] if settled is None else settled.slopes
        self.size = problem.dimension - len(self.implicit)
        self.memory = [self._memory_at_zero() if settled is None else settled.memory]
        self.on_theta, self.on_memory = self._linear_part(self.memory[0])

    def to(self, order: int) -> tuple[list[tuple[Element, ...]], list[list[Any]]]:
        """Return f_0 ... f_order, and S to gamma^(order + 1)."""
        self.solve(order)
        return [tuple(term) for term in self.field[: order + 1]], self.memory[: order + 2]

    def solved(self) -> int:
        return len(self.field)

    def gaps(self, n: int) -> list[Any]:
        def at(f: SeriesField, bound: Method, memory: tuple[Any, ...]) -> list[Any]:
            return [x - y for x, y in _sides(bound, f, self.field, memory)]

        return self._run(at, self.memory, n)

    def stepped(self, n: int) -> list[Any]:
        return [[series[n] for series in part] for part in self._step(self.memory, n)]

    def settle(self, n: int, gaps: list[Any]) -> None:
        theta = [-s[n] for s in gaps[0][: self.size]]
        right = [-s[n] - dot(slope, theta) for s, slope in zip(gaps[1], self._slopes, strict=True)]
        new = [dot(row, right) for row in self._solution]
        moved = [x + dot(row, new) for x, row in zip(theta, self.on_theta, strict=True)]
        self.field.append([*moved, *(dot(row, moved) for row in self.implicit)])
        self.memory.append(new)
        if self.divides and not all(s[n].is_zero() for gap in self.gaps(n) for s in gap):
            # In (theta - old)^2/gamma two unknown terms meet, and nothing is linear in them; where
            # theta moves by memory over gamma, it moves by what is found only now.
            raise self._divided()

    @cached_property
    def _slopes(self) -> list[list[Element]]:
        gradients = [s.gradient() for s in self.memory[0]]
        columns = list(zip(*self.implicit, strict=True)) or [()] * self.size
        return [
            [g + dot(gradient[self.size :], column) for g, column in
             zip(gradient[: self.size], columns, strict=True)]
            for gradient in gradients
        ]  # fmt: skip

    @cached_property
    def carried(self) -> list[list[Any]]:
        """B - S_0' A, by which memory off the manifold comes nearer to it, at gamma = 0."""
        count = range(len(self.on_memory))
        columns = [[row[j] for row in self.on_theta] for j in count]
        return [[self.on_memory[i][j] - dot(self._slopes[i], columns[j]) for j in count]
                for i in count]  # fmt: skip

    @cached_property
    def _solution(self) -> list[list[Any]]:
        """The inverse of 1 - B + S_0' A, what S_n is multiplied by once f_(n-1) has been put in."""
        rows = enumerate(self.carried)
        return self.inverted([[fmpq(i == j) - x for j, x in enumerate(row)] for i, row in rows])

    def _run(self, found: Any, memory: Sequence[Sequence[Any]], order: int) -> list[Any]:
        """Return `found` of theta and of the memory, given by its coefficients, to gamma^order."""
        tried: list[int] = []

        def to(highest: int) -> list[Any]:
            tried.append(highest)
            f = SeriesField(self.problem, highest)
            bound = self.method.bind(f.constant)
            series = [PowerSeries([self._lifted(m[i]) for m in memory], highest)
                      for i in range(len(memory[0]))]  # fmt: skip
            parts = parts_of_memory(series, memory_shapes(bound, f))
            theta, *rest = found(f, bound, parts)
            return [list(theta), [f.gamma * 0 + s for part in rest for s in np.ravel(part)]]

        run = in_full(to, order)
        self.divides = self.divides or tried[-1] > order
        return run

    def _step(self, memory: Sequence[Sequence[Any]], order: int) -> list[Any]:
        """Return theta and the memory after one step, as lists of series to gamma^order."""

        def after(f: SeriesField, bound: Method, memory: tuple[Any, ...]) -> list[Any]:
            theta, state = bound.step(f, f.identity, memory, f.gamma)
            return [theta, *state]

        return self._run(after, memory, order)

    def _memory_at_zero(self) -> list[Any]:
        """Return S_0, the fixed point of the memory at gamma = 0."""
        f = SeriesField(self.problem, 0)
        init = self.method.bind(f.constant).init(f, f.identity)
        start = [(f.gamma * 0 + s)[0] for part in init for s in np.ravel(part)]
        try:
            found = self._newton_step(start)
            theta, again = self._step([found], 0)
        except MethodError as error:  # singular: only memory that holds theta itself has a way out
            try:
                return settled_memory(self.method, self.problem)
            except MethodError as cause:  # which says more
                raise cause from None
            except BeaError:
                raise error from None
        except BeaError:  # not defined where the memory starts, as the slope of a root is at 0
            return settled_memory(self.method, self.problem)
        settled = all((s[0] - x).is_zero() for s, x in zip(again, found, strict=True))
        variables = [self.problem.ring.variable(i) for i in range(self.problem.dimension)]
        if not settled or any(s[0] != x for s, x in zip(theta, variables, strict=True)):
            return settled_memory(self.method, self.problem)
        return found

    def _newton_step(self, start: list[Any]) -> list[Any]:
        """Return the fixed point if the memory is linear: for most methods it is."""
        _, on_memory = self._linear_part(start)
        _, after = self._step([start], 0)
        gap = [s[0] - x for s, x in zip(after, start, strict=True)]
        count = range(len(start))
        matrix = [[fmpq(i == j) - on_memory[i][j] for j in count] for i in count]
        return [x + dot(row, gap) for x, row in zip(start, self.inverted(matrix), strict=True)]

    def _linear_part(self, at: list[Any]) -> tuple[list[list[Any]], list[list[Any]]]:
        """Return d Phi^theta/ds and d Phi^s/ds at gamma = 0, by probing with s + gamma e_j."""
        count = len(at)
        rest_theta, rest = self._step([at], 1)
        columns_theta, columns = [], []
        for j in range(count):
            unit = [fmpq(i == j) for i in range(count)]
            theta, after = self._step([at, unit], 1)
            if any(x[0] != y[0] for x, y in zip(after, rest, strict=True)):
                raise self._divided()
            columns_theta.append([x[1] - y[1] for x, y in zip(theta, rest_theta, strict=True)])
            columns.append([x[1] - y[1] for x, y in zip(after, rest, strict=True)])
        return _transposed(columns_theta, self.size), _transposed(columns, count)

    def _lifted(self, value: Any) -> Element:
        return value if isinstance(value, Element) else self.problem.ring.constant(value)

    def _divided(self) -> MethodError:
        return MethodError(
            f"the memory of '{self.method.name}' holds another part of it divided by gamma, such "
            "as v = (theta - old)/gamma: keep the difference itself, and divide where it is used"
        )


def _transposed(columns: list[list[Any]], rows: int) -> list[list[Any]]:
    return [[column[i] for column in columns] for i in range(rows)]
