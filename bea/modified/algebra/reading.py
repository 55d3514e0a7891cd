"""Coefficients of B-series from what users have: methods, equations, numbers by trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flint import fmpq

from bea.algebra import Element
from bea.algebra.language.expressions import free_symbols
from bea.algebra.ring.conversions import read, to_expression
from bea.algebra.ring.exact import exact, in_ring
from bea.bseries import ring_of_numbers
from bea.errors import BeaError, MethodError, OrderError, TreeError
from bea.methods import Method, Scheduled
from bea.methods.registry import read as method_of
from bea.modified.checks import checked_order
from bea.modified.derive import modified_equation
from bea.modified.equation import ModifiedEquation
from bea.modified.symbolic_step import rational_if_possible
from bea.trees import FIELD, PLAIN, THETA, WITH_THETA, Color, Colors, Tree, positions, tree_of
from bea.trees.colors import parts_of
from bea.trees.texts import check_colors, named


def field_of(source: Any, order: int) -> tuple[list[Any], Colors]:
    """Return the coefficients b of a method's modified field, or of an equation, and their colours.

    With memory it is the field on the slow manifold.
    """
    found = method_of(source) if isinstance(source, str) else source
    if isinstance(found, Method):
        found = equation_on_trees(found, order)
    if not isinstance(found, ModifiedEquation):
        raise BeaError(
            f"a series is of a method, its name or an equation, and {type(source).__name__} is "
            "none: take BSeries.map or BSeries.field for numbers by trees"
        )
    _refuse_schedule(found.method)
    return list(found.truncate(order).coefficients.values()), found.method.colors


def equation_on_trees(method: Method, order: int) -> ModifiedEquation:
    """Return the modified equation of a method for every field, where trees express it.

    Raises
    ------
    MethodError
        If they do not, or there is a schedule.
    """
    _refuse_schedule(method)
    found = modified_equation(method, order=0)
    if not isinstance(found, ModifiedEquation):
        raise MethodError(
            f"trees do not express {method.name}, which takes roots or quotients of f: take "
            "another method, such as heavy-ball or rk4"
        )
    return modified_equation(method, order=order)


def numbers_by_trees(
    values: Mapping[Any, Any], nodes: int | None, colors: Any
) -> tuple[list[Any], Colors]:
    """Return the list over all trees up to some size; those that are not given have zero.

    Keys are trees or their texts, values exact numbers. Without `nodes` the largest tree that is
    given says it, and without `colors` theirs do.
    """
    if not isinstance(values, Mapping):
        raise BeaError("numbers are given by trees, as in {'f': 1, \"f'f\": '1/2'}")
    asked = None if colors is None else colors_of(colors)
    given = [(key if isinstance(key, Tree) else tree_of(key, asked), key) for key in values]
    chosen = asked or colors_of(None, [color for found, _ in given for color in found.colors])
    largest = max((found.order for found, _ in given), default=1)
    nodes = largest if nodes is None else nodes
    if nodes < largest:
        raise OrderError(
            f"a tree of {largest} nodes is given and those of {nodes} at most are kept: leave the "
            "order out, or the tree"
        )
    places = positions(nodes, chosen)
    found: list[Any] = [None] * len(places)
    for (tree, key), value in zip(given, exact_numbers(values.values()), strict=True):
        check_colors(tree, chosen)
        if tree not in places:
            raise TreeError(f"the tree '{key}' has two branches on θ, and is zero: leave it out")
        if found[places[tree]] is not None:
            raise TreeError(f"the tree {tree} is given twice, once as '{key}': leave one out")
        found[places[tree]] = value
    return [fmpq(0) if value is None else value for value in found], chosen


def colors_of(asked: Any, seen: Iterable[Color] = ()) -> Colors:
    """Return colours: those asked for, a number of parts or their names, or what those seen need.

    >>> colors_of(2), colors_of(None, parts_of(3)[2:])
    ((f1, f2), (f1, f2, f3))
    """
    if isinstance(asked, int) and not isinstance(asked, bool):
        if asked < 1:
            raise TreeError(f"a field has one part or more, and {asked} were asked for")
        return PLAIN if asked == 1 else parts_of(asked)
    if asked is not None:
        return tuple(c if isinstance(c, Color) else tree_of(f"[]:{c}").color for c in asked)
    seen = set(seen)
    numbers = [int(color.name[1:]) for color in seen - {*WITH_THETA}]
    found = parts_of(max(2, *numbers)) if numbers else WITH_THETA if THETA in seen else PLAIN
    if numbers and FIELD in seen:
        raise TreeError("some nodes are of f and others of its parts f1, f2, …: name parts only")
    if not seen <= {*found}:
        raise TreeError(f"the trees have nodes of {named(sorted(seen, key=str))}: say the colors")
    return found


def known_color(name: Any, colors: Colors) -> Color:
    """Return the one of these colours that has a name, such as "f1"."""
    found = next((color for color in colors if name in (color, color.name, color.text)), None)
    if found is None:
        raise TreeError(f"there is no colour '{name}': the trees are of {named(colors)}")
    return found


def nodes_of(order: int, shift: int) -> int:
    """Return the nodes of the largest trees of a series to gamma^order.

    Raises `OrderError` if there would be none.
    """
    if checked_order(order) < 1 + shift:
        raise OrderError(f"a map begins with γ^1: give an order of at least {1 + shift}")
    return int(order) - shift


def exact_numbers(values: Iterable[Any]) -> list[Any]:
    """Return exact numbers of one ring: rationals as such, the rest as elements."""
    found = [v if isinstance(v, Element) else exact(v, "the coefficient") for v in values]
    names = {name for v in found for name in _symbols(v)}
    ring = ring_of_numbers(tuple(sorted(names)))
    return [
        rational_if_possible(_moved(v, ring) if isinstance(v, Element) else in_ring(v, ring))
        for v in found
    ]


def in_one_ring(*lists: Sequence[Any]) -> list[list[Any]]:
    """Return lists of coefficients with all elements in one ring, that of all their symbols."""
    rings = {id(v.ring): v.ring for one in lists for v in one if isinstance(v, Element)}
    if len(rings) <= 1:
        return [list(one) for one in lists]
    ring = ring_of_numbers(tuple(sorted({name for r in rings.values() for name in r.symbols})))
    return [[_moved(v, ring) if isinstance(v, Element) else v for v in one] for one in lists]


# --- private helpers ----------------------------------------------------------------------------


def _refuse_schedule(method: Method) -> None:
    if isinstance(method, Scheduled):
        raise MethodError("with a schedule the coefficients are no numbers: leave it out")


def _symbols(value: Any) -> tuple[str, ...]:
    return value.ring.symbols if isinstance(value, Element) else tuple(free_symbols(value))


def _moved(value: Element, ring: Any) -> Element:
    return value if value.ring is ring else read(ring, to_expression(value))
