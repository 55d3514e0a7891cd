"""Deciding whether an element that did not reduce to 0 is 0 as a function.

The element is enclosed in Arb balls at random rational points, of all signs and several sizes. A
ball away from 0 proves that it is not 0. If tiny balls around 0 turn up at several points, it is
taken to be 0: a randomised answer, wrong only for an element that is not 0 but vanishes to
`BITS // 2` bits at all of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

import flint
from flint import arb, fmpq

from bea.algebra.ring.conversions import to_program
from bea.errors import DomainError

if TYPE_CHECKING:
    from bea.algebra.ring.element import Element

BITS = 512
POINTS = 3
# At least so many points are tried, so that sqrt(x^2) - x is tried at some x < 0.
_LEAST, _TRIES = 16, 200
_REACH = (1, 1, 3, 3, 10, 10, 100, 100)
# Where none of those is inside, as for log(x - 1000): coordinates of all sizes up to 10^6.
_FAR_TRIES, _DECADES = 600, 6


def vanishes_numerically(element: Element) -> bool:
    """Tell whether `element` is 0 at `POINTS` random points of its domain.

    Raises
    ------
    DomainError
        If no point is found at which the element is defined.
    """
    program = to_program([element])
    seen = 0
    with flint.ctx.workprec(BITS):
        for attempt, point in enumerate(_points(len(element.ring.symbols)), start=1):
            ball = program.run([arb(x) for x in point], arb)[0]
            if ball.is_finite():
                if not ball.contains(0):
                    return False
                seen += bool(ball.rad() < arb(2) ** (-BITS // 2))
            if seen >= POINTS and attempt >= _LEAST:
                return True
    raise DomainError(
        "no point was found at which the expression is defined: look at its logarithms and roots, "
        "or shift and scale its variables to about 1"
    )


def _points(dimension: int) -> Iterator[list[fmpq]]:
    """Yield random points; every other one is positive, where logarithms and roots are defined."""
    source = random.Random(20)  # the same points every time: results can be repeated
    for attempt in range(_TRIES):
        reach = 1000 * _REACH[attempt % len(_REACH)]
        lowest = -reach if attempt % 2 else 1
        yield [fmpq(source.randint(lowest, reach), 1009) for _ in range(dimension)]
    for _ in range(_FAR_TRIES):
        yield [_of_any_size(source) for _ in range(dimension)]


def _of_any_size(source: random.Random) -> fmpq:
    power = fmpq(10) ** source.randint(-_DECADES, _DECADES)
    return power * source.choice((-1, 1)) * fmpq(source.randint(1, 1009), 1009)
