"""The operations of programs in any arithmetic: rationals, floats, arrays, balls, series, mpmath.

A program (`bea.algebra.programs.program`) does not know what it is run in: what each of its
operations means for each kind of element is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
from flint import fmpq, fmpz

from bea.errors import DomainError, ExpressionError
from bea.series.elementary import numpy_function
from bea.series.powers import rational_root


def apply(operation: str, value: Any, operands: Sequence[Any]) -> Any:
    """Carry out one operation of a program on elements of any arithmetic.

    A reciprocal is `a ** -1`, a root `a ** fmpq(1, q)`, a function the element's own method; NumPy
    arrays (also those of objects), libraries of the array API standard and mpmath numbers have
    theirs. A rational has those roots that are rational; raises `DomainError` for others.
    """
    if operation in ("add", "subtract", "multiply"):
        a, b = operands
        return a + b if operation == "add" else a - b if operation == "subtract" else a * b
    (a,) = operands
    if isinstance(a, np.ndarray) and a.dtype == object:
        return np.frompyfunc(lambda x: apply(operation, value, [element(x)]), 1, 1)(a)
    if operation == "negate":
        return -a
    if operation == "reciprocal":
        return reciprocal(a)
    return _root(a, value) if operation == "root" else _function(operation, a)


def rational(value: Any) -> fmpq:
    """Return an exact number as a rational; floats raise `ExpressionError`."""
    if not isinstance(value, fmpq | fmpz | int):
        kind = type(value).__name__
        raise ExpressionError(f"{value!r} is a {kind}, not exact: give an integer or an fmpq")
    return fmpq(value)


def element(value: Any) -> Any:
    """Let Python numbers behave: 1/0.0 is infinite as in NumPy, and 1/2 is exact."""
    if type(value) is float:
        return np.float64(value)
    return fmpq(value) if type(value) is int else value


def reciprocal(a: Any) -> Any:
    """Return 1/a; raises `DomainError` where it is not defined."""
    try:
        return a**-1
    except ZeroDivisionError:
        raise DomainError("division by zero; move the point or simplify the quotient") from None


def library_of(a: Any) -> Any:
    """Return NumPy, or another library of the array API standard, that an array belongs to."""
    if isinstance(a, np.ndarray | np.generic):
        return np
    namespace = getattr(a, "__array_namespace__", None)
    return None if namespace is None else namespace()


# --- private helpers ------------------------------------------------------------------------------


def _root(a: Any, degree: int) -> Any:
    if isinstance(a, fmpq):
        root = rational_root(a, degree) if a >= 0 else None
        if root is None:
            raise DomainError(f"({a})^(1/{degree}) is not rational; evaluate in floats or balls")
        return root
    library = library_of(a)
    if library is not None:
        return library.sqrt(a) if degree == 2 else a ** (1 / degree)
    context = getattr(a, "context", None)  # mpmath
    return a ** fmpq(1, degree) if context is None else context.root(a, degree)


def _function(name: str, a: Any) -> Any:
    library = library_of(a)
    if library is None:
        library = getattr(a, "context", None)  # mpmath, whose numbers have an unrelated `.exp`
    if library is np:
        return numpy_function(name)(a)
    if library is not None:
        return _of_library(library, name)(a)
    method = getattr(a, name, None)
    if method is None:
        kind = type(a).__name__
        raise DomainError(f"numbers of type {kind} have no {name}; evaluate in floats or balls")
    return method()


def _of_library(library: Any, name: str) -> Any:
    """Return a library's function; JAX has the error function where SciPy has it."""
    if name == "erf" and not hasattr(library, name):
        library = import_module(f"{library.__name__.partition('.')[0]}.scipy.special")
    return getattr(library, name)
