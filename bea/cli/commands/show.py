"""`bea show`: what a method, a problem or a schedule is."""

from __future__ import annotations

from typing import Annotated

import typer

from bea.cli.formats import Page
from bea.cli.formats import show as shown
from bea.cli.reading import options
from bea.cli.reading.completion import all_names


def show(
    name: Annotated[
        str,
        typer.Argument(
            autocompletion=all_names,
            metavar="NAME",
            help="A method, a problem or a schedule, as 'bea list' has it.",
        ),
    ],
    format: options.FormulaFormat = "text",
) -> None:
    """Show a method, a problem or a schedule: its formula, parameters with ranges, and source.

    For example:

      bea show heavy-ball
      bea show himmelblau
      bea show cosine --format json
      bea show gauss4 --format latex
    """
    from bea.cli.reading.subject import meant
    from bea.reports.catalogue import record_of, showing, shown_latex

    record = record_of(name)
    if record["kind"] == "method":
        meant(name)
    shown(Page(lambda: record, lambda: showing(record), latex=lambda: shown_latex(record)), format)
