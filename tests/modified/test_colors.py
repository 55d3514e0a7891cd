"""Trees of two colours: games and weight decay for every field at once, against concrete ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq

from bea import problems, verify
from bea.bseries import flow_of_field
from bea.errors import MethodError
from bea.fields import Loss, VectorField
from bea.flows import iterate
from bea.methods import Method, from_function, from_text, get
from bea.modified import modified_equation, modifying_integrator
from bea.modified.memory.character import Character
from bea.modified.memory.corrected_start import start_correction
from bea.modified.routes import manifold, operator, perturbation, trees
from bea.modified.symbolic_step import tree_map
from bea.trees import PLAYERS, THETA, WITH_THETA, tree, trees_up_to

Q = fmpq
ALTERNATING, SIMULTANEOUS = get("alternating"), get("simultaneous")
DECAYS = ("gradient-descent-l2", "gradient-descent-decay")
HEAVY = ("heavy-ball-l2", "heavy-ball-decay")
LAM = {"weight_decay": "1/4"}
L = "x**3*y - x*y**2/2 + y**3 + x**2"
REGULARISED = f"{L} + (x**2 + y**2)/8"


def same(one: Any, other: Any) -> bool:
    pairs = [(a, b) for s, t in zip(one, other, strict=True) for a, b in zip(s, t, strict=True)]
    return all((a - b).is_zero() for a, b in pairs)


# --- the routes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["simultaneous", "alternating", *DECAYS])
def test_the_routes_agree_on_trees(name: str) -> None:
    method = get(name)
    found = trees.on_trees(method, 4)
    assert perturbation.on_trees(method, 4) == found
    assert operator.on_trees(method, 4) == found
    assert manifold.on_trees(method, 4) == found
    assert flow_of_field(found, method.colors) == tree_map(method, 5)


@pytest.mark.parametrize("name", ["simultaneous", "alternating"])
@pytest.mark.parametrize("game", ["dirac-gan", "regularised-game", "bilinear-game"])
def test_games(name: str, game: str) -> None:
    field = problems.get(game, r1="1/2", r2="3")
    on_trees = trees.on_field(get(name), field, 4)
    assert same(on_trees, perturbation.on_field(get(name), field, 4))
    other = ALTERNATING if name == "simultaneous" else SIMULTANEOUS
    assert not same(on_trees[:2], perturbation.on_field(other, field, 1))


def test_a_player_of_two_variables() -> None:
    field = problems.game("a*u + b*u**2 + a**2*b", "b**2*u - a*u", players=("a b", "u"))
    method = get("alternating", first=2)
    assert same(trees.on_field(method, field, 4), perturbation.on_field(method, field, 4))
    plain = VectorField.read("y*x, x**2 - y")  # of no game: its first component is player 1
    for method in (ALTERNATING, SIMULTANEOUS):
        assert same(trees.on_field(method, plain, 4), perturbation.on_field(method, plain, 4))


@pytest.mark.parametrize("name", DECAYS)
@pytest.mark.parametrize("problem", ["himmelblau", "rosenbrock"])
def test_weight_decay(name: str, problem: str) -> None:
    loss = problems.get(problem)
    found = trees.on_field(get(name, **LAM), loss, 4)
    assert same(found, perturbation.on_field(get(name, **LAM), loss, 4))
    assert not same(found[:1], trees.on_field(get("gradient-descent"), loss, 0))


@pytest.mark.parametrize("name", HEAVY)
@pytest.mark.parametrize("problem", ["himmelblau", "logistic-regression"])
def test_weight_decay_with_memory(name: str, problem: str) -> None:
    loss, method = problems.get(problem), get(name, beta="1/2", **LAM)
    on_trees = trees.evaluate(manifold.on_trees(method, 3), loss, 3, method)
    assert same(on_trees, manifold.on_field(method, loss, 3))


def test_hyperparameters_may_be_symbolic() -> None:
    method = get("heavy-ball-decay", beta="beta", weight_decay="lam")
    loss = problems.himmelblau().with_parameters(["beta", "lam"])
    on_trees = trees.evaluate(manifold.on_trees(method, 2), loss, 2, method)
    assert same(on_trees, manifold.on_field(method, loss, 2))


def test_without_decay_it_is_the_plain_method() -> None:
    for name, plain in zip((*DECAYS, *HEAVY), ("gradient-descent",) * 2 + ("heavy-ball",) * 2,
                           strict=True):  # fmt: skip
        with_zero = modified_equation(get(name, weight_decay=0), order=4)
        assert str(with_zero) == str(modified_equation(get(plain), order=4))


# --- what is printed -----------------------------------------------------------------------------


def test_texts() -> None:
    """Alternating: only the answer of player 2 to player 1's move changes its sign."""
    assert str(modified_equation(ALTERNATING, order=1)) == (
        "f₁ + f₂ − γ/2 (f₁'f₁ + f₁'f₂ − f₂'f₁ + f₂'f₂) + O(γ²)"
    )
    assert str(modified_equation(SIMULTANEOUS, order=1)) == (
        "f₁ + f₂ − γ/2 (f₁'f₁ + f₁'f₂ + f₂'f₁ + f₂'f₂) + O(γ²)"
    )
    decay = modified_equation(get(DECAYS[1], weight_decay="lambda"), order=1)
    assert str(decay) == ("−(∇L + λ θ) − γ(1/2 ∇²L∇L + λ/2 ∇²Lθ + λ/2 ∇L + λ²/2 θ) + O(γ²)")
    assert r"\frac{\lambda}{2}\,\nabla^{2} L\,\theta" in decay.latex()
    assert r"- \frac{\gamma}{2}\,\left(f_{1}' f_{1} + f_{1}' f_{2} -" in (
        modified_equation(ALTERNATING, order=1).latex()
    )


