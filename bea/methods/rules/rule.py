"""An update rule that a user writes as text, made a method.

The text is read by `bea.methods.rules.text`. Its statements are carried out in whatever the step
is given: floats, power series, trees. So a rule is iterated and derived like any other method, and
what an arithmetic cannot express is refused there. What is refused beforehand is in
`bea.methods.rules.checks`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property
from typing import Any

from bea.algebra import Expression, Ring
from bea.algebra.language.building import number
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
)
from bea.algebra.programs.operations import element
from bea.algebra.ring.exact import exact_decimal, in_ring
from bea.bseries import TreeArithmetic, TreeSeries
from bea.errors import MethodError
from bea.fields.sources import substitute
from bea.methods.rules.checks import check_denominators, check_given, check_identity
from bea.methods.rules.counter import (
    ONE_STEP,
    TIME,
    check_vanishes,
    exponent_of,
    in_time,
    needs_time,
    with_powers,
)
from bea.methods.rules.plain_function import NamedMethod
from bea.methods.rules.text import COUNT, POWER, Application, Rule, Statement, counted, read_rule
from bea.trees import PLAIN, WITH_THETA, Colors

_NAME = "update-rule"


def from_text(update: str, /, *, name: str = _NAME, **parameters: Any) -> UpdateRule:
    """Return the method that an update rule in text form describes.

    Parameters
    ----------
    update
        Statements `NAME = EXPRESSION` between semicolons or line ends, carried out in order; see
        `bea.methods.rules.text` for what they may hold.
    name
        What to call it.
    **parameters
        The hyperparameters, as exact numbers: "9/10", 0.9 (a short decimal is exact), or a name to
        leave one symbolic.

    Raises
    ------
    ExpressionError
        If a statement cannot be read or is not smooth.
    UnknownNameError
        If a name is neither assigned nor given, or a hyperparameter is given that is not read.
    MethodError
        If theta is never assigned, or a step does not tend to the identity.

    Examples
    --------
    >>> method = from_text("v = beta*v + grad; theta = theta - gamma*v", beta="9/10")
    >>> method.parameters["beta"]
    '9/10'
    """
    rule = read_rule(update)
    rule = rule if COUNT in parameters else counted(rule)
    check_given(rule, parameters)
    values = {n: exact_decimal(parameters[n], f"hyperparameter {n}") for n in rule.hyperparameters}
    rule = with_powers(rule, values)
    check_denominators(rule, values)
    method = UpdateRule(rule, values, name)
    check_identity(method)
    return method


class UpdateRule(NamedMethod):
    """The method that a rule in text form describes; make one with `from_text`.

    Attributes
    ----------
    rule : Rule
        The statements.
    values : mapping from str to Expression
        The hyperparameters.
    """

    title = "an update rule"

    def __init__(self, rule: Rule, values: Mapping[str, Expression], name: str = _NAME) -> None:
        super().__init__(values, name)
        self.rule = rule
        self.__dict__["formula"] = rule.text
        self.__dict__["gradient"] = "f" not in _functions(rule) or "grad" in _functions(rule)
        self.__dict__["counts"], self.__dict__["needs_time"] = rule.counts, needs_time(rule)
        self._constants: dict[Expression, Any] = {}
        self.__dict__["colors"], self._powers = _leading_powers(self)

    @property
    def parameters(self) -> dict[str, str]:
        """The rule and its hyperparameters as texts."""
        return {"update": self.rule.text, **super().parameters}

    def __repr__(self) -> str:
        given = "".join(f", {name}={value}" for name, value in super().parameters.items())
        return f"from_text({self.rule.text!r}{given})"

    def bind(self, constant: Callable[[Expression], Any]) -> UpdateRule:
        """Return the method with all its numbers turned into those of an arithmetic."""
        bound = copy(self)
        rules = (rule for rule in (self.rule, self._in_time) if isinstance(rule, Rule))
        expressions = (e for rule in rules for e in rule.expressions())
        found = (n for e in expressions for n in subtrees(e) if self._is_number(n))
        bound._constants = {n: constant(substitute(n, self.values)) for n in dict.fromkeys(found)}
        return bound

    def init(self, f: Any, theta: Any) -> Any:
        """Return the memory as it begins: as declared, or zero."""
        if isinstance(theta, int):  # a probe for how much memory there is, with no field behind it
            return (0,) * len(self.rule.memory)
        names = {"theta": theta}
        run = _Run(self, f, theta, names)
        for statement in self.rule.start:
            names[statement.name] = _like(run.value(statement), theta)
        memory = tuple(
            names[name] if name in names else f.zero(theta, self._powers.get(name, -1))
            for name in self.rule.memory
        )
        return (*memory, 0) if self.rule.counts and f.counts else memory

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Carry the statements out; after the memory the state has the number of steps so far."""
        size = len(self.rule.memory)
        names = {"theta": theta, "gamma": gamma, **dict(zip(self.rule.memory, state, strict=False))}
        steps = tuple(done + 1 for done in state[size:])
        rule = self._placed(f, names, steps)
        run = _Run(self, f, theta, names, *steps)
        for statement in rule.step:
            names[statement.name] = run.value(statement)
        memory = zip(self.rule.memory, state, strict=False)
        after = tuple(_like(names[n], old) for n, old in memory)
        return _like(names["theta"], theta), (*after, *steps)

    def _placed(self, f: Any, names: dict[str, Any], steps: tuple[int, ...]) -> Rule:
        """Let n into the names: as it is counted, or as the time."""
        if steps:
            names[COUNT] = element(f.constant(number(steps[0])))
        elif self.needs_time:
            if f.time is None:
                raise MethodError(
                    f"the update of '{self.name}' reads n, the number of its step: its equation is "
                    f"one with the time t = n gamma, of a loss or field: give a problem, or "
                    f"{ONE_STEP}"
                )
            if isinstance(self._in_time, MethodError):
                raise self._in_time
            names[TIME] = f.time
            return self._in_time
        return self.rule

    @cached_property
    def _in_time(self) -> Rule | MethodError:
        """The rule with the time for n, or why there is none."""
        try:
            return in_time(self.rule) if self.needs_time else self.rule
        except MethodError as error:
            return error

    def _is_number(self, node: Expression) -> bool:
        """Tell what `bind` has to evaluate: integers, sums and products are left to the step.

        So the step computes 1 - beta in its own arithmetic, as a step in Python would, while
        sqrt(1 - beta) becomes an exact number, which not every arithmetic could find.
        """
        match node:
            case Number(value):
                return bool(value.q != 1)
            case Symbol(name):
                return name in self.values
            case Power(_, exponent) if exponent.q == 1:
                return False
            case Constant() | Call() | Power():
                return free_symbols(node) <= self.values.keys()
        return False


