"""The options of an optimizer class of PyTorch: which are numbers to compute with, and the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from inspect import Parameter, isclass, signature
from typing import Any

from bea.adapters.tracing.constants import shown_decimal
from bea.adapters.tracing.moments import open_values
from bea.algebra import Expression
from bea.algebra.ring.exact import exact
from bea.errors import MethodError

#: How the same numbers are computed: all are turned off.
IMMATERIAL = ("foreach", "fused", "capturable", "differentiable")
_OURS = ("params", "lr")


class Options:
    """An optimizer class of PyTorch with its options.

    Parameters
    ----------
    kind
        The class.
    given
        Options of it. Floats, texts and fractions are exact numbers; a name leaves one open.

    Attributes
    ----------
    numbers : mapping from str to Expression
        The hyperparameters; of betas=(a, b) they are beta1 and beta2.
    shapes
        The shapes of the tensors, where the options are about certain ones.
    """

    def __init__(self, kind: Any, given: Mapping[str, Any]) -> None:
        self.kind = kind
        self.shapes: tuple[tuple[int, ...], ...] | None = None
        self.parameters = signature(kind).parameters
        self._check(given)
        self.numbers: dict[str, Expression] = {}
        self.chosen: dict[str, str] = {}
        self.rest: dict[str, Any] = {}
        self.where: dict[str, Any] = {}  # of each option that has numbers, their names
        for name, parameter in self.parameters.items():
            if name in _OURS or parameter.kind in (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL):
                continue
            if name in IMMATERIAL:
                self.rest[name] = False
            elif name in given:
                self._take(name, given[name], parameter.default, True)
            elif parameter.default is not Parameter.empty:
                self._take(name, parameter.default, parameter.default, False)
        for name in given.keys() - self.parameters.keys():  # taken by **options
            self._take(name, given[name], 0.0, True)

    @property
    def name(self) -> str:
        """How the class is written."""
        home = self.kind.__module__
        if home.startswith("torch.optim"):
            return f"torch.optim.{self.kind.__name__}"
        root = home.partition(".")[0]
        return self.kind.__name__ if root == "__main__" else f"{root}.{self.kind.__name__}"

    @property
    def generic(self) -> dict[str, float]:
        """The hyperparameters as floats, with some number for each that is open."""
        return open_values(self.numbers)

    def made(self, parameters: Sequence[Any], gamma: Any, values: Mapping[str, Any]) -> Any:
        """Return the optimizer of these parameters with these numbers.

        Raises
        ------
        MethodError
            If PyTorch refuses the options.
        """
        options = dict(self.rest)
        for name, names in self.where.items():
            options[name] = _filled(names, values)
        try:
            return self.kind(list(parameters), lr=gamma, **options)
        except (TypeError, ValueError, RuntimeError, AssertionError, NotImplementedError) as error:
            cause = " ".join(str(error).split()) or type(error).__name__
            raise MethodError(f"PyTorch refuses {self.name} with these options: {cause}") from None

    # --- private helpers ------------------------------------------------------------------------

    def _take(self, name: str, value: Any, default: Any, is_given: bool) -> None:
        """Put an option among the numbers or among the rest."""
        names = self._named(name, value, default)
        if names is None:
            self.rest[name] = value
            if is_given and value != default:
                self.chosen[name] = str(getattr(value, "__name__", value))
        else:
            self.where[name] = names

    def _named(self, name: str, value: Any, default: Any) -> Any:
        """Return the names of the numbers in an option; None if it is none."""
        if isinstance(value, list | tuple) and any(_is_number(x, 0.0) for x in value):
            stem = "beta" if name == "betas" else name
            return tuple(
                self._number(f"{stem}{k + 1}", x) if _is_number(x, 0.0) and x != 0 else _Plain(x)
                for k, x in enumerate(value)
            )
        if not _is_number(value, default) or value == 0:
            return None
        return self._number(name, value)

    def _number(self, name: str, value: Any) -> str:
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        self.numbers[name] = shown_decimal(value) if plain else exact(value, f"option {name}")
        return name

    def _check(self, given: Mapping[str, Any]) -> None:
        for name in sorted({*_OURS} & given.keys()):
            raise MethodError(
                f"option {name} of {self.name} is set by bea: the parameters are theta, and the "
                "learning rate is the step size, given as gammas"
            )
        if "lr" not in self.parameters:
            raise MethodError(f"{self.name} has no learning rate lr: use BlackBox")
        loose = any(p.kind is Parameter.VAR_KEYWORD for p in self.parameters.values())
        for name in given:
            if name not in self.parameters and not loose:
                known = ", ".join(k for k in self.parameters if k not in _OURS)
                raise MethodError(f"{self.name} has no option '{name}': it has {known}")
        closure = signature(self.kind.step).parameters.get("closure")
        if closure is not None and closure.default is Parameter.empty:
            raise MethodError(
                f"{self.name} needs a closure, the loss many times a step: use BlackBox"
            )


class _Plain:
    """An entry of a tuple that is no hyperparameter."""

    def __init__(self, value: Any) -> None:
        self.value = value


def is_torch_optimizer(candidate: Any) -> bool:
    """Tell a class or instance of torch.optim.Optimizer, without importing torch.

    >>> is_torch_optimizer(int)
    False
    """
    bases = (candidate if isclass(candidate) else type(candidate)).__mro__
    return any((b.__module__, b.__name__) == ("torch.optim.optimizer", "Optimizer") for b in bases)


# --- private helpers ------------------------------------------------------------------------------


def _is_number(value: Any, default: Any) -> bool:
    """Tell a number to compute with: a float, what is exact, or a whole number for a float."""
    if isinstance(value, float | Fraction | Expression):
        return True
    if isinstance(value, str):
        return isinstance(default, int | float | tuple | type(None)) and not isinstance(
            default, bool
        )
    return isinstance(value, int) and not isinstance(value, bool) and isinstance(default, float)


def _filled(names: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(names, tuple):
        return tuple(x.value if isinstance(x, _Plain) else values[x] for x in names)
    return values[names]
