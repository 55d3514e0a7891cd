"""Examples of the hyperparameters that have no default, for the tests that go over all methods."""

from __future__ import annotations

from bea.methods import available, get
from bea.methods.method import Method
from bea.methods.partitioned.imex import ImexPair

NEEDS = {
    "preconditioned-descent": {"diagonal": "2, 1/3"},
    "runge-kutta": {"A": "0, 0; 2/3, 0", "b": "1/4, 3/4"},
    "partitioned-runge-kutta": {
        "A1": "0, 0; 1, 0",
        "b1": "1/2, 1/2",
        "A2": "0, 0; 1/3, 0",
        "b2": "0, 1",
    },
    "splitting": {"stages": "1/3 A, B, 2/3 A"},
    "composition": {"weights": "1/3, 2/3", "base": "symplectic-euler"},
    "adjoint": {"base": "heun"},
    "additive-runge-kutta": {
        "A": "0, 0; 0, 1/2 | 0, 0; 1/2, 0",
        "b": "0, 1",
        "split": "halves",
    },
    "runge-kutta-nystrom": {"A": "0; 1/2", "b": "1/2, 1/2", "bbar": "1/2, 0", "c": "0, 1"},
    "rosenbrock-method": {"A": "0; 1", "G": "1/3; -2/3, 1/3", "b": "1/2, 1/2"},
    "two-derivative": {"A": "0; 1/2", "b": "1, 0", "A2": "0; 1/8", "b2": "1/6, 1/3"},
    # Position and momentum do not ask for themselves, so that these are explicit here.
    **{name: {"split": "halves"} for name, cls in available().items() if issubclass(cls, ImexPair)},
}

# What solves an equation at every step.
IMPLICIT = {"adjoint", "average-vector-field", "bdf", "hermite-obreshkov4"} | {
    name for name, cls in available().items()
    if hasattr(cls, "tableau") and name != "runge-kutta" and not get(name).tableau.explicit
}  # fmt: skip


def example(name: str) -> Method:
    """Return a method by its name, with what it needs."""
    return get(name, **NEEDS.get(name, {}))
