"""Methods with memory: the slow manifold, the operator route, and the initial layer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from bea import problems
from bea.errors import MethodError
from bea.fields import VectorField
from bea.flows import iterate
from bea.measure import discretization_drift
from bea.methods import Method, get
from bea.modified import modified_equation
from bea.modified.memory.character import Character
from bea.modified.memory.corrected_start import start_correction
from bea.modified.routes import manifold, operator, perturbation, trees
from bea.trees import tree, trees_up_to

Q = fmpq
LINEAR = ("heavy-ball", "ema-momentum", "nesterov-torch")


@pytest.mark.parametrize("name", LINEAR)
def test_the_manifold_and_the_operator_agree_with_beta_symbolic(name: str) -> None:
    method = get(name, beta="beta")
    assert_same(manifold.on_trees(method, 5), operator.on_trees(method, 5))


@pytest.mark.parametrize("beta", ["0", "1/3", "9/10"])
def test_they_agree_in_numbers_to_order_six(beta: str) -> None:
    for name in LINEAR:
        method = get(name, beta=beta)
        assert manifold.on_trees(method, 6) == operator.on_trees(method, 6)
    optimistic = get("optimistic-gradient")
    assert manifold.on_trees(optimistic, 6) == operator.on_trees(optimistic, 6)


def test_without_memory_the_manifold_is_the_matching_of_powers() -> None:
    for name in ("explicit-euler", "rk4", "implicit-midpoint"):
        assert manifold.on_trees(get(name), 5) == perturbation.on_trees(get(name), 5)
    loss = problems.himmelblau()
    assert manifold.on_field(get("gradient-descent"), loss, 4) == perturbation.on_field(
        get("gradient-descent"), loss, 4
    )


@pytest.mark.parametrize("name", [*LINEAR, "nesterov", "optimistic-gradient"])
@pytest.mark.parametrize("problem", ["himmelblau", "logistic-regression"])
def test_the_ring_and_the_trees_agree(name: str, problem: str) -> None:
    loss = problems.get(problem)
    in_ring = manifold.on_field(get(name), loss, 3)
    on_trees = trees.evaluate(manifold.on_trees(get(name), 3), loss, 3)
    for one, other in zip(in_ring, on_trees, strict=True):
        assert all((a - b).is_zero() for a, b in zip(one, other, strict=True))


def test_heavy_ball_zero_is_gradient_descent() -> None:
    assert manifold.on_trees(get("heavy-ball", beta=0), 6) == trees.on_trees(
        get("gradient-descent"), 6
    )


def test_implicit_regulariser_of_heavy_ball() -> None:
    """L + gamma (1 + beta)/(4 (1 - beta)^2) |grad L|^2, over 1 - beta."""
    for beta in (Q(1, 2), Q(9, 10)):
        loss = modified_equation(get("heavy-ball", beta=beta), order=1).modified_loss()
        (whole,) = loss.contractions[0].values()
        (edge,) = loss.contractions[1].values()
        assert whole == 1 / (1 - beta)
        assert edge / whole == (1 + beta) / (4 * (1 - beta) ** 2)


# --- the initial layer --------------------------------------------------------------------------


@pytest.mark.parametrize("beta", [Q(1, 2), Q(9, 10)])
def test_the_corrected_start_of_heavy_ball(beta: fmpq) -> None:
    """theta_0 - gamma beta/(1-beta)^2 f + gamma^2 beta (2+beta)/(1-beta)^4 f'f + ..."""
    first, second = start_correction(get("heavy-ball", beta=beta), 2)
    assert first == -beta / (1 - beta) ** 2
    assert second == beta * (2 + beta) / (1 - beta) ** 4


def test_the_corrected_start_on_a_linear_field_is_that_of_the_exact_solution() -> None:
    """On f = -lambda theta heavy ball has two roots, and the share of the slow one is known."""
    beta, lam, gamma = 0.5, 1.0, 0.01
    step = np.array([[1 - gamma * lam, gamma * beta], [-lam, beta]])
    values, vectors = np.linalg.eig(step)
    slow = int(np.argmax(values))
    share = np.linalg.solve(vectors, np.array([1.0, 0.0]))[slow] * vectors[0, slow]
    correction = start_correction(get("heavy-ball", beta="1/2"), 4)
    chain, series, errors = tree([]), 1.0, []
    coefficients = dict(zip(trees_up_to(4), correction, strict=True))
    for n in range(1, 5):
        a = coefficients[chain]
        series += gamma**n * float(a.p) / float(a.q) * (-lam) ** n
        errors.append(abs(series - share))
        chain = tree([chain])
    # gamma lambda/(1 - beta)^2 = 0.04: each power is worth about a decade.
    assert errors[0] > 2e-3 and errors[-1] < 3e-6
    assert all(after < before / 8 for before, after in pairwise(errors))


