"""Concrete vector fields and losses: components in a differential ring, and their numbers.

A `Loss` is a vector field too, f = -grad L, so that whatever takes a field takes a loss. The
problems of the library, and what their texts mean, are in `bea.problems`; the arithmetics in
which a field is evaluated are in `bea.fields.arithmetics`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.algebra.language.calls import written_call
from bea.algebra.language.reals import real_numbers
from bea.algebra.programs.linearised import linearised
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.programs.program import Program
from bea.algebra.ring.atoms import KINDS, Atom, generators_in
from bea.algebra.ring.conversions import read, to_expression, to_program
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError
from bea.fields.about import About
from bea.fields.guesses import not_one_each, require_plain_order, warn_of_additive
from bea.fields.sources import read_equations, read_source
from bea.files.drawings import Mathematics
from bea.portable import Portable

Rhs = Callable[[Floats, Floats], Floats]
Inside = Callable[[Floats], NDArray[np.bool_]]
Derivative = Callable[[Floats, Floats, Floats], Floats]

# So many terms, about a screen, are written where nobody asked for them.
_SCREEN = 80


class VectorField(Portable, Mathematics):
    """A vector field with exact components; make one with `VectorField.read` or `bea.problems`.

    Parameters
    ----------
    components
        One ring element per variable of their ring.
    about
        Name, source, plotting window and the like.

    Examples
    --------
    >>> pendulum = VectorField.read("p, -sin(q)", "q p")
    >>> pendulum.dimension, pendulum
    (2, VectorField(q' = p, p' = -sin(q)))
    >>> pendulum(np.array([[0.0, 1.0]]))
    array([[ 1., -0.]])
    """

    #: A plain field is the same for all step sizes; a modified equation is not.
    depends_on_gamma = False
    #: Whether there are components in a ring, and whether they are too large to be expanded there.
    symbolic, wide = True, False

    def __init__(self, components: Sequence[Element], about: About | None = None) -> None:
        self.components = tuple(components)
        self.ring = self.components[0].ring
        self.about = about or About(name=", ".join(map(str, self.components)))
        # What a derivation adds to the ring later on, such as 1/|f|, does not limit this field.
        self._atoms = tuple(self.ring.atoms)
        if len(self.components) != len(self.ring.variables):
            raise not_one_each(len(self.components), self.ring.variables)

    @classmethod
    def read(
        cls,
        source: Any,
        variables: str | Sequence[str] | None = None,
        parameters: str | Sequence[str] | Mapping[str, Any] = (),
        about: About | None = None,
    ) -> VectorField:
        """Read a field from text, SymPy expressions, or a sequence of either.

        Parameters
        ----------
        source
            The components, separated by commas in a text, or equations such as x' = y, y' = -x.
        variables
            Their order, as a sequence or a text with spaces or commas between; by default the free
            symbols, sorted.
        parameters
            Names that stay symbolic, or a mapping from names to exact values (None: symbolic). The
            symbols of a value, such as c in {"a": "c/2"}, are parameters in its place.

        Raises
        ------
        ExpressionError
            If the text cannot be read, is unsafe or too large, or names an unknown variable.
        DimensionError
            If there are not as many components as variables.
        """
        if isinstance(source, str):
            source, variables, about = read_equations(source, variables, about)
        ring, expressions, about = read_source(source, variables, parameters, about)
        if variables is None and len(expressions) == len(ring.variables):
            require_plain_order(ring.variables)
        return cls([read(ring, e) for e in expressions], about)

    @property
    def dimension(self) -> int:
        """Number of components, d."""
        return len(self.components)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the components."""
        return self.ring.variables

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names that are still symbolic; numbers need all of them to have values."""
        return self.ring.parameters

    @property
    def name(self) -> str:
        """The problem's name, or the text that it was made from."""
        return self.about.name

    def with_parameters(self, names: Sequence[str]) -> VectorField:
        """Return the same field over a ring with further symbolic parameters."""
        ring = Ring(self.variables, (*self.parameters, *names))
        return VectorField([read(ring, to_expression(c)) for c in self.components], self.about)

    def lie_derivative(self, value: Element) -> Element:
        """Return the derivative of a ring element along this field."""
        return self.ring.lie_derivative(self.components, value)

    @cached_property
    def program(self) -> Program:
        """The straight-line program of the components."""
        return to_program(self.components)

    def numeric(self) -> Rhs:
        """Return rhs(theta, gamma) for arrays (d, lanes) and (lanes,); gamma is not used.

        Raises
        ------
        BeaError
            If a parameter has no value.
        """
        return self._rhs

    @cached_property
    def _rhs(self) -> Rhs:
        self.require_values()
        function, count = compile_program(self.program), self.dimension
        return lambda theta, gamma: function(theta, np.empty((count, theta.shape[1])))

    def numeric_derivative(self) -> Derivative:
        """Return (theta, v, gamma) -> f'(theta) v for arrays (d, lanes), (d, lanes) and (lanes,).

        It is exact, no difference quotient, and gamma is not used.

        Raises
        ------
        BeaError
            If a parameter has no value.

        Examples
        --------
        >>> turn = VectorField.read("y, -x").numeric_derivative()
        >>> turn(np.zeros((2, 1)), np.array([[2.0], [1.0]]), np.ones(1)).ravel()
        array([ 1., -2.])
        """
        return self._derivative

    @cached_property
    def _derivative(self) -> Derivative:
        self.require_values()
        return compile_derivative(self.program, self.dimension)

    def with_components(self, components: Sequence[Element]) -> VectorField:
        """Return a field of other components, in the same ring: defined where they and this are.

        What a derivation has put into the ring and they do not hold does not limit it.
        """
        field = VectorField(components, self.about)
        known = {a.generator for a in self._atoms} | generators_in(field.components)
        field._atoms = tuple(a for a in self.ring.atoms if a.generator in known)
        return field

    def domain(self) -> Inside | None:
        """Return inside(theta) -> bool (lanes,), or None if the field is defined everywhere.

        It asks the arguments of the logarithms, roots and denominators as they were written, since
        the field may be finite where the loss is not: for x - log(x) at x < 0, f = -1 + 1/x.
        """
        return self._inside

    @property
    def conditions(self) -> list[tuple[Element, str]]:
        """Where the field is defined: elements that have to be "positive" or "nonzero"."""
        return conditions_of(self.ring, self._atoms)

    @cached_property
    def _inside(self) -> Inside | None:
        if not self.conditions:
            return None
        self.require_values()
        arguments, needs = zip(*self.conditions, strict=True)
        function = compile_program(to_program(arguments))

        def inside(theta: Floats) -> NDArray[np.bool_]:
            values = function(theta, np.empty((len(needs), theta.shape[1])))
            return met(values, needs) & np.all(np.isfinite(theta), axis=0)

        return inside

    def __call__(self, theta: Any) -> Floats:
        """Return the field at points: (..., d) for (..., d); nan outside the domain."""
        lanes = lanes_of(theta, self.dimension)
        values = self.numeric()(lanes, np.zeros(lanes.shape[1]))
        return within(self.domain(), lanes, values).T.reshape(np.shape(theta))

    def require_values(self) -> None:
        """Raise `BeaError` if a parameter is still symbolic: there are no numbers then."""
        if self.parameters:
            name = self.parameters[0]
            raise BeaError(f"parameter '{name}' has no value: give one, such as {name}=1/2")

    def __repr__(self) -> str:
        """Return the call that makes it, of what has a name; else what it is, if that is short."""
        if self.about.title:
            return written_call(self.about.name, dict(self.about.parameters))
        return f"{type(self).__name__}({self._size})" if self._size else str(self)

    def __str__(self) -> str:
        equations = [f"{v}' = {c}" for v, c in zip(self.variables, self.components, strict=True)]
        return f"{type(self).__name__}({', '.join(equations)})"

    @property
    def _size(self) -> str:
        """How long its text is, where it would fill a screen; else ""."""
        count = sum(len(e.terms()) for e in [*self._shown, *(a.argument for a in self.ring.atoms)])
        said = f"{count} terms in {self.dimension} variables: print() writes them"
        return said if count > _SCREEN else ""

    @property
    def _shown(self) -> Sequence[Element]:
        """What its text is made of."""
        return self.components


