"""The result of a derivation: a modified equation, which is a vector field like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.algebra import Element
from bea.algebra.programs.program import Program
from bea.errors import BeaError, MethodError, OrderError
from bea.fields import Loss, VectorField
from bea.fields.vector_field import compile_derivative, lanes_of, within
from bea.methods import Method, Scheduled
from bea.modified.checks import checked_order
from bea.modified.elementary import weights
from bea.modified.memory import starts as starting
from bea.modified.memory.character import Character
from bea.modified.memory.on_manifold import OnManifold
from bea.modified.numeric import compiled, horner_program, lane_gammas, shorter, tree_program
from bea.modified.routes import manifold
from bea.modified.structure import gradient
from bea.modified.structure import split as structure
from bea.modified.structure.loss import ModifiedLoss
from bea.modified.writing import display
from bea.trees import Tree, number_up_to

__all__ = ["ModifiedEquation"]

Numbers = NDArray[np.float64]
Components = Sequence[tuple[Element, ...]]

# So many trees, those of order 8 in one colour, make the shorter programs; more do not.
_FEW_TREES = 600


class ModifiedEquation:
    """The field f~ = f_0 + gamma f_1 + ... + gamma^K f_K whose flow the iterates follow.

    Made by `bea.modified_equation` and `bea.modifying_integrator`; prints as mathematics.

    Attributes
    ----------
    method : Method
        The method.
    order : int
        The highest power K of gamma that is kept; 0 is the original field.
    problem : VectorField or None
        The concrete field or loss; None if the equation is for every field at once.
    kind : str
        "modified", or "modifying" for the inverse question.
    route : str
        The route by which it was derived.

    Examples
    --------
    >>> import bea
    >>> bea.modified_equation(bea.methods.gradient_descent(), order=2)
    −∇L − γ/2 ∇²L∇L − γ²(1/3 (∇²L)²∇L + 1/12 ∇³L[∇L,∇L]) + O(γ³)
    """

    def __init__(
        self,
        method: Method,
        order: int,
        problem: VectorField | None,
        *,
        route: str,
        coefficients: Callable[[int], Mapping[Tree, Any]],
        components: Callable[[], Components],
        kind: str = "modified",
        character: Character | None = None,
    ) -> None:
        self.method = method
        self.order = order
        self.problem = problem
        self.route = route
        self.kind = kind
        self.character = character or Character(method, problem)
        self._find_coefficients = coefficients
        self._find_components = components

    # --- exact --------------------------------------------------------------------------------

    @cached_property
    def coefficients(self) -> Mapping[Tree, Any]:
        """The exact coefficients b(tau) on trees of at most K + 1 nodes, of the method's colours.

        Raises `MethodError` if the method cannot be expressed on trees.
        """
        return MappingProxyType(dict(self._find_coefficients(self.order)))

    @cached_property
    def components(self) -> tuple[tuple[Element, ...], ...]:
        """The terms f_0 ... f_K on the concrete field, as elements of its ring."""
        self._require_problem()
        return tuple(self._find_components())

    @property
    def terms(self) -> tuple[Any, ...]:
        """The terms f_0 ... f_K: tuples of SymPy expressions, one per component.

        Without a concrete field: dicts from trees to the factor of F(tau), which is
        b(tau)/sigma(tau), added up over the trees with the same F.
        """
        if self.problem is None:
            return tuple(weights(self.coefficients, k + 1) for k in range(self.order + 1))
        from bea.algebra.language.sympy_bridge import to_sympy
        from bea.algebra.ring.conversions import to_expression

        return tuple(tuple(to_sympy(to_expression(c)) for c in term) for term in self.components)

    def truncate(self, order: int) -> ModifiedEquation:
        """Return the equation cut after gamma^order.

        Raises
        ------
        OrderError
            If `order` is negative or higher than what was derived.
        """
        order = self._derived_order(order)
        return ModifiedEquation(
            self.method,
            order,
            self.problem,
            route=self.route,
            kind=self.kind,
            character=self.character,
            coefficients=self._coefficients_up_to,
            components=lambda: self.components[: order + 1],
        )

    def _coefficients_up_to(self, order: int) -> Mapping[Tree, Any]:
        """Return b to a lower order: cut if all are there already, else no more than are needed."""
        if "coefficients" not in self.__dict__:
            return self._find_coefficients(order)
        return {t: b for t, b in self.coefficients.items() if t.order <= order + 1}

    def vanishes(self, power: int) -> bool:
        """Tell whether the term of gamma^power is zero.

        Raises
        ------
        OrderError
            If that term was not derived.
        """
        power = self._derived_order(power)
        if self.problem is not None:
            return all(c.is_zero() for c in self.components[power])
        return all(weight == 0 for weight in weights(self.coefficients, power + 1).values())

    # --- gradient structure -------------------------------------------------------------------

    @cached_property
    def is_gradient(self) -> tuple[bool, ...]:
        """Per power of gamma, whether the term is a gradient.

        On a concrete field the curl decides, with a schedule that in theta at each time; otherwise
        the answer is for every loss (f = -grad L) in two or more dimensions, and of a game for the
        players of one loss.
        """
        if self.problem is not None:
            end = -1 if isinstance(self.method, Scheduled) else None
            return tuple(gradient.curl_vanishes(term[:end]) for term in self.components)
        return tuple(
            gradient.is_gradient_on_trees(self.coefficients, k + 1) for k in range(self.order + 1)
        )

    def modified_loss(self) -> ModifiedLoss:
        """Return the modified loss, whose gradient flow this equation is.

        Raises
        ------
        NoModifiedLossError
            If some term is not a gradient; `gradient_part` splits it.
        BeaError
            If the equation is of a vector field that is no loss's.
        """
        return structure.modified_loss(self)

    def gradient_part(self) -> structure.GradientSplit:
        """Split every term into minus the gradient of a loss and a remainder.

        The loss takes, for each free tree, the mean of b over its nodes; where a term is a
        gradient on this very loss, all of it.
        """
        return structure.gradient_part(self)

    @property
    def subject(self) -> str:
        """What the equation is of, as errors name it."""
        return str(self.method)

    def known_potential(self, power: int) -> Element | None:
        """Return the loss of the term of gamma^power where it is in closed form.

        None where it is to be found on trees, or by integration.
        """
        return None

    @cached_property
    def has_few_trees(self) -> bool:
        """Whether the method can be expressed on trees, and they are few at this order."""
        if isinstance(self.method, Scheduled) and self.problem is not None:
            return False  # a number for every term needs s, s', ...: the components have them
        try:
            return self._few(self.order + 1) and bool(self._coefficients_up_to(0))
        except MethodError:
            return False

    # --- numbers ------------------------------------------------------------------------------

    @property
    def depends_on_gamma(self) -> bool:
        """Whether the truncated field changes with the step size."""
        return self.order > 0

    @property
    def dimension(self) -> int:
        """Number of components, d."""
        return self._require_problem().dimension

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the components."""
        return self._require_problem().variables

    @property
    def program(self) -> Program:
        """The straight-line program of the field, with theta and gamma as inputs."""
        return self._program

    @cached_property
    def _program(self) -> Program:
        problem = self._require_problem()
        problem.require_values()
        if not self.has_few_trees:
            return horner_program(problem, self.components)
        by_trees = tree_program(problem, self.coefficients, parts=self.method.parts(problem))
        expanded = "components" in self.__dict__
        return shorter(by_trees, problem, self.components) if expanded else by_trees

    def numeric(self) -> Callable[[Numbers, Numbers], Numbers]:
        """Return rhs(theta, gamma) for arrays (d, lanes) and (lanes,)."""
        return self._rhs

    @cached_property
    def _rhs(self) -> Callable[[Numbers, Numbers], Numbers]:
        return compiled(self._program, self.dimension)

    def numeric_derivative(self) -> Callable[[Numbers, Numbers, Numbers], Numbers]:
        """Return (theta, v, gamma) -> f~'(theta) v for arrays; see `VectorField`."""
        return self._derivative

    @cached_property
    def _derivative(self) -> Callable[[Numbers, Numbers, Numbers], Numbers]:
        return compile_derivative(self._program, self.dimension)

    def domain(self) -> Callable[[Numbers], NDArray[np.bool_]] | None:
        """Return where the concrete field is defined; see `VectorField.domain`."""
        return self._require_problem().domain()

    def __call__(self, theta: Any, gamma: Any) -> Numbers:
        """Return f~ at points.

        Parameters
        ----------
        theta
            Points, (..., d).
        gamma
            Step sizes that broadcast to (...).

        Returns
        -------
        ndarray, shape (..., d)
            nan outside the domain of the problem.
        """
        lanes = lanes_of(theta, self.dimension)
        values = self.numeric()(lanes, lane_gammas(gamma, np.shape(theta)[:-1]))
        return within(self.domain(), lanes, values).T.reshape(np.shape(theta))

    # --- memory -------------------------------------------------------------------------------

    @cached_property
    def start_correction(self) -> Mapping[Tree, Any]:
        """Where the flow has to start to meet a run from theta_0 with zero memory, on trees.

        theta* = theta_0 + the sum over trees of at most K nodes of gamma^|tau| a(tau)/sigma(tau)
        F(tau). Empty for a method without memory. Raises `MethodError` if it is not known. With a
        schedule the terms have s, s', ... where the run begins.
        """
        return starting.on_trees(self)

    def first_correction(self, starts: Any) -> int | None:
        """Return the lowest power of gamma by which the corrected starts differ from `starts`.

        None if they do not to this order. A schedule may be 0 where the runs begin.

        >>> import bea
        >>> heavy_ball = bea.methods.heavy_ball(beta="1/2")
        >>> bea.modified_equation(heavy_ball, bea.problems.booth(), 2).first_correction([[1, 1]])
        1
        """
        return starting.first_correction(self, starts)

    def corrected_starts(self, starts: Any, gammas: Any) -> Numbers:
        """Return the starts of the flows that meet runs from `starts` with zero memory.

        Parameters
        ----------
        starts : (starts, d)
        gammas : (gammas,)

        Returns
        -------
        ndarray, shape (gammas, starts, d)
        """
        self._require_problem()
        return starting.corrected(self, self._start_terms, starts, gammas)

    @cached_property
    def memory(self) -> tuple[tuple[Element, ...], ...]:
        """The slaved memory S(theta; gamma) on the concrete field, by powers of gamma.

        Each entry holds the components of all parts of the memory, one part after the other.
        """
        problem = self._require_problem()
        return tuple(map(tuple, manifold.memory_on_field(self.method, problem, self.order)[1]))

    @cached_property
    def has_start_correction(self) -> bool:
        """Whether the corrected start is known: for memory that is linear with known rates.

        It is found on trees, and so at orders at which they are few.
        """
        try:
            known = self._few(self.order + 1) and self.start_correction is not None
            scheduled_on = isinstance(self.method, Scheduled) and self.problem is not None
            return known and (not scheduled_on or self._start_terms is not None)
        except MethodError:
            return False

    @cached_property
    def _start_terms(self) -> list[list[Element]] | None:
        """The corrected start of a scheduled method on the concrete problem, by powers of gamma."""
        return starting.on_problem(self) if isinstance(self.method, Scheduled) else None

    def started_on_manifold(self) -> Method:
        """Return the method with its memory begun on the slow manifold, instead of from zero."""
        return OnManifold(self.method, self._require_problem(), self.memory)

    # --- writing ------------------------------------------------------------------------------

    @property
    def effective_rate(self) -> Any:
        """The factor by which a method, by its memory mostly, multiplies f: f_0 = rate f.

        It is the factor of the learning rate, too: a float, or where hyperparameters are symbolic
        a SymPy expression; see `bea.modified.memory.character.Character.leading`.

        >>> import bea
        >>> bea.modified_equation(bea.methods.heavy_ball(beta="beta"), order=0).effective_rate
        -1/(beta - 1)
        """
        rate = self.character.effective_rate
        if rate == rate:  # a number: nan is none
            return rate
        from bea.algebra.language.sympy_bridge import to_sympy
        from bea.algebra.ring.conversions import to_expression

        return to_sympy(to_expression(self.character.leading))

    def useful_gamma(self, starts: Any) -> float:
        """Return the step size below which the equation means something at starts (starts, d).

        >>> import bea
        >>> heavy_ball = bea.methods.heavy_ball(beta="81/100")
        >>> equation = bea.modified_equation(heavy_ball, bea.problems.booth(), order=2)
        >>> round(18 * equation.useful_gamma([[1, 1]]), 9)  # (1 - sqrt(beta))^2
        0.01
        """
        from bea.modified.memory.time_scale import pace_of  # which derives equations

        points = np.atleast_2d(np.asarray(starts, dtype=float))
        derived = self if self.order >= 1 else None
        self._require_problem()
        pace = pace_of(self.character, points, derived)
        return pace.limit / pace.rate if pace.rate > 0 else float("inf")

    @property
    def notation(self) -> str:
        """The notation of elementary differentials: "grad" for a loss, else "f"."""
        is_loss = self.method.gradient if self.problem is None else isinstance(self.problem, Loss)
        return "grad" if is_loss else "f"

    def __repr__(self) -> str:
        return display.as_text(self)

    def universal_text(self) -> str:
        """Return the equation for every field at once, as text."""
        return display.universal_text(self)

    def latex(self) -> str:
        """Return the equation in LaTeX; a concrete one as an aligned system."""
        return display.as_latex(self)

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object that `bea derive --format json` prints.

        It has `method` and its `parameters`, `order`, `kind`, and `terms`: for every field a list
        over trees; on a concrete one, beside `problem` and `variables`, a list by power of gamma of
        lists of components, as texts in bea's own grammar.

        A tree is the nested list of its children. For games and weight decay `colors` says what
        its nodes stand for, in the order of the opening brackets: f1 and f2, or f and theta.

        Examples
        --------
        >>> import bea
        >>> euler = bea.methods.explicit_euler()
        >>> bea.modified_equation(euler, bea.problems.field("y**2"), 2).as_json()["terms"]
        [['y**2'], ['-y**3'], ['3*y**4/2']]
        >>> record = bea.modified_equation(bea.methods.alternating(), order=1).as_json()["terms"][4]
        >>> record["tree"], record["colors"], record["elementary_differential"]
        ([[]], ['f2', 'f1'], "f₂'f₁")
        """
        return display.as_record(self)

    # --- private helpers ----------------------------------------------------------------------

    def _few(self, nodes: int) -> bool:
        return number_up_to(nodes, self.method.colors) <= _FEW_TREES

    def _derived_order(self, order: int) -> int:
        if checked_order(order) > self.order:
            raise OrderError(f"order {order} is not between 0 and the derived order {self.order}")
        return int(order)

    def _require_problem(self) -> VectorField:
        if self.problem is None:
            raise BeaError(
                "this equation is for every field at once: give modified_equation a problem"
            )
        return self.problem
