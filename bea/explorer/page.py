"""The explorer as one file: what bea derived, the scripts, and the page that shows them.

The page asks nobody for anything: its scripts and styles stand in it, and its own policy forbids
all others and every connection. Texts that a user gave are data, in a block that no browser runs,
and are set as texts.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from bea.errors import BeaError
from bea.files import write_whole

MODULES = (
    "numbers", "words", "formula", "view", "problem", "flow", "model", "drift", "link", "contours",
    "landscape", "chart", "trees", "scenes", "controls", "readouts", "layout", "gestures",
    "explorer", "main",
)  # fmt: skip
"""The modules of the page, each after those that it imports."""

_IMPORT = re.compile(r'^import \{(.*)\} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:const|class|function) (\w+)", re.MULTILINE)
_EXPORTED = re.compile(r"^export ", re.MULTILINE)

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>bea explore</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<div id="bea"></div>
<noscript>This page draws with JavaScript: allow it to run.</noscript>
<script type="application/json" id="bea-data">{data}</script>
<script>{script}</script>
</body>
</html>
"""


@dataclass(frozen=True)
class Page:
    """An explorer, ready to be written, or to be shown in a notebook (extra `notebook`).

    Attributes
    ----------
    data : dict
        What is shown, as JSON.
    scripts : str
        The array of functions that the data speak of, in JavaScript, by bea's code generator.
    """

    data: dict[str, Any] = field(repr=False)
    scripts: str = field(repr=False)

    def html(self) -> str:
        """Return the page, which opens offline in any browser."""
        script = (
            f'"use strict";\n(() => {{\n{self.module()}\nmodule_main.openPage(SCRIPTS);\n}})();\n'
        )
        policy = "; ".join(
            [
                "default-src 'none'",
                f"script-src '{_digest(script)}'",
                f"style-src '{_digest(style())}'",
                "img-src data: blob:",
                "base-uri 'none'",
                "form-action 'none'",
            ]
        )
        return _PAGE.format(policy=policy, style=style(), data=inert(self.data), script=script)

    def module(self) -> str:
        """Return all modules in one scope, with the scripts among them."""
        scripts = f"const {{ erf }} = module_numbers;\nconst SCRIPTS = {self.scripts};"
        return "\n".join([bundled(MODULES), scripts])

    def widget(self) -> Any:
        """Return it as a widget of a notebook; raises `BeaError` without the extra `notebook`."""
        from bea.explorer.widget import widget

        return widget(self.module(), style(), self.data)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show itself in a notebook, where the extra is installed; else say how to."""
        try:
            return self.widget()._repr_mimebundle_(**options)
        except BeaError as error:
            return {"text/plain": str(error)}

    def save(self, path: str | Path) -> Path:
        """Write the page, whole or not at all, and return its path.

        Raises
        ------
        OutputError
            If it cannot be written there.
        """
        text = self.html().encode()
        return write_whole(path, lambda stream: stream.write(text))


def style() -> str:
    """Return the style sheet of the page."""
    return _read("explorer.css")


def inert(data: Any) -> str:
    """Return JSON that ends no element and begins none, wherever it stands in a page.

    >>> inert("</script>&")
    '"\\\\u003c/script\\\\u003e\\\\u0026"'
    """
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def bundled(names: Iterable[str]) -> str:
    """Return modules as one text, each in a scope of its own, after those that it imports."""
    return "\n".join(_scoped(name, _read(f"{name}.js")) for name in names)


# --- private helpers ------------------------------------------------------------------------------


def _read(name: str) -> str:
    return (files("bea.explorer") / "page" / name).read_text(encoding="utf-8")


def _scoped(name: str, source: str) -> str:
    """Return a module as an object of what it exports."""
    body = _IMPORT.sub(r"const {\1} = module_\2;", source)
    exported = ", ".join(_EXPORT.findall(body))
    body = _EXPORTED.sub("", body)
    return f"const module_{name} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();"


def _digest(text: str) -> str:
    """Return the hash by which a policy lets a script or style of the page itself pass."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
