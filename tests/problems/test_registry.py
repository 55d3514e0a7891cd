"""The register: names, parameters, and what is said when they are wrong."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from types import FunctionType

import pytest
from flint import fmpq

import bea.problems
from bea.errors import BeaError, DimensionError, DomainError, ExpressionError, UnknownNameError
from bea.fields.vector_field import Loss
from bea.problems import Problem, available, get, register
from bea.problems import registry as registry_module

LOSSES = [
    *("quadratic", "rosenbrock", "himmelblau", "beale", "booth", "styblinski-tang"),
    *("three-hump-camel", "saddle", "double-well", "monkey-saddle", "linear-network", "valley"),
    *("logistic-regression", "linear-regression", "sigmoid-regression"),
]
ODES = [
    *("linear", "lotka-volterra", "pendulum", "harmonic-oscillator", "nonlinear-oscillator"),
    *("van-der-pol", "kepler", "lorenz"),
]


@pytest.mark.parametrize(("kind", "names"), [("loss", LOSSES), ("field", ODES)])
def test_library_holds_what_the_subject_is_taught_with(kind: str, names: list[str]) -> None:
    assert set(names) <= set(available(kind))


def test_listing_parses_nothing_at_import() -> None:
    code = (
        "import sys, bea.problems as p; "
        "titles = [(r.name, r.kind, r.title, dict(r.parameters)) for r in p.available().values()]; "
        "assert len(titles) > 20; "
        "print('lark' in sys.modules, 'sympy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_module_attribute_makes_the_problem() -> None:
    loss = bea.problems.three_hump_camel()
    assert isinstance(loss, Loss)
    assert loss.name == "three-hump-camel"
    assert bea.problems.rosenbrock(b=10).about.parameters == (("a", "1"), ("b", "10"))
    assert "valley" in (bea.problems.rosenbrock.__doc__ or "")
    assert "lotka_volterra" in dir(bea.problems)


def test_no_module_hides_a_problem() -> None:
    modules = {module.name for module in pkgutil.iter_modules(bea.problems.__path__)}
    names = {name.replace("-", "_") for name in available()}
    assert not names & (modules | set(bea.problems.__all__))


def test_unknown_attribute_names_the_nearest_problem() -> None:
    with pytest.raises(AttributeError, match=r"no problem 'van_der_poll'.*'van_der_pol'"):
        _ = bea.problems.van_der_poll


def test_values_are_exact_in_every_form() -> None:
    forms = ["1/10", fmpq(1, 10), "0.1"]
    components = [str(get("van-der-pol", mu=form)) for form in forms]
    assert {repr(get("van-der-pol", mu=form)) for form in forms} == {"van_der_pol(mu=1/10)"}
    assert len(set(components)) == 1
    assert "x**2*v/10" in components[0]


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("rosenbrok", {}, "unknown problem 'rosenbrok'. Did you mean 'rosenbrock'.*bea list"),
        ("lorenz", {"sigme": 1}, "has no parameter 'sigme': it has sigma, rho, beta. Did.*'sigma'"),
        ("booth", {"a": 1}, "problem 'booth' has no parameter 'a': it has none"),
        ("quadratic", {"kappa": 9, "eigenvalues": "1, 2"}, "'kappa' .* no effect .* eigenvalues"),
    ],
)
def test_unknown_names(name: str, parameters: dict[str, object], message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        get(name, **parameters)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("rosenbrock", {"b": 0.5}, "parameter 'b' is the float 0.5"),
        ("rosenbrock", {"b": "1 +"}, "parameter 'b' cannot be read"),
        ("rosenbrock", {"a": "x"}, "'a' is given as 'x', where 'x' is a variable"),
        ("rosenbrock", {"a": "b"}, "'a' is given as 'b', where 'b' is another parameter"),
        ("rosenbrock", {"a": "2*a"}, "'a' is given in terms of itself"),
        ("quadratic", {"eigenvalues": "1,,2"}, "'eigenvalues' cannot be read: unexpected ','"),
        ("quadratic", {"eigenvalues": [1, 0.5]}, "'eigenvalues' is the float 0.5"),
        ("quadratic", {"eigenvalues": "x, 1"}, "'x' is given as a number and is a variable"),
        ("quadratic", {"eigenvalues": None}, "'eigenvalues' shapes the formula"),
        ("quadratic", {"tilt": "sqrt(2)"}, "'tilt' is not rational"),
        ("linear", {"matrix": 3}, "give rows such as"),
    ],
)
def test_unreadable_values(name: str, parameters: dict[str, object], message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        get(name, **parameters)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("rosenbrock", {"b": -1}, "'rosenbrock' needs b > 0, and it is -1"),
        ("quadratic", {"kappa": 0}, "'quadratic' needs kappa > 0, and it is 0"),
        ("quadratic", {"eigenvalues": "-1, 1"}, "'quadratic' needs -1 > 0: give another"),
        ("kepler", {"eccentricity": 1}, "'kepler' needs 1 - eccentricity > 0"),
    ],
)
def test_values_at_which_a_problem_is_another(
    name: str, parameters: dict[str, object], message: str
) -> None:
    with pytest.raises(DomainError, match=message):
        get(name, **parameters)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("linear", {"matrix": "1, 2; 3"}, "2 rows of 2, 1 entries: give a square matrix"),
        ("quadratic", {"eigenvalues": "1, 2, 3", "tilt": "1/2"}, "a tilt turns two axes"),
    ],
)
def test_wrong_dimensions(name: str, parameters: dict[str, object], message: str) -> None:
    with pytest.raises(DimensionError, match=message):
        get(name, **parameters)


def test_every_message_is_one_line() -> None:
    with pytest.raises(BeaError) as caught:
        get("rosenbrock", a="2*a")
    assert "\n" not in str(caught.value)


@pytest.fixture
def empty_register(monkeypatch: pytest.MonkeyPatch) -> None:
    available()  # all modules are imported, and stay out of the register of the test
    monkeypatch.setattr(registry_module, "_records", {})


@pytest.mark.usefixtures("empty_register")
def test_one_function_adds_a_problem() -> None:
    @register("loss")
    def cubic_well(depth: object = "3/2") -> Problem:
        """Well of a cubic. And more."""
        return Problem(
            formula="depth*(x**3/3 - x)",
            variables="x",
            source="a test",
            window=((-1, 2),),
            start=("0",),
            time=1.0,
        )

    assert list(available()) == ["cubic-well"]
    record = available()["cubic-well"]
    assert (record.kind, record.title) == ("loss", "Well of a cubic. And more")
    assert (record.formula, dict(record.parameters)) == ("depth*(x**3/3 - x)", {"depth": "3/2"})
    made = get("cubic-well", depth=2)
    assert (repr(made), str(made)) == ("cubic_well(depth=2)", "Loss(2*x**3/3 - 2*x)")


@pytest.mark.usefixtures("empty_register")
def test_register_refuses_what_it_cannot_list() -> None:
    def bare() -> Problem:
        raise NotImplementedError

    def cubic() -> Problem:
        """Cubic."""
        raise NotImplementedError

    with pytest.raises(BeaError, match="of kind 'loss' or 'field', not 'game'"):
        register("game")
    with pytest.raises(BeaError, match="'bare' has no docstring"):
        register("loss")(bare)
    register("loss")(cubic)
    another = FunctionType(cubic.__code__, globals(), "cubic")
    another.__qualname__ = "another"
    another.__doc__ = "Cubic of another module."
    with pytest.raises(BeaError, match="name 'cubic' is taken"):
        register("loss")(another)
