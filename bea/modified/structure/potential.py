"""A potential as a series in gamma: terms in the ring, or line integrals where that has none.

What is common to modified losses and modified Hamiltonians.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from flint import fmpq

from bea.algebra import Element
from bea.algebra.language.reals import real_numbers
from bea.algebra.language.texts import all_digits
from bea.algebra.programs.numpy_code import compile_program
from bea.arrays import Floats
from bea.errors import BeaError, DomainError
from bea.fields import VectorField
from bea.fields.vector_field import lanes_of, within
from bea.modified.numeric import horner_program, lane_gammas
from bea.modified.structure.line_integral import line_integral
from bea.modified.writing.concrete import Concrete
from bea.modified.writing.script import LATEX, TEXT, joined, series


class Potential:
    """A sum of gamma^k times functions, on a concrete problem or for all at once.

    Attributes
    ----------
    order : int
        Highest power of gamma.
    problem : VectorField or None
        The concrete problem.
    terms : tuple of Element or None
        Per power, the term on the concrete problem; None where it exists but is no element of the
        ring (its values are then line integrals of its gradient). Empty without a problem.
    """

    #: How an integral of the term of gamma^k is written, as text and in LaTeX.
    integral: ClassVar[tuple[str, str]] = ("∫f%d", r"\int f_{%d}")

    def __init__(
        self, order: int, problem: VectorField | None, terms: Sequence[Element | None]
    ) -> None:
        self.order = order
        self.problem = problem
        self.terms = tuple(terms)

    @all_digits()
    def __repr__(self) -> str:
        return self._write(latex=False)

    @all_digits()
    def latex(self) -> str:
        """Return it in LaTeX."""
        return self._write(latex=True)

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    @abstractmethod
    def gradient(self, power: int) -> Sequence[Element]:
        """Return the gradient of the term of gamma^power on the concrete problem."""

    def _universal(self, latex: bool) -> str:
        """Write it for all problems at once."""
        raise NotImplementedError

    @property
    def _named(self) -> Sequence[Element]:
        """What has a name where it occurs in long terms."""
        return []

    def _write(self, latex: bool) -> str:
        if self.problem is None:
            return self._universal(latex)
        script = LATEX if latex else TEXT
        end = script.remainder(script.gamma(self.order + 1))
        text = joined(self._missing(self.concrete.rows(latex)[0], latex), script, end)
        where = self.concrete.where_texts(frozenset(), latex)
        shown = ", ".join(f"{name} = {part}" for name, part in where)
        joint = r",\quad " if latex else ", where "
        return f"{text}{joint}{shown}" if shown else text

    @cached_property
    def concrete(self) -> Concrete:
        """How the terms on the concrete problem are written, in one row."""
        return Concrete([self.terms], self._named)

    def _missing(self, row: Sequence[str], latex: bool) -> list[str]:
        """Write ∫f_k for the terms that are line integrals."""
        pairs = enumerate(zip(row, self.terms, strict=True))
        script = LATEX if latex else TEXT
        name = self.integral[latex]
        return [
            series([[]] * k + [[(fmpq(1), name % k)]], script, remainder=False)
            if term is None else text
            for k, (text, term) in pairs
        ]  # fmt: skip

    def __call__(self, theta: Any, gamma: Any) -> Floats:
        """Return its values at points.

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
        points, gammas = lanes_of(theta, self._given.dimension), lane_gammas(gamma, shape)
        total = within(self._given.domain(), points, self._elementary(points, gammas))
        for k, term in enumerate(self.terms):
            if term is None:
                total = total + gammas**k * line_integral(self._slope(k), points, self._base)
        return total.reshape(shape)

    @property
    def _given(self) -> VectorField:
        if self.problem is None:
            raise BeaError("values need a concrete problem: give modified_equation one")
        self.problem.require_values()
        return self.problem

    @cached_property
    def _elementary(self) -> Callable[[Floats, Floats], Floats]:
        problem = self._given
        zero = problem.ring.constant(0)
        known = [[zero if term is None else term] for term in self.terms]
        function = compile_program(horner_program(problem, known))
        return lambda points, gamma: function([*points, gamma], np.empty((1, points.shape[1])))[0]

    @cached_property
    def _base(self) -> Floats:
        """The problem's start, or a point on the diagonal where the loss is defined."""
        problem = self._given
        diagonal = np.outer([0.0, 0.5, 1.0, 2.0, -0.5, -1.0, -2.0], np.ones(problem.dimension))
        candidates = np.atleast_2d(problem.about.start or diagonal)
        inside = problem.domain()
        usable = (
            candidates
            if inside is None
            else candidates[inside(lanes_of(candidates, problem.dimension))]
        )
        if not len(usable):
            raise DomainError(
                f"'{problem.name}' is not defined at 0, 1/2, 1 or 2, from where its potential "
                "could be integrated: shift its variables"
            )
        return np.asarray(usable[0])

    def _slope(self, k: int) -> Callable[[Floats], Floats]:
        """Return the gradient of a term as a function of lanes."""
        program = horner_program(self._given, [list(self.gradient(k))])
        function = compile_program(program)
        return lambda x: function([*x, 0.0], np.empty((len(x), x.shape[1])))
