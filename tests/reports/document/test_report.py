"""The document: complete, its numbers those of `bea derive`, inert whatever a user's texts are."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import bea
from bea.cli import main
from bea.errors import BeaError, OutputError
from bea.reports.document import Report

CHAPTERS = [
    "The rule, as it was read",
    "Derivation, step by step",
    "The modified equation",
    "Exact coefficients",
    "The modified loss",
    "Range of validity",
    "The certificate",
    "How to do it again",
    "Sources",
]
HARMLESS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "b", "i", "span",
    "code", "pre", "div", "table", "thead", "tbody", "tr", "th", "td", "img", "ul", "li", "details",
    "summary", "math", "mrow", "mi", "mn", "mo", "mtext", "mfrac", "msqrt", "mroot", "msup", "msub",
    "msubsup", "mover", "mspace", "mtable", "mtr", "mtd",
}  # fmt: skip
SHAKEN = "x</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&lt;\x00"


class Page(HTMLParser):
    """Reads a page as a browser does: elements, attributes, and the text of some of them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.headings: list[str] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in ("meta", "img"):
            self._open.append((tag, dict(attrs).get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, kind = self._open[-1] if self._open else ("", "")
        if tag == "h2":
            self.headings.append(data)
        self.texts[kind or tag] = self.texts.get(kind or tag, "") + data

    @property
    def record(self) -> Any:
        return json.loads(self.texts["wrap record"])


def written(folder: Path, *arguments: str) -> Page:
    out = folder / "page.html"
    with pytest.raises(SystemExit) as ended:
        main(["report", *arguments, "--out", str(out)])
    assert ended.value.code == 0
    return Page(out.read_text(encoding="utf-8"))


def derived(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["derive", *arguments, "--format", "json"])
    return json.loads(capsys.readouterr().out)


ASKED = {
    "heavy ball": ("heavy-ball", "booth"),
    "a rule": ("booth", "--update", "v = b*v + grad; theta = theta - gamma*v", "-p", "b=1/2"),
    "a game": ("--game", "x*y; -x*y", "--players", "x; y", "--rates", "1; 1/2", "--order", "1"),
    "adam": ("adam", "x**2 + y**2", "-p", "epsilon=1/2", "--order", "1"),
}


@pytest.mark.parametrize("name", ASKED)
def test_it_is_complete_and_its_numbers_are_those_of_derive(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = written(tmp_path, *ASKED[name])
    assert page.headings == CHAPTERS
    assert page.record == derived(capsys, *ASKED[name])
    assert page.tags <= HARMLESS
    assert "\\" not in page.texts["mtext"] if "mtext" in page.texts else True


def test_the_table_has_the_numbers_of_the_record(tmp_path: Path) -> None:
    report = bea.report(bea.methods.heavy_ball(beta="1/2"), bea.problems.booth(), order=2)
    text = report.html()
    table = text[text.index("Exact coefficients") :]
    universal = bea.modified_equation(bea.methods.heavy_ball(beta="1/2"), order=2)
    for record in universal.as_json()["terms"]:
        above, _, below = record["coefficient"].lstrip("-").partition("/")
        shown = f"<mn>{above}</mn>" + (f"<mn>{below}</mn>" if below else "")
        assert shown in table


def test_the_command_is_the_one_that_was_typed(tmp_path: Path) -> None:
    page = written(tmp_path, "booth", "--update", "theta = theta - gamma*grad", "--order", "1")
    command = "bea report booth --order 1 --update 'theta = theta - gamma*grad' --out"
    assert command in page.texts["wrap"]


def test_the_derivation_is_checked_by_other_routes() -> None:
    text = bea.report(bea.methods.gradient_descent(), bea.problems.booth(), order=1).html()
    for route in ("“manifold”", "“perturbation”", "“trees”"):
        assert route in text


def test_a_report_without_a_problem_says_why_there_is_no_certificate() -> None:
    found = bea.report(bea.methods.adam(), order=1)
    assert found.certificate is None
    assert "There is none: no problem is given" in found.html()


def test_each_piece_of_a_schedule_has_its_equation(tmp_path: Path) -> None:
    page = written(tmp_path, "gradient-descent", "x**2", "--order", "1", "--schedule",
                   "step(time=1, every=1/2)")  # fmt: skip
    assert page.headings.count("The modified equation") == 2
    assert "For 0 ≤ t < 1/2" in page.headings


def test_a_users_texts_are_inert() -> None:
    loss = bea.problems.loss("x**2/2")
    loss.about = replace(loss.about, name=SHAKEN, title=SHAKEN, note=SHAKEN, source=SHAKEN)
    method = bea.methods.gradient_descent()
    equation = bea.modified_equation(method, loss, order=1)
    shaken = Report((("", equation),), lacking=SHAKEN, command=SHAKEN)
    page = Page(shaken.html())
    assert page.tags <= HARMLESS
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    places = [value for name, value in page.attributes if name in ("src", "href")]
    assert all((value or "").startswith("data:image/svg+xml;base64,") for value in places)
    assert "alert(1)" in page.texts["title"]


def test_nothing_is_loaded_and_nothing_runs() -> None:
    text = bea.report(bea.methods.gradient_descent(), order=1).html()
    assert "default-src 'none'" in text
    assert "http://" not in text.replace("http://www.w3.org/", "")


def test_it_is_deterministic() -> None:
    one, two = (
        bea.report(bea.methods.gradient_descent(), bea.problems.loss("x**2"), order=0).html()
        for _ in range(2)
    )
    assert one == two


def test_what_has_no_formula_is_refused() -> None:
    loss = bea.problems.from_function(lambda theta: (theta**2).sum(), dimension=2)
    with pytest.raises(BeaError, match="is a function"):
        bea.report(bea.methods.gradient_descent(), loss, order=1)


@pytest.mark.parametrize("name", ["report.doc", "report", "folder/report.svg"])
def test_another_form_is_refused_before_any_work(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["report", "heavy-ball", "booth", "--out", str(tmp_path / name)])
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.count("\n") == 1 and "end it in .html or .pdf" in said
    assert list(tmp_path.iterdir()) == []


def test_without_a_browser_there_is_no_pdf_and_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bea.files.pdf.shutil.which", lambda name: None)
    found = bea.report(bea.methods.gradient_descent(), order=0)
    with pytest.raises(OutputError, match=r"install chromium, or end the name in \.html"):
        found.save(tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_prints_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bea.files.pdf.shutil.which", lambda name: "/bin/true")
    with pytest.raises(OutputError, match="printed nothing"):
        bea.report(bea.methods.gradient_descent(), order=0).save(tmp_path / "report.pdf")
