"""Schedules: exact expressions in t, the s' terms they bring, and orders that are observed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.algebra.ring.conversions import read
from bea.errors import BeaError, ExpressionError, MethodError, StepSizeError, UnknownNameError
from bea.fields import VectorField, with_time
from bea.flows import flow, iterate
from bea.measure.order import flow_by_pieces, schedule_drift
from bea.methods import Schedule, Scheduled
from bea.methods.schedules import library as schedules

GD = bea.methods.gradient_descent()
HEAVY_BALL = bea.methods.heavy_ball(beta="1/2")
SMOOTH = [schedules.cosine(time=1, low="1/10"), schedules.exponential(rate=1)]
LOSSES = ["x**2*y**2/2 + x**2 + y**2/2", "x**4/4 + x*y/2 + y**2"]
STARTS = [[1, 0.5, 0], [0.8, -0.7, 0], [0.4, 0.9, 0], [-1, 0.4, 0]]
JUMPING = [
    schedules.step(every="1/2", factor="1/2", time=1),
    schedules.cyclical(period="1/2", time=1),
    schedules.warm_restarts(period="1/3", factor=2, time=1),
    schedules.one_cycle(time=1),
    schedules.warm_up(time=1),
    schedules.piecewise("1; 1/(1 + t)", "1/2"),
]


# --- the expressions ----------------------------------------------------------------------------


def closed_forms() -> list[tuple[Schedule, Any]]:
    """Return schedules with their formulas in the words of the papers."""
    return [
        (schedules.constant("1/2"), lambda t: 0.5),
        (schedules.exponential(rate=2), lambda t: math.exp(-2 * t)),
        (schedules.inverse_time(rate=3), lambda t: 1 / (1 + 3 * t)),
        (schedules.cosine(2, "1/10"), lambda t: 0.1 + 0.45 * (1 + math.cos(math.pi * t / 2))),
        (schedules.step(1, "1/10", 3), lambda t: 0.1 ** math.floor(t)),
        (schedules.cyclical(1, "1/5", 3), lambda t: 0.2 + 0.8 * (1 - abs(1 - 2 * (t % 1)))),
        (schedules.warm_restarts(1, 1, 0, 3), lambda t: (1 + math.cos(math.pi * (t % 1))) / 2),
        (schedules.warm_up(2, "1/4", 3), lambda t: min(1.0, 0.25 + 0.75 * t / 2)),
        (schedules.piecewise("1; t", 1), lambda t: 1.0 if t < 1 else t),
    ]


@pytest.mark.parametrize("schedule, formula", closed_forms(), ids=lambda v: str(v)[:16])
def test_values_are_those_of_the_formula(schedule: Schedule, formula: Any) -> None:
    end = float(schedule.time.p) / float(schedule.time.q)
    times = np.linspace(0, end, 37)[:-1]
    np.testing.assert_allclose(schedule(times), [formula(t) for t in times], atol=1e-13)


def test_one_cycle_rises_to_one_at_its_peak_and_ends_at_its_end() -> None:
    s = schedules.one_cycle(time=10, peak="3/10", low="1/25", end="1/100")
    np.testing.assert_allclose(s([0, 3, 10]), [0.04, 1, 0.01])
    assert s.breaks == (3,)


@pytest.mark.parametrize("schedule", SMOOTH + JUMPING, ids=lambda s: s.name)
def test_the_slope_is_that_of_the_values(schedule: Schedule) -> None:
    times = np.linspace(0.013, 0.981, 23)  # no break is among them
    difference = (schedule(times + 1e-6) - schedule(times - 1e-6)) / 2e-6
    np.testing.assert_allclose(schedule.slope(times), difference, atol=1e-8)


def test_a_break_is_met_by_a_rounded_sum_of_steps() -> None:
    s = schedules.step(every=1, factor="1/2", time=3)
    reached = float(np.cumsum([0.1] * 10)[-1])  # Python 3.12 sums with a correction
    assert reached < 1
    assert s(reached) == 0.5


def test_breaks_do_not_depend_on_the_unit_of_time() -> None:
    for scale in (10**12, 1, fmpq(1, 10**12)):
        jumps = schedules.step(every=scale, factor="1/2", time=4 * scale)
        unit = float(fmpq(scale).p) / float(fmpq(scale).q)
        times = unit * np.array([0.0, 0.5, 1 - 1e-8, 1 - 1e-15, 1.0, 1.5, 2.5])
        assert jumps(times).tolist() == [1, 1, 1, 0.5, 0.5, 0.5, 0.25]


@pytest.mark.parametrize("name", sorted(schedules.available()))
def test_each_is_read_back_from_its_text(name: str) -> None:
    maker = schedules.available()[name]
    made = maker("1; 1/(1 + t)", "1/2") if name == "piecewise" else maker()
    again = schedules.read(str(made))
    assert again == made
    assert again.name == name
    assert hash(again) == hash(made)


def test_a_schedule_read_from_text_schedules_a_method() -> None:
    assert str(Scheduled(GD, "cosine(time=2, low=1/10)")) == (
        "gradient-descent with cosine(time=2, low=1/10)"
    )


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: schedules.piecewise("1 - t", time=2), "negative: s = -0.002 at t = 1.002"),
        (lambda: schedules.cosine(low=-1), "schedule is negative"),
        (lambda: schedules.constant(-1), "schedule is negative"),
        (lambda: schedules.piecewise("1/(t - 1/2)**2"), "schedule is not finite"),
        (lambda: schedules.piecewise("1; 2; 3", "2; 1"), "do not increase: 1 comes after 2"),
        (lambda: schedules.piecewise("1; 2", "0"), "do not increase: 0 comes after 0"),
        (lambda: schedules.piecewise("1; 2"), "2 pieces and 0 times"),
        (lambda: schedules.cosine(time=0), "time of the schedule is 0"),
        (lambda: schedules.one_cycle(peak=2), "give a share between 0 and 1"),
        (lambda: schedules.step(every="1/10000", time=1), "more than 1000 pieces"),
        (lambda: schedules.warm_restarts(factor="1/2", time=2), "more than 1000 pieces"),
        (lambda: schedules.read("cosine(time)"), "'time' in the schedule 'cosine' is no name="),
        (lambda: schedules.read("cosine(((("), "cannot be read"),
        (lambda: schedules.cosine(time=1).piece(1), "there is no piece 1"),
    ],
)
def test_wrong_schedules_are_refused(make: Any, message: str) -> None:
    with pytest.raises(BeaError, match=message.replace("(", r"\(")):
        make()


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'cosine'"):
        schedules.read("cosin")
    with pytest.raises(UnknownNameError, match="Did you mean 'time'"):
        schedules.read("cosine(tme=1)")
    with pytest.raises(ExpressionError, match="holds 'x'"):
        schedules.piecewise("x*t")
    with pytest.raises(ExpressionError, match="float"):
        schedules.exponential(rate=0.1)


def test_what_cannot_be_scheduled_is_refused() -> None:
    with pytest.raises(MethodError, match="the schedule is none"):
        Scheduled(GD, 1)
    with pytest.raises(MethodError, match="without a schedule"):
        Scheduled(Scheduled(GD, SMOOTH[0]), SMOOTH[0])
    with pytest.raises(MethodError, match="'perturbation' knows no schedule on trees"):
        bea.modified_equation(Scheduled(GD, SMOOTH[0]), order=1, route="perturbation")
    with pytest.raises(MethodError, match="on trees only modified_equation knows schedules"):
        bea.modifying_integrator(Scheduled(GD, SMOOTH[0]), order=1)
    with pytest.raises(MethodError, match="the schedule is left open"):
        bea.modified_equation(Scheduled(GD), with_time(VectorField.read("-x")), 1)
    with pytest.raises(MethodError, match="the schedule is left open"):
        schedule_drift(Scheduled(GD), with_time(VectorField.read("-x")))
    with pytest.raises(BeaError, match="the time as last variable"):
        bea.modified_equation(Scheduled(GD, SMOOTH[0]), VectorField.read("-x"), 1)


def test_no_series_goes_across_a_jump() -> None:
    field = with_time(bea.problems.loss(LOSSES[0]))
    scheduled = Scheduled(GD, JUMPING[2])
    with pytest.raises(MethodError, match=r"at t = 1/3: derive one smooth piece"):
        bea.discretization_drift(scheduled, field)
    with pytest.raises(StepSizeError, match="does not meet the times of the schedule, 1/3"):
        schedule_drift(scheduled, field, gammas=[0.01])


def test_the_time_needs_a_name_of_its_own() -> None:
    field = VectorField.read("-t")
    with pytest.raises(ExpressionError, match="'t' is a name of the problem"):
        with_time(field)
    assert with_time(field, "time").variables == ("t", "time")


# --- the modified field -------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", SMOOTH, ids=lambda s: s.name)
@pytest.mark.parametrize("text", LOSSES)
def test_gradient_descent_has_the_terms_derived_by_hand(schedule: Schedule, text: str) -> None:
    """With D0 = d/dt + s f . grad: f0 = s f and f1 = -1/2 D0 (s f) = -(s^2 f'f + s' f)/2."""
    loss = bea.problems.loss(text)
    field = with_time(loss)
    found = bea.modified_equation(Scheduled(GD, schedule), field, 1).components
    ring = found[0][0].ring
    s = read(ring, schedule.pieces[0])
    slope = s.derivative(2)
    f = field.components[:2]
    for i in range(2):
        along = f[0] * f[i].derivative(0) + f[1] * f[i].derivative(1)
        assert (found[0][i] - s * f[i]).is_zero()
        assert (found[1][i] + (s * s * along + slope * f[i]) * fmpq(1, 2)).is_zero()
    assert found[0][2] == ring.constant(1)
    assert found[1][2].is_zero()


@pytest.mark.parametrize("schedule", SMOOTH, ids=lambda s: s.name)
def test_on_a_line_the_terms_are_those_of_euler_and_maclaurin(schedule: Schedule) -> None:
    """log theta_n sums log(1 - gamma s): f~ = theta D/(e^(gamma D) - 1) log(1 - gamma s(t))."""
    found = bea.modified_equation(Scheduled(GD, schedule), with_time(VectorField.read("-x")), 3)
    ring = found.components[0][0].ring
    x, s = ring.symbol("x"), read(ring, schedule.pieces[0])
    bernoulli = [fmpq(1), fmpq(-1, 2), fmpq(1, 12), fmpq(0)]  # of z/(e^z - 1)
    for k in range(4):
        wanted = ring.constant(0)
        for n in range(k + 1):
            power = s
            for _ in range(k - n):
                power = power * s
            value = power * fmpq(-1, k - n + 1)
            for _ in range(n):
                value = value.derivative(1)
            wanted = wanted + value * bernoulli[n]
        assert (found.components[k][0] - wanted * x).is_zero()


def test_a_constant_schedule_of_one_changes_nothing() -> None:
    loss = bea.problems.loss(LOSSES[0])
    plain = bea.modified_equation(HEAVY_BALL, loss, 2)
    same = bea.modified_equation(Scheduled(HEAVY_BALL, schedules.constant()), with_time(loss), 2)
    for term, other in zip(plain.components, same.components, strict=True):
        assert [str(c) for c in term] == [str(c) for c in other[:2]]


def test_the_operator_and_the_perturbation_agree() -> None:
    field = with_time(bea.problems.loss(LOSSES[0]))
    scheduled = Scheduled(GD, SMOOTH[0])
    first, second = (
        bea.modified_equation(scheduled, field, 2, route=route).components
        for route in ("perturbation", "operator")
    )
    assert all((a - b).is_zero() for u, v in zip(first, second, strict=True)
               for a, b in zip(u, v, strict=True))  # fmt: skip


# --- numbers ------------------------------------------------------------------------------------


def test_iterates_are_those_of_a_loop() -> None:
    loss = bea.problems.loss(LOSSES[0])
    schedule = JUMPING[1]
    run = iterate(Scheduled(HEAVY_BALL, schedule), with_time(loss), STARTS, [0.05], steps=20)
    for start, values in zip(STARTS, run.values[0], strict=True):
        theta, velocity = np.array(start[:2], dtype=float), np.zeros(2)
        for n in range(20):
            velocity = 0.5 * velocity + loss(theta)
            theta = theta + 0.05 * float(schedule(n * 0.05)) * velocity
            np.testing.assert_allclose(values[n], [*theta, (n + 1) * 0.05], rtol=1e-12)


@pytest.mark.parametrize("method", [GD, HEAVY_BALL], ids=str)
@pytest.mark.parametrize("schedule", SMOOTH, ids=lambda s: s.name)
@pytest.mark.parametrize("text", LOSSES)
def test_observed_orders(method: Any, schedule: Schedule, text: str) -> None:
    field = with_time(bea.problems.loss(text))
    study = bea.discretization_drift(
        Scheduled(method, schedule), field, range(3), starts=STARTS, time=1.0
    )
    assert study.expected == (1, 2, 3)
    assert not study.failures
    np.testing.assert_allclose(study.observed_orders(), [1, 2, 3], atol=0.1)


@pytest.mark.parametrize("schedule", SMOOTH, ids=lambda s: s.name)
def test_without_the_slope_of_s_the_order_falls(schedule: Schedule) -> None:
    loss = bea.problems.loss(LOSSES[0])
    field = with_time(loss)
    scheduled = Scheduled(GD, schedule)
    gammas = 1 / np.array([20, 40, 80, 160])
    iterates = iterate(scheduled, field, STARTS, gammas)
    equation = bea.modified_equation(scheduled, field, 1)

    class WithoutSlope:
        dimension, variables, domain = 3, field.variables, equation.domain
        depends_on_gamma = True

        def numeric(self) -> Any:
            full, force = equation.numeric(), field.numeric()

            def rhs(theta: Any, gamma: Any) -> Any:
                values = full(theta, gamma).copy()
                values[:2] += gamma / 2 * schedule.slope(theta[2]) * force(theta, gamma)[:2]
                return values

            return rhs

    orders = []
    for target in (equation, WithoutSlope()):
        run = flow(target, STARTS, gammas, [1.0])
        drift = np.linalg.norm(run.values - iterates.values, axis=-1).max(axis=(1, 2))
        orders.append(np.polyfit(np.log(gammas), np.log(drift), 1)[0])
    np.testing.assert_allclose(orders, [2, 1], atol=0.1)


@pytest.mark.parametrize("schedule", JUMPING, ids=lambda s: s.name)
def test_observed_orders_across_breaks(schedule: Schedule) -> None:
    field = with_time(bea.problems.loss(LOSSES[0]))
    study = schedule_drift(Scheduled(GD, schedule), field, range(3), starts=STARTS)
    assert study.expected == (1, 2, 3)
    np.testing.assert_allclose(study.observed_orders(), [1, 2, 3], atol=0.1)


def test_without_its_breaks_a_flow_is_of_the_first_order_at_most() -> None:
    """One piece followed on, past the jump, is the negative control of going piece by piece."""
    field = with_time(bea.problems.loss(LOSSES[0]))
    scheduled = Scheduled(GD, JUMPING[0])
    wrong = Scheduled(GD, JUMPING[0].piece(0))
    right = flow_by_pieces(scheduled, field, 1, STARTS, [0.01])[-1].values
    iterates = iterate(scheduled, field, STARTS, [0.01]).values
    other = flow_by_pieces(wrong, field, 1, STARTS, [0.01], time=1)[-1].values
    assert np.abs(right - iterates).max() < 1e-3
    assert np.abs(other - iterates).max() > 0.05


@pytest.mark.parametrize("name", ["implicit-euler", "heun", "rk4", "sam"])
def test_other_methods_are_scheduled_too(name: str) -> None:
    field = with_time(bea.problems.loss(LOSSES[0]))
    study = bea.discretization_drift(
        Scheduled(bea.methods.get(name), SMOOTH[0]), field, [0, 1], starts=STARTS, time=1.0
    )
    # A step holds s still, so that even a method of high order is of order 1 with a schedule.
    assert study.expected[0] == 1
    assert abs(study.observed_orders()[0] - 1) < 0.1


def test_with_a_schedule_the_curl_is_that_in_theta() -> None:
    found = bea.modified_equation(
        Scheduled(GD, SMOOTH[0]), with_time(bea.problems.loss("x**2*y/2 + y**2")), 2
    )
    assert found.is_gradient == (True, True, False)
    with pytest.raises(BeaError, match="with a schedule the modified loss changes with the time"):
        found.modified_loss()
