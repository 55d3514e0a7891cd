"""The modified generator: exact identities with the average, the modified field and the moments."""

from __future__ import annotations

from math import factorial

import pytest
from flint import fmpq

from bea import problems
from bea.algebra import Element
from bea.algebra.ring.differential_operator import DifferentialOperator
from bea.errors import BeaError, MethodError, OrderError
from bea.fields import Loss, VectorField
from bea.methods import get
from bea.modified import modified_equation
from bea.modified.random.generator import ModifiedGenerator, modified_generator
from bea.modified.random.slow_operator import SlowOperator, logarithm
from bea.modified.random.step import RandomStep
from bea.modified.routes import trees
from bea.noise import Batches
from bea.problems import FiniteSum, finite_sum
from bea.trees import trees_up_to

Q = fmpq
POLYNOMIAL = finite_sum(["x**4/4 + x*y", "(x - 1)**2*y**2", "x**3 - 2*y**2"])
GRADIENT_DESCENT = get("gradient-descent")


def raised(terms: list[DifferentialOperator], order: int) -> list[DifferentialOperator]:
    """Return the terms of exp(gamma L~), as a check on the logarithm."""
    one = DifferentialOperator.identity(terms[0].ring)
    zero = one - one
    total, power = [one, *[zero] * order], [one, *[zero] * order]
    for m in range(1, order + 1):
        following = [zero] * (order + 1)
        for i, p in enumerate(power):
            for j, g in enumerate(terms):
                if i + j + 1 <= order:
                    following[i + j + 1] = following[i + j + 1] + p @ g
        power = following
        total = [t + Q(1, factorial(m)) * p for t, p in zip(total, power, strict=True)]
    return total


def same(one: DifferentialOperator, other: DifferentialOperator) -> bool:
    keys = {*one.coefficients, *other.coefficients}
    return all(str(one.coefficient(k)) == str(other.coefficient(k)) for k in keys)


second_order = DifferentialOperator.of_second_order

# --- without memory -----------------------------------------------------------------------------


def test_the_exponential_of_the_generator_is_the_average() -> None:
    slow = SlowOperator(RandomStep(GRADIENT_DESCENT, POLYNOMIAL, Batches(2)), 4)
    assert raised(logarithm(slow.terms), 4) == slow.terms


@pytest.mark.parametrize("batches", [Batches(1), Batches(2), Batches(2, replacement=True)])
def test_to_gamma_it_is_the_stochastic_modified_equation(batches: Batches) -> None:
    """−∇(L + γ/4 ‖∇L‖²)·∇ + γ/2 Σ:∇², with the covariance of a batch's gradient."""
    generator = modified_generator(GRADIENT_DESCENT, POLYNOMIAL, 1, batches)
    slopes = POLYNOMIAL.components
    regularised = POLYNOMIAL.value.ring.constant(0)
    for slope in slopes:
        regularised = regularised + slope * slope / 4
    assert generator.terms[0] == DifferentialOperator.along(slopes)
    drift = DifferentialOperator.along([-g for g in regularised.gradient()])
    assert generator.terms[1] == drift + second_order(POLYNOMIAL.covariance(batches))
    wrong = drift + second_order(POLYNOMIAL.covariance())
    assert (generator.terms[1] == wrong) is (batches == Batches(1))


