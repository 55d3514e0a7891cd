"""Random update rules on random losses: derived and confirmed in 60 digits, or refused by cause.

`python -m tests.modified.random_rules 1000 7` runs so many with a seed and prints the counts.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import mpmath
import numpy as np

import bea
from bea.algebra.ring.conversions import read, to_program
from bea.arrays import parts_of_memory
from bea.errors import BeaError
from bea.fields import ScalarField
from bea.fields.arithmetics import NumericField
from bea.methods import from_text
from bea.modified import ComponentwiseEquation

from .records import terms_of

RATES = ("1/2", "3/4", "9/10", "1/3")
# Three points, of as many components as there are variables; a memory or a time is above 0.
POINTS = (
    ("3/10", "-2/5", "1/2", "-1/5", "2/3", "3/5", "1/4", "4/5", "1/3", "7/10"),
    ("-1/10", "1/7", "-1/4", "2/9", "5/7", "1/2", "4/9", "3/8", "5/6", "9/8"),
    ("1/90", "-1/80", "1/70", "1/95", "3/4", "2/5", "7/9", "1/6", "6/7", "4/3"),
)
_DIGITS, _SMALL = 60, 20  # and step sizes 2^-20, 2^-21
_SWEEPS = 600  # of a settled value that no formula gives, at most 3/4 as far off after each

#: The causes for which a rule may be refused, with what tells that one is true.
CAUSES = {
    "does not contract": "a factor of the memory is 1 or more at gamma = 0",
    "does not tend to the identity": "theta moves at gamma = 0",
    "no series in gamma": "a fractional power of gamma",
}


def random_rule(rng: random.Random) -> str:
    """Return a rule of 0 to 3 slots: linear, adaptive, nonlinear, triangular or coupled.

    The slow variable may be in any slot, and the step may be counted.
    """
    b, c = rng.choice(RATES), rng.choice(RATES)
    square = f"v = {b}*v + (1 - {b})*grad**2"
    root = rng.choice(["(sqrt(v) + 1/10)", "sqrt(v + 1/5)"])
    settled = rng.choice(["tanh(v)/2", "v/2 + v**2/40", "sin(v)/3", "v/(2 + v**2)"])
    kinds = {
        "linear": _linear(rng),
        "adaptive": [square, f"m = {c}*m + (1 - {c})*grad",
                     f"theta = theta - gamma*m/{root}"],
        "nonlinear": [f"v = {settled} + grad", "theta = theta - gamma*v"],
        "triangular": [square, f"u = {c}*u + grad/{rng.choice(['(sqrt(v) + 1/2)', '(1 + v)'])}",
                       "theta = theta - gamma*u"],
        "fed": [f"m = {c}*m + grad", f"v = {settled} + m/4", f"theta = theta - gamma*(v + {b}*m)"],
        "coupled": [f"u = u/4 + v/{rng.randint(3, 5)} + grad", "v = v/3 + u/4",
                    rng.choice(["theta = theta - gamma*v", "theta = theta - gamma*u/(1 + v**2)"])],
        "slow": _slow(rng, b, c),
        "mixed": [f"m = {b}*m + grad", rng.choice(
            ["theta = theta - gamma*tanh(m)", "theta = theta - gamma*m/(norm(m) + 1)",
             "theta = theta - gamma*grad(theta - gamma*m)"])],
        "counted": _counted(rng, b, c),
        "growing": [rng.choice(["v = v + grad**2", "v = v*(1 + grad**2) + grad",
                                f"v = {b}*v + (1 + {b})*v + grad"]),
                    "theta = theta - gamma*grad/(1 + v**2)"],
    }  # fmt: skip
    return "; ".join(kinds[rng.choice(list(kinds))])


def random_loss(rng: random.Random) -> bea.Loss:
    """Return a loss of one to four variables."""
    names = ["x", "y", "z", "w"][: rng.randint(1, 4)]
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
            known = [cause for cause in CAUSES if cause in str(error)]
            true = known and _is_true(known[0], rule, loss)
            yield rule, loss.name, f"refused: {error}" if true else f"refused wrongly: {error}"
            continue
        yield rule, loss.name, looked_at(equation)


def looked_at(equation: Any) -> str:
    """Return "confirmed", or what is wrong with an equation or one of its texts."""
    screens = 2 * max(1, equation.dimension / 4)
    if max(len(repr(equation)), len(equation.latex())) > screens * 48 * 80:
        return "too long"
    if not _reads_back(equation):
        return "read back as something else"
    if _general(equation) == "":
        return "another equation for every loss"
    step = _OneStep(equation)
    observed = [step.observed_order(point) for point in POINTS]
    found = [order for order in observed if order is not None]
    if not found:
        return "settles at no point"
    return "confirmed" if min(found) > equation.order + 1.9 else f"order {min(found):.2f}"


def observed_order(
    equation: Any, factor: int = 1, point: Sequence[str] = POINTS[0]
) -> float | None:
    """Return the power of gamma by which one step from the slow manifold misses the flow.

    With a factor the last term of the equation is multiplied: a control. None where memory that is
    given by an equation does not settle.
    """
    return _OneStep(equation, factor).observed_order(point)


# --- private helpers: rules -----------------------------------------------------------------------


def _linear(rng: random.Random) -> list[str]:
    statements, last = [], "grad"
    for i in range(rng.randint(0, 3)):
        rate = rng.choice(RATES)
        statements.append(f"m{i} = {rate}*m{i} + {rng.choice(['', f'(1 - {rate})*'])}{last}")
        last = f"m{i}"
    return [*statements, f"theta = theta - gamma*{last}"]


def _slow(rng: random.Random, b: str, c: str) -> list[str]:
    """Return a rule of which a slot holds the slow variable: the first, the second or the third."""
    average = f"theta = {b}*theta + (1 - {b})*w"
    return rng.choice([
        ["init w = theta", "w = w - gamma*grad(w)", average],
        ["init w = theta", f"w = w - gamma*grad({c}*theta + (1 - {c})*w)", average],
        [f"m = {c}*m + grad", "init w = theta", "w = w - gamma*m", average],
        [f"v = {c}*v + (1 - {c})*grad**2", "init w = theta",
         "w = w - gamma*grad/(sqrt(v) + 1/2)", average],
        ["init w = theta", f"v = {c}*v + (1 - {c})*grad(w)**2", f"m = {c}*m + (1 - {c})*grad(w)",
         "w = w - gamma*m/sqrt(v + 1/5)", average],
        ["init old = theta", f"y = theta + {b}*(theta - old)", "old = theta",
         "theta = y - gamma*grad(y)"],
        ["init g = grad", f"m = {b}*m + (1 - {b})*(grad + {c}*(grad - g))", "g = grad",
         "theta = theta - gamma*m"],
        ["init w = theta", "init u = theta", "w = w - gamma*tanh(grad(w))", f"u = {c}*u + w/10 + "
         f"(9/10 - {c})*theta", f"theta = {b}*u + (1 - {b})*w"],
    ])  # fmt: skip


def _counted(rng: random.Random, b: str, c: str) -> list[str]:
    return rng.choice([
        [f"m = {b}*m + (1 - {b})*grad", f"theta = theta - gamma*m/(1 - ({b})**n)"],
        [f"m = {b}*m + (1 - {b})*grad", f"v = {c}*v + (1 - {c})*grad**2",
         f"theta = theta - gamma*m/(1 - ({b})**n)/(sqrt(v/(1 - ({c})**n)) + 1/10)"],
        ["m = m + (grad - m)/n", "theta = theta - gamma*m"],
        [f"m = {b}*m + grad", "theta = theta - gamma*m*(1 + 1/n)"],
        ["init w = theta", "w = w - gamma*grad(w)", "theta = theta + (w - theta)/n"],
        [f"m = {b}*m + grad", "theta = theta - gamma*m/(1 + gamma*n)"],
        [f"m = {b}*m + grad", "theta = theta - gamma*m/sqrt(n)"],
    ])  # fmt: skip


# --- private helpers: what is looked at -----------------------------------------------------------


def _reads_back(equation: Any) -> bool:
    """Tell whether the JSON text, read again, is the equation."""
    record = json.loads(json.dumps(equation.as_json()))
    written = terms_of(record, equation.problem.ring)
    return all(
        (mine - other).is_zero()
        for term, again in zip(equation.components, written, strict=True)
        for mine, other in zip(term, again, strict=True)
    )


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


def _is_true(cause: str, rule: str, loss: bea.Loss) -> bool:
    """Tell from the rule itself, run in floats at gamma near 0, whether a cause is one."""
    method, point = from_text(rule), [[0.31, -0.42, 0.53, -0.24][: loss.dimension]]
    if cause == "no series in gamma":  # with t = n gamma held: theta moves by gamma^(3/2) a step
        slope, sizes = loss.numeric(), []
        for gamma in (1e-3, 1e-4):
            *_, before, after = bea.iterate(method, loss, point, [gamma], steps=round(1 / gamma)
                                            ).values[0, 0]  # fmt: skip
            field = slope(np.ascontiguousarray(before[:, None]), np.array([gamma]))
            sizes.append(np.linalg.norm(after - before) / np.linalg.norm(field))
        return bool(1.45 < np.log10(sizes[0] / sizes[1]) < 1.55)
    if cause == "does not tend to the identity":
        run = bea.iterate(method, loss, point, [1e-9], steps=400)
        return bool(np.abs(np.diff(run.values[0, 0], axis=0)).max() > 1e-3)
    f: Any = NumericField(loss.numeric(), np.zeros(1), loss.numeric_derivative)
    theta, bound = np.array(point).T, method.bind(f.constant)
    states = [bound.init(f, theta)]
    with np.errstate(all="ignore"):
        for _ in range(400):
            states.append(bound.step(f, theta, states[-1], f.gamma)[1])
    last, before = (np.concatenate([np.ravel(s) for s in state]) for state in states[-2:])
    return not np.allclose(last, before, rtol=1e-6, atol=1e-9)


# --- private helpers: one step in 60 digits -------------------------------------------------------


@cache
def _lift(q: Any) -> Any:
    return mpmath.mpf(int(q.p)) / int(q.q)


class _OneStep:
    """A step of the method from the slow manifold, and the flow of its equation, in 60 digits."""

    def __init__(self, equation: Any, factor: int = 1) -> None:
        self.equation, self.factor, self.problem = equation, factor, equation.problem
        with mpmath.workdps(_DIGITS):
            self.f: Any = ScalarField(self.problem, _lift)
            self.f.counts = False  # of a rule that counts its steps the steady state is meant
            self.method = equation.method.bind(self.f.constant)
        zero = self.problem.ring.constant(0)
        self.terms = to_program([c for term in equation.components for c in term])
        memory = equation.memory if equation.character.has_memory else ()
        self.memory = [to_program([zero + c for c in term]) for term in memory if term]
        self.relations = getattr(equation.method, "relations", {})
        texts = self.relations.values()
        settled = [read(self.problem.ring, bea.parse(text)) for text in texts]
        self.settling = to_program(settled or [zero])

    def observed_order(self, point: Sequence[str]) -> float | None:
        with mpmath.workdps(_DIGITS):
            theta = self._placed(point)
            if theta is None:
                return None
            misses = [self._miss(theta, mpmath.mpf(2) ** -k) for k in (_SMALL, _SMALL + 1)]
            if misses[1] < mpmath.mpf(10) ** (5 - _DIGITS):
                return float("inf")
            return float(mpmath.log(misses[0] / misses[1], 2))

    def _placed(self, point: Sequence[str]) -> list[Any] | None:
        """Return a point of the equation, with what settled memory is there by its equation."""
        exact = (bea.algebra.as_rational(bea.algebra.exact(c)) for c in point)
        theta = [_lift(c) for c in exact][: self.problem.dimension]
        if not self.relations:
            return theta
        own = theta[: self.equation.method.size]
        found = [*own, *[mpmath.mpf(0)] * len(self.relations)]
        for _ in range(_SWEEPS):
            before, found = found, [*own, *self.settling.run(found, _lift)]
            change = max(abs(a - b) for a, b in zip(before, found, strict=True))
            if change < mpmath.mpf(10) ** (3 - _DIGITS):
                return found
            if change > 100:
                break
        return None

    def _miss(self, theta: list[Any], gamma: Any) -> Any:
        at = np.array(theta, dtype=object)
        shapes = [np.shape(part) for part in self.method.init(self.f, at)]
        entries = [0] * sum(int(np.prod(shape)) for shape in shapes)
        for k, program in enumerate(self.memory):
            values = program.run(theta, _lift)
            entries = [e + v * gamma**k for e, v in zip(entries, values, strict=True)]
        memory = parts_of_memory(entries, shapes)
        after, _ = self.method.step(self.f, at, memory, gamma)
        flowed = _flowed(lambda y: self._slope(y, gamma), theta, gamma)
        own = len(theta) - len(self.relations)  # where memory settles is no matter of the step
        return max(abs(a - b) for a, b in zip(after[:own], flowed[:own], strict=True))

    def _slope(self, y: list[Any], gamma: Any) -> list[Any]:
        values, order = self.terms.run(y, _lift), self.equation.order
        weights = [gamma**k * (self.factor if k == order else 1) for k in range(order + 1)]
        parts = [values[k * len(y) : (k + 1) * len(y)] for k in range(order + 1)]
        return [sum(w * part[i] for w, part in zip(weights, parts, strict=True))
                for i in range(len(y))]  # fmt: skip


def _flowed(slope: Any, y: list[Any], time: Any) -> list[Any]:
    """Return the flow after a short time: extrapolated midpoint steps, to far beyond gamma^4."""
    rows: list[list[list[Any]]] = []
    for j in range(1, 5):  # to gamma^9
        n, h = 2 * j, time / (2 * j)
        before, now = y, [a + h * b for a, b in zip(y, slope(y), strict=True)]
        for _ in range(n - 1):
            ahead = [a + 2 * h * b for a, b in zip(before, slope(now), strict=True)]
            before, now = now, ahead
        end = slope(now)
        rows.append([[(a + b + h * c) / 2 for a, b, c in zip(now, before, end, strict=True)]])
        for k in range(1, j):
            ratio = mpmath.mpf(j) ** 2 / mpmath.mpf(j - k) ** 2 - 1
            better = [a + (a - b) / ratio
                      for a, b in zip(rows[-1][k - 1], rows[-2][k - 1], strict=True)]  # fmt: skip
            rows[-1].append(better)
    return rows[-1][-1]


if __name__ == "__main__":
    found = Counter()
    for k, (rule, loss, what) in enumerate(tried(int(sys.argv[1]), int(sys.argv[2])), start=1):
        found[what] += 1
        if k % 50 == 0:
            print(f"after {k}: {found['confirmed']} confirmed", file=sys.stderr, flush=True)
        if what != "confirmed" and not what.startswith("refused: "):
            print(f"{what[:150]}  [{rule} on {loss}]", flush=True)
    for what, times in found.most_common():
        print(f"{times:5}  {what[:150]}")
