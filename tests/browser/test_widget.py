"""What a notebook shows: the module of the widget, with a model as anywidget hands it on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bea.explorer import Page

from .conftest import Browser

HARNESS = """<!DOCTYPE html><style>{style}</style><div id="cell"></div>
<script type="application/json" id="data">{data}</script>
<script type="module">
{module}
const data = JSON.parse(document.getElementById("data").textContent);
window.bea = widget.render({{ model: {{ get: (name) => ({{ data }})[name] }},
                              el: document.getElementById("cell") }});
</script>"""


def test_the_widget_draws(browser: Browser, standard_page: Page, tmp_path: Path) -> None:
    pytest.importorskip("anywidget")
    shown = standard_page.widget()
    module = shown._esm.replace("export default {", "const widget = {")
    data = json.dumps(shown.data).replace("<", "\\u003c")
    path = tmp_path / "cell.html"
    path.write_text(HARNESS.format(style=shown._css, data=data, module=module), encoding="utf-8")
    browser.open(path)
    browser.settle()
    assert browser.complaints() == []
    heading, canvases = browser.driver.execute_script(
        "return [document.querySelector('#cell h1').textContent, "
        "document.querySelectorAll('#cell canvas').length]"
    )
    assert heading == "What does an iteration really follow?" and canvases == 3
    assert browser.driver.execute_script("return location.hash") in ("", "#"), "it keeps no address"