def test_gamma_squared_by_another_derivation() -> None:
    """γ²: the field's own term, −¼(Σ:∇²)f, ½D₂:∇² with D₂ = −½((f·∇)Σ + f'Σ + Σf'ᵀ), and κ₃/6."""
    found = modified_generator(GRADIENT_DESCENT, POLYNOMIAL, 2).terms[2]
    field, sigma, ring = POLYNOMIAL, POLYNOMIAL.covariance(), POLYNOMIAL.ring
    own = modified_equation(GRADIENT_DESCENT, Loss(field.value), 2).components[2]
    along = DifferentialOperator.along(field.components)
    spread = second_order(sigma)
    drift = [c - spread(f) / 2 for c, f in zip(own, field.components, strict=True)]
    slope = [f.gradient() for f in field.components]

    def entry(i: int, j: int) -> Element:
        moved = along(sigma[i][j])
        for k in range(2):
            moved = moved + slope[i][k] * sigma[k][j] + sigma[i][k] * slope[j][k]
        return -moved / 2

    expected = DifferentialOperator.along(drift)
    expected = expected + second_order(
        tuple(tuple(entry(i, j) for j in range(2)) for i in range(2))
    )
    away = [[s - m for s, m in zip(loss.components, field.components, strict=True)]
            for loss in field.losses]  # fmt: skip
    for u, v in away:
        for n in range(4):
            index, share = (3 - n, n), Q(1, 3 * factorial(3 - n) * factorial(n))
            expected = expected + DifferentialOperator(ring, {index: u ** (3 - n) * v**n * share})
    assert found == expected


@pytest.mark.parametrize("batches", [Batches(3), Batches(2), Batches(3, replacement=True)])
@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_moments_of_batches_are_those_of_all_batches(batches: Batches, degree: int) -> None:
    found = batches.moments(POLYNOMIAL.losses, degree)
    for n in range(degree + 1):
        total = POLYNOMIAL.ring.constant(0)
        for indices, weight in batches.choices(3):
            u, v = POLYNOMIAL.batch(indices).components
            total = total + u ** (degree - n) * v**n * weight
        assert found.get((degree - n, n), total * 0) == total


def test_many_samples_cost_no_enumeration() -> None:
    """There are 4.7e13 batches of 8 out of 100."""
    wide = finite_sum([f"({n}*x - 1)**2/200" for n in range(100)])
    generator = modified_generator(GRADIENT_DESCENT, wide, 2, Batches(8))
    ((variance,),) = wide.covariance(Batches(8))
    assert generator.diffusion[1] == ((variance,),)


@pytest.mark.parametrize("name", ["heun", "rk4", "gradient-descent-decay", "implicit-midpoint"])
def test_without_noise_it_is_the_modified_field(name: str) -> None:
    assert_deterministic(name, order=3)


def test_a_step_that_asks_elsewhere_is_averaged_over_batches() -> None:
    """Heun's slopes are on one batch: at γ, E[½ f_B' f_B] − ½ f'f beside the covariance."""
    generator = modified_generator(get("heun"), POLYNOMIAL, 1, Batches(2))
    mean = [POLYNOMIAL.ring.constant(0)] * 2
    for indices, weight in Batches(2).choices(3):
        f = POLYNOMIAL.batch(indices)
        mean = [m + f.lie_derivative(c) * weight / 2
                for m, c in zip(mean, f.components, strict=True)]  # fmt: skip
    own = [POLYNOMIAL.lie_derivative(c) / 2 for c in POLYNOMIAL.components]
    drift = [m - c for m, c in zip(mean, own, strict=True)]
    assert not all(c.is_zero() for c in drift)
    expected = DifferentialOperator.along(drift) + second_order(POLYNOMIAL.covariance(Batches(2)))
    assert generator.terms[1] == expected


def test_functions_are_kept_exact() -> None:
    loss = finite_sum(["log(1 + exp(x)) - x*y", "sin(x) + y**2"])
    generator = modified_generator(GRADIENT_DESCENT, loss, 2)
    assert generator.degrees == (1, 2, 2)  # the noise of two samples is even
    assert generator.diffusion[1][1][1] == loss.covariance()[1][1]


# --- where it is no diffusion -------------------------------------------------------------------


def test_the_third_cumulant_decides_at_gamma_squared() -> None:
    even = modified_generator(GRADIENT_DESCENT, finite_sum(["x**4 - x", "x**4 + x"]), 2)
    skew = modified_generator(GRADIENT_DESCENT, finite_sum(["x**4 - x", "x**4", "x**4"]), 2)
    assert even.is_diffusion() and even.degrees == (1, 2, 2)
    assert skew.is_diffusion(1) and not skew.is_diffusion(2)
    assert skew.truncate(1).is_diffusion()


