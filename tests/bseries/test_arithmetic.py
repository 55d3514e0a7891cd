"""Steps run on trees: their coefficients, the field that they are fed with, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from bea.algebra import Ring, exact
from bea.bseries import (
    StepSize,
    TreeArithmetic,
    TreeSeries,
    exact_map,
    field_of_map,
    flow_of_field,
    lie_derivative,
)
from bea.errors import MethodError, NotSmoothError
from bea.trees import PLAYERS, THETA, WITH_THETA, leaf, position, tree, trees_up_to

ORDER = 5
COUNT = len(trees_up_to(ORDER))

rationals = st.builds(fmpq, st.integers(-6, 6), st.integers(1, 4))
lists = st.lists(rationals, min_size=COUNT, max_size=COUNT)
quick = settings(max_examples=25)

Step = Callable[[TreeArithmetic], TreeSeries]


def euler(f: TreeArithmetic) -> TreeSeries:
    return f.identity + f.gamma * f(f.identity)


def midpoint(f: TreeArithmetic) -> TreeSeries:
    return f.identity + f.gamma * f(f.identity + f.gamma / 2 * f(f.identity))


def implicit_euler(f: TreeArithmetic) -> TreeSeries:
    k = f.solve(lambda k: f(f.identity + f.gamma * k), f(f.identity))
    return f.identity + f.gamma * k


def taylor_two(f: TreeArithmetic) -> TreeSeries:
    """Return theta + gamma f + gamma (f(theta + gamma f) - f)/2."""
    slope = f(f.identity)
    return f.identity + f.gamma * (slope + (f(f.identity + f.gamma * slope) - slope) / 2)


STEPS = [euler, midpoint, implicit_euler, taylor_two]
steps = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)


def coefficient(step: Step, children: list) -> Any:
    t = tree(children)
    return step(TreeArithmetic(t.order)).coefficients[position(t)]


@pytest.mark.parametrize("power", range(6))
def test_composition_rule_on_bushes(power: int) -> None:
    """f(theta + gamma f / 2) has the weights (1/2)^m on the bush of m leaves."""
    assert coefficient(midpoint, [[]] * power) == fmpq(1, 2**power)
    assert coefficient(midpoint, [[[]]]) == 0


def test_implicit_euler_is_the_adjoint_of_euler() -> None:
    """Its weights are 1 on every tree; its field is Euler's at -gamma (HLW II.3)."""
    assert implicit_euler(TreeArithmetic(6)).coefficients == [1] * len(trees_up_to(6))
    forward = field_of_map(euler(TreeArithmetic(6)).coefficients)
    backward = field_of_map(implicit_euler(TreeArithmetic(6)).coefficients)
    signs = [(-1) ** (t.order - 1) for t in trees_up_to(6)]
    assert backward == [sign * b for sign, b in zip(signs, forward, strict=True)]


@steps
def test_the_plain_field_given_as_coefficients(step: Step) -> None:
    """The field transported by Lie derivatives is the field composed by products."""
    field = [fmpq(t is leaf) for t in trees_up_to(6)]
    composed, transported = TreeArithmetic(6), TreeArithmetic(6, field=field)
    assert step(transported).coefficients == step(composed).coefficients


def test_the_field_that_makes_euler_exact() -> None:
    """theta + gamma f~ is the exact flow where f~ = (flow - theta)/gamma."""
    fed = TreeArithmetic(7, field=exact_map(7))
    assert euler(fed).coefficients == exact_map(7)
    assert euler(TreeArithmetic(7)).coefficients != exact_map(7)


@quick
@given(b=lists)
def test_a_field_is_invariant_under_its_own_flow(b: list[fmpq]) -> None:
    """b(exp(b)) = d/dt exp(t b) at t = 1 = D_b exp(b)."""
    fed = TreeArithmetic(ORDER, field=b)
    flow = TreeSeries(1, flow_of_field(b), 0)
    assert fed(flow).coefficients == lie_derivative(b, flow.coefficients, identity=1)


@quick
@given(a=lists, b=lists, factor=rationals.filter(lambda c: c != 0))
def test_elements_form_a_vector_space(a: list[fmpq], b: list[fmpq], factor: fmpq) -> None:
    x, y = TreeSeries(0, a, -1), TreeSeries(0, b, -1)
    assert (x + y - y).coefficients == a
    assert (factor * x / factor).coefficients == a
    assert (2 * (x + y)).coefficients == (x + x + 2 * y).coefficients
    assert (-(0 - x)).coefficients == a
    assert (x / 2 + x / fmpq(2)).coefficients == a
    assert sum([x, y]).coefficients == (x + y).coefficients


