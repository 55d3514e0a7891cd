"""The names in formulas: functions, constants, and what is refused and why.

What they are in a tree, a ring or a program is written there; here are the names and the facts
that all of them share.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NoReturn

from bea.algebra.language.texts import TOKEN, check_text, excerpt
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
    **dict.fromkeys(("clip", "clamp"), "tanh is a smooth stand-in"),
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


EULER = ("e", "E")
"""How people write Euler's number; in a rule, and where they are declared, they are names."""

IMAGINARY = ("i", "I", "j")
"""How people write the imaginary unit, which no formula has; where they are declared, names."""

PI_NAMES = ("pi", "Pi", "PI", "π")
"""How people write the number pi."""

NOT_FINITE = ("nan", "inf", "infinity", "oo", "∞", "none", "true", "false")
"""What is no number to compute with, in lower case."""

_MODULE = re.compile(r"\b(?:np|numpy|math|sp|sympy|scipy|jnp|torch|mp|mpmath|tf)\.(?=[^\W\d])")


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


def names_in(text: str) -> frozenset[str]:
    """Return the names in a text of formulas that could be variables or parameters.

    The text need be no formula; Euler's e is among them, since it may have been declared.

    >>> sorted(names_in("a*exp(-x) + e*pi"))
    ['a', 'e', 'x']
    """
    clean = without_modules(check_text(text))
    tokens = [(token.lastgroup, token[0]) for token in TOKEN.finditer(clean)]
    following = [*(kind for kind, _ in tokens[1:]), None]
    return frozenset(
        name
        for (kind, name), then in zip(tokens, following, strict=True)
        if kind == "name" and name not in PI_NAMES and not (then == "open" or is_function(name))
    )


def means_no_name(word: str) -> bool:
    """Tell the name of a function, and of what is no number, from one that could be a problem's.

    >>> means_no_name("sin"), means_no_name("NaN"), means_no_name("booth")
    (True, True, False)
    """
    return is_function(word) or word.lower() in NON_SMOOTH or word.lower() in NOT_FINITE


def refuse_constants(names: Collection[str]) -> None:
    """Raise `ExpressionError` if names that nobody declared may be Euler's number or the unit i.

    A name alone is a name: i is refused beside others.

    >>> refuse_constants({"x", "e"})
    Traceback (most recent call last):
    bea.errors.ExpressionError: 'e' may be Euler's number or a name: write exp(1) for the number ...
    """
    for name in EULER:
        if name in names:
            raise ExpressionError(
                f"'{name}' may be Euler's number or a name: write exp(1) for the number and exp(u) "
                f"for {name}**u; for a name choose another letter, or declare it with --variables "
                "or as a parameter"
            )
    for name in IMAGINARY:
        if name in names and len(names) > 1:
            raise ExpressionError(
                f"'{name}' may be the imaginary unit or a name: the numbers of a formula are real; "
                "for a name declare it with --variables or as a parameter"
            )


def without_modules(text: str) -> str:
    """Return the text with blanks for the `np.` of `np.exp(x)`, so that columns stay."""
    return _MODULE.sub(lambda found: " " * len(found[0]), text)


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
