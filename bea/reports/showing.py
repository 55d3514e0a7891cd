"""One method, problem or schedule on a page: what it does, what it takes, where it is from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bea import methods
from bea.algebra.language.building import add
from bea.algebra.language.expressions import to_text
from bea.errors import UnknownNameError, nearest
from bea.files.texts import in_columns
from bea.reports import catalogue
from bea.reports.mathematics import indented
from bea.reports.tables import table_of


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
        "method": catalogue.method_records(),
        "problem": catalogue.problem_records(),
        "schedule": catalogue.schedule_records(),
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
    cls = methods.available().get(record["name"]) if record["kind"] == "method" else None
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
