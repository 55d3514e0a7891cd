"""How a modified equation is shown: as text, in LaTeX, and as the machine-readable record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import fmpq

from bea.algebra import Element
from bea.modified.terms import Terms
from bea.modified.writing.lengths import left_out, long_terms
from bea.modified.writing.script import (
    LATEX,
    TEXT,
    Script,
    component_pairs,
    latex_of,
    series,
    text_of,
    tree_records,
    tree_terms,
)


def as_text(equation: Terms, full: bool) -> str:
    """Return the equation as text: a line, or on a concrete problem one for each component."""
    if equation.problem is None:
        return universal_text(equation)
    return "\n".join(_component_lines(equation, TEXT, text_of, "{} = {}", full))


def universal_text(equation: Terms) -> str:
    """Return the equation for every field at once, as text."""
    return series(tree_terms(equation.coefficients, equation.order, equation.notation), TEXT)


def as_latex(equation: Terms, full: bool) -> str:
    """Return the equation in LaTeX; a concrete one as an aligned system."""
    if equation.problem is None:
        notation = f"{equation.notation}-latex"
        return series(tree_terms(equation.coefficients, equation.order, notation), LATEX)
    lines = _component_lines(equation, LATEX, latex_of, r"\dot{{{}}} &= {}", full)
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def as_record(equation: Terms) -> dict[str, Any]:
    """Return the machine-readable record; see `ModifiedEquation.as_json`."""
    head = {
        "method": equation.method.name,
        "parameters": equation.method.parameters,
        "order": equation.order,
        "kind": equation.kind,
    }
    if equation.problem is None:
        return {**head, "terms": tree_records(equation.coefficients)}
    return {
        **head,
        "problem": equation.problem.name,
        "variables": list(equation.variables),
        "terms": [[text_of(c) for c in term] for term in equation.components],
    }


# --- private helpers ----------------------------------------------------------------------------


def _component_lines(
    equation: Terms, script: Script, write: Callable[[Element], str], form: str, full: bool
) -> list[str]:
    assert equation.problem is not None
    lines, ring = [], equation.problem.ring
    long = frozenset() if full else long_terms(equation.components)
    for i, name in enumerate(equation.variables):
        column = [term[i] for term in equation.components]
        pairs = [
            component_pairs(c, k, write, script)
            if (k, i) not in long
            else [(fmpq(1), r"\left(\cdots\right)" if script is LATEX else left_out(c))]
            for k, c in enumerate(column)
        ]
        shown = latex_of(ring.variable(i)) if script is LATEX else f"{name}'"
        lines.append(form.format(shown, series(pairs, script)))
    return lines
