"""What a schedule is: s(t), by which the step size is multiplied at the time t.

At the step n the time is t = n gamma and the step size gamma s(t), so that a schedule has a shape
that does not depend on gamma. It is smooth on pieces: s is an exact expression in t on each, and
between them, at the `breaks`, s jumps, or it has a kink: a derivative jumps. The schedules in use
are made in `bea.methods.schedules`; `bea.methods.schedules.scheduled` runs a method with one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import ArrayLike

from bea.algebra.language.calls import written_call
from bea.algebra.language.expressions import Expression, Number, free_symbols, to_text
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.programs.program import Program
from bea.algebra.ring.conversions import read, to_expression, to_program
from bea.algebra.ring.exact import as_rational, exact
from bea.algebra.ring.ring import Ring
from bea.arrays import Floats
from bea.errors import BeaError, ExpressionError, MethodError
from bea.fields.sources import substitute
from bea.files.drawings import Mathematics
from bea.portable import Portable
from bea.series import SeriesArray

# The time of a run is a sum of step sizes: rounded, it may fall short of a break by this part.
_ROUNDING = 1e-9
_SAMPLES = 1001


@dataclass(frozen=True)
class Schedule(Portable, Mathematics):
    """A schedule s(t): expressions in t, the first of which holds before the first break.

    Parameters
    ----------
    pieces
        One expression in t per piece, as `Expression` or text of bea's grammar.
    breaks
        The times between the pieces, rising; a piece holds from its break on.
    time
        Until when it is meant: s is checked from 0 to there, and plotted.
    name, parameters
        How it was made, for its text.

    Raises
    ------
    BeaError
        If breaks do not rise, the numbers of pieces and breaks do not fit, or s is negative or not
        finite at one of 1001 times from 0 to `time`.
    ExpressionError
        If a piece cannot be read or holds another symbol than t.

    Examples
    --------
    >>> s = Schedule(("1", "1/2"), breaks=(3,))
    >>> s([0.0, 2.9, 3.0])
    array([1. , 1. , 0.5])
    >>> Schedule(("1 - t",), time=2)
    Traceback (most recent call last):
    ...
    bea.errors.BeaError: the schedule is negative: s = -0.002 at t = 1.002. Keep it 0 or more ...
    """

    pieces: tuple[Any, ...]
    breaks: tuple[Any, ...] = ()
    time: Any = 1
    name: str = "piecewise"
    parameters: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        """Read what was given, and check it."""
        breaks = tuple(rational(b, "a time of the schedule") for b in self.breaks)
        object.__setattr__(self, "pieces", tuple(_piece(p) for p in self.pieces))
        object.__setattr__(self, "breaks", breaks)
        object.__setattr__(self, "time", rational(self.time, "the schedule's time"))
        if self.parameters is None:
            object.__setattr__(self, "parameters", self._own_parameters())
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters or {})))
        self._check()

    def __hash__(self) -> int:
        return hash((tuple(map(to_text, self.pieces)), tuple(map(str, self.breaks))))

    @property
    def is_smooth(self) -> bool:
        """Whether there is one piece only."""
        return not self.breaks

    @property
    def jumps(self) -> tuple[fmpq, ...]:
        """The breaks at which s itself jumps; at the others it has a kink.

        >>> Schedule(("t", "1", "1/2"), breaks=(1, 2)).jumps
        (2,)
        """
        sides = zip(self.breaks, pairwise(self.pieces), strict=True)
        return tuple(b for b, (left, right) in sides if not _meet(left, right, b))

    @property
    def breaks_text(self) -> str:
        """What happens at the breaks, in words.

        >>> Schedule(("t", "1", "1/2"), breaks=(1, 2)).breaks_text
        'jumps at t = 2 and has a kink at t = 1'
        """
        kinks = [b for b in self.breaks if b not in self.jumps]
        found = [("jumps", self.jumps), ("has a kink" if len(kinks) == 1 else "has kinks", kinks)]
        return " and ".join(f"{what} at t = {_some(times)}" for what, times in found if times)

    def piece(self, index: int) -> Schedule:
        """Return one piece as a schedule that is smooth at all times.

        >>> print(Schedule(("1", "exp(-t)"), breaks=(3,)).piece(1))
        piecewise(pieces=exp(-t))
        """
        inside = [fmpq(0), *self.breaks, max(self.time, *self.breaks, fmpq(0)) + 1]
        if not -len(self.pieces) <= index < len(self.pieces):
            raise BeaError(f"there is no piece {index}: the schedule has {len(self.pieces)}")
        smooth = object.__new__(Schedule)
        index %= len(self.pieces)
        # What one piece does outside its own times is of no concern: it is not checked again.
        values = {"pieces": (self.pieces[index],), "breaks": (), "time": inside[index + 1]}
        shown = MappingProxyType({"pieces": to_text(self.pieces[index])})
        for key, value in {**values, "name": "piecewise", "parameters": shown}.items():
            object.__setattr__(smooth, key, value)
        return smooth

    def __call__(self, times: ArrayLike) -> Floats:
        """Return s at times, an array of their shape."""
        return self._evaluate(self._functions, times)

    def slope(self, times: ArrayLike) -> Floats:
        """Return s' at times; at a break, that of the piece that begins there.

        >>> Schedule(("exp(-2*t)",)).slope(0.0)
        array(-2.)
        """
        return self._evaluate(self._slopes, times)

    def at(self, time: Any) -> Any:
        """Return s at a time in any arithmetic: floats, power series, exact numbers, balls.

        Raises
        ------
        MethodError
            If there are breaks and the time is no array of floats: no series goes across one.
        """
        if isinstance(time, np.ndarray) and time.dtype == float:
            return self(time)
        if not self.is_smooth:
            raise MethodError(
                f"the schedule {self.name} {self.breaks_text}: derive one smooth piece at a time, "
                f"schedule.piece(index), such as {self.piece(1)}, as bea derive does, or measure "
                "across the breaks with bea.verify or bea.measure.order.schedule_drift"
            )
        return _run(self._programs[0], time)

    def __str__(self) -> str:
        if self.name == "piecewise" and self.is_smooth and self.time == 1:
            return to_text(self.pieces[0])  # which reads back
        inside = ", ".join(f"{k}={v}" for k, v in (self.parameters or {}).items())
        return f"{self.name}({inside})"

    def __repr__(self) -> str:
        return written_call(self.name, self.parameters or {})

    # --- private helpers ----------------------------------------------------------------------

    def _own_parameters(self) -> dict[str, str]:
        shown = {"pieces": "; ".join(map(to_text, self.pieces))}
        if self.breaks:
            shown["breaks"] = "; ".join(map(str, self.breaks))
        elif self.time != 1:
            shown["time"] = str(self.time)
        return shown

    @cached_property
    def _elements(self) -> list[Any]:
        ring = Ring(["t"])
        return [read(ring, piece) for piece in self.pieces]

    @cached_property
    def _programs(self) -> list[Program]:
        return [to_program([element]) for element in self._elements]

    @cached_property
    def _functions(self) -> list[Any]:
        return [compile_program(program) for program in self._programs]

    @cached_property
    def _slopes(self) -> list[Any]:
        return [compile_program(to_program([e.derivative(0)])) for e in self._elements]

    def _evaluate(self, functions: Sequence[Any], times: ArrayLike) -> Floats:
        given = np.asarray(times, dtype=float)
        flat = np.ascontiguousarray(given.reshape(-1))
        values = np.empty_like(flat)
        ends = np.array([int(b.p) / int(b.q) for b in self.breaks])
        reached = flat + _ROUNDING * np.abs(flat)
        which = np.searchsorted(ends, reached, side="right")
        for index in np.unique(which):
            lanes = which == index
            points = np.ascontiguousarray(flat[lanes][None])
            values[lanes] = functions[index](points, np.empty((1, points.shape[1])))[0]
        return values.reshape(given.shape)

    def _check(self) -> None:
        if len(self.pieces) != len(self.breaks) + 1:
            raise BeaError(
                f"{len(self.pieces)} pieces and {len(self.breaks)} times between them do not fit: "
                "give one piece more than times"
            )
        for first, second in pairwise([fmpq(0), *self.breaks]):
            if not first < second:
                raise BeaError(
                    f"the schedule's times do not increase: {second} comes after {first}. Give "
                    "rising times above 0"
                )
        if not self.time > 0:
            raise BeaError(f"the schedule's time is {self.time}: give one above 0")
        times = np.linspace(0.0, int(self.time.p) / int(self.time.q), _SAMPLES)
        values = self(times)
        # A cosine that ends at 0 may be rounded to just below.
        wrong = ~np.isfinite(values) | (values < -1e-12 * np.nanmax(np.abs(values), initial=0.0))
        if wrong.any():
            found, at = values[wrong][0], times[wrong][0]
            what = "negative" if np.isfinite(found) else "not finite"
            raise BeaError(
                f"the schedule is {what}: s = {found:.4g} at t = {at:.4g}. Keep it 0 or more from "
                f"t = 0 to {self.time}"
            )


def rational(value: Any, what: str) -> fmpq:
    """Return an exact rational, given as integer, fraction or text.

    >>> rational("1/10", "the time")
    1/10
    """
    if isinstance(value, fmpq):
        return value
    expression = exact(value, what)
    found = None if free_symbols(expression) else as_rational(expression)
    if found is None:
        raise ExpressionError(f"{what} is {to_text(expression)}: give a rational number")
    return found


def _meet(left: Expression, right: Expression, time: fmpq) -> bool:
    """Tell whether two pieces have one value at a time, exactly."""
    ring = Ring([])
    values = [read(ring, substitute(piece, {"t": Number(time)})) for piece in (left, right)]
    return (values[0] - values[1]).is_zero()


def _some(times: Sequence[fmpq]) -> str:
    return ", ".join(map(str, times[:8])) + (", ..." if len(times) > 8 else "")


def _piece(value: Any) -> Expression:
    expression = exact(value, "the schedule")
    others = sorted(free_symbols(expression) - {"t"})
    if others:
        raise ExpressionError(
            f"the schedule {to_text(expression)} holds '{others[0]}': it may hold the time t only, "
            "and numbers in the place of all else"
        )
    return to_expression(read(Ring(["t"]), expression))


def _run(program: Program, time: Any) -> Any:
    """Run s(t) on a series over a ring or over arrays, or on a scalar."""
    if isinstance(time, SeriesArray):
        return program.run([time], lift=lambda c: int(c.p) / int(c.q), pi=np.pi)[0] + 0 * time
    leading = time[0] if hasattr(time, "coefficients") else time
    one = leading * 0 + 1
    pi = leading.ring.pi() if hasattr(leading, "ring") else None
    value = program.run([time], lift=lambda c: one * c, scale=lambda c: c, pi=pi)[0]
    return time * 0 + value
