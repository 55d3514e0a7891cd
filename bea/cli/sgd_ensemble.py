"""`bea sgd ensemble`: many runs of a stochastic method, and means with their standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bea.cli import options, sgd_options
from bea.cli.gathered import gathered
from bea.cli.inputs import choice, out_folder, points, whole
from bea.cli.long_runs import Kept, long_run
from bea.cli.sgd_options import Running, StagedSampling, gammas_of, records_of
from bea.cli.streams import emit, note
from bea.cli.sums import SumSubject
from bea.errors import DimensionError

if TYPE_CHECKING:
    from bea.flows import Ensemble
    from bea.problems import FiniteSum

__all__ = ["sgd_ensemble", "start_of"]

_FORMATS = ("text", "json")


@dataclass(frozen=True)
class Length:
    """The options that say how far the runs go, from where, and what is recorded."""

    gamma: sgd_options.Gamma = None
    steps: sgd_options.Steps = "1000"
    start: options.Start = None
    observe: sgd_options.Observe = None
    record: sgd_options.Record = "100"


@gathered
def sgd_ensemble(
    problem_text: sgd_options.SumArgument = None,
    method: options.MethodOption = None,
    *,
    subject: SumSubject,
    length: Length,
    sampling: StagedSampling,
    running: Running,
    format: options.Format = "text",
    out: options.OutFolder = None,
) -> None:
    """Run a method many times on random batches of a finite sum: means with standard errors.

    Interrupted runs can be continued: with --checkpoint or --out the same command goes on where it
    was stopped, to the same bits.

    For example:

      bea sgd ensemble linear-regression --gamma 1/50 --steps 500 --observe "w, b, L"
      bea sgd ensemble --losses "(x - 1)**2/2; (x + 1)**2/2" --gamma 1/2 --observe "x**2"
      bea sgd ensemble linear-regression -m "heavy-ball(beta=9/10)" --gamma 1/200 --batch 2
      bea sgd ensemble himmelblau --covariance "2, 1; 1, 1" --gamma 1/100 --out results/
      bea sgd ensemble --data points.csv --model logistic --gamma 1/2 --batch 8 --shuffle
      bea sgd ensemble noisy-spectrum --gamma "1/5, 1/20" --steps 200,800 --runs 100000
    """
    choice(format, _FORMATS, "--format")
    chosen, total = subject.numeric(method, problem_text)
    asked = _asked(total, length, sampling, running)
    folder = None if out is None else out_folder(out)
    kept = Kept(running.checked_checkpoint(), folder)

    import bea
    from bea.reports import console_on, json_text
    from bea.reports.ensemble import EnsembleReport

    with long_run(kept) as keywords:
        found = bea.ensemble(chosen, total, **asked, **keywords)
    report = EnsembleReport(found, str(chosen), total, asked)
    if format == "json":
        emit(json_text(report.as_json()))
    else:
        for part in report.parts():
            console_on().print(part)
    for failure in found.failures():
        note(f"warning: {failure}")
    if folder is not None:
        _save(report, found, folder)
    kept.done()


def start_of(text: str | None, total: FiniteSum) -> Any:
    """Return the start that was given, the problem's own, or the origin."""
    if text is None:
        return total.about.start or (0.0,) * total.dimension
    found = points(text, "--start")
    if len(found) != 1:
        raise DimensionError(f"--start has {len(found)} points, and all runs have one: give one")
    if len(found[0]) != total.dimension:
        raise DimensionError(
            f"--start has {len(found[0])} component(s) for the {total.dimension} variable(s) "
            f"{', '.join(total.variables)}: give one for each"
        )
    return found[0]


# --- private helpers ----------------------------------------------------------------------------


def _asked(
    total: FiniteSum, length: Length, sampling: StagedSampling, running: Running
) -> dict[str, Any]:
    """Return what was asked for as keywords of `bea.ensemble`."""
    from bea.flows.observables import LOSS

    steps = [whole(part, "--steps") for part in length.steps.split(",")]
    usual = [*total.variables, *([LOSS] if LOSS not in total.variables else [])]
    return {
        "starts": start_of(length.start, total),
        "gamma": _alone(gammas_of(length.gamma)),
        "steps": _alone(steps),
        "batches": _alone(list(sampling.each())),
        "observables": ", ".join(usual) if length.observe is None else length.observe,
        "record": _records(sum(steps), length.record),
        **running.keywords(),
    }


def _alone(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _records(steps: int, record: str) -> list[int]:
    """Return the start, and evenly spaced steps."""
    count = records_of(record, steps)
    return sorted({0, *(round(k * steps / count) for k in range(1, count + 1))})


def _save(report: Any, found: Ensemble, folder: Path) -> None:
    """Write data, table and figure, and say where."""
    from bea.flows.ensemble_storage import save_ensemble
    from bea.plots import ensemble_figure, save_figure
    from bea.reports import json_text, plain_text, write_text

    paths = [
        save_ensemble(found, folder / "ensemble.npz"),
        write_text(folder / "ensemble.csv", report.csv()),
        write_text(folder / "ensemble.json", json_text(report.as_json())),
        write_text(folder / "table.txt", plain_text(*report.parts())),
        save_figure(ensemble_figure(found, title=report.title), folder / "ensemble.png"),
    ]
    note(f"wrote {', '.join(path.name for path in paths)} to {folder}")
