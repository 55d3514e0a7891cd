"""The judge alone: certificates of power laws that are written down, on both sides of each line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bea.files import drawings
from bea.measure.order.certificate import Certificate, Finding
from bea.measure.order.coefficients import Coefficients, Size
from bea.measure.order.order_fit import OrderFit
from bea.measure.order.study import DriftStudy

GAMMAS = np.geomspace(0.05, 0.002, 10)


def laws(powers: dict[int, float], expected: list[int | None], **changed: Any) -> DriftStudy:
    """Return a study in which the flow of order K is off by (10 gamma)^powers[K]."""
    distances = np.array([(10 * GAMMAS) ** p for p in powers.values()])[..., None, None]
    given: dict[str, Any] = {
        "kind": "drift",
        "method": "descent",
        "problem": "valley",
        "formula": "",
        "orders": np.array(list(powers)),
        "expected": tuple(expected),
        "gammas": GAMMAS,
        "starts": np.zeros((1, 2)),
        "times": np.ones((10, 1)),
        "distances": distances,
        "floors": np.full(distances.shape, 1e-14),
    }
    return DriftStudy(**{**given, **changed})


def right(**changed: Any) -> Certificate:
    """Return a certificate of an equation that is right to order 2, with all its controls."""
    given: dict[str, Any] = {
        "study": laws({0: 1, 1: 2, 2: 3}, [1, 2, 3]),
        "doubled": laws({1: 1, 2: 2}, [1, 2]),
        "uncorrected": laws({1: 1, 2: 1}, [1, 1]),
        "start": "corrected",
    }
    return Certificate(**{**given, **changed})


def kinds(certificate: Certificate) -> list[tuple[str, int, int | None, str]]:
    return [(f.kind, f.order, f.expected, f.result) for f in certificate.findings]


def test_findings_are_the_flows_and_then_the_controls() -> None:
    """Without its last term the flow of order K is that of the order before."""
    assert kinds(right()) == [
        ("equation", 0, 1, "yes"),
        ("equation", 1, 2, "yes"),
        ("equation", 2, 3, "yes"),
        ("dropped", 1, 1, "yes"),
        ("dropped", 2, 2, "yes"),
        ("doubled", 1, 1, "yes"),
        ("doubled", 2, 2, "yes"),
        ("uncorrected", 1, 1, "yes"),
        ("uncorrected", 2, 1, "yes"),
    ]
    assert [f.fit.order for f in right().controls] == pytest.approx([1, 2, 1, 2, 1, 1])
    assert right().verdict == "confirmed" and right().reason == ""


def test_a_term_that_vanishes_is_no_control() -> None:
    """As in Heun's method, whose f_1 is 0: the flow of order 0 is that of order 1."""
    certificate = Certificate(laws({0: 2, 1: 2, 2: 3}, [2, 2, 3]))
    assert [(f.kind, f.order) for f in certificate.controls] == [("dropped", 2)]


@pytest.mark.parametrize(
    ("power", "result"),
    [(3.09, "yes"), (2.91, "yes"), (3.11, "open"), (2.89, "open"), (2.51, "open"), (2.49, "no"),
     (3.6, "open"), (1.0, "no")],
)  # fmt: skip
def test_an_order_agrees_within_a_tenth_and_refutes_from_a_half_on(
    power: float, result: str
) -> None:
    certificate = right(study=laws({0: 1, 1: 2, 2: power}, [1, 2, 3]))
    assert kinds(certificate)[2] == ("equation", 2, 3, result)
    verdicts = {"yes": "confirmed", "open": "undecided", "no": "refuted"}
    assert certificate.verdict == verdicts[result]


def test_a_lower_order_that_is_not_certain_refutes_nothing() -> None:
    """The interval reaches as far as the expected order: the data do not say."""
    study = right().study
    for highest, result in ((3.2, "open"), (3.05, "open"), (2.92, "open"), (2.88, "no")):
        fit = OrderFit(2.2, (4.4 - highest, highest), (0, 1, 2, 3))
        object.__setattr__(study, "fits", (*study.fits[:2], fit))
        assert kinds(right(study=study))[2][3] == result


