"""How long equations for every field take on trees, against a plain recursion and other packages.

Each derivation starts from nothing, in a process that has imported and computed nothing, with the
method or its tableau at hand. Exact results are compared with those of the plain recursion
(`plain_trees.py`), coefficient by coefficient; kauri's are floats.
"""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from importlib.util import find_spec
from typing import Any, NamedTuple

import lark  # noqa: F401 - bea imports it on first use, and what is measured comes after imports
from flint import fmpq
from harness import Column, Job, Options, Table, fresh, paired, run
from plain_trees import Trees, densities, logarithm, modifying, symmetries, weights

import bea.measure
import bea.methods
import bea.modified
from bea.modified import routes
from bea.trees import tree_table

for _name in routes.available():
    routes.get(_name)  # imports it
KAURI = find_spec("kauri") is not None
AGREE = 1e-12

# BSeries.jl's documentation, page "Benchmarks" ("Comparison with other packages"): the explicit
# midpoint method at nine nodes, seconds of a virtual machine.
PUBLISHED = {"modified": 0.088, "modifying": 0.041}

TABLEAUS = {
    "rk4": ("0; 1/2; 0 1/2; 0 0 1", "1/6 1/3 1/3 1/6"),
    "explicit-midpoint": ("0; 1/2", "0 1"),
    "implicit-midpoint": ("1/2", "1"),
}

Kind = Callable[[Any, int], Any]
KINDS: dict[str, Any] = {
    "modified": bea.modified.modified_equation,
    "modifying": bea.modified.modifying_integrator,
}


class Digest(NamedTuple):
    """What is left of a result: a fingerprint of its coefficients, and the memory in MiB."""

    fingerprint: str
    trees: int
    memory: int


def tables(options: Options) -> Iterator[Table]:
    yield against_the_recursion(options)
    yield among_themselves(options)
    yield other_packages(options)


def against_the_recursion(options: Options) -> Table:
    table = Table(
        "On trees, against the plain recursion with flint",
        [Column("equation"), Column("nodes", "count"), Column("trees", "count"),
         Column("bound", "ratio"), Column("bea / recursion", "ratio"), Column("bea", "seconds"),
         Column("recursion", "seconds"), Column("bea's memory", "count"),
         Column("disagreement", "error", 0.0)],
        "Bound: what bea / recursion is to be at most. Memory in MiB, with all that is imported.",
    )  # fmt: skip
    rows = [("modified", "rk4", 9, 1.0), ("modified", "rk4", 12, 0.5), ("modified", "rk4", 15, 0.5),
            ("modifying", "rk4", 10, 1.0), ("modifying", "implicit-midpoint", 10, 1.0)]  # fmt: skip
    for kind, method, nodes, bound in rows:
        size = 4 if options.tiny else nodes
        jobs: dict[str, Job] = {
            "recursion": partial(fresh, plainly, plain_digest, kind, method, size),
            "bea": partial(fresh, derived, bea_digest, kind, method, {}, size),
        }
        found = paired(jobs, options.rounds)
        ours, plain = found["bea"], found["recursion"]
        wrong = 0.0 if ours.value.fingerprint == plain.value.fingerprint else float("inf")
        table.add(f"{kind}, {method}", size, ours.value.trees, bound, ours.ratio, ours.seconds,
                  plain.seconds, ours.value.memory, wrong)  # fmt: skip
    return table


def among_themselves(options: Options) -> Table:
    table = Table(
        "Roots and symbols, against rational numbers",
        [Column("modified equation"), Column("against"), Column("nodes", "count"),
         Column("bound", "ratio"), Column("ratio", "ratio"), Column("seconds", "seconds"),
         Column("against", "seconds")],
    )  # fmt: skip
    heavy = "heavy-ball"
    for nodes in (4,) if options.tiny else (9, 12):
        for name, parameters, other, known in (
            ("gauss4", {}, "rk4", {}),
            (heavy, {"beta": "beta"}, heavy, {"beta": "9/10"}),
        ):
            jobs: dict[str, Job] = {
                "against": partial(fresh, derived, bea_digest, "modified", other, known, nodes),
                "it": partial(fresh, derived, bea_digest, "modified", name, parameters, nodes),
            }
            found = paired(jobs, options.rounds)
            shown = [f"{n}({', '.join(f'{k}={v}' for k, v in p.items())})" if p else n
                     for n, p in ((name, parameters), (other, known))]  # fmt: skip
            table.add(*shown, nodes, 3.0, found["it"].ratio, found["it"].seconds,
                      found["against"].seconds)  # fmt: skip
    return table


