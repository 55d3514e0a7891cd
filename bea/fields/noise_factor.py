"""A covariance as Σ = S Sᵀ with a smooth factor S, whose columns are directions of the noise.

Schemes for stochastic equations take derivatives of S in effect, and so keep their order only where
S is smooth; a triangular or symmetric root of Σ is not, where the rank of Σ falls. For samples
whose vectors are g_i = mean + Σ_k a_ik p_k over common functions p_k, such as monomials, the
covariance is P C Pᵀ with the constant matrix C = (1/N) Σ_i a_i a_iᵀ (a_i without their mean), and
an exact C = L D Lᵀ gives columns P L_k √D_k: as smooth as the samples, no more than are needed, and
Σ is positive semidefinite however it is rounded. Source: Golub and Van Loan, Matrix Computations,
fourth edition, section 4.1.2, for L D Lᵀ; the use here is bea's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import read, to_program
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.arrays import Floats
from bea.errors import DimensionError
from bea.fields.sources import expressions_of

Vector = tuple[Element, ...]
Column = tuple[fmpq, Vector]
_Feature = tuple[int, tuple[int, ...]]  # of a sample: the component and the exponents


@dataclass(frozen=True)
class NoiseFactor:
    """S with Σ = S Sᵀ; `bea.sde_ensemble` takes it as diffusion γΣ.

    Attributes
    ----------
    ring : Ring
        The ring of the entries; d is the number of its variables.
    columns : tuple
        Pairs (v, c): a column of S is √v c, v an exact positive number and c a vector (d,).

    Examples
    --------
    >>> factor = NoiseFactor.read([["x", 1], [0, "y"]], ["x", "y"])
    >>> factor.covariance()
    ((x**2 + 1, y), (y, y**2))
    """

    ring: Ring
    columns: tuple[Column, ...]

    @classmethod
    def read(cls, rows: Any, variables: Sequence[str]) -> NoiseFactor:
        """Return the factor with these rows (d, m) of texts, numbers or elements.

        Raises
        ------
        DimensionError
            If there is not one row for each variable, or they differ in length.
        """
        ring, texts = Ring(variables), [list(row) for row in rows]
        if len(texts) != len(variables) or len({len(row) for row in texts}) != 1:
            lengths = ", ".join(str(len(row)) for row in texts)
            raise DimensionError(
                f"the factor has rows of lengths {lengths}: give {len(variables)} of one length"
            )
        parts = [[expressions_of(entry, tuple(variables)) for entry in row] for row in texts]
        several = [len(part) for row in parts for part in row if len(part) != 1]
        if several:
            raise DimensionError(f"an entry of the factor is {several[0]} expressions: give one")
        matrix = [[read(ring, part[0]) for part in row] for row in parts]
        return cls(ring, tuple((fmpq(1), column) for column in zip(*matrix, strict=True)))

    @classmethod
    def of_samples(cls, samples: Sequence[Vector], most: int | None = None) -> NoiseFactor | None:
        """Return the factor of the covariance of equally likely vectors, over one ring.

        Parameters
        ----------
        samples
            N vectors (d,).
        most
            With more columns than this the answer is None (that it would be more is seen by the
            number of samples, and of functions in which they differ).

        Examples
        --------
        >>> x = Ring(["x"]).variable(0)
        >>> NoiseFactor.of_samples([(x - 1,), (x + 1,)]).columns
        ((1, (-1,)),)
        """
        differing, kinds = _differing(samples)
        if most is not None and min(len(kinds), len(samples) - 1) > most:
            return None
        share = fmpq(1, len(samples))
        matrix = [[_dot(a, b) * share for b in kinds] for a in kinds]
        ring, d = samples[0][0].ring, len(samples[0])
        found = []
        for variance, weights in definite_parts(matrix) or ():
            terms: list[dict[tuple[int, ...], fmpq]] = [{} for _ in range(d)]
            for (component, exponents), (scale, kind) in differing.items():
                terms[component][exponents] = scale * weights[kind]
            found.append((variance, tuple(ring.from_terms(part) for part in terms)))
        return cls(ring, tuple(found))

    @property
    def dimension(self) -> int:
        """d, the number of components."""
        return len(self.ring.variables)

    @property
    def count(self) -> int:
        """The number of columns, that is of independent noises."""
        return len(self.columns)

    @cached_property
    def constant(self) -> bool:
        """Whether it is the same everywhere."""
        return all(c.is_constant() for _, column in self.columns for c in column)

    @property
    def identity(self) -> str:
        """A text that tells it from another."""
        return "; ".join(f"{v}: {', '.join(map(str, c))}" for v, c in self.columns)

    def scaled(self, factor: fmpq) -> NoiseFactor:
        """Return the factor of `factor`·Σ, for a number that is not negative."""
        kept = self.columns if factor != 0 else ()
        return NoiseFactor(self.ring, tuple((v * factor, c) for v, c in kept))

    def covariance(self) -> tuple[Vector, ...]:
        """Return Σ exactly, (d, d)."""
        d, zero = range(self.dimension), self.ring.constant(0)
        return tuple(
            tuple(sum((c[i] * c[j] * v for v, c in self.columns), start=zero) for j in d) for i in d
        )

    def numeric(self) -> Callable[[Floats], Floats]:
        """Return the function of theta (d, lanes) with values (d, columns, lanes)."""
        shape = (self.dimension, self.count)
        roots = np.array([sqrt(float(v)) for v, _ in self.columns])
        if not self.columns:
            return lambda theta: np.zeros((*shape, theta.shape[1]))
        function = compile_program(
            to_program([column[i] for i in range(self.dimension) for _, column in self.columns])
        )

        def factor(theta: Floats) -> Floats:
            found = function(theta, np.empty((shape[0] * shape[1], theta.shape[1])))
            found = found.reshape(*shape, -1)
            found *= roots[:, None]
            return found

        return factor


def definite_parts(matrix: Sequence[Sequence[fmpq]]) -> list[tuple[fmpq, tuple[fmpq, ...]]] | None:
    """Return (pivot, u) with the matrix = Σ pivot u uᵀ and positive pivots: an exact L D Lᵀ.

    None if the matrix, which is symmetric, is not positive semidefinite.

    >>> definite_parts([[fmpq(2), fmpq(1)], [fmpq(1), fmpq(1, 2)]])
    [(2, (1, 1/2))]
    """
    rest, found = [list(row) for row in matrix], []
    size = range(len(rest))
    for k in size:
        pivot = rest[k][k]
        if pivot < 0 or (pivot == 0 and any(entry != 0 for entry in rest[k])):
            return None
        if pivot == 0:
            continue
        u = tuple(entry / pivot for entry in rest[k])
        found.append((pivot, u))
        rest = [[rest[i][j] - pivot * u[i] * u[j] for j in size] for i in size]
    return found


# --- private helpers ----------------------------------------------------------------------------


def _differing(
    samples: Sequence[Vector],
) -> tuple[dict[_Feature, tuple[fmpq, int]], list[tuple[fmpq, ...]]]:
    """Return (scale, kind) for each monomial in which samples differ, and the rows of the kinds.

    Its coefficients without their mean are scale·row, (N,); rows begin with 1 (after zeros), so
    that those of monomials whose coefficients are proportional are one.
    """
    terms = [[element.terms() for element in sample] for sample in samples]
    found: dict[_Feature, tuple[fmpq, int]] = {}
    kinds: dict[tuple[fmpq, ...], int] = {}
    for component in range(len(samples[0])):
        for exponents in dict.fromkeys(e for sample in terms for e in sample[component]):
            values = [fmpq(sample[component].get(exponents, 0)) for sample in terms]
            mean = sum(values, start=fmpq(0)) / len(values)
            away = [value - mean for value in values]
            scale = next((value for value in away if value != 0), None)
            if scale is not None:
                row = tuple(value / scale for value in away)
                found[component, exponents] = scale, kinds.setdefault(row, len(kinds))
    return found, list(kinds)


def _dot(a: Iterable[fmpq], b: Iterable[fmpq]) -> fmpq:
    return sum((x * y for x, y in zip(a, b, strict=True)), start=fmpq(0))
