"""The number n of the step in an update rule: c**n, and n itself as the time t = n gamma.

A run counts its steps from n = 1. An expansion in gamma is about n = t/gamma with t > 0 held fixed:
there c**n with |c| < 1 is smaller than every power of gamma, and is 0, the steady state; and
n = (t + gamma)/gamma, where t is the time at which the step begins. `in_time` writes a rule so that
only whole powers of gamma are left: 1/n is gamma/(t + gamma), (n - 1)/(n + 2) is t/(t + 3 gamma).
What has none, such as 1/sqrt(n), is refused. (Derived here; for 1/n it is the usual passage from
averages to their differential equation.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from flint import fmpq

from bea.algebra import Expression, Ring, as_float
from bea.algebra.language.building import add, call, multiply, power
from bea.algebra.language.expressions import (
    Call,
    Constant,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    free_symbols,
    subtrees,
    to_text,
)
from bea.algebra.ring.exact import in_ring
from bea.errors import BeaError, ExpressionError, MethodError
from bea.fields.sources import substitute
from bea.methods.rules.text import COUNT, POWER, Application, Rule, Statement

TIME = "_t"
"""The name of the time within a rule; no user's name begins with '_'."""

ONE_STEP = "derive the field of one step, modified_equation(..., at_step=N) (--at-step N)"


def with_powers(rule: Rule, values: Mapping[str, Expression]) -> Rule:
    """Return the rule with c**k computed where k has a value, and c**n checked.

    Raises
    ------
    ExpressionError
        If an exponent is neither a rational number nor a n + b with integers a and b, or c in c**n
        is no constant.
    """
    step = []
    for place, statement in enumerate(rule.step, start=1):
        try:
            step.append(_with_powers(statement, rule, values))
        except ExpressionError as error:
            raise ExpressionError(
                f"statement {place} of the update, which assigns '{statement.name}': {error}"
            ) from None
    return replace(rule, step=tuple(step))


def exponent_of(exponent: Expression) -> tuple[int, int] | None:
    """Return (a, b) of an exponent a n + b with integers, None of any other.

    >>> from bea.algebra.language.grammar import parse
    >>> exponent_of(parse("2*n - 1")), exponent_of(parse("n**2"))
    ((2, -1), None)
    """
    if free_symbols(exponent) != {COUNT}:
        return None
    try:
        terms = in_ring(exponent, Ring([], [COUNT])).terms()
    except BeaError:
        return None
    whole = all(c.q == 1 for c in terms.values())
    if not whole or any(len(e) != 1 or not 0 <= e[0] <= 1 for e in terms):
        return None
    found = {int(e[0]): int(c.p) for e, c in terms.items()}
    return found.get(1, 0), found.get(0, 0)


def check_vanishes(application: Application, values: Mapping[str, Expression]) -> None:
    """Raise `MethodError` where c**(a n + b) does not tend to 0; symbols are below 1 in size."""
    base, exponent = (substitute(x, values) for x in application.arguments)
    slope = (exponent_of(exponent) or (0, 0))[0]
    size = 0.5 if free_symbols(base) else abs(as_float(base))
    if not (size < 1 if slope > 0 else size > 1):
        shown = f"{to_text(application.arguments[0])}**({to_text(application.arguments[1])})"
        raise MethodError(
            f"{shown} does not tend to 0 as n grows, so that the rule has no steady state: give a "
            f"base between -1 and 1, or {ONE_STEP}"
        )


def needs_time(rule: Rule) -> bool:
    """Tell whether a step reads n elsewhere than in the exponent of a constant."""
    if not rule.counts:
        return False
    applied = (a for s in rule.step for a in s.applications.values() if a.function != POWER)
    parts = [*(s.value for s in rule.step), *(x for a in applied for x in a.arguments)]
    return any(COUNT in free_symbols(part) for part in parts)


def in_time(rule: Rule) -> Rule:
    """Return the rule with n = (t + gamma)/gamma, in whole powers of gamma.

    Raises
    ------
    MethodError
        If there is a fractional power of gamma, or a function of what grows as 1/gamma.

    Examples
    --------
    >>> from bea.methods.rules.text import counted, read_rule
    >>> rule = in_time(counted(read_rule("theta = theta - gamma*grad/n")))
    >>> print(rule.step[0].value)
    theta - grad/(_t + gamma)*gamma**2
    """
    sizes: dict[str, fmpq] = {}
    step = []
    for statement in rule.step:
        kept = statement.name in ("theta", *rule.memory)
        found, applications = _Scaling(statement.name, sizes), {}
        for name, a in statement.applications.items():
            if a.function != POWER:
                a = Application(a.function, tuple(found.whole(x) for x in a.arguments))
            applications[name] = a
        size, value = found(statement.value)
        if kept or size <= 0:
            value, size = found.put_back(size, value), fmpq(0)
        sizes[statement.name] = size
        step.append(Statement(statement.name, value, applications))
    return replace(rule, step=tuple(step))


