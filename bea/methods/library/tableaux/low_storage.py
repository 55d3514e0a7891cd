"""Methods that need two registers only: the 2N form of Williamson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bea.algebra.language.building import add, multiply
from bea.algebra.language.expressions import Expression
from bea.algebra.ring.exact import exact, exact_decimal
from bea.errors import TableauError
from bea.methods.library.matrices import entries_of
from bea.methods.library.tableau import Tableau
from bea.methods.method import Method
from bea.methods.registry import register


@register
@dataclass(frozen=True)
class LowStorage(Method):
    """A register for theta and one for the increment, s <- A_i s + gamma f(theta).

    >>> LowStorage().tableau
    0    |
    1/3  |  1/3
    3/4  |  -3/16  15/16
    -----+--------------------
         |  1/6    3/10   8/15
    """

    name = "low-storage"
    title = "Runge-Kutta method in 2N storage (by default Williamson's of order 3)"
    source = "Williamson, J. Comput. Phys. 35 (1980) 48-56"
    formula = "sᵢ = Aᵢ sᵢ₋₁ + γ f(θᵢ₋₁),  θᵢ = θᵢ₋₁ + Bᵢ sᵢ"
    also = ("williamson", "williamson3", "rk3w", "lsrk", "lsrk3", "2n-storage")

    A: Any = "0, -5/9, -153/128"
    B: Any = "1/3, 15/16, 8/15"

    def __post_init__(self) -> None:
        """Read both lists; the method has to be consistent."""
        for name in ("A", "B"):
            entries = tuple(exact_decimal(x, name) for x in entries_of(getattr(self, name), name))
            object.__setattr__(self, name, entries)
        if len(self.A) != len(self.B):
            raise TableauError(
                f"A has {len(self.A)} numbers and B {len(self.B)}: give one of each for a stage"
            )
        super().__post_init__()
        _ = self.tableau

    @property
    def tableau(self) -> Tableau:
        """The same method as a tableau.

        Raises
        ------
        TableauError
            If its weights do not add up to 1.
        """
        rows = self._weights()
        count = len(self.B)
        return Tableau.of([[*row, *[0] * (count - len(row))] for row in rows[:-1]], rows[-1])

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta after the sweeps over both registers."""
        increment = gamma * f(theta)
        theta = theta + self.B[0] * increment
        for a, b in zip(self.A[1:], self.B[1:], strict=True):
            increment = a * increment + gamma * f(theta)
            theta = theta + b * increment
        return theta, state

    def _weights(self) -> list[list[Expression]]:
        """Return by how much each slope has moved theta, before every stage and at last."""
        moved: list[list[Expression]] = [[]]
        held: list[Expression] = []
        for a, b in zip(self.A, self.B, strict=True):
            held = [*(multiply(a, x) for x in held), exact(1)]
            before = [*moved[-1], exact(0)]
            moved.append([add(x, multiply(b, y)) for x, y in zip(before, held, strict=True)])
        return moved
