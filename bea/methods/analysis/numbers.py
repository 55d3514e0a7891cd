"""Exact numbers to decide with: rationals, or elements of a ring without variables.

Tableaus hold roots, and perhaps open symbols. Whether a number is 0 is decided exactly by its
reduced form (`bea.algebra.ring.element.Element.is_zero`), and the sign of one that is not 0 by a
ball that leaves 0 out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import flint
from flint import arb, fmpq, fmpz

from bea.algebra.language.expressions import Expression, Number, free_symbols, to_text
from bea.algebra.language.mathematics import as_text
from bea.algebra.ring.atoms import Atom
from bea.algebra.ring.conversions import read, to_expression, to_program
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.errors import BeaError

_BITS = 256
_MOST_BITS = 16384
_LARGEST = 10**9  # beyond, a number that looks like a prime may be a product


class OpenSignError(BeaError):
    """The sign of a number depends on a symbol that has no value."""


def numbers_of(expressions: Iterable[Expression]) -> list[Any]:
    """Return exact numbers in one field: rationals if they all are.

    >>> from bea.algebra.ring.exact import exact
    >>> numbers_of([exact("1/2"), exact(3)])
    [1/2, 3]
    """
    given = list(expressions)
    if all(isinstance(e, Number) for e in given):
        return [e.value for e in given if isinstance(e, Number)]
    ring = Ring([], sorted({s for e in given for s in free_symbols(e)}))
    return [read(ring, e) for e in given]


def is_zero(number: Any) -> bool:
    """Tell whether a number is 0, whatever its symbols are.

    Square roots of primes and their products are independent (`bea.algebra.ring.roots`), so that
    the reduced form says it where there is nothing else.
    """
    if not isinstance(number, Element):
        return bool(number == 0)
    if all(map(_is_square_root, number.ring.atoms)):
        return bool(number.poly.is_zero())
    return number.is_zero()


def divides_well(number: Any) -> bool:
    """Tell whether `inverse` brings nothing new with it, as in a field of square roots."""
    if not isinstance(number, Element):
        return True
    return not number.ring.symbols and all(map(_is_square_root, number.ring.atoms))


def ball(number: Any) -> arb:
    """Return an enclosure of a number at the present precision.

    Raises
    ------
    OpenSignError
        If it depends on a symbol.
    """
    if not isinstance(number, Element):
        return arb(fmpq(number))
    symbols = range(len(number.ring.symbols))
    if any(exponents[i] for exponents in number.terms() for i in symbols):
        raise OpenSignError(
            f"this depends on {', '.join(number.ring.symbols)}: give a value, such as "
            f"{number.ring.symbols[0]}=1/2"
        )
    return to_program([number]).run([arb(1) for _ in symbols], arb)[0]


def sign_of(number: Any) -> int:
    """Return -1, 0 or 1, exactly.

    Raises
    ------
    OpenSignError
        If it depends on a symbol.

    Examples
    --------
    >>> from bea.algebra.ring.exact import exact
    >>> [sign_of(x) for x in numbers_of(map(exact, ("sqrt(2) - 3/2", "sqrt(6) - sqrt(2)*sqrt(3)")))]
    [-1, 0]
    """
    if not isinstance(number, Element):
        value = fmpq(number)
        return (value > 0) - (value < 0)
    if is_zero(number):
        return 0
    bits = _BITS
    while bits <= _MOST_BITS:
        with flint.ctx.workprec(bits):
            found = ball(number)
            if not found.contains(0):
                return 1 if found > 0 else -1
        bits *= 4
    raise OpenSignError(f"the sign of {number} is not settled by {_MOST_BITS} bits")


def float_of(number: Any) -> float:
    """Return a number as a float."""
    with flint.ctx.workprec(_BITS):
        return float(ball(number))


def inverse(number: Any) -> Any:
    """Return 1/number, without square roots of numbers below the line.

    >>> from bea.algebra.ring.exact import exact
    >>> inverse(numbers_of([exact("1 + sqrt(2)")])[0])
    sqrt(2) - 1
    """
    if not isinstance(number, Element):
        return 1 / fmpq(number)
    factor, norm = number.ring.constant(1), number
    for atom in number.ring.atoms:
        if _is_square_root(atom):
            conjugate = _conjugate(norm, atom.generator)
            factor, norm = factor * conjugate, norm * conjugate
    return factor * norm**-1


def expression_of(number: Any) -> Expression:
    """Return a number as an expression."""
    return to_expression(number) if isinstance(number, Element) else Number(fmpq(number))


def shown(number: Any) -> str:
    """Return a number as a person writes it."""
    return as_text(expression_of(number))


def exactly(number: Any) -> str:
    """Return a number as a text that can be read again."""
    return to_text(expression_of(number))


def matrix(rows: Sequence[Sequence[Expression]], *vectors: Sequence[Expression]) -> list[Any]:
    """Return a matrix and vectors in one field: [A, v, w, ...]."""
    flat = numbers_of([x for part in (*rows, *vectors) for x in part])
    taken = iter(flat)
    A = [[next(taken) for _ in row] for row in rows]
    return [A, *([next(taken) for _ in vector] for vector in vectors)]


# --- private helpers ----------------------------------------------------------------------------


def _is_square_root(atom: Atom) -> bool:
    base = atom.argument.as_rational()
    if atom.kind != "root" or atom.degree != 2 or base is None or base.q != 1:
        return False
    return bool(base.p < _LARGEST and fmpz(base.p).is_prime())


def _conjugate(number: Element, generator: int) -> Element:
    """Return the number with the other sign of a square root."""
    terms = number.terms().items()
    return number.ring.from_terms({e: -c if e[generator] % 2 else c for e, c in terms})
