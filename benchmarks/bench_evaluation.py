"""One evaluation of a modified field at many points, against the expanded polynomial.

What a flow costs is decided by the form of the field's code. bea compiles a straight-line program,
in which derivatives of f are contracted along trees; a person with SymPy expands the polynomial and
has it lambdified. Both are called on the same NumPy arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from batch import Batch, errors
from flint import arb
from harness import Column, Options, Table, here, paired, run
from numpy.typing import NDArray

from bea.algebra.programs.program import operation_count

Floats = NDArray[np.float64]

GOOD = 1e-12
WIDTH = 8192  # points, as many as bea's flows take at a time
CALLS = 10
CHECKED = 16


def tables(options: Options) -> Iterator[Table]:
    yield evaluations(Batch.of(options), 3 * options.rounds)


def evaluations(batch: Batch, rounds: int) -> Table:
    table = Table(
        f"Himmelblau: one evaluation of the modified field at {WIDTH:,} points, per point",
        [Column("order"), Column("expanded / bea", "ratio"), Column("operations", "count"),
         Column("bea", "seconds"), Column("per operation", "seconds"),
         Column("bea's error", "error", GOOD), Column("error expanded", "error", GOOD)],
    )  # fmt: skip
    rng = np.random.default_rng(2)
    theta = batch.starts[rng.integers(len(batch.starts), size=WIDTH)].T.copy()
    gamma = rng.choice(batch.gammas, WIDTH)
    for order in batch.orders:
        field, expanded = batch.equation.truncate(order), batch.expanded(order, "numpy")
        rhs = field.numeric()
        rhs(theta, gamma)  # makes the work arrays
        jobs = {
            "bea": partial(here, calls, rhs, theta, gamma),
            "expanded": partial(here, calls, expanded, *theta, gamma),
        }
        found = paired(jobs, rounds)
        seconds = found["bea"].seconds / CALLS / WIDTH
        count = operation_count(field.program).total()
        wrong = [largest_error(batch, order, theta, gamma, found[n].value) for n in jobs]
        table.add(order, found["expanded"].ratio, count, seconds, seconds / count, *wrong)
    return table


def calls(function: Callable[..., Any], *arguments: Any) -> Floats:
    """Call the function several times, and return what it returns."""
    for _ in range(CALLS - 1):
        function(*arguments)
    return np.array(function(*arguments))


def largest_error(batch: Batch, order: int, theta: Floats, gamma: Floats, values: Floats) -> float:
    """Return the largest relative error at the first few points."""
    found = []
    for lane in range(CHECKED):
        field = batch.exact(order, float(gamma[lane]))
        exact = field([arb(x) for x in theta[:, lane].tolist()])
        found.append(errors(values[:, lane], exact)[1])
    return max(found)


if __name__ == "__main__":
    run(tables, __doc__)