class OfOneFunction(VectorField):
    """A field that is made of one function, its `value`: a loss or a Hamiltonian."""

    value: Element

    @cached_property
    def _value(self) -> Callable[[Floats], Floats]:
        self.require_values()
        function = compile_program(to_program([self.value]))
        return lambda theta: function(theta, np.empty((1, theta.shape[1])))

    def at(self, theta: Any) -> Floats:
        """Return it at points: (...) for (..., d); nan outside the domain."""
        lanes = lanes_of(theta, self.dimension)
        return within(self.domain(), lanes, self._value(lanes)[0]).reshape(np.shape(theta)[:-1])

    @property
    def _shown(self) -> Sequence[Element]:
        return [self.value]

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.value})"


class Loss(OfOneFunction):
    """A loss L; as a vector field it is f = -grad L.

    Parameters
    ----------
    value
        L as a ring element.
    about
        Name, source, minima, plotting window and the like.

    Examples
    --------
    >>> loss = Loss.read("x**2*y + y**2", "x y")
    >>> loss
    Loss(x**2*y + y**2)
    >>> loss(np.array([1.0, 2.0]))  # f = -grad L
    array([-4., -5.])
    >>> loss.at(np.array([1.0, 2.0]))
    array(6.)
    """

    def __init__(self, value: Element, about: About | None = None) -> None:
        self.value = value
        super().__init__([-slope for slope in value.gradient()], about or About(name=str(value)))

    @classmethod
    def read(
        cls,
        source: Any,
        variables: str | Sequence[str] | None = None,
        parameters: str | Sequence[str] | Mapping[str, Any] = (),
        about: About | None = None,
    ) -> Loss:
        """Read a loss from text or a SymPy expression; see `VectorField.read`."""
        ring, expressions, about = read_source(source, variables, parameters, about)
        if len(expressions) != 1:
            raise DimensionError(
                f"a loss is one expression, and {len(expressions)} were given: for the components "
                "of a vector field use a field instead (--field)"
            )
        loss = cls(read(ring, expressions[0]), about)
        if variables is None:
            warn_of_additive(loss.variables, loss.components)
        return loss

    def with_parameters(self, names: Sequence[str]) -> Loss:
        """Return the same loss over a ring with further symbolic parameters."""
        ring = Ring(self.variables, (*self.parameters, *names))
        return Loss(read(ring, to_expression(self.value)), self.about)