def test_a_symbolic_corrected_start_is_in_lowest_terms() -> None:
    symbolic = start_correction(get("heavy-ball", beta="b"), 2)
    b = symbolic[0].ring.symbol("b")
    wanted = [-b / (1 - b) ** 2, b * (2 + b) / (1 - b) ** 4]
    for found, value in zip(symbolic, wanted, strict=True):
        assert found == value and "b + 1" not in str(found)


@pytest.mark.parametrize("steps", [3, 4, 5, 6])
def test_rates_that_are_irrational_have_a_corrected_start(steps: int) -> None:
    """As if theta had stood still till half a step after the start: gamma/(e^(gamma D) - 1)."""
    correction = start_correction(get("bdf", steps=steps), 3)
    chains = [tree([]), tree([[]]), tree([[[]]])]
    found = dict(zip(trees_up_to(3), correction, strict=True))
    wanted = [-Q(1, 2), Q(1, 12), Q(0)]  # B_n/n!, as far as the formula is exact
    assert [found[t] for t in chains][: steps - 1] == wanted[: steps - 1]


def test_the_corrected_start_of_bdf_three_on_a_linear_field() -> None:
    """The share of the slow root of the recursion, found by its eigenvectors."""
    gamma, weights = 0.01, [float(w.p) / float(w.q) for w in _weights("bdf", 3)]
    ahead, *rest = weights
    step = np.diag([1.0, 1.0], -1)
    step[0] = np.array(rest) / (1 + gamma * ahead)
    values, vectors = np.linalg.eig(step)
    slow = int(np.argmax(values.real))
    share = (np.linalg.solve(vectors, np.ones(3))[slow] * vectors[0, slow]).real
    correction = start_correction(get("bdf", steps=3), 4)
    coefficients = dict(zip(trees_up_to(4), correction, strict=True))
    chain, series, errors = tree([]), 1.0, []
    for n in range(1, 5):
        a = coefficients[chain]
        series += (-gamma) ** n * float(a.p) / float(a.q)
        errors.append(abs(series - share))
        chain = tree([chain])
    assert errors[0] > 5e-6 and errors[-1] < 1e-9
    assert errors[1] < errors[0] / 8 and errors[2] < errors[1] / 8


def _weights(name: str, steps: int) -> tuple[Any, ...]:
    return get(name, steps=steps).weights  # type: ignore[attr-defined, no-any-return]


def test_rates() -> None:
    assert Character(get("heavy-ball", beta="9/10")).memory_polynomial == [-Q(9, 10), 1]
    assert Character(get("nesterov", beta="1/4")).memory_polynomial == [-Q(1, 4), 1]
    assert Character(get("optimistic-gradient")).memory_polynomial == [0, 1]
    adam = get("adam", beta1="1/2", beta2="3/4", epsilon="1/2")
    assert Character(adam, problems.booth()).slowest_rate == pytest.approx(3 / 4)
    assert Character(get("heavy-ball", beta="beta")).slowest_rate is None
    assert Character(adam).has_memory and not Character(get("rk4")).has_memory


def test_effective_rate_and_useful_range() -> None:
    assert Character(get("heavy-ball", beta="9/10")).effective_rate == 10
    assert Character(get("ema-momentum", beta="9/10")).effective_rate == 1
    assert Character(get("gradient-descent")).useful_limit == 1
    heavy, averaged = get("heavy-ball", beta="9/10"), get("ema-momentum", beta="9/10")
    assert Character(heavy).useful_limit == pytest.approx((1 - 0.9**0.5) ** 2)
    assert Character(averaged).useful_limit == pytest.approx(10 * Character(heavy).useful_limit)


def test_heavy_ball_oscillates_exactly_beyond_the_useful_limit() -> None:
    """The roots of z^2 - (1 + beta - gamma lambda) z + beta are real below it and not above."""
    beta = 0.81
    limit = Character(get("heavy-ball", beta="81/100")).useful_limit
    for scale, real in ((0.999, True), (1.001, False)):
        roots = np.roots([1, -(1 + beta - scale * limit), beta])
        assert np.isreal(roots).all() == real


# --- memory that no tree expresses ----------------------------------------------------------------


