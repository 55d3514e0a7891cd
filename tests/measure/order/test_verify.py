"""A certificate confirms what is right, refutes what is wrong, and says when it cannot tell."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.adapters.black_box import BlackBox
from bea.errors import BeaError, MethodError, OrderError, OutputError
from bea.measure import DriftStudy
from bea.measure.order.certificate import Certificate
from bea.measure.order.expected import derive_for
from bea.measure.order.findings import WITHIN
from bea.measure.steps.suiting import comparing_time
from bea.methods import Method, Scheduled, get
from bea.modified import ModifiedEquation, modified_equation
from bea.modified.memory.character import Character

BOWL = bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2")
NETWORK = bea.problems.linear_network()
BOOTH = bea.problems.get("booth")
ADAM = {"beta1": "1/2", "beta2": "3/4", "epsilon": "1/2"}
RULES: dict[str, dict[str, str]] = {
    "gradient-descent": {},
    "heun": {},
    "heavy-ball": {"beta": "1/2"},
    "nesterov": {"beta": "1/2"},
    "adam": ADAM,
}


@pytest.fixture(scope="module")
def momentum() -> Certificate:
    return bea.verify(get("heavy-ball", beta="1/2"), NETWORK)


@pytest.mark.parametrize("problem", [NETWORK, BOOTH], ids=lambda problem: problem.name)
@pytest.mark.parametrize("name", RULES)
def test_right_equations_are_confirmed_through_order_two(name: str, problem: Any) -> None:
    certificate = bea.verify(get(name, **RULES[name]), problem)
    assert certificate.verdict == "confirmed", certificate
    assert certificate.reason == "" and not certificate.failures and not certificate.warnings
    first = 2 if name == "heun" else 1
    wanted = [first, 2, 3]
    found = [f for f in certificate.findings if f.kind == "equation"]
    assert [f.expected for f in found] == wanted
    assert [f.fit.order for f in found] == pytest.approx(wanted, abs=WITHIN)
    assert all(len(f.fit.window) >= 4 for f in certificate.findings)
    for kind in ("dropped", "doubled"):
        controls = [f for f in certificate.controls if f.kind == kind]
        assert [f.order for f in controls] == [2] if name == "heun" else [1, 2]
        assert [f.fit.order for f in controls] == pytest.approx(
            [f.order for f in controls], abs=WITHIN
        )


def test_a_start_that_is_not_corrected_is_accurate_to_first_order(momentum: Certificate) -> None:
    found = [f for f in momentum.controls if f.kind == "uncorrected"]
    assert [(f.order, f.expected) for f in found] == [(1, 1), (2, 1)]
    assert [f.fit.order for f in found] == pytest.approx([1, 1], abs=WITHIN)


def test_a_correction_that_begins_later_is_left_out_where_it_changes_nothing() -> None:
    """The optimistic gradient's start is off by gamma^2 only."""
    certificate = bea.verify(get("optimistic-gradient"), NETWORK)
    found = [f for f in certificate.controls if f.kind == "uncorrected"]
    assert [(f.order, f.expected) for f in found] == [(2, 2)]
    assert certificate.verdict == "confirmed"


def test_where_runs_begin_is_said(momentum: Certificate) -> None:
    adam = bea.verify(get("adam", **ADAM), BOOTH, order=1)
    descent = bea.verify(get("gradient-descent"), BOOTH, order=1)
    assert (descent.start, momentum.start, adam.start) == ("own", "corrected", "manifold")
    assert len(descent.study.gammas) == len(adam.study.gammas) == 12  # by default, a dozen
    assert descent.start_remark == ""
    assert "the corrected start" in momentum.table()
    assert "The transient is left out" in adam.table()
    assert {f.kind for f in adam.controls} == {"dropped", "doubled"}


# --- wrong equations ----------------------------------------------------------------------------


@dataclass(frozen=True)
class LateDescent(Method):
    """Descent that looks a part of the step ahead, and so has another f_1 than it claims."""

    ahead: Any = "1/5"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        return theta + gamma * f(theta + self.ahead * gamma * f(theta)), state


@dataclass(frozen=True)
class InFloats(LateDescent):
    """The same in floats, of which nothing exact is derived."""

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        return theta + gamma * f(theta + 0.2 * gamma * f(theta)), state


@dataclass(frozen=True)
class Scaled(Method):
    """Descent with steps that are a tenth too long."""

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        return theta + gamma * (fmpq(11, 10) if _is_exact(gamma) else 1.1) * f(theta), state


