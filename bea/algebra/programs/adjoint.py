"""The gradient of a straight-line program, by the reverse mode: all partial derivatives at once.

Derivatives of the output are carried from it back to the inputs, so that a gradient costs a few
times what the function does, however many variables there are. Sources: Griewank and Walther,
Evaluating Derivatives, section 3.2; Baur and Strassen, Theor. Comput. Sci. 22 (1983) 317-330.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from bea.algebra.language.expressions import Expression, fold
from bea.algebra.programs.program import Program
from bea.algebra.programs.values import Value
from bea.algebra.ring.atoms import KINDS


class ProgramAlgebra:
    """What `fold` needs to put an expression into a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._places = {name: i for i, name in enumerate(program.inputs)}

    def number(self, value: fmpq) -> Value:
        """Return a rational."""
        return Value(self.program, self.program.constant(value))

    def symbol(self, name: str) -> Value:
        """Return an input."""
        return Value(self.program, self.program.input(self._places[name]))

    def constant(self, name: str) -> Value:
        """Return the constant pi, the only one that the grammar has."""
        return Value(self.program, self.program.pi())

    def sum(self, values: list[Value]) -> Value:
        """Return the sum."""
        return by_halves(values)

    def product(self, values: list[Value]) -> Value:
        """Return the product."""
        result = values[0]
        for value in values[1:]:
            result = result * value
        return result

    def power(self, value: Value, exponent: fmpq) -> Value:
        """Return a rational power."""
        return value**exponent

    def call(self, name: str, value: Value) -> Value:
        """Return an elementary function."""
        return Value(self.program, self.program.call(name, value.node))


def program_of(expression: Expression, inputs: Any) -> Program:
    """Return the program of an expression as it is written: nothing is expanded.

    >>> from bea.algebra.language.grammar import parse
    >>> program_of(parse("(x + y)**2*y"), ["x", "y"]).run([fmpq(1), fmpq(2)])
    [18]
    """
    program = Program(inputs)
    program.output(fold(expression, ProgramAlgebra(program)).node)
    return program


def gradient(program: Program, count: int, factor: int = 1) -> Program:
    """Return the program of a factor times the derivatives of its one output by `count` inputs.

    Examples
    --------
    >>> from bea.algebra.language.grammar import parse
    >>> gradient(program_of(parse("x**2*y + log(y)"), ["x", "y"]), 2).run([fmpq(3), fmpq(2)])
    [12, 19/2]
    """
    result = Program(program.inputs)
    values: dict[int, Value] = {}
    live = program.live()
    for n in live:
        values[n] = _copied(result, program.nodes[n], values)
    received: dict[int, list[Value]] = {n: [] for n in live}
    received[program.outputs[0]].append(Value(result, result.constant(factor)))
    slopes = [Value(result, result.constant(0))] * count
    for n in reversed(live):
        if not received[n]:
            continue
        total = by_halves(received[n])
        operation, operands, place = program.nodes[n]
        if operation == "input" and place < count:
            slopes[place] = total
        parts = _shares(operation, place, [values[m] for m in operands], values[n], total)
        for m, part in zip(operands, parts, strict=True):
            received[m].append(part)
    for slope in slopes:
        result.output(slope.node)
    return result


def by_halves(values: list[Value]) -> Value:
    """Return the sum, with the fewest levels."""
    while len(values) > 1:
        paired = [a + b for a, b in zip(values[::2], values[1::2], strict=False)]
        values = paired + values[2 * len(paired) :]
    return values[0]


# --- private helpers ------------------------------------------------------------------------------


def _copied(result: Program, node: Any, values: dict[int, Value]) -> Value:
    operation, operands, value = node
    if operation == "constant":
        return Value(result, result.constant(value))
    if operation == "pi":
        return Value(result, result.pi())
    if operation == "input":
        return Value(result, result.input(value))
    return _applied(operation, value, [values[m] for m in operands])


def _applied(operation: str, value: Any, operands: list[Value]) -> Any:
    """Return an operation of a program on values that are there."""
    a = operands[0]
    if operation in ("add", "subtract", "multiply"):
        b = operands[1]
        return a + b if operation == "add" else a - b if operation == "subtract" else a * b
    if operation == "negate":
        return -a
    if operation in ("reciprocal", "root"):
        return a ** (fmpq(-1) if operation == "reciprocal" else fmpq(1, value))
    return getattr(a, operation)()


def _shares(
    operation: str, value: Any, operands: list[Value], found: Value, total: Value
) -> list[Value]:
    """Return what each operand receives of the derivative by the result of an operation."""
    if operation in ("constant", "input", "pi"):
        return []
    if operation == "add":
        return [total, total]
    if operation == "subtract":
        return [total, -total]
    if operation == "negate":
        return [-total]
    a = operands[0]
    if operation == "multiply":
        return [total * operands[1], total * a]
    if operation == "reciprocal":
        return [-(total * (found * found))]
    if operation == "root":
        return [total * (found * a**-1 * fmpq(1, value))]
    return [total * KINDS[operation].slope(a, found, 1)]
