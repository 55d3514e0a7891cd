"""Derivations for random steps on a page: generators, stochastic equations, epochs.

Everything is exact; machines read the same from `as_json`.
"""

from __future__ import annotations

from bea.algebra.language.building import divide, number
from bea.algebra.language.expressions import to_text
from bea.algebra.language.letters import greek
from bea.modified import (
    EpochEquation,
    ModifiedGenerator,
    StochasticEquation,
    UniversalStochasticEquation,
)
from bea.modified.epochs.equation import is_descent
from bea.reports.gradients import gradient_sections
from bea.reports.mathematics import (
    equation,
    gamma_power,
    indented,
    paragraph,
    remainder,
    system,
    term,
)

Derived = ModifiedGenerator | StochasticEquation | UniversalStochasticEquation | EpochEquation


def random_text(result: Derived, width: int = 80) -> str:
    """Return what `bea sgd derive` prints.

    Examples
    --------
    >>> import bea
    >>> pair = bea.problems.finite_sum("(x - 1)**2/2, (x + 1)**2/2")
    >>> print(random_text(bea.modified_generator(bea.methods.gradient_descent(), pair)))
    Modified generator of gradient-descent on (x - 1)**2/2, (x + 1)**2/2, batches of
    1 without replacement, to order 1: E φ(θₙ) = exp(nγL̃) φ
    <BLANKLINE>
        L̃ = −x ∂x + γ(−x/2 ∂x + 1/2 ∂x²) + O(γ²)
    <BLANKLINE>
    It is the generator of a diffusion.
    """
    if isinstance(result, ModifiedGenerator):
        sections = _generator(result, width)
    elif isinstance(result, EpochEquation):
        sections = _epoch(result, width)
    elif isinstance(result, StochasticEquation):
        sections = _stochastic(result, width)
    else:
        sections = _universal(result, width)
    return "\n\n".join(sections)


# --- private helpers ----------------------------------------------------------------------------


def _generator(result: ModifiedGenerator, width: int) -> list[str]:
    title = (
        f"Modified generator of {result.method} on {result.problem.name}, {result.batches}, to "
        f"order {result.order}: E φ(θₙ) = exp(nγL̃) φ"
    )
    terms = []
    for k, part in enumerate(result.terms):
        if part.coefficients:
            terms.append(f"{gamma_power(k) if k > 1 else 'γ'}({part!r})" if k else repr(part))
    lines = indented(equation("L̃", terms, remainder(result.order), width - 4), 4)
    return [paragraph(title, width), lines, paragraph(_diffusion(result), width)]


def _diffusion(result: ModifiedGenerator) -> str:
    if result.is_diffusion():
        return "It is the generator of a diffusion."
    first = next(k for k, degree in enumerate(result.degrees) if degree > 2)
    power = gamma_power(first) if first > 1 else "γ"
    return (
        f"From {power} on it is the generator of no diffusion: there are derivatives up to the "
        f"order {result.degrees[first]}, so that no stochastic equation has a weak order above "
        f"{first}."
    )


def _stochastic(result: StochasticEquation, width: int) -> list[str]:
    drawn = "" if result.batches is None else f", {result.batches}"
    title = (
        f"Stochastic modified equation of {result.method} on {result.problem.name}{drawn}, of weak "
        f"order {result.attained}: dX = b dt + √γ S dW"
    )
    shown = [greek(name) for name in result.variables]
    lefts = [f"b[{name}]" for name in shown]
    lefts += [f"SSᵀ[{shown[i]},{shown[j]}]" for i, j in result.pairs]
    lines = system(result.concrete, lefts, "", width - 4)
    sections = [paragraph(title, width), indented(lines, 4)]
    if result.attained < result.weak_order:
        sections.append(
            paragraph(
                f"Weak order {result.weak_order} was asked for: no diffusion has the third "
                "derivatives of the modified generator.",
                width,
            )
        )
    return sections


def _universal(result: UniversalStochasticEquation, width: int) -> list[str]:
    title = (
        f"Stochastic modified equation of {result.method}, of weak order {result.weak_order}, for "
        "every loss L and every covariance Σ of its gradients: dθ = b dt + √γ S dW"
    )
    lines = [
        equation(left, [term(k, pairs) for k, pairs in enumerate(terms)], "", width - 4)
        for left, terms in (("b", result.drift_terms()), ("SSᵀ", result.covariance_terms()))
    ]
    sections = [paragraph(title, width), indented("\n".join(lines), 4)]
    if result.left_out:
        sections.append(paragraph(f"It is {result.left_out}.", width))
    if result.weight_decay is not None:
        half = to_text(divide(result.weight_decay, number(2)))
        sections.append(f"Here L stands for L + {half} ‖θ‖².")
    return sections


def _epoch(result: EpochEquation, width: int) -> list[str]:
    of = {
        "nothing": "in this order",
        "orders": "averaged over the orders of the batches",
        "splits": "averaged over all splits into batches and their orders",
    }
    title = (
        f"Modified equation of epochs of {result.method} on {_name(result)}, {result.steps} "
        f"steps with batches of {result.epoch.batch_size}, {of[result.epoch.average]}, to order "
        f"{result.order}"
    )
    lines = []
    if is_descent(result.method) and result.order:
        lines += [
            "  for all losses, to order 1:",
            indented(f"dθ/dt = {result.universal_text()}", 4),
        ]
    lines.append("  here:")
    lefts = [f"d{greek(name)}/dt" for name in result.variables]
    lines.append(indented(system(result.concrete, lefts, remainder(result.order), width - 4), 4))
    return [paragraph(title, width), "\n".join(lines), *gradient_sections(result, width)]


def _name(result: EpochEquation) -> str:
    return "the losses" if result.problem is None else result.problem.name