def test_terms_that_differ_in_inner_nodes_of_theta_are_one() -> None:
    """gamma^2 (2 lambda/3) f'f: from f'f'theta's two kin, f'theta'f and theta'f'f."""
    equation = modified_equation(get(DECAYS[0], **LAM), order=2)
    below = tree([tree([tree([])], THETA)]), tree([tree([[]])], THETA)
    parts = [equation.coefficients[t] for t in below]
    assert equation.terms[2][tree([[]])] == sum(parts, start=Q(0)) == Q(-2, 3) * Q(1, 4)
    assert str(equation).count("∇²L∇L ") == 2


def test_records() -> None:
    records = modified_equation(ALTERNATING, order=1).as_json()["terms"]
    assert records[4] == {
        "tree": [[]],
        "colors": ["f2", "f1"],
        "power": 1,
        "coefficient": "1/2",
        "symmetry": 1,
        "density": 2,
        "elementary_differential": "f₂'f₁",
    }
    decay = modified_equation(get(DECAYS[0]), order=1).as_json()["terms"]
    assert [r["colors"] for r in decay[:4]] == [["f"], ["theta"], ["f", "f"], ["f", "theta"]]
    assert decay[5]["elementary_differential"] == "θ"  # of theta'theta
    plain = modified_equation(get("gradient-descent"), order=2).as_json()["terms"]
    assert not any("colors" in record for record in plain)


# --- gradients -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["simultaneous", "alternating"])
def test_gradients_of_a_game_with_one_loss(name: str) -> None:
    """f is a gradient if both players lower the same loss; the curl says what is one then."""
    common = problems.game(L, L)
    universal = modified_equation(get(name), order=3).is_gradient
    assert universal == modified_equation(get(name), common, 3).is_gradient
    assert universal == (True, name == "simultaneous", False, False)


@pytest.mark.parametrize("name", [*DECAYS, *HEAVY])
def test_gradients_with_weight_decay(name: str) -> None:
    method, loss = get(name, **LAM), Loss.read(L)
    universal = modified_equation(method, order=3)
    assert universal.is_gradient == modified_equation(method, loss, 3).is_gradient
    assert universal.is_gradient == (True, True, False, False)
    concrete = modified_equation(method, loss, 1)
    potential = concrete.modified_loss()
    for k, term in enumerate(potential.terms):
        slopes = [-slope for slope in term.gradient()]
        assert same([slopes], [concrete.components[k]])


