"""Networks are trained on batches, compiled as stepped, in JAX and in PyTorch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import bea
from bea.adapters import as_bea_method, jax_loss, jax_outputs, torch_loss
from bea.adapters.losses.jax_loss import JaxDerivatives
from bea.errors import BeaError
from bea.flows.training import early_stopping, turns
from bea.measure.training import Accuracy, accuracy, at_equal_loss
from bea.noise import Batches, ShuffledEpochs

from .networks import cross_entropy, digits, torch_module, weights

X, Y = digits(128)
LAYERS = weights((64, 4, 10))
NETWORK = jax_loss(cross_entropy, LAYERS, (X[:96], Y[:96]))
STARTS = NETWORK.starts + 0.1 * np.random.default_rng(0).standard_normal((3, 310))


def scores(layers: Any, x: Any) -> Any:
    import jax.numpy as jnp

    for layer in layers[:-1]:
        x = jnp.tanh(x @ layer["W"] + layer["b"])
    return x @ layers[-1]["W"] + layers[-1]["b"]


SEEN = Accuracy(jax_outputs(scores, LAYERS, X[96:]), Y[96:])


def trained(method: Any, **options: Any) -> Any:
    given: dict[str, Any] = {
        "gamma": 0.1, "steps": 24, "batches": ShuffledEpochs(8), "record": "epochs", "keep": True,
        "observables": {"loss": NETWORK, "accuracy": SEEN},
    }  # fmt: skip
    return bea.train(method, NETWORK, STARTS, **(given | options))


def test_a_batch_is_the_loss_on_its_samples() -> None:
    index = np.random.default_rng(1).integers(0, 96, (8, 3))
    ours = NETWORK.sample_rhs()(STARTS.T.copy(), index)
    for run, column in enumerate(index.T):
        alone = jax_loss(cross_entropy, LAYERS, (X[column], Y[column]))
        assert np.allclose(ours[:, run], alone(STARTS[run]), rtol=1e-12, atol=1e-14)
    with pytest.raises(BeaError, match="from 0 to 95"):
        NETWORK.sample_rhs()(STARTS.T.copy(), index + 90)


def test_an_ensemble_is_of_a_network_too() -> None:
    watched = {"loss": lambda theta: NETWORK.at(theta.T)}
    settings: dict[str, Any] = {"gamma": 0.1, "steps": 12, "observables": watched}
    runs = bea.ensemble("gradient-descent", NETWORK, STARTS, batches=8, seed=2, **settings)
    ours = bea.train("gradient-descent", NETWORK, STARTS, batches=8, **settings)
    assert runs["loss"].mean[0] == pytest.approx(ours["loss"].mean[0], rel=0.1)
    assert runs["loss"].mean[0] < NETWORK.at(STARTS).mean()


def test_batches_of_a_module_of_pytorch_are_the_same() -> None:
    criterion = torch.nn.functional.cross_entropy
    module = torch_loss(torch_module(LAYERS), (X[:96], Y[:96]), criterion)
    settings: dict[str, Any] = {"gamma": 0.1, "steps": 24, "batches": 8, "record": "epochs"}
    ours = bea.train("heavy-ball", NETWORK, NETWORK.starts, **settings)
    theirs = bea.train("heavy-ball", module, module.starts, **settings)
    assert np.allclose(ours.of("loss"), theirs.of("loss"), rtol=1e-10)


ADAMW = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
METHODS = {
    "heavy ball with a cosine": bea.methods.Scheduled(bea.methods.heavy_ball(), "cosine(time=4)"),
    "adam": bea.methods.adam(),
    "AdamW of PyTorch": as_bea_method(ADAMW),
    "explicit regularisation": bea.methods.gradient_regularised(mu="1/40"),
}


@pytest.mark.parametrize("name", METHODS)
def test_compiled_steps_are_the_method_s_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = name == "explicit regularisation"  # which asks for f', that NumPy has of the whole
    options = {"batches": 96 if whole else 8, "each_step": turns(NETWORK.groups, ["[0]['W']"])}
    ours = trained(METHODS[name], **options)
    monkeypatch.delattr(JaxDerivatives, "steps")
    theirs = trained(METHODS[name], **options)
    assert np.allclose(ours.ends, theirs.ends, rtol=1e-9, atol=1e-11)
    assert np.allclose(ours.values, theirs.values, rtol=1e-9)
    assert ours.of("loss")[-1].max() < NETWORK.at(STARTS).min()


def test_stages_of_other_batches_and_step_sizes_follow_each_other() -> None:
    laws = [ShuffledEpochs(8), Batches(16)]
    both = trained("heavy-ball", gamma=[0.1, 0.05], steps=[12, 6], batches=laws)
    first = trained("heavy-ball", steps=12, batches=laws[0])
    assert np.allclose(both.points[0], first.ends, rtol=1e-12)
    assert both.steps.tolist() == [12, 18] and both.rates[:, 0].tolist() == [0.05, 0.05]


def test_what_jax_cannot_trace_is_stepped_in_numpy() -> None:
    class Odd(bea.Method):
        def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> Any:
            slope = f(theta)
            assert np.isfinite(float(slope.sum()))  # which needs the numbers
            return theta + gamma * slope, state

    settings: dict[str, Any] = {"gamma": 0.1, "steps": 6, "batches": 8}
    with pytest.warns(
        UserWarning, match="each step is made by itself, slowly: Odd cannot be compiled"
    ):
        ours = bea.train(Odd(), NETWORK, STARTS, **settings)
    theirs = bea.train("gradient-descent", NETWORK, STARTS, **settings)
    assert np.allclose(ours.ends, theirs.ends, rtol=1e-12)


def test_an_interrupted_run_of_a_network_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    def interrupted(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    whole, path = trained("adam"), tmp_path / "network.npz"
    with pytest.raises(KeyboardInterrupt):
        trained("adam", checkpoint=path, checkpoint_every=0, progress=interrupted)
    rest = trained("adam", checkpoint=path)
    assert np.array_equal(rest.ends, whole.ends) and np.array_equal(rest.points, whole.points)
    assert np.array_equal(rest.values, whole.values, equal_nan=True)
    with pytest.raises(BeaError, match="of another ensemble: loss is"):
        other = jax_loss(cross_entropy, LAYERS, (X[:96], Y[:96][::-1]))
        settings = {"gamma": 0.1, "steps": 24, "observables": {"loss": NETWORK}}
        bea.train("adam", NETWORK, STARTS, **settings, checkpoint=tmp_path / "a.npz")
        bea.train("adam", other, STARTS, **settings, checkpoint=tmp_path / "a.npz")


def test_accuracy_early_stopping_and_equal_loss() -> None:
    runs = trained("heavy-ball", gamma=0.3, steps=240, batches=ShuffledEpochs(8),
                   rules=[early_stopping("accuracy", patience=5, larger=True)])  # fmt: skip
    best = runs.best("accuracy", larger=True)
    share = accuracy(SEEN.outputs(best), Y[96:])
    assert np.array_equal(share, runs.of("accuracy").max(axis=0)) and (runs.stopped_at > 0).any()
    found = at_equal_loss(bea.methods.heavy_ball(), NETWORK, [0.02, 0.1], 1.0,
                          STARTS, batches=8, every=12)  # fmt: skip
    assert NETWORK.at(found.points) == pytest.approx(1.0)


def test_a_network_whose_loss_does_not_feel_lengths_turns_as_its_decay_says() -> None:
    """After |w| is in equilibrium a step turns by sqrt(2 gamma lambda), whatever the loss."""
    import jax.numpy as jnp

    def normalised(w: Any, x: Any, y: Any) -> Any:
        return jnp.mean((jnp.tanh(x @ w / jnp.linalg.norm(w)) - y) ** 2)

    labels = np.random.default_rng(2).normal(size=96)
    loss = jax_loss(normalised, np.ones(64), (X[:96], labels))
    starts = np.random.default_rng(3).standard_normal((4, 64))
    assert loss.at(5 * starts) == pytest.approx(loss.at(starts), rel=1e-13)
    runs = bea.train(
        bea.methods.gradient_descent_decay(weight_decay="1/50"), loss, starts, gamma=0.5,
        steps=2000, batches=Batches(4, replacement=True), record=[1000, 2000],
        each_step=turns(loss.groups, []),
    )  # fmt: skip
    angle = np.sqrt(runs.of("angle² all")[1] / (2 * 0.5 / 50))
    assert np.abs(angle - 1).max() < 0.03


def test_outputs_of_other_parameters_are_refused() -> None:
    with pytest.raises(BeaError, match="points of 3 parameters for a network of 310"):
        SEEN.outputs(np.zeros((2, 3)))


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(BeaError, match=r"bea\[optax\]"):
        jax_outputs(scores, LAYERS, X)


def test_data_of_no_sample_axis_make_no_sum() -> None:
    loss = jax_loss(lambda w, c: (w**2).sum() * c, np.ones(3), (np.float64(2.0),), name="bowl")
    assert not hasattr(loss, "size")
    runs = bea.train("gradient-descent", loss, gamma=0.1, steps=5)
    assert runs.of("loss")[-1, 0] == pytest.approx(6 * 0.6**10)
