"""What gradient noise adds to a modified equation, for every field f and covariance Sigma at once.

For a step that asks for the slope at theta alone, the terms of the generator are products in which
each derivative stands right of the tensor that it is contracted with, so that up to gamma^2 noise
can only enter as

    γ/2 r² Σ:∇²,    γ² c (Σ:∇²)f·∇,    γ²/2 (p (f·∇)Σ + q (f'Σ + Σf'ᵀ)):∇²,    γ²/6 r³ κ₃:∇³,

with r the effective rate. The numbers c, p, q are read off the generator of a sum with f and Σ
generic polynomials of one variable. For SGD (Li, Tai and E, JMLR 20 (2019) 1-47, to γ) they are
-1/4, -1/2, -1/2; for heavy ball -(1+β)/(4(1-β)⁴), -(1+4β+β²)/(2(1-β)⁴(1+β)) and
-(1+β²)/(2(1-β)⁴(1+β)) (derived here).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import fmpq

from bea.algebra import Element, Ring
from bea.errors import BeaError, MethodError
from bea.fields import VectorField
from bea.methods import Method
from bea.methods.library.regularised import (
    GradientDescentL2,
    GradientDescentWeightDecay,
    HeavyBallL2,
    HeavyBallWeightDecay,
)
from bea.methods.registry import get
from bea.modified.random.generator import modified_generator
from bea.modified.random.step import RandomStep
from bea.modified.symbolic_step import open_symbols

# f = f0 + f1 x + f2 x²/2 with noise ±(g0 + g1 x): Σ = g0² + 2 g0 g1 x + ...
_JETS = ("f0", "f1", "f2", "g0", "g1")
_OF_F = (1, 0, 0, 0, 0)


@dataclass(frozen=True)
class NoiseTerms:
    """The numbers of the module's formula: `fmpq`, or ring elements in the method's symbols.

    Attributes
    ----------
    rate
        r, so that the covariance of the leading noise is r² Σ.
    drift
        c, beside γ² (Σ:∇²)f in the drift.
    along, shear
        p and q, beside (f·∇)Σ and f'Σ + Σf'ᵀ in the covariance.
    """

    rate: Any
    drift: Any
    along: Any
    shear: Any


def noise_terms(method: Method) -> NoiseTerms:
    """Return the numbers with which noise enters the equation of a method.

    Raises
    ------
    MethodError
        If the step asks for slopes beside theta, or holds theta beside the slope: the terms are
        then no matter of Sigma alone.

    Examples
    --------
    >>> noise_terms(get("gradient-descent"))
    NoiseTerms(rate=1, drift=-1/4, along=-1/2, shear=-1/2)
    >>> noise_terms(get("heavy-ball", beta="1/2")).drift
    -6
    """
    pair = _generic_pair_for(method)
    generator = modified_generator(method, pair, order=2)
    leading, drift = _Jet(generator.drift[0][0]), _Jet(generator.drift[2][0])
    spread = _Jet(generator.diffusion[2][0][0])
    if len(leading.monomials) > 1 or spread.monomials != {(1, 0, 0, 1, 1), (0, 1, 0, 2, 0)}:
        raise MethodError(
            f"the step of '{method.name}' holds theta beside the slope, so that its equation is "
            "not one for every loss: give a finite sum"
        )
    return NoiseTerms(
        rate=leading.beside(f0=1),
        drift=drift.beside(f2=1, g0=2),
        along=spread.beside(f0=1, g0=1, g1=1) * fmpq(1, 2),
        shear=spread.beside(f1=1, g0=2) * fmpq(1, 2),
    )


def noise_rate(method: Method) -> Any:
    """Return r, where noise enters to gamma as γ/2 r² Σ:∇² and in no other way.

    Decay beside the slope is no matter here.

    Raises
    ------
    MethodError
        If the step asks for slopes beside theta, or is not linear in the slope.

    Examples
    --------
    >>> noise_rate(get("heavy-ball-decay", beta="9/10"))
    10
    """
    pair = _generic_pair_for(method)
    generator = modified_generator(method, pair, order=1)
    leading, drift = (_Jet(term[0]) for term in generator.drift)
    spread = _Jet(generator.diffusion[1][0][0])
    with_noise = {m for m in drift.monomials if any(m[3:])}
    if with_noise or spread.monomials != {(0, 0, 0, 2, 0)} or _OF_F not in leading.monomials:
        raise MethodError(
            f"the step of '{method.name}' is not linear in the slope, so that more than the "
            "covariance enters: give a finite sum"
        )
    return leading.beside(f0=1)


def without_decay(method: Method) -> tuple[Method, Any]:
    """Return the method on L + λ/2 ‖θ‖² that is the same map, and λ (None: there is no decay).

    Raises
    ------
    MethodError
        If there is none, as for decay beside momentum.
    """
    if isinstance(method, HeavyBallWeightDecay):
        raise MethodError(
            f"'{method.name}' decays beside its velocity, and is no method on a regularised loss: "
            "give a finite sum"
        )
    if isinstance(method, GradientDescentL2 | GradientDescentWeightDecay):
        return get("gradient-descent"), method.weight_decay
    if isinstance(method, HeavyBallL2):
        return get("heavy-ball", beta=method.beta), method.weight_decay
    return method, None


# --- private helpers ----------------------------------------------------------------------------


class _Pair(VectorField):
    """A field that is the mean of two, as a finite sum is of losses."""

    losses: tuple[VectorField, ...] = ()


def _generic_pair_for(method: Method) -> _Pair:
    """Return the pair, if the step asks for its slope at theta alone."""
    clash = set(open_symbols(method)) & {"x", *_JETS}
    if clash:
        raise BeaError(f"the hyperparameter '{min(clash)}' has a name used here: rename it")
    pair = _generic_pair()
    if not RandomStep(method, pair, None).asks_at_theta:
        raise MethodError(
            f"the step of '{method.name}' asks for slopes beside theta, so that more than the "
            "covariance enters: give a finite sum"
        )
    return pair


def _generic_pair() -> _Pair:
    ring = Ring(["x"], _JETS)
    x, f0, f1, f2, g0, g1 = (ring.variable(i) for i in range(6))
    mean, noise = f0 + f1 * x + f2 * x**2 / 2, g0 + g1 * x
    pair = _Pair([mean])
    pair.losses = (VectorField([mean + noise]), VectorField([mean - noise]))
    return pair


class _Jet:
    """A coefficient at x = 0, as a polynomial in the jets."""

    def __init__(self, value: Element) -> None:
        self.ring = value.ring
        self.terms = {e: c for e, c in value.terms().items() if e[0] == 0}

    @property
    def monomials(self) -> set[tuple[int, ...]]:
        """The monomials in the jets that occur."""
        return {tuple(int(k) for k in e[1 : 1 + len(_JETS)]) for e in self.terms}

    def beside(self, **jets: int) -> Any:
        """Return what stands beside a monomial in the jets, free of them."""
        wanted = [jets.get(name, 0) for name in _JETS]
        places = range(1, 1 + len(_JETS))
        clean = {
            tuple(0 if i in places else k for i, k in enumerate(e)): c
            for e, c in self.terms.items()
            if [int(e[i]) for i in places] == wanted
        }
        found = self.ring.from_terms(clean)
        rational = found.as_rational()
        return found if rational is None else rational
