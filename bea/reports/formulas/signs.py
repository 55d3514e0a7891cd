"""Formulas of methods, written once as text with Greek letters and indices, moved into LaTeX."""

from __future__ import annotations

import re
from unicodedata import name as name_of


def formula_latex(text: str) -> str:
    r"""Return a formula of Greek letters, indices and signs in LaTeX.

    >>> print(formula_latex("v₊ = β₁ v − ∇L²,  θ₊ = θ + γ m̂/(√v̂ + ε)"))
    v_{+} = \beta_{1} v - \nabla L^{2},\quad \theta_{+} = \theta + \gamma \hat{m}/(\sqrt{...
    """
    pieces = (_sign(match) for match in _SIGNS.finditer(text))
    return _IDLE.sub("", re.sub(r" +", " ", "".join(pieces))).strip()


# --- private helpers ----------------------------------------------------------------------------

_UPPER = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᶜ", "0123456789+-nc", strict=True))
_LOWER = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₓᵧᵢⱼₖₙ", "0123456789+-xyijkn", strict=True))
_PLAIN = {
    "∇": r"\nabla ", "−": "-", "‖": r"\|", "…": r"\dots", "Σ": r"\sum ", "∫": r"\int ",
    "·": r"\cdot ", ",  ": r",\quad ", "⊙": r"\odot ", "½": "_{1/2}",
}  # fmt: skip
_IDLE = re.compile(r"(?<=[a-z]) (?=[_^)(,/}])|(?<=quad )\\ |\\ (?=[,\]])|(?<=\[)\\ |\\ $")
_OPERATORS = ("diag", "sign", "tanh", "log", "exp")
_SIGNS = re.compile(
    rf"(?P<upper>[{''.join(_UPPER)}]+)|(?P<lower>[{''.join(_LOWER)}]+)|(?P<power>\^\((?P<inside>[^()]*)\))"
    rf"|√(?P<root>\((?P<radicand>[^()]*)\)|\w\u0302?[{''.join(_LOWER)}]*)"
    r"|(?P<bar>\w)\u0304|(?P<hat>\w)\u0302"
    r"|(?P<word>[A-Za-z]{2,}(?: [A-Za-z]{2,})*)|(?P<plain>,  |.)",
    re.DOTALL,
)


def _sign(match: re.Match[str]) -> str:
    if match["upper"]:
        return f"^{{{''.join(map(_UPPER.__getitem__, match['upper']))}}}"
    if match["lower"]:
        return f"_{{{''.join(map(_LOWER.__getitem__, match['lower']))}}}"
    if match["power"]:
        return f"^{{{formula_latex(match['inside'])}}}"
    if match["root"]:
        return rf"\sqrt{{{formula_latex(match['radicand'] or match['root'])}}}"
    if match["bar"]:
        return rf"\bar{{{match['bar']}}}"
    if match["hat"]:
        return rf"\hat{{{match['hat']}}}"
    return _word(match["word"]) if match["word"] else _letter(match["plain"])


def _letter(sign: str) -> str:
    if sign in _PLAIN:
        return _PLAIN[sign]
    found = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", name_of(sign, ""))
    if found is None:
        return sign
    letter = found[2].lower().replace("lamda", "lambda")
    return rf"\{letter if found[1] == 'SMALL' else letter.capitalize()} "


def _word(word: str) -> str:
    return rf"\operatorname{{{word}}}" if word in _OPERATORS else rf"\ \text{{{word}}}\ "