def test_a_covariance_that_varies_ends_it_at_gamma_cubed() -> None:
    """Even noise has no third cumulant, but −½(½Σ∂²)² holds −½ΣΣ'∂³ (and a fourth cumulant)."""
    even = finite_sum(["x**2/2 - x**3", "x**2/2 + x**3"])
    generator = modified_generator(GRADIENT_DESCENT, even, 3)
    assert generator.degrees == (1, 2, 2, 4)


# --- with memory --------------------------------------------------------------------------------


def assert_deterministic(name: str, order: int, **parameters: str) -> None:
    loss = problems.loss("x**4/4 + x*y**2/2 + y**3/5", "x y")
    method = get(name, **parameters)
    generator = modified_generator(method, loss, order)
    field = modified_equation(method, loss, order).components
    for term, components in zip(generator.terms, field, strict=True):
        along = DifferentialOperator.along([c - (c - c) for c in components])
        assert same(term, along)


@pytest.mark.parametrize(
    "name", ["heavy-ball", "ema-momentum", "nesterov-torch", "heavy-ball-decay", "heavy-ball-l2"]
)
def test_without_noise_memory_leaves_the_field_on_the_slow_manifold(name: str) -> None:
    assert_deterministic(name, order=3, beta="2/5")


def test_with_beta_symbolic_too() -> None:
    loss = VectorField.read("y - x**3, x*y", "x y", "b")
    loss = VectorField(loss.components)
    generator = modified_generator(get("heavy-ball", beta="b"), loss, 2)
    field = modified_equation(get("heavy-ball", beta="b"), loss, 2).components
    for drift, components in zip(generator.drift, field, strict=True):
        assert all((a - b).is_zero() for a, b in zip(drift, components, strict=True))
    assert generator.degrees == (1, 1, 1)


def test_without_noise_the_start_is_the_corrected_one() -> None:
    """Q phi at zero memory is phi at theta_0 + the trees of the start correction."""
    field = VectorField.read("y - x**3, x*y", "x y")
    method = get("heavy-ball", beta="1/2")
    generator = modified_generator(method, field, 3)
    correction = modified_equation(method, order=3).start_correction
    size = len(trees_up_to(3))
    padded = [correction.get(t, Q(0)) for t in trees_up_to(4)]
    assert len(correction) == size
    shift = trees.evaluate(padded, field, 3)
    x, y = (field.ring.variable(i) for i in range(2))
    for i, variable in enumerate((x, y)):
        assert all(generator.start[k](variable) == shift[k - 1][i] for k in range(1, 4))
    # On a product it is no derivation, but the composition with the shift: at gamma^2 a cross term.
    first = [shift[0][i] for i in range(2)]
    crossed = x * shift[1][1] + y * shift[1][0] + first[0] * first[1]
    assert generator.start[2](x * y) == crossed


def test_beta_zero_is_sgd() -> None:
    heavy = modified_generator(get("heavy-ball", beta=0), POLYNOMIAL, 2)
    plain = modified_generator(GRADIENT_DESCENT, POLYNOMIAL, 2)
    assert heavy.terms == plain.terms


def test_momentum_multiplies_the_drift_once_and_the_covariance_twice() -> None:
    heavy = modified_generator(get("heavy-ball", beta="9/10"), POLYNOMIAL, 1)
    sigma = POLYNOMIAL.covariance()
    assert heavy.terms[0] == 10 * DifferentialOperator.along(POLYNOMIAL.components)
    assert heavy.diffusion[1] == tuple(tuple(100 * s for s in row) for row in sigma)


def stationary_variance(generator: ModifiedGenerator, order: int) -> list[fmpq]:
    """Return the series in gamma of the stationary E x², from L~ x² = c + d x²."""
    constant, slope = [], []
    for value in generator("x**2"):
        at = {int(e[0]): c for e, c in value.terms().items()}
        constant.append(at.get(0, Q(0)))
        slope.append(at.get(2, Q(0)))
        assert set(at) <= {0, 2}
    found: list[fmpq] = []
    for k in range(order + 1):  # -d v = c, power by power
        known = sum((slope[k - j] * v for j, v in enumerate(found)), start=Q(0))
        found.append(-(constant[k] + known) / slope[0])
    return found


