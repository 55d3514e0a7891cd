"""Letters: how names, powers, products and quotients of mathematics are written.

As text with Greek letters and superscripts, in LaTeX, and in bea's own grammar.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True)
class Letters:
    """How names, powers, products and quotients are written.

    Attributes
    ----------
    name, power, joined, over, root
        A name; a base and its exponent; factors side by side; a quotient and whether several
        factors stand below; a root of a degree.
    number
        A natural number: its factors, as 32·10⁸.
    call, size, exponential
        A function with its power and argument; an absolute value; e to something.
    brackets, bars, minus, plus
        Brackets; whether a fraction keeps what is above and below apart by itself; the signs of a
        sum.
    """

    name: Callable[[str], str]
    power: Callable[[str, str], str]
    joined: Callable[[Sequence[str]], str]
    over: Callable[[str, str, bool], str]
    root: Callable[[str, int], str]
    call: Callable[[str, str, str], str]
    size: Callable[[str], str]
    exponential: Callable[[str], str]
    number: Callable[[int], tuple[str, ...]] = lambda value: (str(value),)
    brackets: tuple[str, str] = ("(", ")")
    bars: bool = False
    minus: str = "-"
    plus: str = "+"


def superscript(text: str) -> str:
    """Return digits raised, and what cannot be raised after a hat.

    >>> superscript("-12"), superscript("5/2")
    ('⁻¹²', '^(5/2)')
    """
    return text.translate(_SUPERSCRIPTS) if set(text) <= set("0123456789-") else f"^({text})"


def greek(name: str) -> str:
    """Write a name as a person does: beta1 is β₁; γ is kept for the step size.

    >>> greek("beta1"), greek("weight_decay"), greek("c2"), greek("γ")
    ('β₁', 'weight_decay', 'c₂', 'gamma')
    """
    if name in _STEP_SIZE:
        return "gamma"
    letters = name.rstrip("0123456789").removesuffix("_")
    digits = name[len(name.rstrip("0123456789")) :]
    shown = _GREEK.get(letters, letters)
    return shown + digits.translate(_SUBSCRIPTS) if len(shown) == 1 else name


def spelt(name: str) -> str:
    """Return a name in the letters of a keyboard.

    >>> spelt("β₁"), spelt("weight_decay")
    ('beta1', 'weight_decay')
    """
    words = {letter: word for word, letter in _GREEK.items()} | {"γ": "gamma"}
    plain = unicodedata.normalize("NFKC", name)  # digits set low are digits
    return "".join(words.get(letter, letter) for letter in plain)


def hyphened(name: str) -> str:
    """Return a name as names are compared: lower case, without accents, hyphens between its words.

    >>> hyphened("Störmer–Verlet"), hyphened("Van der Pol"), hyphened("Heun's method")
    ('stormer-verlet', 'van-der-pol', 'heun-method')
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return "-".join(re.split(r"[\s_‐–-]+", re.sub(r"['’](?:s\b)?", "", bare.strip().lower())))


# --- private helpers ----------------------------------------------------------------------------

