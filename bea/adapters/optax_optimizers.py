"""optax's optimizers, iterated as they are, and bea's methods for them.

An optax optimizer hides its options in closures, so that it is given as its maker and options:
`OptaxOptimizer(optax.adam, b1=0.9)`; the maker is called with each step size as learning rate. The
updates run in JAX on the CPU, compiled once for every step size, in float64 whatever JAX's own
setting. Needs the extra bea[optax]; optax is imported when a maker is wrapped. Source: the
reference of optax, https://optax.readthedocs.io/en/latest/api/optimizers.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

import numpy as np

from bea.adapters.black_box import Advance, ForeignMethod
from bea.adapters.options import as_exact, refuse_unmodelled, shown
from bea.adapters.update_rules import adam_rule, rmsprop_rule
from bea.arrays import Floats
from bea.errors import MethodError
from bea.methods import Method, get

_OURS = "learning_rate"


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
        if is_optax_transformation(maker) or not callable(maker):
            raise MethodError(
                "an optax transformation that is made already hides its options and its learning "
                "rate: give its maker, as in OptaxOptimizer(optax.adam, b1=0.9)"
            )
        if _OURS in options:
            raise MethodError(
                "option learning_rate is set by bea: it is the step size, given as gammas"
            )
        self.maker = maker
        self.given = options
        self._compiled: dict[float, tuple[Any, Any]] = {}
        self._made(0.125)

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
        import optax

        for name, model in _MODELS.items():
            if self.maker is getattr(optax, name, None):
                bound = signature(self.maker).bind(0.125, **self.given)
                bound.apply_defaults()
                given = {key: v for key, v in bound.arguments.items() if key != _OURS}
                return model(f"optax.{name}", given)
        known = ", ".join(sorted(_MODELS))
        raise MethodError(
            f"bea has no method for {_name_of(self.maker)} of optax (it has for {known}): "
            "iterate it as it is and read its field off with measured_field"
        )

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={shown(value)}" for name, value in self.given.items())
        return f"{_name_of(self.maker)}({inside})"

    # --- private helpers ----------------------------------------------------------------------

    def _made(self, gamma: float) -> Any:
        try:
            made = self.maker(gamma, **self.given)
        except (TypeError, ValueError) as error:
            cause = " ".join(str(error).split())
            raise MethodError(f"{self} cannot be made: {cause}") from None
        if not is_optax_transformation(made):
            raise MethodError(
                f"{shown(self.maker)} returned a {type(made).__name__}: give a function of the "
                "learning rate that returns an optax transformation"
            )
        return made

    def _for(self, gamma: float) -> tuple[Any, Any]:
        """Return init and the compiled step (gradient, state, theta) -> (theta, state)."""
        if gamma not in self._compiled:
            import jax
            import optax

            made = self._made(gamma)

            def update(gradient: Any, state: Any, theta: Any) -> tuple[Any, Any]:
                updates, state = made.update(gradient, state, theta)
                return optax.apply_updates(theta, updates), state

            self._compiled[gamma] = made.init, jax.jit(update)
        return self._compiled[gamma]


def _name_of(maker: Any) -> str:
    """Return the name by which users know a maker; nadam is a partial adam, which has none."""
    import optax

    known = [name for name in _MODELS if getattr(optax, name, None) is maker]
    return f"optax.{known[0]}" if known else shown(maker)


def is_optax_transformation(candidate: Any) -> bool:
    """Tell a gradient transformation: a named tuple of init and update.

    >>> is_optax_transformation(lambda rate: None)
    False
    """
    return isinstance(candidate, tuple) and getattr(candidate, "_fields", ()) == ("init", "update")


# --- bea's methods for them ---------------------------------------------------------------------


def _sgd(owner: str, options: Mapping[str, Any]) -> Method:
    refuse_unmodelled(owner, options, {"momentum", "nesterov"})
    momentum = as_exact(options["momentum"] or 0, "momentum", owner)
    if momentum == "0":
        return get("gradient-descent")
    return get("nesterov-torch" if options["nesterov"] else "heavy-ball", beta=momentum)


def _rmsprop(owner: str, options: Mapping[str, Any]) -> Method:
    # Nesterov's look ahead belongs to the momentum, which may be off.
    refuse_unmodelled(owner, options, {"decay", "eps", "eps_in_sqrt", "momentum", "nesterov"})
    beta, epsilon = (as_exact(options[name], name, owner) for name in ("decay", "eps"))
    momentum, inside = as_exact(options["momentum"] or 0, "momentum", owner), options["eps_in_sqrt"]
    if momentum != "0":
        numbers = {"beta": beta, "epsilon": epsilon, "momentum": momentum, "weight_decay": "0"}
        return rmsprop_rule(numbers, inside=bool(inside), nesterov=bool(options["nesterov"]))
    return get("rmsprop", beta=beta, epsilon=epsilon, placement="inside" if inside else "outside")


def _adam(owner: str, options: Mapping[str, Any]) -> Method:
    refuse_unmodelled(owner, options, {"b1", "b2", "eps", "eps_root", "nesterov"})
    both = None if options["nesterov"] else _both_epsilons(owner, options)
    if both is not None:
        return adam_rule({**both, "weight_decay": "0"})
    return get("nadam" if options["nesterov"] else "adam", **_averages(owner, options))


def _adamw(owner: str, options: Mapping[str, Any]) -> Method:
    refuse_unmodelled(owner, options, {"b1", "b2", "eps", "eps_root", "weight_decay"})
    decay = as_exact(options["weight_decay"], "weight_decay", owner)
    both = _both_epsilons(owner, options)
    if both is not None:
        return adam_rule({**both, "weight_decay": decay}, decoupled=True)
    return get("adamw", weight_decay=decay, **_averages(owner, options))


def _both_epsilons(owner: str, options: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the numbers of Adam where there is an epsilon in the root and one outside."""
    names = {"beta1": "b1", "beta2": "b2", "epsilon": "eps", "inside": "eps_root"}
    found = {own: as_exact(options[name], name, owner) for own, name in names.items()}
    return found if "0" not in (found["epsilon"], found["inside"]) else None


def _adagrad(owner: str, options: Mapping[str, Any]) -> Method:
    refuse_unmodelled(owner, options, {"eps"})
    return get("adagrad", epsilon=as_exact(options["eps"], "eps", owner), placement="inside")


def _sign_sgd(owner: str, options: Mapping[str, Any]) -> Method:
    refuse_unmodelled(owner, options, ())
    return get("sign-descent")


def _averages(owner: str, options: Mapping[str, Any]) -> dict[str, str]:
    """Return the averages' rates and the one epsilon: outside the root (eps) or inside."""
    beta1, beta2 = (as_exact(options[name], name, owner) for name in ("b1", "b2"))
    outside, inside = (as_exact(options[name], name, owner) for name in ("eps", "eps_root"))
    if outside != "0" and inside != "0":
        raise MethodError(
            f"bea does not model eps and eps_root of {owner} together: give one of them, or "
            "iterate the optimizer as it is and read its field off with measured_field"
        )
    placement, epsilon = ("outside", outside) if inside == "0" else ("inside", inside)
    return {"beta1": beta1, "beta2": beta2, "epsilon": epsilon, "placement": placement}


_MODELS: dict[str, Callable[[str, Mapping[str, Any]], Method]] = {
    "sgd": _sgd,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
    "nadam": _adam,
    "adagrad": _adagrad,
    "sign_sgd": _sign_sgd,
}
