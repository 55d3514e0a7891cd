"""The recipes of CONTRIBUTING, pasted into a copy of the package: each is one file, and works."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`(bea/[\w/]+\.py)`:\n\n```python\n(.*?)```", TEXT, re.M | re.S))
#: Where each line of registration goes; those of a list take the place of a line there.
LINES = dict(
    re.findall(r"`(bea/[\w/]+\.pyi?)`(?: makes it [^:]+)?:\n\n```python\n(.*?)```", TEXT, re.S)
)
BEFORE = {
    "bea/cli/app.py": '    "demo": "commands.demo:demo",\n',
    "bea/cli/formats/__init__.py": '_NAMES = ("text", "latex", "json")\n',
}


def registered(path: str, text: str, line: str) -> str:
    """Return a file with the line in it."""
    if path not in BEFORE:
        return text + line
    assert BEFORE[path] in text
    kept = "" if line.strip().startswith("_NAMES") else BEFORE[path]
    return text.replace(BEFORE[path], kept + line)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the package and all recipes in it."""
    folder = tmp_path_factory.mktemp("recipes")
    shutil.copytree(ROOT / "bea", folder / "bea", ignore=shutil.ignore_patterns("__pycache__"))
    for path, code in FILES.items():
        assert not (folder / path).exists()
        (folder / path).write_text(code, encoding="utf-8")
    for path, line in LINES.items():
        if path not in FILES:
            place = folder / path
            place.write_text(registered(path, place.read_text("utf-8"), line), "utf-8")
    return folder


def ran(folder: Path, *command: str) -> str:
    run = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_there_are_eight_of_one_file_and_at_most_one_line() -> None:
    assert len(FILES) == 8
    registrations = {path: line for path, line in LINES.items() if path not in FILES}
    assert len(registrations) == 4
    assert all(line.count("\n") == 1 for line in registrations.values())


def test_the_pasted_code_is_in_the_house_style(copy: Path) -> None:
    paths = [str(copy / path) for path in FILES]
    config = ["--config", str(ROOT / "pyproject.toml")]
    run = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--diff", *config, *paths],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout


COMMANDS = {
    "method": (["derive", "nystrom3", "--order", "3"], "γ³"),
    "problem": (["derive", "gradient-descent", "pseudo-huber", "--order", "1"], "x"),
    "route": (["derive", "heun", "--route", "interpolation"], "1/12 f''(f,f)"),
    "command": (["trees", "--order", "3"], "[[],[]]"),
    "format": (["trees", "--order", "2", "--format", "lines"], 'trees = [{"tree": "[]"'),
    "format of another command": (["list", "schedules", "-f", "lines"], "schedules = [{"),
}


@pytest.mark.parametrize("recipe", COMMANDS)
def test_the_command_line_knows_it(copy: Path, recipe: str) -> None:
    arguments, expected = COMMANDS[recipe]
    assert expected in ran(copy, "-m", "bea", *arguments)


CODE = {
    "figure": """
import bea
from bea.plots.order.coefficients import coefficients_data
equation = bea.modified_equation(bea.methods.explicit_euler(), order=1)
assert bea.plots.coefficients_figure(equation).axes[0].get_xlabel() == "order of the tree"
assert coefficients_data(equation).tolist() == [[1, 1], [2, 0.5]]
""",
    "law of noise": """
import bea
from bea.measure.weak import weak_defect
total = bea.problems.finite_sum(["(x - 1)**2/2", "(x + 2)**2", "x**4/8 - x", "x**3/3"])
law = bea.noise.Neighbours(3)
assert law.factor(4) == bea.noise.Batches(3).factor(4) and bea.noise.Neighbours(2).factor(4) is None
defect = weak_defect(bea.methods.extragradient(), total, "x**2", 1, point=["1/3"], batches=law)
assert defect[:3] == [0, 0, 0] and defect[3] != 0
""",
    "arithmetic": """
import numpy as np
import bea
from bea.fields.arithmetics.complex_numbers import ComplexField
f = ComplexField(bea.problems.himmelblau())
method = bea.methods.get("sam").bind(f.constant)
theta, h = np.array([0.3 + 0j, -1.2 + 0j]), 1e-30
step = lambda gamma: method.step(f, theta, (), gamma)[0]
slope, small = step(0.01 + 1j * h).imag / h, 1e-5
assert np.allclose(slope, ((step(0.01 + small) - step(0.01 - small)) / (2 * small)).real, rtol=1e-6)
""",
}  # fmt: skip


@pytest.mark.parametrize("recipe", CODE)
def test_python_knows_it(copy: Path, recipe: str) -> None:
    ran(copy, "-c", CODE[recipe])
