"""The region of stability and the order star: what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.plots.order.stability import StabilityData, stability_data, stability_figure


def at(data: StabilityData, z: complex) -> tuple[int, int]:
    return int(np.argmin(abs(data.y - z.imag))), int(np.argmin(abs(data.x - z.real)))


def sectors(data: StabilityData, radius: float) -> int:
    """Return how many fingers of the order star a small circle around 0 meets."""
    assert data.star is not None
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False) + 0.001
    inside = [data.star[at(data, radius * np.exp(1j * a))] > 1 for a in angles]
    return sum(a != b for a, b in zip(inside, [*inside[1:], inside[0]], strict=True)) // 2


@pytest.mark.parametrize(("text", "fingers"), [("explicit-euler", 2), ("rk4", 5), ("gauss4", 5)])
def test_the_star_has_p_plus_one_fingers(text: str, fingers: int) -> None:
    """Solving ODEs II, section IV.4, lemma 4.3."""
    data = stability_data(text)
    assert sectors(data, 0.35 * data.x[-1]) == fingers


def test_the_region_of_rk4() -> None:
    data = stability_data("rk4")
    assert data.growth[at(data, -2.7)] < 1 < data.growth[at(data, -2.9)]
    assert data.growth[at(data, 2.7j)] < 1 < data.growth[at(data, 3.0j)]
    assert len(data.zeros) == 4 and len(data.poles) == 0


def test_an_a_stable_method_has_the_left_half_plane() -> None:
    data = stability_data("radau5")
    left = data.growth[:, data.x < 0]
    assert left.max() <= 1 and data.subtitle == "order 5, L-stable"
    assert data.growth.max() > 1 and len(data.poles) == 3


def test_a_multistep_method_has_a_region_alone() -> None:
    figure = stability_figure("bdf3")
    assert len(figure.axes) == 1
    data = stability_data("bdf3")
    assert data.star is None and "A(86.03°)-stable" in data.subtitle
    assert data.growth[at(data, 1.0)] > 1 > data.growth[at(data, -1.0)]


def test_an_analysis_draws_itself() -> None:
    assert len(bea.analyze("heun").plot(half_width=3).axes) == 2


def test_symbols_are_refused() -> None:
    with pytest.raises(BeaError, match="depends on a: give a value"):
        stability_figure(bea.methods.runge_kutta(A="a", b="1"))
    with pytest.raises(BeaError, match="half width is 0"):
        stability_figure("rk4", half_width=0.0)
