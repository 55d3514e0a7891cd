"""Modified equations as text, LaTeX and JSON-ready objects.

A term of a universal equation is a list of (coefficient, elementary differential); a concrete
equation has a list of components. `Script` says how powers, fractions and signs are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from bea.fields import Element
from bea.fields.conversions import to_expression
from bea.fields.expressions import to_text
from bea.trees import FreeTree, Tree, elementary_differential
from bea.trees.notation import NOTATIONS

__all__ = [
    "LATEX",
    "TEXT",
    "Script",
    "component_pairs",
    "contraction_text",
    "latex_of",
    "series",
    "text_of",
    "tree_records",
    "tree_terms",
]

Pair = tuple[Any, str]  # a coefficient and what it multiplies
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


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


def text_of(element: Element) -> str:
    """Write a ring element in bea's own grammar."""
    return to_text(to_expression(element))


def latex_of(element: Element) -> str:
    """Write a ring element in LaTeX (SymPy's printer)."""
    from sympy import latex

    from bea.fields.sympy_bridge import to_sympy

    return str(latex(to_sympy(to_expression(element))))


TEXT = Script(
    gamma=lambda k: "" if k == 0 else "γ" if k == 1 else f"γ{str(k).translate(_SUPERSCRIPTS)}",
    fraction=lambda p, q: f"{p}/{q}",
    minus="−",
    brackets=("(", ")"),
    space=" ",
    remainder=lambda power: f"O({power})",
    value=lambda c: f"({text_of(c)})" if isinstance(c, Element) else str(c),
)
LATEX = Script(
    gamma=lambda k: "" if k == 0 else r"\gamma" if k == 1 else rf"\gamma^{{{k}}}",
    fraction=lambda p, q: rf"\frac{{{p}}}{{{q}}}",
    minus="-",
    brackets=(r"\left(", r"\right)"),
    space=r"\,",
    remainder=lambda power: rf"\mathcal{{O}}({power})",
    value=lambda c: rf"\left({latex_of(c)}\right)" if isinstance(c, Element) else str(c),
)


def tree_terms(coefficients: Mapping[Tree, Any], order: int, notation: str) -> list[list[Pair]]:
    """Return, per power of gamma, (b/sigma with the notation's sign, elementary differential)."""
    sign = NOTATIONS[notation].sign
    terms: list[list[Pair]] = [[] for _ in range(order + 1)]
    for tree, b in coefficients.items():
        if b != 0:
            weight = b * fmpq(sign(tree.order), tree.symmetry)
            terms[tree.order - 1].append((weight, elementary_differential(tree, notation)))
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


def component_pairs(
    component: Element, power: int, write: Callable[[Element], str], script: Script
) -> list[Pair]:
    """Return one component of the term of gamma^power as (coefficient, body) pairs for `series`."""
    terms = component.terms()
    if not terms:
        return []
    if len(terms) == 1:
        (coefficient,) = terms.values()
        body = write(component * (1 / fmpq(coefficient)))
        if body != "1":
            return [(fmpq(coefficient), body)]
        if power:
            return [(fmpq(coefficient), "")]
    text = write(component)
    bracketed = power and len(terms) > 1
    return [(fmpq(1), f"{script.brackets[0]}{text}{script.brackets[1]}" if bracketed else text)]


def contraction_text(free: FreeTree, latex: bool = False) -> str:
    """Write H_L(t): ‖∇L‖² for one edge, ∇²L[∇L,∇L] for two, and so on.

    >>> from bea.trees import free_tree, tree
    >>> contraction_text(free_tree(tree([[], []])))
    '∇²L[∇L,∇L]'
    """
    notation = "grad-latex" if latex else "grad"
    if free.canonical.order == 1:
        return "L"
    if free.canonical.order == 2:
        return r"\|\nabla L\|^{2}" if latex else "‖∇L‖²"
    rooted = max((t for t, _ in free.rootings), key=lambda t: (len(t.children), t))
    arguments = [elementary_differential(child, notation) for child in rooted.children]
    degree = len(arguments)
    head = rf"\nabla^{{{degree}}} L" if latex else f"∇{str(degree).translate(_SUPERSCRIPTS)}L"
    return f"{head}[{','.join(arguments)}]"


def tree_records(coefficients: Mapping[Tree, Any], notation: str = "f") -> list[dict[str, Any]]:
    """Return the machine-readable list over trees that the command line prints as JSON."""
    return [
        {
            "tree": tree.nested,
            "power": tree.order - 1,
            "coefficient": text_of(b) if isinstance(b, Element) else str(b),
            "symmetry": tree.symmetry,
            "density": tree.density,
            "elementary_differential": elementary_differential(tree, notation),
        }
        for tree, b in coefficients.items()
    ]


# --- private helpers ----------------------------------------------------------------------------


def _power_term(k: int, pairs: Sequence[Pair], script: Script) -> tuple[bool, str]:
    """Return (is it subtracted, the term without its sign)."""
    negative = all(_is_negative(c) for c, _ in pairs)
    pairs = [(-c, body) for c, body in pairs] if negative else list(pairs)
    if len(pairs) == 1:
        coefficient, body = pairs[0]
        return negative, _scaled(script.gamma(k), coefficient, body, script)
    inside = ""
    for coefficient, body in pairs:
        minus = _is_negative(coefficient)
        piece = _scaled("", -coefficient if minus else coefficient, body, script)
        joint = f" {script.minus} " if minus else " + "
        inside += joint + piece if inside else (script.minus if minus else "") + piece
    if k == 0:
        return negative, f"{script.brackets[0]}{inside}{script.brackets[1]}" if negative else inside
    return negative, f"{script.gamma(k)}{script.brackets[0]}{inside}{script.brackets[1]}"


def _scaled(gamma: str, coefficient: Any, body: str, script: Script) -> str:
    """Write gamma^k coefficient body as in γ/2 ∇²L∇L or 3γ²/4 f'f."""
    if not isinstance(coefficient, fmpq):
        return f"{gamma}{script.value(coefficient)}{script.space}{body}"
    p, q = int(coefficient.p), int(coefficient.q)
    numerator = gamma if p == 1 else f"{p}{gamma}"
    if q != 1:
        numerator = script.fraction(numerator or "1", q)
    return f"{numerator}{script.space}{body}" if numerator and body else numerator or body


def _is_negative(coefficient: Any) -> bool:
    return isinstance(coefficient, fmpq) and coefficient < 0