def with_remedy(error: MethodError) -> MethodError:
    """Return why a rule has no equation with the time, with what there is instead."""
    text = str(error)
    if ONE_STEP in text:
        return error
    return MethodError(f"as a rule with the time t = n gamma, {text}; or {ONE_STEP}")


# --- private helpers ----------------------------------------------------------------------------


def _with_powers(statement: Statement, rule: Rule, values: Mapping[str, Expression]) -> Statement:
    kept: dict[str, Application] = {}
    computed: dict[str, Expression] = {}
    for name, a in statement.applications.items():
        a = Application(a.function, tuple(substitute(x, computed) for x in a.arguments))
        if a.function != POWER:
            kept[name] = a
            continue
        base, exponent = a.arguments[0], substitute(a.arguments[1], values)
        if COUNT in free_symbols(exponent) and rule.counts:
            _check_power(base, exponent, rule)
            kept[name] = Application(POWER, (base, exponent))
        else:
            computed[name] = power(base, exponent)
    return Statement(statement.name, substitute(statement.value, computed), kept)


def _check_power(base: Expression, exponent: Expression, rule: Rule) -> None:
    varies = free_symbols(base) - set(rule.hyperparameters)
    if varies:
        raise ExpressionError(
            f"in {to_text(base)}**n the base must be a number or hyperparameters: keep a product "
            "of what changes as memory, 'init p = 1; p = p*c'"
        )
    if exponent_of(exponent) is None:
        raise ExpressionError(
            f"the exponent {to_text(exponent)} is no a*n + b with whole numbers a and b: put "
            "roots into the base, as in sqrt(beta)**n"
        )


class _Scaled(NamedTuple):
    """gamma^(-size) value, where the value has no gamma or is a sum with one."""

    size: fmpq
    value: Expression


class _Scaling:
    """Takes the powers of gamma out of the expressions of a statement."""

    def __init__(self, name: str, sizes: Mapping[str, fmpq]) -> None:
        self.name, self.sizes = name, sizes
        self.known: dict[Expression, _Scaled] = {}

    def __call__(self, expression: Expression) -> _Scaled:
        for node in subtrees(expression):
            if node not in self.known:
                self.known[node] = self._node(node)
        return self.known[expression]

    def whole(self, expression: Expression) -> Expression:
        """Return the expression itself, with its powers of gamma put back."""
        return self.put_back(*self(expression))

    def put_back(self, size: fmpq, value: Expression) -> Expression:
        """Return gamma^(-size) value; the size must be whole."""
        if size.q != 1:
            raise self._fractional(size)
        return multiply(value, power(Symbol("gamma"), -size)) if size else value

    def _node(self, node: Expression) -> _Scaled:
        match node:
            case Symbol("gamma"):
                return _Scaled(fmpq(-1), power(node, 0))
            case Symbol(name) if name == COUNT:
                return _Scaled(fmpq(1), add(Symbol(TIME), Symbol("gamma")))
            case Symbol(name):
                return _Scaled(self.sizes.get(name, fmpq(0)), node)
            case Number() | Constant():
                return _Scaled(fmpq(0), node)
            case Sum(terms):
                return self._sum([self.known[t] for t in terms])
            case Product(factors):
                parts = [self.known[f] for f in factors]
                size = sum((p.size for p in parts), start=fmpq(0))
                return _Scaled(size, multiply(*(p.value for p in parts)))
            case Power(base, exponent):
                inner = self.known[base]
                return _Scaled(inner.size * exponent, power(inner.value, exponent))
            case Call(function, _):
                return _Scaled(fmpq(0), call(function, self._argument(node)))
        raise AssertionError(f"unexpected {node!r}")

    def _sum(self, parts: list[_Scaled]) -> _Scaled:
        size = max(p.size for p in parts)
        lower = [size - p.size for p in parts]
        if any(k.q != 1 for k in lower):
            raise self._fractional(next(k for k in lower if k.q != 1))
        gamma = Symbol("gamma")
        return _Scaled(size, add(*(multiply(p.value, power(gamma, k))
                                   for p, k in zip(parts, lower, strict=True))))  # fmt: skip

    def _argument(self, node: Call) -> Expression:
        size, _ = inner = self.known[node.argument]
        if size > 0:
            remedy = "write a decay as c**n" if node.function == "exp" else "write gamma*n for it"
            raise MethodError(
                f"in the statement of '{self.name}' {to_text(node)} has no series in gamma at "
                f"n = t/gamma, which grows: {remedy}, or {ONE_STEP}"
            )
        return self.put_back(*inner)

    def _fractional(self, size: fmpq) -> MethodError:
        return MethodError(
            f"the statement of '{self.name}' has the power {-size} of gamma where n = t/gamma, and "
            f"no series in gamma: write gamma*n for the time under a root, or {ONE_STEP}"
        )
