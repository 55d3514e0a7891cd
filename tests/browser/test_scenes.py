"""What the ten scenes say is so: slopes, ends and signs, as the page itself shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from .conftest import Browser

Open = Callable[..., Browser]
FRAME = "bea.refresh(); bea.paint(); return bea.shown"


@pytest.fixture
def scene(page: Open) -> Callable[[int], Browser]:
    def to(number: int) -> Browser:
        browser = page(f"scene={number}")
        browser.settle()
        assert browser.run("return bea.state.scene") == number
        return browser

    return to


def changed(browser: Browser, **state: Any) -> Any:
    """Return what the page shows after a change of its state."""
    return browser.run(f"Object.assign(bea.state, arguments[0]); {FRAME}", state)


def slopes(shown: Any) -> list[float]:
    return [row["slope"] for row in shown["study"]["orders"]]


def drifts(shown: Any) -> list[float]:
    return [float(d) for d in shown["frame"]["distances"]]


def test_1_iterates_leave_flow_0_and_sit_on_flow_2(scene: Callable[[int], Browser]) -> None:
    shown = changed(scene(1))
    far, _, near, *_ = drifts(shown)
    assert far > 25 * near
    assert slopes(shown) == pytest.approx([1, 2, 3, 4, 5], abs=0.1)


def test_2_past_the_best_order_the_curves_come_off(scene: Callable[[int], Browser]) -> None:
    shown = changed(scene(2))
    d = drifts(shown)
    assert d[0] > 2 * d[1] > 4 * d[2], "the curves snap on"
    assert 1.3 * d[2] < d[3] < d[4], "and come off"
    assert slopes(shown)[:4] == pytest.approx([1, 2, 3, 4], abs=0.1), (
        "at small steps more is better"
    )


def test_3_without_a_term_the_slope_falls(scene: Callable[[int], Browser]) -> None:
    browser = scene(3)
    shown = changed(browser)
    assert slopes(shown)[3] == pytest.approx(2, abs=0.1)
    assert slopes(changed(browser, drop=-1))[3] == pytest.approx(4, abs=0.1)
    assert slopes(changed(browser, drop=1))[3] == pytest.approx(1, abs=0.1)


def test_4_a_larger_step_ends_at_a_flatter_minimum(scene: Callable[[int], Browser]) -> None:
    browser = scene(4)
    ends, sharpness, said = [], [], []
    for gamma in (0.005, 0.02, 0.04, 0.06):
        end = changed(browser, gamma=gamma, time=6)["frame"]["end"]
        ends.append(end)
        sharpness.append(browser.run("return bea.model.problem.sharpness(...arguments[0])", end))
        flow = browser.run("return bea.model.follow(bea.state.start, 1, arguments[0], 6)", gamma)
        said.append(browser.run("return bea.model.problem.sharpness(...arguments[0])", flow))
    assert np.array(ends).prod(axis=1) == pytest.approx(1, abs=1e-6), "all are minima, ab = c"
    assert np.all(np.diff(sharpness) < -0.1), "each is flatter than the one before"
    assert np.all(np.diff(said) < -0.05), "as the flow of L + γ/4 ‖∇L‖² says"
    flow_0 = browser.run("return bea.model.follow(bea.state.start, 0, 0.06, 6)")
    assert browser.run("return bea.model.problem.sharpness(...arguments[0])", flow_0) > sharpness[0]


def test_5_the_map_turns_into_the_modified_loss(scene: Callable[[int], Browser]) -> None:
    browser = scene(5)
    values = browser.run(
        """
        const found = [];
        for (const blend of [0, 0.5, 1]) {
          bea.state.blend = blend;
          const { value } = bea.behind();
          found.push([[1, 2], [2.5, 3], [0.4, 2.5], [2, 0.5]].map(([x, y]) => value(x, y)));
        }
        return found;
        """
    )
    a, b = np.array([[1, 2], [2.5, 3], [0.4, 2.5], [2, 0.5]]).T
    gamma, loss = 0.06, (a * b - 1) ** 2 / 2
    added = gamma / 4 * (a * b - 1) ** 2 * (a**2 + b**2)
    for share, found in zip((0, 0.5, 1), values, strict=True):
        assert np.array(found) == pytest.approx(loss + share * added, rel=1e-12)
    assert values[2][3] == pytest.approx(0, abs=1e-12), "the valley stays a valley"


def test_6_the_rest_of_f2_curls_and_all_else_does_not(scene: Callable[[int], Browser]) -> None:
    browser = scene(6)
    assert browser.run("return bea.state.rest && Boolean(bea.behind().rest)")
    curls = browser.run(
        """
        const out = new Float64Array(2), h = 1e-4;
        const curl = (field, x, y) => {
          const at = (x, y, k) => { field(x, y, out); return out[k]; };
          return (at(x + h, y, 1) - at(x - h, y, 1) - at(x, y + h, 0) + at(x, y - h, 0)) / (2 * h);
        };
        const rest = bea.model.rest(2), all = bea.model.term(2), first = bea.model.term(1);
        const other = (x, y, o) => { all(x, y, o); const [u, v] = o; rest(x, y, o);
                                     o[0] = u - o[0]; o[1] = v - o[1]; };
        return [[1, 2], [-2, 0.5], [0.3, -1.7]].map(([x, y]) =>
          [rest, all, other, first].map((field) => curl(field, x, y)));
        """
    )
    rest, whole, other, first = np.array(curls).T
    assert np.all(np.abs(rest) > 100)
    assert rest == pytest.approx(whole, rel=1e-5), "all of the curl is in the arrows"
    assert np.all(np.abs(other) < 1e-4 * np.abs(rest))
    assert np.all(np.abs(first) < 1e-4 * np.abs(rest)), "f₁ is a gradient"


def test_7_one_third_and_one_twelfth(scene: Callable[[int], Browser]) -> None:
    browser = scene(7)
    assert slopes(changed(browser))[2] == pytest.approx(2, abs=0.1)
    assert slopes(changed(browser, cut=False))[2] == pytest.approx(3, abs=0.1)
    chain = "bea.page.data.trees.findIndex((t) => JSON.stringify(t.nested) === '[[[]]]')"
    weights = f"const k = {chain}, {{ field, cut }} = bea.model.weights; return [field[k], cut[k]]"
    assert browser.run(weights) == pytest.approx([1 / 3, 1 / 12], rel=1e-15)
    assert browser.run(f"return bea.state.tree === {chain}"), "the tree is shown"


def test_8_momentum_with_and_without_its_start(scene: Callable[[int], Browser]) -> None:
    browser = scene(8)
    assert slopes(changed(browser))[:4] == pytest.approx([1, 2, 3, 4], abs=0.1)
    assert slopes(changed(browser, corrected=False)) == pytest.approx([1] * 5, abs=0.1)


def test_9_energies_of_a_pendulum(scene: Callable[[int], Browser]) -> None:
    browser = scene(9)
    swings = {}
    for method in ("symplectic-euler", "implicit-midpoint", "explicit-euler"):
        place = "bea.page.data.methods.findIndex((m) => m.id === arguments[0])"
        browser.run(f"bea.choose(bea.state.problem, {place})", method)
        shown = changed(browser, gamma=0.3, time=30, order=3, start=[1.2, 0])
        rows = {row["order"]: np.array(row["values"]) for row in shown["energies"]}
        swings[method] = rows
    for method in ("symplectic-euler", "implicit-midpoint"):
        plain, modified = swings[method][-1], swings[method][3]
        assert np.ptp(modified) < 0.1 * np.ptp(plain), f"{method} keeps its modified energy"
        assert abs(plain[-20:].mean() - plain[:20].mean()) < 0.5 * np.ptp(plain), "no trend"
    grown = swings["explicit-euler"]
    assert list(grown) == [-1], "it has no modified energy"
    change, top = grown[-1], 1 + np.cos(1.2)  # where H is that of the pendulum at rest at the top
    over = int(np.argmax(change > top))
    assert over and np.all(np.diff(change[: over + 1]) > 0), "its energy grows up to the top"
    assert np.any(np.diff(change[over:]) < 0), "and beyond goes up and down"


def test_10_a_tree_with_its_cuts_and_coefficient(scene: Callable[[int], Browser]) -> None:
    browser = scene(10)
    browser.settle()
    button = "document.querySelectorAll('.bea .tree')[arguments[0]]"
    browser.run(f"{button}.click()", 3)
    browser.settle()
    about = browser.run("return document.querySelector('.about-tree').textContent")
    tree = browser.run("return bea.page.data.trees[3]")
    beta = 0.5  # (1 + 10 β + β²)/(12 (1 − β)⁵) of ∇³L[∇L,∇L], which is ½ of b for the cherry
    assert tree["nested"] in ([[], []], [[[]]])
    shown = browser.run("return bea.model.weights.field[3] * bea.page.data.trees[3].symmetry")
    cherry = (1 + 10 * beta + beta**2) / (6 * (1 - beta) ** 5)
    chain = (1 + 4 * beta + beta**2) / (3 * (1 - beta) ** 5)
    assert shown == pytest.approx(cherry if tree["nested"] == [[], []] else chain, rel=1e-12)
    assert f"{shown:.3g}"[:3] in about
    assert sum(cut["edges"] for cut in tree["cuts"]) == tree["nodes"] - 1
    pictures = browser.run("return document.querySelectorAll('.about-tree .cut svg').length")
    assert pictures == 2 * len(tree["cuts"])
