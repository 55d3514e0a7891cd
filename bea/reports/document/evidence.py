"""What stands behind it: the certificate, how to do it again, and the sources."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element

import bea
from bea.measure import Certificate
from bea.reports.document.derived import has_memory
from bea.reports.document.page import h, image, source, table
from bea.reports.document.sources import references
from bea.reports.drift import failure_lines, heading
from bea.reports.tables import plain_text

_THEORY = "Hairer, Lubich and Wanner, Geometric Numerical Integration (2006), chapter IX"
_PENALTY = "Barrett and Dherin, Implicit gradient regularization, ICLR 2021"
_MANIFOLD = (
    "Kirchgraber, Multi-step methods are essentially one-step methods, Numer. Math. 48 (1986) 85-90"
)
_STEPS = "Cattaneo and Shigida, arXiv:2509.08483"
_LIBRARIES = ("numpy", "scipy", "sympy", "python-flint", "matplotlib")


def certificate_chapter(certificate: Certificate | None, lacking: str) -> Iterator[Element]:
    """Yield the verdict, the table of orders with the controls, and the figure; or why not."""
    yield h("h2", "The certificate")
    if certificate is None:
        yield h("p", f"There is none: {lacking}.")
        return
    yield h("p", certificate.sentence() + ".", class_=certificate.verdict)
    yield h("p", heading(certificate.study) + ". The controls are flows that are wrong on purpose; "
            "their orders must fall.")  # fmt: skip
    heads = ("order K", "flow of", "expected", "observed", "95 % interval", "agrees")
    yield table(heads, certificate.rows())
    remarks = (certificate.start_remark, certificate.sharpness, *certificate.warnings)
    for remark in filter(None, remarks):
        yield h("p", remark)
    failures = failure_lines(certificate.study)
    if failures:
        yield source(plain_text(*failures))
    yield _drawn(certificate)


def reproduction_chapter(command: str) -> Iterator[Element]:
    """Yield the command, the versions, and that no number is by chance."""
    yield h("h2", "How to do it again")
    if command:
        yield source(command, wrap=True)
    rows = [
        ("bea", bea.__version__),
        ("Python", platform.python_version()),
        *((name, found) for name in _LIBRARIES if (found := _version(name))),
    ]
    yield table(("", "version"), rows)
    yield h("p", "There is no seed: step sizes and starts are chosen by fixed rules, no number "
            "here is by chance, and formulas and coefficients are exact.")  # fmt: skip


def sources_chapter(equation: Any) -> Iterator[Element]:
    """Yield the sources, and their entries for BibTeX."""
    yield h("h2", "Sources")
    found = references(_sources(equation))
    yield h("ul", *(h("li", reference.text) for reference in found))
    entries = [reference.bibtex() for reference in found]
    entries.append(
        "@software{bea,\n  author = {{the bea developers}},\n  title = {bea: backward error "
        f"analysis}},\n  version = {{{bea.__version__}}},\n}}"
    )
    yield source("\n".join(entries), class_="wrap bibtex")


# --- private helpers ----------------------------------------------------------------------------


def _drawn(certificate: Certificate) -> Element:
    """Return the figure; where nothing stands clear of rounding there is none to draw."""
    from bea.errors import BeaError
    from bea.plots import certificate_figure
    from bea.plots.house.saving import write_figure

    stream = BytesIO()
    try:
        write_figure(certificate_figure(certificate), stream, "svg")
    except BeaError as error:
        return h("p", f"There is no figure: {error}.")
    words = (
        f"Distance of iterates and flows against the step size, in logarithms, for "
        f"{certificate.study.method} on {certificate.study.problem}; controls dashed"
    )
    return image(stream.getvalue(), words)


def _sources(equation: Any) -> Sequence[str]:
    """Return the citations of what was used: the method, the problem, and the theory."""
    method, problem = equation.method, equation.problem
    inner = getattr(method, "method", method)
    told = [inner.source, "" if problem is None else problem.about.source]
    told = [text for text in told if text and not text.startswith("made for this library")]
    found = [*told, _THEORY]
    if getattr(equation, "notation", "grad") == "grad":
        found += [_PENALTY, _STEPS]
    return [*found, *[_MANIFOLD] * has_memory(equation)]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
