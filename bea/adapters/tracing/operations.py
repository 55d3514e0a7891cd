"""What the operations of a tape are in an arithmetic: written once, for every front end.

A tensor of a shape is an array (*shape, *lanes) of the arithmetic's numbers, a number where the
shape is (). Where vectors have no components (series on trees, the component of any gradient) one
of theirs stands for a whole tensor of theta's shape, and what asks for its entries is refused.
Every public method of `Operations` is an operation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from bea.adapters.tracing.scalars import Endless
from bea.algebra.programs.operations import library_of
from bea.arithmetic import Arithmetic
from bea.errors import MethodError
from bea.series import SeriesArray, matrices

Shape = tuple[int, ...]
#: The truth values of the comparisons on a branch, by their places on a tape.
Branch = Mapping[int, Any]


class Operations:
    """The operations of tapes in an arithmetic.

    Parameters
    ----------
    f
        The arithmetic.
    lanes
        How many axes of lanes an array has after those of its tensor: 1 in a run, 0 elsewhere.
    branch
        What comparisons come to where numbers cannot be compared, such as power series.
    whole
        Whether vectors have no components, so that one number stands for all entries of a tensor.
    """

    def __init__(
        self, f: Arithmetic, lanes: int = 0, branch: Branch | None = None, whole: bool = False
    ) -> None:
        self._f, self._whole = f, whole
        self._axes = lanes
        self._branch = branch
        self._factored: tuple[int, str, Any, Any] | None = None
        self._place = 0
        self._shape: Shape = ()
        self._shapes: Sequence[Shape] = ()

    @property
    def arithmetic(self) -> Arithmetic:
        """The arithmetic."""
        return self._f

    def carry_out(
        self,
        place: int,
        operation: str,
        values: Sequence[Any],
        settings: Mapping[str, Any],
        shape: Shape,
        shapes: Sequence[Shape],
    ) -> Any:
        """Return the result, of this shape, of an operation on values of these shapes."""
        self._place, self._shape, self._shapes = place, shape, shapes
        return getattr(self, operation)(*values, **settings)

    # --- componentwise --------------------------------------------------------------------------

    def add(self, a: Any, b: Any) -> Any:
        """Return a + b."""
        return a + b

    def subtract(self, a: Any, b: Any) -> Any:
        """Return a - b."""
        return a - b

    def multiply(self, a: Any, b: Any) -> Any:
        """Return a b."""
        return a * b

    def divide(self, a: Any, b: Any) -> Any:
        """Return a/b."""
        return a / b

    def negate(self, a: Any) -> Any:
        """Return -a."""
        return -a

    def sqrt(self, a: Any) -> Any:
        """Return the square root."""
        return self._f.sqrt(a)

    def power(self, a: Any, b: Any) -> Any:
        """Return a**b, for a number b."""
        if _floats(a) or _floats(b):
            base = np.float64(a) if isinstance(a, float) else a  # nan, no complex number, where
            return base**b  # there is no power
        exponent = _rational(b)
        if exponent is None:
            raise self._refused("power", "an exponent that is no rational number")
        if exponent == 0:
            return 0 * a + 1
        found = self._f.power(a, abs(exponent))
        return found if exponent > 0 else 1 / found

    def function(self, a: Any, name: str) -> Any:
        """Return an elementary function of bea's, such as exp or tanh."""
        return self._f.function(name, np.asarray(a) if isinstance(a, float) else a)

    def rounded(self, a: Any, kind: str) -> Any:
        """Return a number that depends on no vector in fewer digits; exact ones stay as meant."""
        return np.asarray(a).astype(kind).astype(float) if _floats(a) else a

    # --- branches -------------------------------------------------------------------------------

    def less(self, a: Any, b: Any) -> Any:
        """Tell where a < b."""
        return self._compared(np.less, a, b)

    def less_equal(self, a: Any, b: Any) -> Any:
        """Tell where a <= b."""
        return self._compared(np.less_equal, a, b)

    def equal(self, a: Any, b: Any) -> Any:
        """Tell where a = b."""
        return self._compared(np.equal, a, b)

    def both(self, a: Any, b: Any) -> Any:
        """Tell where a and b."""
        return np.logical_and(a, b)

    def either(self, a: Any, b: Any) -> Any:
        """Tell where a or b."""
        return np.logical_or(a, b)

    def negation(self, a: Any) -> Any:
        """Tell where not a."""
        return np.logical_not(a)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """Return a where the condition holds, else b."""
        if np.ndim(condition) == 0:
            return a if condition else b
        if not any(_floats(x) or isinstance(x, SeriesArray) for x in (a, b)):
            a, b = _objects(a), _objects(b)
        return np.where(condition, a, b)

    # --- shapes ---------------------------------------------------------------------------------

    def table(self, values: Any) -> Any:
        """Return an array of given exact numbers, nested tuples of fractions."""
        array = np.array(values, dtype=object).reshape(self._shape)
        if self._axes:
            return array.astype(float)[..., None]
        return np.frompyfunc(lambda x: fmpq(x.numerator, x.denominator), 1, 1)(array)

    def reshape(self, a: Any) -> Any:
        """Return the entries, in their order, in another shape."""
        if self._is_whole(a):
            return a
        spread = self._spread(a)
        return spread.reshape((*self._shape, *self._lanes(spread)))

    def broadcast(self, a: Any) -> Any:
        """Return a in a larger shape."""
        return a if self._whole and not has_axes(a) else self._spread(a, self._shape)

    def concatenate(self, *parts: Any) -> Any:
        """Return all entries of some values, one after the other."""
        if any(self._is_whole(a) for a in parts):
            raise self._refused("concatenate", "several vectors in one")
        return _joined([self._flat(a, k) for k, a in enumerate(parts)])

    def take(self, a: Any, index: Any) -> Any:
        """Return entries of a, counted in their order, in the places of an index."""
        if self._is_whole(a):
            raise self._refused("take", "single entries of theta")
        return self._flat(a)[np.array(index, dtype=int).reshape(self._shape)]

    def put(self, a: Any, values: Any, index: Any) -> Any:
        """Return a with other values at the entries of an index, counted in their order."""
        if self._is_whole(a):
            raise self._refused("put", "single entries of theta")
        flat, new = self._flat(a), self._flat(values, 1)
        order = np.arange(len(flat))
        order[np.array(index, dtype=int).ravel()] = len(flat) + np.arange(len(new))
        found = _joined([flat, new])[order]
        return found.reshape((*self._shape, *self._lanes(found)))

    # --- sums -----------------------------------------------------------------------------------

    def sum(self, a: Any, axes: Sequence[int] | None = None, keepdims: bool = False) -> Any:
        """Return the sum over some axes, or all."""
        if self._is_whole(a):
            return self._f.total(a)
        if _is_number(a) and self._whole:
            return self._total_of_number(a)
        count = len(self._shapes[0])
        chosen = tuple(range(count)) if axes is None else tuple(k % count for k in axes)
        return self._spread(a).sum(axis=chosen, keepdims=keepdims) if chosen else a

    def norm(self, a: Any) -> Any:
        """Return the Euclidean length of all entries together."""
        return self._f.norm(a) if self._is_whole(a) else self._f.norm(self._flat(a))[0]

    # --- matrices -------------------------------------------------------------------------------

    def matmul(self, a: Any, b: Any) -> Any:
        """Return the product of two matrices."""
        if self._is_whole(a) or self._is_whole(b):
            raise self._refused("matmul", "matrices of theta")
        return matrices.product(self._spread(a), self._spread(b, self._shapes[1]))

    def solve(self, a: Any, b: Any) -> Any:
        """Return x with a x = b."""
        return matrices.solution(self._matrix("solve", a, 0), self._matrix("solve", b, 1))

    def factor(self, a: Any, kind: str, part: int, library: str = "") -> Any:
        """Return a part of a factorisation, such as "svd", in the order in which NumPy has it.

        It is that of a library, if it is one of `matrices.LIBRARIES`.
        """
        if self._factored is None or self._factored[:2] != (id(a), kind):  # its parts in a row
            found = matrices.factors(kind, self._matrix(kind, a, 0), library)
            self._factored = (id(a), kind, a, found)
        return self._factored[3][part]

    # --- private helpers ------------------------------------------------------------------------

    def _compared(self, compare: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
        if self._branch is not None and self._place in self._branch:
            truth = self._branch[self._place]
            return truth.reshape(*truth.shape, *(1,) * self._axes) if np.ndim(truth) else truth
        if isinstance(a, Endless) or isinstance(b, Endless):
            return b.sign > 0 if isinstance(b, Endless) else a.sign < 0
        x, y = _comparable(a), _comparable(b)
        if x is not None and y is not None:
            return compare(x, y)
        raise MethodError(
            f"the step compares values, which {self._f.kind} cannot: it is smooth only piecewise, "
            "and a branch is followed on a concrete problem (give a problem)"
        )

    def _is_whole(self, a: Any) -> bool:
        """Tell whether a value stands for a tensor whose entries are not told apart."""
        return bool(self._shapes[0]) and not has_axes(a) and not _is_number(a)

    def _total_of_number(self, a: Any) -> Any:
        """Return the sum of a number over the entries of theta, of which no number is known."""
        if a != 0 and self._shapes[0]:
            raise self._refused("sum", "a number of entries")
        return a

    def _flat(self, a: Any, which: int = 0) -> Any:
        spread = self._spread(a, self._shapes[which])
        return spread.reshape(-1, *self._lanes(spread))

    def _spread(self, a: Any, shape: Shape | None = None) -> Any:
        """Return a value as an array of a full shape, and of the lanes."""
        if not has_axes(a):
            a = np.asarray(a) if isinstance(a, float) else _objects(a)
        own = a.shape[a.ndim - self._axes :] if a.ndim >= self._axes else (1,) * self._axes
        full = (*(self._shapes[0] if shape is None else shape), *own)
        return a if a.shape == full else np.broadcast_to(a, full)

    def _lanes(self, a: Any) -> Shape:
        """Return the shape of the lanes of an array."""
        return tuple(a.shape[a.ndim - self._axes :])

    def _matrix(self, operation: str, a: Any, which: int) -> Any:
        if not self._is_whole(a):
            found = self._spread(a, self._shapes[which])
            if isinstance(found, SeriesArray) or found.dtype.kind == "f":
                return found
        raise MethodError(
            f"the step factorises matrices ({operation}), which {self._f.kind} cannot: its "
            "equation is one of numbers at points, modified_equation(method, problem, at=points)"
        )

    def _refused(self, operation: str, what: str) -> MethodError:
        return MethodError(
            f"the step asks for {what} ({operation}), which {self._f.kind} do not have: derive on "
            "a concrete problem (give a problem)"
        )


def has_axes(value: Any) -> bool:
    """Tell an array, of NumPy or of numbers of its own; what has none stands for a tensor itself.

    >>> has_axes(np.zeros(2)), has_axes(1.0)
    (True, False)
    """
    return hasattr(value, "ndim")


OPERATIONS = frozenset(
    name
    for name in dir(Operations)
    if not name.startswith("_") and name not in ("carry_out", "arithmetic")
)
"""The words of tapes."""


# --- private helpers ------------------------------------------------------------------------------


def _floats(a: Any) -> bool:
    """Tell plain floats and arrays of them, in which NumPy's own functions do."""
    return isinstance(a, float) or (library_of(a) is not None and a.dtype.kind == "f")


def _joined(parts: Sequence[Any]) -> Any:
    """Return all entries of arrays with one axis beside their lanes, one after the other."""
    lanes = np.broadcast_shapes(*(p.shape[1:] for p in parts))
    return np.concatenate([np.broadcast_to(p, (len(p), *lanes)) for p in parts])


def _is_number(a: Any) -> bool:
    return isinstance(a, int | float | fmpq | Fraction)


def _comparable(a: Any) -> Any:
    """Return numbers as floats, or an array of them; None if they are not all numbers."""
    if _floats(a) or isinstance(a, int | float):
        return a
    if isinstance(a, np.ndarray):
        found = [_comparable(x) for x in a.ravel()]
        return None if None in found else np.array(found, dtype=float).reshape(a.shape)
    exact = _rational(a)
    return None if exact is None else int(exact.p) / int(exact.q)


def _objects(a: Any) -> Any:
    """Return an array of objects, a single one in an array without axes."""
    if isinstance(a, np.ndarray):
        return a
    found = np.empty((), dtype=object)
    found[()] = a
    return found


def _rational(value: Any) -> fmpq | None:
    """Return an exponent as a rational number, if it is one."""
    if isinstance(value, int | fmpq):
        return fmpq(value)
    found = getattr(value, "as_rational", lambda: None)()
    return None if found is None else fmpq(found)
