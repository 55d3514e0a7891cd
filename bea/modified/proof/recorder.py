"""A step, written down: one run of `step` in an arithmetic that notes what it is asked.

Everything is a linear combination of registers, series on trees: theta, the parts of the memory,
and one for each operation in turn, the field at a point, its derivative, the part of one player, or
the solution of an equation, which is given and has to fulfil it. Powers of the step size need no
note: they are the numbers of nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flint import fmpq

from bea.arithmetic import Arithmetic
from bea.bseries import TreeArithmetic, TreeSeries
from bea.errors import MethodError
from bea.trees import position, tree

Parts = dict[int, fmpq]
Stages = tuple[tuple[int, Any], ...]  # parts of the field, and for how long each flows


class Operation(NamedTuple):
    """What gives a register: "field" at a point, its "slope" along a vector, a "share", or "given".

    A "flow" is a series at the point that a part of the field flows to from theta.

    Attributes
    ----------
    name : str
        Which of them.
    arguments : tuple
        The combinations of registers that it is of: a point; a point and a vector; a vector.
    value : TreeSeries
        The register itself, and of a "given" one all that is known.
    color : int
        Whose share or flow.
    time : fmpq
        For how long it flows, in steps.
    """

    name: str
    arguments: tuple[Parts, ...]
    value: TreeSeries
    color: int = 0
    time: fmpq | None = None


class Combination:
    """A linear combination of registers: what a step calculates with."""

    __array_ufunc__ = None  # numbers of NumPy leave the operation to us

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def __add__(self, other: Any) -> Combination:
        if isinstance(other, int) and other == 0:  # the start value of sum()
            return self
        registers = [*self.parts, *(r for r in other.parts if r not in self.parts)]
        zero = fmpq(0)
        return Combination(
            {r: self.parts.get(r, zero) + other.parts.get(r, zero) for r in registers}
        )

    __radd__ = __add__

    def __mul__(self, factor: Any) -> Combination:
        return Combination({r: c * factor for r, c in self.parts.items()})

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> Combination:
        return self * (fmpq(1) / divisor)

    def __neg__(self) -> Combination:
        return self * -1

    def __sub__(self, other: Any) -> Combination:
        return self + -other

    def __rsub__(self, other: Any) -> Combination:
        return -self + other


class Flowed(Combination):
    """Theta after flows of parts of the field one after the other; noted when it is asked for.

    The last of them is the first to be noted: exp(D1) exp(D2) theta is where flow 1 and then flow 2
    lead to.
    """

    def __init__(self, stages: Stages, note: Callable[[Stages], Parts]) -> None:
        self.stages = stages
        self._note = note

    @property
    def parts(self) -> Parts:  # type: ignore[override]
        """The combination of registers that it is."""
        return self._note(self.stages)


class Recorder(Arithmetic):
    """The arithmetic in which a step is written down.

    Parameters
    ----------
    trees
        The arithmetic on trees in which the registers have their values.
    memory
        The memory on the slow manifold.

    Examples
    --------
    >>> f = Recorder(TreeArithmetic(2), ())
    >>> after = f.identity + f.gamma * f(f.identity)
    >>> after.parts, [operation.name for operation in f.operations]
    ({0: 1, 1: 1}, ['field'])
    """

    kind = "steps written down"

    def __init__(self, trees: TreeArithmetic, memory: Sequence[TreeSeries]) -> None:
        self._trees = trees
        self._values = [trees.identity, *(self._plain(part) for part in memory)]
        self.gamma = fmpq(1)
        self.operations: list[Operation] = []
        self.equations: list[tuple[Parts, Parts]] = []
        self._flows: dict[Stages, Parts] = {}
        registers = [Combination({i: fmpq(1)}) for i in range(len(self._values))]
        self.identity, self.memory = registers[0], tuple(registers[1:])

    def __call__(self, argument: Combination) -> Combination:
        """Note the field at a point."""
        return self._noted("field", (argument,), self._trees(self.value(argument)))

    def derivative(self, argument: Combination, direction: Combination) -> Combination:
        """Note the derivative of the field at a point, along a vector."""
        found = self._trees.derivative(self.value(argument), self.value(direction))
        return self._noted("slope", (argument, direction), found)

    def share(self, v: Combination, split: Any, part: int) -> Combination:
        """Note the part of a slope that moves one block of variables."""
        found = self._trees.share(self.value(v), split, part)
        return self._noted("share", (v,), found, part)

    def flow(self, theta: Combination, split: Any, part: int, time: Any) -> Combination:
        """Return theta after the flow of a part, where only flows have led to it so far."""
        if isinstance(theta, Flowed):
            return Flowed((*theta.stages, (part, time)), self._after_flows)
        if theta.parts != {0: fmpq(1)}:
            raise MethodError(
                "a proof knows flows of parts after one another, and here one begins elsewhere: "
                "take another method, such as stormer-verlet"
            )
        return Flowed(((part, time),), self._after_flows)

    def solve(self, function: Callable[[Any], Any], guess: Any) -> Any:
        """Note the solution, which trees find, and what it is equal to."""
        several = isinstance(guess, list)
        values = [self.value(k) for k in (guess if several else [guess])]
        for _ in range(self._trees.order):
            values, _ = self._swept(function, values, several, keep=False)
        _, pairs = self._swept(function, values, several, keep=True)
        self.equations += [(one.parts, other.parts) for one, other in pairs]
        known = [one for one, _ in pairs]
        return known if several else known[0]

    def zero(self, theta: Combination, power: int) -> Combination:
        """Return zero of whatever size."""
        return theta * fmpq(0)

    def value(self, combination: Combination) -> TreeSeries:
        """Return the series that a combination is."""
        found = self._trees.identity * fmpq(0)
        identity, coefficients = fmpq(0), list(found.coefficients)
        for register, factor in combination.parts.items():
            series = self._values[register]
            identity = identity + series.identity * factor
            pairs = zip(coefficients, series.coefficients, strict=True)
            coefficients = [a + b * factor for a, b in pairs]
        return self._trees.series(identity, coefficients, 0, beyond=True)

    # --- private helpers ----------------------------------------------------------------------

    def _plain(self, series: TreeSeries) -> TreeSeries:
        """Return the series as one of the shift 0: the power of gamma is left to the nodes."""
        return self._trees.series(series.identity, list(series.coefficients), 0, beyond=True)

    def _after_flows(self, stages: Stages) -> Parts:
        """Note, once, where flows one after the other take theta: exp(time D) of what is next."""
        if stages not in self._flows:
            point = Combination({0: fmpq(1)})
            for part, time in reversed(stages):
                along = [fmpq(0)] * len(self._trees.identity.coefficients)
                along[position(tree([], self._trees.colors[part]), self._trees.colors)] = time
                found = self._trees.transport(along, self.value(point))
                point = self._noted("flow", (point,), found, part, time)
            self._flows[stages] = point.parts
        return self._flows[stages]

    def _noted(
        self,
        name: str,
        arguments: tuple[Combination, ...],
        value: TreeSeries,
        color: int = 0,
        time: fmpq | None = None,
    ) -> Combination:
        parts = tuple(argument.parts for argument in arguments)
        plain = self._plain(value)
        self.operations.append(Operation(name, parts, plain, color, time))
        self._values.append(plain)
        return Combination({len(self._values) - 1: fmpq(1)})

    def _swept(
        self, function: Callable[[Any], Any], values: list[TreeSeries], several: bool, keep: bool
    ) -> tuple[list[TreeSeries], list[tuple[Combination, Combination]]]:
        """Return function(values), and both as combinations; without `keep` nothing is noted."""
        marks = len(self._values), len(self.operations), len(self.equations)
        known = [self._noted("given", (), value) for value in values]
        found = function(known if several else known[0])
        after = list(found) if several else [found]
        if len(after) != len(known):
            raise MethodError("the equations of the step have another number of unknowns")
        result = [self.value(k) for k in after]
        if not keep:
            del self._values[marks[0] :], self.operations[marks[1] :], self.equations[marks[2] :]
            self._flows = {s: p for s, p in self._flows.items() if max(p) < marks[0]}
        return result, list(zip(known, after, strict=True))
