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


def test_a_figure_of_panels_loses_all_its_words() -> None:
    drawn = bea.plots.loss_figure(bea.methods.gradient_descent(), bea.problems.booth(), gamma=0.05)
    assert any(words(drawn))
    assert not any(words(fitted(drawn, title=False)))
