"""Where the memory overtakes: up to which step size the iterates follow a slow manifold at all.

On the linear field f = -theta a method is a matrix, and the modified field is the logarithm of the
eigenvalue that is 1 at gamma = 0. It is real, and the iterates follow it, as long as that one is
positive and all others, those of the memory, are smaller in modulus. Heavy ball has two, which meet
at gamma = (1 - sqrt(beta))^2 and leave the real line; those of Adams-Bashforth methods overtake at
gamma = 2/3 for two steps and earlier for more. Source: Hairer, Norsett and Wanner, Solving Ordinary
Differential Equations II, section V.1 (the principal root of a multistep method).
"""

from __future__ import annotations

from functools import partial

import numpy as np

from bea.algebra import as_float
from bea.arrays import Floats
from bea.fields.arithmetics import NumericField
from bea.methods import Method

# Double roots are found up to about the square root of the rounding errors.
_EQUAL = 1e-9
_GRID = np.geomspace(1e-5, 1.0, 100)
_HALVINGS = 60


def memory_limit(method: Method) -> float:
    """Return the gamma at which the memory overtakes theta on f = -theta, at most 1.

    Examples
    --------
    >>> from bea.methods import get
    >>> round(memory_limit(get("heavy-ball", beta="81/100")), 9)
    0.01
    >>> round(memory_limit(get("adams-bashforth", steps=2)), 6)
    0.666667
    """
    follows = partial(_principal, method.bind(as_float))
    low, root = 0.0, 1.0
    for gamma in _GRID:
        following = follows(gamma, root)
        if following is None:
            break
        low, root = float(gamma), following
    else:
        return 1.0
    high = float(gamma)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        following = follows(middle, root)
        if following is None:
            high = middle
        else:
            low, root = middle, following
    return high


# --- private helpers ----------------------------------------------------------------------------


def _principal(bound: Method, gamma: float, before: float) -> float | None:
    """Return the eigenvalue that continues `before`; None where it is no longer the first."""
    found = np.linalg.eigvals(_matrix(bound, gamma))
    place = int(np.argmin(np.abs(found - before)))
    root, others = found[place], np.abs(np.delete(found, place))
    real = root.real > 0 and abs(root.imag) <= _EQUAL
    return float(root.real) if real and (others < root.real * (1 - _EQUAL)).all() else None


def _matrix(bound: Method, gamma: float) -> Floats:
    """Return the matrix of one step for (theta, memory), from its unit vectors as lanes."""
    size = 1 + len(bound.init(_field(gamma, 1), np.ones((1, 1))))
    f, units = _field(gamma, size), np.eye(size)
    parts = [units[i : i + 1] for i in range(size)]
    theta, memory = bound.step(f, parts[0], tuple(parts[1:]), f.gamma)
    return np.concatenate([theta, *memory])


def _field(gamma: float, lanes: int) -> NumericField:
    """Return f = -theta in one dimension, with its derivative for the steps that ask for it."""
    field = NumericField(_opposite, np.full(lanes, gamma), lambda: lambda _, v, gamma: -v)
    field.counts = False  # the first steps are of no interest here
    return field


def _opposite(theta: Floats, _: Floats) -> Floats:
    return -theta