def _is_exact(gamma: Any) -> bool:
    return not isinstance(gamma, np.ndarray)


def test_a_rule_that_claims_the_equation_of_another_is_refuted() -> None:
    claimed = modified_equation(get("gradient-descent"), BOWL, 3)
    certificate = bea.verify(LateDescent(), BOWL, equation=claimed)
    assert certificate.verdict == "refuted" and certificate.source == "given"
    results = [f.result for f in certificate.findings if f.kind == "equation"]
    assert results == ["yes", "no", "no"]
    assert certificate.reason == (
        "the flow of order 1: the observed order is 1.00 instead of 2, so that the term of gamma^1 "
        "is wrong"
    )
    assert bea.verify(LateDescent(), BOWL).verdict == "confirmed"


def test_an_equation_is_tested_of_a_method_that_itself_has_none() -> None:
    """What it leaves out is taken to be the next power."""
    with pytest.raises(MethodError, match=r"0\.2"):
        modified_equation(InFloats(), BOWL, 1)
    equation = modified_equation(LateDescent(), BOWL, 2)
    certificate = bea.verify(InFloats(), BOWL, 2, equation=equation)
    assert certificate.verdict == "confirmed" and certificate.study.expected == (1, 2, 3)


def test_a_wrong_leading_term_is_refuted() -> None:
    claimed = modified_equation(get("gradient-descent"), BOWL, 2)
    certificate = bea.verify(Scaled(), BOWL, equation=claimed)
    assert certificate.verdict == "refuted"
    assert "so that the term of gamma^0 is wrong" in certificate.reason


def test_the_classic_mistake_is_refuted() -> None:
    """The series in D with the unknown field left out: 1/12 f'f'f where 1/3 is right."""
    right = modified_equation(get("explicit-euler"), BOWL, 2)
    wrong = {t: fmpq(1, 12) if str(b) == "1/3" else b for t, b in right.coefficients.items()}
    assert wrong != dict(right.coefficients)
    equation = ModifiedEquation(
        right.method,
        2,
        BOWL,
        route="trees",
        coefficients=lambda k: {t: b for t, b in wrong.items() if t.order <= k + 1},
        components=lambda k: right.components[: k + 1],
    )
    certificate = bea.verify(get("explicit-euler"), BOWL, equation=equation)
    assert certificate.verdict == "refuted"
    assert certificate.reason.startswith("the flow of order 2: the observed order is 2.")


def test_momentum_of_another_rate_is_refuted() -> None:
    claimed = modified_equation(get("nesterov", beta="1/2"), NETWORK, 2)
    certificate = bea.verify(get("heavy-ball", beta="1/2"), NETWORK, equation=claimed)
    assert certificate.verdict == "refuted"
    assert "the term of gamma^1 or of the corrected start is wrong" in certificate.reason


def test_a_wrong_equation_off_the_trees_is_refuted() -> None:
    claimed = modified_equation(get("adam", **ADAM), BOOTH, 1)
    other = get("adam", **{**ADAM, "beta1": "1/3"})
    certificate = bea.verify(other, BOOTH, 1, equation=claimed)
    assert certificate.verdict == "refuted"
    assert "the term of gamma^1 or the start is wrong" in certificate.reason


def test_a_given_equation_that_is_right_is_confirmed_to_its_last_term() -> None:
    """Of Heun's method f_1 vanishes, so that an equation that ends there leaves out gamma^2."""
    method = get("heun")
    certificate = bea.verify(method, BOWL, 2, equation=modified_equation(method, BOWL, 2))
    assert certificate.verdict == "confirmed"
    assert certificate.study.expected == (2, 2, 3)
    short = bea.verify(method, BOWL, 1, equation=modified_equation(method, BOWL, 1))
    assert short.study.expected == (2, 2)


# --- what cannot be told ------------------------------------------------------------------------


def test_too_few_step_sizes_are_undecided() -> None:
    certificate = bea.verify(get("gradient-descent"), BOWL, 1, [0.05, 0.025], time=0.5)
    assert certificate.verdict == "undecided"
    assert "2 of 2 step sizes stand clear of the error floor, 4 are needed" in certificate.reason
    assert "give more step sizes" in certificate.sentence()


def test_step_sizes_at_the_error_floor_are_undecided() -> None:
    gammas = 0.1 / np.array([2000, 2500, 3000, 4000, 5000])
    certificate = bea.verify(get("rk4"), BOWL, 4, gammas, time=0.1)
    assert certificate.verdict == "undecided"
    assert "clear of the error floor" in certificate.reason


