"""A page printed as PDF, by a browser of Chromium's kind: no library sets MathML."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from bea.errors import OutputError

_BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "brave-browser", "microsoft-edge", "msedge",
)  # fmt: skip
_PATIENCE = 60  # seconds


def pdf_of(html: str) -> bytes:
    """Return a page of HTML as PDF.

    Raises
    ------
    OutputError
        If there is no such browser, or it prints nothing.
    """
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise OutputError(
            "a PDF is printed by a browser, and none of Chromium's kind is found: install "
            "chromium, or end the name in .html"
        )
    with tempfile.TemporaryDirectory() as folder:
        page, printed = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(html, encoding="utf-8")
        options = ["--headless", "--disable-gpu", "--no-pdf-header-footer",
                   f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}"]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            options.append("--no-sandbox")  # which it asks for from the superuser
        _run([browser, *options, page.as_uri()])
        if not printed.is_file():
            raise OutputError(f"'{browser}' printed nothing: end the name in .html, and print that")
        return printed.read_bytes()


# --- private helpers ----------------------------------------------------------------------------


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise OutputError(
            f"'{command[0]}' did not print within {_PATIENCE} s: end the name in .html"
        ) from None
    except OSError as error:
        raise OutputError(f"cannot run '{command[0]}': {error.strerror}") from None
