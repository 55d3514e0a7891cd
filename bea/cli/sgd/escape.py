"""`bea sgd escape`: how long SGD stays in the basin of a minimum, beside Kramers' theory."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bea.cli.formats import Page, show
from bea.cli.reading import options
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import out_folder, points, whole
from bea.cli.reading.sums import SumSubject
from bea.cli.sgd import options as sgd_options
from bea.cli.sgd.ensemble import start_of
from bea.cli.sgd.long_runs import Kept, long_run
from bea.cli.sgd.options import Running, gammas_of, rows_of
from bea.cli.streams import note, wrote
from bea.errors import BeaError, DimensionError

if TYPE_CHECKING:
    from bea.measure.escape import EscapeTimes
    from bea.problems import FiniteSum
    from bea.reports.escape import Basin, EscapeReport, Shaking

_FILES = ("escape.json", "table.txt", "escape.png")

_NUMBERS = "How to measure"
# Runs are watched for so many mean times, and no longer than so many steps.
_WATCHED = 5
_MOST_STEPS = 1_000_000

_Steps = Annotated[
    str | None,
    typer.Option(
        "--steps",
        metavar="N",
        help="For how many steps to watch; by default five of the predicted mean times.",
        rich_help_panel=_NUMBERS,
    ),
]
_Window = Annotated[
    str | None,
    typer.Option(
        "--window",
        metavar="'LOW,HIGH; …'",
        help="Where to look for minima and saddles, a pair for each variable; by default the "
        "problem's own.",
        rich_help_panel=_NUMBERS,
    ),
]


@gathered
def sgd_escape(
    problem_text: sgd_options.SumArgument = None,
    *,
    subject: SumSubject,
    gamma: sgd_options.Gamma = None,
    batch: sgd_options.Batch = "1",
    replacement: sgd_options.Replacement = False,
    start: options.Start = None,
    window: _Window = None,
    steps: _Steps = None,
    running: Running,
    format: options.Format = "text",
    out: options.OutFolder = None,
) -> None:
    """Watch SGD leave the basin of a minimum, and compare with Kramers' mean times.

    The noise must have a temperature: the same variance in all places and directions. Runs start in
    the minimum, by default the first, and have left when they are near another one. Those that
    did not leave count with the time that they were watched. With lists there is a row for each.

    For example:

      bea sgd escape double-well --covariance 4,4 --gamma 1/32
      bea sgd escape three-hump-camel --covariance 40,40 --gamma 1/100 --start=-1.7,0.9
      bea sgd escape double-well --covariance 2,2 --gamma "1/16, 1/12" --out results/
      bea sgd escape "(x**2 - 1)**2/4" --covariance 2 --gamma 1/16 --window=-2,2
    """
    if subject.update is not None:
        raise BeaError("theory knows the escapes of plain SGD: leave --update out")
    _, total = subject.numeric(None, problem_text)
    basin = _basin(total, start, window)
    rows = _shaken(basin, gamma, batch, replacement)
    counts = [_length(shaking, steps) for shaking in rows]
    options_of_runs, named = running.keywords(), running.checked_checkpoint()
    folder = out_folder(out, *_FILES)
    several = len(rows) > 1
    kept = [Kept(named, folder, k + 1 if several else None) for k in range(len(rows))]

    from bea.reports.escape import EscapeReport

    found = [
        (shaking, _watched(basin, shaking, count, one, options_of_runs))
        for shaking, count, one in zip(rows, counts, kept, strict=True)
    ]
    report = EscapeReport(basin, found)
    paths = [] if folder is None else _save(report, folder)
    show(Page(report.as_json, report.parts), format)
    for shaking, times in found:
        if times.failed:
            note(
                f"warning: {times.failed} of {times.runs} runs with steps of {shaking.gamma} "
                "failed before they left: take smaller steps"
            )
    wrote(paths)
    for one in kept:
        one.done()


# --- private helpers ----------------------------------------------------------------------------


def _basin(total: FiniteSum, start: str | None, window: str | None) -> Basin:
    """Return the minimum that is nearest to the start, and the ways out of its basin."""
    import numpy as np

    from bea.measure.escape import critical_points, ways_out
    from bea.reports.escape import Basin

    if total.dimension > 2:
        raise BeaError(
            f"'{total.name}' has {total.dimension} variables: minima and saddles are looked for in "
            "one or two"
        )
    box = None if window is None else points(window, "--window")
    if box is not None and (len(box) != total.dimension or len(box[0]) != 2):
        raise DimensionError(
            f"--window '{window}' is not a pair for each of {', '.join(total.variables)}: write "
            f"them with ';' between, such as '{'; '.join(['-2,2'] * total.dimension)}'"
        )
    if box is None and not total.about.window:
        raise BeaError(
            "where minima are is not known: give a window, such as "
            f"--window='{'; '.join(['-2,2'] * total.dimension)}'"
        )
    places = critical_points(total, box)
    minima = [point for point in places if point.kind == "minimum"]
    if not minima:
        raise BeaError(f"'{total.name}' has no minimum in the window: give another")
    chosen = minima[0]
    if start is not None:
        near = start_of(start, total)
        chosen = min(minima, key=lambda one: float(np.linalg.norm(one.point - near)))
    found = total.about.window if box is None else box
    return Basin(total, chosen, ways_out(total, chosen, places), found)


def _shaken(basin: Basin, gamma: str | None, batch: str, replacement: bool) -> list[Shaking]:
    from bea.noise import Batches
    from bea.reports.escape import Shaking

    sizes = [whole(part, "--batch") for part in batch.split(",")]
    rows = rows_of({"--gamma": gammas_of(gamma), "--batch": sizes})
    return [Shaking(basin, step, Batches(size, replacement)) for step, size in rows]


def _length(shaking: Shaking, steps: str | None) -> int:
    """Return for how many steps to watch."""
    if steps is not None:
        return whole(steps, "--steps")
    from bea.flows.ensembles.inputs import step_size

    count = _WATCHED * shaking.predicted / step_size(shaking.gamma)
    if not count <= _MOST_STEPS:
        raise BeaError(
            f"at temperature {shaking.temperature} the mean time is about {shaking.predicted:.3g}, "
            f"and to watch {_WATCHED} of them takes {count:.3g} steps: give more noise, or --steps"
        )
    return max(1, ceil(count))


def _watched(
    basin: Basin, shaking: Shaking, steps: int, kept: Kept, running: dict[str, Any]
) -> EscapeTimes:
    import bea
    from bea.measure.escape import escape_times

    with long_run(kept) as keywords:
        runs = bea.ensemble(
            "gradient-descent", basin.total, basin.minimum.point, gamma=shaking.gamma, steps=steps,
            batches=shaking.batches, until=basin.settled, **running, **keywords,
        )  # fmt: skip
    return escape_times(runs)


def _save(report: EscapeReport, folder: Path) -> list[Path]:
    """Write table and figure, and return where."""
    from bea.files import json_text, write_text
    from bea.plots import escape_figure, save_figure
    from bea.reports import plain_text

    figure = escape_figure(
        [shaking.temperature for shaking, _ in report.rows],
        [times for _, times in report.rows],
        report.basin.theories(),
    )
    return [
        write_text(folder / "escape.json", json_text(report.as_json())),
        write_text(folder / "table.txt", plain_text(*report.parts())),
        save_figure(figure, folder / "escape.png"),
    ]
