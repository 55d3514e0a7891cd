"""Truncated power series whose coefficients are arrays: a whole vector, or matrix, is one series.

`PowerSeries` is a number; a `SeriesArray` is an array of them, kept the other way round: one array
for each power of t. It takes NumPy's arithmetic and functions (by `__array_ufunc__` and
`__array_function__`), so that a function written for arrays gives its Taylor coefficients when it
is called on one. Source: Griewank and Walther, Evaluating Derivatives, chapter 13.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np
from flint import fmpq

from bea.errors import NotSmoothError, OrderError
from bea.series.power_series import PowerSeries
from bea.series.powers import natural_power

_EXACT = 10_000  # the order to which a constant is known


class SeriesArray:
    """The array c[0] + c[1] t + ... + c[n] t^n + O(t^(n+1)); coefficients left out are 0.

    Parameters
    ----------
    coefficients
        Arrays of one shape, at most n + 1 of them and at least one.
    order
        The truncation order n, by default the highest power given.

    Examples
    --------
    >>> t = SeriesArray([np.array([1.0, 2.0]), np.array([1.0, 0.0])], order=2)
    >>> np.exp(t).coefficients[2], (t * t).sum().coefficients[1]
    (array([1.35914091, 0.        ]), np.float64(2.0))
    """

    __slots__ = ("coefficients", "order")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, coefficients: Sequence[Any], order: int | None = None) -> None:
        self.order = len(coefficients) - 1 if order is None else order
        if self.order < 0 or not coefficients:
            raise OrderError("a power series needs a coefficient and an order of at least 0")
        self.coefficients = tuple(coefficients[: self.order + 1])

    @classmethod
    def stack(cls, parts: Sequence[SeriesArray], axis: int = 0) -> SeriesArray:
        """Return arrays of one shape as one array with a further axis."""
        return _linear(np.stack, (parts,), {"axis": axis})

    def __getitem__(self, key: Any) -> SeriesArray:
        """Return a part of the array; `coefficient` returns that of a power."""
        return self._each(lambda c: c[key])

    def coefficient(self, power: int) -> Any:
        """Return the array of a power of t; beyond the truncation it is not known."""
        if not 0 <= power <= self.order:
            raise OrderError(f"the coefficient of t^{power} is not known: order is {self.order}")
        if power < len(self.coefficients):
            return self.coefficients[power]
        return np.zeros(self.shape)

    def truncate(self, order: int) -> SeriesArray:
        """Return the series cut after t^order (never lengthened)."""
        return SeriesArray(self.coefficients, min(order, self.order))

    # --- an array -------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of each coefficient."""
        return np.shape(self.coefficients[0])

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of entries."""
        return prod(self.shape)

    @property
    def dtype(self) -> Any:
        """The type of the coefficients' entries."""
        return np.asarray(self.coefficients[0]).dtype

    @property
    def T(self) -> SeriesArray:  # noqa: N802 - NumPy's own name
        """The transpose."""
        return self._each(np.transpose)

    def __len__(self) -> int:
        return len(self.coefficients[0])

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def sum(self, axis: Any = None, keepdims: bool = False, **_: Any) -> SeriesArray:
        """Return the sum along axes."""
        return self._each(lambda c: np.sum(c, axis=axis, keepdims=keepdims))

    def mean(self, axis: Any = None, keepdims: bool = False, **_: Any) -> SeriesArray:
        """Return the mean along axes."""
        return self._each(lambda c: np.mean(c, axis=axis, keepdims=keepdims))

    def reshape(self, *shape: Any) -> SeriesArray:
        """Return the same entries in another shape."""
        return self._each(lambda c: np.reshape(c, shape[0] if len(shape) == 1 else shape))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        operation = _UFUNCS.get(ufunc.__name__)
        if method != "__call__" or operation is None or options.keys() - {"dtype"}:
            raise NotSmoothError(f"{ufunc.__name__} of a power series is not known: {_WRITE}")
        return operation(*inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        name = function.__name__
        if name in _BILINEAR:
            *_, a, b = args
            return _lift(a)._product(b, lambda x, y: function(*args[:-2], x, y, **kwargs))
        if name in _LINEAR:
            return _linear(function, args, kwargs)
        if name == "where" and not isinstance(args[0], SeriesArray):
            return _chosen(*args)
        raise NotSmoothError(f"{name} of a power series is not known: {_WRITE}")

    # --- ring operations ------------------------------------------------------------------------

    def __add__(self, other: Any) -> SeriesArray:
        other = _lift(other)
        if other.is_constant() and other.shape in ((), self.shape):
            first, rest = self.coefficients[0], self.coefficients[1:]
            return SeriesArray([first + other.coefficients[0], *rest], self.order)
        order = min(self.order, other.order)
        a, b = self.coefficients[: order + 1], other.coefficients[: order + 1]
        both = [x + y for x, y in zip(a, b, strict=False)]
        nothing = np.zeros(np.shape(both[0]))  # of the shape that both have together
        rest = (*a[len(both) :], *b[len(both) :])
        return SeriesArray([*both, *(c + nothing for c in rest)], order)

    __radd__ = __add__

    def __neg__(self) -> SeriesArray:
        return self._each(np.negative)

    def __pos__(self) -> SeriesArray:
        return self

    def __sub__(self, other: Any) -> SeriesArray:
        return self + (-_lift(other))

    def __rsub__(self, other: Any) -> SeriesArray:
        return (-self) + other

    def __mul__(self, other: Any) -> SeriesArray:
        other = _lift(other)
        if other.is_constant():
            factor = other.coefficients[0]
            return SeriesArray([c * factor for c in self.coefficients], self.order)
        return self._product(other, np.multiply)

    __rmul__ = __mul__

    def __matmul__(self, other: Any) -> SeriesArray:
        return self._product(other, np.matmul)

    def __rmatmul__(self, other: Any) -> SeriesArray:
        return _lift(other)._product(self, np.matmul)

    def __truediv__(self, other: Any) -> SeriesArray:
        other = _lift(other)
        places = other.valuation()
        if places == 0:
            return self * other**-1
        if any(np.any(c != 0) for c in self.coefficients[:places]):
            raise NotSmoothError("a series is divided by one that vanishes with gamma")
        lower = self.coefficients[places:] or (np.zeros(self.shape),)
        divisor = SeriesArray(other.coefficients[places:], other.order - places)
        return SeriesArray(lower, self.order - places) * divisor**-1

    def __rtruediv__(self, other: Any) -> SeriesArray:
        return _lift(other) / self

    def __pow__(self, exponent: Any) -> SeriesArray:
        number = _rational(exponent)
        if number.q == 1 and number.p >= 0:
            one = SeriesArray([np.ones(self.shape)], self.order)
            return natural_power(self, int(number.p), one)
        with np.errstate(all="ignore"):
            return self._by(lambda u: u**number)

    def is_constant(self) -> bool:
        """Tell whether it is a number, or an array of them, that was lifted."""
        return self.order == _EXACT and len(self.coefficients) == 1

    def valuation(self) -> int:
        """Return the lowest power whose coefficient is not 0; of arrays, 0."""
        return 0 if self.size > 1 else self._leading_zeros()

    def _leading_zeros(self) -> int:
        """Return how many coefficients are 0, in all entries, before the first that is not."""
        return next((k for k, c in enumerate(self.coefficients) if np.count_nonzero(c)), 0)

    # --- comparison -----------------------------------------------------------------------------

    def __eq__(self, other: object) -> Any:
        difference = self - other
        return all(np.all(c == 0) for c in difference.coefficients)

    def __bool__(self) -> bool:
        raise NotSmoothError(_NO_COMPARISON)

    def _refuse(self, other: object) -> bool:
        raise NotSmoothError(_NO_COMPARISON)

    __lt__ = __le__ = __gt__ = __ge__ = _refuse

    # --- functions ------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Callable[[], SeriesArray]:
        """Return the elementary function of that name, such as exp or tanh."""
        if name.startswith("__") or not hasattr(PowerSeries, name):
            raise AttributeError(f"an array of power series has no {name}")

        def function() -> SeriesArray:
            with np.errstate(all="ignore"):
                return self._by(lambda u: getattr(u, name)())

        return function

    def __repr__(self) -> str:
        return f"SeriesArray(shape={self.shape}, order={self.order})"

    # --- private helpers ------------------------------------------------------------------------

    def _each(self, function: Callable[[Any], Any]) -> SeriesArray:
        return SeriesArray([function(c) for c in self.coefficients], self.order)

    def _by(self, function: Callable[[PowerSeries], PowerSeries]) -> SeriesArray:
        """Apply a function of a power series, whose coefficients are NumPy's."""
        coefficients = [np.asarray(c) for c in self.coefficients]
        if len(coefficients) == 1:
            return SeriesArray(function(PowerSeries(coefficients)).coefficients, self.order)
        found = function(PowerSeries(coefficients, self.order))
        return SeriesArray(found.coefficients, found.order)

    def _product(self, other: Any, multiply: Callable[[Any, Any], Any]) -> SeriesArray:
        """Return Cauchy's product; a factor t is known to whatever order, and loses none."""
        other = _lift(other)
        v, w = self._leading_zeros(), other._leading_zeros()
        order = min(self.order + w, other.order + v)
        a, b = self.coefficients, other.coefficients
        found: list[Any] = []
        for k in range(min(order, len(a) + len(b) - 2) + 1):
            low, high = max(0, k - len(b) + 1, v), min(k - w, len(a) - 1)
            parts = [multiply(a[j], b[k - j]) for j in range(low, high + 1)]
            found.append(sum(parts[1:], start=parts[0]) if parts else None)
        shape = next((c for c in found if c is not None), None)
        nothing = multiply(a[0], b[0]) * 0 if shape is None else shape * 0
        return SeriesArray([nothing if c is None else c for c in found], order)


# --- private helpers ------------------------------------------------------------------------------

_WRITE = "write it with arithmetic and smooth functions, or give derivatives"
_NO_COMPARISON = (
    "a power series has no truth value and compares only with ==: rules with branches (where, max, "
    "sign) cannot be expanded"
)
_BILINEAR = frozenset({"dot", "matmul", "outer", "inner", "tensordot", "einsum", "vdot", "kron"})
_LINEAR = frozenset(
    [
        "sum",
        "mean",
        "concatenate",
        "stack",
        "reshape",
        "transpose",
        "moveaxis",
        "swapaxes",
        "ravel",
        "squeeze",
        "expand_dims",
        "roll",
        "flip",
        "diff",
        "cumsum",
        "trace",
        "diagonal",
        "broadcast_to",
        "take",
        "vstack",
        "hstack",
        "atleast_1d",
    ]
)


def _lift(value: Any) -> SeriesArray:
    """Return a number or an array as a constant."""
    if isinstance(value, SeriesArray):
        return value
    if isinstance(value, fmpq):
        value = int(value.p) / int(value.q)
    return SeriesArray([np.asarray(value)], _EXACT)


def _rational(exponent: Any) -> fmpq:
    if isinstance(exponent, fmpq):
        return exponent
    p, q = float(exponent).as_integer_ratio()
    return fmpq(p, q)


def _linear(function: Any, args: Any, kwargs: Any) -> SeriesArray:
    """Apply a linear function of an array, or of a sequence of arrays, power by power."""
    several = isinstance(args[0], list | tuple)
    parts = [_lift(x) for x in (args[0] if several else [args[0]])]
    order = min(part.order for part in parts)
    count = max(len(part.coefficients[: order + 1]) for part in parts)
    columns = [[part.coefficient(k) for part in parts] for k in range(count)]
    return SeriesArray(
        [function(c if several else c[0], *args[1:], **kwargs) for c in columns], order
    )


def _chosen(condition: Any, a: Any, b: Any) -> SeriesArray:
    """Return the entries of a where a known condition holds, and those of b elsewhere."""
    if isinstance(condition, SeriesArray):
        bool(condition)  # raises: whether a series is zero is not known
    a, b = _lift(a), _lift(b)
    order = min(a.order, b.order)
    count = min(order + 1, max(len(a.coefficients), len(b.coefficients)))
    pairs = [(a.coefficient(k), b.coefficient(k)) for k in range(count)]
    return SeriesArray([np.where(condition, x, y) for x, y in pairs], order)


def _function(name: str) -> Callable[[Any], SeriesArray]:
    return lambda x: getattr(_lift(x), name)()


_UFUNCS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: _lift(a) + b,
    "subtract": lambda a, b: _lift(a) - b,
    "multiply": lambda a, b: _lift(a) * b,
    "divide": lambda a, b: _lift(a) / b,
    "matmul": lambda a, b: _lift(a) @ b,
    "power": lambda a, b: _lift(a) ** b,
    "equal": lambda a, b: _lift(a) == b,
    "negative": lambda a: -a,
    "positive": lambda a: a,
    "square": lambda a: a * a,
    "reciprocal": lambda a: a**-1,
    "sqrt": lambda a: a ** fmpq(1, 2),
    "cbrt": lambda a: a ** fmpq(1, 3),
    "log1p": lambda a: (1 + a).log(),
    "expm1": lambda a: a.exp() - 1,
    "arcsin": _function("asin"),
    "arctan": _function("atan"),
    "arcsinh": _function("asinh"),
    "logaddexp": lambda a, b: _lift(a) + (_lift(b) - a).exp().__add__(1).log(),
    **{
        name: _function(name)
        for name in ("exp", "log", "sin", "cos", "sinh", "cosh", "tanh", "erf")
    },
}
