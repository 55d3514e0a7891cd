"""Sizes of expressions, predicted bottom-up: what a tree comes to when written out and expanded.

Sizes are an algebra for `bea.algebra.language.expressions.fold`, so that a polynomial with a
billion terms is refused by arithmetic on a few numbers. The limits are those of
`bea.algebra.language.limits`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import comb, log2, prod
from typing import NoReturn

from flint import fmpq

from bea.algebra.language import limits
from bea.errors import ExpressionError


@dataclass(frozen=True, slots=True)
class Size:
    """Bounds on what an expression comes to when it is written out and expanded.

    Attributes
    ----------
    nodes, depth : int
        Nodes and levels of the tree, shared parts counted each time.
    terms, degree : int
        Terms and total degree of the expanded polynomial in variables and atoms.
    bits : float
        Logarithm (base 2) of the sum of its coefficients' sizes, numbers of one sum being taken to
        have alike denominators.
    generators : frozenset
        What the polynomial is in: names, and one object for each function or root.
    """

    nodes: int
    depth: int
    terms: int
    degree: int
    bits: float
    generators: frozenset[object]


class Sizing:
    """The algebra of sizes: `fold(expr, Sizing())` measures an expression bottom-up.

    Every operation raises `ExpressionError` as soon as a part is beyond a limit. A polynomial has
    at most as many terms as its sums and powers spell out, and at most C(v + d, d) in v generators
    and of degree d, whichever is less: so (x - 1)(x - 2)...(x - 20) counts 21 terms, not 2**20.
    What is not going to be expanded is measured as it is written.
    """

    def __init__(self, expanded: bool = True) -> None:
        self._checked = _checked if expanded else _checked_as_written

    def number(self, value: fmpq) -> Size:
        """Return the size of a number."""
        return Size(1, 1, 1, 0, value.height_bits(), frozenset())

    def symbol(self, name: str) -> Size:
        """Return the size of a symbol."""
        return Size(1, 1, 1, 1, 0, frozenset([name]))

    def constant(self, name: str) -> Size:
        """Return the size of a named constant; the ring treats it like a symbol."""
        return self.symbol(name)

    def sum(self, values: Sequence[Size]) -> Size:
        """Return the size of a sum."""
        return self._checked(
            _joined(
                values,
                terms=sum(v.terms for v in values),
                degree=max(v.degree for v in values),
                bits=max(v.bits for v in values) + log2(len(values)),
            )
        )

    def product(self, values: Sequence[Size]) -> Size:
        """Return the size of a product."""
        return self._checked(
            _joined(
                values,
                terms=prod(v.terms for v in values),
                degree=sum(v.degree for v in values),
                bits=sum(v.bits for v in values),
            )
        )

    def power(self, value: Size, exponent: fmpq) -> Size:
        """Return the size of a power; roots and reciprocals are generators of their own."""
        p, q = int(exponent.p), int(exponent.q)
        whole = max(0, -(-p // q))  # q**(p/n) is q**whole times a power of the root q**(-1/n)
        own: frozenset[object] = frozenset() if q == 1 and p > 0 else frozenset([object()])
        return self._checked(
            Size(
                nodes=value.nodes + 1,
                depth=value.depth + 1,
                terms=comb(value.terms + whole - 1, whole),
                degree=whole * value.degree + (max(q, abs(p)) if own else 0),
                bits=whole * value.bits,
                generators=value.generators | own if whole else own,
            )
        )

    def call(self, name: str, value: Size) -> Size:
        """Return the size of a function's value, which is one generator."""
        return self._checked(Size(value.nodes + 1, value.depth + 1, 1, 1, 0, frozenset([object()])))


# --- private helpers ------------------------------------------------------------------------------


def _joined(values: Sequence[Size], terms: int, degree: int, bits: float) -> Size:
    return Size(
        nodes=1 + sum(v.nodes for v in values),
        depth=1 + max(v.depth for v in values),
        terms=terms,
        degree=degree,
        bits=bits,
        generators=frozenset().union(*(v.generators for v in values)),
    )


def _checked_as_written(size: Size) -> Size:
    if size.nodes > limits.MAX_NODES:
        limits.refuse_nodes("parts when it is written out")
    if size.depth > limits.MAX_DEPTH:
        _refuse_expansion("levels", size.depth, limits.MAX_DEPTH, "split it into sums or products")
    return replace(size, terms=1, degree=0, bits=0, generators=frozenset())


def _checked(size: Size) -> Size:
    _checked_as_written(size)
    if size.degree > limits.MAX_DEGREE:
        _refuse_expansion("as its degree", size.degree, limits.MAX_DEGREE, "lower its powers")
    if size.bits > limits.MAX_COEFFICIENT_BITS:
        _refuse_expansion(
            "bits in a coefficient when it is expanded",
            int(size.bits),
            limits.MAX_COEFFICIENT_BITS,
            "lower its powers, or make its numbers parameters",
        )
    if size.terms <= limits.MAX_TERMS:
        return size
    variables = len(size.generators)
    size = replace(size, terms=min(size.terms, comb(variables + size.degree, variables)))
    if size.terms > limits.MAX_TERMS:
        _refuse_expansion(
            "terms when it is expanded",
            size.terms,
            limits.MAX_TERMS,
            "lower the powers of its sums, or multiply fewer sums",
        )
    return size


def _refuse_expansion(what: str, size: int, limit: int, remedy: str) -> NoReturn:
    raise ExpressionError(
        f"the expression may have {limits.about(size)} {what}, more than the limit of {limit:,}; "
        f"{remedy}"
    )
