"""The standard page: its size, that it asks nobody, and that it runs nothing but its own."""

from __future__ import annotations

from collections.abc import Callable

from bea.explorer import Page

from .conftest import Browser

MEGABYTE = 1_000_000
Open = Callable[..., Browser]


def test_the_page_is_one_file_of_less_than_a_megabyte(standard_page: Page) -> None:
    assert len(standard_page.html().encode()) < MEGABYTE


def test_it_opens_from_the_file_system_and_asks_nobody(page: Open) -> None:
    browser = page()
    browser.settle()
    for scene in range(1, 11):
        browser.run("bea.toScene(arguments[0])", scene)
        browser.settle()
    asked = [url for url in browser.requests() if not url.startswith("data:")]
    assert [url.partition("#")[0] for url in asked] == [
        browser.driver.current_url.partition("#")[0]
    ]
    assert browser.complaints() == []


def test_its_policy_lets_nothing_in_and_nothing_out(page: Open) -> None:
    browser = page()
    tried = browser.driver.execute_async_script(
        """
        const done = arguments[0], found = [];
        addEventListener("securitypolicyviolation", (e) => found.push(e.effectiveDirective));
        const script = document.createElement("script");
        script.textContent = "window.let_in = 1";
        document.body.append(script);
        const image = new Image();
        image.src = "https://example.org/x.png";
        document.body.insertAdjacentHTML("beforeend", "<p onclick='window.let_in = 1'>x</p>");
        document.body.lastChild.click();
        let evaluated = "no";
        const evaluate = () => {  // later: what a driver calls itself may evaluate
          try { new Function("window.let_in = 1")(); evaluated = "yes"; } catch {}
          done([[...new Set(found)].sort(), window.let_in ?? 0, evaluated]);
        };
        fetch("https://example.org/").catch(() => 0).finally(() => setTimeout(evaluate, 200));
        """
    )
    directives, let_in, evaluated = tried
    assert let_in == 0 and evaluated == "no"
    assert {"connect-src", "img-src", "script-src-elem", "script-src-attr"} <= set(directives)
    browser.complaints()


def test_it_draws_at_every_width_light_and_dark(page: Open) -> None:
    browser = page("scene=1")
    colours = set()
    try:
        for width in (360, 800, 1280, 1920):
            browser.resize(width, 900)
            for _ in range(2):
                browser.settle()
                browser.run("bea.turnTheme()")
                browser.settle()
                colours.add(browser.run("return getComputedStyle(bea.root).backgroundColor"))
                spans = browser.run("return [document.body.scrollWidth, innerWidth]")
                assert spans[0] <= spans[1], f"cut at {width}"
                assert ink(browser, "canvas.landscape") > 0.02
                assert ink(browser, "canvas.chart") > 0.02
    finally:
        browser.resize(1280, 1000)
    assert len(colours) == 2


def ink(browser: Browser, canvas: str) -> float:
    """Return the share of a canvas that is painted."""
    return browser.run(
        """
        const canvas = document.querySelector(arguments[0]);
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let painted = 0;
        for (let k = 3; k < data.length; k += 4) painted += data[k] > 0;
        return (4 * painted) / data.length;
        """,
        canvas,
    )
