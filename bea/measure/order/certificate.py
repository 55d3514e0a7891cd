"""A certificate: what the iterates say about a modified equation, with its negative controls.

The flow of order K must miss the iterates by the power of the first term that it leaves out, and
each term must do what the iterates show (`bea.measure.order.coefficients`). So that a right
equation is told from a measurement that is blind, each certificate holds controls that must fail in
a known way: with its last term taken away, or doubled, the flow of order K must fall to order K;
and where a run begins with zero memory, the flow from the run's own start must fall to the first
power at which that start lies off. Where all terms but f_0 vanish, the first one beyond the order
is followed too, as a control. How the numbers are made is in `bea.measure.order.verify`.

How sharp it is: an order agrees within 0.1, which by itself a last term wrong by less than about a
percent would pass. What each term does is known better: it is right if it is known to be off by no
more than 2.5e-4 of itself and twice what that is uncertain by, and wrong from five times that on.
What was reached is said with the verdict, term by term. Where rounding leaves a term less certain
than that, the verdict stands on orders and controls alone, and is as sharp as the certificate says.
An order does not refute by itself where the term that it blames has the right size, so far as that
is known: then it is an order of large step sizes, at which more terms count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar

import numpy as np

from bea.arrays import Floats
from bea.files.results import Result
from bea.files.schema import Text
from bea.files.texts import in_columns
from bea.measure.order.coefficients import Coefficients, Size
from bea.measure.order.findings import Finding, result_of, told_apart
from bea.measure.order.order_fit import CLEAR
from bea.measure.order.study import DriftStudy

# Of a term beyond the equation, which only shows that all before it vanish, this is enough.
_ROUGHLY = 0.25
_STARTED = {
    "own": "",
    "corrected": " or of the corrected start",
    "manifold": " or the start",
    "settled": "",
}
_FOLLOWED = {
    "drift": "the modified flows",
    "steps": "the plain steps on the fields",
}
_STARTS = {
    "own": "",
    "corrected": "Runs begin with zero memory; the flows begin where the slow manifold is met "
    "(the corrected start).",
    "manifold": "The transient is left out: runs begin with their memory on the slow manifold, "
    "in the steady state.",
    "settled": "The transient is left out: flows begin where the memory of the runs has settled.",
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
    coefficients : Coefficients or None
        How right the size of each term is.
    start : str
        "own" (no memory), "corrected" (the flows' starts are), "manifold" (the runs begin there,
        which leaves the transient out), or "settled" (the flows begin where the memory of the runs,
        of a step that is somebody else's code, has settled).
    source : str
        "derived", or "given" where the equation came from the caller.
    """

    form: ClassVar[str] = "bea certificate 2"
    file: ClassVar[str] = "certificate.npz"
    what: ClassVar[str] = "a certificate"
    parts: ClassVar[Mapping[str, type[Result]]] = {
        "study": DriftStudy,
        "doubled": DriftStudy,
        "uncorrected": DriftStudy,
        "coefficients": Coefficients,
    }

    study: DriftStudy
    doubled: DriftStudy | None = None
    uncorrected: DriftStudy | None = None
    coefficients: Coefficients | None = None
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
    def sizes(self) -> tuple[Size, ...]:
        """How right the size of each term is; empty where that was not measured."""
        return () if self.coefficients is None else self.coefficients.sizes

    @property
    def doubtful(self) -> tuple[Size, ...]:
        """The terms that seem wrong, and are not known well enough to say so."""
        return tuple(s for s in self.sizes if s.order in self._claimed and s.doubtful)

    @property
    def sharpness(self) -> str:
        """One line on how right the terms are known to be; empty where that was not measured."""
        found = "; ".join(map(str, self.sizes))
        return f"What each term does, as a part of it: {found}." if found else ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Step sizes beyond the useful range, and the like."""
        return self.study.warnings

    @property
    def gamma_lambda(self) -> Floats | None:
        """gamma |f'| for every step size, (gammas,); see `DriftStudy.gamma_lambda`."""
        return self.study.gamma_lambda

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
        equation = [f for f in self.findings if f.kind == "equation" and f.order in self._claimed]
        seen = ", ".join(map(_observed, equation))
        text = (
            f"confirmed: the iterates of {what} follow {_FOLLOWED[self.study.kind]} of order 0 to "
            f"{self._claimed[-1]} (observed orders {seen})"
        )
        told, count = sum(f.result == "yes" for f in self.controls), len(self.controls)
        if told:
            text += f", and {_controls(told, count)} must"
        claimed = [size for size in self.sizes if size.order in self._claimed]
        if claimed and all(np.isfinite(size.off) for size in claimed):
            part = max(size.off + size.uncertainty for size in claimed)
            text += f"; each term is right to {part:.1g} of what it does"
        return text

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
        remarks = (self.start_remark, self.sharpness, self.sentence())
        return "\n".join(filter(None, [in_columns(lines), *remarks]))

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
            **self.study.scale_as_json(),
            "orders": [f.as_json() for f in self.findings if f.kind == "equation"],
            "controls": [{"control": f.kind, **f.as_json()} for f in self.controls],
            "terms": [size.as_json() for size in self.sizes],
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
            result = "yes" if exact else result_of(expected, fit)
            yield Finding("equation", int(order), expected, fit, result)

    def _of_controls(self) -> Iterator[Finding]:
        """Without its last term, the flow of order K is that of the order before."""
        study, before = self.study, None
        powers = dict(zip(study.orders.tolist(), study.expected, strict=True))
        for i, (order, expected) in enumerate(powers.items()):
            if i and before is not None and before == order:
                fit = study.fits[i - 1]
                yield Finding("dropped", order, before, fit, told_apart(before, fit, expected))
            before = expected
        for kind in ("doubled", "uncorrected"):
            control = getattr(self, kind)
            if control is not None:
                rows = zip(control.orders.tolist(), control.expected, control.fits, strict=True)
                for order, expected, fit in rows:
                    told = told_apart(expected, fit, powers.get(order))
                    yield Finding(kind, order, expected, fit, told)

    @cached_property
    def _judgement(self) -> tuple[str, str]:
        """Judge the equation first, and then whether that has any weight."""
        found = list(self._wrong())
        if found:
            wrong, doubt = next((each for each in found if not each[1]), found[0])
            return ("undecided", f"{wrong}, but {doubt}") if doubt else ("refuted", wrong)
        wanting = [f for f in self.findings if f.order in self._claimed and f.result != "yes"]
        if not all(map(self._is_vouched, wanting)):
            return "undecided", f"{_flow(wanting[0])}: {wanting[0].reason}{_more(wanting[1:])}"
        if self.doubtful:
            return "undecided", self._seems_off(self.doubtful[0])
        if not self.controls and not any(size.result == "yes" for size in self.sizes):
            return "undecided", self._no_control()
        return "confirmed", ""

    @property
    def _claimed(self) -> range:
        """The orders 0 ... K; one beyond a gap was followed as a control only."""
        orders = self.study.orders.tolist()
        return range(next((k for k in range(len(orders)) if orders[k] != k), len(orders)))

    def _wrong(self) -> Iterator[tuple[str, str]]:
        """Yield what seems wrong with the equation, and why it need not be; that may be empty."""
        doubt = self._doubt()
        for finding in self.findings:
            if finding.kind == "equation" and finding.result == "no":
                reason = f"{_flow(finding)}: {finding.reason}, {self._blame(finding)}"
                yield reason, doubt or self._defence(finding)
        for size in self.sizes:
            if size.result == "no":
                yield f"{self._done_by(size)} is off by {size.percent}", doubt

    def _done_by(self, size: Size) -> str:
        return f"what the term of gamma^{size.order}{_STARTED[self.start]} does"

    def _seems_off(self, size: Size) -> str:
        return (
            f"{self._done_by(size)} seems off by {size.percent}, which is not known well enough to "
            "tell: take smaller step sizes, other starts or another time"
        )

    def _doubt(self) -> str:
        """Say why what seems wrong need not be; empty if nothing speaks for it."""
        if self.warnings:
            return self.warnings[0]
        stopped = self.study.failures
        if not stopped:
            return ""
        return (
            f"{len(stopped)} runs stopped early, which decides nothing ({stopped[0]}): take a "
            "shorter time or other starts"
        )

    def _defence(self, finding: Finding) -> str:
        """Say that the term that an order blames has the right size, so far as that is known.

        Were it wrong, or had it been left out, the size of the first term from there on would be
        off by as much, or without bounds. If it is not, the order is that of step sizes at which
        terms beyond the equation count.
        """
        size = next((size for size in self.sizes if size.order >= _blamed(finding)), None)
        if size is None or not size.may_be_right:
            return ""
        part = f"{100 * (size.off + size.uncertainty):.1g} %"
        remedy = "other starts or another time" if finding.fit.floored else "smaller step sizes"
        return (
            f"so far as is known, to {part}, what the term of gamma^{size.order} does is right, so "
            f"that the order need not be the final one: take {remedy}"
        )

    def _is_vouched(self, finding: Finding) -> bool:
        """Whether a size says what an order that cannot be told would have said.

        If the next term that does not vanish has the size that the iterates show, what the flow
        before it leaves falls as it must, and a flow without it, or with two of it, would not.
        """
        following = [size for size in self.sizes if size.order >= finding.order]
        if not following or finding.expected is None:
            return False
        size = following[0]
        rough = size.order not in self._claimed and size.off + size.uncertainty <= _ROUGHLY
        return size.result == "yes" or rough

    def _blame(self, finding: Finding) -> str:
        return f"so that the term of gamma^{_blamed(finding)}{_STARTED[self.start]} is wrong"

    def _no_control(self) -> str:
        powers = [p for p in self.study.expected if p is not None]
        remedy = f"raise the order to {min(powers)}" if powers else "choose another problem"
        highest = self.study.orders.max()
        return (
            f"all terms up to gamma^{highest} vanish, so that none can be taken away as a control: "
            f"{remedy}"
        )


# --- private helpers ----------------------------------------------------------------------------


def _stands_clear(study: DriftStudy, index: int) -> bool:
    distance, floor = study.curve(index)
    known = np.isfinite(distance)
    return bool((distance[known] > CLEAR * floor[known]).any()) or not known.any()


def _flow(finding: Finding) -> str:
    if finding.kind == "equation":
        return f"the flow of order {finding.order}"
    return f"the control of order {finding.order} ({finding.name})"


def _blamed(finding: Finding) -> int:
    """Return the power of the term that must be wrong if the observed order is right."""
    return max(0, round(finding.fit.order))


def _observed(finding: Finding) -> str:
    if finding.expected is None:
        return "exact"
    return "not fitted" if finding.fit.reason else f"{finding.fit.order:.2f}"


def _controls(told: int, count: int) -> str:
    if told < count:
        return f"{told} of {count} controls fall as they"
    return {1: "the control falls as it", 2: "both controls fall as they"}.get(
        count, f"all {count} controls fall as they"
    )


def _more(others: list[Finding]) -> str:
    return f" (and {len(others)} more like it)" if others else ""
