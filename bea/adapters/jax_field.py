"""A field on JAX arrays: a method's `step` under `jit`, on a GPU, or inside another gradient.

JAX is the extra bea[optax], imported when a field is made. Source of the derivatives: JAX's own
forward mode, `jax.jvp`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bea.algebra.language.expressions import Expression
from bea.algebra.ring.exact import as_float
from bea.arithmetic import Arithmetic, by_matrix
from bea.errors import MethodError
from bea.fields import VectorField


class JaxField(Arithmetic):
    """A vector field in JAX: what explicit methods can be stepped on, traced or not.

    Parameters
    ----------
    field
        One of bea's problems, or a function in JAX of theta, (d,) or (d, lanes), to an array of
        the same shape. For iterates in double precision set `jax_enable_x64`.

    Examples
    --------
    Under `jit`, with the memory carried along (needs JAX)::

        f = JaxField(bea.problems.get("booth"))
        adam = bea.methods.adam().bind(f.constant)
        step = jax.jit(lambda theta, state: adam.step(f, theta, state, 0.01))
        state = adam.init(f, theta)
        theta, state = step(theta, state)
    """

    kind = "JAX arrays"

    def __init__(self, field: Any) -> None:
        self._field = _in_jax(field) if isinstance(field, VectorField) else field
        if not callable(self._field):
            kind = type(field).__name__
            raise MethodError(f"a field in JAX is a problem of bea's or a function, not a {kind}")

    def constant(self, value: Expression) -> float:
        """Return an exact hyperparameter as a float."""
        return as_float(value)

    def __call__(self, theta: Any) -> Any:
        """Return the field at theta."""
        return self._field(theta)

    def derivative(self, theta: Any, v: Any) -> Any:
        """Return f'(theta) v."""
        import jax

        return jax.jvp(self._field, (theta,), (v,))[1]

    def same(self, x: Any, y: Any) -> bool:
        """Tell whether two vectors are certainly the same."""
        import jax

        try:
            return super().same(x, y)
        except jax.errors.TracerBoolConversionError:
            raise MethodError(
                "JAX does not know the numbers of an array under jit, and this step depends on "
                "them: step without jit, or choose another method"
            ) from None

    def resolvent(self, theta: Any, size: Any) -> Callable[[Any], Any]:
        """Return the function from v to the x with x - size f'(theta) x = v."""
        return by_matrix(self, theta, size)

    def solve_linear(self, matrix: Any, right: Any) -> Any:
        """Return x with matrix x = right; not finite where the matrix is singular."""
        import jax.numpy as jnp

        if matrix.ndim == 2:
            return jnp.linalg.solve(matrix, right)
        return jnp.linalg.solve(jnp.moveaxis(matrix, -1, 0), right.T[..., None])[..., 0].T


def _in_jax(problem: VectorField) -> Callable[[Any], Any]:
    """Return the problem's program as a function of JAX arrays."""
    import jax.numpy as jnp

    problem.require_values()

    def field(theta: Any) -> Any:
        values = problem.program.run(list(theta), lift=lambda c: int(c.p) / int(c.q))
        return jnp.stack([0 * theta[0] + value for value in values])

    return field
