"""From a library's optimizer to bea's method with the same step."""

from __future__ import annotations

from typing import Any

from bea.adapters.optax_optimizers import OptaxOptimizer, is_optax_transformation
from bea.adapters.pytorch.kinds import is_torch_optimizer
from bea.adapters.torch_optimizers import TorchOptimizer
from bea.errors import MethodError
from bea.methods import Method


def as_bea_method(optimizer: Any) -> Method:
    """Return bea's method whose step is that of an optimizer of PyTorch or optax.

    That is one of bea's by name where there is one, else the optimizer traced
    (`bea.methods.traced`). Hyperparameters become exact: the decimal 0.9 is 9/10. The learning rate
    is no part of the method: it is the step size gamma.

    Parameters
    ----------
    optimizer
        A `TorchOptimizer` or `OptaxOptimizer`, or an optimizer of PyTorch itself.

    Raises
    ------
    MethodError
        If it cannot be traced. Nothing is ignored but how the numbers are computed (foreach, fused,
        capturable, differentiable).

    Examples
    --------
    With PyTorch installed::

        as_bea_method(TorchOptimizer(torch.optim.SGD, momentum=0.9))  # heavy-ball(beta=9/10)
    """
    if isinstance(optimizer, TorchOptimizer | OptaxOptimizer):
        return optimizer.as_bea_method()
    if is_torch_optimizer(optimizer):
        return TorchOptimizer(optimizer).as_bea_method()
    if is_optax_transformation(optimizer):
        return OptaxOptimizer(optimizer).as_bea_method()  # which says what to give instead
    if isinstance(optimizer, Method):
        raise MethodError(f"'{optimizer}' is no optimizer of PyTorch or optax: nothing to look up")
    raise MethodError(
        f"a {type(optimizer).__name__} is no optimizer of PyTorch or optax: give a TorchOptimizer "
        "or an OptaxOptimizer"
    )
