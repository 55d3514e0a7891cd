"""Explicit methods with a fixed number of stages, from order 3 to 6."""

from __future__ import annotations

from bea.methods.library.runge_kutta import TableauMethod
from bea.methods.registry import register


@register
class Heun3(TableauMethod):
    """Heun's three stages; b_2 = 0."""

    name = "heun3"
    title = "Heun's method of order 3"
    source = "Heun, Z. Math. Phys. 45 (1900) 23-38"
    order_of_accuracy = 3
    A = "0, 0, 0; 1/3, 0, 0; 0, 2/3, 0"
    b = "1/4, 0, 3/4"


@register
class Ralston3(TableauMethod):
    """Three stages of order 3 with the least bound on the error."""

    name = "ralston3"
    title = "Ralston's method of order 3"
    source = "Ralston, Math. Comp. 16 (1962) 431-437"
    order_of_accuracy = 3
    A = "0, 0, 0; 1/2, 0, 0; 0, 3/4, 0"
    b = "2/9, 1/3, 4/9"


@register
class ThreeEighths(TableauMethod):
    """Kutta's other method: the weights are those of Newton's quadrature."""

    name = "three-eighths"
    title = "Kutta's 3/8 rule, of order 4"
    source = "Kutta, Z. Math. Phys. 46 (1901) 435-453; Solving ODEs I, section II.1, table 1.2"
    also = ("3/8-rule", "rk4-38", "kutta-38", "rule-38", "kutta4-38", "rk38")
    order_of_accuracy = 4
    A = "0, 0, 0, 0; 1/3, 0, 0, 0; -1/3, 1, 0, 0; 1, -1, 1, 0"
    b = "1/8, 3/8, 3/8, 1/8"


@register
class Gill(TableauMethod):
    """Made for machines with little memory."""

    name = "gill"
    title = "Gill's method of order 4"
    source = "Gill, Proc. Cambridge Philos. Soc. 47 (1951) 96-108"
    also = ("runge-kutta-gill", "rkg", "gill4")
    order_of_accuracy = 4
    A = (
        "0, 0, 0, 0; 1/2, 0, 0, 0; sqrt(2)/2 - 1/2, 1 - sqrt(2)/2, 0, 0; "
        "0, -sqrt(2)/2, 1 + sqrt(2)/2, 0"
    )
    b = "1/6, 1/3 - sqrt(2)/6, 1/3 + sqrt(2)/6, 1/6"


@register
class Ralston4(TableauMethod):
    """Four stages of order 4 with the least bound on the error."""

    name = "ralston4"
    title = "Ralston's method of order 4"
    source = "Ralston, Math. Comp. 16 (1962) 431-437"
    order_of_accuracy = 4
    A = (
        "0, 0, 0, 0; 2/5, 0, 0, 0; "
        "(-2889 + 1428*sqrt(5))/1024, (3785 - 1620*sqrt(5))/1024, 0, 0; "
        "(-3365 + 2094*sqrt(5))/6040, (-975 - 3046*sqrt(5))/2552, "
        "(467040 + 203968*sqrt(5))/240845, 0"
    )
    b = (
        "(263 + 24*sqrt(5))/1812, (125 - 1000*sqrt(5))/3828, "
        "1024*(3346 + 1623*sqrt(5))/5924787, (30 - 4*sqrt(5))/123"
    )


@register
class Nystrom5(TableauMethod):
    """Kutta's method of order 5 with six stages, its numbers put right."""

    name = "nystrom5"
    title = "Kutta and Nystrom's method of order 5"
    source = "Nystrom, Acta Soc. Sci. Fenn. 50 (1925) no. 13; Solving ODEs I, section II.5"
    also = ("kutta-nystrom", "kutta-nystrom-5", "kutta5")
    order_of_accuracy = 5
    A = (
        "0; 1/3; 4/25 6/25; 1/4 -3 15/4; 2/27 10/9 -50/81 8/81; "
        "2/25 12/25 2/15 8/75 0"
    )  # fmt: skip
    b = "23/192, 0, 125/192, 0, -27/64, 125/192"


@register
class Butcher6(TableauMethod):
    """Seven stages, the least that order 6 is possible with."""

    name = "butcher6"
    title = "Butcher's method of order 6 (seven stages)"
    source = "Butcher, J. Austral. Math. Soc. 4 (1964) 179-194"
    also = ("butcher-6",)
    order_of_accuracy = 6
    A = (
        "0; 1/3; 0 2/3; 1/12 1/3 -1/12; -1/16 9/8 -3/16 -3/8; 0 9/8 -3/8 -3/4 1/2; "
        "9/44 -9/11 63/44 18/11 0 -16/11"
    )
    b = "11/120, 0, 27/40, 27/40, -4/15, -4/15, 11/120"


@register
class CooperVerner8(TableauMethod):
    """Eleven stages, the least that order 8 is possible with; weights of Lobatto's quadrature."""

    name = "cooper-verner8"
    title = "Cooper and Verner's method of order 8 (eleven stages)"
    source = "Cooper and Verner, SIAM J. Numer. Anal. 9 (1972) 389-405"
    also = ("cooper-verner", "cv8", "rk8")
    order_of_accuracy = 8
    A = (
        "0; 1/2; 1/4, 1/4; 1/7, (-7 - 3*sqrt(21))/98, (21 + 5*sqrt(21))/49; "
        "(11 + sqrt(21))/84, 0, (18 + 4*sqrt(21))/63, (21 - sqrt(21))/252; "
        "(5 + sqrt(21))/48, 0, (9 + sqrt(21))/36, (-231 + 14*sqrt(21))/360, "
        "(63 - 7*sqrt(21))/80; "
        "(10 - sqrt(21))/42, 0, (-432 + 92*sqrt(21))/315, (633 - 145*sqrt(21))/90, "
        "(-504 + 115*sqrt(21))/70, (63 - 13*sqrt(21))/35; "
        "1/14, 0, 0, 0, (14 - 3*sqrt(21))/126, (13 - 3*sqrt(21))/63, 1/9; "
        "1/32, 0, 0, 0, (91 - 21*sqrt(21))/576, 11/72, (-385 - 75*sqrt(21))/1152, "
        "(63 + 13*sqrt(21))/128; "
        "1/14, 0, 0, 0, 1/9, (-733 - 147*sqrt(21))/2205, (515 + 111*sqrt(21))/504, "
        "(-51 - 11*sqrt(21))/56, (132 + 28*sqrt(21))/245; "
        "0, 0, 0, 0, (-42 + 7*sqrt(21))/18, (-18 + 28*sqrt(21))/45, (-273 - 53*sqrt(21))/72, "
        "(301 + 53*sqrt(21))/72, (28 - 28*sqrt(21))/45, (49 - 7*sqrt(21))/18"
    )
    b = "1/20, 0, 0, 0, 0, 0, 0, 49/180, 16/45, 49/180, 1/20"
