"""The judge alone: certificates of power laws that are written down, on both sides of each line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bea.measure.order.certificate import Certificate, Finding
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


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (finding("equation", 2, 2.0, "yes"), ""),
        (finding("equation", None, 2.0, "open"), "the flow should be exact"),
        (finding("equation", 2, 2.0, "open", "too few"), "too few"),
        (finding("equation", 2, 1.0, "no"), "the observed order is 1.00 instead of 2"),
        (finding("equation", 2, 2.6, "open"), "which is too high: at this time"),
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
