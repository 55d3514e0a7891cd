"""Python's own numbers on tape: floats and ints that write down what is computed with them.

An optimizer computes 1 - beta1**step in Python. The learning rate, the hyperparameters and the
counters that it is given are `Real` and `Whole` numbers, which are floats and ints in every other
respect. A `Whole` is none to C alone, so that a float of Python's asks it, as in 2.0/step. What
leaves them unseen, such as float(x), is a constant on the tape, which a replay at other values
finds.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bea.adapters.tracing.tape import Tape
from bea.errors import MethodError

_ORDER = {"lt": ("less", False), "le": ("less_equal", False), "eq": ("equal", False),
          "gt": ("less", True), "ge": ("less_equal", True)}  # fmt: skip
_ARITHMETIC = {"add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide",
               "pow": "power"}  # fmt: skip
_FUNCTIONS = ("exp", "log", "tanh", "sin", "cos", "atan")


class Number:
    """What `Real` and `Whole` share: the tape that they are on, and where."""

    tape: Tape
    place: int

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Compute NumPy's functions of numbers as Python's."""
        if method == "__call__" and function.__name__ in ("sqrt", *_FUNCTIONS):
            return _function(function.__name__, inputs[0])
        raise MethodError(
            f"the step takes NumPy's {function.__name__} of a hyperparameter or a counter, an "
            "operation that bea does not know"
        )

    def __bool__(self) -> bool:
        return bool(_comparison("eq")(self, 0) is False)

    def __ne__(self, other: Any) -> Any:
        found = _comparison("eq")(self, other)
        return found if found is NotImplemented else not found

    def __neg__(self) -> Any:
        return number_on(self.tape, self.tape.record("negate", self.place), -plain(self))

    def __abs__(self) -> Any:
        return self if _comparison("ge")(self, 0) else -self


class Real(Number, float):
    """A float on a tape."""

    __hash__ = float.__hash__


class Whole(Number):
    """An int on a tape, such as the number of steps."""

    def __init__(self, value: int) -> None:
        self.value = value

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What `isinstance` asks."""
        return int

    def __int__(self) -> int:
        return self.value

    def __float__(self) -> float:
        return float(self.value)

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return str(self.value)

    def __format__(self, how: str) -> str:
        return format(self.value, how)

    def __deepcopy__(self, memo: Any) -> Whole:
        return self

    def __round__(self, digits: Any = None) -> Any:
        return self if digits is None or digits >= 0 else _whole_only("rounding")(self, digits)

    def _itself(self) -> Whole:
        return self

    __copy__ = __trunc__ = __floor__ = __ceil__ = __pos__ = _itself
    __index__ = __int__


def number_on(tape: Tape, place: int, value: Any) -> Any:
    """Return a number on a tape, a float or an int as its value is."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    found: Any = Whole(value) if whole else Real(value)
    found.tape, found.place = tape, place
    return found


def plain(value: Any) -> Any:
    """Return a number as Python's own."""
    if type(value) is Whole:
        return value.value
    return float.__add__(value, 0.0) if isinstance(value, Real) else value


def place_of(tape: Tape, value: Any) -> int:
    """Return where a number is on a tape; Python's own are constants."""
    if isinstance(value, Number):
        if value.tape is tape:
            return value.place
        value = plain(value)
    if isinstance(value, bool):
        value = int(value)
    return tape.constant(value)


@contextmanager
def mathematics(roots: set[str]) -> Iterator[None]:
    """Let the functions of `math` see numbers on tape, in modules of these packages too.

    Other modules that hold such a function by name are left alone.
    """
    watched = {name: _watching(getattr(math, name)) for name in ("sqrt", "pow", *_FUNCTIONS)
               if hasattr(math, name)}  # fmt: skip
    real = {name: getattr(math, name) for name in watched}
    changed: list[tuple[Any, str, Any]] = []
    modules = [m for name, m in list(sys.modules.items()) if _is_in(name, roots)]
    for module in (math, *modules):
        for name, value in list(getattr(module, "__dict__", {}).items()):
            kind = next((k for k, f in real.items() if f is value), None)
            if kind is not None:
                changed.append((module, name, value))
                setattr(module, name, watched[kind])
    for module in modules:
        if "float" not in getattr(module, "__dict__", {"float": 0}):
            changed.append((module, "float", None))
            module.float = _Float  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module, name, value in changed:
            if value is None:
                delattr(module, name)
            else:
                setattr(module, name, value)


