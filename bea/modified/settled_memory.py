"""Where the memory of a method settles at step size zero: S_0(theta), exactly.

At gamma = 0 theta stands still, and S_0 is the fixed point of the memory: with a symbol for each
entry, Phi^s(theta, s) = s and Phi^theta(theta, s) = theta are equations in the ring. Entries are
eliminated one by one: an equation that is linear in an entry, with a factor that holds no other,
gives it. So memory that is linear is solved, memory of which one part feeds the next, as the mean
square of RMSProp feeds a momentum, and memory that holds the slow variable itself, such as an
average of the weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import Element, Ring
from bea.algebra.language.grammar import parse
from bea.algebra.ring.conversions import moved_to, to_program
from bea.arrays import parts_of_memory
from bea.errors import MethodError
from bea.fields import SeriesField, VectorField
from bea.methods import Method
from bea.methods.rules.counter import ONE_STEP
from bea.modified.symbolic_step import in_full, named_part, no_identity
from bea.series import PowerSeries

FORGET = (
    f"let it forget, as v = beta*v + ... does and RMSProp, or {ONE_STEP}; its iterates can be "
    "followed (bea.iterate)"
)
"""What to do about memory that does not contract."""


def settled_memory(method: Method, problem: VectorField) -> list[Element]:
    """Return the entries of the memory at gamma = 0, part after part, over the problem's ring.

    Raises
    ------
    MethodError
        If the memory does not settle, has no closed form there, or theta does not stand still.

    Examples
    --------
    >>> from bea.methods import from_text
    >>> rule = from_text("s = s/2 + grad**2/2; v = v/2 + grad/(s + 1); theta = theta - gamma*v")
    >>> settled_memory(rule, VectorField.read("-x"))
    [x**2, 2*x/(x**2 + 1)]
    """
    return Equations(method, problem).solution()


# --- private helpers ----------------------------------------------------------------------------


class Elimination:
    """Equations in a ring of which some symbols are unknown, and the values that are found."""

    def __init__(self, ring: Ring, unknown: Iterable[int]) -> None:
        self.ring, self.unknown = ring, set(unknown)
        self.known: dict[int, Element] = {}

    def solve(self, equations: Sequence[Element]) -> list[Element]:
        """Eliminate the unknown symbols as far as that goes; return what is left of the rest."""
        while self.unknown:
            found = self._solvable(equations)
            if found is None:
                break
            place, value = found
            self.unknown.discard(place)
            self.known = {p: self._with(v, place, value) for p, v in self.known.items()}
            self.known[place] = value
            equations = [self._with(e, place, value) for e in equations]
        return list(equations)

    def entries(self, element: Element) -> set[int]:
        """Return the unknown symbols that an element holds."""
        return self._symbols(element) & self.unknown

    def _solvable(self, equations: Sequence[Element]) -> tuple[int, Element] | None:
        """Return an entry and its value, from the equation with the fewest entries."""
        for equation in sorted(equations, key=lambda e: len(self.entries(e))):
            for place in sorted(self.entries(equation)):
                factor, rest = self._split(equation, place)
                if factor is not None and not self.entries(factor) and not factor.is_zero():
                    return place, -rest / factor
        return None

    def _split(self, equation: Element, place: int) -> tuple[Element | None, Element]:
        """Return (a, b) of a s + b, with None where the equation is not linear in the entry s."""
        linear: dict[tuple[int, ...], fmpq] = {}
        rest: dict[tuple[int, ...], fmpq] = {}
        for exponents, c in equation.terms().items():
            power = int(exponents[place])
            bare = (*exponents[:place], 0, *exponents[place + 1 :])
            atoms = {g for g in range(len(self.ring.symbols), len(exponents)) if exponents[g]}
            if power > 1 or any(place in self._inside(g) for g in atoms):
                return None, equation
            (linear if power else rest)[bare] = c
        return self.ring.from_terms(linear), self.ring.from_terms(rest)

    def _symbols(self, element: Element) -> set[int]:
        """Return the symbols that an element holds, also within functions."""
        used = {g for e in element.terms() for g, exponent in enumerate(e) if exponent}
        return set().union(*map(self._inside, used))

    def _inside(self, generator: int) -> set[int]:
        count = len(self.ring.symbols)
        if generator < count:
            return {generator}
        return self._symbols(self.ring.atoms[generator - count].argument)

    def _with(self, element: Element, place: int, value: Element) -> Element:
        """Return the element with an entry replaced by its value."""
        if place not in self._symbols(element):
            return element
        inputs = [self.ring.variable(i) for i in range(len(self.ring.symbols))]
        inputs[place] = value
        return evaluated(element, inputs, self.ring)


class UnsettledError(MethodError):
    """Memory that does not settle on any loss, or theta that does not stand still."""


class NoClosedFormError(MethodError):
    """Memory that settles where no formula is known: an equation gives it, at each point."""


class Equations:
    """The equations of the fixed point, in a ring with a symbol for each entry of the memory.

    Attributes
    ----------
    shapes : list of tuple of int
        The shapes of the parts of the memory.
    found : Elimination
        The entries that are unknown, and the values of those that were found.
    """

    def __init__(self, method: Method, problem: VectorField) -> None:
        self.method, self.problem = method, problem
        f = SeriesField(problem, 0)
        parts = method.bind(f.constant).init(f, f.identity)
        self.shapes = [np.shape(part) for part in parts]
        count = sum(int(np.prod(shape)) for shape in self.shapes)
        # The symbols never reach a result, but must be none of a user's names.
        mark = "_" * (1 + max(map(len, problem.ring.symbols)))
        names = [f"memory{mark}{i}" for i in range(count)]
        own = len(problem.ring.symbols)
        self.ring = Ring(problem.variables, (*problem.parameters, *names))
        places = range(own, own + count)
        self.symbols = [self.ring.variable(i) for i in places]
        self.found = Elimination(self.ring, places)

    def solution(self) -> list[Element]:
        """Eliminate the entries one by one, and return them over the problem's own ring."""
        left = self.found.solve(self._equations())
        if self.found.unknown:
            raise self._unsolved(left)
        if not all(e.is_zero() for e in left):
            raise no_identity(self.method)
        ring = self.problem.ring
        own = [ring.variable(i) for i in range(len(ring.symbols))]
        inputs = [*own, *[ring.constant(0)] * len(self.symbols)]
        values = (self.found.known[place] for place in sorted(self.found.known))
        return [evaluated(value, inputs, ring) for value in values]

    def implicit(self) -> list[Element]:
        """Return equations for the entries that no formula gives: as many as `found.unknown`.

        Raises
        ------
        MethodError
            If there are fewer, or theta does not stand still.
        """
        left = self.found.solve(self._equations())
        dimension, holding = self.problem.dimension, [e for e in left if self.found.entries(e)]
        if any(not e.is_zero() for e in left if not self.found.entries(e)):
            raise no_identity(self.method)
        if any(self.found.entries(e) for e in left[-dimension:]):
            raise self._unsolved(left)
        if len(holding) != len(self.found.unknown):
            raise self._unsolved(left)
        return holding

    def _equations(self) -> list[Element]:
        field = VectorField([moved_to(self.ring, c) for c in self.problem.components])

        def to(highest: int) -> list[Any]:
            f = SeriesField(field, highest)
            series = [PowerSeries([s], highest) for s in self.symbols]
            memory = parts_of_memory(series, self.shapes)
            theta, after = self.method.bind(f.constant).step(f, f.identity, memory, f.gamma)
            return [list(theta), [f.gamma * 0 + s for part in after for s in np.ravel(part)]]

        theta, after = in_full(to, 0)
        own = [self.ring.variable(i) for i in range(self.problem.dimension)]
        pairs = [*zip(after, self.symbols, strict=True), *zip(theta, own, strict=True)]
        return [series[0] - there for series, there in pairs]

    def _unsolved(self, equations: Sequence[Element]) -> MethodError:
        """Return why an entry was not found: nothing holds it, or no formula gives it."""
        held = {place for e in equations for place in self.found.entries(e)}
        loose = sorted(self.found.unknown - held)
        if loose:
            return forgets_nothing(self.method, self._part(loose[0]))
        return NoClosedFormError(
            f"the memory of '{self.method.name}' settles in no closed form that is known: at "
            f"gamma = 0 the equation of {self._shown(min(self.found.unknown))} is not linear in "
            f"it; {ONE_STEP}"
        )

    def _shown(self, place: int) -> str:
        return named_part(self.method, self._part(place))

    def part(self, place: int) -> str:
        """Return the name of the part of the memory that an entry belongs to."""
        rule, part = getattr(self.method, "rule", None), self._part(place)
        return f"m{part + 1}" if rule is None else str(rule.memory[part])

    def _part(self, place: int) -> int:
        entry = place - len(self.problem.ring.symbols)
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])
        return int(np.searchsorted(ends, entry, side="right"))


def forgets_nothing(method: Method, part: int) -> UnsettledError:
    """Return the error that a part of the memory only adds up."""
    return UnsettledError(
        f"the memory of '{method.name}' does not contract: at gamma = 0 "
        f"{named_part(method, part)} keeps what it has, whatever theta does, and forgets nothing: "
        f"{_counter_hint(method, part)}{FORGET}"
    )


def _counter_hint(method: Method, part: int) -> str:
    """Return what to write for memory that counts the steps, as n = n + 1 does."""
    rule = getattr(method, "rule", None)
    if rule is None:
        return ""
    name = rule.memory[part]
    counts = any(s.name == name and s.value == parse(f"{name} + 1") for s in rule.step)
    return (
        "write n for it, which is the number of the step, and no statement; or " if counts else ""
    )


def evaluated(element: Element, inputs: Sequence[Element], ring: Ring) -> Element:
    """Return an element with elements of another ring, or of the same, in place of its symbols."""
    found: Element = ring.constant(0) + to_program([element]).run(inputs, lift=ring.constant)[0]
    return found
