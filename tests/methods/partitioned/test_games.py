"""Two ways to play: exact drift terms, modified invariants, and orders seen in the iterates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq

from bea.algebra import Element, parse
from bea.algebra.ring.conversions import read
from bea.errors import DimensionError, MethodError
from bea.fields import VectorField
from bea.flows import flow, iterate
from bea.measure import discretization_drift, observed_order
from bea.methods import get
from bea.modified import modified_equation, modifying_integrator
from bea.problems import Game, game
from bea.problems import get as problem

SIMULTANEOUS, ALTERNATING = get("simultaneous"), get("alternating")
BOTH = [SIMULTANEOUS, ALTERNATING]
BILINEAR = game("x*y", "-x*y", rates=("r1", "r2"))
# Two variables for each player, losses that share nothing, rates symbolic.
GENERAL = game(
    "a**2*u + a*b*v**2 - b**3/3 + u*v*b",
    "a*u**2 - b*u*v + a**2*v**2/2 + v**3*a",
    players=("a b", "u v"),
    rates=("r1", "r2"),
)
PAIRS = get("alternating", first=2)


def at(field: VectorField, text: str) -> Element:
    return read(field.ring, parse(text))


def terms(method: Any, field: VectorField, order: int) -> tuple[tuple[Element, ...], ...]:
    return modified_equation(method, field, order).components


# --- the step ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", BOTH, ids=str)
def test_iterates_are_those_of_the_rule(method: Any) -> None:
    """Against the rule in plain floats, on the bilinear game with rates 2 and 1/2."""
    x, y, gamma = 1.0, 0.25, 0.1
    wanted = []
    for _ in range(20):
        seen = x
        x = x - gamma * 2 * y
        y = y + gamma / 2 * (x if method is ALTERNATING else seen)
        wanted.append((x, y))
    run = iterate(method, problem("bilinear-game", r1=2, r2="1/2"), [[1, 0.25]], [0.1], steps=20)
    np.testing.assert_allclose(run.values[0, 0], wanted, rtol=1e-13)


def test_alternating_moves_the_whole_block_first() -> None:
    gamma, start = 0.05, np.array([0.3, -0.4, 0.5, 0.2])
    values = game(*["(a + b)*u*v + b**2*v", "a*b*u + u**2*v"], players=("a b", "u v"))
    half = start + gamma * np.array([*values(start)[:2], 0, 0])
    wanted = half + gamma * np.array([0, 0, *values(half)[2:]])
    run = iterate(PAIRS, values, [start], [gamma], steps=1)
    np.testing.assert_allclose(run.values[0, 0, 0], wanted, rtol=1e-15)


# --- published and derived by hand ---------------------------------------------------------------


def test_simultaneous_drift_of_two_general_losses() -> None:
    """f1 = -(r_k/2) (r1 D_x g_k g_1 + r2 D_y g_k g_2), g_k = -grad_k L_k.

    Rosca, Wu, Dherin and Barrett (ICML 2021): self terms and interaction terms, on one clock.
    """
    first = terms(SIMULTANEOUS, GENERAL, 1)[1]
    for found, wanted in zip(first, drift(GENERAL, interaction_of_2=-1), strict=True):
        assert (found - wanted).is_zero()


def test_alternating_drift_of_two_general_losses() -> None:
    """The same, but player 2's interaction with player 1 has the other sign."""
    first = terms(PAIRS, GENERAL, 1)[1]
    for found, wanted in zip(first, drift(GENERAL, interaction_of_2=+1), strict=True):
        assert (found - wanted).is_zero()
    pairs = zip(first, terms(SIMULTANEOUS, GENERAL, 1)[1], strict=True)
    assert [(a - b).is_zero() for a, b in pairs] == [True, True, False, False]


def drift(field: Game, interaction_of_2: int) -> list[Element]:
    """Return f1 by the formula, with derivatives of the losses only."""
    r1, r2 = (field.ring.symbol(name) for name in ("r1", "r2"))
    one, two = field.losses
    found = []
    for i in range(4):
        loss, rate = (one, r1) if i < 2 else (two, r2)
        slope = loss.derivative(i)
        total = slope * 0
        for j in range(4):
            mover, speed = (one, r1) if j < 2 else (two, r2)
            sign = interaction_of_2 if i >= 2 and j < 2 else -1
            total = total + slope.derivative(j) * mover.derivative(j) * speed * sign
        found.append(total * rate * fmpq(1, 2))
    return found


