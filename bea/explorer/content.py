"""What a page holds: standard problems and methods, on which the ten scenes stand, and others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bea import methods, problems
from bea.errors import BeaError
from bea.explorer.hyperparameters import Slider
from bea.explorer.method import method_record
from bea.explorer.pair import pair_record
from bea.explorer.problem import ORDER, problem_record
from bea.explorer.scripts import Scripts
from bea.explorer.trees import free_sizes, tree_records
from bea.fields import VectorField
from bea.flows.deterministic.dop853 import coefficients
from bea.methods import Method

_PROBLEMS = (
    "himmelblau", "linear-network", "booth", "rosenbrock", "double-well", "sigmoid-sine",
    "styblinski-tang", "quadratic", "pendulum", "harmonic-oscillator", "lotka-volterra",
    "bilinear-game", "dirac-gan",
)  # fmt: skip
_OPEN = {"linear-network": {"c": Slider("c", 1.0, 0.1, 3.0)}}

_METHODS = (
    "gradient-descent", "heavy-ball", "ema-momentum", "nesterov", "nesterov-torch",
    "optimistic-gradient", "extragradient", "explicit-euler", "implicit-euler",
    "explicit-midpoint", "heun", "rk4", "implicit-midpoint", "adams-bashforth",
)  # fmt: skip
_PAIRS = (
    ("symplectic-euler", "pendulum"), ("symplectic-euler", "harmonic-oscillator"),
    ("symplectic-euler", "lotka-volterra"), ("stormer-verlet", "pendulum"),
    ("stormer-verlet", "harmonic-oscillator"), ("alternating", "bilinear-game"),
    ("alternating", "dirac-gan"), ("sam", "linear-network"), ("adam", "booth"),
)  # fmt: skip
_OF_KIND = {"hamiltonian": ("symplectic-euler", "stormer-verlet"), "game": ("alternating",)}


class Content:
    """The records of a page under way; what is shown first is added first."""

    def __init__(self) -> None:
        self.scripts = Scripts()
        self.problems: list[tuple[VectorField, dict[str, Any]]] = []
        self.methods: list[tuple[Method, dict[str, Any]]] = []
        self.pairs: dict[str, Any] = {}

    def add_problem(
        self, name: str, problem: VectorField, sliders: Sequence[Slider] | None = None
    ) -> None:
        """Add a problem under the name by which links and scenes know it."""
        found = _usual(problem) if sliders is None else sliders
        record = problem_record(problem, self.scripts, found)
        self.problems.append((problem, {"id": name, **record}))

    def add_method(self, name: str, method: Method) -> None:
        """Add a method under the name by which links and scenes know it."""
        self.methods.append((method, {"id": name, **method_record(method, self.scripts)}))

    def add_standard(self) -> None:
        """Add what is on every page."""
        for name in _PROBLEMS:
            sliders = _OPEN.get(name, {})
            problem = problems.get(name, **dict.fromkeys(sliders))
            self.add_problem(name, problem, [*sliders.values()])
        for name in dict.fromkeys((*_METHODS, *(m for m, _ in _PAIRS))):
            self.add_method(name, methods.get(name))
        for used, on in _PAIRS:
            self._pair(self._method(used), self._problem(on))
        for place, (_, record) in enumerate(self.problems):
            if record["kind"] == "hamiltonian":
                self._add_energies(place)

    def pair_problem(self, problem: int) -> None:
        """Derive what standard methods need of a problem that is not on every page."""
        _, record = self.problems[problem]
        for name in _OF_KIND.get(record["kind"], ()):
            with suppress(BeaError):  # a method that does not suit it is not offered
                self._pair(self._method(name), problem)

    def pair_method(self, method: int, problem: int) -> None:
        """Derive what a method that is not on every page needs on one problem.

        Raises
        ------
        BeaError
            If it is not derived there.
        """
        self._pair(method, problem)

    def as_json(self) -> dict[str, Any]:
        """Return everything that the scripts do not hold."""
        table = coefficients()
        return {
            "order": ORDER,
            "trees": tree_records(),
            "free": free_sizes(),
            "problems": [record for _, record in self.problems],
            "methods": [record for _, record in self.methods],
            "pairs": self.pairs,
            "tableau": {
                "stages": [_flat(row) for row in table.stages],
                **{name: _flat(getattr(table, name)) for name in ("weights", "fifth", "third")},
            },
        }

    # --- private helpers --------------------------------------------------------------------------

    def _pair(self, method: int, problem: int) -> None:
        (used, record), (on, _) = self.methods[method], self.problems[problem]
        found = pair_record(used, on, self.scripts, on_trees=record["onTrees"])
        if found is not None:
            self.pairs[f"{problem},{method}"] = found

    def _add_energies(self, problem: int) -> None:
        """Add the modified Hamiltonians of all methods that are on trees."""
        for place, (_, record) in enumerate(self.methods):
            if record["onTrees"]:
                self._pair(place, problem)

    def _problem(self, name: str) -> int:
        return next(k for k, (_, record) in enumerate(self.problems) if record["id"] == name)

    def _method(self, name: str) -> int:
        return next(k for k, (_, record) in enumerate(self.methods) if record["id"] == name)


# --- private helpers ------------------------------------------------------------------------------


def _usual(problem: VectorField) -> list[Slider]:
    """Return a slider for each parameter of a problem that has no value."""
    return [Slider(name, 1.0, 0.0, 4.0) for name in problem.parameters]


def _flat(row: Sequence[tuple[int, float]]) -> list[float]:
    return [number for entry in row for number in entry]
