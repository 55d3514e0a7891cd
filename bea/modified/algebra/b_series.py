"""B-series as one type, with their algebra: maps, fields, and what comes between.

    map     theta + sum over tau of gamma^|tau| a(tau)/sigma(tau) F(tau)
    field   sum over tau of gamma^(|tau| - 1) b(tau)/sigma(tau) F(tau)

Maps are a group under composition, fields a Lie algebra, exp and log lead from one to the other,
and substitution puts a field into the place of f. Sources: Hairer, Lubich and Wanner, Geometric
Numerical Integration, sections III.1, III.2 and IX.9; Chartier, Hairer and Vilmart, "Algebraic
structures of B-series", Found. Comput. Math. 10 (2010) 407-427.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bea.bseries import exact_map, field_of_map, flow_of_field, lie_derivative
from bea.bseries.composition import composed, substituted
from bea.errors import BeaError, TreeError
from bea.modified.algebra.linear import LinearSeries, check_is_series, check_same_colors
from bea.modified.algebra.reading import (
    colors_of,
    field_of,
    in_one_ring,
    known_color,
    nodes_of,
    numbers_by_trees,
)
from bea.modified.equation import ModifiedEquation
from bea.trees import Color, tree
from bea.trees.texts import named

_EACH = "say which field stands for each of them, as in substitute({'f1': g, 'f2': h})"


class BSeries(LinearSeries):
    """A B-series, exact; made by `of`, `map`, `field`, `identity_map`, `f` and `exact_flow`.

    `@` composes maps, `**` iterates them, and what is combined is known to the lower of two orders.
    The coefficient a(tau) of a tree is the factor of F(tau)/symmetry; `series["f'f"]` has it.

    Examples
    --------
    >>> import bea
    >>> euler = bea.BSeries.of("explicit-euler", order=3)
    >>> euler
    θ + γ f + O(γ⁴)
    >>> euler.log()
    f − γ/2 f'f + γ²(1/3 f'f'f + 1/12 f''(f,f)) + O(γ³)
    >>> euler.adjoint() == bea.BSeries.of("implicit-euler", order=3)
    True
    >>> (euler @ euler)["f'f"]
    1
    """

    __slots__ = ()
    __hash__ = None

    # --- making -----------------------------------------------------------------------------------

    @classmethod
    def of(cls, source: Any, order: int | None = None) -> BSeries:
        """Return the map of one step of a method, or the field of a modified equation.

        Parameters
        ----------
        source
            A method, its name, or a `ModifiedEquation`. With memory the map is that on the slow
            manifold.
        order
            The highest power of gamma that is kept: by default 4 for a method, all of an equation.

        Raises
        ------
        MethodError
            If the method cannot be expressed on trees, or has a schedule.

        Examples
        --------
        >>> import bea
        >>> BSeries.of(bea.modifying_integrator(bea.methods.heun(), order=2))
        f + γ²(1/6 f'f'f − 1/12 f''(f,f)) + O(γ³)
        """
        if isinstance(source, ModifiedEquation):
            coefficients, colors = field_of(source, source.order if order is None else order)
            return cls(0, coefficients, -1, colors)
        coefficients, colors = field_of(source, nodes_of(4 if order is None else order, 0) - 1)
        return cls(1, flow_of_field(coefficients, colors), 0, colors)

    @classmethod
    def map(
        cls, values: Mapping[Any, Any], order: int | None = None, colors: Any = None
    ) -> BSeries:
        """Return the map with these coefficients a(tau), by trees or their texts; others are 0.

        Parameters
        ----------
        values
            Exact numbers, or texts of them, which may hold symbols, by trees: "[[],[]]" or
            "f''(f,f)".
        order
            The power of gamma to which it is known; by default that of the largest tree.
        colors
            The colours of the nodes, or the number of the parts of f; by default what is seen.

        Raises
        ------
        TreeError
            If a text is no tree, or has colours that are not those of the series.
        ExpressionError
            If a value is no exact number.

        Examples
        --------
        >>> BSeries.map({"f": 1, "f'f": "1/2", "f''(f,f)": "a"})
        θ + γ f + γ²/2 f'f + γ³a/2 f''(f,f) + O(γ⁴)
        """
        nodes = None if order is None else nodes_of(order, 0)
        coefficients, found = numbers_by_trees(values, nodes, colors)
        return cls(1, coefficients, 0, found)

    @classmethod
    def field(
        cls, values: Mapping[Any, Any], order: int | None = None, colors: Any = None
    ) -> BSeries:
        """Return the field with these coefficients b(tau); see `map`.

        >>> BSeries.field({"f1": 1, "f2": 1, "f1'f2": "-1/2"}, order=1)
        f₁ + f₂ − γ/2 f₁'f₂ + O(γ²)
        """
        nodes = None if order is None else nodes_of(order, -1)
        coefficients, found = numbers_by_trees(values, nodes, colors)
        return cls(0, coefficients, -1, found)

    @classmethod
    def identity_map(cls, order: int, colors: Any = None) -> BSeries:
        """Return the map that leaves theta where it is."""
        return cls.map({}, order, colors)

    @classmethod
    def f(cls, order: int, colors: Any = None) -> BSeries:
        """Return f itself as a field, the sum of its parts.

        >>> BSeries.f(1, colors=2)
        f₁ + f₂ + O(γ²)
        """
        leaves = [tree([], color) for color in colors_of(colors) if not color.unit]
        return cls.field(dict.fromkeys(leaves, 1), order, colors_of(colors))

    @classmethod
    def exact_flow(cls, order: int, colors: Any = None) -> BSeries:
        """Return the flow of f over one step, a(tau) = 1/density.

        >>> BSeries.exact_flow(2)
        θ + γ f + γ²/2 f'f + O(γ³)
        """
        chosen = colors_of(colors)
        return cls(1, list(exact_map(nodes_of(order, 0), chosen)), 0, chosen)

    # --- maps -------------------------------------------------------------------------------------

    def __matmul__(self, other: Any) -> BSeries:
        """Return the series at a map: first what is on the right, then what is on the left.

        Source: Hairer, Lubich and Wanner, theorem III.1.10.
        """
        _require(other, "map", "on the right of @", "take exp of a field")
        # A trunk has at least the nodes of the smallest tree, and so branches at most the others.
        outer, inner = self.alike(other.on_trees_of(other.nodes + self.least))
        found = composed(dict(outer.items()), outer.identity, dict(inner.items()))
        return outer._with(outer.identity, list(found.values()), self.shift)

    def inverse(self) -> BSeries:
        """Return the map that undoes this one."""
        return self.log().exp(-1)

    def adjoint(self) -> BSeries:
        """Return the inverse of the map with -gamma; of its field, that of the adjoint.

        Source: Hairer, Lubich and Wanner, section II.3 and theorem IX.2.2.
        """
        return self.scaled(-1) if self.kind == "field" else self.scaled(-1).inverse()

    def log(self) -> BSeries:
        """Return the field whose flow over one step the map is: a method's modified field.

        Source: Hairer, Lubich and Wanner, section IX.9.1.
        """
        _require(self, "map", "under log", "take exp of a field")
        return self._with(0, field_of_map(self.coefficients, self.colors), -1)

    def exp(self, time: Any = 1) -> BSeries:
        """Return the flow of a field over `time` steps, a number or a symbol.

        >>> BSeries.f(1).exp("t")
        θ + γt f + γ²t²/2 f'f + O(γ³)
        """
        _require(self, "field", "under exp", "take log of a map")
        field = self * time
        return self._with(1, flow_of_field(field.coefficients, self.colors), 0)

    def __pow__(self, exponent: Any) -> BSeries:
        """Return the map taken so many times: any exact number, -1 for the inverse."""
        return self.log().exp(exponent)

    # --- fields -----------------------------------------------------------------------------------

    def lie_derivative(self, series: BSeries) -> BSeries:
        """Return the derivative of a series along this field: g'(theta) f for g along f.

        Source: Hairer, Lubich and Wanner, section IX.9.1.

        >>> f = BSeries.f(1)
        >>> f.lie_derivative(f)
        f'f + O(γ²)
        """
        check_is_series(series)
        if self.identity != 0:
            raise BeaError("a derivative is taken along a field, and this is a map: take its log")
        # A cut leaves at least the smallest tree of one, and so at most these nodes of the other.
        along, moved = self.on_trees_of(self.nodes + series.least).alike(
            series.on_trees_of(series.nodes + self.least)
        )
        found = lie_derivative(along.coefficients, moved.coefficients, moved.identity, self.colors)
        return along._with(0, found, self.shift + series.shift)

    def bracket(self, other: BSeries) -> BSeries:
        """Return the Lie bracket [g, h] = h'g - g'h, for which D_[g,h] = D_g D_h - D_h D_g.

        >>> BSeries.field({"f1": 1}, 1, 2).bracket(BSeries.field({"f2": 1}, 1, 2))
        −f₁'f₂ + f₂'f₁ + O(γ²)
        """
        return self.lie_derivative(other) - other.lie_derivative(self)

    # --- substitution -----------------------------------------------------------------------------

    def substitute(self, field: Any) -> BSeries:
        """Return the series with a field in the place of f.

        The modified field in the exact flow is the method; the modifying integrator in the method
        is the exact flow. Source: Chartier, Hairer and Vilmart, theorem 3.2.

        Parameters
        ----------
        field
            A field; f1, f2, ... of a split field are replaced by its parts. Or a dict that says
            what replaces each colour: any fields on trees of the same colours. theta stays.

        Raises
        ------
        TreeError
            If the colours do not fit.

        Examples
        --------
        >>> import bea
        >>> euler = BSeries.of("explicit-euler", order=3)
        >>> BSeries.exact_flow(3).substitute(euler.log()) == euler
        True
        >>> f = BSeries.f(1)
        >>> BSeries.of("symplectic-euler", order=2).substitute({"f1": f / 2, "f2": f / 2})
        θ + γ f + γ²/4 f'f + O(γ³)
        """
        fields = self._replacements(field)
        colors = next(iter(fields.values())).colors
        nodes = min(self.nodes, *(one.nodes for one in fields.values()))
        first, *rest = in_one_ring(self.coefficients, *(f.coefficients for f in fields.values()))
        inner = {
            color: dict(zip(one.trees, values, strict=True))
            for (color, one), values in zip(fields.items(), rest, strict=True)
        }
        outer = dict(zip(self.trees, first, strict=True))
        found = substituted(outer, inner, nodes, colors)
        return BSeries(self.identity, list(found.values()), self.shift, colors)

    # --- private helpers --------------------------------------------------------------------------

    def _replacements(self, given: Any) -> dict[Color, BSeries]:
        """Return what replaces each colour: fields on trees of the same colours."""
        if isinstance(given, Mapping):
            fields = {known_color(name, self.colors): one for name, one in given.items()}
        else:
            _require(given, "field", "in the place of f", "take log of a map")
            blocks = [color for color in self.colors if color.block]
            if blocks and given.colors != self.colors:
                raise TreeError(
                    f"the series has trees of {named(self.colors)} and the field of "
                    f"{named(given.colors)}: {_EACH}"
                )
            fields = {c: given.part(c) for c in blocks} or {self.colors[0]: given}
        missing = [color for color in self.colors if color not in fields and not color.unit]
        if missing or not fields:
            raise TreeError(f"nothing is in the place of {named(missing)}: {_EACH}")
        first, *rest = fields.values()
        for one in (first, *rest):
            _require(one, "field", "in the place of f", "take log of a map")
            check_same_colors(first, one)
        for color in self.colors:
            if color not in fields:
                fields[color] = BSeries.field({tree([], color): 1}, first.order, first.colors)
        return fields


# --- private helpers ----------------------------------------------------------------------------


def _require(series: Any, kind: str, where: str, remedy: str) -> None:
    check_is_series(series)
    if series.kind != kind:
        raise BeaError(f"a {kind} belongs {where}, and this is a {series.kind}: {remedy}")
