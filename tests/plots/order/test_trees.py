"""Trees with their coefficients: what is drawn, in matplotlib and as SVG."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

import bea
from bea.errors import MethodError, OrderError
from bea.plots.order.trees import trees_data, trees_figure
from bea.trees import PLAYERS, Tree, tree_of, trees_up_to
from bea.trees.colors import parts_of
from bea.trees.pictures import arranged, laid_out
from bea.trees.svg import svg, svg_table

_NAME = "{http://www.w3.org/2000/svg}"


def test_the_coefficients_of_an_equation() -> None:
    equation = bea.modified_equation(bea.methods.heavy_ball(beta="beta"), order=1)
    data = trees_data(equation)
    assert data.title == "Coefficients b(τ) of the modified equation of heavy ball"
    assert data.subtitle == "Σ γ^(|τ|−1) b(τ)/σ(τ) F(τ)"
    assert data.entries == [(tree_of("f"), "1/(1−β)"), (tree_of("f'f"), "−(1+β)/(2(1−β)³)")]
    assert len(trees_data(equation, 0).entries) == 1
    assert trees_data("rk4", 2).title == "Coefficients a(τ) of a step of RK4"


def test_every_node_and_every_edge_is_drawn() -> None:
    figure = trees_figure(bea.BSeries.of("strang", 3))
    (axes,) = figure.axes
    found = trees_up_to(3, PLAYERS)
    assert len(axes.patches) == sum(t.order for t in found)
    assert len(axes.lines) == sum(t.order - 1 for t in found)
    hollow = [p for p in axes.patches if p.get_facecolor()[:3] == (1.0, 1.0, 1.0)]
    assert len(hollow) == sum(t.colors.count(PLAYERS[1]) for t in found)
    assert any("● f₁,  ○ f₂" in text.get_text() for text in axes.texts)


def test_further_parts_have_numbers() -> None:
    (axes,) = trees_figure(bea.BSeries.f(0, colors=3)).axes
    texts = [text.get_text() for text in axes.texts]
    assert "3" in texts and any("③ f₃" in text for text in texts)


def test_no_drawing_lies_on_another() -> None:
    entries = [(t, "−1/10000") for t in trees_up_to(6)]
    found, width, height = arranged(entries, 40.0, 0.4, 1.0)
    assert [e.tree for e in found] == list(trees_up_to(6))
    boxes = [(e.x + p.x, e.y - p.level) for e in found for p in laid_out(e.tree)[0]]
    assert len(set(boxes)) == len(boxes) == sum(t.order for t in trees_up_to(6))
    assert 0 < max(x for x, _ in boxes) < width <= 41 and max(y for _, y in boxes) < height


@pytest.mark.parametrize("found", [tree_of("f1''(f2,f3)"), *trees_up_to(4)], ids=repr)
def test_svg_is_the_tree(found: Tree) -> None:
    root = ElementTree.fromstring(svg(found))
    assert len(list(root.iter(f"{_NAME}circle"))) == found.order
    assert len(list(root.iter(f"{_NAME}line"))) == found.order - 1
    assert found._repr_svg_() == svg(found)
    numbers = [text.text for text in root.iter(f"{_NAME}text")]
    assert numbers == ["3"] * found.colors.count(parts_of(3)[2])
    hollow = [c for c in root.iter(f"{_NAME}circle") if c.get("fill") == "white"]
    assert len(hollow) == sum(color in parts_of(9)[1:] for color in found.colors)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for circle in root.iter(f"{_NAME}circle"):
        assert -6 < float(circle.attrib["cx"]) < width and -6 < float(circle.attrib["cy"]) < height


def test_a_table_of_trees_has_a_label_for_each() -> None:
    root = ElementTree.fromstring(bea.BSeries.of("rk4", 4).svg())
    labels = [text.text for text in root.iter(f"{_NAME}text")]
    assert labels == ["1", "1/2", "1/6", "1/3", "1/24", "1/12", "1/8", "1/4"]
    assert "&lt;" in svg_table([(tree_of("f"), "a<b")])


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(OrderError, match="inches high: take a lower order"):
        trees_figure(bea.BSeries.exact_flow(11))
    with pytest.raises(MethodError, match="trees do not express adam"):
        trees_figure("adam")
    with pytest.raises(OrderError, match="known to γ"):
        trees_figure(bea.BSeries.exact_flow(3), 5)
