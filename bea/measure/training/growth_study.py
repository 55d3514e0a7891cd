"""What a comparison of batch schemes leaves behind: the loss along each, and updates saved.

It is made by `bea.measure.training.batch_growth`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bea.arrays import Floats, Ints
from bea.errors import BeaError, UnknownNameError, nearest
from bea.measure.training.batch_schemes import BatchScheme

# A relative standard error below this is the rounding of means that are not random.
_ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class GrowthCurve:
    """The loss along the runs of one scheme.

    Attributes
    ----------
    scheme : BatchScheme
    updates : (records,)
        After how many updates; 0 is the start.
    epochs : (records,)
        The same in epochs, that is in losses seen over N.
    ends : (phases,)
        At which of the records a phase ends.
    expected : (records,)
        E L(θ), exact but for rounding.
    mean, error : (records,) or None
        That of an ensemble, and its standard error, if one was run.
    """

    scheme: BatchScheme
    updates: Ints
    epochs: Floats
    ends: Ints
    expected: Floats
    mean: Floats | None = None
    error: Floats | None = None

    @property
    def deviations(self) -> Floats:
        """(mean − expected)/error at each record; 0 where nothing is random, as at the start.

        Raises
        ------
        BeaError
            If no ensemble was run.
        """
        if self.mean is None or self.error is None:
            raise BeaError("no ensemble was run: give runs, such as runs=2000")
        away = self.mean - self.expected
        random = self.error > _ROUNDING * np.abs(self.expected)
        certain = np.where(np.abs(away) <= 1e3 * _ROUNDING * np.abs(self.expected), 0.0, np.inf)
        return np.where(random, away / np.where(random, self.error, 1.0), certain)


@dataclass(frozen=True, eq=False)
class GrowthStudy:
    """Schemes beside each other, on one problem; the first is the reference.

    Attributes
    ----------
    problem : str
    runs : int
        Of each ensemble; 0 if none was run.
    curves : tuple of GrowthCurve
    """

    problem: str
    runs: int
    curves: tuple[GrowthCurve, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the schemes."""
        return tuple(curve.scheme.name for curve in self.curves)

    def __getitem__(self, name: str) -> GrowthCurve:
        """Return the curve of a scheme.

        Raises
        ------
        UnknownNameError
            If there is no such scheme.
        """
        if name not in self.names:
            raise UnknownNameError(
                f"there is no scheme '{name}': there are {', '.join(self.names)}."
                f"{nearest(name, self.names)}"
            )
        return self.curves[self.names.index(name)]

    @property
    def saved(self) -> dict[str, int]:
        """How many updates each scheme saves against the first."""
        most = self.curves[0].scheme.total_updates
        return {c.scheme.name: most - c.scheme.total_updates for c in self.curves}

    @property
    def gaps(self) -> Floats:
        """How much larger than the first's the expected loss is at each phase's end, relatively.

        (schemes, phases); NaN for a scheme with another number of phases.
        """
        first = self.curves[0]
        reference = first.expected[first.ends]
        gaps = np.full((len(self.curves), len(reference)), np.nan)
        for row, curve in zip(gaps, self.curves, strict=True):
            if len(curve.ends) == len(reference):
                row[:] = curve.expected[curve.ends] / reference - 1
        return gaps

    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object."""
        return {
            "problem": self.problem,
            "runs": self.runs,
            "schemes": [
                {
                    "name": curve.scheme.name,
                    "momentum": str(curve.scheme.momentum),
                    "phases": [
                        {"epochs": str(p.epochs), "gamma": str(p.gamma), "batch": p.batch,
                         "updates": count, "noise_scale": str(g)}
                        for p, count, g in zip(
                            curve.scheme.phases, curve.scheme.updates, curve.scheme.noise_scales,
                            strict=True,
                        )
                    ],
                    "updates": curve.updates.tolist(),
                    "epochs": curve.epochs.tolist(),
                    "expected_loss": curve.expected.tolist(),
                    "mean_loss": None if curve.mean is None else curve.mean.tolist(),
                    "standard_error": None if curve.error is None else curve.error.tolist(),
                }
                for curve in self.curves
            ],
        }  # fmt: skip

    def __repr__(self) -> str:
        width = max(map(len, self.names))
        lines = [f"{'':{width}}  updates  saved  expected loss at the end"]
        for curve, saved in zip(self.curves, self.saved.values(), strict=True):
            line = f"{curve.scheme.name:<{width}}  {curve.scheme.total_updates:7}  {saved:5}"
            line += f"  {curve.expected[-1]:.6g}"
            if curve.mean is not None and curve.error is not None:
                line += f"; {self.runs} runs: {curve.mean[-1]:.6g} ± {curve.error[-1]:.2g}"
            lines.append(line)
        return "\n".join(lines)
