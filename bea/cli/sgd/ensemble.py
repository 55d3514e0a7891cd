"""`bea sgd ensemble`: many runs of a stochastic method, and means with their standard errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bea.cli.formats import Page, show
from bea.cli.reading import options
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import number, out_folder, points, whole
from bea.cli.reading.sums import SumSubject
from bea.cli.sgd import options as sgd_options
from bea.cli.sgd.long_runs import Kept, long_run
from bea.cli.sgd.options import Running, StagedSampling, gammas_of, records_of
from bea.cli.sgd.sde import equations, sde_runs
from bea.cli.streams import note, wrote
from bea.errors import BeaError, DimensionError

if TYPE_CHECKING:
    from bea.problems import FiniteSum
    from bea.reports.ensemble import EnsembleReport

_FILES = ("ensemble.npz", "ensemble.csv", "ensemble.json", "table.txt", "ensemble.png")

_MOST_STEPS, _LONGEST = 10**12, 1e100


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
    sde: sgd_options.Equations = None,
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
      bea sgd ensemble linear-regression --gamma 1/5 --steps 50 --sde 1,2 --observe L
      bea sgd ensemble noisy-spectrum --gamma "1/5, 1/20" --steps 200,800 --runs 100000
    """
    chosen, total = subject.numeric(method, problem_text)
    asked = _asked(total, length, sampling, running)
    folder = out_folder(out, *_FILES)
    named = running.checked_checkpoint()
    beside = equations(sde, chosen, total, asked)
    kept = [Kept(named, folder), *(Kept(named, folder, one.weak_order) for one in beside)]

    import bea
    from bea.reports.ensemble import EnsembleReport

    with long_run(kept[0]) as keywords:
        found = bea.ensemble(chosen, total, **asked, **keywords)
    reports = [EnsembleReport(found, str(chosen), total, asked)]
    for equation, one in zip(beside, kept[1:], strict=True):
        with long_run(one) as keywords:
            found = sde_runs(equation, total, asked, **keywords)
        name = f"the stochastic equation of weak order {equation.weak_order} of {chosen}"
        reports.append(EnsembleReport(found, name, total, asked))
    parts = [part for report in reports for part in report.parts()]
    weak_orders = [equation.weak_order for equation in beside]
    paths = [] if folder is None else _save(reports, weak_orders, folder)
    show(Page(lambda: _record(reports), lambda: parts), format)
    for report in reports:
        for failure in report.ensemble.failures():
            note(f"warning: {failure}")
    wrote(paths)
    for one in kept:
        one.done()


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
    from bea.flows.ensembles.observables import LOSS

    steps = [whole(part, "--steps") for part in length.steps.split(",")]
    gammas = gammas_of(length.gamma)
    _check_length(steps, gammas)
    usual = [*total.variables, *([LOSS] if LOSS not in total.variables else [])]
    return {
        "starts": start_of(length.start, total),
        "gamma": _alone(gammas),
        "steps": _alone(steps),
        "batches": _alone(list(sampling.each())),
        "observables": ", ".join(usual) if length.observe is None else length.observe,
        "record": _records(sum(steps), length.record),
        **running.keywords(),
    }


def _check_length(steps: Sequence[int], gammas: Sequence[str]) -> None:
    """Refuse what no run comes to the end of."""
    count, largest = sum(steps), max(number(part, "--gamma") for part in gammas)
    if count > _MOST_STEPS:
        raise BeaError(
            f"--steps {count:.3g} are more than the limit of {_MOST_STEPS:.0e}: take fewer"
        )
    if not count * largest < _LONGEST:
        raise BeaError(
            f"{count} steps of {largest:g} are a time beyond {_LONGEST:.0e}: take smaller steps"
        )


def _alone(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _records(steps: int, record: str) -> list[int]:
    """Return the start, and evenly spaced steps."""
    count = records_of(record, steps)
    return sorted({0, *(round(k * steps / count) for k in range(1, count + 1))})


def _record(reports: Sequence[EnsembleReport]) -> dict[str, Any]:
    """Return the machine-readable object, the stochastic equations in it."""
    others = [report.as_json() for report in reports[1:]]
    return {**reports[0].as_json(), **({"equations": others} if others else {})}


def _save(
    reports: Sequence[EnsembleReport], weak_orders: Sequence[int], folder: Path
) -> list[Path]:
    """Write data, tables and figure, and return where."""
    from bea.files import json_text, write_text
    from bea.plots import ensemble_figure, save_figure
    from bea.reports import plain_text

    names = ["ensemble", *(f"sde-{order}" for order in weak_orders)]
    paths = []
    for name, report in zip(names, reports, strict=True):
        paths.append(report.ensemble.save(folder / f"{name}.npz"))
        paths.append(write_text(folder / f"{name}.csv", report.csv()))
    figure = ensemble_figure(
        [report.ensemble for report in reports],
        labels=["SGD", *(f"SDE of weak order {order}" for order in weak_orders)]
        if weak_orders
        else None,
        title=reports[0].title,
    )
    parts = [part for report in reports for part in report.parts()]
    paths += [
        write_text(folder / "ensemble.json", json_text(_record(reports))),
        write_text(folder / "table.txt", plain_text(*parts)),
        save_figure(figure, folder / "ensemble.png"),
    ]
    return paths
