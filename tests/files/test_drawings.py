"""What draws and writes is handed down by the package itself, once for each kind."""

from __future__ import annotations

from typing import Any

import pytest

import bea
from bea.files import drawings


def test_a_drawing_gets_the_result_and_the_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "_drawings", {})
    drawings.hand_down("Study", lambda result, **options: (result, options))
    assert drawings.drawing_of("Study")(3, width=4) == (3, {"width": 4})
    with pytest.raises(KeyError):
        drawings.drawing_of("Other")


@pytest.mark.parametrize(
    ("thing", "written"),
    [
        (bea.methods.gradient_descent(), r"\displaystyle \theta_{+} = "),
        (bea.problems.booth(), r"\displaystyle "),
    ],
)
def test_notebooks_show_mathematics(thing: Any, written: str) -> None:
    shown = thing._repr_latex_()
    assert shown.startswith(f"${written}") and shown.endswith("$")


def test_what_has_no_formula_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "_drawings", {"Mathematics": lambda thing: None})
    assert bea.methods.gradient_descent()._repr_latex_() is None
