"""How a modified equation is shown: as text, in LaTeX, and as the machine-readable record."""

from __future__ import annotations

from typing import Any

from bea.algebra.language.expressions import free_symbols, to_text
from bea.algebra.language.letters import greek
from bea.algebra.ring.conversions import to_expression
from bea.modified.terms import Terms
from bea.modified.writing.concrete import Concrete, Place
from bea.modified.writing.lengths import LONGEST, written_length
from bea.modified.writing.parts import Parts
from bea.modified.writing.script import (
    LATEX,
    TEXT,
    Script,
    joined,
    series,
    tree_records,
    tree_terms,
)


def as_text(equation: Terms, room: int | None) -> str:
    """Return the equation as text: a line, or on a concrete problem one for each component.

    Terms for which there is no `room`, in characters, are left out.
    """
    if equation.problem is None:
        return universal_text(equation)
    concrete, out = _shown(equation, room)
    lines = [
        f"{_left(equation, greek(name), latex=False)} = {joined(row, TEXT, _end(equation, TEXT))}"
        for name, row in zip(equation.variables, concrete.rows(left_out=out), strict=True)
    ]
    where = ", ".join(f"{name} = {text}" for name, text in concrete.where_texts(out))
    return "\n".join([*lines, f"where {where}"] if where else lines)


def universal_text(equation: Terms) -> str:
    """Return the equation for every field at once, as text."""
    return series(tree_terms(equation.coefficients, equation.order, equation.notation), TEXT)


def universal_latex(equation: Terms) -> str:
    """Return the equation for every field at once in LaTeX."""
    notation = f"{equation.notation}-latex"
    return series(tree_terms(equation.coefficients, equation.order, notation), LATEX)


def as_latex(equation: Terms, room: int | None) -> str:
    """Return the equation in LaTeX; a concrete one as an aligned system; see `as_text`."""
    if equation.problem is None:
        return universal_latex(equation)
    concrete, out = _shown(equation, room)
    rows = zip(equation.variables, concrete.rows(True, out), strict=True)
    lines = [
        rf"{_left(equation, LATEX.letters.name(name), latex=True)} &= "
        + joined(row, LATEX, _end(equation, LATEX))
        for name, row in rows
    ]
    lines += where_in_latex(concrete, out)
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def where_in_latex(concrete: Concrete, out: frozenset[Place] = frozenset()) -> list[str]:
    """Return the lines of an aligned system that say what the named parts are."""
    parts = [f"{name} &= {text}" for name, text in concrete.where_texts(out, latex=True)]
    return [rf"\text{{where }} {parts[0]}", *parts[1:]] if parts else []


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
        **_terms_record(equation),
    }


# --- private helpers ----------------------------------------------------------------------------


def _left(equation: Terms, name: str, latex: bool) -> str:
    """Write the derivative by time, or what a step adds in units of gamma."""
    if equation.kind == "step":
        return rf"\Delta {name}/\gamma" if latex else f"Δ{name}/γ"
    return rf"\dot{{{name}}}" if latex else f"{name}'"


def _shown(equation: Terms, room: int | None) -> tuple[Concrete, frozenset[Place]]:
    if room is None:
        return equation.concrete.in_full(), frozenset()
    return equation.concrete, equation.concrete.long_terms(room)


def _end(equation: Terms, script: Script) -> str:
    return script.remainder(script.gamma(equation.order + 1))


def _terms_record(equation: Terms) -> dict[str, Any]:
    """Return the terms; long ones in parts that `where` names, each in those before it."""
    plain = [[to_expression(c) for c in term] for term in equation.components]
    if sum(written_length(e) for term in plain for e in term) <= LONGEST:
        return {"terms": [list(map(to_text, term)) for term in plain]}
    concrete, rows = equation.concrete.in_full(), range(len(equation.variables))
    if concrete.is_long:
        plain = [[concrete.expression(i, k) for i in rows] for k in range(equation.order + 1)]
    parts = Parts(set().union(*(free_symbols(e) for term in plain for e in term)))
    for name, expression in concrete.where() if concrete.is_long else []:
        parts.named.append((name, parts.cut(expression)))
    terms = [[to_text(parts.cut(e)) for e in term] for term in plain]
    where = [{"name": name, "expression": to_text(e)} for name, e in parts.named]
    return {"terms": terms, **({"where": where} if where else {})}
