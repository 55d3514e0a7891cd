"""What was read: the method with its formula and numbers, the problem, and the letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from bea.algebra.language.letters import greek
from bea.methods import Method, Scheduled
from bea.reports.document.page import Node, formula, h, source, table
from bea.reports.formulas.notebook import latex


def rule_chapter(method: Method, problem: Any) -> Iterator[Element]:
    """Yield the elements of the chapter."""
    yield h("h2", "The rule, as it was read")
    yield from _method(method)
    if problem is not None:
        yield h("h3", "The problem")
        yield from _problem(problem)
    yield h("p", *_letters(method, problem), class_="dim")


# --- private helpers ----------------------------------------------------------------------------

_SHORT = 110  # characters of LaTeX that stand on one line


def _method(method: Method) -> Iterator[Element]:
    title = method.title if method.title != str(method) else ""
    yield h("p", h("b", str(method)), f": {title}" if title else None)
    written = latex(method)
    if written:
        yield formula(_stacked(written))
    inner = method.method if isinstance(method, Scheduled) else method
    typed = inner.parameters.get("update")
    if typed is not None:
        yield h("p", "It was typed as")
        yield source(str(typed), wrap=True)
    rows = [
        (greek(name), h("code", str(value)))
        for name, value in inner.parameters.items()
        if name != "update"
    ]
    if rows:
        yield table(("hyperparameter", "value"), rows)
    for name, meaning in method.legend.items():
        yield h("p", f"{greek(name)}: {meaning.removeprefix(f'{name} = ')}")


def _stacked(written: str) -> str:
    """Return formulas beside each other below each other, where a page is too narrow for them."""
    parts = written.split(r",\quad ")
    if len(written) <= _SHORT or len(parts) == 1:
        return written
    return r"\begin{aligned}&" + r" \\ &".join(parts) + r"\end{aligned}"


def _problem(problem: Any) -> Iterator[Element]:
    about = problem.about
    title = about.title.rstrip(".")
    yield h("p", h("b", problem.name), f": {title}" if title and title != problem.name else None)
    written = latex(problem)
    if written:
        yield formula(written)
    if about.formula and about.formula != problem.name:
        yield source(about.formula, wrap=True)
    if about.note:
        yield h("p", about.note[:1].upper() + about.note[1:] + ".")


def _letters(method: Method, problem: Any) -> Iterator[Node]:
    yield "θ: the variables"
    if problem is not None:
        yield f" ({', '.join(map(greek, problem.variables))})"
    yield "; γ: the step size, or learning rate; f: the field that the method is fed"
    gradient = method.gradient if problem is None else hasattr(problem, "value")
    yield ", −∇L on a loss L. " if gradient else ". "
    yield "f̃ = f₀ + γ f₁ + γ² f₂ + … is the field whose flow the iterates follow."
