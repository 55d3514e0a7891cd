"""`bea explore`: a page for any browser on which what bea derives is seen and moved."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bea.cli.reading import options
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import out_file
from bea.cli.reading.subject import Subject
from bea.cli.streams import note
from bea.errors import OutputError

if TYPE_CHECKING:
    from bea.explorer import Page

_Out = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="FILE", help="The page, an .html file."),
]
_Title = Annotated[
    str,
    typer.Option("--title", metavar="TEXT", help="The heading of the page.", show_default=False),
]


@gathered
def explore(
    problem_text: options.ProblemArgument = None,
    method: options.MethodOption = None,
    *,
    subject: Subject,
    title: _Title = "",
    out: _Out = Path("explorer.html"),
) -> None:
    """Write a page that opens offline in any browser, and shows what iterates really follow.

    Drag the start, move step size, order and hyperparameters; ten scenes teach the subject. With a
    problem in two variables, or a method, of your own these are shown first.

    For example:

      bea explore
      bea explore "x**2*y**2 + x**2 + y**2/2" --method heavy-ball --out page.html
      bea explore booth --update "v = b*v + grad; theta = theta - gamma*v" -p b=9/10
      bea explore --hamiltonian "p**2/2 + q**4/4" --method stormer-verlet
      bea explore --game "x*y; -x*y" --players "x; y" --method alternating
    """
    if out.suffix.lower() not in (".html", ".htm"):
        raise OutputError(f"'{out}' is not the name of a page: end it in .html")
    out_file(out)

    from bea.reports import console_on
    from bea.reports.progress import waiting

    with waiting(console_on(sys.stderr), "computing the page"):
        page = _page(problem_text, method, subject, title)
        page.save(out)
    note(f"wrote {out}: open it in a browser")


def _page(text: str | None, method: str | None, subject: Subject, title: str) -> Page:
    from bea import explorer

    if (text, method, subject) == (None, None, Subject()):
        return explorer.explore(title=title)
    chosen = subject.chosen(method, text)
    own = method is not None or subject.update is not None
    return explorer.explore(chosen.plain, chosen.method if own else None, title=title)
