"""Noise scales on a page: a row for each step size, batch and momentum."""

from __future__ import annotations

from typing import Any

from flint import fmpq

from bea.algebra.language.expressions import Number as Exact
from bea.algebra.ring.exact import as_float, as_rational, exact
from bea.measure.training import (
    batch_of_noise_scale,
    effective_rate,
    noise_scale,
    stationary_variance,
)
from bea.measure.training.noise_scale import Number
from bea.noise import Batches
from bea.reports.tables import table_of

_COLUMNS = {
    "gamma": "step size ε",
    "momentum": "momentum m",
    "batch": "batch B",
    "effective_rate": "ε/(1 − m)",
    "covariance_factor": "factor c",
    "noise_scale": "noise scale g",
    "stationary_variance": "variance",
}


class NoiseReport:
    """What `bea sgd noise-scale` says.

    Parameters
    ----------
    size
        N, the number of losses.
    replacement
        How batches are drawn.

    Examples
    --------
    >>> report = NoiseReport(1000)
    >>> report.add_batch(10, "1/10", "0")
    >>> report.as_json()["rows"][0]["noise_scale"]
    {'exact': '99/10', 'value': 9.9}
    """

    def __init__(self, size: int, replacement: bool = False) -> None:
        self.size, self.replacement = size, replacement
        self.rows: list[dict[str, Any]] = []

    def add_batch(
        self,
        batch: int,
        gamma: str,
        momentum: str,
        curvature: str | None = None,
        variance: str | None = None,
    ) -> None:
        """Add the noise scale of a batch size, and the stationary variance on a quadratic."""
        batches = Batches(batch, self.replacement)
        row = {
            "gamma": gamma,
            "momentum": momentum,
            "batch": fmpq(batch),
            "effective_rate": effective_rate(gamma, momentum),
            "covariance_factor": batches.covariance_factor(self.size),
            "noise_scale": noise_scale(gamma, self.size, batches, momentum),
        }
        if curvature is not None:
            one = stationary_variance(curvature, variance, gamma, momentum)
            row["stationary_variance"] = _times(row["covariance_factor"], one)
        self.rows.append(row)

    def add_noise(self, noise: str, gamma: str, momentum: str) -> None:
        """Add the batch size that has a noise scale."""
        batch = batch_of_noise_scale(noise, gamma, self.size, momentum)
        self.rows.append(
            {
                "gamma": gamma,
                "momentum": momentum,
                "batch": batch,
                "effective_rate": effective_rate(gamma, momentum),
                "noise_scale": _number(noise),
            }
        )

    def parts(self) -> list[Any]:
        """Return what is printed, from top to bottom, as things that rich can print."""
        names = list(self.rows[0])
        rows = [[_shown(row[name]) for name in names] for row in self.rows]
        how = "with" if self.replacement else "without"
        heading = f"Noise scales of N = {self.size} losses, batches {how} replacement"
        if "covariance_factor" in names:
            heading += ": the gradient of a batch has c times the covariance of one loss's"
        if "stationary_variance" in names:
            heading += ", and the iterates on h θ²/2 the stationary variance in the last column"
        return [heading, table_of([f">{_COLUMNS[name]}" for name in names], rows)]

    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object."""
        return {
            "losses": self.size,
            "replacement": self.replacement,
            "rows": [{name: _record(value) for name, value in row.items()} for row in self.rows],
        }


# --- private helpers ----------------------------------------------------------------------------


def _number(text: str) -> Number:
    found = exact(text, "the noise scale")
    rational = as_rational(found)
    return as_float(found) if rational is None else rational


def _times(factor: Any, value: Number) -> Number:
    return factor * value if isinstance(value, fmpq) else _float(factor) * value


def _float(value: Any) -> float:
    return as_float(Exact(value)) if isinstance(value, fmpq) else float(value)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    number = f"{_float(value):.6g}"
    exact = str(value) if isinstance(value, fmpq) else ""
    return f"{exact} = {number}" if "/" in exact and len(exact) <= 12 else number


def _record(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return {"exact": str(value) if isinstance(value, fmpq) else None, "value": _float(value)}
