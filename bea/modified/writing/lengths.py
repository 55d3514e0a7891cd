"""How long an expression would be if it were written: found without writing it."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from bea.algebra.language.expressions import Expression, fold

#: So many characters of an equation are shown, about two screens, where nobody asked for all.
LONGEST = 3000
#: So many in LaTeX, which takes more than twice as many for the same.
LATEX_LONGEST = 1150
#: So many in a `repr`, less than a screen.
SCREEN = 1600
#: From so many on parts that occur more than once have names.
LONG = 240

_TENS = 6  # zeros at the end of a number that are written as a power of ten


def written_length(expression: Expression) -> int:
    """Return about how many characters an expression has as text.

    >>> from bea.algebra.language.grammar import parse
    >>> written_length(parse("-3*x**2 + sin(x)"))  # with room for brackets
    15
    """
    return fold(expression, _Length())


class _Length:
    """The algebra of lengths: characters, as `bea.algebra.language.mathematics` writes."""

    def number(self, value: fmpq) -> int:
        p, q = abs(value.p), value.q
        return _digits(int(p)) + (1 + _digits(int(q)) if q != 1 else 0) + (value < 0)

    def symbol(self, name: str) -> int:
        return 4 if name.startswith("sigma_") else len(name) if name.isalpha() else len(name) - 1

    def constant(self, name: str) -> int:
        return 1

    def sum(self, values: Sequence[int]) -> int:
        return sum(values) + 3 * (len(values) - 1) + 2

    def product(self, values: Sequence[int]) -> int:
        return sum(values)

    def power(self, value: int, exponent: fmpq) -> int:
        return value + (1 if exponent.q == 1 else 2) + (exponent < 0)

    def call(self, name: str, value: int) -> int:
        return value + len(name) + 2


# --- private helpers ----------------------------------------------------------------------------


def _digits(value: int) -> int:
    digits = str(value)
    zeros = len(digits) - len(digits.rstrip("0"))
    return len(digits) - zeros + 4 if zeros >= _TENS else len(digits)
