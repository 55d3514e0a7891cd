"""`bea report`: a document of one's own rule, with its derivation and its certificate."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bea.cli.reading import options
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import order
from bea.cli.reading.request import Numbers, Request
from bea.cli.reading.subject import Chosen, Subject
from bea.cli.streams import note
from bea.errors import BeaError

if TYPE_CHECKING:
    from bea.reports.document import Report


@gathered
def report(
    context: typer.Context,
    method: options.OptionalMethodArgument = None,
    problem_text: options.ProblemArgument = None,
    order_text: options.Order = "2",
    *,
    subject: Subject,
    numbers: Numbers,
    full: Annotated[
        bool,
        typer.Option("--full", help="Write out terms that fill a page, too."),
    ] = False,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="The document: .html, or .pdf where a browser of Chromium's kind is installed.",
        ),
    ] = Path("report.html"),
) -> None:
    """Write a document: the rule as read, its modified equation step by step, and its certificate.

    One file that needs nothing beside it: the derivation with its numbers, the equation as a
    formula, as text and in LaTeX, exact coefficients, the modified loss or why there is none, up to
    which step size it means something, what the method's own iterates say, how to do it again, and
    the sources as BibTeX. Without a problem there is nothing to run on, and no certificate.

    For example:

      bea report heavy-ball booth
      bea report booth --update "v = beta*v + grad; theta = theta - gamma*v" --param beta=1/2
      bea report --game "x*y; -x*y" --players "x; y" --order 1 --out game.html
      bea report stormer-verlet pendulum --order 4 --out verlet.pdf
      bea report adam booth -p beta1=1/2 -p beta2=3/4 -p epsilon=1/2 --order 1
    """
    from bea.reports.document.report import check_report

    highest, target = order(order_text), check_report(out)
    chosen = subject.placed(method, problem_text, "report")
    found = _reported(chosen, numbers, highest, typed_again(context), full)
    found.save(target)
    if found.certificate is None:
        note(f"no certificate: {found.lacking}")
    elif found.certificate.verdict != "confirmed":
        note(found.certificate.sentence())
    note(f"wrote {target}")


def typed_again(context: Any) -> str:
    """Return the command line as a shell would read it again, in the order of the options."""
    words = ["bea", str(context.info_name)]
    for parameter in context.command.params:
        value = context.params.get(parameter.name)
        given = context.get_parameter_source(parameter.name)
        if given is None or given.name != "COMMANDLINE" or value is None or value is False:
            continue
        if parameter.param_type_name == "argument":
            words.append(str(value))
            continue
        option = max(parameter.opts, key=len)
        for one in value if isinstance(value, list | tuple) else [value]:
            words += [option] if one is True else [option, str(one)]
    return shlex.join(words)


# --- private helpers ----------------------------------------------------------------------------


def _reported(chosen: Chosen, numbers: Numbers, order: int, command: str, full: bool) -> Report:
    """Derive and measure, with a bar on a terminal."""
    from bea.reports import console_on
    from bea.reports.document.report import NO_PROBLEM, Report, derived_pieces
    from bea.reports.progress import reporting

    with reporting(console_on(sys.stderr)) as progress:
        pieces = derived_pieces(chosen.method, chosen.problem, order)
        made: dict[str, Any] = {"command": command, "full": full}
        if chosen.problem is None:
            return Report(pieces, lacking=NO_PROBLEM, **made)
        if chosen.problem.parameters:
            names = ", ".join(chosen.problem.parameters)
            return Report(pieces, lacking=f"a run needs numbers, and {names} has none", **made)
        request = Request.read(chosen, numbers)
        try:
            return Report(pieces, request.certify(order, progress), **made)
        except BeaError as error:
            return Report(pieces, lacking=str(error), **made)
