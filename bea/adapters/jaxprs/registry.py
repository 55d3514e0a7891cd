"""Optimizers of optax with options, as people use them: what is tested, and in the docs' table.

Step sizes of gradients have a size of their own in optimizers that divide by their average; the
options here are such that a loss with gradients of size 1 has its first correction in reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

_HERE = "bea.adapters.jaxprs.registry:"


class Row(NamedTuple):
    """An optimizer, as `bea.methods.traced` takes it: a text and options; and why it is refused.

    Attributes
    ----------
    text : str
    options : mapping
    refused : str
        Words of the reason for which it has no equation; "" if it has one.
    time
        How long it stays on its piece from a start about 1 from the minimum, if it is a sign.
    """

    text: str
    options: Mapping[str, Any] = {}
    refused: str = ""
    time: Any = None

    def __str__(self) -> str:
        name = self.text.rpartition(":")[2]
        inside = ", ".join(f"{key}={value}" for key, value in self.options.items())
        return f"{name}({inside})" if inside else name


# --- combinations ---------------------------------------------------------------------------------


def clipped_adamw(rate: Any, limit: float = 1.0) -> Any:
    """Return AdamW of gradients whose norm is clipped."""
    import optax

    return optax.chain(optax.clip_by_global_norm(limit), optax.adamw(rate, eps=0.01))


def accumulated_momentum(rate: Any, steps: int = 4) -> Any:
    """Return momentum that moves once in some steps, by the mean of their gradients."""
    import optax

    return optax.MultiSteps(optax.sgd(rate, momentum=0.5), steps, accumulator_dtype="float64")


def averaged_descent(rate: Any, decay: float = 0.5) -> Any:
    """Return descent along a moving average of the gradients."""
    import optax

    return optax.chain(optax.ema(decay, debias=False), optax.sgd(rate))


def centralised_descent(rate: Any) -> Any:
    """Return descent with momentum and a decay of the weights, clipped entry by entry."""
    import optax

    return optax.chain(
        optax.clip(10.0), optax.add_decayed_weights(0.1), optax.sgd(rate, momentum=0.5)
    )


def noisy_descent(rate: Any) -> Any:
    """Return descent with noise in its gradients."""
    import optax

    return optax.chain(optax.add_noise(0.1, 0.5, 0), optax.sgd(rate))


def smooth_lion(rate: Any, b1: float = 0.5, b2: float = 0.75, width: float = 0.5) -> Any:
    """Return Lion with tanh(x/width) in place of the sign of x."""
    import jax
    import optax

    def init(parameters: Any) -> Any:
        return jax.tree.map(jax.numpy.zeros_like, parameters)

    def update(slopes: Any, average: Any, parameters: Any = None) -> tuple[Any, Any]:
        def mixed(weight: Any) -> Any:
            return jax.tree.map(lambda m, g: weight * m + (1 - weight) * g, average, slopes)

        return jax.tree.map(lambda x: -rate * jax.numpy.tanh(x / width), mixed(b1)), mixed(b2)

    return optax.GradientTransformation(init, update)


# --- the rows -------------------------------------------------------------------------------------

_AVERAGES = {"b1": 0.5, "b2": 0.75, "eps": 0.01}
_FORGETS = "forgets nothing"
_RANDOM = "draws random numbers"

ROWS = (
    Row("optax:sgd"),
    Row("optax:sgd", {"momentum": 0.5}),
    Row("optax:sgd", {"momentum": 0.5, "nesterov": True}),
    Row("optax:adam", _AVERAGES),
    Row("optax:adam", {**_AVERAGES, "nesterov": True}),
    Row("optax:adamw", {**_AVERAGES, "weight_decay": 0.1}),
    Row("optax:nadamw", {**_AVERAGES, "weight_decay": 0.1}),
    Row("optax:adamax", _AVERAGES),
    Row("optax:adamaxw", {**_AVERAGES, "weight_decay": 0.1}),
    Row("optax:amsgrad", _AVERAGES),
    Row("optax:adabelief", {**_AVERAGES, "eps_root": 0.01}),
    Row("optax:adadelta", {"rho": 0.5, "eps": 0.01}),
    Row("optax:adafactor", {}, "reads its number n"),
    Row("optax:adagrad", {}, _FORGETS),
    Row("optax:adan", {"b1": 0.5, "b2": 0.5, "b3": 0.75, "eps": 0.01}),
    Row("optax:fromage"),
    Row("optax:lamb", {**_AVERAGES, "weight_decay": 0.1}),
    Row("optax:lars", {"momentum": 0.5, "trust_coefficient": 0.1}),
    Row("optax:lbfgs", {}, "needs more than gradients"),
    Row("optax:lion", {"b1": 0.5, "b2": 0.75}, time=0.5),
    Row("optax:noisy_sgd", {}, _RANDOM),
    Row("optax:novograd", {"b1": 0.5}),
    Row("optax:optimistic_adam", _AVERAGES),
    Row("optax:optimistic_adam_v2", _AVERAGES),
    Row("optax:optimistic_gradient_descent"),
    Row("optax:radam", _AVERAGES),
    Row("optax:rmsprop", {"decay": 0.5, "eps": 0.01}),
    Row("optax:rmsprop", {"decay": 0.5, "eps": 0.01, "centered": True, "momentum": 0.5}),
    Row("optax:rprop", {}, "does not tend to the identity"),
    Row("optax:sign_sgd", time=0.5),
    Row("optax:signum", {"beta": 0.5}, time=0.5),
    Row("optax:sm3", {}, _FORGETS),
    Row("optax:yogi", {}, _FORGETS),
    Row("optax:acprop", {**_AVERAGES, "eps_root": 0.01}),
    Row("optax:ademamix", {**_AVERAGES, "b3": 0.9}),
    Row("optax:adopt", _AVERAGES, "reads its number n"),
    Row("optax:cocob", {}, "does not tend to the identity"),
    Row("optax:dadapt_adamw"),
    Row("optax:dog", {}, _FORGETS),
    Row("optax:dowg", {}, _FORGETS),
    Row("optax:galore"),
    Row("optax:madgrad", {}, "reads its number n"),
    Row("optax:momo", {}, "needs more than gradients"),
    Row("optax:momo_adam", {}, "needs more than gradients"),
    Row("optax:muon"),
    Row("optax:prodigy"),
    Row("optax:schedule_free_adamw", {}, "settles in no closed form"),
    Row("optax:schedule_free_sgd", {}, "settles in no closed form"),
    Row("optax:simplified_ademamix", {"b1": 0.5, "b2": 0.75, "eps": 0.01}),
    Row("optax:sophia", {}, "needs more than gradients"),
    Row(_HERE + "clipped_adamw", {"limit": 0.1}),
    Row(_HERE + "accumulated_momentum"),
    Row(_HERE + "averaged_descent"),
    Row(_HERE + "centralised_descent"),
    Row(_HERE + "noisy_descent", {}, _RANDOM),
    Row(_HERE + "smooth_lion"),
)
