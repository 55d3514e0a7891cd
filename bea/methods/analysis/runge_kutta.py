"""Everything that a tableau says of its method, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import inf
from typing import Any

from flint import fmpq

from bea.bseries import field_of_map
from bea.bseries.geometry.structure import Structure
from bea.errors import TableauError
from bea.files.drawings import drawing_of
from bea.methods.analysis.conditions import Assumptions, Weights
from bea.methods.analysis.numbers import (
    OpenSignError,
    exactly,
    float_of,
    is_zero,
    matrix,
    sign_of,
)
from bea.methods.analysis.stability import StabilityFunction
from bea.methods.analysis.structure import (
    inertia,
    is_symmetric,
    quadratic_defect,
    reduced,
    symmetric_order,
    symplectic_order,
)
from bea.methods.library.decimals import plain_number
from bea.methods.library.tableau import Tableau, Vector
from bea.trees import PLAIN, Tree, trees, trees_up_to

# How far past its own order a structure is looked for: pseudo-symplectic methods go to order 2p.
_BEYOND, _FAR = 4, 8


class RungeKuttaAnalysis:
    """The analysis of a Runge-Kutta method; `bea.analyze` makes it. All of it is computed lazily.

    Numbers are exact: `flint.fmpq`, or elements of a ring where there are roots or symbols. What
    depends on the value of a symbol is None. Decimals of more than ten places, which are rounded,
    count as equal to what they agree with but for the rounding.

    Examples
    --------
    >>> import bea
    >>> found = bea.analyze("rk4")
    >>> found.order, found.stability_function
    (4, 1 + z + z²/2 + z³/6 + z⁴/24)
    >>> bea.analyze("gauss4").is_symplectic
    True
    """

    kind = "Runge-Kutta"

    def __init__(self, name: str, tableau: Tableau, embedded: Any = None) -> None:
        self.name = name
        self.tableau = tableau
        other = () if embedded is None else _weights(tableau, embedded)
        self._A, self._b, other_b = matrix(tableau.A, tableau.b, other)
        self._weights = Weights(self._A, self._b, self._clean)
        self._embedded = (Tableau(tableau.A, other), other_b) if other else None

    @property
    def stages(self) -> int:
        """Number of stages, s."""
        return self.tableau.stages

    @property
    def shape(self) -> str:
        """Whether it is explicit, diagonally implicit (singly so, if it is), or implicit."""
        if self.tableau.explicit:
            return "explicit"
        if any(not is_zero(a) for i, row in enumerate(self._A) for a in row[i + 1 :]):
            return "implicit"
        kinds = {str(row[i]) for i, row in enumerate(self._A)}
        first_explicit = is_zero(self._A[0][0])
        one = len(kinds - {str(self._A[0][0])} if first_explicit else kinds) == 1
        return f"{'singly ' if one else ''}diagonally implicit"

    # --- order ------------------------------------------------------------------------------------

    @cached_property
    def order(self) -> int:
        """The order of accuracy: all residuals vanish up to it, and not one further."""
        order = 1
        while not self.residuals(order + 1):
            order += 1
        return order

    def residuals(self, order: int) -> dict[Tree, Any]:
        """Return by how much the order conditions of `order` nodes are missed, where they are.

        >>> import bea
        >>> bea.analyze("heun").residuals(3)
        {[[[]]]: -1/6, [[],[]]: 1/6}
        """
        found = {tree: self._weights.residual(tree) for tree in trees(order)}
        return {tree: residual for tree, residual in found.items() if not is_zero(residual)}

    @property
    def principal_error(self) -> dict[Tree, Any]:
        """The coefficients of F(tree) gamma^(p+1) in the local error, numerical minus exact."""
        return {
            tree: residual * fmpq(1, tree.symmetry)
            for tree, residual in self.residuals(self.order + 1).items()
        }

    @property
    def error_norm(self) -> float | None:
        """The Euclidean norm of the principal error (Dormand and Prince's A^(p+1))."""
        try:
            return float(sum(float_of(c) ** 2 for c in self.principal_error.values()) ** 0.5)
        except OpenSignError:
            return None

    @cached_property
    def assumptions(self) -> Assumptions:
        """The simplifying assumptions B(p), C(q), D(r)."""
        return Assumptions(self._weights)

    # --- stability --------------------------------------------------------------------------------

    @cached_property
    def stability_function(self) -> StabilityFunction:
        """R(z)."""
        return StabilityFunction.of(self._A, self._b, self._clean)

    @property
    def is_a_stable(self) -> bool | None:
        """Whether |R(z)| <= 1 in the left half plane."""
        return _decided(lambda: self.stability_function.is_a_stable)

    @property
    def is_l_stable(self) -> bool | None:
        """Whether it is A-stable and R vanishes at infinity."""
        return _decided(lambda: self.stability_function.is_l_stable)

    @property
    def is_stiffly_accurate(self) -> bool:
        """Whether the last stage is the step itself: the last row of A is b."""
        pairs = zip(self._A[-1], self._b, strict=True)
        return all(is_zero(self._clean(a - w)) for a, w in pairs)

    @cached_property
    def irreducible(self) -> tuple[list[list[Any]], list[Any]]:
        """A and b without stages that nothing uses, those that are always equal taken together."""
        return reduced(self._A, self._b, self._clean)

    @cached_property
    def quadratic_defect(self) -> list[list[Any]]:
        """M = diag(b) A + A^T diag(b) - b b^T of the irreducible method."""
        return quadratic_defect(*self.irreducible, self._clean)

    @cached_property
    def inertia(self) -> tuple[int, int, int] | None:
        """How many eigenvalues of M are negative, zero and positive, exactly."""
        return _decided(lambda: inertia(self.quadratic_defect))

    @property
    def is_algebraically_stable(self) -> bool | None:
        """Whether no weight is negative and M is positive semidefinite."""
        if self.has_no_negative_weight is None or self.inertia is None:
            return None
        return self.has_no_negative_weight and self.inertia[0] == 0

    @property
    def has_no_negative_weight(self) -> bool | None:
        """Whether b_i >= 0 for all i, of the irreducible method."""
        return _decided(lambda: all(sign_of(w) >= 0 for w in self.irreducible[1]))

    # --- structure --------------------------------------------------------------------------------

    @property
    def looked_to(self) -> int:
        """The order to which structures are looked for on trees; what holds there may go on."""
        return max(self.order + 1, min(self.order + _BEYOND, _FAR))

    @property
    def is_symplectic(self) -> bool:
        """Whether M = 0, so that quadratic invariants and the symplectic form are kept."""
        return all(is_zero(m) for row in self.quadratic_defect for m in row)

    @cached_property
    def symplectic_order(self) -> int | None:
        """The power of gamma to which the form is kept; None if to every one."""
        if self.is_symplectic:
            return None
        return symplectic_order(self._weights, self.looked_to)

    @cached_property
    def is_symmetric(self) -> bool:
        """Whether a step of size -gamma undoes a step of size gamma."""
        return is_symmetric(*self.irreducible, self._clean)

    @cached_property
    def symmetric_order(self) -> int | None:
        """The power of gamma to which a step back undoes a step; None if to every one."""
        if self.is_symmetric:
            return None
        return symmetric_order(self._weights, self.looked_to)

    @cached_property
    def structure(self) -> Structure | None:
        """What the step keeps, on trees of at most `looked_to` nodes.

        None of rounded decimals, of which no sum is exactly 0.
        """
        if self.tableau.rounding is not None:
            return None
        listed = trees_up_to(self.looked_to)
        field = field_of_map([self._weights.of(tree) for tree in listed])
        return Structure(dict(zip(listed, field, strict=True)), self.looked_to, PLAIN)

    def _kept(self, name: str) -> int | None:
        return None if self.structure is None else self.structure.orders[name]

    @property
    def conjugate_order(self) -> int | None:
        """The power of gamma to which it is conjugate to a symplectic method; None if unknown."""
        return self._kept("conjugate_symplectic")

    @property
    def energy_order(self) -> int | None:
        """The power of gamma to which H is kept, for every H; None if unknown."""
        return self._kept("energy")

    @property
    def volume_order(self) -> int | None:
        """The power of gamma to which volume is kept, for every field without divergence."""
        return self._kept("volume")

    @cached_property
    def embedded(self) -> RungeKuttaAnalysis | None:
        """The analysis of the embedded weights, if there are any."""
        if self._embedded is None:
            return None
        return RungeKuttaAnalysis(f"{self.name}, embedded", self._embedded[0])

    # --- what it looks like -----------------------------------------------------------------------

    def as_json(self) -> Mapping[str, Any]:
        """Return all of it for machines; exact numbers are texts that bea reads."""
        R, norm = self.stability_function, self.error_norm
        return {
            "method": self.name,
            "kind": self.kind,
            "stages": self.stages,
            "shape": self.shape,
            "order": self.order,
            "residuals": [
                {
                    "tree": tree.nested,
                    "residual": exactly(residual),
                    "density": tree.density,
                    "symmetry": tree.symmetry,
                }
                for tree, residual in self.residuals(self.order + 1).items()
            ],
            "principal_error_norm": norm,
            "assumptions": {**self.assumptions.all, "stage_order": self.assumptions.stage_order},
            "stability_function": {
                "numerator": [exactly(c) for c in R.numerator.coefficients],
                "denominator": [exactly(c) for c in R.denominator.coefficients],
                "order": R.order,
                "error_constant": exactly(R.error_constant),
                "pade": None if R.pade is None else list(R.pade),
                "at_infinity": None if R.at_infinity is None else exactly(R.at_infinity),
            },
            "limits": self.limits,
            **self.verdicts,
            "inertia": None if self.inertia is None else list(self.inertia),
            "symplectic_order": self.symplectic_order,
            "symmetric_order": self.symmetric_order,
            "conjugate_symplectic_order": self.conjugate_order,
            "energy_order": self.energy_order,
            "volume_order": self.volume_order,
            "looked_to": self.looked_to,
            "embedded": None if self.embedded is None else self.embedded.as_json(),
        }  # fmt: skip

    @property
    def limits(self) -> dict[str, float | None] | None:
        """How far the stability region reaches on the axes, None where it does not end.

        None altogether if it depends on a symbol.
        """
        R = self.stability_function
        found = _decided(lambda: {"real": R.real_limit, "imaginary": R.imaginary_limit})
        return found and {name: None if x == inf else x for name, x in found.items()}

    def growth(self, z: Any) -> Any:
        """Return |R(z)| at complex z, in floating point; an array is taken entry by entry."""
        return abs(self.stability_function(z))

    def plot(self, **options: Any) -> Any:
        """Draw the stability region and the order star; see `bea.plots.stability_figure`."""
        return drawing_of("Analysis")(self, **options)

    @property
    def verdicts(self) -> dict[str, bool | None]:
        """What is true of the method, by name."""
        return {
            "a_stable": self.is_a_stable,
            "l_stable": self.is_l_stable,
            "algebraically_stable": self.is_algebraically_stable,
            "stiffly_accurate": self.is_stiffly_accurate,
            "symmetric": self.is_symmetric,
            "symplectic": self.is_symplectic,
        }

    def __repr__(self) -> str:
        said = [name.replace("_", "-").replace("a-s", "A-s").replace("l-s", "L-s")
                if name[1] == "_" else name.replace("_", " ")
                for name, true in self.verdicts.items() if true]  # fmt: skip
        head = f"{self.name}: order {self.order}, {self.stages} stages, {self.shape}"
        return "\n".join([", ".join([head, *said]), f"R(z) = {self.stability_function}"])

    def _clean(self, number: Any) -> Any:
        """Return a number without the residue of rounded decimals."""
        unit = self.tableau.rounding
        if unit is None or not isinstance(number, fmpq):
            return number
        return plain_number(number, unit)


# --- private helpers ----------------------------------------------------------------------------


def _decided(answer: Any) -> Any:
    """Return an answer, or None where it depends on a symbol."""
    try:
        return answer()
    except OpenSignError:
        return None


def _weights(tableau: Tableau, embedded: Any) -> Vector:
    """Return the weights of an embedded method, which are checked as those of a tableau are."""
    try:
        return Tableau.of([list(row) for row in tableau.A], embedded).b
    except TableauError as error:
        raise TableauError(f"the embedded method: {error}") from None
