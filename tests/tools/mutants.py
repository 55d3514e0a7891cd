"""Do the tests notice? Small faults are put into modules, one at a time, and their tests are run.

    python tests/tools/mutants.py --seed 1 --count 120 --out mutants.json
    python tests/tools/mutants.py --again mutants.json

A mutant of `bea/x/y.py` is noticed by its *own* tests, `tests/x/test_y.py` and the examples in it,
if one fails, hangs or crashes, or else by its *room*, `tests/x`. All happens in a copy of the tree.
A sample takes each kind of mutant in turn; it depends on the seed and the sources alone.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import flint  # noqa: F401 - what the tests import, once for all of them
import hypothesis.strategies  # noqa: F401
import pytest
import sympy  # noqa: F401

ROOT = Path(__file__).parents[2]
JUDGES = ("order_fit", "drift", "comparison", "controls", "verify", "certificate", "coefficients")
PLACES = ["series", "trees", "bseries", "algebra", "fields", "files", "flows/deterministic"]
PLACES += [f"measure/order/{name}.py" for name in JUDGES] + ["measure/steps"]
LEFT_OUT = ".git", ".venv*", "results", "notebooks", "__pycache__", ".hypothesis", ".mypy_cache"
# The limits of one run. A mutant may take so many times longer than the module as it is.
SECONDS, TIMES, BYTES = 300, 4, 6 << 30
# hypothesis is imported before pytest can rewrite its assertions, which is no matter here.
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]

NEGATED: dict[type, type] = {ast.Eq: ast.NotEq, ast.Lt: ast.GtE, ast.Gt: ast.LtE}
NEGATED |= {ast.Is: ast.IsNot, ast.In: ast.NotIn}
SHIFTED: dict[type, type] = {ast.Lt: ast.LtE, ast.Gt: ast.GtE}
OTHER: dict[type, type] = {ast.Add: ast.Sub, ast.Mult: ast.Div, ast.FloorDiv: ast.Mod}
for table in (NEGATED, SHIFTED, OTHER):
    table |= {after: before for before, after in table.items()}
OTHER |= {ast.Pow: ast.Mult, ast.MatMult: ast.Mult}
# Their first two arguments may change places, or must be what they are.
SYMMETRIC = {"max", "min", "gcd", "isinstance", "np.maximum", "np.minimum"}
SYMMETRIC |= {"os.path.samestat"}


@dataclass(frozen=True)
class Mutant:
    """One change: where it stands, of which kind, and the texts before and after it."""

    path: str
    line: int
    kind: str
    start: int  # in the file's bytes, as is `stop`
    stop: int
    before: str
    after: str

    def __str__(self) -> str:
        before, after = (" ".join(text.split()) for text in (self.before, self.after))
        return f"{self.path}:{self.line} {self.kind}: {before} -> {after}"

    def source(self) -> str:
        """Return the text of the module with the change."""
        whole = (ROOT / self.path).read_bytes()
        return (whole[: self.start] + self.after.encode() + whole[self.stop :]).decode()


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST, str]]:
    """Yield the changes of one node: the kind, what is replaced, and the text instead of it."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for kind, table in (("comparison", NEGATED), ("boundary", SHIFTED)):
            if other := table.get(type(node.ops[0])):
                new = ast.Compare(node.left, [other()], node.comparators)
                yield kind, node, f"({ast.unparse(new)})"
    elif isinstance(node, ast.BinOp) and (operation := OTHER.get(type(node.op))):
        new = ast.BinOp(node.left, operation(), node.right)
        yield "arithmetic", node, f"({ast.unparse(new)})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        kind = "boolean" if isinstance(node.op, ast.Not) else "arithmetic"
        yield kind, node, f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "boolean", node, f"({ast.unparse(ast.BoolOp(other, node.values))})"
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "boolean", node, str(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        value = node.value + 1 if isinstance(node.value, int) else 2 * node.value or 1.0
        yield "constant", node, repr(value)
    elif isinstance(node, ast.If | ast.IfExp) and isinstance(node.test, ast.Name | ast.Call):
        yield "boolean", node.test, f"(not {ast.unparse(node.test)})"
    elif isinstance(node, ast.Call) and len(node.args) > 1:
        first, second, *rest = node.args
        fixed = ast.unparse(node.func) in SYMMETRIC or ast.dump(first) == ast.dump(second)
        if not fixed and not any(isinstance(a, ast.Starred) for a in (first, second)):
            new = ast.Call(node.func, [second, first, *rest], node.keywords)
            yield "argument", node, ast.unparse(new)
    elif isinstance(node, ast.Return) and node.value and ast.unparse(node.value) != "None":
        yield "return", node, "return None"
    calls = isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    stores = isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name | ast.Tuple)
    if calls or stores or isinstance(node, ast.AugAssign | ast.Raise | ast.Continue | ast.Break):
        yield "statement", node, "pass"


