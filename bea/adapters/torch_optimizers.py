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
from bea.adapters.options import as_exact, refuse_unmodelled, shown
from bea.adapters.update_rules import adadelta_rule, adam_rule, rmsprop_rule, sgd_rule
from bea.arrays import Floats
from bea.errors import MethodError
from bea.methods import Method, get

# How the same numbers are computed, or what is set by bea.
_IMMATERIAL = {"foreach", "fused", "capturable", "differentiable"}
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

        for name, model in _MODELS.items():
            if self.kind is getattr(torch.optim, name, None):
                return model(self._shown_kind, self.complete)
        known = ", ".join(sorted(_MODELS))
        why = _WHY_NOT.get(self._shown_kind, "")
        raise MethodError(
            f"bea has no method for {self._shown_kind}{why} (it has for {known}): iterate it as it "
            "is and read its field off with measured_field"
        )

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


def is_torch_optimizer(candidate: Any) -> bool:
    """Tell a class or instance of torch.optim.Optimizer, without importing torch.

    >>> is_torch_optimizer(int)
    False
    """
    bases = (candidate if isclass(candidate) else type(candidate)).__mro__
    return any((b.__module__, b.__name__) == ("torch.optim.optimizer", "Optimizer") for b in bases)


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


# --- bea's methods for them ---------------------------------------------------------------------


def _sgd(owner: str, options: Mapping[str, Any]) -> Method:
    refuse_unmodelled(owner, options, _IMMATERIAL | {"momentum", "nesterov", "weight_decay",
                                                     "dampening", "maximize"})  # fmt: skip
    numbers = _numbers(owner, options, "momentum", "weight_decay", "dampening")
    momentum, decay, dampening = numbers.values()
    if options["maximize"] or dampening != "0" or (options["nesterov"] and decay != "0"):
        turned, ahead = bool(options["maximize"]), bool(options["nesterov"])
        return sgd_rule(numbers, maximize=turned, nesterov=ahead, dampens=dampening != "0")
    if options["nesterov"]:
        return get("nesterov-torch", beta=momentum)
    given = {"beta": momentum} if momentum != "0" else {}
    name = "heavy-ball" if given else "gradient-descent"
    return get(name, **given) if decay == "0" else get(f"{name}-l2", weight_decay=decay, **given)


def _rmsprop(owner: str, options: Mapping[str, Any]) -> Method:
    refuse_unmodelled(
        owner, options, _IMMATERIAL | {"alpha", "eps", "momentum", "weight_decay", "maximize"}
    )
    numbers = _numbers(owner, options, "alpha", "eps", "momentum", "weight_decay")
    beta, epsilon, momentum, decay = numbers.values()
    if options["maximize"] or momentum != "0" or decay != "0":
        numbers = {**numbers, "beta": beta, "epsilon": epsilon}
        return rmsprop_rule(numbers, inside=False, maximize=bool(options["maximize"]))
    return get("rmsprop", beta=beta, epsilon=epsilon, placement="outside")


def _adam(owner: str, options: Mapping[str, Any]) -> Method:
    decoupled = bool(options.get("decoupled_weight_decay"))
    modelled = {"betas", "eps", "weight_decay", "maximize", "decoupled_weight_decay"}
    refuse_unmodelled(owner, options, _IMMATERIAL | modelled)
    decay = as_exact(options["weight_decay"], "weight_decay", owner)
    averages = _averages(owner, options)
    if options["maximize"] or (decay != "0" and not decoupled):
        numbers = {**averages, "weight_decay": decay}
        return adam_rule(numbers, maximize=bool(options["maximize"]), decoupled=decoupled)
    return get("adamw", weight_decay=decay, **averages) if decoupled else get("adam", **averages)


def _adadelta(owner: str, options: Mapping[str, Any]) -> Method:
    refuse_unmodelled(owner, options, _IMMATERIAL | {"rho", "eps", "weight_decay", "maximize"})
    numbers = _numbers(owner, options, "rho", "eps", "weight_decay")
    beta, epsilon, decay = numbers.values()
    found = {"beta": beta, "epsilon": epsilon, "weight_decay": decay}
    return adadelta_rule(found, maximize=bool(options["maximize"]))


def _numbers(owner: str, options: Mapping[str, Any], *names: str) -> dict[str, str]:
    return {name: as_exact(options[name], name, owner) for name in names}


def _adagrad(owner: str, options: Mapping[str, Any]) -> Method:
    refuse_unmodelled(owner, options, _IMMATERIAL | {"eps"})
    return get("adagrad", epsilon=as_exact(options["eps"], "eps", owner), placement="outside")


def _averages(owner: str, options: Mapping[str, Any]) -> dict[str, str]:
    beta1, beta2 = (as_exact(value, "betas", owner) for value in options["betas"])
    return {"beta1": beta1, "beta2": beta2, "epsilon": as_exact(options["eps"], "eps", owner)}


def _adamw(owner: str, options: Mapping[str, Any]) -> Method:
    # Older releases do not name the decay of AdamW, which is always decoupled.
    return _adam(owner, {**options, "decoupled_weight_decay": True})


_MODELS: dict[str, Callable[[str, Mapping[str, Any]], Method]] = {
    "SGD": _sgd,
    "RMSprop": _rmsprop,
    "Adam": _adam,
    "AdamW": _adamw,
    "Adagrad": _adagrad,
    "Adadelta": _adadelta,
}

_WHY_NOT = {
    "torch.optim.NAdam": ", whose beta1 is warmed up step by step (momentum_decay), where bea's "
    "nadam holds it constant"
}
