"""One observed order beside the one that must be: of a flow of the equation, or of a control."""

from __future__ import annotations

from typing import Any, NamedTuple

from bea.measure.order.order_fit import OrderFit

#: An observed order agrees with the expected one up to this, ...
WITHIN = 0.1
# ... and only one that is lower by more than this, half-way to the next whole number, refutes.
_APART = 0.5
_NAMES = {
    "equation": "the equation",
    "dropped": "last term taken away",
    "doubled": "last term doubled",
    "uncorrected": "start not corrected",
}


class Finding(NamedTuple):
    """One order that was observed, beside the one that must be.

    Attributes
    ----------
    kind : str
        "equation", or the control: "dropped", "doubled" or "uncorrected".
    order : int
        The order K of truncation.
    expected : int or None
        The power with which the distance must fall; None where it must be no more than noise.
    fit : OrderFit
        The observed order.
    result : str
        "yes" where it agrees, "no" where it is lower by so much that it is another, "open" where
        it cannot be told.
    """

    kind: str
    order: int
    expected: int | None
    fit: OrderFit
    result: str

    @property
    def name(self) -> str:
        """What was followed, in words."""
        return _NAMES[self.kind]

    @property
    def reason(self) -> str:
        """Empty, or why this finding is open or does not agree, with the remedy."""
        if self.result == "yes":
            return ""
        if self.expected is None:
            return "the flow should be exact, but stands clear of the error floor: check the rule"
        if self.fit.reason:
            return self.fit.reason
        seen = f"the observed order is {self.fit.order:.2f} instead of {self.expected}"
        if self.result == "no":
            return seen
        if self.kind == "equation" and self.fit.order > self.expected + _APART:
            return (
                f"{seen}, which is too high: from these starts, at this time and these step sizes, "
                "the first term that is left out does less than those after it: take other "
                "starts, another time or smaller step sizes"
            )
        if self.kind != "equation":
            seen += ", so that a wrong flow is not told from the right one"
        else:
            seen += ", which is not near enough to tell"
        if self.fit.floored:
            return (
                f"{seen}, and at smaller step sizes there is no more than rounding: take other "
                "starts or another time"
            )
        return f"{seen}: take smaller step sizes or other starts"

    def as_json(self) -> dict[str, Any]:
        """Return the finding as an entry of `Certificate.as_json`."""
        known = not self.fit.reason
        return {
            "order": self.order,
            "expected": self.expected,
            "observed": self.fit.order if known else None,
            "interval": list(self.fit.interval) if known else None,
            "agrees": {"yes": True, "no": False, "open": None}[self.result],
            "remark": self.reason,
        }


def told_apart(expected: int | None, fit: OrderFit, above: int | None) -> str:
    """Tell whether a wrong flow falls: to the expected order, or by half an order or more."""
    found = result_of(expected, fit)
    if fit.reason or above is None:
        return found
    return "yes" if fit.order < above - _APART else found


def result_of(expected: int | None, fit: OrderFit) -> str:
    """Compare: too high an order tells of starts that are special, and refutes nothing."""
    if fit.reason or expected is None:
        return "open"
    if abs(fit.order - expected) <= WITHIN:
        return "yes"
    lower = fit.order < expected - _APART and fit.interval[1] < expected - WITHIN
    return "no" if lower else "open"
