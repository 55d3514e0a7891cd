"""Fields and losses that are functions: no components in a ring, but numbers and derivatives.

They are vector fields like any other for iterates, flows, drift and certificates. What asks for a
formula is refused in one line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NoReturn

import numpy as np

from bea.algebra.language.reals import real_points
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, DomainError
from bea.fields.about import About
from bea.fields.functions.derivatives import Derivatives
from bea.fields.functions.groups import Groups
from bea.fields.vector_field import Derivative, Inside, Loss, Rhs, VectorField


def checked_dimension(dimension: Any) -> int:
    """Return a number of parameters; raises `DimensionError` for what is none."""
    whole = isinstance(dimension, int | np.integer) and not isinstance(dimension, bool)
    if not whole or dimension < 1:
        raise DimensionError(f"the dimension is {dimension!r}: give a whole number, at least 1")
    return int(dimension)


class FunctionField(VectorField):
    """A vector field that is given by a function and its derivatives along directions.

    Parameters
    ----------
    derivatives
        What it is computed by.
    groups
        Names and shapes of its parameters.
    about
        Name and the like.
    starts : (starts, d), optional
        Where to begin if nothing else is said, such as a network's weights as they were made.
    inside
        Where it is defined; by default everywhere.

    Raises
    ------
    DomainError
        If the field is not finite at one of the starts.
    """

    symbolic = False

    def __init__(
        self,
        derivatives: Derivatives,
        groups: Groups,
        about: About,
        starts: Any = None,
        inside: Inside | None = None,
    ) -> None:
        self.derivatives, self.groups, self.about = derivatives, groups, about
        self._where = inside
        self.starts = None if starts is None else real_points(starts, self.dimension, "the starts")
        if self.starts is not None:
            self._check_finite(self.starts)

    @property
    def dimension(self) -> int:
        """Number of parameters, d."""
        return self.groups.dimension

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return self.groups.variables

    @property
    def parameters(self) -> tuple[str, ...]:
        """No name is symbolic."""
        return ()

    def _needs_formula(self, what: str) -> NoReturn:
        raise BeaError(
            f"'{self.name}' is a function and has no formula, which {what} needs: give a problem "
            "in symbols, such as bea.problems.loss('x**2 + y**4'), or ask for numbers at points"
        )

    @property
    def components(self) -> Any:  # type: ignore[override]
        """Refused: there is no formula."""
        self._needs_formula("this")

    @property
    def ring(self) -> Any:  # type: ignore[override]
        """Refused: there is no formula."""
        self._needs_formula("this")

    @property
    def program(self) -> Any:
        """Refused: there is no formula."""
        self._needs_formula("this")

    def with_parameters(self, names: Sequence[str]) -> NoReturn:
        """Refused: hyperparameters without a value need symbols."""
        self._needs_formula(f"the hyperparameter '{names[0]}' without a value")

    def numeric(self) -> Rhs:
        """Return rhs(theta, gamma) for arrays (d, lanes) and (lanes,); gamma is not used."""
        return lambda theta, gamma: self.derivatives.field(theta)

    def numeric_derivative(self) -> Derivative:
        """Return (theta, v, gamma) -> f'(theta) v for arrays (d, lanes)."""
        return lambda theta, v, gamma: self.derivatives.differential(theta, [v])

    def domain(self) -> Inside | None:
        """Return where it is defined, if that is not everywhere."""
        return self._where

    def require_values(self) -> None:
        """Do nothing: every parameter has a value."""

    def __repr__(self) -> str:
        groups = zip(self.groups.names, self.groups.shapes, strict=True)
        shown = ", ".join(f"{name} {shape}" for name, shape in list(groups)[:6])
        more = f", and {len(self.groups.names) - 6} more" if len(self.groups.names) > 6 else ""
        threads = self.derivatives.threads
        others = f"; sums in {threads} threads" if threads > 1 else ""
        return f"{type(self).__name__}('{self.name}', d={self.dimension}: {shown}{more}{others})"

    __str__ = __repr__

    def _check_finite(self, starts: Floats) -> None:
        slopes = self.numeric()(starts.T.copy(), np.zeros(len(starts)))
        for column in slopes.T:
            for name, part in self.groups.split(column).items():
                if not np.isfinite(part).all():
                    raise DomainError(
                        f"the gradient of '{self.name}' by '{name}' is not finite at the start: "
                        "choose other parameters, or look for a division by 0 or a log of 0"
                    )


class FunctionLoss(FunctionField, Loss):
    """A loss that is given by a function; as a vector field it is f = -grad L."""

    @cached_property
    def _value(self) -> Callable[[Floats], Floats]:
        return lambda theta: self.derivatives.loss(theta)[None]

    @property
    def value(self) -> Any:  # type: ignore[override]
        """Refused: there is no formula."""
        self._needs_formula("this")
