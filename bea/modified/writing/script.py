"""Modified equations as text, LaTeX and JSON-ready objects.

A term of a universal equation is a list of (coefficient, elementary differential); a concrete
equation has a list of components. `Script` says how powers, fractions and signs are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from bea.algebra import Element
from bea.algebra.language.expressions import to_text
from bea.algebra.language.letters import (
    LATEX_LETTERS,
    PLAIN_LETTERS,
    TEXT_LETTERS,
    Letters,
    superscript,
)
from bea.algebra.language.mathematics import as_latex
from bea.algebra.ring.conversions import to_expression
from bea.modified.elementary import weights
from bea.modified.schedule.slopes import ScheduledFreeTree, by_slopes, primes_of, slopes_text
from bea.modified.writing.fractions import Fraction, fraction_of
from bea.modified.writing.letters import written
from bea.trees import FIELD, FreeTree, Tree, elementary_differential
from bea.trees.notation import NOTATIONS

Pair = tuple[Any, str]  # a coefficient and what it multiplies


@dataclass(frozen=True)
class Script:
    """How powers of gamma, fractions, minus and brackets are written."""

    gamma: Callable[[int], str]
    fraction: Callable[[str, int], str]
    minus: str
    brackets: tuple[str, str]
    space: str
    remainder: Callable[[str], str]
    value: Callable[[Any], str]
    letters: Letters


def text_of(element: Element) -> str:
    """Write a ring element in bea's own grammar."""
    return to_text(to_expression(element))


def coefficient_text(value: Any) -> str:
    """Write a number or a coefficient in the symbols in bea's own grammar, as one fraction.

    >>> from bea.algebra import Ring
    >>> b = Ring([], ["b"]).symbol("b")
    >>> coefficient_text(1 / (b - 1) ** 3 + 1 / (2 * (b - 1) ** 2))
    '-(1 + b)/(2*(1 - b)**3)'
    """
    fraction = fraction_of(value) if isinstance(value, Element) else None
    if fraction is None:
        return text_of(value) if isinstance(value, Element) else str(value)
    return ("-" if fraction.number < 0 else "") + written(fraction, PLAIN_LETTERS)


TEXT = Script(
    gamma=lambda k: "" if k == 0 else "γ" if k == 1 else f"γ{superscript(str(k))}",
    fraction=lambda p, q: f"{p}/{q}",
    minus="−",
    brackets=("(", ")"),
    space=" ",
    remainder=lambda power: f"O({power})",
    value=lambda c: text_of(c) if isinstance(c, Element) else str(c),
    letters=TEXT_LETTERS,
)
LATEX = Script(
    gamma=lambda k: "" if k == 0 else r"\gamma" if k == 1 else rf"\gamma^{{{k}}}",
    fraction=lambda p, q: rf"\frac{{{p}}}{{{q}}}",
    minus="-",
    brackets=(r"\left(", r"\right)"),
    space=r"\,",
    remainder=lambda power: rf"\mathcal{{O}}({power})",
    value=lambda c: as_latex(to_expression(c)) if isinstance(c, Element) else str(c),
    letters=LATEX_LETTERS,
)


def coefficient(value: Any, script: Script) -> str:
    """Return one coefficient with its sign, as one fraction where it is one.

    >>> coefficient(fmpq(-1, 2), TEXT), coefficient(fmpq(0), LATEX)
    ('−1/2', '0')
    """
    exact = isinstance(value, Element)
    fraction = fraction_of(value) if exact else Fraction(fmpq(value), (), ())
    if fraction is None:  # zero, or with other functions in it
        return "0" if value.is_zero() else script.value(value)
    sign = script.minus if fraction.number < 0 else ""
    return sign + written(fraction, script.letters)


def tree_terms(coefficients: Mapping[Tree, Any], order: int, notation: str) -> list[list[Pair]]:
    """Return, per power of gamma, (b/sigma with the notation's sign, elementary differential)."""
    if by_slopes(coefficients) is not None:
        return _scheduled_terms(coefficients, order, notation)
    sign = NOTATIONS[notation].sign
    terms: list[list[Pair]] = []
    for k in range(order + 1):
        terms.append([])
        for tree, weight in weights(coefficients, k + 1).items():
            if weight != 0:
                signed = weight * sign(tree.colors.count(FIELD))
                terms[k].append((signed, elementary_differential(tree, notation)))
    return terms


