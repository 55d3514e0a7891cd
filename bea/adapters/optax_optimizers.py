"""optax's optimizers, iterated as they are, and bea's methods for them.

An optax optimizer hides its options in closures, so that it is given as its maker and options:
`OptaxOptimizer(optax.adam, b1=0.9)`; the maker is called with each step size as learning rate. The
updates run in JAX on the CPU, compiled once for every step size, in float64 whatever JAX's own
setting. Needs the extra bea[optax]; optax is imported when a maker is wrapped. Source: the
reference of optax, https://optax.readthedocs.io/en/latest/api/optimizers.html.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, partial
from inspect import signature
from typing import Any, NamedTuple

import numpy as np

from bea.adapters.black_box import Advance, ForeignMethod
from bea.adapters.jaxprs.making import LEARNING_RATE, Maker, is_transformation
from bea.adapters.options import shown
from bea.adapters.tracing.constants import shown_decimal
from bea.adapters.tracing.libraries import traced
from bea.arrays import Floats
from bea.errors import MethodError
from bea.methods import Method, get

_KEPT = 64  # step sizes for which a step stays compiled


class OptaxOptimizer(ForeignMethod):
    """An optimizer of optax as a method.

    Parameters
    ----------
    maker
        A function of the learning rate that returns a gradient transformation, such as optax.adam,
        or one's own: `lambda rate: optax.chain(optax.clip(1.0), optax.sgd(rate))`.
    **options
        Its options, except the learning rate.

    Raises
    ------
    MethodError
        If the maker refuses the options, or a transformation is given that is
        made already.

    Examples
    --------
    With optax installed::

        adam = OptaxOptimizer(optax.adam, b2=0.99)
        bea.iterate(adam, bea.problems.booth(), [[0, 0]], [0.01], time=1.0)
    """

    def __init__(self, maker: Callable[..., Any], **options: Any) -> None:
        if is_transformation(maker) or not callable(maker):
            raise MethodError(
                "an optax transformation that is made already hides its options and its learning "
                "rate: give its maker, as in OptaxOptimizer(optax.adam, b1=0.9)"
            )
        self._named = Maker(maker, options)
        self.maker = maker
        self.given = options
        self._for = lru_cache(maxsize=_KEPT)(self._compiled)
        self._named.made(0.125, options)

    def begin(self, theta: Floats, gamma: float) -> Advance:
        import jax

        with jax.enable_x64(True):
            init, update = self._for(gamma)
            state = init(theta)

        def advance(theta: Floats, slope: Floats) -> Floats:
            nonlocal state
            with jax.enable_x64(True):
                moved, state = update(-slope, state, theta)
                return np.asarray(moved)

        return advance

    def as_bea_method(self) -> Method:
        """Return bea's method with the same step; see `bea.adapters.as_bea_method`."""
        bound = signature(self.maker).bind(0.125, **self.given)
        bound.apply_defaults()
        options = {key: v for key, v in bound.arguments.items() if key != LEARNING_RATE}
        found = _own_method(self._named.name, options)
        return traced(self.maker, **self.given) if found is None else found

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={shown(value)}" for name, value in self.given.items())
        return f"{self._named.name}({inside})"

    # --- private helpers ----------------------------------------------------------------------

    def _compiled(self, gamma: float) -> tuple[Any, Any]:
        """Return init and the compiled step (gradient, state, theta) -> (theta, state)."""
        import jax
        import optax

        made = self._named.made(gamma, self.given)

        def update(gradient: Any, state: Any, theta: Any) -> tuple[Any, Any]:
            updates, state = made.update(gradient, state, theta)
            return optax.apply_updates(theta, updates), state

        return made.init, jax.jit(update)


# --- bea's methods for them ---------------------------------------------------------------------


def _own_method(name: str, options: dict[str, Any]) -> Method | None:
    """Return the method of bea's library that is this optimizer, if all its options are."""
    model = _MODELS.get(name)
    if model is None:
        return None
    read = {key: options.pop(key) for key in model.read if key in options}
    if any(map(_is_on, options.values())) or not all(map(_is_plain, read.values())):
        return None
    return model.made({key: 0 if v is None else v for key, v in read.items()})


def _is_on(value: Any) -> bool:
    return value is not None and not (isinstance(value, bool | int | float) and not value)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | Fraction)


class _Model(NamedTuple):
    """A maker of optax in bea's library, by options that it reads, if the others are off."""

    read: tuple[str, ...]
    made: Callable[[dict[str, Any]], Method | None]


def _sgd(o: dict[str, Any]) -> Method:
    if not o["momentum"]:
        return get("gradient-descent")
    return get("nesterov-torch" if o["nesterov"] else "heavy-ball", beta=_exact(o["momentum"]))


def _rmsprop(o: dict[str, Any]) -> Method:
    placement = "inside" if o["eps_in_sqrt"] else "outside"
    return get("rmsprop", beta=_exact(o["decay"]), epsilon=_exact(o["eps"]), placement=placement)


def _adam(o: dict[str, Any], name: str = "adam") -> Method | None:
    if (o["eps"] and o["eps_root"]) or (o.get("nesterov") and name == "adamw"):
        return None
    own = {"beta1": o["b1"], "beta2": o["b2"], "epsilon": o["eps"] or o["eps_root"]}
    if name == "adamw":
        own["weight_decay"] = o["weight_decay"]
    placement = "inside" if o["eps_root"] else "outside"
    exact = {key: _exact(value) for key, value in own.items()}
    return get("nadam" if o.get("nesterov") else name, **exact, placement=placement)


def _exact(value: Any) -> str:
    return str(shown_decimal(value))


_AVERAGES = ("b1", "b2", "eps", "eps_root", "nesterov")
_MODELS = {
    "optax.sgd": _Model(("momentum", "nesterov"), _sgd),
    # Nesterov's look ahead belongs to the momentum, which is off.
    "optax.rmsprop": _Model(("decay", "eps", "eps_in_sqrt", "nesterov"), _rmsprop),
    "optax.adam": _Model(_AVERAGES, _adam),
    "optax.nadam": _Model(_AVERAGES, _adam),
    "optax.adamw": _Model((*_AVERAGES, "weight_decay"), partial(_adam, name="adamw")),
    "optax.adagrad": _Model(
        ("eps",), lambda o: get("adagrad", epsilon=_exact(o["eps"]), placement="inside")
    ),
    "optax.sign_sgd": _Model((), lambda o: get("sign-descent")),
}
