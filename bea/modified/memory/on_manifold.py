"""A method whose memory begins on the slow manifold, so that a run has no initial layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import Element, Expression
from bea.algebra.programs.numpy_code import compile_program
from bea.fields import SeriesField, VectorField
from bea.methods import Method
from bea.modified.numeric import horner_program
from bea.modified.routes.manifold import memory_shapes


class OnManifold(Method):
    """The method, with `init` returning S(theta; gamma) in place of its own.

    Parameters
    ----------
    method
        The method, bound or not.
    field
        The concrete field.
    memory
        The components of S by powers of gamma, part after part.
    """

    def __init__(
        self, method: Method, field: VectorField, memory: Sequence[Sequence[Element]]
    ) -> None:
        self.method = method
        self.field = field
        ring = field.ring
        lifted = [[c if isinstance(c, Element) else ring.constant(fmpq(c)) for c in term]
                  for term in memory]  # fmt: skip
        f = SeriesField(field, 0)
        self._shapes = memory_shapes(method.bind(f.constant), f)
        self._function = compile_program(horner_program(field, lifted))

    def init(self, f: Any, theta: Any) -> Any:
        """Return the memory on the manifold over theta, for arrays (d, lanes)."""
        sizes = [int(np.prod(shape)) for shape in self._shapes]
        values = self._function([*theta, f.gamma], np.empty((sum(sizes), theta.shape[1])))
        parts = np.split(values, np.cumsum(sizes)[:-1])
        lanes = theta.shape[1:]
        return tuple(p.reshape((*s, *lanes)) for p, s in zip(parts, self._shapes, strict=True))

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step of the method itself."""
        return self.method.step(f, theta, state, gamma)

    def bind(self, constant: Callable[[Expression], Any]) -> OnManifold:
        """Return the same with the method's hyperparameters turned into numbers."""
        bound = OnManifold.__new__(OnManifold)
        bound.__dict__.update(self.__dict__)
        bound.method = self.method.bind(constant)
        return bound
