"""Bad input is answered with one line that names cause and remedy, status 2, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ..conftest import Bea

DESCENT = ("derive", "gradient-descent")
BRACKETS = "(" * 10_000 + "x" + ")" * 10_000
MIDPOINT = ("--param", "A=0,0;1/2,0")

PLAYERS = ("--players", "x; y")
GAME = ("drift", "--game", "x*y; -x*y")
STEP = ("--schedule", "step(every=1/2, time=1)")
COMPARE = ("plot", "comparison", "booth", "--methods")

MISTAKES = {
    "unknown method": (("derive", "gradient-decent"), "Did you mean 'gradient-descent'?"),
    "a problem for a method": (("verify", "booth", "heun"), "is a problem and no method"),
    "unknown loss": ((*DESCENT, "--loss", "himelblau"), "Did you mean 'himmelblau'?"),
    "unknown problem": (("drift", "lorens"), "unknown problem 'lorens'. Did you mean 'lorenz'?"),
    "misspelt with a parameter": (
        (*DESCENT, "--loss", "rosenbrok", "--param", "b=3"),
        "Did you mean 'rosenbrock'?",
    ),
    "an ODE as a loss": ((*DESCENT, "--loss", "lorenz"), "--problem lorenz"),
    "half an expression": ((*DESCENT, "--loss", "x**2 +"), "ends too early"),
    "code": ((*DESCENT, "--loss", "__import__('os').system('true')"), "unexpected '''"),
    "a tower of powers": ((*DESCENT, "--loss", "9**9**9**9*x"), "bits, more than the limit"),
    "a high power": ((*DESCENT, "--loss", "x**99999999"), "99,999,999 is beyond the limit"),
    "brackets": ((*DESCENT, "--loss", BRACKETS), "limit"),
    "no function": ((*DESCENT, "--loss", "f(x)"), "'f' at column 1 is no function"),
    "empty": ((*DESCENT, "--loss", ""), "the expression is empty"),
    "undeclared": (
        (*DESCENT, "--loss", "x**2 + z", "--variables", "x y"),
        "unknown variable 'z' (declared: x, y)",
    ),
    "empty variables": ((*DESCENT, "--loss", "x", "--variables", ""), "--variables is empty"),
    "variables alone": ((*DESCENT, "--variables", "x"), "add --loss, --field or --hamil"),
    "two losses": ((*DESCENT, "--loss", "x, y"), "a loss is one expression, and 2 were given"),
    "too few components": (
        ("derive", "explicit-euler", "--field", "x*y"),
        "1 component for the 2 variables x, y",
    ),
    "loss and field": (
        (*DESCENT, "--loss", "x", "--field", "y"),
        "--loss and --field are given together: give one of them",
    ),
    "position and loss": (("drift", "booth", "--loss", "x"), "a problem and --loss are given"),
    "no problem": (("drift",), "no problem is given: name one"),
    "begins with a minus": (("drift", "-x**2"), "'-x**2' begins with '-' and is read as an option"),
    "negative order": ((*DESCENT, "--order", "-1"), "order '-1' is not possible"),
    "order in words": ((*DESCENT, "--order", "two"), "order 'two' is not possible"),
    "order with a point": ((*DESCENT, "--order", "1.5"), "give a whole number, 0 or more"),
    "order too high": ((*DESCENT, "--loss", "x", "--order", "101"), "give at most 100"),
    "an order that does not end": (
        (*DESCENT, "himmelblau", "--order", "100"),
        "order 100 on 'himmelblau' would take about",
    ),
    "orders that do not end": (("drift", "himmelblau", "--orders", "0,99"), "give at most 38"),
    "too many step sizes": (
        ("drift", "himmelblau", "--gamma-count", "100000"),
        "are 4,500,000 flows, more than the limit of 300,000: give fewer of them",
    ),
    "too many starts": (
        ("verify", "heun", "booth", "--start-count", "1000000000"),
        "1,000,000,000 starts and 6 orders",
    ),
    "too many steps in all": (
        ("drift", "himmelblau", "--gamma-count", "20000", "--start-count", "5", "--orders", "0"),
        "20,000 step sizes from 5 starts to time 0.0599642 would take",
    ),
    "too many samples": (
        ("drift", "booth", "--samples", "1000000000"),
        "1e+09 samples for each of 12 step sizes are more than the limit",
    ),
    "too many trees": (
        (*DESCENT, "--order", "29"),
        "too many trees of 30 nodes, that is of order 29",
    ),
    "long number": ((*DESCENT, "--order", "9" * 5000), "…"),
    "orders backwards": (("drift", "booth", "--orders", "4-0"), "write 0-4"),
    "negative orders": (("drift", "booth", "--orders=-1"), "order '-1' is not possible"),
    "no orders": (("drift", "booth", "--orders", ""), "order '' is not possible"),
    "huge range": (("drift", "booth", "--orders", "0-99999999999"), "give at most 100"),
    "unknown form": ((*DESCENT, "--format", "jsn"), "use text, latex or json. Did you mean 'json'"),
    "form of another command": (("drift", "booth", "--format", "latex"), "use text or json"),
    "unknown route": ((*DESCENT, "--route", "tree"), "Did you mean 'trees'?"),
    "inverse by a route": ((*DESCENT, "--inverse", "--route", "trees"), "leave --route out"),
    "unknown option": (
        (*DESCENT, "--ordr", "2"),
        "no such option '--ordr'. Did you mean '--order'?",
    ),
    "unknown command": (("derivee",), "no such command 'derivee'. Did you mean 'derive'?"),
    "an option as a command": (("version",), "no such command 'version'. Write --version."),
    "a group without its command": (("plot", "booth"), "There are drift, trajectory, loss, terms,"),
    "a step size in an equation": (
        ("derive", "heun", "booth", "--gamma", "0.1"),
        "the step size γ: equations leave it a symbol, and runs take it, as bea verify --gammas",
    ),
    "another name of step sizes": (
        ("verify", "heun", "booth", "--learning-rate", "0.1"),
        "the step size γ: it is given by --gammas",
    ),
    "another name of one step size": (
        ("plot", "trajectory", "booth", "--lr", "0.1"),
        "the step size γ: it is given by --gamma.",
    ),
    "steps and no step size": (
        ("plot", "trajectory", "booth", "--step", "9"),
        "no such option '--step'. Did you mean '--steps'?",
    ),
    "a method before a problem": (("drift", "heun", "booth"), "The method is given by --method"),
    "parameters of a problem in brackets": (
        ("derive", "heun", "rosenbrock(a = 1, b = 2)"),
        "a problem's parameters stand apart: write rosenbrock --param a=1",
    ),
    "unknown subcommand": (("list", "method"), "Did you mean 'methods'?"),
    "missing argument": (("derive",), "missing argument 'METHOD': 'bea derive --help'"),
    "missing value": ((*DESCENT, "--order"), "'bea derive --help' shows how it is used"),
    "one argument too many": (("demo", "extra"), "unexpected extra argument"),
    "incomplete method": (("derive", "runge-kutta"), "needs A and b: add, say, --param A="),
    "inconsistent tableau": (
        ("derive", "runge-kutta", *MIDPOINT, "--param", "b=0,2"),
        "the weights b add up to 2: a consistent method needs sum b = 1",
    ),
    "inconsistent nodes": (
        ("derive", "runge-kutta", *MIDPOINT, "--param", "b=0,1", "--param", "c=0,1"),
        "row 2 of A adds up to 1/2 but c[2] is 1",
    ),
    "ragged tableau": (
        ("derive", "runge-kutta", "--param", "A=0,0;1/2", "--param", "b=0,1"),
        "A must be square",
    ),
    "nobody's parameter": (
        (*DESCENT, "--loss", "rosenbrock", "--param", "a1=3"),
        "there is no parameter 'a1' of the method or the problem (known: a, b). Did you mean 'a'?",
    ),
    "no such parameter": (
        (*DESCENT, "--loss", "x", "--param", "problem.y"),
        "there is no parameter 'y' of the problem (known: x)",
    ),
    "everybody's parameter": (
        ("derive", "runge-kutta", "--loss", "rosenbrock", "--param", "b=1"),
        "write --param method.b=… or --param problem.b=…",
    ),
    "parameter twice": (
        (*DESCENT, "--loss", "rosenbrock", "--param", "b=1", "--param", "b=2"),
        "parameter 'b' is given twice",
    ),
    "empty parameter": ((*DESCENT, "--loss", "x", "--param", ""), "a --param is empty"),
    "parameter out of range": (
        (*DESCENT, "--loss", "rosenbrock", "--param", "b=-1"),
        "problem 'rosenbrock' needs b > 0, and it is -1",
    ),
    "symbolic where numbers are needed": (
        ("drift", "rosenbrock", "--param", "b"),
        "parameter 'b' has no value",
    ),
    "root at 0": (("drift", "sqrt(x)", "--starts", "0"), "(0) is outside the domain of the field"),
    "logarithm of -1": (("drift", "log(x)", "--starts=-1"), "(-1) is outside the domain"),
    "a pole": (("drift", "1/x", "--starts", "2; 0"), "(0) is outside the domain of the field"),
    "start of three": (
        ("drift", "booth", "--starts", "1,2,3"),
        "has points of 3 components and the problem has 2 (x, y)",
    ),
    "ragged starts": (("drift", "booth", "--starts", "1,2; 3"), "points of 2, 1 components"),
    "start in words": (("drift", "booth", "--starts", "a,b"), "--starts 'a' is not a number"),
    "start nowhere": (("drift", "booth", "--starts", "nan,1"), "is not finite"),
    "gamma zero": (("drift", "booth", "--gammas", "0"), "gamma=0 must be positive and finite"),
    "gamma negative": (("drift", "booth", "--gammas=-0.1"), "gamma=-0.1 must be positive"),
    "gamma nan": (("drift", "booth", "--gammas", "nan"), "gamma=nan must be positive and finite"),
    "gamma infinite": (("drift", "booth", "--gammas", "0.1,1e400"), "gamma=inf must be positive"),
    "gamma in words": (("drift", "booth", "--gammas", "small"), "write one such as 0.1 or 1/10"),
    "gamma too long": (("drift", "booth", "--gammas", "9"), "lengthen the time or take smaller"),
    "gamma too short": (("drift", "booth", "--gammas", "1e-300"), "too small for the time"),
    "time zero": (("drift", "booth", "--time", "0"), "time 0 must be positive and finite"),
    "time endless": (
        ("drift", "booth", "--time", "1e300"),
        "time 1e+300 would take more than 1e+07",
    ),
    "too many steps": (("drift", "booth", "--gammas", "1e-9"), "larger steps or a shorter time"),
    "no samples": (("drift", "booth", "--samples", "0"), "--samples '0' is not possible"),
    "no step sizes": (("drift", "booth", "--gamma-count", "0"), "--gamma-count '0'"),
    "starts by word": (("drift", "booth", "--start-count", "x"), "give a whole number, 1 or more"),
    "one step and a time": (("drift", "booth", "--one-step", "--time", "1"), "leave --time"),
    "four variables": (("plot", "trajectory", "kepler"), "such as --components q1,q2"),
    "unknown component": (
        ("plot", "trajectory", "booth", "--components", "x,q"),
        "has no variable 'q': it has x, y",
    ),
    "a loss figure of an ODE": (
        ("plot", "loss", "lotka-volterra"),
        "is a vector field and no loss",
    ),
    "two starts": (("plot", "terms", "booth", "--start", "1,2; 3,4"), "--start has 2 points"),
    "steps and time": (
        ("plot", "trajectory", "booth", "--steps", "3", "--time", "1"),
        "--time and --steps are both given",
    ),
    "no picture": (("plot", "loss", "booth", "--out", "x.jpg"), "end it in .png, .pdf or .svg"),
    "no study": (("plot", "drift", "missing.npz"), "there is no file 'missing.npz'"),
    "another file": (("plot", "drift", "other.npz"), "'other.npz' is not a study saved by bea"),
    "study and options": (("plot", "drift", "s.npz", "-m", "rk4"), "leave the other options out"),
    "below a file": (("drift", "booth", "--out", "file/results"), "file' is not a folder"),
    "a file for a folder": (("demo", "--out", "file"), "is not a folder; choose a folder"),
    "a result below a file": ((*DESCENT, "--out", "file/x.txt"), "is not a folder"),
    "a folder for a file": ((*DESCENT, "--out", "."), "'.' is a folder: give the name of a file"),
    "a figure below a file": (("plot", "loss", "booth", "--out", "file/x.png"), "is not a folder"),
    "unknown schedule": (("drift", "booth", "--schedule", "cosin"), "Did you mean 'cosine'?"),
    "half a schedule": (
        ("drift", "booth", "--schedule", "cosine(time=1"),
        "cannot be read: write cosine(time=1, low=1/10)",
    ),
    "a schedule's parameter": (
        ("drift", "booth", "--schedule", "cosine(tme=1)"),
        "it has time, low. Did you mean 'time'?",
    ),
    "negative schedule": (
        ("drift", "booth", "--schedule", "piecewise(pieces=1 - t, time=2)"),
        "the schedule is negative",
    ),
    "the inverse across a jump": (
        (*DESCENT, "booth", *STEP, "--inverse"),
        "derive one smooth piece at a time",
    ),
    "step sizes that miss a jump": (
        ("verify", "gradient-descent", "booth", *STEP, "--gammas", "0.3"),
        "step size 0.3 does not meet the times of the schedule",
    ),
    "one step across a jump": (
        ("drift", "booth", *STEP, "--one-step"),
        "leave --one-step and --samples out",
    ),
    "steps that miss a jump": (
        ("drift", "booth", *STEP, "--gammas", "0.3"),
        "step size 0.3 does not meet the times of the schedule",
    ),
    "memory that is not linear across a jump": (
        ("verify", "adam", "booth", *STEP),
        "its layer is known for linear memory only",
    ),
    "a start with the time": (
        ("drift", "booth", "--schedule", "cosine", "--starts", "1,2,0"),
        "has points of 3 components and the problem has 2 (x, y)",
    ),
    "a modified loss with a schedule": (
        ("plot", "loss", "booth", "--schedule", "cosine"),
        "leave --schedule out",
    ),
    "no players": (GAME, "--game is given without --players"),
    "one player": ((*GAME, "--players", "x"), "--players 'x' is not one for each of two"),
    "one loss": (
        ("drift", "--game", "x*y, -x*y", *PLAYERS),
        "write them with ';' between, such as 'x*y; -x*y'",
    ),
    "owned twice": ((*GAME, "--players", "x; x y"), "variable 'x' belongs to both players"),
    "owned by nobody": (
        ("drift", "--game", "x*y; -x*y*z", *PLAYERS),
        "variable 'z' belongs to no player",
    ),
    "a rate of 0": ((*GAME, *PLAYERS, "--rates", "1; 0"), "the rate of player 2 is 0"),
    "one rate": ((*GAME, *PLAYERS, "--rates", "1"), "such as '1; 1/2'"),
    "a rate without a value": ((*GAME, *PLAYERS, "--rates", "1; r"), "parameter 'r' has no value"),
    "too many move first": (
        (*GAME, *PLAYERS, "-m", "alternating", "-p", "first=2"),
        "give first=1",
    ),
    "players without a game": (("drift", "booth", *PLAYERS), "--players is given without a game"),
    "a game and a loss": (
        ("drift", "booth", *GAME[1:], *PLAYERS),
        "a problem and --game are given",
    ),
    "a game's variables": (
        (*GAME, *PLAYERS, "--variables", "x y"),
        "a game has the variables of its players",
    ),
    "a parameter in both places": (
        ("drift", "booth", "-m", "heavy-ball(beta=1/2)", "-p", "beta=1/3"),
        "parameter 'beta' is given twice",
    ),
    "no methods": ((*COMPARE, ""), "--methods is empty"),
    "a method among others": ((*COMPARE, "heun, heavy-bal"), "Did you mean 'heavy-ball'?"),
    "a method's parameter": ((*COMPARE, "heavy-ball(bta=1)"), "Did you mean 'beta'?"),
    "step sizes for others": (
        (*COMPARE, "heun", "--gamma", "1,2"),
        "2 step sizes for 1 methods: give one, or one for each",
    ),
    "a comparison on an ODE": (("plot", "comparison", "lorenz"), "'lorenz' is no loss"),
    "a comparison of nothing": (("plot", "comparison"), "no problem is given"),
    "no schedule": (("plot", "schedule"), "there is no schedule to draw"),
    "no certificate": (("plot", "certificate", "x.npz"), "there is no file 'x.npz'"),
    "control characters": (("derive", "heun\x1b[31m\n2"), r"unknown method 'heun\x1b[31m 2'"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_one_line_says_what_is_wrong(bea: Bea, folder: Path, name: str) -> None:
    (folder / "file").write_text("not a folder")
    (folder / "other.npz").write_bytes(b"not a study")
    arguments, message = MISTAKES[name]
    run = bea(*arguments)
    assert run.status == 2
    assert run.out == ""
    assert run.err.startswith("bea: ") and run.err.count("\n") == 1 and run.err.endswith("\n")
    assert len(run.err) < 700
    assert re.search(re.escape(message), run.err), run.err
    assert sorted(path.name for path in folder.iterdir()) == ["file", "other.npz"]


def test_a_disk_that_is_full_is_said(bea: Bea, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bea.cli.formats.emit", lambda text, out: write(text))
    run = bea(*DESCENT)
    assert run.status == 2
    assert run.err == "bea: cannot write to standard output: No space left on device\n"
