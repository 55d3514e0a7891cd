"""Methods, tableaux, schedules and problems in LaTeX: what a notebook shows of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import singledispatch
from typing import Any

from bea.algebra import Element
from bea.algebra.language.expressions import Expression, free_symbols
from bea.algebra.language.grammar import parse, parse_components
from bea.algebra.language.letters import LATEX_LETTERS
from bea.algebra.language.mathematics import as_latex
from bea.algebra.ring.conversions import to_expression
from bea.errors import BeaError
from bea.fields import Loss, VectorField
from bea.methods import Method, Schedule, Scheduled
from bea.methods.library.runge_kutta import TableauMethod
from bea.methods.library.tableau import Tableau
from bea.methods.rules.rule import UpdateRule
from bea.methods.rules.text import Application, Statement
from bea.modified.writing.lengths import LATEX_LONGEST, written_length
from bea.problems import FiniteSum, Game
from bea.reports.formulas.signs import formula_latex

# A schedule of more pieces is cut: its plot says more.
_PIECES = 8

# What parameters are called in the formulas of the methods.
_LETTERS = {"weight_decay": "lambda", "ratio": "r", "steps": "k"}


@singledispatch
def latex(thing: Any) -> str | None:
    r"""Return a method, tableau, schedule or problem in LaTeX; None if it has no formula.

    >>> import bea
    >>> print(latex(bea.methods.heavy_ball()))
    v_{+} = \beta v - \nabla L(\theta),\quad \theta_{+} = \theta + \gamma v_{+},\quad ...
    >>> print(latex(bea.problems.rosenbrock()))
    L(x, y) = \left(1 - x\right)^{2} + 100 \left(y - x^{2}\right)^{2}
    """
    return None


@latex.register
def _(tableau: Tableau) -> str:
    lines = [" & ".join(line) for line in tableau.shown(expression_latex)]
    body = r" \\ ".join(lines[:-1]) + rf" \\ \hline \rule{{0pt}}{{2.6ex}} {lines[-1]}"
    return rf"\begin{{array}}{{c|{'c' * tableau.stages}}} {body} \end{{array}}"


@latex.register
def _(method: Method) -> str | None:
    return _joined([formula_latex(method.formula), *_values(method.parameters)])


@latex.register
def _(method: TableauMethod) -> str:
    return latex(method.tableau) or ""


@latex.register
def _(method: UpdateRule) -> str | None:
    start = [rf"{_statement(s)}\ \text{{(at the start)}}" for s in method.rule.start]
    given = {name: value for name, value in method.parameters.items() if name != "update"}
    return _joined([*start, *map(_statement, method.rule.step), *_values(given)])


@latex.register
def _(method: Scheduled) -> str | None:
    inner = latex(method.method)
    schedule = None if method.schedule is None else latex(method.schedule)
    return _joined(filter(None, [inner, r"\gamma \to \gamma\,s(t)", schedule]))


@latex.register
def _(schedule: Schedule) -> str:
    pieces = [expression_latex(piece) for piece in schedule.pieces]
    if len(pieces) == 1:
        return f"s(t) = {pieces[0]}"
    rows = [rf"{p} & t < {b}" for p, b in zip(pieces, schedule.breaks, strict=False)]
    rest = r"\dots" if len(pieces) > _PIECES else pieces[-1]
    rows = [*rows[:_PIECES], rf"{rest} & \text{{then}}"]
    return r"s(t) = \begin{cases} " + _lines(rows) + r" \end{cases}"


@latex.register
def _(field: VectorField) -> str | None:
    lines = [
        rf"\dot{{{_name(n)}}} &= {_left_out(c)}"
        for n, c in zip(field.variables, field.components, strict=True)
    ]
    return _aligned(lines)


@latex.register
def _(loss: Loss) -> str | None:
    return f"L({_names(loss.variables)}) = {_as_given(loss) or _left_out(loss.value)}"


@latex.register
def _(total: FiniteSum) -> str | None:
    return f"L({_names(total.variables)}) = {_as_given(total) or _mean(total)}"


@latex.register
def _(game: Game) -> str:
    lines = [
        f"L_{{{k}}}({_names(game.variables)}) &= {_left_out(loss)}, & "
        rf"{_moved(names)} &= -{_rate(rate)}\nabla_{{{_names(names)}}} L_{{{k}}}"
        for k, (loss, names, rate) in enumerate(
            zip(game.losses, game.blocks, game.rates, strict=True), start=1
        )
    ]
    return _aligned(lines)


def expression_latex(expression: Expression, names: Mapping[str, str] | None = None) -> str:
    """Return an expression in LaTeX; `names` says how some of its symbols are written."""
    own = names or {}
    shown = {name: own.get(name) or _name(name) for name in free_symbols(expression)}
    return as_latex(expression, shown)


# --- private helpers: parts ---------------------------------------------------------------------


def _as_given(loss: Loss) -> str:
    """Return the formula as it was written, if it holds nothing but the loss's own names."""
    try:
        found = parse(loss.about.formula)
    except BeaError:  # there is none, or a list
        return ""
    return (
        expression_latex(found)
        if free_symbols(found) <= {*loss.variables, *loss.parameters}
        else ""
    )


