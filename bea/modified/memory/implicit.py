"""Memory that settles where no formula is known: its settled value is a variable beside theta.

For v = tanh(v)/2 + grad the memory settles at the u with u = tanh(u)/2 + grad L(theta). In the
variables (theta, u) everything is exact again: S_0 = u, and by the implicit function theorem, with
G(theta, u) = 0 the equations of u,

    u' = -(dG/du)^(-1) dG/dtheta theta',

which carries derivatives along the modified field on to u. The equation is one in (theta, u), and u
at a point is found by Newton's method, from where the method's own memory settles.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np

from bea.algebra import Expression, Ring
from bea.algebra.programs.newton import fixed_point
from bea.algebra.ring.conversions import read, to_expression
from bea.arrays import Floats
from bea.errors import BeaError, DomainError, MethodError
from bea.fields import Loss, VectorField
from bea.fields.arithmetics import NumericField
from bea.methods import Method
from bea.methods.schedules.scheduled import AtRest
from bea.modified.linear import dot, inverse
from bea.modified.routes.manifold import SettledMemory
from bea.modified.settled_memory import Equations, evaluated
from bea.modified.symbolic_step import missing_symbols

_SWEEPS = 200  # of the memory at gamma = 0, to come near to where it settles


class ImplicitMemory(Method):
    """The step on (theta, u): theta and the memory as the method has them, and u where it settles.

    Attributes
    ----------
    method : Method
        The method.
    problem : VectorField
        The problem without u.
    settled : SettledMemory
        S_0 in (theta, u), and the slopes of u.
    relations : dict from str to str
        For each u the expression that it equals.
    """

    def __init__(self, method: Method, problem: VectorField, entries: list[int]) -> None:
        self.method, self.problem, self.entries = method, problem, entries
        self.settled: Any = None
        self.relations: dict[str, str] = {}
        self.__dict__["name"], self.__dict__["formula"] = method.name, method.formula

    @property
    def size(self) -> int:
        """The number of components of theta."""
        return self.problem.dimension

    def init(self, f: Any, theta: Any) -> Any:
        """Return the memory as it begins."""
        if not isinstance(theta, np.ndarray):  # asked only what memory there is
            return self.method.init(f, theta)
        return self.method.init(AtRest(f, theta[self.size :]), theta[: self.size])

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the inner step, with u where the memory settles at the new point."""
        if not isinstance(theta, np.ndarray):
            return self.method.step(f, theta, state, gamma)
        inner = AtRest(f, theta[self.size :])
        moved, after = self.method.step(inner, theta[: self.size], state, gamma)
        u = theta[self.size :]
        if theta.dtype == float:
            u = self._settling(inner, moved, after)
        return np.concatenate([moved, u]), after

    def bind(self, constant: Callable[[Expression], Any]) -> ImplicitMemory:
        """Return the method with the inner hyperparameters turned into numbers."""
        bound = copy(self)
        bound.method = self.method.bind(constant)
        return bound

    @property
    def parameters(self) -> dict[str, str]:
        """The inner method's."""
        return self.method.parameters

    def __str__(self) -> str:
        return str(self.method)

    @property
    def legend(self) -> dict[str, str]:
        """What the variables beside theta are."""
        return {name: f"{name} = {value}, where the memory settles as γ tends to 0"
                for name, value in self.relations.items()}  # fmt: skip

    def placed(self, points: Any) -> Floats:
        """Return points (starts, d) with u, the value that the memory settles at there.

        Raises
        ------
        DomainError
            If it does not settle at one of them.
        """
        given = np.atleast_2d(np.asarray(points, dtype=float))[:, : self.size]
        theta = np.ascontiguousarray(given.T)
        f = NumericField(self.problem.numeric(), np.zeros(len(given)))
        f._find_derivative = self.problem.numeric_derivative
        f.counts = False
        bound = self.bind(f.constant)
        with np.errstate(all="ignore"):
            state = bound.method.init(f, theta)
            for _ in range(_SWEEPS):
                state = bound.method.step(f, theta, state, f.gamma)[1]
            u = bound._settling(f, theta, state)
        if not np.isfinite(u).all():
            raise DomainError(
                f"the memory of '{self.name}' does not settle at every start: give starts where it "
                "does"
            )
        return np.concatenate([theta, u]).T

    def inner_part(self, part: int) -> tuple[Method, int]:
        """Return the method within, whose memory this is."""
        return self.method, part

    # --- private helpers ----------------------------------------------------------------------

    def _settling(self, f: Any, theta: Floats, state: Any) -> Floats:
        """Return u at theta, from a state near by; nan where there is none."""
        still, lanes = np.zeros(theta.shape[-1]), theta.shape[1:]
        shapes = [np.shape(part) for part in state]
        full = [np.broadcast_to(part, (*shape[:-1], *lanes)) for part, shape in
                zip(state, shapes, strict=True)]  # fmt: skip
        sizes = np.cumsum([part.reshape(-1, *lanes).shape[0] for part in full])

        def after(flat: Floats) -> Floats:
            parts = np.split(flat, sizes[:-1])
            memory = tuple(p.reshape(part.shape) for p, part in zip(parts, full, strict=True))
            moved = self.method.step(f, theta, memory, still)[1]
            return np.concatenate([np.reshape(part, (-1, *lanes)) for part in moved])

        flat = np.concatenate([part.reshape(-1, *lanes) for part in full])
        return fixed_point(after, flat)[0][self.entries]