_NAMES = (
    "alpha beta delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi "
    "psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
_GREEK = dict(zip(_NAMES.split(), "αβδεζηθκλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
_STEP_SIZE = ("gamma", "γ")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_COMMANDS = {
    "asin": r"\arcsin",
    "atan": r"\arctan",
    "asinh": r"\operatorname{arsinh}",
    "erf": r"\operatorname{erf}",
}
_ROUND, _LONG = 4, 6  # so many zeros after a one, and after other digits, are a power of ten


def _side_by_side(pieces: Sequence[str]) -> str:
    """Join factors; names of several letters, and roots without brackets, keep their distance."""
    text, before = "", ""
    for piece in pieces:
        long = any(part[:2].isalpha() and len(part) > 1 for part in (before, piece))
        root = "√" in before and not before.endswith((")", "|"))
        digits = before[-1:].isdigit() and piece[0].isdigit()
        apart = before and (long or root) and piece[0] not in "(|"
        text += ("·" if digits else " " if apart else "") + piece
        before = piece
    return text


def _in_a_row(pieces: Sequence[str]) -> str:
    """Join factors in LaTeX, with a dot between numbers."""
    text = ""
    for piece in pieces:
        dot = r"\cdot " if text[-1:].isdigit() and piece[0].isdigit() else ""
        text += f" {dot}{piece}" if text else piece
    return text


def _with_tens(value: int, power: Callable[[str], str]) -> tuple[str, ...]:
    """Write 10⁸ for 100000000, and long numbers that end with zeros as 32·10⁸."""
    digits = str(value)
    front = digits.rstrip("0") if value else digits
    zeros = len(digits) - len(front)
    if zeros < (_ROUND if front == "1" else _LONG):
        return (digits,)
    return (*([] if front == "1" else [front]), power(str(zeros)))


@lru_cache(maxsize=256)
def _in_latex(name: str) -> str:
    if name in _STEP_SIZE:
        return r"\mathrm{gamma}"
    from sympy import Symbol, latex

    return str(latex(Symbol(name)))


def latex_function(name: str) -> str:
    """Return the command of a function; LaTeX has none for some.

    >>> latex_function("atan")
    '\\\\arctan'
    """
    return _COMMANDS.get(name, rf"\{name}")


def _latex_call(name: str, power: str, argument: str) -> str:
    head = latex_function(name)
    return rf"{head}{f'^{{{power}}}' if power else ''}\left({argument}\right)"


def _text_call(name: str, power: str, argument: str) -> str:
    raised = superscript(power) if power else ""
    shown = greek(name)
    if raised.startswith("^"):
        return f"{shown}({argument}){raised}"
    return f"{shown}{raised}({argument})"


def _plain_call(name: str, power: str, argument: str) -> str:
    text = f"{name}({argument})"
    return f"{text}**{power}" if power else text


TEXT_LETTERS = Letters(
    name=greek,
    power=lambda base, n: base + superscript(n),
    joined=_side_by_side,
    over=lambda top, below, many: f"{top}/({below})" if many else f"{top}/{below}",
    root=lambda text, n: (
        f"{'' if n == 2 else superscript(str(n))}√" + (text if text.isalnum() else f"({text})")
    ),
    call=_text_call,
    size=lambda text: f"|{text}|",
    exponential=lambda text: f"exp({text})",
    number=lambda value: _with_tens(value, lambda n: f"10{superscript(n)}"),
    minus="−",
)
"""Text without spaces in its sums, as in (1+β)/(2(1−β)³)."""

SPACED_TEXT = replace(TEXT_LETTERS, minus=" − ", plus=" + ")
"""Text with spaces in its sums, as in 2x² − 3x + 1."""

LATEX_LETTERS = Letters(
    name=_in_latex,
    power=lambda base, n: rf"{base}^{{{n}}}",
    joined=_in_a_row,
    over=lambda top, below, many: rf"\frac{{{top}}}{{{below}}}",
    root=lambda text, n: rf"\sqrt{{{text}}}" if n == 2 else rf"\sqrt[{n}]{{{text}}}",
    call=_latex_call,
    size=lambda text: rf"\left|{text}\right|",
    exponential=lambda text: rf"e^{{{text}}}",
    number=lambda value: _with_tens(value, lambda n: rf"10^{{{n}}}"),
    brackets=(r"\left(", r"\right)"),
    bars=True,
)
SPACED_LATEX = replace(LATEX_LETTERS, minus=" - ", plus=" + ")
PLAIN_LETTERS = Letters(
    name=str,
    power=lambda base, n: f"{base}**{n}",
    joined="*".join,
    over=lambda top, below, many: f"{top}/({below})" if many else f"{top}/{below}",
    root=lambda text, n: f"sqrt({text})" if n == 2 else f"({text})**(1/{n})",
    call=_plain_call,
    size=lambda text: f"sqrt(({text})**2)",
    exponential=lambda text: f"exp({text})",
    minus=" - ",
    plus=" + ",
)
