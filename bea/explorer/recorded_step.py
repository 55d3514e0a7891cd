"""The step of a method as JavaScript: run once in numbers that write themselves down.

It is one more arithmetic of `step` (see `bea.arithmetic`). What the step asks of the field, its
value, its derivative, the root of an equation, is an event between stretches of plain operations,
and stays open: a method's script runs on every problem of a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import Element, Expression
from bea.algebra.language.expressions import fold
from bea.algebra.programs.adjoint import ProgramAlgebra
from bea.algebra.programs.javascript_code import JavascriptWriter
from bea.algebra.programs.program import Program
from bea.algebra.programs.values import Value
from bea.arithmetic import Arithmetic, by_matrix
from bea.arrays import object_vector
from bea.errors import BeaError, MethodError
from bea.methods import Method

PLANE = 2
"""The explorer shows two variables."""

_GAUSS = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True)
class Script:
    """A method's beginning and step as JavaScript functions, and the size of its memory."""

    init: str
    step: str
    memory: int


@dataclass
class _Event:
    """What is asked of the field (or solved) at a place of a step: from which nodes, into which."""

    kind: str
    arguments: list[int]
    results: list[int]
    unknowns: list[int] = field(default_factory=list)
    events: list[_Event] = field(default_factory=list)
    residuals: list[int] = field(default_factory=list)


def recorded(
    method: Method, parameters: Sequence[str] = (), variables: Sequence[str] = ()
) -> Script:
    """Return the scripts of a method in the plane.

    Parameters
    ----------
    method
        The method; a hyperparameter that is symbolic is one of `parameters`.
    parameters
        The names of the hyperparameters that stay open: inputs behind theta, the memory and gamma.
    variables
        The names of the problem's variables, which a split may ask for.

    Raises
    ------
    MethodError
        If the step asks for what no script has, such as the sign of a number.

    Examples
    --------
    >>> import bea
    >>> script = recorded(bea.methods.heavy_ball(beta="beta"), ["beta"])
    >>> script.memory
    2
    >>> script.step.splitlines()[2]
    '  m.f(i0, i1); const i6 = m.r[0], i7 = m.r[1];'
    """
    if method.numbers_only or method.iterates_only:
        raise MethodError(f"the step of '{method}' is run in numbers alone: it has no script")
    try:
        begun = RecordedField(PLANE, 0, parameters, variables)
        memory = _flat(method.bind(begun.constant).init(begun, begun.theta))
        running = RecordedField(PLANE, len(memory), parameters, variables)
        bound = method.bind(running.constant)
        like = bound.init(RecordedField(PLANE, 0, parameters, variables), running.theta)
        theta, after = bound.step(running, running.theta, running.memory(like), running.gamma)
    except (TypeError, AttributeError, ValueError) as error:
        raise MethodError(
            f"the step of '{method}' cannot be written as a script: {error}"
        ) from None
    return Script(begun.script(memory), running.script([*theta, *_flat(after)]), len(memory))


