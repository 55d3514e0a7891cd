"""PyTorch's optimizers, iterated as they are, and bea's methods for them.

A run holds one float64 tensor of d numbers and an optimizer of its own; before each step its
gradient is set to -f(theta), for a loss the exact grad L. The learning rate is the step size gamma.
Needs the extra bea[torch]; torch is imported when an optimizer is wrapped. Source: the reference of
torch.optim, https://docs.pytorch.org/docs/stable/optim.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, isclass, signature
from typing import Any

from bea.adapters.black_box import Advance, ForeignMethod
from bea.adapters.options import as_exact, shown
from bea.adapters.pytorch.kinds import is_torch_optimizer
from bea.arrays import Floats
from bea.errors import MethodError
from bea.methods import Method, get, traced

# What is set by bea.
_OURS = {"params", "lr"}


class TorchOptimizer(ForeignMethod):
    """An optimizer of torch.optim, or a subclass of torch.optim.Optimizer, as a method.

    Parameters
    ----------
    optimizer
        The class; or an instance that has taken no step, whose class and options are used. Its own
        parameters and learning rate are not: theta and the step sizes take their place.
    **options
        The options of the class, except params and lr.

    Raises
    ------
    MethodError
        If PyTorch refuses the options, or the optimizer cannot be run like this: it needs
        a closure, has taken steps, has a scheduler, or several groups of parameters.

    Examples
    --------
    With PyTorch installed::

        sgd = TorchOptimizer(torch.optim.SGD, momentum=0.9)
        bea.iterate(sgd, bea.problems.booth(), [[0, 0]], [0.01], time=1.0)
    """

    def __init__(self, optimizer: Any, **options: Any) -> None:
        if not is_torch_optimizer(optimizer):
            raise MethodError(
                f"{shown(optimizer)} is no optimizer of PyTorch: give a class such as "
                "torch.optim.SGD, with its options"
            )
        self.kind: Any = optimizer if isclass(optimizer) else type(optimizer)
        self._check_kind(options)
        if not isclass(optimizer):
            options = {**_options_of(optimizer, self.kind), **options}
        self.given = options
        self.complete = self._group()
        if not isclass(optimizer):
            _check_same(optimizer.param_groups[0], self.complete, self._shown_kind)

    def begin(self, theta: Floats, gamma: float) -> Advance:
        import torch

        parameter = torch.nn.Parameter(torch.tensor(theta, dtype=torch.float64))
        optimizer = self._made(parameter, gamma)

        def advance(theta: Floats, slope: Floats) -> Floats:
            with torch.no_grad():
                parameter.copy_(torch.from_numpy(theta))
            parameter.grad = torch.from_numpy(-slope)
            optimizer.step()
            moved: Floats = parameter.detach().numpy().copy()
            return moved

        return advance

    def as_bea_method(self) -> Method:
        """Return bea's method with the same step; see `bea.adapters.as_bea_method`."""
        import torch

        for name, named in _NAMED.items():
            if self.kind is getattr(torch.optim, name, None):
                found = named(self._shown_kind, self.complete)
                if found is not None:
                    return found
        return traced(self.kind, **self.given)

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={shown(value)}" for name, value in self.given.items())
        return f"{self._shown_kind}({inside})"

    # --- private helpers ----------------------------------------------------------------------

    @property
    def _shown_kind(self) -> str:
        home = "torch.optim" if self.kind.__module__.startswith("torch.optim") else ""
        return f"{home}.{self.kind.__name__}" if home else self.kind.__name__

    def _check_kind(self, options: Mapping[str, Any]) -> None:
        for name in sorted(_OURS & set(options)):
            raise MethodError(
                f"option {name} of {self._shown_kind} is set by bea: the parameters are theta, "
                "and the learning rate is the step size, given as gammas"
            )
        if "lr" not in signature(self.kind).parameters:
            raise MethodError(f"{self._shown_kind} has no learning rate lr: use BlackBox")
        closure = signature(self.kind.step).parameters.get("closure")
        if closure is not None and closure.default is Parameter.empty:
            raise MethodError(
                f"{self._shown_kind} needs a closure, the loss many times a step: use BlackBox"
            )

    def _made(self, parameter: Any, gamma: float) -> Any:
        try:
            return self.kind([parameter], lr=gamma, **self.given)
        except (TypeError, ValueError) as error:
            cause = " ".join(str(error).split())
            raise MethodError(f"PyTorch refuses {self}: {cause}") from None

    def _group(self) -> dict[str, Any]:
        """Return all options, defaults included, of an optimizer that is made on trial."""
        import torch

        trial = self._made(torch.nn.Parameter(torch.zeros(1, dtype=torch.float64)), 0.125)
        return {name: v for name, v in trial.param_groups[0].items() if name not in _OURS}


