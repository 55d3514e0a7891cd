"""`bea verify`: one verdict on a modified equation, from the method's own iterates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bea.cli.formats import Page, show
from bea.cli.reading import options
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import order, out_folder
from bea.cli.reading.request import Numbers, Request
from bea.cli.reading.subject import Subject
from bea.cli.streams import note, wrote

if TYPE_CHECKING:
    from bea.measure.order.certificate import Certificate

_FILES = ("certificate.npz", "certificate.json", "table.txt", "certificate.png")

_NOT_CONFIRMED = 1


@gathered
def verify(
    method: options.OptionalMethodArgument = None,
    problem_text: options.ProblemArgument = None,
    order_text: options.Order = "2",
    *,
    subject: Subject,
    numbers: Numbers,
    step: Annotated[
        bool,
        typer.Option(
            "--step",
            help="Verify the step: plain steps on the field, or loss, of `bea derive --step`.",
        ),
    ] = False,
    format: options.Format = "text",
    out: options.OutFolder = None,
) -> None:
    """Verify a method's modified equation against the method's own iterates, with controls.

    The flow of order K must miss the iterates by the power of γ that theory expects, and wrong
    flows must not: with its last term taken away or doubled, or, for momentum, from a start that is
    not corrected, the observed order must fall. What each term does, the last one too, is compared
    with what the iterates show, extrapolated to γ = 0: a term that is wrong by 0.1 % is refuted.
    How sharp that is, is said below the table. The verdict is confirmed, refuted, or undecided,
    with the reason and what to do. The exit status is 0 if it is confirmed, else 1, and 2 if the
    input is wrong.

    For example:

      bea verify gradient-descent himmelblau
      bea verify heavy-ball --loss himmelblau --param beta=1/2 --order 3
      bea verify heavy-ball --loss himmelblau --param beta=1/2 --order 3 --step
      bea verify adam booth -p beta1=1/2 -p beta2=3/4 -p epsilon=1/2 --out results/
      bea verify nesterov --loss "x**4 + x*y + y**2" -p beta=1/2 --starts "1,1; 1,2"
      bea verify rk4 lotka-volterra --order 4 --format json
      bea verify booth --update "v = beta*v + grad; theta = theta - gamma*v" --param beta=1/2
      bea verify gradient-descent himmelblau --schedule "exponential(rate=5)"
      bea verify --game "x*y + x**2/4; -x*y" --players "x; y" --rates "1; 1/2"
    """
    highest = order(order_text)
    request = Request.read(subject.placed(method, problem_text, "verify"), numbers)
    folder = out_folder(out, *_FILES)
    certificate = _verified(request, highest, step)

    from bea.reports.certificate import certificate_parts

    paths = [] if folder is None else _save(certificate, folder)
    show(Page(certificate.as_json, lambda: certificate_parts(certificate)), format)
    for warning in certificate.warnings:
        note(f"warning: {warning}")
    wrote(paths)
    if certificate.verdict != "confirmed":
        raise typer.Exit(_NOT_CONFIRMED)


# --- private helpers ----------------------------------------------------------------------------


def _verified(request: Request, highest: int, step: bool) -> Certificate:
    """Run what was asked for, with a bar on a terminal."""
    import sys

    from bea.reports import console_on
    from bea.reports.progress import reporting

    with reporting(console_on(sys.stderr)) as report:
        return request.certify(highest, report, step)


def _save(certificate: Certificate, folder: Path) -> list[Path]:
    """Write data, table and figure, and return where."""
    from bea.files import json_text, write_text
    from bea.plots import certificate_figure, save_figure
    from bea.reports import plain_text
    from bea.reports.certificate import certificate_parts

    parts: list[Any] = certificate_parts(certificate)
    return [
        certificate.save(folder / "certificate.npz"),
        write_text(folder / "certificate.json", json_text(certificate.as_json())),
        write_text(folder / "table.txt", plain_text(*parts)),
        save_figure(certificate_figure(certificate), folder / "certificate.png"),
    ]
