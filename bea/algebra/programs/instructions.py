"""Which ufuncs compute a program, and in which order: the plan that
`bea.algebra.programs.numpy_code` writes.

The operations are put in depth-first order, the more demanding operand first (Sethi and Ullman,
"The generation of optimal code for arithmetic expressions", J. ACM 17(4), 1970; optimal on trees, a
heuristic on graphs), so that few work rows are alive at a time. Numbers are rounded once, here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flint import arb, ctx, fmpq

from bea.algebra.programs.operations import apply
from bea.algebra.programs.program import Program
from bea.errors import DomainError

_BITS = 1024  # in which constant subexpressions are evaluated before they are rounded once


class Number(NamedTuple):
    """A number as operand; a type of its own, since node 2 and the number 2.0 must not be equal."""

    value: float


Operand = int | Number  # an int is a node
Instruction = tuple[str, tuple[Operand, ...]]  # a ufunc and what it is applied to


def select(program: Program) -> tuple[dict[int, Instruction], dict[int, Number]]:
    """Choose a ufunc for each operation, in topological order, and round what is constant."""
    numbers = _rounded_constants(program)
    live = [n for n in program.live() if n not in numbers]
    uses = Counter(program.outputs)
    for n in live:
        uses.update(program.nodes[n].operands)
    instructions: dict[int, Instruction] = {}
    for n in live:
        operation, operands, value = program.nodes[n]
        if operation != "input":
            arguments = tuple(numbers.get(m, m) for m in operands)
            single = {m: instructions[m] for m in operands if uses[m] == 1 and m in instructions}
            instructions[n] = _instruction(operation, value, arguments, single)
    return instructions, numbers


def depth_first(instructions: dict[int, Instruction], outputs: Sequence[Operand]) -> Iterator[int]:
    """Yield the instructions that the outputs need, operands first, the demanding one earlier."""
    need = _register_need(instructions)
    done: set[int] = set()
    stack = [n for n in reversed(outputs) if isinstance(n, int) and n in instructions]
    while stack:
        n = stack[-1]
        waiting = [m for m in computed(instructions[n], instructions) if m not in done]
        if n in done or not waiting:
            stack.pop()
            if n not in done:
                done.add(n)
                yield n
        else:
            stack += sorted(waiting, key=need.__getitem__)


def computed(instruction: Instruction, instructions: dict[int, Instruction]) -> list[int]:
    """Return the operands that are results of instructions, not inputs or numbers."""
    return [m for m in instruction[1] if isinstance(m, int) and m in instructions]


# --- private helpers ------------------------------------------------------------------------------


def _instruction(
    operation: str, value: Any, a: tuple[Operand, ...], single: Mapping[Any, Instruction]
) -> Instruction:
    """Return the ufunc; `single` holds the instructions of operands that nothing else uses."""
    if operation == "negate":
        return (_negated(single[a[0]]) if a[0] in single else None) or ("negative", a)
    if operation == "reciprocal":
        return "divide", (Number(1.0), a[0])
    if operation == "root":
        return ("sqrt", a) if value == 2 else ("power", (a[0], Number(1 / value)))
    if operation != "multiply":
        return operation, a
    for one, other in (a, a[::-1]):
        ufunc, parts = single.get(one, ("", ()))
        if ufunc == "divide" and parts[0] == Number(1.0):
            return "divide", (other, parts[1])
    return ("square", a[:1]) if a[0] == a[1] else ("multiply", a)


def _negated(instruction: Instruction) -> Instruction | None:
    """Return the negative of an instruction, where it costs nothing more."""
    ufunc, a = instruction
    if ufunc == "subtract":
        return ufunc, (a[1], a[0])
    if ufunc in ("add", "multiply", "divide") and isinstance(a[0], Number):
        return ("subtract" if ufunc == "add" else ufunc), (Number(-a[0].value), a[1])
    return None


def _rounded_constants(program: Program) -> dict[int, Number]:
    """Return the values of the nodes that depend on no input."""
    balls: dict[int, Any] = {}
    numbers: dict[int, Number] = {}
    with ctx.workprec(_BITS):
        for n in program.live():
            operation, operands, value = program.nodes[n]
            if operation == "constant":
                balls[n], numbers[n] = arb(value), Number(_rounded(value))
            elif operation == "pi":
                balls[n], numbers[n] = arb.pi(), Number(math.pi)
            elif operation != "input" and all(m in balls for m in operands):
                balls[n] = apply(operation, value, [balls[m] for m in operands])
                numbers[n] = Number(_rounded_ball(balls[n], operation))
    return numbers


def _rounded(value: fmpq) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _rounded_ball(ball: Any, operation: str) -> float:
    if not ball.is_finite() or ball.rad() > max(abs(ball.mid()) * 2**-60, arb(2) ** -200):
        raise DomainError(
            f"a constant part ({operation} of numbers) is undefined: check its domain"
        )
    return float(ball)


def _register_need(instructions: dict[int, Instruction]) -> dict[int, int]:
    """Return the Sethi–Ullman numbers: the registers that each value takes if it were a tree."""
    need: dict[int, int] = {}
    for n, instruction in instructions.items():
        needs = sorted((need[m] for m in set(computed(instruction, instructions))), reverse=True)
        need[n] = max((1, *(registers + held for held, registers in enumerate(needs))))
    return need
