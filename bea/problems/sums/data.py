"""Finite sums from data and a model: one formula, in which every loss has numbers of its own.

A model is a text in the variables and in the names of the data, such as "(w*x - y)**2/2" with data
x and y. The numbers of a batch gather the data of each lane and evaluate the model once for each
place in the batch (once in all, where the gradient is affine in the data); what is exact, such as
`losses` and `covariance()`, is derived when it is first asked for. Linear and logistic regression:
Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, second edition, sections 3.2
and 4.4; the network of two weights: Saxe, McClelland and Ganguli, ICLR 2014.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.algebra.language.expressions import Expression, free_symbols
from bea.algebra.language.grammar import declared_names
from bea.algebra.ring.conversions import read
from bea.algebra.ring.element import Element
from bea.algebra.ring.exact import as_float, as_rational, exact
from bea.algebra.ring.ring import Ring
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, UnknownNameError, nearest
from bea.fields.about import About
from bea.fields.noise_factor import NoiseFactor
from bea.fields.sources import read_source, substitute
from bea.fields.vector_field import Inside, Loss, Rhs, conditions_of, met
from bea.problems.sums.finite_sum import MOST_NOISES, FiniteSum, Sampling, digest
from bea.problems.sums.sampled import Sampled, by_model

Column = tuple[Expression, ...]


class DataSum(FiniteSum):
    """A finite sum whose losses are one model at different data; make one with `from_data`.

    Parameters
    ----------
    expression
        The model.
    ring
        Its variables and open parameters.
    data
        Name -> one exact number for each loss.
    about
        Name, source, and the like.
    """

    def __init__(
        self, expression: Expression, ring: Ring, data: Mapping[str, Column], about: About
    ) -> None:
        self.expression, self.data, self.about = expression, dict(data), about
        self._names, self._open = ring.variables, ring.parameters

    # What is exact is derived on demand: thousands of losses have as many atoms.

    @cached_property
    def losses(self) -> tuple[Loss, ...]:  # type: ignore[override]
        """The parts, one for each row of the data."""
        rows = list(zip(*self.data.values(), strict=True))
        numbers = [[as_rational(value) for value in row] for row in rows]
        if self._model.ring.atoms or None in chain.from_iterable(numbers):
            given = [dict(zip(self.data, row, strict=True)) for row in rows]
            values = [read(self.ring, substitute(self.expression, known)) for known in given]
        else:
            values = [_at_data(self._model, row, self.ring) for row in numbers]
        # Their names are no formulas: to write thousands of them would take longer than all else.
        names = [f"{self.name}, loss {k}" for k in range(len(values))]
        return tuple(Loss(v, About(name=n)) for v, n in zip(values, names, strict=True))

    @cached_property
    def ring(self) -> Ring:  # type: ignore[override]
        """The ring of the losses, in the variables and the open parameters."""
        return Ring(self._names, self._open)

    @cached_property
    def value(self) -> Element:  # type: ignore[override]
        """L as a ring element."""
        values = [loss.value for loss in self.losses]
        return sum(values[1:], start=values[0]) / len(values)

    @cached_property
    def components(self) -> tuple[Element, ...]:  # type: ignore[override]
        """f = −∇L."""
        return tuple(-slope for slope in self.value.gradient())

    @property
    def size(self) -> int:
        """N, the number of losses."""
        return len(next(iter(self.data.values())))

    @property
    def dimension(self) -> int:
        """Number of variables, d."""
        return len(self._names)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables."""
        return self._names

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names that are still symbolic."""
        return self._open

    @property
    def functions(self) -> int:
        """How many functions its losses have, about: each row of the data makes others."""
        self._model.gradient()
        rows = set(zip(*(map(str, column) for column in self.data.values()), strict=True))
        return len(rows) if self._model.ring.atoms else 0

    @property
    def identity(self) -> str:
        """A short text that tells this sum from another."""
        data = "; ".join(f"{k}: {', '.join(map(str, v))}" for k, v in self.data.items())
        return f"{self.name}, N={self.size}, {digest(f'{self.expression}; {data}')}"

    def with_parameters(self, names: Sequence[str]) -> DataSum:
        """Return the same sum over a ring with further symbolic parameters."""
        ring = Ring(self._names, (*self._open, *names))
        return DataSum(self.expression, ring, self.data, self.about)

    def noise_factor(
        self, batches: Sampling | None = None, most: int | None = MOST_NOISES
    ) -> NoiseFactor | None:
        """Return S with S Sᵀ the covariance of a step's gradient, or None if it has many columns.

        Where the model has functions, each loss has its own, and N losses make N − 1 columns.
        """
        self._model.gradient()
        if most is not None and self._model.ring.atoms and self.size - 1 > most:
            return None
        return super().noise_factor(batches, most)

    # The numbers are those of the model.

    @cached_property
    def _model(self) -> Element:
        ring = Ring(self._names, (*self._open, *self.data))
        return read(ring, self.expression)

    @cached_property
    def table(self) -> Floats:
        """The data in floats, (columns, N)."""
        return np.array([[as_float(x) for x in column] for column in self.data.values()])

    @cached_property
    def _sampled(self) -> Sampled:
        return self._numbers([-slope for slope in self._model.gradient()])

    def _numbers(self, outputs: Sequence[Element]) -> Sampled:
        self.require_values()
        return by_model(outputs, len(self.data), self.table)

    @cached_property
    def _rhs(self) -> Rhs:
        mean = self._sampled.mean
        return lambda theta, gamma: mean(theta)

    @cached_property
    def _value(self) -> Callable[[Floats], Floats]:
        return self._numbers([self._model]).mean

    @cached_property
    def _inside(self) -> Inside | None:
        slopes = self._model.gradient()  # whose atoms have conditions too
        conditions = conditions_of(slopes[0].ring)
        if not conditions:
            return None
        sampled = self._numbers([argument for argument, _ in conditions])
        needs = [need for _, need in conditions]

        def inside(theta: Floats) -> NDArray[np.bool_]:
            good: NDArray[np.bool_] = np.all(np.isfinite(theta), axis=0)
            for values in sampled.each(theta):
                good &= met(values, needs)
            return good

        return inside


def from_data(
    model: Any,
    data: Mapping[str, Any],
    variables: str | Sequence[str] | None = None,
    parameters: Any = (),
    about: About | None = None,
) -> DataSum:
    """Return the mean of a model's loss over data.

    Parameters
    ----------
    model
        The loss of one sample, as text in bea's grammar or as a SymPy expression.
    data
        Name -> one exact number for each sample, as a sequence or a text with commas.
    variables
        Their order; by default the symbols that are neither data nor parameters, sorted.
    parameters
        As for `bea.problems.loss`.

    Raises
    ------
    ExpressionError
        If the model cannot be read, or a number is a float or cannot be read.
    DimensionError
        If there are no data, they have no names, or not as many numbers for each name.
    UnknownNameError
        If a name of the data does not occur in the model.

    Examples
    --------
    >>> line = from_data("(w*x + b - y)**2/2", {"x": [-1, 0, 1], "y": "1, 2, 4"}, "w b")
    >>> line.size, line.losses[2]
    (3, Loss(w**2/2 + w*b + b**2/2 - 4*w - 4*b + 8))
    """
    if not isinstance(data, Mapping):
        raise DimensionError(
            f"the data are a {type(data).__name__}: name them, such as "
            "{'x': [-1, 0, 1], 'y': [1, 2, 4]}"
        )
    columns = {name: _column(name, values) for name, values in data.items()}
    sizes = {name: len(column) for name, column in columns.items()}
    if not columns or len(set(sizes.values())) != 1 or 0 in sizes.values():
        shown = ", ".join(f"{name}: {size}" for name, size in sizes.items()) or "none"
        raise DimensionError(
            f"the data have different numbers of samples ({shown}): give each name one for each "
            "sample, and at least one"
        )
    ring, expression, about = _model(model, tuple(columns), variables, parameters, about)
    return DataSum(expression, ring, columns, about)


def linear_model(inputs: Iterable[Any], targets: Any) -> DataSum:
    """Return least squares, l_i = (b + Σ_k w_k x_ik − y_i)²/2, over the variables w1, …, b.

    Parameters
    ----------
    inputs
        One exact number for each sample, or a row of them.
    targets
        One exact number for each sample.

    Examples
    --------
    >>> linear_model([-1, 1], [0, 2]).value
    w**2/2 + b**2/2 - w - b + 1
    """
    names, columns = _inputs(inputs)
    slope = _linear(names)
    return _named("linear model", f"({slope} - y)**2/2", names, {**columns, "y": targets})


def logistic_model(inputs: Iterable[Any], labels: Any) -> DataSum:
    """Return logistic regression, l_i = log(1 + exp(−s_i (b + Σ_k w_k x_ik))).

    Parameters
    ----------
    inputs
        As for `linear_model`.
    labels
        s_i = 1 or −1 for each sample.

    Raises
    ------
    BeaError
        If a label is neither.

    Examples
    --------
    >>> logistic_model([-1, 0, 1], [-1, 1, 1]).variables
    ('w', 'b')
    """
    names, columns = _inputs(inputs)
    signs = _column("labels", labels)
    for sign in signs:
        if str(sign) not in ("1", "-1"):
            raise BeaError(f"the label {sign} is neither 1 nor -1: code the two classes so")
    model = f"softplus(-s*({_linear(names)}))"
    return _named("logistic model", model, names, {**columns, "s": signs})


def network_model(inputs: Any, targets: Any) -> DataSum:
    """Return the network of two linear neurons, l_i = (u v x_i − y_i)²/2.

    Examples
    --------
    >>> network_model([1, 1], [0, 2]).value
    u**2*v**2/2 - u*v + 1
    """
    data = {"x": inputs, "y": targets}
    return from_data("(u*v*x - y)**2/2", data, "u v", about=About(name="network of two weights"))


# --- private helpers ----------------------------------------------------------------------------


def _model(
    model: Any,
    data: tuple[str, ...],
    variables: str | Sequence[str] | None,
    parameters: Any,
    about: About | None,
) -> tuple[Ring, Expression, About]:
    """Return the ring without the data, and the model with the parameters' values in it."""
    values = parameters if isinstance(parameters, Mapping) else dict.fromkeys(_names(parameters))
    both = {**values, **dict.fromkeys(data)}
    ring, expressions, about = read_source(model, variables, both, about)
    if len(expressions) != 1:
        raise DimensionError(f"a model is one expression, and {len(expressions)} were given")
    used = free_symbols(expressions[0])
    for name in data:
        if name not in used:
            raise UnknownNameError(
                f"the data '{name}' do not occur in the model: leave them out.{nearest(name, used)}"
            )
    kept = [name for name in ring.parameters if name not in data]
    return Ring(ring.variables, kept), expressions[0], about or About(name=str(expressions[0]))


