"""The schedulers of torch.optim.lr_scheduler as bea's schedules: functions of the step."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from inspect import isclass
from math import isclose
from typing import Any

from bea.adapters.pytorch.numbers import mathematics, number_on, place_of
from bea.adapters.tracing.constants import shown_decimal
from bea.adapters.tracing.schedules import N, Pieces, schedule_of, values_on
from bea.adapters.tracing.tape import Tape
from bea.algebra import Expression, as_float
from bea.algebra.language.building import add, call, divide, multiply, number, power
from bea.algebra.language.expressions import PI
from bea.algebra.ring.exact import as_rational, exact
from bea.errors import MethodError
from bea.fields.sources import substitute
from bea.methods.schedules import Schedule

_TOLERANCE = 1e-12
_MOST_PIECES = 400


def schedule_from_torch(scheduler: Any, steps: int, rate: Any = None, **options: Any) -> Schedule:
    """Return s(t) with rate s(n rate) the learning rate of the step n + 1 under a scheduler.

    Every learning rate of these steps is compared with that of the scheduler itself.

    Parameters
    ----------
    scheduler
        One that has taken no step; or a class of torch.optim.lr_scheduler with its options, or a
        function that makes one of an optimizer.
    steps
        For how many steps it is meant.
    rate
        The learning rate that is multiplied by s, exact; by default the optimizer's own, or 1.
    **options
        Those of the class.

    Raises
    ------
    MethodError
        If it is no function of the step, as ReduceLROnPlateau, no formula of it is known, or it
        changes more than the learning rate.

    Examples
    --------
    With PyTorch installed::

        cosine = torch.optim.lr_scheduler.CosineAnnealingLR
        s = schedule_from_torch(cosine, 100, rate="1/10", T_max=100)
        bea.methods.Scheduled(bea.methods.traced(torch.optim.AdamW), s)
    """
    made = _made(scheduler, rate, options)
    name = type(made).__name__
    base = shown_decimal(float(made.optimizer.param_groups[0]["initial_lr"]))
    pieces = _pieces(made, base, steps)
    _replay(made, pieces, steps)
    size = base if rate is None else exact(rate, "rate")
    if as_float(size) <= 0:
        raise MethodError(f"{name} has the learning rate {size}: give rate=, above 0")
    return schedule_of(pieces, size, steps)


# --- private helpers ------------------------------------------------------------------------------


def _made(scheduler: Any, rate: Any, options: dict[str, Any]) -> Any:
    """Return a scheduler of its own optimizer."""
    import torch

    known = torch.optim.lr_scheduler.LRScheduler
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau
    if isinstance(scheduler, plateau) or scheduler is plateau:
        raise _no_function("ReduceLROnPlateau")
    if isinstance(scheduler, known):
        if scheduler.last_epoch > 0:
            raise MethodError("the scheduler has taken steps: give a fresh one")
        return deepcopy(scheduler)
    if not callable(scheduler):
        raise MethodError(
            f"a {type(scheduler).__name__} is no scheduler: give one of torch.optim.lr_scheduler"
        )
    size = as_float(exact(1 if rate is None else rate, "rate"))
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=size)
    try:
        made = scheduler(optimizer, **options)
    except (TypeError, ValueError, KeyError) as error:
        kind = scheduler.__name__ if isclass(scheduler) else "the scheduler"
        raise MethodError(f"PyTorch refuses {kind} with these options: {error}") from None
    if not isinstance(made, known) or isinstance(made, plateau):
        raise _no_function(type(made).__name__)
    return made


def _no_function(name: str) -> MethodError:
    return MethodError(
        f"{name} reads the loss, and is no function of the step: follow its run (bea.iterate), or "
        "write down where it falls, as MultiStepLR"
    )


def _pieces(scheduler: Any, base: Expression, steps: int) -> Pieces:
    """Return the learning rate as a function of n, the number of steps done."""
    name = next((k.__name__ for k in type(scheduler).__mro__ if k.__name__ in _FORMULAS), None)
    if name is None:
        raise MethodError(
            f"no formula of {type(scheduler).__name__} is known: write it as LambdaLR, a function "
            "of the step"
        )
    found = _FORMULAS[name](scheduler, base, steps)
    kept = [piece for piece in found if piece[0] < steps]
    if len(kept) > _MOST_PIECES:
        raise MethodError(
            f"{name} jumps or bends {len(kept) - 1} times in {steps} steps: take fewer steps"
        )
    return kept


def _replay(scheduler: Any, pieces: Pieces, steps: int) -> None:
    """Compare the formula with the scheduler's own learning rates, step by step."""
    groups = scheduler.optimizer.param_groups
    ratios = [group["lr"] / groups[0]["lr"] if groups[0]["lr"] else 1.0 for group in groups]
    for n in range(steps):
        piece = next(e for start, e in reversed(pieces) if start <= n)
        value, rate = as_float(substitute(piece, {N.name: number(n)})), float(groups[0]["lr"])
        size = max(abs(value), 1e-12 * float(groups[0]["initial_lr"]))
        if not isclose(value, rate, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE * size + 1e-15):
            raise MethodError(
                f"{type(scheduler).__name__} has the learning rate {rate:.6g} after {n} steps, and "
                f"its formula {value:.6g}: it is no such function of the step, and not taken"
            )
        for group, ratio in zip(groups, ratios, strict=True):
            if not isclose(group["lr"], ratio * rate, rel_tol=1e-9, abs_tol=1e-15):
                raise MethodError(
                    f"the groups of {type(scheduler).__name__} have schedules of their own: give "
                    "one of them"
                )
        with warnings.catch_warnings():  # that the optimizer takes no steps
            warnings.simplefilter("ignore", UserWarning)
            scheduler.step()


