"""optax's schedules as bea's: functions of the time t = n gamma, exact, piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from math import pi
from typing import Any

import numpy as np
from flint import fmpq

from bea.adapters.jaxprs.reader import Reader
from bea.adapters.jaxprs.state import RULES
from bea.adapters.jaxprs.values import Counter
from bea.adapters.tracing import scalars
from bea.adapters.tracing.constants import shown_decimal
from bea.adapters.tracing.tape import Tape
from bea.algebra import Expression
from bea.algebra.language.building import call, divide, multiply, number
from bea.algebra.language.expressions import PI, Number, Symbol
from bea.algebra.ring.exact import as_rational, exact
from bea.errors import MethodError
from bea.methods.schedules import Schedule

_COMPARISONS = ("less", "less_equal", "equal")
_MOST_BREAKS = 100


def schedule_from_optax(schedule: Callable[[Any], Any], gamma: Any, steps: int) -> Schedule:
    """Return s(t) with schedule(n) = gamma s(n gamma).

    Parameters
    ----------
    schedule
        A schedule of optax, a function of the number of the step.
    gamma
        The step size that is multiplied by s, exact, such as the schedule's peak.
    steps
        For how many steps it is meant.

    Raises
    ------
    MethodError
        If the schedule jumps at each step, as a staircase does, or is no function of the step.

    Examples
    --------
    With optax installed::

        s = schedule_from_optax(optax.linear_schedule(0.1, 0.0, 100), "1/10", 100)
        str(s)                                   # piecewise(pieces=1 - t/10; 0, breaks=10)
        bea.methods.schedules.Scheduled(bea.methods.adam(), s)
    """
    import jax

    size = exact(gamma, "gamma")
    with jax.enable_x64(True):
        jaxpr = jax.make_jaxpr(schedule)(np.int32(0))
    tape = Tape()
    reader = Reader(tape, RULES)
    place = reader.place(reader.read(jaxpr, [Counter(Fraction(1), Fraction(0))])[0])
    breaks = _breaks(tape, place, steps)
    t = divide(Symbol("t"), size)
    inner = [*breaks, Fraction(steps) + max(breaks, default=Fraction(0))]
    middles = [(a + b) / 2 for a, b in pairwise([Fraction(0), *inner])]
    pieces = [divide(_evaluated(tape, place, t, _truths(tape, place, n))[place], size)
              for n in middles]  # fmt: skip
    unit = as_rational(size)
    assert unit is not None
    times = [fmpq(n.numerator, n.denominator) * unit for n in breaks]
    return Schedule(tuple(pieces), tuple(times), steps * unit)


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
    early, late = (_evaluated(tape, place, number(n)) for n in (first, second))
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
    values = _evaluated(tape, place, number(count))
    return {k: v for k, v in values.items() if isinstance(v, bool)}


def _evaluated(
    tape: Tape, place: int, count: Expression, truths: dict[int, bool] | None = None
) -> dict[int, Any]:
    """Return the values on a tape after so many steps; comparisons may be given."""
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
