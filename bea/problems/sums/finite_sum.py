"""Finite sums: L = (1/N) (l_1 + … + l_N), of which a stochastic method sees a batch at each step.

A `FiniteSum` is a `Loss`, so that whatever takes a loss takes it, and knows beside that its parts:
the exact covariance of their gradients, the mean of a batch, and the numbers of a batch for each
lane of an ensemble. Sums from data and a model are made in `bea.problems.sums.data`, and sums with
a given covariance in `bea.problems.library.synthetic_sums`; which batches there are is
`bea.noise.batches`' concern.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from flint import fmpq

from bea.algebra.language.expressions import Expression
from bea.algebra.ring.conversions import moved_to, read, to_expression
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.arrays import Floats, Ints
from bea.errors import BeaError, DimensionError
from bea.fields.about import About
from bea.fields.noise_factor import NoiseFactor
from bea.fields.sources import read_source
from bea.fields.vector_field import Loss
from bea.problems.problem import Problem, Put
from bea.problems.sums.sampled import Sampled, by_coefficients

Matrix = tuple[tuple[Element, ...], ...]
#: Schemes for stochastic equations take time in proportion to the square of the number of noises.
MOST_NOISES = 12
SampleRhs = Callable[[Floats, Ints], Floats]


class Sampling(Protocol):
    """What a way to draw batches must say of itself here; see `bea.noise.batches`."""

    def factor(self, total: int) -> fmpq | None:
        """Return the covariance of a batch's mean in units of that of one of `total` losses."""
        ...

    def covariance(self, slopes: Sequence[Sequence[Element]]) -> list[list[Element]]:
        """Return it where it is no multiple of that of one loss."""
        ...


class FiniteSum(Loss):
    """The mean of N losses over one ring; make one with `finite_sum` or `from_data`.

    Parameters
    ----------
    losses
        The parts l_1, …, l_N.
    about
        Name, source, minima, plotting window and the like.

    Examples
    --------
    >>> total = finite_sum("(x - 1)**2/2, (x + 1)**2/2")
    >>> total.size, total.value, total.covariance()
    (2, x**2/2 + 1/2, ((1,),))
    """

    def __init__(self, losses: Sequence[Loss], about: About | None = None) -> None:
        self.losses = tuple(losses)
        if not self.losses:
            raise DimensionError("a finite sum of no losses: give at least one")
        if any(loss.ring is not self.losses[0].ring for loss in self.losses):
            raise BeaError("the losses are of different rings: read them together, by finite_sum")
        super().__init__(_mean([loss.value for loss in self.losses]), about)

    @property
    def size(self) -> int:
        """N, the number of losses."""
        return len(self.losses)

    @property
    def functions(self) -> int:
        """How many functions other than powers of the variables its losses have, about.

        Where each loss has one of its own, exact results grow with the products of them.
        """
        symbols = len(self.ring.symbols)
        terms = (e for loss in self.losses for c in loss.components for e in c.terms())
        return len({g for e in terms for g in range(symbols, len(e)) if e[g]})

    @property
    def identity(self) -> str:
        """A short text that tells this sum from another."""
        parts = "; ".join(str(loss.value) for loss in self.losses)
        return f"{self.name}, N={self.size}, {digest(parts)}"

    def covariance(self, batches: Sampling | None = None) -> Matrix:
        """Return the exact covariance (d, d) of the gradient, as ring elements.

        Parameters
        ----------
        batches
            How a step's batch is drawn; by default it is one loss, and the covariance is
            (1/N) Σ (∇l_i − ∇L)(∇l_i − ∇L)ᵀ.

        Raises
        ------
        BeaError
            If a batch is larger than the sum, or this is no way to draw a step's batch.
        """
        if batches is not None and not getattr(batches, "independent", False):
            raise BeaError(
                f"the batches are a {type(batches).__name__}: give bea.noise.Batches(size), such "
                "as Batches(2)"
            )
        slopes = [loss.components for loss in self.losses]
        factor = fmpq(1) if batches is None else batches.factor(self.size)
        if batches is not None and factor is None:
            return tuple(map(tuple, batches.covariance(slopes)))
        away = [[s - m for s, m in zip(row, self.components, strict=True)] for row in slopes]
        pairs = range(self.dimension)
        upper = {
            (i, j): _mean([row[i] * row[j] for row in away]) * factor
            for i in pairs
            for j in pairs
            if i <= j
        }
        return tuple(tuple(upper[min(i, j), max(i, j)] for j in pairs) for i in pairs)

    def noise_factor(
        self, batches: Sampling | None = None, most: int | None = MOST_NOISES
    ) -> NoiseFactor | None:
        """Return S with S Sᵀ the covariance of a step's gradient, as smooth as the losses.

        Parameters
        ----------
        batches
            As for `covariance`.
        most
            With more columns than this the answer is None, as it is for a law whose covariance is
            no multiple of that of one loss; None is without a limit. No more are
            needed than N − 1, nor than there are monomials in which the gradients differ.

        Examples
        --------
        >>> finite_sum("(x - 1)**2/2, (x + 1)**2/2").noise_factor().columns
        ((1, (1,)),)
        """
        factor = fmpq(1) if batches is None else batches.factor(self.size)
        if factor is None:
            return None
        found = NoiseFactor.of_samples([loss.components for loss in self.losses], most)
        return None if found is None else found.scaled(factor)

    def batch(self, indices: Sequence[int]) -> Loss:
        """Return the mean of these losses (counted from 0; one may come twice).

        Raises
        ------
        DimensionError
            If there is none of such an index, or no index at all.
        """
        chosen = [int(i) for i in indices]
        if not chosen or not all(0 <= i < self.size for i in chosen):
            raise DimensionError(
                f"a batch of losses {chosen}: give indices from 0 to {self.size - 1}"
            )
        return Loss(_mean([self.losses[i].value for i in chosen]))

    def sample_rhs(self) -> SampleRhs:
        """Return rhs(theta: (d, lanes), index: (B, lanes)) -> (d, lanes), −∇ of each lane's batch.

        Raises
        ------
        BeaError
            If a parameter has no value.
        """
        return self._sampled.over

    @cached_property
    def _sampled(self) -> Sampled:
        self.require_values()
        return by_coefficients([loss.components for loss in self.losses])

    def with_parameters(self, names: Sequence[str]) -> FiniteSum:
        """Return the same sum over a ring with further symbolic parameters."""
        ring = Ring(self.variables, (*self.parameters, *names))
        parts = [Loss(moved_to(ring, loss.value), loss.about) for loss in self.losses]
        return FiniteSum(parts, self.about)

    _size = ""  # its text is short

    def __str__(self) -> str:
        return f"FiniteSum({self.name}, N={self.size})"


