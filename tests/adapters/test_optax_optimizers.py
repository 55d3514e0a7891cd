"""optax's optimizers: bea's methods step as they do, and their measured terms are the derived."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import numpy as np
import optax
import pytest
from numpy.testing import assert_allclose

import bea
from bea.adapters import OptaxOptimizer, as_bea_method, gamma
from bea.adapters.tracing.traced import Traced
from bea.errors import MethodError


@pytest.mark.parametrize(
    ("maker", "options", "method"),
    [
        (optax.sgd, {}, "gradient-descent"),
        (optax.sgd, {"momentum": 0.9}, "heavy-ball(beta=9/10)"),
        (optax.sgd, {"momentum": 0.9, "nesterov": True}, "nesterov-torch(beta=9/10)"),
        (optax.rmsprop, {}, "rmsprop(beta=9/10, epsilon=1/100000000, placement=inside)"),
        (optax.rmsprop, {"eps_in_sqrt": False, "eps": 1e-4}, "rmsprop(beta=9/10, epsilon=1/10000"),
        (optax.adam, {}, "adam(beta1=9/10, beta2=999/1000"),
        (optax.adam, {"eps": 0.0, "eps_root": 1e-6}, "adam("),
        (optax.adam, {"nesterov": True}, "nadam("),
        (optax.adamw, {"weight_decay": 0.3}, "adamw("),
        (optax.nadam, {"b1": 0.8}, "nadam(beta1=4/5"),
        (optax.adagrad, {"initial_accumulator_value": 0.0}, "adagrad("),
        (optax.sign_sgd, {}, "sign-descent"),
    ],
)
def test_iterates_are_bea_s_to_rounding(
    maker: Any, options: dict[str, Any], method: str, distance: Callable[[Any], float]
) -> None:
    optimizer = OptaxOptimizer(maker, **options)
    assert str(as_bea_method(optimizer)).startswith(method)
    assert distance(optimizer) < 2e-14


def test_float64_does_not_hang_on_jax_s_own_setting(loss: bea.Loss) -> None:
    assert not jax.config.jax_enable_x64
    run = bea.iterate(OptaxOptimizer(optax.sgd), loss, [[0.7, 0.1]], [0.1], steps=1)
    assert_allclose(run.values[0, 0, 0], [0.7, 0.1] + 0.1 * loss(np.array([0.7, 0.1])), rtol=1e-15)
    assert not jax.config.jax_enable_x64


def test_chain_of_one_s_own_runs_as_it_is(loss: bea.Loss) -> None:
    clipped = OptaxOptimizer(lambda rate: optax.chain(optax.clip(0.5), optax.sgd(rate)))
    run = bea.iterate(clipped, loss, [[0.7, 0.6], [2.0, 2.0]], [0.1], steps=5)
    theta = np.array([[0.7, 0.6], [2.0, 2.0]])
    for n in range(5):
        theta = theta + 0.1 * np.clip(loss(theta), -0.5, 0.5)
        assert_allclose(run.values[0, :, n], theta, rtol=1e-14)
    ours = bea.iterate(as_bea_method(clipped), loss, [[0.7, 0.6], [2.0, 2.0]], [0.1], steps=5)
    assert_allclose(ours.values, run.values, rtol=1e-14)


@pytest.mark.parametrize(
    ("maker", "options", "burn_in"),
    [
        (optax.sgd, {"momentum": 0.5}, 55),
        (optax.sgd, {"momentum": 0.5, "nesterov": True}, 55),
        (optax.rmsprop, {"decay": 0.5, "eps": 1e-3}, 55),
        (optax.adam, {"b1": 0.5, "b2": 0.6}, 75),
        (optax.adamw, {"b1": 0.5, "b2": 0.6, "weight_decay": 0.1}, 75),
        (optax.nadam, {"b1": 0.5, "b2": 0.6}, 75),
    ],
)
def test_derived_terms_are_the_measured_ones(
    maker: Any, options: dict[str, Any], burn_in: int, terms_at: Callable[..., Any]
) -> None:
    terms = terms_at(OptaxOptimizer(maker, **options), burn_in, 1.6e-3)
    assert all(term.agree for term in terms), terms
    for term, digits in zip(terms, (1e-9, 1e-6, 1e-2), strict=True):
        assert (term.uncertainty < digits * (1 + np.abs(term.derived))).all(), str(term)


@pytest.mark.parametrize(
    ("maker", "options"),
    [
        (optax.rmsprop, {"decay": 0.5, "eps": 1e-3, "momentum": 0.5}),
        (optax.rmsprop, {"decay": 0.5, "eps": 1e-3, "momentum": 0.5, "nesterov": True}),
        (optax.rmsprop, {"decay": 0.5, "eps": 1e-3, "momentum": 0.3, "eps_in_sqrt": False}),
        (optax.adam, {"b1": 0.5, "b2": 0.6, "eps": 1e-3, "eps_root": 1e-3}),
        (optax.adamw, {"b1": 0.5, "b2": 0.6, "eps": 1e-3, "eps_root": 1e-3, "weight_decay": 0.1}),
    ],
)
def test_options_that_have_a_rule_step_as_the_optimizer_does(
    maker: Any, options: dict[str, Any], distance: Callable[[Any], float]
) -> None:
    assert distance(OptaxOptimizer(maker, **options)) < 5e-13


@pytest.mark.parametrize(
    ("maker", "options"),
    [
        (optax.rmsprop, {"centered": True, "eps": 1e-3}),
        (optax.rmsprop, {"initial_scale": 1.0}),
        (optax.rmsprop, {"bias_correction": True}),
        (optax.adamw, {"mask": True}),
        (optax.adamw, {"nesterov": True}),
        (optax.adam, {"eps_root": 1e-6, "nesterov": True}),
        (optax.adagrad, {}),
        (optax.lion, {}),
        (partial(optax.adam, b1=0.5), {}),
    ],
)
def test_what_bea_has_no_method_for_is_traced(
    maker: Any, options: dict[str, Any], distance: Callable[[Any], float]
) -> None:
    optimizer = OptaxOptimizer(maker, **options)
    assert isinstance(as_bea_method(optimizer), Traced)
    assert distance(optimizer) < 5e-13


@pytest.mark.parametrize(
    ("maker", "options", "refused"),
    [
        (optax.sgd, {"momentum": 0.9, "accumulator_dtype": "bfloat16"}, "rounds vectors to bfl"),
        (optax.adam, {"mu_dtype": "bfloat16"}, "rounds vectors to bfloat16"),
        (optax.adamw, {"mask": {"w": True}}, "'optax.adamw' refuses the parameters"),
    ],
)
def test_option_that_no_equation_has_is_refused(
    maker: Any, options: dict[str, Any], refused: str
) -> None:
    with pytest.raises(MethodError, match=refused):
        as_bea_method(OptaxOptimizer(maker, **options))


def test_transformation_that_is_made_already_is_refused() -> None:
    for made in (optax.sgd(0.1), optax.identity()):
        with pytest.raises(MethodError, match="hides its options"):
            as_bea_method(made)
        with pytest.raises(MethodError, match="hides its options"):
            OptaxOptimizer(made)
    with pytest.raises(MethodError, match="learning_rate is set by bea"):
        OptaxOptimizer(optax.sgd, learning_rate=0.1)
    with pytest.raises(MethodError, match=r"optax\.sgd has no option 'beta'"):
        OptaxOptimizer(optax.sgd, beta=0.9)
    with pytest.raises(MethodError, match="returned a float"):
        OptaxOptimizer(lambda rate: rate)


def test_gamma_stands_for_the_learning_rate_of_what_is_made_already(loss: bea.Loss) -> None:
    made = optax.chain(optax.add_decayed_weights(0.25), optax.sgd(gamma, momentum=0.5))
    ours = bea.modified_equation(as_bea_method(made), loss, 2)
    wanted = bea.modified_equation(
        bea.methods.get("heavy-ball-l2", beta="1/2", weight_decay="1/4"), loss, 2
    )
    assert [list(map(str, t)) for t in ours.terms] == [list(map(str, t)) for t in wanted.terms]
    with pytest.raises(MethodError, match="stands for the learning rate"):
        made.update(np.ones(2), made.init(np.ones(2)), np.ones(2))
