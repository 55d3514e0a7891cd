"""Products of powers of expressions, with equal bases joined: what is left of them, in short.

√2·√5 is √10, 1/√3 is √3/3, e^x e^y is e^(x + y), and g²/|g| is |g|.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd, lcm
from typing import Any

from flint import fmpq

from bea.algebra.language.building import add, call, multiply
from bea.algebra.language.expressions import Call, Expression, Number, Power, Product, Sum

Powers = dict[Expression, fmpq]

_ONE = fmpq(1)


def shortened(scale: fmpq, powers: Powers) -> tuple[fmpq, Powers]:
    """Return the same number times powers, in as few as there are.

    >>> from bea.algebra.language.expressions import Symbol
    >>> half, x = fmpq(1, 2), Symbol("x")
    >>> scale, powers = shortened(fmpq(1), {Number(fmpq(2)): half, Number(fmpq(5)): -half, x: half})
    >>> scale, [(str(base), exponent) for base, exponent in powers.items()]
    (1/5, [('x', 1/2), ('10', 1/2)])
    """
    return _rational_below(scale, _with_sizes(_exponentials(powers)))


def raised(powers: Powers, base: Expression, exponent: fmpq) -> None:
    """Multiply a product by a power of a base."""
    powers[base] = powers.get(base, fmpq(0)) + exponent


def common_content(coefficients: Iterable[Any]) -> fmpq:
    """Return the largest number of which all are whole multiples.

    >>> common_content([fmpq(4, 3), fmpq(2)])
    2/3
    """
    values = [fmpq(c) for c in coefficients]
    above = gcd(*(int(c.p) for c in values))
    return fmpq(above, lcm(*(int(c.q) for c in values)))


def first_number(expression: Expression) -> fmpq:
    """Return the number in the first term of a sum."""
    match expression:
        case Sum((Product((Number(value), *_)), *_)):
            return value
    return _ONE


# --- private helpers ----------------------------------------------------------------------------


def _rational_below(scale: fmpq, powers: Powers) -> tuple[fmpq, Powers]:
    """Write 1/√3 as √3/3, and √2·√5 as √10."""
    kept, roots = Powers(), dict[int, fmpq]()
    for base, exponent in powers.items():
        if not isinstance(base, Number):
            kept[base] = exponent
            continue
        whole = int(exponent.p // exponent.q)  # b^e = b^whole b^rest with 0 <= rest < 1
        rest = exponent - whole
        scale *= base.value**whole
        if rest:
            degree = int(rest.q)
            roots[degree] = roots.get(degree, _ONE) * base.value ** int(rest.p)
    for degree, value in roots.items():
        kept[Number(value)] = fmpq(1, degree)
    return scale, kept


def _exponentials(powers: Powers) -> Powers:
    """Write products of powers of e as one."""
    kept, exponents = Powers(), dict[Expression, fmpq]()
    for base, exponent in powers.items():
        match base:
            case Call("exp", Sum(terms)):
                for term in terms:
                    _add(exponents, exponent, term)
            case Call("exp", argument):
                _add(exponents, exponent, argument)
            case _:
                kept[base] = exponent
    if any(exponents.values()):
        kept[call("exp", add(*(multiply(Number(c), e) for e, c in exponents.items())))] = _ONE
    return kept


def _add(total: dict[Expression, fmpq], factor: fmpq, term: Expression) -> None:
    """Add a multiple of a term, its number apart."""
    number = _ONE
    match term:
        case Product((Number(value), *rest)):
            number, term = value, multiply(*rest)
        case Number(value):
            number, term = value, Number(_ONE)
    total[term] = total.get(term, fmpq(0)) + factor * number


def _with_sizes(powers: Powers) -> Powers:
    """Write g²/|g| as |g|, and |g|/g² as 1/|g|."""
    kept = dict(powers)
    for base, exponent in powers.items():
        match base:
            case Power(Power(inner, _), root) if root == fmpq(1, 2) and inner in kept:
                sign = 1 if exponent < 0 else -1
                while sign * kept[inner] >= 2 and sign * kept[base] < 0:
                    kept[inner] -= 2 * sign
                    kept[base] += 2 * sign
    return kept
