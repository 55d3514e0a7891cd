"""A certificate on a page: the verdict, and the orders and controls that it stands on."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from bea.measure.order.certificate import Certificate
from bea.reports.drift import failure_lines, heading
from bea.reports.tables import table_of

_COLUMNS = (">order K", "flow of", ">expected", ">observed", "95% interval", "agrees")
_STYLES = {"yes": "green", "NO": "bold red", "–": "yellow"}
_VERDICTS = {"confirmed": "green", "refuted": "bold red", "undecided": "yellow"}


def certificate_parts(certificate: Certificate) -> list[Any]:
    """Return what `bea verify` prints, from top to bottom, as things that rich can print."""
    rows = [(*row, Text(word, style=_STYLES[word])) for *row, word in certificate.rows()]
    told = certificate.source == "given" and certificate.study.kind != "steps"
    given = "The equation was given, not derived." if told else ""
    remarks = [text for text in (given, certificate.start_remark, certificate.sharpness) if text]
    return [
        heading(certificate.study),
        table_of(_COLUMNS, rows),
        *remarks,
        *failure_lines(certificate.study),
        _verdict(certificate),
    ]


# --- private helpers ----------------------------------------------------------------------------


def _verdict(certificate: Certificate) -> Text:
    """Return the verdict's sentence."""
    return Text(f"{certificate.sentence()}.", style=_VERDICTS[certificate.verdict])