def _at_data(model: Element, row: Sequence[Any], ring: Ring) -> Element:
    """Return a polynomial model at rational data, its last symbols, in the ring without them."""
    terms: dict[tuple[int, ...], Any] = {}
    for exponents, c in model.terms().items():
        own = exponents[: len(ring.symbols)]
        factors = zip(row, exponents[len(ring.symbols) :], strict=True)
        terms[own] = terms.get(own, 0) + prod((x**k for x, k in factors), start=c)
    return ring.from_terms(terms)


def _names(parameters: Any) -> tuple[str, ...]:
    return tuple(declared_names(parameters))


def _column(name: str, values: Any) -> Column:
    entries = values.split(",") if isinstance(values, str) else values
    if isinstance(entries, np.ndarray):
        entries = entries.tolist()
    if not isinstance(entries, Iterable):
        raise DimensionError(f"the data '{name}' are {values!r}: give a number for each sample")
    return tuple(exact(entry, f"a number of '{name}'") for entry in entries)


def _inputs(inputs: Iterable[Any]) -> tuple[list[str], dict[str, list[Any]]]:
    """Return the names of the inputs, x or x1, x2, …, and their columns."""
    given = inputs.split(",") if isinstance(inputs, str) else inputs
    rows = [list(row) if isinstance(row, list | tuple | np.ndarray) else [row] for row in given]
    if len({len(row) for row in rows}) != 1:
        raise DimensionError("the inputs are rows of different lengths: give each sample as many")
    count = len(rows[0])
    names = ["x"] if count == 1 else [f"x{k + 1}" for k in range(count)]
    return names, {name: [row[k] for row in rows] for k, name in enumerate(names)}


def _linear(names: Sequence[str]) -> str:
    return " + ".join([*(f"{_weight(name)}*{name}" for name in names), "b"])


def _weight(name: str) -> str:
    return name.replace("x", "w")


def _named(title: str, model: str, names: Sequence[str], data: Mapping[str, Any]) -> DataSum:
    variables = [*map(_weight, names), "b"]
    return from_data(model, data, variables, about=About(name=title, formula=model))