@pytest.mark.parametrize(
    ("start", "words"),
    [("own", "is wrong"), ("corrected", "or of the corrected start is wrong"),
     ("manifold", "or the start is wrong")],
)  # fmt: skip
def test_the_term_that_the_order_points_to_is_blamed(start: str, words: str) -> None:
    wrong = right(study=laws({0: 1, 1: 1, 2: 1}, [1, 2, 3]), start=start)
    assert wrong.verdict == "refuted"
    assert wrong.reason.startswith(
        "the flow of order 1: the observed order is 1.00 instead of 2, so that the term of gamma^1 "
    )
    assert wrong.reason.endswith(words)
    assert wrong.sentence() == f"refuted: descent on valley: {wrong.reason}"
    still = right(study=laws({0: -0.2, 1: -0.2, 2: -0.2}, [1, 2, 3]))
    assert "so that the term of gamma^0 " in still.reason


def test_step_sizes_beyond_the_useful_range_take_the_weight_from_a_refutation() -> None:
    wrong = laws({0: 1, 1: 1, 2: 1}, [1, 2, 3], warnings=("far beyond",))
    certificate = right(study=wrong)
    assert certificate.verdict == "undecided"
    assert certificate.reason.endswith("but far beyond")
    assert certificate.warnings == ("far beyond",)


def test_a_control_that_stays_up_takes_the_weight_from_the_verdict() -> None:
    blind = right(doubled=laws({1: 1, 2: 3}, [1, 2]))
    assert blind.verdict == "undecided"
    assert blind.reason.startswith("the control of order 2 (last term doubled): the observed order")
    assert "so that a wrong flow is not told from the right one" in blind.reason


def test_without_controls_nothing_is_confirmed() -> None:
    alone = Certificate(laws({0: 4, 1: 4}, [4, 4]))
    assert alone.controls == () and alone.verdict == "undecided"
    assert alone.reason == (
        "all terms up to gamma^1 vanish, so that none can be taken away as a control: raise the "
        "order to 4"
    )


def test_a_flow_without_a_further_term_must_be_exact() -> None:
    """Clear of the floor it is not, and nothing is judged from runs that all stopped."""
    study = laws({0: 1, 1: 2}, [1, None])
    assert kinds(Certificate(study))[1] == ("equation", 1, None, "open")
    distances = np.array(study.distances)
    distances[1] = 29e-14
    near = laws({0: 1, 1: 2}, [1, None], distances=distances)
    assert kinds(Certificate(near))[1] == ("equation", 1, None, "yes")
    distances[1, 3] = 31e-14
    off = Certificate(laws({0: 1, 1: 2}, [1, None], distances=distances))
    assert kinds(off)[1] == ("equation", 1, None, "open")
    assert "should be exact, but stands clear of the error floor: check the rule" in off.reason
    distances[1] = np.nan
    lost = Certificate(laws({0: 1, 1: 2}, [1, None], distances=distances))
    assert kinds(lost)[1] == ("equation", 1, None, "open")
    assert ("1", "the equation", "exact", "–", "–", "–") in list(lost.rows())


def finding(kind: str, expected: int | None, order: float, result: str, why: str = "") -> Finding:
    return Finding(kind, 1, expected, OrderFit(order, (order, order), (), why), result)


def test_where_rounding_begins_smaller_step_sizes_are_no_remedy() -> None:
    for kind, words in (("equation", "not near enough to tell"), ("doubled", "from the right one")):
        fit = OrderFit(2.4, (2.4, 2.4), (), floored=True)
        reason = Finding(kind, 1, 2, fit, "open").reason
        assert f"{words}, and at smaller step sizes there is no more than rounding" in reason
        assert "take smaller" not in reason


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (finding("equation", 2, 2.0, "yes"), ""),
        (finding("equation", None, 2.0, "open"), "the flow should be exact"),
        (finding("equation", 2, 2.0, "open", "too few"), "too few"),
        (finding("equation", 2, 1.0, "no"), "the observed order is 1.00 instead of 2"),
        (finding("equation", 2, 2.6, "open"), "which is too high: from these starts"),
        (finding("equation", 2, 2.4, "open"), "which is not near enough to tell: take smaller"),
        (finding("doubled", 2, 2.6, "open"), "is not told from the right one: take smaller"),
    ],
)
def test_every_finding_says_why_and_what_to_do(given: Finding, words: str) -> None:
    assert words in given.reason
    assert bool(given.reason) == bool(words)
    assert given.as_json()["remark"] == given.reason
    agrees = {"yes": True, "no": False, "open": None}[given.result]
    assert given.as_json()["agrees"] is agrees


