"""Methods that bea cannot look into: they are stepped, run by run, and never expanded.

Every pair (step size, start) gets a run of its own with fresh memory. The runs are stepped one by
one, in float64; the field is evaluated for all of them at once. What the libraries' optimizers look
like is left to `bea.adapters.torch_optimizers` and `bea.adapters.optax_optimizers`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bea.arrays import Floats
from bea.errors import DimensionError, MethodError
from bea.fields import NumericField
from bea.methods import Method

#: advance(theta (d,), f(theta) (d,)) -> the next theta (d,), with a memory of its own
Advance = Callable[[Floats, Floats], Floats]
Step = Callable[[Floats], Floats]


class ForeignMethod(Method):
    """Base of the methods whose step is somebody else's code; subclasses write `begin`.

    `bea.iterate` takes it like any other method. It has no modified equation of its own, since its
    step runs in float64 only; `as_bea_method` names bea's method for it. `bea.verify` puts that
    method's equation to the test of this very step.
    """

    numbers_only = True

    def begin(self, theta: Floats, gamma: float) -> Advance:
        """Start a run at theta (d,) with the step size gamma, from fresh memory."""
        raise NotImplementedError

    def bind(self, constant: Callable[[Any], Any]) -> ForeignMethod:
        """Return the method itself: its hyperparameters are numbers already."""
        return self

    def init(self, f: Any, theta: Any) -> Any:
        """Return the runs, an array (lanes,) of objects."""
        self._require_numbers(f)
        runs = np.empty(theta.shape[1], dtype=object)
        for lane, (point, gamma) in enumerate(zip(theta.T, f.gamma, strict=True)):
            runs[lane] = self.begin(point.copy(), float(gamma))
        return (runs,)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Step every run once."""
        self._require_numbers(f)
        after = np.empty_like(theta)
        slopes = f(theta)
        for lane, run in enumerate(state[0]):
            point = run(theta[:, lane].copy(), slopes[:, lane].copy())
            after[:, lane] = self._checked(point, len(theta))
        return after, state

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"

    def _require_numbers(self, f: Any) -> None:
        if not isinstance(f, NumericField):
            raise MethodError(
                f"'{self}' runs in floating-point numbers only, nothing can be derived from it: "
                "derive from as_bea_method of it, or use measured_field"
            )

    def _checked(self, point: Any, dimension: int) -> Floats:
        array = np.asarray(point)
        if array.shape != (dimension,):
            raise DimensionError(
                f"a step of '{self}' gave an array of shape {array.shape}: "
                f"return theta, of shape ({dimension},)"
            )
        if array.dtype != np.float64:
            raise MethodError(
                f"a step of '{self}' gave numbers of type {array.dtype}: return float64, since "
                "the rounding of others drowns the terms of the modified field"
            )
        return array


class BlackBox(ForeignMethod):
    """Any code that takes theta to the next theta.

    Parameters
    ----------
    begin
        begin(gamma) -> step, called once for every run; step(theta: (d,)) -> (d,) in float64 may
        keep a memory of its own.
    name
        What messages call it.

    Examples
    --------
    >>> import bea
    >>> def begin(gamma):
    ...     return lambda theta: theta - gamma * theta
    >>> bea.iterate(BlackBox(begin), Anywhere(1), [[1.0]], [0.5], steps=3).values.ravel()
    array([0.5  , 0.25 , 0.125])
    """

    def __init__(self, begin: Callable[[float], Step], name: str = "black-box") -> None:
        self._begin = begin
        self._name = name

    def begin(self, theta: Floats, gamma: float) -> Advance:
        step = self._begin(gamma)
        if not callable(step):
            raise MethodError(
                f"begin(gamma) of '{self}' gave a {type(step).__name__}: return a function "
                "step(theta) -> theta, made anew for every run"
            )
        return lambda theta, slope: step(theta)

    def __str__(self) -> str:
        return self._name


class Anywhere:
    """Stands for the field where a black box needs none: d components, 0 and defined everywhere.

    >>> Anywhere(2).variables
    ('theta_1', 'theta_2')
    """

    def __init__(self, dimension: int) -> None:
        if isinstance(dimension, bool) or not isinstance(dimension, int) or dimension < 1:
            raise DimensionError(f"dimension={dimension} must be a whole number, at least 1")
        self.dimension = dimension

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the components."""
        return tuple(f"theta_{i + 1}" for i in range(self.dimension))

    def numeric(self) -> Callable[[Floats, Floats], Floats]:
        """Return the field that is 0."""
        return lambda theta, gamma: np.zeros_like(theta)

    def domain(self) -> None:
        """Return None: it is defined everywhere."""
        return None
