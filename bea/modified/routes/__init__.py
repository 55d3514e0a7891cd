"""The routes to a modified equation: derivations that do not know of each other.

Each module of this folder is a route of the same name, found without being named elsewhere. It has
`on_trees(method, order)`, the coefficients b over the trees of at most order + 1 nodes, and
`on_field(method, field, order)`, the terms f_0 ... f_order on a concrete field. The exact agreement
of the routes is the proof of correctness, so none may import another.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from bea.algebra import Element
from bea.errors import UnknownNameError, nearest
from bea.fields import VectorField
from bea.methods import Method

__all__ = ["Route", "available", "get"]


class Route(Protocol):
    """A derivation of modified equations."""

    def on_field(self, method: Method, field: VectorField, order: int) -> list[tuple[Element, ...]]:
        """Return f_0 ... f_order on a concrete field."""

    def on_trees(self, method: Method, order: int) -> list[Any]:
        """Return b over the trees of at most order + 1 nodes."""


@cache
def available() -> tuple[str, ...]:
    """Return the names of the routes, sorted.

    >>> available()
    ('manifold', 'operator', 'perturbation', 'trees')
    """
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def get(name: str) -> Route:
    """Return the route of that name.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    if name not in available():
        names = ", ".join([*available(), "auto"])
        raise UnknownNameError(f"unknown route '{name}': use {names}.{nearest(name, available())}")
    return cast(Route, import_module(f"bea.modified.routes.{name}"))
