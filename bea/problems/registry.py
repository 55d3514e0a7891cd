"""The register of problems: names to the functions that write them, by importing this package.

Nothing is parsed before a problem is asked for, so that listing them is cheap.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from typing import Any, TypeVar

from bea.algebra.language.expressions import free_symbols, to_text
from bea.algebra.language.grammar import parse_components
from bea.algebra.language.letters import hyphened
from bea.algebra.language.makers import page, remarks
from bea.algebra.ring.exact import exact
from bea.errors import BeaError, ExpressionError, UnknownNameError, nearest
from bea.fields.about import About
from bea.fields.vector_field import Loss, VectorField
from bea.problems.names import ALIASES, no_problem
from bea.problems.problem import Problem, build

F = TypeVar("F", bound=Callable[..., Problem])


@dataclass(frozen=True)
class Record:
    """What the register knows of a problem.

    Attributes
    ----------
    name
        Lower-case with hyphens.
    kind
        "loss" or "field".
    title
        One line, the first of the function's docstring.
    parameters
        Names and default values, as texts.
    shaping
        The parameters from which the function writes its texts; the others stand in them by name.
    function
        The problem's function.
    """

    name: str
    kind: str
    title: str
    parameters: Mapping[str, str]
    shaping: tuple[str, ...]
    function: Callable[..., Problem]

    @cached_property
    def default(self) -> Problem:
        """The problem with the default values of its shaping parameters."""
        return self.function(**self.parameters)

    @property
    def formula(self) -> str:
        """The formula as text, in which parameters stand by name."""
        return self.default.formula

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables, in order."""
        return tuple(self.default.variables.split())

    @property
    def source(self) -> str:
        """Where the problem is from."""
        return self.default.source

    @property
    def formula_lines(self) -> list[str]:
        """The formula with what it is, as lines; see `Problem.heading`."""
        return self.default.heading(self.kind)

    @property
    def notes(self) -> list[str]:
        """What to look out for, and the source."""
        note = self.default.note
        return [*([f"note: {note}"] if note else []), f"source: {self.source}"]

    @property
    def documentation(self) -> str:
        """What `help` says of the maker of the problem."""
        given = {name: (default, "") for name, default in self.parameters.items()}
        return page(self.title, remarks(self.function), self.formula_lines, given, self.notes)


_records: dict[str, Record] = {}


def register(kind: str, shaping: Iterable[str] = ()) -> Callable[[F], F]:
    """Add a function that returns a `Problem`; use it as a decorator.

    The function's name, with hyphens for underscores, is the problem's name; the first line of its
    docstring is the title; its arguments are the parameters, whose defaults are exact.

    Parameters
    ----------
    kind
        "loss" or "field".
    shaping
        Parameters from which the function itself writes the formula, such as a list of
        eigenvalues. All others stand in the texts by name.

    Raises
    ------
    BeaError
        If the kind is neither of the two, the docstring is missing, or the name is taken.
    """
    if kind not in ("loss", "field"):
        raise BeaError(f"a problem is of kind 'loss' or 'field', not '{kind}'")

    def add(function: F) -> F:
        record = _record_of(function, kind, tuple(shaping))
        known = _records.setdefault(record.name, record).function
        if (known.__module__, known.__qualname__) != (function.__module__, function.__qualname__):
            raise BeaError(f"the problem name '{record.name}' is taken: rename the function")
        return function

    return add


def available(kind: str | None = None) -> dict[str, Record]:
    """Return the records of all problems, or of one kind, by name, sorted.

    >>> available()["rosenbrock"].parameters
    {'a': '1', 'b': '100'}
    >>> "lorenz" in available("loss")
    False
    """
    _import_all()
    return {n: r for n, r in sorted(_records.items()) if kind in (None, r.kind)}


def plain_name(name: str) -> str:
    """Return a name as the register has it, in whatever letters it was typed.

    >>> plain_name("Van der Pol"), plain_name("linear_network")
    ('van-der-pol', 'linear-network')
    """
    plain = hyphened(name)
    plain = ALIASES.get(plain, plain)
    return plain if plain in available() else name