def _options_of(optimizer: Any, kind: Any) -> dict[str, Any]:
    """Return the options of an instance, as far as its class takes them."""
    if len(optimizer.param_groups) != 1:
        raise MethodError(
            f"the optimizer has {len(optimizer.param_groups)} groups of parameters: give one, "
            "since theta is one"
        )
    if optimizer.state:
        raise MethodError(
            "the optimizer has taken steps, and its memory would be lost: give a fresh one"
        )
    (group,) = optimizer.param_groups
    if "initial_lr" in group:
        raise MethodError(
            "a learning-rate scheduler is attached to the optimizer, and it would be ignored: "
            "give one without"
        )
    known = set(signature(kind).parameters) - _OURS
    return {name: value for name, value in group.items() if name in known}


def _check_same(group: Mapping[str, Any], made: Mapping[str, Any], owner: str) -> None:
    for name, value in group.items():
        if name not in _OURS and (name not in made or made[name] != value):
            raise MethodError(
                f"option {name}={shown(value)} of {owner} was set after it was made, or is none of "
                "its class: give the class and its options instead"
            )


# --- bea's own methods for some of them ----------------------------------------------------------

_OFF = {"maximize", "dampening", "amsgrad", "centered", "lr_decay", "initial_accumulator_value"}


def _sgd(owner: str, options: Mapping[str, Any]) -> Method | None:
    decay, ahead = options["weight_decay"], options["nesterov"]
    if _is_on(options) or (ahead and decay):
        return None
    given = _exact(owner, options, beta="momentum") if options["momentum"] else {}
    if ahead:
        return get("nesterov-torch", **given)
    name = "heavy-ball" if given else "gradient-descent"
    if not decay:
        return get(name, **given)
    return get(f"{name}-l2", **given, **_exact(owner, options, weight_decay="weight_decay"))


def _rmsprop(owner: str, options: Mapping[str, Any]) -> Method | None:
    if _is_on(options) or options["momentum"] or options["weight_decay"]:
        return None
    return get("rmsprop", **_exact(owner, options, beta="alpha", epsilon="eps"))


def _adam(owner: str, options: Mapping[str, Any]) -> Method | None:
    decoupled, decay = options.get("decoupled_weight_decay"), options["weight_decay"]
    if _is_on(options) or (decay and not decoupled):
        return None
    rates = dict(zip(("beta1", "beta2"), options["betas"], strict=True))
    given = {name: as_exact(value, "betas", owner) for name, value in rates.items()}
    given |= _exact(owner, options, epsilon="eps")
    if not decoupled:
        return get("adam", **given)
    return get("adamw", **given, **_exact(owner, options, weight_decay="weight_decay"))


def _adamw(owner: str, options: Mapping[str, Any]) -> Method | None:
    # Older releases do not name the decay of AdamW, which is always decoupled.
    return _adam(owner, {**options, "decoupled_weight_decay": True})


def _adagrad(owner: str, options: Mapping[str, Any]) -> Method | None:
    if _is_on(options) or options["weight_decay"]:
        return None
    return get("adagrad", **_exact(owner, options, epsilon="eps"))


def _is_on(options: Mapping[str, Any]) -> bool:
    return any(options.get(name) for name in _OFF)


def _exact(owner: str, options: Mapping[str, Any], **names: str) -> dict[str, str]:
    return {own: as_exact(options[name], name, owner) for own, name in names.items()}


_NAMED: dict[str, Callable[[str, Mapping[str, Any]], Method | None]] = {
    "SGD": _sgd,
    "RMSprop": _rmsprop,
    "Adam": _adam,
    "AdamW": _adamw,
    "Adagrad": _adagrad,
}
