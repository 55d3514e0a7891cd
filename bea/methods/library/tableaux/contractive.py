"""Strong-stability-preserving methods: convex combinations of Euler steps.

Their number of stages and order stand in their names. That of two stages and order 2 is `heun`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from bea.methods.library.runge_kutta import TableauMethod
from bea.methods.library.tableau import Tableau
from bea.methods.registry import register

_FIRST_FIVE = "; ".join(" ".join(["1/6"] * i) for i in range(1, 6))
_LAST_FOUR = "; ".join(" ".join(["1/15"] * 5 + ["1/6"] * i) for i in range(5))


@register
@dataclass(frozen=True)
class SSPs2(TableauMethod):
    """s - 1 steps of Euler's method of size gamma/(s - 1), drawn back by 1/s: 2 stages are Heun's.

    >>> SSPs2(stages=3).tableau
    0    |
    1/2  |  1/2
    1    |  1/2  1/2
    -----+---------------
         |  1/3  1/3  1/3
    """

    name = "ssp-s2"
    title = "SSP method of s stages and order 2 (s = 2, ..., 6)"
    source = "Ketcheson, SIAM J. Sci. Comput. 30 (2008) 2113-2136, section 3.1"
    also = ("ssprk-s2", "ssp32(stages=3)", "ssprk32(stages=3)", "ssp42(stages=4)",
            "ssprk42(stages=4)")  # fmt: skip
    order_of_accuracy = 2
    options = MappingProxyType({"stages": (2, 3, 4, 5, 6)})

    stages: Any = 3

    @cached_property
    def tableau(self) -> Tableau:
        """The exact tableau."""
        s = self.stages
        rows = "; ".join(["0", *(" ".join([f"1/{s - 1}"] * i) for i in range(1, s))])
        return Tableau.of(rows, " ".join([f"1/{s}"] * s))


@register
class SSP33(TableauMethod):
    """theta/3 + 2/3 (3/4 theta + 1/4 of two Euler steps, and another)."""

    name = "ssp33"
    title = "SSP method of Shu and Osher, of order 3 (strong-stability-preserving)"
    source = "Shu and Osher, J. Comput. Phys. 77 (1988) 439-471"
    also = ("ssp3", "ssprk3", "ssprk33", "shu-osher", "tvd-rk3", "tvdrk3")
    order_of_accuracy = 3
    A = "0, 0, 0; 1, 0, 0; 1/4, 1/4, 0"
    b = "1/6, 1/6, 2/3"


@register
class SSP43(TableauMethod):
    """Four half steps of Euler's method; contracts up to twice the step of Euler's."""

    name = "ssp43"
    title = "SSP method of four stages and order 3 (strong-stability-preserving)"
    source = "Kraaijevanger, BIT 31 (1991) 482-528"
    also = ("ssprk43",)
    order_of_accuracy = 3
    A = "0; 1/2; 1/2 1/2; 1/6 1/6 1/6"
    b = "1/6, 1/6, 1/6, 1/2"


@register
class SSP104(TableauMethod):
    """Ten steps of Euler's method of size gamma/6, of which two are drawn back."""

    name = "ssp104"
    title = "SSP method of ten stages and order 4 (strong-stability-preserving)"
    source = "Ketcheson, SIAM J. Sci. Comput. 30 (2008) 2113-2136"
    also = ("ssprk104", "ssprk-10-4", "ssp-10-4")
    order_of_accuracy = 4
    A = f"0; {_FIRST_FIVE.rpartition(';')[0]}; {_LAST_FOUR}"
    b = " ".join(["1/10"] * 10)
