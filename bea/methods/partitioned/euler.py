"""The symplectic Euler method and the method of Stoermer and Verlet, on any split field.

Where no part depends on its own variables, as for H = T(p) + V(q), all forms of a step of one part
are the same straight move. Source: Hairer, Lubich and Wanner, Geometric Numerical Integration,
sections I.1.4, II.1.3 and VI.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bea.methods.partitioned.split_method import SplitMethod, moved, moved_implicitly
from bea.methods.registry import register

_GEOMETRIC = "Hairer, Lubich and Wanner, Geometric Numerical Integration, "


@register
@dataclass(frozen=True)
class SymplecticEuler(SplitMethod):
    """One part moves, then the other, which sees where the first one went.

    `first` is the part that moves first. `own` says where a part takes the values of its own
    variables: explicit, the old ones. With own=implicit the part that moves first takes its new
    ones, and the method is symplectic for every Hamiltonian, not only for T(p) + V(q).

    >>> SymplecticEuler(split="q; p", first=2).parameters
    {'split': 'q; p', 'first': '2', 'own': 'explicit'}
    """

    name = "symplectic-euler"
    title = "symplectic Euler method (either part first)"
    source = _GEOMETRIC + "section I.1.2, equation (1.9)"
    formula = "q₊ = q + γ f₁(q, p),  p₊ = p + γ f₂(q₊, p)"
    order_of_accuracy = 1
    options = {"first": (1, 2), "own": ("explicit", "implicit")}  # noqa: RUF012

    split: Any = "halves"
    first: Any = 1
    own: Any = "explicit"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the point after the move of the first part and then of the other."""
        parts = (0, 1) if self.first == 1 else (1, 0)
        leading = moved if self.own == "explicit" else moved_implicitly
        between = leading(f, theta, self.split, parts[0], gamma)
        return moved(f, between, self.split, parts[1], gamma), state


@register
@dataclass(frozen=True)
class StormerVerlet(SplitMethod):
    """Symplectic Euler by half a step, then its adjoint: order 2, symmetric and symplectic.

    In the velocity form the second part, the momenta, moves first, by half a step, and last; in the
    position form the first part does. On a field that is not of the form f1(p), f2(q) the outer
    moves take new values of their own variables first and old ones last, as the Lobatto
    IIIA-IIIB pair of two stages does.

    >>> StormerVerlet(form="position").parameters
    {'split': 'halves', 'form': 'position'}
    """

    name = "stormer-verlet"
    title = "Störmer-Verlet method (velocity or position form)"
    source = _GEOMETRIC + "section VI.3, equations (3.3) and (3.4)"
    formula = "p½ = p + γ/2 f₂(q, p½),  q₊ = q + γ/2 (f₁(q, p½) + f₁(q₊, p½)),  " \
              "p₊ = p½ + γ/2 f₂(q₊, p½)"  # fmt: skip
    order_of_accuracy = 2
    options = {"form": ("velocity", "position")}  # noqa: RUF012

    split: Any = "halves"
    form: Any = "velocity"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the point after half a step of either symplectic Euler method."""
        outer, inner = (1, 0) if self.form == "velocity" else (0, 1)
        half = gamma / 2
        theta = moved_implicitly(f, theta, self.split, outer, half)
        theta = moved(f, theta, self.split, inner, half)
        theta = moved_implicitly(f, theta, self.split, inner, half)
        return moved(f, theta, self.split, outer, half), state
