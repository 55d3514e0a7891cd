"""A certificate: what the iterates say about a modified equation, with its negative controls.

The flow of order K must miss the iterates by the power of the first term that it leaves out. That
alone would not tell a right equation from a measurement that is blind, so each certificate holds
controls that must fail in a known way: with its last term taken away, or doubled, the flow of
order K must fall to order K; and where a run begins with zero memory, the flow from the run's own
start must fall to the first power at which that start lies off. How the numbers are made is in
`bea.measure.verify`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np

from bea.files.results import Result
from bea.files.schema import Text
from bea.files.texts import in_columns
from bea.measure.order.order_fit import CLEAR, OrderFit
from bea.measure.order.study import DriftStudy

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
_STARTS = {
    "own": "",
    "corrected": "Runs begin with zero memory; the flows begin where the slow manifold is met "
    "(the corrected start).",
    "manifold": "The transient is left out: runs begin with their memory on the slow manifold, "
    "in the steady state.",
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
                f"{seen}, which is too high: at this time, or from these starts, the first term "
                "that is left out adds up to nothing, as one with s' does between two ends at "
                "which s is level: take another time or other starts"
            )
        if self.kind != "equation":
            seen += ", so that a wrong flow is not told from the right one"
        else:
            seen += ", which is not near enough to tell"
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


@dataclass(frozen=True, eq=False)
class Certificate(Result):
    """Iterates against modified flows, with negative controls and a verdict.

    Attributes
    ----------
    study : DriftStudy
        The flows of orders 0 ... K.
    doubled : DriftStudy or None
        For each order whose last term does not vanish, the flow with that term doubled.
    uncorrected : DriftStudy or None
        For linear memory, the flows from the runs' own starts.
    start : str
        "own" (no memory), "corrected" (the flows' starts are), or "manifold" (the runs begin there,
        which leaves the transient out).
    source : str
        "derived", or "given" where the equation came from the caller.
    """

    form: ClassVar[str] = "bea certificate 2"
    file: ClassVar[str] = "certificate.npz"
    what: ClassVar[str] = "a certificate"
    parts: ClassVar[Mapping[str, type[Result]]] = {
        name: DriftStudy for name in ("study", "doubled", "uncorrected")
    }

    study: DriftStudy
    doubled: DriftStudy | None = None
    uncorrected: DriftStudy | None = None
    start: Annotated[str, Text(tuple(_STARTS))] = "own"
    source: Annotated[str, Text(("derived", "given"))] = "derived"

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The orders of the equation itself by rising K, and after them the controls."""
        return (*self._of_equation(), *self._of_controls())

    @property
    def controls(self) -> tuple[Finding, ...]:
        """The findings that are negative controls."""
        return tuple(f for f in self.findings if f.kind != "equation")

    @property
    def verdict(self) -> str:
        """ "confirmed", "refuted" or "undecided"."""
        return self._judgement[0]

    @property
    def reason(self) -> str:
        """Why the verdict is not "confirmed", with the remedy; empty if it is."""
        return self._judgement[1]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Step sizes beyond the useful range, and the like."""
        return self.study.warnings

    @property
    def failures(self) -> tuple[str, ...]:
        """One line for each run that stopped early, of the controls too."""
        lines = list(self.study.failures)
        for control in (self.doubled, self.uncorrected):
            lines += [] if control is None else [f"control: {line}" for line in control.failures]
        return tuple(line for line in dict.fromkeys(lines) if "control: iterates" not in line)

    @property
    def start_remark(self) -> str:
        """One sentence on where runs and flows begin; empty for a method without memory."""
        return _STARTS[self.start]

    def sentence(self) -> str:
        """Return the verdict as one line."""
        study = self.study
        what = f"{study.method} on {study.problem}"
        if self.verdict != "confirmed":
            return f"{self.verdict}: {what}: {self.reason}"
        seen = ", ".join("exact" if f.expected is None else f"{f.fit.order:.2f}"
                         for f in self.findings if f.kind == "equation")  # fmt: skip
        count = len(self.controls)
        controls = {1: "the control falls as it", 2: "both controls fall as they"}.get(
            count, f"all {count} controls fall as they"
        )
        return (
            f"confirmed: the iterates of {what} follow the modified flows of order 0 to "
            f"{study.orders.max()} (observed orders {seen}), and {controls} must"
        )

    # --- writing ------------------------------------------------------------------------------

    def rows(self) -> Iterator[tuple[str, str, str, str, str, str]]:
        """Yield (K, flow of, expected, observed, interval, agrees) as texts, for tables."""
        for finding in self.findings:
            fit, (low, high) = finding.fit, finding.fit.interval
            observed, interval = ("–", "–") if fit.reason else (
                f"{fit.order:.3f}", f"[{low:.3f}, {high:.3f}]"
            )  # fmt: skip
            expected = "exact" if finding.expected is None else str(finding.expected)
            word = {"yes": "yes", "no": "NO", "open": "–"}[finding.result]
            yield str(finding.order), finding.name, expected, observed, interval, word

    def table(self) -> str:
        """Return the table of all findings and the verdict below it, as plain text."""
        lines = [("K", "flow of", "expected", "observed", "95% interval", "agrees"), *self.rows()]
        return "\n".join(filter(None, [in_columns(lines), self.start_remark, self.sentence()]))

    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object that `bea verify --format json` prints."""
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "method": self.study.method,
            "problem": self.study.problem,
            "equation": self.source,
            "start": self.start,
            "gammas": self.study.gammas.tolist(),
            "orders": [f.as_json() for f in self.findings if f.kind == "equation"],
            "controls": [{"control": f.kind, **f.as_json()} for f in self.controls],
            "failures": list(self.failures),
            "warnings": list(self.warnings),
        }

    def plot(self, *, band: str = "quartiles", axes: Any = None) -> Any:
        """Draw the distance against the step size, controls dashed, as a matplotlib figure.

        Parameters
        ----------
        band
            "quartiles" or "range" over the starts, or "none".
        axes
            Where to draw; by default in a new figure.
        """
        return self._drawn(band=band, axes=axes)

    def __repr__(self) -> str:
        return self.table()

    # --- private helpers ----------------------------------------------------------------------

    def _of_equation(self) -> Iterator[Finding]:
        study = self.study
        for i, (order, expected, fit) in enumerate(
            zip(study.orders, study.expected, study.fits, strict=True)
        ):
            exact = expected is None and not _stands_clear(study, i)
            result = "yes" if exact else _result(expected, fit)
            yield Finding("equation", int(order), expected, fit, result)

    def _of_controls(self) -> Iterator[Finding]:
        """Without its last term, the flow of order K is that of order K - 1."""
        before = None
        for i, (order, expected) in enumerate(
            zip(self.study.orders, self.study.expected, strict=True)
        ):
            if i and before is not None and before == order:
                fit = self.study.fits[i - 1]
                yield Finding("dropped", int(order), before, fit, _result(before, fit))
            before = expected
        for kind in ("doubled", "uncorrected"):
            study = getattr(self, kind)
            if study is not None:
                for order, expected, fit in zip(
                    study.orders, study.expected, study.fits, strict=True
                ):
                    yield Finding(kind, int(order), expected, fit, _result(expected, fit))

    @cached_property
    def _judgement(self) -> tuple[str, str]:
        """Judge the equation first, and then whether the controls give that any weight."""
        lower = [f for f in self.findings if f.kind == "equation" and f.result == "no"]
        if lower and not self.warnings:
            return "refuted", f"{_flow(lower[0])}: {lower[0].reason}, {self._blame(lower[0])}"
        if lower:
            return "undecided", f"{_flow(lower[0])}: {lower[0].reason}, but {self.warnings[0]}"
        wanting = [f for f in self.findings if f.result != "yes"]
        if wanting:
            return "undecided", f"{_flow(wanting[0])}: {wanting[0].reason}{_more(wanting[1:])}"
        if not self.controls:
            return "undecided", self._no_control()
        return "confirmed", ""

    def _blame(self, finding: Finding) -> str:
        power = max(0, round(finding.fit.order))
        start = {"own": "", "corrected": " or of the corrected start", "manifold": " or the start"}
        return f"so that the term of gamma^{power}{start[self.start]} is wrong"

    def _no_control(self) -> str:
        powers = [p for p in self.study.expected if p is not None]
        remedy = f"raise the order to {min(powers)}" if powers else "choose another problem"
        highest = self.study.orders.max()
        return (
            f"all terms up to gamma^{highest} vanish, so that none can be taken away as a control: "
            f"{remedy}"
        )


# --- private helpers ----------------------------------------------------------------------------


def _result(expected: int | None, fit: OrderFit) -> str:
    """Compare: too high an order tells of starts that are special, and refutes nothing."""
    if fit.reason or expected is None:
        return "open"
    if abs(fit.order - expected) <= WITHIN:
        return "yes"
    lower = fit.order < expected - _APART and fit.interval[1] < expected - WITHIN
    return "no" if lower else "open"


def _stands_clear(study: DriftStudy, index: int) -> bool:
    distance, floor = study.curve(index)
    known = np.isfinite(distance)
    return bool((distance[known] > CLEAR * floor[known]).any()) or not known.any()


def _flow(finding: Finding) -> str:
    if finding.kind == "equation":
        return f"the flow of order {finding.order}"
    return f"the control of order {finding.order} ({finding.name})"


def _more(others: list[Finding]) -> str:
    return f" (and {len(others)} more like it)" if others else ""
