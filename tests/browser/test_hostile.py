"""Texts that nobody means well with, as loss, rule, title and name: none becomes code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import bea
from bea.cli import main
from bea.explorer import Page

from ..tools.hostile_lines import FORMULAS
from .conftest import Browser

MARKUP = [
    "</script><script>window.let_in = 1</script>", "<img src=x onerror='window.let_in = 1'>",
    "<!--<script>", "]]></script>", "\"><svg onload=window.let_in=1>", "${window.let_in = 1}",
    "{{constructor.constructor('window.let_in = 1')()}}", "javascript:window.let_in=1",
    "</title></style><script>let_in=1</script>", "\u2028\u2029window.let_in = 1", "\\u003cscript>",
    "&lt;script&gt;window.let_in=1&lt;/script&gt;", "'-window.let_in=1-'", "`${let_in=1}`",
]  # fmt: skip
TEXTS = [*FORMULAS, *MARKUP]
MEANT_WELL = "theta = theta - gamma*grad"
assert len(TEXTS) > 40

# What stands on every page: no element more, and nothing that was run.
STATE = """
const tags = {};
const watched = "script, style, img, iframe, object, embed, a, base, form, meta, link";
for (const element of document.querySelectorAll(watched))
  tags[element.tagName] = (tags[element.tagName] ?? 0) + 1;
return [tags, window.let_in ?? 0, document.querySelector("h1").textContent];
"""


def state(browser: Browser) -> tuple[dict[str, int], int, str]:
    browser.settle()
    tags, let_in, heading = browser.driver.execute_script(STATE)
    asked = [url for url in browser.requests() if not url.startswith(("data:", "file:"))]
    assert (asked, browser.complaints()) == ([], [])
    return tags, let_in, heading


@pytest.fixture(scope="module")
def usual(browser: Browser, standard_page: Page) -> dict[str, int]:
    return state(browser.open(standard_page))[0]


def test_a_title_is_a_text(browser: Browser, standard_page: Page, usual: dict[str, int]) -> None:
    for text in TEXTS:
        page = replace(standard_page, data={**standard_page.data, "title": text})
        tags, let_in, heading = state(browser.open(page))
        assert (tags, let_in) == (usual, 0), text
        assert heading == text or not text


def test_names_and_formulas_are_texts(
    browser: Browser, standard_page: Page, usual: dict[str, int]
) -> None:
    """Whatever a problem, a method or a parameter is called."""
    for text in TEXTS:
        data = dict(standard_page.data)
        problem = {**data["problems"][1], "title": text, "formula": text, "variables": [text, text]}
        problem["parameters"] = [{**problem["parameters"][0], "name": text}]
        method = {**data["methods"][0], "title": text, "formula": text}
        data |= {
            "problems": [problem, *data["problems"][1:]],
            "methods": [method, *data["methods"][1:]],
        }
        tags, let_in, _ = state(browser.open(replace(standard_page, data=data)))
        assert (tags, let_in) == (usual, 0), text
        chosen = "return document.querySelector('select').selectedOptions[0].textContent"
        assert browser.run(chosen) == text


@pytest.mark.parametrize("option", ["--loss", "--update", "--title", "--field", "--hamiltonian"])
def test_the_command_line_refuses_or_writes_an_inert_page(
    option: str, browser: Browser, tmp_path: Path, usual: dict[str, int],
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("bea.patience.FIRST", 3600.0)  # tests say nothing about time
    written = 0
    for text in [*TEXTS, MEANT_WELL] if option != "--title" else TEXTS[:3]:
        out = tmp_path / "page.html"
        out.unlink(missing_ok=True)
        plane = ["--variables", "x y"] if option in ("--loss", "--field", "--hamiltonian") else []
        with pytest.raises(SystemExit) as ended:
            main(["explore", f"{option}={text}", *plane, "--out", str(out)])
        status, message = ended.value.code, capsys.readouterr().err.strip()
        if status == 0:
            written += 1
            tags, let_in, _ = state(browser.open(out))
            assert (tags, let_in) == (usual, 0), text
        else:
            assert status == 2 and not out.exists()
            assert message.startswith("bea: ") and "Traceback" not in message
    assert written > 0


def test_scripts_hold_operators_and_names_made_here() -> None:
    """Names that a user writes stand in no function, even where they are names of JavaScript."""
    variables = "window document"
    loss = bea.problems.loss("(alert*window - document)**2 + exp(window)", variables, ["alert"])
    rule = bea.methods.from_text(
        "self = fetch*self + grad; theta = theta - gamma*self", fetch="1/2"
    )
    page = bea.explore(loss, rule, title="eval")
    for word in ("alert", "window", "document", "self", "fetch", "eval", "import", "require"):
        assert word not in page.scripts
