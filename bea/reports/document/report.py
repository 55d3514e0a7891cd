"""The report itself: derived and measured by one call, written as one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from bea.errors import BeaError, OutputError
from bea.fields import VectorField
from bea.files import check_file, write_text
from bea.files.pdf import pdf_of
from bea.files.whole import write_whole
from bea.measure import Certificate
from bea.methods import Method
from bea.modified import ComponentwiseEquation
from bea.patience import told
from bea.reports.document.derived import derivation_chapter
from bea.reports.document.evidence import (
    certificate_chapter,
    reproduction_chapter,
    sources_chapter,
)
from bea.reports.document.page import h, page
from bea.reports.document.result import (
    coefficients_chapter,
    equation_chapter,
    loss_chapter,
    range_chapter,
)
from bea.reports.document.rule import rule_chapter

FORMS = (".html", ".pdf")
"""How the name of a report may end."""


@dataclass(frozen=True, eq=False)
class Report:
    """A modified equation with its derivation and its certificate, as a document.

    Attributes
    ----------
    pieces : tuple of (when, equation)
        The equation; of a schedule with jumps or kinks that of each smooth piece, and the times
        between which it is.
    certificate : Certificate or None
        What the iterates say of it.
    lacking : str
        Why there is no certificate.
    command : str
        The command line that makes the report again.
    full : bool
        Whether terms that fill a page are written out.
    """

    pieces: tuple[tuple[str, Any], ...]
    certificate: Certificate | None = None
    lacking: str = ""
    command: str = ""
    full: bool = False

    @property
    def equation(self) -> Any:
        """The equation, of the first piece where there are several."""
        return self.pieces[0][1]

    @property
    def title(self) -> str:
        """One line that says of what the report is."""
        problem = self.equation.problem
        on = "" if problem is None else f" on {problem.name}"
        return f"{self.equation.method}{on}, to order {self.equation.order}"

    def html(self, unfolded: bool = False) -> str:
        """Return the document: one page that needs nothing beside it.

        `unfolded`, for paper, it shows what a reader would open.
        """
        return page(self.title, self._chapters(), unfolded)

    def _repr_html_(self) -> str:
        from html import escape

        frame = 'style="width:100%;height:40rem;border:1px solid #ccc" sandbox=""'
        return f'<iframe {frame} srcdoc="{escape(self.html())}"></iframe>'

    def __repr__(self) -> str:
        verdict = self.lacking if self.certificate is None else self.certificate.sentence()
        return f"Report on {self.title}: {verdict}"

    def save(self, path: str | Path) -> Path:
        """Write the document, whole or not at all, and return its path.

        Parameters
        ----------
        path
            Ends in .html, or in .pdf, for which a browser of Chromium's kind is needed.

        Raises
        ------
        OutputError
            If the file cannot be written, or there is no such browser.
        """
        path = check_report(path)
        if path.suffix.lower() == ".html":
            return write_text(path, self.html())
        data = pdf_of(self.html(unfolded=True))
        return write_whole(path, lambda stream: stream.write(data))

    # --- private helpers ----------------------------------------------------------------------

    def _chapters(self) -> Iterator[Element]:
        first = self.equation
        yield h("h1", self.title)
        yield h("p", *self._in_short())
        yield from rule_chapter(first.method, first.problem)
        for when, equation in self.pieces:
            if when:
                yield h("h2", f"For {when}")
            yield from derivation_chapter(equation)
            yield from equation_chapter(equation, self.full)
            yield from coefficients_chapter(equation)
            yield from loss_chapter(equation, self.full)
            yield from range_chapter(equation)
        yield from certificate_chapter(self.certificate, self.lacking)
        yield from reproduction_chapter(self.command)
        yield from sources_chapter(first)

    def _in_short(self) -> Iterator[str]:
        yield "The modified equation of this rule: derived exactly, step by step, "
        if self.certificate is None:
            yield "and not put to the test."
        else:
            yield f"and by its own iterates {self.certificate.verdict}."


def check_report(path: str | Path) -> Path:
    """Return the path of a report, after seeing that it can be written.

    Raises
    ------
    OutputError
        If its name ends in something else than .html or .pdf, or the place cannot be written to.

    Examples
    --------
    >>> check_report("report.doc")
    Traceback (most recent call last):
    bea.errors.OutputError: 'report.doc' is no name of a report: end it in .html or .pdf
    """
    path = Path(path)
    if path.suffix.lower() not in FORMS:
        raise OutputError(f"'{path}' is no name of a report: end it in .html or .pdf")
    return check_file(path)


@told("reporting")
def report(
    method: Method,
    problem: VectorField | None = None,
    order: int = 2,
    *,
    gammas: Sequence[float] | None = None,
    starts: Any = None,
    time: float | None = None,
    progress: Any = None,
) -> Report:
    """Derive a modified equation, put it to the test, and return both as a document.

    Parameters
    ----------
    method
        The rule, such as `bea.methods.heavy_ball()` or `bea.methods.from_text(...)`.
    problem
        A loss, vector field or game; without one there is nothing to run on, and no certificate.
    order
        Highest power of gamma that is kept.
    gammas, starts, time, progress
        As for `bea.verify`.

    Raises
    ------
    BeaError
        If there is no modified equation; see `bea.modified_equation`. Where there is one and it
        cannot be put to the test, the report says why.

    Examples
    --------
    >>> import bea
    >>> found = bea.report(bea.methods.gradient_descent(), bea.problems.loss("x**2/2"), order=1)
    >>> found.certificate.verdict, "The rule, as it was read" in found.html()
    ('confirmed', True)
    """
    from bea.measure import verify

    pieces = derived_pieces(method, problem, order)
    if problem is None:
        return Report(pieces, lacking=NO_PROBLEM)
    try:
        options = {"gammas": gammas, "starts": starts, "time": time, "progress": progress}
        return Report(pieces, verify(method, problem, order, **options))
    except BeaError as error:
        return Report(pieces, lacking=str(error))


NO_PROBLEM = "no problem is given, so that there is nothing to run on"


def derived_pieces(method: Any, problem: Any, order: int) -> tuple[tuple[str, Any], ...]:
    """Return the equation, or that of each smooth piece of a schedule, with when it is.

    Raises
    ------
    BeaError
        If there is none, or none in formulas.
    """
    from bea.modified import modified_equation

    if problem is not None and getattr(method, "in_pieces", False):
        pieces = tuple(
            (f"{start} ≤ t < {end}", modified_equation(piece, problem, order))
            for start, end, piece in method.smooth_pieces()
        )
    else:
        pieces = (("", modified_equation(method, problem, order)),)
    _check_written(pieces[0][1])
    return pieces


# --- private helpers ----------------------------------------------------------------------------


def _check_written(equation: Any) -> None:
    """Refuse an equation of numbers at points, which has no formulas."""
    if not isinstance(equation, ComponentwiseEquation) and not getattr(
        equation.problem, "symbolic", True
    ):
        raise BeaError(
            f"'{equation.problem.name}' is a function, of which there are numbers and no formulas: "
            "take bea.verify, or a problem in symbols"
        )
