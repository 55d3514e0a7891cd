"""The house stands as drawn: floors, public docstrings, and imports that are put off.

`lint-imports` checks from setup.cfg which floor imports which; here, that no module is left out.
"""

from __future__ import annotations

import configparser
import importlib
import inspect
import json
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import bea

ROOT = Path(__file__).parents[1]
HEAVY = ("lark", "matplotlib", "scipy", "sympy")
MAY_IMPORT = {
    "drawing": {"plots"},
    "symbols": {"modified", "fields", "bseries", "algebra", "series", "trees"},
}
CHILDREN = sorted(module.name for module in pkgutil.iter_modules(bea.__path__))
PACKAGES = ["bea"] + [
    f"bea.{module.name}" for module in pkgutil.iter_modules(bea.__path__) if module.ispkg
]


def contract(name: str) -> configparser.SectionProxy:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config[f"importlinter:contract:{name}"]


def floors() -> list[str]:
    names = contract("floors")["layers"].replace("|", " ").replace("(", " ").replace(")", " ")
    return names.split()


@pytest.mark.parametrize("child", CHILDREN)
def test_module_stands_on_a_floor(child: str) -> None:
    assert child in floors(), f"name bea.{child} in setup.cfg, [importlinter:contract:floors]"


@pytest.mark.parametrize("name", sorted(MAY_IMPORT))
def test_forbidding_contract_misses_no_module(name: str) -> None:
    forbidden = {module.removeprefix("bea.") for module in contract(name)["source_modules"].split()}
    allowed = MAY_IMPORT[name] | {"__main__"}
    assert not forbidden & allowed
    assert set(CHILDREN) <= forbidden | allowed


def documented(value: object) -> bool:
    return bool((inspect.getdoc(value) or "").strip())


def undocumented_methods(cls: type) -> list[str]:
    """Return the public methods of `cls`, its own or from bea's bases, that nothing describes."""
    own = [base for base in cls.__mro__ if base.__module__.partition(".")[0] == "bea"]
    names = {name for base in own for name in vars(base) if not name.startswith("_")}
    members = [(name, inspect.getattr_static(cls, name)) for name in sorted(names)]
    return [
        name
        for name, member in members
        if isinstance(member, (property, classmethod, staticmethod)) or inspect.isroutine(member)
        if not documented(getattr(cls, name))
    ]


def public_names(module: ModuleType) -> list[str]:
    assert hasattr(module, "__all__"), f"{module.__name__} has no __all__"
    return [name for name in module.__all__ if not name.startswith("__")]


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_exist_and_are_documented(package: str) -> None:
    module = importlib.import_module(package)
    assert documented(module)
    for name in public_names(module):
        value = getattr(module, name)
        if inspect.isclass(value):
            assert vars(value).get("__doc__"), f"{package}.{name} has no docstring"
            assert undocumented_methods(value) == [], f"of {package}.{name}"
        elif callable(value):
            assert documented(value), f"{package}.{name} has no docstring"


def heavy_modules_after(code: str) -> list[str]:
    """Return the heavy modules that a fresh interpreter holds after it has run `code`."""
    report = f"import json, sys; print(json.dumps(sorted(set({HEAVY!r}) & set(sys.modules))))"
    command = [sys.executable, "-W", "error", "-c", f"try:\n    {code}\nfinally:\n    {report}"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def test_importing_bea_loads_nothing_heavy() -> None:
    assert heavy_modules_after("import bea") == []


@pytest.mark.parametrize("arguments", [["--help"], ["derive", "--help"], ["drift", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    command = ["bea", *arguments]
    code = f"import sys; sys.argv = {command!r}; from bea.cli import main; main()"
    assert heavy_modules_after(code) == []


def test_the_probe_sees_a_heavy_module() -> None:
    assert "lark" in heavy_modules_after("import lark")
