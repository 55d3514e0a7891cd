"""The README's example does what it says; its commands are run in tests/docs."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
(PRINTED,) = re.findall(r"```text\n(.*?)```", README, flags=re.DOTALL)


def test_the_five_lines_print_what_is_shown() -> None:
    assert len([line for line in EXAMPLE.splitlines() if line.strip()]) == 5
    shown, printed = (text.strip().splitlines() for text in (PRINTED, output_of(EXAMPLE)))
    assert shown[:3] == printed[:3]
    for one, other in zip(shown[3:], printed[3:], strict=True):
        assert one.split()[:2] == other.split()[:2]  # order and expected order
        # The last digits are the rounding errors of the machine at hand.
        assert float(one.split()[2]) == pytest.approx(float(other.split()[2]), abs=0.02)


def output_of(code: str) -> str:
    """Return what the README's own code prints."""
    out = StringIO()
    with redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - it is our own README
    return out.getvalue()


def test_the_picture_is_there() -> None:
    docs = Path(__file__).parents[1] / "docs"
    text = (docs / "README.md").read_text(encoding="utf-8")
    (picture,) = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", text)
    assert (docs / picture).stat().st_size > 10_000


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]*)\)", README)
    inner = [link for link in links if not link.startswith("https://")]
    assert len(inner) > 10
    assert [link for link in inner if not (Path(__file__).parents[1] / link).is_file()] == []


def test_it_is_a_screen_and_a_half() -> None:
    assert len(README.splitlines()) < 90


def test_it_says_how_to_install() -> None:
    assert "    pip install ." in README
