"""The grammar in which formulas are typed, and its reader, which cannot run code.

Text goes through a table-driven LALR(1) parser (lark; Aho, Lam, Sethi and Ullman, "Compilers",
2006, sec. 4.7) to the trees of `bea.algebra.language.expressions` and nowhere else: there is no
`eval`, and no name reaches Python. Numbers are exact, 0.1 is 1/10. Precedence is Python's: `-x**2`
is -(x**2), `x**y**z` is x**(y**z), `2**-1` is 1/2; `^` means `**`. SymPy reads what is written so.

The text is measured by `bea.algebra.language.limits` before lark sees it, and no step here
recurses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from flint import fmpq

from bea.algebra.language import limits
from bea.algebra.language.building import add, call, multiply, negate, power
from bea.algebra.language.expressions import (
    PI,
    Expression,
    Number,
    Symbol,
    check_size,
    free_symbols,
)
from bea.algebra.language.functions import (
    ALIASES,
    EULER,
    FUNCTIONS,
    NON_SMOOTH,
    NOT_FINITE,
    PI_NAMES,
    SUGAR,
    is_function,
    refuse_function,
    without_modules,
)
from bea.algebra.language.texts import (
    NAME,
    NUMBER,
    check_nesting,
    check_text,
    excerpt,
    refuse_decimal_commas,
    shortened,
)
from bea.errors import ExpressionError, nearest

if TYPE_CHECKING:
    from lark import Lark, Token, UnexpectedInput

GRAMMAR = rf"""
    start: sum ("," sum)*
    ?sum: product (SIGN product)*
    ?product: signed (TIMES signed)*
    ?signed: power
        | SIGN signed                           -> sign
    ?power: atom
        | atom _POWER signed                    -> power
    ?atom: "(" sum ")"
        | NUMBER                                -> number
        | NAME                                  -> name
        | NAME "(" [sum ("," sum)*] ")"         -> call

    SIGN: "+" | "-"
    TIMES: "*" | "/"
    _POWER: "**" | "^"
    NUMBER: /{NUMBER}/
    NAME: /{NAME}/
    %ignore " "
"""
"""The grammar, in lark's notation."""

