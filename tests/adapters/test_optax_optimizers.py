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
from bea.adapters import OptaxOptimizer, as_bea_method
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
    with pytest.raises(MethodError, match="no method for <lambda> of optax"):
        as_bea_method(clipped)


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
    ("maker", "options", "refused"),
    [
        (optax.sgd, {"accumulator_dtype": "bfloat16"}, "accumulator_dtype='bfloat16'"),
        (optax.rmsprop, {"centered": True}, "centered=True"),
        (optax.rmsprop, {"initial_scale": 1.0}, "initial_scale=1.0"),
        (optax.rmsprop, {"bias_correction": True}, "bias_correction=True"),
        (optax.adam, {"mu_dtype": "bfloat16"}, "mu_dtype='bfloat16'"),
        (optax.adamw, {"mask": {"w": True}}, "mask={'w': True}"),
        (optax.adamw, {"nesterov": True}, "nesterov=True"),
        (optax.adamw, {"weight_decay": lambda count: 0.1}, "weight_decay=<lambda>"),
        (optax.adam, {"eps_root": 1e-6, "nesterov": True}, "eps and eps_root"),
        (optax.adagrad, {}, "initial_accumulator_value=0.1"),
    ],
)
def test_option_that_is_not_modelled_is_named(
    maker: Any, options: dict[str, Any], refused: str
) -> None:
    with pytest.raises(MethodError) as caught:
        as_bea_method(OptaxOptimizer(maker, **options))
    assert f"does not model {refused} of optax.{maker.__name__}" in str(caught.value)


def test_maker_without_a_method_is_refused() -> None:
    with pytest.raises(MethodError, match="no method for lion of optax"):
        as_bea_method(OptaxOptimizer(optax.lion))
    with pytest.raises(MethodError, match=r"no method for .*partial.* of optax"):
        as_bea_method(OptaxOptimizer(partial(optax.adam, b1=0.5)))


def test_transformation_that_is_made_already_is_refused() -> None:
    for made in (optax.sgd(0.1), optax.identity()):
        with pytest.raises(MethodError, match="hides its options"):
            as_bea_method(made)
    with pytest.raises(MethodError, match="learning_rate is set by bea"):
        OptaxOptimizer(optax.sgd, learning_rate=0.1)
    with pytest.raises(MethodError, match=r"optax.sgd\(beta=0.9\) cannot be made: .*'beta'"):
        OptaxOptimizer(optax.sgd, beta=0.9)
    with pytest.raises(MethodError, match="returned a float"):
        OptaxOptimizer(lambda rate: rate)
