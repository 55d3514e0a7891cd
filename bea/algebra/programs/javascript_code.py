"""Programs compiled to JavaScript: the same operations in the same order as `numpy_code` writes.

The instructions are those that `bea.algebra.programs.instructions` chooses for NumPy, and their
numbers are rounded there once, so that a browser shows the numbers that bea computes. The source
holds operators, functions of `Math` and names made here (`i0`, `t7`), never a name or a text that
a user wrote.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from bea.algebra.programs.instructions import Number, Operand, depth_first, select
from bea.algebra.programs.program import Program

_OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_OWN = frozenset({"erf"})  # which `Math` lacks: a function of that name is in scope


def javascript(program: Program) -> str:
    """Return the source of a function of two arrays, the inputs and the outputs that it fills.

    Examples
    --------
    >>> program = Program(["x", "y"])
    >>> x, y = program.input(0), program.input(1)
    >>> program.output(program.subtract(program.multiply(x, x), program.call("exp", y)))
    >>> print(javascript(program))
    function (i, o) {
      const i0 = i[0], i1 = i[1];
      const t3 = Math.exp(i1);
      const t2 = i0 * i0;
      const t4 = t2 - t3;
      o[0] = t4;
    }
    """
    writer = JavascriptWriter(program)
    lines = [writer.inputs(), *writer.statements(program.outputs, set())]
    lines += [f"o[{k}] = {writer.place(n)};" for k, n in enumerate(program.outputs)]
    return "\n".join(["function (i, o) {", *(f"  {line}" for line in lines if line), "}"])


class JavascriptWriter:
    """Writes the statements for some nodes of a program at a time.

    All nodes that are asked for have to be outputs of the program.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._instructions, self._numbers = select(program)

    def inputs(self, count: int | None = None) -> str:
        """Return the line that names the first so many entries of the array `i`."""
        number = len(self._program.inputs) if count is None else count
        names = ", ".join(f"i{k} = i[{k}]" for k in range(number))
        return f"const {names};" if names else ""

    def statements(self, nodes: Sequence[int], written: set[int]) -> Iterator[str]:
        """Yield what computes the nodes, apart from what is written; adds that to `written`."""
        wanted: list[Operand] = [self._numbers.get(n, n) for n in nodes]
        for n in depth_first(self._instructions, wanted):
            if n not in written:
                written.add(n)
                yield f"const t{n} = {self._expression(n)};"

    def place(self, operand: Operand) -> str:
        """Return how a node, or a number, is named in the source."""
        if isinstance(operand, int):
            operand = self._numbers.get(operand, operand)
        if isinstance(operand, Number):
            return _literal(operand.value)
        node = self._program.nodes[operand]
        return f"i{node.value}" if node.operation == "input" else f"t{operand}"

    def _expression(self, n: int) -> str:
        name, operands = self._instructions[n]
        places = [self.place(m) for m in operands]
        if name in _OPERATORS:
            return f" {_OPERATORS[name]} ".join(places)
        if name == "negative":
            return f"-{places[0]}"
        if name == "square":
            return f"{places[0]} * {places[0]}"
        function = {"power": "pow"}.get(name, name)
        return f"{'' if name in _OWN else 'Math.'}{function}({', '.join(places)})"


def _literal(value: float) -> str:
    """Return a number as JavaScript reads it, to the last bit."""
    if math.isnan(value):
        return "NaN"
    text = "Infinity" if math.isinf(value) else repr(abs(value)).removesuffix(".0")
    return f"(-{text})" if value < 0 else text
