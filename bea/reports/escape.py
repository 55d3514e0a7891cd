"""Times of escape on a page: what Kramers predicts, and what runs took."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from flint import fmpq

from bea.errors import BeaError
from bea.measure.escape import EscapeTimes, escape_rate, mean_exit_time, shape_factor
from bea.measure.escape.critical_points import CriticalPoint
from bea.measure.escape.ways_out import Settled, WayOut
from bea.measure.training.temperature import noise_temperature
from bea.noise import Noise
from bea.problems import FiniteSum
from bea.reports.ensemble import with_error
from bea.reports.tables import table_of

# Of the grid for mean times: a good per mille.
_CELLS = 96


@dataclass(frozen=True)
class Basin:
    """A minimum of a finite sum, the ways out of its basin, and the window that holds them."""

    total: FiniteSum
    minimum: CriticalPoint
    ways: tuple[WayOut, ...]
    window: Any

    @property
    def settled(self) -> Settled:
        """Positive where a run has left."""
        return Settled.beyond(self.ways)

    def kramers(self, temperature: Any) -> float:
        """Return Kramers' mean time of the stochastic equation; refuse one beyond all numbers."""
        rate = escape_rate(self.minimum, [way.saddle for way in self.ways], temperature)
        if rate == 0:
            raise BeaError(
                f"no run would ever leave: at temperature {temperature} every barrier is more than "
                "700 temperatures high; take larger steps, smaller batches or more noise"
            )
        return 1 / rate

    def on_grid(self, temperature: Any) -> float | None:
        """Return its mean time at any temperature, known in two dimensions."""
        if self.total.dimension != 2:
            return None
        point = self.minimum.point
        found = mean_exit_time(
            self.total, point, self.settled, temperature, self.window, cells=_CELLS
        )
        return found.time

    def theories(self) -> dict[str, Any]:
        """Return label -> mean time of a temperature, the best first."""
        found = {"Kramers": self.kramers}
        return {"on a grid": self.on_grid, **found} if self.total.dimension == 2 else found


class Shaking:
    """A step size and a batch: the temperature, and the mean times that are predicted.

    Parameters
    ----------
    basin
        What is left.
    gamma
        The step size, exact.
    batches
        How batches are drawn.
    """

    def __init__(self, basin: Basin, gamma: str, batches: Noise) -> None:
        self.gamma, self.batches = gamma, batches
        self.temperature: fmpq = noise_temperature(basin.total, gamma, batches)
        self.kramers = basin.kramers(self.temperature)
        self.on_grid = basin.on_grid(self.temperature)
        corrected = 1 / sum(
            escape_rate(basin.minimum, way.saddle, self.temperature, gamma)
            * (shape_factor(basin.total, basin.minimum, way.saddle, gamma, batches)
               if batches.independent_within else 1.0)
            for way in basin.ways
        )  # fmt: skip
        exact = self.kramers if self.on_grid is None else self.on_grid
        self.predicted = exact * (corrected / self.kramers)


class EscapeReport:
    """What `bea sgd escape` says: a row for each step size and batch."""

    def __init__(self, basin: Basin, rows: list[tuple[Shaking, EscapeTimes]]) -> None:
        self.basin, self.rows = basin, rows

    def parts(self) -> list[Any]:
        """Return what is printed, from top to bottom, as things that rich can print."""
        lines = [f"Escapes on {self.basin.total.name} from the {self.basin.minimum}"]
        lines += [f"over the {way.saddle} to the {way.beyond}" for way in self.basin.ways]
        columns = (
            ">γ",
            ">batch",
            ">T",
            ">Kramers",
            ">on a grid",
            ">predicted",
            ">left",
            ">mean time",
        )
        rows = [
            (
                shaking.gamma,
                str(shaking.batches.size),
                str(shaking.temperature),
                f"{shaking.kramers:.5g}",
                "–" if shaking.on_grid is None else f"{shaking.on_grid:.5g}",
                f"{shaking.predicted:.5g}",
                f"{times.left} of {times.runs}",
                with_error(times.mean, times.error) if times.left else f"> {times.at_least:.4g}",
            )
            for shaking, times in self.rows
        ]
        remark = (
            "T: temperature; Kramers: mean time of the stochastic equation at low temperatures; on "
            "a grid: at any, in two dimensions; predicted: the better of them, corrected to first "
            "order for steps of size γ and for the shape of the noise"
        )
        return [*lines, table_of(columns, rows), remark]

    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object."""
        return {
            "problem": self.basin.total.name,
            "minimum": self.basin.minimum.point.tolist(),
            "saddles": [way.saddle.point.tolist() for way in self.basin.ways],
            "rows": [
                {
                    "gamma": shaking.gamma,
                    "batch": shaking.batches.size,
                    "temperature": str(shaking.temperature),
                    "kramers": shaking.kramers,
                    "on_grid": shaking.on_grid,
                    "predicted": shaking.predicted,
                    "runs": times.runs,
                    "left": times.left,
                    "mean": times.mean if isfinite(times.mean) else None,
                    "error": times.error if isfinite(times.error) else None,
                    "at_least": times.at_least,
                }
                for shaking, times in self.rows
            ],
        }