@pytest.mark.parametrize("beta", [Q(0), Q(1, 2), Q(9, 10)])
def test_stationary_variance_of_heavy_ball_on_a_quadratic(beta: fmpq) -> None:
    """γσ²(1+β)/(a(1−β)(2(1+β)−γa)) with a = 3 and aσ² = 3·… from x ↦ a(x ∓ s), σ = a s."""
    pair = finite_sum(["3*(x - 1/2)**2/2", "3*(x + 1/2)**2/2"])
    generator = modified_generator(get("heavy-ball", beta=beta), pair, 3)
    a, variance = 3, Q(9, 4)
    found = stationary_variance(generator, 3)
    ratio = a / (2 * (1 + beta))  # 1/(2(1+β) − γa) = Σ (γa)^k/(2(1+β))^(k+1)
    for k in range(1, 4):
        exact = variance * (1 + beta) / (a * (1 - beta)) * ratio ** (k - 1) / (2 * (1 + beta))
        assert found[k] == exact
    assert found[0] == 0


def test_the_order_that_is_cut_shows_in_the_variance() -> None:
    """The negative control of the test above: with L~_2 left out, γ² is wrong."""
    pair = finite_sum(["3*(x - 1/2)**2/2", "3*(x + 1/2)**2/2"])
    generator = modified_generator(GRADIENT_DESCENT, pair, 2)
    cut = DifferentialOperator(generator.ring, {})
    blind = ModifiedGenerator(generator._step, pair, (*generator.terms[:2], cut), None)
    assert stationary_variance(blind, 2)[1] == Q(3, 8) == stationary_variance(generator, 2)[1]
    assert stationary_variance(blind, 2)[2] != stationary_variance(generator, 2)[2] == Q(9, 16)


# --- refusals and writing -----------------------------------------------------------------------


def test_what_has_no_average_is_refused() -> None:
    with pytest.raises(MethodError, match="velocity in place of the previous point"):
        modified_generator(get("nesterov"), POLYNOMIAL, 1)
    with pytest.raises(MethodError, match="heavy-ball"):
        modified_generator(get("adam"), POLYNOMIAL, 1)
    with pytest.raises(BeaError, match="B=5 is larger than N=3"):
        modified_generator(GRADIENT_DESCENT, POLYNOMIAL, 1, Batches(5))
    wide = finite_sum([f"({n}*x - 1)**2" for n in range(40)])
    with pytest.raises(BeaError, match="76,904,685 batches of 8 out of 40"):
        modified_generator(get("heun"), wide, 1, Batches(8))
    with pytest.raises(OrderError, match="beyond what was derived"):
        modified_generator(GRADIENT_DESCENT, POLYNOMIAL, 1).is_diffusion(2)
    with pytest.raises(BeaError, match="name of a variable"):
        modified_generator(get("heavy-ball", beta="x"), POLYNOMIAL, 1)


def test_an_unknown_observable_is_refused() -> None:
    generator = modified_generator(GRADIENT_DESCENT, POLYNOMIAL, 0)
    with pytest.raises(BeaError, match="z"):
        generator("z**2")
    with pytest.raises(BeaError, match="one test function"):
        generator("x, y")


def test_json_and_latex_say_the_same() -> None:
    pair = finite_sum(["(x - 1)**2/2", "(x + 1)**2/2"])
    generator = modified_generator(GRADIENT_DESCENT, pair, 1)
    assert generator.as_json()["terms"][1] == [
        {"derivatives": [1], "coefficient": "-x/2"},
        {"derivatives": [2], "coefficient": "1/2"},
    ]
    assert r"\frac{1}{2}\,\partial_{x}^{2}" in generator.latex()


def test_a_sum_of_one_loss_has_no_noise() -> None:
    alone = FiniteSum([Loss.read("x**4")])
    assert modified_generator(GRADIENT_DESCENT, alone, 2).degrees == (1, 1, 1)
