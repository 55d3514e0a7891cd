"""What a problem is: texts, which become a loss or a vector field when someone asks for it.

A problem's function (see `bea.problems.registry`) returns a `Problem`. Parameters stand in its
texts by name; `build` puts their exact values in, or leaves them symbolic. Losses and fields that
are given as text by a user are the concern of `bea.problems.texts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from bea.algebra.language.building import add, multiply
from bea.algebra.language.expressions import Expression, Symbol, free_symbols, to_text
from bea.algebra.language.grammar import declared_names, parse, parse_components
from bea.algebra.ring.exact import as_float, exact
from bea.errors import BeaError, DomainError, ExpressionError
from bea.fields.about import About
from bea.fields.hamiltonian import Hamiltonian
from bea.fields.sources import substitute
from bea.fields.vector_field import Loss, VectorField

Texts = tuple[str, ...]
Put = Callable[[str], str]

# Between numbers of a list that has no commas.
_BLANK = re.compile(r"(?<=[\w.)])\s+(?=[+-]?[\w.(])")


@dataclass(frozen=True)
class Problem:
    """A problem in texts of bea's grammar.

    Attributes
    ----------
    formula
        The loss, or the components of the field separated by commas.
    variables
        Their names, in order.
    source
        Where it is from: book or paper, with section, equation or page.
    window
        Plotting window, (low, high) for each variable.
    start
        A start that shows what the problem is about, one text per variable.
    time
        A time over which one sees something happen.
    minima, least
        The points where a loss is least, and its value there. Texts are exact; one with a decimal
        point is rounded, for a root that has no expression in the grammar.
    critical
        Other points where the field is 0: saddles, maxima, minima that are not least.
    invariants
        Conserved quantities of the flow (for a loss, of the gradient flow); a field that is
        J grad H of one of them is a `Hamiltonian`.
    positive
        Expressions in the parameters that must be positive, or the rest is not true.
    note
        What to look out for.
    """

    formula: str
    variables: str
    source: str
    window: tuple[tuple[float, float], ...]
    start: Texts
    time: float
    minima: tuple[Texts, ...] = ()
    least: str = ""
    critical: tuple[Texts, ...] = ()
    invariants: Texts = ()
    positive: Texts = ()
    note: str = ""

    def texts(self) -> list[str]:
        """Return all the texts in which a parameter may stand."""
        points = [*self.minima, *self.critical, self.start, self.invariants, self.positive]
        return [self.formula, *filter(None, [self.least]), *(t for point in points for t in point)]

    def heading(self, kind: str) -> list[str]:
        """Return the formula with what it is, as lines."""
        names = self.variables.replace(" ", ", ")
        if kind == "loss":
            return [f"L({names}) = {self.formula}"]
        parts = map(to_text, parse_components(self.formula))
        return [f"{n}' = {c}" for n, c in zip(self.variables.split(), parts, strict=True)]

    def make(
        self, kind: str, parts: Sequence[Expression], symbols: Sequence[str], about: About, put: Put
    ) -> Loss | VectorField:
        """Return the loss or field of the formula's parts, in which `put` has put the values."""
        if kind == "loss":
            return Loss.read(parts, self.variables, symbols, about)
        field = VectorField.read(parts, self.variables, symbols, about)
        return Hamiltonian.of(field) or field


def build(
    problem: Problem,
    about: About,
    kind: str,
    values: Mapping[str, Any],
    defaults: Mapping[str, Any],
) -> Loss | VectorField:
    """Return the loss or field of a problem.

    Parameters
    ----------
    problem
        The texts.
    about
        What is known already: name, title and parameters.
    kind
        "loss" or "field".
    values
        Those of the parameters that stand in the texts; None leaves one symbolic.
    defaults
        What stands for a symbolic parameter where a float is needed, in the start.

    Raises
    ------
    ExpressionError
        If a value is not exact, cannot be read, or is in conflict with another name.
    DomainError
        If the problem does not exist, or is not what it says, at these values.
    """
    known = _exact_values(values)
    variables = declared_names(problem.variables)
    _check_symbols(known, variables)
    _check_positive(problem, about.name, known)
    parts = [substitute(e, known) for e in parse_components(problem.formula)]
    symbols = sorted(frozenset().union(*map(free_symbols, parts)) - set(variables))
    about = replace(
        about,
        formula=_put(problem.formula, known),
        source=problem.source,
        window=tuple((float(low), float(high)) for low, high in problem.window),
        start=_start(problem, about.name, known, defaults),
        minima=_points(problem.minima, known),
        least=_put(problem.least, known) if problem.least else "",
        critical=_points(problem.critical, known),
        invariants=tuple(_put(text, known) for text in problem.invariants),
        time=problem.time,
        note=problem.note,
    )
    return problem.make(kind, parts, symbols, about, lambda text: _put(text, known))


