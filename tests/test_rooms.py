"""The rooms: no circles among modules, no crowded package, no long file and no long function.

Circles are counted over imports of every kind, at the top of a module, for types only and inside a
function, so that none can hide.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "bea").rglob("*.py")
}
# An element knows its ring and a ring makes its elements; these are the two and what serves both.
DECLARED = {
    f"bea.algebra.ring.{name}"
    for name in ("atoms", "conversions", "element", "ring", "roots", "zero_test")
}
MOST_FILES, MOST_LINES, LONGEST_BODY = 14, 400, 40


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the modules of bea that a module imports, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in FILES else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def entered(module: str, target: str) -> Iterator[str]:
    """Yield the packages below bea that importing the target runs first, from outside of them."""
    parts = target.split(".")
    packages = (".".join(parts[:n]) for n in range(2, len(parts)))
    return (package for package in packages if not f"{module}.".startswith(f"{package}."))


def check_circles(trees: dict[str, ast.Module]) -> None:
    """Raise `CycleError`, which names a circle, if there is one; what is declared counts as one."""

    def named(module: str) -> str:
        return "declared" if module in DECLARED else module

    graph: dict[str, set[str]] = {}
    for module, tree in trees.items():
        found = {target for target in imported(tree) if target in trees}
        rooms = {room for target in found for room in entered(module, target) if room in trees}
        targets = {named(target) for target in found | rooms}
        graph.setdefault(named(module), set()).update(targets - {named(module)})
    TopologicalSorter(graph).prepare()


def test_no_modules_import_each_other_in_a_circle() -> None:
    check_circles({module: tree_of(module) for module in FILES})


def test_the_count_sees_a_circle_of_every_kind() -> None:
    inside = "def f():\n    from bea.b import x\n"
    for_types = "if TYPE_CHECKING:\n    from bea.a import y\n"
    with pytest.raises(CycleError):
        check_circles({"bea.a": ast.parse(inside), "bea.b": ast.parse(for_types)})


@pytest.mark.parametrize("package", sorted({path.parent for path in FILES.values()}), ids=str)
def test_a_room_is_not_crowded(package: Path) -> None:
    assert len([p for p in package.glob("*.py") if p.name != "__init__.py"]) <= MOST_FILES


@pytest.mark.parametrize("module", sorted(FILES))
def test_files_and_functions_are_short(module: str) -> None:
    assert len(FILES[module].read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    functions = [f for f in ast.walk(tree_of(module)) if isinstance(f, ast.FunctionDef)]
    assert [f.name for f in functions if body(f) > LONGEST_BODY] == []


def body(function: ast.FunctionDef) -> int:
    """Return the number of lines of a function below its head and docstring."""
    skipped = 1 if ast.get_docstring(function) else 0
    statements = function.body[skipped:]
    return statements[-1].end_lineno - statements[0].lineno + 1 if statements else 0
