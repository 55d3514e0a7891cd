"""Makers of optax transformations, and which of their options are hyperparameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from inspect import Parameter, Signature, signature
from types import MappingProxyType, SimpleNamespace
from typing import Any

from flint import fmpq

from bea.adapters.options import shown
from bea.adapters.tracing.constants import shown_decimal
from bea.algebra import Expression
from bea.algebra.language.building import number
from bea.algebra.language.expressions import free_symbols
from bea.algebra.language.grammar import parse
from bea.algebra.ring.exact import as_float
from bea.errors import BeaError, MethodError

LEARNING_RATE = "learning_rate"


class Gamma:
    """Stands for the step size in a transformation that is made already, as its learning rate.

    optax takes it for a schedule that does not depend on the step.
    """

    def __init__(self) -> None:
        self._now: Any = None

    def __call__(self, count: Any = None) -> Any:
        """Return the step size of the step that is taken."""
        if self._now is None:
            raise MethodError(
                "gamma stands for the learning rate while bea traces a transformation: to run it "
                "yourself, give a number"
            )
        return self._now

    def __repr__(self) -> str:
        return "gamma"

    @contextmanager
    def being(self, value: Any) -> Iterator[None]:
        """Let it be a value."""
        before, self._now = self._now, value
        try:
            yield
        finally:
            self._now = before


gamma = Gamma()
"""The learning rate of a transformation that is given to bea made: optax.adam(gamma)."""


class Maker:
    """Makes an optax transformation of a learning rate and hyperparameters.

    Parameters
    ----------
    maker
        A function of the learning rate, such as optax.adam, or a transformation with `gamma` for
        its learning rate.
    options
        Its options. Floats are hyperparameters, exact as the decimals that they show; texts are
        names or numbers where a number is meant.

    Raises
    ------
    MethodError
        If there is no such option, or an option is no number where one is meant.
    """

    def __init__(self, maker: Any, options: Mapping[str, Any]) -> None:
        if LEARNING_RATE in options:
            raise MethodError(
                "option learning_rate is set by bea: it is the step size, given as gammas"
            )
        self._made = is_transformation(maker)
        if not self._made and not callable(maker):
            raise MethodError(f"{shown(maker)} is no optax transformation, and makes none")
        self.name = _name_of(maker)
        self._maker = maker
        self._signature = Signature() if self._made else signature(maker)
        self._by_name = LEARNING_RATE in self._signature.parameters
        self.plain: dict[str, Any] = {}
        found: dict[str, Expression] = {}
        for name, value in self._all_options(options).items():
            exact = self._as_number(name, value)
            if exact is None:
                self.plain[name] = value
            elif exact == number(0):  # which turns something off
                self.plain[name] = 0.0
            else:
                found[name] = exact
        self.hyperparameters: Mapping[str, Expression] = MappingProxyType(found)

    @property
    def options(self) -> dict[str, str]:
        """The options that are no hyperparameters, and not what they are by default."""
        parameters = self._signature.parameters
        return {
            name: shown(value)
            for name, value in self.plain.items()
            if name not in parameters
            or (value is not parameters[name].default and value != parameters[name].default)
        }

    #: Whether the transformation moves pairs of parameters, `optax.LookaheadParams`.
    pairs = False

    def without(self, name: str) -> Maker:
        """Return the maker with a hyperparameter as a plain number, on which Python may branch."""
        other = Maker.__new__(Maker)
        other.__dict__.update(self.__dict__)
        other.plain = {**self.plain, name: as_float(self.hyperparameters[name])}
        kept = {k: v for k, v in self.hyperparameters.items() if k != name}
        other.hyperparameters = MappingProxyType(kept)
        return other

    def make(self, rate: Any, values: Mapping[str, Any]) -> Any:
        """Return the transformation with these hyperparameters."""
        found = self._with_gamma(rate) if self._made else self.made(rate, {**self.plain, **values})
        return _of_the_fast(found) if self.pairs else found

    def made(self, rate: Any, options: Mapping[str, Any]) -> Any:
        """Return the transformation that the function makes of options."""
        try:
            given = {LEARNING_RATE: rate} if self._by_name else {}
            made = self._maker(*(() if given else (rate,)), **given, **options)
        except (TypeError, ValueError) as error:
            inside = ", ".join(f"{name}={shown(value)}" for name, value in options.items())
            cause = " ".join(str(error).split())
            raise MethodError(f"{self.name}({inside}) cannot be made: {cause}") from None
        made = getattr(made, "gradient_transformation", lambda: made)()  # of optax.MultiSteps
        if not is_transformation(made):
            raise MethodError(
                f"{self.name} returned a {type(made).__name__}: give a function of the learning "
                "rate that returns an optax transformation"
            )
        return made

    # --- private helpers ------------------------------------------------------------------------

    def _all_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return all options, with the defaults of those that are numbers."""
        parameters = list(self._signature.parameters.values())
        free = any(p.kind is Parameter.VAR_KEYWORD for p in parameters)
        names = [p.name for p in parameters if p.name != LEARNING_RATE]
        names = names if self._by_name else names[1:]
        for name in options:
            if name not in names and not free:
                raise MethodError(
                    f"{self.name} has no option '{name}': it has {', '.join(names) or 'none'}"
                )
        defaults = {p.name: p.default for p in parameters if isinstance(p.default, float)}
        defaults.pop(LEARNING_RATE, None)
        return {**defaults, **options}

    def _as_number(self, name: str, value: Any) -> Expression | None:
        """Return an option as an exact number or a name, or None if it is something else."""
        if isinstance(value, Expression):
            return value
        if isinstance(value, Fraction | fmpq):
            return number(value)
        if isinstance(value, float):
            return shown_decimal(value)
        parameter = self._signature.parameters.get(name)
        if isinstance(value, str) and parameter is not None and _is_real(parameter):
            try:
                return parse(value)
            except BeaError as error:
                raise MethodError(f"option {name}={value} of {self.name}: {error}") from None
        return None

    def _with_gamma(self, rate: Any) -> Any:
        """Return the transformation with `gamma` for a value, wherever it is called."""

        def within(function: Callable[..., Any]) -> Callable[..., Any]:
            def called(*arguments: Any) -> Any:
                with gamma.being(rate):
                    return function(*arguments)

            return called

        return SimpleNamespace(init=within(self._maker.init), update=within(self._maker.update))


