"""A run into equilibrium on a page: what is predicted, and what is measured."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

from bea.errors import BeaError
from bea.measure.equilibrium import EquilibriumRun
from bea.measure.training import Measured
from bea.problems import FiniteSum
from bea.reports.ensemble import with_error
from bea.reports.tables import table_of

_QUANTITIES = {
    "fourth_power": "‖w‖⁴",
    "effective_rate": "effective rate γ/‖w‖²",
    "relaxation_rate": "relaxation of ‖w‖⁴ a step",
}
_PATHS = ("squared_norm", "fourth_power", "effective_rate")
_RECORDED = (*_PATHS, "loss")


class EquilibriumReport:
    """What `bea sgd equilibrium` says.

    Parameters
    ----------
    run
        The result.
    total
        The finite sum.
    """

    def __init__(self, run: EquilibriumRun, total: FiniteSum) -> None:
        self.run, self.total = run, total
        self.remarks: list[str] = []
        self.measured = {
            "fourth_power": run.at_end("fourth_power"),
            "effective_rate": run.at_end("effective_rate"),
            "relaxation_rate": self._or_remark(run.relaxation_rate),
        }
        self.fitted = self._or_remark(lambda: Measured(run.predicted_relaxation_rate(), 0.0)).value
        self.settling = run.settling_time("loss")

    def parts(self) -> list[Any]:
        """Return what is printed, from top to bottom, as things that rich can print."""
        found = self.run.prediction
        heading = (
            f"SGD with weight decay on {self.total.name} (N = {self.total.size}): γ = "
            f"{found.gamma:g}, λ = {found.weight_decay:g}, γλ = {found.intrinsic_rate:g}; τ = "
            f"{found.gradient_square:.5g}, κ = {found.kurtosis:.4g} over the directions at the end"
        )
        rows = [
            (
                label,
                f"{getattr(found.leading, name):.5g}",
                f"{getattr(found.corrected, name):.5g}",
                with_error(*self.measured[name]),
            )
            for name, label in _QUANTITIES.items()
        ]
        columns = ("", ">leading order", ">next order", ">measured")
        lines = [heading, table_of(columns, rows)]
        if isfinite(self.fitted):
            lines.append(f"The same fit to the predicted path relaxes at {self.fitted:.5g} a step.")
        if isfinite(self.settling.value):
            lines.append(
                f"The loss has come within a quarter of its first distance after "
                f"{with_error(*self.settling)} steps."
            )
        return [*lines, *dict.fromkeys(self.remarks)]

    def csv(self) -> str:
        """Return all records as comma-separated values, with the predicted paths."""
        names = [f"{name}{what}" for name in _RECORDED for what in ("", " ±")]
        predicted = [f"{name} predicted" for name in _PATHS]
        columns = [column for name in _RECORDED for column in self.run[name]]
        columns += [self.run.predicted_path(name) for name in _PATHS]
        lines = [",".join(["step", *names, *predicted])]
        for k, step in enumerate(self.run.steps.tolist()):
            lines.append(",".join([str(step), *(repr(float(column[k])) for column in columns)]))
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object; what could not be measured is null."""
        found = self.run.prediction
        return {
            "problem": self.total.name,
            "losses": self.total.size,
            "gamma": found.gamma,
            "weight_decay": found.weight_decay,
            "steps": int(self.run.steps[-1]),
            "gradient_square": found.gradient_square,
            "kurtosis": found.kurtosis,
            "quantities": [
                {
                    "name": name,
                    "leading": getattr(found.leading, name),
                    "corrected": getattr(found.corrected, name),
                    "measured": _known(self.measured[name].value),
                    "error": _known(self.measured[name].error),
                }
                for name in _QUANTITIES
            ],
            "predicted_fit": _known(self.fitted),
            "settling_time": _known(self.settling.value),
            "settling_time_error": _known(self.settling.error),
        }

    def _or_remark(self, measure: Callable[[], Measured]) -> Measured:
        """Return what is measured, or nan and a remark that says why it is not."""
        try:
            return measure()
        except BeaError as error:
            self.remarks.append(str(error))
            return Measured(float("nan"), float("nan"))


# --- private helpers ----------------------------------------------------------------------------


def _known(value: float) -> float | None:
    return value if isfinite(value) else None
