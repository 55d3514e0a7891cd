"""What of an update rule in text form is refused before it is run on anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np

from bea.algebra import Expression, Ring, as_float, exact
from bea.algebra.language.expressions import Power, free_symbols, subtrees, to_text
from bea.algebra.language.functions import EULER
from bea.algebra.ring.exact import in_ring
from bea.arithmetic import Arithmetic
from bea.errors import BeaError, DomainError, MethodError, UnknownNameError, nearest
from bea.fields.sources import substitute
from bea.methods.method import Method
from bea.methods.names import RATES
from bea.methods.rules.text import Rule

_MEANT = {
    "the step size is gamma": {*RATES, "alpha_t", "γ"},
    "Euler's number is exp(1)": EULER,
    "the gradient is grad, there or at a point grad(theta + v)": {
        "gradient", "dL", "df", "dtheta", "nabla", "g", "g_t", "L", "loss",
    },
    "the number of the step is n": {"t", "k", "i", "iteration", "epoch"},
}  # fmt: skip
"""What people call what a rule has another name for."""


def check_given(rule: Rule, parameters: Mapping[str, Any]) -> None:
    """Refuse names that are neither assigned nor given, and what is given and not read."""
    for name in rule.hyperparameters:
        if name not in parameters:
            unread = [given for given in parameters if given not in rule.hyperparameters]
            if meant := next((own for own, names in _MEANT.items() if name in names), ""):
                raise UnknownNameError(f"unknown name '{name}' in the update: {meant}")
            close = get_close_matches(name, [*rule.names(), *unread], cutoff=0.7)
            raise UnknownNameError(
                f"unknown name '{name}' in the update: it is neither assigned nor given."
                f"{nearest(name, close)} Assign it, or give it as a "
                f"hyperparameter: {name}=1/2 (--param {name}=1/2)"
            )
    known = rule.hyperparameters
    for name in parameters:
        if name in rule.names():
            raise UnknownNameError(
                f"'{name}' is assigned by the update and no hyperparameter of it"
            )
        if name not in known:
            have = f"it has {', '.join(known)}" if known else "it has none"
            raise UnknownNameError(
                f"the update has no hyperparameter '{name}': {have}.{nearest(name, known)}"
            )


def check_denominators(rule: Rule, values: Mapping[str, Expression]) -> None:
    """Refuse hyperparameters that make a denominator 0."""
    for expression in rule.expressions():
        for node in subtrees(expression):
            if not (isinstance(node, Power) and node.exponent < 0):
                continue
            if not free_symbols(node.base) <= values.keys():
                continue
            base = substitute(node.base, values)
            if in_ring(base, Ring([], sorted(free_symbols(base)))).is_zero():
                raise DomainError(
                    f"the update divides by {to_text(node.base)}, which is 0: give other "
                    "hyperparameters"
                )


def check_identity(method: Method) -> None:
    """Take a step with gamma = 0 from a memory that has settled, in floats, at an arbitrary point.

    Where the memory does not settle, or something is not defined there, nothing is refused here:
    the derivation will tell.
    """
    theta, gamma = np.array([[0.31], [0.87]]), np.zeros(1)
    f = _Somewhere()
    try:
        bound = method.bind(_some_float)
        with np.errstate(all="ignore"):
            state = _settled(lambda s: bound.step(f, theta, s, gamma)[1], bound.init(f, theta))
            after = theta if state is None else bound.step(f, theta, state, gamma)[0]
    except (BeaError, ZeroDivisionError, OverflowError):
        return
    rule = getattr(method, "rule", None)
    where = f": {rule.place_of('theta')}" if rule is not None else ""
    if np.all(np.isfinite(after)) and np.max(np.abs(after - theta)) > 1e-6:
        raise MethodError(
            f"the step of '{method.name}' does not tend to the identity as gamma tends to 0, so "
            "that no vector field has it as its flow: let theta move by gamma times something"
            f"{where}"
        )


# --- private helpers ----------------------------------------------------------------------------


class _Somewhere(Arithmetic):
    """A field that is nowhere special."""

    gamma = np.zeros(1)
    counts = False

    def __call__(self, theta: Any) -> Any:
        return np.cos(1.3 * theta + 0.4) + 0.2 * theta[::-1]

    def derivative(self, theta: Any, v: Any) -> Any:
        return -1.3 * np.sin(1.3 * theta + 0.4) * v + 0.2 * v[::-1]


def _some_float(value: Expression) -> float:
    """Return a number as a float, with an arbitrary one for what is symbolic."""
    return as_float(substitute(value, dict.fromkeys(free_symbols(value), exact("37/100"))))


def _settled(step: Callable[[Any], Any], state: Any) -> Any:
    """Return the fixed point of the memory by Steffensen's iteration; None if there is none."""
    for _ in range(30):
        once = step(state)
        twice = step(once)
        if not all(np.all(np.isfinite(part)) for part in twice):
            return None
        gaps = [np.max(np.abs(b - a) / (1 + np.abs(a))) for a, b in zip(state, once, strict=True)]
        if max(gaps, default=0.0) < 1e-9:
            return state
        state = tuple(map(_extrapolated, state, once, twice))
    return None


def _extrapolated(x: Any, once: Any, twice: Any) -> Any:
    bend = twice - 2 * once + x
    straight = bend == 0
    return np.where(straight, twice, x - (once - x) ** 2 / np.where(straight, 1, bend))
