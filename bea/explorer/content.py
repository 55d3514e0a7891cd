"""What a page holds: standard problems and methods, on which the ten scenes stand, and others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
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
    ("symplectic-euler", "lotka-volterra"), ("sam", "linear-network"), ("adam", "booth"),
)  # fmt: skip
_SPLIT = ("symplectic-euler", "stormer-verlet", "alternating")
_OF_KIND = {
    "loss": (), "field": (), "game": ("alternating",),
    "hamiltonian": ("symplectic-euler", "stormer-verlet"),
}  # fmt: skip


class Content:
    """The records of a page under way, each at a place of its own."""

    def __init__(self) -> None:
        self.scripts = Scripts()
        self.problems: list[tuple[VectorField, dict[str, Any]]] = []
        self.methods: list[tuple[Method, dict[str, Any]]] = []
        self.pairs: dict[str, Any] = {}

    def copy(self) -> Content:
        """Return the same, to which more is added."""
        other = Content()
        other.scripts = self.scripts.copy()
        other.problems, other.methods = [*self.problems], [*self.methods]
        other.pairs = {**self.pairs}
        return other

    def add_problem(
        self, name: str, problem: VectorField, sliders: Sequence[Slider] | None = None
    ) -> int:
        """Add a problem under the name by which links and scenes know it; return its place."""
        found = _usual(problem) if sliders is None else sliders
        record = problem_record(problem, self.scripts, found)
        self.problems.append((problem, {"id": name, **record}))
        return len(self.problems) - 1

    def add_method(self, name: str, method: Method) -> int:
        """Add a method under the name by which links and scenes know it; return its place."""
        self.methods.append((method, {"id": name, **method_record(method, self.scripts)}))
        return len(self.methods) - 1

    def pair_problem(self, problem: int) -> None:
        """Derive what the methods that are there need of a problem beside it."""
        _, record = self.problems[problem]
        kind = record["kind"]
        for place, (_, method) in enumerate(self.methods):
            suits = kind == "hamiltonian" if method["onTrees"] else method["id"] in _OF_KIND[kind]
            if suits:
                with suppress(BeaError):  # a method that does not suit it is not offered
                    self.pair(place, problem)

    def pair(self, method: int, problem: int) -> None:
        """Derive what there is of a method on a problem beside what is of either.

        Raises
        ------
        BeaError
            If it is not derived there.
        """
        (used, record), (on, _) = self.methods[method], self.problems[problem]
        found = pair_record(used, on, self.scripts, on_trees=record["onTrees"])
        if found is not None:
            self.pairs[f"{problem},{method}"] = found

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


@cache
def standard() -> Content:
    """Return what is on every page; copy it before adding to it."""
    content = Content()
    for name in dict.fromkeys((*_METHODS, *_SPLIT, *(m for m, _ in _PAIRS))):
        content.add_method(name, methods.get(name))
    for name in _PROBLEMS:
        sliders = _OPEN.get(name, {})
        problem = problems.get(name, **dict.fromkeys(sliders))
        content.pair_problem(content.add_problem(name, problem, [*sliders.values()]))
    for used, on in _PAIRS:
        content.pair(_place(content.methods, used), _place(content.problems, on))
    return content


# --- private helpers ------------------------------------------------------------------------------


def _place(records: Sequence[tuple[Any, dict[str, Any]]], name: str) -> int:
    return next(k for k, (_, record) in enumerate(records) if record["id"] == name)


def _usual(problem: VectorField) -> list[Slider]:
    """Return a slider for each parameter of a problem that has no value."""
    return [Slider(name, 1.0, 0.0, 4.0) for name in problem.parameters]


def _flat(row: Sequence[tuple[int, float]]) -> list[float]:
    return [number for entry in row for number in entry]
