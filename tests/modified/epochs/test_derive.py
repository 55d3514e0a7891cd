"""Epochs: the exact identity for every order and split, first orders in closed form, two epochs.

What is compared with is done the long way: every order and every split, step after step, in series.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, permutations, product
from math import factorial
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.algebra import Element, Ring, parse
from bea.algebra.ring.conversions import read
from bea.errors import BeaError, NoModifiedLossError
from bea.fields import Loss, SeriesField
from bea.methods import Method
from bea.modified import EpochEquation
from bea.noise import Batches, ShuffledEpochs

DESCENT = bea.methods.gradient_descent()
TEXTS = (
    "x**2*y + y**2/3 - x",
    "x*y**2 - x**3/3 + 2*y",
    "x**2/5 - y**3 + x*y",
    "x + y**2 - x**2*y/7",
    "x*y/2 + x**3/6 - y",
    "y**3/4 - x**2 + 3*x",
)
Vector = tuple[Element, ...]


def losses(count: int) -> list[Loss]:
    """Cubic losses with generic rational coefficients over one ring."""
    ring = Ring(["x", "y"])
    return [Loss(read(ring, parse(text))) for text in TEXTS[:count]]


def mean_loss(parts: Sequence[Loss]) -> Loss:
    total = sum((loss.value for loss in parts[1:]), start=parts[0].value)
    return Loss(total / len(parts))


def composed(method: Method, batches: Sequence[Loss], order: int, start: Any = None) -> Any:
    """The steps on the batches one after the other, as vectors of series to gamma^order."""
    fields = [SeriesField(loss, order) for loss in batches]
    bound = method.bind(fields[0].constant)
    theta = fields[0].identity if start is None else start
    for f in fields:
        theta = bound.step(f, theta, (), f.gamma)[0]
    return theta


def splits(samples: frozenset[int], size: int) -> Iterator[list[tuple[int, ...]]]:
    """All ways to draw batches one after the other until no sample is left."""
    if not samples:
        yield []
    for chosen in combinations(sorted(samples), size) if samples else ():
        for rest in splits(samples - set(chosen), size):
            yield [chosen, *rest]


def epochs_of(samples: Sequence[Loss], size: int) -> list[list[Loss]]:
    whole = frozenset(range(len(samples)))
    return [[mean_loss([samples[i] for i in b]) for b in split] for split in splits(whole, size)]


def orders_of(batches: Sequence[Loss]) -> list[list[Loss]]:
    return [list(order) for order in permutations(batches)]


def mean_map(method: Method, epochs: Sequence[Sequence[Loss]], order: int) -> list[Vector]:
    """The coefficients of gamma^0 ... gamma^order of the mean of the epochs' maps."""
    found = [composed(method, epoch, order) for epoch in epochs]
    return [
        tuple(sum((t[i][k] for t in found[1:]), start=found[0][i][k]) / len(found)
              for i in range(len(found[0])))
        for k in range(order + 1)
    ]  # fmt: skip


def flow_map(terms: Sequence[Vector], steps: int, order: int) -> list[Vector]:
    """The coefficients of gamma^0 ... gamma^order of exp(m gamma D~) theta, word by word.

    sum over n of (m gamma)^n/n! times the sum over j_1 ... j_n of gamma^(j_1 + ... + j_n) D_j1 ...
    D_jn theta: no recursion over powers of gamma.
    """
    ring = terms[0][0].ring
    theta = tuple(ring.variable(i) for i in range(len(terms[0])))
    found = [theta] + [tuple(ring.constant(0) for _ in theta) for _ in range(order)]
    for n in range(1, order + 1):
        for word in product(range(len(terms)), repeat=n):
            power = n + sum(word)
            if power <= order:
                value = terms[word[-1]]
                for j in reversed(word[:-1]):
                    value = tuple(ring.lie_derivative(terms[j], c) for c in value)
                weight = fmpq(steps**n, factorial(n))
                found[power] = tuple(
                    f + c * weight for f, c in zip(found[power], value, strict=True)
                )
    return found


def in_ring_of(terms: Sequence[Vector], ring: Ring) -> list[Vector]:
    """The same polynomials in another ring of the same variables."""
    return [tuple(ring.from_terms(c.terms()) for c in term) for term in terms]


def residual(equation: EpochEquation, wanted: list) -> list:
    """The coefficients of gamma^0, ... of exp(m gamma D~) theta minus the mean map."""
    terms = in_ring_of(equation.components, wanted[0][0].ring)
    found = flow_map(terms, equation.steps, len(wanted) - 1)
    return [[a - b for a, b in zip(x, y, strict=True)] for x, y in zip(found, wanted, strict=True)]


