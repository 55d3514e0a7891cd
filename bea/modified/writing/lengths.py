"""How long an element would be if it were written: found without writing it."""

from __future__ import annotations

from collections.abc import Sequence

from bea.algebra import Element

#: So many characters of an equation are shown, about two screens, where nobody asked for all.
LONGEST = 4500


def written_length(element: Element) -> int:
    """Return about how many characters the text of an element has.

    >>> from bea.algebra import Ring
    >>> x = Ring(["x"]).variable(0)
    >>> written_length((1 + x) ** 40) > 10 * written_length(1 + x)
    True
    """
    known: dict[int, int] = {}
    return _length(element, known)


def long_terms(terms: Sequence[Sequence[Element]]) -> frozenset[tuple[int, int]]:
    """Return the places (power, component) of the longest terms, without which a page is enough."""
    lengths = sorted(
        (written_length(c), k, i) for k, term in enumerate(terms) for i, c in enumerate(term)
    )
    room, kept = LONGEST, 0
    for length, *_ in lengths:
        room -= length
        if room < 0:
            break
        kept += 1
    return frozenset((k, i) for _, k, i in lengths[kept:])


def left_out(element: Element) -> str:
    """Return what stands for a term that is too long."""
    count = len(element.terms())
    return f"(… {count} term{'s' if count > 1 else ''}, {written_length(element):,} characters)"


# --- private helpers ----------------------------------------------------------------------------


def _length(element: Element, known: dict[int, int]) -> int:
    total = 0
    for exponents, c in element.terms().items():
        total += len(str(c)) + 2
        total += sum(_generator(element, g, known) + 3 for g, e in enumerate(exponents) if e)
    return total


def _generator(element: Element, generator: int, known: dict[int, int]) -> int:
    symbols = element.ring.symbols
    if generator < len(symbols):
        return len(symbols[generator])
    if generator not in known:
        argument = element.ring.atoms[generator - len(symbols)].argument
        known[generator] = 6 + _length(argument, known)
    return known[generator]
