"""The names that people type for methods and hyperparameters."""

from __future__ import annotations

from inspect import signature

import pytest

import bea
from bea.errors import BeaError, UnknownNameError
from bea.methods import available, get, read
from bea.methods.names import ALIASES, MEANT


def test_aliases_lead_to_methods_and_hide_none() -> None:
    others = [other.partition("(")[0] for cls in available().values() for other in cls.also]
    assert len(others) == len(set(others))
    assert not set(others) & {*ALIASES, *MEANT, *available()}
    assert set(ALIASES.values()) <= set(available())
    assert not set(ALIASES) & set(available())
    assert not set(MEANT) & {*ALIASES, *available()}


@pytest.mark.parametrize(
    ("typed", "name", "parameters"),
    [
        ("gd", "gradient-descent", {}), ("sgd", "gradient-descent", {}),
        ("GD", "gradient-descent", {}),
        ("momentum", "heavy-ball", {"beta": "9/10"}), ("euler", "explicit-euler", {}),
        ("leapfrog", "stormer-verlet", {"split": "halves", "form": "velocity"}),
        ("position-verlet", "stormer-verlet", {"split": "halves", "form": "position"}),
        ("yoshida6", "yoshida", None), ("Lie-Trotter", "splitting", None),
        ("NAG", "nesterov", {"beta": "9/10"}),
        ("proximal point method", "implicit-euler", {}),
        ("proximal gradient method", "imex-euler", {"split": "f1 + f2", "implicit": "1"}),
        ("backward Euler", "implicit-euler", {}), ("Crank-Nicolson", "trapezoidal", {}),
        ("rk_4", "rk4", {}),
        ("ab3", "adams-bashforth", {"steps": "3"}), ("BDF2", "bdf", {"steps": "2"}),
        ("gradient_descent", "gradient-descent", {}), ("Adam-W", "adamw", None),
        ("RK45", "dormand-prince", {}), ("dopri5", "dormand-prince", {}), ("ssprk3", "ssp33", {}),
        ("Heun's method", "heun", {}), ("Störmer-Verlet", "stormer-verlet", None),
        ("trapezoidal rule", "trapezoidal", {}), ("Nesterov's", "nesterov", None),
        ("gradient descent with momentum", "heavy-ball", None),
        ("Radau5", "radau-iia", {"stages": "3"}), ("rkf45", "fehlberg", {}),
    ],
)  # fmt: skip
def test_another_name_of_what_exists_is_taken(
    typed: str, name: str, parameters: dict[str, str] | None
) -> None:
    found = get(typed)
    assert found.name == name
    assert parameters is None or found.parameters == parameters


def test_python_names_too() -> None:
    assert bea.methods.gd().name == "gradient-descent"
    assert bea.methods.momentum(momentum="1/2").parameters == {"beta": "1/2"}
    assert bea.methods.ab3().parameters == {"steps": "3"}
    assert bea.methods.radau().parameters == {"stages": "3"}
    with pytest.raises(AttributeError, match=r"no method 'dop853'. .*give its tableau"):
        _ = bea.methods.dop853


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("midpoint", "take explicit-midpoint or implicit-midpoint"),
        ("adabelief", "write its step as an update rule, such as --update"),
        ("L-BFGS", "line searches and restarts branch"),
        ("tsit5", r"give its tableau: 'runge-kutta\(A=…, b=…\)'"),
        ("sgld", "'bea sgd --help'"),
    ],
)
def test_what_does_not_exist_leads_to_what_is_near_in_meaning(typed: str, message: str) -> None:
    with pytest.raises(UnknownNameError, match=f"there is no method '{typed}': .*{message}"):
        get(typed)


@pytest.mark.parametrize(
    ("typed", "parameters"),
    [
        ("heavy-ball(momentum=1/2)", {"beta": "1/2"}),
        ("heavy-ball(mu=0.5)", {"beta": "1/2"}),
        ("nesterov(momentum=0.5)", {"beta": "1/2"}),
        ("adam(betas=0.5,0.75, eps=1/10)", {"beta1": "1/2", "beta2": "3/4", "epsilon": "1/10"}),
        ("adam(b1=1/2, beta_2=3/4)", {"beta1": "1/2", "beta2": "3/4"}),
        ("rmsprop(alpha=1/2)", {"beta": "1/2"}),
        ("rmsprop(rho=1/2)", {"beta": "1/2"}),
        ("heavy-ball(β=1/2)", {"beta": "1/2"}),
        ("adam(β₁=1/2, Beta2=3/4)", {"beta1": "1/2", "beta2": "3/4"}),
        ("adamw(wd=1/10)", {"weight_decay": "1/10"}),
        ("heavy-ball-l2(momentum=1/2, lam=1/10)", {"beta": "1/2", "weight_decay": "1/10"}),
        ("adams-bashforth(k=3)", {"steps": "3"}),
        ("damped-newton(damping=1/2)", {"delta": "1/2"}),
    ],
)
def test_hyperparameters_under_other_names(typed: str, parameters: dict[str, str]) -> None:
    assert read(typed).parameters.items() >= parameters.items()


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        (
            "adam",
            {"lr": 0.1},
            "step size γ: leave it out, runs take it as gamma or gammas",
        ),
        ("gd", {"learning_rate": 1}, "The learning rate is the step size γ"),
        ("gd", {"momentum": 0.9}, r"it has none\. Take heavy-ball\."),
        ("rk4", {"h": 0.1}, "The learning rate is the step size γ"),
        (
            "rmsprop",
            {"momentum": 0.9},
            "has no hyperparameter 'momentum'",
        ),  # its beta is of squares
        ("heavy-ball", {"alpha": 0.9}, "has no hyperparameter 'alpha'"),  # which may be its rate
        ("sam", {"rho": 0.05}, "The radius is ratio·γ: give it over the step size"),
        ("adam", {"epsilon": "1e-400"}, r"epsilon=1/10{40,60}… is out of range"),
        ("gd", {"weight_decay": 0.1}, "Take gradient-descent-l2, heavy-ball-l2 or adamw"),
        ("heavy-ball", {"momentum": 0.9, "beta": 0.8}, "is beta, which is given twice"),
        ("adam", {"betas": 0.9}, "betas is a pair: write betas=9/10,999/1000"),
    ],
)
def test_hyperparameters_that_a_method_has_not(
    name: str, given: dict[str, object], message: str
) -> None:
    with pytest.raises(BeaError, match=message):
        get(name, **given)


def test_all_own_names_stay() -> None:
    from bea.methods.names import hyperparameter_named

    for cls in available().values():
        known = list(signature(cls).parameters)
        assert all(hyperparameter_named(name, known) == (name,) for name in known)
