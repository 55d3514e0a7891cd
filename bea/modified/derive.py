"""Deriving: `modified_equation` finds the field whose flow the iterates of a method follow.

Here it is decided by which route. The inverse question is in `bea.modified.modifying`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, overload

from flint import fmpq

from bea.algebra import Element
from bea.errors import BeaError, GuessWarning, MethodError, OrderError, UnknownNameError
from bea.fields import VectorField
from bea.fields.functions import many_variables, without_symbols
from bea.methods import Method, Scheduled
from bea.methods.library.decimals import plain_number
from bea.methods.rules.counter import with_remedy
from bea.modified import routes
from bea.modified.checks import checked_order, require_method, require_problem
from bea.modified.componentwise.equation import ComponentwiseEquation
from bea.modified.cost import FREE, LOW, check_effort, check_sizes
from bea.modified.equation import ModifiedEquation
from bea.modified.memory.at_step import AtStep
from bea.modified.memory.character import Character
from bea.modified.memory.variables import in_own_variables, variable_on_a_loss
from bea.modified.points.equation import (
    AT_POINTS,
    PointwiseEquation,
    TermsAtPoints,
    derive_at_points,
)
from bea.modified.routes import trees
from bea.modified.routes.operator import symbol
from bea.modified.schedule import on_trees as scheduled
from bea.modified.settled_memory import UnsettledError
from bea.modified.symbolic_step import (
    missing_symbols,
    rational_if_possible,
)
from bea.patience import told
from bea.trees import FIELD, THETA, Tree, TreeMapping, check_number, trees_up_to

# Mixed derivatives of m directions cost 2^m: beyond this order the step is the cheaper way, unless
# there is memory, whose corrected start is known on trees alone.
_FEW_DERIVATIVES = 3
# From this order on most trees of an accurate method vanish, and up to that one they are few.
_ACCURATE, _FEW_TREES = 4, 8
# With so many variables an equation that is too long to be written is one of numbers at points.
_LARGE = 10


@overload
def modified_equation(
    method: Method,
    problem: VectorField,
    order: int = 2,
    route: str = "auto",
    at_step: int | None = None,
    memory: str = "auto",
    at: None = None,
) -> ModifiedEquation: ...


@overload
def modified_equation(
    method: Method,
    problem: VectorField,
    order: int = 2,
    route: str = "auto",
    *,
    at: Any,
) -> TermsAtPoints: ...


@overload
def modified_equation(
    method: Method,
    problem: VectorField | None = None,
    order: int = 2,
    route: str = "auto",
    at_step: int | None = None,
    memory: str = "auto",
    at: Any = None,
) -> Any: ...


@told("deriving")
def modified_equation(
    method: Method,
    problem: VectorField | None = None,
    order: int = 2,
    route: str = "auto",
    at_step: int | None = None,
    memory: str = "auto",
    at: Any = None,
) -> Any:
    """Derive the modified equation of a method.

    Parameters
    ----------
    method
        The method, such as `bea.methods.gradient_descent()`.
    problem
        A loss or vector field; None derives for every field at once, on trees.
    order
        Highest power of gamma that is kept; 0 is the original field.
    route
        "operator", "perturbation" or "trees" (three independent derivations that agree exactly),
        or "auto", the fastest that applies.
    at_step
        The number n of a step, 1 for the first: derive the field whose flow is this very step of a
        run from the method's own beginning, such as Adam's from zero memory, instead of what it
        settles to; see `bea.modified.memory.at_step`.
    memory
        "settled": memory is on the slow manifold on which it settles; "state": it is a variable
        beside theta, which asks that the step keeps it as gamma tends to 0, as that of a velocity
        (1 - a gamma) v - gamma grad does; "auto": whichever there is.
    at : (points, d) or (d,), optional
        Return the numbers f_0 ... f_K at these points instead, found without symbols by the route
        "trees" (directional derivatives) or "step" (the step alone, in power series over arrays),
        or "auto", the cheaper. A problem that is a function, such as `bea.problems.from_function`
        makes, has no other equation than such a one, for all points.

    Returns
    -------
    ModifiedEquation
        Of a rule with the number n of its step other than in c**n the variables are theta, memory
        that stands still at gamma = 0, and the time t = n gamma.
        Without a problem, for a rule such as Adam's, whose quotients and roots have no series on
        trees, a `ComponentwiseEquation` instead: to order 1, in components of the gradient.

    Raises
    ------
    OrderError
        If `order` is no natural number, or too high for a componentwise equation.
    UnknownNameError
        If there is no such route.
    MethodError
        If the step does not tend to the identity, or cannot be expressed in the arithmetic.

    Examples
    --------
    >>> import bea
    >>> y_squared = bea.problems.field("y**2")
    >>> modified_equation(bea.methods.explicit_euler(), y_squared, order=4)
    y' = y² − γy³ + 3γ²y⁴/2 − 8γ³y⁵/3 + 31γ⁴y⁶/6 + O(γ⁵)
    """
    require_method(method)
    if problem is None:
        method, said = method.for_every_field()
        if said:
            warnings.warn(said, GuessWarning, stacklevel=2)
    if at_step is not None:
        method = AtStep(method, at_step)
    if at is not None:
        return _at_points(method, problem, order, route).at(at)
    try:
        return derive(Character(method, problem), order, route, memory)
    except MethodError as error:
        if problem is not None and method.needs_time:
            raise with_remedy(error) from None
        if problem is not None or method.iterates_only or (route, memory) != ("auto", "auto"):
            raise
        if not method.gradient:
            raise
        return _componentwise(method, order, error)


def derived_already(character: Character, order: int) -> ModifiedEquation:
    """Return what was derived of a method to this order or a higher one, or derive it."""
    known: ModifiedEquation | None = character.derived
    return known if known is not None and known.order >= order else derive(character, order)


def derive(
    character: Character, order: int, route: str = "auto", memory: str = "auto"
) -> ModifiedEquation:
    """Derive the modified equation of a method of which the character is known, or may be wanted.

    What was derived of it to the same order or a higher one is not derived anew. Parameters and
    errors are those of `modified_equation`.
    """
    order, method = checked_order(order), character.method
    known: ModifiedEquation | None = character.derived
    if route == "auto" and known is not None and known.order >= order:
        return known.truncate(order)
    asked = character
    problem = with_symbols_of(method, character.problem)
    method.check_field(problem)
    if problem is not None and many_variables(problem) and route == "auto":
        return _without_symbols(asked, order)
    if problem is not None and not problem.symbolic:
        asked.derived = _by_numbers(character, order, route)
        return asked.derived
    if problem is not character.problem:
        character = Character(method, problem)
    character = in_own_variables(character, memory)
    method, problem = character.method, character.problem
    if problem is not None:
        try:
            factor = _terms_of_schedule(character, problem)
            check_sizes(problem.components, order, problem.name, factor)
        except OrderError:
            if route != "auto" or problem.dimension < _LARGE or problem.parameters:
                raise
            return _without_symbols(asked, order)
    chosen = _choose(route, character, order)
    if problem is not None and order > FREE and not character.has_memory:
        check_effort(routes.get(chosen).on_field(method, problem, LOW), order, problem.name)
    found = _Derivation(character, chosen)
    equation = ModifiedEquation(
        method,
        order,
        problem,
        route=chosen,
        coefficients=found.coefficients,
        components=found.components,
        memory=found.memory,
        character=character,
    )
    asked.derived = derived(equation)
    return equation


def _terms_of_schedule(character: Character, problem: VectorField) -> int:
    """Return how many terms s(t) has, by which f_0 = s(t) f has more than f; 1 without one."""
    if not isinstance(character.method, Scheduled):
        return 1
    leading = _Derivation(character, _choose("auto", character, 0)).components(0)[0]
    pairs = zip(leading, problem.components, strict=True)
    return max(len(new.poly) // max(1, len(old.poly)) for new, old in pairs)


def by_trees(
    on_trees: Callable[[Method, int], list[Any]], method: Method, order: int
) -> TreeMapping:
    """Return what a route finds on trees, by tree."""
    check_number(order + 1, method.colors)
    found = [rational_if_possible(b) for b in on_trees(method, order)]
    unit = method.rounding
    if unit:
        found = [plain_number(b, unit) if isinstance(b, fmpq) else b for b in found]
    if type(method).vanishes is not Method.vanishes:
        pairs = zip(trees_up_to(order + 1, method.colors), found, strict=True)
        found = [b * 0 if method.vanishes(tree) else b for tree, b in pairs]
    return TreeMapping(found, order + 1, method.colors)


def derived(equation: ModifiedEquation) -> ModifiedEquation:
    """Derive now, so that errors come from the call and not from the first look at the result."""
    find: Callable[[], Any] = lambda: (  # noqa: E731
        equation.coefficients if equation.problem is None else equation.components
    )
    find()
    return equation


def with_symbols_of(method: Method, problem: VectorField | None) -> VectorField | None:
    """Let the method's symbolic hyperparameters into the problem's ring, as parameters."""
    if problem is None:
        return None
    require_problem(problem)
    missing = missing_symbols(method, problem)
    return problem.with_parameters(missing) if missing else problem


def given(problem: VectorField | None) -> VectorField:
    """Return the problem, which there is."""
    assert problem is not None
    return problem


# --- private helpers ----------------------------------------------------------------------------


def _at_points(method: Method, problem: VectorField | None, order: int, route: str) -> Any:
    """Return the equation of which numbers at points are asked, of a problem in symbols, too."""
    if problem is None:
        raise BeaError("points are given and no problem: give modified_equation a problem, too")
    require_problem(problem)
    return derive(Character(method, without_symbols(problem)), order, route)


def _without_symbols(character: Character, order: int) -> ModifiedEquation:
    """Return the equation of numbers at points on a problem in symbols."""
    assert character.problem is not None
    own = Character(character.method, without_symbols(character.problem))
    character.derived = derive(own, order)
    return character.derived


def _by_numbers(character: Character, order: int, route: str) -> PointwiseEquation:
    """Return the equation on a problem without symbols, by trees if the method is on them."""
    method, problem = character.method, given(character.problem)
    with_schedule = isinstance(method, Scheduled)
    if method.needs_time or (with_schedule and not hasattr(problem, "time_name")):
        raise MethodError(
            f"'{method}' depends on the time, and '{problem.name}' has none: give it "
            "bea.fields.with_time(problem)"
        )
    if route == "auto":
        on_trees = (
            character.is_on_trees and set(method.colors) <= {FIELD, THETA} and not with_schedule
        )
        few = order <= _FEW_DERIVATIVES + character.has_memory
        route = "trees" if on_trees and few else "step"
    if route not in AT_POINTS:
        raise UnknownNameError(
            f"the route '{route}' needs symbols: choose one of {', '.join(AT_POINTS)}, or auto"
        )
    if route == "trees" and character.has_memory:
        _ = character.slowest_rate  # refuses a memory that does not contract
    coefficients = _Derivation(character, "manifold" if character.has_memory else "trees")
    made = {"method": method, "order": order, "problem": problem, "character": character}
    equation = derive_at_points(made, coefficients.coefficients, route)
    if route == "trees":
        _ = equation.coefficients
    return equation


def _componentwise(method: Method, order: int, error: MethodError) -> ComponentwiseEquation:
    """Return the equation in components, or say why there is none on trees."""
    try:
        found = ComponentwiseEquation(method, min(order, 1))
    except UnsettledError as unsettled:  # on no loss, so that a concrete one is no remedy
        raise (variable_on_a_loss(method) or unsettled) from None
    except BeaError:
        raise error from None
    return found if order <= 1 else ComponentwiseEquation(method, order)  # which refuses it


class _Derivation:
    """The terms of a method's equation to whatever order is asked, by one route."""

    def __init__(self, character: Character, route: str) -> None:
        self.character, self.route = character, route
        self.method, self.problem = character.method, character.problem

    def coefficients(self, order: int) -> Mapping[Tree, Any]:
        if isinstance(self.method, Scheduled):
            return scheduled.on_trees(self.method, order)
        other = "manifold" if self.route == "manifold" else "trees"
        route = routes.get(self.route if self.problem is None else other)
        return by_trees(route.on_trees, self.method, order)

    def components(self, order: int) -> list[tuple[Element, ...]]:
        if self.route == "manifold":
            return self.character.slow_manifold.to(order)[0]
        if self.route == "trees" and self.method.rounding:
            found = list(self.coefficients(order).values())
            return trees.evaluate(found, given(self.problem), order, self.method)
        return routes.get(self.route).on_field(self.method, given(self.problem), order)

    def memory(self, order: int) -> Any:
        return self.character.slow_manifold.to(order)[1]


def _choose(route: str, character: Character, order: int) -> str:
    method, problem = character.method, character.problem
    if route != "auto":
        routes.get(route)
        if problem is None and isinstance(method, Scheduled) and route != "manifold":
            raise MethodError(
                f"the route '{route}' knows no schedule on trees: use manifold, or derive on a "
                "concrete problem with a time, bea.fields.with_time(problem)"
            )
        return route
    if character.has_memory:
        _ = character.slowest_rate  # refuses a memory that does not contract
        return "manifold"
    if problem is None:
        return "manifold" if isinstance(method, Scheduled) else "trees"
    if method.rounding:  # whose residue is told by the trees
        return "trees"
    if symbol(method, 0) is not None:
        return "operator"
    if (method.order_of_accuracy or 0) >= _ACCURATE and len(method.colors) == 1:
        pays = _ACCURATE <= order <= _FEW_TREES and character.is_on_trees
        return "trees" if pays else "perturbation"
    return "perturbation"
