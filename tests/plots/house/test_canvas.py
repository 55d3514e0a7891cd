"""Figures leave no trace: no pyplot, no changed settings; notebooks show them; files are whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest

import bea
from bea.plots import save_figure, trajectory_figure
from bea.plots.house.canvas import HouseFigure, new_axes

DRAW_ALL = """
import sys
import bea, bea.plots as plots
assert not {"matplotlib", "scipy", "sympy", "lark"} & set(sys.modules)
method, loss = bea.methods.gradient_descent(), bea.problems.double_well()
figures = [
    bea.discretization_drift(method, loss, range(2), time=1.0).plot(),
    plots.trajectory_figure(method, loss, 0.2),
    plots.trajectory_figure(bea.methods.heun(), bea.problems.van_der_pol(), 0.2),
    plots.loss_figure(method, loss, 0.1),
    plots.terms_figure(bea.modified_equation(method, loss, 3), 0.2),
]
for figure in figures:
    assert figure._repr_png_()[0].startswith(b"\\x89PNG")
assert "matplotlib.pyplot" not in sys.modules
"""


def test_importing_is_light_and_drawing_needs_no_pyplot() -> None:
    command = [sys.executable, "-W", "error", "-c", DRAW_ALL]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr


def new_figure() -> HouseFigure:
    method, loss = bea.methods.gradient_descent(), bea.problems.double_well()
    made = trajectory_figure(method, loss, 0.2, steps=4)
    assert isinstance(made, HouseFigure)
    return made


@pytest.fixture(scope="module")
def figure() -> HouseFigure:
    return new_figure()


def test_settings_of_matplotlib_stay_as_they_were(figure: HouseFigure) -> None:
    before = dict(matplotlib.rcParams)
    assert before["axes.spines.top"]  # the house's rule is another
    figure._repr_png_()
    new_axes((3, 2))
    assert dict(matplotlib.rcParams) == before


def test_a_notebook_shows_the_figure_at_its_size(figure: HouseFigure) -> None:
    from IPython.core.formatters import DisplayFormatter

    data, metadata = DisplayFormatter().format(figure)
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"] == {"width": 840, "height": 500}


@pytest.mark.parametrize(
    ("name", "head"), [("a.png", b"\x89PNG"), ("a.PDF", b"%PDF"), ("a.svg", b"<?xml")]
)
def test_the_suffix_decides_and_the_bytes_repeat(tmp_path: Path, name: str, head: bytes) -> None:
    path = save_figure(new_figure(), tmp_path / "new" / name)
    assert path == tmp_path / "new" / name
    once = path.read_bytes()
    assert once.startswith(head)
    assert save_figure(new_figure(), path).read_bytes() == once


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.jpg", "as '.jpg': end the name in .pdf, .png or .svg"),
        ("a", "to 'a', which has no suffix: end the name in"),
    ],
)
def test_other_suffixes_are_refused(
    figure: HouseFigure, tmp_path: Path, name: str, message: str
) -> None:
    with pytest.raises(bea.BeaError, match=message):
        save_figure(figure, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_figure_that_fails_leaves_the_old_file(
    figure: HouseFigure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_figure(figure, tmp_path / "a.svg")
    before = path.read_bytes()

    def half(stream: object, **options: object) -> None:
        stream.write(b"half")  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(figure, "savefig", half)
    with pytest.raises(bea.BeaError, match="No space left on device"):
        save_figure(figure, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_refused(figure: HouseFigure, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(bea.BeaError, match="choose a folder that can be written"):
        save_figure(figure, tmp_path / "file" / "a.png")


def test_titles_and_legends_stay_inside_the_figure(figure: HouseFigure) -> None:
    figure.draw_without_rendering()
    axes = figure.axes[0]
    for box in (
        axes.get_legend().get_window_extent(),
        axes.xaxis.label.get_window_extent(),
        axes.yaxis.label.get_window_extent(),
        *(text.get_window_extent() for text in axes.texts),
    ):
        assert box.x0 >= 0 and box.y0 >= 0
        assert box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