def series(terms: Sequence[Sequence[Pair]], script: Script, remainder: bool = True) -> str:
    """Write the sum over k of gamma^k times a sum of terms, with O(gamma^(K+1)) at its end.

    >>> series([[(fmpq(-1), "∇L")], [(fmpq(-1, 2), "∇²L∇L")]], TEXT)
    '−∇L − γ/2 ∇²L∇L + O(γ²)'
    """
    pieces = [_power_term(k, pairs, script) for k, pairs in enumerate(terms) if pairs]
    text = ""
    for negative, body in pieces:
        if text:
            text += f" {script.minus if negative else '+'} {body}"
        else:
            text = (script.minus if negative else "") + body
    if not remainder:
        return text or "0"
    end = script.remainder(script.gamma(len(terms)))
    return f"{text or '0'} + {end}"


def joined(terms: Sequence[str], script: Script, end: str = "") -> str:
    """Write signed terms as a sum, with what it leaves out at its end.

    >>> joined(["−x", "", "−γ/2 x", "γ²x³"], TEXT, "O(γ³)")
    '−x − γ/2 x + γ²x³ + O(γ³)'
    """
    text = ""
    for term in filter(None, terms):
        negative = term.startswith(script.minus)
        bare = term.removeprefix(script.minus)
        sign = script.minus if negative else "+"
        text += f" {sign} {bare}" if text else term
    return f"{text or '0'} + {end}" if end else text or "0"


def contraction_text(free: FreeTree | ScheduledFreeTree, latex: bool = False) -> str:
    """Write H_L(t): ‖∇L‖² for one edge, or ∇L·θ, ∇²L[∇L,∇L] for two, and so on.

    >>> from bea.trees import free_tree, tree
    >>> contraction_text(free_tree(tree([[], []])))
    '∇²L[∇L,∇L]'
    """
    if isinstance(free, ScheduledFreeTree):
        space = (LATEX if latex else TEXT).space
        return slopes_text(free.slopes, latex) + space + contraction_text(free.free, latex)
    notation = "grad-latex" if latex else "grad"
    if free.canonical.order == 1:
        return "L"
    if free.canonical.order == 2:
        ends = [elementary_differential(t, notation) for t in _ends(free)]
        if ends[0] != ends[1]:
            return (r"%s\cdot %s" if latex else "%s·%s") % tuple(ends)
        return rf"\|{ends[0]}\|^{{2}}" if latex else f"‖{ends[0]}‖²"
    rootings = [t for t, _ in free.rootings if not t.color.unit]
    rooted = max(rootings, key=lambda t: (len(t.children), t))
    arguments = [elementary_differential(child, notation) for child in rooted.children]
    degree = len(arguments)
    head = rf"\nabla^{{{degree}}} L" if latex else f"∇{superscript(str(degree))}L"
    return f"{head}[{','.join(arguments)}]"


def tree_records(coefficients: Mapping[Tree, Any], notation: str = "f") -> list[dict[str, Any]]:
    """Return the machine-readable list over trees that the command line prints as JSON.

    Where the trees have other colours than that of f, every record names the colours of its nodes,
    in the order of the opening brackets of "tree": f and theta, or f1 and f2.
    With a schedule a term has an entry more, the exponents of s, s', s'', ....
    """
    parts = by_slopes(coefficients)
    if parts is not None:
        return _scheduled_records(parts, notation)
    plain = all(tree.color is FIELD for tree in coefficients)
    return [
        {
            "tree": tree.nested,
            **({} if plain else {"colors": [color.name for color in tree.colors]}),
            "power": tree.order - 1,
            "coefficient": coefficient_text(b),
            "symmetry": tree.symmetry,
            "density": tree.density,
            "elementary_differential": elementary_differential(tree, notation),
        }
        for tree, b in coefficients.items()
    ]


# --- private helpers ----------------------------------------------------------------------------


def _ends(free: FreeTree) -> list[Tree]:
    """Return the two nodes of a free tree with one edge, those of f first."""
    (child,) = free.canonical.children
    return sorted([free.canonical.without(child), child])


