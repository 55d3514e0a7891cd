"""A step that a user writes as a plain function, made a method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from inspect import Parameter, signature
from types import MappingProxyType
from typing import Any

from bea.algebra import Expression
from bea.algebra.language.expressions import to_text
from bea.algebra.ring.exact import exact_decimal
from bea.errors import MethodError, UnknownNameError, nearest
from bea.methods.method import Method
from bea.trees import PLAIN, Colors


def from_function(
    step: Callable[..., Any],
    init: Callable[..., Any] | None = None,
    *,
    name: str = "",
    colors: Colors = PLAIN,
    **parameters: Any,
) -> FunctionMethod:
    """Return the method whose step is a plain function.

    Parameters
    ----------
    step
        step(f, theta, state, gamma, **hyperparameters) -> (theta, state), f being -grad L. Beside
        f(theta) it may use f.derivative(theta, v) = f'(theta) v = -hess L v.
    init
        init(f, theta) -> state, a tuple; by default the empty one: no memory.
    name
        What to call it; by default as the function.
    colors
        What the nodes of its trees stand for: `bea.trees.WITH_THETA` for one with a weight decay.
    **parameters
        The hyperparameters, exact or symbolic; `step` takes them by name.

    Examples
    --------
    >>> def step(f, theta, state, gamma, beta):
    ...     velocity = beta * state[0] + f(theta)
    ...     return theta + gamma * velocity, (velocity,)
    >>> method = from_function(step, lambda f, theta: (0 * f(theta),), beta="9/10")
    >>> str(method)
    'step(beta=9/10)'
    """
    values = {n: exact_decimal(value, f"hyperparameter {n}") for n, value in parameters.items()}
    _check_functions(step, init)
    _check_signature(step, values)
    called = name or getattr(step, "__name__", "").replace("_", "-").strip("<>") or "step"
    method = FunctionMethod(step, init, values, called)
    method.__dict__["colors"] = colors
    return method


class NamedMethod(Method):
    """A method of which every object has its own name and hyperparameters, not every class.

    Attributes
    ----------
    values : mapping from str to Expression
        The hyperparameters.
    """

    def __init__(self, values: Mapping[str, Expression], name: str) -> None:
        self.values: Mapping[str, Any] = MappingProxyType(dict(values))
        self.__dict__["name"] = name

    @property
    def parameters(self) -> dict[str, str]:
        """The hyperparameters as texts."""
        return {name: to_text(value) for name, value in self.values.items()}

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={to_text(v)}" for name, v in self.values.items())
        return f"{self.name}({inside})" if inside else self.name


class FunctionMethod(NamedMethod):
    """The method whose step is a plain function; make one with `from_function`."""

    title = "a function"

    def __init__(
        self,
        step: Callable[..., Any],
        init: Callable[..., Any] | None,
        values: Mapping[str, Expression],
        name: str,
    ) -> None:
        super().__init__(values, name)
        self._step, self._init = step, init
        self._bound: dict[str, Any] = dict(values)

    def init(self, f: Any, theta: Any) -> Any:
        """Return what the function `init` says, or no memory."""
        state = () if self._init is None else self._init(f, theta)
        if not isinstance(state, tuple):
            raise MethodError(f"init of '{self.name}' must return a tuple, such as (velocity,)")
        return state

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return what the function says."""
        try:
            result = self._step(f, theta, state, gamma, **self._bound)
        except IndexError:
            if state or self._init is not None:
                raise
            raise MethodError(
                f"step of '{self.name}' reads memory that never began: give init, a function such "
                "as lambda f, theta: (0*f(theta),)"
            ) from None
        if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], tuple)):
            raise MethodError(
                f"step of '{self.name}' must return theta and the state, a tuple: "
                "return theta, (velocity,) or return theta, ()"
            )
        return result

    def bind(self, constant: Callable[[Expression], Any]) -> FunctionMethod:
        """Return the method with its hyperparameters turned into numbers."""
        bound = copy(self)
        bound._bound = {name: constant(value) for name, value in self.values.items()}
        return bound


# --- private helpers ----------------------------------------------------------------------------


def _check_functions(step: object, init: object) -> None:
    if not callable(step):
        raise MethodError(
            f"the step is a {type(step).__name__}: give a function of f, theta, state and gamma"
        )
    if init is not None and not callable(init):
        raise MethodError(
            f"init is a {type(init).__name__}: give a function of f and theta that returns a tuple"
        )


def _check_signature(step: Callable[..., Any], values: Mapping[str, Any]) -> None:
    """Refuse a step that does not take the four arguments and these hyperparameters."""
    parameters = signature(step).parameters
    taken = [n for n, p in parameters.items() if p.kind is not Parameter.VAR_KEYWORD]
    own = taken[4:]
    if len(taken) < 4:
        raise MethodError(
            f"the step takes {len(taken)} arguments: it must take f, theta, state and gamma"
        )
    for name in own:
        if parameters[name].default is Parameter.empty and name not in values:
            raise MethodError(f"the step needs the hyperparameter '{name}': give {name}=1/2, say")
    for name in values:
        if name not in own and len(taken) == len(parameters):
            have = f"it has {', '.join(own)}" if own else "it has none"
            raise UnknownNameError(
                f"the step has no hyperparameter '{name}': {have}.{nearest(name, own)}"
            )
