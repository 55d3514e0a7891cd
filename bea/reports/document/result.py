"""What came out: the equation, its exact coefficients, its loss or why there is none, its range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from bea.errors import BeaError
from bea.files.texts import json_text
from bea.modified import ComponentwiseEquation
from bea.modified.schedule.slopes import ScheduledTree, slopes_text
from bea.modified.writing.concrete import Concrete
from bea.modified.writing.display import where_in_latex
from bea.modified.writing.lengths import LATEX_LONGEST
from bea.modified.writing.script import LATEX, coefficient, joined, series, tree_terms
from bea.reports.derivation import (
    componentwise_text,
    derivation_text,
    every,
    for_every_field,
    reach,
)
from bea.reports.document.page import Node, folded, formula, h, image, inline, source, table
from bea.reports.formulas.hamiltonians import hamiltonian_latex, hamiltonian_sections
from bea.reports.gradients import gradient_sections
from bea.trees import elementary_differential
from bea.trees.svg import svg

_WIDE = 10_000  # a paragraph is broken by the browser
_WIDTH = 96
_ROWS = 200  # of the table; the record has all


def equation_chapter(equation: Any, full: bool = False) -> Iterator[Element]:
    """Yield the equation: for every field as far as it is readable, here, as text and in LaTeX."""
    yield h("h2", "The modified equation")
    general = for_every_field(equation)
    if general is not None:
        yield h("p", f"For every {_whose(general)}:")
        yield formula(_in_lines(general))
    if equation.problem is not None:
        yield h("p", f"On {equation.problem.name}:")
        lefts = [rf"\dot{{{LATEX.letters.name(name)}}}" for name in equation.variables]
        yield formula(_system(equation.concrete, lefts, equation.order, full))
        if not full and equation.concrete.long_terms(LATEX_LONGEST):
            yield h("p", "Three dots stand for terms that fill a page: the record below has them.")
    yield folded("As text", source(_text(equation, full)))
    yield folded("In LaTeX", source(_latex(equation, general, full), wrap=True))


def coefficients_chapter(equation: Any) -> Iterator[Element]:
    """Yield the exact coefficients: over trees where there are any, and the whole record."""
    yield h("h2", "Exact coefficients")
    rows = list(_coefficients(equation))
    if rows:
        sign = ", f = −∇L" if equation.notation == "grad" else ""
        yield h("p", f"f̃ = Σ γ^(|τ|−1) b(τ)/σ(τ) F(τ){sign}:")
        heads = ["τ", "|τ|", "σ(τ)", "F(τ)", "b(τ)"]
        scheduled = len(rows[0]) > len(heads)
        yield table([*heads[:4], *["with"] * scheduled, heads[4]], rows[:_ROWS])
        if len(rows) > _ROWS:
            yield h("p", f"… and {len(rows) - _ROWS} trees more, in the record.")
    else:
        yield h("p", "There are none over trees; the record has the terms themselves.")
    yield folded(
        h(
            "span",
            "The record for machines, as ",
            h("code", "bea derive --format json"),
            " prints it",
        ),
        source(json_text(equation.as_json()), class_="wrap record"),
    )


def loss_chapter(equation: Any, full: bool = False) -> Iterator[Element]:
    """Yield the modified loss, or Hamiltonian, in formulas and words, or why there is none."""
    if isinstance(equation, ComponentwiseEquation):
        if equation.tendency:
            yield h("h2", "What it penalises")
            yield h("p", equation.tendency)
        return
    hamiltonian = hamiltonian_latex(equation)
    yield h("h2", "The modified Hamiltonian" if hamiltonian else "The modified loss")
    for line in hamiltonian:
        yield formula(line)
    loss = _loss(equation)
    if loss is not None:
        if loss.problem is not None and None not in loss.terms:
            yield formula(_system(loss.concrete, [r"\tilde L"], loss.order, full))
        else:
            yield formula(rf"\tilde L = {loss.latex()}")
    known = equation.problem is not None and equation.geometry.hamiltonian is not None
    words = hamiltonian_sections(equation, _WIDTH, full)
    if not known:
        words = [*gradient_sections(equation, _WIDTH, full), *words]
    for text in words:
        yield source(text)


def range_chapter(equation: Any) -> Iterator[Element]:
    """Yield up to which step sizes the equation means something, where the problem starts."""
    yield h("h2", "Range of validity")
    said = [] if isinstance(equation, ComponentwiseEquation) else list(_reach(equation))
    for text in said:
        yield h("p", text)
    if not said:
        yield h("p", "Up to which step size the equation means something hangs on the place and on "
                "numbers for all parameters: here a start or a number is missing.")  # fmt: skip
    for condition in equation.contracts:
        yield h("p", f"The memory contracts where {condition}: elsewhere runs leave the equation.")
    yield h("p", "The series is asymptotic: at each step size there is a best order, and terms "
            "beyond it make the flow worse.")  # fmt: skip


# --- private helpers ----------------------------------------------------------------------------

_SHORT = 150  # characters of LaTeX that stand on one line
_BESIDE = 5  # terms in elementary differentials that do


def _in_lines(general: Any) -> str:
    """Return the equation for every field, if it is long some terms of a power on each line."""
    left, whole = r"\dot{\theta}", general.latex()
    if len(whole) <= _SHORT or isinstance(general, ComponentwiseEquation):
        return f"{left} = {whole}"
    pairs = tree_terms(general.coefficients, general.order, f"{general.notation}-latex")
    terms = [
        series([[]] * k + [list(few)], LATEX, remainder=False)
        for k, part in enumerate(pairs)
        for few in _batched(part)
    ]
    return _aligned([_lines(left, terms, general.order)])


def _batched(pairs: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield as many terms at a time as stand on one line."""
    for place in range(0, len(pairs), _BESIDE):
        yield pairs[place : place + _BESIDE]