def _is_in(module: str, roots: set[str]) -> bool:
    """Tell whether a module is of these packages; of PyTorch only its optimizers are meant."""
    root = module.partition(".")[0]
    return root in roots and (root != "torch" or module.startswith("torch.optim"))


class _Kind(type):
    """Lets what stands for `float` be asked about as `float` is."""

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, float)


class _Float(float, metaclass=_Kind):
    """Stands for `float` while a step is recorded: numbers on tape, also in tensors, stay there."""

    def __new__(cls, value: Any = 0.0) -> Any:
        if isinstance(value, Real):
            return value
        if type(value) is Whole:
            return number_on(value.tape, value.place, float(plain(value)))
        return value.item() if hasattr(value, "item") else float(value)


# --- private helpers ------------------------------------------------------------------------------


def _arithmetic(name: str, operation: str, mirrored: bool) -> Callable[[Any, Any], Any]:
    compute = getattr(operator, name)

    def method(self: Any, other: Any) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented
        a, b = (other, self) if mirrored else (self, other)
        if not math.isfinite(other):
            return compute(plain(a), plain(b))
        tape = self.tape
        place = tape.record(operation, place_of(tape, a), place_of(tape, b))
        return number_on(tape, place, compute(plain(a), plain(b)))

    return method


def _comparison(name: str) -> Callable[[Any, Any], Any]:
    compute = getattr(operator, name)
    operation, swapped = _ORDER[name]

    def method(self: Any, other: Any) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented
        truth = compute(plain(self), plain(other))
        tape = self.tape
        places = place_of(tape, self), _finite_place(tape, other)
        if None in places:
            return truth
        a, b = places[::-1] if swapped else places
        tape.guard(tape.record(operation, a, b), truth)
        return truth

    return method


def _finite_place(tape: Tape, value: Any) -> Any:
    return place_of(tape, value) if math.isfinite(value) else None


def _remainder(self: Any, other: Any) -> Any:
    """Return n % k of the number of a step, a constant in each phase of the period."""
    if type(self) is Whole and type(other) is int and other > 0:
        return self.tape.repeated(self.value, other)
    return _whole_only("remainder")(self, other)


def _whole_quotient(self: Any, other: Any) -> Any:
    """Return n // k, a constant while n is between two multiples of k: two branches."""
    if type(other) is int and other > 0:
        found = plain(self) // other
        if found * other <= self < (found + 1) * other:
            return found
    return _whole_only("whole quotient")(self, other)


def _whole_only(name: str) -> Callable[[Any, Any], Any]:
    """Refuse what has no meaning beyond whole numbers: it changes with the step for ever."""

    def method(self: Any, other: Any) -> Any:
        raise MethodError(
            f"the step computes a {name} of its number or a hyperparameter, so that what it does "
            "changes with the number of the step for ever: it has no steady state"
        )

    return method


for _name, _operation in _ARITHMETIC.items():
    setattr(Number, f"__{_name}__", _arithmetic(_name, _operation, False))
    setattr(Number, f"__r{_name}__", _arithmetic(_name, _operation, True))
for _name in _ORDER:
    setattr(Number, f"__{_name}__", _comparison(_name))
for _name, _method in {
    "mod": _remainder,
    "floordiv": _whole_quotient,
    "divmod": _whole_only("remainder"),
    "rmod": _whole_only("remainder"),
    "rfloordiv": _whole_only("whole quotient"),
    "rdivmod": _whole_only("remainder"),
    **dict.fromkeys(("and", "rand", "or", "ror", "xor", "rxor"), _whole_only("pattern of bits")),
    **dict.fromkeys(("lshift", "rshift", "rlshift", "rrshift"), _whole_only("shift of bits")),
}.items():
    setattr(Number, f"__{_name}__", _method)


def _watching(real: Callable[..., float]) -> Callable[..., Any]:
    def function(*arguments: Any) -> Any:
        arguments = tuple(a.item() if hasattr(a, "item") else a for a in arguments)
        if not any(isinstance(a, Number) for a in arguments):
            return real(*arguments)
        if real.__name__ == "pow":
            return arguments[0] ** arguments[1]
        return _function(real.__name__, arguments[0])

    return function


def _function(name: str, argument: Any) -> Any:
    tape = argument.tape
    value = getattr(math, name, None)
    real = getattr(value, "__wrapped__", value)
    operation = "sqrt" if name == "sqrt" else "function"
    settings = {} if name == "sqrt" else {"name": name}
    place = tape.record(operation, argument.place, **settings)
    return number_on(tape, place, float(real(plain(argument))))  # type: ignore[misc]
