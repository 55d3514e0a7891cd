"""Hamiltonian fields: q' = dH/dp, p' = -dH/dq, with the positions q before their momenta p.

Source: Hairer, Lubich and Wanner, Geometric Numerical Integration, section VI.1.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bea.algebra.language.grammar import declared_names, parse
from bea.algebra.language.texts import by_number
from bea.algebra.ring.conversions import read, to_expression
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.errors import DimensionError, ExpressionError, GuessWarning
from bea.fields.about import About
from bea.fields.sources import read_source
from bea.fields.vector_field import OfOneFunction, VectorField


class Hamiltonian(OfOneFunction):
    """A Hamiltonian H; as a vector field it is f = J grad H.

    The first half of the variables are the positions, the second half their momenta in the same
    order.

    Parameters
    ----------
    value
        H as a ring element.
    about
        Name, source, plotting window and the like.
    components
        J grad H where it is known already.

    Raises
    ------
    DimensionError
        If the number of variables is odd.

    Examples
    --------
    >>> pendulum = Hamiltonian.read("p**2/2 - cos(q)")
    >>> pendulum, pendulum.components
    (Hamiltonian(p**2/2 - cos(q)), (p, -sin(q)))
    >>> pendulum.at([0.0, 1.0])  # H itself
    array(-0.5)
    """

    def __init__(
        self,
        value: Element,
        about: About | None = None,
        components: Sequence[Element] | None = None,
    ) -> None:
        count = len(value.ring.variables)
        if count % 2:
            raise DimensionError(
                "a Hamiltonian has a momentum for each position, and of "
                f"{', '.join(value.ring.variables)} one is left over: declare all variables, "
                "positions first, such as --variables 'q p'"
            )
        self.value = value
        own = components or rotated(value.gradient())
        super().__init__(own, about or About(name=str(value), invariants=(str(value),)))

    @classmethod
    def read(
        cls,
        source: Any,
        variables: str | Sequence[str] | None = None,
        parameters: str | Sequence[str] | Mapping[str, Any] = (),
        about: About | None = None,
    ) -> Hamiltonian:
        """Read a Hamiltonian from text or a SymPy expression; see `VectorField.read`.

        Variables that are declared are the positions and then, in the same order, the momenta.
        Else momenta are told by their names, p of q, p1 of q1, px of x; where that does not work
        out, the first half of the sorted names are positions, and a `GuessWarning` says so.
        """
        ring, expressions, about = read_source(source, variables, parameters, about)
        if len(expressions) != 1:
            raise DimensionError(
                f"a Hamiltonian is one expression, and {len(expressions)} were given: for the "
                "components of a vector field use a field instead (--field)"
            )
        order = _ordered(ring.variables) if variables is None else declared_names(variables)
        if variables is not None:
            _check_order(order)
        if about is not None and not about.invariants:
            about = replace(about, invariants=(about.formula,) if not ring.parameters else ())
        return cls(read(Ring(order, ring.parameters), expressions[0]), about)

    @classmethod
    def of(cls, field: VectorField) -> Hamiltonian | None:
        """Return a field with the Hamiltonian that is among its invariants, or None.

        >>> about = About("rotation", invariants=("(q**2 + p**2)/2",))
        >>> Hamiltonian.of(VectorField.read("p, -q", "q p", about=about)).value
        q**2/2 + p**2/2
        """
        if isinstance(field, Hamiltonian) or field.dimension % 2:
            return field if isinstance(field, Hamiltonian) else None
        for text in field.about.invariants:
            apart = Ring(field.variables, field.parameters)
            slopes = rotated(read(apart, parse(text)).gradient())
            given = [read(apart, to_expression(c)) for c in field.components]
            if all((a - b).is_zero() for a, b in zip(slopes, given, strict=True)):
                return cls(read(field.ring, parse(text)), field.about, field.components)
        return None

    def with_parameters(self, names: Sequence[str]) -> Hamiltonian:
        """Return the same Hamiltonian over a ring with further symbolic parameters."""
        ring = Ring(self.variables, (*self.parameters, *names))
        return Hamiltonian(read(ring, to_expression(self.value)), self.about)

    @property
    def is_separable(self) -> bool:
        """Whether H is T(p) + V(q): no mixed derivative is other than 0."""
        half = self.dimension // 2
        slopes = [slope for first in self.value.gradient()[:half]
                  for slope in first.gradient()[half:]]  # fmt: skip
        return all(slope.is_zero() for slope in slopes)


def rotated(gradient: Sequence[Any]) -> tuple[Any, ...]:
    """Return J g: (g_p, -g_q).

    >>> rotated([1, 2])
    (2, -1)
    """
    half = len(gradient) // 2
    return (*gradient[half:], *(-g for g in gradient[:half]))


def rotated_back(field: Sequence[Any]) -> tuple[Any, ...]:
    """Return the g with J g = field.

    >>> rotated_back(rotated([1, 2]))
    (1, 2)
    """
    half = len(field) // 2
    return (*(-c for c in field[half:]), *field[:half])


def named_pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return positions with their momenta, told by their names; [] where that leaves one over.

    >>> named_pairs(["p1", "p2", "q1", "q2"]), named_pairs(["p_x", "x"])
    ([('q1', 'p1'), ('q2', 'p2')], [('x', 'p_x')])
    """
    found = []
    for name in by_number(names):
        rest = name[1:].lstrip("_")
        partners = [q for q in names if q != name and q in (f"q{name[1:]}", f"x{name[1:]}", rest)]
        if name.startswith("p") and partners:
            found.append((partners[0], name))
    return found if len({name for pair in found for name in pair}) == len(names) else []


# --- private helpers ----------------------------------------------------------------------------


def _ordered(names: Sequence[str]) -> tuple[str, ...]:
    """Return names that nobody declared, positions first."""
    pairs = named_pairs(names)
    if pairs:
        return tuple(q for q, _ in pairs) + tuple(p for _, p in pairs)
    if len(names) % 2 == 0:
        half = len(names) // 2
        first = ", ".join(names[:half])
        warnings.warn(
            f"{first} {'is' if half == 1 else 'are'} taken for the position{'s' * (half > 1)} and "
            f"{', '.join(names[half:])} for the moment{'a' if half > 1 else 'um'}: if it is the "
            f"other way round, say --variables '{' '.join([*names[half:], *names[:half]])}'",
            GuessWarning,
            stacklevel=4,
        )
    return tuple(names)


def _check_order(names: Sequence[str]) -> None:
    """Refuse names that say which momentum is whose and do not stand in that order."""
    pairs = named_pairs(names)
    wanted = [q for q, _ in pairs], [p for _, p in pairs]
    half = len(names) // 2
    partner = dict(pairs)
    if pairs and [partner.get(q) for q in names[:half]] != list(names[half:]):
        raise ExpressionError(
            f"of the variables {', '.join(names)} the first half are positions and the second half "
            f"their momenta: write --variables '{' '.join([*wanted[0], *wanted[1]])}'"
        )
