"""Drive DOP853 over a batch in which every lane keeps its own time and its own step length.

Owns the choice of steps, the samples, and what counts as failure. Some thousand lanes are at work
at a time; those that finish or fail make room for those that wait, so that neither a stiff lane nor
an exploding one holds up the rest. A lane's numbers do not depend on its neighbours. Time runs
forward from 0 here: `sign` turns the field around for a flow backward. All in one thread: two were
no faster, for NumPy comes back to the interpreter every few microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from bea.arrays import Floats, Ints
from bea.flows.deterministic.dop853 import Attempt, attempt, first_step, step_factor
from bea.flows.deterministic.lanes import Inside, Outcome, Progress, Rhs, chunk_width, growth_limit
from bea.flows.deterministic.trajectory import Status
from bea.patience import telling

Mask = NDArray[np.bool_]

EPSILON = float(np.finfo(np.float64).eps)
# A run that outgrew its limit blew up in finite time if it doubles within this part of its age.
BLOW_UP_RATE = 1e-6
_PARTS = 1000  # of a lane, that progress counts


@dataclass(frozen=True)
class Task:
    """What is to be integrated.

    Attributes
    ----------
    rhs, inside
        The field and its domain, as in `bea.flows.deterministic.lanes.Field`.
    theta : (d, lanes)
        Starts.
    gamma : (lanes,)
        Parameter of the field.
    times : (lanes, times)
        Times of the samples, from 0 up, never decreasing along a row.
    sign : (lanes,)
        1 for the flow forward in time, -1 for backward.
    rtol, atol : (lanes,)
        Tolerances of one step.
    pieces : (lanes,)
        Least number of steps from one sample to the next.
    max_steps : int
        Budget of a lane, failed attempts included.
    """

    rhs: Rhs
    inside: Inside | None
    theta: Floats
    gamma: Floats
    times: Floats
    sign: Floats
    rtol: Floats
    atol: Floats
    pieces: Floats
    max_steps: int


@dataclass
class _Lanes:
    """The lanes at work: everything that a step needs, as arrays with the lanes last."""

    index: Ints
    theta: Floats
    gamma: Floats
    sign: Floats
    rtol: Floats
    atol: Floats
    limit: Floats
    pieces: Floats
    time: Floats
    length: Floats
    target: Floats
    longest: Floats
    end: Floats
    cursor: Ints
    tries: Ints

    def __len__(self) -> int:
        return len(self.index)

    def part(self) -> float:
        """Return how many lanes the way that they have made comes to."""
        return float((self.time / self.end).sum())

    def keep(self, mask: Mask) -> None:
        """Drop the lanes that are not in the mask."""
        which = np.flatnonzero(mask)
        for name in _NAMES:
            setattr(self, name, getattr(self, name).take(which, axis=-1))

    def join(self, other: _Lanes) -> None:
        """Append other lanes."""
        for name in _NAMES:
            pair = getattr(self, name), getattr(other, name)
            setattr(self, name, np.concatenate(pair, axis=-1))


_NAMES = tuple(field.name for field in fields(_Lanes))


def integrate(task: Task, progress: Progress | None = None) -> Outcome:
    """Integrate every lane to its last sample, or to where it fails."""
    total, width = len(task.gamma), chunk_width(len(task.theta))
    report = progress or telling("flows")
    outcome = Outcome.blank(total, task.times.shape[1], len(task.theta))
    with np.errstate(all="ignore"):
        lanes = _admit(task, outcome, np.arange(min(width, total)))
        admitted = min(width, total)
        while len(lanes) or admitted < total:
            if 4 * len(lanes) <= 3 * width and admitted < total:
                fresh = np.arange(admitted, min(admitted + width - len(lanes), total))
                lanes.join(_admit(task, outcome, fresh))
                admitted += len(fresh)
            _advance(task, lanes, outcome)
            report(int(_PARTS * (admitted - len(lanes) + lanes.part())), _PARTS * total)
    return outcome


def _admit(task: Task, outcome: Outcome, index: Ints) -> _Lanes:
    """Put waiting lanes to work."""
    times = task.times[index]
    zero = np.zeros(len(index))
    lanes = _Lanes(
        index=index,
        theta=task.theta[:, index],
        gamma=task.gamma[index],
        sign=task.sign[index],
        rtol=task.rtol[index],
        atol=task.atol[index],
        limit=growth_limit(task.theta[:, index]),
        pieces=task.pieces[index],
        time=zero.copy(),
        length=zero.copy(),
        target=times[:, 0].copy(),
        longest=times[:, 0] / task.pieces[index],
        end=times[:, -1].copy(),
        cursor=np.zeros(len(index), dtype=np.int64),
        tries=np.zeros(len(index), dtype=np.int64),
    )
    lanes.length = first_step(
        task.rhs, lanes.theta, lanes.gamma, lanes.sign, times[:, -1], lanes.rtol, lanes.atol
    )
    _record(task, lanes, outcome, lanes.target <= 0)
    lanes.keep(lanes.cursor < task.times.shape[1])
    return lanes


def _advance(task: Task, lanes: _Lanes, outcome: Outcome) -> None:
    """Try one step in every lane; record samples; drop the lanes that finished or failed."""
    length, arrives = _plan(lanes)
    tried = attempt(task.rhs, lanes.theta, lanes.gamma, lanes.sign * length, lanes.rtol, lanes.atol)
    accepted = (tried.error <= 1) & (tried.size < np.inf)
    # The error says nothing where the step overflowed.
    proposed = length * np.where(tried.size < np.inf, step_factor(tried.error), 0.2)
    # A step that a sample cut short says little about the next one.
    cut = accepted & (length < 0.99 * lanes.length)
    lanes.length = np.where(cut, np.maximum(proposed, lanes.length), proposed)
    lanes.time = np.where(
        accepted, np.where(arrives, lanes.target, lanes.time + length), lanes.time
    )
    lanes.theta = np.where(accepted, tried.theta, lanes.theta)
    lanes.tries += 1
    failed = _mark_failures(task, lanes, outcome, accepted, tried)
    _record(task, lanes, outcome, accepted & arrives & ~failed)
    working = ~failed & (lanes.cursor < task.times.shape[1])
    if not working.all():
        lanes.keep(working)


def _plan(lanes: _Lanes) -> tuple[Floats, Mask]:
    """Return the lengths of the next steps, and which of them arrive at a sample."""
    remaining = lanes.target - lanes.time
    length = np.minimum(lanes.length, lanes.longest)
    # The slack is for two equal pieces that miss the whole by a rounding error, and for samples so
    # close that time cannot be cut into pieces between them.
    arrives = remaining <= length * (1 + 1e-9) + 4 * EPSILON * lanes.target
    # Halve what remains rather than leave a sliver for the step after.
    length = np.where(remaining < 2 * length, 0.5 * remaining, length)
    # Make time + length - time exact, or the clock would drift away from the steps taken.
    length = lanes.time + length - lanes.time
    return np.where(arrives, remaining, length), arrives


def _record(task: Task, lanes: _Lanes, outcome: Outcome, arrived: Mask) -> None:
    """Store the samples that lanes have arrived at, and aim at the next ones."""
    last = task.times.shape[1] - 1
    hit = np.flatnonzero(arrived)
    while hit.size:
        index, cursor = lanes.index[hit], lanes.cursor[hit]
        outcome.values[index, cursor] = lanes.theta[:, hit].T
        lanes.cursor[hit] += 1
        lanes.target[hit] = task.times[index, np.minimum(cursor + 1, last)]
        lanes.longest[hit] = (lanes.target[hit] - lanes.time[hit]) / lanes.pieces[hit]
        # Samples may coincide.
        hit = hit[(cursor < last) & (lanes.target[hit] <= lanes.time[hit])]


def _mark_failures(
    task: Task, lanes: _Lanes, outcome: Outcome, accepted: Mask, tried: Attempt
) -> Mask:
    """Mark the lanes that cannot go on; return their mask."""
    huge = accepted & (tried.size > lanes.limit)
    # The second summand counts near time 0 only, where times are finely resolved.
    shortest = EPSILON * (4 * lanes.time + EPSILON * lanes.target)
    stuck = ~accepted & (lanes.length <= shortest)
    spent = lanes.tries >= task.max_steps
    failed = huge | stuck | spent
    if task.inside is not None:
        outside = accepted & ~task.inside(lanes.theta)
        failed |= outside
    if failed.any():
        status = np.full(len(lanes), Status.STIFF, dtype=np.int8)
        status[stuck] = Status.BLOW_UP
        status[huge] = Status.DIVERGED
        status[huge & _explodes(task, lanes)] = Status.BLOW_UP
        if task.inside is not None:
            status[outside | (stuck & _at_border(task, lanes, task.inside))] = Status.LEFT_DOMAIN
        index = lanes.index[failed]
        outcome.status[index] = status[failed]
        outcome.stopped_at[index] = (lanes.sign * lanes.time)[failed]
    return failed


def _explodes(task: Task, lanes: _Lanes) -> Mask:
    """Tell the lanes that head for infinity in finite time from those that only grow."""
    speed = np.abs(task.rhs(lanes.theta, lanes.gamma)).max(axis=0)
    doubling = np.abs(lanes.theta).max(axis=0) / speed
    return ~(doubling > BLOW_UP_RATE * lanes.time)


def _at_border(task: Task, lanes: _Lanes, inside: Inside) -> Mask:
    """Tell the lanes that are about to step out of the domain."""
    slope = task.rhs(lanes.theta, lanes.gamma)
    scale = np.abs(lanes.theta).max(axis=0) / np.abs(slope).max(axis=0)
    ahead = np.maximum(8 * lanes.length, 1e-9 * scale)
    return ~inside(lanes.theta + lanes.sign * ahead * slope)
