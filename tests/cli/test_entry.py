"""The entry point: help, version, streams of every kind, and what is not imported for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from unicodedata import combining

import pytest

from bea import __version__
from bea.cli import entry, streams
from bea.cli.app import app

from .conftest import Bea

COMMANDS = [
    ("derive",),
    ("drift",),
    ("verify",),
    ("report",),
    ("analyze",),
    ("sgd", "derive"),
    ("sgd", "ensemble"),
    ("sgd", "noise-scale"),
    ("sgd", "equilibrium"),
    ("sgd", "escape"),
    ("plot", "drift"),
    ("plot", "trajectory"),
    ("plot", "loss"),
    ("plot", "terms"),
    ("plot", "energy"),
    ("plot", "comparison"),
    ("plot", "schedule"),
    ("plot", "certificate"),
    ("plot", "stability"),
    ("plot", "trees"),
    ("explore",),
    ("list", "methods"),
    ("list", "problems"),
    ("list", "schedules"),
    ("list", "torch"),
    ("list", "optax"),
    ("show",),
    ("demo",),
]
PYTHON = [sys.executable, "-W", "error"]


def environment(**changed: str) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "PYTHON"))}
    return inherited | {"COLUMNS": "80"} | changed


def process(*arguments: str, **changed: str) -> subprocess.CompletedProcess[bytes]:
    command = [*PYTHON, "-m", "bea", *arguments]
    env = environment(**changed)
    return subprocess.run(command, capture_output=True, env=env, timeout=60, check=False)


def but_words_in_time(said: bytes) -> list[bytes]:
    """Return the lines but those that a slow machine brings."""
    return [line for line in said.splitlines() if not line.endswith(b"; Ctrl-C ends it")]


def test_version(bea: Bea) -> None:
    run = bea("--version")
    assert (run.status, run.out, run.err) == (0, f"bea {__version__}\n", "")


@pytest.mark.parametrize("arguments", [(), ("sgd",), ("plot",), ("list",)])
def test_help_is_shown_where_no_command_is_named(bea: Bea, arguments: tuple[str, ...]) -> None:
    run = bea(*arguments)
    assert run.status == 0 and run.err == ""
    assert "Usage: bea" in run.out and "--help" in run.out


def test_the_list_of_commands_here_is_complete() -> None:
    groups = {group.name: group.typer_instance for group in app.registered_groups}
    known = {(str(command.name),) for command in app.registered_commands}
    for name, group in groups.items():
        assert group is not None
        known |= {(str(name), str(command.name)) for command in group.registered_commands}
    assert known == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(bea: Bea, command: tuple[str, ...]) -> None:
    run = bea(*command, "--help")
    assert run.status == 0 and run.err == ""
    head, _, examples = run.out.partition("For example:")
    assert "Usage: bea" in head
    assert f"bea {' '.join(command)}" in examples
    shown = "".join(c for c in run.out if not combining(c))  # which take no column
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], {"numpy", "flint", "sympy", "scipy", "matplotlib", "lark"}),
        (["derive", "--help"], {"numpy", "flint", "sympy", "scipy", "matplotlib", "lark"}),
        (["plot", "drift", "--help"], {"numpy", "flint", "sympy", "scipy", "matplotlib", "lark"}),
        (["sgd", "ensemble", "--help"], {"numpy", "flint", "scipy", "matplotlib", "lark"}),
        (["demo", "--help"], {"numpy", "flint", "sympy", "scipy", "matplotlib", "lark"}),
        (["list", "methods"], {"sympy", "scipy", "matplotlib"}),
        (["derive", "heun"], {"sympy", "scipy", "matplotlib"}),
        (["derive", "heun", "--loss", "booth"], {"sympy", "scipy", "matplotlib"}),
    ],
)
def test_only_what_is_needed_is_imported(arguments: list[str], unwanted: set[str]) -> None:
    code = (
        "import sys\nfrom bea.cli import main\n"
        f"try:\n    main({arguments!r})\n"
        "finally:\n    print(*sorted(sys.modules), file=sys.stderr)"
    )
    run = subprocess.run([*PYTHON, "-c", code], capture_output=True, text=True, check=True)
    assert not unwanted & set(run.stderr.split())


# --- streams ------------------------------------------------------------------------------------


def test_a_terminal_without_unicode_gets_the_letters_spelt_out() -> None:
    run = process("derive", "gradient-descent", "--order", "1", PYTHONIOENCODING="ascii")
    assert run.returncode == 0 and run.stderr == b""
    assert b"dtheta/dt = -DL - gamma/2 D^2LDL + O(gamma^2)" in run.stdout
    assert b"L + gamma/4 |DL|^2 + O(gamma^2)" in run.stdout


def test_tables_and_errors_survive_a_terminal_without_unicode() -> None:
    run = process("list", "methods", PYTHONIOENCODING="ascii")
    assert run.returncode == 0 and b"explicit-euler" in run.stdout
    run = process("derive", "heüm", PYTHONIOENCODING="ascii")
    assert run.returncode == 2 and b"bea: unknown method 'heu" in run.stderr


@pytest.mark.parametrize(
    ("letter", "spelt"), [("γ", "gamma"), ("⁴", "^4"), ("é", "e"), ("世", "?"), ("─", "?")]
)
def test_letters_are_spelt(letter: str, spelt: str) -> None:
    streams.prepare()
    assert letter.encode("ascii", "bea").decode() == spelt


def test_a_pipe_that_closes_ends_the_command_quietly() -> None:
    arguments = ["-m", "bea", "derive", "gradient-descent", "himmelblau", "--order", "8", "--full"]
    run = subprocess.Popen(
        [*PYTHON, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert run.stdout is not None and run.stderr is not None
    run.stdout.readline()
    run.stdout.close()
    assert but_words_in_time(run.stderr.read()) == []
    run.stderr.close()
    assert run.wait(timeout=60) in (0, 1, 141)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_output_that_cannot_be_written_is_said_in_one_line() -> None:
    with open("/dev/full", "w") as full:
        command = [*PYTHON, "-m", "bea", "derive", "heun"]
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert run.returncode == 2
    (said,) = but_words_in_time(run.stderr)
    assert said.startswith(b"bea: cannot write to standard output: ")


def test_an_interrupt_ends_the_command_with_one_line(
    bea: Bea, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bea.cli.formats.emit", interrupted)
    run = bea("derive", "heun")
    assert (run.status, run.out, run.err) == (130, "", "bea: interrupted\n")


def test_an_interrupt_while_the_line_is_read_ends_in_one_line(
    bea: Bea, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("typer.core.TyperGroup.parse_args", interrupted)
    run = bea("derive", "heun")
    assert (run.status, run.out, run.err) == (130, "", "bea: interrupted\n")


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only mistakes of the user become one line: what bea did wrong keeps its traceback."""

    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bea.cli.formats.emit", broken)
    with pytest.raises(ZeroDivisionError):
        entry.main(["derive", "heun"])


def test_one_line_is_one_line() -> None:
    assert streams.one_line("a\n b\tc\x00\u202e") == r"a b c\x00\u202e"
    assert len(streams.one_line("x" * 10_000)) < 700
