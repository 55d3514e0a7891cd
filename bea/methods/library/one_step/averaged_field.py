"""The average vector field method, which keeps the energy of every Hamiltonian system.

Sources: McLachlan, Quispel and Robidoux, Phil. Trans. R. Soc. A 357 (1999) 1021-1045; Quispel and
McLaren, J. Phys. A 41 (2008) 045206; as a B-series: Celledoni et al., ESAIM M2AN 43 (2009) 645-649.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bea.methods.method import Method
from bea.methods.registry import register


@register
@dataclass(frozen=True)
class AverageVectorField(Method):
    """The mean of the field over the segment from theta to the next point; on a loss, that of -L'.

    On trees and in series the mean is exact. In numbers it is, up to rounding, for polynomials of
    degree 31 or less, and for whatever is analytic within a segment's length of the segment.
    """

    name = "average-vector-field"
    title = "average vector field method (energy-preserving)"
    source = "Quispel and McLaren, J. Phys. A 41 (2008) 045206"
    formula = "θ₊ = θ + γ ∫₀¹ f((1 − s)θ + sθ₊) ds"
    also = ("avf", "averaged-vector-field", "discrete-gradient", "mean-value-discrete-gradient")
    order_of_accuracy = 2

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the point after a step."""
        slope = f.solve(lambda k: f.mean(theta, theta + gamma * k), f(theta))
        return theta + gamma * slope, state
