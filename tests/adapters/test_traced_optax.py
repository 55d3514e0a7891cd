"""optax's optimizers by their own source: the equations are those of bea's own methods."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from numpy.testing import assert_allclose

import bea
from bea.adapters import gamma, schedule_from_optax
from bea.adapters.jaxprs import registry
from bea.algebra.ring.conversions import read, to_expression
from bea.errors import GuessWarning, MethodError, UnknownNameError
from bea.fields import with_time
from bea.methods import get, traced
from bea.methods.schedules import Scheduled

BOOTH, QUARTIC = bea.problems.booth(), bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2 + x/3")
MATRIX = bea.problems.loss("a**2 + b**2 + c**2 + d**2 + u**2 + v**2 + a*u", "a b c d u v")


def same(found: Any, expected: Any) -> bool:
    """Tell whether the terms of two equations are exactly equal, as functions."""
    pairs = zip(found.components, expected.components, strict=True)
    return all(
        (read(x.ring, to_expression(y)) - x).is_zero()
        for terms in pairs
        for x, y in zip(*terms, strict=True)
    )


def texts(equation: Any) -> list[list[str]]:
    return [[str(x) for x in term] for term in equation.components]


BUILT_IN: list[tuple[Any, dict[str, Any], Any]] = [
    (optax.sgd, {}, get("gradient-descent")),
    (optax.sgd, {"momentum": "b"}, get("heavy-ball", beta="b")),
    (optax.sgd, {"momentum": "b", "nesterov": True}, get("nesterov-torch", beta="b")),
    (
        lambda rate: optax.chain(optax.add_decayed_weights(0.1), optax.sgd(rate, momentum=0.999)),
        {},
        get("heavy-ball-l2", beta="999/1000", weight_decay="1/10"),
    ),
    (optax.chain(optax.ema(0.9, debias=False), optax.sgd(gamma)), {}, get("ema-momentum")),
    (optax.optimistic_gradient_descent, {}, get("optimistic-gradient")),
    (optax.rmsprop, {"decay": "b", "eps": "e"}, get("rmsprop", beta="b", epsilon="e",
                                                    placement="inside")),
    (
        optax.rmsprop,
        {"decay": "b", "eps": 0.5, "eps_in_sqrt": False},
        get("rmsprop", beta="b", epsilon="1/2"),
    ),
    (
        optax.adam,
        {"b1": "p", "b2": "q", "eps": 0.5},
        get("adam", beta1="p", beta2="q", epsilon="1/2"),
    ),
    (
        optax.adam,
        {"b1": "p", "b2": 0.75, "eps": 0, "eps_root": "e"},
        get("adam", beta1="p", beta2="3/4", epsilon="e", placement="inside"),
    ),
    (
        optax.adamw,
        {"b1": 0.5, "b2": "q", "eps": 0.5, "weight_decay": "w"},
        get("adamw", beta1="1/2", beta2="q", epsilon="1/2", weight_decay="w"),
    ),
    (
        optax.nadam,
        {"b1": "p", "b2": 0.75, "eps": 0.5},
        get("nadam", beta1="p", beta2="3/4", epsilon="1/2"),
    ),
    (
        lambda rate: optax.MultiSteps(optax.adam(rate, 0.5, 0.75, 0.5), 3, accumulator_dtype=float),
        {},
        get("adam", beta1="1/2", beta2="3/4", epsilon="1/2"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("maker", "options", "own"), BUILT_IN)
def test_equations_are_those_of_the_built_in_method(
    maker: Any, options: dict[str, Any], own: Any
) -> None:
    method = traced(maker, **options)
    assert method.replayed.steps == 200
    assert method.replayed.difference < 1e-12
    for loss, order in ((BOOTH, 2), (QUARTIC, 1)):
        found = bea.modified_equation(method, loss, order=order)
        assert same(found, bea.modified_equation(own, loss, order=order))


def test_equation_for_every_loss_is_that_of_the_built_in_method() -> None:
    sgd = traced(optax.sgd, momentum="beta", nesterov=True)
    own = get("nesterov-torch", beta="beta")
    assert str(bea.modified_equation(sgd, order=2)) == str(bea.modified_equation(own, order=2))
    adam = bea.modified_equation(traced(optax.adam, b1="beta1", b2="beta2", eps=1e-3), order=1)
    own = get("adam", beta1="beta1", beta2="beta2", epsilon="1/1000")
    assert str(adam).replace("eps", "ε") == str(bea.modified_equation(own, order=1))


def test_field_of_an_early_step_is_that_of_the_built_in_method() -> None:
    adam, own = traced(optax.adam, b1=0.5, b2=0.75), get("adam", beta1="1/2", beta2="3/4")
    loss = bea.problems.loss("x**2*y + x**2 + y**2")
    for number in (1, 3):
        found = bea.modified_equation(adam, loss, order=1, at_step=number)
        assert same(found, bea.modified_equation(own, loss, order=1, at_step=number))


def test_gradients_that_are_added_up_are_a_larger_step() -> None:
    twice = traced(optax.chain(optax.apply_every(2), optax.sgd(gamma)))
    assert str(bea.modified_equation(twice, order=1)) == "−2 ∇L − 2γ ∇²L∇L + O(γ²)"


def test_lookahead_keeps_its_slow_parameters_in_its_memory() -> None:
    """Of three steps half is kept: f_0 = -3/2 grad L."""
    method = traced(lambda rate: optax.lookahead(optax.sgd(rate), 3, 0.5))
    assert method.optimizer.period == 3  # type: ignore[attr-defined]
    found = bea.modified_equation(method, bea.problems.loss("x**2/2"), order=0)
    assert found([1.0], 0.0) == pytest.approx([-1.5])


@pytest.mark.filterwarnings("ignore::bea.errors.GuessWarning")
@pytest.mark.parametrize(
    ("maker", "options", "start"),
    [
        (lambda rate: optax.lookahead(optax.sgd(rate), 3, 0.5), {}, [1.0]),
        (optax.contrib.dadapt_adamw, {"estim_lr0": 0.1, "betas": (0.5, 0.75), "eps": 0.01}, [1.0]),
        (optax.contrib.prodigy, {"estim_lr0": 0.1, "betas": (0.5, 0.75), "eps": 0.01}, [1.0]),
        (optax.amsgrad, {"b1": 0.5, "b2": 0.75, "eps": 0.01}, [1.0, 30.0]),  # with its maximum
    ],
)
def test_certificates_of_what_keeps_memory_that_stands_still(
    maker: Any, options: dict[str, Any], start: list[float]
) -> None:
    loss = bea.problems.loss("x**4/4 + x**2/2")
    method = traced(maker, steps=20, **options)
    assert bea.verify(method, loss, 1, starts=[start]).verdict == "confirmed"


# --- the real optimizer ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("maker", "options"),
    [
        (optax.adafactor, {"min_dim_size_to_factor": 2}),
        (optax.radam, {}),
        (optax.amsgrad, {}),
        (optax.lion, {}),
        (optax.yogi, {}),
        (optax.sm3, {}),
        (optax.novograd, {}),
        (optax.contrib.ademamix, {}),
        (optax.contrib.dadapt_adamw, {"estim_lr0": 0.1}),
        (optax.contrib.schedule_free_adamw, {}),
        (optax.contrib.muon, {}),
        (registry.accumulated_momentum, {}),
        (lambda rate: optax.sgd(optax.cosine_decay_schedule(rate, 30, 0.1)), {}),
    ],
)
def test_tapes_are_the_real_steps_on_matrices(maker: Any, options: dict[str, Any]) -> None:
    method = traced(maker, shapes=[(2, 2), (2,)], **options)
    assert method.replayed.difference < 1e-12
    theta = [np.array([[1.0, 0.5], [-0.5, 2.0]]), np.array([-1.0, 0.25])]
    start = np.concatenate([x.ravel() for x in theta])
    steps = 40
    run = bea.iterate(method, MATRIX, [start], [0.01], steps=steps // method.optimizer.period)
    with jax.enable_x64(True):
        real = registry_made(maker, options)
        state, update = real.init(theta), jax.jit(real.update)
        for _ in range(steps):
            flat = np.concatenate([np.ravel(x) for x in theta])
            slope = -MATRIX(flat)
            updates, state = update([slope[:4].reshape(2, 2), slope[4:]], state, theta)
            theta = optax.apply_updates(theta, updates)
    end = np.concatenate([np.ravel(x) for x in theta])
    assert np.abs(end - start).max() > 0.01
    assert_allclose(run.values[0, 0, -1], end, rtol=1e-9)


def registry_made(maker: Callable[..., Any], options: dict[str, Any]) -> Any:
    made = maker(0.01, **options)
    return made.gradient_transformation() if isinstance(made, optax.MultiSteps) else made


def test_parts_of_a_tree_have_rules_of_their_own() -> None:
    def split(rate: Any) -> Any:
        return optax.multi_transform(
            {"slow": optax.sgd(rate / 2), "fast": optax.sgd(rate, momentum=0.5)},
            {"bias": "slow", "weight": "fast"},
        )

    parameters = {"weight": np.zeros((2, 2)), "bias": np.zeros(2)}
    method = traced(split, parameters=parameters)
    assert method.shapes == ((2,), (2, 2))  # as JAX sorts them
    found = texts(bea.modified_equation(method, MATRIX, order=0))[0]
    plain = bea.modified_equation(get("gradient-descent"), MATRIX, order=0).components[0]
    ball = bea.modified_equation(get("heavy-ball", beta="1/2"), MATRIX, order=0).components[0]
    assert found == [*(str(x / 2) for x in plain[:2]), *map(str, ball[2:])]
    mask = {"weight": True, "bias": False}
    decayed = traced(optax.adamw, mask=mask, weight_decay=0.5, parameters=parameters)
    assert decayed.replayed.difference < 1e-12


@pytest.mark.parametrize(
    ("name", "options"),
    [("adan", {"b1": 0.5, "b2": 0.5, "b3": 0.75, "eps": 0.5}), ("fromage", {})],
)
def test_verified(name: str, options: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GuessWarning)
        certificate = bea.verify(traced(f"optax:{name}", **options), BOOTH, order=1)
    assert certificate.verdict == "confirmed", certificate


def test_the_branch_is_said() -> None:
    clipped = traced(registry.clipped_adamw, limit=0.5)
    with pytest.warns(GuessWarning, match=r"piece around theta = \(-5, 5\)"):
        bea.modified_equation(clipped, BOOTH, order=0)


# --- schedules ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "pieces"),
    [
        (optax.linear_schedule(0.1, 0.0, 100), ["-t/10 + 1"]),
        (optax.warmup_cosine_decay_schedule(0.0, 0.1, 10, 80), ["t", "cos(t*pi/7 - pi/7)/2 + 1/2"]),
        (optax.exponential_decay(0.1, 20, 0.5), ["exp(t*log(1/2)/2)"]),
        (optax.polynomial_schedule(0.1, 0.01, 2, 40), ["9*t**2/160 - 9*t/20 + 1", "1/10"]),
        (optax.piecewise_constant_schedule(0.1, {20: 0.5}), ["1", "1/2"]),
        (
            optax.sgdr_schedule(
                [{"init_value": 0.0, "peak_value": 0.1, "warmup_steps": 5, "decay_steps": 20}] * 2
            ),
            None,
        ),
    ],
)
def test_schedules_are_functions_of_time(schedule: Any, pieces: list[str] | None) -> None:
    found = schedule_from_optax(schedule, "1/10", 80)
    assert pieces is None or [str(p) for p in found.pieces] == pieces
    with jax.enable_x64(True):
        real = [float(schedule(n)) for n in range(80)]
    assert_allclose(0.1 * found(0.1 * np.arange(80)), real, atol=1e-15)


def test_schedule_of_a_traced_optimizer_brings_its_slope() -> None:
    schedule = schedule_from_optax(optax.exponential_decay(1.0, 10, 0.5), 1, 20)
    methods = traced(optax.sgd, momentum=0.5), get("heavy-ball", beta="1/2")
    problem = with_time(BOOTH)
    found, own = (bea.modified_equation(Scheduled(m, schedule), problem, 1) for m in methods)
    assert texts(found) == texts(own)


def test_staircase_is_no_schedule() -> None:
    stairs = optax.exponential_decay(0.1, 20, 0.5, staircase=True)
    with pytest.raises(MethodError, match=r"rounds values to whole numbers \(floor\), which jump"):
        schedule_from_optax(stairs, "1/10", 80)
    with pytest.raises(MethodError, match="looks numbers up in an array"):
        schedule_from_optax(optax.linear_onecycle_schedule(60, 0.1), "1/10", 60)


# --- what is refused ------------------------------------------------------------------------------


def sorting(rate: Any) -> Any:
    return optax.chain(optax.stateless(lambda g, p: jax.tree.map(jnp.sort, g)), optax.sgd(rate))


def searching(rate: Any) -> Any:
    def until_small(g: Any, p: Any) -> Any:
        return jax.lax.while_loop(lambda x: jnp.sum(x * x) > 1, lambda x: x / 2, g)

    return optax.chain(optax.stateless(until_small), optax.sgd(rate))


def changing(rate: Any) -> Any:
    """Return descent whose step changes with its number, in Python, unseen by JAX."""
    calls = [0]

    def update(slopes: Any, state: Any, parameters: Any = None) -> Any:
        calls[0] += 1
        return jax.tree.map(lambda g: -rate * g * (1 + calls[0]), slopes), state

    return optax.GradientTransformation(lambda p: optax.EmptyState(), update)


@pytest.mark.parametrize(
    ("maker", "options", "reason"),
    [
        ("optax:adamm", {}, r"no optimizer 'adamm'. Did you mean 'adam'"),
        (optax.adam, {"beta1": 0.9}, "optax.adam has no option 'beta1': it has b1, b2"),
        (optax.adam, {"learning_rate": 0.1}, "learning_rate is set by bea"),
        (optax.adam, {"b1": "0.9)"}, "option b1="),
        (optax.sgd(0.1), {}, "does not depend on the step size"),
        (registry.noisy_descent, {}, "draws random numbers"),
        (optax.noisy_sgd, {}, "draws random numbers"),
        (optax.lbfgs, {}, "needs more than gradients, value, grad, value_fn"),
        (optax.contrib.sophia, {}, "needs more than gradients, obj_fn"),
        (sorting, {}, "uses sort, an operation of JAX that bea does not know"),
        (searching, {}, "until values say that it is enough"),
        (optax.adam, {"mu_dtype": "float32"}, "rounds vectors to float32"),
        (changing, {}, "is not the real one"),
    ],
)
@pytest.mark.filterwarnings("ignore:Specifying a key")
def test_refused_by_name(maker: Any, options: dict[str, Any], reason: str) -> None:
    with pytest.raises((MethodError, UnknownNameError), match=reason):
        traced(maker, **options)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("adagrad", "forgets nothing"),
        ("adafactor", "reads its number n, by a power"),
    ],
)
@pytest.mark.filterwarnings("ignore::bea.errors.GuessWarning")
def test_no_steady_state(name: str, reason: str) -> None:
    method = traced(f"optax:{name}")
    with pytest.raises(MethodError, match=reason):
        bea.modified_equation(method, BOOTH, order=0)
    step = bea.modified_equation(method, BOOTH, order=0, at_step=3)
    assert texts(step)[0] != ["0", "0"]


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(bea.BeaError, match="have 6 entries, and theta has 2 components"):
        bea.modified_equation(traced(optax.sgd, shapes=[(2, 2), (2,)]), BOOTH)


def test_optax_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "optax", None)
    with pytest.raises(MethodError, match=r"pip install 'bea\[optax\]'"):
        traced("optax:adam")
