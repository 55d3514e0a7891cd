"""Orders can be told apart: by colour, also for the colour-blind, by marker and by line."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bea.plots.house.style import ITERATES, order_style, order_text, shortened

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision
# deficiency", IEEE Trans. Vis. Comput. Graph. 15 (2009) 1291-1298, severity 1.0, in linear RGB.
SEEN = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def lab(colour: str, seen: np.ndarray) -> np.ndarray:
    """Return CIE L*a*b* (D65) of a colour as it is seen."""
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(seen @ linear, 0, 1) / (TO_XYZ @ np.ones(3))
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", sorted(SEEN))
def test_colours_of_orders_to_5_differ_for_everyone(sight: str) -> None:
    colours = [ITERATES, *(order_style(k, 5).colour for k in range(6))]
    distances = {
        pair: np.linalg.norm(lab(pair[0], SEEN[sight]) - lab(pair[1], SEEN[sight]))
        for pair in combinations(colours, 2)
    }
    # 2.3 is a difference that is just noticed side by side.
    assert min(distances.values()) > 10, min(distances, key=lambda pair: distances[pair])


@pytest.mark.parametrize("sight", sorted(SEEN))
def test_many_orders_run_from_dark_to_light_for_everyone(sight: str) -> None:
    lightness = [lab(order_style(k, 12).colour, SEEN[sight])[0] for k in range(13)]
    assert np.all(np.diff(lightness) > 2)
    assert lightness[-1] < 80  # still readable on white


def test_markers_and_lines_differ_too() -> None:
    styles = [order_style(k) for k in range(6)]
    assert len({style.marker for style in styles}) == 6
    assert len({str(style.line) for style in styles}) == 6


def test_an_order_has_the_same_colour_in_every_figure_to_order_5() -> None:
    assert order_style(2, 2) == order_style(2, 5)


@given(st.sets(st.integers(0, 30), min_size=1).map(sorted))
def test_the_text_of_orders_can_be_read_back(orders: list[int]) -> None:
    name, _, text = order_text(orders).partition(" = ")
    read: list[int] = []
    for part in text.split(", "):
        low, _, high = part.partition("–")
        read += range(int(low), int(high or low) + 1)
    assert name == "K" and read == orders


def test_long_texts_are_cut_to_length() -> None:
    assert shortened("x" * 60, 20) == "x" * 19 + "…"
    assert shortened("x" * 20, 20) == "x" * 20