_BRANCHES = ("if", "else", "and", "or", "not", "for", "in", "is")
_VERBS = ("lambda", "min", "max", "argmin", "argmax", "minimize", "minimise", "def", "return")
_RAISED = re.compile(rf"({NAME})\s*(\*\*|\^)\s*(\d+)\s*$")
_HINTS = {
    "=": "give the right-hand side only", ";": "separate components by commas, and end with none",
    **{digit: f"write **{i}, as in x**{i} and sin(x)**{i}" for i, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{subscript: f"write {i}" for i, subscript in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    **dict.fromkeys("·×⋅∙⊙", "write *"), **dict.fromkeys("÷/", "write a single /"),
    "½": "write 1/2", "⅓": "write 1/3", "¼": "write 1/4", "¾": "write 3/4",
    ".": "write * for a product, and functions by their name alone, such as exp(x)",
    **dict.fromkeys("<>", "a formula has no conditions: it is one smooth expression"),
    "−": "write the minus sign of the keyboard, -", "√": "write sqrt(x)",
    "∇": "the gradient is grad in an update rule, and no part of a formula",
    "|": "the absolute value is not differentiable", "!": "there is no factorial",
    "‖": "write a norm as sqrt(x**2 + y**2)", "%": "write 0.9 for 90%; a remainder is not smooth",
    "\\": r"LaTeX is not read: write 1/2 for \frac12, x**2 for x^{2} and cos(x) for \cos x",
    "$": "leave the dollar signs out", ":": "give the formula alone, as it stands after the colon",
    "@": "write products of matrices and vectors by their components",
    '"': "leave the quotes out", "#": "leave the comment out",
    **dict.fromkeys("'′", "leave quotes out; a derivative stands left in an equation, x' = y; "
                          "transposes are written by components"),
    **dict.fromkeys("∑∫∂", "write sums and derivatives out"),
    **dict.fromkeys("{}", "use round brackets"),
    **dict.fromkeys(
        "[]",
        "use round brackets, and x1, x2 for x[1], x[2]; data with an index are summed over by "
        "bea.problems.from_data, under their names alone, y for y[i]",
    ),
}  # fmt: skip


Functions = Mapping[str, Callable[..., Expression]]


def parse(
    text: str,
    *,
    variables: Sequence[str] | None = None,
    parameters: Sequence[str] = (),
    functions: Functions = MappingProxyType({}),
    pairs: Collection[str] = (),
) -> Expression:
    """Read one formula.

    Parameters
    ----------
    text
        The formula, such as `"x**2*y + exp(-y)"`.
    variables, parameters
        The names that it may hold, as sequences or as text (`"x y"`); any name if `variables` is
        None.
    functions
        Further functions of one argument, each with what to put in the place of its value; under
        "**" that of a power whose exponent is no number.
    pairs
        Those of them that take two arguments as well.

    Raises
    ------
    ExpressionError
        If the text is no formula, holds a name that is not declared or a function that is not
        smooth, or is larger than `bea.algebra.language.limits` allow.

    Examples
    --------
    >>> print(parse("0.1*x^2 - (y/2)"))
    x**2/10 - y/2
    >>> parse("x**2 + z", variables="x y")
    Traceback (most recent call last):
    bea.errors.ExpressionError: unknown variable 'z' (declared: x, y). Declare it with ...
    """
    components = parse_components(
        text, variables=variables, parameters=parameters, functions=functions, pairs=pairs
    )
    if len(components) > 1:
        refuse_decimal_commas(text)
        raise ExpressionError(
            f"one expression is needed, and {excerpt(text)} has {len(components)} components, "
            f"separated by commas; give one of them"
        )
    return components[0]


def parse_components(
    text: str,
    *,
    variables: Sequence[str] | None = None,
    parameters: Sequence[str] = (),
    functions: Functions = MappingProxyType({}),
    pairs: Collection[str] = (),
) -> tuple[Expression, ...]:
    """Read formulas that are separated by commas, such as the components of a field.

    Parameters and errors are those of `parse`.

    Examples
    --------
    >>> [str(component) for component in parse_components("y, -sin(x)")]
    ['y', '-sin(x)']
    """
    from lark import UnexpectedInput

    own = declared_names(parameters)
    declared = None if variables is None else declared_names((*declared_names(variables), *own))
    clean = without_modules(check_text(text))
    check_nesting(clean)
    try:
        tree = _parser().parse(clean)
    except UnexpectedInput as error:
        raise ExpressionError(_explanation(error, clean)) from None
    reader = _Reader(declared, functions, pairs, frozenset((*own, *(declared or ()))))
    values: dict[int, Any] = {}
    for node in tree.iter_subtrees():
        children = [values.get(id(child), child) for child in node.children]
        values[id(node)] = getattr(reader, node.data)(children)
    components = tuple(check_size(component) for component in values[id(tree)])
    if declared is not None:
        for name in sorted(_free(components).intersection(EULER) - reader.own):
            reader.refuse_undeclared(name)
    return components


def declared_names(names: Any) -> tuple[str, ...]:
    """Return names as a tuple, from a sequence or from text with blanks or commas between them.

    SymPy's symbols stand for their names. Raises `ExpressionError` if a name is no name, is taken,
    or comes twice.

    >>> declared_names("x, y")
    ('x', 'y')
    """
    if not isinstance(names, str | Iterable):
        names = [names]
    parts = re.findall(r"[^\s,]+", names) if isinstance(names, str) else names
    result = tuple(Symbol(getattr(part, "name", part)).name for part in parts)
    for name, times in Counter(result).items():
        if times > 1:
            raise ExpressionError(f"{excerpt(name)} is declared twice; give it once")
    return result


# --- private helpers ------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


class _Reader:
    """Makes an expression of each rule of the grammar, from the values of its parts."""

    def __init__(
        self,
        declared: tuple[str, ...] | None,
        functions: Functions,
        pairs: Collection[str],
        own: frozenset[str],
    ) -> None:
        self.declared = None if declared is None else dict.fromkeys(declared)  # ordered, and quick
        self.own = own
        self.functions = functions
        self.pairs = pairs

    def start(self, parts: list[Any]) -> list[Expression]:
        return parts

    def sum(self, parts: list[Any]) -> Expression:
        pairs = zip(parts[1::2], parts[2::2], strict=True)
        return add(parts[0], *(negate(term) if sign == "-" else term for sign, term in pairs))

    def product(self, parts: list[Any]) -> Expression:
        pairs = zip(parts[1::2], parts[2::2], strict=True)
        return multiply(parts[0], *(power(f, -1) if sign == "/" else f for sign, f in pairs))

    def sign(self, parts: list[Any]) -> Expression:
        return negate(parts[1]) if parts[0] == "-" else parts[1]

    def power(self, parts: list[Any]) -> Expression:
        base, exponent = parts
        own = self.functions.get("**")
        if own and free_symbols(exponent):
            return own(base, exponent)
        euler = isinstance(base, Symbol) and base.name in EULER and base.name not in self.own
        if euler and not isinstance(exponent, Number):
            return call("exp", exponent)
        return power(base, exponent)

    def number(self, parts: list[Any]) -> Expression:
        return Number(_rational(str(parts[0])))

    def name(self, parts: list[Any]) -> Expression:
        token = parts[0]
        name = str(token)
        if name == "pi" or (name in PI_NAMES and name not in self.own):
            return PI
        if name in FUNCTIONS or name in SUGAR:
            raise ExpressionError(
                f"'{name}' at column {_column(token)} is a function and needs its argument in "
                f"brackets; write {name}(x)"
            )
        if not name.isidentifier():
            raise ExpressionError(_odd_name(name, _column(token)))
        if name.lower() in NOT_FINITE and name not in self.own:
            raise ExpressionError(
                f"'{name}' at column {_column(token)} is no number to compute with: write a "
                "finite one"
            )
        if self.declared is not None and name not in (*self.declared, *EULER):
            self.refuse_undeclared(name)
        return Symbol(name)

    def refuse_undeclared(self, name: str) -> NoReturn:
        """Raise the `ExpressionError` for a name that is no variable and no parameter."""
        known = shortened(", ".join(self.declared or ()) or "none")
        euler = f" Euler's number is exp(1), and {name}**u is exp(u)." if name in EULER else ""
        raise ExpressionError(
            f"unknown variable {excerpt(name)} (declared: {known})."
            f"{nearest(name, self.declared or ())}{euler} Declare it with --variables or as a "
            "parameter"
        )

    def call(self, parts: list[Any]) -> Expression:
        token, arguments = parts[0], parts[1:]
        name = str(token)
        own = name in self.functions
        known = own or is_function(name)
        if known and (len(arguments) == 1 or (len(arguments) == 2 and name in self.pairs)):
            return self.functions[name](*arguments) if own else call(name, arguments[0])
        quoted, column = excerpt(name), _column(token)
        if not name.isidentifier():  # such as sin²
            raise ExpressionError(_odd_name(name, column))
        if known:
            takes, form = ("one or two", "x, y") if name in self.pairs else ("one", "x")
            raise ExpressionError(
                f"{quoted} at column {column} takes {takes} argument{'s' * (form != 'x')}, not "
                f"{len(arguments)}; write {name}({form})"
            )
        declared = self.declared is not None and name in self.declared
        if name == "pi" or declared or len(name) == 1:
            raise ExpressionError(
                f"{quoted} at column {column} is no function; for a product write * before the "
                "bracket"
            )
        meant = nearest(name, self.functions)
        if meant and not nearest(name, [*FUNCTIONS, *SUGAR, *ALIASES, *NON_SMOOTH]):
            raise ExpressionError(f"unknown function {quoted}.{meant}")
        refuse_function(name)


def _free(components: Iterable[Expression]) -> frozenset[str]:
    return frozenset().union(*map(free_symbols, components))


def _rational(literal: str) -> fmpq:
    """Return the exact value of a number as it is written: 0.1 is 1/10."""
    mantissa, _, power_of_ten = literal.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return fmpq(0)
    shift = power_of_ten.lstrip("+-").lstrip("0")
    size = int(shift or 0) if len(shift) < 9 else 10**9  # never converts thousands of digits
    exponent = (-size if "-" in power_of_ten else size) - len(fraction)
    # A decimal digit is less than 10/3 bits.
    limits.check_bits(max(len(digits) + exponent, len(digits), -exponent) * 10 // 3)
    return fmpq(int(digits)) * fmpq(10) ** exponent


def _column(token: Token) -> int:
    return (token.start_pos or 0) + 1


def _explanation(error: UnexpectedInput, text: str) -> str:
    """Say in one line what is wrong with the text, where, and what to write."""
    from lark import UnexpectedCharacters

    token = getattr(error, "token", None)
    if token is not None and token.type == "$END":
        end = excerpt(text.strip()[-20:])
        return f"the expression ends too early, after {end}; something is missing at its end"
    position = error.pos_in_stream or 0
    found = text[position] if isinstance(error, UnexpectedCharacters) else str(token)
    start = max(0, position - 20)
    near = excerpt(text[start : position + 20].strip())
    where = f"at column {position + 1}, near {near}"
    before = re.search(rf"({NAME}|[\w.)])\s*$", text[start:position])
    if found[0] in _HINTS:
        return f"unexpected {excerpt(found)} {where}; {_HINTS[found[0]]}"
    if token is not None and token.type == "COMMA":
        return f"unexpected ',' {where}; commas separate components, outside of brackets"
    if token is not None and found in _BRANCHES:
        return f"unexpected '{found}' {where}; a formula has no branches: give each piece alone"
    raised = _RAISED.search(text[:position])
    if raised and is_function(raised[1]):
        return f"unexpected {excerpt(found)} {where}; write {raised[1]}(x)**{raised[3]}"
    if before and before[1] in _VERBS:
        return f"unexpected {excerpt(found)} {where}; give the formula, without '{before[1]}'"
    if before and before[1].isdigit() and found in ("j", "J"):
        return f"unexpected '{found}' {where}; the numbers of a formula are real"
    if before and token is not None and token.type in ("NAME", "NUMBER", "LPAR"):
        if is_function(before[1]):
            return f"an operator is missing {where}; write {before[1]}(...) with brackets"
        return f"an operator is missing {where}; write * for a product"
    return f"unexpected {excerpt(found)} {where}; remove it or write what is missing"


def _odd_name(name: str, column: int) -> str:
    odd = next((c for c in name if not ("x" + c).isidentifier()), name)
    hint = _HINTS.get(odd, "use letters, digits and underscores")
    return f"unexpected '{odd}' in {excerpt(name)} at column {column}; {hint}"