# --- formulas: what the learning rate is after n steps --------------------------------------------


def _exact(value: Any) -> Expression:
    return shown_decimal(value)


def _line(n: Expression, length: Any, first: Expression, last: Expression) -> Expression:
    """Return a line from one value at n = 0 to another at n = length."""
    return add(first, multiply(divide(n, _exact(length)), add(last, multiply(number(-1), first))))


def _half_wave(n: Expression, length: Any, first: Expression, last: Expression) -> Expression:
    """Return half of a cosine from one value at n = 0 to another at n = length."""
    wave = call("cos", divide(multiply(PI, n), _exact(length)))
    part = divide(add(number(1), wave), number(2))
    return add(last, multiply(part, add(first, multiply(number(-1), last))))


def _since(start: Any) -> Expression:
    return add(N, number(-Fraction(start)))


def _geometric(ratio: Any, n: Expression) -> Expression:
    return call("exp", multiply(n, call("log", _exact(ratio)))) if ratio != 1 else number(1)


def _constant(s: Any, base: Expression, steps: int) -> Pieces:
    first = multiply(base, _exact(s.factor))
    return [(Fraction(0), first), (Fraction(s.total_iters), base)]


def _linear(s: Any, base: Expression, steps: int) -> Pieces:
    first, last = (multiply(base, _exact(x)) for x in (s.start_factor, s.end_factor))
    line = _line(N, s.total_iters, first, last)
    return [(Fraction(0), line), (Fraction(s.total_iters), last)]


def _exponential(s: Any, base: Expression, steps: int) -> Pieces:
    return [(Fraction(0), multiply(base, _geometric(s.gamma, N)))]


def _polynomial(s: Any, base: Expression, steps: int) -> Pieces:
    exponent = as_rational(_exact(s.power))
    assert exponent is not None
    left = _line(N, s.total_iters, number(1), number(0))
    shape = power(left, Fraction(int(exponent.p), int(exponent.q)))
    return [(Fraction(0), multiply(base, shape)), (Fraction(s.total_iters), number(0))]


