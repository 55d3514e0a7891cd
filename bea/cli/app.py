"""The commands together, as one typer application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bea import __version__
from bea.cli.reading.options import prose

#: The commands as they are listed, and where each is: a function, or a group of commands.
COMMANDS = {
    "derive": "commands.derive:derive",
    "drift": "commands.drift:drift",
    "verify": "commands.verify:verify",
    "report": "commands.report:report",
    "analyze": "commands.analyze:analyze",
    "sgd": "sgd.app:sgd_app",
    "plot": "commands.plot:plot_app",
    "explore": "commands.explore:explore",
    "list": "commands.listing:list_app",
    "show": "commands.show:show",
    "demo": "commands.demo:demo",
}

_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


class _Commands(TyperGroup):
    """All commands; their interrupts end in a line of bea's, not in an empty one of click's."""

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        with _interrupts_kept():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        with _interrupts_kept():
            return super().invoke(ctx)


@contextmanager
def _interrupts_kept() -> Iterator[None]:
    """Hand an interrupt on as one that click and typer leave alone."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise typer.Abort from interrupt


app = typer.Typer(
    name="bea",
    cls=_Commands,
    context_settings=_SETTINGS,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bea {__version__}")
        raise typer.Exit


def _bea(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Backward error analysis: derive the modified equation of a method, and measure it.

    A step of size γ, of gradient descent or of a Runge-Kutta method, follows exactly the flow of a
    modified field f + γ f₁ + γ² f₂ + …, which bea derives to any order and confirms.

    Begin with:

      bea derive gradient-descent --order 4
      bea drift himmelblau --method gradient-descent --orders 0-4
      bea demo
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.callback(invoke_without_command=True, help=prose(_bea.__doc__))(_bea)
for _name, _place in COMMANDS.items():
    _module, _, _found = _place.partition(":")
    _command = getattr(import_module(f"bea.cli.{_module}"), _found)
    if isinstance(_command, typer.Typer):
        app.add_typer(_command, name=_name)
    else:
        app.command(_name, help=prose(_command.__doc__))(_command)