def test_step_sizes_beyond_the_useful_range_refute_nothing() -> None:
    quadratic = bea.problems.loss("5*x**2")
    gammas = [0.16, 0.15, 0.14, 0.13, 0.12, 0.11]
    certificate = bea.verify(get("gradient-descent"), quadratic, 2, gammas, [[1.0]], 3.0)
    assert certificate.warnings and certificate.verdict == "undecided"
    assert certificate.reason


def test_where_all_terms_vanish_the_first_beyond_is_the_control() -> None:
    """Of RK4 the terms of gamma, gamma^2 and gamma^3 are zero; that of gamma^4 is taken away."""
    certificate = bea.verify(get("rk4"), BOWL, order=2)
    assert certificate.verdict == "confirmed"
    assert certificate.study.orders.tolist() == [0, 1, 2, 4]
    assert certificate.study.expected == (4, 4, 4, 5)
    assert {(f.kind, f.order) for f in certificate.controls} == {("dropped", 4), ("doubled", 4)}
    assert [size.order for size in certificate.sizes] == [0, 4]
    assert "modified flows of order 0 to 2 (observed orders 4." in certificate.sentence()
    assert bea.verify(get("rk4"), BOWL, order=4).verdict == "confirmed"


def test_an_exact_method_leaves_nothing_to_verify() -> None:
    exact = _laws([0, 1], [1.0, 1.0], (None, None))
    certificate = Certificate(replace(exact, distances=0 * exact.distances))
    assert [f.result for f in certificate.findings] == ["yes", "yes"]
    assert certificate.verdict == "undecided" and "choose another problem" in certificate.reason
    assert "exact" in certificate.table()
    off = Certificate(exact)
    assert off.verdict == "undecided" and "stands clear of the error floor" in off.reason


def test_an_order_that_is_not_near_enough_is_left_open() -> None:
    """Two and a half is neither: only what is clearly lower refutes."""
    verdicts = {p: _with_observed(p).verdict for p in (2.0, 2.3, 2.7, 3.05, 3.5)}
    assert verdicts == {
        2.0: "refuted", 2.3: "refuted", 2.7: "undecided", 3.05: "confirmed", 3.5: "undecided"
    }  # fmt: skip
    assert "take smaller step sizes or other starts" in _with_observed(2.7).reason


def test_runs_that_stopped_refute_nothing() -> None:
    """A flow that ends at a kink, as Adam's does, has another order than its equation."""
    wrong = _with_observed(2.0)
    assert wrong.verdict == "refuted"
    line = "flow of order 0: gamma=0.1, start (1, 1): stopped at t=0.4, the step budget was ..."
    stopped = replace(wrong, study=replace(wrong.study, failures=(line,)))
    assert stopped.verdict == "undecided"
    assert "1 runs stopped early, which decides nothing" in stopped.reason
    assert line in stopped.reason and "take a shorter time" in stopped.reason


@pytest.mark.parametrize(("seen", "verdict"), [(1.6, "confirmed"), (2.3, "confirmed"), (2.8, "un")])
def test_a_control_is_told_apart_by_half_an_order(seen: float, verdict: str) -> None:
    certificate = _with_observed(3.0, control=seen)
    assert certificate.verdict.startswith(verdict)


def test_a_control_that_does_not_fall_takes_the_weight_from_the_verdict() -> None:
    certificate = _with_observed(3.0, control=3.0)
    assert certificate.verdict == "undecided"
    assert certificate.reason == (
        "the control of order 2 (last term doubled): the observed order is 3.00 instead of 2, so "
        "that a wrong flow is not told from the right one: take smaller step sizes or other starts"
    )


def _with_observed(power: float, control: float = 2.0) -> Certificate:
    """Return a certificate of exact power laws, the highest flow's being gamma^power."""
    return Certificate(
        study=_laws([0, 1, 2], [1.0, 2.0, power], (1, 2, 3)),
        doubled=_laws([1, 2], [1.0, control], (1, 2)),
    )


def _laws(orders: list[int], powers: list[float], expected: tuple[int | None, ...]) -> DriftStudy:
    gammas = np.geomspace(0.05, 0.002, 10)
    laws = np.array([(10 * gammas) ** p for p in powers])[..., None, None]
    return DriftStudy(
        "drift", "gradient-descent", "power-law", "", np.array(orders), expected, gammas,
        np.zeros((1, 2)), np.ones((10, 1)), laws, np.full(laws.shape, 1e-14),
    )  # fmt: skip


