"""What is known of a method beside its step: parameters with ranges, formula, tableau, source.

It is read off the class, for `bea show`, for the lists, and for `help(bea.methods.heavy_ball)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bea.algebra.language.makers import defaults, page, remarks, told_default
from bea.methods.method import Method

_COEFFICIENTS = ("A", "G", "b", "bbar", "c", "A2", "b2")


def range_of(cls: type[Method], name: str) -> str:
    """Return where a hyperparameter may lie, or what it is chosen from; "" if anywhere.

    >>> from bea.methods import available
    >>> range_of(available()["heavy-ball"], "beta")
    '[0, 1)'
    """
    if name in cls.options:
        return ", ".join(map(str, cls.options[name]))
    if name not in cls.ranges:
        return ""
    low, high, ends = cls.ranges[name]
    return f"{ends[0]}{low:g}, {high:g}{ends[1]}"


def formula_lines(cls: type[Method]) -> list[str]:
    """Return the formula, and the tableau where the class has one.

    >>> from bea.methods import available
    >>> print("\\n".join(formula_lines(available()["heun"])))
    kᵢ = f(θ + γ Σ aᵢⱼ kⱼ),  θ₊ = θ + γ Σ bᵢ kᵢ
    <BLANKLINE>
    0  |
    1  |  1
    ---+----------
       |  1/2  1/2
    """
    lines = [cls.formula] if cls.formula else []
    own: Any = vars(cls)
    made: Any = cls
    if not isinstance(own.get("A", own.get("stiff")), str | tuple):  # to be given
        return lines
    if "stiff" in own:
        for k, tableau in enumerate(made().tableaus, start=1):
            lines += ["", f"of f{k}:", *repr(tableau).splitlines()]
    elif hasattr(cls, "tableau"):
        lines += ["", *repr(made().tableau).splitlines()]
    else:
        lines += ["", *(f"{name} = {own[name]}" for name in _COEFFICIENTS if name in own)]
    return lines


def notes(cls: type[Method]) -> Iterator[str]:
    """Yield the order of accuracy, why there is no modified equation, and the source."""
    if cls.order_of_accuracy:
        yield f"order of accuracy: {cls.order_of_accuracy}"
    if cls.iterates_only:
        yield f"no modified equation: {cls.iterates_only}"
    if cls.source:
        yield f"source: {cls.source}"


def documentation(cls: type[Method]) -> str:
    """Return what `help` says of the maker of a method.

    >>> from bea.methods import available
    >>> print(documentation(available()["gradient-descent"]))
    Gradient descent: explicit Euler on the gradient flow.
    <BLANKLINE>
        θ₊ = θ − γ ∇L(θ)
    <BLANKLINE>
    order of accuracy: 1
    source: Cauchy, Comptes rendus 25 (1847) 536-538
    """
    parameters = {name: (told_default(cls, name), range_of(cls, name)) for name in defaults(cls)}
    own = remarks(cls) if "__doc__" in vars(cls) else ""
    return page(cls.title, own, formula_lines(cls), parameters, notes(cls))
