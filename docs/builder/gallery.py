"""Figures that are drawn while the site is built, each above the code that draws it.

    ```{drawn} Title
    :alt: what is to be seen

    bea.plots.stability_figure("rk4")
    ```

A line that begins with "bea " is run as a command, its `--out` kept; all else is Python, whose
last expression is the figure. `{picture}` has no title. `{thumbnails}` shows all figures of its
page, each a link to its own.
"""

from __future__ import annotations

import ast
import shlex
import subprocess
import sys
from os.path import relpath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

FOLDER = "figures"
_PIXELS = 100  # of a page for an inch of a figure; a PNG has twice as many


class thumbnails(nodes.General, nodes.Element):  # noqa: N801 - docutils' way of naming nodes
    """Stands where the thumbnails of a page belong."""


class Picture(SphinxDirective):
    """A figure above its code."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "alt": directives.unchanged_required,
        "hide-code": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Draw the figure."""
        code = "\n".join(self.content)
        return self.drawn(code, f"{nodes.make_id(self.env.docname)}-{self.lineno}")

    def drawn(self, code: str, name: str) -> list[nodes.Node]:
        """Return the figure and its code."""
        if "alt" not in self.options:
            raise self.error(
                "a figure needs :alt:, what is to be seen, for those who do not see it"
            )
        path = Path(self.env.doctreedir).parent / FOLDER / f"{name}{suffix(code)}"
        path.parent.mkdir(parents=True, exist_ok=True)
        width = draw(code, path)
        uri = relpath(path, Path(self.env.doc2path(self.env.docname)).parent)
        image = nodes.image(uri=uri, alt=self.options["alt"], width=f"{width}px")
        if "hide-code" in self.options:
            return [image]
        language = "console" if is_command(code) else "python"
        return [image, nodes.literal_block(code, code, language=language)]


class Drawn(Picture):
    """A figure with a title, which is a section of its page."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Draw the figure, and return it below its title and above its code."""
        title = self.arguments[0]
        name = nodes.make_id(title)
        inner = self.drawn("\n".join(self.content), name)
        section = nodes.section("", nodes.title("", title), *inner, ids=[name], names=[name])
        section["classes"].append("drawn")
        self.state.document.note_explicit_target(section)
        return [section]


class Thumbnails(SphinxDirective):
    """The thumbnails of the figures of this page."""

    def run(self) -> list[nodes.Node]:
        """Return their place; they are known when the page is read."""
        return [thumbnails("")]


def is_command(code: str) -> bool:
    """Return whether a code is a command line."""
    return code.startswith("bea ")


def suffix(code: str) -> str:
    """Return .gif for a film, which is shown as it is, and .png for all else."""
    return ".gif" if ".gif" in code else ".png"


def draw(code: str, path: Path) -> int:
    """Draw the figure of a code into a file, and return its width on a page.

    Raises
    ------
    ExtensionError
        If the code fails, or draws nothing.
    """
    (_command if is_command(code) else _python)(code, path)
    import matplotlib.image

    dots = matplotlib.image.imread(path).shape[1]
    return dots if path.suffix == ".gif" else dots // 2


def _python(code: str, path: Path) -> None:
    import matplotlib.pyplot

    import bea

    *before, last = ast.parse(code).body
    names: dict[str, Any] = {"bea": bea}
    exec(compile(ast.Module(before, []), path.name, "exec"), names)  # noqa: S102 - our own pages
    figure = eval(compile(ast.Expression(last.value), path.name, "eval"), names)  # noqa: S307
    bea.plots.save_figure(figure, path, dpi=2 * _PIXELS)
    matplotlib.pyplot.close("all")


def _command(line: str, path: Path) -> None:
    words = shlex.split(line.replace("\\\n", " "))
    out = words[words.index("--out") + 1]
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bea", *words[1:]]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if run.returncode:
            raise ExtensionError(f"{line}: {run.stderr}")
        path.write_bytes((Path(folder) / out).read_bytes())


def _fill(app: Any, tree: nodes.document) -> None:
    """Put the thumbnails where they belong, and say which pictures of lessons show what."""
    for place in list(tree.findall(thumbnails)):
        grid = nodes.container(classes=["thumbnails"])
        for section in tree.findall(nodes.section):
            if "drawn" in section["classes"]:
                title, image = section[0].astext(), next(section.findall(nodes.image))
                shown = nodes.image(uri=image["uri"], alt="", candidates=image["candidates"])
                label = nodes.inline(title, title)
                grid += nodes.reference(
                    "", "", shown, label, refid=section["ids"][0], internal=True
                )
        place.replace_self(nodes.paragraph("", "", *grid.children, classes=["thumbnails"]))
    for image in tree.findall(nodes.image):
        if not image.get("alt") and "alt" not in image:
            image["alt"] = _said_of(image)


def _said_of(image: nodes.image) -> str:
    """Return what is known of a notebook's picture: the heading that it stands under."""
    node: Any = image
    while node is not None and not isinstance(node, nodes.section):
        node = node.parent
    return f"Figure of the section “{node[0].astext()}”" if node is not None else "Figure"


def setup(app: Any) -> dict[str, bool]:
    """Register the directives."""
    app.add_node(thumbnails)
    app.add_directive("picture", Picture)
    app.add_directive("drawn", Drawn)
    app.add_directive("thumbnails", Thumbnails)
    app.connect("doctree-read", _fill)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