def _mean(total: FiniteSum) -> str:
    """Return the mean of the losses that were given, or of the model over its data."""
    try:
        parts = [expression_latex(part) for part in parse_components(total.about.formula)]
    except BeaError:
        parts = []
    if len(parts) == total.size:
        return rf"\frac{{1}}{{{total.size}}} \left({' + '.join(parts)}\right)"
    one = rf"\left[{parts[0]}\right]_{{i}}" if len(parts) == 1 else "L_{i}"
    return rf"\frac{{1}}{{{total.size}}} \sum_{{i=1}}^{{{total.size}}} {one}"


def _left_out(element: Element) -> str:
    shown = to_expression(element)
    return r"\cdots" if written_length(shown) > LATEX_LONGEST else expression_latex(shown)


def _name(name: str) -> str:
    """Return a name in LaTeX; one of several letters stands upright."""
    shown, letters = LATEX_LETTERS.name(name), name.rstrip("0123456789_")
    if len(letters) == 1 or shown.startswith("\\"):
        return shown
    upright = name.replace("_", r"\_")
    return rf"\mathrm{{{upright}}}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(_name, names))


def _moved(names: Sequence[str]) -> str:
    return (
        rf"\dot{{{_name(names[0])}}}" if len(names) == 1 else rf"\frac{{d}}{{dt}}({_names(names)})"
    )


def _rate(rate: Element) -> str:
    return "" if rate.as_rational() == 1 else f"{expression_latex(to_expression(rate))}\\,"


def _lines(lines: Iterable[str]) -> str:
    return r" \\ ".join(lines)


def _aligned(lines: Iterable[str]) -> str:
    return r"\begin{aligned} " + _lines(lines) + r" \end{aligned}"


def _joined(parts: Iterable[str]) -> str | None:
    return r",\quad ".join(filter(None, parts)) or None


def _values(parameters: Mapping[str, str]) -> Iterator[str]:
    """Yield what the hyperparameters are; a symbol that is its own value says nothing."""
    for name, value in parameters.items():
        if value != name:
            yield rf"{_name(_LETTERS.get(name, name))} = {_value(value)}"


def _value(text: str) -> str:
    small = re.fullmatch(r"1/10{3,}", text)
    if small:
        return f"10^{{-{text.count('0')}}}"
    try:
        return ", ".join(map(expression_latex, parse_components(text)))
    except BeaError:  # a choice in words
        return rf"\text{{{text}}}"


def _statement(statement: Statement) -> str:
    names = {"grad": r"\nabla L", "f": "f", "gamma": r"\gamma"}
    for placeholder, application in statement.applications.items():
        names[placeholder] = _applied(application, names)
    return rf"{_name(statement.name)} \leftarrow {expression_latex(statement.value, names)}"


def _applied(application: Application, names: Mapping[str, str]) -> str:
    inside = [expression_latex(argument, names) for argument in application.arguments]
    match application.function:
        case "norm":
            return rf"\left\|{inside[0]}\right\|"
        case "hess":
            point = rf"({inside[0]})" if len(inside) > 1 else ""
            return rf"\nabla^{{2}} L{point}\left[{inside[-1]}\right]"
        case "grad":
            return rf"\nabla L\left({inside[0]}\right)"
    return rf"f\left({inside[0]}\right)"
