"""Formulas as MathML, which browsers draw by themselves: no script, no fonts from elsewhere."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from math_core import LatexError, LatexToMathML  # LaTeX to MathML Core, in one compiled module
from sphinx.util import logging

_LOGGER = logging.getLogger(__name__)
# The source stays beside each formula, for those who copy it.
_CONVERTER = LatexToMathML(annotation=True)


def mathml(latex: str, display: bool) -> str:
    """Return a formula as MathML.

    Raises
    ------
    LatexError
        If it is no LaTeX that can be read.
    """
    return _CONVERTER.convert_with_local_state(latex.strip(), displaystyle=display)


def _inline(translator: Any, node: nodes.math) -> None:
    _write(translator, node, display=False)


def _block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append('<div class="math-block">')
    _write(translator, node, display=True)
    translator.body.append("</div>\n")


def _write(translator: Any, node: nodes.Element, display: bool) -> None:
    latex = node.astext()
    try:
        translator.body.append(mathml(latex, display))
    except LatexError as error:
        _LOGGER.warning("no formula: %s: %s", latex, error, location=node)
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Register it as an HTML renderer of mathematics."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
