"""Formulas as MathML, which browsers draw by themselves: no script, no fonts from elsewhere."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from math_core import LatexError, LatexToMathML  # LaTeX to MathML Core, in one compiled module
from sphinx.util import logging

_LOGGER = logging.getLogger(__name__)
# The source stays beside each formula, for those who copy it.
_CONVERTER = LatexToMathML(annotation=True)
# In the fonts that browsers find a prime is small and high already: raised it is hardly seen.
_RAISED_PRIME = re.compile(r"<msup>(<mi[^>]*>[^<]*</mi>)<mo>([′″‴])</mo></msup>")


def mathml(latex: str, display: bool) -> str:
    """Return a formula as MathML.

    Raises
    ------
    LatexError
        If it is no LaTeX that can be read.
    """
    formula = _CONVERTER.convert_with_local_state(latex.strip(), displaystyle=display)
    return _RAISED_PRIME.sub(r'<mrow>\1<mo lspace="0" rspace="0">\2</mo></mrow>', formula)


def _inline(translator: Any, node: nodes.math) -> None:
    _write(translator, node, display=False)


def _block(translator: Any, node: nodes.math_block) -> None:
    _write(translator, node, display=True)


def _write(translator: Any, node: nodes.Element, display: bool) -> None:
    latex = node.astext()
    try:
        formula = mathml(latex, display)
        translator.body.append(f'<div class="math-block">{formula}</div>\n' if display else formula)
    except LatexError as error:
        _LOGGER.warning("no formula: %s: %s", latex, error, location=node)
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Register it as an HTML renderer of mathematics."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