# --- private helpers: carrying statements out ---------------------------------------------------


class _Run:
    """Evaluates the expressions of one step, or of the beginning of the memory."""

    def __init__(
        self,
        method: UpdateRule,
        f: Any,
        theta: Any,
        names: dict[str, Any],
        count: int | None = None,
    ) -> None:
        self.method, self.f, self.theta, self.names = method, f, theta, names
        self.count = count
        self.constants: Mapping[Expression, Any] = method._constants
        self.slope: Any = None

    def value(self, statement: Statement) -> Any:
        """Return what a statement assigns."""
        placed: dict[str, Any] = {}
        for placeholder, application in statement.applications.items():
            if application.function == POWER:
                placed[placeholder] = self._power(application)
                continue
            values = (self._evaluate(argument, placed) for argument in application.arguments)
            vectors = [_like(value, self.theta) for value in values]
            placed[placeholder] = self._apply(application.function, *vectors)
        return self._evaluate(statement.value, placed)

    def _power(self, application: Application) -> Any:
        """Return c**(a n + b): at this step, or what it tends to, which is 0."""
        base, exponent = application.arguments
        if self.count is None:
            check_vanishes(application, self.method.values)
            return 0
        a, b = exponent_of(exponent) or (0, 0)
        value, power = self._evaluate(base, {}), a * self.count + b
        return value**power if power >= 0 else 1 / value**-power

    def _apply(self, function: str, argument: Any, second: Any = None) -> Any:
        if function == "norm":
            return self.f.norm(argument)
        if function == "hess":
            point, v = (self.theta, argument) if second is None else (argument, second)
            return -self.f.derivative(point, v)
        slope = self.f(argument)
        return slope if function == "f" else -slope

    def _evaluate(self, expression: Expression, placed: Mapping[str, Any]) -> Any:
        values = _Values(self.f, self.constants)
        for node in subtrees(expression):
            if node not in values and not _divides(node):
                values[node] = self._node(node, values, placed)
        return values[expression]

    def _node(
        self, node: Expression, values: Mapping[Expression, Any], placed: Mapping[str, Any]
    ) -> Any:
        match node:
            case Number(value):
                return int(value.p)
            case Symbol(name):
                return placed[name] if name in placed else self._name(name)
            case Sum(terms):
                total = values[terms[0]]
                for term in terms[1:]:
                    total = total + values[term]
                return total
            case Product(factors):
                return self._product(factors, values)
            case Power(base, exponent):
                return self.f.power(values[base], exponent)
            case Call(function, argument):
                return self.f.function(function, values[argument])
        raise AssertionError(f"unexpected {node!r}")

    def _product(self, factors: tuple[Expression, ...], values: Mapping[Expression, Any]) -> Any:
        """Multiply, then divide: a/b is no product with 1/b, which gamma may not have."""
        first, *others = sorted(factors, key=_divides)
        result = values[first]
        for factor in others:
            if isinstance(factor, Power) and factor.exponent < 0:
                result = result / self.f.power(values[factor.base], abs(factor.exponent))
            else:
                result = result * values[factor]
        return result

    def _name(self, name: str) -> Any:
        if name not in ("f", "grad"):
            return self.names[name]
        if self.slope is None:
            self.slope = self.f(self.theta)
        return self.slope if name == "f" else -self.slope


