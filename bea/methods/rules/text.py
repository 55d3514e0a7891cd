"""The text form of an update rule: read into statements, never run as code.

    init old = theta; y = theta + beta*(theta - old); old = theta; theta = y - gamma*grad(y)

Statements `NAME = EXPRESSION` stand between semicolons or line ends and are carried out in order;
`NAME -= EXPRESSION` and its like change what is there.
The expressions are those of `bea.algebra.language.grammar`. They may hold

    theta           the point; its last assignment is the next one
    gamma           the step size
    grad, f         the gradient at the point before the step, and the field, f = -grad
    grad(y), f(y)   the same at another point
    hess(v)         the Hessian at the point before the step times v; of a field, -f' v
    hess(y, v)      the same at another point
    norm(y)         the Euclidean norm over the components
    n               the number of the step, 1 in the first one; also in c**n, c**(2*n - 1)

and names of the rule's own. One that is read before it is assigned, and assigned in the same step,
is memory: it carries over to the next step and begins at 0, or at what `init NAME = EXPRESSION`
says. One that is never assigned is a hyperparameter, and so is n where it is given a value; a rule
that assigns n has a name of its own in it. What the statements compute is left to
`bea.methods.rules.rule`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from bea.algebra.language.expressions import Expression, Symbol, check_size, free_symbols
from bea.algebra.language.grammar import parse
from bea.algebra.language.texts import NAME, excerpt
from bea.errors import ExpressionError, MethodError
from bea.fields.sources import substitute

GIVEN = ("theta", "gamma", "grad", "f")
"""The names that every rule may read."""

COUNT, POWER = "n", "**"
"""The name of the number of the step, and what c**n is among the applications."""

_APPLIED = ("grad", "f", "hess", "norm", POWER)
_PAIRS = ("hess",)
_RESERVED = {
    "gamma": "the step size is given; put a factor beside it",
    "grad": "the gradient is given",
    "f": "the field, minus the gradient, is given",
    "hess": "hess(v) is the Hessian times v",
    "norm": "norm(y) is the Euclidean norm",
    "init": "it marks where memory begins",
}
_STATEMENT = re.compile(rf"\s*(?P<init>init(?:\s*:\s*|\s+))?(?P<name>{NAME})\s*=(?!=)\s*")

_CHANGE = re.compile(rf"^({NAME}) ?([-+*/])= ?(.+)$")  # such as theta -= gamma*grad

# Rules on paper have five lines and a few hundred letters.
_MAX_LENGTH = 10_000
_MAX_STATEMENTS = 200


@dataclass(frozen=True)
class Application:
    """`grad`, `f`, `hess` or `norm` of its arguments, or a power of base and exponent."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Statement:
    """`name = value`; the value holds a placeholder, `_0`, `_1`, ..., for each application."""

    name: str
    value: Expression
    applications: Mapping[str, Application]

    def reads(self) -> list[str]:
        """Return the names that are read, sorted."""
        parts = [self.value, *(x for a in self.applications.values() for x in a.arguments)]
        return sorted(frozenset().union(*map(free_symbols, parts)) - self.applications.keys())


@dataclass(frozen=True)
class Rule:
    """An update rule: how its memory begins, and what a step does.

    Attributes
    ----------
    text : str
        The rule as it was given, on one line.
    start, step : tuple of Statement
        In the order in which they are carried out.
    memory, hyperparameters : tuple of str
        The names that are carried from step to step, and those that are given.
    counts : bool
        Whether n is the number of the step.
    """

    text: str
    start: tuple[Statement, ...]
    step: tuple[Statement, ...]
    memory: tuple[str, ...]
    hyperparameters: tuple[str, ...]
    counts: bool = False

    def reads(self, *names: str) -> bool:
        """Tell whether a step reads one of these names as such."""
        return any(name in statement.reads() for statement in self.step for name in names)

    def place_of(self, name: str) -> str:
        """Say which statement of a step assigns a name last.

        >>> read_rule("init v = grad; v = v/2; theta = theta - gamma*v").place_of("v")
        "statement 2, 'v = v/2'"
        """
        found = ""
        for place, piece in enumerate(self.text.split("; "), start=1):
            statement = _STATEMENT.match(piece)
            if statement and statement["name"] == name and statement["init"] is None:
                found = f"statement {place}, {excerpt(piece)}"
        return found

    def expressions(self) -> list[Expression]:
        """Return all expressions of the rule."""
        statements = (*self.start, *self.step)
        applied = [a for s in statements for a in s.applications.values()]
        arguments = [x for application in applied for x in application.arguments]
        return [*(statement.value for statement in statements), *arguments]

    def names(self) -> list[str]:
        """Return all names that mean something in the rule, the hyperparameters left out."""
        return [*GIVEN, *dict.fromkeys((*self.memory, *(s.name for s in self.step)))]


def read_rule(text: str) -> Rule:
    """Read an update rule.

    Raises
    ------
    ExpressionError
        If a statement cannot be read, holds what is not smooth, or the text is too long.
    MethodError
        If theta is never assigned, or something is that is given.

    Examples
    --------
    >>> rule = read_rule("v = beta*v + grad; theta = theta - gamma*v")
    >>> rule.memory, rule.hyperparameters
    (('v',), ('beta',))
    """
    pieces = _pieces(text)
    statements = [_statement(piece, place) for place, piece in enumerate(pieces, start=1)]
    start = tuple(statement for init, statement in statements if init)
    step = tuple(statement for init, statement in statements if not init)
    _check_assignments(start, step)
    _check_sizes(step)
    memory, hyperparameters = _roles(start, step)
    return Rule("; ".join(pieces), start, step, memory, hyperparameters)