def with_implicit_memory(
    method: Method, problem: VectorField
) -> tuple[ImplicitMemory, VectorField]:
    """Return a method and a problem with the settled values that no formula gives as variables.

    Raises
    ------
    MethodError
        If it is not as many equations as values, or they do not determine them.

    Examples
    --------
    >>> import bea
    >>> rule = bea.methods.from_text("v = tanh(v)/2 + grad; theta = theta - gamma*v")
    >>> method, problem = with_implicit_memory(rule, bea.problems.loss("x**2/2"))
    >>> problem, method.relations
    (VectorField(x' = -x, v' = 0), {'v': 'x + tanh(v)/2'})
    >>> method.placed([[1.0]]).round(6)
    array([[1.     , 1.44761]])
    """
    missing = missing_symbols(method, problem)
    problem = problem.with_parameters(missing) if missing else problem
    equations = Equations(method, problem)
    relations = equations.implicit()
    first = len(problem.ring.symbols)
    unknown = sorted(equations.found.unknown)
    names = _names(equations, unknown, problem)
    ring = Ring((*problem.variables, *names), problem.parameters)
    count, extra = problem.dimension, len(names)
    own = [ring.variable(i) for i in range(count)]
    parameters = [ring.symbol(name) for name in problem.parameters]
    entries = [ring.constant(0)] * len(equations.symbols)
    for k, place in enumerate(unknown):
        entries[place - first] = ring.variable(count + k)
    inputs = [*own, *parameters, *entries]
    known = {p: evaluated(v, inputs, ring) for p, v in equations.found.known.items()}
    memory = [known.get(first + i, entry) for i, entry in enumerate(entries)]
    gaps = [evaluated(relation, inputs, ring) for relation in relations]
    by_u = [[gap.derivative(count + k) for k in range(extra)] for gap in gaps]
    by_theta = [[gap.derivative(i) for gap in gaps] for i in range(count)]
    try:
        back = inverse(by_u)
    except BeaError:
        raise MethodError(
            f"the memory of '{method.name}' does not contract: at gamma = 0 its equations do not "
            "determine it; follow its iterates (bea.iterate)"
        ) from None
    found = ImplicitMemory(method, problem, [place - first for place in unknown])
    slopes = [[-dot(row, column) for column in by_theta] for row in back]
    found.settled = SettledMemory(memory, slopes)
    found.relations = {
        name: str(to_expression(gap + ring.variable(count + k)))
        for k, (name, gap) in enumerate(zip(names, gaps, strict=True))
    }
    return found, _extended(found, ring, problem)


# --- private helpers ----------------------------------------------------------------------------


def _names(equations: Equations, unknown: list[int], problem: VectorField) -> list[str]:
    taken = {*problem.variables, *problem.parameters}
    parts = [equations.part(place) for place in unknown]
    found: list[str] = []
    for k, part in enumerate(parts):
        several = parts.count(part) > 1
        name = f"{part}_{problem.variables[parts[:k].count(part)]}" if several else part
        while name in taken:
            name += "_"
        taken.add(name)
        found.append(name)
    return found


def _extended(method: ImplicitMemory, ring: Ring, problem: VectorField) -> VectorField:
    """Return the field (f, 0) over theta and u."""
    if isinstance(problem, Loss):  # the loss itself says where it is defined
        slopes = read(ring, to_expression(problem.value)).gradient()[: problem.dimension]
        components = [-slope for slope in slopes]
    else:
        components = [read(ring, to_expression(c)) for c in problem.components]
    about, extra = problem.about, len(method.entries)
    start: tuple[float, ...] = ()
    if about.start and not problem.parameters:
        try:
            start = tuple(map(float, method.placed([about.start])[0]))
        except DomainError:
            start = ()
    about = replace(
        about,
        start=start,
        window=(*about.window, *((x - 1.0, x + 1.0) for x in start[-extra:])) if start else (),
        minima=(),
        critical=(),
    )
    return VectorField([*components, *[ring.constant(0)] * extra], about)