def test_a_finding_without_a_fit_has_no_numbers() -> None:
    unknown = finding("equation", 2, 2.0, "open", "too few").as_json()
    assert (unknown["observed"], unknown["interval"]) == (None, None)
    known = finding("doubled", 2, 2.0, "yes").as_json()
    assert (known["order"], known["expected"]) == (1, 2)
    assert (known["observed"], known["interval"]) == (2.0, [2.0, 2.0])


def test_the_confirming_sentence_counts_what_was_seen() -> None:
    assert (
        right()
        .sentence()
        .startswith(
            "confirmed: the iterates of descent on valley follow the modified flows of order 0 to "
            "2 (observed orders 1.00, 2.00, 3.00), and all 6 controls fall as they must"
        )
    )
    one = Certificate(laws({0: 1, 1: 2}, [1, 2]))
    assert "and the control falls as it must" in one.sentence()
    two = Certificate(laws({0: 1, 1: 2}, [1, 2]), doubled=laws({1: 1}, [1]))
    assert "and both controls fall as they must" in two.sentence()


def test_runs_that_stopped_are_listed_once_and_by_their_control() -> None:
    lines = ("iterates: a", "flow of order 1: b")
    certificate = right(
        study=laws({0: 1, 1: 2, 2: 3}, [1, 2, 3], failures=lines),
        doubled=laws({1: 1, 2: 2}, [1, 2], failures=(lines[0], "flow of order 2: c")),
        uncorrected=laws({1: 1, 2: 1}, [1, 1], failures=("flow of order 2: c",)),
    )
    assert certificate.failures == (*lines, "control: flow of order 2: c")
    assert certificate.as_json()["failures"] == list(certificate.failures)
    assert right().failures == ()


def test_the_json_and_the_table_hold_every_finding() -> None:
    json = right().as_json()
    assert [e["order"] for e in json["orders"]] == [0, 1, 2]
    assert [(e["control"], e["order"]) for e in json["controls"]] == [
        (kind, order) for kind in ("dropped", "doubled", "uncorrected") for order in (1, 2)
    ]
    assert (json["verdict"], json["reason"], json["equation"]) == ("confirmed", "", "derived")
    assert (json["method"], json["problem"], json["start"]) == ("descent", "valley", "corrected")
    assert json["gammas"] == GAMMAS.tolist()
    rows = list(right().rows())
    assert rows[0] == ("0", "the equation", "1", "1.000", "[1.000, 1.000]", "yes")
    assert [row[1] for row in rows[3:]] == (
        ["last term taken away"] * 2 + ["last term doubled"] * 2 + ["start not corrected"] * 2
    )
    wrong = right(study=laws({0: 1, 1: 1, 2: 1}, [1, 2, 3]))
    assert [row[5] for row in wrong.rows()][:3] == ["yes", "NO", "NO"]
    table = right().table().splitlines()
    assert table[0].split()[:3] == ["K", "flow", "of"]
    assert "the flows begin where the slow manifold is met" in right().table()
    assert table[-1] == right().sentence() == repr(right()).splitlines()[-1]


# --- what each term does -------------------------------------------------------------------------

SURE = (Size(0, 1e-9, 1e-9), Size(1, 1e-7, 1e-8), Size(2, 3e-6, 2e-6))


def sized(*sizes: Size, **changed: Any) -> Certificate:
    """Return a certificate in which it is known how right each term is."""
    found = Coefficients(np.array([0]), GAMMAS, np.zeros((1, 10, 1, 2)), np.zeros((1, 10, 1)))
    vars(found)["sizes"] = sizes
    return right(coefficients=found, **changed)


def test_how_sharp_a_certificate_is_stands_below_the_table_and_in_the_verdict() -> None:
    assert right().sizes == () and right().sharpness == "" and right().as_json()["terms"] == []
    assert "right to" not in right().sentence() and "What each term" not in right().table()
    certificate = sized(*SURE, Size(3, 0.1, 0.1))  # beyond what is claimed
    assert certificate.sharpness.startswith(
        "What each term does, as a part of it: gamma^0 right to 2e-09; gamma^1 right to 1e-07; "
    )
    assert certificate.sharpness in certificate.table()
    assert certificate.sentence().endswith("; each term is right to 5e-06 of what it does")
    assert [term["order"] for term in certificate.as_json()["terms"]] == [0, 1, 2, 3]
    unknown = sized(*SURE[:2], Size(2, np.nan, np.inf))
    assert unknown.verdict == "confirmed" and "right to" not in unknown.sentence()


