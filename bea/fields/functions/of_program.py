"""A field of symbols as one of numbers: its program, run on power series whose entries are floats.

This is Taylor's mode on the straight-line program: what it costs grows with the program, not with
the number of partial derivatives.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bea.algebra.language.limits import MANY_VARIABLES
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.programs.program import Program
from bea.algebra.programs.wide import WideProgram
from bea.arrays import Floats
from bea.fields.functions.derivatives import Derivatives, padded
from bea.fields.functions.function_field import FunctionField, FunctionLoss
from bea.fields.functions.groups import Groups
from bea.fields.vector_field import Loss, VectorField

_KNOWN = "_as_function"  # where a problem keeps what was made of it


def without_symbols(problem: VectorField) -> FunctionField:
    """Return a problem as a function, for which nothing is ever written out.

    Examples
    --------
    >>> from bea.fields import Loss
    >>> loss = without_symbols(Loss.read("x**2*y + y**2", "x y"))
    >>> loss(np.array([1.0, 2.0])), float(loss.at(np.array([1.0, 2.0])))
    (array([-4., -5.]), 6.0)

    Raises
    ------
    BeaError
        If a parameter has no value.
    """
    if isinstance(problem, FunctionField):
        return problem
    known = problem.__dict__.get(_KNOWN)
    if known is None:
        known = problem.__dict__[_KNOWN] = _made_of(problem)
    return known


def many_variables(problem: VectorField) -> bool:
    """Tell whether a problem in symbols is one for which nothing should be written out.

    >>> many_variables(VectorField.read("-x"))
    False
    """
    many = problem.wide or problem.dimension > MANY_VARIABLES
    return problem.symbolic and many and not problem.parameters


def _made_of(problem: VectorField) -> FunctionField:
    problem.require_values()
    kind = FunctionLoss if isinstance(problem, Loss) else FunctionField
    groups = Groups(problem.variables, ((),) * problem.dimension)
    derivatives = ProgramDerivatives(problem.program, problem)
    return kind(derivatives, groups, problem.about, inside=problem.domain())


class ProgramDerivatives(Derivatives):
    """The derivatives of a straight-line program."""

    def __init__(self, program: Program, problem: VectorField) -> None:
        self.program, self.problem = program, problem
        self._function, self._wide = compile_program(program), WideProgram(program)

    def field(self, theta: Floats) -> Floats:
        """Return the field at theta, (d, lanes)."""
        return self._function(theta, np.empty((len(self.program.outputs), theta.shape[1])))

    def loss(self, theta: Floats) -> Floats:
        """Return the loss at theta, (lanes,)."""
        assert isinstance(self.problem, Loss)
        return self.problem.at(theta.T)

    def taylor(self, coefficients: Sequence[Floats], order: int) -> list[Floats]:
        """Return the Taylor coefficients of the field along a curve."""
        if order == 0 or len(coefficients) == 1:
            return padded([self.field(coefficients[0])], order)
        return self._wide.taylor(coefficients, order)
