"""Where the memory contracts: the set of points at which a change of it dies out.

A change of the memory is carried on by the matrix M = dPhi^s/ds at gamma = 0, where the memory has
settled, and dies out where all eigenvalues of M are inside the unit disc. M falls into blocks of
entries that feed each other; of one entry m the condition is |m| < 1, of two entries |det| < 1 and
|trace| < 1 + det (Jury's criterion).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from flint import fmpq, fmpq_poly, fmpz_poly

from bea.algebra import Element
from bea.algebra.ring.conversions import to_expression

_DIGITS = 6  # of an end that is not rational


def contraction_conditions(matrix: Sequence[Sequence[Any]]) -> list[str]:
    """Return the conditions on theta under which a matrix carries changes on to nothing.

    Those without theta are a matter of `Character.slowest_rate`. Ends of intervals that are not
    rational are rounded; a block of three or more entries has its condition in words.

    Examples
    --------
    >>> from bea.fields import VectorField
    >>> x = VectorField.read("x").components[0]
    >>> contraction_conditions([[x / 2, 0], [1, x * x * 3 + x / 3]])
    ['|x| < 2', '-0.635573 < x < 0.524461']
    """
    found: list[str] = []
    for block in _blocks(matrix):
        entries = [[matrix[i][j] for j in block] for i in block]
        if any(isinstance(e, Element) and _moves(e) for row in entries for e in row):
            found += _of_block(entries)
    return list(dict.fromkeys(found))


# --- private helpers ----------------------------------------------------------------------------


def _moves(value: Element) -> bool:
    """Tell whether a value is another one at another theta."""
    return any(not value.derivative(i).is_zero() for i in range(len(value.ring.variables)))


def _blocks(matrix: Sequence[Sequence[Any]]) -> Iterator[list[int]]:
    """Yield the sets of entries that feed each other, directly or by others."""
    size = range(len(matrix))
    reach = [[i == j or matrix[i][j] != 0 for j in size] for i in size]
    for k in size:
        for i in size:
            if reach[i][k]:
                reach[i] = [a or b for a, b in zip(reach[i], reach[k], strict=True)]
    seen: set[int] = set()
    for i in size:
        if i not in seen:
            block = [j for j in size if reach[i][j] and reach[j][i]]
            seen.update(block)
            yield block


def _of_block(entries: list[list[Any]]) -> list[str]:
    if len(entries) == 1:
        return [_below_one(entries[0][0])]
    if len(entries) == 2:
        (a, b), (c, d) = entries
        trace, determinant = a + d, a * d - b * c
        parts = []
        if isinstance(determinant, Element) and _moves(determinant):
            parts.append(_below_one(determinant))
        return [*parts, f"|{_text(trace)}| < {_text(determinant + 1)}"]
    return [f"the eigenvalues of a block of {len(entries)} entries of the memory are below 1"]


def _text(value: Any) -> str:
    return str(to_expression(value)) if isinstance(value, Element) else str(value)


def _below_one(value: Element) -> str:
    """Write |value| < 1, solved where it is a polynomial in one variable."""
    polynomial = _polynomial(value)
    if polynomial is None:
        return f"|{_text(value)}| < 1"
    name, coefficients = polynomial
    degree = len(coefficients) - 1
    if not any(coefficients[:-1]):
        end = _end(fmpq_poly([-1, *[0] * (degree - 1), abs(coefficients[-1])]))
        return f"|{name}| < {end}"
    return _intervals(name, coefficients)


def _polynomial(value: Element) -> tuple[str, list[fmpq]] | None:
    """Return the variable and the coefficients of a polynomial in one variable over the numbers."""
    ring, found = value.ring, {}
    used = {g for e in value.terms() for g, power in enumerate(e) if power}
    if len(used) != 1 or min(used) >= len(ring.variables):
        return None
    (place,) = used
    for exponents, c in value.terms().items():
        found[int(exponents[place])] = c
    return ring.symbols[place], [found.get(k, fmpq(0)) for k in range(max(found) + 1)]


def _intervals(name: str, coefficients: list[fmpq]) -> str:
    """Return the intervals between roots of p = 1 and p = -1 in which |p| < 1."""
    p = fmpq_poly(coefficients)
    roots = sorted(
        (root for shifted in (p - 1, p + 1) for root in _real_roots(shifted)), key=lambda r: r[0]
    )
    pieces: list[list[str]] = []
    for (low, shown), (high, until) in pairwise(roots):
        if low < high and abs(p(fmpq(round((low + high) / 2 * 2**60), 2**60))) < 1:
            if pieces and pieces[-1][1] == shown:  # a maximum of height 1 is a point left out
                pieces[-1][1] = f"{shown} and {shown} < {name} < {until}"
            else:
                pieces.append([shown, until])
    if not pieces:
        return "no point"
    return " or ".join(f"{low} < {name} < {high}" for low, high in pieces)


def _end(polynomial: fmpq_poly) -> str:
    """Return the positive root of a polynomial that has one."""
    return next(shown for value, shown in _real_roots(polynomial) if value > 0)


def _real_roots(polynomial: fmpq_poly) -> list[tuple[float, str]]:
    """Return the real roots, each once: a float and its text, exact where it is rational."""
    whole = fmpz_poly([int(c.p) for c in (polynomial * polynomial.denom()).coeffs()])
    found = []
    for factor, _ in whole.factor()[1]:
        if factor.degree() == 1:
            root = fmpq(-factor[0], factor[1])
            found.append((float(root.p) / float(root.q), str(root)))
            continue
        roots: Any = factor.complex_roots()
        for ball, _ in roots:
            if ball.imag.contains(0):
                value = float(ball.real.mid())
                found.append((value, f"{value:.{_DIGITS}g}"))
    return found
