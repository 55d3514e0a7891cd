"""What there is to choose from: methods, problems and schedules, as tables and as records."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, getdoc, signature
from typing import Any

from rich.table import Table

from bea import methods, problems
from bea.methods.schedules import library as schedules
from bea.reports.tables import table_of


def method_records() -> list[dict[str, Any]]:
    """Return the methods as records for machines.

    >>> "explicit-euler" in [record["name"] for record in method_records()]
    True
    """
    return [
        {
            "name": name,
            "title": cls.title,
            "order_of_accuracy": cls.order_of_accuracy,
            "formula": cls.formula,
            "parameters": _defaults(cls),
            "source": cls.source,
        }
        for name, cls in methods.available().items()
    ]


def method_table() -> Table:
    """Return the table that `bea list methods` prints."""
    rows = [
        (
            record["name"],
            _or_dash(record["order_of_accuracy"]),
            _or_dash(", ".join(map(_assigned, record["parameters"].items()))),
            record["title"],
        )
        for record in method_records()
    ]
    return table_of(("method", ">order", "parameters", "what it is"), rows)


def problem_records() -> list[dict[str, Any]]:
    """Return the problems as records for machines.

    >>> [r["formula"] for r in problem_records() if r["name"] == "himmelblau"]
    ['(x**2 + y - 11)**2 + (x + y**2 - 7)**2']
    """
    return [
        {
            "name": record.name,
            "kind": record.kind,
            "title": record.title,
            "formula": record.formula,
            "variables": list(record.variables),
            "parameters": dict(record.parameters),
            "source": record.source,
        }
        for record in problems.available().values()
    ]


def problem_table(kind: str) -> Table:
    """Return the table of all problems of a kind, "loss" or "field"."""
    heads = {"loss": "loss L", "field": "components of f"}
    rows = [
        (
            record["name"],
            record["formula"],
            " ".join(record["variables"]),
            _or_dash(", ".join(map(_assigned, record["parameters"].items()))),
        )
        for record in problem_records()
        if record["kind"] == kind
    ]
    return table_of(("problem", heads[kind], "variables", "parameters"), rows)


def schedule_records() -> list[dict[str, Any]]:
    """Return the schedules as records for machines.

    >>> [r["parameters"] for r in schedule_records() if r["name"] == "cosine"]
    [{'time': '1', 'low': '0'}]
    """
    return [
        {
            "name": name,
            "title": _title(maker),
            "parameters": _defaults(maker),
        }
        for name, maker in schedules.available().items()
    ]


def schedule_table() -> Table:
    """Return the table that `bea list schedules` prints."""
    rows = [
        (
            record["name"],
            _or_dash(", ".join(map(_assigned, record["parameters"].items()))),
            record["title"],
        )
        for record in schedule_records()
    ]
    return table_of(("schedule", "parameters", "what it is"), rows)


# --- private helpers ----------------------------------------------------------------------------


def _defaults(maker: Callable[..., Any]) -> dict[str, str | None]:
    """Return names and defaults; None where there is no default."""
    found = signature(maker).parameters.values()
    none = (Parameter.empty, None, ())
    return {p.name: None if p.default in none else str(p.default) for p in found}


def _title(maker: Callable[..., Any]) -> str:
    """Return what the first line of a docstring says that is returned."""
    line = (getdoc(maker) or "").partition("\n")[0]
    return line.removeprefix("Return ").rstrip(".").replace("`", "")


def _assigned(item: tuple[str, str | None]) -> str:
    name, value = item
    return name if value is None else f"{name}={value}"


def _or_dash(value: Any) -> str:
    return str(value) if value else "–"
