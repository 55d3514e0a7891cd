"""A loss in JAX as a problem: gradients, Hessian times vector and higher derivatives by JAX.

JAX is the extra bea[optax], imported when a loss is made. Sources: JAX's forward mode over its
reverse mode (`jax.jvp` of `jax.grad`), and for long series `jax.experimental.jet` (Bettencourt,
Johnson and Duvenaud, "Taylor-mode automatic differentiation for higher-order derivatives in JAX").
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Sequence
from math import factorial
from typing import Any

import numpy as np

from bea.adapters.losses.in_blocks import (
    check_lengths,
    check_scalar,
    check_single,
    count_samples,
    in_blocks,
    library,
    problem_of,
)
from bea.adapters.losses.jax_steps import JaxSteps
from bea.arrays import Floats, Ints
from bea.fields import About
from bea.fields.functions import Derivatives, FunctionLoss, Groups
from bea.fields.functions.derivatives import Fused, Kernel, padded

_KEPT = 64  # compiled functions: an equation of order 4 with its runs needs a dozen
_NESTED = 2  # up to this order derivatives of derivatives are the cheaper way


def jax_loss(
    fn: Callable[..., Any], params: Any, data: Sequence[Any] = (), name: str | None = None
) -> FunctionLoss:
    """Return the loss fn(params, *data) as a problem in the flat parameters.

    Parameters
    ----------
    fn
        A function in JAX to one number.
    params
        Arrays in any nesting, float64: the names and shapes of the groups, and the start.
    data
        What else fn is given, such as (inputs, labels); as many of each. With data the problem is
        a `FunctionSum`, whose batches are fn(params, *(x[index] for x in data)).
    name
        What messages call it; by default the function's name.

    Raises
    ------
    BeaError
        If JAX is missing; the loss is no single number, or not float64; the gradient is not finite
        at the start; or data and labels have different lengths.

    Examples
    --------
    With JAX installed::

        def loss(params, x, y):
            return jnp.mean((jnp.tanh(x @ params["W"]) @ params["v"] - y) ** 2)

        problem = bea.adapters.jax_loss(loss, {"W": W, "v": v}, (x, y))
        bea.discretization_drift(bea.methods.gradient_descent(), problem, range(3))
    """
    jax = library("jax", "optax")
    flatten = library("jax.flatten_util", "optax").ravel_pytree
    check_lengths(data)
    with jax.enable_x64(True):
        leaves = jax.tree_util.tree_flatten_with_path(params)[0]
        names = [jax.tree_util.keystr(path) or "theta" for path, _ in leaves]
        kinds = {n: str(np.asarray(leaf).dtype) for n, (_, leaf) in zip(names, leaves, strict=True)}
        check_single(kinds, "make them with NumPy, or set jax_enable_x64 before")
        flat, unravel = flatten(params)
        given = tuple(jax.tree_util.tree_map(_in_double, x) for x in data)
        shape = jax.eval_shape(fn, params, *given)
        check_scalar(shape.shape, str(shape.dtype))
        derivatives = JaxDerivatives(lambda w, given: fn(unravel(w), *given).reshape(()), given)
    groups = Groups(tuple(names), tuple(np.shape(leaf) for _, leaf in leaves))
    about = About(name=name or str(getattr(fn, "__name__", "loss")).strip("<>"))
    return problem_of(derivatives, groups, about, np.asarray(flat)[None], count_samples(data))


class JaxDerivatives(Derivatives):
    """The derivatives of minus the gradient of loss(theta (d,), data), compiled, over lanes."""

    def __init__(self, loss: Callable[[Any, Any], Any], data: Any) -> None:
        self._loss, self._data = loss, data
        self._compiled: dict[Any, Any] = {}

    @property
    def threads(self) -> int:
        """In how many threads sums are made: XLA takes all processors that it may use."""
        if "xla_cpu_multi_thread_eigen=false" in os.environ.get("XLA_FLAGS", ""):
            return 1
        known = hasattr(os, "sched_getaffinity")
        return len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1

    def field(self, theta: Floats) -> Floats:
        """Return minus the gradient at theta, (d, lanes)."""
        return self._mapped("field", lambda lane, x: lane.field(x), [theta])

    def loss(self, theta: Floats) -> Floats:
        """Return the loss at theta, (lanes,)."""
        return self._mapped("loss", lambda lane, x: lane.loss(x), [theta])

    def batch_field(self, theta: Floats, index: Ints) -> Floats:
        """Return minus the gradient of each lane's batch (B, lanes), (d, lanes)."""
        return self._mapped("batch", lambda lane, x, i: lane.on(i).field(x), [theta, index])

    def differential(self, theta: Floats, directions: Sequence[Floats]) -> Floats:
        """Return f^(m)(v_1, ..., v_m) at theta, (d, lanes)."""
        key = "differential", len(directions)
        return self._mapped(key, lambda lane, x, *v: lane.differential(x, v), [theta, *directions])

    def taylor(self, coefficients: Sequence[Floats], order: int) -> list[Floats]:
        """Return the Taylor coefficients of the field along a curve."""
        if len(coefficients) == 1 or order == 0:
            return padded([self.field(coefficients[0])], order)
        given = coefficients[: order + 1]
        key = "taylor", len(given), order
        found = self._mapped(key, lambda lane, *c: lane.taylor(c, order), given)
        return list(found)

    def steps(self, method: Any, each_step: Sequence[Any]) -> JaxSteps:
        """Return what takes many steps of a bound method in one compiled call."""

        def slope(theta: Any, data: Any, index: Any) -> Any:
            lane = _Lane(self._loss, data)
            return (lane if index is None else lane.on(index)).field(theta)

        def made() -> JaxSteps:
            return JaxSteps(slope, self._data, method, each_step)

        try:
            return self._kept((method, tuple(each_step)), made)
        except TypeError:  # a method that cannot be looked up
            return made()

    def fuse(self, key: Hashable, kernel: Kernel) -> Fused:
        """Return (theta, gamma, weights) -> kernel(...), compiled once for a key."""

        def fused(theta: Floats, gamma: Floats, weights: Floats) -> Floats:
            return self._mapped(key, kernel, [theta, gamma], weights)

        return fused

    def _mapped(
        self, key: Hashable, function: Callable[..., Any], arrays: Sequence[Any], *shared: Any
    ) -> Floats:
        """Return function(lane, *arrays, *shared) of arrays whose last axis is the lanes."""
        import jax

        compiled = self._kept(key, lambda: self._made(function, len(arrays)))
        with jax.enable_x64(True):
            call = lambda *block: compiled(self._data, shared, *block)  # noqa: E731
            return in_blocks(call, arrays, len(arrays[0]))

    def _kept(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what was compiled for a key; of very many those that are oldest are forgotten."""
        if key not in self._compiled:
            while len(self._compiled) >= _KEPT:
                self._compiled.pop(next(iter(self._compiled)), None)
            self._compiled[key] = make()
        return self._compiled[key]

    def _made(self, function: Callable[..., Any], count: int) -> Any:
        import jax
        import jax.numpy as jnp

        def mapped(data: Any, shared: Any, *arrays: Any) -> Any:
            lane = _Lane(self._loss, data)
            one = lambda *x: jnp.asarray(function(lane, *x, *shared))  # noqa: E731
            if arrays[0].shape[-1] == 1:  # without an axis that the products would carry along
                return one(*(a[..., 0] for a in arrays))[..., None]
            return jax.vmap(one, in_axes=-1, out_axes=-1)(*arrays)

        return jax.jit(mapped)


class _Lane(Derivatives):
    """The same at a single point (d,), in arrays that JAX traces."""

    def __init__(self, loss: Callable[[Any, Any], Any], data: Any) -> None:
        self._loss, self._data = loss, data

    def loss(self, theta: Any) -> Any:
        return self._loss(theta, self._data)

    def field(self, theta: Any) -> Any:
        import jax

        return -jax.grad(self._loss)(theta, self._data)

    def on(self, index: Any) -> _Lane:
        """Return the same on the samples of a batch (B,)."""
        return _Lane(self._loss, [x[index] if np.ndim(x) else x for x in self._data])

    def differential(self, theta: Any, directions: Sequence[Any]) -> Any:
        function: Callable[[Any], Any] = self.field
        for way in directions:
            function = _along(function, way)
        return function(theta)

    def taylor(self, coefficients: Sequence[Any], order: int) -> Any:
        import jax.numpy as jnp

        if order > _NESTED:
            try:
                return jnp.stack(self._jet(coefficients, order))
            except (NotImplementedError, KeyError):  # a primitive that it does not know
                pass
        terms = [lambda t: self.field(_horner(coefficients, t))]
        for _ in range(order):
            terms.append(_along(terms[-1], 1.0))
        return jnp.stack([term(0.0) / factorial(k) for k, term in enumerate(terms)])

    def _jet(self, coefficients: Sequence[Any], order: int) -> list[Any]:
        import jax.numpy as jnp
        from jax.experimental.jet import jet

        missing = [jnp.zeros_like(coefficients[0])] * (order + 1 - len(coefficients))
        first, *rest = [c * factorial(k) for k, c in enumerate([*coefficients, *missing])]
        value, series = jet(self.field, (first,), (rest,))
        return [c / factorial(k) for k, c in enumerate([value, *series])]


# --- private helpers ------------------------------------------------------------------------------


def _along(function: Callable[[Any], Any], way: Any) -> Callable[[Any], Any]:
    import jax

    return lambda x: jax.jvp(function, (x,), (way,))[1]


def _horner(coefficients: Sequence[Any], t: Any) -> Any:
    total = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = total * t + c
    return total


def _in_double(array: Any) -> Any:
    """Return floats of less precision as float64, which changes none of them."""
    given = np.asarray(array)
    return given.astype(np.float64) if given.dtype.kind == "f" else given
