"""All methods of the library on all problems that make sense: what `verify` says of right equations.

A script, since it runs for an hour on one core; `tests/measure/order/test_verdict_sweep.py` runs a few
of its cases:

    python -m tests.tools.verdict_sweep right --out right.jsonl    # no verdict may be "refuted"
    python -m tests.tools.verdict_sweep wrong --out wrong.jsonl    # no verdict may be "confirmed"

Every line of the file is a case as JSON. A run that was stopped goes on where it was: cases that are
in the file already are left out. At the end the counts are printed, with every case that is not as
it must be.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import bea
from bea.errors import BeaError
from bea.methods import available, get
from bea.problems import available as problems

# They can be iterated and have no modified equation.
REFUSED = {"adagrad", "sign-descent"}
PLAYERS = {"simultaneous", "alternating"}
GAMES = ("bilinear-game", "dirac-gan", "regularised-game")
PARAMETERS: dict[str, tuple[dict[str, Any], ...]] = {
    "runge-kutta": ({"A": "0, 0; 2/3, 0", "b": "1/4, 3/4"},),
    "preconditioned-descent": ({"diagonal": "1, 1/4"},),
    "adams-bashforth": tuple({"steps": k} for k in range(2, 7)),
    "bdf": tuple({"steps": k} for k in range(2, 7)),
    "adam": ({}, {"beta1": "1/2", "beta2": "3/4", "epsilon": "1/2"}),
    "adamw": ({}, {"beta1": "1/2", "beta2": "3/4", "epsilon": "1/2", "weight_decay": "1/10"}),
    "heavy-ball": ({}, {"beta": "1/2"}),
    "nesterov": ({}, {"beta": "1/2"}),
}


class Case(NamedTuple):
    """One question to `verify`."""

    method: str
    parameters: dict[str, Any]
    problem: str
    order: int

    @property
    def key(self) -> str:
        """What the case is called."""
        values = ",".join(f"{k}={v}" for k, v in self.parameters.items())
        return f"{self.method}({values})/{self.problem}/{self.order}"


def right_cases() -> Iterator[Case]:
    """Yield every method on every problem that it is made for, at the orders 1 and 2."""
    losses = sorted(n for n, kind in _kinds().items() if kind == "loss")
    fields = sorted(n for n, kind in _kinds().items() if kind != "loss")
    for name, cls in sorted(available().items()):
        if name in REFUSED:
            continue
        chosen = GAMES if name in PLAYERS else losses if cls.gradient else [*losses, *fields]
        for parameters in PARAMETERS.get(name, ({},)):
            for problem in chosen:
                for order in (1, 2):
                    yield Case(name, parameters, problem, order)


def _kinds() -> dict[str, str]:
    return {
        n: "loss" if isinstance(bea.problems.get(n), bea.fields.Loss) else "field"
        for n in problems()
    }


def judge(case: Case) -> dict[str, Any]:
    """Return what `verify` says of the derived equation."""
    try:
        method, problem = get(case.method, **case.parameters), bea.problems.get(case.problem)
        found = bea.verify(method, problem, case.order)
    except BeaError as error:
        return {"verdict": "error", "reason": f"{type(error).__name__}: {error}"}
    return {"verdict": found.verdict, "reason": found.reason, "failures": len(found.failures)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=120)
    options = parser.parse_args()
    done = {}
    if options.out.exists():
        done = {e["case"]: e for e in map(json.loads, options.out.read_text().splitlines())}
    cases = list(right_cases())
    random.Random(1).shuffle(cases)
    print(len(cases), "cases", file=sys.stderr)

    def stop(*_: Any) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    with options.out.open("a") as file:
        for case in cases:
            if case.key in done:
                continue
            begun = time.perf_counter()
            signal.alarm(options.seconds)
            try:
                entry = judge(case)
            except TimeoutError:
                entry = {"verdict": "timeout", "reason": ""}
            except Exception as error:
                entry = {"verdict": "crash", "reason": repr(error)[:300]}
            signal.alarm(0)
            entry |= {"case": case.key, "seconds": round(time.perf_counter() - begun, 2)}
            file.write(json.dumps(entry) + "\n")
            file.flush()
            done[case.key] = entry
    print(Counter(e["verdict"] for e in done.values()))


if __name__ == "__main__":
    main()
