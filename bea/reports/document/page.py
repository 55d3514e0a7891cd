"""Pages of HTML: built of elements, so that a text is always text, and whole in one file.

No program runs in a page and it loads nothing: the policy in its head forbids both. Formulas are
MathML, figures are SVG within.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree.ElementTree import Element, tostring

from bea.modified.writing.mathml import as_xml_text, math_element

Node = str | Element

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """
:root{color-scheme:light dark;--ink:#1a1a1a;--dim:#555;--line:#c8c8c8;--ground:#fff;--box:#f5f5f2}
@media (prefers-color-scheme:dark){:root{--ink:#e6e6e6;--dim:#aaa;--line:#4a4a4a;--ground:#17181a;
--box:#222427}}
body{font:1rem/1.5 Georgia,'Times New Roman',serif;max-width:52rem;margin:2rem auto;padding:0 1rem;
color:var(--ink);background:var(--ground)}
h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.25rem;margin-top:2.2rem;
border-bottom:1px solid var(--line)}h3{font-size:1.05rem;margin-bottom:.3rem}
.math{overflow:auto hidden;margin:.6rem 0;padding:.4rem 0}
pre{overflow-x:auto;background:var(--box);padding:.7rem;font-size:.82rem;line-height:1.35}
pre,code{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace}
pre.wrap{white-space:pre-wrap;overflow-wrap:anywhere}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:.6rem 0}
th,td{padding:.2rem .7rem;text-align:left;vertical-align:middle}
th{border-bottom:1px solid var(--ink);font-weight:600}tbody tr{border-bottom:1px solid var(--line)}
mtd{vertical-align:baseline}img{max-width:100%;height:auto;background:#fff}
img.tree{vertical-align:middle}.dim{color:var(--dim)}summary{cursor:pointer}
.confirmed{border-left:4px solid #009e73;padding-left:.7rem}
.refuted{border-left:4px solid #d55e00;padding-left:.7rem}
.undecided{border-left:4px solid #e69f00;padding-left:.7rem}
@media print{body{margin:0;max-width:none;font-size:10pt}h2{break-after:avoid}
.math{font-size:90%}pre{white-space:pre-wrap;font-size:7.5pt}tr,img,.math{break-inside:avoid}summary{list-style:none}}
@page{size:A4;margin:18mm 16mm}
"""


def h(tag: str, *children: Node | None, **attributes: str) -> Element:
    """Return an element; `class_` is its class, and None among the children is left out.

    >>> tostring(h("p", "a < b ", h("b", "& c"), class_="dim"), encoding="unicode")
    '<p class="dim">a &lt; b <b>&amp; c</b></p>'
    """
    made = Element(tag, {k.rstrip("_"): as_xml_text(v) for k, v in attributes.items()})
    last: Element | None = None
    for child in children:
        if isinstance(child, Element):
            made.append(child)
            last = child
        elif child is not None and last is None:
            made.text = (made.text or "") + as_xml_text(child)
        elif child is not None and last is not None:
            last.tail = (last.tail or "") + as_xml_text(child)
    return made


def formula(latex: str) -> Element:
    """Return a formula on a line of its own, which may be wider than the page."""
    return h("div", math_element(latex), class_="math")


def inline(latex: str) -> Element:
    """Return a formula within a text, its fractions as large as on a line of their own."""
    made = math_element(latex, block=False)
    made.set("displaystyle", "true")
    return made


def table(heads: Sequence[Node], rows: Iterable[Sequence[Node]]) -> Element:
    """Return a table."""
    head = h("thead", h("tr", *(h("th", cell) for cell in heads)))
    body = h("tbody", *(h("tr", *(h("td", cell) for cell in row)) for row in rows))
    return h("div", h("table", head, body), class_="wide")


def source(text: str, wrap: bool = False, **attributes: str) -> Element:
    """Return a text as it is typed, line by line."""
    return h("pre", text, **({"class_": "wrap"} if wrap else {}), **attributes)


def folded(summary: Node, *children: Node) -> Element:
    """Return what is shown when a person asks for it."""
    return h("details", h("summary", summary), *children)


def image(svg: bytes | str, words: str, **attributes: str) -> Element:
    """Return a drawing, with the words for who cannot see it; as an image nothing in it runs."""
    data = svg.encode() if isinstance(svg, str) else svg
    place = f"data:image/svg+xml;base64,{b64encode(data).decode()}"
    return h("img", src=place, alt=words, **attributes)


def page(title: str, body: Iterable[Node], unfolded: bool = False) -> str:
    """Return a whole document; `unfolded` all that is folded is open.

    >>> "<title>a &lt;b&gt;</title>" in page("a <b>", [h("p", "c")])
    True
    """
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("meta", **{"http-equiv": "Content-Security-Policy", "content": _POLICY}),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("title", title),
        h("style", _STYLE),
    )
    whole: Any = h("html", head, h("body", *body), lang="en")
    for part in whole.iter("details") if unfolded else ():
        part.set("open", "")
    return "<!DOCTYPE html>\n" + tostring(whole, encoding="unicode", method="html") + "\n"
