"""Deriving: which route is taken, and the inverse question.

`modified_equation` finds the field whose flow the iterates of a method follow;
`modifying_integrator` the field to feed the method so that its iterates follow the original flow.
Source of the latter: Chartier, Hairer and Vilmart, "Numerical integrators based on modified
differential equations", Math. Comp. 76 (2007) 1941-1953.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import factorial
from typing import Any, overload

from flint import fmpq

from bea.algebra import Element
from bea.bseries import exact_map
from bea.bseries.fed_field import FedField
from bea.bseries.lifting import through_images
from bea.bseries.numbers import Array, Exact
from bea.errors import BeaError, GuessWarning, MethodError
from bea.fields import VectorField
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
from bea.modified.memory.modifying import modifying_with_memory
from bea.modified.memory.variables import in_own_variables, variable_on_a_loss
from bea.modified.routes import trees
from bea.modified.routes.operator import symbol
from bea.modified.schedule import on_trees as scheduled
from bea.modified.settled_memory import UnsettledError
from bea.modified.symbolic_step import (
    missing_symbols,
    rational_if_possible,
    series_iterates,
    tree_iterates,
    tree_map,
)
from bea.trees import Tree, TreeMapping, TreeTable, check_number, tree_table, trees_up_to


@overload
def modified_equation(
    method: Method,
    problem: VectorField,
    order: int = 2,
    route: str = "auto",
    at_step: int | None = None,
    memory: str = "auto",
) -> ModifiedEquation: ...


@overload
def modified_equation(
    method: Method,
    problem: VectorField | None = None,
    order: int = 2,
    route: str = "auto",
    at_step: int | None = None,
    memory: str = "auto",
) -> Any: ...


def modified_equation(
    method: Method,
    problem: VectorField | None = None,
    order: int = 2,
    route: str = "auto",
    at_step: int | None = None,
    memory: str = "auto",
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
    problem = _with_symbols_of(method, character.problem)
    method.check_field(problem)
    if problem is not character.problem:
        character = Character(method, problem)
    character = in_own_variables(character, memory)
    method, problem = character.method, character.problem
    if problem is not None:
        check_sizes(problem.components, order, problem.name)
    chosen = _choose(route, character)
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
    asked.derived = _derived(equation)
    return equation


def modifying_integrator(
    method: Method, problem: VectorField | None = None, order: int = 2
) -> ModifiedEquation:
    """Find the field to feed the method so that its iterates follow the flow of f.

    Its iterates agree with the flow of the original field to one order of gamma more for each
    term that is kept. Parameters are those of `modified_equation`, and so are the errors. With
    memory it is so on the slow manifold, and the flow is that of f_0, which for momentum is
    f/(1 - beta); it is found on trees.

    Examples
    --------
    >>> import bea
    >>> modifying_integrator(bea.methods.explicit_euler(), order=1)
    f + γ/2 f'f + O(γ²)
    """
    order = checked_order(order)
    require_method(method)
    problem = _with_symbols_of(method, problem)
    method.check_field(problem)
    has_memory = Character(method, problem).has_memory
    on_trees = modifying_with_memory if has_memory else _modifying_on_trees
    equation = ModifiedEquation(
        method,
        order,
        problem,
        route="trees" if problem is None or has_memory else "perturbation",
        kind="modifying",
        coefficients=partial(_by_trees, on_trees, method),
        components=partial(_fed_by_trees if has_memory else _modifying_on_field, method, problem),
    )
    return _derived(equation)


# --- private helpers ----------------------------------------------------------------------------


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
        return _by_trees(route.on_trees, self.method, order)

    def components(self, order: int) -> list[tuple[Element, ...]]:
        if self.route == "manifold":
            return self.character.slow_manifold.to(order)[0]
        if self.route == "trees" and self.method.rounding:
            found = list(self.coefficients(order).values())
            return trees.evaluate(found, _given(self.problem), order, self.method)
        return routes.get(self.route).on_field(self.method, _given(self.problem), order)

    def memory(self, order: int) -> Any:
        return self.character.slow_manifold.to(order)[1]


def _by_trees(
    on_trees: Callable[[Method, int], list[Any]], method: Method, order: int
) -> TreeMapping:
    check_number(order + 1, method.colors)
    found = [rational_if_possible(b) for b in on_trees(method, order)]
    unit = method.rounding
    if unit:
        found = [plain_number(b, unit) if isinstance(b, fmpq) else b for b in found]
    if type(method).vanishes is not Method.vanishes:
        pairs = zip(trees_up_to(order + 1, method.colors), found, strict=True)
        found = [b * 0 if method.vanishes(tree) else b for tree, b in pairs]
    return TreeMapping(found, order + 1, method.colors)


def _modifying_on_trees(method: Method, order: int) -> list[Any]:
    """Add, size by size, what the map still lacks of the exact flow 1/density.

    The trees of n nodes of the map hold b itself once, and smaller trees otherwise: the step is run
    for n = 1, 2, ..., each time on thrice as many trees, and what it is fed with keeps the rest.
    """
    nodes, colors = order + 1, method.colors
    wanted = exact_map(nodes, colors)
    # What theta has of its own is fed through f, like the rest.
    leading = dict(zip(colors, tree_map(method, 1), strict=True))
    scales = [1 / leading[colors[0] if color.unit else color] for color in colors]

    def found(numbers: Exact, table: TreeTable) -> Array:
        field, flow = numbers.zeros(len(table)), numbers.array(wanted[: len(table)])
        fed = FedField(table, numbers, field)
        for size in range(1, table.order + 1):
            level = table.level(size)
            step = tree_iterates(method, size, field=fed, numbers=numbers)[1]
            lacking = numbers.reduced(flow[level] - step.values[level])
            for root, scale in enumerate(scales):
                rooted = table.root[level] == root
                field[level][rooted] = numbers.scaled(lacking[rooted], scale)
        return field

    return through_images(found, tree_table(nodes, colors))


def _fed_by_trees(
    method: Method, problem: VectorField | None, order: int
) -> list[tuple[Element, ...]]:
    found = list(_by_trees(modifying_with_memory, method, order).values())
    return trees.evaluate(found, _given(problem), order, method)


def _modifying_on_field(
    method: Method, problem: VectorField | None, order: int
) -> list[tuple[Element, ...]]:
    """The same in the ring: f_k is what a step fed with f_0 ... f_(k-1) lacks at gamma^(k+1).

    At first f itself is fed, and f_0 is f and what that lacks: weight decay, say, is given back.
    """
    field = _given(problem)
    exact = _taylor(field, order)
    lacking = _lacking(method, field, [], exact, 1)
    terms = [tuple(f + c for f, c in zip(field.components, lacking, strict=True))]
    fed = VectorField(terms[0], field.about)
    if not all(c.is_zero() for c in _lacking(method, fed, [], exact, 1)):
        raise MethodError(
            f"the step of '{method.name}' does not begin with theta + gamma f, nor with that and "
            "something of its own: no field is known to make it follow f"
        )
    for k in range(1, order + 1):
        terms.append(_lacking(method, fed, terms[1:], exact, k + 1))
    return terms


def _lacking(
    method: Method,
    fed: VectorField,
    corrections: Sequence[tuple[Element, ...]],
    exact: Sequence[tuple[Element, ...]],
    power: int,
) -> tuple[Element, ...]:
    """Return what the step with this field lacks of the exact flow at gamma^power."""
    step = series_iterates(method, fed, power, corrections=corrections)[1]
    return tuple(e - s[power] for e, s in zip(exact[power - 1], step, strict=True))


def _taylor(field: VectorField, order: int) -> list[tuple[Element, ...]]:
    """Return the coefficients of gamma^1 ... gamma^(order + 1) of the exact flow."""
    term, found = field.components, [field.components]
    for _ in range(order):
        term = tuple(field.lie_derivative(c) for c in term)
        found.append(term)
    return [tuple(c * fmpq(1, factorial(n + 1)) for c in vector) for n, vector in enumerate(found)]


def _choose(route: str, character: Character) -> str:
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
    return "operator" if symbol(method, 0) is not None else "perturbation"


def _derived(equation: ModifiedEquation) -> ModifiedEquation:
    """Derive now, so that errors come from the call and not from the first look at the result."""
    find: Callable[[], Any] = lambda: (  # noqa: E731
        equation.coefficients if equation.problem is None else equation.components
    )
    find()
    return equation


def _with_symbols_of(method: Method, problem: VectorField | None) -> VectorField | None:
    """Let the method's symbolic hyperparameters into the problem's ring, as parameters."""
    if problem is None:
        return None
    require_problem(problem)
    missing = missing_symbols(method, problem)
    return problem.with_parameters(missing) if missing else problem


def _given(problem: VectorField | None) -> VectorField:
    assert problem is not None
    return problem
