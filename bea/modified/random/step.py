"""One random step: a method's step on the field of a random batch, and what it is on average.

With theta+ = theta + Delta and the memory s+ = w after the step, the averages that are needed are

    E[Delta^mu w^alpha] / mu!,   polynomials in the memory s before the step and series in gamma.

A step that asks for the slope at theta alone is a polynomial in that slope, and the average is
made of the exact moments of batches (`bea.modified.random.batch_moments`). Any other step is run on
every batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import product
from math import factorial, prod
from typing import Any, NamedTuple

import numpy as np
from flint import fmpq

from bea.algebra import Element, Ring
from bea.algebra.ring.differential_operator import MultiIndex
from bea.arrays import object_vector, parts_of_memory
from bea.errors import BeaError, MethodError
from bea.fields import SeriesField, VectorField
from bea.methods import Method
from bea.modified.checks import require_method, require_problem
from bea.modified.random.batches import mean_field, moved, samples_of
from bea.modified.symbolic_step import missing_symbols
from bea.noise import Noise, independent_noise
from bea.portable import Portable
from bea.series import PowerSeries

#: More batches than these are not gone through one by one.
MOST_BATCHES = 5000


class Average(NamedTuple):
    """A coefficient of gamma^power s^memory d^mu in the average of a step."""

    mu: MultiIndex
    memory: MultiIndex
    power: int
    value: Element


class RandomStep(Portable):
    """The step of a method on a random batch of a finite sum.

    Parameters
    ----------
    method
        The method; its memory, if it has one, must be carried on linearly, as momentum is.
    problem
        A finite sum, or any field: a loss that is no sum is its own only batch.
    batches
        How batches are drawn; by default one sample at a time.

    Raises
    ------
    MethodError
        If the step is of a kind that has no polynomial average.
    BeaError
        If a hyperparameter has the name of a variable, or a batch is larger than the sum.
    """

    def __init__(self, method: Method, problem: VectorField, batches: Noise | int | None) -> None:
        require_method(method)
        require_problem(problem)
        method.check_field(problem)
        self.method = method
        self.batches = independent_noise(batches)
        self.size = len(samples_of(problem))
        self.batches.check(self.size)
        d = problem.dimension
        memory = _memory_size(method, problem)
        self.ring = _ring(method, problem, memory)
        self.dimension, self.memory_size = d, memory
        self.samples = [moved(sample, self.ring) for sample in samples_of(problem)]
        self.mean = mean_field(self.samples)
        symbols = len(self.ring.symbols)
        self._slopes = range(symbols - d, symbols)
        self._memory = range(symbols - d - memory, symbols - d)

    # --- averages -------------------------------------------------------------------------------

    def averages(self, alpha: MultiIndex, order: int) -> list[Average]:
        """Return what E[Delta^mu w^alpha]/mu! is made of, for all mu, to gamma^order."""
        found: list[Average] = []
        for mu in product(range(order + 1), repeat=self.dimension):
            if sum(mu) <= order:
                series = self._average(mu, alpha, order)
                for power, value in enumerate(series):
                    found += [Average(mu, s, power, v) for s, v in self._by_memory(value)]
        return found

    @cached_property
    def rates(self) -> tuple[Any, ...]:
        """The factors by which the entries of the memory are carried on, at gamma = 0."""
        units = [tuple(int(i == j) for i in range(self.memory_size))
                 for j in range(self.memory_size)]  # fmt: skip
        return tuple(self._rate(unit) for unit in units)

    def _rate(self, unit: MultiIndex) -> Any:
        parts = {a.memory: a.value for a in self.averages(unit, 0)}
        own = parts.pop(unit, self.ring.constant(0))
        if any(map(sum, parts)) or not own.is_constant():
            raise MethodError(
                f"the memory of '{self.method.name}' is not carried on by a constant factor: its "
                "average has no slow manifold that is known here; heavy-ball has"
            )
        rational = own.as_rational()
        return own if rational is None else rational

    def _average(self, mu: MultiIndex, alpha: MultiIndex, order: int) -> list[Element]:
        total = [self.ring.constant(0)] * (order + 1)
        scale = fmpq(1, prod(map(factorial, mu)))
        for weight, delta, memory in self._outcomes(order):
            series = _power(delta, mu, order) * _power(memory, alpha, order)
            for k in range(sum(mu), order + 1):
                value = series[k] if isinstance(series, PowerSeries) else fmpq(k == 0)
                total[k] = total[k] + value * (weight * scale)
        return [self._settled(value) for value in total]

    # --- outcomes -------------------------------------------------------------------------------

    def _outcomes(self, order: int) -> list[tuple[fmpq, list[PowerSeries], list[PowerSeries]]]:
        """Return (weight, Delta, memory after the step) for all outcomes that have to be run."""
        if order not in self._known:
            self._known[order] = list(self._run_all(order))
        return self._known[order]

    @cached_property
    def _known(self) -> dict[int, Any]:
        return {}

    @cached_property
    def asks_at_theta(self) -> bool:
        """Whether the step asks for the slope at theta alone."""
        try:
            self._run_at_theta(2)
        except Elsewhere:
            return False
        return True

    def _run_at_theta(self, order: int) -> tuple[list[PowerSeries], list[PowerSeries]]:
        atoms = len(self.ring.atoms)
        found = self._run(_AtTheta(self.mean, order, self._symbols(self._slopes)))
        if self._in_symbols(self._slopes, atoms):  # a quotient of the slope: no polynomial in it
            raise Elsewhere
        return found

    def _run_all(self, order: int) -> Iterator[tuple[fmpq, Any, Any]]:
        if self.asks_at_theta:
            yield (fmpq(1), *self._run_at_theta(order))
            return
        self._require_few()
        for indices, weight in self.batches.choices(self.size):
            yield (weight, *self._run(SeriesField(self.batch(indices), order)))

    def batch(self, indices: Sequence[int]) -> VectorField:
        """Return the field of a batch, over the ring of the step."""
        return mean_field([self.samples[i] for i in indices])

    def _run(self, f: SeriesField) -> tuple[list[PowerSeries], list[PowerSeries]]:
        atoms = len(self.ring.atoms)
        bound = self.method.bind(f.constant)
        shapes = [np.shape(part) for part in bound.init(f, f.identity)]
        zero = f.gamma * 0
        memory = [zero + s for s in self._symbols(self._memory)]
        theta, after = bound.step(f, f.identity, parts_of_memory(memory, shapes), f.gamma)
        delta = [zero + (x - y) for x, y in zip(theta, f.identity, strict=True)]
        if self._in_symbols(self._memory, atoms):
            raise MethodError(
                f"the step of '{self.method.name}' is no polynomial in its memory, and only such "
                "steps have an average here; heavy-ball's is one"
            )
        if not all(s[0].is_zero() for s in delta):
            raise MethodError(
                f"the step of '{self.method.name}' does not tend to the identity in theta alone "
                "as gamma tends to 0: write it with a velocity in place of the previous point"
            )
        return delta, [zero + s for part in after for s in np.ravel(part)]

    def _in_symbols(self, places: range, known: int) -> bool:
        """Tell whether a function of some symbols is among the ring's atoms but for the first."""
        moving = set(places)
        for atom in self.ring.atoms[known:]:
            terms = atom.argument.terms()
            if any(exponents[g] for exponents in terms for g in moving if g < len(exponents)):
                moving.add(atom.generator)
        return len(moving) > len(places)

    def _symbols(self, places: Iterable[int]) -> list[Element]:
        return [self.ring.variable(i) for i in places]

    def _require_few(self) -> None:
        n, b = self.size, self.batches.size
        count = self.batches.count(n)
        if count > MOST_BATCHES:
            raise BeaError(
                f"'{self.method.name}' asks for slopes beside theta, so that all {count:,} batches "
                f"of {b} out of {n} have to be gone through: take a sum or batches with at most "
                f"{MOST_BATCHES:,}"
            )

    # --- polynomials in slopes and memory -------------------------------------------------------

    def _by_memory(self, value: Element) -> Iterator[tuple[MultiIndex, Element]]:
        return _split(value, self._memory)

    def _settled(self, value: Element) -> Element:
        """Put the moments of batches in for the monomials in the slope."""
        total = self.ring.constant(0)
        for kappa, rest in _split(value, self._slopes):
            total = total + (rest * self.moment(kappa) if any(kappa) else rest)
        return total

    def moment(self, kappa: MultiIndex) -> Element:
        """Return E[f_B^kappa], the exact moment of a batch's field."""
        degree = sum(kappa)
        if degree not in self._moments:
            self._moments[degree] = self.batches.moments(self.samples, degree)
        return self._moments[degree].get(tuple(kappa), self.ring.constant(0))

    @cached_property
    def _moments(self) -> dict[int, dict[MultiIndex, Element]]:
        return {}


