"""What bea prints and writes on two commits, beside each other.

    python tests/comparison/outputs.py record a.json     # in each of the two checkouts
    python tests/comparison/outputs.py compare a.json b.json

It uses the command line and the top-level names alone, so that it runs on commits whose insides
differ. Seconds are struck out; all else has to agree to the byte, and ensembles to the bit.
"""

from __future__ import annotations

import difflib
import hashlib
import io
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np

import bea
from bea.cli import main

SECONDS = re.compile(r"\d+(\.\d+)? ?(ms|s|seconds)\b")
CRASHES = (
    StopIteration,
    ArithmeticError,
    AssertionError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
FORMATS = ("text", "latex", "json")
RULE = "v = beta*v + grad; theta = theta - gamma*v"
VERIFIED = [
    ("heavy-ball", "booth"), ("heavy-ball", "himmelblau"), ("adam", "booth"), ("nesterov", "booth"),
    ("gradient-descent", "rosenbrock"), ("rk4", "lotka-volterra"), ("rmsprop", "himmelblau"),
    ("explicit-euler", "pendulum"), ("implicit-euler", "booth"), ("sam", "himmelblau"),
]  # fmt: skip
WRONG = [
    "derive nothing", "derive heavy-ball --param beta=2", "derive heavy-ball --order -1",
    "derive adam", "derive gradient-descent --loss x**y", "derive rk4 --route none",
    "drift nowhere", "drift booth --method adma", "drift booth --gammas 1,0", "verify",
    "verify booth --orders 3-1", "plot drift", "list nothing", "sgd derive booth", "sgd ensemble",
    "derive explicit-euler --field __import__('os')", "derive sign-descent --loss booth",
    "derive adagrad --loss booth", "drift booth --starts 1", "drift booth --time -1",
]  # fmt: skip
SGD = [
    "sgd derive gradient-descent linear-regression --order 2",
    "sgd derive heavy-ball(beta=1/2) linear-regression --kind sde --batch 2",
    "sgd derive gradient-descent --kind sde --order 2",
    "sgd derive gradient-descent linear-regression --order 1 --format json",
    "sgd derive gradient-descent linear-regression --order 1 --format latex",
    "sgd derive gradient-descent linear-regression --kind epoch --order 1",
    "sgd derive extragradient linear-regression --order 1", "sgd derive --help", "sgd noise-scale",
    "sgd noise-scale --help", "sgd ensemble --help", "sgd equilibrium --help", "sgd escape --help",
    "--help", "derive --help", "drift --help", "verify --help", "plot --help", "list methods",
    "list problems", "list schedules",
]  # fmt: skip


def command_lines() -> Iterator[tuple[str, list[str]]]:
    """Yield the kind and the arguments of every command that is compared."""
    for method in bea.methods.available():
        for form in FORMATS:
            for order in range(4):
                yield "derive", ["derive", method, "--order", str(order), "--format", form]
            for problem in ("booth", "linear-network"):
                for order in range(3):
                    on = ["--loss", problem, "--order", str(order), "--format", form]
                    yield "derive on a loss", ["derive", method, *on]
    for method in ("explicit-euler", "rk4", "implicit-midpoint", "adams-bashforth"):
        line = ["derive", method, "--field", "y, -sin(x)", "--order", "2"]
        yield "derive on a field", line
        yield "derive on a field", [*line, "--inverse"]
    for schedule in ("cosine", "exponential(rate=1/2)", "step"):
        for method in ("gradient-descent", "heavy-ball"):
            yield "schedule", ["derive", method, "--order", "2", "--schedule", schedule]
    for form in FORMATS:
        yield "rule", ["derive", "--update", RULE, "--order", "2", "--format", form]
    for form in ("text", "json"):
        for method, problem in VERIFIED:
            end = ["--method", method, "--format", form]
            yield "drift", ["drift", problem, "--orders", "0-2", *end]
            yield "verify", ["verify", problem, "--order", "1", *end]
    for line in SGD:
        yield "sgd, lists and help", line.split()
    for line in WRONG:
        yield "refusals", line.split()


def said(arguments: list[str]) -> str:
    """Return what a command says and its exit status."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
            status: object = 0
        except SystemExit as ended:
            status = ended.code
        except CRASHES as error:  # one is a fault of that commit, and is compared like the rest
            status = f"crashed: {type(error).__name__}"
    return SECONDS.sub("_ s", f"{out.getvalue()}\n--- stderr\n{err.getvalue()}\n--- {status}")


def digest(values: object) -> str:
    """Return a digest of the bits of an array."""
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def ensembles() -> Iterator[tuple[str, str]]:
    """Yield digests of ensembles with a fixed seed."""
    batches = getattr(bea.methods, "Batches", None) or bea.noise.Batches
    total = bea.problems.linear_regression()
    dimension = total.dimension
    for name in ("gradient-descent", "heavy-ball", "adam", "extragradient"):
        run = bea.ensemble(
            bea.methods.get(name), total, [1] * dimension, gamma="1/20", steps=50,
            batches=batches(1), runs=200, seed=7,
        )  # fmt: skip
        for key, value in sorted(vars(run).items()):
            if isinstance(value, np.ndarray):
                yield f"{name} {key}", digest(value)


def demo() -> Iterator[tuple[str, str]]:
    """Yield what the demo says and the arrays that it writes."""
    with tempfile.TemporaryDirectory() as folder:
        yield "summary", said(["demo", "--out", folder]).replace(folder, "OUT")
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix == ".npz":
                with np.load(path, allow_pickle=False) as held:
                    for key in held.files:
                        yield f"{path.name} {key}", digest(held[key])
            elif path.suffix in (".json", ".csv", ".txt", ".md"):
                yield path.name, SECONDS.sub("_ s", path.read_text(encoding="utf-8"))
            elif path.is_file():
                yield path.name, "written"


def record(target: Path) -> None:
    """Write down all that is compared."""
    found: dict[str, dict[str, str]] = {}
    for kind, arguments in command_lines():
        found.setdefault(kind, {})[" ".join(arguments)] = said(arguments)
    found["ensembles"] = dict(ensembles())
    found["demo"] = dict(demo())
    target.write_text(json.dumps(found, indent=1, sort_keys=True), encoding="utf-8")


def compare(first: Path, second: Path) -> int:
    """Print how many cases of each kind agree, and where the others part; return their number."""
    before, after = (json.loads(p.read_text(encoding="utf-8")) for p in (first, second))
    counts: Counter[str] = Counter()
    for kind in sorted({*before, *after}):
        old, new = before.get(kind, {}), after.get(kind, {})
        parted = [c for c in sorted({*old, *new}) if old.get(c) != new.get(c)]
        counts["different"] += len(parted)
        counts["all"] += len({*old, *new})
        print(f"{kind:22} {len({*old, *new}):5} cases, {len(parted)} different")
        for case in parted[:3]:
            a, b = (str(side.get(case)).splitlines() for side in (old, new))
            print(
                f"  {case}", *list(difflib.unified_diff(a, b, lineterm="", n=0))[:12], sep="\n    "
            )
    print(f"{'together':22} {counts['all']:5} cases, {counts['different']} different")
    return counts["different"]


if __name__ == "__main__":
    verb, *paths = sys.argv[1:]
    if verb == "record":
        record(Path(paths[0]))
    else:
        sys.exit(min(1, compare(Path(paths[0]), Path(paths[1]))))
