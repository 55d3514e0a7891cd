"""Keys, pointers, links and languages; and that who cannot see or point can use the page, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from .conftest import Browser

Open = Callable[..., Browser]


def state(browser: Browser) -> Any:
    browser.settle()
    return browser.run("return bea.state")


def test_a_link_is_followed_and_written(page: Open) -> None:
    link = "loss=booth&method=heavy-ball&gamma=0.003&order=3&start=-4,2&time=0.3&p.beta=0.25&drop=2"
    browser = page(link)
    found = state(browser)
    data = browser.run("return bea.page.data")
    assert data["problems"][found["problem"]]["id"] == "booth"
    assert data["methods"][found["method"]]["id"] == "heavy-ball"
    assert (found["gamma"], found["order"], found["start"], found["time"], found["drop"]) == (
        0.003, 3, [-4, 2], 0.3, 2,
    )  # fmt: skip
    assert browser.run("return bea.model.values") == [0.25]
    again = state(page(browser.run("return bea.link()")))
    assert again == found


@pytest.mark.parametrize(
    "link",
    ["loss=nothing&gamma=-1&order=99&start=1", "gamma=NaN&order=-3&drop=77", "scene=999", "%%%",
     "p.beta=5&method=adam&loss=himmelblau", "lang=xx&start=1e400,0", "blend=9&tree=-1"],
)  # fmt: skip
def test_a_wrong_link_shows_the_page_all_the_same(page: Open, link: str) -> None:
    browser = page(link)
    found = state(browser)
    assert found["gamma"] > 0 and 0 <= found["order"] <= 4 and browser.complaints() == []


def test_a_link_in_an_open_page_is_followed(page: Open) -> None:
    browser = page()
    browser.driver.execute_script("location.hash = 'scene=9'")
    assert state(browser)["scene"] == 9


def test_the_start_is_dragged(page: Open) -> None:
    browser = page("scene=1")
    before = state(browser)["start"]
    plane = browser.driver.find_element(By.CSS_SELECTOR, "canvas.landscape")
    chain = ActionChains(browser.driver, duration=20)
    chain.move_to_element_with_offset(plane, 0, 0).click_and_hold().move_by_offset(
        40, -30
    ).release().perform()
    after = state(browser)["start"]
    assert after != before
    expected = browser.run(
        "const box = bea.plane.getBoundingClientRect();"
        "return bea.landscape.plane.point(box.width / 2 + 40, box.height / 2 - 30)"
    )
    assert after == pytest.approx(expected, abs=0.02)


def test_a_finger_drags_it_too(page: Open) -> None:
    browser = page("scene=1")
    box = browser.run("const b = bea.plane.getBoundingClientRect(); return [b.left, b.top]")
    touch = [{"x": box[0] + 200, "y": box[1] + 150}]
    for kind, points in (("touchStart", touch), ("touchEnd", [])):
        event = {"type": kind, "touchPoints": points}
        browser.driver.execute_cdp_cmd("Input.dispatchTouchEvent", event)
    expected = browser.run("return bea.landscape.plane.point(200, 150)")
    assert state(browser)["start"] == pytest.approx(expected, abs=0.02)


def test_keys(page: Open) -> None:
    browser = page("scene=1")
    plane = browser.driver.find_element(By.CSS_SELECTOR, "canvas.landscape")
    first = state(browser)
    plane.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_UP)
    moved = state(browser)
    assert moved["start"][0] > first["start"][0] and moved["start"][1] > first["start"][1]
    plane.send_keys("+", "]")
    larger = state(browser)
    assert larger["gamma"] == pytest.approx(1.1 * first["gamma"])
    assert larger["order"] == first["order"] + 1
    plane.send_keys("-", "[")
    assert state(browser)["order"] == first["order"]
    plane.send_keys("0")
    assert state(browser)["scene"] == 10
    plane.send_keys("4")
    assert state(browser)["scene"] == 4


def test_keys_of_a_page_on_which_nothing_has_the_focus(page: Open) -> None:
    browser = page()
    browser.driver.find_element(By.TAG_NAME, "body").send_keys("3")
    assert state(browser)["scene"] == 3


def test_every_control_is_reached_by_tab_and_has_a_name(page: Open) -> None:
    browser = page("scene=8")
    browser.settle()
    nameless = browser.run(
        """
        const named = (e) => e.getAttribute("aria-label") || e.textContent.trim()
          || [...(e.labels ?? [])].some((l) => l.textContent.trim());
        const all = [...document.querySelectorAll("button, select, input, canvas, svg")];
        return all.filter((e) => e.offsetParent !== null || e instanceof SVGElement)
          .filter((e) => !named(e)).map((e) => e.outerHTML.slice(0, 80));
        """
    )
    assert nameless == []
    count = browser.run(
        "return [...document.querySelectorAll('button, select, input, canvas[tabindex]')]"
        ".filter((e) => e.offsetParent !== null).length"
    )
    reached = set()
    for _ in range(count + 3):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        reached.add(
            browser.run(
                "return [...document.querySelectorAll('*')].indexOf(document.activeElement)"
            )
        )
    assert len(reached) >= count


def test_chinese_all_over(page: Open) -> None:
    browser = page("scene=1&lang=zh")
    for scene in range(1, 11):
        browser.run("bea.toScene(arguments[0])", scene)
        browser.settle()
        text = browser.run("return document.querySelector('.scene-text').textContent")
        assert any("\u4e00" <= sign <= "\u9fff" for sign in text)
    left = browser.run(
        """
        const chinese = /[\\u4e00-\\u9fff]/, words = /[A-Za-z]{4,}/;
        const said = "h1, h2, dt, .lead, .word, .switch span, .small, figure button";
        const texts = [...document.querySelectorAll(said)]
          .filter((e) => e.offsetParent !== null).map((e) => e.textContent);
        return texts.filter((t) => words.test(t) && !chinese.test(t));
        """
    )
    assert left == []
    assert browser.run("return document.documentElement.lang") == "zh-Hans"


def test_nothing_is_said_by_colour_alone(page: Open) -> None:
    """Orders have dashes, marks and numbers of their own beside the colours of Okabe and Ito."""
    browser = page("scene=2")
    browser.settle()
    chips = browser.run(
        "return [...document.querySelectorAll('.legend .dot')].map((e) => e.textContent)"
    )
    assert {"0", "1", "2", "3", "4"} <= set(chips)


def test_parameters_move_the_method(page: Open) -> None:
    browser = page("loss=booth&method=heavy-ball&gamma=0.001")
    browser.settle()
    before = browser.run("return bea.shown.frame.end")
    browser.run(
        """
        const slider = bea.ownSliders[0];
        slider.input.value = 200;
        slider.input.dispatchEvent(new Event("input"));
        """
    )
    browser.settle()
    assert browser.run("return bea.model.values")[0] == pytest.approx(0.2 * 0.99)
    assert browser.run("return bea.shown.frame.end") != before
