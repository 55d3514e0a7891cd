"""What tells one Python function from another: its code and the numbers that it holds.

A checkpoint must not be continued with other functions than it was begun with. Names alone do not
say: every lambda has the same. The fingerprint covers the byte code with its constants, defaults,
and the values that it takes from around it, as far as they are numbers, texts, arrays, functions,
modules, vector fields or dataclasses of these; what cannot be told so is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from bea.errors import BeaError
from bea.fields import VectorField

__all__ = ["fingerprint"]


def fingerprint(function: Callable[..., Any], what: str) -> str:
    """Return a short text that differs where functions do.

    Parameters
    ----------
    function
        The function.
    what
        What it is, for the message.

    Raises
    ------
    BeaError
        If it holds something that cannot be told from another by its contents.

    Examples
    --------
    >>> fingerprint(lambda x: x + 1, "it") == fingerprint(lambda x: x + 1, "it")
    True
    >>> fingerprint(lambda x: x + 1, "it") == fingerprint(lambda x: x + 2, "it")
    False
    """
    text = "\n".join(_words(function, what, ()))
    return "sha256 " + hashlib.sha256(text.encode()).hexdigest()[:16]


# --- private helpers ----------------------------------------------------------------------------


def _words(value: Any, what: str, above: tuple[int, ...]) -> Iterator[str]:
    """Yield what a value is made of; `above` are the functions that it was found in."""
    if id(value) in above:
        yield "itself"
    elif isinstance(value, FunctionType):
        yield from _of_function(value, what, (*above, id(value)))
    elif isinstance(value, partial):
        held = [value.func, *value.args, *sorted(value.keywords.items())]
        yield from _all(held, what, (*above, id(value)))
    elif isinstance(value, VectorField):
        yield str(getattr(value, "identity", None) or repr(value))
    elif isinstance(value, MethodType):
        yield from _all([value.__self__, value.__func__], what, above)
    elif is_dataclass(value) and not isinstance(value, type):
        yield f"{type(value).__module__} {type(value).__qualname__}"
        held = [getattr(value, part.name) for part in fields(value)]
        yield from _all([vars(type(value)).get("__call__"), *held], what, (*above, id(value)))
    elif isinstance(value, CodeType):
        yield value.co_code.hex()
        yield from value.co_names
        yield from _all(value.co_consts, what, above)
    elif isinstance(value, np.ndarray) and value.dtype != object:
        yield f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
    elif isinstance(value, tuple | list | frozenset):
        found = sorted(value, key=repr) if isinstance(value, frozenset) else value
        yield f"{type(value).__name__} of {len(value)}"
        yield from _all(found, what, above)
    elif isinstance(value, ModuleType | type | BuiltinFunctionType | np.ufunc):
        yield f"{getattr(value, '__module__', '')} {value.__name__}"
    elif value is None or isinstance(value, bool | int | float | complex | str | bytes | np.number):
        yield repr(value)
    elif hasattr(value, "__wrapped__") or type(value).__module__ == "numpy":
        yield f"{type(value).__name__} {getattr(value, '__name__', repr(value))}"
    else:
        raise BeaError(
            f"{what} holds a {type(value).__name__}, by which a checkpoint cannot tell it from "
            "another: give a text, a function of numbers and arrays alone, or no checkpoint"
        )


def _of_function(function: FunctionType, what: str, above: tuple[int, ...]) -> Iterator[str]:
    yield from _words(function.__code__, what, above)
    yield from _all(function.__defaults__ or (), what, above)
    yield from _all(sorted((function.__kwdefaults__ or {}).items()), what, above)
    yield from _all([cell.cell_contents for cell in function.__closure__ or ()], what, above)
    around = function.__globals__
    for name in function.__code__.co_names:
        if name in around:
            yield name
            yield from _words(around[name], what, above)


def _all(values: Sequence[Any], what: str, above: tuple[int, ...]) -> Iterator[str]:
    for value in values:
        yield from _words(value, what, above)