# --- times that suit ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("gradient-descent", "20 + x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)"),
        ("gradient-descent", "1000000*x**2 + y**2"),
        ("heun", "x**2/1000000 + y**2/2000000 + x*y**2/3000000"),
    ],
)
def test_whatever_the_curvature_is_something_happens(name: str, loss: str) -> None:
    certificate = bea.verify(get(name), bea.problems.loss(loss), 1)
    assert certificate.verdict == "confirmed", certificate
    assert not certificate.failures


def test_a_flow_with_kinks_is_followed_up_to_the_first() -> None:
    """Adam's field has one where a component of the gradient changes its sign, at t = 0.4."""
    adamw = get("adamw", beta1="9/10", beta2="19/20", weight_decay="1/10")
    certificate = bea.verify(adamw, bea.problems.loss("x**2/2 + y**2"), 1)
    assert certificate.verdict == "confirmed" and not certificate.failures
    assert 0.1 < certificate.study.times.max() < 0.4


def test_runs_that_stop_are_tried_for_a_shorter_time() -> None:
    """A pole that one start in two hits is not left out by the quarter of paths that may be."""
    riccati = bea.problems.get("riccati")
    certificate = bea.verify(get("explicit-euler"), riccati, 1, starts=[[1.0], [1.9]])
    assert certificate.verdict == "confirmed" and not certificate.failures


def test_what_a_default_time_does_not_tell_is_told_at_a_shorter_one() -> None:
    """After half a turn the term of gamma has undone what it did: H + gamma/2 pq is kept."""
    method, problem = bea.methods.symplectic_euler(), bea.problems.get("linear")
    found = bea.verify(method, problem, order=1)
    time = float(found.study.times.max())
    assert found.verdict == "confirmed"
    at_first = bea.verify(method, problem, order=1, time=time / 0.6)
    assert at_first.verdict == "undecided"
    assert at_first.reason.startswith("the control of order 1 (last term doubled)")


def test_a_time_is_not_shortened_below_the_step_sizes_that_were_given() -> None:
    """The pole of one start is nearer than one step: that ends in a verdict, not in an error."""
    gammas, riccati = [0.5, 0.4, 0.3, 0.2, 0.1], bea.fields.VectorField.read("x**2")
    starts = [[0.1], [0.2], [0.3], [3000.0]]
    certificate = bea.verify(get("explicit-euler"), riccati, 1, starts=starts, gammas=gammas)
    assert certificate.verdict == "undecided" and certificate.failures
    assert 0.5 <= certificate.study.times.max() < 1.5


def test_step_sizes_longer_than_the_time_that_suits_are_refused() -> None:
    steep = bea.problems.loss("1000*x**2 + y**2")
    for measure in (bea.verify, bea.measure.discretization_drift):
        with pytest.raises(BeaError, match=r"gamma=3 is longer .* suits .*: take step sizes below"):
            measure(get("gradient-descent"), steep, gammas=[0.001, 3.0], starts=[[1.0, 1.0]])


@pytest.mark.parametrize("time", [1.0, None])
def test_what_is_too_stiff_is_refused_at_once_and_by_default_short(time: float | None) -> None:
    steep = bea.problems.loss("1000000*x**2 + y**2")
    if time is None:
        assert bea.measure.order.default_time(get("implicit-euler"), steep) < 1e-5
        return
    with pytest.raises(BeaError, match=r"the problem is stiff: .* 2e\+06 turns .* leave it out"):
        bea.verify(get("implicit-euler"), steep, 1, time=time)


# --- words, files, mistakes ---------------------------------------------------------------------


def test_the_table_the_json_and_the_sentence_say_the_same(momentum: Certificate) -> None:
    found = momentum.as_json()
    assert json.loads(json.dumps(found)) == found
    assert found["verdict"] == "confirmed" and found["start"] == "corrected"
    assert [entry["order"] for entry in found["orders"]] == [0, 1, 2]
    entries = [*found["orders"], *found["controls"]]
    lines = momentum.table().splitlines()[1:]
    for entry, line in zip(entries, lines, strict=False):
        assert f"{entry['observed']:.3f}" in line and line.endswith("yes")
        assert entry["agrees"] is True
    assert lines[-1] == momentum.sentence()
    assert momentum.sentence().startswith(
        "confirmed: the iterates of heavy-ball(beta=1/2) on linear-network follow"
    )
    assert "all 6 controls fall as they must" in momentum.sentence()
    assert "\n" not in momentum.sentence()


