"""`bea sgd equilibrium`: SGD with weight decay on a scale-invariant loss, on its way to rest."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bea.cli.formats import Page, show
from bea.cli.reading import options
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import number, out_folder, whole
from bea.cli.reading.sums import SumSubject
from bea.cli.sgd import options as sgd_options
from bea.cli.sgd.ensemble import start_of
from bea.cli.sgd.long_runs import Kept, long_run
from bea.cli.sgd.options import Running, Sampling, gammas_of, records_of
from bea.cli.streams import wrote
from bea.errors import BeaError

if TYPE_CHECKING:
    from bea.measure.equilibrium import EquilibriumRun

_FILES = ("equilibrium.csv", "equilibrium.json", "table.txt", "equilibrium.png")

_MOST_STEPS = 10_000_000
# Two in each of the groups from which the errors come.
_FEWEST_RUNS = 64

_Steps = Annotated[
    str | None,
    typer.Option(
        "--steps",
        metavar="N",
        help="How many steps a run takes; by default 3/(γλ).",
        rich_help_panel="How to measure",
    ),
]
_Ratio = Annotated[
    str,
    typer.Option(
        "--ratio",
        metavar="NUMBER",
        help="‖w‖⁴ at the start over its value in equilibrium.",
        rich_help_panel="How to measure",
    ),
]


@gathered
def sgd_equilibrium(
    problem_text: sgd_options.SumArgument = None,
    *,
    subject: SumSubject,
    gamma: sgd_options.Gamma = None,
    weight_decay: sgd_options.Decay = None,
    steps: _Steps = None,
    start: options.Start = None,
    ratio: _Ratio = "4",
    record: sgd_options.Record = "100",
    sampling: Sampling,
    running: Running,
    format: options.Format = "text",
    out: options.OutFolder = None,
) -> None:
    """Run SGD with weight decay λ on a scale-invariant loss, and compare with its equilibrium.

    Beside what is measured stands what is predicted from γ, λ and the gradients' mean square τ at
    norm one: ‖w‖⁴ relaxes to γτ/(2λ) at the rate 4γλ, and the effective rate γ/‖w‖² to √(2γλ/τ).

    For example:

      bea sgd equilibrium rayleigh-quotient --gamma 1/2 --weight-decay 1/25
      bea sgd equilibrium scale-invariant-wells --gamma 1/4 --weight-decay 1/10 --out results/
      bea sgd equilibrium --losses "x*y/(x**2 + y**2); -y**2/(x**2 + y**2)" --gamma 1/2
        --weight-decay 1/20 --start 1,0
    """
    if subject.update is not None:
        raise BeaError("an equilibrium is that of SGD with weight decay: leave --update out")
    _, total = subject.numeric(None, problem_text)
    rates = gammas_of(gamma)
    if len(rates) > 1:
        raise BeaError("a run into equilibrium has one step size: give one --gamma")
    if weight_decay is None:
        raise BeaError("no weight decay is given: add --weight-decay, such as --weight-decay 1/100")
    if not number(weight_decay, "--weight-decay") > 0:
        raise BeaError(
            f"--weight-decay '{weight_decay}' has no equilibrium: give a positive number"
        )
    intrinsic = number(rates[0], "--gamma") * number(weight_decay, "--weight-decay")
    count = _length(intrinsic) if steps is None else whole(steps, "--steps")
    numbers = {
        "ratio": number(ratio, "--ratio"),
        "batches": sampling.one(),
        "steps": count,
        "records": records_of(record, count),
        **running.keywords(),
    }
    if numbers["runs"] < _FEWEST_RUNS:
        raise BeaError(
            f"--runs {numbers['runs']} are too few for standard errors: give {_FEWEST_RUNS} or more"
        )
    point = None if start is None else start_of(start, total)
    folder = out_folder(out, *_FILES)
    kept = Kept(running.checked_checkpoint(), folder)

    from bea.measure.equilibrium import equilibrium_run
    from bea.reports.equilibrium import EquilibriumReport

    with long_run(kept) as keywords:
        run = equilibrium_run(total, rates[0], weight_decay, point, **numbers, **keywords)
    report = EquilibriumReport(run, total)
    paths = [] if folder is None else _save(report, run, folder)
    show(Page(report.as_json, report.parts), format)
    wrote(paths)
    kept.done()


# --- private helpers ----------------------------------------------------------------------------


def _length(intrinsic: float) -> int:
    """Return after how many steps a run is in equilibrium."""
    steps = 3 / intrinsic
    if not steps <= _MOST_STEPS:
        raise BeaError(
            f"a run into equilibrium takes 3/(γλ) = {steps:.3g} steps, more than the limit of "
            f"{_MOST_STEPS:,}: take larger --gamma or --weight-decay, or give --steps"
        )
    return max(1, ceil(steps))


def _save(report: Any, run: EquilibriumRun, folder: Path) -> list[Path]:
    """Write data, table and figure, and return where."""
    from bea.files import json_text, write_text
    from bea.plots import equilibrium_figure, save_figure
    from bea.reports import plain_text

    return [
        write_text(folder / "equilibrium.csv", report.csv()),
        write_text(folder / "equilibrium.json", json_text(report.as_json())),
        write_text(folder / "table.txt", plain_text(*report.parts())),
        save_figure(equilibrium_figure(run), folder / "equilibrium.png"),
    ]
