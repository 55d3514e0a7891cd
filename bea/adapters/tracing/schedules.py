"""The schedule that a tape of the number of the step is: exact functions of t, piece by piece."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import pi
from typing import Any

from flint import fmpq

from bea.adapters.tracing import scalars
from bea.adapters.tracing.constants import shown_decimal
from bea.adapters.tracing.tape import Tape
from bea.algebra import Expression
from bea.algebra.language.building import call, divide, multiply, number
from bea.algebra.language.expressions import PI, Number, Symbol
from bea.algebra.ring.exact import as_rational
from bea.errors import MethodError
from bea.methods.schedules import Schedule

_COMPARISONS = ("less", "less_equal", "equal")
_MOST_BREAKS = 100
N = Symbol("n")
#: From which step on it is which expression in n, in order.
Pieces = list[tuple[Fraction, Expression]]


def pieces_of_tape(tape: Tape, place: int, steps: int) -> Pieces:
    """Return what a value on a tape is as a function of the number of the step.

    Raises
    ------
    MethodError
        If it jumps at each step, or looks numbers up.
    """
    breaks = _breaks(tape, place, steps)
    inner = [*breaks, Fraction(steps) + max(breaks, default=Fraction(0))]
    starts = [Fraction(0), *breaks]
    return [
        (a, values_on(tape, place, N, _truths(tape, place, (a + b) / 2))[place])
        for a, b in zip(starts, inner, strict=True)
    ]


def schedule_of(pieces: Pieces, gamma: Expression, steps: int) -> Schedule:
    """Return s(t) with pieces(n) = gamma s(n gamma), for so many steps."""
    from bea.fields.sources import substitute

    unit = as_rational(gamma)
    if unit is None:
        raise MethodError(f"gamma={gamma} is no rational number: give the step size as one")
    t = divide(Symbol("t"), gamma)
    found = [divide(substitute(piece, {N.name: t}), gamma) for _, piece in pieces]
    times = [fmpq(n.numerator, n.denominator) * unit for n, _ in pieces[1:]]
    return Schedule(tuple(found), tuple(times), steps * unit)


def values_on(
    tape: Tape, place: int, count: Expression, truths: dict[int, bool] | None = None
) -> dict[int, Any]:
    """Return the values on a tape after so many steps, or n; comparisons may be given."""
    values: dict[int, Any] = {}
    for k in tape.needed([place]):
        operation, operands, settings, shape = tape.instructions[k]
        if shape:
            raise MethodError(
                "the schedule looks numbers up in an array: write it as optax.join_schedules of "
                "its pieces"
            )
        given, parts = dict(settings), [values[i] for i in operands]
        if operation == "input":
            values[k] = count
        elif operation == "constant":
            values[k] = PI if given["value"] == shown_decimal(pi) else given["value"]
        elif truths is not None and k in truths:
            values[k] = truths[k]
        elif operation == "power" and not isinstance(parts[1], Number):
            values[k] = call("exp", multiply(parts[1], call("log", parts[0])))
        else:
            name = given.get("name", operation)
            values[k] = scalars.carry_out(name, parts, lambda: False)
    return values


# --- private helpers ------------------------------------------------------------------------------


def _breaks(tape: Tape, place: int, steps: int) -> list[Fraction]:
    """Return the numbers of steps at which a comparison changes, which are linear in between."""
    found: set[Fraction] = set()
    while len(found) < _MOST_BREAKS:
        ends = [Fraction(0), *sorted(found), Fraction(steps)]
        new = {n for a, b in pairwise(ends) for n in _roots(tape, place, a, b)}
        if not new:
            return sorted(found)
        found.add(min(new))
    raise MethodError(f"the schedule has more than {_MOST_BREAKS} pieces: it is a staircase")


def _roots(tape: Tape, place: int, start: Fraction, end: Fraction) -> list[Fraction]:
    """Return where comparisons change between two numbers, if nothing does before."""
    first, second = (start + (end - start) * Fraction(k, 7) for k in (2, 3))
    early, late = (values_on(tape, place, number(n)) for n in (first, second))
    roots = []
    for k in tape.needed([place]):
        if tape.instructions[k].operation in _COMPARISONS:
            gaps = [_gap(values, tape.instructions[k].operands) for values in (early, late)]
            if gaps[0] != gaps[1]:
                root = first + (second - first) * gaps[0] / (gaps[0] - gaps[1])
                roots += [root] if start < root < end else []
    return roots


def _gap(values: dict[int, Any], operands: tuple[int, ...]) -> Fraction:
    a, b = (as_rational(values[k]) for k in operands)
    if a is None or b is None:
        raise MethodError("the schedule compares numbers that are not rational")
    return Fraction(int((a - b).p), int((a - b).q))


def _truths(tape: Tape, place: int, count: Fraction) -> dict[int, bool]:
    values = values_on(tape, place, number(count))
    return {k: v for k, v in values.items() if isinstance(v, bool)}