def moved(f: TreeArithmetic) -> TreeSeries:
    return f.identity + f.gamma / 2 * f(f.identity)


def test_the_derivative_along_the_field_itself() -> None:
    """f'(theta + gamma f/2) f: a chain over f, and bushes with one leaf picked out of m + 1."""
    f = TreeArithmetic(5)
    slope = f.derivative(moved(f), f(f.identity))
    assert slope.shift == -2
    for m in range(4):
        bush = position(tree([[]] * (m + 1)))
        assert slope.coefficients[bush] == (m + 1) * fmpq(1, 2**m)
    assert slope.coefficients[position(leaf)] == slope.coefficients[position(tree([[[]]]))] == 0


def test_the_derivative_is_what_a_change_of_the_point_makes() -> None:
    """d/dt f(theta + t gamma w) at t = 1 is f'(theta + gamma w) gamma w, w = f(theta + gamma f/2).

    With t = 1, 2, ... the polynomial in t is found by interpolation: its Lagrange weights at 0 ...
    5 for the slope at 1.
    """
    f = TreeArithmetic(5)
    w = f(moved(f))
    weights = [fmpq(-1, 5), fmpq(-13, 12), fmpq(2), fmpq(-1), fmpq(1, 3), fmpq(-1, 20)]
    values = [f(f.identity + f.gamma * t * w).coefficients for t in range(6)]
    wanted = [sum(c * v for c, v in zip(weights, column, strict=True))
              for column in zip(*values, strict=True)]  # fmt: skip
    assert f.derivative(f.identity + f.gamma * w, f.gamma * w).coefficients == wanted


@quick
@given(b=lists)
def test_the_derivative_of_a_field_that_is_given(b: list[fmpq]) -> None:
    """D_b b = b' b, as by the Lie derivative, and f'(...) v for b = f."""
    fed = TreeArithmetic(ORDER, field=b)
    slope = fed.derivative(fed.identity, fed(fed.identity))
    assert slope.coefficients == lie_derivative(b, b)
    plain = TreeArithmetic(ORDER)
    same = TreeArithmetic(ORDER, field=[fmpq(t is leaf) for t in trees_up_to(ORDER)])
    direction = TreeSeries(0, b, 0)
    along = plain.derivative(moved(plain), direction).coefficients
    assert same.derivative(moved(same), direction).coefficients == along


def test_what_lies_beyond_the_trees_that_are_kept_is_not_zero() -> None:
    """f'f vanishes on the single node, and yet theta + gamma f + f'f is not homogeneous there."""
    for nodes in (1, 2, 3):
        f = TreeArithmetic(nodes)
        slope = f(f.identity)
        bend = f.derivative(f.identity, slope)
        difference = f(f.identity + f.gamma * slope) - slope
        assert bend.vanishes() == difference.vanishes() == (nodes == 1)
        for term in (f.gamma * bend, difference, f.gamma * f.derivative(f.identity, bend)):
            with pytest.raises(MethodError, match="different powers of gamma"):
                f.identity + f.gamma * slope + term
        assert (0 * bend).is_zero() and f.derivative(f.identity, 0 * slope).is_zero()


def test_an_equation_that_does_not_settle_is_refused() -> None:
    f = TreeArithmetic(4)
    slope = f(f.identity)
    with pytest.raises(MethodError, match="does not settle order by order"):
        f.solve(lambda k: slope + k / 2, slope)
    with pytest.raises(MethodError, match="does not settle order by order"):
        f.solve(lambda k: [slope, 2 * k[1]], [slope, slope])


def test_zero_is_neutral_whatever_its_power_of_gamma() -> None:
    f = TreeArithmetic(3)
    nothing = 0 * f(f.identity)
    assert nothing.vanishes()
    assert (f.identity + nothing).coefficients == (nothing + f.identity).coefficients == [0] * 4
    velocity = f.gamma * (nothing + f(f.identity))
    assert (f.identity + velocity).coefficients == [1, 0, 0, 0]


