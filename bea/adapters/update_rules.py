"""Optimizers' options for which bea has no method of its own, as update rules.

A library's optimizer is a few lines, and an option adds or changes one of them: maximisation turns
the gradient around, a weight decay is added to it, momentum smooths the step. What is written here
is read by `bea.methods.from_text`, and so iterated and derived like any method.
"""

from __future__ import annotations

from collections.abc import Mapping

from bea.methods import Method, from_text
from bea.methods.rules.text import read_rule

Numbers = Mapping[str, str]


def slope_of(maximize: bool, weight_decay: str) -> str:
    """Return the statement of the gradient that an optimizer works with.

    >>> slope_of(True, "1/10")
    'g = -grad + weight_decay*theta'
    """
    sign = "-" if maximize else ""
    return f"g = {sign}grad" + (" + weight_decay*theta" if weight_decay != "0" else "")


def rmsprop_rule(
    numbers: Numbers, *, inside: bool, maximize: bool = False, nesterov: bool = False
) -> Method:
    """Return RMSProp with weight decay and with momentum on the scaled gradients."""
    root = "sqrt(v + epsilon)" if inside else "(sqrt(v) + epsilon)"
    lines = [slope_of(maximize, numbers["weight_decay"]), "v = beta*v + (1 - beta)*g**2"]
    if numbers["momentum"] == "0":
        return _made("rmsprop", [*lines, f"theta = theta - gamma*g/{root}"], numbers)
    lines += [f"s = g/{root}", "b = momentum*b + s"]
    move = "(s + momentum*b)" if nesterov else "b"
    return _made("rmsprop", [*lines, f"theta = theta - gamma*{move}"], numbers)


def adam_rule(numbers: Numbers, *, maximize: bool = False, decoupled: bool = False) -> Method:
    """Return Adam with weight decay, inside the averages or beside them, and either epsilon.

    `epsilon` stands outside of the root and `inside` in it; what the bias corrections lack of 1 is
    memory that vanishes.
    """
    decay = numbers["weight_decay"]
    square = "v/(1 - c2)" + (" + inside" if numbers.get("inside", "0") != "0" else "")
    root = f"sqrt({square})" + (" + epsilon" if numbers["epsilon"] != "0" else "")
    move = " - gamma*weight_decay*theta" if decoupled and decay != "0" else ""
    lines = [
        "init c1 = 1",
        "init c2 = 1",
        slope_of(maximize, "0" if decoupled else decay),
        "m = beta1*m + (1 - beta1)*g",
        "v = beta2*v + (1 - beta2)*g**2",
        "c1 = beta1*c1",
        "c2 = beta2*c2",
        f"theta = theta{move} - gamma*m/(1 - c1)/({root})",
    ]
    return _made("adam", lines, numbers)


# --- private helpers ----------------------------------------------------------------------------


def _made(name: str, lines: list[str], numbers: Numbers) -> Method:
    """Return the rule with those of the numbers that it reads."""
    text = "; ".join(lines)
    own = {key: numbers[key] for key in read_rule(text).hyperparameters}
    return from_text(text, name=name, **own)