@pytest.mark.parametrize(("method", "sign"), [(SIMULTANEOUS, -1), (ALTERNATING, 1)], ids=str)
def test_zero_sum_drift_is_a_gradient_for_each_player(method: Any, sign: int) -> None:
    """With L2 = -L1 = -E: f1 = -grad_k of r_k/4 (r_k |grad_k E|^2 -+ r_other |grad_other E|^2).

    Player 1 lowers r1/4 (r1 |E_x|^2 - r2 |E_y|^2): simultaneous play drives the opponent's slope
    up. Player 2 gets +, not -, where it sees the other's move.
    """
    field = game("x**3*y - x*y**2 + x*y", "-(x**3*y - x*y**2 + x*y)", rates=("r1", "r2"))
    r1, r2 = (field.ring.symbol(name) for name in ("r1", "r2"))
    slope_x, slope_y = field.losses[0].gradient()
    of_1 = r1 * (r1 * slope_x**2 - r2 * slope_y**2) * fmpq(1, 4)
    of_2 = r2 * (r2 * slope_y**2 + r1 * slope_x**2 * sign) * fmpq(1, 4)
    first = terms(method, field, 1)[1]
    assert (first[0] + of_1.derivative(0)).is_zero()
    assert (first[1] + of_2.derivative(1)).is_zero()


# --- independent derivations ---------------------------------------------------------------------


@pytest.mark.parametrize("field", [BILINEAR, problem("dirac-gan")], ids=["bilinear", "gan"])
def test_the_operator_route_agrees(field: Game) -> None:
    """log S by its own power series, on the bilinear game and where exp is an atom of the ring."""
    wanted = terms(ALTERNATING, field, 3)
    found = modified_equation(ALTERNATING, field, 3, route="operator").components
    for one, other in zip(wanted, found, strict=True):
        assert all((a - b).is_zero() for a, b in zip(one, other, strict=True))


def test_alternating_is_the_composition_of_two_descents() -> None:
    """S = S1 S2, and the logarithm is that of Baker, Campbell and Hausdorff to order 2.

    D~ = D1 + D2 + gamma/2 [D1, D2] + gamma^2/12 ([D1, [D1, D2]] + [D2, [D2, D1]]) + ...
    with D1 and D2 the modified fields of the players' descents while the other one waits.
    """
    zero = GENERAL.components[0] * 0
    alone = [
        VectorField([c if (i < 2) is first else zero for i, c in enumerate(GENERAL.components)])
        for first in (True, False)
    ]
    one, two = (list(terms(get("explicit-euler"), field, 2)) for field in alone)

    def bracket(u: Any, v: Any) -> list[Element]:
        along = GENERAL.ring.lie_derivative
        return [along(u, b) - along(v, a) for a, b in zip(u, v, strict=True)]

    def total(*parts: tuple[fmpq, Any]) -> list[Element]:
        columns = zip(*([c * weight for c in part] for weight, part in parts), strict=True)
        return [sum(column[1:], start=column[0]) for column in columns]

    whole, half, twelfth = fmpq(1), fmpq(1, 2), fmpq(1, 12)
    inner = bracket(one[0], two[0])
    wanted = [
        total((whole, one[0]), (whole, two[0])),
        total((whole, one[1]), (whole, two[1]), (half, inner)),
        total(
            (whole, one[2]), (whole, two[2]),
            (half, bracket(one[0], two[1])), (half, bracket(one[1], two[0])),
            (twelfth, bracket(one[0], inner)), (-twelfth, bracket(two[0], inner)),
        ),
    ]  # fmt: skip
    for found, expected in zip(terms(PAIRS, GENERAL, 2), wanted, strict=True):
        assert all((a - b).is_zero() for a, b in zip(found, expected, strict=True))
    assert not all(c.is_zero() for c in wanted[2])


# --- the bilinear game ---------------------------------------------------------------------------


def test_simultaneous_play_spirals_out() -> None:
    """f~ = (1/gamma) log(1 + gamma A) theta with A^2 = -r1 r2: the spiral rate is exact.

    I = r2 x^2 + r1 y^2 grows as (1 + gamma^2 r1 r2) per step, so along the modified field at the
    rate (1/gamma) log(1 + gamma^2 r1 r2) = gamma r1 r2 - gamma^3 (r1 r2)^2/2 + ...
    """
    invariant, product = at(BILINEAR, "r2*x**2 + r1*y**2"), at(BILINEAR, "r1*r2")
    found = [BILINEAR.ring.lie_derivative(f, invariant) for f in terms(SIMULTANEOUS, BILINEAR, 5)]
    for k, value in enumerate(found):
        n = (k + 1) // 2
        rate = product**n * fmpq((-1) ** (n + 1), n) if k % 2 else product * 0
        assert (value - invariant * rate).is_zero()
    half = at(BILINEAR, "r1*r2/2")
    x, y = BILINEAR.ring.variable(0), BILINEAR.ring.variable(1)
    assert terms(SIMULTANEOUS, BILINEAR, 1)[1] == (x * half, y * half)


