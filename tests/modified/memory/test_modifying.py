"""What to feed a method with memory so that it follows the flow of f without error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.errors import MethodError
from bea.modified.memory.modifying import modifying_with_memory
from bea.modified.routes.manifold import fed_on_trees


@pytest.mark.parametrize("name", ["heavy-ball(beta=1/2)", "nesterov(beta=1/3)", "adams-bashforth"])
def test_fed_with_it_nothing_is_left_but_the_rate(name: str) -> None:
    method = bea.methods.registry.read(name)
    found = fed_on_trees(method, 3, modifying_with_memory(method, 3))
    assert (
        float(found[0].p) / float(found[0].q)
        == bea.modified_equation(method, order=0).effective_rate
    )
    assert not any(found[1:])


def test_without_momentum_it_is_that_of_descent() -> None:
    heavy_ball = bea.modifying_integrator(bea.methods.heavy_ball(beta=0), order=3)
    descent = bea.modifying_integrator(bea.methods.gradient_descent(), order=3)
    assert dict(heavy_ball.coefficients) == dict(descent.coefficients)


def test_of_heavy_ball_it_takes_the_penalty_away() -> None:
    # To order 1 what the flow descends is L + gamma (1 + beta)/(4 (1 - beta)^2) |grad L|^2, up to
    # the factor 1/(1 - beta); what is to be fed has the opposite sign.
    heavy_ball = bea.methods.heavy_ball(beta="beta")
    fed = bea.modifying_integrator(heavy_ball, order=2)
    assert fed.is_gradient == (True, True, False)
    assert str(fed.truncate(1).modified_loss()) == "L − γ(1+β)/(4(1−β)²) ‖∇L‖² + O(γ²)"


@pytest.mark.parametrize("order", [0, 1, 2])
def test_iterates_follow_the_flow_to_one_order_more_for_each_term(order: int) -> None:
    loss = bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2")
    method = bea.methods.nesterov(beta="1/3")
    fed = bea.modifying_integrator(method, loss, order)
    rate: Any = fmpq(3, 2)
    along, back = (bea.VectorField([c * rate * s for c in loss.components]) for s in (1, -1))
    gammas = np.array([0.004, 0.002])
    missed = []
    for gamma in gammas:
        # So early that the transients have gone at the same point for all step sizes.
        start = bea.flow(back, [[0.8, 0.6]], [1.0], [36 * gamma]).values[0, 0, -1]
        steps = round(0.35 / gamma)
        run = bea.iterate(method, fed, start, gamma, steps=36 + steps).values[0, 0]
        end = bea.flow(along, [run[35]], [1.0], [steps * gamma]).values[0, 0, -1]
        missed.append(np.linalg.norm(end - run[-1]))
    assert abs(np.log2(missed[0] / missed[1]) - (order + 1)) < 0.12


@pytest.mark.parametrize("name", ["adamw", "adam"])
def test_without_trees_of_one_field_it_is_not_known(name: str) -> None:
    with pytest.raises(MethodError, match="is known only of methods of one field on trees"):
        modifying_with_memory(bea.methods.get(name), 1)
