"""The record of a proof: a modified equation, and the step written down, in rational numbers.

It is what a checker needs to see, from the trees up, that the flow of the field is the step:
exp(D) theta = Phi^theta(theta, S) and, with memory, exp(D) S = Phi^s(theta, S), which says that the
manifold is invariant; see `bea.modified.routes.manifold`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import fmpq

from bea.bseries import TreeArithmetic, TreeSeries, field_of_map
from bea.errors import BeaError, MethodError
from bea.methods import Scheduled
from bea.modified.equation import ModifiedEquation
from bea.modified.proof.recorder import Operation, Parts, Recorder
from bea.modified.routes.manifold import memory_on_trees
from bea.modified.symbolic_step import bind_exactly, open_symbols
from bea.trees import Tree, trees_up_to


def proof_record(equation: ModifiedEquation) -> dict[str, Any]:
    """Return what `docs/check_proof.py` checks, ready for JSON.

    Numbers are texts "p/q". A tree is [colour, children]; the trees are all those of `nodes` nodes
    at most, and `field` has their coefficients b. A series is {"identity", "coefficients"}. The
    `registers` are the series that the step goes through, after theta and the `memory`: each names
    an operation and the combinations, lists of [factor, register], that it is of. `equations` hold
    between combinations, and `after` has what the step makes of theta and of the memory.

    Raises
    ------
    BeaError
        If the equation is of a concrete problem, or not of a modified field.
    MethodError
        If its numbers are not rational, or the trees are of another kind.

    Examples
    --------
    >>> import bea
    >>> record = proof_record(bea.modified_equation(bea.methods.explicit_euler(), order=1))
    >>> record["trees"], record["field"], record["after"]
    ([[0, []], [0, [[0, []]]]], ['1', '-1/2'], [[['1', 0], ['1', 1]]])
    """
    method = _provable(equation)
    nodes, colors = equation.order + 1, method.colors
    memory = memory_on_trees(method, equation.order)[1] if equation.character.has_memory else []
    recorder = Recorder(TreeArithmetic(nodes, colors=colors), memory)
    bound = bind_exactly(method)
    theta, state = bound.step(recorder, recorder.identity, recorder.memory, recorder.gamma)
    after = [_pairs(part.parts) for part in (theta, *state)]
    # Of trees that are zero for the fields of a method, as for q'' = g(q), the equation has no b,
    # and the checker, which knows every field, wants one.
    own = field_of_map(recorder.value(theta).coefficients, colors)
    pairs = zip(equation.coefficients.items(), own, strict=True)
    field = [other if method.vanishes(tree) else b for (tree, b), other in pairs]
    return {
        "method": str(method),
        "order": equation.order,
        "nodes": nodes,
        "colors": len(colors),
        "trees": [_nested(tree, colors) for tree in trees_up_to(nodes, colors)],
        "field": [_number(b) for b in field],
        "memory": [_series(part) for part in memory],
        "registers": [_operation(operation) for operation in recorder.operations],
        "equations": [[_pairs(a), _pairs(b)] for a, b in recorder.equations],
        "after": after,
    }


# --- private helpers ----------------------------------------------------------------------------


def _provable(equation: ModifiedEquation) -> Any:
    method = equation.method
    if equation.kind != "modified":
        raise BeaError("a proof is of a modified equation: leave --inverse or --step out")
    if equation.problem is not None:
        raise BeaError("a proof is for every field at once: leave the problem out")
    if isinstance(method, Scheduled) or any(color.unit for color in method.colors):
        what = "a schedule" if isinstance(method, Scheduled) else "a weight decay"
        raise MethodError(f"the checker knows no trees of {what}: leave it out")
    symbols = open_symbols(method)
    if symbols:
        raise MethodError(
            f"a proof is in rational numbers, and {symbols[0]} is open: choose hyperparameters "
            "that are numbers"
        )
    if not all(isinstance(b, fmpq) for b in equation.coefficients.values()):
        raise MethodError(
            f"a proof is in rational numbers, and {method} has roots: take another method, such as "
            "implicit-midpoint"
        )
    return method


def _number(value: Any) -> str:
    if not isinstance(value, fmpq | int):
        raise MethodError(
            "a proof is in rational numbers, and the step has others: take another method, such as "
            "implicit-midpoint"
        )
    return str(value)


def _nested(tree: Tree, colors: Sequence[Any]) -> list[Any]:
    """Return [colour, children], the children sorted, as checkers compare them."""
    return [colors.index(tree.color), sorted(_nested(child, colors) for child in tree.children)]


def _series(series: TreeSeries) -> dict[str, Any]:
    coefficients = [_number(c) for c in series.coefficients]
    return {"identity": _number(fmpq(series.identity)), "coefficients": coefficients}


def _pairs(parts: Parts) -> list[list[Any]]:
    return [[_number(c), register] for register, c in parts.items() if c != 0]


def _operation(operation: Operation) -> dict[str, Any]:
    record: dict[str, Any] = {"operation": operation.name}
    if operation.name == "given":
        return {**record, **_series(operation.value)}
    if operation.name in ("share", "flow"):
        record["color"] = operation.color
    if operation.name == "flow":
        record["time"] = _number(operation.time)
    return {**record, "of": [_pairs(parts) for parts in operation.arguments]}