def _cosine(s: Any, base: Expression, steps: int) -> Pieces:
    return [(Fraction(0), _half_wave(N, s.T_max, base, _exact(s.eta_min)))]


def _restarts(s: Any, base: Expression, steps: int) -> Pieces:
    found, start, length = [], 0, s.T_0
    while start < steps:
        wave = _half_wave(_since(start), length, base, _exact(s.eta_min))
        found.append((Fraction(start), wave))
        start, length = start + length, length * s.T_mult
    return found


def _steps(s: Any, base: Expression, steps: int) -> Pieces:
    ends = range(0, steps, s.step_size)
    return [(Fraction(n), multiply(base, power(_exact(s.gamma), k))) for k, n in enumerate(ends)]


def _milestones(s: Any, base: Expression, steps: int) -> Pieces:
    found, times = [(Fraction(0), base)], 0
    for n, count in sorted(s.milestones.items()):
        times += count
        found.append((Fraction(n), multiply(base, power(_exact(s.gamma), times))))
    return found


def _lambda(s: Any, base: Expression, steps: int) -> Pieces:
    """Return what a user's function gives, run on numbers that write down; its branches are pieces.

    Between two numbers of steps a branch ends where the two sides of its comparison meet.
    """
    function, n = s.lr_lambdas[0], 0
    found: Pieces = []
    start: Fraction | None = Fraction(0)
    while start is not None and len(found) <= _MOST_PIECES:
        tape = Tape()
        roots = {getattr(function, "__module__", "") or "none"} - {"torch"}
        try:
            with mathematics(roots):
                value = function(number_on(tape, tape.input("count"), float(n)))
        except MethodError:
            raise MethodError(
                "the function of LambdaLR takes a remainder of its number, or does what bea does "
                "not know: write it as SequentialLR of its pieces"
            ) from None
        place = place_of(tape, value)
        found.append((start, multiply(base, values_on(tape, place, N)[place])))
        start = None
        ended = next((k for k in range(n + 1, steps + 1) if not _holds(tape, k)), None)
        if ended is not None:
            start, n = _end(tape, ended), ended
    return found


def _multiplicative(s: Any, base: Expression, steps: int) -> Pieces:
    tape = Tape()
    ratio = place_of(tape, s.lr_lambdas[0](number_on(tape, tape.input("count"), 1.0)))
    if tape.inputs_of(ratio) or tape.guards:
        raise MethodError(
            "MultiplicativeLR multiplies by a factor that changes with the step, of which no "
            "product is known: write it as LambdaLR, a function of the step"
        )
    value = values_on(tape, ratio, N)[ratio]
    return [(Fraction(0), multiply(base, call("exp", multiply(N, call("log", value)))))]


def _holds(tape: Tape, n: int) -> bool:
    places = [guard.place for guard in tape.guards]
    values = _values_after(tape, places, n)
    return all(values[guard.place] == guard.truth for guard in tape.guards)


def _end(tape: Tape, n: int) -> Fraction:
    """Return where, up to n, the sides of a comparison meet that is another one at n."""
    for guard in tape.guards:
        before, after = (_gap(tape, guard.place, count) for count in (n - 1, n))
        changed = _values_after(tape, [guard.place], n)[guard.place] != guard.truth
        if changed and before is not None and after is not None and before != after:
            return n - 1 + before / (before - after)
    return Fraction(n)


def _gap(tape: Tape, place: int, n: int) -> Fraction | None:
    """Return the difference of the sides of a comparison after n steps, if it is rational."""
    values = _values_after(tape, [place], n)
    a, b = (as_rational(values[k]) for k in tape.instructions[place].operands)
    return None if a is None or b is None else Fraction(int((a - b).p), int((a - b).q))


def _values_after(tape: Tape, places: list[int], n: int) -> dict[int, Any]:
    """Return the values at some places after n steps."""
    return {k: v for place in places for k, v in values_on(tape, place, number(n)).items()}