def other_packages(options: Options) -> Table:
    table = Table(
        "On trees, beside other packages",
        [Column("equation"), Column("package"), Column("nodes", "count"),
         Column("theirs", "seconds"), Column("bea", "seconds"), Column("theirs / bea", "ratio"),
         Column("disagreement", "error", AGREE)],
        "BSeries.jl: as published, on another machine, compiled before; no Julia is run here. "
        "kauri: version 2.3, in floats, from its own map of the method, in the same run.",
    )  # fmt: skip
    for kind, published in PUBLISHED.items():
        job = partial(
            fresh, derived, bea_digest, kind, "explicit-midpoint", {}, 4 if options.tiny else 9
        )
        seconds = paired({"bea": job}, options.rounds)["bea"].seconds
        table.add(
            f"{kind}, explicit-midpoint",
            "BSeries.jl",
            9,
            published,
            seconds,
            published / seconds,
            None,
        )
    if KAURI:
        nodes = 4 if options.tiny else 8
        found = paired(
            {
                "bea": partial(fresh, derived, float_digest, "modified", "rk4", {}, nodes),
                "kauri": partial(fresh, by_kauri, dict, "rk4", nodes),
            },
            options.rounds,
        )
        theirs, ours = found["kauri"].value, found["bea"].value
        wrong = max(abs(theirs[tree] - value) for tree, value in ours.items())
        table.add("modified, rk4", "kauri", nodes, found["kauri"].seconds, found["bea"].seconds,
                  found["kauri"].ratio, wrong)  # fmt: skip
    return table


# --- jobs and digests ---------------------------------------------------------------------------


def derived(kind: str, name: str, parameters: dict[str, str], nodes: int) -> Callable[[], Any]:
    method = bea.methods.get(name, **parameters)
    return lambda: KINDS[kind](method, order=nodes - 1)


def bea_digest(equation: Any) -> Digest:
    table, values = tree_table(equation.order + 1), equation.coefficients.values()
    return digest(table.density.tolist(), table.symmetry.tolist(), values)


def plainly(kind: str, name: str, nodes: int) -> Callable[[], Any]:
    A, b = tableau(name)

    def work() -> tuple[Trees, list[Any]]:
        trees = Trees(nodes)
        if kind == "modifying":
            return trees, modifying(trees, A, b)
        return trees, logarithm(trees, weights(trees, A, b))

    return work


def plain_digest(result: tuple[Trees, list[Any]]) -> Digest:
    trees, coefficients = result
    return digest(densities(trees), symmetries(trees), coefficients)


def digest(density: Sequence[int], symmetry: Sequence[int], coefficients: Any) -> Digest:
    """Return a fingerprint in which the order of the trees does not matter."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    lines = sorted(f"{d} {s} {c}" for d, s, c in zip(density, symmetry, coefficients, strict=True))
    return Digest(hashlib.sha256("\n".join(lines).encode()).hexdigest(), len(lines), memory)


def float_digest(equation: Any) -> dict[str, float]:
    found = equation.coefficients.items()
    return {str(canonical(tree.nested)): float(int(b.p) / int(b.q)) for tree, b in found}


def by_kauri(name: str, nodes: int) -> Callable[[], dict[str, float]]:
    import kauri

    A, b = ([[Fraction(int(x.p), int(x.q)) for x in row] for row in rows]
            for rows in (tableau(name)[0], [tableau(name)[1]]))  # fmt: skip

    def work() -> dict[str, float]:
        modified = kauri.RK(A, b[0]).modified_equation_map()
        trees = [tree for n in range(1, nodes + 1) for tree in kauri.trees_of_order(n)]
        return {str(canonical(tree.list_repr)): float(modified(tree)) for tree in trees}

    return work


def canonical(tree: Any) -> list[Any]:
    return sorted(canonical(child) for child in tree if isinstance(child, list | tuple))


def tableau(name: str) -> tuple[list[list[Any]], list[Any]]:
    """Return A, filled up with zeros, and b."""
    A, b = TABLEAUS[name]
    weights_of_b = [fmpq(*map(int, x.split("/"))) for x in b.split()]
    rows = [[fmpq(*map(int, x.split("/"))) for x in row.split()] for row in A.split(";")]
    stages = len(weights_of_b)
    return [row + [fmpq(0)] * (stages - len(row)) for row in rows], weights_of_b


if __name__ == "__main__":
    run(tables, __doc__)
