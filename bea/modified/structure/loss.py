"""The modified loss: L + gamma L_1 + gamma^2 L_2 + ... with f~ = -grad of it, if there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import Element
from bea.algebra.language.reals import real_numbers
from bea.algebra.language.texts import all_digits
from bea.algebra.programs.numpy_code import compile_program
from bea.arrays import Floats
from bea.errors import BeaError, DomainError
from bea.fields import Loss, VectorField
from bea.fields.vector_field import lanes_of, within
from bea.modified.numeric import horner_program, lane_gammas
from bea.modified.schedule.slopes import ScheduledFreeTree
from bea.modified.structure.line_integral import line_integral
from bea.modified.symbolic_step import in_ring_of
from bea.modified.writing.concrete import Concrete
from bea.modified.writing.script import (
    LATEX,
    TEXT,
    coefficient_text,
    contraction_text,
    joined,
    series,
    text_of,
)
from bea.trees import FIELD, FreeTree


class ModifiedLoss:
    """A modified loss, for every loss at once or for a concrete one.

    Attributes
    ----------
    order : int
        Highest power of gamma.
    contractions : tuple of dict, or None
        Per power, free tree -> coefficient of its contraction H_L(t); for every loss at once.
    terms : tuple of Element or None
        Per power, L_k on the concrete loss; None where it exists but is no element of the ring
        (its values are then line integrals of the gradient). Empty without a concrete loss.

    Examples
    --------
    >>> from bea.methods import gradient_descent
    >>> from bea.modified import modified_equation
    >>> modified_equation(gradient_descent(), order=1).modified_loss()
    L + γ/4 ‖∇L‖² + O(γ²)
    """

    def __init__(
        self,
        order: int,
        contractions: Sequence[Mapping[FreeTree, Any]] | None,
        problem: VectorField | None = None,
        terms: Sequence[Element | None] = (),
        gradients: Sequence[tuple[Element, ...]] = (),
    ) -> None:
        self.order = order
        self.contractions = contractions
        self.problem = problem
        self.terms = tuple(terms)
        self._gradients = tuple(gradients)

    @all_digits()
    def __repr__(self) -> str:
        return self._write(latex=False)

    @all_digits()
    def latex(self) -> str:
        """Return the modified loss in LaTeX."""
        return self._write(latex=True)

    @all_digits()
    def as_json(self) -> list[Any]:
        """Return the terms for machines, by power of gamma.

        On a concrete loss a list of texts in bea's own grammar, None where a term is a line
        integral; else a list over free trees, each with one of its rootings as a nested list of
        children, the contraction H_L(t) that it stands for, and its coefficient.

        >>> from bea.methods import gradient_descent
        >>> from bea.modified import modified_equation
        >>> modified_equation(gradient_descent(), order=1).modified_loss().as_json()[1]
        {'tree': [[]], 'power': 1, 'coefficient': '1/4', 'contraction': '‖∇L‖²'}
        """
        if self.contractions is None:
            return [None if term is None else text_of(term) for term in self.terms]
        return [
            {
                **_free_tree_record(t),
                "power": k,
                "coefficient": coefficient_text(c),
                "contraction": contraction_text(t),
            }
            for k, part in enumerate(self.contractions)
            for t, c in part.items()
            if c != 0
        ]

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def _write(self, latex: bool) -> str:
        script = LATEX if latex else TEXT
        if self.problem is not None:
            end = script.remainder(script.gamma(self.order + 1))
            text = joined(self._missing(self.concrete.rows(latex)[0], latex), script, end)
            where = self.concrete.where_texts(frozenset(), latex)
            shown = ", ".join(f"{name} = {part}" for name, part in where)
            joint = r",\quad " if latex else ", where "
            return f"{text}{joint}{shown}" if shown else text
        assert self.contractions is not None
        scale = self._scale
        pairs = [
            [(c if scale is None else c / scale, contraction_text(t, latex))
             for t, c in part.items() if c != 0]
            for part in self.contractions
        ]  # fmt: skip
        if scale is None:
            return series(pairs, script)
        left, right = script.brackets
        dot = r"\," if latex else " · "
        factor = series([[(scale, "")]], script, remainder=False)
        return f"{factor}{dot}{left}{series(pairs, script)}{right}"

    @cached_property
    def concrete(self) -> Concrete:
        """How the terms on the concrete loss are written, in one row."""
        return Concrete([self.terms], [-c for c in self._loss.components])

    def _missing(self, row: Sequence[str], latex: bool) -> list[str]:
        """Write ∫f_k for the terms that are line integrals."""
        pairs = enumerate(zip(row, self.terms, strict=True))
        integral = r"\int f_{%d}" if latex else "∫f%d"
        script = LATEX if latex else TEXT
        return [
            series([[]] * k + [[(fmpq(1), integral % k)]], script, remainder=False)
            if term is None else text
            for k, (text, term) in pairs
        ]  # fmt: skip

    @property
    def _scale(self) -> Any:
        """The factor of L itself where hyperparameters make one: the effective rate."""
        assert self.contractions is not None
        factors = list(self.contractions[0].values())
        alone = len(factors) == 1 and isinstance(factors[0], Element)
        return factors[0] if alone and factors[0] != 1 else None

    def __call__(self, theta: Any, gamma: Any) -> Floats:
        """Return the modified loss at points.

        Parameters
        ----------
        theta
            Points, (..., d).
        gamma
            Step sizes that broadcast to (...).

        Returns
        -------
        ndarray, shape (...)
            nan outside the domain. Where a term is a line integral, values up to a constant that
            depends on gamma, and nan where the straight line from the base, the problem's start,
            meets a singularity.

        Raises
        ------
        BeaError
            If the points or step sizes are no numbers, or nothing can be integrated.
        """
        shape = np.shape(real_numbers(theta, "points"))[:-1]
        points, gammas = lanes_of(theta, self._loss.dimension), lane_gammas(gamma, shape)
        total = within(self._loss.domain(), points, self._elementary(points, gammas))
        for k, term in enumerate(self.terms):
            if term is None:
                total = total + gammas**k * line_integral(self._slope(k), points, self._base)
        return total.reshape(shape)

    @property
    def _loss(self) -> VectorField:
        if self.problem is None:
            raise BeaError("values need a concrete loss: give modified_equation a problem")
        self.problem.require_values()
        return self.problem

    @cached_property
    def _elementary(self) -> Callable[[Floats, Floats], Floats]:
        loss = self._loss
        zero = loss.ring.constant(0)
        known = [[zero if term is None else term] for term in self.terms]
        function = compile_program(horner_program(loss, known))
        return lambda points, gamma: function([*points, gamma], np.empty((1, points.shape[1])))[0]

    @cached_property
    def _base(self) -> Floats:
        """The problem's start, or a point on the diagonal where the loss is defined."""
        loss = self._loss
        diagonal = np.outer([0.0, 0.5, 1.0, 2.0, -0.5, -1.0, -2.0], np.ones(loss.dimension))
        candidates = np.atleast_2d(loss.about.start or diagonal)
        inside = loss.domain()
        usable = (
            candidates
            if inside is None
            else candidates[inside(lanes_of(candidates, loss.dimension))]
        )
        if not len(usable):
            raise DomainError(
                f"'{loss.name}' is not defined at 0, 1/2, 1 or 2, from where its modified loss "
                "could be integrated: shift its variables"
            )
        return np.asarray(usable[0])

    def _slope(self, k: int) -> Callable[[Floats], Floats]:
        """Return -f_k as a function of lanes: the gradient of L_k."""
        program = horner_program(self._loss, [[-c for c in self._gradients[k]]])
        function = compile_program(program)
        return lambda x: function([*x, 0.0], np.empty((len(x), x.shape[1])))


def of_loss(loss: Loss, contractions: Mapping[FreeTree, Any]) -> Element:
    """Return a term on a concrete loss: the sum over free trees of c(t) H_L(t)."""
    from bea.modified.structure.gradient import contraction

    total = loss.ring.constant(0)
    for free, c in contractions.items():
        if c != 0:
            total = total + contraction(free, loss) * in_ring_of(loss, c)
    return total


# --- private helpers ----------------------------------------------------------------------------


def _free_tree_record(free: FreeTree | ScheduledFreeTree) -> dict[str, Any]:
    """Return one of the rootings, with what its nodes stand for if not for f alone."""
    if isinstance(free, ScheduledFreeTree):
        return {"schedule": list(free.slopes), **_free_tree_record(free.free)}
    rooted = free.canonical
    plain = all(color is FIELD for color in rooted.colors)
    colors = {} if plain else {"colors": [color.name for color in rooted.colors]}
    return {"tree": rooted.nested, **colors}
