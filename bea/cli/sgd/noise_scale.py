"""`bea sgd noise-scale`: how step size, batch and momentum trade, in exact numbers."""

from __future__ import annotations

from typing import Annotated

import typer

from bea.cli.formats import Page, show
from bea.cli.reading import options
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import out_file, whole
from bea.cli.reading.sums import SumSubject
from bea.cli.sgd import options as sgd_options
from bea.cli.sgd.options import gammas_of, rows_of
from bea.errors import BeaError

_PANEL = "How to measure"

_Size = Annotated[
    str | None,
    typer.Option(
        "--size",
        "-N",
        metavar="N",
        help="The number of losses, where no finite sum is given.",
        rich_help_panel=_PANEL,
    ),
]
_Momentum = Annotated[
    str,
    typer.Option(
        "--momentum",
        metavar="LIST",
        help="The momentum m of heavy ball; one, or one for each row.",
        rich_help_panel=_PANEL,
    ),
]
_Batches = Annotated[
    str | None,
    typer.Option(
        "--batch",
        "-B",
        metavar="LIST",
        help="How many losses a step sees; several, one for each row, with commas.",
        rich_help_panel=_PANEL,
    ),
]
_Noise = Annotated[
    str | None,
    typer.Option(
        "--noise",
        metavar="NUMBER",
        help="Instead of --batch: a noise scale g, whose batch size is found.",
        rich_help_panel=_PANEL,
    ),
]
_Curvature = Annotated[
    str | None,
    typer.Option(
        "--curvature",
        metavar="NUMBER",
        help="With --variance: also the stationary variance on h θ²/2, for this h.",
        rich_help_panel=_PANEL,
    ),
]
_Variance = Annotated[
    str | None,
    typer.Option(
        "--variance",
        metavar="NUMBER",
        help="With --curvature: the variance of the gradient of one loss.",
        rich_help_panel=_PANEL,
    ),
]


@gathered
def sgd_noise_scale(
    problem_text: sgd_options.SumArgument = None,
    *,
    subject: SumSubject,
    gamma: sgd_options.Gamma = None,
    size: _Size = None,
    batch: _Batches = None,
    noise: _Noise = None,
    momentum: _Momentum = "0",
    replacement: sgd_options.Replacement = False,
    curvature: _Curvature = None,
    variance: _Variance = None,
    format: options.Format = "text",
    out: options.OutFile = None,
) -> None:
    """Show the noise scale g = ε/(1 − m) (N/B − 1) of step size ε, batch B and momentum m.

    With the sample covariance S of the gradients of N losses, the iterates walk at random with the
    covariance g S/N per unit of time: equal noise scales are equal noise. With lists there is a
    row for each.

    For example:

      bea sgd noise-scale --size 1000 --gamma 1/10 --batch 1,10,100,1000
      bea sgd noise-scale --size 1000 --gamma "1/10, 1/100" --batch 10 --momentum "0, 9/10"
      bea sgd noise-scale --size 1000 --gamma 1/10 --noise 99/20
      bea sgd noise-scale linear-regression --gamma 1/10 --curvature 1 --variance 1/4
    """
    target = out_file(out)
    total = _size(subject, problem_text, size)
    if batch is not None and noise is not None:
        raise BeaError("--batch and --noise are both given: give one of them")
    if (curvature is None) != (variance is None):
        raise BeaError("--curvature and --variance go together: give both, or none")
    if noise is not None and (replacement or curvature is not None):
        raise BeaError(
            "--noise finds a batch size without replacement, in general no whole number: leave "
            "--replacement, --curvature and --variance out"
        )
    sizes = [whole(part, "--batch") for part in (batch or "1").split(",")]
    momenta = [part.strip() for part in momentum.split(",")]
    rows = rows_of({"--gamma": gammas_of(gamma), "--batch": sizes, "--momentum": momenta})

    from bea.reports import plain_text
    from bea.reports.noise import NoiseReport

    report = NoiseReport(total, replacement)
    for step, count, m in rows:
        if noise is not None:
            report.add_noise(noise, step, m)
        else:
            report.add_batch(count, step, m, curvature, variance)
    page = Page(report.as_json, text=lambda width: plain_text(*report.parts(), width=width))
    show(page, format, target)


# --- private helpers ----------------------------------------------------------------------------


def _size(subject: SumSubject, problem: str | None, size: str | None) -> int:
    """Return N, of the sum or as it was given."""
    found = subject.chosen(None, problem).problem
    if found is not None and size is not None:
        raise BeaError("--size is given beside a finite sum, which has its own: leave it out")
    if found is not None:
        return int(getattr(found, "size"))  # noqa: B009
    if size is None:
        raise BeaError("the number of losses is not known: give --size, or name a finite sum")
    return whole(size, "--size")
