"""Gauss methods of four and five stages, whose nodes need roots within roots.

The nodes are the roots of the Legendre polynomial of degree s, which is of degree 2 in the square of
x - 1/2 for s = 4 and s = 5. From six stages on it is of degree 3 with three real roots, and no
roots of real numbers express them (casus irreducibilis): there the tableau has decimals only.
Source: Butcher, Math. Comp. 18 (1964) 50-64, tables 4 and 5.
"""

from __future__ import annotations

from bea.methods.library.runge_kutta import TableauMethod
from bea.methods.registry import register


def _four() -> tuple[str, str]:
    """Return A and b; `a` and `b` in the names are the outer and the inner pair of nodes."""
    wa, wb = "(1/8 - sqrt(30)/144)", "(1/8 + sqrt(30)/144)"
    xa, xb = "(sqrt((15 + 2*sqrt(30))/35)/2)", "(sqrt((15 - 2*sqrt(30))/35)/2)"
    pa, pb = f"{xa}*(1/6 + sqrt(30)/24)", f"{xb}*(1/6 - sqrt(30)/24)"
    qa, qb = f"{xa}*(1/21 + 5*sqrt(30)/168)", f"{xb}*(1/21 - 5*sqrt(30)/168)"
    ra, rb = f"({xa} - 2*{pa})", f"({xb} - 2*{pb})"
    rows = (
        f"{wa}, {wb} - {pa} + {qb}, {wb} - {pa} - {qb}, {wa} - {ra}",
        f"{wa} - {pb} + {qa}, {wb}, {wb} - {rb}, {wa} - {pb} - {qa}",
        f"{wa} + {pb} + {qa}, {wb} + {rb}, {wb}, {wa} + {pb} - {qa}",
        f"{wa} + {ra}, {wb} + {pa} + {qb}, {wb} + {pa} - {qb}, {wa}",
    )
    return "; ".join(rows), f"2*{wa}, 2*{wb}, 2*{wb}, 2*{wa}"


def _five() -> tuple[str, str]:
    """Return A and b, likewise with a node in the middle."""
    wa, wb = "(322 - 13*sqrt(70))/3600", "(322 + 13*sqrt(70))/3600"
    xa, xb = "(sqrt((35 + 2*sqrt(70))/63)/2)", "(sqrt((35 - 2*sqrt(70))/63)/2)"
    pa, pb = f"{xa}*(452 + 59*sqrt(70))/3240", f"{xb}*(452 - 59*sqrt(70))/3240"
    qa, qb = f"{xa}*(64 + 11*sqrt(70))/1080", f"{xb}*(64 - 11*sqrt(70))/1080"
    sa, sb = f"8*{xa}*(23 - sqrt(70))/405", f"8*{xb}*(23 + sqrt(70))/405"
    ra, rb = f"({xa} - 2*{pa} - {sa})", f"({xb} - 2*{pb} - {sb})"
    ta, tb = f"{xa}*(308 - 23*sqrt(70))/960", f"{xb}*(308 + 23*sqrt(70))/960"
    rows = (
        f"{wa}, {wb} - {pa} + {qb}, 32/225 - {sa}, {wb} - {pa} - {qb}, {wa} - {ra}",
        f"{wa} - {pb} + {qa}, {wb}, 32/225 - {sb}, {wb} - {rb}, {wa} - {pb} - {qa}",
        f"{wa} + {ta}, {wb} + {tb}, 32/225, {wb} - {tb}, {wa} - {ta}",
        f"{wa} + {pb} + {qa}, {wb} + {rb}, 32/225 + {sb}, {wb}, {wa} + {pb} - {qa}",
        f"{wa} + {ra}, {wb} + {pa} + {qb}, 32/225 + {sa}, {wb} + {pa} - {qb}, {wa}",
    )
    return "; ".join(rows), f"2*{wa}, 2*{wb}, 64/225, 2*{wb}, 2*{wa}"


@register
class Gauss8(TableauMethod):
    """Gauss collocation with four stages."""

    name = "gauss8"
    title = "Gauss method of order 8 (four stages)"
    source = "Butcher, Math. Comp. 18 (1964) 50-64, table 4"
    also = ("gauss-legendre-8", "gl8", "kuntzmann-butcher-8")
    order_of_accuracy = 8
    A, b = _four()


@register
class Gauss10(TableauMethod):
    """Gauss collocation with five stages."""

    name = "gauss10"
    title = "Gauss method of order 10 (five stages)"
    source = "Butcher, Math. Comp. 18 (1964) 50-64, table 5"
    also = ("gauss-legendre-10", "gl10")
    order_of_accuracy = 10
    A, b = _five()
