"""`bea drift`: how far the iterates are from the flows, and at which order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bea.cli.formats import Page, show
from bea.cli.reading import options
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import orders, out_folder
from bea.cli.reading.request import DriftNumbers, Request
from bea.cli.reading.subject import Subject
from bea.cli.streams import note, wrote

if TYPE_CHECKING:
    from bea.measure import DriftStudy

_FILES = ("run.npz", "drift.json", "table.txt", "drift.png")


@gathered
def drift(
    problem_text: options.ProblemArgument = None,
    method: options.MethodOption = None,
    *,
    subject: Subject,
    orders_text: options.Orders = "0-4",
    numbers: DriftNumbers,
    format: options.Format = "text",
    out: options.OutFolder = None,
) -> None:
    """Measure the distance between a method's iterates and the flows of its modified equations.

    The distance at a fixed time falls like a power of the step size γ: the observed order is
    fitted where the distance stands clear of rounding, beside the order that theory expects.

    For example:

      bea drift himmelblau --method gradient-descent --orders 0-4 --out results/
      bea drift lotka-volterra --method explicit-midpoint --orders 0,2,4
      bea drift "x**4 + y**2" --starts "1,1; 1,2" --gammas 0.02,0.01,0.005,0.003
      bea drift --field "p, -sin(q)" --variables "q p" --method rk4 --format json
      bea drift himmelblau --gamma-count 64 --start-count 256
      bea drift rosenbrock --param b=10 --one-step
      bea drift booth --update "v = v/2 + grad; theta = theta - gamma*v" --orders 0-2
      bea drift himmelblau --schedule "cosine(time=1/10, low=1/10)" --orders 0-2
      bea drift "x**4/4 + x**2" --schedule "step(every=1/2, factor=1/2, time=1)" --orders 0-2
      bea drift --game "x*y; -x*y" --players "x; y" --method alternating
    """
    request = Request.read(subject.chosen(method, problem_text), numbers)
    chosen = orders(orders_text)
    folder = out_folder(out, *_FILES)
    study = measured(request, chosen)

    from bea.reports import drift_parts

    paths = [] if folder is None else _save(study, folder)
    show(Page(study.as_json, lambda: drift_parts(study)), format)
    for warning in study.warnings:
        note(f"warning: {warning}")
    wrote(paths)


def measured(request: Request, chosen: list[int]) -> DriftStudy:
    """Run the measurement that was asked for, with a bar on a terminal."""
    import sys

    from bea.reports import console_on
    from bea.reports.progress import reporting

    with reporting(console_on(sys.stderr)) as report:
        return request.measure(chosen, report)


# --- private helpers ----------------------------------------------------------------------------


def _save(study: DriftStudy, folder: Path) -> list[Path]:
    """Write data, tables and figure, and return where."""
    from bea.files import json_text, write_text
    from bea.plots import drift_figure, save_figure
    from bea.reports import drift_parts, plain_text

    return [
        study.save(folder / "run.npz"),
        write_text(folder / "drift.json", json_text(study.as_json())),
        write_text(folder / "table.txt", plain_text(*drift_parts(study))),
        save_figure(drift_figure(study), folder / "drift.png"),
    ]
