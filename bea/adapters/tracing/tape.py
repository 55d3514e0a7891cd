"""The operations of one step of an optimizer, in the order in which they were done.

A tape is written by a front end while the real step runs, and is run by `Traced` in any arithmetic.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bea.adapters.tracing.constants import shown_decimal
from bea.adapters.tracing.operations import OPERATIONS, Operations
from bea.algebra import Expression
from bea.errors import MethodError

Shape = tuple[int, ...]


COMPARISONS = ("less", "less_equal", "equal")
_VARYING = ("gamma", "theta", "grad", "memory")
_INFIX = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**", "less": "<",
          "less_equal": "<=", "equal": "=", "both": "and", "either": "or"}  # fmt: skip


class Instruction(NamedTuple):
    """One operation on the values at earlier places.

    An input has the operation "input" and its name as a setting, a number "constant" and its value.
    """

    operation: str
    operands: tuple[int, ...]
    settings: tuple[tuple[str, Any], ...]
    shape: Shape


class Guard(NamedTuple):
    """A branch of Python's that the step took: the comparison at a place, and what came out."""

    place: int
    truth: bool


@dataclass
class Tape:
    """The instructions, and where the parameters and the memory after the step are.

    `periods` has every k by which the number of the step was asked for its remainder, `left_out`
    what the real step does and the tape does not, in words.

    Examples
    --------
    Gradient descent on one parameter with three entries::

        tape = Tape()
        theta, grad = tape.input("theta.0", (3,)), tape.input("grad.0", (3,))
        move = tape.record("multiply", tape.input("gamma"), grad)
        tape.theta = (tape.record("subtract", theta, move),)
    """

    instructions: list[Instruction] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    theta: tuple[int, ...] = ()
    memory: tuple[int, ...] = ()
    periods: set[int] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    decisions: list[int] | None = None  # by `branches.comparisons`, when it is written
    _places: dict[Instruction, int] = field(default_factory=dict, repr=False)
    _live: set[int] = field(default_factory=set, repr=False)
    _varying: dict[int, bool] = field(default_factory=dict, repr=False)
    _on_values: dict[int, bool] = field(default_factory=dict, repr=False)
    _on_gamma: dict[int, bool] = field(default_factory=dict, repr=False)
    _orders: dict[Any, list[int]] = field(default_factory=dict, repr=False)

    # --- writing --------------------------------------------------------------------------------

    def input(self, name: str, shape: Shape = ()) -> int:
        """Return the place of an input."""
        return self._put(Instruction("input", (), (("name", name),), shape))

    def constant(self, value: Any) -> int:
        """Return the place of a number: an expression, or a float, the decimal that it shows."""
        exact = value if isinstance(value, Expression) else shown_decimal(value)
        return self._put(Instruction("constant", (), (("value", exact),), ()))

    def record(self, operation: str, *operands: int, shape: Shape | None = None,
               **settings: Any) -> int:  # fmt: skip
        """Return the place of the result of an operation; the shape is the broadcast one if None.

        Raises
        ------
        MethodError
            If there is no such operation.
        """
        if operation not in OPERATIONS:
            raise MethodError(f"the step uses {operation}, an operation that bea does not know")
        if shape is None:
            shape = _broadcast(self.instructions[k].shape for k in operands)
        if operation in ("multiply", "divide"):
            return self._quotient_of_gamma(operation, operands[0], operands[1], shape)
        frozen = tuple(sorted((k, _frozen(v)) for k, v in settings.items()))
        return self._put(Instruction(operation, operands, frozen, shape))

    def _quotient_of_gamma(self, operation: str, a: int, b: int, shape: Shape) -> int:
        """Write a product or quotient; where 1/gamma comes and goes, it is never there.

        x/(y/gamma) is x gamma/y, and gamma (y/gamma) is y: a series in gamma begins at no 1/gamma.
        """
        inner = self.instructions[b]
        by_gamma = inner.operation == "divide" and self._depends(
            inner.operands[1], _VARYING[:1], self._on_gamma
        )
        if by_gamma:
            y, divisor = inner.operands
            if operation == "divide":
                return self.record("divide", self.record("multiply", a, divisor), y, shape=shape)
            if a == divisor and self.shape(y) == shape:
                return y
        return self._put(Instruction(operation, (a, b), (), shape))

    def guard(self, place: int, truth: bool) -> None:
        """Keep that the step went on with this truth value; what depends on no input is no branch.

        A branch on hyperparameters alone is kept too: they may stay open.
        """
        found = Guard(place, truth)
        if found not in self.guards:
            self.guards.append(found)

    def repeated(self, count: int, period: int) -> int:
        """Return a remainder of the number of the step, and keep that the tape is for this one."""
        self.periods.add(period)
        return count % period

    def reads_inputs(self, place: int) -> bool:
        """Tell whether a value is no constant."""
        return place in self._live

    def varies(self, place: int) -> bool:
        """Tell whether a value depends on gamma, parameters, gradients or memory."""
        return self._depends(place, _VARYING, self._varying)

    def compares(self, place: int) -> bool:
        """Tell whether a value is a comparison of parameters, gradients or memory."""
        known = self._on_values
        return self.instructions[place].operation in COMPARISONS and self._depends(
            place, _VARYING[1:], known
        )

    def _depends(self, place: int, names: tuple[str, ...], known: dict[int, bool]) -> bool:
        if place not in known:
            operation, operands, settings, _ = self.instructions[place]
            own = operation == "input" and str(settings[0][1]).partition(".")[0] in names
            known[place] = own or any(self._depends(k, names, known) for k in operands)
        return known[place]

    def has_matrices(self, place: int) -> bool:
        """Tell a factor or a product of matrices that are no constants."""
        operation, operands, *_ = self.instructions[place]
        if operation == "matmul":
            return all(map(self.varies, operands)) and self.shape(operands[0])[-1] > 1
        return operation in ("solve", "factor") and any(map(self.varies, operands))

    def sides(self, place: int) -> tuple[int, int]:
        """Return the places of the two values that are compared: a and b also in 0 < a - b."""
        a, b = self.instructions[place].operands
        for one, other in ((a, b), (b, a)):
            inner = self.instructions[other]
            if one == self.constant(0) and inner.operation == "subtract":
                return inner.operands[0], inner.operands[1]
        return a, b

    def written(self, place: int) -> str:
        """Return a value as a formula."""
        operation, operands, settings, _ = self.instructions[place]
        given, parts = dict(settings), [self.written(k) for k in operands]
        if operation in ("input", "constant"):
            return str(given.get("name", given.get("value")))
        if operation in _INFIX:
            return f"({parts[0]} {_INFIX[operation]} {parts[1]})"
        return f"{given.get('name', operation)}({', '.join(parts)})"

    def shape(self, place: int) -> Shape:
        """Return the shape of the value at a place."""
        return self.instructions[place].shape

    def _put(self, instruction: Instruction) -> int:
        if instruction not in self._places:
            place = self._places[instruction] = len(self.instructions)
            self.instructions.append(instruction)
            if instruction.operation == "input" or self._live.intersection(instruction.operands):
                self._live.add(place)
        return self._places[instruction]

    # --- reading --------------------------------------------------------------------------------

    def needed(self, wanted: Iterable[int], known: Container[int] = ()) -> list[int]:
        """Return the places that the wanted ones depend on, in order, where some are known."""
        found: set[int] = set()
        left = list(wanted)
        while left:
            place = left.pop()
            if place not in found:
                found.add(place)
                left += () if place in known else self.instructions[place].operands
        return sorted(found)

    def _order(self, wanted: Sequence[int], constants: Mapping[int, Any]) -> list[int]:
        """Return the places in order; those for the constants of a kind are kept."""
        kind = getattr(constants, "kind", None)
        if kind is None:
            return self.needed(wanted, constants)
        key = kind, tuple(wanted)
        if key not in self._orders:
            self._orders[key] = self.needed(wanted, constants)
        return self._orders[key]

    @property
    def moves(self) -> bool:
        """Whether the step does something to the parameters, or to a memory."""
        return any(self.instructions[k].operation != "input" for k in (*self.theta, *self.memory))

    def is_kept(self, part: int) -> bool:
        """Tell whether the step leaves a part of the memory as it is."""
        operation, _, settings, _ = self.instructions[self.memory[part]]
        return operation == "input" and settings[0][1] == f"memory.{part}"

    def inputs_of(self, *places: int) -> set[str]:
        """Return the names of the inputs that values depend on."""
        used = (self.instructions[k] for k in self.needed(places))
        return {i.settings[0][1] for i in used if i.operation == "input"}

    def run(
        self,
        operations: Operations,
        inputs: Mapping[str, Any],
        wanted: Sequence[int],
        constants: Mapping[int, Any],
    ) -> list[Any]:
        """Return the values at the wanted places; `constants` has those that are known already."""
        values: dict[int, Any] = {}
        shapes = [i.shape for i in self.instructions]
        for place in self._order(wanted, constants):
            operation, operands, settings, shape = self.instructions[place]
            if place in constants:
                values[place] = constants[place]
            elif operation == "input":
                values[place] = inputs[settings[0][1]]
            else:
                values[place] = operations.carry_out(
                    place,
                    operation,
                    [values[k] for k in operands],
                    dict(settings),
                    shape,
                    [shapes[k] for k in operands],
                )
        return [values[place] for place in wanted]


# --- private helpers ------------------------------------------------------------------------------


def _broadcast(shapes: Iterable[Shape]) -> Shape:
    import numpy as np

    return tuple(int(n) for n in np.broadcast_shapes(*shapes))


def _frozen(value: Any) -> Any:
    """Return a setting that can be compared: arrays of indices as nested tuples."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value
