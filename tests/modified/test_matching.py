"""The derivation as it is written down: its numbers are those of the equation."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.modified.matching import Matching, linear_parts, matched_on_field, matched_on_trees
from bea.modified.memory.character import Character
from bea.modified.symbolic_step import rational_if_possible

METHODS = {
    "descent": bea.methods.gradient_descent(),
    "rk4": bea.methods.rk4(),
    "implicit": bea.methods.implicit_midpoint(),
    "heavy ball": bea.methods.heavy_ball(beta="beta"),
    "nesterov": bea.methods.nesterov(beta="1/2"),
    "two steps": bea.methods.get("bdf", steps=2),
    "decay": bea.methods.get("heavy-ball-decay", beta="1/2", weight_decay="1/3"),
    "game": bea.methods.alternating(),
    "rule": bea.methods.from_text("v = b*v + grad; theta = theta - gamma*(grad + v)", b="1/3"),
}


@pytest.mark.parametrize("name", METHODS)
def test_what_is_found_on_trees_is_the_equation(name: str) -> None:
    method = METHODS[name]
    equation = bea.modified_equation(method, order=2)
    found = [b for power in matched_on_trees(method, 2) for b in power.found[0]]
    assert found == list(equation.coefficients.values())


@pytest.mark.parametrize("name", METHODS)
def test_the_matrix_times_what_is_found_is_step_less_flow(name: str) -> None:
    method = METHODS[name]
    matrices = linear_parts(method)
    for power in matched_on_trees(method, 2):
        for i, tree in enumerate(power.places):
            matrix = np.array(matrices[method.colors.index(tree.color)], dtype=object)
            unknown = np.array([column[i] for column in power.found], dtype=object)
            right = [s[i] - f[i] for s, f in zip(power.step, power.flow, strict=True)]
            assert [rational_if_possible(x) for x in matrix @ unknown - right] == [0] * len(right)


def test_the_flow_before_is_that_of_the_terms_found() -> None:
    # Euler: exp(γ(f − γ/2 f'f)) has 1/6 − 1/2 = −1/3 at f'f'f, Hairer, Lubich, Wanner, (IX.1.4).
    third = matched_on_trees(bea.methods.explicit_euler(), 2)[2]
    assert [str(x) for x in third.flow[0]] == ["-1/3", "-1/6"]
    assert [str(x) for x in third.found[0]] == ["1/3", "1/6"]


@pytest.mark.parametrize("name", ["adam", "sam", "rmsprop"])
def test_what_is_found_on_a_problem_is_the_equation(name: str) -> None:
    loss = bea.problems.loss("x**2 + x*y + y**2")
    equation = bea.modified_equation(bea.methods.get(name), loss, order=1)
    found = matched_on_field(equation.character, 1)
    for terms, power in zip(equation.components, found, strict=True):
        assert all((a - b).is_zero() for a, b in zip(terms, power.found[0], strict=True))


def test_without_memory_flow_and_field_add_up_to_the_step() -> None:
    field = bea.problems.field("y, -sin(x)")
    character = Character(bea.methods.rk4(), field)
    powers: list[Matching] = matched_on_field(character, 4)
    for power in powers:
        for flow, term, step in zip(power.flow[0], power.found[0], power.step[0], strict=True):
            assert (flow + term - step).is_zero()
    assert any(not c.is_zero() for c in powers[4].found[0])
