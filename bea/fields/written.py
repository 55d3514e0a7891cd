"""Problems of many variables, as they were written: nothing is expanded until somebody asks.

In the ring a formula is expanded into terms, each with an exponent for every variable and function:
exact, and hopeless where there are a thousand of them. Values, gradients and derivatives along
directions need no terms: they come from the straight-line program of the formula itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from bea.algebra.language.building import add, multiply, power
from bea.algebra.language.expressions import (
    Call,
    Expression,
    Number,
    Power,
    fold,
    is_wide,
    subtrees,
)
from bea.algebra.language.texts import shortened
from bea.algebra.programs.adjoint import ProgramAlgebra, gradient, program_of
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.programs.program import Program
from bea.algebra.ring.conversions import read
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.arrays import Floats
from bea.fields.about import About
from bea.fields.functions import TimedFunction, without_symbols
from bea.fields.guesses import not_one_each, require_plain_order
from bea.fields.sources import read_equations, read_source
from bea.fields.vector_field import Inside, Loss, VectorField, met
from bea.fields.with_time import timed

_NAME = 60  # characters of a formula that stand for it as a name


class WrittenField(VectorField):
    """A vector field of many variables; its components enter a ring only if they are asked for."""

    wide = True

    def __init__(self, ring: Ring, expressions: Sequence[Expression], about: About | None) -> None:
        self._names, self.expressions = ring, tuple(expressions)
        text = about.name if about else ", ".join(map(str, self.expressions))
        name = shortened(text, _NAME)
        name += f" ({len(ring.variables)} variables)" if name != text else ""
        self.about = replace(about, name=name) if about else About(name=name)

    @cached_property
    def ring(self) -> Ring:  # type: ignore[override]
        """A ring of these variables, into which the formula was read."""
        return Ring(self._names.variables)

    @cached_property
    def components(self) -> tuple[Element, ...]:  # type: ignore[override]
        """The components in the ring, expanded, which takes long."""
        return tuple(read(self.ring, e) for e in self.expressions)

    @cached_property
    def _atoms(self) -> Any:  # type: ignore[override]
        _ = self.components
        return tuple(self.ring.atoms)

    @property
    def dimension(self) -> int:
        """Number of components, d."""
        return len(self._names.variables)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the components."""
        return self._names.variables

    @property
    def parameters(self) -> tuple[str, ...]:
        """All have values."""
        return ()

    @cached_property
    def program(self) -> Program:
        """The straight-line program of the components, as they were written."""
        return _together(self.expressions, self.variables)

    @cached_property
    def _inside(self) -> Inside | None:
        found = [pair for e in self.expressions for pair in _conditions(e)]
        conditions = list(dict.fromkeys(found))
        if not conditions:
            return None
        function = compile_program(_together([e for e, _ in conditions], self.variables))
        needs = [need for _, need in conditions]

        def inside(theta: Floats) -> NDArray[np.bool_]:
            values = function(theta, np.empty((len(conditions), theta.shape[1])))
            return met(values, needs) & np.all(np.isfinite(theta), axis=0)

        return inside

    @property
    def _size(self) -> str:
        return f"'{self.name}'"

    def __str__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(str, self.expressions))})"


class WrittenLoss(WrittenField, Loss):
    """A loss of many variables; it enters a ring only if that is asked for."""

    @cached_property
    def value(self) -> Element:  # type: ignore[override]
        """The loss in the ring, expanded, which takes long."""
        return read(self.ring, self.expressions[0])

    @cached_property
    def components(self) -> tuple[Element, ...]:  # type: ignore[override]
        """Minus its partial derivatives, in the ring."""
        return tuple(-slope for slope in self.value.gradient())

    @cached_property
    def program(self) -> Program:
        """The straight-line program of minus the gradient, by the reverse mode."""
        return gradient(program_of(self.expressions[0], self.variables), self.dimension, -1)

    @cached_property
    def _value(self) -> Callable[[Floats], Floats]:
        function = compile_program(program_of(self.expressions[0], self.variables))
        return lambda theta: function(theta, np.empty((1, theta.shape[1])))


