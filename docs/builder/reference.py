"""The pages of the reference: every public name of bea, listed by the library itself.

A name that `bea` itself shows is described there, and the room that it comes from links to it.
Sphinx's autosummary then writes a page for each name from its docstring.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import GenericAlias, ModuleType
from typing import Any

from bea.reports import catalogue

from . import first_corrections

FOLDER = Path("reference/api")
#: The rooms that a user meets, and what they hold.
ROOMS = {
    "bea": "The names at hand",
    "bea.methods": "Methods",
    "bea.methods.schedules": "Schedules of the step size",
    "bea.methods.analysis": "Analysis of a method",
    "bea.problems": "Losses, fields, games and sums",
    "bea.modified": "Modified equations",
    "bea.flows": "Iterates, flows, ensembles and training",
    "bea.flows.training": "Training runs",
    "bea.measure": "Drift, orders and certificates",
    "bea.measure.weak": "Weak errors, moments and laws",
    "bea.measure.training": "Noise scales, batches and averages",
    "bea.measure.equilibrium": "Equilibria of scale-invariant losses",
    "bea.measure.escape": "Escape times",
    "bea.noise": "Batches",
    "bea.plots": "Figures",
    "bea.explorer": "The explorer",
    "bea.adapters": "Optimizers and networks of other libraries",
    "bea.fields": "Vector fields",
    "bea.series": "Power series",
    "bea.trees": "Rooted trees",
    "bea.errors": "Errors and warnings",
}


def public_names(room: str) -> list[str]:
    """Return the public names of a room, sorted as people look them up."""
    module = import_module(room)
    shown = getattr(module, "__all__", None) or vars(module)
    listed = {*shown, *(name for name in dir(module) if room in _MADE)}
    found = [name for name in listed if not name.startswith("_") and _belongs(module, name)]
    return sorted(found, key=lambda name: (name.lower(), name))


def home(room: str, name: str) -> str:
    """Return the full name under which a public name of a room is described."""
    value = getattr(import_module(room), name)
    for other in ROOMS:
        shorter = len(other) < len(room) and name in public_names(other)
        if shorter and getattr(import_module(other), name) is value:
            return f"{other}.{name}"
    return f"{room}.{name}"


def pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each page."""
    for room, title in ROOMS.items():
        yield room, "\n".join(_page(room, title))
    yield "first_corrections", "\n".join(first_corrections.page())


def write(folder: Path) -> None:
    """Write the pages that are not there as they are now; take away those of names that went."""
    kept = {home(room, name) for room in ROOMS for name in public_names(room)}
    for stub in (folder / "names").glob("*.rst"):
        if stub.stem not in kept:
            stub.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages():
        path = folder / f"{name}.rst"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _page(room: str, title: str) -> Iterator[str]:
    heading = room if room == "bea" else f"{title}: {room}"
    yield from (heading, "=" * len(heading), "", f".. automodule:: {room}", "")
    for group, names in _groups(room):
        if group:
            yield from (group, "-" * len(group), "")
        aliases = [name for name in names if _is_alias(room, name)]
        own = [n for n in names if home(room, n) == f"{room}.{n}" and n not in aliases]
        yield from _table(own, ("   :toctree: names",))
        for name in aliases:
            stands_for = repr(getattr(import_module(room), name)).replace(f"{room}.", "")
            yield from (f".. py:type:: {name}", "", f"   Stands for ``{stands_for}``.", "")
        yield from _table(
            [f"~{home(room, name)}" for name in names if name not in [*own, *aliases]]
        )


def _is_alias(room: str, name: str) -> bool:
    """Return whether a name stands for a type such as tuple[Color, ...], which has no docstring."""
    return isinstance(getattr(import_module(room), name), GenericAlias)


def _table(names: list[str], options: tuple[str, ...] = ()) -> Iterator[str]:
    if names:
        yield from (".. autosummary::", *options, "   :nosignatures:", "")
        yield from (*(f"   {name}" for name in names), "")


def _groups(room: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the names of a room with a heading each, as `bea list` groups them."""
    names = public_names(room)
    groups: dict[str, list[str]] = {"": []}
    known = _MADE.get(room, dict)()
    for name in names:
        groups.setdefault(known.get(name, ""), []).append(name)
    yield from ((group, members) for group, members in groups.items() if members)


def _methods() -> dict[str, str]:
    return {r["name"].replace("-", "_"): _capital(r["group"]) for r in catalogue.method_records()}


def _problems() -> dict[str, str]:
    named = {"loss": "Losses", "field": "Vector fields", "sum": "Finite sums", "game": "Games"}
    return {
        r["name"].replace("-", "_"): named.get(r["kind"], _capital(r["kind"]))
        for r in catalogue.problem_records()
    }


#: The rooms whose names are made from a register, with the group of each.
_MADE: dict[str, Any] = {"bea.methods": _methods, "bea.problems": _problems}


def _belongs(module: ModuleType, name: str) -> bool:
    value = getattr(module, name)
    if isinstance(value, ModuleType):
        return False
    own = getattr(value, "__module__", module.__name__) or ""
    return hasattr(module, "__all__") or own.startswith(module.__name__)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _write(app: Any) -> None:
    write(Path(app.srcdir) / FOLDER)
    app.env.find_files(app.config, app.builder)  # what autosummary looks through


def setup(app: Any) -> dict[str, bool]:
    """Write the pages before autosummary looks for names in them."""
    app.connect("builder-inited", _write, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