def counted(rule: Rule) -> Rule:
    """Return the rule with n as the number of the step, where it is not a name of the rule's own.

    >>> counted(read_rule("theta = theta - gamma*grad/n")).hyperparameters
    ()
    """
    if COUNT not in rule.hyperparameters:
        return rule
    if any(COUNT in statement.reads() for statement in rule.start):
        raise MethodError(
            "an init reads n, the number of a step, and memory begins before the first: begin it "
            "with theta, grad and hyperparameters only, or give n a value"
        )
    others = tuple(name for name in rule.hyperparameters if name != COUNT)
    return replace(rule, hyperparameters=others, counts=True)


# --- private helpers ----------------------------------------------------------------------------


def _pieces(text: str) -> list[str]:
    if not isinstance(text, str):
        raise ExpressionError(f"an update rule must be text, not {type(text).__name__}")
    if len(text) > _MAX_LENGTH:
        raise ExpressionError(
            f"the update rule has {len(text):,} characters, more than the limit of "
            f"{_MAX_LENGTH:,}: write the method as a class with a step"
        )
    pieces = [" ".join(piece.split()) for piece in re.split(r"[;\n]", text)]
    pieces = [_CHANGE.sub(r"\1 = \1 \2 (\3)", piece) for piece in pieces if piece]
    if len(pieces) > _MAX_STATEMENTS:
        raise ExpressionError(
            f"the update rule has {len(pieces)} statements, more than the limit of "
            f"{_MAX_STATEMENTS}: write the method as a class with a step"
        )
    return pieces


def _statement(text: str, place: int) -> tuple[bool, Statement]:
    """Return whether it says how memory begins, and the statement."""
    found = _STATEMENT.match(text)
    if not found:
        raise ExpressionError(
            f"statement {place} of the update, {excerpt(text)}, is no assignment: write "
            "NAME = EXPRESSION, with ';' between statements"
        )
    applications: dict[str, Application] = {}
    functions = {name: _placing(name, applications) for name in _APPLIED}
    try:
        _check_name(found["name"])
        # Blanks in the place of what stands before, so that columns are those of the statement.
        padded = " " * found.end() + text[found.end() :]
        value = parse(padded, functions=functions, pairs=_PAIRS)
        statement = Statement(found["name"], value, applications)
        for name in statement.reads():
            if name not in GIVEN:
                _check_name(name)
    except ExpressionError as error:
        raise ExpressionError(
            f"statement {place} of the update, {excerpt(text)}: {error}"
        ) from None
    return found["init"] is not None, statement


def _placing(function: str, applications: dict[str, Application]) -> Callable[..., Expression]:
    return partial(_placeholder, applications, function)


def _placeholder(
    applications: dict[str, Application], function: str, *arguments: Expression
) -> Expression:
    name = f"_{len(applications)}"
    applications[name] = Application(function, arguments)
    return Symbol(name)


def _check_name(name: str) -> None:
    if name in _RESERVED:
        raise ExpressionError(
            f"'{name}' cannot be assigned: {_RESERVED[name]}; choose another name"
        )
    if name.startswith("_"):
        raise ExpressionError(f"the name {excerpt(name)} begins with '_': begin with a letter")
    Symbol(name)  # refuses pi and the functions


def _check_assignments(start: Iterable[Statement], step: tuple[Statement, ...]) -> None:
    if all(statement.name != "theta" for statement in step):
        raise MethodError(
            "the update never assigns theta: end it with a statement such as "
            "'theta = theta - gamma*grad'"
        )
    begun: set[str] = set()
    for statement in start:
        if statement.name == "theta" or statement.name in begun:
            why = (
                "theta begins at the starting point" if statement.name == "theta" else "it has one"
            )
            raise MethodError(f"'init {statement.name}' is not possible: {why}; leave it out")
        begun.add(statement.name)
        if "gamma" in statement.reads():
            raise MethodError(
                f"'init {statement.name}' reads gamma, which belongs to a step: begin the memory "
                "with theta, grad and hyperparameters only"
            )


def _check_sizes(step: Iterable[Statement]) -> None:
    """Check the limits on what the statements come to together, put into one another."""
    composed: dict[str, Expression] = {}
    for place, statement in enumerate(step):
        own = {name: Symbol(f"{name}{place}") for name in statement.applications}
        composed[statement.name] = check_size(substitute(statement.value, {**composed, **own}))


def _roles(
    start: Iterable[Statement], step: Iterable[Statement]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the memory and the hyperparameters, each in the order of their first use."""
    early, assigned = _read_early(step)
    begun: list[str] = []
    free: list[str] = []
    for statement in start:
        free += [n for n in statement.reads() if n not in (*GIVEN, *begun)]
        begun.append(statement.name)
    for name in begun:
        if name not in early:
            raise MethodError(
                f"'init {name}' has no use: no step reads {name} before assigning it; leave it out"
            )
    memory = [name for name in early if name in assigned or name in begun]
    for name in free:
        if name in memory or name in assigned:
            raise MethodError(f"an init reads '{name}' before it has begun: give it its init first")
    return tuple(memory), tuple(dict.fromkeys([*free, *(n for n in early if n not in memory)]))


def _read_early(step: Iterable[Statement]) -> tuple[list[str], set[str]]:
    """Return the names that are read before they are assigned, and those that are assigned."""
    early: dict[str, None] = {}
    assigned: set[str] = set()
    for statement in step:
        unassigned = (n for n in statement.reads() if n not in GIVEN and n not in assigned)
        early.update(dict.fromkeys(unassigned))
        assigned.add(statement.name)
    return list(early), assigned
