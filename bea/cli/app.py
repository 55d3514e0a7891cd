"""The commands together, as one typer application."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bea import __version__
from bea.cli.commands.demo import demo
from bea.cli.commands.derive import derive
from bea.cli.commands.drift import drift
from bea.cli.commands.listing import list_app
from bea.cli.commands.plot import plot_app
from bea.cli.commands.verify import verify
from bea.cli.reading.options import prose
from bea.cli.sgd.app import sgd_app

_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="bea",
    add_completion=False,
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
app.command("derive", help=prose(derive.__doc__))(derive)
app.command("drift", help=prose(drift.__doc__))(drift)
app.command("verify", help=prose(verify.__doc__))(verify)
app.add_typer(sgd_app, name="sgd")
app.add_typer(plot_app, name="plot")
app.add_typer(list_app, name="list")
app.command("demo", help=prose(demo.__doc__))(demo)
