"""What there is to choose from: methods, problems and schedules, as tables and as records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from inspect import getdoc
from typing import Any

from rich.table import Table

from bea import methods, problems
from bea.algebra.language.makers import defaults, told_default
from bea.errors import BeaError, UnknownNameError, nearest
from bea.methods import described
from bea.methods.foreign import MARK
from bea.methods.library.runge_kutta import TableauMethod
from bea.methods.names import method_named, other_names
from bea.methods.schedules import library as schedules
from bea.problems.names import no_problem
from bea.reports.formulas.notebook import latex
from bea.reports.formulas.signs import formula_latex
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
            "group": _group(cls),
            "also": other_names(name, cls),
            "order_of_accuracy": cls.order_of_accuracy,
            "formula": cls.formula,
            "parameters": defaults(cls),
            "source": cls.source,
        }
        for name, cls in methods.available().items()
    ]


def methods_found(words: str) -> list[dict[str, Any]]:
    """Return the records of the methods that say these words, one after the other or all of them.

    Raises
    ------
    UnknownNameError
        If there is none.

    Examples
    --------
    >>> [record["name"] for record in methods_found("weight decay heavy")]
    ['heavy-ball-decay', 'heavy-ball-l2']
    """
    wanted = re.findall(r"[\w.]+", words.lower())
    said = [(record, _all_words(record)) for record in method_records()]
    found = [record for record, text in said if f" {' '.join(wanted)}" in text]
    found = found or [r for r, text in said if all(f" {word}" in text for word in wanted)]
    if not found:
        groups = ", ".join(dict.fromkeys(record["group"] for record in method_records()))
        raise UnknownNameError(
            f"no method has '{words}' in its name, title, source or group (the groups are {groups})"
        )
    return found


def method_table(records: list[dict[str, Any]]) -> Table:
    """Return what `bea list methods` prints: a line for each method, group by group."""
    rows: list[tuple[str, str, str]] = []
    for group, members in by_groups(records).items():
        rows += [("", "", "")] * bool(rows) + [("", "", f"{group}:")]
        rows += [(r["name"], _or_dash(r["order_of_accuracy"]), _line(r["title"])) for r in members]
    return table_of(("method", ">order", "what it is"), rows)


def by_groups(records: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the records of methods by their groups, in the order in which they are listed.

    >>> next(iter(by_groups(method_records())))
    'gradient descent'
    """
    groups = dict.fromkeys([*_GROUPS.values(), *(r["group"] for r in records)])
    found = {group: [r for r in records if r["group"] == group] for group in groups}
    return {group: members for group, members in found.items() if members}


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
            _listed(record["variables"]),
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
            "parameters": defaults(maker),
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
    other = problems.plain_name(name) or name
    other = other if other in known else _also(name)
    if other in known:
        return record_of(other)
    raise UnknownNameError(_nothing(name, known))


def showing(record: dict[str, Any]) -> list[Any]:
    """Return what `bea show` prints, from top to bottom, as things that rich can print."""
    maker = _maker(record)
    rows = [(name, told["range"], told_default(maker, name))
            for name, told in record["parameters"].items()]  # fmt: skip
    table = [table_of(("parameter", "may be", "by default"), rows)] if rows else []
    return [f"{record['kind']} {record['name']}: {record['title']}", "",
            *_formula(record, maker), *table, *_known(record, maker)]  # fmt: skip


def shown_latex(record: dict[str, Any]) -> str:
    """Return the formula of what `record_of` found, in LaTeX, with the parameters' defaults.

    Raises
    ------
    BeaError
        If it has no formula before its parameters are given.

    Examples
    --------
    >>> print(shown_latex(record_of("gradient-descent")))
    \\theta_{+} = \\theta - \\gamma \\nabla L(\\theta)
    """
    maker = _maker(record)
    made = problems.get(record["name"]) if record["kind"] == "problem" else None
    missing = [n for n in record["parameters"] if told_default(maker, n) == "to be given"]
    if made is None and not missing:
        made = maker()
    shown = latex(made) if made is not None else formula_latex(record.get("formula") or "")
    if not shown:
        raise BeaError(
            f"{record['kind']} '{record['name']}' has no formula before {' and '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} given: leave --format out"
        )
    return shown


# --- private helpers ----------------------------------------------------------------------------