class _Values(dict[Expression, Any]):
    """The values of parts of an expression, with reciprocals made only where one stands alone.

    In (theta - old)/gamma none is: 1/gamma by itself has no series.
    """

    def __init__(self, f: Any, known: Mapping[Expression, Any]) -> None:
        super().__init__(known)
        self.f = f

    def __missing__(self, node: Expression) -> Any:
        assert isinstance(node, Power)
        self[node] = 1 / self.f.power(self[node.base], abs(node.exponent))
        return self[node]


def _divides(factor: Expression) -> bool:
    return isinstance(factor, Power) and factor.exponent < 0


def _like(value: Any, pattern: Any) -> Any:
    """Return the value as a vector: a number or a norm stands for all components."""
    shapes = getattr(value, "shape", None), getattr(pattern, "shape", None)
    same = type(value) is type(pattern) and shapes[0] == shapes[1]
    return value if same else 0 * pattern + value


# --- private helpers: what a rule is ------------------------------------------------------------


def _functions(rule: Rule) -> set[str]:
    """Return which of `grad` and `f` a step uses."""
    applied = {a.function for s in rule.step for a in s.applications.values()}
    return {name for name in ("grad", "f") if name in applied or rule.reads(name)}


def _leading_powers(method: UpdateRule) -> tuple[Colors, dict[str, int]]:
    """Return the colours of its trees and the powers of gamma of the memory, in units of theta.

    A velocity beta v + grad is of the size gamma^(-1), a displacement beta d + gamma grad of the
    size gamma^0. Found by a few steps on trees; where they cannot express the rule, none are found.
    """
    for colors in (PLAIN, WITH_THETA):
        try:
            begun, state = _some_steps(method, colors)
        except (MethodError, ZeroDivisionError):
            continue
        for name, before, part in zip(method.rule.memory, begun, state, strict=True):
            _check_point(name, before, part)
        return colors, {n: part.shift for n, part in zip(method.rule.memory, state, strict=True)}
    return PLAIN, {}


def _some_steps(method: UpdateRule, colors: Colors) -> tuple[list[Any], tuple[TreeSeries, ...]]:
    """Return the share of theta in the memory at first, and the memory after some steps."""
    ring = Ring([], sorted(frozenset().union(*map(free_symbols, method.values.values()))))
    bound = method.bind(lambda value: in_ring(value, ring))
    bound._powers = {}
    f = TreeArithmetic(2, colors=colors)
    state = bound.init(f, f.identity)
    begun = [part.identity for part in state]
    for _ in range(len(state) + 1):
        _, state = bound.step(f, f.identity, state, f.gamma)
    return begun, state


def _check_point(name: str, before: Any, part: TreeSeries) -> None:
    """Refuse memory that follows theta but does not begin there."""
    if part.identity != before and before == 0:
        raise MethodError(
            f"'{name}' remembers a point and cannot begin at 0: add 'init {name} = theta'"
        )