class Elsewhere(Exception):  # noqa: N818 - a signal, no error
    """The step asks for the slope elsewhere than at theta."""


# --- private helpers ----------------------------------------------------------------------------


class _AtTheta(SeriesField):
    """The arithmetic in which the slope at theta is a symbol, and no other slope is known."""

    def __init__(self, field: VectorField, order: int, slopes: Sequence[Element]) -> None:
        super().__init__(field, order)
        self._slopes = slopes

    def __call__(self, theta: Any) -> Any:
        """Return the symbols of the slope, at theta only."""
        if not all(a == b for a, b in zip(theta, self.identity, strict=True)):
            raise Elsewhere
        return object_vector(self.gamma * 0 + slope for slope in self._slopes)


def _memory_size(method: Method, problem: VectorField) -> int:
    names = missing_symbols(method, problem)
    f = SeriesField(problem.with_parameters(names) if names else VectorField(problem.components), 0)
    parts = method.bind(f.constant).init(f, f.identity)
    return sum(int(np.prod(np.shape(part))) for part in parts)


def _ring(method: Method, problem: VectorField, memory: int) -> Ring:
    """Return a ring with the method's symbols, the memory, and the slope at theta."""
    names = (*problem.parameters, *missing_symbols(method, problem))
    # They never reach a result, but must be none of a user's names.
    mark = "_" * (1 + max(map(len, (*problem.variables, *names))))
    states = [f"memory{mark}{i}" for i in range(memory)]
    slopes = [f"slope{mark}{i}" for i in range(problem.dimension)]
    return Ring(problem.variables, (*names, *states, *slopes))


def _power(vector: Sequence[PowerSeries], index: MultiIndex, order: int) -> Any:
    """Return the product of the entries' powers; the number 1 where all exponents are 0."""
    result: Any = fmpq(1)
    for entry, exponent in zip(vector, index, strict=True):
        for _ in range(exponent):
            result = entry * result
    return result


def _split(value: Element, places: range) -> Iterator[tuple[MultiIndex, Element]]:
    """Yield (exponents at some generators, what stands beside that monomial)."""
    groups: dict[MultiIndex, dict[tuple[int, ...], fmpq]] = {}
    low, high = places.start, places.stop
    for exponents, c in value.terms().items():
        rest = (*exponents[:low], *([0] * len(places)), *exponents[high:])
        groups.setdefault(tuple(map(int, exponents[low:high])), {})[rest] = c
    for index, terms in groups.items():
        yield index, value.ring.from_terms(terms)
