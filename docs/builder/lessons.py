"""The notebooks as pages: copied to where Sphinx reads them, shown with the outputs they hold."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

FOLDER = "lessons"


def bring(source: Path, folder: Path) -> None:
    """Copy the notebooks that have changed, and take away what is no notebook any more."""
    folder.mkdir(exist_ok=True)
    found = {path.name: path for path in source.glob("*.ipynb")}
    for old in folder.glob("*.ipynb"):
        if old.name not in found:
            old.unlink()
    for name, path in found.items():
        copy = folder / name
        if not copy.exists() or copy.read_bytes() != path.read_bytes():
            shutil.copyfile(path, copy)


def setup(app: Any) -> dict[str, bool]:
    """Bring them before Sphinx looks for pages."""
    app.connect(
        "config-inited",
        lambda app, _: bring(Path(app.srcdir).parent / "notebooks", Path(app.srcdir) / FOLDER),
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