def _cycles(s: Any, base: Expression, steps: int) -> Pieces:
    _require_rate_alone(s, s.cycle_momentum)
    low, high = (_exact(x) for x in (s.base_lrs[0], s.max_lrs[0]))
    rise = _fraction(s.total_size * s.step_ratio)
    fall = _fraction(s.total_size) - rise
    if s.mode not in ("triangular", "triangular2", "exp_range") or s._scale_fn_custom is not None:
        raise MethodError("CyclicLR with a scale_fn has no formula: take one of its modes")
    scales: dict[str, Callable[[int], Expression]] = {
        "triangular": lambda cycle: number(1),
        "triangular2": lambda cycle: number(Fraction(1, 2**cycle)),
        "exp_range": lambda cycle: _geometric(s.gamma, N),
    }
    gap = add(high, multiply(number(-1), low))
    found: Pieces = []
    while (cycle := len(found) // 2) * (rise + fall) < steps:
        start, scale = cycle * (rise + fall), multiply(gap, scales[s.mode](cycle))
        up = _line(_since(start), float(rise), number(0), number(1))
        down = _line(_since(start + rise), float(fall), number(1), number(0))
        found.append((start, add(low, multiply(scale, up))))
        found.append((start + rise, add(low, multiply(scale, down))))
    return found


def _one_cycle(s: Any, base: Expression, steps: int) -> Pieces:
    _require_rate_alone(s, s.cycle_momentum)
    group, shape = s.optimizer.param_groups[0], _half_wave
    if s._anneal_func_type == "linear":
        shape = _line
    found, start = [], Fraction(0)
    for phase in s._schedule_phases:
        end = _fraction(phase["end_step"])
        first, last = (_exact(float(group[phase[key]])) for key in ("start_lr", "end_lr"))
        found.append((start, shape(_since(start), float(end - start), first, last)))
        start, final = end, last
    return [*found, (start, final)]


def _sequence(s: Any, base: Expression, steps: int) -> Pieces:
    found: Pieces = []
    starts, ends = [0, *s._milestones], [*s._milestones, steps]
    for part, start, end in zip(s._schedulers, starts, ends, strict=True):
        for n, e in _pieces(part, base, max(end - start, 1)):
            found.append((n + start, substitute(e, {N.name: _since(start)})))
    return found


def _chain(s: Any, base: Expression, steps: int) -> Pieces:
    parts = [_pieces(part, base, steps) for part in s._schedulers]
    found: Pieces = []
    for n in sorted({start for part in parts for start, _ in part}):
        values = [next(e for start, e in reversed(part) if start <= n) for part in parts]
        factors = [divide(e, base) for e in values]
        found.append((n, multiply(base, *factors)))
    return found


def _require_rate_alone(s: Any, cycles: Any) -> None:
    if cycles:
        raise MethodError(
            f"{type(s).__name__} changes the momentum too, which no schedule of the step size "
            "has: give cycle_momentum=False"
        )


def _fraction(value: Any) -> Fraction:
    found = as_rational(_exact(value))
    assert found is not None
    return Fraction(int(found.p), int(found.q))


_FORMULAS: dict[str, Callable[[Any, Expression, int], Pieces]] = {
    "ConstantLR": _constant,
    "LinearLR": _linear,
    "ExponentialLR": _exponential,
    "PolynomialLR": _polynomial,
    "CosineAnnealingLR": _cosine,
    "CosineAnnealingWarmRestarts": _restarts,
    "StepLR": _steps,
    "MultiStepLR": _milestones,
    "LambdaLR": _lambda,
    "MultiplicativeLR": _multiplicative,
    "CyclicLR": _cycles,
    "OneCycleLR": _one_cycle,
    "SequentialLR": _sequence,
    "ChainedScheduler": _chain,
}
