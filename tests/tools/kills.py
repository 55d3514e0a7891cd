"""Commands that write, killed at any time: each file is the old one or the new one, and whole."""

from __future__ import annotations

import random
import shutil
import signal
from collections import Counter
from pathlib import Path

from .processes import Ended, say
from .processes import run as run_process

SIGNALS = [signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM]
_NEVER = (600.0, signal.SIGKILL)
ENSEMBLE = ["sgd", "ensemble", "linear-regression", "--gamma", "1/50", "--runs", "2000"]

#: Every command that writes, with where it writes.
COMMANDS = {
    "derive": ["derive", "heun", "booth", "--out", "out.txt"],
    "derive --proof": ["derive", "rk4", "--order", "5", "--proof", "coq", "--out", "out.v"],
    "analyze": ["analyze", "radau5", "--out", "out.json", "--format", "json"],
    "plot stability": ["plot", "stability", "bdf3", "--out", "out.png"],
    "drift": ["drift", "booth", "--orders", "0,1", "--out", "out"],
    "verify": ["verify", "gradient-descent", "booth", "--order", "1", "--out", "out"],
    "plot drift": ["plot", "drift", "booth", "--orders", "0,1", "--out", "out.png"],
    "plot trajectory": ["plot", "trajectory", "booth", "--out", "out.pdf"],
    "plot trajectory, moving": ["plot", "trajectory", "booth", "--out", "out.gif"],
    "plot energy": ["plot", "energy", "pendulum", "--method", "stormer-verlet", "--gamma", "1/10",
                    "--out", "out.png"],
    "plot trees": ["plot", "trees", "rk4", "--order", "4", "--out", "out.svg"],
    "report": ["report", "heavy-ball", "booth", "--order", "1", "--out", "out.html"],
    "explore": ["explore", "booth", "--method", "heavy-ball", "--out", "out.html"],
    "plot loss": ["plot", "loss", "booth", "--out", "out.svg"],
    "plot terms": ["plot", "terms", "booth", "--order", "2", "--out", "out.png"],
    "plot comparison": ["plot", "comparison", "booth", "--out", "out.png"],
    "plot schedule": ["plot", "schedule", "cosine(time=1)", "--out", "out.png"],
    "plot certificate": ["plot", "certificate", "../certificate.npz", "--out", "out.png"],
    "sgd derive": ["sgd", "derive", "gradient-descent", "linear-regression", "--out", "out.txt"],
    "sgd ensemble": [*ENSEMBLE, "--steps", "300", "--out", "out"],
    "sgd ensemble --checkpoint": [*ENSEMBLE, "--steps", "300", "--checkpoint", "out.npz"],
    "sgd noise-scale": ["sgd", "noise-scale", "linear-regression", "--gamma", "1/50", "--out",
    "out.txt"],
    "sgd equilibrium": ["sgd", "equilibrium", "rayleigh-quotient", "--gamma", "1/10",
    "--weight-decay", "1/10",
                        "--runs", "100", "--steps", "300", "--out", "out"],
    "sgd escape": ["sgd", "escape", "double-well", "--covariance", "4,4", "--gamma", "1/16",
                   "--runs", "50", "--steps", "300", "--out", "out"],
    "demo": ["demo", "--out", "out"],
}  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, by its path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def run(
    folder: Path,
    count: int,
    seed: int,
    names: tuple[str, ...] = tuple(COMMANDS),
) -> tuple[Counter[str], list[str]]:
    """Kill so many commands; return how they ended, and what must not have been."""
    rng = random.Random(seed)
    whole: dict[str, tuple[dict[str, bytes], Ended]] = {}
    found: Counter[str] = Counter()
    wrong = []
    for number in range(count):
        name = names[number % len(names)]
        if name not in whole:
            whole[name] = _reference(folder, COMMANDS[name])
        after = rng.uniform(0.3, 1.05) * whole[name][1].seconds
        sign = rng.choice(SIGNALS)
        problems, ended = _killed(folder, COMMANDS[name], whole[name], (after, sign))
        found[f"{sign.name}, status {ended.status}"] += 1
        if problems:
            wrong.append(
                f"{number}: {name}, {sign.name} after {after:.2f} s: {'; '.join(problems)}"
            )
            say(wrong[-1])
        if number % 20 == 19:
            say(f"{number + 1}: {dict(found)}")
    return found, wrong


def _reference(folder: Path, command: list[str]) -> tuple[dict[str, bytes], Ended]:
    place = folder / "whole"
    place.mkdir()
    if "../certificate.npz" in command:
        made = run_process([*COMMANDS["verify"][:-1], ".."], place, kill=_NEVER)
        if made.status:
            raise RuntimeError(f"status {made.status}: {made.said}")
    ended = run_process(command, place, kill=_NEVER)
    if ended.status:
        raise RuntimeError(f"{command}: status {ended.status}: {ended.said}")
    found = contents(place)
    shutil.rmtree(place)
    return found, ended


def _killed(
    folder: Path,
    command: list[str],
    whole: tuple[dict[str, bytes], Ended],
    kill: tuple[float, signal.Signals],
) -> tuple[list[str], Ended]:
    new, place, problems = whole[0], folder / "killed", []
    place.mkdir()
    old = {name: b"old" for name in new if not name.endswith(".npz")}
    for name, data in old.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    ended = run_process(command, place, kill=kill)
    if "Traceback" in ended.said or "Exception ignored" in ended.said:
        problems.append(ended.said[-300:])
    # Python ends by the signal itself where it came while code was made on the fly, as imports do;
    # to a shell that is 130, too.
    if kill[1] == signal.SIGINT and ended.status not in (0, 130, -signal.SIGINT):
        problems.append(f"status {ended.status} of an interrupt: {ended.said[-100:]}")
    if ended.status == 130 and ended.said.count("bea: interrupted") != 1:
        problems.append(f"not one line: {ended.said}")
    for name, data in contents(place).items():
        hidden = Path(name).name.startswith(".bea-")
        checkpoint = name.endswith(("checkpoint.npz", "out.npz"))
        if not hidden and not checkpoint and data not in (old.get(name), new.get(name)):
            problems.append(f"{name} is neither the old nor the new one")
    problems += [f"{name} is gone" for name in old if not (place / name).exists()]
    again = run_process(command, place, kill=_NEVER)
    if again.status or contents(place) != new or again.out != whole[1].out:
        differing = [n for n in {**new, **contents(place)} if contents(place).get(n) != new.get(n)]
        problems.append(f"afterwards: status {again.status}, other files {differing}: {again.said}")
    shutil.rmtree(place)
    return problems, ended
