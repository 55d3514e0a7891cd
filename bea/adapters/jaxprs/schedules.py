"""optax's schedules as bea's: functions of the time t = n gamma, exact, piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from bea.adapters.jaxprs.reader import Reader
from bea.adapters.jaxprs.state import RULES
from bea.adapters.jaxprs.values import Counter
from bea.adapters.tracing.schedules import pieces_of_tape, schedule_of
from bea.adapters.tracing.tape import Tape
from bea.algebra.ring.exact import exact
from bea.methods.schedules import Schedule


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
    return schedule_of(pieces_of_tape(tape, place, steps), size, steps)
