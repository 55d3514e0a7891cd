"""What `bea.adapters.tracing.libraries` asks of the front end for optax."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import Parameter, isfunction, signature
from typing import Any

import optax
import optax.contrib

from bea.adapters.jaxprs.making import LEARNING_RATE, Maker, is_transformation
from bea.adapters.jaxprs.optimizer import OptaxUpdate
from bea.adapters.tracing.optimizer import Shapes
from bea.errors import UnknownNameError, nearest

_HOMES = (optax, optax.contrib)
_PARAMETERS = "parameters"


def takes(optimizer: Any) -> bool:
    """Tell a transformation of optax, or a function, which may make one."""
    return is_transformation(optimizer) or isfunction(optimizer) or _is_partial(optimizer)


def source(optimizer: Any, options: dict[str, Any], shapes: Shapes | None = None) -> OptaxUpdate:
    """Return the front end of a transformation, or of a function that makes one.

    The option `parameters` is a pytree of arrays like the parameters, where it matters which one
    is which, as for masks; by default they are one array, or a list of them.
    """
    own = {name: value for name, value in options.items() if name != _PARAMETERS}
    return OptaxUpdate(Maker(optimizer, own), options.get(_PARAMETERS), shapes)


def found(name: str) -> Callable[..., Any]:
    """Return the function of optax or optax.contrib of that name, in any case."""
    makers = dict(_makers())
    known = {known.lower(): known for known in makers}
    if name.lower() not in known:
        raise UnknownNameError(
            f"optax has no optimizer '{name}'.{nearest(name, makers)} 'bea list optax' shows them "
            "all"
        )
    return makers[known[name.lower()]]


def names() -> list[str]:
    """Return the names of the optimizers of optax and optax.contrib."""
    return sorted(name for name, _ in _makers())


def option_names(optimizer: Any) -> list[str]:
    """Return the names of the options of a function that makes a transformation."""
    loose = (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL)
    parameters = () if is_transformation(optimizer) else signature(optimizer).parameters.values()
    return [p.name for p in parameters if p.name != LEARNING_RATE and p.kind not in loose]


# --- private helpers ------------------------------------------------------------------------------


def _makers() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield what makes an optimizer: a public function of the learning rate."""
    for home in _HOMES:
        for name, value in vars(home).items():
            if name.startswith("_") or not (isfunction(value) or _is_partial(value)):
                continue
            parameters = signature(value).parameters
            if LEARNING_RATE in parameters and not name.startswith("scale_by_"):
                yield name, value


def _is_partial(value: Any) -> bool:
    return isfunction(getattr(value, "func", None))
