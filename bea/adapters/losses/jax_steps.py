"""Many steps of a method on batches in one compiled call, all runs at once.

The method's own `step` is traced in JAX arrays (`bea.adapters.JaxField`). One that asks for what
only numbers have, as a branch on them, cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bea.adapters.jax_field import JaxField
from bea.arrays import Floats, Ints
from bea.errors import MethodError


class JaxSteps:
    """Steps of a bound method on loss(theta, data), with sums over them.

    Parameters
    ----------
    slope
        (theta (d,), data, index (B,) or None) -> minus the gradient on these samples.
    data
        The data.
    method
        The method, bound to numbers.
    each_step
        (before, after) -> (runs,): what is added up.
    """

    def __init__(
        self, slope: Callable[..., Any], data: Any, method: Any, each_step: Sequence[Any]
    ) -> None:
        import jax

        self._slope, self._data = slope, data
        self._method, self._each_step = method, each_step
        self._run = jax.jit(self._steps)

    def __call__(
        self, theta: Floats, memory: Any, index: Ints | None, gammas: Floats, moving: Any
    ) -> tuple[Floats, Any, Floats]:
        """Return points (d, runs), memory, and sums (each_step, runs).

        Raises
        ------
        NotImplementedError
            If the method cannot be compiled.
        """
        import jax
        import jax.numpy as jnp

        count = len(gammas)
        room = 1 << (count - 1).bit_length()  # few lengths, so that few programs are compiled
        index, gammas = _longer(index, room), _longer(gammas, room)
        with jax.enable_x64(True):
            try:
                memory = jax.tree_util.tree_map(jnp.asarray, memory)
                found = self._run(self._data, theta, memory, index, gammas, moving, count)
            except (TypeError, MethodError, NotImplementedError) as error:
                cause = str(error).partition("\n")[0]
                raise NotImplementedError(f"{self._method} cannot be compiled: {cause}") from None
        theta, memory, sums = found
        return np.array(theta), memory, np.array(sums)

    def _steps(
        self, data: Any, theta: Any, memory: Any, index: Any, gammas: Any, moving: Any, count: Any
    ) -> Any:
        import jax
        import jax.numpy as jnp

        def step(n: Any, carry: Any) -> Any:
            theta, memory, sums = carry
            batch = None if index is None else index[n].T

            def field(points: Any) -> Any:
                one = lambda x, i: self._slope(x, data, i)  # noqa: E731
                return jax.vmap(one, in_axes=(0, None if batch is None else 0))(points.T, batch).T

            moved, memory = self._method.step(JaxField(field), theta, memory, gammas[n])
            moved = jnp.where(moving, moved, theta)
            more = [function(theta, moved) for function in self._each_step]
            return moved, memory, sums + jnp.stack(more) if more else sums

        sums = jnp.zeros((len(self._each_step), theta.shape[1]))
        return jax.lax.fori_loop(0, count, step, (theta, memory, sums))


def _longer(array: Any, count: int) -> Any:
    """Return an array with its last row repeated up to a count of rows."""
    if array is None or len(array) == count:
        return array
    return np.concatenate([array, np.repeat(array[-1:], count - len(array), axis=0)])