@pytest.mark.parametrize(
    ("start", "words"),
    [("own", "gamma^2 does"), ("corrected", "gamma^2 or of the corrected start does")],
)
def test_a_size_that_is_wrong_refutes_what_the_orders_would_pass(start: str, words: str) -> None:
    wrong = sized(*SURE[:2], Size(2, 1e-3, 1e-6), start=start)
    assert wrong.verdict == "refuted"
    assert wrong.reason == f"what the term of {words} is off by 0.1 % (+- 0.0001 %)"


def test_a_size_that_seems_wrong_confirms_nothing() -> None:
    """As of one component, 5 % of its term, that is too large by 0.001."""
    seeming = sized(*SURE[:2], Size(2, 4.9e-5, 1.1e-5), start="own")
    assert seeming.verdict == "undecided" and seeming.doubtful == (seeming.sizes[2],)
    assert seeming.reason == (
        "what the term of gamma^2 does seems off by 0.0049 % (+- 0.001 %), which is not known well "
        "enough to tell: take smaller step sizes, other starts or another time"
    )
    beyond = sized(*SURE, Size(3, 4.9e-5, 1.1e-5))
    assert beyond.verdict == "confirmed" and beyond.doubtful == ()


def test_runs_that_stop_take_the_weight_from_a_refutation() -> None:
    lines = ("iterates: a", "flow of order 1: b")
    wrong = right(study=laws({0: 1, 1: 1, 2: 1}, [1, 2, 3], failures=lines))
    assert wrong.verdict == "undecided"
    assert wrong.reason.endswith(
        "is wrong, but 2 runs stopped early, which decides nothing (iterates: a): take a shorter "
        "time or other starts"
    )
    fine = right(study=laws({0: 1, 1: 2, 2: 3}, [1, 2, 3], failures=lines, warnings=("far",)))
    assert fine.verdict == "confirmed"


@pytest.mark.parametrize(
    ("sizes", "verdict"),
    [
        ((Size(2, 0.0, 1e-6),), "confirmed"),  # the term of K itself is right ...
        ((Size(1, 0.0, 1e-6),), "undecided"),  # ... which one before it does not say
        ((Size(2, 0.0, 1e-3),), "undecided"),
        ((Size(3, 0.125, 0.125),), "confirmed"),  # beyond the equation a rough size is enough
        ((Size(3, 0.125, 0.126),), "undecided"),
        ((Size(3, 0.0, 1e-6), Size(1, 0.1, 0.1)), "confirmed"),
        ((), "undecided"),
    ],
)
def test_a_size_vouches_for_an_order_that_cannot_be_told(
    sizes: tuple[Size, ...], verdict: str
) -> None:
    certificate = sized(*sizes, study=laws({0: 1, 1: 2, 2: 2.8}, [1, 2, 3]))
    assert certificate.verdict == verdict
    clear = laws({0: 1, 1: 2, 2: 3}, [1, 2, None])  # which must be exact, and is not
    assert sized(Size(2, 0.0, 1e-6), study=clear).verdict == "undecided"


def test_findings_that_cannot_be_told_are_counted() -> None:
    open_ones = right(study=laws({0: 1, 1: 1.8, 2: 2.8}, [1, 2, 3]), doubled=None, uncorrected=None)
    assert open_ones.reason.startswith("the flow of order 1: the observed order is 1.80")
    assert open_ones.reason.endswith(" (and 1 more like it)")
    alone = right(study=laws({0: 1, 1: 2, 2: 2.8}, [1, 2, 3]))
    assert "more like it" not in alone.reason


def test_controls_that_fall_are_counted() -> None:
    some = sized(Size(1, 0.0, 1e-6), Size(2, 0.0, 1e-6), doubled=laws({1: 1, 2: 3}, [1, 2]))
    assert "and 5 of 6 controls fall as they must; each" in some.sentence()
    alone = Certificate(laws({0: 4, 1: 4}, [4, 4]))
    vouched = sized(Size(1, 0.0, 1e-6), study=alone.study, doubled=None, uncorrected=None)
    assert vouched.verdict == "confirmed" and "fall" not in vouched.sentence()


def test_the_first_term_that_does_not_vanish_is_followed_as_a_control_alone() -> None:
    """As f_4 of a method of order 4 when its equation of order 1 is asked for."""
    certificate = Certificate(laws({0: 4, 1: 4, 4: 5}, [4, 4, 5]))
    assert kinds(certificate)[-1] == ("dropped", 4, 4, "yes")
    assert (
        "follow the modified flows of order 0 to 1 (observed orders 4.00, 4.00), and the control "
        "falls as it must" in certificate.sentence()
    )
    off = Certificate(laws({0: 4, 1: 4, 4: 4.8}, [4, 4, 5]))
    assert off.verdict == "confirmed"  # what is beyond is not claimed