def test_nothing_is_lost_in_a_file(momentum: Certificate, tmp_path: Path) -> None:
    path = momentum.save(tmp_path / "deep" / "certificate")
    assert path.name == "certificate.npz"
    back = Certificate.load(path)
    assert back.as_json() == momentum.as_json() and back.table() == momentum.table()
    for part in ("study", "doubled", "uncorrected"):
        before, after = getattr(momentum, part), getattr(back, part)
        for field in fields(DriftStudy):
            np.testing.assert_array_equal(getattr(before, field.name), getattr(after, field.name))
    short = bea.verify(get("gradient-descent"), BOOTH, 1)
    assert Certificate.load(short.save(tmp_path / "short.npz")).uncorrected is None


def test_what_is_no_certificate_is_refused(momentum: Certificate, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no file"):
        Certificate.load(tmp_path / "missing.npz")
    text = tmp_path / "text.npz"
    text.write_text("not an archive")
    with pytest.raises(OutputError, match="is not a certificate saved by bea"):
        Certificate.load(text)
    study = momentum.study.save(tmp_path / "study.npz")
    with pytest.raises(OutputError, match=r"holds .bea drift study 2. and not .bea certif"):
        Certificate.load(study)


def test_wrong_input() -> None:
    descent = get("gradient-descent")
    for bad in (0, -1, 1.5, True):
        with pytest.raises(OrderError, match="cannot be verified: give a whole number, 1 or more"):
            bea.verify(descent, BOWL, bad)  # type: ignore[arg-type]
    with pytest.raises(OrderError, match="order 2 is not between 0 and the derived order 1"):
        bea.verify(descent, BOWL, equation=modified_equation(descent, BOWL, 1))
    with pytest.raises(BeaError, match="for every field at once"):
        bea.verify(descent, BOWL, equation=modified_equation(descent, order=2))
    other = modified_equation(descent, bea.problems.loss("u**2 + v**2"), 2)
    with pytest.raises(BeaError, match="the equation is in u, v and the problem in x, y"):
        bea.verify(descent, BOWL, equation=other)
    with pytest.raises(BeaError, match="does not contract"):
        bea.verify(get("adagrad"), BOWL)


def test_progress_is_told() -> None:
    seen: set[str] = set()
    bea.verify(get("heun"), BOWL, gamma_count=5, progress=lambda what, done, total: seen.add(what))
    assert {"iterates", "flows of order 2", "control: flows of order 2"} <= seen


@pytest.mark.parametrize("steps", [3, 4])
@pytest.mark.parametrize("problem", [BOWL, NETWORK], ids=lambda problem: problem.name)
def test_bdf_from_a_history_at_rest(steps: int, problem: Any) -> None:
    """Its rates are complex; the start is right to the order of the method, not of the flow."""
    certificate = bea.verify(get("bdf", steps=steps), problem)
    assert certificate.verdict == "confirmed"
    assert certificate.start == "corrected" or steps == 4  # whose layer may outlast few steps
    found = {(f.kind, f.order): f.expected for f in certificate.findings}
    assert found["equation", 0] == found["equation", 2] == steps
    assert found["uncorrected", 1] == found["uncorrected", 2] == 1


@pytest.mark.parametrize("loss", ["himmelblau", "booth"])
@pytest.mark.parametrize(("name", "start"), [("adams-bashforth", "corrected"), ("bdf", "manifold")])
def test_six_steps_are_confirmed_at_the_default_step_sizes(
    name: str, start: str, loss: str
) -> None:
    """The error falls to the floor within a factor of 3, and the layer of BDF outlasts the runs."""
    certificate = bea.verify(bea.methods.get(name, steps=6), bea.problems.get(loss), order=1)
    assert certificate.verdict == "confirmed", certificate.reason
    assert certificate.start == start
    assert certificate.study.expected == (6, 6, 7)
    assert len(certificate.study.gammas) > 12
    assert {"dropped", "doubled"} <= {control.kind for control in certificate.controls}


def test_the_iterates_are_those_of_the_problem_and_not_of_the_equation() -> None:
    equation = bea.modified_equation(bea.methods.gradient_descent(), bea.problems.booth(), 2)
    other = bea.problems.himmelblau()
    certificate = bea.verify(
        bea.methods.gradient_descent(), other, 1, starts=[[1.0, 2.0]], time=0.02, equation=equation
    )
    assert certificate.verdict == "refuted"


@pytest.mark.parametrize("problem", [None, "booth"])
def test_what_is_no_problem_is_refused(problem: Any) -> None:
    with pytest.raises(BeaError, match=r"the problem is a .*give one"):
        bea.verify(get("heun"), problem)


# --- a step that is somebody else's code ----------------------------------------------------------

THEIRS = bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2 + x")


def their_slope(theta: Any) -> Any:
    x, y = theta
    return np.array([x * y * y + 2 * x + 1, x * x * y + y])


def their_momentum(gamma: float) -> Any:
    velocity = np.zeros(2)

    def step(theta: Any) -> Any:
        velocity[:] = 0.5 * velocity - their_slope(theta)
        return theta + gamma * velocity

    return step


def their_rmsprop(gamma: float, kept: float = 0.5) -> Any:
    squares = np.zeros(2)

    def step(theta: Any) -> Any:
        slope = their_slope(theta)
        squares[:] = kept * squares + (1 - kept) * slope**2
        return theta - gamma * slope / (np.sqrt(squares) + 0.5)

    return step


@pytest.mark.parametrize(
    ("begin", "method", "start"),
    [
        (their_momentum, get("heavy-ball", beta="1/2"), "corrected"),
        (their_rmsprop, get("rmsprop", beta="1/2", epsilon="1/2"), "settled"),
    ],
)
def test_somebody_elses_step_is_put_to_the_test_of_an_equation(
    begin: Any, method: Method, start: str
) -> None:
    """Where nothing corrects the start, it is followed from where its memory has settled."""
    told: list[str] = []
    equation = bea.modified_equation(method, THEIRS, 1)
    step = BlackBox(begin, "theirs")
    certificate = bea.verify(
        step, THEIRS, 1, equation=equation, progress=lambda what, *_: told.append(what)
    )
    assert certificate.verdict == "confirmed", certificate.reason
    assert (certificate.start, certificate.source) == (start, "given")
    assert certificate.study.method == "theirs" and "iterates of theirs" in told
    assert certificate.study.starts.shape == (4, 2)
    assert (len(certificate.study.gammas) == 8) == (start == "settled")
    character = Character(method, THEIRS)
    derive_for(character, 1)  # the second term sets the pace, too
    time = comparing_time(character, certificate.study.starts)
    halves = 2 if start == "settled" else 1  # half of the way is gone by then
    np.testing.assert_allclose(certificate.study.times, time / halves)
    given = bea.verify(
        step, THEIRS, 1, equation=equation, time=0.5, gammas=[0.01, 0.005, 0.0025, 0.00125]
    )
    assert (given.start, len(given.study.gammas)) == (start, 4)
    np.testing.assert_allclose(given.study.times, 0.5)


def test_a_memory_that_is_over_at_once_does_not_lengthen_the_steps() -> None:
    """It is after three; the pace of the problem allows a fifth of the time and no more."""
    method = get("rmsprop", beta="1/10**9", epsilon="1/2")
    equation = bea.modified_equation(method, THEIRS, 1)
    step = BlackBox(lambda gamma: their_rmsprop(gamma, 1e-9))
    study = bea.verify(step, THEIRS, 1, equation=equation, starts=[[1.0, 2.0]]).study
    assert (study.times[:, 0] / study.gammas).min() >= 5


def test_somebody_elses_step_is_refuted_by_the_equation_of_another() -> None:
    equation = bea.modified_equation(get("heavy-ball", beta="2/5"), THEIRS, 1)
    assert bea.verify(BlackBox(their_momentum), THEIRS, 1, equation=equation).verdict == "refuted"


@pytest.mark.parametrize("method", ["heun", None, bea.methods.heun])
def test_what_is_no_method_is_refused(method: Any) -> None:
    with pytest.raises(BeaError, match=r"the method is a .*: give one, such as bea.methods.heun"):
        bea.verify(method, THEIRS, 1)


def test_no_single_equation_is_that_of_a_schedule_in_pieces() -> None:
    jumps = Scheduled(get("gradient-descent"), "step(every=1/10, factor=1/2, time=1/5)")
    equation = bea.modified_equation(get("gradient-descent"), THEIRS, 1)
    with pytest.raises(BeaError, match=r"the schedule is in pieces, each with one of its own: ver"):
        bea.verify(jumps, THEIRS, 1, equation=equation)
