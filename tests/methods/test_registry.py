"""The register: every method says what it is, and is found by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import signature
from typing import Any

import pytest

import bea.methods
from bea.errors import MethodError, UnknownNameError
from bea.methods import Method, available, get, register, registry

MAKERS = sorted(available().items())
each = pytest.mark.parametrize(("name", "cls"), MAKERS, ids=[name for name, _ in MAKERS])


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Registrations of a test are forgotten after it."""
    monkeypatch.setattr(registry, "_classes", dict(available()))
    yield


@each
def test_every_method_says_what_it_is(name: str, cls: type[Method]) -> None:
    assert cls.name == name == name.lower()
    assert name.replace("-", "").isalnum()
    for text in (cls.title, cls.source, cls.formula, cls.__doc__):
        assert text
        assert text.strip()
    assert "\n" not in cls.title + cls.source + cls.formula


@each
def test_python_name_makes_the_method(name: str, cls: type[Method]) -> None:
    maker = getattr(bea.methods, name.replace("-", "_"))
    assert callable(maker)
    assert (maker.__doc__ or "").lower().startswith(cls.title.lower())
    assert cls.formula in (maker.__doc__ or "") and cls.source.split()[0] in (maker.__doc__ or "")
    assert list(signature(maker).parameters) == list(signature(cls).parameters)
    assert name.replace("-", "_") in dir(bea.methods)
    try:
        assert type(maker()) is cls
    except MethodError as error:
        assert "needs the hyperparameter" in str(error)


def test_the_methods_of_the_first_release_are_there() -> None:
    assert set(available()) >= {
        "gradient-descent", "explicit-euler", "implicit-euler", "explicit-midpoint",
        "implicit-midpoint", "trapezoidal", "heun", "ralston", "kutta3", "rk4", "gauss4",
        "gauss6", "runge-kutta",
    }  # fmt: skip
    assert list(available()) == sorted(available())
    assert get("gradient-descent").gradient
    assert not get("explicit-euler").gradient


@pytest.mark.parametrize(
    ("name", "parameters", "error", "message"),
    [
        ("rk5", {}, UnknownNameError, r"there is no method 'rk5': .* its tableau: 'runge-kutta"),
        ("gradien-desent", {}, UnknownNameError, r"Did you mean 'gradient-descent'\?"),
        ("qqqq", {}, UnknownNameError, r"unknown method 'qqqq'. 'bea list methods' shows them"),
        ("heun", {"beta": 1}, UnknownNameError, "'heun' has no hyperparameter 'beta': it has none"),
        ("bdf7", {}, MethodError, "steps=7 is unknown: choose one of 1, 2, 3, 4, 5, 6"),
        (
            "gradient-descent",
            {"lr": "1/10", "momentum": "9/10"},
            UnknownNameError,
            "'lr', 'momentum': it has none. The learning rate is .* or gammas. Take heavy-ball.$",
        ),
        (
            "gradient-descent",
            {"momentum": "9/10", "nesterov": True},
            UnknownNameError,
            "'momentum', 'nesterov': it has none. Take nesterov-torch.$",
        ),
        ("runge-kutta", {"bb": 1}, UnknownNameError, r"it has A, b, c. Did you mean 'b'\?"),
        ("runge-kutta", {"b": "1"}, MethodError, "'runge-kutta' needs the hyperparameter 'A'"),
    ],
)
def test_errors(
    name: str, parameters: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        get(name, **parameters)
    assert "\n" not in str(caught.value)


def test_unknown_attribute() -> None:
    with pytest.raises(AttributeError, match="has no method 'rk5'"):
        bea.methods.rk5()
    with pytest.raises(AttributeError, match="Did you mean 'heavy_ball'"):
        bea.methods.heavybal()
    with pytest.raises(AttributeError, match="Did you mean 'modified_equation'"):
        bea.modifed_equation  # noqa: B018
    assert not hasattr(bea.methods, "__wrapped__")


@pytest.mark.usefixtures("scratch")
def test_a_registered_method_is_found() -> None:
    @register
    @dataclass(frozen=True)
    class Damped(Method):
        """Half a step."""

        name = "damped-step"
        title = "half a step"
        weight: Any = "1/2"

    assert get("damped-step", weight="1/3") == Damped(weight="1/3")
    assert bea.methods.damped_step().parameters == {"weight": "1/2"}


@pytest.mark.usefixtures("scratch")
def test_a_class_that_is_defined_anew_takes_its_place() -> None:
    """As when a notebook's cell is run twice."""

    def define(title: str) -> type[Method]:
        class Again(Method):
            """The same class, edited."""

            name = "again"

        Again.title = title
        return register(Again)

    first, second = define("first"), define("second")
    assert first is not second
    assert type(get("again")) is second


@pytest.mark.usefixtures("scratch")
def test_a_name_is_not_taken_twice() -> None:
    class Heun(Method):
        """Another class of the same name."""

        name = "heun"

    with pytest.raises(MethodError, match=r"'heun' is taken by bea\.methods\..*Heun: choose"):
        register(Heun)
    assert get("heun").order_of_accuracy == 2


def test_a_name_is_needed() -> None:
    class Nameless(Method):
        """No name."""

    with pytest.raises(MethodError, match="Nameless has no name: set the class attribute 'name'"):
        register(Nameless)
