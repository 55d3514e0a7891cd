"""What there is to choose from: methods, problems and schedules, as tables and as records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import Parameter, getdoc, signature
from typing import Any

from rich.table import Table

from bea import methods, problems
from bea.algebra.language.building import add
from bea.algebra.language.expressions import to_text
from bea.errors import UnknownNameError, nearest
from bea.files.texts import in_columns
from bea.methods.schedules import library as schedules
from bea.reports.mathematics import indented
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


def record_of(name: str) -> dict[str, Any]:
    """Return what there is of a name: its record in the lists, and which list that is.

    Raises
    ------
    UnknownNameError
        If nothing has that name.

    Examples
    --------
    >>> found = record_of("heavy-ball")
    >>> found["kind"], found["parameters"]
    ('method', {'beta': {'default': '9/10', 'range': '[0, 1)'}})
    """
    lists = {
        "method": method_records(),
        "problem": problem_records(),
        "schedule": schedule_records(),
    }
    for kind, records in lists.items():
        for record in records:
            if record["name"] == name:
                return {**record, "kind": kind, "parameters": _parameters(kind, record)}
    known = [record["name"] for records in lists.values() for record in records]
    raise UnknownNameError(
        f"nothing is named '{name}'.{nearest(name, known)} 'bea list methods', 'problems' and "
        "'schedules' show all names"
    )


def showing(record: dict[str, Any]) -> list[Any]:
    """Return what `bea show` prints, from top to bottom, as things that rich can print."""
    rows = [(name, told["range"], _or_none(told["default"]))
            for name, told in record["parameters"].items()]  # fmt: skip
    table = [table_of(("parameter", "may be", "by default"), rows)] if rows else []
    return [f"{record['kind']} {record['name']}: {record['title']}", "", *_formula(record),
            *table, *_known(record)]  # fmt: skip


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


def _parameters(kind: str, record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    cls = methods.available()[record["name"]] if kind == "method" else None
    return {
        name: {"default": default, "range": "" if cls is None else _range(cls, name)}
        for name, default in record["parameters"].items()
    }


def _range(cls: Any, name: str) -> str:
    """Return where a hyperparameter may lie, or what it is chosen from."""
    if name in cls.options:
        return ", ".join(map(str, cls.options[name]))
    if name not in cls.ranges:
        return ""
    low, high, ends = cls.ranges[name]
    return f"{ends[0]}{low:g}, {high:g}{ends[1]}"


def _formula(record: dict[str, Any]) -> Iterator[str]:
    formula = record.get("formula")
    if formula:
        yield f"    {formula}"
        yield ""
    cls: Any = methods.available().get(record["name"]) if record["kind"] == "method" else None
    if cls is not None and isinstance(vars(cls).get("A"), str):
        yield indented(_tableau(cls().tableau), 4)
        yield ""


def _tableau(tableau: Any) -> str:
    """Lay a tableau out: the nodes, a bar, the matrix, and the weights below a line.

    >>> print(_tableau(methods.get("heun").tableau))
    0  |
    1  |  1
    ---+----------
       |  1/2  1/2
    """

    def line(head: str, entries: Any) -> tuple[str, ...]:
        return (head, "|", *(to_text(entry) for entry in entries))

    size = tableau.stages
    rows = [line(to_text(add(*row)), row[:i] if tableau.explicit else row)
            for i, row in enumerate(tableau.A)]  # fmt: skip
    whole = [(*row, *[""] * (size + 2 - len(row))) for row in (*rows, line("", tableau.b))]
    *above, below = in_columns(whole).splitlines()
    bar = above[0].index("|")
    rule = "-" * bar + "+" + "-" * (max(map(len, (*above, below))) - bar - 1)
    return "\n".join([*above, rule, below])


def _known(record: dict[str, Any]) -> Iterator[str]:
    if record.get("variables"):
        yield f"variables: {', '.join(record['variables'])}"
    if record.get("order_of_accuracy"):
        yield f"order of accuracy: {record['order_of_accuracy']}"
    if record["kind"] == "method":
        reason = methods.available()[record["name"]].iterates_only
        if reason:
            yield f"no modified equation: {reason}"
    if record.get("source"):
        yield f"source: {record['source']}"


def _or_none(value: Any) -> str:
    return "to be given" if value is None else str(value)
