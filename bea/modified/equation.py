"""The result of a derivation: a modified equation, which is a vector field like any other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from bea.algebra import Element
from bea.algebra.language.reals import real_points
from bea.algebra.language.texts import all_digits
from bea.arrays import Floats
from bea.errors import BeaError, MethodError
from bea.methods import Method, Scheduled
from bea.modified.memory import starts as starting
from bea.modified.memory.on_manifold import OnManifold
from bea.modified.memory.time_scale import require_values, time_scale_of
from bea.modified.schedule.on_trees import step_on_trees as schedule_on_trees
from bea.modified.structure import split as structure
from bea.modified.structure.geometry import Geometry
from bea.modified.structure.hamiltonian import ModifiedHamiltonian
from bea.modified.structure.invariants import ModifiedInvariant, modified_invariant
from bea.modified.structure.loss import ModifiedLoss
from bea.modified.structure.step import step_on_field, step_on_trees
from bea.modified.terms import Terms
from bea.modified.writing import display
from bea.modified.writing.lengths import LATEX_LONGEST, LONGEST, SCREEN
from bea.trees import Tree


class ModifiedEquation(Terms):
    """The field f~ = f_0 + gamma f_1 + ... + gamma^K f_K whose flow the iterates follow.

    Made by `bea.modified_equation` and `bea.modifying_integrator`; prints as mathematics. What it
    holds is described by `bea.modified.terms.Terms`.

    Examples
    --------
    >>> import bea
    >>> bea.modified_equation(bea.methods.gradient_descent(), order=2)
    −∇L − γ/2 ∇²L∇L − γ²(1/3 (∇²L)²∇L + 1/12 ∇³L[∇L,∇L]) + O(γ³)
    """

    # --- gradient structure -----------------------------------------------------------------------

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

    # --- geometry ---------------------------------------------------------------------------------

    @cached_property
    def geometry(self) -> Geometry:
        """What the terms keep: the symplectic form, H, volume, the direction of time."""
        return Geometry(self)

    def modified_hamiltonian(self) -> ModifiedHamiltonian:
        """Return the Hamiltonian whose flow this equation is, on the Hamiltonian of the problem.

        Without a problem it is that for every H, in elementary Hamiltonians; of a method on a split
        field for every H = T(p) + V(q), in Poisson's brackets.

        Raises
        ------
        NoModifiedHamiltonianError
            If some term has none, with what destroys it; `geometry.split` has it apart.
        BeaError
            If no Hamiltonian of the problem is known.

        Examples
        --------
        >>> import bea
        >>> verlet, pendulum = bea.methods.stormer_verlet(), bea.problems.pendulum()
        >>> bea.modified_equation(verlet, pendulum, order=2).modified_hamiltonian()
        p²/2 − cos(q) + γ²/24 (2p² cos(q) + cos²(q) − 1) + O(γ³)
        """
        return self.geometry.modified_hamiltonian()

    def modified_invariant(self, invariant: Any) -> ModifiedInvariant:
        """Return the function near a first integral of the problem that this equation conserves.

        Parameters
        ----------
        invariant
            The first integral, as text or SymPy expression.

        Raises
        ------
        NoInvariantError
            If the problem does not conserve it, or none was found, with the order and the rate.

        Examples
        --------
        >>> import bea
        >>> lotka_volterra = bea.problems.lotka_volterra(a=1, b=1)
        >>> euler = bea.methods.symplectic_euler(own="implicit")
        >>> equation = bea.modified_equation(euler, lotka_volterra, order=1)
        >>> equation.modified_invariant("p - log(p) + q - log(q)")
        q + p − log(p) − log(q) + γ(q + p)(q + p − 4)/4 + O(γ²)
        """
        self._require_problem()
        return modified_invariant(self, invariant)

    # --- the step itself --------------------------------------------------------------------------

    def step_equation(self) -> ModifiedEquation:
        """Return the field g whose Euler steps theta + gamma g(theta) are the method's own.

        With memory they are those on the slow manifold. It is an equation of the kind "step", with
        its own `is_gradient`, `modified_loss` and `gradient_part`: where g = -grad of a loss, plain
        gradient descent on it, with the same step size, does what the method does. For an epoch of
        m steps it is one plain step of the size m gamma. Source: Cattaneo and Shigida,
        arXiv:2509.08483.

        Raises
        ------
        BeaError
            If the equation is of the inverse question, or of a step already.

        Examples
        --------
        >>> import bea
        >>> bea.modified_equation(bea.methods.implicit_euler(), order=2).step_equation()
        f + γ f'f + γ²(f'f'f + 1/2 f''(f,f)) + O(γ³)
        """
        if self.kind != "modified":
            raise BeaError("the step is that of a modified equation: call it on modified_equation")
        return ModifiedEquation(
            self.method,
            self.order,
            self.problem,
            route=self.route,
            kind="step",
            coefficients=self._step_on_trees,
            components=lambda k: step_on_field(
                self.at_least(k).truncate(k).components, self._require_problem(), self.steps
            ),
            memory=self._memory_up_to,
            character=self.character,
        )

    def _step_on_trees(self, order: int) -> Mapping[Tree, Any]:
        if isinstance(self.method, Scheduled):
            return schedule_on_trees(self.method, order)
        flow = self.at_least(order).truncate(order).coefficients
        return step_on_trees(flow, self.method.colors)

    @property
    def asks_of_the_step(self) -> bool:
        """Whether some term of the flow is no gradient though the first is: is the step's one?

        The first one of both is the same.
        """
        return self.kind == "modified" and self.is_gradient[0] and not all(self.is_gradient)

    def discrete_loss(self) -> ModifiedLoss:
        """Return the loss on which plain descent with the same step size takes the very same steps.

        It may exist where the flow has no modified loss: for heavy ball it does to every order.

        Raises
        ------
        NoModifiedLossError
            If it does not; `step_equation().gradient_part()` has the remainder.
        BeaError
            As for `modified_loss` and `step_equation`.

        Examples
        --------
        >>> import bea
        >>> heavy_ball = bea.methods.heavy_ball(beta="beta")
        >>> bea.modified_equation(heavy_ball, order=2).discrete_loss()
        1/(1−β) · (L + γβ/(2(1−β)²) ‖∇L‖² + γ²β(1+β)/(2(1−β)⁴) ∇²L[∇L,∇L] + O(γ³))
        """
        return self.step_equation().modified_loss()

    # --- memory -----------------------------------------------------------------------------------

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
        return starting.first_correction(self, self.start_correction, starts)

    def corrected_starts(self, starts: Any, gammas: Any) -> Floats:
        """Return the starts of the flows that meet runs from `starts` with zero memory.

        Parameters
        ----------
        starts : (d,) or (starts, d)
        gammas : number or (gammas,)

        Returns
        -------
        ndarray, shape (gammas, starts, d)
        """
        self._require_problem()
        return starting.corrected(self, self.start_correction, self._start_terms, starts, gammas)

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
        scheduled = isinstance(self.method, Scheduled)
        return starting.on_problem(self, self.start_correction) if scheduled else None

    def started_on_manifold(self) -> Method:
        """Return the method with its memory begun on the slow manifold, instead of from zero."""
        return OnManifold(self.method, self._require_problem(), self.memory)

    @property
    def contracts(self) -> tuple[str, ...]:
        """Where the memory contracts, so that the equation holds: conditions as texts.

        () if that hangs on no point. Where one fails, runs leave the slow manifold.

        >>> import bea
        >>> rule = bea.methods.from_text("m = grad/2*m + grad; theta = theta - gamma*m")
        >>> bea.modified_equation(rule, bea.problems.loss("x**2/2"), 1).contracts
        ('|x| < 2',)
        """
        return self.character.contracts

    # --- step sizes -------------------------------------------------------------------------------

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

        Raises `MethodError` if hyperparameters, or parameters of the problem, have no value.

        >>> import bea
        >>> heavy_ball = bea.methods.heavy_ball(beta="81/100")
        >>> equation = bea.modified_equation(heavy_ball, bea.problems.booth(), order=2)
        >>> round(18 * equation.useful_gamma([[1, 1]]), 9)  # (1 - sqrt(beta))^2
        0.01
        """
        points = real_points(starts, self._require_problem().dimension, "the starts")
        require_values(self.character, "the useful range")
        scale = time_scale_of(self.character, points, lambda: self.at_least(1))
        return scale.limit / scale.rate if scale.rate > 0 else float("inf")

    # --- writing ----------------------------------------------------------------------------------

    @all_digits()
    def __repr__(self) -> str:
        return display.as_text(self, SCREEN)

    @all_digits()
    def text(self, full: bool = False) -> str:
        """Return the equation as text; terms that fill a page are left out unless `full`.

        Long terms have named parts, which stand at the end.

        >>> import bea
        >>> euler = bea.methods.explicit_euler()
        >>> print(bea.modified_equation(euler, bea.problems.field("y**2"), 2).text())
        y' = y² − γy³ + 3γ²y⁴/2 + O(γ³)
        """
        return display.as_text(self, None if full else LONGEST)

    def universal_text(self) -> str:
        """Return the equation for every field at once, as text."""
        return display.universal_text(self)

    @all_digits()
    def latex(self, full: bool = False) -> str:
        """Return the equation in LaTeX, a concrete one as an aligned system; see `text`."""
        return display.as_latex(self, None if full else LATEX_LONGEST)

    def _repr_latex_(self) -> str:
        return f"${display.as_latex(self, LATEX_LONGEST)}$"

    @all_digits()
    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object that `bea derive --format json` prints.

        It has `method` and its `parameters`, `order`, `kind`, and `terms`: for every field a list
        over trees; on a concrete one, beside `problem` and `variables`, a list by power of gamma of
        lists of components, as texts in bea's own grammar. Where they are long there is a list
        `where` of `{"name", "expression"}`: names in the terms, and what they stand for, each in
        names before it.

        Of a step, and in `step` of a flow on a loss that has no modified loss, `gradient` tells for
        each power whether the term is one, and `loss` is `ModifiedLoss.as_json` of the first that
        are.

        On a Hamiltonian problem, and of a method on a split field, `geometry` is what
        `Geometry.as_json` returns.

        A tree is the nested list of its children. For games and weight decay `colors` says what
        its nodes stand for, in the order of the opening brackets: f1 and f2, or f and theta. Of an
        equation with more variables than the problem has, `legend` says what they are; where the
        memory contracts only at some points, `contracts` says where.

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
        record = display.as_record(self)
        if self.method.legend:
            record["legend"] = dict(self.method.legend)
        if self.contracts:
            record["contracts"] = list(self.contracts)
        if self.kind != "step" and self.geometry.is_asked:
            record["geometry"] = self.geometry.as_json()
        if self.kind == "step":
            return {**record, **structure.step_record(self)}
        if self.asks_of_the_step and self.notation == "grad":
            return {**record, "step": structure.step_record(self.step_equation())}
        return record