def assert_exact_to(equation: EpochEquation, wanted: list) -> None:
    """It vanishes through gamma^(K+1), and does not at gamma^(K+2)."""
    parts = residual(equation, wanted)
    for power, vector in enumerate(parts):
        assert all(c.is_zero() for c in vector) == (power <= equation.order + 1), power
    assert len(parts) == equation.order + 3


@pytest.mark.parametrize("steps", [2, 3, 4])
@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_mean_over_orders_is_an_exact_identity(steps: int, order: int) -> None:
    samples = losses(steps)
    equation = bea.shuffled_epoch(samples, [[i] for i in range(steps)], order)
    assert_exact_to(equation, mean_map(DESCENT, orders_of(samples), order + 2))


@pytest.mark.parametrize(("size", "batch", "order"), [(4, 2, 1), (4, 2, 2), (6, 2, 1), (6, 3, 2)])
def test_mean_over_splits_is_an_exact_identity(size: int, batch: int, order: int) -> None:
    samples = losses(size)
    equation = bea.shuffled_epoch(samples, batch, order)
    assert_exact_to(equation, mean_map(DESCENT, epochs_of(samples, batch), order + 2))


@pytest.mark.parametrize("steps", [2, 3, 4])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_cyclic_order_is_an_exact_identity(steps: int, order: int) -> None:
    samples = losses(steps)
    equation = bea.cyclic_epoch(samples, order=order)
    assert_exact_to(equation, mean_map(DESCENT, [samples], order + 2))


@pytest.mark.parametrize("name", ["heun", "implicit-midpoint", "gradient-descent-l2"])
def test_every_one_step_method(name: str) -> None:
    method, samples = bea.methods.get(name), losses(4)
    cyclic = bea.cyclic_epoch(samples[:3], order=2, method=method)
    assert_exact_to(cyclic, mean_map(method, [samples[:3]], 4))
    orders = bea.shuffled_epoch(samples[:3], [[0], [1], [2]], 2, method)
    assert_exact_to(orders, mean_map(method, orders_of(samples[:3]), 4))
    splits = bea.shuffled_epoch(samples, 2, 1, method)
    assert_exact_to(splits, mean_map(method, epochs_of(samples, 2), 3))
    single = bea.shuffled_epoch(samples[:3], 1, 2, method)
    assert [[str(c) for c in t] for t in single.components] == [
        [str(c) for c in t] for t in orders.components
    ]


def _plain_step(f, theta, state, gamma):
    return theta + gamma * f(theta), state


def test_descent_by_samples_and_as_any_method_agree() -> None:
    """Products over samples, and products over subsets of them, share nothing but the weights."""
    plain = bea.methods.from_function(_plain_step, name="plain")
    for batches in (1, 2, [[0, 3], [1, 2]]):
        one = bea.shuffled_epoch(losses(4), batches, 2)
        other = bea.shuffled_epoch(losses(4), batches, 2, plain)
        assert one.route != other.route
        assert str(one) == str(other)


# --- the first order in closed form ---------------------------------------------------------------


def squared(slopes) -> object:
    return sum((s * s for s in slopes[1:]), start=slopes[0] * slopes[0])


@pytest.mark.parametrize("batches", [[[0], [1], [2], [3], [4], [5]], [[0, 3], [5, 1], [4, 2]]])
def test_over_orders_the_gradients_variance_is_penalised(batches: list[list[int]]) -> None:
    """L + gamma/4 |grad L|^2 + gamma/4m sum |grad L_k - grad L|^2 (Smith et al., ICLR 2021)."""
    samples = losses(6)
    parts = [mean_loss([samples[i] for i in batch]) for batch in batches]
    whole, m = mean_loss(samples), len(batches)
    apart = [
        squared([a - b for a, b in zip(loss.components, whole.components, strict=True)])
        for loss in parts
    ]
    wanted = squared(whole.components) / 4 + sum(apart[1:], start=apart[0]) / (4 * m)
    equation = bea.shuffled_epoch(samples, batches, 1)
    found = in_ring_of(equation.components, whole.ring)
    assert found[0] == whole.components
    assert all((f + s).is_zero() for f, s in zip(found[1], wanted.gradient(), strict=True))
    assert equation.is_gradient == (True, True)
    ((penalty,),) = in_ring_of([(equation.modified_loss().terms[1],)], whole.ring)
    assert penalty == wanted
    assert equation.universal_text() == "−∇(L + γ/4 ‖∇L‖² + γ/(4m) Σₖ ‖∇Lₖ − ∇L‖²) + O(γ²)"