def test_the_modified_loss_with_weight_decay() -> None:
    """|grad L + lambda theta|^2/4, as of L + lambda/2 |theta|^2; decoupled from momentum not so."""
    loss = modified_equation(get(DECAYS[1], weight_decay="lambda"), order=1).modified_loss()
    assert str(loss) == ("L + λ/2 ‖θ‖² + γ(1/4 ‖∇L‖² + λ/2 ∇L·θ + λ²/4 ‖θ‖²) + O(γ²)")
    decoupled = modified_equation(get(HEAVY[1], beta="1/2", **LAM), order=1).modified_loss()
    assert "− 1/2 L" in str(decoupled)


def test_gradient_part_and_remainder_are_the_whole() -> None:
    loss, method = Loss.read(L), get(HEAVY[1], beta="1/2", **LAM)
    whole = modified_equation(method, loss, 2)
    split = whole.gradient_part()
    for k, term in enumerate(split.loss.terms):
        back = [r - s for r, s in zip(split.remainder[k], term.gradient(), strict=True)]
        assert same([back], [whole.components[k]])
    rest = modified_equation(method, order=2).gradient_part().remainder[2]
    in_numbers = trees.evaluate(
        [rest.get(t, Q(0)) for t in trees_up_to(3, WITH_THETA)], loss, 2, method
    )
    assert same(in_numbers[2:], [split.remainder[2]])


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [ALTERNATING, get(HEAVY[0], beta="1/2", **LAM)], ids=str)
def test_the_program_by_trees_is_that_of_the_components(method: Method) -> None:
    is_game = method is ALTERNATING
    field = problems.dirac_gan() if is_game else problems.himmelblau()
    point, gamma = [0.5, -0.75], 0.01
    equation = modified_equation(method, field, 3)
    from bea.modified.numeric import compiled, tree_program

    program = tree_program(field, equation.coefficients, parts=method.parts(field))
    by_trees = compiled(program, 2)(np.array(point)[:, None], np.array([gamma]))[:, 0]
    assert by_trees == pytest.approx(equation(point, gamma), rel=1e-12)


def test_modifying_integrators() -> None:
    for method, field in ((ALTERNATING, problems.dirac_gan()),
                          (get(DECAYS[0], **LAM), problems.himmelblau())):  # fmt: skip
        universal = modifying_integrator(method, order=2)
        terms = trees.evaluate(list(universal.coefficients.values()), field, 2, method)
        assert same(terms, modifying_integrator(method, field, 2).components)


# --- memory --------------------------------------------------------------------------------------


def test_the_corrected_start_is_that_of_the_regularised_loss() -> None:
    """L2 through the velocity is heavy ball on L + lambda/2 |theta|^2."""
    method, plain = get(HEAVY[0], beta="1/2", **LAM), get("heavy-ball", beta="1/2")
    start, gammas = [[0.5, -0.75]], [0.01, 0.02]
    found = modified_equation(method, Loss.read(L), 3).corrected_starts(start, gammas)
    wanted = modified_equation(plain, Loss.read(REGULARISED), 3).corrected_starts(start, gammas)
    np.testing.assert_allclose(found, wanted, rtol=1e-13)
    first, decay = start_correction(method, 1)
    assert (first, decay) == (Q(-2), Q(1, 2))
    assert start_correction(get(HEAVY[1], beta="1/2", **LAM), 1) == [-2, 0]


@pytest.mark.parametrize("name", HEAVY)
def test_observed_orders_from_the_corrected_start(name: str) -> None:
    certificate = verify(get(name, beta="1/2", **LAM), problems.himmelblau())
    assert certificate.start == "corrected" and certificate.verdict == "confirmed"


