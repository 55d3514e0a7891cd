"""Diagonally implicit methods: the stages are solved for one after the other."""

from __future__ import annotations

from bea.methods.library.runge_kutta import TableauMethod
from bea.methods.registry import register


@register
class Alexander2(TableauMethod):
    """Two stages, stiffly accurate and L-stable."""

    name = "alexander2"
    title = "Alexander's SDIRK method of order 2 (diagonally implicit)"
    source = "Alexander, SIAM J. Numer. Anal. 14 (1977) 1006-1021"
    also = ("sdirk2", "sdirk", "alexander", "sdirk-2")
    order_of_accuracy = 2
    A = "1 - sqrt(2)/2, 0; sqrt(2)/2, 1 - sqrt(2)/2"
    b = "sqrt(2)/2, 1 - sqrt(2)/2"


@register
class QinZhang2(TableauMethod):
    """Two steps of the implicit midpoint rule of half the size: symplectic and symmetric."""

    name = "qin-zhang2"
    title = "Qin and Zhang's symplectic SDIRK method"
    source = "Qin and Zhang, Comm. Numer. Methods Engrg. 8 (1992) 1-9"
    also = ("qin-zhang", "symplectic-dirk2")
    order_of_accuracy = 2
    A = "1/4, 0; 1/2, 1/4"
    b = "1/2, 1/2"


@register
class Crouzeix3(TableauMethod):
    """Two stages of order 3, A-stable."""

    name = "crouzeix3"
    title = "Crouzeix and Norsett's SDIRK method of order 3 (diagonally implicit)"
    source = "Crouzeix, thesis, Univ. Paris VI (1975); Norsett, report 6/74, Trondheim (1974)"
    also = ("sdirk3", "sdirk23", "norsett3", "crouzeix")
    order_of_accuracy = 3
    A = "1/2 + sqrt(3)/6, 0; -sqrt(3)/3, 1/2 + sqrt(3)/6"
    b = "1/2, 1/2"


@register
class SDIRK4(TableauMethod):
    """Five stages, stiffly accurate and L-stable, with an embedded method of order 3."""

    name = "sdirk4"
    title = "Hairer and Wanner's SDIRK method of order 4 (diagonally implicit)"
    source = "Hairer and Wanner, Solving ODEs II, section IV.6, table 6.5"
    also = ("sdirk54", "sdirk-4")
    order_of_accuracy = 4
    A = (
        "1/4; 1/2 1/4; 17/50 -1/25 1/4; 371/1360 -137/2720 15/544 1/4; "
        "25/24 -49/48 125/16 -85/12 1/4"
    )
    b = "25/24, -49/48, 125/16, -85/12, 1/4"
    embedded = "59/48, -17/96, 225/32, -85/12, 0"


@register
class TRBDF2(TableauMethod):
    """The trapezoidal rule to the time 2 - sqrt(2), and then BDF2."""

    name = "tr-bdf2"
    title = "trapezoidal rule and BDF2 in one step (a pair of orders 2 and 3)"
    source = "Bank et al., IEEE Trans. CAD 4 (1985) 436-451; Hosea and Shampine, APNUM 20 (1996)"
    also = ("trbdf2", "ode23tb")
    order_of_accuracy = 2
    A = "0, 0, 0; 1 - sqrt(2)/2, 1 - sqrt(2)/2, 0; sqrt(2)/4, sqrt(2)/4, 1 - sqrt(2)/2"
    b = "sqrt(2)/4, sqrt(2)/4, 1 - sqrt(2)/2"
    embedded = "(1 - sqrt(2)/4)/3, (1 + 3*sqrt(2)/4)/3, (1 - sqrt(2)/2)/3"