@pytest.mark.parametrize("batch", [1, 2, 3, 6])
def test_over_splits_the_covariance_has_its_finite_factor(batch: int) -> None:
    """gamma/4 (N - B)/(B (N - 1)) tr Sigma, Sigma the covariance of the samples' gradients."""
    samples = losses(6)
    whole = mean_loss(samples)
    apart = [
        squared([a - b for a, b in zip(loss.components, whole.components, strict=True)])
        for loss in samples
    ]
    trace = sum(apart[1:], start=apart[0]) / 6
    wanted = (squared(whole.components) + trace * fmpq(6 - batch, batch * 5)) / 4
    equation = bea.shuffled_epoch(samples, batch, 1)
    found = in_ring_of(equation.components, whole.ring)
    assert all((f + s).is_zero() for f, s in zip(found[1], wanted.gradient(), strict=True))
    ((penalty,),) = in_ring_of([(equation.modified_loss().terms[1],)], whole.ring)
    assert penalty == wanted


def test_in_a_fixed_order_brackets_remain() -> None:
    """f~_1 + grad of the penalty = (1/2m) sum over i < j of f_j' f_i - f_i' f_j: no gradient."""
    samples = losses(4)
    ring = samples[0].ring
    equation = bea.cyclic_epoch(samples, order=1)
    assert equation.is_gradient == (True, False)
    loss, remainder = equation.gradient_part()
    shuffled = bea.shuffled_epoch(samples, [[0], [1], [2], [3]], 1)
    assert str(loss) == str(shuffled.modified_loss())
    for component, found in enumerate(in_ring_of(remainder, ring)[1]):
        wanted = ring.constant(0)
        for j, later in enumerate(samples):
            for earlier in samples[:j]:
                wanted = wanted + earlier.lie_derivative(later.components[component])
                wanted = wanted - later.lie_derivative(earlier.components[component])
        assert found == wanted / 8
        assert not found.is_zero()
    with pytest.raises(NoModifiedLossError, match="at order 1"):
        equation.modified_loss()
    assert "∇²Lⱼ∇Lᵢ − ∇²Lᵢ∇Lⱼ" in equation.universal_text()
    assert r"\sum_{i<j}" in equation.universal_latex()


def test_reversed_orders_have_opposite_brackets() -> None:
    """And so the mean of an order and its reverse is, at first order, the mean over all."""
    there = bea.cyclic_epoch(losses(4), [[0], [1], [2], [3]], 1)
    back = bea.cyclic_epoch(losses(4), [[3], [2], [1], [0]], 1)
    mean = bea.shuffled_epoch(losses(4), 1, 1)
    ring = mean.problem.ring
    parts = [in_ring_of(e.components, ring)[1] for e in (there, back)]
    assert tuple((a + b) / 2 for a, b in zip(*parts, strict=True)) == mean.components[1]


def test_a_method_of_second_order_has_no_first_correction_but_brackets() -> None:
    heun, samples = bea.methods.heun(), losses(3)
    assert bea.shuffled_epoch(samples, 1, 1, heun).vanishes(1)
    found = bea.cyclic_epoch(samples, order=1, method=heun)
    assert not found.vanishes(1)
    brackets = bea.cyclic_epoch(samples, order=1).gradient_part().remainder[1]
    assert [str(c) for c in found.components[1]] == [str(c) for c in brackets]


def bracket(u: Sequence[Element], v: Sequence[Element]) -> Vector:
    """v' u - u' v."""
    ring = u[0].ring
    pairs = zip(u, v, strict=True)
    return tuple(ring.lie_derivative(u, b) - ring.lie_derivative(v, a) for a, b in pairs)


@pytest.mark.parametrize("name", ["gradient-descent", "heun"])
@pytest.mark.parametrize("steps", [2, 3, 4])
def test_the_second_order_over_all_orders_in_closed_form(name: str, steps: int) -> None:
    """f~_2 = mean of the batches' own f~_2 + (1/12) sum of [f_k - f, [f_k, f]]."""
    samples, method = losses(steps), bea.methods.get(name)
    f = mean_loss(samples).components
    equation = bea.shuffled_epoch(samples, 1, 2, method)
    found = in_ring_of(equation.components, f[0].ring)[2]
    for loss in samples:
        own = bea.modified_equation(method, loss, 2).components[2]
        apart = tuple(a - b for a, b in zip(loss.components, f, strict=True))
        double = bracket(apart, bracket(loss.components, f))
        found = tuple(x - o / steps - d / 12 for x, o, d in zip(found, own, double, strict=True))
    assert all(c.is_zero() for c in found)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_how_terms_grow_with_the_number_of_batches(order: int) -> None:
    """With batches repeated: f~_k of the mean has degree k - 1 in m, in a fixed order degree k."""
    pair = losses(2)
    repeated = [(bea.shuffled_epoch, lambda r: pair * r, order - 1)]
    repeated += [(bea.cyclic_epoch, lambda r: [x for x in pair for _ in range(r)], order)]
    for epoch, samples, degree in repeated:
        terms = [epoch(samples(r), order=order).components[order] for r in range(1, degree + 4)]
        values = in_ring_of(terms, pair[0].ring)
        for power in range(degree + 1):
            assert not values[0][0].is_zero(), power
            values = [tuple(b - a for a, b in zip(x, y, strict=True)) for x, y in pairwise(values)]
        assert all(c.is_zero() for vector in values for c in vector)


