"""Rational functions of symbols in lowest terms: factors common to above and below are cancelled.

The ring holds 1/q as a generator of its own, and does not see that a sum of terms with 1/q may have
q itself as a factor above.
"""

from __future__ import annotations

from collections.abc import Sequence

from bea.algebra.ring.atoms import Atom
from bea.algebra.ring.element import Element


def lowest_terms(element: Element) -> Element:
    """Return the same element with every reciprocal 1/q cancelled that is not needed.

    Elements that hold other functions than reciprocals of polynomials come back as they are.

    Examples
    --------
    >>> from bea.algebra.ring.ring import Ring
    >>> b = Ring([], ["b"]).symbol("b")
    >>> value = 1 / (b - 1) - 2 / (b - 1) / (b + 1)
    >>> value, lowest_terms(value)
    (-2/(b - 1)/(b + 1) + 1/(b - 1), 1/(b + 1))
    """
    degrees = element.poly.degrees()
    used = [atom for atom in element.ring.atoms if degrees[atom.generator]]
    if not all(map(_is_reciprocal, used)):
        return element
    powers = [int(degrees[atom.generator]) for atom in used]
    result = _numerator(element, used, powers)
    for i, atom in enumerate(used):
        while powers[i]:
            quotient, rest = divmod(result.poly, atom.argument.poly)
            if not rest.is_zero():
                break
            result, powers[i] = Element(element.ring, quotient), powers[i] - 1
    for atom, power in zip(used, powers, strict=True):
        result = result * element.ring.generator(atom) ** power
    return result


# --- private helpers ----------------------------------------------------------------------------


def _is_reciprocal(atom: Atom) -> bool:
    """Tell whether the atom is 1/q with a polynomial q in the symbols alone."""
    q = atom.argument
    plain = not any(q.poly.degrees()[len(q.ring.symbols) :])
    return atom.kind == "root" and atom.degree == 1 and plain


def _numerator(element: Element, used: Sequence[Atom], powers: Sequence[int]) -> Element:
    """Return the element times q^power for each of its reciprocals 1/q: a polynomial."""
    ring, total = element.ring, element.ring.constant(0)
    atoms = {atom.generator for atom in used}
    for exponents, coefficient in element.terms().items():
        bare = tuple(0 if g in atoms else e for g, e in enumerate(exponents))
        term = ring.from_terms({bare: coefficient})
        for atom, power in zip(used, powers, strict=True):
            term = term * atom.argument ** (power - exponents[atom.generator])
        total = total + term
    return total
