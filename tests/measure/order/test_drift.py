"""Drift and defect: the iterates confirm the derived equations, and deny wrong ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bea
from bea import problems
from bea.errors import BeaError, DimensionError, DomainError, OrderError, StepSizeError
from bea.fields import About, Loss, VectorField
from bea.fields.jacobians import stiffness
from bea.flows import flow, iterate
from bea.measure import DriftStudy, discretization_drift, observed_order, one_step_defect
from bea.measure.order import default_gammas, default_starts, expected_orders
from bea.methods import available, get
from bea.methods.library.euler import ExplicitEuler, ImplicitEuler
from bea.methods.library.runge_kutta import TableauMethod
from bea.modified import modified_equation, modifying_integrator

HIMMELBLAU = Loss.read(
    "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
    "x y",
    about=About("himmelblau", window=((-5, 5), (-5, 5)), start=(0.5, 0.5), time=0.05),
)
LOTKA_VOLTERRA = VectorField.read(
    "x*(2 - y), y*(x - 1)",
    "x y",
    about=About("lotka-volterra", window=((0, 4), (0, 5)), start=(2.0, 2.0), time=1.0),
)
ONE_STEP = [
    name
    for name, method in available().items()
    if issubclass(method, (TableauMethod, ExplicitEuler, ImplicitEuler)) and name != "runge-kutta"
]


def test_gradient_descent_on_himmelblau() -> None:
    study = discretization_drift(get("gradient-descent"), HIMMELBLAU)
    assert study.expected == (1, 2, 3, 4, 5)
    assert study.observed_orders() == pytest.approx([1, 2, 3, 4, 5], abs=0.1)
    assert study.agrees() and not study.failures and not study.warnings
    assert all(len(fit.window) >= 4 for fit in study.fits)


@pytest.mark.parametrize("name", ONE_STEP)
def test_every_method_on_lotka_volterra(name: str) -> None:
    accuracy = get(name).order_of_accuracy
    # Pairs make their principal error small, so that on short runs the next term shows beside it.
    # Of order 8 little is above the floor: on long runs steps that are too large for the series.
    time = {"dormand-prince": 4.0, "verner6": 2.0, "cooper-verner8": 0.5}.get(name)
    study = discretization_drift(get(name), LOTKA_VOLTERRA, time=time)
    assert study.expected[0] == accuracy
    assert study.agrees()
    assert not study.fits[0].reason and study.observed_orders()[0] == pytest.approx(
        accuracy, abs=0.1
    )


@pytest.mark.parametrize("name", problems.available())
def test_every_problem_of_the_library(name: str) -> None:
    problem = problems.get(name)
    descent = isinstance(problem, Loss)
    method = get("gradient-descent" if descent else "explicit-euler")
    study = discretization_drift(method, problem)
    assert study.expected == (1, 2, 3, 4, 5)
    assert study.agrees()
    assert all(not fit.reason for fit in study.fits[:4])


def test_rk4_has_order_four_until_its_first_term() -> None:
    study = discretization_drift(get("rk4"), LOTKA_VOLTERRA)
    assert study.expected == (4, 4, 4, 4, 5)
    assert study.observed_orders() == pytest.approx([4, 4, 4, 4, 5], abs=0.1)


def test_the_defect_is_one_order_higher() -> None:
    study = one_step_defect(get("gradient-descent"), HIMMELBLAU, orders=range(4))
    assert study.kind == "defect" and study.expected == (2, 3, 4, 5)
    assert study.observed_orders() == pytest.approx([2, 3, 4, 5], abs=0.1)
    assert study.times[:, 0] == pytest.approx(study.gammas)


@pytest.mark.parametrize("power", [1, 2, 3])
def test_a_wrong_term_is_found_out(power: int) -> None:
    """The negative control: with f_k doubled, the drift of order K >= k has order k."""
    starts = default_starts(HIMMELBLAU)
    gammas = default_gammas(HIMMELBLAU, starts, 0.05)
    iterates = iterate(get("gradient-descent"), HIMMELBLAU, starts, gammas, time=0.05)
    equation = modified_equation(get("gradient-descent"), HIMMELBLAU, 3)
    wrong = _with_doubled_term(equation, power)
    for field, wanted in ((equation, 4), (wrong, power)):
        run = flow(field, starts, gammas, iterates.times)
        distance = np.linalg.norm(iterates.values - run.values, axis=-1)[:, :, -1]
        fit = observed_order(gammas, np.median(distance, axis=1), run.error[:, :, -1].max(axis=1))
        assert fit.order == pytest.approx(wanted, abs=0.1)


@pytest.mark.parametrize("name", ["explicit-euler", "heun", "implicit-midpoint"])
@pytest.mark.parametrize("order", [0, 2, 3])
def test_the_modifying_field_makes_the_iterates_follow_the_flow(name: str, order: int) -> None:
    """Fed with f + gamma g_1 + ... + gamma^K g_K, the method has the order of the next term."""
    method = get(name)
    starts = default_starts(LOTKA_VOLTERRA)
    gammas = default_gammas(LOTKA_VOLTERRA, starts, 1.0, leading=method.order_of_accuracy)
    full = modifying_integrator(method, LOTKA_VOLTERRA, order + 3)
    iterates = iterate(method, full.truncate(order), starts, gammas, time=1.0)
    exact = flow(LOTKA_VOLTERRA, starts, gammas, iterates.times)
    distance = np.linalg.norm(iterates.values - exact.values, axis=-1)[:, :, -1]
    fit = observed_order(gammas, np.median(distance, axis=1), np.full(len(gammas), 2e-14))
    (wanted,) = expected_orders(full, [order])
    assert fit.order == pytest.approx(wanted, abs=0.1)


def test_distances_are_what_they_say() -> None:
    study = discretization_drift(
        get("heun"), LOTKA_VOLTERRA, [0, 2], [0.1, 0.05], [[2.0, 2.0], [1.0, 1.5]], 1.0, samples=2
    )
    assert study.distances.shape == study.floors.shape == (2, 2, 2, 2)
    assert study.times == pytest.approx(np.array([[0.5, 1.0], [0.5, 1.0]]))
    iterates = iterate(get("heun"), LOTKA_VOLTERRA, study.starts, study.gammas, time=1.0, samples=2)
    original = flow(LOTKA_VOLTERRA, study.starts, study.gammas, study.times)
    wanted = np.linalg.norm(iterates.values - original.values, axis=-1)
    assert study.distances[0] == pytest.approx(wanted, rel=1e-9)


def test_an_exact_method_leaves_nothing_out() -> None:
    constant = VectorField.read("1, 2", "x y")
    study = discretization_drift(get("explicit-euler"), constant, [0, 1], time=1.0)
    assert study.expected == (None, None)
    assert study.fits[0].reason == "every further term that was derived vanishes: there is no order"


def test_a_tableau_of_unknown_order_is_searched_for_its_first_term() -> None:
    """Gauss with three stages, given as a tableau: the first six terms after f vanish."""
    gauss6 = get("gauss6").tableau
    unnamed = get("runge-kutta", A=gauss6.A, b=gauss6.b)
    study = discretization_drift(unnamed, LOTKA_VOLTERRA, [0], [0.5, 0.25], time=1.0)
    assert study.expected == (6,)


def test_vanishing_terms_are_seen_on_the_problem_at_hand() -> None:
    """On a rotation the odd terms of the implicit midpoint rule vanish, as for every field."""
    rotation = VectorField.read("-y, x", "x y")
    equation = modified_equation(get("implicit-midpoint"), rotation, 4)
    assert expected_orders(equation, [0, 1, 2, 3, 4]) == [2, 2, 4, 4, None]


def test_a_run_that_stops_is_reported_and_the_rest_goes_on() -> None:
    blow_up = VectorField.read("y**2")
    gammas = [0.02, 0.01, 0.005, 0.0025, 0.00125]
    study = discretization_drift(
        get("explicit-euler"), blow_up, [0, 1], gammas, [[0.5], [0.4], [2.0]], time=1.0
    )
    assert any("start (2)" in line and "blows up in finite time" in line for line in study.failures)
    assert np.isnan(study.distances[:, :, 2]).any()
    assert study.observed_orders() == pytest.approx([1, 2], abs=0.1)


def test_step_sizes_beyond_the_useful_range_are_warned_about() -> None:
    quadratic = Loss.read("5*x**2")
    study = discretization_drift(
        get("gradient-descent"), quadratic, [0], [0.15, 0.05], [[1.0]], 0.3
    )
    assert "beyond the useful range" in study.warnings[0] and "gamma < 0.1" in study.warnings[0]


def test_the_series_is_asymptotic() -> None:
    """At each gamma there is a best order: low at large gamma, high at small."""
    study = discretization_drift(
        get("explicit-euler"),
        VectorField.read("y**2"),
        range(9),
        [0.4, 0.02, 0.01],
        [[0.9]],
        time=0.8,
    )
    best = study.best_orders
    assert best[0] < 8 and best[0] < best[-1]


def test_stiffness_is_the_spectral_norm() -> None:
    rosenbrock = Loss.read("(1 - x)**2 + 100*(y - x**2)**2", "x y")
    hessian = np.array([[802.0, -400.0], [-400.0, 200.0]])  # at the minimum (1, 1)
    assert stiffness(rosenbrock, [[1.0, 1.0]]) == pytest.approx(np.linalg.norm(hessian, 2))


def test_defaults_suit_the_problem() -> None:
    starts = default_starts(HIMMELBLAU)
    assert starts.shape == (9, 2) and starts[0] == pytest.approx([0.5, 0.5])
    gammas = default_gammas(HIMMELBLAU, starts, 0.05, count=12, samples=4)
    assert len(gammas) == 12 and (np.diff(gammas) < 0).all()
    steps = 0.05 / 4 / gammas
    assert steps == pytest.approx(np.rint(steps))
    logarithm = Loss.read("x - log(x)", about=About("x", start=(0.01,), window=((-1, 1),)))
    assert (default_starts(logarithm) > 0).all()


MOMENTUM = ("heavy-ball", "ema-momentum", "nesterov", "nesterov-torch")


@pytest.mark.parametrize("name", MOMENTUM)
@pytest.mark.parametrize("problem", ["himmelblau", "linear-network"])
def test_momentum_with_the_corrected_start(name: str, problem: str) -> None:
    study = discretization_drift(get(name, beta="1/2"), problems.get(problem), range(4))
    assert study.expected == (1, 2, 3, 4)
    assert study.observed_orders() == pytest.approx([1, 2, 3, 4], abs=0.1)


@pytest.mark.parametrize("name", MOMENTUM)
def test_momentum_from_its_own_start_is_first_order_whatever_the_flow(name: str) -> None:
    """The control: without the initial-layer correction no flow does better than order 1."""
    method = get(name, beta="1/2")
    study = discretization_drift(method, problems.linear_network(), range(4), corrected=False)
    assert study.expected == (1, 1, 1, 1)
    assert study.observed_orders() == pytest.approx([1, 1, 1, 1], abs=0.1)
    # The missing constant vanishes at none of the starts, and changes its sign at no step size.
    constants = study.distances[1:, :, :, -1] / study.gammas[:, None]
    assert (constants.min(axis=1) > 0.5 * constants.max(axis=1)).all()
    assert constants.min() > 1
    corrected = discretization_drift(method, problems.linear_network(), range(3))
    assert corrected.observed_orders() == pytest.approx([1, 2, 3], abs=0.1)


@pytest.mark.parametrize("problem", ["linear-network", "booth"])
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("rmsprop", {"beta": "1/2", "epsilon": "1/2"}),
        ("adam", {"beta1": "1/2", "beta2": "3/4", "epsilon": "1/2"}),
        ("adam", {"beta1": "9/10", "beta2": "99/100", "epsilon": "1/10"}),
    ],
)
def test_adaptive_methods_from_the_manifold(name: str, parameters: dict, problem: str) -> None:
    study = discretization_drift(get(name, **parameters), problems.get(problem), range(3))
    assert study.expected == (1, 2, 3)
    assert study.observed_orders() == pytest.approx([1, 2, 3], abs=0.1)


def test_wrong_input() -> None:
    euler = get("explicit-euler")
    with pytest.raises(OrderError, match="order -1 is not possible"):
        discretization_drift(euler, LOTKA_VOLTERRA, [-1])
    with pytest.raises(OrderError, match="there is no order to measure"):
        discretization_drift(euler, LOTKA_VOLTERRA, [])
    for bad in (0.0, -0.1, np.nan, np.inf):
        with pytest.raises(StepSizeError, match="must be positive and finite"):
            discretization_drift(euler, LOTKA_VOLTERRA, [0], [bad])
    with pytest.raises(StepSizeError, match="must be positive and finite"):
        discretization_drift(euler, LOTKA_VOLTERRA, [0], time=-1.0)
    with pytest.raises(DimensionError):
        discretization_drift(euler, LOTKA_VOLTERRA, [0], [0.1], [[1.0, 2.0, 3.0]])
    for samples in (0, 2.5, None):
        with pytest.raises(DimensionError, match=r"samples=.* must be a whole number, at least 1"):
            discretization_drift(euler, LOTKA_VOLTERRA, [0], samples=samples)
    for name, value in (("gammas", "0.1"), ("starts", [[1, 2], [3]]), ("time", 1j)):
        with pytest.raises(BeaError, match=r"cannot be read from .*: give real numbers"):
            discretization_drift(euler, LOTKA_VOLTERRA, [0], **{name: value})
    with pytest.raises(DomainError, match=r"not defined near \(0\.5\), .*: give starts"):
        discretization_drift(euler, Loss.read("x - log(x - 5)"), [0])
    with pytest.raises(DomainError):
        discretization_drift(euler, Loss.read("x - log(x)"), [0], [0.1], [[-0.1]])


@pytest.mark.parametrize("measure", [discretization_drift, one_step_defect])
def test_by_default_orders_0_to_4_are_measured(measure: Any) -> None:
    study = measure(get("explicit-euler"), VectorField.read("-x"), gammas=[0.1], starts=[1.0])
    assert study.orders.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("measure", [discretization_drift, one_step_defect, bea.verify])
def test_names_are_no_methods_and_no_problems(measure: Any) -> None:
    for given, message in (
        (("heun", LOTKA_VOLTERRA), "the method is a str: give one, such as bea.methods.heun"),
        ((get("heun"), "booth"), "the problem is a str: give one, such as bea.problems."),
    ):
        with pytest.raises(BeaError, match=message):
            measure(*given)


def test_the_floor_holds_the_rounding_of_all_steps() -> None:
    """eps |theta| sqrt(n) for n roundings at random, beside the reference's error."""
    gammas = np.array([1e-1, 1e-3, 1e-5])
    study = discretization_drift(
        get("explicit-euler"), VectorField.read("-y"), [0], gammas, [[1.0]], time=1.0
    )
    rounding = np.finfo(float).eps * np.exp(-1) * np.sqrt(1 / gammas)
    assert np.diff(study.floors[0, :, 0, 0]) == pytest.approx(np.diff(rounding), rel=0.05, abs=0)


