"""What a schedule brings to trees: polynomials in s, s', s'', ..., and terms named after them.

A term of a scheduled method's modified equation is a tree and a monomial in s and its derivatives,
and each prime brings a power of gamma: gamma^(|tau| - 1 + primes) b/sigma s^i (s')^j ... F(tau).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, NamedTuple

from flint import fmpq

from bea.algebra import Element, Ring
from bea.algebra.language.letters import superscript
from bea.errors import MethodError
from bea.trees import FreeTree, Tree


class ScheduledTree(NamedTuple):
    """A tree with a monomial in s, s', s'', ...: what a term of a scheduled method belongs to.

    Attributes
    ----------
    tree : Tree
        The tree.
    slopes : tuple of int
        The exponents of s, s', s'', ..., without zeros at the end.

    Examples
    --------
    >>> from bea.trees import tree
    >>> term = ScheduledTree(tree([[]]), (1, 2))
    >>> term, term.primes, term.order
    (s (s')² [[]], 2, 4)
    """

    tree: Tree
    slopes: tuple[int, ...]

    @property
    def primes(self) -> int:
        """How many primes the monomial has: the powers of gamma that it brings."""
        return primes_of(self.slopes)

    @property
    def order(self) -> int:
        """One more than the power of gamma in a field, as for a tree the number of nodes."""
        return self.tree.order + self.primes

    @property
    def symmetry(self) -> int:
        """The symmetry of the tree."""
        return self.tree.symmetry

    def __repr__(self) -> str:
        return f"{slopes_text(self.slopes)} {self.tree}".lstrip()


class ScheduledFreeTree(NamedTuple):
    """A tree without root and a monomial in s, s', ...: a term of a scheduled modified loss."""

    free: FreeTree
    slopes: tuple[int, ...]


def primes_of(slopes: tuple[int, ...]) -> int:
    """Return how many primes a monomial has.

    >>> primes_of((2, 1, 1))  # s^2 s' s''
    3
    """
    return sum(k * exponent for k, exponent in enumerate(slopes))


def by_slopes(coefficients: Mapping[Any, Any]) -> dict[tuple[int, ...], dict[Tree, Any]] | None:
    """Return monomial -> the coefficients on plain trees; None for a method without a schedule."""
    if not any(isinstance(term, ScheduledTree) for term in coefficients):
        return None
    found: dict[tuple[int, ...], dict[Tree, Any]] = {}
    for term, value in coefficients.items():
        found.setdefault(term.slopes, {})[term.tree] = value
    return found


def each_monomial(
    function: Callable[[Mapping[Any, Any], int], dict[Any, Any]],
) -> Callable[[Mapping[Any, Any], int], dict[Any, Any]]:
    """Let what is for the trees of so many nodes go through the monomials of a schedule in turn."""

    @wraps(function)
    def wrapped(coefficients: Mapping[Any, Any], nodes: int) -> dict[Any, Any]:
        parts = by_slopes(coefficients)
        if parts is None:
            return function(coefficients, nodes)
        found: dict[Any, Any] = {}
        for slopes, part in parts.items():
            if nodes > primes_of(slopes):
                for tree, value in function(part, nodes - primes_of(slopes)).items():
                    kind = ScheduledTree if isinstance(tree, Tree) else ScheduledFreeTree
                    found[kind(tree, slopes)] = value
        return found

    return wrapped


def slopes_text(slopes: tuple[int, ...], latex: bool = False) -> str:
    """Write a monomial in s, s', s'', ...

    >>> slopes_text((2, 1)), slopes_text((1, 0, 0, 0, 2), latex=True)
    ("s² s'", 's\\\\,(s^{(4)})^{2}')
    """
    factors = []
    for k, exponent in enumerate(slopes):
        if exponent:
            base = _derivative_text(k, latex)
            power = f"^{{{exponent}}}" if latex else superscript(str(exponent))
            bare = base if k == 0 or exponent == 1 else f"({base})"
            factors.append(bare if exponent == 1 else bare + power)
    return r"\,".join(factors) if latex else " ".join(factors)


class Slopes:
    """The ring of polynomials in s, s', s'', ... over a method's hyperparameters.

    Parameters
    ----------
    highest
        The highest derivative of s.
    symbols
        The names of the open hyperparameters.
    """

    def __init__(self, highest: int, symbols: tuple[str, ...]) -> None:
        stem = "s"
        while any(name.startswith(stem) for name in symbols):
            stem += "_"
        self.ring = Ring([f"{stem}{k}" for k in range(highest + 1)], symbols)
        self._count = highest + 1
        own = [self.ring.variable(k) for k in range(self._count)]
        self._following = [*own[1:], self.ring.constant(0)]
        self.schedule = own[0]

    def derivative(self, value: Any) -> Any:
        """Return the derivative by the time: s is followed by s', and that by s''."""
        if not isinstance(value, Element):
            return fmpq(0)
        return self.ring.lie_derivative(self._following, value)

    def cut(self, value: Any, primes: int) -> Any:
        """Return the value without its monomials of more primes."""
        if not isinstance(value, Element):
            return value
        terms = value.terms()
        kept = {e: c for e, c in terms.items() if self._primes(e) <= primes}
        return value if len(kept) == len(terms) else self.ring.from_terms(kept)

    def split(self, value: Any) -> dict[tuple[int, ...], Any]:
        """Return monomial -> coefficient, which holds hyperparameters only.

        Raises
        ------
        MethodError
            If s is in a denominator.
        """
        if not isinstance(value, Element):
            return {(): value} if value != 0 else {}
        found: dict[tuple[int, ...], dict[tuple[int, ...], fmpq]] = {}
        for exponents, c in value.terms().items():
            slopes, rest = exponents[: self._count], exponents[self._count :]
            part = found.setdefault(_trimmed(slopes), {})
            part[(*[0] * self._count, *rest)] = c
        parts = {slopes: self.ring.from_terms(terms) for slopes, terms in found.items()}
        if not all(part.is_constant() for part in parts.values()):
            raise MethodError(
                "the step divides by the schedule, which no polynomial in s, s', ... expresses: "
                "derive it on a concrete problem with a time"
            )
        return parts

    def _primes(self, exponents: tuple[int, ...]) -> int:
        return sum(k * e for k, e in enumerate(exponents[: self._count]))


# --- private helpers ----------------------------------------------------------------------------


@cache
def _derivative_text(k: int, latex: bool) -> str:
    if k <= 3:
        return "s" + "'" * k
    return f"s^{{({k})}}" if latex else f"s⁽{superscript(str(k))}⁾"


def _trimmed(slopes: tuple[int, ...]) -> tuple[int, ...]:
    found = [int(e) for e in slopes]
    while found and not found[-1]:
        found.pop()
    return tuple(found)
