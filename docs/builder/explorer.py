"""The explorer: one page that `bea explore` writes, shown in a frame of the site."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

NAME = "explore.html"


class Explorer(SphinxDirective):
    """The standard page of `bea explore`, in a frame that is as tall as it needs."""

    def run(self) -> list[nodes.Node]:
        """Return the frame, and a link to the page alone."""
        page = f"_static/{NAME}"
        frame = (
            f'<iframe class="explorer" src="{page}" title="Explorer: iterates and flows"></iframe>'
        )
        alone = f'<a href="{page}">The explorer alone, in the whole window</a>'
        link = f"<p>{alone}: one file, which works offline.</p>"
        return [nodes.raw("", f"{link}{frame}", format="html")]


def write(app: Any) -> None:
    """Let `bea explore` write its page to where the site's files go."""
    path = Path(app.outdir) / "_static" / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "bea", "explore", "--out", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise ExtensionError(f"bea explore: {run.stderr}")


def setup(app: Any) -> dict[str, bool]:
    """Register the directive, and the page for HTML."""
    app.add_directive("explorer", Explorer)
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
