"""The squared norm ρ = ‖w‖² under SGD with weight decay on a scale-invariant loss, in the ring.

The gradient g of a batch is at right angles to w, and so a step w₊ = α w − γ g, α = 1 − γλ, takes

    ρ₊ = α² ρ + γ² ‖g‖²,     E ρ₊² = α⁴ ρ² + 2 α² γ² τ + γ⁴ E‖g‖⁴,     τ(w) = ρ E‖g‖²,

where τ, E‖g‖² at norm one, depends on the direction alone. `norm_step` takes the average over
batches as it is defined, `norm_generator` applies the modified generator to ρ and ρ²: to order γ

    L̃ρ = −2λρ + γ (τ/ρ − λ²ρ),     L̃ρ² = −4λρ² + 2γ (τ − λ²ρ²),

of which the SDE of weak order 1 has all but ‖∇L‖² in τ, and −λ²ρ. With momentum β, and decay beside
the velocity, the noise in τ has the factor 1/(1 − β)² and ‖∇L‖² has (1 + β)/(1 − β)³. Source: Li,
Lyu and Arora, Reconciling modern deep learning with traditional optimization analyses, NeurIPS
2020.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flint import fmpq

from bea.algebra import Element
from bea.algebra.language.expressions import free_symbols
from bea.algebra.ring.conversions import read, to_expression
from bea.algebra.ring.exact import exact
from bea.algebra.ring.ring import Ring
from bea.errors import BeaError
from bea.fields import Loss
from bea.methods import Method
from bea.methods import get as get_method
from bea.modified import modified_generator
from bea.noise import Noise, independent_noise
from bea.patience import told
from bea.problems import FiniteSum, require_scale_invariant


class NormMoments(NamedTuple):
    """Elements of a ring for ρ = ‖w‖² and for ρ²."""

    square: Element
    fourth: Element


@told("averaging over batches")
def gradient_moments(total: Loss, batches: Noise | int = 1) -> NormMoments:
    """Return ρ E‖g‖² and ρ² E‖g‖⁴ over batches: functions of the direction of w alone.

    Parameters
    ----------
    total
        A scale-invariant finite sum (or a loss, which is without noise).
    batches
        How batches are drawn, or a size (without replacement).

    Raises
    ------
    BeaError
        If the loss is not scale-invariant, or there are no such batches.

    Examples
    --------
    >>> import bea
    >>> flat = bea.problems.rayleigh_quotient(eigenvalues="0, 0")
    >>> gradient_moments(flat).square
    1/2
    """
    require_scale_invariant(total)
    rho = _square([total.ring.variable(i) for i in range(total.dimension)])
    norms = [(_square(gradient) * rho, weight) for gradient, weight in _batches(total, batches)]
    return NormMoments(_mean(norms), _mean([(norm * norm, weight) for norm, weight in norms]))


def norm_step(
    total: Loss,
    gamma: Any = "gamma",
    weight_decay: Any = "lam",
    batches: Noise | int = 1,
) -> NormMoments:
    """Return E‖w₊‖² and E‖w₊‖⁴ after one step from w, exactly.

    Parameters
    ----------
    total, batches
        As for `gradient_moments`.
    gamma, weight_decay
        Exact numbers, or names that stay symbols.

    Examples
    --------
    >>> import bea
    >>> flat = bea.problems.rayleigh_quotient(eigenvalues="0, 0")
    >>> norm_step(flat, "1/2", "1/5").square  # (1 - 1/10)**2 rho + (1/2)**2/(2 rho)
    81*x**2/100 + 81*y**2/100 + 1/(8*(x**2 + y**2))
    """
    require_scale_invariant(total)
    size, decay = exact(gamma, "gamma"), exact(weight_decay, "the weight decay")
    names = sorted(free_symbols(size) | free_symbols(decay))
    ring = Ring(total.variables, tuple(dict.fromkeys([*total.parameters, *names])))
    point = [ring.variable(i) for i in range(total.dimension)]
    step, keep = read(ring, size), 1 - read(ring, size) * read(ring, decay)
    norms = [
        (_square([keep * x - step * slope for x, slope in zip(point, moved, strict=True)]), weight)
        for gradient, weight in _batches(total, batches)
        for moved in [[read(ring, to_expression(g)) for g in gradient]]
    ]
    return NormMoments(_mean(norms), _mean([(norm * norm, weight) for norm, weight in norms]))


def norm_generator(
    total: Loss,
    weight_decay: Any = "lam",
    order: int = 1,
    batches: Noise | int = 1,
    method: Method | None = None,
) -> tuple[NormMoments, ...]:
    """Return L̃ρ and L̃ρ² by powers of gamma, from the modified generator.

    Parameters
    ----------
    total, batches
        As for `gradient_moments`.
    weight_decay
        λ, an exact number or a name that stays a symbol.
    order
        The highest power of gamma that is kept.
    method
        Any method instead of gradient descent with this decay, such as heavy ball.

    Examples
    --------
    >>> import bea
    >>> flat = bea.problems.rayleigh_quotient(eigenvalues="0, 0")
    >>> [term.square for term in norm_generator(flat, "1/5")]
    [-2*x**2/5 - 2*y**2/5, -x**2/25 - y**2/25 + 1/(2*(x**2 + y**2))]
    """
    require_scale_invariant(total)
    if method is None:
        method = get_method("gradient-descent-decay", weight_decay=weight_decay)
    sampling = independent_noise(batches)
    generator = modified_generator(method, total, order, sampling)
    rho = "+".join(f"{name}**2" for name in total.variables)
    squares, fourths = generator(rho), generator(f"({rho})**2")
    return tuple(NormMoments(s, f) for s, f in zip(squares, fourths, strict=True))


# --- private helpers ----------------------------------------------------------------------------

_Weighted = list[tuple[Element, fmpq]]


def _batches(total: Loss, batches: Noise | int) -> list[tuple[list[Element], fmpq]]:
    """Return the gradient of every batch, with its probability."""
    sampling = independent_noise(batches)
    if not isinstance(total, FiniteSum):
        if sampling.size > 1:
            raise BeaError("a loss that is no finite sum has no batches: leave their size out")
        return [([-c for c in total.components], fmpq(1))]
    slopes = [[-c for c in loss.components] for loss in total.losses]
    found = []
    for indices, weight in sampling.choices(total.size):
        columns = zip(*(slopes[i] for i in indices), strict=True)
        mean = [sum(c[1:], start=c[0]) / len(indices) for c in columns]
        found.append((mean, weight))
    return found


def _square(vector: Sequence[Element]) -> Element:
    terms = [x * x for x in vector]
    return sum(terms[1:], start=terms[0])


def _mean(values: _Weighted) -> Element:
    terms = [value * weight for value, weight in values]
    return sum(terms[1:], start=terms[0])
