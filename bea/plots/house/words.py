"""What methods and problems are called in titles: words and mathematics, no code.

A result keeps the texts of its method and its problem; they are read here as they were written.
"""

from __future__ import annotations

import re

from bea.algebra.language.calls import read_call
from bea.algebra.language.grammar import parse_components
from bea.algebra.language.letters import greek
from bea.algebra.language.mathematics import as_text
from bea.errors import BeaError
from bea.methods import available as methods
from bea.plots.house.style import shortened
from bea.problems import available as problems

_SPELLED = {
    "rk4": "RK4", "bdf": "BDF", "sam": "SAM", "usam": "USAM", "rmsprop": "RMSProp", "ema": "EMA",
    "nadam": "NAdam", "adamw": "AdamW", "adagrad": "AdaGrad", "l2": "L2", "gauss4": "Gauss 4",
    "gauss6": "Gauss 6", "kutta3": "Kutta 3", "sde": "SDE", "gan": "GAN",
    "stormer-verlet": "Störmer–Verlet",
    **{name: name.capitalize() for name in (
        "adam", "adams", "bashforth", "euler", "heun", "ralston", "runge", "kutta", "newton",
        "nesterov", "himmelblau", "rosenbrock", "kepler", "lorenz", "lotka", "volterra", "pol",
        "beale", "booth", "riccati", "rayleigh", "styblinski", "tang", "dirac",
        "strang", "yoshida", "suzuki", "lobatto", "radau", "gauss",
    )},
}  # fmt: skip
_PARTS = {"2": "½", "3": "⅓", "4": "¼", "5": "⅕", "6": "⅙", "8": "⅛"}
_MONOMIAL = re.compile(r"(?<![\w)^·|√])((?:[A-Za-zα-ω][₀-₉]*[⁰¹²³⁴-⁹]*)+)/([2-68])(?![\w(])")


def method_words(text: str, length: int = 48, first: bool = False) -> str:
    """Return what a method is called in a title, with a capital where it comes first.

    >>> method_words("heavy-ball(beta=9/10)"), method_words("rk4")
    ('heavy ball (β = 9/10)', 'RK4')
    >>> method_words("gradient-descent with cosine(time=1, low=0)", first=True)
    'Gradient descent with cosine(time=1, low=0)'
    >>> method_words("symplectic-euler(split=halves, first=1)", length=36)
    'symplectic Euler (split = halves, …)'
    """
    called, joint, rest = text.partition(" with ")
    try:
        name, given = read_call(called, "method", "")
    except BeaError:
        return shortened(text, length)
    if name not in methods() and name != "update-rule":
        return shortened(text, length)
    inside = [
        f"{greek(key)} = {mathematics(value or key)}"
        for key, value in given.items()
        if value != key and not re.search("[,;]", value or "")
    ]
    whole = _called(_words(name, first), inside) + joint + rest
    while len(whole) > length and inside and inside != ["…"]:  # a bracket is closed again
        inside = [*[part for part in inside if part != "…"][:-1], "…"]
        whole = _called(_words(name, first), inside) + joint + rest
    return shortened(whole, length)


def name_and_numbers(words: str) -> tuple[str, list[str]]:
    """Return a method's name in words and its hyperparameters, without the options among them.

    >>> name_and_numbers(method_words("adam(beta1=1/2, placement=outside)", first=True))
    ('Adam', ['β₁ = 1/2'])
    """
    bare, _, inside = words.removesuffix(")").partition(" (")
    given = [part for part in inside.split(", ") if part]
    return bare, [part for part in given if not part.split(" = ")[-1].isalpha()]


def problem_words(text: str, length: int = 48, first: bool = False) -> str:
    """Return what a problem is called in a title: its name in words, or its formula.

    >>> problem_words("himmelblau"), problem_words("x**2/2 + 5*y**2")
    ('Himmelblau', '½x² + 5y²')
    """
    return shortened(_words(text, first) if text in problems() else mathematics(text), length)


def mathematics(text: str) -> str:
    """Return a formula of bea's grammar as it is written by hand; another text as it is.

    >>> mathematics("(1 - x1)**2 + 100*sin(2*pi*x1)/3 - x*y**2/2")
    '(1 − x₁)² + 100 sin(2πx₁)/3 − ½xy²'
    """
    try:
        parts = [as_text(part) for part in parse_components(text)]
    except BeaError:
        return text
    return _MONOMIAL.sub(lambda match: _PARTS[match[2]] + match[1], ", ".join(parts))


# --- private helpers ----------------------------------------------------------------------------


def _called(name: str, inside: list[str]) -> str:
    return f"{name} ({', '.join(inside)})" if inside else name


def _words(name: str, first: bool) -> str:
    """Return a name of the library in words."""
    words = _SPELLED.get(name) or " ".join(_SPELLED.get(word, word) for word in name.split("-"))
    return words[:1].upper() + words[1:] if first else words