def _system(concrete: Concrete, lefts: Sequence[str], order: int, full: bool) -> str:
    """Return an aligned system, long rows a power of gamma on each line, and its named parts."""
    concrete = concrete.in_full() if full else concrete
    out = frozenset() if full else concrete.long_terms(LATEX_LONGEST)
    rows = zip(lefts, concrete.rows(True, out), strict=True)
    return _aligned([*(_lines(*row, order) for row in rows), *where_in_latex(concrete, out)])


def _lines(left: str, terms: Sequence[str], order: int) -> str:
    end = LATEX.remainder(LATEX.gamma(order + 1))
    if sum(map(len, terms)) <= _SHORT:
        return f"{left} &= {joined(terms, LATEX, end)}"
    first, *rest = [term for term in terms if term] or ["0"]
    signed = [f"- {t[1:]}" if t.startswith("-") else f"+ {t}" for t in rest]
    return r" \\ ".join([f"{left} &= {first}", *(rf"&\quad {t}" for t in [*signed, f"+ {end}"])])


def _aligned(lines: Sequence[str]) -> str:
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def _whose(general: Any) -> str:
    if not isinstance(general, ComponentwiseEquation):
        return every(general)
    given = f", with {', '.join(general.given)}" if general.given else ""
    return f"loss L, in components{given}"


def _text(equation: Any, full: bool) -> str:
    if isinstance(equation, ComponentwiseEquation):
        return componentwise_text(equation, _WIDTH)
    return derivation_text(equation, _WIDTH, full)


def _latex(equation: Any, general: Any, full: bool) -> str:
    lines = [] if general is None else [rf"\dot\theta = {general.latex()}"]
    if equation.problem is not None:
        lines += [equation.latex(full), *hamiltonian_latex(equation)]
    return "\n\n".join(lines)


def _coefficients(equation: Any) -> Iterator[list[Node]]:
    """Yield the rows of the table; nothing where the method cannot be expressed on trees."""
    try:
        found = equation.coefficients
    except (AttributeError, BeaError):
        return
    for term, value in found.items():
        tree, slopes = term if isinstance(term, ScheduledTree) else (term, None)
        row: list[Node] = [
            image(svg(tree), repr(tree), class_="tree"),
            str(tree.order),
            str(tree.symmetry),
            inline(elementary_differential(tree, "f-latex")),
        ]
        if slopes is not None:
            row.append(inline(slopes_text(slopes, latex=True)))
        yield [*row, inline(coefficient(value, LATEX))]


def _loss(equation: Any) -> Any:
    """Return the modified loss to the highest order to which there is one; None without any."""
    if equation.notation != "grad":
        return None
    exists = (*equation.is_gradient, False).index(False)
    try:
        return equation.truncate(exists - 1).modified_loss() if exists else None
    except BeaError:  # a line integral of which no expression was found
        return None


def _reach(equation: Any) -> Iterator[str]:
    try:
        yield from reach(equation, _WIDE)
    except BeaError as error:
        yield f"{error}."
