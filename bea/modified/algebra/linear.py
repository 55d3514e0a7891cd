"""Series over trees as a vector space: what has coefficients, and how it is added and written.

The series that are multiplied, composed and put into one another are
`bea.modified.algebra.b_series.BSeries`, which stands on this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from flint import fmpq

from bea.bseries import TreeSeries
from bea.errors import BeaError, OrderError, TreeError
from bea.files.drawings import drawing_of
from bea.modified.algebra.reading import exact_numbers, in_one_ring, known_color
from bea.modified.algebra.writing import written
from bea.modified.elementary import weights
from bea.modified.writing.script import TEXT, coefficient
from bea.trees import Tree, position, tree_of, trees_up_to
from bea.trees.svg import svg_table
from bea.trees.texts import check_colors, named


class LinearSeries(TreeSeries):
    """e theta + sum of gamma^(|tau| + shift) a(tau)/sigma(tau) F(tau), known to a power of gamma.

    Attributes
    ----------
    identity : number
        The coefficient e of theta: 1 for a map, 0 for a field.
    coefficients : list
        The coefficients a(tau) over `trees`.
    shift : int
        0 for a map, -1 for a field, and -2, say, for the derivative of one field along another.
    colors : tuple of Color
        The colours of the nodes.
    """

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    # --- what it is -------------------------------------------------------------------------------

    @property
    def trees(self) -> tuple[Tree, ...]:
        """The trees that it has coefficients for."""
        nodes = 1
        while len(trees_up_to(nodes, self.colors)) < len(self.coefficients):
            nodes += 1
        return trees_up_to(nodes, self.colors)

    @property
    def nodes(self) -> int:
        """The number of nodes of its largest trees."""
        return self.trees[-1].order

    @property
    def order(self) -> int:
        """The highest power of gamma that is kept."""
        return self.nodes + self.shift

    @property
    def least(self) -> int:
        """The nodes of the smallest trees that it may have, for no power of gamma is negative."""
        return 0 if self.identity != 0 else max(1, -self.shift)

    @property
    def kind(self) -> str:
        """What it is: "map", "field", or "series" for all else."""
        found = {(1, 0): "map", (0, -1): "field"}
        return found.get((self.identity, self.shift), "series") if self._is_plain else "series"

    @property
    def _is_plain(self) -> bool:
        return isinstance(self.identity, int | fmpq) and self.identity in (0, 1)

    def items(self) -> Iterator[tuple[Tree, Any]]:
        """Yield each tree with its coefficient."""
        return zip(self.trees, self.coefficients, strict=True)

    def __getitem__(self, tree: Tree | str) -> Any:
        """Return the coefficient of a tree, or of its text, in brackets or as f''(f,f)."""
        found = tree if isinstance(tree, Tree) else tree_of(tree, self.colors)
        check_colors(found, self.colors)
        if found.order > self.nodes:
            raise OrderError(
                f"{found} has {found.order} nodes, and the series is known to trees of "
                f"{self.nodes}: make it to the order {found.order + self.shift}"
            )
        try:
            return self.coefficients[position(found, self.colors)]
        except KeyError:  # two branches on theta: its elementary differential is zero
            return fmpq(0)

    def __len__(self) -> int:
        return len(self.coefficients)

    def __iter__(self) -> Iterator[Tree]:
        return iter(self.trees)

    def __bool__(self) -> bool:
        return not self.vanishes()

    def __eq__(self, other: object) -> bool:
        """Tell whether two series are the same for every f, to the same order."""
        if not isinstance(other, LinearSeries):
            return NotImplemented
        alike = (self.shift, self.colors, len(self)) == (other.shift, other.colors, len(other))
        return alike and (self - other).vanishes()

    def vanishes(self) -> bool:
        """Tell whether the series is zero for every f, to the order that is kept."""
        sizes = range(1, self.nodes + 1)
        found = (w for n in sizes for w in weights(dict(self.items()), n).values())
        return bool(self.identity == 0) and all(w == 0 for w in found)

    # --- linear combinations ----------------------------------------------------------------------

    def __add__(self, other: Any) -> Self:
        if isinstance(other, int) and other == 0:  # the start value of sum()
            return self
        one, two = self.alike(other)
        if one.shift != two.shift:
            raise BeaError(
                f"a {one.kind} and a {two.kind} have other powers of γ: times_gamma() makes them "
                "the same, as in the displacement γ f of a map"
            )
        total = [a + b for a, b in zip(one.coefficients, two.coefficients, strict=True)]
        return one._with(one.identity + two.identity, total, one.shift)

    __radd__ = __add__

    def __neg__(self) -> Self:
        return self * -1

    def __sub__(self, other: Any) -> Self:
        return self + (-other)

    def __mul__(self, factor: Any) -> Self:
        """Return the multiple by an exact number, which may be a text such as "1/2" or "a"."""
        if isinstance(factor, TreeSeries):
            raise BeaError("two series are not multiplied: @ composes maps")
        numbers = exact_numbers([factor])
        (number, e), found = in_one_ring([*numbers, self.identity], self.coefficients)
        return self._with(e * number, [c * number for c in found], self.shift)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> Self:
        (number,) = exact_numbers([divisor])
        if number == 0:
            raise BeaError("a series is divided by 0: give another number")
        return self * (1 / number)

    def times_gamma(self, power: int = 1) -> Self:
        """Return the series times a power of gamma: a field times gamma is a displacement.

        >>> from bea.modified.algebra.b_series import BSeries
        >>> BSeries.identity_map(1) + BSeries.f(0).times_gamma()
        θ + γ f + O(γ²)
        """
        if power and self.identity != 0:
            raise BeaError("θ times a power of γ is no B-series: take the identity map away first")
        lowest = min((t.order for t, c in self.items() if c != 0), default=self.nodes)
        if lowest + self.shift + power < 0:
            raise BeaError(f"the series begins with γ^{lowest + self.shift}: divide by no more")
        return self._with(self.identity, self.coefficients, self.shift + power)

    def scaled(self, factor: Any) -> Self:
        """Return the series with factor gamma in the place of gamma.

        The modified field of the map with c gamma is c times that of the map, scaled.
        """
        (number,), found = in_one_ring(exact_numbers([factor]), self.coefficients)
        powers = [number**0 * fmpq(1)]
        for _ in range(self.nodes + self.shift):
            powers.append(powers[-1] * number)
        scaled = [c * powers[max(t.order + self.shift, 0)]
                  for t, c in zip(self.trees, found, strict=True)]  # fmt: skip
        return self._with(self.identity, scaled, self.shift)

    def truncate(self, order: int) -> Self:
        """Return the series cut after gamma^order."""
        if not 1 + self.shift <= order <= self.order:
            raise OrderError(
                f"the series is known to γ^{self.order}: cut it between γ^{1 + self.shift} and that"
            )
        return self.on_trees_of(order - self.shift)

    def on_trees_of(self, nodes: int) -> Self:
        """Return the series on trees of so many nodes, with 0 for those that it does not have."""
        count = len(trees_up_to(nodes, self.colors))
        kept = self.coefficients[:count]
        return self._with(self.identity, kept + [fmpq(0)] * (count - len(kept)), self.shift)

    def alike(self, other: Any) -> tuple[Self, Self]:
        """Return both on the same trees, with coefficients of one ring, as far as both are known.

        Raises
        ------
        TreeError
            If their trees have other colours.
        BeaError
            If the other is no series.
        """
        check_is_series(other)
        check_same_colors(self, other)
        nodes = min(self.nodes, other.nodes)
        cut: list[Any] = [self.on_trees_of(nodes), other.on_trees_of(nodes)]
        lists = in_one_ring(*([s.identity, *s.coefficients] for s in cut))
        one, two = (s._with(e, c, s.shift) for s, (e, *c) in zip(cut, lists, strict=True))
        return one, two

    def part(self, color: Any) -> Self:
        """Return the part of a field that moves one of the blocks of variables, "f1" say."""
        return self.rooted(known_color(color, self.colors))  # type: ignore[return-value]

    # --- writing ----------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return written(self.identity, dict(self.items()), self.nodes, self.shift, latex=False)

    def latex(self) -> str:
        r"""Return the series in LaTeX.

        >>> from bea.modified.algebra.b_series import BSeries
        >>> print(BSeries.exact_flow(1).latex())
        \theta + \gamma\,f + \mathcal{O}(\gamma^{2})
        """
        return written(self.identity, dict(self.items()), self.nodes, self.shift, latex=True)

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    @property
    def formula(self) -> str:
        """What its coefficients are the factors of.

        >>> from bea.modified.algebra.b_series import BSeries
        >>> BSeries.f(1).formula, BSeries.exact_flow(1).formula
        ('Σ γ^(|τ|−1) b(τ)/σ(τ) F(τ)', 'θ + Σ γ^|τ| a(τ)/σ(τ) F(τ)')
        """
        shift = f"{self.shift:+d}".replace("-", "−")
        power = f"γ^(|τ|{shift})" if self.shift else "γ^|τ|"
        if self.kind == "map":
            return f"θ + Σ {power} a(τ)/σ(τ) F(τ)"
        return f"Σ {power} b(τ)/σ(τ) F(τ)"

    def table(self, latex: bool = False) -> str:
        """Return its coefficients as a table over trees; in LaTeX the trees are drawn in TikZ."""
        return str(drawing_of("TreeTable")(self, latex=latex))

    def plot(self, order: int | None = None, **options: Any) -> Any:
        """Draw its trees with their coefficients; see `bea.plots.trees_figure`."""
        return drawing_of("BSeries")(self, order=order, **options)

    def svg(self) -> str:
        """Return its trees, drawn, with their coefficients: an SVG document.

        >>> from bea.modified.algebra.b_series import BSeries
        >>> BSeries.exact_flow(3).svg().count("<text")
        4
        """
        return svg_table([(t, coefficient(c, TEXT)) for t, c in self.items()])

    # --- private helpers --------------------------------------------------------------------------

    def _with(
        self, identity: Any, coefficients: Any, shift: int, beyond: bool | None = None
    ) -> Self:
        return type(self)(identity, coefficients, shift, self.colors)


def check_is_series(value: Any) -> None:
    """Raise `BeaError` unless it is a series."""
    if not isinstance(value, LinearSeries):
        raise BeaError(
            f"a series is combined with another, and {type(value).__name__} is none: make one with "
            "BSeries.of, BSeries.map or BSeries.field"
        )


def check_same_colors(one: TreeSeries, two: TreeSeries) -> None:
    """Raise `TreeError` if the trees of two series have other colours."""
    if one.colors != two.colors:
        raise TreeError(
            f"one series has trees of {named(one.colors)} and the other of {named(two.colors)}: "
            "substitute brings both to the same, such as f by BSeries.f(order, colors=2)"
        )
