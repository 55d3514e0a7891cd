"""Embedded pairs: a method, and other weights for the same stages, which estimate its error.

`b` is what takes the step, `embedded` what it is compared with.
"""

from __future__ import annotations

from bea.methods.library.runge_kutta import TableauMethod
from bea.methods.registry import register


@register
class BogackiShampine(TableauMethod):
    """Order 3 with an embedded 2; the last stage is the first of the next step."""

    name = "bogacki-shampine"
    title = "Bogacki and Shampine's pair of orders 3 and 2"
    source = "Bogacki and Shampine, Appl. Math. Lett. 2 (1989) 321-325"
    also = ("bs23", "rk23", "ode23", "bs3", "bs32")
    order_of_accuracy = 3
    A = "0; 1/2; 0 3/4; 2/9 1/3 4/9"
    b = "2/9, 1/3, 4/9, 0"
    embedded = "7/24, 1/4, 1/3, 1/8"


@register
class Fehlberg(TableauMethod):
    """Order 4 with an embedded 5."""

    name = "fehlberg"
    title = "Fehlberg's pair of orders 4 and 5"
    source = "Fehlberg, Computing 6 (1970) 61-71"
    also = ("rkf45", "rkf", "runge-kutta-fehlberg", "fehlberg45", "rkf4")
    order_of_accuracy = 4
    A = (
        "0; 1/4; 3/32 9/32; 1932/2197 -7200/2197 7296/2197; 439/216 -8 3680/513 -845/4104; "
        "-8/27 2 -3544/2565 1859/4104 -11/40"
    )
    b = "25/216, 0, 1408/2565, 2197/4104, -1/5, 0"
    embedded = "16/135, 0, 6656/12825, 28561/56430, -9/50, 2/55"


@register
class CashKarp(TableauMethod):
    """Order 5 with an embedded 4."""

    name = "cash-karp"
    title = "Cash and Karp's pair of orders 5 and 4"
    source = "Cash and Karp, ACM Trans. Math. Softw. 16 (1990) 201-222"
    also = ("rkck", "ck45", "ck5", "cash-karp-5")
    order_of_accuracy = 5
    A = (
        "0; 1/5; 3/40 9/40; 3/10 -9/10 6/5; -11/54 5/2 -70/27 35/27; "
        "1631/55296 175/512 575/13824 44275/110592 253/4096"
    )
    b = "37/378, 0, 250/621, 125/594, 0, 512/1771"
    embedded = "2825/27648, 0, 18575/48384, 13525/55296, 277/14336, 1/4"


@register
class DormandPrince(TableauMethod):
    """Order 5 with an embedded 4; the last stage is the first of the next step."""

    name = "dormand-prince"
    title = "Dormand and Prince's pair of orders 5 and 4"
    source = "Dormand and Prince, J. Comput. Appl. Math. 6 (1980) 19-26"
    also = ("dopri5", "dopri", "rkdp", "dp5", "dp54", "rk45", "dormand-prince-5")
    order_of_accuracy = 5
    A = (
        "0; 1/5; 3/40 9/40; 44/45 -56/15 32/9; 19372/6561 -25360/2187 64448/6561 -212/729; "
        "9017/3168 -355/33 46732/5247 49/176 -5103/18656; "
        "35/384 0 500/1113 125/192 -2187/6784 11/84"
    )
    b = "35/384, 0, 500/1113, 125/192, -2187/6784, 11/84, 0"
    embedded = "5179/57600, 0, 7571/16695, 393/640, -92097/339200, 187/2100, 1/40"


@register
class Verner6(TableauMethod):
    """Order 6 with an embedded 5, the pair of the program DVERK."""

    name = "verner6"
    title = "Verner's pair of orders 6 and 5 (DVERK)"
    source = "Verner, SIAM J. Numer. Anal. 15 (1978) 772-790"
    also = ("verner", "verner65", "dverk", "vern6")
    order_of_accuracy = 6
    A = (
        "0; 1/6; 4/75 16/75; 5/6 -8/3 5/2; -165/64 55/6 -425/64 85/96; "
        "12/5 -8 4015/612 -11/36 88/255; -8263/15000 124/75 -643/680 -81/250 2484/10625 0; "
        "3501/1720 -300/43 297275/52632 -319/2322 24068/84065 0 3850/26703"
    )
    b = "3/40, 0, 875/2244, 23/72, 264/1955, 0, 125/11592, 43/616"
    embedded = "13/160, 0, 2375/5984, 5/16, 12/85, 3/44, 0, 0"