def test_a_control_of_an_order_with_no_further_term_must_fall_to_its_own() -> None:
    certificate = right(uncorrected=laws({2: 1.2}, [1]), study=laws({0: 1, 1: 2, 2: 3}, [1, 2, 3]))
    assert kinds(certificate)[-1] == ("uncorrected", 2, 1, "yes")  # told from 3
    exact = laws({0: 1, 1: 2}, [1, None], distances=np.zeros((2, 10, 1, 1)))
    certificate = Certificate(exact, uncorrected=laws({1: 1.2}, [1]))
    assert kinds(certificate)[-1] == ("uncorrected", 1, 1, "open")


def test_without_any_term_another_problem_is_asked_for() -> None:
    nothing = laws({0: 1}, [None], distances=np.zeros((1, 10, 1, 1)))
    assert Certificate(nothing).reason == (
        "all terms up to gamma^0 vanish, so that none can be taken away as a control: choose "
        "another problem"
    )
    assert "order 0 to 0 (observed orders exact)" in sized(SURE[0], study=nothing).sentence()


def test_what_was_followed_is_named() -> None:
    steps = right(study=laws({0: 1, 1: 2, 2: 3}, [1, 2, 3], kind="steps"))
    assert "follow the plain steps on the fields of order 0 to 2" in steps.sentence()


def test_where_runs_and_flows_begin_is_said() -> None:
    assert right(start="own").start_remark == ""
    for start, words in (("manifold", "in the steady state"), ("settled", "has settled")):
        assert words in right(start=start).start_remark and words in right(start=start).table()


def test_it_is_drawn_by_what_was_handed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "_drawings", {"Certificate": lambda *what, **how: (what, how)})
    certificate = right()
    assert certificate.plot(band="none", axes=3) == ((certificate,), {"band": "none", "axes": 3})
    assert certificate.plot()[1] == {"band": "quartiles", "axes": None}


@pytest.mark.parametrize(
    ("sizes", "verdict"),
    [
        ((Size(2, 0.01, 0.01),), "undecided"),  # it may be right, so far as is known
        ((Size(2, 1e-6, 4e-9),), "undecided"),  # it is
        ((Size(2, 0.01, 0.004),), "refuted"),
        ((Size(2, 0.5, 0.5),), "refuted"),  # nothing is known of it
        ((Size(2, np.nan, np.inf),), "refuted"),
        ((Size(1, 0.0, 1e-3),), "refuted"),  # another term than that which is blamed
        ((Size(3, 0.01, 0.01),), "undecided"),  # what is left out would make this one boundless
        ((Size(3, 20.0, 40.0),), "refuted"),
        ((Size(1, 1e-3, 1e-6), Size(2, 0.01, 0.01)), "refuted"),  # for what the first term does
        ((), "refuted"),
    ],
)
def test_an_order_does_not_refute_where_the_term_it_blames_may_be_right(
    sizes: tuple[Size, ...], verdict: str
) -> None:
    """As at large steps, where what is beyond the equation bends the line of right ones, too."""
    certificate = sized(*sizes, study=laws({0: 1, 1: 2, 2: 2.3}, [1, 2, 3]))
    assert certificate.verdict == verdict
    if verdict == "undecided":
        power = sizes[0].order
        assert f"what the term of gamma^{power} does is right, so that" in certificate.reason
        assert certificate.reason.endswith("take smaller step sizes")


def test_where_small_steps_drown_in_rounding_the_remedy_is_another() -> None:
    study = laws({0: 1, 1: 2, 2: 2.3}, [1, 2, 3])
    floors = np.where(GAMMAS < 0.005, 1.0, 1e-14)[:, None, None]
    floored = laws({0: 1, 1: 2, 2: 2.3}, [1, 2, 3], floors=np.broadcast_to(floors, (3, 10, 1, 1)))
    certificate = sized(Size(2, 0.01, 0.01), study=floored)
    assert not study.fits[2].floored and floored.fits[2].floored
    assert certificate.verdict == "undecided"
    assert certificate.reason.endswith(
        "so far as is known, to 2 %, what the term of gamma^2 does "
        "is right, so that the order need not be the final one: take other starts or another time"
    )
