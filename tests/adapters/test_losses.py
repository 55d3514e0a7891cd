"""Networks as problems: orders on digits, agreement of JAX and PyTorch, and what is refused."""

from __future__ import annotations

import sys
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
import torch

import bea
from bea.adapters import jax_loss, torch_loss
from bea.errors import BeaError
from bea.fields.functions.spectrum import hessian_trace, largest_eigenvalue

from .networks import cross_entropy, digits, torch_module, weights

DESCENT = bea.methods.gradient_descent()
X, Y = digits(100)
LAYERS = weights((64, 4, 10))
SMALLER = 1 / np.array([16.0, 32, 64, 128])
CRITERION = torch.nn.functional.cross_entropy


@pytest.fixture(scope="module")
def network() -> Any:
    return jax_loss(cross_entropy, LAYERS, (X, Y))


@pytest.fixture(scope="module")
def module() -> Any:
    return torch_loss(torch_module(LAYERS), (X, Y), CRITERION)


def test_the_groups_are_named_and_cut(network: Any, module: Any) -> None:
    assert network.dimension == module.dimension == 310
    assert network.groups.names[0] == "[0]['W']" and module.groups.names[0] == "0.weight"
    parts = network.groups.split(network.starts[0])
    assert np.array_equal(parts["[1]['W']"], LAYERS[1]["W"])


def test_the_orders_on_a_network_are_1_2_3_and_the_cut_series_has_2(network: Any) -> None:
    study = bea.discretization_drift(DESCENT, network, range(3), SMALLER, time=0.25)
    assert np.abs(study.observed_orders() - [1, 2, 3]).max() < 0.02
    cut = bea.modified.cut_series(DESCENT, network, 2)
    wrong = bea.discretization_drift(DESCENT, network, [2], SMALLER, time=0.25, equation=cut)
    assert wrong.observed_orders() == pytest.approx(2, abs=0.02)


def test_heavy_ball_has_its_orders_from_the_corrected_start_alone(network: Any) -> None:
    method, gammas = bea.methods.heavy_ball(beta="1/2"), SMALLER / 4
    study = bea.discretization_drift(method, network, range(3), gammas, time=0.5)
    assert np.abs(study.observed_orders() - [1, 2, 3]).max() < 0.02
    wrong = bea.discretization_drift(method, network, [2], gammas, time=0.5, corrected=False)
    assert wrong.observed_orders() == pytest.approx(1, abs=0.02)


def test_a_module_of_pytorch_has_the_same_terms_and_orders(network: Any, module: Any) -> None:
    named = network.groups.split(network.starts[0])
    assert module.at(module.starts) == pytest.approx(network.at(network.starts), rel=1e-14)
    ours = bea.modified_equation(DESCENT, network, 2, at=network.starts)
    theirs = bea.modified_equation(DESCENT, module, 2, at=module.starts)
    assert len(named) == 4
    for k in range(3):
        left = network.groups.split(ours.values[k, 0])["[0]['W']"]
        right = module.groups.split(theirs.values[k, 0])["0.weight"]
        assert np.allclose(left.T, right, rtol=1e-10, atol=1e-13)
    study = bea.discretization_drift(DESCENT, module, range(3), SMALLER, time=0.125)
    assert np.abs(study.observed_orders() - [1, 2, 3]).max() < 0.02


def test_trees_and_the_step_agree_on_a_network(network: Any, module: Any) -> None:
    for problem in (network, module):
        by_trees, by_step = (
            bea.modified_equation(DESCENT, problem, 3, route=route, at=problem.starts).values
            for route in ("trees", "step")
        )
        assert np.allclose(by_trees, by_step, rtol=1e-10, atol=1e-12)


def test_a_traced_optimizer_has_at_points_the_terms_that_symbols_give() -> None:
    loss, points = bea.problems.himmelblau(), np.array([[1.1, 2.3], [0.3, -0.7]])
    for made, order in (
        (bea.methods.traced(torch.optim.SGD, momentum=0.5, nesterov=True), 2),
        (bea.methods.traced(torch.optim.AdamW, betas=(0.5, 0.75), weight_decay=0.1), 1),
    ):
        exact = bea.modified_equation(made, loss, order)
        found = bea.modified_equation(made, bea.problems.without_symbols(loss), order, at=points)
        for k in range(order + 1):
            rest = 0.0 if k == 0 else exact.truncate(k - 1)(points, 1.0)
            assert np.allclose(found.values[k], exact.truncate(k)(points, 1.0) - rest, rtol=1e-10)
    grows = bea.methods.traced(torch.optim.Adagrad)
    with pytest.raises(BeaError, match="does not contract"):
        bea.modified_equation(grows, bea.problems.without_symbols(loss), 1, at=points)


def test_curvature_of_both_is_the_same(network: Any, module: Any) -> None:
    sharp = [largest_eigenvalue(p, p.starts)[0] for p in (network, module)]
    assert sharp[0] == pytest.approx(sharp[1], rel=1e-6)
    traces = [hessian_trace(p, p.starts, probes=16) for p in (network, module)]
    apart = abs(traces[0].value - traces[1].value)[0]
    assert apart < 4 * np.hypot(traces[0].error, traces[1].error)[0]


