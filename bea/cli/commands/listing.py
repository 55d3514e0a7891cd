"""`bea list methods`, `problems` and `schedules`: what there is to choose from."""

from __future__ import annotations

from bea.cli.formats import Page, show
from bea.cli.reading.options import Format, group


def list_methods(format: Format = "text") -> None:
    """List the methods, with their order of accuracy and their parameters.

    For example:

      bea list methods
      bea list methods --format json
    """
    from bea.reports import catalogue

    records, table = catalogue.method_records, catalogue.method_table
    show(Page(lambda: {"methods": records()}, lambda: [table()]), format)


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


list_app = group(
    "List the methods, the problems or the schedules that have a name.",
    {"methods": list_methods, "problems": list_problems, "schedules": list_schedules},
)
