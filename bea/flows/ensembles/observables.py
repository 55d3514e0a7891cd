"""Observables: functions of theta whose means over an ensemble are recorded.

An observable is a text in the variables, in bea's grammar, or a function of arrays (d, lanes). In
texts `L` stands for the loss, where there is one and no variable has that name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bea.algebra import Ring
from bea.algebra.language.expressions import Expression, free_symbols
from bea.algebra.language.grammar import parse_components
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import read, to_program
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, UnknownNameError, nearest
from bea.flows.ensembles.checkpoints import identity_of

Function = Callable[[Floats], Floats]
LOSS = "L"


class Observables:
    """Named functions of theta, evaluated together.

    Parameters
    ----------
    parts
        Name -> function of theta (d, lanes) with values (lanes,).
    texts
        Name -> the formula, of those that have one.

    Examples
    --------
    >>> observables = read_observables("x, x**2 - y", ["x", "y"])
    >>> observables.names, observables(np.array([[1.0, 2.0], [3.0, 3.0]]))
    (('x', 'x**2 - y'), array([[ 1.,  2.],
           [-2.,  1.]]))
    """

    def __init__(self, parts: Mapping[str, Function], texts: Mapping[str, str]) -> None:
        self.names = tuple(parts)
        self._functions, self._texts = tuple(parts.values()), texts

    def identities(self) -> list[str]:
        """Return what tells each of them from another: its formula, or what it holds.

        Raises
        ------
        BeaError
            If one is a function, whose values nothing tells.
        """
        named = zip(self.names, self._functions, strict=True)
        return [
            self._texts.get(name) or identity_of(function, f"the observable '{name}'")
            for name, function in named
        ]

    def __call__(self, theta: Floats) -> Floats:
        """Return the values (observables, lanes) at theta (d, lanes)."""
        values = np.empty((len(self.names), theta.shape[1]))
        for row, name, function in zip(values, self.names, self._functions, strict=True):
            found = np.asarray(function(theta), dtype=np.float64)
            if found.shape not in ((), row.shape):
                raise DimensionError(
                    f"the observable '{name}' turned points {theta.shape} into {found.shape}: "
                    f"give one number for each of the {theta.shape[1]} lanes, axis 1"
                )
            row[:] = found
        return values


def read_observables(
    given: Any, variables: Sequence[str], loss: Function | None = None
) -> Observables:
    """Return observables from a text with commas, a sequence, or a mapping from names.

    Parameters
    ----------
    given
        Texts or functions; None is each variable.
    variables
        The names of the components of theta.
    loss
        The loss of theta (d, lanes), for `L`.

    Raises
    ------
    UnknownNameError
        If a text holds a name that is no variable.
    ExpressionError
        If a text cannot be read.

    Examples
    --------
    >>> read_observables("speed", ["x"])
    Traceback (most recent call last):
    bea.errors.UnknownNameError: unknown observable 'speed': 'speed' is none of x. ...
    """
    parts: dict[str, Function] = {}
    texts: dict[str, str] = {}
    for name, item in _named(variables if given is None else given):
        if name in parts:
            raise BeaError(f"the observable '{name}' is given twice: give it once")
        parts[name] = item if callable(item) else _compiled(item, name, variables, loss)
        if not callable(item):
            texts[name] = str(item)
    if not parts:
        raise BeaError("there is no observable: give one, such as 'x**2'")
    return Observables(parts, texts)


# --- private helpers ----------------------------------------------------------------------------


def _named(given: Any) -> list[tuple[str, Any]]:
    if isinstance(given, Mapping):
        named = [(str(k), _one(v) if isinstance(v, str) else v) for k, v in given.items()]
    elif isinstance(given, str):
        named = [(str(part), part) for part in parse_components(given)]
    elif callable(given):
        named = _named([given])
    elif isinstance(given, Sequence):
        named = [pair for item in given for pair in _items(item)]
    else:
        raise BeaError(f"the observables are {given!r}: give texts or functions")
    return named


def _items(item: Any) -> list[tuple[str, Any]]:
    if isinstance(item, str):
        parts = parse_components(item)
        return [(item.strip(), parts[0])] if len(parts) == 1 else [(str(p), p) for p in parts]
    if not callable(item):
        raise BeaError(f"an observable is {item!r}: give a text or a function")
    return [(getattr(item, "__name__", repr(item)), item)]


def _one(text: str) -> Expression:
    parts = parse_components(text)
    if len(parts) != 1:
        raise BeaError(f"the observable '{text}' is {len(parts)} expressions: give each a name")
    return parts[0]


def _compiled(
    expression: Expression, name: str, variables: Sequence[str], loss: Function | None
) -> Function:
    has_loss = loss is not None and LOSS not in variables
    known = [*variables, *([LOSS] if has_loss else [])]
    for symbol in sorted(free_symbols(expression)):
        if symbol not in known:
            raise UnknownNameError(
                f"unknown observable '{name}': '{symbol}' is none of {', '.join(known)}."
                f"{nearest(symbol, known)} Give an expression in these, or a function of theta"
            )
    program = to_program([read(Ring(known), expression)])
    function = compile_program(program)
    if not (has_loss and LOSS in free_symbols(expression)):
        padding = [0.0] * (len(known) - len(variables))
        return lambda theta: function([*theta, *padding], np.empty((1, theta.shape[1])))[0]
    assert loss is not None
    return lambda theta: function([*theta, loss(theta)], np.empty((1, theta.shape[1])))[0]
