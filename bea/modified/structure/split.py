"""The loss behind a modified equation, and what no loss accounts for.

The criteria and potentials are in `bea.modified.structure.gradient`; here they are put together for
a whole equation, on trees or on a concrete loss. The loss itself is
`bea.modified.structure.loss.ModifiedLoss`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from bea.algebra import Element
from bea.errors import BeaError, MethodError, NoModifiedLossError
from bea.fields import Loss
from bea.methods import Scheduled
from bea.modified.structure import gradient
from bea.modified.structure.loss import ModifiedLoss, of_loss
from bea.modified.terms import Terms
from bea.trees import WITH_THETA


class GradientSplit(NamedTuple):
    """A modified equation as -grad of a loss plus a non-conservative remainder.

    `remainder` holds, per power of gamma, the components on a concrete loss (a tuple of elements),
    or else a dict from trees to the part of b(tau) that no loss accounts for.
    """

    loss: ModifiedLoss
    remainder: tuple[Any, ...]


def modified_loss(equation: Terms) -> ModifiedLoss:
    """Return the loss whose gradient flow the equation is; see `ModifiedEquation.modified_loss`."""
    _require_loss(equation)
    wrong = [k for k, is_one in enumerate(equation.is_gradient) if not is_one]
    if wrong:
        on = "for a general loss" if equation.problem is None else f"on {equation.problem.name}"
        raise NoModifiedLossError(
            f"no modified loss exists {on} at order {wrong[0]}: the term of γ^{wrong[0]} is "
            "not a gradient; truncate the equation before it, or use gradient_part()"
        )
    if equation.problem is None:
        return ModifiedLoss(equation.order, _contractions(equation))
    terms = [_potential(equation, k) for k in range(equation.order + 1)]
    return ModifiedLoss(equation.order, None, equation.problem, terms, equation.components)


def gradient_part(equation: Terms) -> GradientSplit:
    """Return the equation as a gradient and a remainder; see `ModifiedEquation.gradient_part`."""
    _require_loss(equation)
    if equation.problem is None:
        rest = [gradient.remainder_on_trees(equation.coefficients, k + 1)
                for k in range(equation.order + 1)]  # fmt: skip
        return GradientSplit(ModifiedLoss(equation.order, _contractions(equation)), tuple(rest))
    terms: list[Element | None] = []
    remainder = []
    for k, term in enumerate(equation.components):
        if equation.is_gradient[k]:
            terms.append(_potential(equation, k))
            remainder.append(tuple(c * 0 for c in term))
        else:
            part = _mean_potential(equation, k)
            terms.append(part)
            slopes = part.gradient()
            remainder.append(tuple(c + s for c, s in zip(term, slopes, strict=True)))
    split = ModifiedLoss(equation.order, None, equation.problem, terms, equation.components)
    return GradientSplit(split, tuple(remainder))


def step_record(step: Terms) -> dict[str, Any]:
    """Return the machine-readable answer for a step: is each term a gradient, and of what."""
    answers = step.is_gradient
    first = (*answers, False).index(False)
    record: dict[str, Any] = {"gradient": list(answers)}
    if first and step.notation == "grad":
        record["loss"] = modified_loss(step.truncate(first - 1)).as_json()
    return record


def is_split_on_trees(equation: Terms) -> bool:
    """Tell whether trees give the gradient parts: they are few, and f is one loss's as a whole.

    The parts of f that move one player of a game each have no loss of their own on one loss.
    """
    return equation.has_few_trees and set(equation.method.colors) <= set(WITH_THETA)


# --- private helpers ----------------------------------------------------------------------------


def _contractions(equation: Terms) -> list[dict[Any, Any]]:
    orders = range(equation.order + 1)
    return [gradient.potential_on_trees(equation.coefficients, k + 1) for k in orders]


def _potential(equation: Terms, k: int) -> Element | None:
    """Return L_k with f_k = -grad L_k on the concrete loss, or None if the ring has none."""
    loss = equation.problem
    assert isinstance(loss, Loss)
    known = equation.known_potential(k)
    if known is not None:
        return known
    # On trees the constants are right: L + gamma/4 |grad L|^2, and not that up to a number.
    lower = equation.truncate(k)
    if is_split_on_trees(lower) and gradient.is_gradient_on_trees(lower.coefficients, k + 1):
        return _on_loss(lower)
    return gradient.potential_by_homotopy(loss, tuple(-c for c in equation.components[k]))


def _mean_potential(equation: Terms, k: int) -> Element:
    """Return the loss of the gradient part of f_k, which is no gradient as a whole."""
    known = equation.known_potential(k)
    if known is not None:
        return known
    if not set(equation.method.colors) <= set(WITH_THETA):
        raise MethodError(
            f"the term of γ^{k} is no gradient, and of {equation.subject}, whose players move "
            "apart, no gradient part is known: truncate the equation before it"
        )
    try:
        return _on_loss(equation.truncate(k))
    except MethodError:
        if k == 0:
            raise MethodError(
                f"what {equation.method} follows as gamma tends to 0 is no gradient on this loss: "
                "it has no modified loss"
            ) from None
        raise MethodError(
            f"the term of γ^{k} is no gradient, and can be split only on trees, on which "
            f"{equation.subject} cannot be expressed: truncate the equation before it"
        ) from None


def _on_loss(equation: Terms) -> Element:
    """Return the highest term of the modified loss, by trees, as an element."""
    assert isinstance(equation.problem, Loss)
    return of_loss(
        equation.problem, gradient.potential_on_trees(equation.coefficients, equation.order + 1)
    )


def _require_loss(equation: Terms) -> None:
    if isinstance(equation.method, Scheduled) and equation.problem is not None:
        raise BeaError(
            "with a schedule the modified loss changes with the time, and is known for every loss "
            "at once: derive it without a problem"
        )
    if equation.notation != "grad":
        raise BeaError(
            "a modified loss belongs to the equation of a loss: derive it for a loss, or for "
            "gradient-descent"
        )
