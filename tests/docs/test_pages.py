"""The pages of the documentation site say what bea does; the site itself needs the extra docs."""

from __future__ import annotations

import doctest
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bea

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {
    str(path.relative_to(DOCS)): path.read_text(encoding="utf-8")
    for path in sorted(DOCS.rglob("*.md"))
    if not {"lessons", "api"} & set(path.parts)
}
WITH_EXAMPLES = [name for name, text in PAGES.items() if ">>> " in text]
# Those that need an extra are run in tests/adapters.
README = (DOCS.parent / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    command
    for page in (README, PAGES["howto/commands.md"])
    for command in re.findall(r"^    (bea (?!.*(?:torch|optax)).*)$", page, flags=re.MULTILINE)
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_page_print_what_is_shown(name: str) -> None:
    without_fences = re.sub(r"^```.*$", "", PAGES[name], flags=re.MULTILINE)
    example = doctest.DocTestParser().get_doctest(without_fences, {}, name, name, 0)
    said: list[str] = []
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    found = doctest.DocTestRunner(optionflags=flags).run(example, out=said.append)
    assert found.attempted and not found.failed, "".join(said)


def test_the_pages_with_examples_are_found() -> None:
    assert {"tour.md", "howto/paper.md", "howto/certify.md", "howto/torch.md"} <= {*WITH_EXAMPLES}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_run(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    from bea.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", shlex.split(command))
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code in (0, None)
    shown = capsys.readouterr()
    assert shown.out or "wrote" in shown.err


def test_every_command_is_shown() -> None:
    from bea.cli.app import COMMANDS as NAMES

    shown = PAGES["howto/commands.md"] + PAGES["install.md"] + PAGES["explorer.md"]
    assert [name for name in NAMES if f"bea {name}" not in shown] == []


def test_the_lessons_are_the_notebooks() -> None:
    notebooks = sorted(path.stem for path in (DOCS.parent / "notebooks").glob("*.ipynb"))
    assert re.findall(r"^lessons/(.*)$", PAGES["lessons.md"], flags=re.MULTILINE) == notebooks


@pytest.fixture
def _builder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(DOCS))
    yield
    for module in [name for name in sys.modules if name.partition(".")[0] == "builder"]:
        del sys.modules[module]


@pytest.mark.usefixtures("_builder")
def test_every_public_name_has_its_page() -> None:
    from builder.reference import ROOMS, home, pages

    written = dict(pages())
    toctree = PAGES["reference/index.md"]
    assert [room for room in written if f"api/{room}\n" not in toctree] == []
    for room in (r for r in ROOMS if r != "bea.errors"):
        module = sys.modules[room]
        own = [n for n in dir(module) if n in {*module.__all__, *_made(room)} and n[0] != "_"]
        missing = [n for n in own if not _listed(written[room], room, n, home)]
        assert missing == [], room
    assert {n for n in dir(bea) if f"bea.{n}" in ROOMS} == {
        n for n in dir(bea) if n[0].islower() and type(getattr(bea, n)).__name__ == "module"
    }


def _made(room: str) -> set[str]:
    """Return the names that a room makes of its register."""
    registered = {"bea.methods": bea.methods, "bea.problems": bea.problems}
    return set(dir(registered[room])) if room in registered else set()


def _listed(text: str, room: str, name: str, home) -> bool:
    value = getattr(sys.modules[room], name)
    if type(value).__name__ == "module":
        return True
    entry = name if home(room, name) == f"{room}.{name}" else f"~{home(room, name)}"
    return re.search(rf"^(   {re.escape(entry)}|\.\. py:type:: {name})$", text, re.M) is not None


@pytest.mark.usefixtures("_builder")
def test_the_table_of_methods_has_every_method() -> None:
    from builder.first_corrections import page

    text = "\n".join(page())
    assert [name for name in bea.methods.available() if f"`{name} <" not in text] == []
    assert "L + γ(1+β)/(4(1−β)) ‖∇L‖² + O(γ²)" in text  # of momentum as a moving average


@pytest.mark.usefixtures("_builder")
def test_docstrings_become_markup_that_says_the_same() -> None:
    from builder.docstrings import for_sphinx

    lines = ["Of x**2 and |x|, see `bea.iterate`.", "", "    y = x**2", "", "Examples", "--------"]
    shown = for_sphinx(lines)
    assert shown[0] == r"Of x\*\*2 and \|x\|, see :obj:`bea.iterate <bea.iterate>`."
    assert "    y = x**2" not in shown[:2] and "        y = x**2" in shown
