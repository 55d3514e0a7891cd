"""The exact terms f_0 ... f_K of a modified equation, which are a vector field like any other.

What is read off them, their losses, their starts, and how they are written, is in the rooms beside;
`bea.modified.equation.ModifiedEquation` puts the verbs on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bea.algebra import Element
from bea.algebra.programs.program import Program
from bea.arrays import Floats
from bea.errors import BeaError, MethodError, OrderError
from bea.fields import Loss, VectorField
from bea.fields.vector_field import compile_derivative, lanes_of, within
from bea.methods import Method, Scheduled
from bea.modified.checks import checked_order
from bea.modified.elementary import weights
from bea.modified.memory.character import Character
from bea.modified.numeric import compiled, horner_program, lane_gammas, shorter, tree_program
from bea.modified.routes import manifold
from bea.modified.structure import gradient
from bea.modified.writing.concrete import Concrete, concrete_of
from bea.portable import Portable
from bea.trees import Tree, TreeMapping, number_up_to

Components = Sequence[tuple[Element, ...]]
Memory = Sequence[Sequence[Element]]

# So many trees, those of order 8 in one colour, make the shorter programs; more do not.
_FEW_TREES = 600


class Terms(Portable):
    """The field f~ = f_0 + gamma f_1 + ... + gamma^K f_K, term by term.

    Attributes
    ----------
    method : Method
        The method.
    order : int
        The highest power K of gamma that is kept; 0 is the original field.
    problem : VectorField or None
        The concrete field or loss; None if the equation is for every field at once.
    kind : str
        "modified"; "modifying" for the inverse question; "step" for the field whose Euler steps
        are the method's (see `ModifiedEquation.step_equation`).
    route : str
        The route by which it was derived.
    character : Character
        What the method is like on the problem.
    steps : int
        How many steps of the method the flow is followed for at a time: 1, and m for an epoch.
    """

    steps: int = 1

    def __init__(
        self,
        method: Method,
        order: int,
        problem: VectorField | None,
        *,
        route: str,
        coefficients: Callable[[int], Mapping[Tree, Any]],
        components: Callable[[int], Components],
        kind: str = "modified",
        memory: Callable[[int], Memory] | None = None,
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
        self._find_memory = memory or self._slaved

    # --- exact ------------------------------------------------------------------------------------

    @cached_property
    def coefficients(self) -> Mapping[Tree, Any]:
        """The exact coefficients b(tau) on trees of at most K + 1 nodes, of the method's colours.

        Raises `MethodError` if the method cannot be expressed on trees.
        """
        found = self._find_coefficients(self.order)
        return found if isinstance(found, TreeMapping) else MappingProxyType(dict(found))

    @cached_property
    def components(self) -> tuple[tuple[Element, ...], ...]:
        """The terms f_0 ... f_K on the concrete field, as elements of its ring."""
        self._require_problem()
        return tuple(self._find_components(self.order))

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

    @cached_property
    def concrete(self) -> Concrete:
        """How the terms on the concrete field are written."""
        return concrete_of(self.components, self._require_problem())

    def truncate(self, order: int) -> Self:
        """Return the equation cut after gamma^order.

        Raises
        ------
        OrderError
            If `order` is negative or higher than what was derived.
        """
        return self._to_order(self._derived_order(order))

    def at_least(self, order: int) -> Self:
        """Return the equation itself, or derived on to that order where it ends before."""
        return self if self.order >= order else self._to_order(order)

    def _to_order(self, order: int) -> Self:
        """Return the same to another order; what is known already is not derived anew."""
        other = object.__new__(type(self))
        for name, value in vars(self).items():
            if not isinstance(getattr(type(self), name, None), cached_property):
                setattr(other, name, value)
        other.order = order
        other._find_coefficients = self._coefficients_up_to
        other._find_components = self._components_up_to
        other._find_memory = self._memory_up_to
        return other

    def _coefficients_up_to(self, order: int) -> Mapping[Tree, Any]:
        """Return b to a lower order: cut if all are there already, else no more than are needed."""
        if "coefficients" not in self.__dict__ or order > self.order:
            return self._find_coefficients(order)
        return {t: b for t, b in self.coefficients.items() if t.order <= order + 1}

    def _components_up_to(self, order: int) -> Components:
        if "components" not in self.__dict__ or order > self.order:
            return self._find_components(order)
        return self.components[: order + 1]

    @cached_property
    def memory(self) -> tuple[tuple[Element, ...], ...]:
        """The slaved memory S(theta; gamma) on the concrete field, by powers of gamma.

        Each entry holds the components of all parts of the memory, one part after the other.
        """
        self._require_problem()
        return tuple(map(tuple, self._find_memory(self.order)))

    def _slaved(self, order: int) -> Memory:
        return manifold.memory_on_field(self.method, self._require_problem(), order)[1]

    def _memory_up_to(self, order: int) -> Memory:
        """Return the memory to another order; it goes one power further than the terms."""
        if "memory" not in self.__dict__ or order > self.order:
            return self._find_memory(order)
        return self.memory[: order + 2]

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

    @cached_property
    def is_gradient(self) -> tuple[bool, ...]:
        """Per power of gamma, whether the term is a gradient.

        On a concrete field the curl decides, with a schedule that in theta at each time; otherwise
        the answer is for every loss (f = -grad L) in two or more dimensions, and of a game for the
        players of one loss.
        """
        if self.problem is not None:
            end = -1 if self.method.has_time else None
            return tuple(gradient.curl_vanishes(term[:end]) for term in self.components)
        return tuple(
            gradient.is_gradient_on_trees(self.coefficients, k + 1) for k in range(self.order + 1)
        )

    @property
    def subject(self) -> str:
        """What the equation is of, as errors name it."""
        return str(self.method)

    def known_potential(self, power: int) -> Element | None:
        """Return the loss of the term of gamma^power where it is in closed form.

        None where it is to be found on trees, or by integration.
        """
        return None

    @property
    def notation(self) -> str:
        """The notation of elementary differentials: "grad" for a loss, else "f"."""
        is_loss = self.method.gradient if self.problem is None else isinstance(self.problem, Loss)
        return "grad" if is_loss else "f"

    @cached_property
    def has_few_trees(self) -> bool:
        """Whether the method can be expressed on trees, and they are few at this order."""
        if isinstance(self.method, Scheduled) and self.problem is not None:
            return False  # a number for every term needs s, s', ...: the components have them
        try:
            return self._few(self.order + 1) and bool(self._coefficients_up_to(0))
        except MethodError:
            return False

    # --- numbers ----------------------------------------------------------------------------------

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

    def numeric(self) -> Callable[[Floats, Floats], Floats]:
        """Return rhs(theta, gamma) for arrays (d, lanes) and (lanes,)."""
        return self._rhs

    @cached_property
    def _rhs(self) -> Callable[[Floats, Floats], Floats]:
        return compiled(self._program, self.dimension)

    def numeric_derivative(self) -> Callable[[Floats, Floats, Floats], Floats]:
        """Return (theta, v, gamma) -> f~'(theta) v for arrays; see `VectorField`."""
        return self._derivative

    @cached_property
    def _derivative(self) -> Callable[[Floats, Floats, Floats], Floats]:
        return compile_derivative(self._program, self.dimension)

    def domain(self) -> Callable[[Floats], NDArray[np.bool_]] | None:
        """Return where the concrete field is defined; see `VectorField.domain`."""
        return self._require_problem().domain()

    def __call__(self, theta: Any, gamma: Any) -> Floats:
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

    # --- private helpers --------------------------------------------------------------------------

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
