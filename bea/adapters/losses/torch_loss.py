"""A PyTorch module with a criterion as a problem: derivatives by `torch.func`, over lanes by vmap.

Needs the extra bea[torch], imported when a loss is made. Source: the reference of torch.func,
https://docs.pytorch.org/docs/stable/func.html (functional_call, grad, jvp, vmap).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Sequence
from copy import copy, deepcopy
from math import factorial
from typing import Any

import numpy as np

from bea.adapters.losses.in_blocks import (
    check_lengths,
    check_scalar,
    check_single,
    count_samples,
    in_blocks,
    library,
    problem_of,
)
from bea.arrays import Floats, Ints
from bea.errors import BeaError
from bea.fields import About
from bea.fields.functions import Derivatives, FunctionLoss, Groups
from bea.fields.functions.derivatives import Fused, Kernel, padded


def torch_loss(
    module: Any, data: Sequence[Any], criterion: Callable[..., Any], name: str | None = None
) -> FunctionLoss:
    """Return criterion(module(inputs), labels) as a problem in the flat parameters.

    Parameters
    ----------
    module
        A `torch.nn.Module` in float64; its parameters are the start, and are never changed.
    data
        (inputs, labels), or (inputs,) where the criterion takes the output alone; the problem is
        a `FunctionSum`, with batches of them.
    criterion
        A function in PyTorch to one number, such as `torch.nn.functional.cross_entropy`.
    name
        What messages call it; by default the name of the module's class.

    Raises
    ------
    BeaError
        If PyTorch is missing; the module is not float64, changes its buffers in the forward pass,
        as batch normalisation does in training, or draws random numbers; the loss is no single
        number, or its gradient not finite at the start; data and labels have different lengths.

    Examples
    --------
    With PyTorch installed::

        module = torch.nn.Sequential(torch.nn.Linear(64, 8), torch.nn.Tanh()).double()
        problem = bea.adapters.torch_loss(module, (x, y), torch.nn.functional.cross_entropy)
    """
    torch = library("torch", "torch")
    given = [_in_double(torch, x) for x in data]
    check_lengths(given)
    groups = {n: p.detach() for n, p in module.named_parameters()}
    kinds = {n: str(p.dtype) for n, p in groups.items()}
    check_single(kinds, "call module.double()")
    _check_forward(torch, module, given[0])
    derivatives = TorchDerivatives(module, groups, given, criterion)
    flat = torch.cat([p.reshape(-1) for p in groups.values()])
    value = derivatives.lane.loss(flat)
    check_scalar(value.shape, str(value.dtype))
    found = Groups(tuple(groups), tuple(tuple(p.shape) for p in groups.values()), filter_axis=0)
    about = About(name=name or type(module).__name__)
    return problem_of(derivatives, found, about, flat.numpy()[None], count_samples(given))


class TorchDerivatives(Derivatives):
    """The derivatives of minus the gradient, over lanes."""

    def __init__(
        self, module: Any, groups: dict[str, Any], data: Sequence[Any], criterion: Any
    ) -> None:
        self.lane = _Lane(module, groups, data, criterion)

    @property
    def threads(self) -> int:
        """In how many threads sums are made; torch.set_num_threads changes it."""
        import torch

        return int(torch.get_num_threads())

    def field(self, theta: Floats) -> Floats:
        """Return minus the gradient at theta, (d, lanes)."""
        return self._mapped(self.lane.field, [theta])

    def loss(self, theta: Floats) -> Floats:
        """Return the loss at theta, (lanes,)."""
        return self._mapped(lambda x: self.lane.loss(x).reshape(()), [theta])

    def batch_field(self, theta: Floats, index: Ints) -> Floats:
        """Return minus the gradient of each lane's batch (B, lanes), (d, lanes)."""
        return self._mapped(lambda x, i: self.lane.on(i).field(x), [theta, index])

    def differential(self, theta: Floats, directions: Sequence[Floats]) -> Floats:
        """Return f^(m)(v_1, ..., v_m) at theta, (d, lanes)."""
        return self._mapped(lambda x, *v: self.lane.differential(x, v), [theta, *directions])

    def taylor(self, coefficients: Sequence[Floats], order: int) -> list[Floats]:
        """Return the Taylor coefficients of the field along a curve."""
        if len(coefficients) == 1 or order == 0:
            return padded([self.field(coefficients[0])], order)
        given = coefficients[: order + 1]
        return list(self._mapped(lambda *c: self.lane.taylor(c, order), given))

    def fuse(self, key: Hashable, kernel: Kernel) -> Fused:
        """Return (theta, gamma, weights) -> kernel(...)."""
        import torch

        def fused(theta: Floats, gamma: Floats, weights: Floats) -> Floats:
            numbers = torch.tensor(weights)
            return self._mapped(lambda x, g: kernel(self.lane, x, g, numbers), [theta, gamma])

        return fused

    def _mapped(self, function: Callable[..., Any], arrays: Sequence[Any]) -> Floats:
        import torch

        def block(*parts: Floats) -> Floats:
            warnings.simplefilter("ignore", DeprecationWarning)  # of PyTorch's own, in forward mode
            tensors = [torch.from_numpy(np.ascontiguousarray(p)) for p in parts]
            if parts[0].shape[-1] == 1:
                found = function(*(t[..., 0] for t in tensors))[..., None]
            else:
                found = torch.func.vmap(function, in_dims=-1, out_dims=-1)(*tensors)
            return np.asarray(found.detach().numpy())

        with warnings.catch_warnings():
            return in_blocks(block, arrays, len(arrays[0]))


