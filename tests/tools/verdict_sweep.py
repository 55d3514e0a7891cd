"""What `verify` says of the equations of all methods on all problems that make sense.

A script, since it runs for an hour on one core; `tests/measure/order/test_verdicts.py` runs a few
of its cases:

    python -m tests.tools.verdict_sweep right right.jsonl    # no verdict may be "refuted"
    python -m tests.tools.verdict_sweep wrong wrong.jsonl    # no verdict may be "confirmed"

Every line of the file is a case as JSON. A run that was stopped goes on where it was: cases that
are in the file already are left out. At the end the counts are printed, and every case that is not
as it must be.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

from flint import fmpq

import bea
from bea.errors import BeaError, DimensionError, MethodError
from bea.fields import Loss, VectorField
from bea.measure import Certificate
from bea.methods import Method, available, get
from bea.modified import ModifiedEquation
from bea.problems import available as problems
from bea.trees import Tree

from ..examples import NEEDS

# They can be iterated and have no modified equation.
REFUSED = {"adagrad", "sign-descent"}
PLAYERS = {"simultaneous", "alternating"}
GAMES = ("bilinear-game", "dirac-gan", "regularised-game")
TOO_LARGE = fmpq(1001, 1000)
SHORT = {"beta1": "1/2", "beta2": "3/4", "epsilon": "1/2"}
WRONG: dict[str, tuple[dict[str, Any], ...]] = {
    "gradient-descent": ({},),
    "heavy-ball": ({}, {"beta": "1/2"}),
    "adam": ({}, SHORT),
    "heun": ({},),
}
LOSSES = ("booth", "himmelblau", "linear-network", "quadratic", "sigmoid-sine")
PARAMETERS: dict[str, tuple[dict[str, Any], ...]] = {
    **{name: (needed,) for name, needed in NEEDS.items()},
    "adams-bashforth": tuple({"steps": k} for k in range(2, 7)),
    "bdf": tuple({"steps": k} for k in range(2, 7)),
    "adam": ({}, SHORT),
    "adamw": ({}, {**SHORT, "weight_decay": "1/10"}),
    "heavy-ball": ({}, {"beta": "1/2"}),
    "nesterov": ({}, {"beta": "1/2"}),
}


class Case(NamedTuple):
    """One question to `verify`."""

    method: str
    parameters: dict[str, Any]
    problem: str
    order: int

    def subject(self) -> tuple[Method, VectorField]:
        """Return the method and the problem."""
        return get(self.method, **self.parameters), bea.problems.get(self.problem)

    @property
    def key(self) -> str:
        """What the case is called."""
        values = ",".join(f"{k}={v}" for k, v in self.parameters.items())
        return f"{self.method}({values})/{self.problem}/{self.order}"


Judge = Callable[[Case], Iterator[dict[str, Any]]]


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
    found = {name: isinstance(bea.problems.get(name), Loss) for name in problems()}
    return {name: "loss" if is_loss else "field" for name, is_loss in found.items()}


def wrong_cases() -> Iterator[Case]:
    """Yield the cases whose equations are made wrong, one term at a time."""
    for name, several in WRONG.items():
        for parameters in several:
            for problem in LOSSES:
                for order in (1, 2):
                    yield Case(name, parameters, problem, order)


def judge_right(case: Case) -> Iterator[dict[str, Any]]:
    """Yield what `verify` says of the derived equation."""
    method, problem = case.subject()
    try:
        method.check_field(problem)
    except BeaError as error:  # such as a first-order equation for a method of second-order ones
        yield {"verdict": "no pair", "reason": str(error)}
        return
    try:
        found = bea.verify(method, problem, case.order)
    except DimensionError as error:  # such as one variable, which has no halves
        yield {"verdict": "no pair", "reason": str(error)}
    except BeaError as error:
        yield {"verdict": "error", "reason": f"{type(error).__name__}: {error}"}
    else:
        yield said(found)


def judge_wrong(case: Case, by_component: bool = True) -> Iterator[dict[str, Any]]:
    """Yield what `verify` says where one term, or one component of one, is too large by 0.001."""
    method, problem = case.subject()
    equation = bea.modified_equation(method, problem, case.order)
    for power, component, wrong in scaled_terms(equation):
        if component is not None and not by_component:
            continue
        yield said(bea.verify(method, problem, case.order, equation=wrong)) | {
            "term": [power, component]
        }


def scaled_terms(
    equation: ModifiedEquation, factor: fmpq = TOO_LARGE
) -> Iterator[tuple[int, int | None, ModifiedEquation]]:
    """Yield (power, component or None for all, equation) with what is not zero scaled."""
    for power in range(equation.order + 1):
        nonzero = [i for i, c in enumerate(equation.components[power]) if not c.is_zero()]
        chosen = [(None, nonzero)] if nonzero else []
        for component, scaled in [*chosen, *((i, [i]) for i in nonzero)]:
            yield power, component, _with_scaled(equation, power, scaled, factor)


def _with_scaled(
    equation: ModifiedEquation, power: int, scaled: list[int], factor: fmpq
) -> ModifiedEquation:
    terms = list(equation.components)
    terms[power] = tuple(c * factor if i in scaled else c for i, c in enumerate(terms[power]))
    return ModifiedEquation(
        equation.method,
        equation.order,
        equation.problem,
        route=equation.route,
        coefficients=_on_no_trees,
        components=lambda k: terms[: k + 1],
    )


def _on_no_trees(order: int) -> Mapping[Tree, Any]:
    raise MethodError("a component that is wrong by itself is on no trees")


def said(found: Certificate) -> dict[str, Any]:
    """Return what a certificate says, in short."""
    return {
        "verdict": found.verdict,
        "reason": found.reason,
        "failures": len(found.failures),
        "sizes": [list(size[:3]) for size in found.sizes],
        "open": [[f.kind, f.order] for f in found.findings if f.result != "yes"],
    }


def main() -> None:
    """Run the cases that the file has not yet, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=SWEEPS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0, help="of processor time per case")
    options = parser.parse_args()
    cases, judge, bad = SWEEPS[options.which]
    done: dict[str, list[dict[str, Any]]] = {}
    if options.file.exists():
        for entry in map(json.loads, options.file.read_text().splitlines()):
            done.setdefault(entry["case"], []).append(entry)
    chosen = list(cases())
    random.Random(1).shuffle(chosen)  # so that a part of them is a fair sample
    with options.file.open("a") as file:
        for case in chosen:
            if case.key not in done:
                done[case.key] = list(_timed(case, judge, options.seconds))
                file.writelines(json.dumps(entry) + "\n" for entry in done[case.key])
                file.flush()
    entries = [entry for each in done.values() for entry in each]
    print(Counter(entry["verdict"] for entry in entries))
    for entry in entries:
        if entry["verdict"] in bad:
            print(entry)


def _timed(case: Case, judge: Judge, seconds: float) -> Iterator[dict[str, Any]]:
    """Yield the entries of a case; one that takes too long, or crashes, is an entry too."""
    begun = process_time()
    signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        for entry in judge(case):
            taken = round(process_time() - begun, 2)
            yield {"case": case.key, **entry, "seconds": taken}
    except TimeoutError:
        yield {"case": case.key, "verdict": "timeout"}
    except Exception as error:  # noqa: BLE001 - a crash is what is looked for
        yield {"case": case.key, "verdict": "crash", "reason": repr(error)[:300]}
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _stop(*_: object) -> None:
    raise TimeoutError


SWEEPS = {
    "right": (right_cases, judge_right, {"refuted", "undecided", "error", "timeout", "crash"}),
    "wrong": (wrong_cases, judge_wrong, {"confirmed", "error", "timeout", "crash"}),
}

if __name__ == "__main__":
    main()
