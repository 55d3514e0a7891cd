"""The methods, floor 3 of bea: each is one `step` formula that runs in every arithmetic.

Modules of this package register their methods by themselves; a new file with a `@register`ed
method is found without being named anywhere else. `bea.methods.heun()` makes the method "heun".
`read` takes the text "heavy-ball(beta=1/2)"; `from_text` and `from_function` make methods of a
user's own rule, and `traced` one of a library's optimizer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bea.algebra.language.makers import by_name, defaults, signature_of
from bea.errors import UnknownNameError, nearest
from bea.methods.described import documentation
from bea.methods.foreign import traced
from bea.methods.library.growing_rate import GrowingRate, growing_rate
from bea.methods.method import Method
from bea.methods.names import MEANT, method_named
from bea.methods.registry import available, get, read, register
from bea.methods.rules.plain_function import from_function
from bea.methods.rules.rule import from_text
from bea.methods.schedules.schedule import Schedule
from bea.methods.schedules.scheduled import Scheduled

__all__ = [
    "GrowingRate",
    "Method",
    "Schedule",
    "Scheduled",
    "available",
    "from_function",
    "from_text",
    "get",
    "growing_rate",
    "read",
    "register",
    "traced",
]


def __getattr__(name: str) -> Callable[..., Method]:
    """Return the maker of a method: the registered name with underscores for hyphens."""
    if name.startswith("__"):
        raise AttributeError(f"module 'bea.methods' has no '{name}'")
    try:
        wanted, said = method_named(name.replace("_", "-"), available())
    except UnknownNameError:
        hint = nearest(name.replace("_", "-"), available()).replace("-", "_")
        meant = MEANT.get(name.replace("_", "-").lower(), "")
        why = f": {meant}" if meant else f".{hint}"
        raise AttributeError(f"module 'bea.methods' has no method '{name}'{why}") from None
    return _maker(wanted, said)


def __dir__() -> list[str]:
    return [*__all__, *(name.replace("-", "_") for name in available())]


def _maker(name: str, said: Mapping[str, Any] = MappingProxyType({})) -> Callable[..., Method]:
    cls, called = available()[name], name.replace("-", "_")
    known = defaults(cls)

    def make(*values: Any, **parameters: Any) -> Method:
        return get(name, **{**said, **by_name(called, list(known), values, parameters)})

    make.__name__ = make.__qualname__ = called
    make.__doc__ = documentation(cls)
    make.__signature__ = signature_of(cls)  # type: ignore[attr-defined]
    return make


# A module may be named as its method is, and would stand in its place:
# `bea.methods.library.runge_kutta`.
globals().update({name.replace("-", "_"): _maker(name) for name in available()})
