"""Straight-line programs: the one crossing from exact polynomials to evaluation in any arithmetic.

A program is a directed acyclic graph of operations in topological order. Equal operations are
stored once (hash-consing: Ershov, "On programming of arithmetic operations", CACM 1(8), 1958), so
that powers and common factors are shared between all the components of a field. Everything is
exact until `Program.run` says in which arithmetic to evaluate.

Polynomials enter through `bea.algebra.programs.horner`; what an operation means in an arithmetic is
in `bea.algebra.programs.operations`, and code is generated in `bea.algebra.programs.numpy_code`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from flint import fmpq

from bea.algebra.language.functions import AT_ZERO, EVEN, FUNCTIONS, ODD
from bea.algebra.programs.operations import apply, element, rational, reciprocal
from bea.errors import DimensionError, DomainError, UnknownNameError, nearest
from bea.series.elementary import pi_like
from bea.series.powers import rational_root

_LEAVES = frozenset({"constant", "input", "pi"})


class Node(NamedTuple):
    """One operation of a program; `operands` are the ids of earlier nodes.

    `value` is the rational of a "constant", the position of an "input", the degree of a "root",
    and None for "pi", "add", "subtract", "multiply", "negate", "reciprocal" and the functions.
    In "add" and "multiply" a constant operand comes first, and is positive in "multiply".
    """

    operation: str
    operands: tuple[int, ...] = ()
    value: Any = None


class Program:
    """A straight-line program from named inputs to a list of outputs.

    The methods that build nodes return their ids and simplify as they go: rationals are folded
    exactly, sums and products are put in one order, signs move outwards until a sum absorbs them.

    Parameters
    ----------
    inputs
        Labels of the inputs, for people only: generated code never contains them.

    Examples
    --------
    >>> program = Program(["x", "y"])
    >>> x, y = program.input(0), program.input(1)
    >>> program.output(program.multiply(program.power(x, 2), y))
    >>> program.run([fmpq(1, 2), fmpq(4)])
    [1]
    """

    def __init__(self, inputs: Sequence[str]) -> None:
        self.inputs: tuple[str, ...] = tuple(inputs)
        self.nodes: list[Node] = []
        self.outputs: list[int] = []
        self._ids: dict[Node, int] = {}

    # Leaves and outputs

    def constant(self, value: fmpq | int) -> int:
        """Return the node of an exact rational number; a float raises `ExpressionError`."""
        return self._intern(Node("constant", (), rational(value)))

    def pi(self) -> int:
        """Return the node of the number π."""
        return self._intern(Node("pi"))

    def input(self, index: int) -> int:
        """Return the node of the input at that position (counted from 0)."""
        if not 0 <= index < len(self.inputs):
            raise DimensionError(f"no input {index}: the program has {len(self.inputs)} inputs")
        return self._intern(Node("input", (), index))

    def output(self, node: int) -> None:
        """Append the node to the outputs; the same node may be given more than once."""
        if not 0 <= node < len(self.nodes):
            raise DimensionError(f"no node {node}: the program has {len(self.nodes)} nodes")
        self.outputs.append(node)

    # Arithmetic

    def add(self, a: int, b: int) -> int:
        """Return the node of a + b."""
        a, b = self._ordered(a, b)
        negated_a, negated_b = self._negated(a), self._negated(b)
        if negated_b is not None:
            return self.subtract(a, negated_b)
        if negated_a is not None:
            return self.subtract(b, negated_a)
        p = self._rational_at(a)
        if p is not None:
            return self._add_constant(p, b)
        return self.multiply(self.constant(2), a) if a == b else self._intern(Node("add", (a, b)))

    def subtract(self, a: int, b: int) -> int:
        """Return the node of a − b."""
        p, q = self._rational_at(a), self._rational_at(b)
        if a == b:
            return self.constant(0)
        if q is not None:
            return self.add(self.constant(-q), a)
        if p == 0:
            return self.negate(b)
        negated_a, negated_b = self._negated(a), self._negated(b)
        if negated_b is not None:
            return self.add(a, negated_b)
        if negated_a is not None:
            return self.negate(self.add(negated_a, b))
        if p is not None:
            return self._subtract_from_constant(p, b)
        mirror = self._ids.get(Node("subtract", (b, a)))
        return self._intern(Node("subtract", (a, b))) if mirror is None else self.negate(mirror)

    def multiply(self, a: int, b: int) -> int:
        """Return the node of a · b."""
        a, b = self._ordered(a, b)
        p, q = self._rational_at(a), self._rational_at(b)
        if p is not None and (q is not None or p in (0, 1)):
            return self.constant(p * q) if q is not None else (b if p else self.constant(0))
        if p is not None and p < 0:
            return self.negate(self.multiply(self.constant(-p), b))
        for one, other in ((a, b), (b, a)):
            negated = self._negated(one)
            if negated is not None:
                return self.negate(self.multiply(negated, other))
        if p is not None and self.nodes[b].operation == "multiply":
            first, second = self.nodes[b].operands
            r = self._rational_at(first)
            if r is not None:
                return self.multiply(self.constant(p * r), second)
        return self._intern(Node("multiply", (a, b)))

    def negate(self, a: int) -> int:
        """Return the node of −a."""
        p, negated = self._rational_at(a), self._negated(a)
        if p is not None:
            return self.constant(-p)
        return self._intern(Node("negate", (a,))) if negated is None else negated

    def reciprocal(self, a: int) -> int:
        """Return the node of 1/a; raises `DomainError` when a is the number 0."""
        p, negated = self._rational_at(a), self._negated(a)
        if p is not None:
            return self.constant(reciprocal(p))
        if negated is not None:
            return self.negate(self.reciprocal(negated))
        if self.nodes[a].operation == "reciprocal":
            return self.nodes[a].operands[0]
        return self._intern(Node("reciprocal", (a,)))

    def power(self, a: int, exponent: fmpq | int) -> int:
        """Return the node of a to a rational power p/q, as the p-th power of the q-th root.

        Integer powers are products by repeated squaring. A root is the one that is real for
        a ≥ 0, and is undefined for a < 0, for odd q also; raises `DomainError` for such numbers.
        """
        exponent = rational(exponent)
        p, q = int(exponent.p), int(exponent.q)
        if p == 0:
            return self.constant(1)
        base = result = self._root(a, q)
        for bit in bin(abs(p))[3:]:
            result = self.multiply(result, result)
            result = self.multiply(result, base) if bit == "1" else result
        return result if p > 0 else self.reciprocal(result)

    def call(self, name: str, a: int) -> int:
        """Return the node of a function of `FUNCTIONS` at a; raises `UnknownNameError`."""
        if name not in FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            hint = nearest(name, FUNCTIONS)
            raise UnknownNameError(f"no function '{name}' in programs: use {known}.{hint}")
        p, negated = self._rational_at(a), self._negated(a)
        if p is None and negated is None:
            return self._intern(Node(name, (a,)))
        if name == "log" and p is not None and p <= 0:
            raise DomainError(f"log({p}) is not a real number; its argument must be positive")
        if p == (1 if name == "log" else 0):
            return self.constant(AT_ZERO.get(name, 0))
        opposite = negated if p is None else (self.constant(-p) if p < 0 else None)
        if opposite is None or name not in ODD | EVEN:
            return self._intern(Node(name, (a,)))
        result = self.call(name, opposite)
        return self.negate(result) if name in ODD else result

    # Evaluation

    def live(self) -> list[int]:
        """Return the nodes that the outputs depend on, in topological order."""
        marked = set(self.outputs)
        for node in range(len(self.nodes) - 1, -1, -1):
            if node in marked:
                marked.update(self.nodes[node].operands)
        return sorted(marked)

    def run(
        self,
        inputs: Sequence[Any],
        lift: Callable[[fmpq], Any] = lambda value: value,
        *,
        scale: Callable[[fmpq], Any] | None = None,
        pi: Any = None,
    ) -> list[Any]:
        """Evaluate the outputs in the arithmetic of the inputs.

        Parameters
        ----------
        inputs
            One element for each input: anything with `+`, `-`, `*` (reflected too, where `lift`
            or `scale` give another type) and what `apply` asks for. Python numbers become
            `fmpq` and `numpy.float64`.
        lift
            Turns a rational into an element (for arrays `float`, for balls `flint.arb`). By
            default rationals stay `fmpq`.
        scale
            The same for rationals that only multiply; by default `lift`. Power series are
            scaled by a plain rational sooner than by a constant series.
        pi
            The element π; found by itself where `lift` gives floats, Arb balls or mpmath numbers.

        Raises
        ------
        DimensionError
            If the number of inputs is wrong.
        DomainError
            If an exact number has no exact reciprocal, root or function value.

        Examples
        --------
        >>> from flint import arb
        >>> program = Program(["x"])
        >>> program.output(program.call("exp", program.multiply(program.pi(), program.input(0))))
        >>> program.run([arb(0)], arb)
        [1.00000000000000]
        """
        if len(inputs) != len(self.inputs):
            raise DimensionError(f"{len(inputs)} values for {len(self.inputs)} inputs")
        live, kept = self.live(), set(self.outputs)
        last_use = {operand: n for n in live for operand in self.nodes[n].operands}
        values: dict[int, Any] = {}

        def operand(n: int, convert: Callable[[fmpq], Any] = lift) -> Any:
            rational = self._rational_at(n)
            return values[n] if rational is None else element(convert(rational))

        with np.errstate(all="ignore"):
            for n in live:
                operation, operands, value = self.nodes[n]
                if operation == "input":
                    values[n] = element(inputs[value])
                elif operation == "pi":
                    values[n] = pi_like(lift(fmpq(3))) if pi is None else pi
                elif operation == "multiply":
                    first, second = operands
                    values[n] = operand(second) * operand(first, scale or lift)
                elif operation != "constant":
                    values[n] = apply(operation, value, [operand(m) for m in operands])
                for m in operands:
                    if last_use[m] == n and m not in kept:  # large elements are let go of
                        values.pop(m, None)
        return [operand(n) for n in self.outputs]

    # What the construction needs

    def _intern(self, node: Node) -> int:
        number = self._ids.setdefault(node, len(self.nodes))
        if number == len(self.nodes):
            self.nodes.append(node)
        return number

    def _rational_at(self, a: int) -> fmpq | None:
        node = self.nodes[a]
        return node.value if node.operation == "constant" else None

    def _negated(self, a: int) -> int | None:
        node = self.nodes[a]
        return node.operands[0] if node.operation == "negate" else None

    def _ordered(self, a: int, b: int) -> tuple[int, int]:
        if self._rational_at(a) is not None:
            return a, b
        return (b, a) if b < a or self._rational_at(b) is not None else (a, b)

    def _add_constant(self, p: fmpq, b: int) -> int:
        operation, operands, value = self.nodes[b]
        if operation == "constant":
            return self.constant(p + value)
        if p == 0:
            return b
        q = self._rational_at(operands[0]) if operation in ("add", "subtract") else None
        if q is not None:
            join = self.add if operation == "add" else self.subtract
            return join(self.constant(p + q), operands[1])
        return self._intern(Node("add", (self.constant(p), b)))

    def _subtract_from_constant(self, p: fmpq, b: int) -> int:
        operation, operands, _ = self.nodes[b]
        q = self._rational_at(operands[0]) if operation in ("add", "subtract") else None
        if q is not None:
            join = self.subtract if operation == "add" else self.add
            return join(self.constant(p - q), operands[1])
        return self._intern(Node("subtract", (self.constant(p), b)))

    def _root(self, a: int, degree: int) -> int:
        p = self._rational_at(a)
        if p is not None and p < 0 and degree > 1:
            raise DomainError(f"({p})^(1/{degree}) is not a real number; use a base ≥ 0")
        exact = None if p is None else rational_root(p, degree)
        if exact is not None:
            return self.constant(exact)
        while degree % 2 == 0:  # square roots are the cheap and the accurate ones
            degree //= 2
            a = self._intern(Node("root", (a,), 2))
        return a if degree == 1 else self._intern(Node("root", (a,), degree))


def operation_count(program: Program) -> Counter[str]:
    """Count the operations that the outputs depend on, by name; `.total()` is their number.

    >>> program = Program(["x"])
    >>> program.output(program.power(program.input(0), 8))
    >>> operation_count(program)
    Counter({'multiply': 3})
    """
    operations = (program.nodes[node].operation for node in program.live())
    return Counter(operation for operation in operations if operation not in _LEAVES)
