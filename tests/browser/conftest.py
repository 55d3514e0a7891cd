"""Pages in a real browser, Debian's Chromium, which is driven by Selenium: `make test-browser`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

import bea
from bea.explorer import Page

WIDTH, HEIGHT = 1280, 1000


class Browser:
    """A window, with what it asked for and complained of."""

    def __init__(self, driver: webdriver.Chrome, folder: Path) -> None:
        self.driver, self.folder = driver, folder
        self.resize(WIDTH, HEIGHT)

    def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def open(self, page: Page | Path, link: str = "", name: str = "page.html") -> Browser:
        """Open a page from the file system, by a double click as it were."""
        path = page if isinstance(page, Path) else page.save(self.folder / name)
        self.driver.get("about:blank")
        self.complaints(), self.requests()
        self.driver.get(f"{path.as_uri()}#{link}")
        return self

    def run(self, script: str, *given: Any) -> Any:
        """Return what a script returns; the explorer is `bea` in it."""
        return self.driver.execute_script(f"const bea = window.bea; {script}", *given)

    def settle(self) -> None:
        """Wait for the next two frames."""
        frames = "requestAnimationFrame(() => requestAnimationFrame(() => arguments[0]()))"
        self.driver.execute_async_script(frames)

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Return the addresses that were asked for, since they were asked for last."""
        messages = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]


def chromium() -> tuple[str, str]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if not found or not driver:
        pytest.skip("chromium and chromedriver are not installed: apt install chromium-driver")
    return found, driver


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    binary, service = chromium()
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for switch in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(service))
    driver.set_script_timeout(120)
    try:
        yield Browser(driver, tmp_path_factory.mktemp("pages"))
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def standard_page() -> Page:
    return bea.explore()


@pytest.fixture
def page(browser: Browser, standard_page: Page) -> Callable[..., Browser]:
    """Open the standard page at a link."""
    return lambda link="": browser.open(standard_page, link)
