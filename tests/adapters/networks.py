"""Small tanh networks on scikit-learn's digits, for JAX and for PyTorch."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.datasets import load_digits


def digits(count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Return digits, divided by 16, centred and doubled, and their labels."""
    x, y = load_digits(return_X_y=True)
    x = (x / 16 - (x / 16).mean(axis=0)) * 2
    return x[:count], y[:count]


def weights(sizes: tuple[int, ...], seed: int = 0) -> list[dict[str, np.ndarray]]:
    """Return weights N(0, 1/fan-in) and biases 0."""
    rng = np.random.default_rng(seed)
    return [
        {"W": rng.standard_normal((a, b)) / np.sqrt(a), "b": np.zeros(b)}
        for a, b in pairwise(sizes)
    ]


def cross_entropy(layers: Any, x: Any, y: Any) -> Any:
    """Return the loss of a tanh network in JAX."""
    import jax
    import jax.numpy as jnp

    for layer in layers[:-1]:
        x = jnp.tanh(x @ layer["W"] + layer["b"])
    scores = jax.nn.log_softmax(x @ layers[-1]["W"] + layers[-1]["b"])
    return -jnp.mean(scores[jnp.arange(len(y)), y])


def torch_module(layers: list[dict[str, np.ndarray]]) -> Any:
    """Return the same network as a module, float64."""
    import torch

    parts: list[Any] = []
    for layer in layers:
        linear = torch.nn.Linear(*layer["W"].shape).double()
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(layer["W"].T))
            linear.bias.copy_(torch.tensor(layer["b"]))
        parts += [linear, torch.nn.Tanh()]
    return torch.nn.Sequential(*parts[:-1])