def get(name: str, /, **parameters: Any) -> Loss | VectorField:
    """Return the problem of that name as a loss or a vector field.

    Parameters
    ----------
    name
        Lower-case with hyphens, such as "three-hump-camel".
    **parameters
        Exact values: integers, fractions, texts such as "1/10". None leaves a parameter symbolic, a
        text such as "c" makes it that symbol.

    Raises
    ------
    UnknownNameError
        If there is no such problem, it has no such parameter, or the parameter does nothing.
    ExpressionError
        If a value is a float or cannot be read.
    DomainError
        If the problem does not exist at these values.

    Examples
    --------
    >>> get("rosenbrock", b="10").about.formula
    '(1 - x)**2 + 10*(y - x**2)**2'
    >>> get("van-der-pol", mu=None)
    van_der_pol(mu=mu)
    >>> print(get("van-der-pol", mu=None))
    VectorField(x' = v, v' = -x**2*v*mu + v*mu - x)
    """
    known, name = available(), plain_name(name)
    if name not in known:
        raise no_problem(name, "problem", known)
    record = known[name]
    _check_given(record, parameters)
    parameters = {n: v.tolist() if hasattr(v, "tolist") else v for n, v in parameters.items()}
    values = {**record.parameters, **parameters}
    problem = record.function(**values)
    by_name = {n: v for n, v in values.items() if n not in record.shaping}
    _check_effect(record, problem, parameters)
    about = About(name, title=record.title, parameters=_as_texts(record, values))
    return build(problem, about, record.kind, by_name, record.parameters)


# --- private helpers ----------------------------------------------------------------------------


def _record_of(function: Callable[..., Problem], kind: str, shaping: tuple[str, ...]) -> Record:
    name = function.__name__.replace("_", "-")
    title = (inspect.getdoc(function) or "").partition("\n")[0].rstrip(".")
    if not title:
        raise BeaError(f"problem '{name}' has no docstring: its first line is the title")
    arguments = inspect.signature(function).parameters.values()
    defaults = {a.name: str(a.default) for a in arguments}
    return Record(name, kind, title, defaults, shaping, function)


def _check_given(record: Record, given: Mapping[str, Any]) -> None:
    names = list(record.parameters)
    for name, value in given.items():
        if name in record.shaping and value is None:
            raise ExpressionError(
                f"parameter '{name}' shapes the formula of problem '{record.name}' and cannot stay "
                "symbolic: give it a value"
            )
        if name not in names:
            have = f"it has {', '.join(names)}" if names else "it has none"
            raise UnknownNameError(
                f"problem '{record.name}' has no parameter '{name}': {have}.{nearest(name, names)}"
            )


def _check_effect(record: Record, problem: Problem, given: Mapping[str, Any]) -> None:
    """Refuse a parameter that was given and stands nowhere, since another has replaced it."""
    by_name = set(given) - set(record.shaping)
    if not by_name:
        return
    parts = [part for text in problem.texts() for part in parse_components(text)]
    idle = sorted(by_name - frozenset().union(*map(free_symbols, parts)))
    if idle:
        raise UnknownNameError(
            f"parameter '{idle[0]}' of problem '{record.name}' has no effect together with "
            f"{' and '.join(n for n in record.shaping if n in given)}: leave one of them out"
        )


def _as_texts(record: Record, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, name if v is None else _text(v, name, name in record.shaping))
        for name, v in values.items()
    )


def _text(value: Any, name: str, shaping: bool) -> str:
    """Return a value as text, a number as the exact one that it is."""
    if not shaping:
        return to_text(exact(value, f"parameter '{name}'"))
    if isinstance(value, list | tuple):
        nested = bool(value) and isinstance(value[0], list | tuple)
        return ("; " if nested else ", ").join(_text(part, name, shaping) for part in value)
    return str(value)


@cache
def _import_all() -> None:
    from bea.problems import library

    for module in pkgutil.iter_modules(library.__path__):
        import_module(f"{library.__name__}.{module.name}")
