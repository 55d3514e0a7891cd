"""JAX's primitives that hold jaxprs: calls, branches and loops, on tapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from bea.adapters.jaxprs.componentwise import chosen, compared
from bea.adapters.jaxprs.reader import Reader, Rule
from bea.adapters.jaxprs.rearranging import stacked, taken_rows
from bea.adapters.jaxprs.values import On, Value, single
from bea.errors import MethodError

_MOST_TURNS = 1000


def _called(reader: Reader, equation: Any, *operands: Value) -> list[Value]:
    """Return the results of the jaxpr that an equation calls."""
    parameters = equation.params
    names = ("jaxpr", "call_jaxpr", "fun_jaxpr")
    called = next(parameters[name] for name in names if name in parameters)
    return reader.read(called, operands)


def _cond(reader: Reader, equation: Any, which: Value, *operands: Value) -> list[Value]:
    """Return the results of the branch that is taken, or of both, to choose among them later."""
    branches = equation.params["branches"]
    alone = single(which)
    if alone is not None:
        return reader.read(branches[int(alone)], operands)
    found = reader.read(branches[-1], operands)
    for k in range(len(branches) - 2, -1, -1):
        holds = compared(reader, "equal", which, np.asarray(k))
        if isinstance(which, On) and which.truth is not None:
            holds = reader.record("negation", On(which.truth, which.shape))
        others = reader.read(branches[k], operands)
        found = [chosen(reader, holds, a, b) for a, b in zip(others, found, strict=True)]
    return found


def _scan(reader: Reader, equation: Any, *operands: Value) -> list[Value]:
    """Return the results of a loop with a fixed number of turns, one after the other."""
    p = equation.params
    if p["length"] > _MOST_TURNS:
        raise MethodError(f"the step goes through a loop (scan) {p['length']:,} times: too often")
    first = p["num_consts"] + p["num_carry"]
    fixed, carried = list(operands[: p["num_consts"]]), list(operands[p["num_consts"] : first])
    rows = range(p["length"])[:: -1 if p["reverse"] else 1]
    given: dict[int, list[Value]] = {}
    for k in rows:
        items = [taken_rows(reader, x, k) for x in operands[first:]]
        results = reader.read(p["jaxpr"], [*fixed, *carried, *items])
        carried, given[k] = results[: p["num_carry"]], results[p["num_carry"] :]
    columns = zip(*(given[k] for k in sorted(given)), strict=True)
    return [*carried, *(stacked(reader, list(column)) for column in columns)]


def _while(reader: Reader, equation: Any, *operands: Value) -> list[Value]:
    """Return the results of a loop that ends by what is known."""
    p = equation.params
    split = p["cond_nconsts"], p["cond_nconsts"] + p["body_nconsts"]
    asked, fixed, carried = (
        operands[: split[0]],
        operands[split[0] : split[1]],
        operands[split[1] :],
    )
    for _ in range(_MOST_TURNS):
        goes_on = single(reader.read(p["cond_jaxpr"], [*asked, *carried])[0])
        if goes_on is None:
            raise MethodError(
                "the step repeats something until values say that it is enough (while): how often "
                "changes from point to point, so that it has no equation"
            )
        if not goes_on:
            return list(carried)
        carried = tuple(reader.read(p["body_jaxpr"], [*fixed, *carried]))
    raise MethodError(f"the step goes through a loop (while) more than {_MOST_TURNS:,} times")


CONTROL: dict[str, Rule] = {
    **dict.fromkeys(
        ("jit", "pjit", "closed_call", "core_call", "remat", "checkpoint", "custom_jvp_call",
         "custom_vjp_call", "custom_vjp_call_jaxpr", "remat2"),
        _called,
    ),
    "cond": _cond,
    "scan": _scan,
    "while": _while,
}  # fmt: skip
