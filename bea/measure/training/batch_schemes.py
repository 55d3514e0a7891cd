"""Schemes of training: the step size that falls from phase to phase, or the batch that grows.

Where the step size would be divided by k, the batch may be multiplied by k instead. The mean moves
on as far in an epoch, ε/k N/B either way, and the noise scale ε (N/B − 1) is nearly the same, in
fewer updates: Smith, Kindermans, Ying and Le, "Don't decay the learning rate, increase the batch
size", ICLR 2018. An epoch is N losses seen; each step draws its batch anew, without replacement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flint import fmpq

from bea.errors import BeaError
from bea.flows.deterministic.times import check_count
from bea.measure.numbers import Number, momentum_number, rate_number
from bea.measure.training.noise_scale import batch_of_noise_scale, effective_rate, noise_scale
from bea.measure.weak.inputs import exact_number
from bea.noise import Batches, Noise
from bea.problems.problem import entries


@dataclass(frozen=True)
class Phase:
    """A part of a run in which nothing changes.

    Attributes
    ----------
    epochs : fmpq
        How long it is meant to be, in epochs.
    gamma : fmpq
        The step size ε.
    batch : int
        B.
    """

    epochs: Any
    gamma: Any
    batch: int

    def __post_init__(self) -> None:
        """Make the numbers exact; a float is refused."""
        for name, what in (("epochs", "the number of epochs"), ("gamma", "the step size")):
            object.__setattr__(self, name, exact_number(getattr(self, name), what))
        rate_number(self.gamma)
        if self.epochs <= 0:
            raise BeaError(f"a phase has {self.epochs} epochs: give a positive number")
        object.__setattr__(self, "batch", Batches(self.batch).size)


@dataclass(frozen=True)
class BatchScheme:
    """Phases of SGD with momentum; make one with `decay_rate` or `grow_batch`.

    Attributes
    ----------
    name : str
    size : int
        N, the number of losses.
    phases : tuple of Phase
    momentum : fmpq
        m, the same in all phases.

    Raises
    ------
    BeaError
        If a batch is larger than the sum, or there is no phase.
    MethodError
        If the momentum is out of its range.

    Examples
    --------
    >>> scheme = grow_batch(64, epochs=[4, 4], gamma="1/10", batch=2, factor=4)
    >>> scheme
    grow the batch: 4 epochs of ε=1/10, B=2; 4 epochs of ε=1/10, B=8; 160 updates
    >>> scheme.noise_scales
    (31/10, 7/10)
    """

    name: str
    size: int
    phases: tuple[Phase, ...]
    momentum: Any = 0

    def __post_init__(self) -> None:
        """Check that there are such batches."""
        check_count(self.size, "the number of losses N")
        momentum = exact_number(self.momentum, "the momentum")
        momentum_number(momentum)
        object.__setattr__(self, "momentum", momentum)
        object.__setattr__(self, "phases", tuple(self.phases))
        if not self.phases:
            raise BeaError("a scheme of no phases: give the epochs of at least one")
        for phase in self.phases:
            Batches(phase.batch).check(self.size)

    @property
    def updates(self) -> tuple[int, ...]:
        """The number of updates of each phase, at least 1.

        An epoch has as many as the whole number nearest to N/B.

        >>> decay_rate(64, epochs=[1, 2], gamma=1, batch=24, factor=2).updates
        (3, 6)
        """
        return tuple(
            max(1, _round(phase.epochs * _round(fmpq(self.size, phase.batch))))
            for phase in self.phases
        )

    @property
    def total_updates(self) -> int:
        """The number of updates of the run."""
        return sum(self.updates)

    @property
    def effective_rates(self) -> tuple[fmpq, ...]:
        """ε/(1 − m) in each phase."""
        return tuple(_exact(effective_rate(p.gamma, self.momentum)) for p in self.phases)

    @property
    def noise_scales(self) -> tuple[fmpq, ...]:
        """g = ε/(1 − m) (N/B − 1) in each phase."""
        return tuple(
            _exact(noise_scale(p.gamma, self.size, p.batch, self.momentum)) for p in self.phases
        )

    @property
    def speeds(self) -> tuple[fmpq, ...]:
        """How far the time moves on in an epoch: ε/(1 − m) N/B in each phase."""
        return tuple(
            rate * self.size / phase.batch
            for rate, phase in zip(self.effective_rates, self.phases, strict=True)
        )

    def stages(self, law: Callable[[int], Noise] = Batches) -> dict[str, Any]:
        """Return step sizes, steps and batches of the phases, for `bea.ensemble` and `bea.train`.

        Parameters
        ----------
        law
            How batches of a size are drawn, such as `bea.noise.ShuffledEpochs`.

        Examples
        --------
        >>> decay_rate(8, epochs=[1, 2], gamma="1/2", batch=4, factor=2).stages()["steps"]
        [2, 4]
        """
        return {
            "gamma": [phase.gamma for phase in self.phases],
            "steps": list(self.updates),
            "batches": [law(phase.batch) for phase in self.phases],
        }

    def epochs(self, update: int) -> fmpq:
        """Return how many epochs have been seen after so many updates.

        >>> decay_rate(64, epochs=[1, 1], gamma=1, batch=16, factor=2).epochs(5)
        5/4
        """
        seen, before = fmpq(0), 0
        for count, phase in zip(self.updates, self.phases, strict=True):
            seen += fmpq(min(max(update - before, 0), count) * phase.batch, self.size)
            before += count
        return seen

    def raised(self, gamma: Any = None, momentum: Any = None, name: str = "") -> BatchScheme:
        """Return the scheme with another first step size or momentum, and batches to match.

        All step sizes are multiplied alike, and batches by the ratio of the effective rates, so
        that ε/(1 − m) N/B stays as it is.

        Raises
        ------
        BeaError
            If a batch would be no whole number, or larger than the sum.

        Examples
        --------
        >>> scheme = decay_rate(64, epochs=[4, 4], gamma="1/10", batch=2, factor=4)
        >>> scheme.raised(momentum="3/4")
        decay the rate (raised): 4 epochs of ε=1/10, B=8; 4 epochs of ε=1/40, B=8; m=3/4; 64 updates
        """
        first = self.phases[0].gamma
        rise = fmpq(1) if gamma is None else exact_number(gamma, "the step size") / first
        m = self.momentum if momentum is None else exact_number(momentum, "the momentum")
        momentum_number(m)
        ratio = rise * (1 - self.momentum) / (1 - m)
        phases = [Phase(p.epochs, p.gamma * rise, _whole(p.batch * ratio)) for p in self.phases]
        return replace(self, name=name or f"{self.name} (raised)", phases=tuple(phases), momentum=m)

    def __repr__(self) -> str:
        parts = [f"{p.epochs} epochs of ε={p.gamma}, B={p.batch}" for p in self.phases]
        memory = [f"m={self.momentum}"] if self.momentum else []
        return f"{self.name}: {'; '.join([*parts, *memory])}; {self.total_updates} updates"


def decay_rate(
    size: int,
    epochs: str | Sequence[Any],
    gamma: Any,
    batch: int,
    factor: Any,
    momentum: Any = 0,
    name: str = "decay the rate",
) -> BatchScheme:
    """Return the scheme that divides the step size by a factor after each phase but the last.

    Parameters
    ----------
    size
        N, the number of losses.
    epochs
        The lengths of the phases, exact numbers as a sequence or a text with commas.
    gamma, batch, momentum
        Those of the first phase; exact numbers.
    factor
        k > 1, exact.

    Examples
    --------
    >>> decay_rate(64, epochs=[4, 4, 2], gamma="1/10", batch=2, factor=4).total_updates
    320
    """
    return grow_batch(size, epochs, gamma, batch, factor, momentum, largest=batch, name=name)


def grow_batch(
    size: int,
    epochs: str | Sequence[Any],
    gamma: Any,
    batch: int,
    factor: Any,
    momentum: Any = 0,
    largest: int | None = None,
    keep: str = "speed",
    name: str = "",
) -> BatchScheme:
    """Return the scheme that grows the batch in place of decaying the step size.

    Parameters
    ----------
    size, epochs, gamma, batch, factor, momentum
        As for `decay_rate`.
    largest
        No batch is larger: the one that would be is this one, and the step size decays by the rest
        of the factor, and by all of it from there on, which is a hybrid.
    keep
        "speed" multiplies the batch by k, so that the mean moves on in an epoch as it would with
        the decayed step size; then the noise is less, by (N − kB)/(N − B). "noise" takes the whole
        number nearest to the batch that keeps the noise scale, and the mean is faster.

    Raises
    ------
    BeaError
        If k is not above 1, a batch would be no whole number, or it is larger than the sum.

    Examples
    --------
    >>> grow_batch(64, epochs=[4, 4, 4], gamma="1/10", batch=2, factor=4, largest=8)
    hybrid (B to 8): 4 epochs of ε=1/10, B=2; 4 epochs of ε=1/10, B=8; 4 epochs of ε=1/40, B=8; ...
    >>> grow_batch(64, epochs=[4, 4, 4], gamma="1/10", batch=2, factor=4, largest=16).phases[2]
    Phase(epochs=4, gamma=1/20, batch=16)
    >>> [p.batch for p in grow_batch(64, [4, 4, 4], "1/10", 4, 4, keep="noise").phases]
    [4, 13, 33]
    """
    k, rate = exact_number(factor, "the factor"), exact_number(gamma, "the step size")
    if k <= 1:
        raise BeaError(f"the factor is {k}: give a number above 1")
    if keep not in ("speed", "noise"):
        raise BeaError(f"keep is '{keep}': choose 'speed' or 'noise'")
    phases, now, decayed = [], batch, False
    noise = _exact(noise_scale(rate, size, batch))
    for index, length in enumerate(entries(epochs, "the epochs")):
        if index:
            grown = now * k if keep == "speed" else _nearest(noise / k**index, rate, size)
            if largest is not None and grown > largest:
                rate = _rest(
                    rate / k, now, largest, noise / k**index if keep == "noise" else None, size
                )
                now, decayed = largest, True
            else:
                now = _whole(grown)
        phases.append(Phase(length, rate, now))
    label = f"hybrid (B to {now})" if decayed else "grow the batch"
    return BatchScheme(name or label, size, tuple(phases), momentum)


# --- private helpers ----------------------------------------------------------------------------


def _rest(rate: fmpq, now: int, largest: int, noise: fmpq | None, size: int) -> fmpq:
    """Return the step size beside the largest batch, which takes a part of the factor."""
    if noise is None or now == largest or largest == size:
        return rate * fmpq(largest, now)
    return noise / (fmpq(size, largest) - 1)


def _round(number: fmpq) -> int:
    return int((number + fmpq(1, 2)).floor())


def _nearest(noise: fmpq, rate: fmpq, size: int) -> fmpq:
    """Return the whole number, at least 1, nearest to the batch that has this noise scale."""
    batch = _exact(batch_of_noise_scale(noise, rate, size))
    return max(fmpq(1), fmpq((batch + fmpq(1, 2)).floor()))


def _exact(number: Number) -> fmpq:
    assert isinstance(number, fmpq)
    return number


def _whole(batch: Any) -> int:
    number = fmpq(batch)
    if number.q != 1:
        raise BeaError(
            f"a batch would have {number} losses: choose a factor that keeps batches whole"
        )
    return int(number.p)
