"""Nystroem's methods for q'' = g(q), as the field q' = p, p' = g(q) of two blocks.

    k_i = g(q + c_i gamma p + gamma^2 sum_j a_ij k_j)
    q+  = q + gamma p + gamma^2 sum_i bbar_i k_i,    p+ = p + gamma sum_i b_i k_i

On trees q' = p is f1, which is linear: a node of it has at most one child, of f2; and f2 = g(q)
has children of f1 alone. All other trees vanish on these fields and are left out; what is left are
the special Nystroem trees. Source: Hairer, Norsett and Wanner, Solving ODEs I, section II.14.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

from bea.algebra.language.building import add
from bea.algebra.language.expressions import Expression, Number, to_text
from bea.algebra.ring.exact import exact, exact_decimal
from bea.errors import BeaError, MethodError, TableauError
from bea.fields import VectorField
from bea.methods.library.matrices import completed, entries_of, rows_of
from bea.methods.partitioned.split_method import SplitMethod
from bea.methods.registry import register
from bea.trees import PLAYERS, Tree

Matrix = tuple[tuple[Expression, ...], ...]
Vector = tuple[Expression, ...]
_SOURCE = "Nystrom, Acta Soc. Sci. Fenn. 50 (1925) no. 13; Solving ODEs I, section II.14"


class NystromMethod(SplitMethod):
    """A Nystroem method; subclasses say A, b, bbar and c, as texts or nested sequences."""

    formula = "kᵢ = g(q + cᵢγp + γ² Σ aᵢⱼkⱼ),  q₊ = q + γp + γ² Σ b̄ᵢkᵢ,  p₊ = p + γ Σ bᵢkᵢ"
    moved: ClassVar[tuple[str, ...]] = ("q by q' = p", "p by p' = g(q)")
    A: ClassVar[Any]
    b: ClassVar[Any]
    bbar: ClassVar[Any]
    c: ClassVar[Any]
    split: Any
    coefficients: tuple[Matrix, Vector, Vector, Vector]

    def __post_init__(self) -> None:
        """Read the split and the coefficients.

        Raises
        ------
        TableauError
            If the shapes do not fit, sum b is not 1, or sum bbar is not 1/2.
        """
        super().__post_init__()
        object.__setattr__(self, "coefficients", _read(self.A, self.b, self.bbar, self.c))

    def check_field(self, field: Any) -> None:
        """Refuse what is not q' = p, p' = g(q)."""
        super().check_field(field)
        if not isinstance(field, VectorField):
            return
        owners = self.split.owners(field.variables, field.dimension)
        places = [[i for i, owner in enumerate(owners) if owner == part] for part in (0, 1)]
        velocities = [field.ring.variable(i) for i in places[1]]
        rates = [field.components[i] for i in places[0]]
        fits = len(rates) == len(velocities) and all(
            (a - b).is_zero() for a, b in zip(rates, velocities, strict=True)
        )
        still = all(field.components[i].derivative(j).is_zero() for i in places[1]
                    for j in places[1])  # fmt: skip
        if not (fits and still):
            raise MethodError(
                f"'{self.name}' is for q'' = g(q), written q' = p, p' = g(q), and this field is "
                "not that: take rk4, stormer-verlet or lobatto-iiia-iiib"
            )

    def vanishes(self, tree: Tree) -> bool:
        """Tell whether a tree has more than one child of q' = p, or a child of its own colour."""
        one = PLAYERS[0]
        alike = any(child.color is tree.color for child in tree.children)
        crowded = tree.color is one and len(tree.children) > 1
        return alike or crowded or any(map(self.vanishes, tree.children))

    def bind(self, constant: Callable[[Expression], Any]) -> NystromMethod:
        """Return the method with its coefficients turned into numbers."""
        A, b, bbar, c = self.coefficients
        bound = copy(self)
        weights = _numbers(b, constant), _numbers(bbar, constant)
        numbers = [_numbers(row, constant) for row in A], *weights, [constant(x) for x in c]
        object.__setattr__(bound, "coefficients", numbers)
        return bound

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the point after a step: stages one by one, or solved for together if implicit."""
        A, b, bbar, c = self.coefficients
        velocity = f.part(theta, self.split, 0)

        def drawn(forces: Any) -> Any:
            """Return a force as a change of q: the derivative of q' = p along it."""
            return f.share(f.derivative(theta, forces), self.split, 0)

        def force(i: int, known: list[Any]) -> Any:
            at = theta + gamma * (c[i] * velocity)
            if any(a is not None for a in A[i]):
                at = at + gamma * (gamma * drawn(_sum(A[i], known)))
            return f.part(at, self.split, 1)

        forces: list[Any] = []
        if all(a is None for i, row in enumerate(A) for a in row[i:]):
            for i in range(len(A)):
                forces.append(force(i, forces))
        else:
            guess = f.part(theta, self.split, 1)
            forces = f.solve(lambda k: [force(i, k) for i in range(len(A))], [guess] * len(A))
        ahead = gamma * (gamma * drawn(_sum(bbar, forces)))
        return theta + gamma * velocity + ahead + gamma * _sum(b, forces), state


