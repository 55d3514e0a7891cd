"""The options that commands share, as annotations for typer.

All values are taken as texts and read by `bea.cli.reading.inputs`, which says what is wrong with
them in bea's own words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import cleandoc
from pathlib import Path
from typing import Annotated

import typer

from bea.cli.formats import names
from bea.cli.reading.completion import method_names, problem_names, schedule_names
from bea.cli.reading.inputs import choice


def _checked_format(formulas: bool = False) -> Callable[[str], str]:
    def checked(value: str) -> str:
        return choice(value, names(formulas), "--format")

    return checked


def prose(text: str | None) -> str:
    r"""Return a docstring as help: paragraphs on one line each, indented examples as they are.

    Typer breaks the lines to fit the terminal, but keeps those that are there.

    >>> prose("Do it.\n\n    With\n    care.\n\n    For example:\n\n      bea x\n      bea y\n    ")
    'Do it.\n\nWith care.\n\nFor example:\n\n  bea x\n  bea y'
    """
    paragraphs = cleandoc(text or "").split("\n\n")
    filled = [p if p.startswith(" ") else " ".join(p.split()) for p in paragraphs]
    return "\n\n".join(filled)


def group(help: str, commands: Mapping[str, Callable[..., None]]) -> typer.Typer:
    """Return a group of commands, which shows its help where none of them is named."""
    app = typer.Typer(help=help, rich_markup_mode="rich")
    app.callback(invoke_without_command=True)(_help_alone)
    for name, command in commands.items():
        app.command(name, help=prose(command.__doc__))(command)
    return app


def _help_alone(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


_PROBLEM = "What to follow"
_NUMBERS = "How to measure"
_OUTPUT = "Output"

OptionalMethodArgument = Annotated[
    str | None,
    typer.Argument(
        autocompletion=method_names,
        metavar="METHOD",
        help="Name of the method, with parameters perhaps: 'heavy-ball(beta=1/2)'; 'bea list "
        "methods' has all. Left out where --update is given; may be left out with --game.",
    ),
]
MethodOption = Annotated[
    str | None,
    typer.Option(
        "--method",
        "-m",
        autocompletion=method_names,
        metavar="METHOD",
        help="Name of the method, with parameters perhaps: 'heavy-ball(beta=1/2)'; by default "
        "gradient-descent on a loss, simultaneous in a game, else explicit-euler.",
        rich_help_panel=_PROBLEM,
    ),
]
ProblemArgument = Annotated[
    str | None,
    typer.Argument(
        autocompletion=problem_names,
        metavar="PROBLEM",
        help="Name of a loss or an ODE, or a loss as expression.",
    ),
]
Loss = Annotated[
    str | None,
    typer.Option(
        "--loss",
        autocompletion=problem_names,
        metavar="NAME|EXPR",
        help="A loss: its name, or an expression such as 'x**2*y + exp(-y)'. Sums over data: "
        "bea.problems.from_data, linear_model and network_model in Python, or bea sgd.",
        rich_help_panel=_PROBLEM,
    ),
]
Field = Annotated[
    str | None,
    typer.Option(
        "--field",
        metavar="EXPR,EXPR",
        help="A vector field: its components, separated by commas.",
        rich_help_panel=_PROBLEM,
    ),
]
HamiltonianOption = Annotated[
    str | None,
    typer.Option(
        "--hamiltonian",
        metavar="EXPR",
        help="A Hamiltonian H(q, p), such as 'p**2/2 - cos(q)', of q' = dH/dp, p' = -dH/dq.",
        rich_help_panel=_PROBLEM,
    ),
]
ProblemOption = Annotated[
    str | None,
    typer.Option(
        "--problem",
        autocompletion=problem_names,
        metavar="NAME",
        help="A loss or an ODE of the library; 'bea list problems' has all.",
        rich_help_panel=_PROBLEM,
    ),
]
Variables = Annotated[
    str | None,
    typer.Option(
        "--variables",
        metavar="'X Y'",
        help="Order of the variables; by default the free symbols, sorted.",
        rich_help_panel=_PROBLEM,
    ),
]
Game = Annotated[
    str | None,
    typer.Option(
        "--game",
        metavar="'L1; L2'",
        help="A game of two players: the loss that each of them descends, such as 'x*y; -x*y'.",
        rich_help_panel=_PROBLEM,
    ),
]
Players = Annotated[
    str | None,
    typer.Option(
        "--players",
        metavar="'X; Y'",
        help="The variables of each player of a --game, such as 'x; y' or 'x1 x2; y'.",
        rich_help_panel=_PROBLEM,
    ),
]
Rates = Annotated[
    str | None,
    typer.Option(
        "--rates",
        metavar="'R1; R2'",
        help="Their step sizes over γ, such as '1; 1/2'; by default both are 1.",
        rich_help_panel=_PROBLEM,
    ),
]
Schedule = Annotated[
    str | None,
    typer.Option(
        "--schedule",
        autocompletion=schedule_names,
        metavar="NAME(…)|EXPR",
        help="Step sizes γ s(t) that change with the time: 'cosine(time=1, low=1/10)', or an "
        "expression such as 'exp(-t)'; 'bea list schedules' has all. Runs begin at t = 0.",
        rich_help_panel=_PROBLEM,
    ),
]
Params = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        "-p",
        metavar="NAME=VALUE",
        help="A parameter of the method or the problem, exact, such as b=1/10; a NAME alone stays "
        "symbolic. Where both have it: method.NAME or problem.NAME. May be repeated.",
        rich_help_panel=_PROBLEM,
    ),
]
Split = Annotated[
    str | None,
    typer.Option(
        "--split",
        metavar="'Q; P'",
        help="Which variables belong together, for methods that treat them in parts, such as "
        "stormer-verlet; by default the first half and the second half. Or which terms: "
        '"x\' = -50*x; rest".',
        rich_help_panel=_PROBLEM,
    ),
]
Update = Annotated[
    str | None,
    typer.Option(
        "--update",
        "-u",
        metavar="RULE",
        help="Your own update rule instead of a method, such as 'v = beta*v + grad; theta = theta "
        "- gamma*v'. It may read theta, gamma, grad or f = -grad, grad(point), hess(vector) and "
        "hess(point, vector), the Hessian times a vector, norm(vector), and n, the number of the "
        "step, also in beta**n; what it assigns and reads in the next step is memory, which begins "
        "at 0 or at 'init NAME = …'; what it never assigns is a --param.",
        rich_help_panel=_PROBLEM,
    ),
]
Order = Annotated[
    str,
    typer.Option("--order", "-k", metavar="K", help="Highest power of the step size γ to keep."),
]
Orders = Annotated[
    str,
    typer.Option(
        "--orders",
        metavar="RANGE",
        help="Orders of truncation, such as 0-4 or 0,2,4.",
        rich_help_panel=_NUMBERS,
    ),
]
Gamma = Annotated[
    str | None,
    typer.Option(
        "--gamma",
        metavar="NUMBER",
        help="Step size; by default one that suits the problem.",
        rich_help_panel=_NUMBERS,
    ),
]
Gammas = Annotated[
    str | None,
    typer.Option(
        "--gammas",
        metavar="LIST",
        help="Step sizes, such as 0.1,0.05,0.025; by default those that suit the problem.",
        rich_help_panel=_NUMBERS,
    ),
]
GammaCount = Annotated[
    str,
    typer.Option(
        "--gamma-count",
        metavar="N",
        help="How many step sizes to choose, where --gammas gives none.",
        rich_help_panel=_NUMBERS,
    ),
]
Start = Annotated[
    str | None,
    typer.Option(
        "--start",
        metavar="POINT",
        help="Starting point, such as '1,2'; by default the problem's own.",
        rich_help_panel=_NUMBERS,
    ),
]
Starts = Annotated[
    str | None,
    typer.Option(
        "--starts",
        metavar="POINTS",
        help="Starting points, such as '1,2; 3,4'; by default around the problem's own.",
        rich_help_panel=_NUMBERS,
    ),
]
StartCount = Annotated[
    str,
    typer.Option(
        "--start-count",
        metavar="N",
        help="How many starting points to choose, where --starts gives none.",
        rich_help_panel=_NUMBERS,
    ),
]
Components = Annotated[
    str | None,
    typer.Option(
        "--components",
        metavar="NAMES",
        help="The one or two variables to draw, such as x,y; needed where there are more.",
        rich_help_panel=_PROBLEM,
    ),
]
Steps = Annotated[
    str | None,
    typer.Option(
        "--steps",
        metavar="N",
        help="How many steps to take, instead of --time.",
        rich_help_panel=_NUMBERS,
    ),
]
Time = Annotated[
    str | None,
    typer.Option(
        "--time",
        metavar="NUMBER",
        help="Time at which to compare, in units of γ; by default the problem's own, and no "
        "longer than a schedule's.",
        rich_help_panel=_NUMBERS,
    ),
]
Samples = Annotated[
    str,
    typer.Option(
        "--samples",
        metavar="N",
        help="At how many times up to then; the largest distance counts.",
        rich_help_panel=_NUMBERS,
    ),
]
OneStep = Annotated[
    bool,
    typer.Option(
        "--one-step",
        help="Compare after a single step: one order higher.",
        rich_help_panel=_NUMBERS,
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        metavar="|".join(names()),
        callback=_checked_format(),
        help="Form of the result.",
        rich_help_panel=_OUTPUT,
    ),
]
FormulaFormat = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        metavar="|".join(names(formulas=True)),
        callback=_checked_format(formulas=True),
        help="Form of the result.",
        rich_help_panel=_OUTPUT,
    ),
]
OutFile = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help="Write the result to this file instead.",
        rich_help_panel=_OUTPUT,
    ),
]
OutFigure = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help="The picture: .png, .pdf or .svg, of runs a film, too, .gif or .mp4; by default the "
        "figure's kind and .png.",
        rich_help_panel=_OUTPUT,
    ),
]
OutFolder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FOLDER",
        help="Also write data, table and figure to this folder.",
        rich_help_panel=_OUTPUT,
    ),
]
