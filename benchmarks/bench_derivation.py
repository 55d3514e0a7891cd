"""How long it takes to derive a modified equation, against the order, by each route and by others.

Every measurement is made in a process that has imported what it needs and computed nothing, so that
no tree is interned, no grammar compiled and no derivative known. The results of all routes and all
peers are compared with each other.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from statistics import median

import sympy
from derivations import (
    METHODS,
    POINT,
    PROBLEMS,
    ROUTES,
    OnField,
    OnTrees,
    derive_on_field,
    derive_on_trees,
    disagreement,
    field_digest,
    peer_on_field,
    peer_on_trees,
    same,
    sympy_digest,
    tree_digest,
)
from harness import Column, Job, Options, Paired, Table, fresh, paired, run
from peers import by_cuts, by_partitions

AGREE = 1e-15

# What must be quick: name, code, bound in seconds.
BOUNDS = (
    ("Lotka–Volterra, explicit Euler, order 9", "bea.modified_equation("
     "bea.methods.explicit_euler(), bea.problems.lotka_volterra(), order=9)", 0.1),
    ("Himmelblau, gradient descent, order 10", "bea.modified_equation("
     "bea.methods.gradient_descent(), bea.problems.himmelblau(), order=10)", 0.1),
    ("a sigmoid and a sine, gradient descent, order 8", "bea.modified_equation("
     "bea.methods.gradient_descent(), bea.problems.loss('sigmoid(x*y) + sin(x - y)'), order=8)",
     2.0),
    ("heavy ball on trees with β symbolic, order 6",
     "bea.modified_equation(bea.methods.heavy_ball(beta='beta'), order=6)", 2.0),
    ("Adam on Himmelblau, order 2",
     "bea.modified_equation(bea.methods.get('adam'), bea.problems.himmelblau(), order=2)", 5.0),
    ("RK4 on trees, nine nodes", "bea.modified_equation(bea.methods.rk4(), order=8)", 0.05),
)  # fmt: skip


def tables(options: Options) -> Iterator[Table]:
    for method in METHODS:
        yield on_trees(method, options)
    for problem in PROBLEMS:
        yield on_field(problem, options)
    yield bounds(options)


def on_trees(case: OnTrees, options: Options) -> Table:
    others = [name for name in ROUTES if name != "trees"]
    peers = {"cuts in Fraction": by_cuts, "partitions in Fraction": by_partitions}
    table = Table(
        f"Coefficients on trees: {case.title}",
        [Column("order"), Column("trees", "count"), Column("route trees", "seconds"),
         *(Column(f"{name} ×", "ratio") for name in (*others, *peers)),
         Column("disagreement", "error", 0.0)],
        "× is the time over that of the route by trees. The last two are plain Python on tuples: "
        "the same sums over cuts, and sums over all partitions (the substitution law).",
    )  # fmt: skip
    for order in case.orders[: 1 if options.tiny else None]:
        jobs: dict[str, Job] = {
            name: partial(fresh, derive_on_trees, tree_digest, case.method, order, name)
            for name in ("trees", *others)
        }
        for name, solve in peers.items():
            jobs[name] = partial(fresh, peer_on_trees, dict, case, order, solve)
        found = paired(_possible(jobs, case.last, order), options.rounds)
        seconds, ratios, wrong = _results(found, "trees", (*others, *peers))
        table.add(order, len(found["trees"].value), seconds, *ratios, wrong)
    return table


def on_field(case: OnField, options: Options) -> Table:
    others = [name for name in ROUTES if name != "operator"]
    peers = {"SymPy expand": sympy.expand, "SymPy as it comes": same}
    table = Table(
        f"Concrete field: {case.title}",
        [Column("order"), Column("route operator", "seconds"),
         *(Column(f"{name} ×", "ratio") for name in (*others, *peers)),
         Column("disagreement", "error", AGREE)],
        "× is the time over that of the operator route, which is bea's own choice here. Formulas "
        f"are read beforehand. Disagreement: relative, of the terms at ({', '.join(POINT)}).",
    )  # fmt: skip
    for order in case.orders[: 1 if options.tiny else None]:
        jobs: dict[str, Job] = {
            name: partial(fresh, derive_on_field, field_digest, case, order, name)
            for name in ("operator", *others)
        }
        for name, tidy in peers.items():
            jobs[name] = partial(fresh, peer_on_field, sympy_digest, case, order, tidy)
        found = paired(_possible(jobs, case.last, order), options.rounds)
        seconds, ratios, wrong = _results(found, "operator", (*others, *peers))
        table.add(order, seconds, *ratios, wrong)
    return table


def bounds(options: Options) -> Table:
    table = Table(
        "What must be quick",
        [Column("from nothing"), Column("bound", "seconds"), Column("bound / clock", "ratio"),
         Column("clock", "seconds"), Column("processor", "seconds"),
         Column("with lark's import", "seconds")],
        "Each in a new interpreter, with the text of the problem read, too, and after imports; in "
        "the last column (clock) the import of lark, which bea puts off until it reads a formula, "
        "is within.",
    )  # fmt: skip
    for name, code, bound in BOUNDS[-1 if options.tiny else 0 :]:
        runs = [in_new_interpreter(code, ", lark") for _ in range(options.rounds)]
        lazy = [in_new_interpreter(code, "") for _ in range(options.rounds)]
        clock, processor = (median(column) for column in zip(*runs, strict=True))
        table.add(name, bound, bound / clock, clock, processor, median(c for c, _ in lazy))
    return table


def in_new_interpreter(code: str, imports: str) -> tuple[float, float]:
    """Return the seconds on the clock and of the processor that some code takes after imports."""
    script = f"""
import json, time{imports}
import bea
bea.methods.available(), bea.problems.available(), bea.modified_equation
processor, clock = time.process_time(), time.perf_counter()
{code}
print(json.dumps([time.perf_counter() - clock, time.process_time() - processor]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    clock, processor = json.loads(done.stdout)
    return clock, processor


# --- private helpers ----------------------------------------------------------------------------


def _possible(
    jobs: Mapping[str, Job], last: Sequence[tuple[str, int]], order: int
) -> dict[str, Job]:
    limits = dict(last)
    return {name: job for name, job in jobs.items() if order <= limits.get(name, order)}


def _results(
    found: Mapping[str, Paired], first: str, others: Sequence[str]
) -> tuple[float, list[float | None], float]:
    """Return the seconds of the first, the ratios of the others, and how far all disagree."""
    ratios = [found[name].ratio if name in found else None for name in others]
    return found[first].seconds, ratios, disagreement([f.value for f in found.values()])


if __name__ == "__main__":
    run(tables, __doc__)
