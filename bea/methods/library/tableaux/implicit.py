"""Families of fully implicit methods, with a member for each number of stages.

Their coefficients are derived from the conditions that define them; see
`bea.methods.library.tableaux.quadrature`. Source: Hairer and Wanner, Solving Ordinary Differential
Equations II, section IV.5; the Gauss methods have names of their own, `implicit-midpoint`,
`gauss4` and `gauss6`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, ClassVar

from bea.errors import TableauError
from bea.methods.library.runge_kutta import TableauMethod
from bea.methods.library.tableau import Tableau
from bea.methods.library.tableaux.quadrature import Quadrature
from bea.methods.registry import register


@dataclass(frozen=True)
class _Family(TableauMethod):
    """Methods on the roots of a derivative of x^m (x - 1)^n, by their number of stages s."""

    #: m - s, n - s, how many derivatives - s, and the order - 2 s
    shifts: ClassVar[tuple[int, int, int]]
    defect: ClassVar[int]
    condition: ClassVar[str]

    stages: Any = 2

    def __post_init__(self) -> None:
        """Take the number of stages, and say the order that it has."""
        most, asked = max(self.options["stages"]), str(self.stages).strip()
        if asked.isdecimal() and int(asked) > most:
            raise TableauError(
                f"the nodes of '{self.name}' with {asked} stages need more than one square root, "
                f"which is as far as exact tableaus go here: take {most} stages or fewer, or "
                "another family, of which lobatto-iiic and lobatto-iiid have 5 and order 8"
            )
        super().__post_init__()
        object.__setattr__(self, "order_of_accuracy", 2 * self.stages - self.defect)

    @cached_property
    def tableau(self) -> Tableau:
        """The exact tableau."""
        return _tableau(tuple(k + self.stages for k in self.shifts), self.condition)


_FEW = MappingProxyType({"stages": (1, 2, 3)})
_MORE = MappingProxyType({"stages": (2, 3, 4, 5)})


@register
@dataclass(frozen=True)
class RadauIA(_Family):
    """The left Radau nodes with D(s).

    >>> RadauIA().tableau
    0    |  1/4  -1/4
    2/3  |  1/4  5/12
    -----+-----------
         |  1/4  3/4
    """

    name = "radau-ia"
    title = "Radau IA method of s stages and order 2s - 1 (s = 1, 2, 3)"
    source = "Ehle, report CSRR 2010, Univ. Waterloo (1969); Solving ODEs II, section IV.5"
    also = ("radau1a", "radauia", "radau-i")
    options = _FEW
    shifts, defect, condition = (0, -1, -1), 1, "transposed"


@register
@dataclass(frozen=True)
class RadauIIA(_Family):
    """Collocation at the right Radau nodes.

    >>> RadauIIA().tableau
    1/3  |  5/12  -1/12
    1    |  3/4   1/4
    -----+-------------
         |  3/4   1/4
    """

    name = "radau-iia"
    title = "Radau IIA method of s stages and order 2s - 1 (s = 1, 2, 3)"
    source = "Ehle, report CSRR 2010, Univ. Waterloo (1969); Solving ODEs II, section IV.5"
    also = (
        "radau(stages=3)", "radau5(stages=3)", "radau3(stages=2)", "radau2a", "radauiia",
        "radau-iia-3(stages=2)", "radau-iia-5(stages=3)", "radauiia3(stages=2)",
        "radauiia5(stages=3)", "radau-ii",
    )  # fmt: skip
    options = _FEW
    shifts, defect, condition = (-1, 0, -1), 1, "collocation"


@register
@dataclass(frozen=True)
class LobattoIIIA(_Family):
    """Collocation at the Lobatto nodes; with two stages the trapezoidal rule."""

    name = "lobatto-iiia"
    title = "Lobatto IIIA method, s stages, order 2s - 2 (s = 2, ..., 5)"
    source = "Ehle, report CSRR 2010, Univ. Waterloo (1969); Solving ODEs II, section IV.5"
    also = ("lobatto", "lobatto3a", "lobattoiiia")
    options = _MORE
    shifts, defect, condition = (-1, -1, -2), 2, "collocation"

    stages: Any = 3


@register
@dataclass(frozen=True)
class LobattoIIIB(_Family):
    """The Lobatto nodes with D(s)."""

    name = "lobatto-iiib"
    title = "Lobatto IIIB method, s stages, order 2s - 2 (s = 2, ..., 5)"
    source = "Ehle, report CSRR 2010, Univ. Waterloo (1969); Solving ODEs II, section IV.5"
    also = ("lobatto3b", "lobattoiiib")
    options = _MORE
    shifts, defect, condition = (-1, -1, -2), 2, "transposed"

    stages: Any = 3


@register
@dataclass(frozen=True)
class LobattoIIIC(_Family):
    """The Lobatto nodes with C(s - 1) and a_i1 = b_1.

    >>> LobattoIIIC(stages=2).tableau
    0  |  1/2  -1/2
    1  |  1/2  1/2
    ---+-----------
       |  1/2  1/2
    """

    name = "lobatto-iiic"
    title = "Lobatto IIIC method, s stages, order 2s - 2 (s = 2, ..., 5)"
    source = "Chipman, BIT 11 (1971) 384-393; Solving ODEs II, section IV.5"
    also = ("lobatto3c", "lobattoiiic")
    options = _MORE
    shifts, defect, condition = (-1, -1, -2), 2, "first_column_fixed"

    stages: Any = 3


@register
@dataclass(frozen=True)
class LobattoIIICStar(_Family):
    """The symplectic partner of Lobatto IIIC; Butcher's own methods, with a_i1 = 0 at first.

    >>> LobattoIIICStar(stages=2).tableau
    0  |
    1  |  1
    ---+----------
       |  1/2  1/2
    """

    name = "lobatto-iiic-star"
    title = "Lobatto IIIC* method, s stages, order 2s - 2 (s = 2, ..., 5)"
    source = "Butcher, Math. Comp. 18 (1964) 233-244; Jay, Lobatto methods, Springer (2015)"
    also = ("lobatto-iii", "lobatto-iiic*", "lobatto3c-star")
    options = _MORE
    shifts, defect, condition = (-1, -1, -2), 2, "partner_of_first_column_fixed"

    stages: Any = 3


@register
@dataclass(frozen=True)
class LobattoIIID(_Family):
    """The mean of Lobatto IIIC and IIIC*: symplectic and symmetric.

    >>> LobattoIIID(stages=2).tableau
    0  |  1/4  -1/4
    1  |  3/4  1/4
    ---+-----------
       |  1/2  1/2
    """

    name = "lobatto-iiid"
    title = "Lobatto IIID method, s stages, order 2s - 2 (s = 2, ..., 5)"
    source = "Chan, On symmetric Runge-Kutta methods of high order, Computing 45 (1990) 301-309"
    also = ("lobatto3d", "lobattoiiid", "lobatto-iiie")
    options = _MORE
    shifts, defect, condition = (-1, -1, -2), 2, "mean_of_both"

    stages: Any = 3


# --- private helpers ----------------------------------------------------------------------------


@cache
def _tableau(nodes: tuple[int, int, int], condition: str) -> Tableau:
    """Return the tableau on these nodes that fulfils a condition, an attribute of `Quadrature`."""
    quadrature = Quadrature.of(*nodes)
    rows = [[quadrature.written(a) for a in row] for row in getattr(quadrature, condition)]
    return Tableau.of(rows, [quadrature.written(b) for b in quadrature.weights])
