"""Momentum on any finite sum, against its own iterates: only transients are left over.

E phi(theta_n) from zero memory, minus start e^(n gamma L~) phi, has at gamma^k only transients
lambda^n n^i, with lambda a product of j rates and i <= k - j. They are annihilated exactly by
(E - lambda), so that nothing but an exact identity is tested, on losses that are not quadratic.
"""

from __future__ import annotations

from itertools import pairwise
from math import factorial
from typing import Any

import pytest
from flint import fmpq

from bea.algebra import Element
from bea.algebra.ring.conversions import to_program
from bea.algebra.ring.differential_operator import DifferentialOperator
from bea.algebra.ring.exact import as_rational
from bea.fields import SeriesField
from bea.methods import Method, get
from bea.modified.random.generator import ModifiedGenerator, modified_generator
from bea.problems import FiniteSum, finite_sum

Q = fmpq
BETA = Q(1, 2)
QUARTIC = finite_sum(["x**4/4 - x**2 + x", "x**4/4 + x**3/3 - x"])
SKEW = finite_sum(["x**4/4 - x**2 + x", "x**4/4 + x**3/3 - x", "x**3/2"])
PLANE = finite_sum(["x**3/3 + x*y", "x*y**2 - y"])


def runs(
    method: Method, problem: FiniteSum, phi: Element, point: list[fmpq], order: int, steps: int
) -> list[list[fmpq]]:
    """Return E phi(theta_n) for n = 0 ... steps, as coefficients of gamma."""
    fields = [SeriesField(loss, order, point) for loss in problem.losses]
    bound = method.bind(lambda e: as_rational(e))
    states: list[Any] = [(fields[0].identity, bound.init(fields[0], fields[0].identity))]
    program, found = to_program([phi]), []
    for _ in range(steps + 1):
        values = [program.run(list(theta))[0] for theta, _ in states]
        mean = sum(values[1:], start=values[0]) * Q(1, len(values))
        found.append(list(mean.coefficients))
        states = [bound.step(f, *state, f.gamma) for state in states for f in fields]
    return found


def flowed(
    generator: ModifiedGenerator, start: tuple[DifferentialOperator, ...], phi: Element,
    point: list[fmpq], order: int, steps: int,
) -> list[fmpq]:  # fmt: skip
    """Return the coefficients of start e^(n gamma L~) phi at the point."""
    zero = phi * 0
    level = [phi, *[zero] * order]
    total = list(level)
    for m in range(1, order + 1):
        raised = [zero] * (order + 1)
        for i, value in enumerate(level):
            for k, term in enumerate(generator.terms[: order - i]):
                raised[i + k + 1] = raised[i + k + 1] + term(value) * Q(steps, m)
        level = raised
        total = [a + b for a, b in zip(total, level, strict=True)]
    begun = [zero] * (order + 1)
    for i, operator in enumerate(start):
        for k, value in enumerate(total[: order + 1 - i]):
            begun[i + k] = begun[i + k] + operator(value)
    return [to_program([c]).run(point)[0] for c in begun]


def annihilated(sequence: list[fmpq], order: int) -> list[fmpq]:
    """Apply (E - lambda) for all transients of gamma^order."""
    factors = [BETA**j for j in range(1, order + 1) for _ in range(order - j + 1)]
    for rate in factors:
        sequence = [b - rate * a for a, b in pairwise(sequence)]
    return sequence


CASES = [
    (QUARTIC, "x**2", [Q(1, 3)], 3, 7),
    (SKEW, "x**3 - x", [Q(-1, 2)], 2, 5),
    (PLANE, "x**2*y", [Q(1, 3), Q(-1, 2)], 2, 5),
]


def left_over(
    generator: ModifiedGenerator, start: tuple[DifferentialOperator, ...], observable: str,
    point: list[fmpq], iterated: list[list[fmpq]], power: int,
) -> list[fmpq]:  # fmt: skip
    """Return what the transients of gamma^power leave of runs minus the generator's values."""
    phi, order = generator.observable(observable), len(iterated[0]) - 1
    differences = [
        row[power] - flowed(generator, start, phi, point, order, n)[power]
        for n, row in enumerate(iterated)
    ]
    return annihilated(differences, power)


@pytest.mark.parametrize("name", ["heavy-ball", "nesterov-torch", "heavy-ball-decay"])
@pytest.mark.parametrize(("problem", "observable", "point", "order", "steps"), CASES)
def test_only_transients_are_left_over(
    name: str, problem: FiniteSum, observable: str, point: list[fmpq], order: int, steps: int
) -> None:
    method = get(name, beta=BETA)
    generator = modified_generator(method, problem, order)
    phi = generator.observable(observable)
    iterated = runs(method, problem, phi, point, order, steps)
    for k in range(1, order + 1):
        left = left_over(generator, generator.start, observable, point, iterated, k)
        assert left and not any(left)


def test_with_a_wrong_term_more_is_left_over() -> None:
    """Negative controls at γ³: no third derivative at γ², no second derivative in the start."""
    method, order = get("heavy-ball", beta=BETA), 3
    generator, point = modified_generator(method, SKEW, order), [Q(-1, 2)]
    phi, start, terms = generator.observable("x**3 - x"), generator.start, generator.terms
    iterated = runs(method, SKEW, phi, point, order, 6)

    def left(terms: Any, start: Any) -> bool:
        changed = ModifiedGenerator(generator._step, SKEW, terms, None)
        return any(left_over(changed, start, "x**3 - x", point, iterated, order))

    assert not left(terms, start)
    assert left((*terms[:2], terms[2] - terms[2].part(3), terms[3]), start)
    assert left(terms, (*start[:3], start[3] - start[3].part(2)))


def test_factorials_in_the_exponential() -> None:
    """The helper above is the exponential: on x' = -x alone, coefficients 1/m!."""
    lone = finite_sum(["x**2/2"])
    generator = modified_generator(get("gradient-descent"), lone, 0)
    phi = generator.observable("x")
    found = flowed(generator, (DifferentialOperator.identity(generator.ring),), phi, [Q(1)], 4, 1)
    assert found == [Q((-1) ** m, factorial(m)) for m in range(5)]
