"""What a method is: a `step`, the memory that it carries, and exact hyperparameters.

The step formula is the only place where a method says what it does. It is run in numbers, in
power series, and on trees (see `bea.fields.arithmetics` and `bea.bseries.arithmetic`); what an
arithmetic cannot express it refuses by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import fields, is_dataclass
from decimal import Decimal, localcontext
from math import inf
from typing import Any, ClassVar, NamedTuple

from bea.algebra.language.calls import written_call
from bea.algebra.language.expressions import Expression, Number, free_symbols, to_text
from bea.algebra.language.grammar import parse
from bea.algebra.language.texts import shortened
from bea.algebra.ring.element import Element
from bea.algebra.ring.exact import as_float, exact_decimal
from bea.errors import ExpressionError, MethodError
from bea.fields.vector_field import VectorField
from bea.files.drawings import Mathematics
from bea.trees import PLAIN, Color, Colors, Tree

_SAID = {"true": "yes", "false": "no", "on": "yes", "off": "no", "1": "yes", "0": "no",
         "yes": "yes", "no": "no"}  # fmt: skip
_LONG = 24  # characters of a fraction that are written as a decimal where it is one


class Range(NamedTuple):
    """Where a hyperparameter may lie; `ends` says which ends belong to it, as in "[)"."""

    low: float
    high: float = inf
    ends: str = "[)"

    def check(self, name: str, value: Expression) -> None:
        """Raise `MethodError` if a number lies outside; what is symbolic passes.

        >>> Range(0, 1).check("beta", exact_decimal(1))
        Traceback (most recent call last):
        ...
        bea.errors.MethodError: hyperparameter beta=1 is out of range: it must lie in [0, 1)
        """
        if free_symbols(value):
            return
        number = as_float(value)
        above = number >= self.low if self.ends[0] == "[" else number > self.low
        below = number <= self.high if self.ends[1] == "]" else number < self.high
        if not (above and below):
            raise MethodError(
                f"hyperparameter {name}={shortened(to_text(value))} is out of range: it must lie "
                f"in {self.ends[0]}{self.low:g}, {self.high:g}{self.ends[1]}"
            )


class Method(Mathematics):
    """Base of all methods: subclass it as a frozen dataclass and write `step`.

    The dataclass fields are the hyperparameters. They may be given as integers, fractions, texts
    such as "9/10" or "sqrt(2)", or left symbolic as a text such as "beta"; they are kept exact. A
    float stands for the decimal that it shows, 0.9 for 9/10; one with more than 12 digits looks
    computed and is refused: write 1/3 as "1/3". Those named in `options` are no numbers to compute
    with but choices out of a few.

    Class attributes: `name` (lower-case with hyphens), `also` (other names of it, such as
    "radau5(stages=3)" with what they say), `title` (one line), `source` (literature),
    `order_of_accuracy` (None if it depends on the hyperparameters), `gradient` (True if the
    method is meant for losses and its equations are written in derivatives of L), `ranges` (where
    hyperparameters may lie), `options` (what may be chosen: {"placement": ("outside", "inside")}),
    `readers` (of those that are no numbers: a function that reads each of them),
    `iterates_only` (why the method has no modified equation, and what to take instead),
    `counts` (whether it counts its steps, so that its first ones are not the steady state),
    `needs_time` (whether its equation is one with the time t = n gamma, for the number n of steps),
    `has_time` (whether the last variable of its problem is the time),
    `at_points` (whether its step is expanded at points alone, as one with factors of matrices),
    `numbers_only` (True if the step runs in float64 alone, so that nothing is derived from it),
    `colors` (what the nodes of trees stand for: f alone, or `bea.trees.WITH_THETA` for a step with
    a weight decay, or the parts of a field that is a sum, which `parts` then gives, and
    `mover`, or `moved` for each of them, says in words).

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Relaxed(Method):
    ...     weight: object = "1/2"
    ...
    ...     def step(self, f, theta, state, gamma):
    ...         return theta + gamma * f(theta + self.weight * gamma * f(theta)), state
    >>> Relaxed(weight="1/3").parameters
    {'weight': '1/3'}
    """

    name: ClassVar[str] = ""
    also: ClassVar[tuple[str, ...]] = ()
    title: ClassVar[str] = ""
    source: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    order_of_accuracy: ClassVar[int | None] = None
    gradient: ClassVar[bool] = False
    ranges: ClassVar[Mapping[str, Range]] = {}
    options: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    readers: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    colors: ClassVar[Colors] = PLAIN
    mover: ClassVar[str] = "part {} of the variables"
    moved: ClassVar[tuple[str, ...]] = ()
    iterates_only: ClassVar[str] = ""
    counts: bool = False
    needs_time: bool = False
    has_time: bool = False
    at_points: bool = False
    numbers_only: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Keep the inherited `repr`: a dataclass writes one of its own where it finds none."""
        super().__init_subclass__(**options)
        cls.__repr__ = cls.__repr__  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        """Make every hyperparameter exact; refuse a computed float and an unknown choice."""
        for name, choices in self.options.items():
            object.__setattr__(self, name, _chosen(name, getattr(self, name), choices))
        for name, read in self.readers.items():
            object.__setattr__(self, name, read(getattr(self, name)))
        for name in _hyperparameters(self):
            object.__setattr__(self, name, _exact_all(getattr(self, name), name))
        for name, allowed in self.ranges.items():
            if isinstance(getattr(self, name), tuple):
                raise MethodError(f"hyperparameter {name} is a list: give one number")
            allowed.check(name, getattr(self, name))

    def init(self, f: Any, theta: Any) -> Any:
        """Return the memory before the first step; a one-step method has none."""
        return ()

    def begun(self, f: Any, theta: Any) -> Any:
        """Return the memory that stands still as a run has it: that before the first step."""
        return self.init(f, theta)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta and the memory after one step of size gamma along the field f.

        Beside f(theta) there are f.derivative(theta, v) = f'(theta) v, its matrix
        f.jacobian(theta), f.solve and f.solve_linear; see `bea.fields.arithmetics`.
        """
        raise MethodError(
            f"'{self}' has no step: write step(self, f, theta, state, gamma), which returns theta "
            "and the memory"
        )

    def check_field(self, field: Any) -> None:
        """Raise `BeaError` if the method cannot be meant for this field; most are for every one."""

    def parts(self, field: VectorField) -> Mapping[Color, Sequence[Element]]:
        """Return the components on a concrete field of colours other than f and theta."""
        return {}

    def vanishes(self, tree: Tree) -> bool:
        """Tell whether F(tree) is 0 for all fields that the method is meant for, by its colours."""
        return False

    def for_every_field(self) -> tuple[Method, str]:
        """Return what is derived where no field is given, and what to say of it if it is another.

        On trees there is one small number, gamma: what has two is derived with their ratio.
        """
        return self, ""

    def shift_polynomials(self) -> tuple[Sequence[Any], Sequence[Any]] | None:
        """Return (rho, sigma), lowest power first, if rho(E) theta = gamma sigma(E) f(theta).

        None for a method that is not linear in shifts, such as most Runge-Kutta methods.
        """
        return None

    @property
    def rounding(self) -> Any:
        """The unit of the last place of hyperparameters that are rounded decimals, or None."""
        return None

    @property
    def legend(self) -> Mapping[str, str]:
        """What the variables of its equation are that a problem does not have by itself."""
        return {}

    def bind(self, constant: Callable[[Expression], Any]) -> Method:
        """Return the method with its hyperparameters turned into numbers by `constant`."""
        bound = copy(self)
        for name in _hyperparameters(self):
            object.__setattr__(bound, name, _map_nested(constant, getattr(self, name)))
        return bound

    @property
    def parameters(self) -> dict[str, str]:
        """The hyperparameters and options as texts."""
        return {name: _text(getattr(self, name)) for name in _fields(self)}

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        name = self.name or type(self).__name__
        return f"{name}({inside})" if inside else name

    def __repr__(self) -> str:
        return written_call(self.name or type(self).__name__, self.parameters)


def _fields(method: Any) -> list[str]:
    return [field.name for field in fields(method)] if is_dataclass(method) else []


def _hyperparameters(method: Method) -> list[str]:
    others = {*method.options, *method.readers}
    return [name for name in _fields(method) if name not in others]


def _chosen(name: str, value: Any, choices: Sequence[Any]) -> Any:
    """Return the choice that reads as `value` does: what is typed is a text."""
    said = _SAID.get(str(value).lower(), value) if set(_SAID.values()) == set(choices) else value
    for choice in choices:
        if str(choice) == str(said):
            return choice
    raise MethodError(
        f"option {name}={value} is unknown: choose one of {', '.join(map(str, choices))}"
    )


def _exact_all(value: Any, what: str) -> Any:
    if isinstance(value, tuple | list):
        return tuple(_exact_all(item, what) for item in value)
    try:
        return exact_decimal(value, what)
    except ExpressionError as error:
        raise ExpressionError(f"hyperparameter {error}") from None


def _map_nested(function: Callable[[Any], Any], value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_map_nested(function, item) for item in value)
    return function(value)


def _written(value: Expression) -> str:
    """Return an expression as text, a decimal of many places as a decimal."""
    text = to_text(value)
    if isinstance(value, Number) and len(text) > _LONG:
        with localcontext() as context:
            context.prec = 60
            decimal = Decimal(int(value.value.p)) / Decimal(int(value.value.q))
        if parse(f"{decimal:f}") is value:
            return f"{decimal:f}"
    return text


def _text(value: Any) -> str:
    if not isinstance(value, tuple):
        return _written(value) if isinstance(value, Expression) else str(value)
    nested = bool(value) and isinstance(value[0], tuple)
    return ("; " if nested else ", ").join(map(_text, value))