class _Lane(Derivatives):
    """The same at a single point (d,), in tensors that torch.func transforms."""

    def __init__(
        self, module: Any, groups: dict[str, Any], data: Sequence[Any], criterion: Any
    ) -> None:
        self.module, self.criterion = module, criterion
        self.shapes = {name: p.shape for name, p in groups.items()}
        self.buffers = dict(module.named_buffers())
        self.inputs, *self.labels = data

    def on(self, index: Any) -> _Lane:
        """Return the same on the samples of a batch (B,)."""
        found = copy(self)
        found.inputs, *found.labels = (x[index] for x in (self.inputs, *self.labels))
        return found

    def loss(self, theta: Any) -> Any:
        import torch

        parts = torch.split(theta, [shape.numel() for shape in self.shapes.values()])
        named = zip(self.shapes.items(), parts, strict=True)
        parameters = {name: part.reshape(shape) for (name, shape), part in named}
        state = {**parameters, **self.buffers}
        output = torch.func.functional_call(self.module, state, (self.inputs,))
        return self.criterion(output, *self.labels)

    def field(self, theta: Any) -> Any:
        import torch

        return -torch.func.grad(lambda x: self.loss(x).reshape(()))(theta)

    def differential(self, theta: Any, directions: Sequence[Any]) -> Any:
        function: Callable[[Any], Any] = self.field
        for way in directions:
            function = _along(function, way)
        return function(theta)

    def taylor(self, coefficients: Sequence[Any], order: int) -> Any:
        import torch

        def curve(t: Any) -> Any:
            return self.field(
                sum(c * t**k for k, c in enumerate(coefficients[1:], 1)) + coefficients[0]
            )

        terms: list[Callable[[Any], Any]] = [curve]
        one = torch.ones((), dtype=torch.float64)
        for _ in range(order):
            terms.append(_along(terms[-1], one))
        return torch.stack([term(0 * one) / factorial(k) for k, term in enumerate(terms)])


# --- private helpers ------------------------------------------------------------------------------


def _along(function: Callable[[Any], Any], way: Any) -> Callable[[Any], Any]:
    import torch

    return lambda x: torch.func.jvp(function, (x,), (way,))[1]


def _in_double(torch: Any, array: Any) -> Any:
    """Return floats of less precision as float64, which changes none of them."""
    tensor = torch.as_tensor(array)
    return tensor.double() if tensor.is_floating_point() else tensor


def _check_forward(torch: Any, module: Any, inputs: Any) -> None:
    """Raise `BeaError` if the forward pass changes the module, or is not the same each time."""
    trial = deepcopy(module)
    before = {name: buffer.clone() for name, buffer in trial.named_buffers()}
    with torch.no_grad():
        first, second = trial(inputs), trial(inputs)
    for name, buffer in trial.named_buffers():
        if not torch.equal(buffer, before[name]):
            raise BeaError(
                f"the forward pass changes the buffer '{name}', so that the loss is no function "
                "of the parameters: call module.eval(), or track no running statistics"
            )
    if torch.is_tensor(first) and not torch.equal(first, second):
        raise BeaError(
            "the forward pass gives another output each time, as dropout does: call module.eval()"
        )
