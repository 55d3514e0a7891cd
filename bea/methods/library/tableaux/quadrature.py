"""Implicit tableaus from the conditions that define them, over the exact roots of their nodes.

The nodes are the roots of a derivative of x^m (x - 1)^n, and all weights are integrals of Lagrange
polynomials on them. With few stages the roots are rational but for one conjugate pair, so that all
of it happens in the field Q(sqrt(d)), whose numbers are polynomials in sqrt(d) modulo x^2 - d.
Source: Hairer and Wanner, Solving Ordinary Differential Equations II, section IV.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

from flint import arb, fmpq, fmpq_poly, fmpz_poly

from bea.algebra.language.building import add, multiply, power
from bea.algebra.language.expressions import Expression, Number
from bea.algebra.ring.exact import exact
from bea.errors import TableauError

Numbers = list[fmpq_poly]


@dataclass(frozen=True)
class Quadrature:
    """The nodes that a family has, and what follows from them.

    Attributes
    ----------
    nodes
        c_1 < ... < c_s, as polynomials in sqrt(d).
    d
        The integer under the root; 0 where all nodes are rational.
    """

    nodes: tuple[fmpq_poly, ...]
    d: int

    @classmethod
    def of(cls, left: int, right: int, derivatives: int) -> Quadrature:
        """Return the quadrature on the roots of the derivative of x^left (x - 1)^right.

        Raises
        ------
        TableauError
            If the roots need more than one square root.

        Examples
        --------
        >>> gauss = Quadrature.of(2, 2, 2)
        >>> gauss.d, [str(c) for c in gauss.nodes]  # x is the root of d
        (3, ['(-1/6)*x + 1/2', '1/6*x + 1/2'])
        """
        polynomial = fmpz_poly([0, 1]) ** left * fmpz_poly([-1, 1]) ** right
        for _ in range(derivatives):
            polynomial = polynomial.derivative()
        nodes: list[tuple[float, fmpq_poly]] = []
        d = 0
        for factor, _ in polynomial.factor()[1]:
            if factor.degree() > 2 or (d and factor.degree() == 2):
                raise TableauError("the nodes need more than one square root: take fewer stages")
            if factor.degree() == 2:
                d = _under_the_root(factor)
            nodes += _roots(factor, d)
        return cls(tuple(node for _, node in sorted(nodes, key=lambda pair: pair[0])), d)

    @property
    def stages(self) -> int:
        """Number of nodes, s."""
        return len(self.nodes)

    @property
    def weights(self) -> Numbers:
        """The b that make the quadrature exact on polynomials of degree below s."""
        return [self._integral(j, fmpq_poly([1])) for j in range(self.stages)]

    @property
    def collocation(self) -> list[Numbers]:
        """The A of C(s): every stage integrates the polynomial through all slopes."""
        return [[self._integral(j, c) for j in range(self.stages)] for c in self.nodes]

    @property
    def transposed(self) -> list[Numbers]:
        """The A of D(s): sum_i b_i p(c_i) a_ij = b_j int from c_j to 1 of p, deg p < s."""
        return self._partner(self.collocation)

    @property
    def first_column_fixed(self) -> list[Numbers]:
        """The A of C(s - 1) whose first column is b_1: Lobatto IIIC.

        What may be added to a row of C(s) without hurting C(s - 1) is the divided difference.
        """
        first = self.weights[0]
        found = []
        for row in self.collocation:
            by = self._over(first - row[0], self._divided[0])
            added = zip(row, self._divided, strict=True)
            found.append([a + self._times(by, w) for a, w in added])
        return found

    @property
    def partner_of_first_column_fixed(self) -> list[Numbers]:
        """The A* with b_i a*_ij + b_j a_ji = b_i b_j, a that of Lobatto IIIC: Lobatto IIIC*."""
        return self._partner(self.first_column_fixed)

    @property
    def mean_of_both(self) -> list[Numbers]:
        """The mean of Lobatto IIIC and IIIC*, which is its own partner: Lobatto IIID."""
        pairs = zip(self.first_column_fixed, self.partner_of_first_column_fixed, strict=True)
        return [[(a + b) * fmpq(1, 2) for a, b in zip(*rows, strict=True)] for rows in pairs]

    def written(self, number: fmpq_poly) -> Expression:
        """Return a number as an expression."""
        if not self.d:
            return exact(number[0])
        root = power(Number(fmpq(self.d)), fmpq(1, 2))
        return add(exact(number[0]), multiply(exact(number[1]), root))

    # --- helpers ----------------------------------------------------------------------------------

    @cached_property
    def _divided(self) -> Numbers:
        """The weights of the divided difference on all nodes, 1/prod (c_j - c_k)."""
        one = fmpq_poly([1])
        found = []
        for j, c in enumerate(self.nodes):
            others = [c - other for k, other in enumerate(self.nodes) if k != j]
            found.append(self._over(one, self._times(*others)))
        return found

    def _partner(self, rows: list[Numbers]) -> list[Numbers]:
        """Return the matrix that makes a symplectic pair with one."""
        b, each = self.weights, range(self.stages)
        return [
            [b[j] - self._over(self._times(b[j], rows[j][i]), b[i]) for j in each] for i in each
        ]

    def _integral(self, j: int, end: fmpq_poly) -> fmpq_poly:
        """Return the integral of the j-th Lagrange polynomial from 0 to the end."""
        lagrange: Numbers = [self._divided[j]]  # coefficients by power, lowest first
        for k, node in enumerate(self.nodes):
            if k != j:
                raised = [fmpq_poly([0]), *lagrange]
                lowered = [self._times(node, a) for a in lagrange] + [fmpq_poly([0])]
                lagrange = [a - b for a, b in zip(raised, lowered, strict=True)]
        terms = (self._times(a, *[end] * (n + 1)) * fmpq(1, n + 1) for n, a in enumerate(lagrange))
        return sum(terms, start=fmpq_poly([0]))

    @property
    def _modulus(self) -> fmpq_poly:
        return fmpq_poly([-self.d, 0, 1])

    def _times(self, *factors: fmpq_poly) -> fmpq_poly:
        return prod(factors, start=fmpq_poly([1])) % self._modulus

    def _over(self, above: fmpq_poly, below: fmpq_poly) -> fmpq_poly:
        """Return a quotient, by the conjugate of what it is divided by."""
        conjugate = fmpq_poly([below[0], -below[1]])
        return self._times(above, conjugate) * (1 / self._times(below, conjugate)[0])


# --- private helpers ----------------------------------------------------------------------------


def _under_the_root(factor: fmpz_poly) -> int:
    """Return the squarefree part of the discriminant of a quadratic polynomial."""
    c, b, a = factor.coeffs()
    primes = (b * b - 4 * a * c).factor()
    return prod(int(p) for p, count in primes if count % 2)


def _roots(factor: fmpz_poly, d: int) -> list[tuple[float, fmpq_poly]]:
    """Return the roots of a factor of degree 1 or 2, each with its value as a float."""
    if factor.degree() == 1:
        value = fmpq(-factor[0], factor[1])
        return [(int(value.p) / int(value.q), fmpq_poly([value]))]
    c, b, a = factor.coeffs()
    outside = fmpq((b * b - 4 * a * c) // d).sqrt() / (2 * a)
    middle = fmpq(-b, 2 * a)
    exact_roots = [fmpq_poly([middle, outside]), fmpq_poly([middle, -outside])]
    return [(float(root[0] + root[1] * arb(d).sqrt()), root) for root in exact_roots]
