"""Implicit-explicit pairs: a stiff part of the field by one tableau, the rest by an explicit one.

The first part of the split is the stiff one unless `implicit` says otherwise. Their names count
implicit stages, explicit stages, and the order. Pairs whose diagonal entry is a root of an
irreducible cubic polynomial, as in ARS(3,4,3), SSP3(4,3,3) and ARK3(2)4L[2]SA, have no exact
coefficients in roots of real numbers, and are not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from bea.methods.library.tableau import Tableau
from bea.methods.partitioned.runge_kutta import TableauPair
from bea.methods.registry import register

_ARS = "Ascher, Ruuth and Spiteri, Appl. Numer. Math. 25 (1997) 151-167, section 2"
_PARESCHI = "Pareschi and Russo, J. Sci. Comput. 25 (2005) 129-155, table "
_G = "1 - sqrt(2)/2"


@dataclass(frozen=True)
class ImexPair(TableauPair):
    """An implicit-explicit pair; subclasses say A and b of the stiff part and of the other one."""

    formula = "Yᵢ = θ + γ Σⱼ (aᵢⱼ f₁(Yⱼ) + âᵢⱼ f₂(Yⱼ)),  θ₊ = θ + γ Σᵢ (bᵢ f₁(Yᵢ) + b̂ᵢ f₂(Yᵢ))"
    options = {"implicit": (1, 2)}  # noqa: RUF012
    stiff: ClassVar[tuple[str, str]]
    other: ClassVar[tuple[str, str]]

    split: Any = "f1 + f2"
    implicit: Any = 1

    def __post_init__(self) -> None:
        """Make the tableaus, that of the stiff part in its place."""
        super().__post_init__()
        pair = Tableau.of(*self.stiff), Tableau.of(*self.other)
        object.__setattr__(self, "tableaus", pair if self.implicit == 1 else pair[::-1])


@register
class ImexEuler(ImexPair):
    """Explicit Euler for f2, then implicit Euler for f1."""

    name = "imex-euler"
    title = "implicit-explicit Euler method"
    source = _ARS + ".1"
    also = ("implicit-explicit-euler", "ars111", "forward-backward-euler", "semi-implicit")
    order_of_accuracy = 1
    stiff = "0, 0; 0, 1", "0, 1"
    other = "0, 0; 1, 0", "1, 0"


@register
class ImexMidpoint(ImexPair):
    """The midpoint rules, implicit and explicit."""

    name = "imex-midpoint"
    title = "implicit-explicit midpoint rule, ARS(1,2,2)"
    source = _ARS + ".3"
    also = ("ars122", "ars-1-2-2")
    order_of_accuracy = 2
    stiff = "0, 0; 0, 1/2", "0, 1"
    other = "0, 0; 1/2, 0", "0, 1"


@register
class ARS222(ImexPair):
    """Alexander's method with two explicit stages."""

    name = "ars222"
    title = "ARS(2,2,2), implicit-explicit, of order 2"
    source = _ARS + ".6"
    also = ("ars-2-2-2",)
    order_of_accuracy = 2
    stiff = f"0, 0, 0; 0, {_G}, 0; 0, sqrt(2)/2, {_G}", f"0, sqrt(2)/2, {_G}"
    other = (
        f"0, 0, 0; {_G}, 0, 0; -sqrt(2)/2, 1 + sqrt(2)/2, 0",
        "-sqrt(2)/2, 1 + sqrt(2)/2, 0",
    )


@register
class ARS232(ImexPair):
    """Alexander's method with three explicit stages, and the same weights."""

    name = "ars232"
    title = "ARS(2,3,2), implicit-explicit, of order 2"
    source = _ARS + ".5"
    also = ("ars-2-3-2",)
    order_of_accuracy = 2
    stiff = f"0, 0, 0; 0, {_G}, 0; 0, sqrt(2)/2, {_G}", f"0, sqrt(2)/2, {_G}"
    other = (
        f"0, 0, 0; {_G}, 0, 0; -2*sqrt(2)/3, 1 + 2*sqrt(2)/3, 0",
        f"0, sqrt(2)/2, {_G}",
    )


@register
class ARS233(ImexPair):
    """Crouzeix and Norsett's method of order 3 with three explicit stages."""

    name = "ars233"
    title = "ARS(2,3,3), implicit-explicit, of order 3"
    source = _ARS + ".4"
    also = ("ars-2-3-3",)
    order_of_accuracy = 3
    stiff = "0, 0, 0; 0, (3 + sqrt(3))/6, 0; 0, -sqrt(3)/3, (3 + sqrt(3))/6", "0, 1/2, 1/2"
    other = (
        "0, 0, 0; (3 + sqrt(3))/6, 0, 0; (sqrt(3) - 3)/6, (3 - sqrt(3))/3, 0",
        "0, 1/2, 1/2",
    )


@register
class ARS443(ImexPair):
    """Four implicit and four explicit stages, L-stable, in rational numbers."""

    name = "ars443"
    title = "ARS(4,4,3), implicit-explicit, of order 3"
    source = _ARS + ".8"
    also = ("ars-4-4-3",)
    order_of_accuracy = 3
    stiff = (
        "0; 0 1/2; 0 1/6 1/2; 0 -1/2 1/2 1/2; 0 3/2 -3/2 1/2 1/2",
        "0, 3/2, -3/2, 1/2, 1/2",
    )
    other = (
        "0; 1/2; 11/18 1/18; 5/6 -5/6 1/2; 1/4 7/4 3/4 -7/4",
        "1/4, 7/4, 3/4, -7/4, 0",
    )


@register
class ARK232(ImexPair):
    """The trapezoidal rule and BDF2 in one step, with explicit stages of the same weights."""

    name = "ark232"
    title = "TR-BDF2 with an explicit partner, ARK2(2,3,2)"
    source = "Giraldo, Kelly and Constantinescu, SIAM J. Sci. Comput. 35 (2013) B1162-B1194"
    also = ("ark2", "ark-2-3-2")
    order_of_accuracy = 2
    stiff = (
        f"0, 0, 0; {_G}, {_G}, 0; sqrt(2)/4, sqrt(2)/4, {_G}",
        f"sqrt(2)/4, sqrt(2)/4, {_G}",
    )
    other = (
        "0, 0, 0; 2 - sqrt(2), 0, 0; 1/2 - sqrt(2)/3, 1/2 + sqrt(2)/3, 0",
        f"sqrt(2)/4, sqrt(2)/4, {_G}",
    )


@register
class ImexSSP222(ImexPair):
    """Heun's method with two implicit stages of the same weights, L-stable."""

    name = "imex-ssp222"
    title = "SSP2(2,2,2), implicit-explicit, of order 2"
    source = _PARESCHI + "2"
    also = ("ssp2-222", "ssp222", "imex-ssp2")
    order_of_accuracy = 2
    stiff = f"{_G}, 0; sqrt(2) - 1, {_G}", "1/2, 1/2"
    other = "0, 0; 1, 0", "1/2, 1/2"


@register
class ImexSSP332(ImexPair):
    """Shu and Osher's method with three implicit stages of the same weights, L-stable."""

    name = "imex-ssp332"
    title = "SSP3(3,3,2), implicit-explicit, of order 2"
    source = _PARESCHI + "5"
    also = ("ssp3-332", "ssp332")
    order_of_accuracy = 2
    stiff = f"{_G}, 0, 0; sqrt(2) - 1, {_G}, 0; sqrt(2)/2 - 1/2, 0, {_G}", "1/6, 1/6, 2/3"
    other = "0, 0, 0; 1, 0, 0; 1/4, 1/4, 0", "1/6, 1/6, 2/3"