def test_hyperparameters_may_be_symbolic() -> None:
    beta = Ring([], ["beta"]).symbol("beta")
    f = TreeArithmetic(3)
    moved = f.identity + f.gamma * f(f.identity + beta * f.gamma * f(f.identity))
    assert moved.coefficients == [1, beta, 0, beta * beta]
    field = field_of_map(moved.coefficients)
    assert field[1] == beta - fmpq(1, 2)
    assert flow_of_field(field) == moved.coefficients


def test_powers_of_gamma() -> None:
    f = TreeArithmetic(3)
    slope = f(f.identity)
    square = f.gamma * f.gamma / 2
    assert isinstance(square, StepSize)
    assert (square.coefficient, square.power) == (fmpq(1, 2), 2)
    for same in (square / f.gamma * 2, f.gamma**2 / f.gamma, f.gamma - f.gamma / 2 + f.gamma / 2):
        assert (same.coefficient, same.power) == (1, 1)
    difference = (f(f.identity + f.gamma * slope) - slope) / f.gamma  # f' f + ...
    assert (f.identity + square * difference * 2).coefficients == [0, 1, 0, 1]  # f'f + f''(f,f)/2
    assert (f.identity - f.gamma * slope).coefficients == (
        f.identity + -f.gamma * slope
    ).coefficients
    assert (1 / f.gamma).power == -1
    assert (f.gamma + f.gamma).coefficient == 2
    assert (f.gamma / fmpq(2)).coefficient == fmpq(1, 2)


def test_theta_as_a_second_colour() -> None:
    """theta - gamma lambda theta + gamma f: lambda is on the leaf of theta, and on no other."""
    f = TreeArithmetic(3, colors=WITH_THETA)
    decay = fmpq(1, 4)
    moved = f.identity - f.gamma * decay * f.identity + f.gamma * f(f.identity)
    assert moved.identity == 1 and moved.shift == 0
    assert moved.coefficients == [1, -decay] + [0] * 15
    together = f.identity + f.gamma * (f(f.identity) - decay * f.identity)
    assert together.coefficients == moved.coefficients


def test_theta_is_put_under_what_has_too_high_a_power_of_gamma() -> None:
    """y = theta + gamma f: gamma y = gamma theta + gamma^2 f, on the trees theta and theta'f."""
    f = TreeArithmetic(2, colors=WITH_THETA)
    ahead = f.identity + f.gamma * f(f.identity)
    found = dict(zip(trees_up_to(2, WITH_THETA), (f.gamma * ahead).coefficients, strict=True))
    point, below = tree([], THETA), tree([[]], THETA)
    assert {t for t, c in found.items() if c != 0} == {point, below}
    assert found[point] == found[below] == 1
    same = f.gamma * f.identity + f.gamma**2 * f(f.identity)
    assert (f.identity + same - f.gamma * ahead - f.identity).vanishes()
    with pytest.raises(MethodError, match="theta cannot be divided by gamma"):
        f.identity / f.gamma


def test_the_part_of_one_player() -> None:
    f = TreeArithmetic(2, colors=PLAYERS)
    slope = f(f.identity + f.gamma * f(f.identity))
    assert slope.coefficients == [1] * 6
    one, two = (slope.rooted(color) for color in PLAYERS)
    assert one.coefficients == [1, 0, 1, 1, 0, 0] and two.coefficients == [0, 1, 0, 0, 1, 1]
    with pytest.raises(MethodError, match="only slopes, and not theta, have parts"):
        f.identity.rooted(PLAYERS[0])