def test_effective_rate_and_useful_range() -> None:
    """On f = -theta a decay through the velocity makes the curvature 1 + lambda."""
    plain = Character(get("heavy-ball", beta="9/10")).useful_limit
    assert all(Character(get(name, beta="9/10")).effective_rate == 10 for name in HEAVY)
    through, beside = (Character(get(name, beta="9/10")).useful_limit for name in HEAVY)
    assert through == pytest.approx(plain / 1.01, rel=1e-9)
    assert plain / 1.01 < beside < plain


# --- rules of a user -----------------------------------------------------------------------------


def test_update_rules_find_their_colours() -> None:
    rule = from_text(
        "v = beta*v + grad + lam*theta; theta = theta - gamma*v", beta="1/2", lam="1/4"
    )
    known = get(HEAVY[0], beta="1/2", **LAM)
    assert rule.colors == WITH_THETA
    assert modified_equation(rule, order=3).coefficients == (
        modified_equation(known, order=3).coefficients
    )
    assert from_text("v = grad; theta = theta - gamma*v").colors == get("rk4").colors


def test_a_term_of_gamma_squared_is_one_of_theta_too() -> None:
    """theta + gamma f + gamma^2 f: f~ = f + gamma (f - f'f/2) + ..."""
    rule = from_text("theta = theta + gamma*f + gamma^2*f")
    equation = modified_equation(rule, order=3)
    assert str(equation.truncate(1)) == "f + γ(−1/2 f'f + f) + O(γ²)"
    field = VectorField.read("x**2*y, x - y**3")
    on_trees = trees.evaluate(list(equation.coefficients.values()), field, 3, rule)
    assert same(on_trees, perturbation.on_field(rule, field, 3))


def test_functions_say_their_colours() -> None:
    def step(f: Any, theta: Any, state: Any, gamma: Any) -> Any:
        return theta + gamma * f(theta) - gamma / 4 * theta, state

    with pytest.raises(MethodError, match=r"a weight decay.*the colors bea\.trees\.WITH_THETA, or"):
        modified_equation(from_function(step), order=1)
    found = modified_equation(from_function(step, colors=WITH_THETA), order=2)
    assert found.coefficients == modified_equation(get(DECAYS[0], **LAM), order=2).coefficients


def test_momentum_of_players_in_turn() -> None:
    """A method with memory on trees of players: each has a velocity, and player 2 sees the move."""

    def step(f: Any, theta: Any, state: Any, gamma: Any, beta: Any) -> Any:
        one = beta * state[0] + f.share(f(theta), 1, 0)
        moved = theta + gamma * one
        two = beta * state[1] / 2 + f.share(f(moved), 1, 1)
        return moved + gamma * two, (one, two)

    def init(f: Any, theta: Any) -> Any:
        return (0 * f(theta), 0 * f(theta))

    class Playing(Method):
        name = "playing"
        colors = PLAYERS
        beta = Q(1, 2)

        def init(self, f: Any, theta: Any) -> Any:
            return init(f, theta)

        def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> Any:
            return step(f, theta, state, gamma, self.beta)

        def parts(self, field: VectorField) -> Any:
            return ALTERNATING.parts(field)

    field, method = problems.regularised_game(), Playing()
    on_trees = trees.evaluate(manifold.on_trees(method, 3), field, 3, method)
    assert same(on_trees, manifold.on_field(method, field, 3))
    leading = manifold.on_trees(method, 0)
    assert leading == [2, Q(4, 3)]  # 1/(1 - beta) of either player


def test_alternating_steps_as_before() -> None:
    """x moves first, then y, who sees x: in numbers."""
    field = VectorField.read("y*x, x**2 - y")
    run = iterate(ALTERNATING, field, [[0.3, 0.7]], [0.1], steps=3)
    x, y = 0.3, 0.7
    for _ in range(3):
        x = x + 0.1 * (y * x)
        y = y + 0.1 * (x**2 - y)
    assert tuple(run.values[0, 0, -1]) == pytest.approx((x, y), rel=1e-15)
