"""What the optimizers of PyTorch and of the package pytorch_optimizer follow, from their source.

Prints the page docs/optimizers.md: every optimizer that is there is traced, replayed, derived and
put to the test, or refused by bea in its own words. It needs the extra bea[torch] and the package
pytorch_optimizer, and takes half an hour:

    python docs/optimizers.py > docs/optimizers.md
"""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import version
from inspect import isclass, signature
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import bea
from bea.adapters.jaxprs.registry import ROWS
from bea.adapters.tracing.libraries import traced
from bea.algebra.language.calls import split_calls
from bea.errors import BeaError

HEAD = """# What optimizers follow, from their own source

Each optimizer of `torch.optim`, of the package `pytorch_optimizer` and of `optax` is handed to bea
as it is: `bea.methods.traced(torch.optim.Adam)`. Its step is run and written down, what was written
down is replayed beside the real one on 1,000 random steps, half of them from the first step on and
half far from it, and the modified equation θ' = f₀ + γf₁ + … is derived. `bea verify` then puts it
to the test, with negative controls, on L = x⁴/4 + x²/2 and on L = x² + xy/2 + y²/2 + x/3.

Replayed is the optimizer with its own options. Equation and certificates are for ε = 1/10 and
rates of 1/2 to 3/4 where there are such options, so that memory settles within a few steps. f₁ is
told by c in f₁ = c f₀′f₀ at x = 1 on the first of these: explicit Euler has c = −1/2. Where c < 0
the flow is slower where |f₀| grows, as if |f₀|² were penalised; where c > 0 it is rewarded. Of an
optimizer that compares values it is the piece around the start; of one that does another thing
every k-th time, a step is k of its own. `use_muon=False` is what those with a part for matrices do
to vectors. Seconds are those of a processor, up to f₁.

`python docs/optimizers.py` prints these tables.
"""
FIRST = ("x**4/4 + x**2/2", [1.0])
SECOND = ("x**2 + x*y/2 + y**2/2 + x/3", [1.0, 0.8])
PAGE = Path(__file__).with_name("optimizers.md")
LIMIT = 60  # seconds of a processor for an optimizer
STEPS = 1000
RATES = (0.5, 0.75, 0.6, 0.7)
_HALVED = ("momentum", "alpha", "rho", "beta", "beta1", "beta2")


#: Options that a class asks for, or by which it is about vectors, or repeats itself soon.
OPTIONS: dict[str, dict[str, Any]] = {
    **{name: {"use_muon": False} for name in ("AdaGO", "AdaMuon", "Muon", "MuonClip", "NorMuon")},
    "DistributedMuon": {"use_muon": False},
    "BSAM": {"num_data": 100},
    **{name: {"d0": 0.1} for name in ("DAdaptAdam", "Prodigy")},
    "MARS": {"optimize_1d": True},
    "Ranger21": {"num_iterations": 1000},
    "SRMM": {"memory_length": 2},
    "StableSPAM": {"update_proj_gap": 2},
}


class Row(NamedTuple):
    """What was found of an optimizer; of one that is refused the reason stands in `why`."""

    name: str
    replayed: str = "–"
    verdicts: str = "–"
    first: str = "–"
    seconds: float = 0.0
    why: str = ""


class TooLongError(Exception):
    """An optimizer has used up its time."""


class Subject(NamedTuple):
    """An optimizer, and options with which its memory settles within a few steps."""

    name: str
    optimizer: Any
    options: Mapping[str, Any]
    settling: Mapping[str, Any]
    time: Any = None


def optimizers(library: str) -> list[Subject]:
    """Return the optimizers that a library shows."""
    if library == "optax":
        return [Subject(str(r), r.text, r.options, r.options, r.time) for r in ROWS]
    import torch

    base, there = torch.optim.Optimizer, vars(import_module(library)).values()
    found = {v for v in there if isclass(v) and issubclass(v, base) and v is not base}
    own = {v for v in found if v.__module__.partition(".")[0] == library.partition(".")[0]}
    kinds = sorted(own, key=lambda v: v.__name__.lower())
    given = {} if library == "torch.optim" else OPTIONS
    return [
        Subject(
            shown(kind.__name__, given.get(kind.__name__, {})),
            kind,
            given.get(kind.__name__, {}),
            {**settling(kind), **given.get(kind.__name__, {})},
        )
        for kind in kinds
    ]


def shown(name: str, options: Mapping[str, Any]) -> str:
    """Return an optimizer with its options, as Python writes it."""
    inside = ", ".join(f"{key}={value!r}" for key, value in options.items())
    return f"{name}({inside})" if inside else name


def settling(kind: Any) -> dict[str, Any]:
    """Return options with which the memory of an optimizer settles within a few steps."""
    found: dict[str, Any] = {}
    for name, parameter in signature(kind).parameters.items():
        default = parameter.default
        if name == "betas" and isinstance(default, tuple) and len(default) <= len(RATES):
            found[name] = RATES[: len(default)]
        elif name in ("eps", "eps1", "xi") and isinstance(default, float):
            found[name] = 0.1
        elif name in _HALVED and isinstance(default, float) and 0 < default < 1:
            found[name] = 0.5
    return found


