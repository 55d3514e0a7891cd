"""The register of methods: names to classes, found by importing this package's modules."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from inspect import Parameter, signature
from typing import Any, TypeVar

from bea.algebra.language.calls import read_call
from bea.errors import MethodError
from bea.methods.foreign import MARK, traced
from bea.methods.method import Method
from bea.methods.names import hyperparameter_named, method_named, renamed

M = TypeVar("M", bound=type[Method])
_classes: dict[str, type[Method]] = {}


def register(cls: M) -> M:
    """Add a method class under its `name`; use it as a decorator.

    A class that is defined anew, as in a notebook, takes its own place.

    Raises
    ------
    MethodError
        If the name is empty, or taken by another class.
    """
    if not cls.name:
        raise MethodError(f"{cls.__name__} has no name: set the class attribute 'name'")
    known = _classes.get(cls.name, cls)
    if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        owner = f"{known.__module__}.{known.__qualname__}"
        raise MethodError(f"the name '{cls.name}' is taken by {owner}: choose another")
    _classes[cls.name] = cls
    return cls


def available() -> dict[str, type[Method]]:
    """Return all registered methods by name, sorted.

    >>> "rk4" in available()
    True
    """
    _import_all()
    return dict(sorted(_classes.items()))


def get(name: str, **parameters: Any) -> Method:
    """Return the method of that name, with these hyperparameters.

    Names that people type, such as "gd" or momentum=0.9, are taken for what they mean; see
    `bea.methods.names`. Of "torch:AdamW" it is the optimizer of a library; see
    `bea.methods.traced`.

    Raises
    ------
    UnknownNameError
        If there is no such method, or it has no such hyperparameter.
    MethodError
        If a hyperparameter that has no default is missing.

    Examples
    --------
    >>> str(get("heun"))
    'heun'
    """
    if not isinstance(name, str):
        raise MethodError(f"a method is asked for by its name, not by a {type(name).__name__}")
    if MARK in name:
        return traced(name, **parameters)
    known = available()
    found, said = method_named(name, known)
    return _make(known[found], {**said, **parameters})


def read(text: str) -> Method:
    """Return the method of a text such as "heavy-ball(beta=1/2)".

    A hyperparameter without a value, as in "heavy-ball(beta)", stays symbolic. Errors are those of
    `get`, and `ExpressionError` for a text that is no name with parameters in brackets.

    >>> read("heavy-ball(beta=1/2)").parameters
    {'beta': '1/2'}
    """
    if "(" not in text:
        return get(text)
    name, given = read_call(text, "method", "heavy-ball(beta=1/2)")
    return get(name, **{key: key if value is None else value for key, value in given.items()})


def is_hyperparameter(name: str) -> bool:
    """Tell whether a method has a hyperparameter of that name, or people call one so.

    >>> is_hyperparameter("momentum"), is_hyperparameter("A"), is_hyperparameter("colour")
    (True, True, False)
    """
    own = {known for cls in available().values() for known in signature(cls).parameters}
    return bool(hyperparameter_named(name, [*own]))


def _make(cls: type[Method], parameters: dict[str, Any]) -> Method:
    known = signature(cls).parameters
    parameters = renamed(cls.name, parameters, list(known))
    for name, parameter in known.items():
        if parameter.default is Parameter.empty and name not in parameters:
            raise MethodError(f"method '{cls.name}' needs the hyperparameter '{name}': give it")
    return cls(**parameters)


@cache
def _import_all() -> None:
    for room in (import_module(f"bea.methods.{name}") for name in ("library", "partitioned")):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            import_module(module.name)
