"""What a network in JAX says of some inputs, at flat parameters."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from bea.adapters.losses.in_blocks import library
from bea.arrays import Floats
from bea.errors import DimensionError
from bea.problems.sums.finite_sum import digest

_MOST = 2**22  # numbers of outputs that are computed at once


def jax_outputs(fn: Callable[..., Any], params: Any, inputs: Any) -> JaxOutputs:
    """Return points (..., d) -> fn(params, inputs) there, (..., *shape), such as (..., N, classes).

    Parameters
    ----------
    fn
        The network, a function in JAX.
    params
        Arrays in the nesting that fn takes, as for `jax_loss`.
    inputs
        An array, of which there are outputs.

    Raises
    ------
    BeaError
        If JAX is missing.

    Examples
    --------
    With JAX installed::

        scores = bea.adapters.jax_outputs(network, params, test_inputs)
        accuracy = bea.measure.training.Accuracy(scores, test_labels)
        bea.train("gradient-descent", problem, starts, gamma=0.1, steps=500, batches=16,
                  observables={"accuracy": accuracy})
    """
    return JaxOutputs(fn, params, inputs)


class JaxOutputs:
    """The outputs; make them with `jax_outputs`."""

    def __init__(self, fn: Callable[..., Any], params: Any, inputs: Any) -> None:
        jax = library("jax", "optax")
        flatten = library("jax.flatten_util", "optax").ravel_pytree
        with jax.enable_x64(True):
            flat, unravel = flatten(params)
            self._inputs = np.asarray(inputs)
            shape = jax.eval_shape(fn, params, self._inputs).shape
            self._over = jax.jit(jax.vmap(lambda w, x: fn(unravel(w), x), in_axes=(0, None)))
        self._start, self.shape = np.asarray(flat), tuple(shape)

    def __call__(self, points: Any) -> Floats:
        """Return the outputs at points (..., d), (..., *shape)."""
        import jax

        given = np.asarray(points, dtype=float)
        if given.shape[-1] != len(self._start):
            raise DimensionError(
                f"points of {given.shape[-1]} parameters for a network of {len(self._start)}: give "
                "(..., d)"
            )
        flat = given.reshape(-1, given.shape[-1])
        width = max(1, min(len(flat), _MOST // int(np.prod(self.shape))))
        with jax.enable_x64(True):
            parts = [
                np.asarray(self._over(flat[k : k + width], self._inputs))
                for k in range(0, len(flat), width)
            ]
        return np.concatenate(parts).reshape(*given.shape[:-1], *self.shape)

    @cached_property
    def identity(self) -> str:
        """A text that tells them from others, by the numbers at the start."""
        return digest(self(self._start).round(9).tobytes().hex())
