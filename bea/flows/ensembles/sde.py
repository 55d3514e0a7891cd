"""Ensembles of stochastic differential equations dX = b(X; γ) dt + S(X; γ)^(1/2) dW.

Two schemes: Euler-Maruyama with normal increments, of weak order 1, and Platen's explicit scheme of
weak order 2 with increments of three points and two-point variables for the mixed integrals.
Source: Kloeden and Platen, Numerical Solution of Stochastic Differential Equations (1992), sections
14.1 and 15.1, equation (15.1.3); the variables are those of (14.2.8)-(14.2.10), due to Talay.
The orders hold where the root of S is smooth. That of a matrix is not where its rank falls; the
factor of a finite sum or its stochastic equation is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.algebra.language.makers import either_number
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, StepSizeError, UnknownNameError, nearest
from bea.fields.vector_field import Loss
from bea.flows.deterministic.lanes import Field, Progress
from bea.flows.deterministic.times import check_count
from bea.flows.deterministic.trajectory import Status
from bea.flows.ensembles.checkpoints import identity_of
from bea.flows.ensembles.diffusion import Diffusion
from bea.flows.ensembles.inputs import plan_runs, step_size
from bea.flows.ensembles.observables import read_observables
from bea.flows.ensembles.plan import Memory, Segment, Walker
from bea.flows.ensembles.result import Ensemble
from bea.flows.ensembles.run import run_plan
from bea.patience import told

Noise = tuple[Floats, Floats]

#: The schemes, with their weak orders.
SCHEMES = {"platen": 2, "euler-maruyama": 1}

_WIDTH = 8192
_LEAST = 64
_DRAWN = 65_536


@told("running an ensemble")
@either_number
def sde_ensemble(
    drift: Field,
    diffusion: Any,
    starts: ArrayLike,
    *,
    gamma: Any,
    time: float,
    steps: int,
    scheme: str = "platen",
    runs: int | None = None,
    observables: Any = None,
    record: int | Sequence[int] | None = None,
    until: Any = None,
    keep: bool = False,
    seed: int = 0,
    workers: int = 1,
    memory: float = 2.0,
    progress: Progress | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_every: float = 10.0,
    loss: Loss | None = None,
) -> Ensemble:
    """Solve an SDE many times over, and record means with standard errors.

    Parameters
    ----------
    drift
        b: a vector field, a loss (b = −∇L), a modified equation or a stochastic one.
    diffusion
        A stochastic equation, or a finite sum (S = γΣ of single samples); a
        `bea.fields.NoiseFactor` Q with S = γ Q Qᵀ; or S as γ times rows (d, d) of ring elements,
        numbers or texts, or a mapping {power of γ: rows}, or a function of theta (d, lanes) and γ
        with values (d, d, lanes). None is that of the drift, a stochastic equation.
    starts : (d,) or (runs, d)
        Where all runs start, or each of them.
    gamma
        The step size of the method that the SDE stands for.
    time, steps
        How long a run is, and in how many steps of the scheme.
    scheme
        "platen" (weak order 2) or "euler-maruyama" (weak order 1).
    loss
        What `L` is in the observables; by default the drift, or the problem that it was derived
        for, if that is a loss.
    runs, observables, record, until, keep, seed, workers, memory, progress, checkpoint
        As for `bea.ensemble`; `record` counts the steps of the scheme.

    Returns
    -------
    Ensemble

    Raises
    ------
    UnknownNameError
        If there is no such scheme.
    BeaError, DimensionError, DomainError, StepSizeError, OutputError
        As `bea.ensemble`; and if the diffusion is no symmetric matrix of the dimension.

    Notes
    -----
    A run is marked INDEFINITE where S was not positive semidefinite. A matrix S is taken apart at
    every point, which is rough where its rank changes: Platen's scheme is then biased, and rounding
    may make S indefinite. A factor has neither fault; finite sums that differ in few monomials have
    one, and so have their stochastic equations of weak order 1 and 2.

    Examples
    --------
    >>> import bea
    >>> drift = bea.Loss.read("x**2/2")
    >>> found = sde_ensemble(drift, [[1]], [0], gamma=1, time=8, steps=80, runs=20_000,
    ...     observables="x**2", seed=1)
    >>> mean, error = found["x**2"]  # the stationary variance of dX = -X dt + dW is 1/2
    >>> bool(abs(mean[-1] - 1/2) < 4 * error[-1])
    True
    """
    if scheme not in SCHEMES:
        raise UnknownNameError(
            f"unknown scheme '{scheme}': choose one of {', '.join(SCHEMES)}."
            f"{nearest(str(scheme), SCHEMES)}"
        )
    if not hasattr(drift, "numeric"):
        raise BeaError(
            f"the drift is a {type(drift).__name__}: give a field, such as a loss or a modified "
            "equation"
        )
    check_count(steps, "steps")
    size, whole = step_size(gamma), _time(time)
    matrix = Diffusion(_noise_of(drift) if diffusion is None else diffusion, drift.variables)
    value = loss if loss is not None else _loss_of(drift)
    if value is not None and value.variables != drift.variables:
        raise DimensionError("the loss and the drift have different variables: give the same")
    function = None if value is None else lambda theta: value.at(theta.T)
    read = partial(read_observables, variables=drift.variables, loss=function)
    plan = plan_runs(
        _Diffusing(drift, matrix, size, whole / steps, steps, scheme), drift.dimension, starts,
        runs, record, keep, seed,
        observables=read(observables),
        until=None if until is None else read(until),
        inside=drift.domain(),
        identity=lambda: {
            "scheme": scheme, "drift": identity_of(drift, "the drift"),
            "diffusion": matrix.identity, "loss": identity_of(value, "the loss"),
            "gamma": size, "time": whole, "steps": steps,
        },
    )  # fmt: skip
    matrix.check(np.atleast_2d(plan.starts), size)
    return run_plan(
        plan, workers=workers, memory=memory, progress=progress, checkpoint=checkpoint,
        checkpoint_every=checkpoint_every,
    )  # fmt: skip


# --- private helpers ----------------------------------------------------------------------------


def _loss_of(drift: Field) -> Loss | None:
    """Return the drift, or the problem that it was derived for, if that is a loss."""
    candidates = drift, getattr(drift, "problem", None)
    return next((found for found in candidates if isinstance(found, Loss)), None)


class _Diffusing:
    """A scheme on an SDE, as a `Walk`."""

    def __init__(
        self, drift: Field, diffusion: Diffusion, gamma: float, dt: float, steps: int, scheme: str
    ) -> None:
        self.rhs, self.diffusion, self.gamma = drift.numeric(), diffusion, gamma
        self.dimension, self.noises, self.scheme = drift.dimension, diffusion.columns, scheme
        larger = max(self.dimension, self.noises)
        self.width = max(_LEAST, _WIDTH // max(2, larger))
        block = max(1, _DRAWN // (self.width * larger))
        self.segments = [Segment(steps, block, dt)]

    @property
    def numbers(self) -> int:
        """Points, roots at all supporting points, and the noise of a block."""
        d, m = self.dimension, self.noises
        return d * (8 + 8 * d * m) + 2 * m * m * self.segments[0].block

    def walker(self, lanes: int) -> Walker:
        """Return the walker of a chunk."""
        return DiffusingWalker(self, lanes)


class DiffusingWalker:
    """The lanes of one chunk of an SDE."""

    trouble = Status.INDEFINITE

    def __init__(self, walk: _Diffusing, lanes: int) -> None:
        self.walk, self.lanes, self.dt = walk, lanes, walk.segments[0].gamma
        self.gammas = np.full(lanes, walk.gamma)
        self.indefinite = np.zeros(lanes, dtype=bool)
        self.pairs = list(combinations(range(walk.noises), 2))
        self.fixed = None
        if walk.diffusion.constant:
            self.fixed = walk.diffusion.root(np.zeros((walk.dimension, 1)), walk.gamma)
        root = np.sqrt(3 * self.dt)
        self.three_points = np.array([root, -root, 0.0, 0.0, 0.0, 0.0])

    def start(self, rng: np.random.Generator, theta: Floats) -> Memory:
        """Return no memory."""
        return ()

    def draw(self, segment: int, rng: np.random.Generator) -> list[Noise]:
        """Return the increments (d, lanes) and the two-point variables (pairs, lanes) of steps."""
        block = self.walk.segments[0].block
        shape = (block, self.walk.noises, self.lanes)
        if self.walk.scheme == "euler-maruyama":
            increments = rng.standard_normal(shape) * np.sqrt(self.dt)
            return [(row, row[:0]) for row in increments]
        increments = self.three_points.take(rng.integers(0, 6, shape, dtype=np.uint16))
        signs = rng.integers(0, 2, (block, len(self.pairs), self.lanes), dtype=np.uint16)
        return list(zip(increments, (2.0 * signs - 1) * self.dt, strict=True))

    def step(
        self, segment: int, noise: Noise, theta: Floats, memory: Memory
    ) -> tuple[Floats, Memory]:
        """Return the points after one step of the scheme."""
        root, slope = self._root(theta), self.walk.rhs(theta, self.gammas)
        moved = theta + self.dt * slope
        noisy = moved + _apply(root, noise[0])
        if self.walk.scheme == "euler-maruyama":
            return noisy, memory
        average = (self.walk.rhs(noisy, self.gammas) + slope) * (self.dt / 2)
        if self.fixed is not None:
            return theta + average + _apply(root, noise[0]), memory
        return theta + average + self._platen(root, theta, moved, *noise), memory

    def unsolved(self) -> NDArray[np.bool_]:
        """Return where the diffusion had no root."""
        return self.indefinite

    def _platen(
        self, root: Floats, theta: Floats, moved: Floats, dw: Floats, two: Floats
    ) -> Floats:
        """Return the noise of (15.1.3), with b^j the columns of the root and V the variables two.

        Σ_j ¼ (b^j(R^j+) + b^j(R^j−) + 2 b^j) dW^j + ¼ (b^j(R^j+) − b^j(R^j−)) (dW^j² − Δ)/√Δ
        + Σ_{r≠j} ¼ (b^j(U^r+) + b^j(U^r−) − 2 b^j) dW^j
        + ¼ (b^j(U^r+) − b^j(U^r−)) (dW^j dW^r + V_rj)/√Δ,
        where R^j± = X + b Δ ± b^j √Δ and U^r± = X ± b^r √Δ.
        """
        total, noises, length = np.zeros_like(theta), root.shape[1], np.sqrt(self.dt)
        mixed = _antisymmetric(two, self.pairs, noises)
        for j in range(noises):
            away = root[:, j] * length
            up, down = self._root(moved + away)[:, j], self._root(moved - away)[:, j]
            total += (up + down + 2 * root[:, j]) * dw[j]
            total += (up - down) * ((dw[j] ** 2 - self.dt) / length)
        if noises == 1:
            return total / 4
        for r in range(noises):
            away = root[:, r] * length
            above, below = self._root(theta + away), self._root(theta - away)
            for j in range(noises):
                if j != r:
                    up, down = above[:, j], below[:, j]
                    total += (up + down - 2 * root[:, j]) * dw[j]
                    total += (up - down) * ((dw[j] * dw[r] + mixed[r][j]) / length)
        return total / 4

    def _root(self, theta: Floats) -> Floats:
        """Return the root (d, noises, lanes); where there is none the lane is marked."""
        if self.fixed is not None:
            return self.fixed
        return self.walk.diffusion.root(theta, self.walk.gamma, self.indefinite)


def _apply(root: Floats, increments: Floats) -> Floats:
    """Return the noise (d, lanes) of a root (d, noises, lanes) and increments (noises, lanes)."""
    total = np.zeros((len(root), increments.shape[1]))
    for column, increment in enumerate(increments):
        total += root[:, column] * increment
    return total


def _antisymmetric(two: Floats, pairs: Sequence[tuple[int, int]], m: int) -> list[list[Any]]:
    """Return V[r][j] = −V[j][r] from the variables of the pairs r < j."""
    mixed: list[list[Any]] = [[0.0] * m for _ in range(m)]
    for (r, j), values in zip(pairs, two, strict=True):
        mixed[r][j], mixed[j][r] = values, -values
    return mixed


def _noise_of(drift: Field) -> Any:
    if not hasattr(drift, "noise_factor") or isinstance(drift, Loss):
        raise BeaError(
            "there is no diffusion: give one, or as drift a stochastic equation, which has its own"
        )
    return drift


def _time(time: Any) -> float:
    try:
        return step_size(time)
    except StepSizeError:
        raise StepSizeError(f"Time {time} must be positive and finite.") from None
