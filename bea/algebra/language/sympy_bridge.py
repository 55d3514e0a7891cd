"""To and from SymPy: the formulas that its users have, and the formulas that they want back.

A SymPy expression is walked node by node into the trees of `bea.algebra.language.expressions`;
nothing is evaluated, simplified or parsed by SymPy (`sympify` and `parse_expr` run code). Floats
are refused, since modified equations are exact. SymPy itself is imported when it is first needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

from flint import fmpq

from bea.algebra.language import limits
from bea.algebra.language.building import add, call, multiply, number, power
from bea.algebra.language.expressions import PI, Expression, Symbol, bottom_up, check_size, fold
from bea.algebra.language.functions import FUNCTIONS, NON_SMOOTH, SUGAR, refuse_function
from bea.algebra.language.texts import excerpt
from bea.errors import ExpressionError

if TYPE_CHECKING:
    import sympy


def from_sympy(expression: sympy.Expr) -> Expression:
    """Return a SymPy expression as one of bea's.

    Read are rational numbers, symbols, pi and E; sums, products and rational powers; exp, log, erf,
    and the trigonometric and hyperbolic functions with their inverses. Assumptions of symbols are
    not kept.

    Raises
    ------
    ExpressionError
        If it holds anything else, floats in particular, two symbols of one name, or is larger than
        `bea.algebra.language.limits` allow.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> print(from_sympy(sympy.exp(-x) / 2 + sympy.sqrt(x)))
    sqrt(x) + exp(-x)/2
    """
    if isinstance(expression, int) and not isinstance(expression, bool):
        return _rational(expression, 1)
    _require_sympy(expression)
    values: dict[Any, Expression] = {}
    for node in _ordered(expression):
        values[node] = _converted(node, [values[part] for part in node.args])
    _require_distinct_names(node for node in values if node.is_Symbol)
    return check_size(values[expression])


def to_sympy(expression: Expression) -> sympy.Expr:
    """Return an expression as SymPy's, with plain symbols (no assumptions).

    >>> from bea.algebra.language.grammar import parse
    >>> to_sympy(parse("x**2/3 + sigmoid(x)"))
    x**2/3 + tanh(x/2)/2 + 1/2
    """
    return fold(expression, _SymPy())


# --- private helpers ------------------------------------------------------------------------------


class _SymPy:
    """The algebra of SymPy expressions, for `fold`."""

    def __init__(self) -> None:
        import sympy

        self.sympy = sympy

    def number(self, value: fmpq) -> sympy.Expr:
        return self.sympy.Rational(int(value.p), int(value.q))

    def symbol(self, name: str) -> sympy.Expr:
        return self.sympy.Symbol(name)

    def constant(self, name: str) -> sympy.Expr:
        return self.sympy.pi

    def sum(self, values: list[Any]) -> sympy.Expr:
        return self.sympy.Add(*values)

    def product(self, values: list[Any]) -> sympy.Expr:
        return self.sympy.Mul(*values)

    def power(self, value: Any, exponent: fmpq) -> sympy.Expr:
        return self.sympy.Pow(value, self.number(exponent))

    def call(self, name: str, value: Any) -> sympy.Expr:
        return getattr(self.sympy, name)(value)


@lru_cache(maxsize=1)
def _functions() -> dict[Any, str]:
    """Return SymPy's functions that are read, with bea's names for them."""
    import sympy

    names = (*SUGAR, *FUNCTIONS)
    found = {getattr(sympy, name, None): name for name in names}
    return {kind: name for kind, name in found.items() if isinstance(kind, sympy.FunctionClass)}


def _ordered(expression: Any) -> list[Any]:
    """Return the distinct nodes, each after its parts; SymPy's own traversal recurses."""
    met = count(1)

    def readable_parts(node: Any) -> tuple[Any, ...]:
        _require_readable(node)
        if next(met) > limits.MAX_NODES:
            raise ExpressionError(
                f"the SymPy expression has more than {limits.MAX_NODES:,} parts, which is the "
                "limit; split it into smaller ones"
            )
        return node.args

    return bottom_up(expression, readable_parts)


def _converted(node: Any, parts: list[Expression]) -> Expression:
    if node.is_Rational:
        return _rational(node.p, node.q)
    if node.is_Symbol:
        return Symbol(node.name)
    if node.is_NumberSymbol:
        return PI if node.__class__.__name__ == "Pi" else call("exp", number(1))
    if node.is_Add:
        return add(*parts)
    if node.is_Mul:
        return multiply(*parts)
    if not node.is_Pow:
        return call(_functions()[node.func], parts[0])
    if node.base.is_NumberSymbol and node.base.__class__.__name__ == "Exp1":
        return call("exp", parts[1])
    return power(parts[0], parts[1])


def _rational(p: Any, q: Any) -> Expression:
    value = fmpq(int(p), int(q))
    limits.check_bits(value.height_bits())
    return number(value)


def _require_sympy(value: object) -> None:
    import sympy

    if not isinstance(value, sympy.Expr):
        raise ExpressionError(
            f"a SymPy expression is needed, not {type(value).__name__}; read text with bea.parse"
        )


def _require_readable(node: Any) -> None:
    import sympy

    if node.is_Rational or node.is_Symbol or node.is_Add or node.is_Mul or node.is_Pow:
        if node.is_commutative:
            return
    elif node in (sympy.pi, sympy.E) or node.func in _functions():
        return
    if node.is_Float:
        raise ExpressionError(
            f"the SymPy expression has the float {excerpt(str(node))}, which is not exact; "
            "use Rational(1, 10) for 0.1, or nsimplify, or give the formula as text"
        )
    name = node.func.__name__
    if name.lower() in NON_SMOOTH:
        refuse_function(name)
    raise ExpressionError(
        f"SymPy's {excerpt(name)} is not among what bea reads (rational numbers, symbols, "
        "pi, E, sums, products, rational powers, and the functions that formulas have); "
        "rewrite it in these"
    )


def _require_distinct_names(symbols: Iterable[Any]) -> None:
    seen: dict[str, Any] = {}
    for symbol in symbols:
        if seen.setdefault(symbol.name, symbol) != symbol:
            raise ExpressionError(
                f"two SymPy symbols are named {excerpt(symbol.name)}, with different "
                "assumptions; use one of them"
            )
