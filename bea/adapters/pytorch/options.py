"""The options of an optimizer class of PyTorch: which are numbers to compute with, and the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from inspect import Parameter, signature
from itertools import zip_longest
from math import isfinite
from typing import Any

import torch

from bea.adapters.pytorch.forms import (
    INNER,
    LOOSE,
    class_named,
    first_argument,
    loose_options,
    made_of,
)
from bea.adapters.tracing.constants import shown_decimal
from bea.adapters.tracing.moments import open_values
from bea.algebra import Expression
from bea.algebra.ring.exact import exact
from bea.errors import MethodError, nearest

#: How the same numbers are computed: all are turned off.
IMMATERIAL = ("foreach", "fused", "capturable", "differentiable")
_OURS = ("params", "model", "lr")
_TAKEN = ("gamma", "count", "theta", "grad", "memory")


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
    inner : Options or None
        Those of the optimizer that this one steps, if it is made of one: an option `optimizer`,
        torch.optim.SGD by default. Options that are not its own are that one's.
    """

    def __init__(self, kind: Any, given: Mapping[str, Any]) -> None:
        self.kind = kind
        self.shapes: tuple[tuple[int, ...], ...] | None = None
        self.parameters = signature(kind).parameters
        self.first = first_argument(self.parameters)
        self.inner: Options | None = None
        if self.first in INNER:
            given = self._with_inner(given)
        given = self._with_bare_names(given)
        self._check(given)
        self.numbers: dict[str, Expression] = {}
        self.chosen: dict[str, str] = {}
        self.groups = [_Group(1, {}, {})]
        for name, parameter in self.parameters.items():
            if name in (*_OURS, self.first) or parameter.kind in LOOSE:
                continue
            if name in IMMATERIAL:
                self.groups[0].rest[name] = False
            elif name in given:
                self._take(self.groups[0], name, given[name], parameter.default, True)
            elif parameter.default is not Parameter.empty:
                self._take(self.groups[0], name, parameter.default, parameter.default, False)
        for name in sorted(given.keys() - self.parameters.keys()):  # taken by **options
            value = _truth(given[name])
            if isinstance(value, bool):  # or read of each group
                self.groups[0].marks[name] = value
            self._take(self.groups[0], name, value, 0.0, True)

    @classmethod
    def of_instance(cls, optimizer: Any, given: Mapping[str, Any]) -> Options:
        """Return the options of an optimizer that has taken no step, and of its groups."""
        kind, groups = type(optimizer), optimizer.param_groups
        inner = next((v for k, v in vars(optimizer).items() if k in INNER), None)
        if inner is not None:
            return cls._around(kind, optimizer, inner, given)
        if optimizer.state:
            raise MethodError(
                "the optimizer has taken steps, and its memory would be lost: give a fresh one"
            )
        if "initial_lr" in groups[0]:
            raise MethodError(
                "a learning-rate scheduler is attached to the optimizer, and it would be ignored: "
                "give one without, and the scheduler to bea.adapters.schedule_from_torch"
            )
        known = signature(kind).parameters.keys() - {*_OURS, *IMMATERIAL}
        found = cls(kind, {**{k: v for k, v in groups[0].items() if k in known}, **given})
        for place, group in enumerate(groups[1:], start=2):
            ratio = _ratio(group["lr"], groups[0]["lr"])
            found.groups.append(_Group(len(group["params"]), {}, {}, ratio))
            for name in sorted(known & group.keys()):
                if group[name] != groups[0].get(name):
                    default = found.parameters[name].default
                    found._take(found.groups[-1], name, group[name], default, True, f"_{place}")
        for own, group in zip(found.groups, groups, strict=True):
            own.marks = {k: v for k, v in group.items() if k not in known and isinstance(v, bool)}
            own.marks = {k: v for k, v in own.marks.items() if k not in IMMATERIAL}
        shapes = tuple(tuple(p.shape) for group in groups for p in group["params"])
        found.groups[0].size = len(groups[0]["params"])
        if len(shapes) > 1 or len(shapes[0]) > 1:
            found.shapes = shapes
        return found

    @property
    def all_numbers(self) -> dict[str, Expression]:
        """The hyperparameters, with those of the optimizer that is stepped."""
        return {**({} if self.inner is None else self.inner.all_numbers), **self.numbers}

    @property
    def all_chosen(self) -> dict[str, str]:
        """What else was chosen, and which optimizer is stepped."""
        if self.inner is None:
            return self.chosen
        return {self.first: self.inner.name, **self.inner.all_chosen, **self.chosen}

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
        return open_values(self.all_numbers)

    def made(self, parameters: Sequence[Any], gamma: Any, values: Mapping[str, Any]) -> Any:
        """Return the optimizer of these parameters with these numbers.

        Raises
        ------
        MethodError
            If PyTorch refuses the options.
        """
        own = self.groups[0].options(values)
        try:
            if self.inner is not None:
                made = self.kind(self.inner.made(parameters, gamma, values), **own)
            else:
                groups = self._entries(parameters, gamma, values)
                made = made_of(self.kind, self.first, groups, gamma, own)
        except (TypeError, ValueError, RuntimeError, AssertionError, LookupError) as error:
            cause = " ".join(str(error).split()) or type(error).__name__
            raise MethodError(
                f"PyTorch refuses {self.name} with these options: {cause}{self.hint}"
            ) from None
        if not hasattr(made, "param_groups") or not hasattr(made, "state"):
            raise MethodError(
                f"{self.name} has no groups of parameters or no state of its own: use BlackBox"
            )
        if hasattr(made, "train"):  # which some ask for before a step
            made.train()
        return made

    # --- private helpers ------------------------------------------------------------------------

    def _entries(
        self, parameters: Sequence[Any], gamma: Any, values: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Return the groups of parameters; the options of the first are those of the class."""
        left, entries = list(parameters), []
        for place, group in enumerate(self.groups):
            size = group.size if len(self.groups) > 1 else len(left)
            rate = gamma if group.ratio == 1 else group.ratio * gamma
            options = group.options(values) if place else {}
            entries.append({"params": left[:size], "lr": rate, **group.marks, **options})
            left = left[size:]
        return entries

    def _with_bare_names(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Take names of options from the end of a text that has more entries than its option.

        In "betas=0.9,b, weight_decay" the last is an option that is left open.
        """
        found = dict(given)
        for name, value in given.items():
            default = self.parameters[name].default if name in self.parameters else None
            if not isinstance(value, str) or not isinstance(default, tuple):
                continue
            parts = [part.strip() for part in value.split(",")]
            while len(parts) > len(default) and parts[-1] in self.parameters.keys() - found.keys():
                found[parts[-1]] = parts[-1]
                parts.pop()
            if found.keys() != given.keys():
                found[name] = ",".join(parts)
        return found

    @property
    def hint(self) -> str:
        """What to say of tuples of another length than the default, where the optimizer fails."""
        odd = [
            f"{name} has {len(parameter.default)} entries by default, and was given {len(found)}"
            for name, parameter in self.parameters.items()
            if isinstance(parameter.default, tuple)
            and isinstance(found := self.groups[0].where.get(name), tuple)
            and len(found) != len(parameter.default)
        ]
        return f": {'; '.join(odd)}" if odd else ""

    def _with_inner(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Take the optimizer that is stepped, and its options; return the own ones."""
        kind = class_named(given.get(self.first))
        own = {k: v for k, v in given.items() if k in self.parameters and k != self.first}
        rest = {k: v for k, v in given.items() if k not in own and k != self.first}
        self.inner = Options(kind, rest)
        return own

    @classmethod
    def _around(cls, kind: Any, optimizer: Any, inner: Any, given: Mapping[str, Any]) -> Options:
        """Return the options of an optimizer that steps another one."""
        known = [k for k in signature(kind).parameters if k not in INNER and hasattr(optimizer, k)]
        own = {k: getattr(optimizer, k) for k in known}
        found = cls(kind, {**own, **given})
        found.inner = Options.of_instance(inner, {})
        found.shapes = found.inner.shapes
        return found

    def _take(
        self, group: _Group, name: str, value: Any, default: Any, is_given: bool, mark: str = ""
    ) -> None:
        """Put an option among the numbers or among the rest."""
        value = _read(name, value, default)
        if isinstance(value, torch.Tensor):  # of single precision, and may be learnt
            raise MethodError(f"option {name} of {self.name} is a tensor: give a number, or a name")
        names = self._named(name, value, default, mark)
        if names is not None:
            group.where[name] = names
            return
        group.rest[name] = value
        if is_given and value != default:
            self.chosen[name + mark] = str(getattr(value, "__name__", value))

    def _named(self, name: str, value: Any, default: Any, mark: str) -> Any:
        """Return the names of the numbers in an option; None if it is none."""
        if _all_whole(default):
            return None
        if isinstance(value, list | tuple) and any(_is_number(x, 0.0) for x in value):
            stem = "beta" if name == "betas" else name
            return tuple(
                self._number(f"{stem}{k + 1}{mark}", x)
                if _is_number(x, 0.0) and x != 0
                else _Plain(x)
                for k, x in enumerate(value)
            )
        if not _is_number(value, default) or value == 0:
            return None
        return self._number(name + mark, value)

    def _number(self, name: str, value: Any) -> str:
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        name = f"{name}_" if name in _TAKEN else name
        self.numbers[name] = shown_decimal(value) if plain else exact(value, f"option {name}")
        return name

    def _check(self, given: Mapping[str, Any]) -> None:
        for name in sorted({*_OURS} & given.keys()):
            raise MethodError(
                f"option {name} of {self.name} is set by bea: the parameters are theta, and the "
                "learning rate is the step size, given as gammas"
            )
        if "base_optimizer" in self.parameters:
            raise MethodError(
                f"{self.name} steps another optimizer at gradients of other points, for which it "
                "needs a closure: use BlackBox"
            )
        if "lr" not in self.parameters and self.inner is None:
            raise MethodError(f"{self.name} has no learning rate lr: use BlackBox")
        loose = loose_options(self.kind)
        named = [k for k, p in self.parameters.items() if p.kind not in LOOSE]
        own = [k for k in dict.fromkeys([*named, *(loose or ())]) if k not in _OURS]
        for name in [n for n in given if n not in own] if loose is not None else ():
            raise MethodError(
                f"{self.name} has no option '{name}': it has {', '.join(own)}.{nearest(name, own)}"
            )
        closure = signature(self.kind.step).parameters.get("closure")
        if closure is not None and closure.default is Parameter.empty:
            raise MethodError(
                f"{self.name} needs a closure, the loss many times a step: use BlackBox"
            )


@dataclass
class _Group:
    """The options of a group of parameters: those with numbers, and the rest."""

    size: int
    where: dict[str, Any]
    rest: dict[str, Any]
    ratio: float = 1
    marks: dict[str, Any] = field(default_factory=dict)

    def options(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return all of them, with these numbers."""
        return {**self.rest, **{k: _filled(names, values) for k, names in self.where.items()}}


class _Plain:
    """An entry of a tuple that is no hyperparameter."""

    def __init__(self, value: Any) -> None:
        self.value = value


# --- private helpers ------------------------------------------------------------------------------


def _read(name: str, value: Any, default: Any) -> Any:
    """Return an option as its class takes it, where it may have been typed as a text."""
    if not isinstance(value, str) or isinstance(default, str):
        return value
    text = value.strip()
    if isinstance(default, bool):
        if text.lower() not in _TRUTHS:
            raise MethodError(f"option {name}={value} is a choice: write true or false")
        return _TRUTHS[text.lower()]
    if isinstance(default, tuple):
        parts = [f"{name.removesuffix('s')}{k + 1}" for k in range(len(default))]
        found = parts if text == name else text.strip("()[]").split(",")
        return tuple(_read(name, part, x) for part, x in zip_longest(found, default))
    if text.lower() == "none" or (default is None and not _looks_exact(text)):
        return None if text.lower() == "none" else value
    whole = isinstance(default, int) and default != 0 and text.lstrip("-").isdigit()
    return int(text) if whole else value


_TRUTHS = {"true": True, "yes": True, "on": True, "1": True,
           "false": False, "no": False, "off": False, "0": False}  # fmt: skip


def _truth(value: Any) -> Any:
    """Return a truth value that may have been typed, else what is given."""
    return (
        {"true": True, "false": False}.get(value.lower(), value)
        if isinstance(value, str)
        else value
    )


def _all_whole(default: Any) -> bool:
    """Tell a tuple of whole numbers, such as the numbers of steps."""
    return isinstance(default, tuple) and bool(default) and all(type(x) is int for x in default)


def _looks_exact(text: str) -> bool:
    return any(c.isdigit() for c in text)


def _ratio(rate: Any, first: Any) -> float:
    return 1 if rate == first else float(rate) / float(first)


def _is_number(value: Any, default: Any) -> bool:
    """Tell a number to compute with: a float, what is exact, or a whole number for a float."""
    if isinstance(value, float | Fraction | Expression):
        return not isinstance(value, float) or isfinite(value)
    if isinstance(value, str):
        return not isinstance(default, str | bool)
    return isinstance(value, int) and not isinstance(value, bool) and isinstance(default, float)


def _filled(names: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(names, tuple):
        return tuple(x.value if isinstance(x, _Plain) else values[x] for x in names)
    return values[names]