def _scheduled_terms(
    coefficients: Mapping[Any, Any], order: int, notation: str
) -> list[list[Pair]]:
    """Write the terms of each monomial in s, s', ... at the powers of gamma that its primes add."""
    latex = notation.endswith("latex")
    terms: list[list[Pair]] = [[] for _ in range(order + 1)]
    for slopes, part in (by_slopes(coefficients) or {}).items():
        head = slopes_text(slopes, latex) + (LATEX if latex else TEXT).space if slopes else ""
        primes = primes_of(slopes)
        for k, pairs in enumerate(tree_terms(part, order - primes, notation)):
            terms[k + primes] += [(weight, head + body) for weight, body in pairs]
    return terms


def _scheduled_records(
    parts: Mapping[tuple[int, ...], Mapping[Tree, Any]], notation: str
) -> list[dict[str, Any]]:
    found = []
    for slopes, part in parts.items():
        for record in tree_records(part, notation):
            power = record["power"] + primes_of(slopes)
            found.append({"schedule": list(slopes), **record, "power": power})
    return sorted(found, key=lambda record: int(record["power"]))


def _power_term(k: int, pairs: Sequence[Pair], script: Script) -> tuple[bool, str]:
    """Return (is it subtracted, the term without its sign)."""
    negative = all(_is_negative(c) for c, _ in pairs)
    pairs = [(-c, body) for c, body in pairs] if negative else list(pairs)
    if len(pairs) == 1:
        coefficient, body = pairs[0]
        return negative, _scaled(script.gamma(k), coefficient, body, script)
    factor = _common_factor(pairs) if k else fmpq(1)
    if factor != 1:
        minus = _is_negative(factor)
        negative, factor = negative or minus, -factor if minus else factor
        pairs = [(fmpq(1) if c == pairs[0][0] else fmpq(-1), body) for c, body in pairs]
    inside = ""
    for coefficient, body in pairs:
        minus = _is_negative(coefficient)
        piece = _scaled("", -coefficient if minus else coefficient, body, script)
        joint = f" {script.minus} " if minus else " + "
        inside += joint + piece if inside else (script.minus if minus else "") + piece
    if k == 0:
        return negative, f"{script.brackets[0]}{inside}{script.brackets[1]}" if negative else inside
    inside = f"{script.brackets[0]}{inside}{script.brackets[1]}"
    if factor != 1:
        return negative, _scaled(script.gamma(k), factor, inside, script)
    return negative, f"{script.gamma(k)}{inside}"


def _common_factor(pairs: Sequence[Pair]) -> Any:
    """Return what all coefficients are up to sign, of numbers from three on, else 1."""
    first = pairs[0][0]
    if isinstance(first, Element):
        same = all(isinstance(c, Element) and (c == first or c == -first) for c, _ in pairs)
        return first if same else fmpq(1)
    same = isinstance(first, fmpq) and all(c in (first, -first) for c, _ in pairs)
    return first if same and len(pairs) > 2 else fmpq(1)


def _scaled(gamma: str, coefficient: Any, body: str, script: Script) -> str:
    """Write gamma^k coefficient body as in γ/2 ∇²L∇L or 3γ²/4 f'f."""
    fraction = None if isinstance(coefficient, fmpq) else fraction_of(coefficient)
    if fraction is not None and not fraction.factors:
        coefficient = abs(fraction.number)
    elif fraction is not None:
        return f"{written(fraction, script.letters, gamma)}{script.space if body else ''}{body}"
    if not isinstance(coefficient, fmpq):
        value = script.value(coefficient)
        if gamma or not _is_monomial(coefficient):
            value = f"{gamma}{script.brackets[0]}{value}{script.brackets[1]}"
        return f"{value}{script.space}{body}"
    p, q = int(coefficient.p), int(coefficient.q)
    numerator = gamma if p == 1 else f"{p}{gamma}"
    if q != 1:
        numerator = script.fraction(numerator or "1", q)
    return f"{numerator}{script.space}{body}" if numerator and body else numerator or body


def _is_negative(coefficient: Any) -> bool:
    fraction = fraction_of(coefficient) if isinstance(coefficient, Element) else None
    if fraction is not None:
        return fraction.number < 0
    if _is_monomial(coefficient):
        (coefficient,) = coefficient.terms().values()
    return isinstance(coefficient, fmpq) and coefficient < 0


def _is_monomial(coefficient: Any) -> bool:
    """Tell whether it is a number times powers of symbols, such as lambda/2."""
    if not isinstance(coefficient, Element) or len(coefficient.terms()) != 1:
        return False
    (exponents,) = coefficient.terms()
    return not any(exponents[atom.generator] for atom in coefficient.ring.atoms)
