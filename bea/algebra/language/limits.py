"""How large an expression may be: every limit, and the checks of single numbers.

A short text can ask for a number with a billion digits or a polynomial with a billion terms. What
it asks for is therefore predicted first, by arithmetic on sizes: the length, the nesting and the
number of tokens of a text before it is parsed (`bea.algebra.language.texts`); the bits of a number
before it is computed (here); the terms, the degree and the coefficients of the expanded polynomial
before anything is expanded (`bea.algebra.language.sizes`).

Every refusal is one line that names what was exceeded, the limit and the remedy.
"""

from __future__ import annotations

from math import log2
from typing import NoReturn

from flint import fmpq

from bea.errors import ExpressionError

# Characters of a text. bea reads what it writes, and high-order terms are long: that of gamma**3 of
# Adam on Booth's function has 256,000. A person who types needs a thousandth of it.
MAX_LENGTH = 300_000

# Brackets, signs and powers inside one another in a text. People nest fewer than ten; Horner's form
# of a polynomial of degree 40 fits.
MAX_NESTING = 40

# Tokens of a text, and nodes of a tree when shared parts are written out. A parse of this many
# takes some ten seconds.
MAX_NODES = 200_000

# Levels of a tree. A bracket adds two or three, sugar such as the sigmoid four. What recurses over
# trees elsewhere (SymPy) has Python's 1,000 frames, and takes several per level.
MAX_DEPTH = 5 * MAX_NESTING

# Bits of a numerator or denominator: 3,010 digits. Python itself refuses to read and print
# integers of more than 4,300 digits.
MAX_NUMBER_BITS = 10_000

# |p| and q in x**(p/q). Floating-point numbers overflow long before x**1000 (2**1024), and a root
# of degree q makes generators whose relations have degree q in the differential ring.
MAX_POWER = 1_000
MAX_ROOT = 100

# Terms after expansion. A thousand is plenty for a loss on paper; at 50,000 the ring still answers
# in well under a second per product, and derivatives multiply that.
MAX_TERMS = 50_000

# From so many variables on an expression that is too large when expanded is kept as it is written,
# and beyond that many every expression is.
FEW_VARIABLES = 10
MANY_VARIABLES = 60

# Total degree after expansion; the ring's exponents are machine words, and derivatives of high
# order must stay far from overflowing them.
MAX_DEGREE = 10_000

# Bits of a coefficient after expansion, such as the binomials of (x + 1)**1000 (about 1,000 bits).
MAX_COEFFICIENT_BITS = 20_000

# Characters that `to_text` writes. Shared parts are repeated in text, so that 30 nested tangents,
# 90 nodes in memory, would fill it.
MAX_WRITTEN = 10_000_000


def power_bits(value: fmpq, exponent: int) -> int:
    """Return a bound on the bits of value**exponent, within a bit or so, without computing it.

    >>> power_bits(fmpq(10), 50)
    167
    """
    largest = max(abs(int(value.p)), int(value.q))
    if largest == 1:
        return 1
    # log2 is rounded: 2**-40 relative covers it for every number within the limits.
    return 1 + abs(exponent) * int(log2(largest) * (1 + 2**-40) * 2**20 + 1) // 2**20


def check_bits(bits: int) -> None:
    """Refuse to compute a number of so many bits.

    Raises
    ------
    ExpressionError
        If it has more than `MAX_NUMBER_BITS`.

    Examples
    --------
    >>> check_bits(power_bits(fmpq(9), 9**9))
    Traceback (most recent call last):
    bea.errors.ExpressionError: a number would have about 1.2e+09 bits, more than the limit of ...
    """
    if bits > MAX_NUMBER_BITS:
        raise ExpressionError(
            f"a number would have {about(bits)} bits, more than the limit of "
            f"{MAX_NUMBER_BITS:,}; make the powers of numbers smaller, or make the number a "
            "parameter"
        )


def check_exponent(exponent: fmpq) -> None:
    """Refuse exponents p/q with |p| > `MAX_POWER` or q > `MAX_ROOT`.

    >>> check_exponent(fmpq(99_999_999))
    Traceback (most recent call last):
    bea.errors.ExpressionError: the power 99,999,999 is beyond the limit of 1,000; use a smaller one
    """
    p, q = int(exponent.p), int(exponent.q)
    if q > MAX_ROOT:
        raise ExpressionError(
            f"an exponent has the denominator {_count(q)}, beyond the limit of {MAX_ROOT}; write "
            "it as a simple fraction such as 1/3"
        )
    if abs(p) > MAX_POWER:
        sign, name = "-" if p < 0 else "", "power" if q == 1 else "numerator of an exponent"
        raise ExpressionError(
            f"the {name} {sign}{_count(abs(p))} is beyond the limit of {MAX_POWER:,}; "
            "use a smaller one"
        )


def refuse_nodes(what: str) -> NoReturn:
    """Raise the `ExpressionError` for more than `MAX_NODES` of something."""
    raise ExpressionError(
        f"the expression has more than {MAX_NODES:,} {what}, which is the limit; "
        "split it into smaller ones"
    )


def about(count: int) -> str:
    """Write a natural number in a few characters, for a message."""
    return "about " + _count(count)


# --- private helpers ------------------------------------------------------------------------------


def _count(count: int) -> str:
    """Write a natural number in a few characters; a float could overflow."""
    if count < 10**9:
        return f"{count:,}"
    return f"{count:.1e}" if count.bit_length() < 1000 else f"2**{count.bit_length() - 1}"