def entries(value: Any, what: str) -> list[str]:
    """Return the entries of a list that is given as text or sequence, as exact texts.

    Raises
    ------
    ExpressionError
        If an entry is not exact or cannot be read.

    Examples
    --------
    >>> entries("1, 10", "eigenvalues"), entries([1, "2*k"], "eigenvalues")
    (['1', '10'], ['1', '2*k'])
    """
    if isinstance(value, list | tuple) and value:
        return [to_text(exact(part, what)) for part in value]
    if not isinstance(value, str):
        raise ExpressionError(f"{what} cannot be read: give a list such as '1, 10'")
    try:
        plain = value.strip("[ ]")
        listed = plain if "," in plain else _BLANK.sub(",", plain)
        return [to_text(part) for part in parse_components(listed)]
    except ExpressionError as error:
        raise ExpressionError(f"{what} cannot be read: {error}") from None


def coordinates(count: int, texts: Iterable[str]) -> list[str]:
    """Return names for some variables, none of which may stand in these texts of the user's.

    Raises
    ------
    ExpressionError
        If one does.

    Examples
    --------
    >>> coordinates(2, ["1", "k"]), coordinates(4, [])
    (['x', 'y'], ['x1', 'x2', 'x3', 'x4'])
    """
    names = list("xyz"[:count]) if count <= 3 else [f"x{i + 1}" for i in range(count)]
    taken = sorted(frozenset().union(*(free_symbols(parse(t)) for t in texts)) & set(names))
    if taken:
        raise ExpressionError(
            f"'{taken[0]}' is given as a number and is a variable of the problem: use another name"
        )
    return names


def combination(coefficients: Sequence[str], names: Sequence[str]) -> str:
    """Return the sum of coefficient times name as text.

    >>> combination(["-1", "0", "2*k"], ["x", "y", "z"])
    '-x + 2*k*z'
    """
    pairs = zip(coefficients, names, strict=True)
    return to_text(add(*(multiply(parse(c), Symbol(n)) for c, n in pairs)))


# --- private helpers ----------------------------------------------------------------------------


def _exact_values(values: Mapping[str, Any]) -> dict[str, Expression]:
    return {
        name: Symbol(name) if value is None else exact(value, f"parameter '{name}'")
        for name, value in values.items()
    }


def _check_symbols(known: Mapping[str, Expression], variables: Texts) -> None:
    """Refuse values whose symbols already mean something else in this problem."""
    fixed = {name for name, value in known.items() if value != Symbol(name)}
    for name, value in known.items():
        for symbol in sorted(free_symbols(value)):
            if symbol in variables or (symbol in fixed and symbol != name):
                taken = "a variable" if symbol in variables else "another parameter"
                raise ExpressionError(
                    f"parameter '{name}' is given as '{to_text(value)}', where '{symbol}' is "
                    f"{taken} of the problem: use another name"
                )
            if symbol in fixed:
                raise ExpressionError(
                    f"parameter '{name}' is given in terms of itself, as '{to_text(value)}': give "
                    "a number, another name, or leave it symbolic"
                )


def _check_positive(problem: Problem, name: str, known: Mapping[str, Expression]) -> None:
    for text in problem.positive:
        value = substitute(parse(text), known)
        if free_symbols(value) or as_float(value) > 0:
            continue
        found = "" if to_text(value) == text else f", and it is {to_text(value)}"
        raise DomainError(
            f"problem '{name}' needs {text} > 0{found}: give another value, or write the formula "
            "that you mean as text"
        )


def _put(text: str, known: Mapping[str, Expression]) -> str:
    """Put the values in a text; one that holds none of them stays as it was written."""
    parts = parse_components(text)
    if not any(free_symbols(part) & set(known) for part in parts):
        return text
    return ", ".join(to_text(substitute(part, known)) for part in parts)


def _points(points: Iterable[Texts], known: Mapping[str, Expression]) -> tuple[Texts, ...]:
    """Put the values in points; points that are not real then are left out."""
    found = []
    for point in points:
        try:
            found.append(tuple(_put(text, known) for text in point))
        except ExpressionError:  # such as the root of a negative number
            continue
    return tuple(found)


def _start(
    problem: Problem, name: str, known: Mapping[str, Expression], defaults: Mapping[str, Any]
) -> tuple[float, ...]:
    """Return the start in floats, with defaults for what is symbolic."""
    numbers = {n: v for n, v in known.items() if not free_symbols(v)}
    numbers |= {n: exact(v) for n, v in defaults.items() if n in known and n not in numbers}
    try:
        start = tuple(as_float(substitute(parse(text), numbers)) for text in problem.start)
    except BeaError as error:
        raise DomainError(f"problem '{name}' has no start at these parameters: {error}") from None
    if not all(map(isfinite, start)):
        raise DomainError(
            f"the start of problem '{name}', ({', '.join(problem.start)}), is not a real point "
            "at these parameters: give other values"
        )
    return start
