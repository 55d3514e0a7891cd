"""The problems, floor 3 of bea: losses, ODEs and games to teach the subject with, and a user's own.

Modules of this package register their problems by themselves: a new function with `@register` is
found without being named anywhere else. `bea.problems.himmelblau()` makes the problem "himmelblau".
What a loss or a field *is* stands in `bea.fields`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bea.algebra.language.makers import by_name, signature_of
from bea.errors import nearest
from bea.fields.functions import without_symbols
from bea.fields.vector_field import Loss, VectorField
from bea.problems.functions import from_function
from bea.problems.games import Game, game
from bea.problems.library.scale_invariant import (
    is_scale_invariant,
    require_scale_invariant,
    with_spherical_noise,
)
from bea.problems.library.synthetic_sums import noisy_quadratic, with_gradient_covariance
from bea.problems.names import how_to_make
from bea.problems.problem import Problem
from bea.problems.registry import Record, available, get, plain_name, register
from bea.problems.sums.data import from_data, linear_model, logistic_model, network_model
from bea.problems.sums.finite_sum import FiniteSum, finite_sum
from bea.problems.sums.function_sum import FunctionSum
from bea.problems.sums.timed import TimedSum
from bea.problems.texts import (
    field,
    find_field,
    find_hamiltonian,
    find_loss,
    hamiltonian,
    loss,
    read_parameters,
)

__all__ = [
    "FiniteSum",
    "FunctionSum",
    "Game",
    "Problem",
    "Record",
    "TimedSum",
    "available",
    "field",
    "find_field",
    "find_hamiltonian",
    "find_loss",
    "finite_sum",
    "from_data",
    "from_function",
    "game",
    "get",
    "hamiltonian",
    "is_scale_invariant",
    "linear_model",
    "logistic_model",
    "loss",
    "network_model",
    "noisy_quadratic",
    "plain_name",
    "read_parameters",
    "register",
    "require_scale_invariant",
    "with_gradient_covariance",
    "with_spherical_noise",
    "without_symbols",
]


def __getattr__(name: str) -> Callable[..., Loss | VectorField]:
    """Return the maker of a problem: the registered name with underscores for hyphens."""
    if name.startswith("__"):
        raise AttributeError(name)
    wanted, known = plain_name(name), available()
    if wanted not in known:
        close = nearest(wanted, known).replace("-", "_")
        hint = close or f" {how_to_make(wanted)}"
        raise AttributeError(f"module 'bea.problems' has no problem '{name}'.{hint}")

    record, called = known[wanted], wanted.replace("-", "_")

    def make(*values: Any, **parameters: Any) -> Loss | VectorField:
        return get(wanted, **by_name(called, list(record.parameters), values, parameters))

    make.__name__ = make.__qualname__ = called
    make.__doc__ = record.documentation
    make.__signature__ = signature_of(record.function)  # type: ignore[attr-defined]
    return make


def __dir__() -> list[str]:
    return [*__all__, *(name.replace("-", "_") for name in available())]
