"""Writing expressions as text in bea's own grammar, which SymPy reads too.

Texts are an algebra for `bea.algebra.language.expressions.fold`: a part is written once, together
with what the parts around it must know to place brackets and to put powers below the line. The
texts are those that a person would write: `3*x/(2*y**2)`, not `(3/2)*x*y**(-2)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpz

from bea.algebra.language.limits import MAX_WRITTEN
from bea.errors import ExpressionError


@dataclass(frozen=True, slots=True)
class Written:
    """A part of an expression as text.

    Attributes
    ----------
    text
        The part written alone.
    kind
        "number", "name", "sum", "product", "power" or "call".
    value
        The value of a number or the exponent of a power; None for other kinds.
    below
        What stands below the line: "x**2" for a power that is written "1/x**2"; else empty.
    """

    text: str
    kind: str
    value: Any = None
    below: str = ""

    def __post_init__(self) -> None:
        if len(self.text) > MAX_WRITTEN:
            raise ExpressionError(
                f"written out, the expression has more than {MAX_WRITTEN:,} characters; "
                "nest fewer functions that repeat their argument, such as tan"
            )

    @property
    def binds(self) -> bool:
        """Whether the text may be a factor without brackets."""
        if self.kind == "number":
            return self.value >= 0 and self.value.q == 1
        return self.kind not in ("sum", "product") and not self.below

    @property
    def factor(self) -> str:
        """The text as a factor, in brackets where it needs them."""
        return self.text if self.binds else f"({self.text})"


class Writing:
    """The algebra of texts: `fold(expression, Writing()).text` writes an expression."""

    def number(self, value: fmpq) -> Written:
        """Write a number."""
        return Written(str(value), "number", value)

    def symbol(self, name: str) -> Written:
        """Write a name."""
        return Written(name, "name")

    def constant(self, name: str) -> Written:
        """Write the name of a constant."""
        return Written(name, "name")

    def sum(self, values: list[Written]) -> Written:
        """Write terms in their order, with the signs that they begin with."""
        pieces: list[str] = []
        for term in values:
            text = f"({term.text})" if term.kind == "sum" else term.text
            if pieces and text.startswith("-"):
                pieces += [" - ", text[1:]]
            else:
                pieces += [" + ", text] if pieces else [text]
        return Written("".join(pieces), "sum")

    def product(self, values: list[Written]) -> Written:
        """Write factors in their order, the number's denominator with the first one below."""
        coefficient, rest = fmpq(1), values
        if values[0].kind == "number":
            coefficient, rest = values[0].value, values[1:]
        pieces, below = [] if abs(coefficient.p) == 1 else [str(abs(coefficient.p))], coefficient.q
        for factor in rest:
            if factor.below:
                text = factor.below if below == 1 else f"({below}*{factor.below})"
                pieces += ["/" if pieces else "1/", text]
                below = fmpz(1)
            else:
                pieces += ["*", factor.factor] if pieces else [factor.factor]
        pieces += [] if below == 1 else [f"/{below}"]
        return Written(("-" if coefficient < 0 else "") + "".join(pieces), "product")

    def power(self, base: Written, exponent: fmpq) -> Written:
        """Write a power, below the line where that is the same: (1/x)**(-2) is not x**2."""
        inverted = base.kind == "power" and base.value < 0
        if exponent > 0 or (inverted and exponent != -1):
            return Written(_raised(base, exponent), "power", exponent)
        below = _raised(base, -exponent)
        return Written(f"1/{below}", "power", exponent, below)

    def call(self, name: str, value: Written) -> Written:
        """Write a function of something."""
        return Written(f"{name}({value.text})", "call")


# --- private helpers ------------------------------------------------------------------------------


def _raised(base: Written, exponent: fmpq) -> str:
    """Write base**exponent so that a product or a quotient may hold it."""
    half = fmpq(1, 2)
    if exponent == half:
        return f"sqrt({base.text})"
    raised = base.kind == "power" and base.value != half
    text = f"({base.text})" if raised else base.factor
    if exponent == 1:
        return text
    natural = exponent.q == 1 and exponent > 0
    return f"{text}**{exponent}" if natural else f"{text}**({exponent})"