REFUSED: dict[str, tuple[Callable[[TreeArithmetic], object], str]] = {
    "root": (lambda f: np.sqrt(f(f.identity)), "sqrt cannot be expressed on trees"),
    "exponential": (lambda f: np.exp(f.identity), "exp cannot be expressed on trees"),
    "sign": (lambda f: np.sign(f(f.identity)), "sign cannot be expressed on trees"),
    "maximum": (lambda f: np.maximum(f(f.identity), 0), "maximum cannot be expressed on trees"),
    "root of gamma": (lambda f: np.sqrt(f.gamma) * f(f.identity), "sqrt cannot be expressed"),
    "square": (lambda f: f(f.identity) ** 2, "has no powers"),
    "product": (lambda f: f(f.identity) * f(f.identity), "cannot be multiplied"),
    "quotient": (lambda f: f(f.identity) / f(f.identity), "divided by a series on trees"),
    "reciprocal": (lambda f: 1 / f(f.identity), "divided by a series on trees"),
    "mean": (lambda f: np.mean(f(f.identity), axis=0), "no components on trees"),
    "norm": (lambda f: np.linalg.norm(f(f.identity)), "no components on trees"),
    "constant": (lambda f: f.identity + 1, "constant cannot be added"),
    "derivative along theta": (lambda f: f.derivative(f.identity, f.identity), "not along theta"),
    "derivative elsewhere": (lambda f: f.derivative(f(f.identity), f(f.identity)), "at theta"),
    "jacobian": (lambda f: f.jacobian(f.identity), "the matrix f' and its inverse have no place"),
    "float": (lambda f: 0.5 * f(f.identity), "0.5 is a float"),
    "float divisor": (lambda f: f(f.identity) / 0.5, "2.0 is a float"),
    "NumPy float": (lambda f: np.float64(0.5) * f(f.identity), "0.5 is a float"),
    "float times gamma": (lambda f: 0.5 * f.gamma, "0.5 is a float"),
    "homogeneity": (
        lambda f: f.identity + f.gamma * f(f.identity) + f.gamma**2 * f(f.identity),
        "different powers of gamma",
    ),
    "weight decay": (lambda f: f.identity - f.gamma * f.identity, "weight decay"),
    "decay factor": (lambda f: (1 - f.gamma / 2) * f.identity, "another power of gamma"),
    "clipped step": (lambda f: f.gamma + f.gamma**2, "another power of gamma"),
    "field far away": (lambda f: f(2 * f.identity), r"only at theta \+ O\(gamma\)"),
    "field of a slope": (lambda f: f(f(f.identity)), r"only at theta \+ O\(gamma\)"),
    "field of a number": (lambda f: f(0), r"only at theta \+ O\(gamma\)"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_trees_do_not_express_is_refused_by_name(name: str) -> None:
    attempt, message = REFUSED[name]
    with pytest.raises(MethodError, match=message) as caught:
        attempt(TreeArithmetic(3))
    assert "\n" not in str(caught.value)
    assert "float" in str(caught.value) or "give a problem" in str(caught.value)


ASKED_OF_F: dict[str, Callable[[TreeArithmetic], Any]] = {
    "exp": lambda f: f.function("exp", f.identity),
    "sqrt": lambda f: f.sqrt(f.gamma),
    "a root": lambda f: f.root(f(f.identity), 3),
    "sign": lambda f: f.sign(f(f.identity)),
    "no components on trees": lambda f: f.total(f.identity),
    "theta has no components": lambda f: f.scaled([1, 2], f.identity),
    "nothing can be divided": lambda f: 1 / f.identity,
}


@pytest.mark.parametrize("words", ASKED_OF_F)
def test_what_f_itself_does_not_express_is_refused_by_name(words: str) -> None:
    with pytest.raises(MethodError, match=words):
        ASKED_OF_F[words](TreeArithmetic(2))


def test_functions_of_numbers_are_numbers() -> None:
    f = TreeArithmetic(2, symbols=("beta",))
    assert f.root(fmpq(8, 27), 3) == fmpq(2, 3)
    assert f.sqrt(f.constant(exact("9/4"))) == fmpq(3, 2)
    root = f.sqrt(f.constant(exact("beta")))
    assert root * root == f.constant(exact("beta"))
    assert f.function("exp", f.constant(exact("beta"))).ring.parameters == ("beta",)


def test_zero_has_the_power_of_gamma_that_is_asked_for() -> None:
    f = TreeArithmetic(2)
    for power in (0, 1, 3):
        zero = f.zero(f.identity, power)
        assert zero.vanishes() and zero.shift == power


@pytest.mark.parametrize("question", [bool, lambda x: 1 if x else 2, lambda x: x and x])
def test_truth_raises(question: Callable[[TreeSeries], object]) -> None:
    with pytest.raises(TypeError, match="no truth value"):
        question(TreeArithmetic(2).identity)


def test_the_step_size_compares_with_nothing() -> None:
    with pytest.raises(NotSmoothError, match="the step size is a symbol here"):
        TreeArithmetic(1).gamma > 0.1  # noqa: B015


@quick
@given(lists, lists)
def test_series_are_the_same_if_their_coefficients_are(
    first: list[fmpq], second: list[fmpq]
) -> None:
    f = TreeArithmetic(ORDER)
    assert f.same(f.series(1, first, 0), f.series(1, list(first), 0))
    assert f.same(f.series(1, first, 0), f.series(1, second, 0)) == (first == second)
    assert not f.same(f.series(1, first, 0), f.series(2, first, 0))