def test_alternating_play_keeps_a_modified_invariant() -> None:
    """D~ (r2 x^2 + r1 y^2 - gamma r1 r2 x y) = 0 at every power of gamma."""
    parts = [at(BILINEAR, "r2*x**2 + r1*y**2"), at(BILINEAR, "-r1*r2*x*y")]
    fields = terms(ALTERNATING, BILINEAR, 6)
    along = BILINEAR.ring.lie_derivative
    assert along(fields[0], parts[0]).is_zero()
    for k in range(1, 7):
        assert (along(fields[k], parts[0]) + along(fields[k - 1], parts[1])).is_zero()
        # A control: without -gamma r1 r2 x y something is left at every odd power.
        assert along(fields[k], parts[0]).is_zero() is (k % 2 == 0)


@pytest.mark.parametrize("losses", [("x*y", "-x*y"), ("x*sin(y)", "-y*x**3")])
def test_alternating_play_keeps_areas(losses: tuple[str, str]) -> None:
    """Where each loss is linear in its own player's variables, each move is a shear."""
    field = game(*losses, rates=("r1", "r2"))
    assert all(divergence(term).is_zero() for term in terms(ALTERNATING, field, 4))
    assert not divergence(terms(SIMULTANEOUS, field, 1)[1]).is_zero()


def divergence(term: tuple[Element, ...]) -> Element:
    return term[0].derivative(0) + term[1].derivative(1)


@pytest.mark.parametrize(("method", "power"), [(SIMULTANEOUS, 1.01**200), (ALTERNATING, 1.0)],
                         ids=str)  # fmt: skip
def test_the_iterates_say_the_same(method: Any, power: float) -> None:
    run = iterate(method, problem("bilinear-game"), [[1.0, 0.5]], [0.1], steps=200)
    x, y = run.values[0, 0, -1]
    correction = 0.1 if method is ALTERNATING else 0.0
    before = 1 + 0.25 - correction * 0.5
    assert x**2 + y**2 - correction * x * y == pytest.approx(before * power, rel=1e-11)


# --- the measurement -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", BOTH, ids=str)
@pytest.mark.parametrize(
    ("name", "rates"),
    [("dirac-gan", {"r1": "1/2"}), ("regularised-game", {"r2": "3/2"}), ("bilinear-game", {})],
)
def test_drift(method: Any, name: str, rates: dict[str, str]) -> None:
    study = discretization_drift(method, problem(name, **rates), orders=range(4))
    assert study.expected == (1, 2, 3, 4)
    assert study.observed_orders() == pytest.approx([1, 2, 3, 4], abs=0.1)
    assert study.agrees() and not study.failures


@pytest.mark.parametrize("name", ["dirac-gan", "regularised-game"])
def test_the_other_way_to_play_is_told_apart(name: str) -> None:
    """The negative control: on flows of simultaneous play the iterates drift at first order."""
    field, gammas = problem(name), 0.08 * 2.0 ** -np.arange(5)
    start = [list(field.about.start)]
    end = iterate(ALTERNATING, field, start, gammas, time=1.0)
    for method, order in ((ALTERNATING, 3), (SIMULTANEOUS, 1)):
        run = flow(modified_equation(method, field, 2), start, gammas, end.times)
        distances = np.linalg.norm(run.values[:, 0, -1] - end.values[:, 0, -1], axis=-1)
        fit = observed_order(gammas, distances, np.full(5, 1e-13))
        assert fit.order == pytest.approx(order, abs=0.1)


def test_more_than_one_variable_each() -> None:
    field = game(
        "a*u + b*v + a**2*b/4", "-a*u - b*v + u**2/5", players=("a b", "u v"), rates=(1, 2)
    )
    study = discretization_drift(
        PAIRS, field, orders=range(3), starts=[[0.5, 0.2, -0.3, 0.4]], time=1.0,
        gammas=0.05 * 2.0 ** -np.arange(6),
    )  # fmt: skip
    assert study.observed_orders() == pytest.approx([1, 2, 3], abs=0.1)


# --- refusals ------------------------------------------------------------------------------------


def test_a_game_refuses_to_be_split_elsewhere() -> None:
    message = "player 1 has the variables a, b and alternating .* move 1 first: give first=2"
    with pytest.raises(MethodError, match=message):
        modified_equation(ALTERNATING, GENERAL, 1)
    with pytest.raises(MethodError, match=message):
        modifying_integrator(ALTERNATING, GENERAL, 1)
    with pytest.raises(MethodError, match=message):
        iterate(ALTERNATING, GENERAL, [[0.0] * 4], [0.1], steps=1)


@pytest.mark.parametrize("value", [0, -1, "1/2", "n", True, 1.5])
def test_the_number_of_variables_is_a_whole_number(value: object) -> None:
    with pytest.raises(MethodError, match="is not the number of player 1's variables: give a who"):
        get("alternating", first=value)


@pytest.mark.parametrize("route", ["auto", "trees"])
def test_player_2_must_have_a_component(route: str) -> None:
    with pytest.raises(DimensionError, match="the first part has 2 of 2 components and the second"):
        modified_equation(PAIRS, VectorField.read("y, -x"), 1, route)
