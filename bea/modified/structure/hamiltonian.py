"""The modified Hamiltonian: H + gamma H_1 + gamma^2 H_2 + ... with f~ = J grad of it.

On trees it is a sum of elementary Hamiltonians (`bea.bseries.geometry.elementary_hamiltonians`),
and of a splitting one of Poisson's brackets of T and V; on a concrete H these are functions.
Source:
Hairer, Lubich and Wanner, Geometric Numerical Integration, sections IX.3, IX.8, IX.9.3 and IX.10.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bea.algebra import Element
from bea.algebra.language.texts import all_digits
from bea.bseries.geometry.brackets import SEPARABLE, in_brackets, nested
from bea.bseries.geometry.elementary_hamiltonians import ElementaryHamiltonians
from bea.fields import Hamiltonian
from bea.fields.hamiltonian import rotated_back
from bea.modified.elementary import differentials_in_ring
from bea.modified.structure.potential import Potential
from bea.modified.symbolic_step import in_ring_of
from bea.modified.writing.script import LATEX, TEXT, Pair, coefficient_text, series, text_of
from bea.trees import Tree, elementary_differential

Parts = Sequence[Mapping[Tree, Any]]


class ModifiedHamiltonian(Potential):
    """A modified Hamiltonian, for every H at once or for a concrete one.

    Attributes
    ----------
    order : int
        Highest power of gamma.
    parts : sequence of dict, or None
        Per power, chosen rooting of a free tree -> coefficient of its elementary Hamiltonian.
    brackets : list of dict, or None
        Of a field in two parts, for H = T(p) + V(q): per power, word -> coefficient of the bracket,
        {"TTV": 1/12} for {T,{T,V}}/12; None where it is no sum of brackets.
    terms : tuple of Element or None
        Per power, H_k on the concrete H; None where it is a line integral.

    Examples
    --------
    >>> import bea
    >>> bea.modified_equation(bea.methods.implicit_midpoint(), order=3).modified_hamiltonian()
    H − γ²/24 H''(f,f) + O(γ⁴)
    >>> bea.modified_equation(bea.methods.stormer_verlet(), order=2).modified_hamiltonian()
    T + V + γ²(1/12 {T,{T,V}} − 1/24 {V,{V,T}}) + O(γ³)
    """

    integral = ("∫J⁻¹f%d", r"\int J^{-1}f_{%d}")

    def __init__(
        self,
        order: int,
        parts: Parts | None,
        hamiltonians: ElementaryHamiltonians | None,
        problem: Hamiltonian | None = None,
        terms: Sequence[Element | None] = (),
        field: Sequence[Sequence[Element]] = (),
    ) -> None:
        super().__init__(order, problem, terms)
        self.parts = parts
        self.brackets = None
        self._hamiltonians = hamiltonians
        self._field = tuple(field)
        if parts is not None and hamiltonians is SEPARABLE:
            found = [in_brackets(part, k + 1) for k, part in enumerate(parts)]
            self.brackets = None if None in found else [f for f in found if f is not None]

    def gradient(self, power: int) -> Sequence[Element]:
        """Return the gradient of the term of gamma^power on the concrete H."""
        return rotated_back(self._field[power])

    @all_digits()
    def as_json(self) -> list[Any]:
        """Return the terms for machines.

        On a concrete H a list by power of gamma of texts in bea's own grammar, None for a line
        integral; else a list of brackets, or of free trees with the elementary Hamiltonian that
        they stand for.

        >>> import bea
        >>> verlet = bea.modified_equation(bea.methods.stormer_verlet(), order=2)
        >>> verlet.modified_hamiltonian().as_json()[-1]
        {'bracket': '{V,{V,T}}', 'power': 2, 'coefficient': '-1/24'}
        """
        if self.parts is None:
            return [None if term is None else text_of(term) for term in self.terms]
        if self.brackets is not None:
            return [
                {"bracket": nested(word), "power": k, "coefficient": coefficient_text(c)}
                for k, part in enumerate(self.brackets)
                for word, c in part.items()
            ]
        return [
            {
                "tree": t.nested,
                **({"colors": [c.name for c in t.colors]} if t.color.block else {}),
                "power": k,
                "coefficient": coefficient_text(c),
                "elementary_hamiltonian": self._written(t, False)[1],
            }
            for k, part in enumerate(self.parts)
            for t, c in part.items()
        ]

    # --- private helpers --------------------------------------------------------------------------

    def _universal(self, latex: bool) -> str:
        return series(self.pairs(latex), LATEX if latex else TEXT)

    def pairs(self, latex: bool = False) -> list[list[Pair]]:
        """Return, per power, the coefficients and what they multiply, as it is written."""
        if self.brackets is not None:
            return [[(c, _braces(word, latex)) for word, c in p.items()] for p in self.brackets]
        found: list[list[Pair]] = []
        for part in self.parts or ():
            written = [(c, *self._written(t, latex)) for t, c in part.items()]
            found.append([(c * sign, text) for c, sign, text in written])
        return found

    def _written(self, chosen: Tree, latex: bool) -> tuple[int, str]:
        """Return an elementary Hamiltonian, rooted where most branches meet, with its sign."""
        assert self._hamiltonians is not None
        signs = self._hamiltonians.rootings(chosen)
        rooted = max(signs, key=lambda t: (len(t.children), t))
        letter = "H" if not self._hamiltonians.separable else "TV"[rooted.color.name == "f2"]
        if not rooted.children:
            return 1, letter
        notation = "f-latex" if latex else "f"
        inside = ",".join(elementary_differential(child, notation) for child in rooted.children)
        count = len(rooted.children)
        marks = "'" * count if count <= 3 else f"^{{({count})}}" if latex else f"^({count})"
        return signs[rooted], f"{letter}{marks}({inside})"


def on_problem(
    problem: Hamiltonian, parts: Mapping[Any, Any], hamiltonians: ElementaryHamiltonians
) -> Callable[[Mapping[Tree, Any]], Element | None]:
    """Return what turns a sum of elementary Hamiltonians into a function on a concrete H.

    `parts` has the components of each block of variables. None where T and V alone are meant.
    """
    differential = differentials_in_ring(problem, parts)

    def element(combination: Mapping[Tree, Any]) -> Element | None:
        total = problem.ring.constant(0)
        alone = {t: c for t, c in combination.items() if t.order == 1}
        if alone:
            whole = list(alone.values())
            if len(alone) < len(hamiltonians.free(1)) or any(c != whole[0] for c in whole):
                return None
            total = total + problem.value * in_ring_of(problem, whole[0])
        for t, c in combination.items():
            if t.order > 1:
                # With a leaf as the root H is the derivative of H along what hangs from it.
                signs = hamiltonians.rootings(t)
                rooted = next(r for r in signs if len(r.children) == 1)
                direction = list(differential(rooted.children[0]))
                value = problem.ring.lie_derivative(direction, problem.value)
                total = total + value * in_ring_of(problem, c * signs[rooted])
        return total

    return element


# --- private helpers ----------------------------------------------------------------------------


def _braces(word: str, latex: bool) -> str:
    text = nested(word)
    return text.replace("{", r"\{").replace("}", r"\}") if latex else text
