"""Running a method's `step` symbolically: the one thing that the three routes share.

`series_iterates` runs it in power series over a ring or at a point, `tree_iterates` on trees. Both
return the starting point and the result of each further step, and both refuse a method that
carries memory or whose step does not tend to the identity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flint import arb, fmpq

from bea.algebra import Element, Expression, Ring, as_rational
from bea.algebra.language.expressions import free_symbols
from bea.algebra.ring.conversions import read, to_expression, to_program
from bea.algebra.ring.exact import in_ring
from bea.arrays import object_vector
from bea.bseries import TreeArithmetic, TreeSeries, ring_of_numbers
from bea.bseries.fed_field import FedField
from bea.bseries.lifting import through_images
from bea.bseries.numbers import EXACT, Array, Exact
from bea.errors import BeaError, MethodError, OrderError
from bea.fields import SeriesField, VectorField
from bea.methods import Method
from bea.patience import counted
from bea.trees import TreeTable, tree_table


def bind_exactly(method: Method) -> Method:
    """Return the method with exact hyperparameters: rationals, or elements of a ring."""
    return method.bind(TreeArithmetic(1, symbols=open_symbols(method)).constant)


def numbers_of(method: Method) -> Ring:
    """Return the ring of the exact numbers with the symbols that the method leaves open."""
    return ring_of_numbers(open_symbols(method))


def open_symbols(method: Method) -> tuple[str, ...]:
    """Return the names of the hyperparameters' open symbols, sorted."""
    symbols: set[str] = set()
    method.bind(lambda e: symbols.update(free_symbols(e)))
    return tuple(sorted(symbols))


def missing_symbols(method: Method, problem: VectorField) -> list[str]:
    """Return the method's open symbols that are no parameters of the problem yet.

    Raises
    ------
    BeaError
        If one has the name of a variable of the problem.
    """
    missing = [name for name in open_symbols(method) if name not in problem.parameters]
    clash = set(missing) & set(problem.variables)
    if clash:
        raise BeaError(
            f"the hyperparameter '{min(clash)}' has the name of a variable of the problem: "
            "rename one"
        )
    return missing


def named_part(method: Any, part: int) -> str:
    """Return what a user calls a part of the memory, with the statement of a rule."""
    while hasattr(method, "inner_part"):
        method, part = method.inner_part(part)
    rule = getattr(method, "rule", None)
    if rule is None:
        return f"part {part + 1}"
    name = rule.memory[part]
    return f"'{name}' ({rule.place_of(name)})"


def no_identity(method: Any) -> MethodError:
    """Return the error that theta moves though gamma is 0."""
    rule = getattr(method, "rule", None)
    where = f": {rule.place_of('theta')}" if rule is not None else ""
    return MethodError(
        f"the step of '{_name(method)}' does not tend to the identity as gamma tends to 0, so that "
        f"no vector field has it as its flow: let theta move by gamma times something{where}"
    )


def series_iterates(
    method: Method,
    field: VectorField,
    order: int,
    steps: int = 1,
    point: Sequence[Any] | None = None,
    corrections: Sequence[Sequence[Element]] = (),
) -> list[Any]:
    """Return theta after 0, 1, ..., `steps` steps, as vectors of power series to gamma^order."""

    def run(to: int) -> list[Any]:
        f = SeriesField(field, to, point, corrections)
        bound = method.bind(f.constant if point is None else _numbers_like(point[0]))
        return _run(bound, f, f.identity, f.gamma, steps)

    iterates = in_full(run, order)
    for series, start in zip(iterates[-1], iterates[0], strict=True):
        if series[0] != start[0]:
            raise no_identity(method)
    return iterates


def in_full(run: Callable[[int], list[Any]], order: int) -> list[Any]:
    """Return vectors of series to gamma^order, run to a higher order where some powers get lost.

    A step that divides by gamma, as in (theta - old)/gamma, loses a power each time.

    Raises
    ------
    MethodError
        If more than two get lost.
    """
    for spare in range(_MOST_DIVISIONS + 1):
        try:
            vectors = run(order + spare)
        except OrderError:  # not one coefficient was left
            continue
        if all(series.order >= order for vector in vectors for series in vector):
            return [
                vector if spare == 0 else object_vector(s.truncate(order) for s in vector)
                for vector in vectors
            ]
    raise MethodError(
        f"the step divides by gamma more than {_MOST_DIVISIONS} times over: write it with fewer "
        "quotients"
    )


def tree_iterates(
    method: Method,
    nodes: int,
    steps: int = 1,
    field: Sequence[Any] | FedField | None = None,
    numbers: Exact = EXACT,
) -> list[TreeSeries]:
    """Return theta after 0, 1, ..., `steps` steps as series on trees of at most `nodes` nodes."""
    f = TreeArithmetic(nodes, field, method.colors, numbers=numbers)
    iterates = _run(bind_exactly(method), f, f.identity, f.gamma, steps)
    if iterates[-1].identity != 1 or (iterates[-1].shift != 0 and not iterates[-1].vanishes()):
        raise no_identity(method)
    return iterates


def tree_map(method: Method, nodes: int, field: Sequence[Any] | None = None) -> list[Any]:
    """Return the coefficients a(tau) of one step; rational ones as `fmpq`."""

    def found(numbers: Exact, table: TreeTable) -> Array:
        return tree_iterates(method, table.order, 1, field, numbers)[1].values

    coefficients = through_images(found, tree_table(nodes, method.colors))
    return [rational_if_possible(c) for c in coefficients]


def rational_if_possible(value: Any) -> Any:
    """Return a ring element that is a rational number as that number, anything else as it is.

    Of nested radicals, which the ring does not reduce for good, those that are 0 are found.
    """
    if not isinstance(value, Element):
        return value
    rational = value.as_rational()
    if rational is None:
        return fmpq(0) if value.is_zero() else value
    return rational


def in_ring_of(field: VectorField, value: Any) -> Any:
    """Return a coefficient on trees as a rational, or as an element of the field's ring.

    The ring has the symbols of the method that it was derived for.
    """
    if not isinstance(value, Element):
        return value
    return read(field.ring, to_expression(value))


# --- private helpers ----------------------------------------------------------------------------

_MOST_DIVISIONS = 2


def _run(method: Method, f: Any, theta: Any, gamma: Any, steps: int) -> list[Any]:
    state = method.init(f, theta)
    if len(state):
        raise MethodError(
            f"method '{_name(method)}' carries memory, and this derivation is for methods of one "
            "step: modified_equation by the route 'manifold' is for memory"
        )
    iterates = [theta]
    for _ in counted(range(steps), "step", rounds=True):
        after = method.step(f, theta, state, gamma)
        if not (isinstance(after, tuple) and len(after) == 2):
            raise MethodError(
                f"the step of '{_name(method)}' returns no pair: return theta and the memory, "
                "which is () where there is none"
            )
        theta, state = after
        iterates.append(theta)
    return iterates


def _numbers_like(coordinate: Any) -> Callable[[Expression], Any]:
    """Return how hyperparameters become numbers at a point: rationals, or balls if need be."""

    def constant(value: Expression) -> Any:
        rational = as_rational(value)
        if rational is not None:
            return rational
        if isinstance(coordinate, arb) and not free_symbols(value):
            return to_program([in_ring(value, Ring([]))]).run([], arb)[0]
        raise MethodError(
            f"at a rational point the hyperparameter {value} must be rational: give the point as "
            "flint.arb balls, or derive at the general point"
        )

    return constant


def _name(method: Method) -> str:
    return method.name or type(method).__name__