def test_one_batch_is_gradient_descent() -> None:
    whole = mean_loss(losses(4))
    wanted = bea.modified_equation(DESCENT, whole, 4)
    for equation in (
        bea.shuffled_epoch(losses(4), 4, 4),
        bea.cyclic_epoch(losses(4), 4, 4),
        bea.shuffled_epoch([whole] * 3, 1, 4),  # equal losses: as many steps of descent
    ):
        assert str(equation) == str(wanted)


def test_functions_in_the_losses() -> None:
    samples = [Loss.read(t, "x y") for t in ("log(1 + exp(-x - 2*y))", "x**2 + sin(y)", "exp(x*y)")]
    equation = bea.shuffled_epoch(samples, 1, 1)
    assert equation.is_gradient == (True, True)
    loss = equation.modified_loss()
    slopes = -np.array([s(np.array([0.3, -0.2])) for s in samples])
    wanted = np.mean([s.at(np.array([0.3, -0.2])) for s in samples])
    wanted += 0.1 / 4 * np.mean((slopes**2).sum(axis=1))
    assert loss(np.array([0.3, -0.2]), 0.1) == pytest.approx(wanted, rel=1e-14)


# --- several epochs -------------------------------------------------------------------------------


def difference_of_two_epochs(samples: list[Loss], order: int) -> list:
    """E[Phi o Phi] - mean(Phi) o mean(Phi), by powers of gamma, over all pairs of orders."""
    maps = [composed(DESCENT, epoch, order) for epoch in orders_of(samples)]
    mean = sum(maps[1:], start=maps[0]) * fmpq(1, len(maps))
    both = [composed(DESCENT, e, order, start) for e in orders_of(samples) for start in maps]
    after = [composed(DESCENT, e, order, mean) for e in orders_of(samples)]
    twice = sum(both[1:], start=both[0]) * fmpq(1, len(both))
    again = sum(after[1:], start=after[0]) * fmpq(1, len(after))
    return [[c[k] for c in twice - again] for k in range(order + 1)]


@pytest.mark.parametrize("steps", [2, 3])
def test_the_mean_of_two_epochs_leaves_the_mean_map_at_the_fifth_power(steps: int) -> None:
    """gamma^5 m/2 sum_ij C_ij d_i d_j f with C gamma^4 the covariance of where one epoch ends."""
    samples = losses(steps)
    found = difference_of_two_epochs(samples, 5)
    assert all(c.is_zero() for power in found[:5] for c in power)
    ends = [[c[2] for c in composed(DESCENT, e, 2)] for e in orders_of(samples)]
    mean = [sum(c[1:], start=c[0]) / len(ends) for c in zip(*ends, strict=True)]
    f = mean_loss(samples).components
    for component, at_fifth in zip(f, found[5], strict=True):
        wanted = component * 0
        for i in range(2):
            for j in range(2):
                pairs = [(e[i] - mean[i]) * (e[j] - mean[j]) for e in ends]
                covariance = sum(pairs[1:], start=pairs[0]) / len(ends)
                wanted = wanted + covariance * component.derivative(i).derivative(j)
        assert at_fifth == wanted * fmpq(steps, 2)
    assert not all(c.is_zero() for c in found[5])


def test_for_quadratic_losses_it_never_does() -> None:
    samples = [Loss.read(t, "x y") for t in ("x**2 - y", "3*x*y + x")]
    samples = [Loss(samples[0].ring.from_terms(s.value.terms())) for s in samples]
    found = difference_of_two_epochs(samples, 7)
    assert all(c.is_zero() for power in found for c in power)


def test_shuffled_epochs_are_taken_as_ensembles_take_them() -> None:
    total = bea.problems.finite_sum("x**2/2, x**2, (x - 1)**2/2, x**4")
    by_size, by_name = (bea.shuffled_epoch(total, way, 1) for way in (2, ShuffledEpochs(2)))
    assert repr(by_name) == repr(by_size)
    with pytest.raises(BeaError, match="a Batches and no lists of indices: give their size"):
        bea.shuffled_epoch(total, Batches(2))  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [None, Loss.read("x**2"), []])
def test_what_has_no_samples_is_refused(given: Any) -> None:
    with pytest.raises(BeaError, match="give a finite sum"):
        bea.shuffled_epoch(given, 1)
