"""An ensemble on a page: means with their standard errors, as table, CSV and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np

from bea.flows import Ensemble
from bea.problems import FiniteSum
from bea.reports.tables import table_of

# Rows of the table; files have all records.
_ROWS = 10


class EnsembleReport:
    """What `bea sgd ensemble` says.

    Parameters
    ----------
    ensemble
        The result.
    method
        The method, in words.
    total
        The finite sum.
    asked
        The keywords of `bea.ensemble`: gamma, steps, batches and seed.
    """

    def __init__(
        self, ensemble: Ensemble, method: str, total: FiniteSum, asked: Mapping[str, Any]
    ) -> None:
        self.ensemble, self.method, self.total = ensemble, method, total
        self.gammas, self.steps = _texts(asked["gamma"]), _texts(asked["steps"])
        self.batches, self.seed = _texts(asked["batches"]), int(asked["seed"])

    @property
    def title(self) -> str:
        """The method and the finite sum."""
        return f"{self.method} on {self.total.name}"

    def parts(self) -> list[Any]:
        """Return what is printed, from top to bottom, as things that rich can print."""
        found = self.ensemble
        columns = (">step", ">time", *(f">{name}" for name in found.names))
        rows = [
            (
                f"{found.steps[k]:,}",
                f"{found.times[k]:.4g}",
                *map(with_error, found.mean[k].tolist(), found.error[k].tolist()),
            )
            for k in _spread(len(found.steps))
        ]
        heading = (
            f"{found.runs:,} runs of {self.title} (N = {self.total.size}), "
            f"{', then '.join(self._stages())}: means ± standard errors"
        )
        return [heading, table_of(columns, rows)]

    def csv(self) -> str:
        """Return all records as comma-separated values; the numbers are exact."""
        found = self.ensemble
        names = [cell for name in found.names for cell in (_quoted(name), _quoted(f"± {name}"))]
        lines = [",".join(["step", "time", "runs", *names])]
        for k in range(len(found.steps)):
            pairs = zip(found.mean[k].tolist(), found.error[k].tolist(), strict=True)
            numbers = [repr(value) for pair in pairs for value in pair]
            first = [str(found.steps[k]), repr(float(found.times[k])), str(found.count[k])]
            lines.append(",".join([*first, *numbers]))
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object; what is not a number is null."""
        found = self.ensemble
        return {
            "method": self.method,
            "problem": self.total.name,
            "losses": self.total.size,
            "gamma": self.gammas,
            "steps": self.steps,
            "batches": self.batches,
            "runs": found.runs,
            "seed": self.seed,
            "observables": list(found.names),
            "records": [
                {
                    "step": int(found.steps[k]),
                    "time": float(found.times[k]),
                    "runs": int(found.count[k]),
                    "mean": [_known(value) for value in found.mean[k].tolist()],
                    "error": [_known(value) for value in found.error[k].tolist()],
                }
                for k in range(len(found.steps))
            ],
            "failures": found.failures(),
        }

    def _stages(self) -> list[str]:
        count = len(self.steps)
        gammas, batches = _each(self.gammas, count), _each(self.batches, count)
        return [
            f"{steps} steps of {gamma} with {batch}"
            for steps, gamma, batch in zip(self.steps, gammas, batches, strict=True)
        ]


def with_error(mean: float, error: float) -> str:
    """Return a mean to as many digits as its standard error allows, and that to two.

    >>> with_error(1.23456, 0.0123), with_error(-250.1, 12.0), with_error(0.5, 0.0)
    ('1.235 ± 0.012', '-250 ± 12', '0.5 ± 0')
    """
    if not isfinite(mean):
        return "–"
    if not isfinite(error) or error == 0:
        return f"{mean:.6g} ± {'–' if error else '0'}"
    shown = f"{error:.1e}"
    last = int(shown.split("e")[1]) - 1  # the place of the second digit
    if not -7 <= last <= 3 or abs(mean) >= 1e7:
        return f"{mean:.4e} ± {error:.1e}"
    digits = max(0, -last)
    return f"{mean:.{digits}f} ± {error:.{digits}f}"


# --- private helpers ----------------------------------------------------------------------------


def _texts(value: Any) -> list[str]:
    return [str(part) for part in (value if isinstance(value, list) else [value])]


def _each(values: Sequence[str], count: int) -> Sequence[str]:
    return values if len(values) == count else [values[0]] * count


def _spread(count: int) -> list[int]:
    """Return about ten evenly spread indices, with the first and the last."""
    return sorted(set(np.linspace(0, count - 1, min(count, _ROWS + 1)).round().astype(int)))


def _quoted(name: str) -> str:
    return f'"{name}"' if "," in name else name


def _known(value: float) -> float | None:
    return value if isfinite(value) else None
