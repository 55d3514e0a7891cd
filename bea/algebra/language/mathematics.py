"""Writing expressions as mathematics: as text with superscripts and Greek letters, and in LaTeX.

Another algebra for `bea.algebra.language.expressions.fold` than that of bea's own grammar, which
`bea.algebra.language.writing` is: −2ax², 11γ²/(6x⁸), |x| for √(x²), sin²(q).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flint import fmpq

from bea.algebra.language.expressions import Expression, fold
from bea.algebra.language.letters import SPACED_LATEX, SPACED_TEXT, Letters

_ONE = fmpq(1)


@dataclass(frozen=True, slots=True)
class Shown:
    """A part of an expression as mathematics, with its sign apart.

    Attributes
    ----------
    text
        The part without its sign.
    kind
        "number", "name", "sum", "product", "power" or "call".
    negative
        Whether it is subtracted.
    above, below
        The factors above and below the line.
    base, exponent
        What a power is of; of other parts, itself to the power 1.
    call
        The function's name and its argument, of a call.
    """

    text: str
    kind: str
    negative: bool = False
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    base: Shown | None = None
    exponent: fmpq = _ONE
    call: tuple[str, str] = ("", "")


class Mathematics:
    """The algebra of mathematical texts: `fold(expression, Mathematics(letters))`.

    Parameters
    ----------
    letters
        How names, powers, products and quotients are written.
    names
        What stands for certain names.
    """

    def __init__(self, letters: Letters, names: Mapping[str, str] | None = None) -> None:
        self.letters = letters
        self.names = names or {}

    def number(self, value: fmpq) -> Shown:
        """Write a number."""
        p, q = abs(int(value.p)), int(value.q)
        above = self.letters.number(p) if p != 1 or q == 1 else ()
        below = self.letters.number(q) if q != 1 else ()
        return Shown(self._over(above, below), "number", value < 0, above, below)

    def symbol(self, name: str) -> Shown:
        """Write a name."""
        return self._whole(self.names.get(name) or self.letters.name(name), "name")

    def constant(self, name: str) -> Shown:
        """Write pi."""
        return self._whole(self.letters.name(name), "name")

    def sum(self, values: Sequence[Shown]) -> Shown:
        """Write terms in their order."""
        text = ""
        for value in values:
            piece = self._bracketed(value.text) if value.kind == "sum" else value.text
            sign = self.letters.minus if value.negative else self.letters.plus if text else ""
            text += (sign if text else sign.strip()) + piece
        return self._whole(text, "sum")

    def product(self, values: Sequence[Shown]) -> Shown:
        """Write factors in their order, those below the line there; the number's sign is apart."""
        negative = sum(value.negative for value in values) % 2 == 1
        above: list[str] = []
        below: list[str] = []
        for value in values:
            number = value.kind == "number"
            above += [t for t in (value.above or ([] if value.below else [self._factor(value)]))
                      if not (number and t == "1")]  # fmt: skip
            below += value.below
        return Shown(self._over(above, below), "product", negative, tuple(above), tuple(below))

    def power(self, value: Shown, exponent: fmpq) -> Shown:
        """Write a power: above the line or below, as a root, of an absolute value."""
        if value.base is not None and exponent.q == 2 and _is_even(value.exponent):
            size = self._whole(self.letters.size(value.base.text), "call")  # √(x²) is |x|
            whole = value.exponent * exponent
            return size if whole == 1 else self.power(size, whole)
        raised = self._raised(value, abs(exponent))
        if exponent < 0:
            text = self.letters.over("1", self._alone(raised), False)
            return Shown(text, "power", below=(raised,), base=value, exponent=exponent)
        return Shown(raised, "power", above=(raised,), base=value, exponent=exponent)

    def call(self, name: str, value: Shown) -> Shown:
        """Write a function of something."""
        argument = self._signed(value)
        if name == "exp":
            return self._whole(self.letters.exponential(argument), "call", call=("exp", argument))
        return self._whole(self.letters.call(name, "", argument), "call", call=(name, argument))

    # --- helpers ----------------------------------------------------------------------------------

    def _whole(self, text: str, kind: str, call: tuple[str, str] = ("", "")) -> Shown:
        above = (self._bracketed(text),) if kind == "sum" else (text,)
        return Shown(text, kind, above=above, call=call)

    def _raised(self, value: Shown, exponent: fmpq) -> str:
        if exponent == 1:
            return self._factor(value)
        if exponent.p == 1 and (exponent.q == 2 or value.kind == "number"):
            return self.letters.root(self._signed(value), int(exponent.q))
        name, argument = value.call
        if name and name != "exp":
            return self.letters.call(name, str(exponent), argument)
        calls = value.kind == "call" and not (name and self.letters.bars)
        bare = value.kind == "name" or calls
        base = self._factor(value) if bare else self._bracketed(self._signed(value))
        if value.kind == "number" and not value.below and not value.negative:
            base = value.text
        return self.letters.power(base, str(exponent))

    def _factor(self, value: Shown) -> str:
        """Write a part so that it may be a factor."""
        return self._bracketed(self._signed(value)) if self._is_loose(value) else value.text

    def _is_loose(self, value: Shown) -> bool:
        return value.negative or value.kind in ("sum", "product") or bool(value.below)

    def _signed(self, value: Shown) -> str:
        return (self.letters.minus.strip() if value.negative else "") + value.text

    def _bracketed(self, text: str) -> str:
        left, right = self.letters.brackets
        return f"{left}{text}{right}"

    def _over(self, above: Sequence[str], below: Sequence[str]) -> str:
        if not below:
            return self.letters.joined(above) or "1"
        top, bottom = (
            self._alone(part[0]) if len(part) == 1 else self.letters.joined(part)
            for part in (above or ("1",), below)
        )
        return self.letters.over(top, bottom, len(below) > 1)

    def _alone(self, text: str) -> str:
        """Leave out the brackets of a sum that stands alone above or below a bar."""
        left, right = self.letters.brackets
        inner = text.removeprefix(left).removesuffix(right)
        whole = self.letters.bars and text == f"{left}{inner}{right}"
        return inner if whole and _is_balanced(inner, left, right) else text


