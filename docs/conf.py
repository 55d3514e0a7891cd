"""The documentation site: `make docs` builds it into results/docs."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import bea  # noqa: E402

project = "bea"
author = copyright = "the bea developers"
version = release = bea.__version__
root_doc = "index"
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",  # reads the docstrings' sections
    "myst_nb",  # pages in Markdown, and the notebooks
    "sphinx_design",  # cards and grids
    "builder.mathml",
    "builder.reference",
    "builder.docstrings",
    "builder.gallery",
    "builder.lessons",
    "builder.explorer",
]
templates_path = ["_templates"]
exclude_patterns = ["README.md", "_templates", "builder"]
nitpicky = True
smartquotes = False  # f''(f, f) is mathematics

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_title = "bea"
# Pages without others below them have no list of these at their side.
html_sidebars = {
    p: [] for p in ("index", "install", "tour", "gallery", "explorer", "genindex", "search")
}
html_math_renderer = "mathml"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_toc_level": 2,
    "navbar_align": "left",
    "header_links_before_dropdown": 8,
    "show_prev_next": False,
    "footer_start": ["copyright"],
    "footer_end": [],
}

myst_enable_extensions = ["dollarmath", "amsmath", "deflist", "colon_fence", "attrs_inline"]
myst_heading_anchors = 3
myst_dmath_double_inline = True  # $$ may follow text in its paragraph, as notebooks have it
nb_execution_mode = "off"  # the lessons are shown with the outputs that they hold
nb_merge_streams = True  # what a cell prints stands in one box

autosummary_generate = True
toc_object_entries_show_parents = "hide"
autodoc_typehints = "none"  # the docstrings say what is given, with shapes
numpydoc_show_class_members = False
