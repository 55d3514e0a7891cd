"""Which terms of a modified equation are gradients, of what, and what is left where none is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flint import fmpq

from bea.algebra.language.letters import greek
from bea.methods import Scheduled
from bea.modified import ModifiedEquation, ModifiedLoss
from bea.modified.structure.split import is_split_on_trees
from bea.modified.writing.concrete import Concrete
from bea.modified.writing.script import contraction_text, tree_terms
from bea.reports.mathematics import (
    equation,
    gamma_power,
    indented,
    paragraph,
    remainder,
    system,
    term,
)


def gradient_sections(result: ModifiedEquation, width: int, full: bool = True) -> list[str]:
    """Return paragraphs: the answer per power, the modified loss, and its limits.

    >>> import bea
    >>> euler = bea.modified_equation(bea.methods.gradient_descent(), order=1)
    >>> print("; ".join(gradient_sections(euler, 80)))
    Which terms are gradients for every loss: all; Modified loss, to order 1:
        L + γ/4 ‖∇L‖² + O(γ²)
    """
    if result.problem is None and result.method.moved:  # q' = p, p' = g(q) is none
        return []
    sections = [paragraph(_answers(result), width)]
    if result.notation == "grad":
        exists = (*result.is_gradient, False).index(False)
        if exists:
            sections.append(_modified_loss(result, exists - 1, width, full))
        if exists <= result.order:
            sections += _beyond(result, exists, width)
            sections += _of_the_step(result, width, full)
    elif result.asks_of_the_step:
        sections.append(paragraph(_answers(result.step_equation()), width))
    return sections


# --- private helpers ----------------------------------------------------------------------------

_NAMES = {
    "modified": "Modified loss",
    "modifying": "Loss to feed the method",
    "step": "Loss on which plain descent, with the same step size, takes these very steps",
}
_ON_MANIFOLD = {False: "", True: ", on the slow manifold,"}


def _answers(result: ModifiedEquation) -> str:
    answers = result.is_gradient
    what = "Which terms of the step are" if result.kind == "step" else "Which terms are"
    where = ""
    if result.problem is None:
        parts = result.method.colors[0].name != "f" and not result.method.colors[0].block
        one = ", if each part of f is one" if parts else ", if f is one"
        where = " for every loss" if result.notation == "grad" else one
    elif isinstance(result.method, Scheduled):
        where = " in θ, at each time"
    if len(set(answers)) == 1:
        return f"{what} gradients{where}: {'all' if answers[0] else 'none'}"
    shown = [f"{gamma_power(k)} {'yes' if yes else 'no'}" for k, yes in enumerate(answers)]
    return f"{what} gradients{where}: {', '.join(shown)}"


def _modified_loss(result: ModifiedEquation, order: int, width: int, full: bool) -> str:
    loss = result.truncate(order).modified_loss()
    name = _NAMES[result.kind]
    lines = indented(_loss_lines(loss, width - 4, full), 4)
    integrals = [
        paragraph(
            f"where L{k} is a line integral of minus the term of {gamma_power(k)}, for which no "
            "expression was found",
            width,
        )
        for k, part in enumerate(loss.terms)
        if part is None
    ]
    return "\n".join([paragraph(f"{name}, to order {order}:", width), lines, *integrals])


def _loss_lines(loss: ModifiedLoss, width: int, full: bool) -> str:
    if loss.problem is not None and None not in loss.terms:
        return system(loss.concrete, [""], remainder(loss.order), width, full)
    if loss.problem is None and len(str(loss)) <= width:
        return str(loss)
    terms = [_loss_term(loss, k) for k in range(loss.order + 1)]
    return equation("", terms, remainder(loss.order), width)


def _beyond(result: ModifiedEquation, first: int, width: int) -> Iterator[str]:
    """Say that there is no modified loss from the order `first` on, and split what is there."""
    last = result.order if result.problem is None else first
    above = " or above" if result.order > first else ""
    yield paragraph(_statement(result, first, above), width)
    if not is_split_on_trees(result):
        return
    split = result.truncate(last).gradient_part()
    powers = range(first, last + 1)
    of = f"term of {gamma_power(first)}" if first == last else f"terms from {gamma_power(first)} on"
    parts = equation("", [_loss_term(split.loss, k) for k in powers], "", width - 4)
    rest = _left_over(result, [(k, split.remainder[k]) for k in powers], width - 4)
    heading = paragraph(f"Gradient part of the {of}: minus the gradient of", width)
    yield f"{heading}\n{indented(parts, 4)}"
    yield f"What is left over:\n{indented(rest, 4)}"


def _of_the_step(result: ModifiedEquation, width: int, full: bool) -> Iterator[str]:
    """Say on which loss plain descent takes the steps whose flow has no modified loss."""
    if result.kind != "modified":
        return
    exists = 0  # of both the first term is the same
    if result.asks_of_the_step:
        step = result.step_equation()
        exists = (*step.is_gradient, False).index(False)
    if exists > result.order:
        yield _modified_loss(step, result.order, width, full)
    else:
        yield paragraph(
            "Nor does plain descent with the same step size take these steps on a loss of its own: "
            f"of (θ₁ − θ)/γ{_ON_MANIFOLD[result.character.has_memory]} the term of "
            f"{gamma_power(exists)} is not a gradient.",
            width,
        )


def _statement(result: ModifiedEquation, first: int, above: str) -> str:
    if result.kind == "step":
        which = "every loss L" if result.problem is None else result.problem.name
        return (
            f"There is no loss on which plain descent takes these steps for {which} at order "
            f"{first}{above}: the term of {gamma_power(first)} is not a gradient."
        )
    if result.problem is None:
        return (
            f"No modified loss exists for every loss L at order {first}{above}: in two or more "
            f"dimensions the term of {gamma_power(first)} is not a gradient."
        )
    return (
        f"No modified loss exists on {result.problem.name} at order {first}{above}: the term of "
        f"{gamma_power(first)} is not a gradient, its curl is not zero."
    )


def _loss_term(loss: ModifiedLoss, power: int) -> str:
    if loss.problem is None:
        assert loss.contractions is not None
        part = loss.contractions[power]
        return term(power, [(c, contraction_text(t)) for t, c in part.items() if c != 0])
    element = loss.terms[power]
    if element is None:
        return term(power, [(fmpq(1), f"L{power}")])
    return loss.concrete.rows()[0][power]


def _left_over(result: ModifiedEquation, parts: Sequence[tuple[int, Any]], width: int) -> str:
    if result.problem is None:
        pairs = [(k, tree_terms(part, k, result.notation)[k]) for k, part in parts]
        return equation("", [term(k, pair) for k, pair in pairs], "", width)
    before = [None] * parts[0][0]
    rows = [[*before, *column] for column in zip(*(part for _, part in parts), strict=True)]
    names = [greek(name) for name in result.variables]
    return system(Concrete(rows), names, "", width)
