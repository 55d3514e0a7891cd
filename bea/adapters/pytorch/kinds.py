"""Telling PyTorch's optimizers, without importing PyTorch."""

from __future__ import annotations

from inspect import isclass
from typing import Any


def is_torch_optimizer(candidate: Any) -> bool:
    """Tell a class or instance of torch.optim.Optimizer, without importing torch.

    >>> is_torch_optimizer(int)
    False
    """
    bases = (candidate if isclass(candidate) else type(candidate)).__mro__
    return any((b.__module__, b.__name__) == ("torch.optim.optimizer", "Optimizer") for b in bases)
