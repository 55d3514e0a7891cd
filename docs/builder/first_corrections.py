"""The table of all methods with their first corrections, derived by bea when the site is built."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import bea
from bea.errors import BeaError, GuessWarning
from bea.methods import get
from bea.reports import catalogue
from bea.reports.mathematics import abridged, gamma_power

#: Momentum is kept as a letter: its corrections are what people look up.
_SYMBOLIC = ("ema-momentum", "heavy-ball", "nesterov", "nesterov-torch")
_HIGHEST, _LONGEST = 8, 260
_TABLE = """:html_theme.sidebar_secondary.remove: true

First corrections of all methods
================================

The iterates of a method follow f̃ = f + γf₁ + γ²f₂ + …. Here is f̃ up to its first correction, for
every field f, or every loss L where the method is made for losses; bea derived it when this page
was built. A method that splits the field has f = f₁ + f₂ (or the players' parts). Momentum keeps
its β as a letter; other hyperparameters have their defaults. The conventions are those of
:doc:`/mathematics/conventions`, and :doc:`/tour` says how to derive more.

Where the corrected field is −∇ of one function for every L, it stands in the last column.
"""


class Row(NamedTuple):
    """What is known of a method; `equation` says why there is none where there is none."""

    name: str
    order: str
    equation: str
    loss: str


def row(record: dict[str, Any]) -> Row:
    """Return name, order of accuracy, equation to the first correction, and modified loss."""
    name, order = record["name"], record["order_of_accuracy"]
    try:
        method = get(name, **({"beta": "beta"} if name in _SYMBOLIC else {}))
        equation = first_correction(method, order or 1)
    except BeaError as error:
        return Row(name, str(order or "–"), _told(str(error)), "")
    return Row(name, str(order or "–"), _shown(name, equation), _loss(equation))


def first_correction(method: Any, order: int) -> Any:
    """Return the equation for every field or loss, to the first power that has a term."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GuessWarning)
        for power in range(order, _HIGHEST + 1):
            equation = bea.modified_equation(method, order=power)
            if not hasattr(equation, "coefficients") or _has_term(equation, power):
                return equation
    return equation


def page() -> Iterator[str]:
    """Yield the lines of the page."""
    yield from (*_TABLE.splitlines(), "")
    for group, records in catalogue.by_groups(catalogue.method_records()).items():
        yield from (f"{group[:1].upper()}{group[1:]}", "-" * len(group), "")
        yield from (
            ".. list-table::",
            "   :header-rows: 1",
            "   :class: first-corrections",
            "   :widths: 20 8 50 22",
            "",
        )
        yield from _cells("method", "order", "f̃, to the first correction", "modified loss")
        for record in records:
            found = row(record)
            link = f":obj:`{found.name} <bea.methods.{found.name.replace('-', '_')}>`"
            yield from _cells(link, found.order, _text(found.equation), _text(found.loss))
        yield ""


def _has_term(equation: Any, power: int) -> bool:
    return any(tree.order == power + 1 and b != 0 for tree, b in equation.coefficients.items())


def _shown(name: str, equation: Any) -> str:
    text = str(equation)
    if len(text) <= _LONGEST or not hasattr(equation, "coefficients"):
        return text
    head, power, rest = text.partition(f"{gamma_power(equation.order)}(")
    body, _, end = rest.rpartition(") + O")
    short = f"{head}{power}{abridged(body)}) + O{end}"
    return f"{short}; in full: bea derive {name} --order {equation.order}"


def _loss(equation: Any) -> str:
    try:
        return str(equation.modified_loss()) if "∇L" in str(equation) else ""
    except (AttributeError, BeaError):
        return ""


def _told(error: str) -> str:
    """Return why there is no equation; of a family, that its coefficients are the user's."""
    if "needs the hyperparameter" in error:
        return "has the coefficients that you give"
    return error.partition(":")[0]


def _cells(*texts: str) -> Iterator[str]:
    for k, text in enumerate(texts):
        yield f"   {'* -' if k == 0 else '  -'} {text}"


def _text(text: str) -> str:
    escaped = "".join(f"\\{c}" if c in "*|`_\\" else c for c in text)
    return escaped or "–"
