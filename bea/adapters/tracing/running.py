"""What of a tape does not depend on theta, in exact numbers and in those of an arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import inf
from typing import Any

from bea.adapters.tracing import scalars
from bea.adapters.tracing.tape import Tape
from bea.algebra import Expression, as_float
from bea.algebra.language.building import number
from bea.errors import ExpressionError


class Constants(Mapping[int, Any]):
    """The values on a tape that hyperparameters and the number of the step give alone.

    Parameters
    ----------
    tape
        The tape.
    values
        The hyperparameters.
    count
        How many steps were done; None far from the first one.
    constant
        Turns an exact number into one of the arithmetic.
    rough
        Whether 1 will do for a number that is no root of a degree that bea takes.
    endless
        What stands for a number that grows with n, up (1) or down (-1).

    Attributes
    ----------
    grows : bool
        Whether such a number was met.
    """

    kind = "exact"

    def __init__(
        self,
        tape: Tape,
        values: Mapping[str, Expression],
        count: int | None,
        constant: Callable[[Expression], Any],
        rough: bool = False,
        endless: Callable[[int], Any] = scalars.Endless,
    ) -> None:
        self._rough, self._endless, self.grows = rough, endless, False
        self.tape, self.given, self.constant = tape, values, constant
        self.count: Any = scalars.N if count is None else number(count)
        self._exact: dict[int, Any] = {}
        self._numbers: dict[int, Any] = {}

    def __contains__(self, place: object) -> bool:
        return isinstance(place, int) and not self.tape.varies(place) and not self.tape.shape(place)

    def __getitem__(self, place: int) -> Any:
        if place not in self:
            raise KeyError(place)
        if place not in self._numbers:
            self._numbers[place] = self._number(self.exact(place))
        return self._numbers[place]

    def _number(self, value: Any) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, scalars.Late):
            self.grows = True
            return self._endless(value.sign)
        return self.constant(scalars.settled(value))

    def __len__(self) -> int:
        return sum(place in self for place in range(len(self.tape.instructions)))

    def __iter__(self) -> Iterator[int]:
        return (place for place in range(len(self.tape.instructions)) if place in self)

    def hold_guards(self) -> bool:
        """Tell whether the guards that depend on these numbers alone are as they were recorded."""
        return all(self.exact(g.place) == g.truth for g in self.tape.guards if g.place in self)

    def exact(self, place: int) -> Any:
        """Return an exact number, a truth value, or what stands for a limit."""
        for k in self.tape.needed([place], self._exact):
            if k not in self._exact:
                self._exact[k] = self._of(k)
        return self._exact[place]

    def _of(self, place: int) -> Any:
        operation, operands, settings, _ = self.tape.instructions[place]
        given = dict(settings)
        if operation == "input":
            name = given["name"]
            return self.count if name == "count" else self.given[name]
        if operation == "constant":
            return given["value"]
        name = given.get("name", operation) if operation == "function" else operation
        values = [self._exact[k] for k in operands]
        try:
            return scalars.carry_out(name, values, lambda: self._recorded(place))
        except ExpressionError:
            if self._rough:
                return number(1)
            raise

    def _recorded(self, place: int) -> bool:
        """Return what a comparison of open hyperparameters was when the step was recorded."""
        found = next((g.truth for g in self.tape.guards if g.place == place), None)
        return bool(found)


class FloatConstants(dict[int, float | int]):
    """The numbers on a tape as floats, by their places."""

    kind = "floats"


class Numbers:
    """The numbers on tapes as floats: computed once for each tape and its hyperparameters."""

    def __init__(self) -> None:
        self._settled: dict[int, tuple[Any, Any, Constants]] = {}
        self._counted: dict[int, tuple[Any, Any, FloatConstants, list[int]]] = {}

    def of(self, tape: Tape, values: Mapping[str, Expression], count: int | None) -> Any:
        """Return the numbers on a tape for a step after so many; None far from the first one."""
        if count is None:
            known = self._settled.get(id(tape))
            if known is None or known[0] is not tape or known[1] is not values:
                known = (
                    tape,
                    values,
                    Constants(tape, values, None, as_float, endless=lambda sign: sign * inf),
                )
                self._settled[id(tape)] = known
            return known[2]
        found = self._counted.get(id(tape))
        if found is None or found[0] is not tape or found[1] is not values:
            found = self._counted[id(tape)] = tape, values, *_floats(tape, values)
        for place in found[3]:
            found[2][place] = float(count)
        return found[2]


# --- private helpers ------------------------------------------------------------------------------


def _floats(tape: Tape, values: Mapping[str, Expression]) -> tuple[FloatConstants, list[int]]:
    """Return the numbers on a tape, and the places of the number of the step."""
    found, counts = FloatConstants(), []
    for place, instruction in enumerate(tape.instructions):
        given = dict(instruction.settings)
        if instruction.operation == "constant":
            found[place] = as_float(given["value"])
        elif instruction.operation == "input" and given["name"] == "count":
            counts.append(place)
        elif instruction.operation == "input" and given["name"] in values:
            found[place] = as_float(values[given["name"]])
    return found, counts
