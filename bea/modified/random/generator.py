"""The modified generator of a random step: L~ = (1/gamma) log E[Phi*], a differential operator.

A random step is on average the operator S = E[Phi*], S phi = E[phi o Phi], and so

    E phi(theta_n) = (e^(n gamma L~) phi)(theta_0),     L~ = L~_0 + gamma L~_1 + gamma^2 L~_2 + …

up to exponentially small terms, as the modified field is for a step that is not random. For SGD

    L~ = -∇(L + γ/4 ‖∇L‖²)·∇ + γ/2 Σ:∇² + O(γ²),

which generates a diffusion. From gamma^2 on there are third derivatives in general (the third
cumulant of the gradient noise over 6, and from gamma^3 on derivatives of Sigma too): no diffusion
has that generator, and `is_diffusion` says so. With memory it is the operator on the slow part,
`bea.modified.random.slow_operator`. Source: Li, Tai and E, "Stochastic modified equations and
dynamics of stochastic gradient algorithms I", JMLR 20 (2019) 1-47, up to gamma; beyond, derived
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, partial
from typing import Any

from bea.algebra import Element, Ring
from bea.algebra.language.texts import all_digits
from bea.algebra.ring.conversions import read, to_expression
from bea.algebra.ring.differential_operator import DifferentialOperator
from bea.errors import DimensionError, OrderError
from bea.fields import VectorField
from bea.fields.sources import expressions_of
from bea.methods import Method
from bea.modified.checks import checked_order
from bea.modified.cost import check_sum
from bea.modified.random.slow_operator import SlowOperator, logarithm
from bea.modified.random.step import RandomStep
from bea.modified.writing.script import LATEX, TEXT, Script, text_of
from bea.noise import Noise
from bea.patience import told
from bea.portable import Portable
from bea.problems import FiniteSum, TimedSum

Matrix = tuple[tuple[Element, ...], ...]


@told("deriving")
def modified_generator(
    method: Method,
    problem: VectorField,
    order: int = 1,
    batches: Noise | int | None = None,
) -> ModifiedGenerator:
    """Derive the modified generator of a method on random batches of a finite sum, exactly.

    Parameters
    ----------
    method
        A method of one step, or with memory that is carried on linearly, such as heavy ball.
    problem
        A finite sum, such as `bea.problems.finite_sum`; any other field or loss is without noise.
    order
        Highest power K of gamma that is kept; e^(n gamma L~) then misses E phi(theta_n) at a fixed
        time by gamma^(K+1): the weak order is K + 1.
    batches
        How batches are drawn: `bea.noise.Batches(size, replacement)`, or a size (without
        replacement); by default single samples.

    Raises
    ------
    OrderError
        If `order` is no natural number, or would take more than minutes on so many samples.
    MethodError
        If the step is none whose average is known.
    BeaError
        If a batch is larger than the sum, or there are too many batches to go through.

    Examples
    --------
    >>> import bea
    >>> from bea.problems import finite_sum
    >>> pair = finite_sum(["(x - 1)**2/2", "(x + 1)**2/2"])
    >>> modified_generator(bea.methods.gradient_descent(), pair, order=2)
    L̃ = −x ∂x + γ(−x/2 ∂x + 1/2 ∂x²) + γ²(−x/3 ∂x + 1/2 ∂x²) + O(γ³)
    """
    order = checked_order(order)
    if isinstance(problem, FiniteSum | TimedSum):
        remedy = "or run ensembles; weak order 2 does without this generator"
        check_sum(problem.size, problem.functions, order, remedy)
    step = RandomStep(method, problem, batches)
    slow = SlowOperator(step, order + 1)
    ring = _ring_of_results(step, problem)
    terms = _in_lowest_terms(slow, ring, logarithm(slow.terms))
    return ModifiedGenerator(step, problem, terms, partial(_start, slow, ring))


class ModifiedGenerator(Portable):
    """The terms L~_0 ... L~_K of a modified generator; made by `modified_generator`.

    Attributes
    ----------
    method : Method
    problem : VectorField
        The finite sum.
    batches : Noise
    order : int
        The highest power K of gamma that is kept.
    ring : Ring
        The ring of their coefficients: the problem's, with the method's symbols.
    """

    def __init__(
        self,
        step: RandomStep,
        problem: VectorField,
        terms: Sequence[DifferentialOperator],
        start: Any,
    ) -> None:
        self._step, self._find_start = step, start
        self.method, self.batches, self.problem = step.method, step.batches, problem
        self._terms = tuple(terms)
        self.ring = self._terms[0].ring

    @property
    def terms(self) -> tuple[DifferentialOperator, ...]:
        """L~_0 ... L~_K."""
        return self._terms

    @property
    def order(self) -> int:
        """The highest power of gamma that is kept."""
        return len(self.terms) - 1

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the components of theta."""
        return self.ring.variables

    def truncate(self, order: int) -> ModifiedGenerator:
        """Return the generator cut after gamma^order.

        Raises
        ------
        OrderError
            If that is beyond what was derived.
        """
        kept = self.terms[: self._derived(order) + 1]
        return ModifiedGenerator(self._step, self.problem, kept, self._find_start)

    # --- is it a diffusion? ---------------------------------------------------------------------

    @cached_property
    def degrees(self) -> tuple[int, ...]:
        """The highest derivative in each term; -1 for a term that is 0."""
        return tuple(term.degree for term in self.terms)

    def is_diffusion(self, order: int | None = None) -> bool:
        """Tell whether no derivative beyond the second is in the terms up to gamma^order.

        Only then is there a stochastic differential equation with this generator (where its
        diffusion matrix is positive semidefinite, which at small gamma the covariance Sigma sees
        to); otherwise the equation that keeps the first and second derivatives is of lower weak
        order.

        Examples
        --------
        >>> import bea
        >>> from bea.problems import finite_sum
        >>> skew = finite_sum(["x**2/2", "x**2/2", "x**2/2 + x"])  # has a third cumulant
        >>> generator = modified_generator(bea.methods.gradient_descent(), skew, order=2)
        >>> generator.is_diffusion(1), generator.is_diffusion(2)
        (True, False)
        """
        last = self.order if order is None else self._derived(order)
        return all(degree <= 2 for degree in self.degrees[: last + 1])

    @cached_property
    def drift(self) -> tuple[tuple[Element, ...], ...]:
        """The coefficients of the first derivatives, by powers of gamma."""
        units = self._units()
        return tuple(tuple(term.coefficient(u) for u in units) for term in self.terms)

    @cached_property
    def diffusion(self) -> tuple[Matrix, ...]:
        """The symmetric matrices D_k of the second derivatives, 1/2 D_k:∇², by powers of gamma."""
        units = self._units()
        return tuple(
            tuple(tuple(_entry(term, u, v) for v in units) for u in units) for term in self.terms
        )

    def _units(self) -> list[tuple[int, ...]]:
        count = range(len(self.variables))
        return [tuple(int(i == j) for i in count) for j in count]

    # --- test functions -------------------------------------------------------------------------

    def observable(self, value: Any) -> Element:
        """Return a test function as an element of the generator's ring.

        Parameters
        ----------
        value
            A text in the problem's variables, a SymPy expression, or an element.

        Raises
        ------
        BeaError
            If it cannot be read, or names what is no variable.
        """
        if isinstance(value, Element):
            return value if value.ring is self.ring else read(self.ring, to_expression(value))
        found = expressions_of(value, self.variables, self.ring.parameters)
        if len(found) != 1:
            raise DimensionError(f"one test function is meant, and '{value}' are {len(found)}")
        return read(self.ring, found[0])

    def __call__(self, value: Any) -> tuple[Element, ...]:
        """Return L~_0 phi, ..., L~_K phi for a test function phi.

        Examples
        --------
        >>> import bea
        >>> from bea.problems import finite_sum
        >>> pair = finite_sum(["(x - 1)**2/2", "(x + 1)**2/2"])
        >>> modified_generator(bea.methods.gradient_descent(), pair)("x**2")
        (-2*x**2, -x**2 + 1)
        """
        phi = self.observable(value)
        return tuple(term(phi) for term in self.terms)

    @cached_property
    def start(self) -> tuple[DifferentialOperator, ...]:
        """The operator by which a run from zero memory begins, by powers of gamma.

        E phi(theta_n) is in the steady regime the value at theta_0 of start e^(n gamma L~) phi;
        1 for a method without memory. Without noise it shifts to the corrected start.
        """
        return tuple(self._find_start()[: self.order + 1])

    # --- writing --------------------------------------------------------------------------------

    @all_digits()
    def __repr__(self) -> str:
        return f"L̃ = {self._written(TEXT, [repr(term) for term in self.terms])}"

    @all_digits()
    def latex(self) -> str:
        """Return the generator in LaTeX."""
        return rf"\tilde{{L}} = {self._written(LATEX, [term.latex() for term in self.terms])}"

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def _written(self, script: Script, bodies: Sequence[str]) -> str:
        pieces = []
        left, right = script.brackets
        for k, (term, body) in enumerate(zip(self.terms, bodies, strict=True)):
            if term.coefficients:
                power = script.gamma(k)
                pieces.append(f"{power}{left}{body}{right}" if power else body)
        end = script.remainder(script.gamma(len(self.terms)))
        return " + ".join([*pieces, end])

    @all_digits()
    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object.

        `terms` is a list by power of gamma of lists of `{"derivatives": multi-index,
        "coefficient": text in bea's grammar}`; `diffusion` tells for each power whether the
        generator up to there is a diffusion's.

        Examples
        --------
        >>> import bea
        >>> from bea.problems import finite_sum
        >>> pair = finite_sum(["(x - 1)**2/2", "(x + 1)**2/2"])
        >>> modified_generator(bea.methods.gradient_descent(), pair, 0).as_json()["terms"]
        [[{'derivatives': [1], 'coefficient': '-x'}]]
        """
        return {
            "method": self.method.name,
            "parameters": self.method.parameters,
            "order": self.order,
            "kind": "generator",
            "problem": self.problem.name,
            **self.batches.as_json(),
            "variables": list(self.variables),
            "terms": [
                [{"derivatives": list(i), "coefficient": text_of(c)}
                 for i, c in term.coefficients.items()]
                for term in self.terms
            ],
            "diffusion": [self.is_diffusion(k) for k in range(self.order + 1)],
        }  # fmt: skip

    def _derived(self, order: int) -> int:
        order = checked_order(order)
        if order > self.order:
            raise OrderError(
                f"order {order} is beyond what was derived: derive the generator to that order"
            )
        return order


# --- private helpers ----------------------------------------------------------------------------


def _in_lowest_terms(
    slow: SlowOperator, ring: Ring, operators: Iterable[DifferentialOperator]
) -> tuple[DifferentialOperator, ...]:
    def moved(operator: DifferentialOperator) -> DifferentialOperator:
        lowest = {i: slow.fractions.lowest_terms(c, ring) for i, c in operator.coefficients.items()}
        return DifferentialOperator(ring, lowest)

    return tuple(map(moved, operators))


def _start(slow: SlowOperator, ring: Ring) -> tuple[DifferentialOperator, ...]:
    return _in_lowest_terms(slow, ring, slow.start)


def _ring_of_results(step: RandomStep, problem: VectorField) -> Ring:
    """Return the problem's own ring, or one with the method's symbols beside."""
    own = len(step.ring.parameters) - step.memory_size - step.dimension
    names = step.ring.parameters[:own]
    return problem.ring if names == problem.parameters else Ring(problem.variables, names)


def _entry(term: DifferentialOperator, u: tuple[int, ...], v: tuple[int, ...]) -> Element:
    """Return D_ij: c d_i d_j appears once for i = j and stands for both orders otherwise."""
    index = tuple(a + b for a, b in zip(u, v, strict=True))
    return term.coefficient(index) * (2 if u == v else 1)
