"""Linear differential operators with coefficients in the ring.

An operator is kept in normal order, the derivatives to the right: the sum over multi-indices alpha
of c_alpha d^alpha. Products are those of operators, by Leibniz's rule

    (a d^alpha)(b d^beta) = sum over mu <= alpha of binom(alpha, mu) a (d^mu b) d^(alpha-mu+beta).

The generator of a random step is such an operator; a vector field is one of first order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from math import comb, prod
from typing import Any

from flint import fmpq

from bea.algebra.language.letters import LATEX_LETTERS, TEXT_LETTERS, Letters
from bea.algebra.language.mathematics import as_latex, as_text
from bea.algebra.ring.conversions import to_expression
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.errors import BeaError, DimensionError

MultiIndex = tuple[int, ...]


class DifferentialOperator:
    """The operator sum of c_alpha d^alpha; immutable.

    Operators of one ring meet each other in + and -, ring elements and exact numbers from the left
    in *, and each other in @, the product of operators. Called, they act on an element.

    Parameters
    ----------
    ring
        The ring of the coefficients; derivatives are by its variables.
    coefficients
        Multi-indices, one entry per variable, and their coefficients.

    Raises
    ------
    DimensionError
        If a multi-index has another number of entries than the ring has variables.

    Examples
    --------
    >>> ring = Ring(["x"])
    >>> x = ring.variable(0)
    >>> d = DifferentialOperator(ring, {(1,): ring.constant(1)})
    >>> d @ (x * d)  # x d is multiplied by x after the derivative
    ∂x + x ∂x²
    >>> (d @ (x * d))(x**3)
    9*x**2
    """

    __slots__ = ("coefficients", "ring")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, ring: Ring, coefficients: Mapping[MultiIndex, Element]) -> None:
        count = len(ring.variables)
        for index in coefficients:
            if len(index) != count:
                raise DimensionError(
                    f"the multi-index {index} has {len(index)} entries for the {count} variables "
                    f"{', '.join(ring.variables)}: give one for each variable"
                )
        kept = {i: c for i, c in coefficients.items() if not c.poly.is_zero()}
        self.ring = ring
        self.coefficients: Mapping[MultiIndex, Element] = dict(sorted(kept.items(), key=_rank))

    @classmethod
    def identity(cls, ring: Ring) -> DifferentialOperator:
        """Return the operator 1."""
        return cls(ring, {(0,) * len(ring.variables): ring.constant(1)})

    @classmethod
    def along(cls, components: Sequence[Element]) -> DifferentialOperator:
        """Return f·∇, the derivative along a vector field.

        >>> ring = Ring(["x", "y"])
        >>> DifferentialOperator.along([ring.variable(1), -ring.variable(0)])
        y ∂x − x ∂y
        """
        ring, count = components[0].ring, len(components)
        units = [tuple(int(i == j) for j in range(count)) for i in range(count)]
        return cls(ring, dict(zip(units, components, strict=True)))

    @classmethod
    def of_second_order(cls, matrix: Sequence[Sequence[Element]]) -> DifferentialOperator:
        """Return 1/2 D:∇² for a symmetric matrix D.

        >>> ring = Ring(["x", "y"])
        >>> x, one = ring.variable(0), ring.constant(1)
        >>> DifferentialOperator.of_second_order([[one, x], [x, one]])
        1/2 ∂x² + x ∂x∂y + 1/2 ∂y²
        """
        total = cls(matrix[0][0].ring, {})
        for i, row in enumerate(matrix):
            for j, entry in enumerate(row):
                index = tuple(int(k == i) + int(k == j) for k in range(len(matrix)))
                total = total + cls(entry.ring, {index: entry / 2})
        return total

    # --- what it holds --------------------------------------------------------------------------

    def coefficient(self, index: MultiIndex) -> Element:
        """Return the coefficient of d^index, which may be 0."""
        return self.coefficients.get(tuple(index), self.ring.constant(0))

    @property
    def degree(self) -> int:
        """The highest derivative whose coefficient is not the function 0; -1 if there is none."""
        degrees = {sum(index) for index in self.coefficients}
        holding = (d for d in sorted(degrees, reverse=True) if not self.part(d).is_zero())
        return next(holding, -1)

    def part(self, degree: int) -> DifferentialOperator:
        """Return the terms with derivatives of that order."""
        kept = {i: c for i, c in self.coefficients.items() if sum(i) == degree}
        return DifferentialOperator(self.ring, kept)

    def is_zero(self) -> bool:
        """Tell whether the operator is 0; see `Element.is_zero` for the kind of proof."""
        return all(c.is_zero() for c in self.coefficients.values())

    def map(self, function: Callable[[Element], Element]) -> DifferentialOperator:
        """Return the operator with each coefficient c replaced by function(c)."""
        changed = {i: function(c) for i, c in self.coefficients.items()}
        ring = next(iter(changed.values())).ring if changed else self.ring
        return DifferentialOperator(ring, changed)

    # --- arithmetic -----------------------------------------------------------------------------

    def __add__(self, other: DifferentialOperator) -> DifferentialOperator:
        self._require_ring(other)
        total = dict(self.coefficients)
        for index, c in other.coefficients.items():
            total[index] = total[index] + c if index in total else c
        return DifferentialOperator(self.ring, total)

    def __neg__(self) -> DifferentialOperator:
        return -1 * self

    def __sub__(self, other: DifferentialOperator) -> DifferentialOperator:
        return self + (-other)

    def __rmul__(self, factor: Element | fmpq | int) -> DifferentialOperator:
        return self.map(lambda c: factor * c)

    def __matmul__(self, other: DifferentialOperator) -> DifferentialOperator:
        """Return the operator that acts with `other` first."""
        self._require_ring(other)
        total: dict[MultiIndex, Element] = {}
        for alpha, a in self.coefficients.items():
            for beta, b in other.coefficients.items():
                for mu in _below(alpha):
                    slope = derivative(b, mu)
                    if slope.poly.is_zero():
                        continue
                    index = tuple(i - j + k for i, j, k in zip(alpha, mu, beta, strict=True))
                    term = a * slope * prod(map(comb, alpha, mu))
                    total[index] = total[index] + term if index in total else term
        return DifferentialOperator(self.ring, total)

    def __pow__(self, exponent: int) -> DifferentialOperator:
        """Return the operator applied so many times."""
        power = DifferentialOperator.identity(self.ring)
        for _ in range(exponent):
            power = self @ power
        return power

    def __call__(self, value: Element) -> Element:
        """Return what the operator makes of an element."""
        total = self.ring.constant(0)
        for index, c in self.coefficients.items():
            total = total + c * derivative(value, index)
        return total

    def __eq__(self, other: object) -> bool:
        """Compare coefficients as reduced forms; see `is_zero` for equality as functions."""
        return isinstance(other, DifferentialOperator) and (
            self.ring is other.ring and self.coefficients == other.coefficients
        )

    def _require_ring(self, other: DifferentialOperator) -> None:
        if other.ring is not self.ring:
            raise BeaError("operators over two different rings do not mix: make both over one ring")

    # --- writing --------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return _joined(
            (_text(c), _derivatives(self.ring, i, TEXT_LETTERS, "∂{}"))
            for i, c in self.coefficients.items()
        )

    def latex(self) -> str:
        r"""Return the operator in LaTeX.

        >>> ring = Ring(["x"])
        >>> DifferentialOperator(ring, {(2,): ring.variable(0) / 2}).latex()
        '\\frac{x}{2}\\,\\partial_{x}^{2}'
        """
        written = _joined(
            (_latex(c), _derivatives(self.ring, i, LATEX_LETTERS, r"\partial_{{{}}}"))
            for i, c in self.coefficients.items()
        )
        return written.replace("−", "-").replace(" \\partial", "\\,\\partial")


def multi_indices(dimension: int, degree: int) -> list[MultiIndex]:
    """Return the multi-indices of that many entries with the sum `degree`, the first entry leading.

    >>> multi_indices(2, 2)
    [(2, 0), (1, 1), (0, 2)]
    """
    if dimension == 0:
        return [()] if degree == 0 else []
    return [
        (first, *rest)
        for first in range(degree, -1, -1)
        for rest in multi_indices(dimension - 1, degree - first)
    ]


def derivative(value: Element, index: MultiIndex) -> Element:
    """Return d^index of an element; the gradients that it passes keep what they find.

    >>> derivative(Ring(["x", "y"]).variable(0) ** 3, (2, 0))
    6*x
    """
    for variable, count in enumerate(index):
        for _ in range(count):
            if value.poly.is_zero():
                return value
            value = value.gradient()[variable]
    return value


# --- private helpers ----------------------------------------------------------------------------


def _rank(item: tuple[MultiIndex, Any]) -> tuple[int, MultiIndex]:
    return sum(item[0]), tuple(-i for i in item[0])


def _below(index: MultiIndex) -> Iterable[MultiIndex]:
    return product(*(range(i + 1) for i in index))


def _joined(terms: Iterable[tuple[str, str]]) -> str:
    text = ""
    for coefficient, derivatives in terms:
        negative = coefficient[0] in "-−"
        body = coefficient.lstrip("-−")
        whole = f"{body} {derivatives}" if body != "1" and derivatives else derivatives or body
        text += (" − " if negative else " + ") if text else ("−" if negative else "")
        text += whole
    return text or "0"


def _text(c: Element) -> str:
    text = as_text(to_expression(c))
    return f"({text})" if len(c.terms()) > 1 else text


def _latex(c: Element) -> str:
    text = as_latex(to_expression(c))
    return rf"\left({text}\right)" if len(c.terms()) > 1 else text


def _derivatives(ring: Ring, index: MultiIndex, letters: Letters, form: str) -> str:
    """Write ∂x∂y² in some letters."""
    written = []
    for name, n in zip(ring.variables, index, strict=True):
        base = form.format(letters.name(name))
        written += [base if n == 1 else letters.power(base, str(n))] if n else []
    return "".join(written)