def as_text(expression: Expression, names: Mapping[str, str] | None = None) -> str:
    """Return an expression as text, as a person writes it.

    >>> from bea.algebra.language.grammar import parse
    >>> as_text(parse("-2*alpha*x1**2 + 11*x/(6*y**8) - sqrt(x**2)*sin(y)**2"))
    '−2αx₁² + 11x/(6y⁸) − |x| sin²(y)'
    """
    return _written(expression, Mathematics(SPACED_TEXT, names))


def as_latex(expression: Expression, names: Mapping[str, str] | None = None) -> str:
    r"""Return an expression in LaTeX.

    >>> from bea.algebra.language.grammar import parse
    >>> print(as_latex(parse("-x/(2*(x + y)**2)")))
    -\frac{x}{2 \left(x + y\right)^{2}}
    """
    return _written(expression, Mathematics(SPACED_LATEX, names))


# --- private helpers ------------------------------------------------------------------------------


def _written(expression: Expression, algebra: Mathematics) -> str:
    shown = fold(expression, algebra)
    return (algebra.letters.minus.strip() if shown.negative else "") + shown.text


def _is_even(exponent: fmpq) -> bool:
    return exponent.q == 1 and int(exponent.p) % 2 == 0


def _is_balanced(text: str, left: str, right: str) -> bool:
    """Tell whether no bracket closes that was not opened in it."""
    depth = 0
    while left in text or right in text:
        first, second = text.find(left), text.find(right)
        opens = 0 <= first < second or second < 0
        depth += 1 if opens else -1
        if depth < 0:
            return False
        text = text[(first + len(left)) if opens else (second + len(right)) :]
    return True
