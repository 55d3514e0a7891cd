"""What a user may give as a field or loss: text, SymPy expressions, or a sequence of either.

`read_source` finds the variables and parameters of a source and the ring that they make.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra.language.building import add, call, multiply, power
from bea.algebra.language.expressions import (
    Call,
    Constant,
    Expression,
    Number,
    Symbol,
    fold,
    free_symbols,
)
from bea.algebra.language.functions import IMAGINARY, names_in, refuse_constants
from bea.algebra.language.grammar import declared_names, parse_components
from bea.algebra.language.sympy_bridge import from_sympy
from bea.algebra.language.texts import NAME, by_number, excerpt, refuse_decimal_commas
from bea.algebra.ring.exact import exact
from bea.algebra.ring.ring import Ring
from bea.errors import DimensionError, ExpressionError
from bea.fields.about import About
from bea.fields.guesses import warn_of_joined


def expressions_of(
    source: Any, variables: Sequence[str] | None, parameters: Sequence[str] = ()
) -> list[Expression]:
    """Return the expressions of a source; where variables are declared, only they may occur.

    >>> list(map(str, expressions_of(["x + y", "x*y"], ("x", "y"))))
    ['x + y', 'x*y']
    """
    if isinstance(source, str):
        return list(parse_components(source, variables=variables, parameters=parameters))
    if hasattr(source, "free_symbols") and not isinstance(source, Sequence):  # SymPy's mark
        parts = list(source) if getattr(source, "is_Matrix", False) else [source]
        return [_declared(from_sympy(part), variables, parameters) for part in parts]
    if isinstance(source, Sequence):
        return [e for item in source for e in expressions_of(item, variables, parameters)]
    if callable(source) or isinstance(source, Mapping | np.ndarray):
        raise ExpressionError(
            f"the expression is a {type(source).__name__}: give a text, such as 'x**2 + y**4', or "
            "a SymPy expression, and components in a list; a loss that is a Python function by "
            "bea.problems.from_function"
        )
    return [_declared(exact(source, "the expression"), variables, parameters)]


def substitute(expression: Expression, values: Mapping[str, Expression]) -> Expression:
    """Return the expression with some symbols replaced.

    >>> from bea.algebra.language.grammar import parse
    >>> print(substitute(parse("a*x**2"), {"a": parse("3/2")}))
    3*x**2/2
    """
    return fold(expression, _Substitution(values)) if values else expression


def read_source(
    source: Any,
    variables: str | Sequence[str] | None,
    parameters: str | Sequence[str] | Mapping[str, Any],
    about: About | None,
) -> tuple[Ring, list[Expression], About | None]:
    """Return the ring and the expressions in it, with the given parameter values put in.

    What may be given, and the errors, are those of `bea.fields.vector_field.VectorField.read`.
    Where `about` is None and the source is a text, that names it.
    """
    values = _parameter_values(parameters)
    declared = None if variables is None else declared_names(variables)
    if isinstance(source, str):
        refuse_decimal_commas(source)
    expressions = expressions_of(source, declared, tuple(values))
    order = declared or _guessed(source, expressions, set(values))
    if not expressions:
        raise DimensionError("no expression is given: give one component for each variable")
    if not order:
        raise DimensionError("the expression has no variable: name one, or declare --variables")
    known = {n: exact(v, f"the parameter {n}") for n, v in values.items() if v is not None}
    open_names = [n for n in values if n not in known]
    open_names += by_number(_symbols_of(known.values()) - set(open_names))
    for name in order:
        if name in values or name in open_names:
            raise ExpressionError(f"'{name}' is a variable and a parameter: rename one of them")
    if about is None and isinstance(source, str):
        about = About(name=source.strip(), formula=source.strip())
    return Ring(order, open_names), [substitute(e, known) for e in expressions], about


_SIDE = re.compile(
    rf"\s*(?:(?P<prime>{NAME})\s*['′]|d\s*(?P<slope>{NAME})\s*/\s*dt|(?P<dot>{NAME}?)_?dot)"
    r"\s*(?:\(t\))?\s*=(?P<right>.*)",
    re.DOTALL,
)


def is_equation(text: str) -> bool:
    """Tell whether a text begins as a differential equation does.

    >>> is_equation("y' = -y**3"), is_equation("dq/dt = p"), is_equation("y**4")
    (True, True, False)
    """
    return _SIDE.match(text) is not None


def read_equations(
    text: str, variables: str | Sequence[str] | None, about: About | None
) -> tuple[str, str | Sequence[str] | None, About | None]:
    """Return the right-hand sides of differential equations as components, and whose they are.

    Equations are `x' = y` or `dx/dt = y`, with commas, semicolons or line ends between them. A text
    without them is returned as it is, but for square brackets around the whole.

    Raises
    ------
    ExpressionError
        If only some are equations, or other variables are declared.

    Examples
    --------
    >>> read_equations("q' = p, p' = -q", None, None)[:2]
    ('p, -q', ('q', 'p'))
    >>> read_equations("[y, -x]", None, None)[0]
    'y, -x'
    """
    plain = text.strip()
    if plain.startswith("[["):
        raise ExpressionError(
            "a matrix is no field: give it to the problem 'linear', such as matrix='0, 1; -1, 0' "
            "(--problem linear --param matrix=…)"
        )
    if plain.startswith("[") and plain.endswith("]"):
        plain = plain[1:-1]
    if "=" not in plain:
        return (plain if plain != text.strip() else text), variables, about
    sides = [_SIDE.fullmatch(part) for part in re.split(r"[,;\n]", plain) if part.strip()]
    if None in sides:
        raise ExpressionError(
            f"the equations {excerpt(plain)} cannot be read: write x' = y, y' = -x, or the "
            "right-hand sides alone, with commas between them"
        )
    found = [(s["prime"] or s["slope"] or s["dot"].rstrip("_"), s["right"]) for s in sides if s]
    names = tuple(name for name, _ in found)
    if "t" in names_in(" ; ".join(right for _, right in found)) - set(names):
        raise ExpressionError("the equations hold the time t: add its own, t' = 1")
    if variables is not None and declared_names(variables) != declared_names(names):
        raise ExpressionError(
            f"the equations are of {', '.join(names)}, and --variables says other names or another "
            "order: leave --variables out; what is constant is a parameter (--param)"
        )
    about = about or About(name=plain, formula=plain)
    return ", ".join(right.strip() for _, right in found), names, about


# --- private helpers ----------------------------------------------------------------------------


def _guessed(
    source: Any, expressions: Sequence[Expression], given: Collection[str]
) -> tuple[str, ...]:
    """Return the free symbols of expressions, x2 before x10, which nobody declared."""
    names = _symbols_of(expressions).difference(given)
    if isinstance(source, str):
        # Components of a field with an I, such as of susceptible and infected, ask for an order.
        refuse_constants(names if len(expressions) == 1 else names - set(IMAGINARY))
        warn_of_joined(names)
    return tuple(by_number(names))


class _Substitution:
    """The algebra of expressions themselves, with some symbols replaced."""

    def __init__(self, values: Mapping[str, Expression]) -> None:
        self.values = values

    def number(self, value: fmpq) -> Expression:
        return Number(value)

    def symbol(self, name: str) -> Expression:
        return self.values.get(name) or Symbol(name)

    def constant(self, name: str) -> Expression:
        return Constant(name)

    def sum(self, values: list[Expression]) -> Expression:
        return add(*values)

    def product(self, values: list[Expression]) -> Expression:
        return multiply(*values)

    def power(self, value: Expression, exponent: fmpq) -> Expression:
        return power(value, exponent)

    def call(self, name: str, value: Expression) -> Expression:
        return call(name, value) if isinstance(value, Number) else Call(name, value)


def _declared(
    expression: Expression, variables: Sequence[str] | None, parameters: Sequence[str]
) -> Expression:
    unknown = sorted(free_symbols(expression) - {*(variables or ()), *parameters})
    if variables is not None and unknown:
        raise ExpressionError(
            f"unknown variable '{unknown[0]}' (declared: {', '.join(variables)}): declare it as a "
            "variable or as a parameter"
        )
    return expression


def _symbols_of(expressions: Iterable[Expression]) -> frozenset[str]:
    return frozenset().union(*map(free_symbols, expressions))


def _parameter_values(given: str | Sequence[str] | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(given, Mapping):
        return dict(given)
    return dict.fromkeys(declared_names(given))