def row_of(subject: Subject) -> Row:
    """Return what is found of an optimizer."""
    start = process_time()
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    row = Row(subject.name)
    try:
        method = traced(subject.optimizer, steps=STEPS, **subject.options)
        row = row._replace(replayed=f"{method.replayed.difference:.0e}")
        method = traced(subject.optimizer, **subject.settling)
        equation = bea.modified_equation(method, bea.problems.loss(FIRST[0]), order=1)
        row = row._replace(first=first_correction(equation), seconds=process_time() - start)
        return row._replace(verdicts=", ".join(verdicts(method, subject.time)))
    except TooLongError:
        return row._replace(why=f"not within {LIMIT} s")
    except BeaError as error:
        return row._replace(why=str(error).partition("; or derive")[0])
    except Exception as error:  # noqa: BLE001 - a library's own
        return row._replace(why=f"{type(error).__name__}: {' '.join(str(error).split())[:120]}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def verdicts(method: Any, time: Any) -> Iterator[str]:
    """Yield what the certificates on both losses say."""
    for text, start in (FIRST, SECOND):
        loss = bea.problems.loss(text)
        try:
            yield bea.verify(method, loss, order=1, starts=[start], time=time).verdict
        except BeaError as error:
            yield f"none ({str(error)[:60]})"


def first_correction(equation: Any) -> str:
    """Return f_1 in terms of f_0' f_0 at x = 1, in words."""
    if len(equation.components[0]) > 1:
        return "with memory as a variable"

    def field(x: float, gamma: float) -> float:
        return float(equation([x], gamma)[0])

    leading, step = field(1.0, 0.0), 1e-6
    slope = (field(1 + step, 0.0) - field(1 - step, 0.0)) / (2 * step)
    first = field(1.0, 1.0) - leading
    if abs(first) <= 1e-9 * abs(leading):
        return "0"
    if abs(leading * slope) < 1e-12 * abs(first):
        return "no multiple of f₀′f₀"
    ratio = first / (leading * slope)
    return f"{ratio:+.3g} f₀′f₀: {'rewards' if ratio > 0 else 'penalises'} large f₀"


def main() -> None:
    """Print the page."""
    signal.signal(signal.SIGPROF, _stop)
    warnings.simplefilter("ignore")
    asked = dict(text.partition(":")[::2] for text in sys.argv[1:])
    print(HEAD)
    for library in ("torch.optim", "pytorch_optimizer", "optax"):
        known = lines_of(library) if asked else {}
        anew = None if not asked or (library in asked and not asked[library]) else (
            split_calls(asked.get(library, "")))  # fmt: skip
        print_table(library, [
            known[s.name] if anew is not None and s.name not in anew and s.name in known
            else line_of(_told(row_of(s)))
            for s in optimizers(library)
        ])  # fmt: skip


def lines_of(library: str) -> dict[str, str]:
    """Return the lines of a library on the page as it stands, by the names of its optimizers."""
    text = PAGE.read_text(encoding="utf-8").partition(f"## {library} ")[2].partition("\n## ")[0]
    found = {}
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| optimizer"):
            found[line[2:].partition(" |")[0]] = line
        elif line.startswith("- *"):
            found[line[3:].partition("*")[0]] = line
    return found


def line_of(row: Row) -> str:
    """Return a row as a line of the table, or of the list of those that have no equation."""
    if row.first == "–":
        told = f" (replayed to {row.replayed})" if row.replayed != "–" else ""
        return f"- *{row.name}*{told}: {row.why}"
    told = row.verdicts if row.verdicts != "–" else f"none: {row.why}"
    return f"| {row.name} | {row.replayed} | {told} | {row.first} | {row.seconds:.1f} |"


def print_table(library: str, lines: list[str]) -> None:
    """Print the rows of a library."""
    derived = [line for line in lines if line.startswith("|")]
    sure = sum(line.split(" | ")[2] == "confirmed, confirmed" for line in derived)
    print(f"## {library} {version(library.partition('.')[0])}\n")
    print(f"{len(lines)} optimizers: {len(derived)} derived, {sure} of them confirmed on both "
          "losses.\n")  # fmt: skip
    print("| optimizer | replayed to | certificates | first correction | seconds |")
    print("|---|---|---|---|---|")
    print("\n".join(derived))
    print("\nNot derived, in bea's words:\n")
    print("\n".join(line for line in lines if not line.startswith("|")))
    print()


def _stop(*_: Any) -> None:
    raise TooLongError


def _told(row: Row) -> Row:
    print(row.name, row.verdicts, row.why[:60], file=sys.stderr, flush=True)
    return row


if __name__ == "__main__":
    main()
