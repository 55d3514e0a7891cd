"""What is on every page: problems, methods and pairs, on which the ten scenes stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bea import methods, problems
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


class Content:
    """The records of a page under way; what is shown first is added first."""

    def __init__(self) -> None:
        self.scripts = Scripts()
        self.problems: list[tuple[str, VectorField, dict[str, Any]]] = []
        self.methods: list[tuple[str, Method, dict[str, Any]]] = []
        self.pairs: dict[str, Any] = {}

    def add_problem(
        self, name: str, problem: VectorField, sliders: Sequence[Slider] = (), title: str = ""
    ) -> int:
        """Add a problem under a name of which links speak; return its place."""
        record = problem_record(problem, self.scripts, sliders, title)
        self.problems.append((name, problem, {"id": name, **record}))
        return len(self.problems) - 1

    def add_method(self, name: str, method: Method, title: str = "") -> int:
        """Add a method under a name of which links speak; return its place."""
        record = method_record(method, self.scripts, title)
        self.methods.append((name, method, {"id": name, **record}))
        return len(self.methods) - 1

    def pair(self, method: int, problem: int) -> None:
        """Derive what there is of a method on a problem beside what is of either."""
        _, used, record = self.methods[method]
        _, on, _ = self.problems[problem]
        found = pair_record(used, on, self.scripts, on_trees=record["onTrees"])
        if found is not None:
            self.pairs[f"{problem},{method}"] = found

    def add_standard(self) -> None:
        """Add what is on every page."""
        for name in _PROBLEMS:
            sliders = _OPEN.get(name, {})
            self.add_problem(name, problems.get(name, **dict.fromkeys(sliders)), [*sliders.values()])
        for name in dict.fromkeys((*_METHODS, *(m for m, _ in _PAIRS))):
            self.add_method(name, methods.get(name))
        place = {name: k for k, (name, *_) in enumerate(self.problems)}
        used = {name: k for k, (name, *_) in enumerate(self.methods)}
        for method, problem in _PAIRS:
            self.pair(used[method], place[problem])
        for method, (_, _, record) in enumerate(self.methods):
            if record["onTrees"]:
                for problem, (_, _, on) in enumerate(self.problems):
                    if on["kind"] == "hamiltonian":
                        self.pair(method, problem)

    def as_json(self) -> dict[str, Any]:
        """Return everything that the scripts do not hold."""
        table = coefficients()
        return {
            "order": ORDER,
            "trees": tree_records(),
            "free": free_sizes(),
            "problems": [record for *_, record in self.problems],
            "methods": [record for *_, record in self.methods],
            "pairs": self.pairs,
            "tableau": {
                "stages": [_flat(row) for row in table.stages],
                **{name: _flat(getattr(table, name)) for name in ("weights", "fifth", "third")},
            },
        }


# --- private helpers ------------------------------------------------------------------------------


def _flat(row: Sequence[tuple[int, float]]) -> list[float]:
    return [number for entry in row for number in entry]