@timed.register
def _(problem: WrittenField, name: str) -> TimedFunction:
    return TimedFunction(without_symbols(problem), name)


def read_loss(source: Any, variables: Any = None, parameters: Any = ()) -> Loss:
    """Return the loss of a source: in a ring, or as it is written where that is wide.

    Parameters and errors are those of `Loss.read`.

    >>> names = [f"x{i}" for i in range(100)]
    >>> loss = read_loss(" + ".join(f"log(1 + exp({x})) + {x}**2" for x in names), names)
    >>> loss.dimension, loss(np.zeros(100))[:2]
    (100, array([-0.5, -0.5]))
    """
    ring, expressions, about = read_source(source, variables, parameters, None)
    if len(expressions) == 1 and not ring.parameters and is_wide(expressions[0]):
        return WrittenLoss(ring, expressions, about)
    return Loss.read(source, variables, parameters)


def read_field(source: Any, variables: Any = None, parameters: Any = ()) -> VectorField:
    """Return the field of a source: in a ring, or as it is written where that is wide.

    Parameters and errors are those of `VectorField.read`.

    >>> names = [f"x{i}" for i in range(100)]
    >>> read_field([f"-sin({x})" for x in names], names)(np.ones(100))[:2].round(6)
    array([-0.841471, -0.841471])
    """
    given, order, about = source, variables, None
    if isinstance(source, str):
        given, order, about = read_equations(source, variables, None)
    ring, expressions, about = read_source(given, order, parameters, about)
    together = add(*expressions) if len(expressions) > 1 else expressions[0]
    if ring.parameters or not is_wide(together):
        return VectorField.read(source, variables, parameters)
    if len(expressions) != len(ring.variables):
        raise not_one_each(len(expressions), ring.variables)
    if order is None:
        require_plain_order(ring.variables)
    return WrittenField(ring, expressions, about)


# --- private helpers ------------------------------------------------------------------------------


def _together(expressions: Sequence[Expression], variables: Sequence[str]) -> Program:
    program = Program(variables)
    algebra = ProgramAlgebra(program)
    for expression in expressions:
        program.output(fold(expression, algebra).node)
    return program


def _conditions(expression: Expression) -> list[tuple[Expression, str]]:
    """Return what logarithms, roots and denominators ask of arguments that may not have it."""
    found: list[tuple[Expression, str]] = []
    for node in subtrees(expression):
        if isinstance(node, Power) and node.exponent.q > 1:
            found.append((node.base, "positive"))
        elif isinstance(node, Power) and node.exponent < 0:
            found.append((node.base, "nonzero"))
        elif isinstance(node, Call) and node.function == "log":
            found.append((node.argument, "positive"))
        elif isinstance(node, Call) and node.function == "asin":
            square = multiply(Number(fmpq(-1)), power(node.argument, fmpq(2)))
            found.append((add(Number(fmpq(1)), square), "positive"))
    return [(e, need) for e, need in found if fold(e, _Sign()) < _POSITIVE]


_UNKNOWN, _NOT_NEGATIVE, _POSITIVE = 0, 1, 2


class _Sign:
    """The algebra of signs: whether an expression is positive, or not negative, by its form."""

    def number(self, value: fmpq) -> int:
        return _POSITIVE if value > 0 else _NOT_NEGATIVE if value == 0 else _UNKNOWN

    def symbol(self, name: str) -> int:
        return _UNKNOWN

    def constant(self, name: str) -> int:
        return _POSITIVE

    def sum(self, values: list[int]) -> int:
        return max(values) if min(values) > _UNKNOWN else _UNKNOWN

    def product(self, values: list[int]) -> int:
        return min(values)

    def power(self, value: int, exponent: fmpq) -> int:
        even = exponent.q == 1 and exponent.p % 2 == 0
        return max(value, _NOT_NEGATIVE) if even and exponent > 0 else value

    def call(self, name: str, value: int) -> int:
        return _POSITIVE if name in ("exp", "cosh") else _UNKNOWN
