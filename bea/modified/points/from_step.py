"""The terms of a modified field at points from the step alone, in power series over arrays.

The iterates of the step, expanded in gamma, are polynomials in their number n at each power:
theta_n = theta + sum over j of gamma^j P_j(n), where P_j has degree j at most, and the field is
their slope, f_(j-1) = P_j'(0), which is (1/gamma) log S. Without memory the iterates are K + 1
steps from theta. With memory they are the orbit on the slow manifold through theta, for which the
memory is Q_j(n), polynomials too: at each power the step and the shift by one n have to agree,

    (E - J) (P_j, Q_j) = what is known,    J: the step's linear part at gamma = 0,

and P_j(0) = 0. (Derived here.) J is a number for each pair of theta and parts of the memory, as
with averages, where it is one. Other memory, such as roots of matrices that are kept for some
steps, or bases that each step turns, settles in sweeps, as it does in the iterates themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import Any

import numpy as np

from bea.algebra.ring.exact import as_float
from bea.arrays import Floats
from bea.errors import MethodError, NotSmoothError
from bea.fields.arithmetics.numbers import NumericField
from bea.fields.arithmetics.points import PointField
from bea.fields.functions import Derivatives, without_symbols
from bea.methods import Method
from bea.modified.points.circles import centre_of, depth_of
from bea.modified.points.repeated import RepeatedPoints
from bea.patience import counted
from bea.series import SeriesArray

_ROUNDING = 1e-9
_FAR = 2.0**30  # the larger a probe, the less is rounded beside it: what is asked is linear
_SAME = 1e-13
_NEWTON = 4  # steps to the memory at gamma = 0, which is linear for most methods: one
_SWEEPS = 600  # for memory that is not: it settles as in the iterates, and so much is waited for
_IDLE = 3  # sweeps
_BEFORE = 30  # steps at gamma = 0 that bring it near to where it settles


@dataclass(frozen=True)
class Orbit:
    """The iterates through points as polynomials in their number.

    Attributes
    ----------
    terms : (K + 1, d, lanes)
        The modified field.
    memory : list of list of arrays
        memory[j] has the parts of the memory on the slow manifold at gamma^j; none without memory.
    """

    terms: Floats
    memory: list[list[Floats]]


def orbit_through(
    method: Method,
    derivatives: Derivatives,
    points: Floats,
    order: int,
    variables: Any = (),
    linear: Floats | None = None,
) -> Orbit:
    """Return f_0 ... f_K at points (d, lanes), and the memory to gamma^K.

    `linear` is J, where it is known from `memory_factors`.

    Raises
    ------
    MethodError
        If the step does not tend to the identity, or the memory is none that is known here.
    """
    f = PointField(derivatives, order, points, variables)
    bound = method.bind(f.constant)
    if not len(bound.init(f, f.identity)):
        return Orbit(_without_memory(bound, f, order), [])
    found = _WithMemory(bound, derivatives, points, order, variables)
    return found.orbit(found.linear if linear is None else linear)


def memory_factors(method: Method, problem: Any) -> Floats:
    """Return J, the linear part at gamma = 0 of the step in theta and the parts of its memory.

    It is taken at the problem's own start, if there is one, and does not depend on the point. An
    entry is nan where a part follows another by no number, but by a matrix, or a root of one.
    """
    source, bound = without_symbols(problem), method.bind(as_float)
    return _WithMemory(bound, source.derivatives, centre_of(problem), 0, source.variables).linear


def slope_at_zero(degree: int) -> Floats:
    """Return weights of the values at 0 ... degree in the slope at 0 of a polynomial."""
    powers = np.vander(np.arange(degree + 1.0), increasing=True)
    return np.linalg.solve(powers.T, np.eye(degree + 1)[1])


# --- private helpers ------------------------------------------------------------------------------


def _without_memory(bound: Method, f: PointField, order: int) -> Floats:
    theta, iterates = f.identity, [f.identity]
    for _ in counted(range(order + 1), "step"):
        theta, _ = bound.step(f, theta, (), f.gamma)
        if theta.order < order + 1:
            raise MethodError("the step divides by gamma, which is not possible at points")
        iterates.append(theta)
    if np.any(np.abs(iterates[1].coefficient(0) - iterates[0].coefficient(0)) > 0):
        raise _no_identity()
    slope = slope_at_zero(order + 1)
    return np.array([
        sum(w * x.coefficient(k) for w, x in zip(slope, iterates, strict=True))
        for k in range(1, order + 2)
    ])  # fmt: skip


def _no_identity() -> MethodError:
    return MethodError(
        "the step does not tend to the identity as gamma tends to 0, so that no vector field has "
        "it as its flow: let theta move by gamma times something"
    )


def _unsettled() -> MethodError:
    return MethodError(
        "the memory at gamma = 0 was not found: the step does not settle, or does so too slowly"
    )


class _Noise:
    """Tells when what sweeps still change is rounding: little, and no less from sweep to sweep."""

    def __init__(self) -> None:
        self._least, self._since = np.inf, 0

    def is_all(self, new: Sequence[Floats], old: Sequence[Floats]) -> bool:
        pairs = zip(new, old, strict=True)
        gap = max(float(np.max(np.abs(x - y) / (1 + np.abs(x)))) for x, y in pairs)
        self._since = 0 if gap < self._least / 2 else self._since + 1
        self._least = min(gap, self._least)
        return gap <= _SAME or (gap <= _ROUNDING and self._since > _IDLE)


class _Numbers:
    """Polynomials in the number n of a step, as values at n = 0, h, ..., J h and by powers of n/h.

    With h about as long as the memory lasts they vary from node to node as much as they are large.
    """

    def __init__(self, degree: int, spacing: float) -> None:
        nodes, powers = np.arange(degree + 1.0), range(degree + 1)
        self.spacing = spacing
        self.ahead = np.vander(nodes + 1 / spacing, increasing=True)
        self.values = np.vander(nodes, increasing=True)
        self.powers = np.linalg.inv(self.values)
        self.shift = np.array([[comb(k, i) * spacing ** (i - k) if k >= i else 0.0 for k in powers]
                               for i in powers])  # fmt: skip


def _slowest(linear: Floats) -> float:
    """Return the largest modulus of the factors by which the memory decays per step."""
    found = np.linalg.eigvals(linear)
    rates = np.abs(np.delete(found, np.argmin(np.abs(found - 1))))
    if rates.max() >= 1 - 1e-7:
        raise MethodError(
            "the memory of the step does not contract, and no slow manifold attracts the "
            "iterates: let it forget, as beta in velocity = beta*velocity + gradient does"
        )
    return float(rates.max())


class _WithMemory:
    """The orbit on the slow manifold; arrays have the numbers n = 0 ... K + 1 in their lanes."""

    def __init__(
        self, bound: Method, derivatives: Derivatives, points: Floats, order: int, variables: Any
    ) -> None:
        self.bound, self.variables = bound, variables
        self.points, self.degree = points, order + 1
        self.count = order + 2
        self.theta = [np.repeat(points, self.count, axis=1)]
        self.rows = len(points) - bound.has_time  # of theta, beside which the time is known
        self.derivatives = RepeatedPoints(derivatives, points, self.theta[0])
        self.rng = np.random.default_rng(0)

    @cached_property
    def _base(self) -> list[Floats]:
        return [np.ones(np.shape(part)) for part in self._init()]

    @cached_property
    def linear(self) -> Floats:
        """J, a number for each pair of theta and parts of the memory; nan where it is none."""
        return self._linear_part(self._base)

    def orbit(self, linear: Floats) -> Orbit:
        """Settle one power of gamma after the other."""
        depth = depth_of(np.isnan(linear))
        self._in_sweeps, linear = depth is None, np.nan_to_num(linear)
        self._passes, self._moves = 2 + (depth or 0), bool(np.any(linear[0, 1:]))
        self.numbers = _Numbers(self.degree, 1 / (1 - _slowest(linear)))
        base = self._settling() if self._in_sweeps else self._base
        self.memory = [self._memory_at_zero(base, linear[1:, 1:])]
        solution = self._solution(linear)
        for power in range(1, self.degree + 1):
            self.theta.append(np.zeros_like(self.theta[0]))
            if power == 1:  # the time, if there is one, is t + n gamma
                numbers = self.numbers.spacing * np.arange(self.count)
                self.theta[1][self.rows :] = np.tile(numbers, self.points.shape[1])
            self.memory.append([np.zeros_like(part) for part in self.memory[0]])
            self._settle_power(solution, power)
        slope = self.numbers.powers[1] / self.numbers.spacing
        terms = np.array([self._by_number(x) @ slope for x in self.theta[1:]])
        found = [[self._by_number(p)[..., 0] for p in parts] for parts in self.memory[:-1]]
        return Orbit(terms, found)

    def _by_number(self, values: Floats) -> Floats:
        """Return (..., lanes n) as (..., lanes, n)."""
        return values.reshape(*values.shape[:-1], -1, self.count)

    def _init(self) -> Sequence[Any]:
        f = PointField(self.derivatives, 0, self.theta[0], self.variables)
        parts = [f.gamma * 0 + part for part in self.bound.init(f, f.identity)]
        return [np.broadcast_to(p.coefficient(0), p.shape) for p in parts]

    def _step(self, theta: list[Floats], memory: list[list[Floats]], power: int) -> list[Floats]:
        """Return the coefficients of gamma^power after a step, of theta and of the memory."""
        f = PointField(self.derivatives, power, self.theta[0], self.variables)
        parts = [SeriesArray(list(c), power) for c in zip(*memory, strict=True)]
        moved, after = self.bound.step(f, SeriesArray(theta, power), tuple(parts), f.gamma)
        if min(moved.order, *(p.order for p in after)) < power:
            raise MethodError("the step divides by gamma, which is not possible at points")
        found = [np.broadcast_to(part.coefficient(power), np.shape(like)) for part, like in
                 zip((moved, *after), (theta[0], *memory[0]), strict=True)]  # fmt: skip
        return [found[0][: self.rows], *found[1:]]

    def _theta_after(self, power: int) -> list[Floats] | None:
        """Return theta's coefficient after a step from memory and f to the power below, if known.

        It mostly is, as theta moves by gamma times them.
        """
        f = PointField(self.derivatives, power - 1, self.theta[0], self.variables)
        parts = [SeriesArray(list(c), power - 1) for c in zip(*self.memory, strict=True)]
        moved, _ = self.bound.step(f, SeriesArray(self.theta, power), tuple(parts), f.gamma)
        if moved.order < power:
            return None
        return [np.broadcast_to(moved.coefficient(power), self.theta[0].shape)[: self.rows]]

    def _settle_power(self, solution: Floats, power: int) -> None:
        if not self._in_sweeps:
            last = power == self.degree and not self._moves  # whose memory is not asked for
            for k in range(1 if last else self._passes):  # theta, and the memory that follows it
                self._settle(solution, power, alone=k == 0 and not self._moves)
            return
        known, noise = [self.theta[power][: self.rows], *self.memory[power]], _Noise()
        for _ in range(_SWEEPS):
            before = [part.copy() for part in known]
            self._settle(solution, power)
            if noise.is_all(known, before):
                return
        raise _unsettled()

    def _settling(self) -> list[Floats]:
        """Return the memory near that on which a run at gamma = 0 settles, from its own start."""
        derivatives = self.derivatives.inner
        still = np.zeros(self.theta[0].shape[1])
        f = NumericField(lambda theta, gamma: derivatives.field(theta), still, None, self.variables)
        f.counts = True
        theta = self.theta[0]
        state = self.bound.init(f, theta)
        with np.errstate(all="ignore"):
            for _ in range(_BEFORE):
                state = self.bound.step(f, theta, state, f.gamma)[1]
        parts = state[: len(self._base)]
        return [np.broadcast_to(x, np.shape(b)) for x, b in zip(parts, self._base, strict=True)]

    def _settle(self, solution: Floats, power: int, alone: bool = False) -> None:
        """Add what the step and the shift of n disagree by at this power, solved for."""
        mapped = self._theta_after(power) if alone else None  # of theta alone
        mapped = mapped or self._step(self.theta, self.memory, power)
        to_powers = self.numbers.powers.T
        known = [self.theta[power][: self.rows], *self.memory[power]][: len(mapped)]
        solution = solution[: len(mapped), : len(mapped)]
        gaps = [
            (self._by_number(new) - self._by_number(old) @ to_powers @ self.numbers.ahead.T)
            @ to_powers
            for new, old in zip(mapped, known, strict=True)
        ]
        for old, blocks in zip(known, solution, strict=True):
            for block, gap in zip(blocks, gaps, strict=True):
                if np.any(block) and gap.shape == self._by_number(old).shape:
                    change = gap @ block.T @ self.numbers.values.T
                    old += change.reshape(old.shape)

    def _linear_part(self, base: list[Floats]) -> Floats:
        """Return J, a number for each pair of theta and parts of the memory, by probing."""
        try:
            return self._probed(base)
        except NotSmoothError:  # roots of matrices of ones
            return self._probed(self._settling())

    def _probed(self, base: list[Floats]) -> Floats:
        size = len(base) + 1
        found = np.zeros((size, size))
        found[0, 0] = 1.0
        theta = [self.theta[0], np.zeros_like(self.theta[0])]
        nothing = [np.zeros_like(part) for part in base]
        rest = self._step(theta, [base, nothing], 1)
        for j in range(1, size):
            way = self.rng.uniform(_FAR, 2 * _FAR, base[j - 1].shape)
            changed = [way if i == j - 1 else part for i, part in enumerate(nothing)]
            found[:, j] = self._factors(self._step(theta, [base, changed], 1), rest, way)
        if np.any(found[0, 1:]):
            way = self.rng.uniform(_FAR, 2 * _FAR, self.theta[0].shape)
            way[self.rows :] = 0.0
            moved = self._step([self.theta[0], way], [base, nothing], 1)
            found[:, 0] = self._factors(moved, rest, way[: self.rows])
        if np.isnan(found[0]).any():
            raise MethodError(
                "the step moves theta at gamma = 0 by memory that is turned: derive on a problem "
                "in symbols"
            )
        return found

    def _factors(self, new: list[Floats], rest: list[Floats], way: Floats) -> list[float]:
        found = []
        for x, y in zip(new, rest, strict=True):
            change = x - y
            if not np.any(np.abs(change) > _ROUNDING * (1 + np.abs(y))):
                found.append(0.0)
                continue
            if change.shape != way.shape:
                found.append(np.nan)
                continue
            ratio = change / way
            factor = float(np.median(ratio))
            is_number = np.all(np.abs(ratio - factor) <= _ROUNDING * (1 + np.abs(y).max() / _FAR))
            found.append(factor if is_number else np.nan)
        return found

    def _memory_at_zero(self, base: list[Floats], carried: Floats) -> list[Floats]:
        """Return the memory at gamma = 0, which the step leaves as it is."""
        inverse, memory = np.linalg.inv(np.eye(len(carried)) - carried), base
        noise = _Noise()
        for _ in range(_SWEEPS if self._in_sweeps else _NEWTON):
            theta, *mapped = self._step(self.theta, [memory], 0)
            if noise.is_all(mapped, memory):
                break
            gaps = [x - y for x, y in zip(mapped, memory, strict=True)]
            memory = [
                part + sum(c * g for c, g in zip(row, gaps, strict=True) if c) if any(kept) else new
                for part, row, kept, new in zip(memory, inverse, carried, mapped, strict=True)
            ]
        else:
            raise _unsettled()
        if np.any(np.abs(theta - self.theta[0][: self.rows]) > _ROUNDING * (1 + np.abs(theta))):
            raise _no_identity()
        return memory

    def _solution(self, linear: Floats) -> Floats:
        """Return the inverse of E - J on the powers of n, (parts, parts, K + 2, K + 2).

        E - 1 lowers the degree: P(0) and the highest power of its image are not asked for.
        """
        size, n = len(linear), self.count
        shift, one = self.numbers.shift - np.eye(n), np.eye(size)
        operator = np.kron(one, shift) + np.kron(one - linear, np.eye(n))
        rows, columns = np.delete(np.arange(size * n), n - 1), np.arange(1, size * n)
        inverse = np.zeros_like(operator)
        inverse[np.ix_(columns, rows)] = np.linalg.inv(operator[np.ix_(rows, columns)])
        return inverse.reshape(size, n, size, n).swapaxes(1, 2)
