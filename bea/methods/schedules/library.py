"""The schedules that people train with, as exact expressions in the time t.

All multiply the step size: s = 1 is the full one. Times are in the units of gamma, so that a run of
N steps lasts N gamma. Source: Loshchilov and Hutter, SGDR, ICLR 2017 (cosine, warm restarts);
Smith, WACV 2017 (cyclical); Smith and Topin, SPIE 11006 (2019) (one cycle); Goyal et al.,
arXiv:1706.02677 (warm-up); Robbins and Monro, Ann. Math. Stat. 22 (1951) 400-407 (1/t).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any

from flint import fmpq

from bea.algebra.language.calls import read_call
from bea.algebra.language.functions import NON_SMOOTH, is_function
from bea.algebra.language.texts import excerpt
from bea.errors import BeaError, ExpressionError, UnknownNameError, nearest
from bea.methods.schedules.schedule import Schedule, rational

_MOST_PIECES = 1000

ALIASES = {
    **dict.fromkeys(("cos", "cosine-annealing", "cosine-decay"), "cosine"),
    **dict.fromkeys(("exp", "exponential-decay", "exponential-lr"), "exponential"),
    **dict.fromkeys(("step-lr", "step-decay", "multi-step", "staircase"), "step"),
    **dict.fromkeys(("warmup", "linear-warmup", "linear-warm-up"), "warm-up"),
    **dict.fromkeys(("sgdr", "cosine-restarts", "cosine-annealing-warm-restarts"), "warm-restarts"),
    **dict.fromkeys(("onecycle", "one-cycle-lr", "1cycle"), "one-cycle"),
    **dict.fromkeys(("cyclic", "cyclic-lr", "triangular"), "cyclical"),
    **dict.fromkeys(("inverse", "inverse-time-decay", "hyperbolic"), "inverse-time"),
    **dict.fromkeys(("const", "none"), "constant"),
}
"""Other names of schedules."""


def constant(value: Any = 1, time: Any = 1) -> Schedule:
    """Return s(t) = value.

    >>> print(constant("1/2"))
    constant(value=1/2, time=1)
    """
    v = rational(value, "the value")
    return Schedule((f"{v}",), (), time, "constant", _shown(value=v, time=time))


def exponential(rate: Any = 1, time: Any = 1) -> Schedule:
    """Return s(t) = exp(-rate t)."""
    r = rational(rate, "the rate")
    return Schedule((f"exp(-({r})*t)",), (), time, "exponential", _shown(rate=r, time=time))


def inverse_time(rate: Any = 1, time: Any = 1) -> Schedule:
    """Return s(t) = 1/(1 + rate t).

    >>> inverse_time(rate=3)(1.0)
    array(0.25)
    """
    r = rational(rate, "the rate")
    return Schedule((f"1/(1 + ({r})*t)",), (), time, "inverse-time", _shown(rate=r, time=time))


def cosine(time: Any = 1, low: Any = 0) -> Schedule:
    """Return s(t) = low + (1 - low)(1 + cos(pi t/time))/2, from 1 to `low` at `time`.

    It is one smooth expression: beyond `time` it would rise again.

    >>> cosine(time=2, low="1/10")([0.0, 1.0, 2.0])
    array([1.  , 0.55, 0.1 ])
    """
    length, lowest = _positive(time, "the time"), rational(low, "low")
    text = _half_wave(fmpq(0), length, fmpq(1), lowest)
    return Schedule((text,), (), length, "cosine", _shown(time=length, low=lowest))


def step(every: Any = 1, factor: Any = "1/10", time: Any = 3) -> Schedule:
    """Return s that is multiplied by `factor` at every multiple of `every` before `time`.

    >>> step(every=1, factor="1/2")([0.5, 1.0, 2.5])
    array([1.  , 0.5 , 0.25])
    """
    width, end = _positive(every, "every"), rational(time, "the time")
    drop = rational(factor, "the factor")
    breaks = _multiples(width, end)
    pieces = [f"{drop**k}" for k in range(len(breaks) + 1)]
    shown = _shown(every=width, factor=drop, time=end)
    return Schedule(tuple(pieces), tuple(breaks), end, "step", shown)


def cyclical(period: Any = 1, low: Any = "1/10", time: Any = 3) -> Schedule:
    """Return the triangular wave from `low` up to 1 and back in each period.

    >>> cyclical(period=2, low=0)([0.0, 0.5, 1.0, 1.5, 2.0])
    array([0. , 0.5, 1. , 0.5, 0. ])
    """
    width, end = _positive(period, "the period"), rational(time, "the time")
    lowest, half = rational(low, "low"), width / 2
    breaks = _multiples(half, end)
    ends = [fmpq(0), *breaks]
    levels = [lowest, fmpq(1)]
    pieces = [_line(at, half, levels[k % 2], levels[(k + 1) % 2]) for k, at in enumerate(ends)]
    shown = _shown(period=width, low=lowest, time=end)
    return Schedule(tuple(pieces), tuple(breaks), end, "cyclical", shown)


def warm_restarts(period: Any = 1, factor: Any = 1, low: Any = 0, time: Any = 3) -> Schedule:
    """Return cosines from 1 to `low`, started anew after periods that grow by `factor`.

    >>> warm_restarts(period=1, factor=2).breaks
    (1,)
    """
    width, end = _positive(period, "the period"), rational(time, "the time")
    growth, lowest = _positive(factor, "the factor"), rational(low, "low")
    starts, pieces, at = [], [], fmpq(0)
    while at < end:
        starts.append(at)
        pieces.append(_half_wave(at, width, fmpq(1), lowest))
        _check_count(len(pieces))
        at, width = at + width, width * growth
    shown = _shown(period=rational(period, ""), factor=growth, low=lowest, time=end)
    return Schedule(tuple(pieces), tuple(starts[1:]), end, "warm-restarts", shown)


def one_cycle(time: Any = 1, peak: Any = "3/10", low: Any = "1/25", end: Any = 0) -> Schedule:
    """Return a half wave up from `low` to 1 at peak*time, and one down to `end` at `time`.

    >>> one_cycle(time=10, peak="1/2", low="1/5").breaks
    (5,)
    """
    length, share = _positive(time, "the time"), rational(peak, "the peak")
    if not 0 < share < 1:
        raise BeaError(f"the peak is at {share} of the time: give a share between 0 and 1")
    lowest, last, top = rational(low, "low"), rational(end, "the end"), share * length
    pieces = (
        _half_wave(fmpq(0), top, lowest, fmpq(1)),
        _half_wave(top, length - top, fmpq(1), last),
    )
    shown = _shown(time=length, peak=share, low=lowest, end=last)
    return Schedule(pieces, (top,), length, "one-cycle", shown)


def warm_up(until: Any = "1/2", low: Any = 0, time: Any = 1) -> Schedule:
    """Return the line from `low` at 0 to 1 at `until`, and 1 from there on.

    >>> warm_up(until=1, time=2)([0.0, 0.25, 1.0, 2.0])
    array([0.  , 0.25, 1.  , 1.  ])
    """
    top, lowest = _positive(until, "until"), rational(low, "low")
    shown = _shown(until=top, low=lowest, time=time)
    return Schedule((_line(fmpq(0), top, lowest, fmpq(1)), "1"), (top,), time, "warm-up", shown)


def piecewise(pieces: Any, breaks: Any = (), time: Any | None = None) -> Schedule:
    """Return a schedule of expressions in t, with the times between them.

    Sequences, or texts with semicolons between.

    >>> print(piecewise("1; exp(-t)", "1/2"))
    piecewise(pieces=1; exp(-t), breaks=1/2)
    """
    between = _listed(breaks)
    if time is None:
        time = 2 * rational(between[-1], "a time of the schedule") if between else 1
    return Schedule(tuple(_listed(pieces)), tuple(between), time)


def available() -> dict[str, Callable[..., Schedule]]:
    """Return the makers of schedules by name."""
    makers: list[Any] = [
        constant,
        cosine,
        cyclical,
        exponential,
        inverse_time,
        one_cycle,
        piecewise,
        step,
    ]
    makers += [warm_restarts, warm_up]
    return {maker.__name__.replace("_", "-"): maker for maker in makers}


def read(text: str) -> Schedule:
    """Read a schedule from text: "cosine(time=1, low=1/10)", or an expression in t, "exp(-2*t)".

    Raises
    ------
    UnknownNameError
        If there is no such schedule, or it has no such parameter.
    ExpressionError
        If the text is neither a name with parameters in brackets nor an expression in t.

    Examples
    --------
    >>> print(read("cosine(time=2, low=1/10)"))
    cosine(time=2, low=1/10)
    >>> print(read("exp(-t)/2"))
    exp(-t)/2
    >>> read("cosin(time=2)")
    Traceback (most recent call last):
    ...
    bea.errors.UnknownNameError: unknown schedule 'cosin'. Did you mean 'cosine'? There are ...
    """
    known, text = available(), _LIBRARY.sub("", text)
    if not _names_one(text):
        return _by_expression(text)
    name, given = read_call(text, "schedule", "cosine(time=1, low=1/10)")
    plain = _HUMPS.sub("-", name).lower().replace("_", "-")
    name = next((n for n in map(_meant, (plain, _KIND.sub("", plain))) if n in known), name)
    if name not in known:
        raise UnknownNameError(
            f"unknown schedule '{name}'.{nearest(name, known)} There are {', '.join(known)}; or "
            "write an expression in t, such as '1 - t/2'"
        )
    allowed = list(signature(known[name]).parameters)
    given = {_TIMES.get(k, k) if "time" in allowed else k: v for k, v in given.items()}
    for parameter, value in given.items():
        if parameter not in allowed:
            raise UnknownNameError(
                f"schedule '{name}' has no parameter '{parameter}': it has {', '.join(allowed)}."
                f"{nearest(parameter, allowed)}"
            )
        if value is None:
            raise BeaError(
                f"'{parameter}' in the schedule '{name}' is no name=value: write {parameter}=1/2"
            )
    if name == "piecewise" and "pieces" not in given:
        raise BeaError("schedule 'piecewise' needs its pieces: write piecewise(pieces=1; 1/2, ...)")
    return known[name](**given)


# --- private helpers ----------------------------------------------------------------------------

_TIMES = dict.fromkeys(("T", "T_max", "t_max", "duration", "length", "until_time"), "time")
# As PyTorch and optax write them: lr_scheduler.CosineAnnealingLR, cosine_decay_schedule.
_LIBRARY = re.compile(r"^\s*(?:[^\W\d]\w*\.)+(?=[^\W\d])")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_KIND = re.compile(r"-(?:lr|schedule|scheduler)$")
_WORDS = re.compile(r"\s*([^\W\d][\w-]*)\s*(?:\((.*)\))?\s*", re.DOTALL)


def _meant(name: str) -> str:
    return ALIASES.get(name, name)


def _names_one(text: str) -> bool:
    """Tell a name, with parameters perhaps, from an expression in t."""
    found = _WORDS.fullmatch(text)
    if found is None:  # unless a bracket of a name's is missing
        begun = re.match(r"\s*([^\W\d][\w-]*)\s*\(", text)
        return begun is not None and begun[1].replace("_", "-") in available()
    if found[1] == "t":
        return False
    name, inside = found[1].replace("_", "-"), found[2]
    if "=" in (inside or "") or name in available():
        return True
    called = inside is not None and (is_function(found[1]) or found[1].lower() in NON_SMOOTH)
    return not called and "t" not in found[1].split("-")


def _by_expression(text: str) -> Schedule:
    for name in re.findall(r"([^\W\d]\w*)\s*\(", text):
        if name.lower() in NON_SMOOTH:
            raise ExpressionError(
                f"'{name}' in the schedule {excerpt(text)} makes pieces: write them with the times "
                "between, such as piecewise(pieces=2*t; 1, breaks=1/2)"
            )
    if ";" in text:
        raise ExpressionError(
            f"the schedule {excerpt(text)} has pieces: write them with the times between, such as "
            "piecewise(pieces=2*t; 1, breaks=1/2)"
        )
    return Schedule((text,))


def _half_wave(start: fmpq, length: fmpq, first: fmpq, last: fmpq) -> str:
    """Return the cosine from `first` at `start` to `last` after `length`."""
    middle, height = (first + last) / 2, (first - last) / 2
    return f"({middle}) + ({height})*cos(pi*(t - ({start}))/({length}))"


def _line(start: fmpq, length: fmpq, first: fmpq, last: fmpq) -> str:
    return f"({first}) + ({last - first})*(t - ({start}))/({length})"


def _multiples(width: fmpq, end: fmpq) -> list[fmpq]:
    """Return the multiples of a width that lie strictly between 0 and the end."""
    found: list[fmpq] = []
    while (at := width * (len(found) + 1)) < end:
        found.append(at)
        _check_count(len(found))
    return found


def _check_count(count: int) -> None:
    if count > _MOST_PIECES:
        raise BeaError(f"the schedule has more than {_MOST_PIECES} pieces: take longer ones")


def _positive(value: Any, what: str) -> fmpq:
    number = rational(value, what)
    if not number > 0:
        raise BeaError(f"{what} of the schedule is {number}: give a number above 0")
    return number


def _listed(value: Any) -> Sequence[Any]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(";") if part.strip()]
    return list(value) if isinstance(value, list | tuple) else [value]


def _shown(**values: Any) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
