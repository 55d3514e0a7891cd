"""`bea list methods`, `problems`, `schedules`, `torch`, `optax`: what there is to choose from."""

from __future__ import annotations

from typing import Annotated

import typer

from bea.cli.formats import Page, show
from bea.cli.reading.options import Format, group

Filter = Annotated[
    str,
    typer.Option(
        "--filter",
        metavar="WORDS",
        help="Only those with these words in name, title, group, parameters or source.",
    ),
]


def list_methods(filter: Filter = "", format: Format = "text") -> None:
    """List the methods by groups, a line for each with its order of accuracy.

    For example:

      bea list methods
      bea list methods --filter momentum
      bea list methods --format json
    """
    from bea.reports import catalogue

    records = catalogue.methods_found(filter)
    hint = "bea show NAME has the formula, the parameters and the source of a method."
    show(
        Page(lambda: {"methods": records}, lambda: [catalogue.method_table(records), hint]), format
    )


def list_problems(format: Format = "text") -> None:
    """List the losses and the ODEs, with their formulas and parameters.

    For example:

      bea list problems
      bea list problems --format json
    """
    from bea.reports import catalogue

    records, table = catalogue.problem_records, catalogue.problem_table
    show(Page(lambda: {"problems": records()}, lambda: [table("loss"), table("field")]), format)


def list_schedules(format: Format = "text") -> None:
    """List the schedules by which step sizes change, with their parameters.

    For example:

      bea list schedules
      bea list schedules --format json
    """
    from bea.reports import catalogue

    records, table = catalogue.schedule_records, catalogue.schedule_table
    show(Page(lambda: {"schedules": records()}, lambda: [table()]), format)


def list_torch(format: Format = "text") -> None:
    """List the optimizers of PyTorch that bea can read, as they are typed.

    For example:

      bea list torch
      bea derive torch:NAdam --loss booth
    """
    _list_library("torch", format)


def list_optax(format: Format = "text") -> None:
    """List the optimizers of optax that bea can read, as they are typed.

    For example:

      bea list optax
      bea derive optax:adam --loss booth
    """
    _list_library("optax", format)


def _list_library(library: str, format: str) -> None:
    from bea.methods.foreign import optimizers_of

    found = optimizers_of(library)
    hint = f"bea derive {found[0]} --loss booth derives its equation from its own source."
    show(Page(lambda: {"optimizers": found}, lambda: ["\n".join(found), hint]), format)


list_app = group(
    "List the methods, the problems or the schedules that have a name, or a library's optimizers.",
    {
        "methods": list_methods,
        "problems": list_problems,
        "schedules": list_schedules,
        "torch": list_torch,
        "optax": list_optax,
    },
)
