"""How componentwise equations are written: functions of |∇L|, and what they multiply.

A coefficient is a function of the component g of ∇L. It is even in g, or odd, and then g times an
even one; with |g| for √(g²) it is a fraction that is factored like those of hyperparameters. One
that is neither is written as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flint import fmpq

from bea.algebra import Element, Ring
from bea.algebra.language.expressions import fold
from bea.algebra.language.letters import (
    LATEX_LETTERS,
    PLAIN_LETTERS,
    TEXT_LETTERS,
    Letters,
)
from bea.algebra.language.mathematics import Mathematics
from bea.modified.componentwise.arithmetic import Symbols
from bea.modified.componentwise.sizes import NORM, SIZE, Sizes, is_odd, named
from bea.modified.writing.fractions import (
    Factor,
    Fraction,
    Monomial,
    fraction_of,
    with_sign_inside,
)
from bea.modified.writing.letters import written
from bea.modified.writing.presentation import Presentation
from bea.modified.writing.script import LATEX, TEXT, Script


def as_text(symbols: Symbols, terms: Sequence[Element]) -> str:
    """Return the equation on one line."""
    return _series(_Writer(symbols, _TEXT, TEXT), terms)


def as_latex(symbols: Symbols, terms: Sequence[Element]) -> str:
    """Return the equation in LaTeX."""
    return _series(_Writer(symbols, _LATEX, LATEX), terms)


def lines(symbols: Symbols, terms: Sequence[Element]) -> list[str]:
    """Return the summands with their signs, one after the other."""
    writer = _Writer(symbols, _TEXT, TEXT)
    found = [piece for k, term in enumerate(terms) for piece in pieces(writer, k, term)]
    return [f"{writer.script.minus if negative else ''}{text}" for negative, text in found]


def tendency(symbols: Symbols, terms: Sequence[Element]) -> str:
    """Say whether the term of gamma penalises large gradients; "" where it is no such term.

    With f_0 = −φ(∇L) and the term c ⊙ ∇²L φ = c ⊙ ∇P, P = Σ ∫ φ, that is a matter of the sign of c.
    """
    writer = _Writer(symbols, _TEXT, TEXT)
    if len(terms) < 2:
        return ""
    parts = writer.parts(terms[1])
    if len(parts) != 1 or parts[0][0][0] != "hessian":
        return ""
    (_, k), coefficient = parts[0]
    if symbols.directions[k] not in (terms[0], -terms[0]):
        return ""
    name = f"P = Σ ∫ φ with φ = {writer.signed(symbols.directions[k])}"
    return f"{name}: the term of γ {_verb(writer, coefficient)}."


def _verb(writer: _Writer, coefficient: Element) -> str:
    mixed = writer.is_mixed(coefficient)
    fraction = None if mixed else fraction_of(writer.in_size(coefficient), sign_inside=False)
    if fraction is None:
        return "is c ⊙ ∇P"
    for factor, power in fraction.above():
        signs = {c > 0 for _, c in factor}
        if power % 2 and len(signs) > 1 and not writer.holds_for_sure(factor):
            more = writer.sides(factor)
            up, down = ("rewards", "penalises") if fraction.number > 0 else ("penalises", "rewards")
            return f"{up} a large P where {more}, and {down} it elsewhere"
    return "penalises a large P" if fraction.number < 0 else "rewards a large P"


def records(symbols: Symbols, term: Element) -> list[dict[str, str]]:
    """Return one term for machines; g is the component of grad L, r its norm."""
    writer = _Writer(symbols, _PLAIN, TEXT)
    return [{"coefficient": writer.signed(c), "factor": writer.factor(mark)}
            for mark, c in writer.parts(term)]  # fmt: skip


# --- private helpers: letters ---------------------------------------------------------------------


def _sized(letters: Letters, size: str, norm: str) -> Letters:
    return named(named(letters, SIZE, size), NORM, norm)


_TEXT = (_sized(TEXT_LETTERS, "|∇L|", "‖∇L‖"), "∇L", "∇²L %s", " ⊙ ", "⟨%s⟩", "θ", "%s(%s)")
_LATEX = (
    _sized(LATEX_LETTERS, r"|\nabla L|", r"\|\nabla L\|"),
    r"\nabla L", r"\nabla^{2} L\,%s", r" \odot ", r"\left\langle %s \right\rangle", r"\theta",
    r"%s\left(%s\right)",
)  # fmt: skip
_PLAIN = (_sized(PLAIN_LETTERS, "abs(g)", "r"), "g", "hess(%s)", "*", "sum(%s)", "theta", "%s(%s)")

Mark = tuple[str, int]  # ("hessian", k), ("sum", k), ("theta", 0) or ("", 0)


class _Writer(Sizes):
    """Writes coefficients and what they multiply, in some letters."""

    def __init__(self, symbols: Symbols, words: Any, script: Script) -> None:
        letters, self.slope, self.hessian, self.times, self.sum, self.theta, call = words
        super().__init__(symbols, letters, call)
        self.script, self.plain, self.bars = script, words is _PLAIN, words is _LATEX

    def parts(self, term: Element) -> list[tuple[Mark, Element]]:
        """Split a term by the derivative, the sum or the theta that it is linear in."""
        groups: dict[Mark, dict[tuple[int, ...], fmpq]] = {}
        for exponents, c in term.terms().items():
            mark, bare = self._mark(tuple(map(int, exponents)))
            groups.setdefault(mark, {})[bare] = c
        order = {"": 0, "theta": 1, "sum": 2, "hessian": 3}
        found = sorted(groups.items(), key=lambda item: (order[item[0][0]], item[0][1]))
        return [(mark, self.symbols.ring.from_terms(terms)) for mark, terms in found]

    def _mark(self, exponents: tuple[int, ...]) -> tuple[Mark, tuple[int, ...]]:
        room = len(self.symbols.tangents)
        for place, exponent in enumerate(exponents[: 4 + 2 * room]):
            if exponent == 1 and place in (2, *range(4, 4 + 2 * room)):
                bare = (*exponents[:place], 0, *exponents[place + 1 :])
                if place == 2:
                    return ("theta", 0), bare
                side, k = divmod(place - 4, room)
                return (("hessian", "sum")[side], k), bare
        return ("", 0), exponents

    def factor(self, mark: Mark) -> str:
        """Write what a coefficient multiplies."""
        kind, k = mark
        if kind == "hessian":
            return self.hessian % self._bracketed(self.symbols.directions[k])
        if kind == "sum":
            return self.sum % self._product(self.symbols.products[k])
        return self.theta if kind == "theta" else ""

    def _bracketed(self, value: Element) -> str:
        text = self.signed(value) if value != self.symbols.theta else self.theta
        simple = text in (self.slope, self.theta) or self.plain
        left, right = self.letters.brackets
        return text if simple else f"{left}{text}{right}"

    def _product(self, summand: Element) -> str:
        ((mark, coefficient),) = self.parts(summand)
        comma = ", " if not self.plain else "*"
        return f"{self.signed(coefficient)}{comma}{self.factor(mark)}"

    def signed(self, coefficient: Element) -> str:
        """Write a coefficient with its sign."""
        negative, text = self.coefficient(coefficient, "")
        return f"{self.letters.minus.strip() if negative else ''}{text or '1'}"

    def coefficient(self, value: Element, gamma: str) -> tuple[bool, str]:
        """Return (is it negative, the coefficient without its sign)."""
        if self.is_mixed(value):
            return False, self._as_it_is(value, gamma)
        odd = is_odd(value)
        even = self.in_size(value)
        even = even / self.ring.symbol(SIZE) if odd else even
        fraction = fraction_of(even)
        if fraction is None:
            return False, self._as_it_is(value, gamma)
        fraction, letters = self._collected(self.without_squares(fraction))
        text = written(fraction, letters, gamma)
        if odd:  # the component itself goes above the line
            text = self._with_slope(text)
        return bool(fraction.number < 0), "" if text == "1" else text

    def _collected(self, fraction: Fraction) -> tuple[Fraction, Letters]:
        """Write long sums above the line by powers of |g|, each with its coefficient factored."""
        names, letters, factors = list(fraction.names), self.letters, list(fraction.factors)
        number, (left, right) = fraction.number, self.letters.brackets
        for k, (factor, power) in enumerate(factors):
            if power == 1 and len(factor) > 2 and any(e[0] for e, _ in factor):
                names.append(f"collected {k}")
                pieces = self._by_powers(factor)
                if all(negative for negative, _ in pieces):  # the minus goes before the fraction
                    number, pieces = -number, [(False, text) for _, text in pieces]
                text = f"{left}{self._joined(pieces)}{right}"
                letters = named(letters, names[-1], text)
                factors[k] = ((((*[0] * (len(names) - 1), 1), 1),), 1)
        padded = tuple(
            (tuple(((*e, *[0] * (len(names) - len(e))), c) for e, c in factor), power)
            for factor, power in factors
        )
        return Fraction(number, padded, tuple(names)), letters

    def sides(self, factor: Factor) -> str:
        """Write the inequality that a factor is positive, with something on either side."""
        for side in (1, -1):
            turned = tuple((e, side * c) for e, c in factor)
            sums = self._by_powers(turned)
            more = [text for negative, text in sums if negative == (side < 0)]
            less = [text for negative, text in sums if negative == (side > 0)]
            if more and less:
                return f"{self.letters.plus.join(more)} > {self.letters.plus.join(less)}"
        parts = ([t for t in factor if (t[1] > 0) == side] for side in (True, False))
        return " > ".join(self.letters.plus.join(self._single(part)) for part in parts)

    def holds_for_sure(self, factor: Factor) -> bool:
        """Tell whether 1 ± tanh and the like, which are positive."""
        places = {k for k, name in enumerate(self.ring.symbols) if name in self.bounded}
        constant = sum(c for e, c in factor if not any(e))
        rest = [(e, c) for e, c in factor if any(e)]
        bounded = all(sum(e) == 1 and e.index(1) in places for e, _ in rest)
        return bounded and constant >= sum(abs(c) for _, c in rest)

    def _single(self, factor: Iterable[tuple[Monomial, int]]) -> list[str]:
        """Write the terms of a factor one by one."""
        ring = Ring([], self.ring.symbols)
        texts = []
        for exponents, c in factor:
            fraction = fraction_of(ring.from_terms({exponents[: len(ring.symbols)]: fmpq(abs(c))}))
            assert fraction is not None
            texts.append(written(fraction, self.letters))
        return texts

    def _joined(self, pieces: Iterable[tuple[bool, str]]) -> str:
        text = ""
        for negative, piece in pieces:
            sign = self.letters.minus if negative else self.letters.plus if text else ""
            text += sign + piece
        return text

    def _by_powers(self, factor: Factor) -> list[tuple[bool, str]]:
        """Return (is it subtracted, the text) for each power of |g|, what is added first."""
        pieces, ring = [], Ring([], self.ring.symbols)
        for power in sorted({e[0] for e, _ in factor}, reverse=True):
            rest = {(0, *e[1 : len(ring.symbols)]): fmpq(c) for e, c in factor if e[0] == power}
            value = ring.from_terms(rest) * ring.symbol(SIZE) ** power
            fraction = fraction_of(value, sign_inside=False)
            assert fraction is not None
            number, factors = with_sign_inside(
                fraction.number, list(fraction.factors), constants=False
            )
            fraction = Fraction(number, tuple(factors), fraction.names)
            pieces.append((fraction.number < 0, written(fraction, self.letters)))
        return sorted(pieces, key=lambda piece: piece[0])

    def _as_it_is(self, value: Element, gamma: str) -> str:
        """Write roots within roots, and functions of them."""
        own, (left, right) = self.symbols.ring.symbols, self.letters.brackets
        names = {own[0]: self.slope, own[1]: "r"}
        expression = Presentation(self.symbols.ring).of(value)
        text = fold(expression, Mathematics(self.letters, names))
        minus = self.letters.minus.strip() if text.negative else ""
        return f"{gamma}{left}{minus}{text.text}{right}"

    def varies(self, value: Element) -> bool:
        """Tell whether a coefficient is another number in each component."""
        used = {g for e in value.terms() for g, power in enumerate(e) if power}
        return any(map(self.symbols.varies, used))

    def _with_slope(self, text: str) -> str:
        if self.bars:
            head = r"\frac{1}{"
            if text.startswith(head):
                return text.replace(head, rf"\frac{{{self.slope}}}{{", 1)
            return self.slope if text == "1" else f"{text}\\,{self.slope}"
        if text == "1":
            return self.slope
        if text.startswith("1/"):
            return self.slope + text[1:]
        return f"{text}{'*' if self.plain else ' '}{self.slope}"


# --- private helpers: the line --------------------------------------------------------------------


def _series(writer: _Writer, terms: Sequence[Element]) -> str:
    text = ""
    for power, term in enumerate(terms):
        for negative, piece in pieces(writer, power, term):
            minus = writer.script.minus
            joint = f" {minus if negative else '+'} " if text else minus if negative else ""
            text += joint + piece
    end = writer.script.remainder(writer.script.gamma(len(terms)))
    return f"{text or '0'} + {end}"


def pieces(writer: _Writer, power: int, term: Element) -> list[tuple[bool, str]]:
    """Return the summands of a term: (is it subtracted, the text without its sign)."""
    found = []
    for mark, coefficient in writer.parts(term):
        negative, front = writer.coefficient(coefficient, writer.script.gamma(power))
        body = writer.factor(mark)
        entrywise = mark[0] == "hessian" and writer.varies(coefficient)
        joint = writer.times if entrywise else writer.script.space
        found.append((negative, joint.join(filter(None, [front, body])) or "1"))
    return found
