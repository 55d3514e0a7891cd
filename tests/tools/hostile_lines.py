"""Command lines that nobody means well with, each in a process of its own."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

from .processes import run as run_process
from .processes import say

MEGABYTES = 512.0  # above an idle process

FORMULAS = [
    "x**2/2", "(x+y+z+w)**40", "*".join(f"(x{i}+{i + 1})" for i in range(12)), "((((", "x**x**x",
    "9**9**9", "1e400*x**2", "nan*x", "-inf*x**2", "x/0", "x**-1", "log(x)", "sqrt(x*y)", "1/(x-y)",
    "__import__('os')", "x.__class__", "lambda: x", "x;y", "x,y", "", " ", "x" * 100_000,
    "x+" * 5000,
    "-" * 1000 + "x", "tan(" * 30 + "x" + ")" * 30, "(x+1)**1000", "(x+y+z)**100", "x**1000",
    "x**0.1", "exp(exp(exp(x)))", "exp(1000*x)", "1e-300*x**2", "1e300*x**4", "sin(1/x)", "γ*x",
    "世",
    "\u202ex", "x\ny", "abs(x)", "x**2 + y**2 + 1e-8*x*y",
    "x0**2/2 + " + "+".join(f"x{i}**4" for i in range(60)),
    "v=beta*v+grad;theta=theta-gamma*v", "v=v;theta=theta", "theta=theta/0", "theta=grad(grad)",
    "x*y;-x*y", "x*y", "x;y;z", "1,2;3", "[[0,0],[1/2,0]]", "cosine(time=1)", "step(every=0)",
    "booth", "himmelblau", "lorenz", "exp(-x**2)/(1+exp(-y))", "10**300*x**2", "x**2*sin(10000*y)",
]  # fmt: skip
METHODS = ["gradient-descent", "heavy-ball(beta=9/10)", "heavy-ball(beta=2)",
           "heavy-ball(beta=nan)",
           "adam", "rk4", "nesterov(beta=1)", "explicit-euler", "nothing", "", "sgd(",
           "adam(beta1=1)",
           "runge-kutta", "implicit-midpoint", "adams-bashforth-5", "__class__", "bdf6", "sgd",
           "yoshida(order=8)", "lobatto-iiic(stages=9)", "composition",
           "symplectic-euler"]  # fmt: skip
NUMBERS = ["0", "-1", "1e-400", "1e400", "nan", "inf", "1/0", "10**99", "99999999999999999999",
           "1.5",
           "", "a", "1,2", ";", "1e-12", "0.01", "3", "1_0", "0x10", "٣", "1/3"]  # fmt: skip
OPTIONS = {
    "derive": ["--order", "--format", "--route", "--param", "--field", "--variables", "--update"],
    "drift": ["--orders", "--gammas", "--time", "--starts", "--format", "--steps", "--schedule"],
    "verify": ["--order", "--gammas", "--time", "--starts", "--format"],
    "plot trajectory": ["--orders", "--gamma", "--start", "--time", "--steps", "--components"],
    "plot loss": ["--order", "--gamma", "--components"],
    "plot terms": ["--order", "--gamma", "--start", "--time"],
    "sgd derive": ["--order", "--batch", "--losses", "--covariance", "--format"],
    "sgd ensemble": ["--gamma", "--steps", "--runs", "--batch", "--observe", "--record",
    "--memory"],
    "sgd noise-scale": ["--gamma", "--batch", "--losses"],
    "sgd equilibrium": ["--gamma", "--weight-decay", "--runs", "--steps", "--record"],
    "sgd escape": ["--gamma", "--runs", "--steps", "--window"],
    "derive --update": ["--order", "--param", "--loss", "--at-step", "--memory", "--format"],
    "derive --game": ["--players", "--rates", "--order", "--format", "--step"],
    "analyze": ["--param", "--format"],
    "plot stability": ["--half-width"],
    "plot schedule": ["--width"],
    "plot comparison": ["--methods", "--gamma", "--time", "--start"],
    "list methods": ["--format"],
    "show": ["--format"],
}  # fmt: skip
RIGHT = [
    "derive gradient-descent booth --order 2",
    "derive heavy-ball(beta=9/10) x**4+y**2 --order 2 --format json",
    "derive explicit-euler --field y**2 --order 4 --format latex",
    "derive rk4",
    "drift booth --orders 0,1 --gammas 0.01,0.005,0.0025,0.00125 --time 0.2",
    "drift himmelblau --method heavy-ball(beta=1/2) --orders 0 --starts 1,1",
    "verify gradient-descent booth --order 1",
    "plot trajectory booth --gamma 0.01 --steps 20 --orders 0,1",
    "plot loss booth --order 1 --gamma 0.01",
    "plot terms booth --order 2 --gamma 0.01 --start 1,1 --time 0.5",
    "plot drift booth --orders 0,1",
    "sgd derive gradient-descent linear-regression --order 1 --batch 2",
    "sgd ensemble linear-regression --gamma 1/50 --steps 50 --runs 100 --batch 2 --observe w,b",
    "sgd noise-scale linear-regression",
    "sgd equilibrium rayleigh-quotient --gamma 1/2 --weight-decay 1/25 --runs 100 --steps 50",
    "sgd escape double-well --covariance 4,4 --gamma 1/16 --runs 50 --steps 2000",
    "derive heavy-ball --param beta --order 3 --step",
    "derive rk4 --order 5 --proof coq",
    "derive implicit-midpoint --order 3 --inverse --format json",
    "derive adam x**2/2+y**4 --at-step 3 --param beta1 --param beta2 --order 1",
    "derive --update v=beta*v+grad;theta=theta-gamma*v --param beta=9/10 --loss x**4 --order 2",
    "derive --game x*y;-x*y --players x;y --rates 1;r --order 1",
    "derive stormer-verlet --field p,-sin(q) --variables q,p --split q;p --order 2",
    "derive gradient-descent booth --schedule cosine(time=1,low=1/10) --order 2",
    "derive runge-kutta --param A=0,0;2/3,0 --param b=1/4,3/4 --order 3",
    "verify heavy-ball booth --param beta=1/2 --order 1 --step",
    "drift booth --schedule step(every=1/2,factor=1/2,time=1) --orders 0,1",
    "analyze radau5 --format json",
    "analyze runge-kutta -p A=0,0;a,0 -p b=1-1/(2*a),1/(2*a)",
    "analyze bdf3",
    "plot stability bdf3 --half-width 10",
    "plot schedule cosine(time=3,low=1/10) exp(-t)",
    "plot comparison booth --methods nesterov(beta=1/2),rmsprop --gamma 0.02,0.01",
    "list methods",
    "show adam",
]
PLACES = ["pipe", "folder", "link", "circle", "/dev/null", "/dev/full", "/proc/x", "x" * 250,
          "x" * 300,
          "folder/../a.txt", "a/b/c", "file/x", "", ".", "-", "~", "a\nb", "results.png",
          "r.npz"]  # fmt: skip
ENVIRONMENTS = [
    {}, {}, {}, {"COLUMNS": "0"}, {"COLUMNS": "5"}, {"COLUMNS": "-1"}, {"COLUMNS": "1000000"},
    {"MPLBACKEND": "nonsense"}, {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, {"TERM": "nonsense"},
    {"HOME": "/nonexistent", "MPLCONFIGDIR": "/nonexistent"}, {"FORCE_COLOR": "1"}, {"LINES": "0"},
]  # fmt: skip
STREAMS = ["", "", "", "", "", "", ">&-", "2>&-", ">&- 2>&-", "> /dev/full", "2> /dev/full", "<&-"]


def line(rng: random.Random, files: list[str]) -> list[str]:
    """Return a random command line: one that is right but for a word, or one made of anything."""
    if rng.random() < 0.7:
        words = _spoilt(rng, files)
    elif rng.random() < 0.2:
        words = ["plot", rng.choice(["drift", "certificate"]), rng.choice(files)]
    else:
        words = _of_anything(rng)
    if rng.random() < 0.3:
        words += ["--out", rng.choice(PLACES)]
    return [word for word in words if "\0" not in word]


def _spoilt(rng: random.Random, files: list[str]) -> list[str]:
    words = rng.choice(RIGHT).split()
    names = 2 if words[0] in ("sgd", "plot", "list") else 1
    for _ in range(rng.choice([0, 1, 1, 1, 2])):
        place = rng.randrange(names, len(words) + 1)
        before = words[place - 1] if place > names else ""
        wanted = NUMBERS if before.startswith("--") else FORMULAS + METHODS + files
        words[place : place + 1] = [rng.choice(wanted)]
    return words


def _of_anything(rng: random.Random) -> list[str]:
    command = rng.choice(list(OPTIONS))
    words = command.split()
    if command in ("derive", "verify", "analyze", "plot stability"):
        words += [rng.choice(METHODS)]
    if command not in ("analyze", "plot stability"):
        words += [rng.choice(FORMULAS)]
    for option in rng.sample(OPTIONS[command] * 2, rng.randrange(3)):
        words += [option, rng.choice([*NUMBERS, *FORMULAS, "json", "latex", "text"])]
    if command.startswith(("drift", "plot", "sgd ensemble")) and rng.random() < 0.5:
        words += ["--method", rng.choice(METHODS)]
    return words


def prepared(folder: Path) -> list[str]:
    """Make what must not be written to; return the names of files to read."""
    if not (folder / "pipe").exists():
        os.mkfifo(folder / "pipe")
        (folder / "folder").mkdir()
        (folder / "file").write_text("old")
        (folder / "link").symlink_to("file")
        (folder / "circle").symlink_to("circle")
        (folder / "fifo.npz").symlink_to("pipe")
        (folder / "garbage.npz").write_bytes(b"PK\x05\x06" + bytes(18))
    return ["fifo.npz", "garbage.npz", "folder", "/dev/zero", "missing.npz", "circle"]


def run(folder: Path, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Run so many lines; return their statuses, and what must not have been."""
    rng, files = random.Random(seed), prepared(folder)
    idle = run_process(["--version"], folder).megabytes
    found: Counter[str] = Counter()
    wrong = []
    for number in range(count):
        words = line(rng, files)
        environment, shell = rng.choice(ENVIRONMENTS), rng.choice(STREAMS)
        ended = run_process(words, folder, environment, shell=shell)
        found[f"status {ended.status}"] += 1
        problems = ended.wrong(idle + MEGABYTES)
        if ended.status == 2 and shell == "" and len(ended.said.splitlines()) < 1:
            problems.append("refused without a word")
        if not all((folder / name).exists() for name in ("pipe", "folder", "file")):
            problems.append("something that must stay is gone")
        if problems:
            shown = " ".join(word if len(word) < 80 else word[:40] + "…" for word in words)
            wrong.append(f"{number}: {shown} {environment} {shell}: {'; '.join(problems)}")
            say(wrong[-1])
        if number % 20 == 19:
            say(f"{number + 1}: {dict(found)}")
    return found, wrong
