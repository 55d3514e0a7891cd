"""Random additive Runge-Kutta methods on random split fields, confirmed in 60 digits.

`python -m tests.modified.random_splits 100 7` tries so many with a seed and prints what it found:
one step must miss the flow of its equation to order K by gamma^(K + 2), and with the last term
doubled by gamma^(K + 1).
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from typing import Any

import bea
from bea.fields import VectorField
from bea.methods import Method, get

from .random_rules import observed_order

NAMES = ("x", "y", "z")
ORDER = 2


def random_method(rng: random.Random, parts: int) -> Method:
    """Return an explicit method of three stages and any tableaus."""
    matrices, weights = [], []
    for _ in range(parts):
        a, b, c, v, w = (f"{rng.randint(-9, 9)}/{rng.randint(2, 9)}" for _ in range(5))
        matrices.append(f"0; {a}; {b} {c}")
        weights.append(f"{v}, {w}, 1 - ({v}) - ({w})")
    return get("additive-runge-kutta", A=" | ".join(matrices), b=" | ".join(weights))


def random_parts(rng: random.Random, parts: int, by_terms: bool) -> tuple[VectorField, str]:
    """Return a field of three variables, and a split of it into so many parts."""
    if not by_terms:
        names = list(NAMES)
        rng.shuffle(names)
        blocks = [" ".join(names[k::parts]) for k in range(parts)]
        return _field([random_terms(rng)]), "; ".join(blocks)
    terms = [random_terms(rng) for _ in range(parts)]
    texts = [", ".join(f"{name}' = {term}" for name, term in zip(NAMES, part, strict=True))
             for part in terms]  # fmt: skip
    texts[rng.randrange(parts)] = "rest"
    return _field(terms), "; ".join(texts)


def random_terms(rng: random.Random) -> list[str]:
    """Return three components."""
    monomials = ["x*y", "y*z", "x**2", "z", "sin(x)", "y**2", "x", "z*x"]
    return [
        " + ".join(f"{rng.randint(1, 5)}/{rng.randint(2, 5)}*{m}" for m in rng.sample(monomials, 2))
        for _ in NAMES
    ]


def tried(count: int, seed: int) -> Iterator[tuple[Any, float | None, float | None]]:
    """Yield (equation, observed order, observed order of the control)."""
    rng = random.Random(seed)
    for _ in range(count):
        parts, by_terms = rng.choice([(2, True), (3, True), (2, False), (3, False)])
        field, split = random_parts(rng, parts, by_terms)
        given = random_method(rng, parts)
        method = get("additive-runge-kutta", split=split, A=given.A, b=given.b)  # type: ignore[attr-defined]
        equation = bea.modified_equation(method, field, ORDER)
        yield equation, observed_order(equation), observed_order(equation, factor=2)


def _field(parts: list[list[str]]) -> VectorField:
    return VectorField.read([" + ".join(column) for column in zip(*parts, strict=True)], NAMES)


if __name__ == "__main__":
    for equation, order, control in tried(int(sys.argv[1]), int(sys.argv[2])):
        good = abs(order - ORDER - 2) < 0.1 and abs(control - ORDER - 1) < 0.1
        print("confirmed" if good else "WRONG", f"{order:.3f} {control:.3f}", equation.method)
