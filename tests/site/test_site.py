"""The documentation site, as it was built: whole, linked, and asking nobody on the network.

It needs the extra `docs`: `make docs`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("sphinx", reason="the site needs the extra docs: make docs")

ROOT = Path(__file__).parents[2]
SITE = ROOT / "results" / "docs"
sys.path.insert(0, str(ROOT / "docs"))

#: Tags and attributes by which a browser fetches something without being asked.
FETCHED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}


@pytest.fixture(scope="module")
def site() -> Path:
    """Build the site, where a warning is an error; what is built already is kept."""
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-b", "html"]
    trees = SITE.with_name("doctrees")
    run = subprocess.run(
        [*command, "-d", str(trees), str(ROOT / "docs"), str(SITE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"{run.stdout[-2000:]}\n{run.stderr[-6000:]}"
    return SITE


class Page(HTMLParser):
    """The links, anchors and pictures of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.anchors: set[str] = set()
        self.without_alt: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if FETCHED.get(tag) in given:
            self.fetched.append(given[FETCHED[tag]])
        if tag == "img" and "alt" not in given:
            self.without_alt.append(given.get("src", ""))


@cache
def page(path: Path) -> Page:
    return Page(path)


def pages(site: Path) -> list[Path]:
    own = [p for p in site.rglob("*.html") if "_static" not in p.relative_to(site).parts]
    return sorted(own)


def lost(path: Path, link: str) -> bool:
    """Tell whether a link within the site leads nowhere."""
    parts = urlsplit(link)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        return True
    if not parts.fragment or target.suffix != ".html" or "_static" in target.parts:
        return False
    return unquote(parts.fragment) not in page(target).anchors


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    inner = [
        (path.relative_to(site), link)
        for path in pages(site)
        for link in {*page(path).links, *page(path).fetched}
        if not urlsplit(link).scheme and lost(path, link)
    ]
    assert inner == []


def test_links_to_elsewhere_are_written_as_such(site: Path) -> None:
    """They are not followed: there may be no network."""
    outer = {x for path in pages(site) for x in page(path).links if urlsplit(x).scheme}
    odd = [x for x in outer if not re.fullmatch(r"https://[\w.-]+\.[a-z]{2,}(/\S*)?", x)]
    assert outer and odd == []


def test_nothing_is_fetched_from_another_host(site: Path) -> None:
    fetched = {x for path in pages(site) for x in page(path).fetched if urlsplit(x).netloc}
    assert fetched == set()
    for style in site.rglob("*.css"):
        urls = re.findall(r"url\(\s*['\"]?(https?:)?//", style.read_text(encoding="utf-8"))
        assert urls == [], style


def test_every_picture_says_what_it_shows(site: Path) -> None:
    assert [(p.name, page(p).without_alt) for p in pages(site) if page(p).without_alt] == []


def test_every_public_name_has_its_entry(site: Path) -> None:
    from builder.reference import ROOMS, home, public_names

    anchors = {x for p in (site / "reference").rglob("*.html") for x in page(p).anchors}
    names = {home(room, name) for room in ROOMS for name in public_names(room)}
    assert len(names) > 300
    assert names - anchors == set()


def test_formulas_are_mathematics(site: Path) -> None:
    shown = (site / "mathematics" / "routes.html").read_text(encoding="utf-8")
    assert shown.count("<math") > 30
    assert shown.count("<div") == shown.count("</div>")


def test_no_formula_is_left_as_it_was_typed(site: Path) -> None:
    """A dollar outside of code is one whose partner was not found."""
    left = []
    for path in pages(site):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"<(script|style|pre|code|annotation)\b.*?</\1>", "", text, flags=re.DOTALL)
        left += [(path.name, found) for found in re.findall(r".{0,40}\$.{0,40}", text)]
    assert left == []


@pytest.mark.parametrize("name", ["gallery", "tour", "index"])
def test_figures_were_drawn(site: Path, name: str) -> None:
    drawn = [x for x in page(site / f"{name}.html").fetched if "_images" in x]
    assert drawn
    assert all((site / x).stat().st_size > 10_000 for x in drawn)


def test_lessons_hold_their_outputs(site: Path) -> None:
    lessons = sorted((site / "lessons").glob("*.html"))
    assert len(lessons) == len(list((ROOT / "notebooks").glob("*.ipynb")))
    for lesson in lessons:
        assert "cell_output" in lesson.read_text(encoding="utf-8"), lesson
