"""One order beside the one that must be: its result, and the words for it with their remedy."""

from __future__ import annotations

import pytest

from bea.measure.order.findings import Finding, result_of, told_apart
from bea.measure.order.order_fit import OrderFit

NONE = OrderFit(float("nan"), (float("nan"), float("nan")), (), "too few: take more")


def fit(order: float, half: float = 0.01, floored: bool = False) -> OrderFit:
    return OrderFit(order, (order - half, order + half), (0, 1, 2, 3), floored=floored)


def finding(observed: OrderFit, kind: str = "equation", expected: int | None = 3) -> Finding:
    return Finding(kind, 2, expected, observed, result_of(expected, observed))


@pytest.mark.parametrize(
    ("observed", "result"),
    [
        (fit(3.09), "yes"),
        (fit(2.91), "yes"),
        (fit(3.11), "open"),
        (fit(2.51), "open"),
        (fit(2.49), "no"),
        (fit(2.49, half=0.42), "open"),  # the interval ends at 2.91
        (fit(2.49, half=0.40), "no"),
        (fit(9.0), "open"),  # too high refutes nothing
        (NONE, "open"),
    ],
)
def test_an_order_agrees_or_refutes_or_does_not_say(observed: OrderFit, result: str) -> None:
    assert result_of(3, observed) == result
    assert result_of(None, observed) == "open"


@pytest.mark.parametrize(
    ("observed", "above", "result"),
    [
        (fit(2.4), 3, "yes"),  # it should be 2, but is lower than that of the right flow
        (fit(2.6), 3, "open"),
        (fit(2.4), None, "open"),
        (fit(2.05), None, "yes"),
        (fit(1.0), None, "no"),
        (fit(1.0), 3, "yes"),
        (NONE, 3, "open"),
    ],
)
def test_a_wrong_flow_is_told_apart_by_half_an_order(
    observed: OrderFit, above: int | None, result: str
) -> None:
    assert told_apart(2, observed, above) == result


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (finding(fit(3.0)), ""),
        (finding(fit(2.0)), "the observed order is 2.00 instead of 3"),
        (finding(NONE), "too few: take more"),
        (
            finding(fit(3.0), expected=None),
            "the flow should be exact, but stands clear of the error floor: check the rule",
        ),
        (
            finding(fit(2.7)),
            "the observed order is 2.70 instead of 3, which is not near enough to tell: take "
            "smaller step sizes or other starts",
        ),
        (
            finding(fit(2.7, floored=True)),
            "the observed order is 2.70 instead of 3, which is not near enough to tell, and at "
            "smaller step sizes there is no more than rounding: take other starts or another time",
        ),
        (
            finding(fit(2.7), "doubled"),
            "the observed order is 2.70 instead of 3, so that a wrong flow is not told from the "
            "right one: take smaller step sizes or other starts",
        ),
        (
            finding(fit(3.6)),
            "the observed order is 3.60 instead of 3, which is too high: from these starts, at "
            "this time and these step sizes, the first term that is left out does less than those "
            "after it: take other starts, another time or smaller step sizes",
        ),
        (
            finding(fit(3.5)),
            "the observed order is 3.50 instead of 3, which is not near enough to tell: take "
            "smaller step sizes or other starts",
        ),
        (
            finding(fit(4.0), "doubled"),
            "the observed order is 4.00 instead of 3, so that a wrong flow is not told from the "
            "right one: take smaller step sizes or other starts",
        ),
    ],
)
def test_the_reason_and_the_remedy(found: Finding, reason: str) -> None:
    assert found.reason == reason


def test_as_json_an_order_that_is_not_known_is_null() -> None:
    assert finding(fit(2.0), "dropped").as_json() == {
        "order": 2, "expected": 3, "observed": 2.0, "interval": [1.99, 2.01], "agrees": False,
        "remark": "the observed order is 2.00 instead of 3",
    }  # fmt: skip
    unknown = finding(NONE).as_json()
    assert unknown["observed"] is unknown["interval"] is unknown["agrees"] is None
    assert finding(fit(3.0)).as_json()["agrees"] is True
    kinds = ("equation", "dropped", "doubled", "uncorrected")
    assert [finding(NONE, kind).name for kind in kinds] == [
        "the equation", "last term taken away", "last term doubled", "start not corrected",
    ]  # fmt: skip