def test_adam_follows_its_own_manifold() -> None:
    """One step from the manifold ends on it, up to the terms that were left out."""
    adam = get("adam", beta1="1/2", beta2="3/4", epsilon="1/2")
    equation = modified_equation(adam, problems.booth(), 2)
    assert len(equation.memory) == 4 and len(equation.memory[0]) == 2 + 2 + 1 + 1
    start, ends = [[2.0, 1.0]], []
    for gamma in (0.02, 0.01, 0.005):
        once = iterate(equation.started_on_manifold(), problems.booth(), start, [gamma], steps=2)
        again = iterate(
            equation.started_on_manifold(), problems.booth(), once.values[0, :, 0], [gamma], steps=1
        )
        ends.append(np.abs(once.values[0, 0, 1] - again.values[0, 0, 0]).max())
    assert np.log2(ends[0] / ends[1]) > 3.5 and np.log2(ends[1] / ends[2]) > 3.5


# --- refusals -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Accumulator(Method):
    """Never forgets."""

    name = "accumulator"

    def init(self, f: Any, theta: Any) -> Any:
        """Return zero."""
        return (0 * f(theta),)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Add up all gradients."""
        total = state[0] + f(theta)
        return theta + gamma * total, (total,)


def test_a_memory_that_does_not_contract_is_refused() -> None:
    with pytest.raises(MethodError, match="changes by the factor 1 per step"):
        modified_equation(Accumulator(), order=1)


def test_out_of_range_hyperparameters_are_refused() -> None:
    for beta in (1, "3/2", "-1/10"):
        with pytest.raises(MethodError, match=r"beta=.* is out of range: it must lie in \[0, 1\)"):
            get("heavy-ball", beta=beta)


def assert_same(first: list, second: list) -> None:
    """Compare coefficients that may be rational functions of beta."""
    for a, b in zip(first, second, strict=True):
        difference = a - b
        assert difference == 0 or difference.is_zero()


def test_irrational_hyperparameters_have_rates_and_ranges() -> None:
    method, root = get("heavy-ball", beta="sqrt(2)/2"), 0.5**0.5
    assert Character(method).slowest_rate == pytest.approx(root)
    assert Character(method).effective_rate == pytest.approx(1 / (1 - root))
    assert Character(method).useful_limit == pytest.approx((1 - root**0.5) ** 2)
    assert Character(get("heavy-ball", beta="b")).slowest_rate is None


def test_at_high_orders_runs_begin_on_the_manifold() -> None:
    """The corrected start is found on trees, of which there are too many at order 9."""
    equation = modified_equation(get("heavy-ball", beta="1/2"), VectorField.read("-y - y**2"), 9)
    assert equation.truncate(8).has_start_correction and not equation.has_start_correction
    study = discretization_drift(equation.method, equation.problem, [0, 1, 9])
    assert study.agrees() and study.expected == (1, 2, 10)


def test_memory_that_is_no_tuple_is_refused() -> None:
    @dataclass(frozen=True)
    class Loose(Method):
        def init(self, f: Any, theta: Any) -> Any:
            return 0 * f(theta)

        def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
            return theta + gamma * f(theta), state

    with pytest.raises(MethodError, match="init of 'Loose' returns no tuple"):
        modified_equation(Loose(), order=1)


@dataclass(frozen=True)
class Turned(Method):
    """A velocity whose components are swapped by each step: no number multiplies it."""

    beta: float = 0.9

    def init(self, f: Any, theta: Any) -> Any:
        return (0 * f(theta),)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        if not hasattr(state[0], "shape"):
            raise MethodError("components have no order on trees")
        velocity = self.beta * state[0][::-1] + f(theta)
        return theta + gamma * velocity, (velocity,)


@pytest.mark.parametrize("beta", [0.9, -0.5, 0.95])
def test_memory_that_goes_in_a_circle_has_the_rate_at_which_it_settles(beta: float) -> None:
    loss = problems.from_function(lambda x: x[0] ** 2 / 2 + 2 * x[1] ** 2, 2, start=[1.0, 1.0])
    method = Turned(beta)
    assert Character(method, loss).slowest_rate == pytest.approx(abs(beta), abs=1e-3)
    f0 = modified_equation(method, loss, 0, at=[1.0, 1.0]).values[0, 0]
    swap = np.array([[0.0, 1.0], [1.0, 0.0]])
    np.testing.assert_allclose(f0, np.linalg.solve(np.eye(2) - beta * swap, [-1.0, -4.0]))


def test_memory_that_turns_on_and_on_is_refused() -> None:
    loss = problems.from_function(lambda x: x[0] ** 2 / 2 + 2 * x[1] ** 2, 2, start=[1.0, 1.0])
    with pytest.raises(MethodError, match="goes in a circle and does not settle"):
        _ = Character(Turned(1.0), loss).slowest_rate
    with pytest.raises(MethodError, match="the step does not settle"):
        modified_equation(Turned(1.0), loss, 1, at=[1.0, 1.0])
