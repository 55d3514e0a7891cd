"""A finished figure in another size, without words, and with its key elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

import bea
from bea.errors import BeaError
from bea.plots import fitted, trajectory_figure
from bea.plots.house.style import WORDS


@pytest.fixture
def figure() -> Any:
    return trajectory_figure(bea.methods.gradient_descent(), bea.problems.booth(), 0.05, steps=3)


def words(figure: Any) -> list[str]:
    marked = figure.findobj(lambda artist: artist.get_gid() == WORDS)
    return [*(a.get_title(loc="left") for a in figure.axes), *(m.get_text() for m in marked)]


def entries(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_the_size_is_the_one_that_is_given(figure: Any) -> None:
    own = figure.get_size_inches().tolist()
    assert fitted(figure, width=5).get_size_inches().tolist() == [5, own[1]]
    assert fitted(figure, height=3).get_size_inches().tolist() == [5, 3]


def test_words_can_be_left_out(figure: Any) -> None:
    assert "Gradient descent on Booth: iterates and flows" in words(figure)
    assert not any(words(fitted(figure, title=False)))


@pytest.mark.parametrize("legend", ["right", "inside", "below"])
def test_the_key_keeps_its_entries(figure: Any, legend: str) -> None:
    before = entries(figure.axes[0])
    fitted(figure, legend=legend)
    assert entries(figure.axes[0]) == before and len(before) > 3


def test_the_key_can_be_left_out(figure: Any) -> None:
    assert fitted(figure, legend="none").axes[0].get_legend() is None


@pytest.mark.parametrize(
    "given", [{"width": 0}, {"height": float("nan")}, {"width": 1e6}, {"legend": "top"}]
)
def test_what_no_figure_can_be_is_refused(figure: Any, given: Any) -> None:
    with pytest.raises(BeaError, match=r"give one from|choose one of"):
        fitted(figure, **given)


def test_a_figure_of_panels_keeps_their_names() -> None:
    drawn = bea.plots.loss_figure(bea.methods.gradient_descent(), bea.problems.booth(), gamma=0.05)
    assert any(words(drawn))
    assert not any(words(fitted(drawn, title=False)))
    assert [axes.texts[0].get_text() for axes in drawn.axes[:2]] == ["loss", "modified loss"]


def test_a_column_is_narrow_and_nothing_in_it_is_cut(figure: Any) -> None:
    keys = entries(figure.axes[0])
    narrow = fitted(figure, column=True)
    assert narrow.get_size_inches()[0] == 3.3
    assert not any(words(narrow))
    (key,) = narrow.legends
    assert [text.get_text() for text in key.get_texts()] == keys
    narrow.canvas.draw()
    (left, bottom), (right, top) = narrow.get_tightbbox().get_points()
    assert left > -0.02 and bottom > -0.02
    assert right < 3.32 and top < narrow.get_size_inches()[1] + 0.02
    sizes = [t.get_fontsize() for t in narrow.findobj(lambda a: hasattr(a, "get_fontsize"))]
    assert min(sizes) >= 6.0


def test_panels_of_a_column_are_below_each_other() -> None:
    drawn = bea.plots.loss_figure(bea.methods.gradient_descent(), bea.problems.booth(), gamma=0.05)
    narrow = fitted(drawn, column=True)
    narrow.canvas.draw()
    places = [axes.get_position() for axes in narrow.axes[:3]]
    assert places[0].y0 > places[1].y1 and places[1].y0 > places[2].y1
    assert len({round(place.x0, 6) for place in places}) == 1


@pytest.mark.parametrize("kind", ["stability", "terms", "trees"])
def test_nothing_is_cut_in_columns_of_other_figures(kind: str) -> None:
    euler = bea.modified_equation(bea.methods.explicit_euler(), bea.problems.pendulum(), 6)
    drawn = {
        "stability": lambda: bea.plots.stability_figure("rk4"),
        "terms": lambda: bea.plots.terms_figure(euler, 0.5),
        "trees": lambda: bea.plots.trees_figure(bea.modified_equation(euler.method, order=3)),
    }[kind]()
    narrow = fitted(drawn, column=True)
    narrow.canvas.draw()
    (left, bottom), (right, top) = narrow.get_tightbbox().get_points()
    assert left > -0.02 and bottom > -0.02
    assert right < 3.32 and top < narrow.get_size_inches()[1] + 0.02


def test_a_column_has_its_own_width(figure: Any) -> None:
    with pytest.raises(BeaError, match="leave out the width, or the column"):
        fitted(figure, width=4, column=True)
