"""Random update rules on random losses: derived and confirmed in 60 digits, or refused by cause.

`python -m tests.modified.random_rules 1000 7` runs so many with a seed and prints the counts.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np

import bea
from bea.algebra.ring.conversions import to_program
from bea.arrays import parts_of_memory
from bea.errors import BeaError
from bea.fields import ScalarField
from bea.methods import from_text
from bea.modified import ComponentwiseEquation

from .records import terms_of

RATES = ("1/2", "3/4", "9/10", "1/3")
POINT = ("3/10", "-2/5", "1/2")
_DIGITS, _SMALL = 60, 20  # and step sizes 2^-20, 2^-21


def random_rule(rng: random.Random) -> str:
    """Return a rule: linear, adaptive, nonlinear, triangular, or with the slow variable in it."""
    b, c = rng.choice(RATES), rng.choice(RATES)
    square = f"v = {b}*v + (1 - {b})*grad**2"
    root = rng.choice(["(sqrt(v) + 1/10)", "sqrt(v + 1/5)"])
    kinds = {
        "linear": _linear(rng),
        "adaptive": [square, f"m = {c}*m + (1 - {c})*grad",
                     f"theta = theta - gamma*m/{root}"],
        "nonlinear": [rng.choice(["v = tanh(v)/2 + grad", "v = v/2 + v**2/4 + grad"]),
                      "theta = theta - gamma*v"],
        "triangular": [square, f"u = {c}*u + grad/{rng.choice(['(sqrt(v) + 1/2)', '(1 + v)'])}",
                       "theta = theta - gamma*u"],
        "slow": ["init w = theta", "w = w - gamma*grad(w)",
                 f"theta = {b}*theta + (1 - {b})*w"],
        "mixed": [f"m = {b}*m + grad", rng.choice(
            ["theta = theta - gamma*tanh(m)", "theta = theta - gamma*m/(norm(m) + 1)",
             "theta = theta - gamma*grad(theta - gamma*m)"])],
    }  # fmt: skip
    return "; ".join(kinds[rng.choice(list(kinds))])


def random_loss(rng: random.Random) -> bea.Loss:
    """Return a loss of one to three variables."""
    names = ["x", "y", "z"][: rng.randint(1, 3)]
    terms = [f"{rng.randint(1, 3)}*{name}**2/2" for name in names]
    for _ in range(rng.randint(0, 2)):
        a, b = rng.choice(names), rng.choice(names)
        terms.append(rng.choice([f"{a}**2*{b}/3", f"{a}**4/4", f"sin({a}*{b})", f"exp({a}/3)"]))
    return bea.problems.loss(" + ".join(terms), names)


def tried(count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """Yield (rule, loss, what became of it)."""
    rng = random.Random(seed)
    for _ in range(count):
        rule, loss, order = random_rule(rng), random_loss(rng), rng.randint(0, 2)
        try:
            equation = bea.modified_equation(from_text(rule), loss, order)
        except BeaError as error:
            yield rule, loss.name, f"refused: {error}"
            continue
        yield rule, loss.name, _looked_at(equation)


# --- private helpers ------------------------------------------------------------------------------


def _linear(rng: random.Random) -> list[str]:
    statements, last = [], "grad"
    for i in range(rng.randint(0, 3)):
        rate = rng.choice(RATES)
        statements.append(f"m{i} = {rate}*m{i} + {rng.choice(['', f'(1 - {rate})*'])}{last}")
        last = f"m{i}"
    return [*statements, f"theta = theta - gamma*{last}"]


def _looked_at(equation: Any) -> str:
    if max(len(repr(equation)), len(equation.latex())) > 2 * 48 * 80:
        return "too long"
    written = terms_of(equation.as_json(), equation.problem.ring)
    for term, read in zip(equation.components, written, strict=True):
        if not all((mine - other).is_zero() for mine, other in zip(term, read, strict=True)):
            return "read back as something else"
    general = _general(equation)
    if general == "":
        return "another equation for every loss"
    observed = observed_order(equation)
    return "confirmed" if observed > equation.order + 1.9 else f"order {observed:.2f}"


def _general(equation: Any) -> str:
    """Return "" where the equation for every loss, if there is one, is another on this one."""
    try:
        general = bea.modified_equation(equation.method, order=min(1, equation.order))
    except BeaError:
        return "none"
    if isinstance(general, ComponentwiseEquation):
        for mine, other in zip(general.on(equation.problem), equation.components, strict=False):
            if not all((a - b).is_zero() for a, b in zip(mine, other, strict=True)):
                return ""
    return "the same"


def observed_order(equation: Any, factor: int = 1) -> float:
    """Return the power of gamma by which one step from the slow manifold misses the flow.

    With a factor the last term of the equation is multiplied: a control.
    """
    with mpmath.workdps(_DIGITS):
        misses = [_miss(equation, mpmath.mpf(2) ** -k, factor) for k in (_SMALL, _SMALL + 1)]
        if misses[1] < mpmath.mpf(10) ** (5 - _DIGITS):
            return float("inf")
        return float(mpmath.log(misses[0] / misses[1], 2))


def _miss(equation: Any, gamma: Any, factor: int) -> Any:
    lift = lambda q: mpmath.mpf(int(q.p)) / int(q.q)  # noqa: E731
    f = ScalarField(equation.problem, lift)
    theta = f.vector([bea.algebra.as_rational(bea.algebra.exact(c))
                      for c in POINT[: equation.dimension]])  # fmt: skip
    method = equation.method.bind(f.constant)
    shapes = [np.shape(part) for part in method.init(f, theta)]
    entries = [0] * sum(int(np.prod(shape)) for shape in shapes)
    memory = equation.memory if entries else ()
    for k, term in enumerate(memory):
        lifted = [equation.problem.ring.constant(0) + c for c in term]
        values = to_program(lifted).run(list(theta), lift) if lifted else []
        entries = [e + v * gamma**k for e, v in zip(entries, values, strict=True)]
    after, _ = method.step(f, theta, parts_of_memory(entries, shapes), gamma)
    weights = [gamma**k * (factor if k == equation.order else 1)
               for k in range(equation.order + 1)]  # fmt: skip
    programs = [to_program(term) for term in equation.components]

    def slope(_: Any, y: Any) -> list[Any]:
        parts = [program.run(list(y), lift) for program in programs]
        return [sum(w * part[i] for w, part in zip(weights, parts, strict=True))
                for i in range(len(y))]  # fmt: skip

    flowed = _flowed(slope, list(theta), gamma)
    return max(abs(a - b) for a, b in zip(after, flowed, strict=True))


def _flowed(slope: Any, y: list[Any], time: Any) -> list[Any]:
    """Return the flow after a short time: extrapolated midpoint steps, to far beyond gamma^6."""
    rows: list[list[list[Any]]] = []
    for j in range(1, 7):
        n, h = 2 * j, time / (2 * j)
        before, now = y, [a + h * b for a, b in zip(y, slope(0, y), strict=True)]
        for _ in range(n - 1):
            ahead = [a + 2 * h * b for a, b in zip(before, slope(0, now), strict=True)]
            before, now = now, ahead
        end = slope(0, now)
        rows.append([[(a + b + h * c) / 2 for a, b, c in zip(now, before, end, strict=True)]])
        for k in range(1, j):
            ratio = mpmath.mpf(j) ** 2 / mpmath.mpf(j - k) ** 2 - 1
            better = [a + (a - b) / ratio
                      for a, b in zip(rows[-1][k - 1], rows[-2][k - 1], strict=True)]  # fmt: skip
            rows[-1].append(better)
    return rows[-1][-1]


if __name__ == "__main__":
    found = Counter(what for _, _, what in tried(int(sys.argv[1]), int(sys.argv[2])))
    for what, times in found.most_common():
        print(f"{times:5}  {what[:150]}")