def is_transformation(candidate: Any) -> bool:
    """Tell a gradient transformation: a named tuple of init and update.

    >>> is_transformation(lambda rate: None)
    False
    """
    return isinstance(candidate, tuple) and getattr(candidate, "_fields", ()) == ("init", "update")


# --- private helpers ------------------------------------------------------------------------------


def _name_of(maker: Any) -> str:
    """Return the name by which users know a maker."""
    import optax
    import optax.contrib

    for module in (optax, optax.contrib):
        for name, value in vars(module).items():
            if value is maker:
                return f"{module.__name__}.{name}"
    return getattr(maker, "__name__", None) or (
        "optax-chain" if isinstance(maker, tuple) else shown(maker)
    )


def _is_real(parameter: Parameter) -> bool:
    if isinstance(parameter.default, float):
        return True
    text = str(parameter.annotation)
    return "float" in text or "Scalar" in text or "ArrayLike" in text


def _of_the_fast(transformation: Any) -> Any:
    """Return what moves pairs of parameters, fast and slow, with the slow ones in its memory."""
    import jax
    import optax

    def init(fast: Any) -> Any:
        slow = jax.tree.map(jax.numpy.copy, fast)
        return slow, transformation.init(optax.LookaheadParams(fast, slow))

    def update(slopes: Any, state: Any, fast: Any = None) -> Any:
        slow, inner = state
        moves, inner = transformation.update(slopes, inner, optax.LookaheadParams(fast, slow))
        return moves.fast, (optax.apply_updates(slow, moves.slow), inner)

    return SimpleNamespace(init=init, update=update)


Trial = Callable[[Maker], Any]


def with_plain_options(maker: Maker, trial: Trial) -> Maker:
    """Return the maker with plain numbers for the hyperparameters on which Python branches.

    `trial` traces with a maker; JAX refuses such a branch on what is traced.
    """
    import jax

    def runs(candidate: Maker) -> bool:
        try:
            trial(candidate)
        except jax.errors.ConcretizationTypeError:
            return False
        return True

    if runs(maker):
        return maker
    open_names = [k for k, v in maker.hyperparameters.items() if free_symbols(v)]
    closed = [k for k in maker.hyperparameters if k not in open_names]
    for name in closed:
        if runs(alone := maker.without(name)):
            return alone
    for name in closed:
        maker = maker.without(name)
        if runs(maker):
            return maker
    if open_names:
        raise MethodError(
            f"'{maker.name}' decides by the value of an option what it does: give numbers to "
            f"{', '.join(open_names)}"
        )
    trial(maker)
    return maker