_GROUPS = {
    "gradient": "gradient descent",
    "momentum": "momentum",
    "adaptive": "adaptive and normalised",
    "regularised": "weight decay and preconditioning",
    "sharpness": "sharpness and look-ahead",
    "second_order": "second order",
    "games": "games",
    "euler": "one-step integrators",
    "multistep": "multistep integrators",
}
_MOST_VARIABLES = 4  # of a problem whose names are all listed
_LINE = 45  # characters of a title beside name and order in 80 columns


def _also(name: str) -> str:
    """Return the method or schedule that a name means, or no name."""
    try:
        return method_named(name, methods.available())[0]
    except UnknownNameError:
        return schedules.ALIASES.get(name.lower().replace("_", "-"), "")


def _nothing(name: str, known: Sequence[str]) -> str:
    """Return what to say of a name that nothing has: what is meant by it, or the nearest."""
    if MARK in name:
        return f"'{name}' is another library's: its equation is that of 'bea derive {name}'"
    said = (str(no_problem(name, "problem", ())), _why_no_method(name))
    told = next((text for text in said if not text.startswith("unknown")), "")
    return told or (
        f"nothing is named '{name}'.{nearest(name, known)} 'bea list methods', 'problems' and "
        "'schedules' show all names"
    )


def _why_no_method(name: str) -> str:
    try:
        return method_named(name, methods.available())[0]
    except UnknownNameError as error:
        return str(error)


def _group(cls: Any) -> str:
    """Return what a method is listed under, by the module where it stands."""
    *_, room, module = cls.__module__.split(".")
    if module == "imex":
        return "implicit-explicit pairs"
    if room == "partitioned" and module != "games":
        return "partitioned, splitting and composition"
    one_step = issubclass(cls, TableauMethod) or room in ("tableaux", "one_step")
    module = "euler" if one_step else module
    if module == "euler" and cls.gradient:
        module = "gradient"
    return _GROUPS.get(module, "optimizers" if cls.gradient else "integrators")


def _line(title: str) -> str:
    """Return a title that fits on its line: without what stands in brackets or after a colon."""
    for cut in (title, title.partition(" (")[0], title.partition(": ")[0]):
        if len(cut) <= _LINE:
            return cut
    return title[: _LINE - 1].rpartition(" ")[0] + " …"


def _all_words(record: dict[str, Any]) -> str:
    """Return all that a record says, each word after a blank."""
    names = ("name", "title", "group", "source", "formula")
    order = f"order {record['order_of_accuracy']}"
    said = [*(record[n] for n in names), *record["also"], *record["parameters"], order]
    return " " + re.sub(r"[^\w.]+", " ", " ".join(said).lower())


def _title(maker: Callable[..., Any]) -> str:
    """Return what the first line of a docstring says that is returned."""
    line = (getdoc(maker) or "").partition("\n")[0]
    return line.removeprefix("Return ").rstrip(".").replace("`", "")


def _assigned(item: tuple[str, str | None]) -> str:
    name, value = item
    return name if value is None else f"{name}={value}"


def _listed(variables: Sequence[str]) -> str:
    """Return the names, those of many by their ends: formulas need the width.

    >>> _listed(["x", "y"]), _listed(["w11", "w12", "w21", "w22", "w31", "w32"])
    ('x y', 'w11 … w32')
    """
    if len(variables) <= _MOST_VARIABLES:
        return " ".join(variables)
    return f"{variables[0]} … {variables[-1]}"


def _or_dash(value: Any) -> str:
    return str(value) if value else "–"


def _parameters(kind: str, record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    cls = methods.available()[record["name"]] if kind == "method" else None
    return {
        name: {"default": default, "range": "" if cls is None else described.range_of(cls, name)}
        for name, default in record["parameters"].items()
    }


def _maker(record: dict[str, Any]) -> Any:
    """Return what makes the thing: a class of methods, or a function."""
    if record["kind"] == "problem":
        return problems.available()[record["name"]].function
    makers: Any = methods if record["kind"] == "method" else schedules
    return makers.available()[record["name"]]


def _formula(record: dict[str, Any], maker: Any) -> Iterator[str]:
    lines: list[str] = []
    if record["kind"] == "method":
        lines = described.formula_lines(maker)
    elif record["kind"] == "problem":
        lines = problems.available()[record["name"]].formula_lines
    if lines:
        yield indented("\n".join(lines), 4)
        yield ""


def _known(record: dict[str, Any], maker: Any) -> Iterator[str]:
    if record["kind"] == "method":
        yield from described.notes(maker)
    elif record["kind"] == "problem":
        yield from problems.available()[record["name"]].notes