def code(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that compute; types, decorators, formatted texts and `del` do not."""
    for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    if for_types or isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Delete):
        return
    yield node
    types = getattr(node, "annotation", None), getattr(node, "returns", None)
    for child in ast.iter_child_nodes(node):
        if child not in [*types, *getattr(node, "decorator_list", ())]:
            yield from code(child)


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a module."""
    whole = path.read_bytes()
    starts = [0, *accumulate(map(len, whole.splitlines(keepends=True)))]
    for node in code(ast.parse(whole)):
        for kind, part, after in changes(node):
            start = starts[part.lineno - 1] + part.col_offset
            stop = starts[part.end_lineno - 1] + part.end_col_offset
            name, before = path.relative_to(ROOT).as_posix(), whole[start:stop].decode()
            yield Mutant(name, part.lineno, kind, start, stop, before, after)


def sample(names: list[str], seed: int, count: int) -> list[Mutant]:
    """Return so many mutants of the modules and packages, each kind in turn."""
    chance = random.Random(seed)
    kinds: dict[str, list[Mutant]] = {}
    places = [ROOT / "bea" / name for name in names]
    paths = [p for place in places for p in [place, *sorted(place.rglob("*.py"))] if p.is_file()]
    for mutant in (m for path in paths for m in mutants_of(path)):
        kinds.setdefault(mutant.kind, []).append(mutant)
    for found in kinds.values():
        chance.shuffle(found)
    chosen: list[Mutant] = []
    while len(chosen) < count and any(kinds.values()):
        chosen += [kinds[kind].pop() for kind in sorted(kinds) if kinds[kind]]
    return chosen[:count]


def tests_of(path: str) -> list[list[str]]:
    """Return the module's own tests, and then those of its room."""
    module = Path(path)
    room = Path("tests") / module.parent.relative_to("bea")
    while not any((ROOT / room).rglob("test_*.py")):
        room = room.parent
    own = room / f"test_{module.stem}.py"
    others = [f"--ignore={own}"] if (ROOT / own).exists() else []
    first = [own.as_posix(), path] if others else [path]
    return [first, [room.as_posix(), *others]]


def passes(copy: Path, arguments: list[str], seconds: float = SECONDS) -> bool:
    """Tell whether tests pass in the copy; they run in a fork that has imported all but bea."""
    child = os.fork()
    if child == 0:
        os.setsid()
        os.chdir(copy)
        os.environ.update(CI="1", PYTHONPATH=str(copy))
        sys.path.insert(0, str(copy))
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        for stream in range(3):
            os.dup2(os.open(os.devnull, os.O_RDWR), stream)
        os._exit(pytest.main([*OPTIONS, *arguments]))
    end = time.monotonic() + seconds
    ended, status = 0, 1
    while not ended and time.monotonic() < end:
        time.sleep(0.02)
        ended, status = os.waitpid(child, os.WNOHANG)
    if not ended:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return bool(ended) and os.waitstatus_to_exitcode(status) in (0, 5)  # 5: there are no tests


def verdict(copy: Path, mutant: Mutant, seconds: list[float]) -> str:
    """Return who notices the mutant within the times: its "own" tests, its "room", or "nobody"."""
    target = copy / mutant.path
    original = target.read_text(encoding="utf-8")
    try:
        write(target, mutant.source())
        runs = zip(("own", "room"), tests_of(mutant.path), seconds, strict=False)
        return next((who for who, *run in runs if not passes(copy, *run)), "nobody")
    finally:
        write(target, original)


def write(target: Path, text: str) -> None:
    """Write a module, and forget what was compiled from it: a change may keep size and second."""
    target.write_text(text, encoding="utf-8")
    for compiled in (target.parent / "__pycache__").glob(f"{target.stem}.*.pyc"):
        compiled.unlink()


def tried(copy: Path, mutants: list[Mutant], rooms: bool) -> Iterator[dict[str, Any]]:
    """Yield the verdict on each mutant; tests that fail without one would notice anything."""
    taken: dict[str, float] = {}
    for mutant in mutants:
        own, (room, *_) = tests_of(mutant.path)
        runs = [own, [room]] if rooms else [own]
        for tests in runs:
            if str(tests) not in taken:
                taken[str(tests)] = -time.monotonic()
                if not passes(copy, tests):
                    raise SystemExit(f"{' '.join(tests)}: they fail as it is, or take too long")
                taken[str(tests)] += time.monotonic()
        seconds = [10 + TIMES * taken[str(tests)] for tests in runs]
        noticed = verdict(copy, mutant, seconds)
        print(f"{noticed:6} {mutant}", flush=True)
        yield {"noticed": noticed, "mutant": asdict(mutant)}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="modules and packages below bea/")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--again", type=Path, help="those of this file that nobody noticed")
    parser.add_argument("--own", action="store_true", help="leave out the tests of the rooms")
    parser.add_argument("--out", type=Path, help="the file of verdicts to write")
    given = parser.parse_args()
    chosen = sample(given.modules or PLACES, given.seed, given.count)
    if given.again:
        rows = json.loads(given.again.read_text(encoding="utf-8"))
        lost = [Mutant(**row["mutant"]) for row in rows if row["noticed"] == "nobody"]
        chosen = [m for m in lost if m in set(mutants_of(ROOT / m.path))]  # where it still is
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "bea"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        for row in tried(copy, chosen, not given.own):
            rows.append(row)
            if given.out:
                given.out.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    by = [row["noticed"] for row in rows]
    print(*(f"{who} {by.count(who)}," for who in ("own", "room", "nobody")), "of", len(rows))


if __name__ == "__main__":
    main()
