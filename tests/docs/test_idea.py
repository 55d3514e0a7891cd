"""The idea of bea in a page of plain Python gives what bea gives."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sympy import Poly, symbols

import bea

PAGE = Path(__file__).parents[2] / "docs" / "idea.py"
SYMBOLS = symbols("x y")

Field = Callable[[Any, Any], tuple[Any, Any]]
Terms = dict[tuple[int, ...], Fraction]

# Each is read twice: by the page with series, by bea as the text that SymPy's symbols make of it.
FIELDS: dict[str, Field] = {
    "bowl with a quartic": lambda x, y: (-2 * x - x * x * x, -1 * y),
    "oscillator": lambda x, y: (y, -1 * x),
    "prey and predators": lambda x, y: (x - x * y, x * y - Fraction(1, 2) * y),
    "quadratic, no gradient": lambda x, y: (x * y + y * y, x * x - 3 * x * y),
    "rest": lambda x, y: (0 * x, 0 * y),
}

each_field = pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
each_order = pytest.mark.parametrize("order", range(4))


@pytest.fixture
def idea() -> ModuleType:
    spec = spec_from_file_location("idea", PAGE)
    assert spec is not None and spec.loader is not None
    page = module_from_spec(spec)
    spec.loader.exec_module(page)
    return page


def as_bea_field(field: Field) -> bea.VectorField:
    text = ", ".join(str(component) for component in field(*SYMBOLS))
    return bea.problems.field(text, "x y")


def by_bea(method: bea.Method, problem: bea.VectorField, order: int) -> list[Terms]:
    """Return the components of bea's modified field as the page keeps its series."""
    terms = bea.modified_equation(method, problem, order=order).terms
    return [
        {
            (k, *powers): Fraction(int(c.p), int(c.q))
            for k, term in enumerate(component)
            for powers, c in Poly(term, *SYMBOLS).terms()
            if c
        }
        for component in zip(*terms, strict=True)
    ]


def by_page(page: ModuleType, step: Callable, field: Field, order: int) -> list[Terms]:
    page.ORDER = order
    S = page.operator(step, field)
    return [page.rate(S, coordinate).terms for coordinate in (page.X, page.Y)]


@each_order
@each_field
def test_gradient_descent_is_bea_s(idea: ModuleType, field: Field, order: int) -> None:
    expected = by_bea(bea.methods.explicit_euler(), as_bea_field(field), order)
    assert by_page(idea, idea.gradient_descent, field, order) == expected


@each_order
@each_field
@pytest.mark.parametrize("beta", [Fraction(0), Fraction(1, 2), Fraction(9, 10)])
def test_heavy_ball_is_bea_s(idea: ModuleType, field: Field, order: int, beta: Fraction) -> None:
    idea.BETA = beta
    expected = by_bea(bea.methods.heavy_ball(beta=beta), as_bea_field(field), order)
    assert by_page(idea, idea.heavy_ball, field, order) == expected


@each_order
def test_the_network_descends_its_loss(idea: ModuleType, order: int) -> None:
    loss = bea.problems.loss("(x*y)**2/2", "x y")
    for step, method in (
        (idea.gradient_descent, bea.methods.gradient_descent()),
        (idea.heavy_ball, bea.methods.heavy_ball(beta=idea.BETA)),
    ):
        assert by_page(idea, step, idea.downhill, order) == by_bea(method, loss, order)


def test_the_rate_of_any_function_is_its_derivative_along_the_field(idea: ModuleType) -> None:
    x, y = idea.X, idea.Y
    S = idea.operator(idea.heavy_ball, idea.downhill)
    by_product_rule = 2 * x * idea.rate(S, x) - 2 * y * idea.rate(S, y)
    assert idea.rate(S, x * x - y * y).terms == by_product_rule.terms


def test_the_velocity_that_has_not_settled_gives_another_field(idea: ModuleType) -> None:
    def forgetful(f: Field, theta: Any, velocity: Any) -> Any:
        return idea.heavy_ball(f, theta, [0 * v for v in velocity])

    wrong = by_page(idea, forgetful, idea.downhill, 1)
    assert wrong != by_page(idea, idea.heavy_ball, idea.downhill, 1)


def test_it_runs_with_the_standard_library_alone_and_prints_both_equations() -> None:
    command = [sys.executable, "-I", "-S", "-X", "utf8", str(PAGE)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert (
        "gradient_descent: x' =\n  γ^0: (-1) x^1 y^2\n  γ^1: (-1/2) x^1 y^4 + (-1) x^3 y^2\n"
        in run.stdout
    )
    assert (
        "heavy_ball: x' =\n  γ^0: (-2) x^1 y^2\n  γ^1: (-6) x^1 y^4 + (-12) x^3 y^2\n" in run.stdout
    )
    # The gradient flow keeps the imbalance; the steps do not.
    assert run.stdout.count("imbalance' =\n  γ^0: 0\n  γ^1: (") == 2


def test_it_imports_the_standard_library_only() -> None:
    nodes = list(ast.walk(ast.parse(PAGE.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert names
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_it_is_a_page() -> None:
    assert len(PAGE.read_text(encoding="utf-8").splitlines()) <= 100
