"""The directional derivative of a straight-line program, and linear equations with its matrix.

`linearised` carries a tangent along beside every operation (the forward mode of Griewank and
Walther, Evaluating Derivatives, section 3.1): exact, at a few times the operations of the program,
in whatever arithmetic it is run. `adjugate` solves linear equations over a ring, where only the
determinant is divided by (Faddeev and LeVerrier; Gantmacher, The Theory of Matrices 1, section
IV.5); NumPy solves those in floats.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from bea.algebra.programs.program import Program
from bea.algebra.programs.values import Value
from bea.algebra.ring.atoms import KINDS


def linearised(program: Program, count: int) -> Program:
    """Return the program of the derivative of the outputs by the first `count` inputs.

    Its inputs are those of the program and then the direction, `count` components of it.

    Examples
    --------
    >>> program = Program(["x", "a"])
    >>> program.output(program.power(program.multiply(program.input(0), program.input(1)), 3))
    >>> linearised(program, 1).run([fmpq(2), fmpq(1), fmpq(1, 12)])  # 3 (a x)^2 a v
    [1]
    """
    inputs = program.inputs
    result = Program([*inputs, *(f"d{name}" for name in inputs[:count])])
    zero = Value(result, result.constant(0))
    values: dict[int, tuple[Value, Value]] = {}
    for n in program.live():
        operation, operands, value = program.nodes[n]
        if operation == "constant":
            values[n] = Value(result, result.constant(value)), zero
        elif operation == "pi":
            values[n] = Value(result, result.pi()), zero
        elif operation == "input":
            moving = value < count
            direction = Value(result, result.input(len(inputs) + value)) if moving else zero
            values[n] = Value(result, result.input(value)), direction
        else:
            values[n] = _with_tangent(operation, value, [values[m] for m in operands])
    for n in program.outputs:
        result.output(values[n][1].node)
    return result


def adjugate(matrix: Any) -> tuple[Any, Any]:
    """Return the adjugate, (d, d), and the determinant of a matrix (d, d) over a ring.

    Examples
    --------
    >>> adjugate(np.array([[fmpq(1), fmpq(2)], [fmpq(3), fmpq(4)]]))
    (array([[4, -2],
           [-3, 1]], dtype=object), -2)
    """
    size = len(matrix)
    diagonal = np.arange(size), np.arange(size)
    power, coefficient = matrix * 0, -np.trace(matrix)
    power[diagonal] = power[diagonal] + 1
    for k in range(2, size + 1):
        power = matrix @ power
        power[diagonal] = power[diagonal] + coefficient
        coefficient = -np.trace(matrix @ power) / k
    sign = (-1) ** size
    return power * -sign, coefficient * sign


def solve_lanes(
    matrix: NDArray[np.float64], right: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Solve a linear system in every lane.

    Parameters
    ----------
    matrix
        (d, d, lanes).
    right
        (d, lanes).

    Returns
    -------
    solution : ndarray, shape (d, lanes)
        nan where the matrix is singular or not finite.
    singular : ndarray of bool, shape (lanes,)
        Where it is finite and singular.

    Examples
    --------
    >>> solve_lanes(np.array([[[2.0, 0.0]]]), np.array([[1.0, 1.0]]))
    (array([[0.5, nan]]), array([False,  True]))
    """
    matrices = np.moveaxis(matrix, -1, 0)
    finite = np.asarray(np.isfinite(matrices).all(axis=(1, 2)))
    usable = finite.copy()
    usable[finite] = np.linalg.det(matrices[finite]) != 0
    solution = np.full(right.shape, np.nan)
    solution[:, usable] = np.linalg.solve(matrices[usable], right.T[usable, :, None])[..., 0].T
    return solution, finite & ~usable


# --- private helpers ----------------------------------------------------------------------------


def _with_tangent(
    operation: str, value: Any, operands: list[tuple[Value, Value]]
) -> tuple[Value, Value]:
    """Return an operation of a program with the derivative of its result."""
    a, tangent = operands[0]
    if operation in ("add", "subtract"):
        b, other = operands[1]
        return (a + b, tangent + other) if operation == "add" else (a - b, tangent - other)
    if operation == "multiply":
        b, other = operands[1]
        return a * b, tangent * b + a * other
    if operation == "negate":
        return -a, -tangent
    if operation in ("reciprocal", "root"):
        exponent = fmpq(-1) if operation == "reciprocal" else fmpq(1, value)
        result = a**exponent
        return result, tangent * (result * a**-1 * exponent)
    result = getattr(a, operation)()
    return result, tangent * KINDS[operation].slope(a, result, 1)