@register
@dataclass(frozen=True)
class RungeKuttaNystrom(NystromMethod):
    """The Nystroem method of any coefficients.

    >>> verlet = RungeKuttaNystrom(A="0; 1/2", b="1/2, 1/2", bbar="1/2, 0", c="0, 1")
    >>> verlet.parameters["bbar"]
    '1/2, 0'
    """

    name = "runge-kutta-nystrom"
    title = "Nyström method given as A, b, bbar and c"
    source = _SOURCE
    also = ("rkn", "nystrom")

    A: Any  # type: ignore[misc]
    b: Any  # type: ignore[misc]
    bbar: Any  # type: ignore[misc]
    c: Any  # type: ignore[misc]
    split: Any = "halves"

    def __post_init__(self) -> None:
        """Keep the coefficients exact."""
        A, b, bbar, c = _read(self.A, self.b, self.bbar, self.c)
        for name, value in (("A", A), ("b", b), ("bbar", bbar), ("c", c)):
            object.__setattr__(self, name, value)
        super().__post_init__()


@dataclass(frozen=True)
class _Named(NystromMethod):
    split: Any = "halves"


@register
class RKN4(_Named):
    """Three stages."""

    name = "rkn4"
    title = "Nyström's method of order 4 for q'' = g(q)"
    source = _SOURCE + ", table 14.2"
    also = ("nystrom4-second-order", "rkn-4")
    order_of_accuracy = 4
    A = "0; 1/8; 0 1/2"
    b, bbar, c = "1/6, 2/3, 1/6", "1/6, 1/3, 0", "0, 1/2, 1"


@register
class RKN5(_Named):
    """Four stages."""

    name = "rkn5"
    title = "Nyström's method of order 5 for q'' = g(q)"
    source = _SOURCE + ", table 14.2"
    also = ("nystrom5-second-order", "rkn-5")
    order_of_accuracy = 5
    A = "0; 1/50; -1/27 7/27; 3/10 -2/35 9/35"
    b = "14/336, 125/336, 162/336, 35/336"
    bbar, c = "14/336, 100/336, 54/336, 0", "0, 1/5, 2/3, 1"


# --- private helpers ----------------------------------------------------------------------------


def _read(A: Any, b: Any, bbar: Any, c: Any) -> tuple[Matrix, Vector, Vector, Vector]:
    given = {name: entries_of(v, name) for name, v in (("b", b), ("bbar", bbar), ("c", c))}
    stages = len(given["b"])
    rows = completed(rows_of(A, "A"), stages)
    lengths = {name: len(v) for name, v in given.items()} | {"A": len(rows)}
    if set(lengths.values()) != {stages} or any(len(row) != stages for row in rows):
        said = ", ".join(f"{n} {count}" for n, count in lengths.items())
        raise TableauError(
            f"the numbers of stages do not agree ({said}): give A a row for each, or its lower "
            "triangle, and b, bbar and c an entry"
        )
    try:
        vectors = {name: _exact(v) for name, v in given.items()}
        matrix = tuple(map(_exact, rows))
    except BeaError as error:
        raise TableauError(str(error)) from None
    for name, wanted in (("b", "1"), ("bbar", "1/2")):
        total = add(*vectors[name])
        if isinstance(total, Number) and to_text(total) != wanted:
            raise TableauError(
                f"the weights {name} add up to {to_text(total)}: a consistent Nyström method needs "
                "sum b = 1 and sum bbar = 1/2"
            )
    return matrix, vectors["b"], vectors["bbar"], vectors["c"]


def _exact(entries: Any) -> Vector:
    return tuple(exact_decimal(x, "an entry") for x in entries)


def _numbers(row: Vector, constant: Callable[[Expression], Any]) -> list[Any]:
    """Return numbers, and None for what is 0."""
    zero = exact(0)
    return [None if a is zero else constant(a) for a in row]


def _sum(row: Any, known: list[Any]) -> Any:
    terms = [a * k for a, k in zip(row, known, strict=False) if a is not None]
    return sum(terms[1:], start=terms[0])
