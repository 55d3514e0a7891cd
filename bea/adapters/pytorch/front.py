"""What `bea.adapters.tracing.libraries` asks of the front end for PyTorch."""

from __future__ import annotations

from inspect import isclass, signature
from typing import Any

import torch

from bea.adapters.pytorch.forms import INNER, LOOSE, first_argument, loose_options
from bea.adapters.pytorch.kinds import is_torch_optimizer
from bea.adapters.pytorch.options import Options
from bea.adapters.pytorch.source import TorchSource
from bea.adapters.tracing.optimizer import Shapes
from bea.errors import UnknownNameError, nearest


def takes(optimizer: Any) -> bool:
    """Tell whether it is an optimizer of PyTorch."""
    return is_torch_optimizer(optimizer)


def source(optimizer: Any, options: dict[str, Any], shapes: Shapes | None = None) -> TorchSource:
    """Return the front end of a class, or of an instance that has taken no step."""
    if isclass(optimizer):
        found = Options(optimizer, options)
        found.shapes = shapes
    else:
        found = Options.of_instance(optimizer, options)
    return TorchSource(found)


def found(name: str) -> Any:
    """Return the class of torch.optim of that name, in any case."""
    known = {kind.lower(): kind for kind in names()}
    if name.lower() not in known:
        raise UnknownNameError(
            f"torch.optim has no optimizer '{name}'.{nearest(name, names())} 'bea list torch' "
            "shows them all"
        )
    return getattr(torch.optim, known[name.lower()])


def names() -> list[str]:
    """Return the names of the optimizers of torch.optim."""
    base = torch.optim.Optimizer
    everything = vars(torch.optim).items()
    return sorted(k for k, v in everything if isclass(v) and issubclass(v, base) and v is not base)


def option_names(optimizer: Any) -> list[str]:
    """Return the names of the options of a class, with those of what it steps."""
    kind = optimizer if isclass(optimizer) else type(optimizer)
    parameters = signature(kind).parameters
    kinds = (
        [getattr(torch.optim, n) for n in names()] if first_argument(parameters) in INNER else []
    )
    found = [
        name
        for given in (parameters, *(signature(inner).parameters for inner in kinds))
        for name, p in given.items()
        if name not in ("params", "model", "lr") and p.kind not in LOOSE
    ]
    return list(dict.fromkeys([*found, *(loose_options(kind) or ())]))
