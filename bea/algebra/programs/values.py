"""Numbers that write down in a program what is done with them.

Whatever is written with operators and elementary functions, such as a derivative or the step of a
method, becomes a program when it is run with these as its numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra.language.functions import FUNCTIONS
from bea.algebra.programs.program import Program
from bea.errors import ExpressionError


class Value:
    """A node of a program with the operators and functions of numbers.

    Exact numbers beside it, and floats for what they are to the last bit, become constants.

    Examples
    --------
    >>> program = Program(["x", "y"])
    >>> x, y = (Value(program, program.input(k)) for k in range(2))
    >>> program.output(((1 - x) ** 2 / y).node)
    >>> program.run([fmpq(3), fmpq(2)])
    [2]
    >>> x < y
    Traceback (most recent call last):
    ...
    TypeError: '<' not supported between instances of 'Value' and 'Value'
    """

    __slots__ = ("node", "program")

    def __init__(self, program: Program, node: int) -> None:
        self.program = program
        self.node = node

    def __add__(self, other: Any) -> Any:
        return self._joined(self.program.add, self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._joined(self.program.subtract, self, other)

    def __rsub__(self, other: Any) -> Any:
        return self._joined(self.program.subtract, other, self)

    def __mul__(self, other: Any) -> Any:
        return self._joined(self.program.multiply, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self._joined(self._quotient, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._joined(self._quotient, other, self)

    def __neg__(self) -> Value:
        return Value(self.program, self.program.negate(self.node))

    def __pow__(self, exponent: int | fmpq) -> Value:
        return Value(self.program, self.program.power(self.node, exponent))

    def __bool__(self) -> bool:
        raise ExpressionError("a program has no branches: a number in it is neither true nor false")

    def sqrt(self) -> Value:
        """Return the square root."""
        return self ** fmpq(1, 2)

    def pi(self) -> Value:
        """Return the number π in the same program."""
        return Value(self.program, self.program.pi())

    def __getattr__(self, name: str) -> Any:
        """Return the elementary function of that name, as elements of a ring have them."""
        if name not in FUNCTIONS:
            raise AttributeError(f"a number of a program has no {name}")
        return lambda: Value(self.program, self.program.call(name, self.node))

    def _joined(self, join: Callable[[int, int], int], first: Any, second: Any) -> Any:
        if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
            return NotImplemented  # NumPy takes its entries one by one
        return Value(self.program, join(self._node(first), self._node(second)))

    def _quotient(self, a: int, b: int) -> int:
        return self.program.multiply(a, self.program.reciprocal(b))

    def _node(self, other: Any) -> int:
        if isinstance(other, Value):
            return other.node
        if isinstance(other, float | np.number):
            return self.program.constant(fmpq(*float(other).as_integer_ratio()))
        return self.program.constant(other)
