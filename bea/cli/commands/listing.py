"""`bea list methods`, `problems` and `schedules`: what there is to choose from."""

from __future__ import annotations

from bea.cli.reading.inputs import choice
from bea.cli.reading.options import Format, group
from bea.cli.streams import emit

__all__ = ["list_app"]

_FORMATS = ("text", "json")


def list_methods(format: Format = "text") -> None:
    """List the methods, with their order of accuracy and their parameters.

    For example:

      bea list methods
      bea list methods --format json
    """
    choice(format, _FORMATS, "--format")
    from bea.files import json_text
    from bea.reports import catalogue, console_on

    if format == "json":
        emit(json_text({"methods": catalogue.method_records()}))
        return
    console_on().print(catalogue.method_table())


def list_problems(format: Format = "text") -> None:
    """List the losses and the ODEs, with their formulas and parameters.

    For example:

      bea list problems
      bea list problems --format json
    """
    choice(format, _FORMATS, "--format")
    from bea.files import json_text
    from bea.reports import catalogue, console_on

    if format == "json":
        emit(json_text({"problems": catalogue.problem_records()}))
        return
    for kind in ("loss", "field"):
        console_on().print(catalogue.problem_table(kind))


def list_schedules(format: Format = "text") -> None:
    """List the schedules by which step sizes change, with their parameters.

    For example:

      bea list schedules
      bea list schedules --format json
    """
    choice(format, _FORMATS, "--format")
    from bea.files import json_text
    from bea.reports import catalogue, console_on

    if format == "json":
        emit(json_text({"schedules": catalogue.schedule_records()}))
        return
    console_on().print(catalogue.schedule_table())


list_app = group(
    "List the methods, the problems or the schedules that have a name.",
    {"methods": list_methods, "problems": list_problems, "schedules": list_schedules},
)
