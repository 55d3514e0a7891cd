"""The names of functions: which there are, which mean others, and which are refused and why.

What they are in a tree, a ring or a program is written there; here are the names and the facts
that all of them share.
"""

from __future__ import annotations

from typing import NoReturn

from bea.algebra.language.texts import excerpt
from bea.errors import ExpressionError, nearest

FUNCTIONS = ("exp", "log", "sin", "cos", "sinh", "cosh", "tanh", "asin", "atan", "asinh", "erf")
"""The functions that a tree may hold."""

SUGAR = (
    "ln", "sqrt", "tan", "acos", "acosh", "atanh", "sec", "csc", "cot", "sech", "csch",
    "coth", "log10", "log2", "log1p", "expm1", "square", "sigmoid", "softplus", "logcosh", "silu",
    "gelu",
)  # fmt: skip
"""The functions that `bea.algebra.language.building` rewrites into `FUNCTIONS`."""

ALIASES = {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "tg": "tan",
    "expit": "sigmoid", "logistic": "sigmoid", "swish": "silu",
}  # fmt: skip
"""Other names that people and libraries have for functions."""

ODD = frozenset({"sin", "sinh", "tanh", "asin", "atan", "asinh", "erf"})
EVEN = frozenset({"cos", "cosh"})
AT_ZERO = {"exp": 1, "cos": 1, "cosh": 1} | dict.fromkeys(ODD, 0)
"""Values at 0, where they are defined."""

_SMOOTH_ABS = "sqrt(x**2 + 1/100) is a smooth stand-in"
_SMOOTH_MAX = "softplus is a smooth stand-in"
_SMOOTH_STEP = "tanh(c/delta) is a smooth stand-in, on a concrete loss"

_SUM = (
    "the terms with + between them; a sum over data is made by bea.problems.from_data, "
    "linear_model or network_model, or by bea sgd with --losses or --data"
)

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
            "pow": "x**2", "power": "x**2", "cbrt": "x**(1/3)", "root": "x**(1/3)",
            "atan2": "atan(y/x), where x > 0", "arctan2": "atan(y/x), where x > 0",
            "hypot": "sqrt(x**2 + y**2)", "erfc": "1 - erf(x)", "sinc": "sin(x)/x",
            "logsumexp": "log(exp(x) + exp(y))", "logaddexp": "log(exp(x) + exp(y))",
            "softmax": "exp(x)/(exp(x) + exp(y))", "norm": "sqrt(x**2 + y**2)",
            "dot": "the products with + between them", "prod": "the factors with * between them",
            "sum": _SUM, "mean": _SUM, "average": _SUM,
        }.items()
    },
}  # fmt: skip


def canonical(name: str) -> str:
    """Return the name that a function has here: `arctan` is `atan`; others are as they were.

    >>> canonical("arctan"), canonical("sin")
    ('atan', 'sin')
    """
    return ALIASES.get(name, name)


def is_function(name: str) -> bool:
    """Tell whether a name is that of a function, or another name for one.

    >>> is_function("arctan"), is_function("x")
    (True, False)
    """
    return canonical(name) in (*FUNCTIONS, *SUGAR)


def refuse_function(name: str) -> NoReturn:
    """Raise the `ExpressionError` for a function that is not smooth, or not known.

    >>> refuse_function("cosh2")
    Traceback (most recent call last):
    bea.errors.ExpressionError: unknown function 'cosh2'. Did you mean 'cosh'? The functions are ...
    """
    quoted, known = excerpt(name), [*FUNCTIONS, *SUGAR, *ALIASES]
    if name.lower() in NON_SMOOTH:
        raise ExpressionError(
            f"{quoted} is not differentiable, and modified equations need derivatives of every "
            f"order; {NON_SMOOTH[name.lower()]}"
        )
    hint = f" {_INSTEAD[name]}." if name in _INSTEAD else nearest(name, known)
    raise ExpressionError(
        f"unknown function {quoted}.{hint} The functions are exp, log, sqrt, sin, cos, tan, sinh, "
        "cosh, tanh, their inverses, erf, sigmoid, softplus and the like; a product needs *"
    )
