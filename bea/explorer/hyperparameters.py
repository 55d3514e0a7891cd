"""Hyperparameters as open arguments: what a slider of the page moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from inspect import signature
from math import isfinite
from typing import Any

from bea.algebra import Expression, as_float, exact
from bea.algebra.language.expressions import Symbol, free_symbols, to_text
from bea.errors import BeaError
from bea.methods import Method, from_text
from bea.methods.method import Range
from bea.methods.rules.rule import UpdateRule

_USUAL = 0.5  # of a symbol that nothing says a value of
_SHARE = 0.99  # of a range with two ends: at the far end of that of β nothing is defined


@dataclass(frozen=True)
class Slider:
    """A number that a reader of the page may change."""

    name: str
    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, Any]:
        """Return it as data."""
        return {"name": self.name, "value": self.value, "low": self.low, "high": self.high}


def opened(method: Method) -> tuple[Method, list[Slider]]:
    """Return the method with its numbers as symbols, and what they are at first.

    What cannot be a symbol, such as the entries of a tableau, stays a number.

    Examples
    --------
    >>> import bea
    >>> opened(bea.methods.heavy_ball(beta="3/4"))
    (heavy_ball(beta=beta), [Slider(name='beta', value=0.75, low=0.0, high=0.99)])
    """
    values = _values(method)
    closed = {name: name for name, value in values.items() if not free_symbols(value)}
    changed = _with_symbols(method, closed) if closed else method
    return changed, [_slider(method, name, value) for name, value in values.items()]


def left_open(method: Method) -> list[Slider]:
    """Return the sliders of the symbols that a method has of itself."""
    open_ones = {n: v for n, v in _values(method).items() if free_symbols(v)}
    return [_slider(method, name, value) for name, value in open_ones.items()]


# --- private helpers ------------------------------------------------------------------------------


def _values(method: Method) -> dict[str, Expression]:
    """Return the hyperparameters that are single numbers or symbols."""
    if isinstance(method, UpdateRule):
        return dict(method.values)
    names = set(getattr(method, "__dataclass_fields__", {})) - {*method.options, *method.readers}
    found = {name: getattr(method, name) for name in method.parameters if name in names}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, Expression) and (isinstance(value, Symbol) or not free_symbols(value))
    }


def _with_symbols(method: Method, names: Mapping[str, str]) -> Method:
    if isinstance(method, UpdateRule):
        given = {name: to_text(value) for name, value in method.values.items()}
        return from_text(method.rule.text, name=method.name, **{**given, **names})
    return replace(method, **names)  # type: ignore[type-var]


def _slider(method: Method, name: str, value: Expression) -> Slider:
    """Return the slider of a hyperparameter, within what it may be."""
    start = _default(method, name) if free_symbols(value) else as_float(value)
    # Of a number between 0 and 1 nobody has said that it may be more: as β it may not.
    allowed = method.ranges.get(name, Range(0, 1) if 0 < start < 1 else Range(0))
    low = allowed.low if isfinite(allowed.low) else min(0.0, 4 * start)
    high = low + _SHARE * (allowed.high - low) if isfinite(allowed.high) else max(1.0, 4 * start)
    shown = value.name if isinstance(value, Symbol) else name
    return Slider(shown, start, float(min(low, start)), float(max(high, start)))


def _default(method: Method, name: str) -> float:
    """Return the value that a symbol has at first: the default of the hyperparameter, if any."""
    found = signature(type(method)).parameters.get(name)
    try:
        return _USUAL if found is None else as_float(exact(found.default, name))
    except (BeaError, TypeError):
        return _USUAL