def test_progress_is_told() -> None:
    seen: list[tuple[str, int, int]] = []
    discretization_drift(
        get("heun"), LOTKA_VOLTERRA, [0, 1], [0.1, 0.05], progress=lambda *what: seen.append(what)
    )
    assert {what for what, _, _ in seen} == {"iterates", "flows of order 0", "flows of order 1"}
    assert all(0 <= done <= total for _, done, total in seen)


def test_the_table_and_the_json_say_the_same() -> None:
    study = discretization_drift(get("gradient-descent"), HIMMELBLAU, [0, 1])
    found = study.as_json()
    assert found["method"] == "gradient-descent" and found["problem"] == "himmelblau"
    assert [entry["expected"] for entry in found["orders"]] == [1, 2]
    for entry, line in zip(found["orders"], study.table().splitlines()[2:], strict=True):
        assert f"{entry['observed']:.3f}" in line
        assert entry["interval"][0] <= entry["observed"] <= entry["interval"][1]


def _with_doubled_term(equation, power: int):
    """Return the equation with its term of gamma^power doubled."""
    from bea.modified.equation import ModifiedEquation

    changed = {t: b * (2 if t.order == power + 1 else 1) for t, b in equation.coefficients.items()}
    return ModifiedEquation(
        equation.method,
        equation.order,
        equation.problem,
        route="control",
        coefficients=lambda k: {t: b for t, b in changed.items() if t.order <= k + 1},
        components=lambda k: (),
    )


def test_study_is_exported() -> None:
    assert isinstance(discretization_drift(get("heun"), LOTKA_VOLTERRA, [0]), DriftStudy)


def test_a_study_without_an_observed_order_agrees_with_nothing() -> None:
    study = discretization_drift(get("rk4"), HIMMELBLAU, [3], gammas=[0.01, 0.005])
    assert study.fits[0].reason and study.fits[0].reason in study.table()
    assert study.agrees() is None
