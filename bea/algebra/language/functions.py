"""The names of functions: which there are, which mean others, and which are refused and why.

What they are in a tree, a ring or a program is written there; here are the names and the facts
that all of them share.
"""

from __future__ import annotations

from typing import NoReturn

from bea.algebra.language.texts import excerpt
from bea.errors import ExpressionError, nearest

FUNCTIONS = ("exp", "log", "sin", "cos", "sinh", "cosh", "tanh")
"""The functions that a tree may hold."""

SUGAR = ("ln", "sqrt", "tan", "sigmoid", "softplus")
"""The functions that `bea.algebra.language.building` rewrites into `FUNCTIONS`."""

ODD = frozenset({"sin", "sinh", "tanh"})
EVEN = frozenset({"cos", "cosh"})
AT_ZERO = {"exp": 1, "cos": 1, "cosh": 1, "sin": 0, "sinh": 0, "tanh": 0}
"""Values at 0, where they are defined."""

_SMOOTH_ABS = "sqrt(x**2 + 1/100) is a smooth stand-in"
_SMOOTH_MAX = "softplus is a smooth stand-in"
_SMOOTH_STEP = "tanh(c/delta) is a smooth stand-in, on a concrete loss"

NON_SMOOTH = {
    **dict.fromkeys(("abs", "absolute", "fabs"), _SMOOTH_ABS),
    **dict.fromkeys(("max", "maximum", "relu", "leaky_relu", "min", "minimum"), _SMOOTH_MAX),
    **dict.fromkeys(("sign", "sgn", "heaviside", "step", "where", "piecewise"), _SMOOTH_STEP),
    **dict.fromkeys(("floor", "ceil", "ceiling", "round", "trunc", "mod"), "leave it out"),
}
"""Functions (in lower case) that are refused because they have no derivative, with the remedy."""

_INSTEAD = {
    **{
        name: f"Write {text}"
        for name, text in {
            "log10": "log(x)/log(10)", "log2": "log(x)/log(2)", "log1p": "log(1 + x)",
            "expm1": "exp(x) - 1", "pow": "x**2", "square": "x**2", "cbrt": "x**(1/3)",
            "sec": "1/cos(x)", "csc": "1/sin(x)", "cot": "cos(x)/sin(x)",
            "sech": "1/cosh(x)", "csch": "1/sinh(x)", "coth": "cosh(x)/sinh(x)",
        }.items()
    },
    **dict.fromkeys(
        ("asin", "acos", "atan", "arcsin", "arccos", "arctan", "asinh", "acosh", "atanh"),
        "Inverse functions other than log are not available",
    ),
}  # fmt: skip


def refuse_function(name: str) -> NoReturn:
    """Raise the `ExpressionError` for a function that is not smooth, or not known.

    >>> refuse_function("cosh2")
    Traceback (most recent call last):
    bea.errors.ExpressionError: unknown function 'cosh2'. Did you mean 'cosh'? The functions are ...
    """
    quoted, known = excerpt(name), [*FUNCTIONS, *SUGAR]
    if name.lower() in NON_SMOOTH:
        raise ExpressionError(
            f"{quoted} is not differentiable, and modified equations need derivatives of every "
            f"order; {NON_SMOOTH[name.lower()]}"
        )
    hint = f" {_INSTEAD[name]}." if name in _INSTEAD else nearest(name, known)
    raise ExpressionError(
        f"unknown function {quoted}.{hint} The functions are {', '.join(known)}; a product needs *"
    )
