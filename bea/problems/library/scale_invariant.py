"""Scale-invariant losses, L(c w) = L(w) for c > 0: those of weights that are normalised after.

Along a ray L is constant, so that w·∇L = 0, and its gradient is homogeneous, ∇L(c w) = ∇L(w)/c. In
d variables the noise ± a w_i w_j/‖w‖², over all pairs (i, j), is scale-invariant too, sums to zero,
and is isotropic on the sphere: Σ_ij ∇(w_i w_j)∇(w_i w_j)ᵀ = 2‖w‖² I + 2 w wᵀ, so that

    Σ = (2 a²/d²) (I − w wᵀ/‖w‖²)/‖w‖².

Everything is rational in w, and so exact. Sources: Arora, Li and Lyu, Theoretical analysis of auto
rate-tuning by batch normalization, ICLR 2019; Li, Lyu and Arora, NeurIPS 2020 (arXiv 2010.02916).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from flint import fmpq

from bea.algebra.language.building import add, divide, multiply, number, power
from bea.algebra.language.expressions import Expression, Symbol, to_text
from bea.algebra.ring.conversions import read, to_expression
from bea.algebra.ring.exact import as_rational, exact
from bea.algebra.ring.ring import Ring
from bea.errors import BeaError, DimensionError, ExpressionError
from bea.fields.about import About
from bea.fields.vector_field import Loss
from bea.problems.problem import coordinates, entries
from bea.problems.registry import register
from bea.problems.sums.finite_sum import FiniteSum, SumProblem

_SOURCE = (
    "Li, Lyu and Arora, Reconciling modern deep learning with traditional optimization analyses: "
    "the intrinsic learning rate, NeurIPS 2020 (the loss is this library's)"
)


def is_scale_invariant(loss: Loss) -> bool:
    """Tell whether L(c w) = L(w) for all c > 0, for a finite sum each of its losses.

    Euler's criterion, w·∇L = 0, decided in the ring.

    Examples
    --------
    >>> is_scale_invariant(Loss.read("x*y/(x**2 + y**2)")), is_scale_invariant(Loss.read("x*y"))
    (True, False)
    """
    return all(_radial_slope_vanishes(part) for part in _parts(loss))


def require_scale_invariant(loss: Loss) -> None:
    """Raise `BeaError` if a loss, or a part of a finite sum, is not scale-invariant.

    Examples
    --------
    >>> require_scale_invariant(Loss.read("x*y"))
    Traceback (most recent call last):
    bea.errors.BeaError: the loss x*y is not scale-invariant: w·∇L is not 0. Divide by ...
    """
    for part in _parts(loss):
        if not _radial_slope_vanishes(part):
            raise BeaError(
                f"the loss {part.value} is not scale-invariant: w·∇L is not 0. Divide by powers "
                "of the norm, as in x*y/(x**2 + y**2)"
            )


def with_spherical_noise(loss: Loss, amplitude: Any = 1, about: About | None = None) -> FiniteSum:
    """Return the finite sum of the 2d² losses L ± a w_i w_j/‖w‖².

    Parameters
    ----------
    loss
        L, scale-invariant in d variables, at least two.
    amplitude
        a, a rational number: the covariance is 2a²/d² (I − wwᵀ/‖w‖²)/‖w‖².

    Raises
    ------
    BeaError
        If the loss is not scale-invariant.
    DimensionError
        If it has one variable: its sphere is two points, on which nothing moves.
    ExpressionError
        If the amplitude is not rational.

    Examples
    --------
    >>> total = with_spherical_noise(Loss.read("y**2/(x**2 + y**2)"))
    >>> total.size, total.covariance()[0][0]
    (8, y**2/(2*(x**2 + y**2)**2))
    """
    require_scale_invariant(loss)
    names = loss.variables
    _require_sphere(len(names))
    ring = Ring(names, loss.parameters)
    terms = _noises(names, _amplitude(amplitude))
    value = to_expression(loss.value)
    parts = [Loss(read(ring, add(value, term))) for term in terms]
    return FiniteSum(parts, about or loss.about)


@register("loss", shaping=("eigenvalues", "noise"))
def rayleigh_quotient(eigenvalues: Any = "0, 0, 1", noise: Any = 1) -> SumProblem:
    """Half the Rayleigh quotient of a diagonal matrix, with isotropic noise on the sphere.

    Where the least eigenvalue is double, as by default, the minimisers of norm one are a circle.
    """
    values = [_rational(text, "an eigenvalue") for text in entries(eigenvalues, "the eigenvalues")]
    names = coordinates(len(values), [])
    _require_sphere(len(names))
    squares = [multiply(number(h), power(Symbol(n), 2)) for h, n in zip(values, names, strict=True)]
    least = min(values)
    units = [tuple(str(int(i == j)) for j in range(len(names))) for i in range(len(names))]
    return SumProblem(
        losses=_with_noise(
            divide(add(*squares), multiply(number(2), _square(names))), names, noise
        ),
        formula=to_text(divide(add(*squares), multiply(number(2), _square(names)))),
        variables=" ".join(names),
        source=_SOURCE,
        window=((0.1, 1.5), *((-1.5, 1.5),) * (len(names) - 1)),
        start=("1",) * len(names),
        time=5.0,
        minima=tuple(u for u, h in zip(units, values, strict=True) if h == least),
        least=str(least / 2),
        critical=tuple(u for u, h in zip(units, values, strict=True) if h != least),
        invariants=("+".join(f"{name}**2" for name in names),),
        note="scale-invariant: every multiple of a minimum is one; a finite sum of 2 d**2 losses",
    )


@register("loss", shaping=("barrier", "tilt", "noise"))
def scale_invariant_wells(barrier: Any = "1/4", tilt: Any = "1/4", noise: Any = 1) -> SumProblem:
    """Two unequal wells on the circle, with isotropic noise.

    With s = y**2/(x**2 + y**2) it is 4*barrier*s*(1 - s) + tilt*s: the well at y = 0 is the deeper
    by the tilt, and without the tilt the barrier between the two would be as high as is said.
    """
    high, low = _rational(barrier, "the barrier"), _rational(tilt, "the tilt")
    if not 0 < low < 4 * high:
        raise ExpressionError(
            f"a barrier of {high} and a tilt of {low} do not make two unequal wells: give "
            "0 < tilt < 4*barrier"
        )
    names = ["x", "y"]
    squares = [power(Symbol(name), 2) for name in names]
    value = add(
        divide(multiply(number(4 * high), *squares), power(_square(names), 2)),
        divide(multiply(number(low), squares[1]), _square(names)),
    )
    return SumProblem(
        losses=_with_noise(value, names, noise),
        formula=to_text(value),
        variables="x y",
        source=_SOURCE,
        window=((0.1, 1.5), (-1.5, 1.5)),
        start=("1/4", "1"),
        time=5.0,
        minima=(("1", "0"),),
        least="0",
        critical=(("0", "1"),),
        invariants=("x**2 + y**2",),
        note="scale-invariant; the other well is at x = 0; a finite sum of 8 losses",
    )


# --- private helpers ----------------------------------------------------------------------------


def _parts(loss: Loss) -> Sequence[Loss]:
    return loss.losses if isinstance(loss, FiniteSum) else (loss,)


def _radial_slope_vanishes(loss: Loss) -> bool:
    ring = loss.ring
    terms = [ring.variable(i) * c for i, c in enumerate(loss.components)]
    return bool(sum(terms[1:], start=terms[0]).is_zero())


def _require_sphere(dimension: int) -> None:
    if dimension < 2:
        raise DimensionError(
            "a scale-invariant loss of one variable is constant on either side of 0: give two or "
            "more"
        )


def _square(names: Sequence[str]) -> Expression:
    return add(*(power(Symbol(name), 2) for name in names))


def _noises(names: Sequence[str], amplitude: fmpq) -> list[Expression]:
    pairs = [
        divide(multiply(Symbol(u), Symbol(v)), _square(names)) for u, v in product(names, repeat=2)
    ]
    return [multiply(number(sign * amplitude), pair) for pair in pairs for sign in (1, -1)]


def _with_noise(value: Expression, names: Sequence[str], noise: Any) -> tuple[str, ...]:
    return tuple(to_text(add(value, term)) for term in _noises(names, _amplitude(noise)))


def _amplitude(value: Any) -> fmpq:
    return _rational(value, "the amplitude of the noise")


def _rational(value: Any, what: str) -> fmpq:
    found = as_rational(exact(value, what))
    if found is None:
        raise ExpressionError(f"{what} is {value}: give a rational number, such as 1/2")
    return found