def test_filters_of_both_are_those_of_the_same_units(network: Any, module: Any) -> None:
    way = np.random.default_rng(1).standard_normal(network.dimension)
    ours = network.groups.split(network.groups.filter_normalised(way, network.starts[0]))
    turned = [part.T.ravel() for part in network.groups.split(way).values()]
    theirs = module.groups.filter_normalised(np.concatenate(turned), module.starts[0])
    assert np.allclose(ours["[0]['W']"].T, module.groups.split(theirs)["0.weight"], rtol=1e-12)
    lengths = [np.linalg.norm(w, axis=0) for w in (ours["[0]['W']"], LAYERS[0]["W"])]
    assert lengths[0] == pytest.approx(lengths[1]) and not ours["[0]['b']"].any()


def test_lanes_are_alike_however_many(network: Any) -> None:
    points = network.starts + 0.01 * np.random.default_rng(0).standard_normal((11, 310))
    together = network(points)
    assert np.allclose(together, [network(p) for p in points], rtol=1e-12, atol=1e-14)


def per_sample(layers: Any, x: Any, y: Any) -> Any:
    return (x @ layers[0]["W"])[:, 0]


def halved(layers: Any, x: Any, y: Any) -> Any:
    return cross_entropy(layers, x, y).astype(jnp.float32)


def infinite(layers: Any, x: Any, y: Any) -> Any:
    return cross_entropy(layers, x, y) + jnp.sqrt(jnp.sum(layers[0]["b"] ** 2))


SINGLE = [{name: part.astype(np.float32) for name, part in layer.items()} for layer in LAYERS]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: jax_loss(per_sample, LAYERS, (X, Y)), r"array of shape \(100,\).*mean"),
        (lambda: jax_loss(halved, LAYERS, (X, Y)), "computed in float32"),
        (lambda: jax_loss(cross_entropy, SINGLE, (X, Y)), "are float32.*jax_enable_x64"),
        (lambda: jax_loss(cross_entropy, LAYERS, (X, Y[:50])), "100 and 50 samples"),
        (lambda: jax_loss(infinite, LAYERS, (X, Y)), "gradient of 'infinite' by .*b.* not finite"),
        (lambda: torch_loss(torch_module(LAYERS).float(), (X, Y), CRITERION), r"module\.double"),
        (lambda: torch_loss(torch_module(LAYERS), (X, Y[:50]), CRITERION), "100 and 50 samples"),
        (
            lambda: torch_loss(torch_module(LAYERS), (X, Y), lambda a, b: a.sum(dim=1)),
            r"array of shape \(100,\)",
        ),
        (
            lambda: torch_loss(
                torch.nn.Sequential(torch.nn.BatchNorm1d(64).double(), torch_module(LAYERS)),
                (X, Y),
                CRITERION,
            ),
            r"changes the buffer '0\.running_mean'.*eval",
        ),
        (
            lambda: torch_loss(
                torch.nn.Sequential(torch.nn.Dropout(0.5), torch_module(LAYERS)), (X, Y), CRITERION
            ),
            "another output each time.*eval",
        ),
    ],
)
def test_wrong_input_is_refused(make: Any, words: str) -> None:
    with pytest.raises(BeaError, match=words):
        make()


@pytest.mark.parametrize(
    ("missing", "make", "extra"),
    [
        ("jax", lambda: jax_loss(cross_entropy, LAYERS, (X, Y)), r"bea\[optax\]"),
        ("torch", lambda: torch_loss(torch_module(LAYERS), (X, Y), CRITERION), r"bea\[torch\]"),
    ],
)
def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, missing: str, make: Any, extra: str
) -> None:
    if missing == "torch":
        made = torch_module(LAYERS)
        make = lambda: torch_loss(made, (X, Y), CRITERION)  # noqa: E731
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(BeaError, match=extra):
        make()


def test_what_is_compiled_is_kept_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["bea.adapters.losses.jax_loss"], "_KEPT", 3)
    loss = jax_loss(lambda p: (p["x"] ** 2).sum() / 2, {"x": np.ones(2)})
    kept = loss.derivatives._compiled  # type: ignore[attr-defined]
    for beta in ("1/2", "1/3", "1/4", "1/5"):
        bea.train(bea.methods.heavy_ball(beta), loss, gamma="1/10", steps=2)
        assert len(kept) <= 3
    assert loss(np.array([1.0, 2.0])).tolist() == [-1.0, -2.0]  # and compiled anew where it is not


def test_a_loss_says_in_how_many_threads_it_sums(network: Any, module: Any) -> None:
    for loss in (network, module):
        threads = loss.derivatives.threads
        assert threads >= 1 and (f"sums in {threads} threads" in repr(loss)) == (threads > 1)
    assert module.derivatives.threads == torch.get_num_threads()
