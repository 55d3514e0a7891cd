"""Expressions as trees: what a parsed formula is, before it enters a ring, a program or SymPy.

There are eight kinds of node, few so that every reader of trees is short. Nodes are immutable and
interned ("hash consing": Ershov, Comm. ACM 1(8), 1958): equal expressions are one object, so that
comparing and hashing cost nothing and no walk meets a shared part twice. Readers are algebras for
`fold`: values, sizes (`bea.algebra.language.sizes`), texts (`bea.algebra.language.writing`), SymPy.

The constructors that keep trees tidy are in `bea.algebra.language.building`; reading text is left
to `bea.algebra.language.grammar`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from threading import Lock
from typing import Any, ClassVar, Protocol, TypeVar
from weakref import WeakValueDictionary

from flint import fmpq

from bea.algebra.language.functions import FUNCTIONS, SUGAR, refuse_function
from bea.algebra.language.limits import FEW_VARIABLES, MANY_VARIABLES
from bea.algebra.language.sizes import Sizing
from bea.algebra.language.texts import NAME, excerpt
from bea.algebra.language.writing import Writing
from bea.errors import ExpressionError

N = TypeVar("N")
T = TypeVar("T")


class _Interned(type):
    """Makes of each kind of node one object per value."""

    _nodes: ClassVar[WeakValueDictionary[tuple[Any, ...], Any]] = WeakValueDictionary()
    _lock: ClassVar = Lock()

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        node = super().__call__(*args, **kwargs)
        key = (cls, *map(_key, node.__reduce__()[1]))
        with _Interned._lock:
            return _Interned._nodes.setdefault(key, node)


def _key(value: Any) -> Any:
    # Not fmpq's own hash: it imports a module on every call, which fails while Python shuts down.
    return (int(value.p), int(value.q)) if isinstance(value, fmpq) else value


class Expression(metaclass=_Interned):
    """A node of an expression; equal expressions are the same object.

    `str` writes it in bea's grammar.
    """

    __slots__ = ("__weakref__",)

    def __str__(self) -> str:
        return to_text(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({excerpt(to_text(self), 200)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Number(Expression):
    """An exact rational number."""

    value: fmpq

    def __post_init__(self) -> None:
        _require_rational(self.value)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Symbol(Expression):
    """A variable or a parameter."""

    name: str

    def __post_init__(self) -> None:
        _require_name(self.name)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Constant(Expression):
    """A number with a name: `pi`."""

    name: str

    def __post_init__(self) -> None:
        if self.name != "pi":
            raise ExpressionError(f"unknown constant {excerpt(self.name)}; there is only pi")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sum(Expression):
    """A sum of two or more terms."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Product(Expression):
    """A product of two or more factors; a number comes first."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Power(Expression):
    """A rational power: `1/x` is Power(x, -1) and `sqrt(x)` is Power(x, 1/2)."""

    base: Expression
    exponent: fmpq

    def __post_init__(self) -> None:
        _require_rational(self.exponent)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call(Expression):
    """One of `FUNCTIONS`, applied."""

    function: str
    argument: Expression

    def __post_init__(self) -> None:
        if self.function not in FUNCTIONS:
            refuse_function(self.function)


class Algebra(Protocol[T]):
    """What `fold` evaluates an expression in."""

    def number(self, value: fmpq, /) -> T:
        """Return the value of a rational number."""

    def symbol(self, name: str, /) -> T:
        """Return the value of a variable or parameter."""

    def constant(self, name: str, /) -> T:
        """Return the value of `pi`."""

    def sum(self, values: list[T], /) -> T:
        """Return the sum of two or more values."""

    def product(self, values: list[T], /) -> T:
        """Return the product of two or more values."""

    def power(self, value: T, exponent: fmpq, /) -> T:
        """Return a value to a rational power other than 0 and 1."""

    def call(self, name: str, value: T, /) -> T:
        """Return one of `FUNCTIONS` at a value."""


PI = Constant("pi")
"""The number pi."""


# --- walking --------------------------------------------------------------------------------------


def bottom_up(root: N, parts: Callable[[N], Iterable[N]]) -> list[N]:
    """Return the distinct nodes of any tree, each after its own parts, without recursion.

    `parts` is asked once for each node, when it is first met.

    >>> bottom_up(6, lambda n: [d for d in range(1, n) if n % d == 0])
    [1, 2, 3, 6]
    """
    order: list[N] = []
    seen: set[N] = set()
    stack: list[tuple[N, bool]] = [(root, False)]
    while stack:
        node, parts_done = stack.pop()
        if parts_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((part, False) for part in reversed(tuple(parts(node))))
    return order


def parts_of(node: Expression) -> tuple[Expression, ...]:
    """Return the expressions that a node is made of."""
    match node:
        case Sum(parts) | Product(parts):
            return parts
        case Power(part, _) | Call(_, part):
            return (part,)
    return ()


def subtrees(expression: Expression) -> list[Expression]:
    """Return the distinct parts of an expression, each after its own parts; itself last."""
    return bottom_up(expression, parts_of)


def fold(expression: Expression, algebra: Algebra[T]) -> T:
    """Evaluate an expression bottom-up in an algebra, each distinct part once, without recursion.

    >>> class Degree:
    ...     def number(self, value): return 0
    ...     def symbol(self, name): return 1
    ...     def sum(self, values): return max(values)
    ...     def product(self, values): return sum(values)
    ...     def power(self, value, exponent): return value * int(exponent.p)
    >>> from bea.algebra.language.grammar import parse
    >>> fold(parse("x**3 + x*x"), Degree())
    3
    """
    values: dict[Expression, T] = {}
    for node in subtrees(expression):
        values[node] = _evaluate(node, values, algebra)
    return values[expression]


def free_symbols(expression: Expression) -> frozenset[str]:
    """Return the names of the symbols in an expression.

    >>> from bea.algebra.language.grammar import parse
    >>> sorted(free_symbols(parse("x*a*pi")))
    ['a', 'x']
    """
    return frozenset(node.name for node in subtrees(expression) if isinstance(node, Symbol))


def is_wide(expression: Expression) -> bool:
    """Tell whether an expression has so many variables that it is better never expanded.

    >>> from bea.algebra.language.grammar import parse
    >>> is_wide(parse("x**2 + y")), is_wide(parse("+".join(f"x{i}" for i in range(61))))
    (False, True)
    """
    count = len(free_symbols(expression))
    if not FEW_VARIABLES <= count <= MANY_VARIABLES:
        return count > MANY_VARIABLES
    try:
        fold(expression, Sizing())
    except ExpressionError:
        return True
    return False


def check_size(expression: Expression, expanded: bool | None = None) -> Expression:
    """Return the expression; raise `ExpressionError` if it is beyond the limits.

    Those of what it is when expanded hold if it is going to be: by default if it is not wide.
    """
    fold(expression, Sizing(not is_wide(expression) if expanded is None else expanded))
    return expression


def to_text(expression: Expression) -> str:
    """Return the expression in bea's grammar, which SymPy reads too.

    Parsing the text gives the expression back if it was made by `bea.algebra.language.building`.

    >>> from bea.algebra.language.grammar import parse
    >>> to_text(parse("x**(1/2) + (-3/2)*x*y**(-2)"))
    'sqrt(x) - 3*x/(2*y**2)'
    """
    return fold(expression, Writing()).text


# --- private helpers ------------------------------------------------------------------------------


def _evaluate(node: Expression, values: dict[Expression, T], algebra: Algebra[T]) -> T:
    match node:
        case Number(value):
            return algebra.number(value)
        case Symbol(name):
            return algebra.symbol(name)
        case Constant(name):
            return algebra.constant(name)
        case Sum(terms):
            return algebra.sum([values[term] for term in terms])
        case Product(factors):
            return algebra.product([values[factor] for factor in factors])
        case Power(base, exponent):
            return algebra.power(values[base], exponent)
        case Call(function, argument):
            return algebra.call(function, values[argument])
    raise TypeError(f"not an expression: {type(node).__name__}")


def _require_rational(value: object) -> None:
    if not isinstance(value, fmpq):
        raise ExpressionError(
            f"an exact number is needed, not {excerpt(repr(value))} "
            f"({type(value).__name__}); use an integer or a fraction, or text such as '0.1'"
        )


def _require_name(name: object) -> None:
    if not isinstance(name, str) or not re.fullmatch(NAME, name) or not name.isidentifier():
        raise ExpressionError(
            f"{excerpt(str(name))} cannot name a variable; names are letters, digits and "
            "underscores, and begin with no digit"
        )
    if name == "pi" or name in FUNCTIONS or name in SUGAR:
        raise ExpressionError(f"'{name}' is taken and cannot name a variable; choose another name")