def lanes_of(theta: Any, dimension: int) -> Floats:
    """Return points (..., d) as contiguous lanes (d, n)."""
    points = real_numbers(theta, "points")
    points = points[None] if points.ndim == 0 and dimension == 1 else points
    if points.ndim == 0 or points.shape[-1] != dimension:
        raise DimensionError(
            f"points have {points.shape[-1] if points.ndim else 0} components where the field has "
            f"{dimension}: give an array of shape (..., {dimension})"
        )
    return np.ascontiguousarray(points.reshape(-1, dimension).T)


def within(inside: Inside | None, lanes: Floats, values: Floats) -> Floats:
    """Return values (..., n) at lanes (d, n) with nan for those that are outside of a domain."""
    return values if inside is None else np.where(inside(lanes), values, np.nan)


def compile_derivative(program: Program, dimension: int) -> Derivative:
    """Return (theta, v, gamma) -> f'(theta) v for a program of theta, or of theta and gamma."""
    function = compile_program(linearised(program, dimension))
    with_gamma = len(program.inputs) > dimension

    def derivative(theta: Floats, v: Floats, gamma: Floats) -> Floats:
        return function([*theta, *[gamma] * with_gamma, *v], np.empty((dimension, theta.shape[1])))

    return derivative


def conditions_of(ring: Ring, atoms: Sequence[Atom] | None = None) -> list[tuple[Element, str]]:
    """Return (argument, need) for the atoms that are not defined, or not smooth, everywhere.

    Of those atoms, by default all of the ring. A need is "positive" or "nonzero"; an argument such
    as 1 + exp(x), which is positive by its terms, has none.
    """
    found = []
    given = ring.atoms if atoms is None else atoms
    exponentials = {a.generator for a in given if a.kind == "exp"}
    for atom in given:
        need = KINDS[atom.kind].needs
        if atom.kind == "root" and atom.degree == 1:
            need = "nonzero"
        if need and not atom.argument.is_constant() and not _surely_positive(atom, exponentials):
            found.append((atom.argument, need))
    return found


def met(values: Floats, needs: Sequence[str]) -> NDArray[np.bool_]:
    """Tell for which lanes all arguments (conditions, lanes) are as they need be."""
    positive = np.array([[need == "positive"] for need in needs])
    # At a finite point infinity is exp(1000), which has a logarithm and an inverse.
    return np.all(~np.isnan(values) & np.where(positive, values > 0, values != 0), axis=0)


# --- private helpers ----------------------------------------------------------------------------


def _surely_positive(atom: Atom, exponentials: set[int]) -> bool:
    """Tell whether an argument has positive terms alone: even powers and exponentials, one > 0."""
    terms = atom.argument.terms()
    uneven = [{g for g, k in enumerate(e) if k % 2} - exponentials for e in terms]
    strict = [not {g for g, k in enumerate(e) if k} - exponentials for e in terms]
    return all(c > 0 for c in terms.values()) and not any(uneven) and any(strict)