@dataclass(frozen=True)
class SumProblem(Problem):
    """A finite sum of the library in texts; `formula` is the mean of its losses.

    Attributes
    ----------
    losses
        The parts l_1, …, l_N.
    """

    losses: tuple[str, ...] = ()

    def texts(self) -> list[str]:
        """Return all the texts in which a parameter may stand."""
        return [*super().texts(), *self.losses]

    def make(
        self, kind: str, parts: Sequence[Expression], symbols: Sequence[str], about: About, put: Put
    ) -> FiniteSum:
        """Return the finite sum, from its losses."""
        return finite_sum([put(text) for text in self.losses], self.variables, symbols, about)


def finite_sum(
    losses: Any,
    variables: str | Sequence[str] | None = None,
    parameters: Any = (),
    about: About | None = None,
) -> FiniteSum:
    """Return the mean of some losses.

    Parameters
    ----------
    losses
        A text with commas between the losses, or a sequence of texts, SymPy expressions or losses.
    variables, parameters
        As for `bea.problems.loss`; by default the variables of the losses.

    Raises
    ------
    ExpressionError
        If a loss cannot be read, or holds a name that is not declared.

    Examples
    --------
    >>> finite_sum(["x**2 + y", "y**2 - y"]).losses
    (Loss(x**2 + y), Loss(y**2 - y))
    """
    parts = list(losses) if isinstance(losses, Sequence) and not isinstance(losses, str) else losses
    if isinstance(parts, list):
        fields = [part for part in parts if isinstance(part, Loss)]
        if variables is None and fields and len(fields) == len(parts):
            variables = tuple(dict.fromkeys(v for loss in fields for v in loss.variables))
            parameters = parameters or sorted({p for loss in fields for p in loss.parameters})
        parts = [to_expression(p.value) if isinstance(p, Loss) else p for p in parts]
    ring, expressions, about = read_source(parts, variables, parameters, about)
    found = [Loss(read(ring, expression)) for expression in expressions]
    if about is None:
        about = About(name=f"mean of {len(found)} losses")
    return FiniteSum(found, about)


def digest(text: str) -> str:
    """Return a short text that differs where texts do."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# --- private helpers ----------------------------------------------------------------------------


def _mean(values: Sequence[Element]) -> Element:
    return sum(values[1:], start=values[0]) / len(values)
