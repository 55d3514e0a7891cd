"""The explorer in a notebook: the same module, shown by anywidget."""

from __future__ import annotations

from typing import Any

from bea.errors import BeaError

_RENDER = """
export default {
  render({ model, el }) {
    const root = document.createElement("div");
    el.append(root);
    new module_explorer.Explorer(root, { data: model.get("data"), scripts: SCRIPTS }, false);
  },
};
"""


def widget(module: str, style: str, data: dict[str, Any]) -> Any:
    """Return a page, by its module, its style sheet and its data, as a widget.

    Raises
    ------
    BeaError
        If anywidget is not installed.
    """
    try:
        from anywidget import AnyWidget
        from traitlets import Dict
    except ImportError:
        raise BeaError(
            "anywidget is not installed: install the extra, pip install 'bea[notebook]', or save "
            "the page and open it in a browser"
        ) from None
    traits = {
        "_esm": module + _RENDER,
        "_css": style,
        "data": Dict(data).tag(sync=True),
        "__doc__": "An explorer.",
    }
    return type("ExplorerWidget", (AnyWidget,), traits)()