class RecordedField(Arithmetic):
    """A field in the numbers of a program: what is asked of it is noted, and becomes an input."""

    kind = "the numbers of a script"

    def __init__(
        self, dimension: int, memory: int, parameters: Sequence[str], variables: Sequence[str] = ()
    ) -> None:
        self.variables = variables
        names = [f"x{k}" for k in range(dimension)] + [f"s{k}" for k in range(memory)]
        self.program = Program([*names, "gamma", *parameters])
        self._given = len(self.program.inputs)
        inputs = [Value(self.program, self.program.input(k)) for k in range(self._given)]
        self.theta = object_vector(inputs[:dimension])
        self._memory = inputs[dimension : dimension + memory]
        self.gamma = inputs[dimension + memory]
        self._parameters = dict(zip(parameters, inputs[dimension + memory + 1 :], strict=True))
        self._events: list[_Event] = []
        self._known: dict[tuple[Any, ...], list[Value]] = {}

    # --- what a step asks for ---------------------------------------------------------------------

    def constant(self, value: Expression) -> Any:
        """Return an exact hyperparameter, or the input of one that is open."""
        return fold(value, _Constants(self.program, self._parameters))

    def __call__(self, theta: Any) -> Any:
        """Return the field at theta."""
        return object_vector(self._asked("f", theta, len(theta)))

    def jacobian(self, theta: Any) -> Any:
        """Return the matrix f'(theta)."""
        d = len(theta)
        return object_vector(self._asked("J", theta, d * d)).reshape(d, d)

    def derivative(self, theta: Any, v: Any) -> Any:
        """Return f'(theta) v."""
        return self.jacobian(theta) @ v

    def solve(self, function: Callable[[Any], Any], guess: Any) -> Any:
        """Return the root k of k = function(k) near a guess, a vector or a list of vectors."""
        if isinstance(guess, np.ndarray):
            return self._root(lambda k: [function(k[0])], [guess])[0]
        return self._root(function, guess)

    def solve_linear(self, matrix: Any, right: Any) -> Any:
        """Return x with matrix x = right, in the plane by Cramer's rule."""
        (a, b), (c, d) = matrix
        determinant = a * d - b * c
        return object_vector([(d * right[0] - b * right[1]) / determinant,
                              (a * right[1] - c * right[0]) / determinant])  # fmt: skip

    def resolvent(self, theta: Any, size: Any) -> Callable[[Any], Any]:
        """Return the function from v to the x with x - size f'(theta) x = v."""
        return by_matrix(self, theta, size)

    def mean(self, theta: Any, end: Any) -> Any:
        """Return the mean of the field from theta to an end, by Gauss's quadrature."""
        rule = zip(*_GAUSS, strict=True)
        return sum(self(theta + (1 + s) / 2 * (end - theta)) * (w / 2) for s, w in rule)

    def columns(self) -> int:
        """Return 8, as for numbers."""
        return 8

    def sign(self, x: Any) -> Any:
        """Refuse: a program has no branches."""
        raise self._lacks("sign(x)")

    def same(self, x: Any, y: Any) -> bool:
        """Tell whether two vectors are the same nodes."""
        return all(a.node == b.node for a, b in zip(x, y, strict=True))

    # --- what becomes of it -----------------------------------------------------------------------

    def memory(self, like: Any) -> Any:
        """Return the inputs of the memory in the shape of what a method begins with."""
        left = iter(self._memory)
        return tuple(_refilled(part, left) for part in like)

    def script(self, results: Sequence[Any]) -> str:
        """Return the function of the inputs `i`, the outputs `o` and the problem `m`."""
        nodes = [self._value(result).node for result in results]
        for node in [*_asked_for(self._events), *nodes]:
            self.program.output(node)
        writer = JavascriptWriter(self.program)
        written: set[int] = set()
        lines = [writer.inputs(self._given), *_lines(writer, self._events, written)]
        lines += writer.statements(nodes, written)
        lines += [f"o[{k}] = {writer.place(n)};" for k, n in enumerate(nodes)]
        return "\n".join(["function (i, o, m) {", *(f"  {line}" for line in lines), "}"])

    # --- private helpers --------------------------------------------------------------------------

    def _value(self, number: Any) -> Value:
        if isinstance(number, Value):
            return number
        return Value(self.program, self.program.constant(0)) + number

    def _fresh(self, count: int) -> list[Value]:
        first = len(self.program.inputs)
        self.program.inputs += tuple(f"r{first + k}" for k in range(count))
        return [Value(self.program, self.program.input(first + k)) for k in range(count)]

    def _asked(self, kind: str, theta: Any, count: int) -> list[Value]:
        """Return what the problem answers, and do not ask the same twice."""
        nodes = [self._value(x).node for x in theta]
        key = kind, *nodes
        if key not in self._known:
            self._known[key] = self._fresh(count)
            self._events.append(_Event(kind, nodes, [v.node for v in self._known[key]]))
        return self._known[key]

    def _root(self, function: Callable[[Any], Any], guess: Sequence[Any]) -> list[Any]:
        start = [self._value(x) for part in guess for x in part]
        shape = [len(part) for part in guess]
        unknowns, results = self._fresh(len(start)), self._fresh(len(start))
        outer, self._events = self._events, []
        known, self._known = self._known, dict(self._known)
        ends = [x for part in function(_split(unknowns, shape)) for x in part]
        residuals = [(self._value(e) - u).node for e, u in zip(ends, unknowns, strict=True)]
        inner, self._events, self._known = self._events, outer, known
        self._events.append(
            _Event("solve", _nodes(start), _nodes(results), _nodes(unknowns), inner, residuals)
        )
        return _split(results, shape)


# --- private helpers ------------------------------------------------------------------------------


class _Constants(ProgramAlgebra):
    """What `fold` needs to turn a hyperparameter into a number of a program."""

    def __init__(self, program: Program, parameters: dict[str, Value]) -> None:
        super().__init__(program)
        self._parameters = parameters

    def symbol(self, name: str) -> Value:
        if name not in self._parameters:
            raise MethodError(f"hyperparameter {name} has no value: give it one")
        return self._parameters[name]


def _lines(writer: JavascriptWriter, events: Sequence[_Event], written: set[int]) -> Iterator[str]:
    for event in events:
        yield from writer.statements(event.arguments, written)
        arguments = ", ".join(writer.place(n) for n in event.arguments)
        if event.kind != "solve":
            yield f"m.{event.kind}({arguments}); {_named(writer, event.results, 'm.r')}"
            continue
        yield f"const s{event.results[0]} = m.solve([{arguments}], (u, e) => {{"
        yield f"  {_named(writer, event.unknowns, 'u')}"
        inside = set(written)  # what is computed in there is not known out here
        lines = [*_lines(writer, event.events, inside), *writer.statements(event.residuals, inside)]
        yield from (f"  {line}" for line in lines)
        yield from (f"  e[{k}] = {writer.place(n)};" for k, n in enumerate(event.residuals))
        yield "});"
        yield _named(writer, event.results, f"s{event.results[0]}")


def _named(writer: JavascriptWriter, nodes: Sequence[int], array: str) -> str:
    names = ", ".join(f"{writer.place(n)} = {array}[{k}]" for k, n in enumerate(nodes))
    return f"const {names};"


def _asked_for(events: Sequence[_Event]) -> Iterator[int]:
    for event in events:
        yield from (*event.arguments, *event.residuals)
        yield from _asked_for(event.events)


def _nodes(values: Sequence[Value]) -> list[int]:
    return [value.node for value in values]


def _split(values: Sequence[Value], shape: Sequence[int]) -> list[Any]:
    left = iter(values)
    return [object_vector([next(left) for _ in range(size)]) for size in shape]


def _flat(state: Any) -> list[Any]:
    """Return the numbers of a memory: of its vectors, and those that stand alone."""
    if isinstance(state, tuple | list):
        return [x for part in state for x in _flat(part)]
    if isinstance(state, np.ndarray):
        return list(state.reshape(-1))
    if not isinstance(state, Value | int | float | fmpq | Element):
        raise BeaError(f"a memory of the kind {type(state).__name__} has no script")
    return [state]


def _refilled(part: Any, left: Iterator[Value]) -> Any:
    if isinstance(part, tuple | list):
        return type(part)(_refilled(p, left) for p in part)
    if isinstance(part, np.ndarray):
        return object_vector([next(left) for _ in range(part.size)]).reshape(part.shape)
    return next(left)
