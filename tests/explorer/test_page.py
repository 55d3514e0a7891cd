"""The page as a text: what it lets run, what it holds, and what is refused."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

import bea
from bea.explorer import Page
from bea.explorer.page import MODULES

HTML_SIZE = 1_000_000
# Whatever stands in a function that bea writes: own names, operators, numbers, functions of Math.
ALLOWED = re.compile(
    r"function \(i, o(, m)?\) \{|const|[iotseur]\d*|\b[iuoe]\[\d+\]|m\.(f|J|r|solve)|\(u, e\) =>|"
    r"Math\.(exp|log|sin|cos|sinh|cosh|tanh|asin|atan|asinh|sqrt|pow)|erf|"
    r"\d+(\.\d+)?(e[+-]?\d+)?|Infinity|NaN|[-+*/=;,(){}\[\]\s]"
)


@pytest.fixture(scope="module")
def page() -> Page:
    return bea.explore()


def test_the_policy_names_the_very_script_and_style(page: Page) -> None:
    html = page.html()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None and "unsafe" not in policy[1] and "default-src 'none'" in policy[1]
    for tag in ("script", "style"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert len(html.encode()) < HTML_SIZE


def test_scripts_are_operators_and_names_made_here(page: Page) -> None:
    assert ALLOWED.sub("", page.scripts.strip().removeprefix("[").removesuffix("]")) == ""


def test_the_page_speaks_of_no_address(page: Page) -> None:
    known = "http://www.w3.org/"  # the names of MathML and SVG, which nobody asks for
    assert [a for a in re.findall(r"https?://[^\s\"'`]*", page.html()) if known not in a] == []


def test_modules_import_only_those_before_them() -> None:
    folder = Path(bea.__file__).parent / "explorer" / "page"
    assert {p.stem for p in folder.glob("*.js")} == set(MODULES)
    for place, name in enumerate(MODULES):
        imported = re.findall(r'from "\./(\w+)\.js"', (folder / f"{name}.js").read_text("utf-8"))
        assert set(imported) <= set(MODULES[:place]), name
        assert len((folder / f"{name}.js").read_text("utf-8").splitlines()) <= 400


def test_a_method_of_ones_own_is_first_and_open() -> None:
    rule = bea.methods.from_text("v = b*v + grad; theta = theta - gamma*v", b="9/10")
    found = bea.explore(bea.problems.booth(), rule, title="mine").data
    method = found["methods"][found["first"]["method"]]
    assert found["title"] == "mine" and method["id"] == "own" and method["onTrees"]
    assert [p["name"] for p in method["parameters"]] == ["b"]


@pytest.mark.parametrize(
    ("problem", "method", "said"),
    [
        (bea.problems.loss("x**2"), None, "declare a second, such as --variables 'x y'"),
        (bea.problems.lorenz(), None, "the explorer shows two"),
        (bea.problems.booth(), bea.methods.get("sign-descent"), "has no"),
        (bea.problems.booth(), bea.methods.Scheduled(bea.methods.heun(), "1/(1 + t)"), "schedule"),
        (bea.problems.loss("(x + y + 1)**70"), None, "operations, more than the"),
        ("booth", None, "the problem is a str"),
        (None, "rk4", "the method is a str"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(problem: object, method: object, said: str) -> None:
    with pytest.raises(bea.BeaError, match=re.escape(said)) as error:
        bea.explore(problem, method)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_in_a_notebook_it_is_the_same_module(page: Page) -> None:
    pytest.importorskip("anywidget")
    shown = page.widget()
    assert page.module() in shown._esm and shown.data == page.data
    assert "export default" in shown._esm
