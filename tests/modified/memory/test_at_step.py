"""The field of one step of a run from its beginning: n flows after one another are the run."""

from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.errors import BeaError
from bea.fields import VectorField
from bea.methods import Method, from_text
from bea.modified import ComponentwiseEquation

LOSS = bea.problems.loss("x**2/2 + x**4/4")
NUMBERS = {"beta1": "1/2", "beta2": "3/4", "epsilon": "1/10"}
METHODS = {
    "adam": bea.methods.adam(**NUMBERS),
    "adam, not corrected": bea.methods.adam(**NUMBERS, bias_correction="no", placement="inside"),
    "rmsprop": bea.methods.rmsprop(beta="1/2", epsilon="1/10"),
    "adagrad": bea.methods.adagrad(epsilon="1/10"),
    "heavy ball": bea.methods.heavy_ball(beta="1/2"),
    "a rule that counts": from_text("m = m + (grad - m)/n; theta = theta - gamma*m/sqrt(n)"),
    "no closed form": from_text("v = tanh(v)/2 + grad; theta = theta - gamma*v"),
}


@pytest.mark.parametrize("name", METHODS)
def test_flows_one_after_the_other_are_the_run(name: str) -> None:
    """The miss after three steps is of the order K + 2, of one flow after the other."""
    method, gammas = METHODS[name], [0.002, 0.001]
    runs = bea.iterate(method, LOSS, [[0.8]], gammas, steps=3).values[:, 0, -1, 0]
    for order in (0, 1):
        fields = [bea.modified_equation(method, LOSS, order, at_step=n) for n in (1, 2, 3)]
        misses = []
        for gamma, end in zip(gammas, runs, strict=True):
            x = np.array([[0.8]])
            for field in fields:
                x = bea.flow(field, x, [gamma], [gamma]).values.reshape(1, 1)
            misses.append(abs(x.item() - end))
        assert abs(np.log2(misses[0] / misses[1]) - (order + 2)) < 0.15, (order, misses)


@pytest.mark.parametrize("step", [1, 2, 5])
def test_adam_is_its_lags_by_hand(step: int) -> None:
    """With the bias corrected f_0 = -u, u = g/S, S = √(g² + ε), at every step.

    So θ_k = θ_n + (n - k) γ u, and the averages lag by A_i = Σ (1-β_i) β_i^(n-k) (n-k)/(1-β_i^n):
    f_1 = -(A_1 - A_2 g²/S²) g' u/S - u' u/2 with u' = g' ε/S³.
    """
    method = bea.methods.adam(**NUMBERS, placement="inside")
    equation = bea.modified_equation(method, LOSS, 1, at_step=step)
    x, eps = 0.8, 0.1
    g, slope = x + x**3, 1 + 3 * x**2
    size = np.sqrt(g**2 + eps)
    u = g / size

    def lag(beta: float) -> float:
        terms = [(1 - beta) * beta ** (step - k) * (step - k) for k in range(1, step + 1)]
        return sum(terms) / (1 - beta**step)

    first = -(lag(0.5) - lag(0.75) * g**2 / size**2) * slope * u / size
    first -= slope * eps / size**3 * u / 2
    leading = equation.truncate(0)([[x]], 1.0).item()
    assert leading == pytest.approx(-u, rel=1e-13)
    assert equation([[x]], 1.0).item() - leading == pytest.approx(first, rel=1e-12)


def test_every_loss_at_once_agrees_with_each() -> None:
    for name in ("adam", "rmsprop", "adagrad"):
        general = bea.modified_equation(METHODS[name], order=1, at_step=3)
        assert isinstance(general, ComponentwiseEquation)
        concrete = bea.modified_equation(METHODS[name], LOSS, 1, at_step=3)
        for mine, other in zip(general.on(LOSS), concrete.components, strict=True):
            assert all((a - b).is_zero() for a, b in zip(mine, other, strict=True)), name
        assert "sqrt" not in str(general) and general.latex()


def test_on_trees_it_tends_to_the_modified_field() -> None:
    method = bea.methods.heavy_ball(beta="1/2")
    second = bea.modified_equation(method, order=0, at_step=2).coefficients
    assert list(second.values()) == [fmpq(3, 2)]
    late = bea.modified_equation(method, order=2, at_step=60).coefficients
    steady = bea.modified_equation(method, order=2).coefficients
    for tree, value in steady.items():
        assert abs(float((late[tree] - value).p) / float((late[tree] - value).q)) < 1e-12


def test_it_is_of_a_step_and_not_iterated() -> None:
    equation = bea.modified_equation(METHODS["adam"], LOSS, 1, at_step=2)
    assert equation.as_json()["parameters"]["step"] == "2"
    assert str(equation.method).startswith("step 2 of adam")
    with pytest.raises(BeaError, match="iterate the method itself"):
        bea.iterate(equation.method, LOSS, [[0.8]], [0.1])
    for number in (0, -1, True, 1.5):
        with pytest.raises(BeaError, match="is no step"):
            bea.modified_equation(Method(), VectorField.read("x"), at_step=number)  # type: ignore[arg-type]
