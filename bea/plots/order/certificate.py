"""A certificate as a figure: drift against step size, the negative controls dashed.

`certificate_data` computes what is shown, `draw_certificate` draws it; the curves of the equation
are those of a drift figure (`bea.plots.order.drift`). The control "last term taken away" needs no
curve of its own: without its last term the flow of order K is that of order K - 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bea.errors import BeaError
from bea.measure import DriftStudy
from bea.measure.order.certificate import Certificate
from bea.plots.house.style import order_style
from bea.plots.house.words import method_words, problem_words
from bea.plots.order.drift import DriftCurve, DriftData, drift_data
from bea.plots.order.drift_drawing import draw_drift

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE = (9.4, 4.8)  # inches; the legend beside the axes is wider than a drift figure's
_GREY = "#555555"
# As thick as the fitted lines: a flow with its last term doubled is as far off as one without it,
# on the other side, and its dashes lie on the curve of the order below.
_WIDTH, _DASHES = 2.0, (0, (3, 3))
_NAMES = {"doubled": "last term doubled", "uncorrected": "start not corrected"}


@dataclass(frozen=True, eq=False)
class CertificateData:
    """Everything that a certificate's figure shows.

    Attributes
    ----------
    drift : DriftData
        The flows of the equation, with the title that holds the verdict.
    controls : tuple of (kind, DriftCurve)
        The controls "doubled", one for each order, and "uncorrected", the highest order only.
    """

    drift: DriftData
    controls: tuple[tuple[str, DriftCurve], ...]

    @property
    def labels(self) -> list[str]:
        """What the legend says of the controls."""
        return [_label(kind, curve) for kind, curve in self.controls]


def certificate_figure(
    certificate: Certificate, *, band: str = "quartiles", axes: Axes | None = None
) -> Figure:
    """Draw the distance between iterates and flows against the step size, controls dashed.

    Parameters
    ----------
    certificate
        From `bea.verify`.
    band
        "quartiles" or "range" over the starts, or "none".
    axes
        Where to draw; by default in a new figure.

    Raises
    ------
    BeaError
        If there is no distance to draw, or no such band.

    Examples
    --------
    >>> import bea
    >>> loss = bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2")
    >>> certificate = bea.verify(bea.methods.gradient_descent(), loss, order=1, time=0.5)
    >>> certificate_figure(certificate).axes[0].get_title(loc="left")
    'Confirmed: Gradient descent on ½x²y² + x² + ½y²'
    """
    return draw_certificate(certificate_data(certificate, band), axes)


def certificate_data(certificate: Certificate, band: str = "quartiles") -> CertificateData:
    """Compute what the figure of a certificate shows; see `certificate_figure`."""
    if not isinstance(certificate, Certificate):
        raise BeaError(
            f"the certificate is a {type(certificate).__name__}: give one, such as "
            "bea.verify(method, problem)"
        )
    study = certificate.study
    data = drift_data(study, band)
    what = f"{method_words(study.method, first=True)} on {problem_words(study.problem)}"
    title = f"{certificate.verdict.capitalize()}: {what}"
    parts = [data.subtitle, _begun(certificate), "dashed: negative controls"]
    subtitle = "; ".join(part for part in parts if part)
    return CertificateData(replace(data, title=title, subtitle=subtitle), _controls(certificate))


def draw_certificate(data: CertificateData, axes: Axes | None = None) -> Figure:
    """Draw the figure of a certificate from its data, in `axes` or in a new figure."""
    from bea.plots.house.canvas import house_rules, legend_right, new_axes

    with house_rules():
        axes = new_axes(_SIZE)[0] if axes is None else axes
        figure = draw_drift(data.drift, axes)
        legend = axes.get_legend()
        assert legend is not None
        handles: list[Any] = list(legend.legend_handles)
        labels = [text.get_text() for text in legend.get_texts()]
        place = len(data.drift.curves)  # the zones of the error floor come last
        handles[place:place] = [_draw_control(axes, data, *control) for control in data.controls]
        labels[place:place] = data.labels
        legend_right(axes, handles, labels, "flow of order K: observed, expected")
        _make_room(axes, data)
        return figure


# --- private helpers ----------------------------------------------------------------------------


def _begun(certificate: Certificate) -> str:
    """Say in a few words where runs and flows begin, unless it is the same point."""
    words = {
        "own": "",
        "corrected": "corrected starts",
        "manifold": "begun on the slow manifold",
        "settled": "begun where memory has settled",
    }
    return words[certificate.start]


def _controls(certificate: Certificate) -> tuple[tuple[str, DriftCurve], ...]:
    found = []
    if certificate.doubled is not None:
        count = len(certificate.doubled.orders)
        found += [("doubled", _only(certificate.doubled, i)) for i in range(count)]
    if certificate.uncorrected is not None:
        found += [("uncorrected", _only(certificate.uncorrected, -1))]
    return tuple((kind, _curve(study)) for kind, study in found if _can_be_drawn(study))


def _only(study: DriftStudy, index: int) -> DriftStudy:
    """Return the study of one of its orders."""
    chosen = [index]
    return replace(
        study,
        orders=study.orders[chosen],
        expected=(study.expected[index],),
        distances=study.distances[chosen],
        floors=study.floors[chosen],
    )


def _can_be_drawn(study: DriftStudy) -> bool:
    return bool((study.curve(0)[0] > 0).any())


def _curve(study: DriftStudy) -> DriftCurve:
    return drift_data(study, "none").curves[0]


def _label(kind: str, curve: DriftCurve) -> str:
    name, _, rest = curve.label.partition(": ")
    return f"{name}, {_NAMES[kind]}: {rest}"


def _draw_control(axes: Axes, data: CertificateData, kind: str, curve: DriftCurve) -> Any:
    """Draw a dashed curve and return it for the legend."""
    colour = _GREY
    if kind == "doubled":
        colour = order_style(curve.orders[0], data.drift.highest).colour
    shown = np.where(curve.middle > 0, curve.middle, np.nan)
    (line,) = axes.plot(curve.gammas, shown, color=colour, lw=_WIDTH, ls=_DASHES, zorder=2.5)
    return line


def _make_room(axes: Axes, data: CertificateData) -> None:
    """Raise the upper limit to where the controls are in sight; the lower shows the floor."""
    middles = np.concatenate([[0.0], *(curve.middle for _, curve in data.controls)])
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom, max(top, 3 * float(np.nanmax(middles))))
