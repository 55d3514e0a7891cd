"""Geometry: which terms of a modified equation are Hamiltonian, conserve H or keep volume.

On a concrete problem the answers are those for this very field; for all fields at once they are
read off trees (see `bea.bseries.geometry.structure`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from flint import fmpq

from bea.algebra import Element
from bea.bseries.geometry.brackets import SEPARABLE
from bea.bseries.geometry.elementary_hamiltonians import ElementaryHamiltonians
from bea.bseries.geometry.structure import Structure
from bea.errors import BeaError, MethodError, NoModifiedHamiltonianError
from bea.fields import Hamiltonian, Loss, VectorField
from bea.fields.hamiltonian import named_pairs, rotated, rotated_back
from bea.methods import Scheduled
from bea.modified.structure import gradient
from bea.modified.structure.ansatz import antiderivative, combination
from bea.modified.structure.hamiltonian import ModifiedHamiltonian, on_problem
from bea.modified.terms import Terms
from bea.modified.writing.concrete import Concrete
from bea.modified.writing.script import TEXT, joined, series, tree_terms
from bea.trees import PLAIN, PLAYERS, Tree

# There are 94 free trees of nine nodes in two colours that alternate, and 470 of eleven.
_MOST_POWERS = 9


class HamiltonianSplit(NamedTuple):
    """A modified equation as J grad of a Hamiltonian plus what destroys that.

    `remainder` holds, per power of gamma, the components on a concrete problem (a tuple of
    elements), or else a dict from trees to the factors of F that no Hamiltonian accounts for.
    """

    hamiltonian: ModifiedHamiltonian
    remainder: tuple[Any, ...]


class Geometry:
    """What the terms of a modified equation keep; `ModifiedEquation.geometry` makes it.

    Of a method on a split field, without a problem, it is meant for H = T(p) + V(q).

    Examples
    --------
    >>> import bea
    >>> pendulum = bea.problems.pendulum()
    >>> euler = bea.modified_equation(bea.methods.symplectic_euler(), pendulum, order=2).geometry
    >>> euler.is_hamiltonian, euler.is_symmetric, euler.is_volume_preserving
    ((True, True, True), (True, False, True), (True, True, True))
    """

    def __init__(self, equation: Terms) -> None:
        if equation.kind == "step":
            raise BeaError("the geometry is that of a flow: ask it of modified_equation itself")
        self.equation = equation

    # --- what is asked about ----------------------------------------------------------------------

    @cached_property
    def hamiltonian(self) -> Hamiltonian | None:
        """The problem with its Hamiltonian, if one is known."""
        problem = self.equation.problem
        return None if problem is None else hamiltonian_of(problem)

    @cached_property
    def is_asked(self) -> bool:
        """Whether a reader asks for it: on a Hamiltonian problem, or of a method in two parts."""
        if self.equation.problem is not None:
            return self.hamiltonian is not None
        method = self.equation.method
        of_players = method.mover.startswith("player")  # who have losses
        return method.colors == PLAYERS and not method.gradient and not of_players

    @cached_property
    def on_trees(self) -> Structure:
        """The structure on trees: for every field, or as far as it holds for this kind of problem.

        Raises `MethodError` where trees do not express the method, or are too many.
        """
        equation, colors = self.equation, self.equation.method.colors
        on_trees = equation.problem is None or equation.has_few_trees
        if isinstance(equation.method, Scheduled) or not on_trees:
            raise MethodError(
                f"the structure of {equation.subject} is not known on trees: derive it on a problem"
            )
        problem = self.hamiltonian
        halves = problem is None or colors == PLAIN or _moves_halves(equation, problem)
        if not halves:
            raise MethodError(
                f"{equation.subject} does not move positions and momenta in turns: its structure "
                "is known on a problem alone"
            )
        separable = colors == PLAYERS and (problem is None or problem.is_separable)
        return Structure(equation.coefficients, equation.order + 1, colors, separable)

    @property
    def hamiltonians(self) -> ElementaryHamiltonians:
        """The elementary Hamiltonians of the trees."""
        found = self.on_trees
        return SEPARABLE if found.separable else found.hamiltonians

    # --- answers, by powers of gamma --------------------------------------------------------------

    @cached_property
    def is_hamiltonian(self) -> tuple[bool, ...]:
        """Per power, whether the term is J grad of a function."""
        if self.equation.problem is None:
            return tuple(not self.on_trees.remainder(k + 1) for k in self._powers)
        self._require_hamiltonian()
        terms = self.equation.components
        return tuple(gradient.curl_vanishes(rotated_back(term)) for term in terms)

    @cached_property
    def conserves_energy(self) -> tuple[bool, ...]:
        """Per power, whether the term leaves H itself as it is."""
        if self.equation.problem is None:
            return tuple(not self.on_trees.energy_rate(k + 1) for k in self._powers)
        return tuple(self.energy_rate(k).is_zero() for k in self._powers)

    @cached_property
    def is_volume_preserving(self) -> tuple[bool, ...]:
        """Per power, whether the term has no divergence, for all fields f without one."""
        if self.equation.problem is None:
            return tuple(not self.on_trees.divergence(k + 1) for k in self._powers)
        return tuple(self.divergence(k).is_zero() for k in self._powers)

    @cached_property
    def is_symmetric(self) -> tuple[bool, ...]:
        """Per power, whether it is even or the term 0: with all, a step back undoes a step."""
        return tuple(k % 2 == 0 or self.equation.vanishes(k) for k in self._powers)

    # --- on a concrete problem --------------------------------------------------------------------

    def energy_rate(self, power: int) -> Element:
        """Return the rate at which the term of gamma^power changes H."""
        problem = self._require_hamiltonian()
        return problem.ring.lie_derivative(self.equation.components[power], problem.value)

    def divergence(self, power: int) -> Element:
        """Return the divergence of the term of gamma^power on the problem."""
        slopes = [c.derivative(i) for i, c in enumerate(self.equation.components[power])]
        return sum(slopes[1:], start=slopes[0])

    # --- the modified Hamiltonian -----------------------------------------------------------------

    def modified_hamiltonian(self) -> ModifiedHamiltonian:
        """Return the Hamiltonian of the equation; see `ModifiedEquation.modified_hamiltonian`."""
        wrong = [k for k, is_one in enumerate(self.is_hamiltonian) if not is_one]
        if wrong:
            raise NoModifiedHamiltonianError(self._refusal(wrong[0]))
        equation = self.equation
        if equation.problem is None:
            parts = [self.on_trees.hamiltonian(k + 1) for k in self._powers]
            return ModifiedHamiltonian(equation.order, parts, self.hamiltonians)
        terms = [self._potential(k) for k in self._powers]
        return ModifiedHamiltonian(
            equation.order, None, None, self.hamiltonian, terms, equation.components
        )

    def split(self) -> HamiltonianSplit:
        """Return the equation as J grad of a Hamiltonian and what destroys that.

        The Hamiltonian takes, for each free tree, the mean over its nodes with their signs, and on
        a problem all of a term that is Hamiltonian there.
        """
        equation = self.equation
        if equation.problem is None:
            parts = [self.on_trees.hamiltonian(k + 1) for k in self._powers]
            rest = tuple(self.on_trees.remainder(k + 1) for k in self._powers)
            return HamiltonianSplit(
                ModifiedHamiltonian(equation.order, parts, self.hamiltonians), rest
            )
        problem = self._require_hamiltonian()
        terms: list[Element | None] = []
        left = []
        for k, term in enumerate(equation.components):
            if self.is_hamiltonian[k]:
                terms.append(self._potential(k))
                left.append(tuple(c * 0 for c in term))
                continue
            part = self._by_trees(self.on_trees.hamiltonian(k + 1))
            terms.append(problem.ring.constant(0) if part is None else part)
            own = rotated(terms[-1].gradient())  # type: ignore[union-attr]
            left.append(tuple(c - g for c, g in zip(term, own, strict=True)))
        field = [tuple(c - r for c, r in zip(term, rest, strict=True))
                 for term, rest in zip(equation.components, left, strict=True)]  # fmt: skip
        whole = ModifiedHamiltonian(equation.order, None, None, problem, terms, field)
        return HamiltonianSplit(whole, tuple(left))

    def conserved(self) -> ModifiedHamiltonian | None:
        """Return a modified Hamiltonian that the flow conserves, Hamiltonian itself or not.

        Where it is not, but one is conserved for every H, the method is conjugate to a symplectic
        one: a change of variables near the identity makes it so. None where there is none.
        """
        if all(self.is_hamiltonian):
            return self.modified_hamiltonian()
        try:
            parts = self.on_trees.conserved(self.equation.order + 1)
        except MethodError:
            return None
        if parts is None:
            return None
        if self.equation.problem is None:
            return ModifiedHamiltonian(self.equation.order, parts, self.hamiltonians)
        terms = [self._by_trees(part) for part in parts]
        if any(term is None for term in terms):
            return None
        field = [rotated(term.gradient()) for term in terms if term is not None]
        return ModifiedHamiltonian(self.equation.order, None, None, self.hamiltonian, terms, field)

    def as_json(self) -> dict[str, Any]:
        """Return the answers for machines, each by powers of gamma, and the modified Hamiltonian.

        Of a method on a split field, without a problem, all is meant for H = T(p) + V(q). Where no
        modified Hamiltonian exists `conserved` is what the flow conserves near H, if anything is.
        """
        every = all(self.is_hamiltonian)
        found = self.modified_hamiltonian() if every else self.conserved()
        name = "modified_hamiltonian" if every else "conserved"
        return {
            "hamiltonian": list(self.is_hamiltonian),
            "energy_preserving": list(self.conserves_energy),
            "volume_preserving": list(self.is_volume_preserving),
            "symmetric": list(self.is_symmetric),
            name: None if found is None else found.as_json(),
        }

    # --- private helpers --------------------------------------------------------------------------

    @property
    def _powers(self) -> range:
        return range(self.equation.order + 1)

    def _require_hamiltonian(self) -> Hamiltonian:
        if self.hamiltonian is None:
            raise BeaError(
                f"no Hamiltonian of '{getattr(self.equation.problem, 'name', '')}' is known: give "
                "it, bea.problems.hamiltonian('p**2/2 - cos(q)') (--hamiltonian)"
            )
        return self.hamiltonian

    def _potential(self, k: int) -> Element | None:
        """Return H_k with f_k = J grad H_k on the concrete H, or None if the ring has none."""
        try:
            if not self.on_trees.remainder(k + 1):
                found = self._by_trees(self.on_trees.hamiltonian(k + 1))
                if found is not None:
                    return found
        except MethodError:
            pass
        problem = self._require_hamiltonian()
        slopes = rotated_back(self.equation.components[k])
        for find in (
            lambda: gradient.potential_by_homotopy(problem, slopes),
            lambda: self._among_elementary(slopes, k),
            lambda: antiderivative(slopes),
        ):
            found = find()
            if found is not None:
                return found
        return None

    def _among_elementary(self, slopes: Sequence[Element], k: int) -> Element | None:
        """Return the function of this gradient that is a sum of elementary Hamiltonians, or None.

        Where there are no coefficients on trees, since they are too many or the term is Hamiltonian
        on this problem alone, they are found from the term itself.
        """
        problem = self._require_hamiltonian()
        shapes = SEPARABLE if problem.is_separable else ElementaryHamiltonians(PLAIN)
        trees = shapes.free(k + 1) if k < _MOST_POWERS else []
        element = on_problem(problem, _halves(problem), shapes)
        one = [{t: fmpq(1)} for t in trees] if k else [dict.fromkeys(trees, fmpq(1))]
        values = [e for e in map(element, one) if e is not None]
        found = combination(slopes, [value.gradient() for value in values])
        if not values or found is None:
            return None
        parts = [value * c for value, c in zip(values, found, strict=True)]
        return sum(parts[1:], start=parts[0])

    def _by_trees(self, parts: Mapping[Tree, Any]) -> Element | None:
        problem = self._require_hamiltonian()
        blocks = self.equation.method.parts(problem)
        return on_problem(problem, blocks, self.hamiltonians)(parts)

    def _refusal(self, k: int) -> str:
        """Say that there is none from gamma^k on, and what destroys it."""
        on = self.equation.problem
        if on is None:
            kind = "H = T(p) + V(q)" if self.on_trees.separable else "H"
            pairs = tree_terms(_as_coefficients(self.on_trees.remainder(k + 1)), k, "f")
            what = f"{series(pairs, TEXT, remainder=False)} is J grad of no function"
            return (
                f"no modified Hamiltonian exists for every {kind} at order {k}: {what}; truncate "
                "the equation before it, or use geometry.split()"
            )
        rate, power = joined([text_of_rate(self, k)], TEXT), TEXT.gamma(k) or "γ⁰"
        return (
            f"no modified Hamiltonian exists on {on.name} at order {k}: the term of {power} is J "
            f"grad of no function, and changes H at the rate {rate}; truncate the equation before "
            "it, or use geometry.split()"
        )


def hamiltonian_of(problem: VectorField) -> Hamiltonian | None:
    """Return a problem with its Hamiltonian: its own, an invariant, or that of a polynomial field.

    The last is looked for where the variables are called positions and momenta, such as q and p. Of
    a loss one asks for its modified loss.

    >>> import bea
    >>> hamiltonian_of(bea.problems.field("p, -q**3", "q p")).value
    q**4/4 + p**2/2
    """
    known = Hamiltonian.of(problem)
    pairs = named_pairs(problem.variables)
    order = (*(q for q, _ in pairs), *(p for _, p in pairs))
    if known is not None or isinstance(problem, Loss) or order != problem.variables or not pairs:
        return known
    slopes = rotated_back(problem.components)
    if not gradient.curl_vanishes(slopes):
        return None
    value = gradient.potential_by_homotopy(problem, slopes)
    return None if value is None else Hamiltonian(value, problem.about, problem.components)


def text_of_rate(geometry: Geometry, power: int) -> str:
    """Return the rate at which the term of gamma^power changes H, as text."""
    zero = [None] * power
    return Concrete([[*zero, geometry.energy_rate(power)]]).rows()[0][power]


# --- private helpers ----------------------------------------------------------------------------


def _as_coefficients(factors: Mapping[Tree, Any]) -> dict[Tree, Any]:
    """Return b(tau) of factors of F(tau)."""
    return {t: w * fmpq(t.symmetry) for t, w in factors.items()}


def _halves(problem: VectorField) -> dict[Any, list[Element]]:
    """Return the components of the field that moves the positions, and of that of the momenta."""
    half, zero = problem.dimension // 2, problem.ring.constant(0)
    q, p = list(problem.components[:half]), list(problem.components[half:])
    return {PLAYERS[0]: [*q, *([zero] * half)], PLAYERS[1]: [*([zero] * half), *p]}


def _moves_halves(equation: Terms, problem: VectorField) -> bool:
    """Tell whether the two parts of a method are the positions and the momenta of a problem."""
    given: Mapping[Any, Sequence[Element]] = equation.method.parts(problem)
    own = _halves(problem)
    return set(given) == set(own) and all(
        (a - b).is_zero() for c in own for a, b in zip(own[c], given[c], strict=True)
    )
