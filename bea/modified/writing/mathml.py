r"""MathML: the LaTeX that bea writes, as a browser shows it without any program.

One reader for all of it, equations, tableaus and methods alike, so that a formula is written in one
place. It reads the commands that bea uses. Every text ends up as text: nothing that stands in a
formula can become an element or an attribute of a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, tostring

_TOKENS = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|[\s\S]")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def mathml(latex: str, block: bool = True) -> str:
    r"""Return a formula in LaTeX, as bea writes it, as a `math` element of HTML.

    Parameters
    ----------
    latex
        The formula, without dollars. A command that is not known stands in it by its name.
    block
        Whether it stands on a line of its own.

    Examples
    --------
    >>> print(mathml(r"-\frac{\gamma}{2} x^{2}", block=False))
    <math><mo form="prefix">−</mo><mfrac><mi>γ</mi><mn>2</mn></mfrac><msup><mi>x</mi>...
    >>> print(mathml(r"\text{<b>}", block=False))
    <math><mtext>&lt;b&gt;</mtext></math>
    """
    return tostring(math_element(latex, block), encoding="unicode")


def math_element(latex: str, block: bool = True) -> Element:
    """Return the same as an element, to be put into a page."""
    tokens = _TOKENS.findall(as_xml_text(latex))
    math = Element("math", {"display": "block"} if block else {})
    reader = _Reader(tokens)
    while reader.place < len(tokens):  # a bracket too many stands there as one
        math.extend(reader.row())
        if reader.place < len(tokens):
            math.append(_operator(reader.next()))
    return math


def as_xml_text(text: str) -> str:
    """Return a text with a sign in the place of each character that no page may hold."""
    return _NOT_XML.sub("\ufffd", text)


# --- private helpers ----------------------------------------------------------------------------

_GREEK = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
    "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
]  # fmt: skip
_LETTERS = {
    **dict(zip(_GREEK, "αβγδϵζηθικλμνξπρστυϕχψω", strict=True)),
    **dict(zip(map(str.capitalize, _GREEK), "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΠΡΣΤΥΦΧΨΩ", strict=True)),
    "varepsilon": "ε", "varphi": "φ", "infty": "∞", "ell": "ℓ",
}  # fmt: skip
_UPRIGHT = {"nabla": "∇", "partial": "∂"}  # as letters: no space around them
_OPERATORS = {
    "cdot": "·", "odot": "⊙", "times": "×", "leftarrow": "←", "to": "→", "rightarrow": "→",
    "dots": "…", "cdots": "⋯", "ldots": "…", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥",
    "neq": "≠", "approx": "≈", "equiv": "≡", "in": "∈", "pm": "±", "sim": "∼", "mid": "∣",
    "langle": "⟨", "rangle": "⟩", "sum": "∑", "int": "∫", "prod": "∏", "circ": "∘", "mapsto": "↦",
}  # fmt: skip
_SPACES = {",": "0.17em", ":": "0.22em", ";": "0.28em", " ": "0.33em", "!": "-0.17em",
           "quad": "1em", "qquad": "2em"}  # fmt: skip
_ACCENTS = {"dot": "˙", "ddot": "¨", "bar": "¯", "hat": "^", "tilde": "~", "widetilde": "~",
            "widehat": "^", "overline": "¯"}  # fmt: skip
_FUNCTIONS = frozenset({
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "ln", "arcsin", "arccos", "arctan",
    "max", "min",
})  # fmt: skip
_IGNORED = frozenset({"displaystyle", "tiny", "limits"})
_FENCES = {r"\|": "‖", r"\{": "{", r"\}": "}", r"\langle": "⟨", r"\rangle": "⟩", ".": ""}
_OPEN, _CLOSE = "([{⟨", ")]}⟩"
_PRIMES = "′″‴⁗"
_ENDS = frozenset({"}", "&", r"\\", r"\end", r"\right"})


@dataclass
class _Reader:
    """Reads a formula's tokens from left to right."""

    tokens: list[str]
    place: int = 0
    commands: dict[str, Callable[[], Element | None]] = field(init=False)

    def __post_init__(self) -> None:
        self.commands = {
            "frac": self._fraction, "sqrt": self._root, "left": self._fenced,
            "text": self._text, "operatorname": self._named, "mathrm": self._named,
            "mathcal": self._script, "mathbb": self._script, "begin": self._environment,
            "rule": self._rule, "hline": lambda: None,
        }  # fmt: skip

    def next(self) -> str:
        """Return the next token, "" at the end, and go on."""
        self.place += 1
        return self.tokens[self.place - 1] if self.place <= len(self.tokens) else ""

    def peek(self) -> str:
        """Return the next token that is no space, and stay before it."""
        while self.place < len(self.tokens) and self.tokens[self.place].isspace():
            self.place += 1
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def row(self) -> list[Element]:
        """Read up to what ends a group, a cell, a row or an environment."""
        found: list[Element] = []
        while (token := self.peek()) and token not in _ENDS:
            atom = self._atom()
            if atom is not None:
                if atom.text in ("−", "+") and _opens(found):
                    atom.set("form", "prefix")
                if atom.text in _FUNCTIONS and not _opens(found):
                    found.append(Element("mspace", width=_SPACES[","]))
                found.append(self._scripted(atom))
        return found

    def group(self) -> Element:
        """Read a group in braces, or a single atom."""
        if self.peek() != "{":
            atom = self._atom() if self.peek() not in (*_ENDS, "") else None
            return Element("mrow") if atom is None else atom
        self.next()
        found = _grouped(self.row())
        self._skip("}")
        return found

    def words(self) -> str:
        """Read a group in braces as it is written."""
        if self.peek() != "{":
            return self.next()
        self.next()
        text, depth = "", 1
        while self.place < len(self.tokens):
            token = self.next()
            depth += (token == "{") - (token == "}")
            if not depth:
                break
            text += token
        return re.sub(r"\\([_{}&#%$\\])", r"\1", text)

    # --- atoms ------------------------------------------------------------------------------------

    def _atom(self) -> Element | None:
        token = self.peek()
        if token == "{":
            return self.group()
        self.next()
        if token.startswith("\\"):
            return self._command(token[1:])
        if token[0].isdigit():
            return _leaf("mn", token)
        return _leaf("mi", token) if token.isalpha() else _operator(token)

    def _command(self, name: str) -> Element | None:
        if name in self.commands:
            return self.commands[name]()
        if name in _ACCENTS:
            return _with("mover", self.group(), _leaf("mo", _ACCENTS[name]), accent="true")
        if name in _SPACES:
            return Element("mspace", width=_SPACES[name])
        if name in _LETTERS:
            return _leaf("mi", _LETTERS[name])
        if name in _UPRIGHT:
            return _leaf("mi", _UPRIGHT[name], mathvariant="normal")
        if name in _FUNCTIONS:
            return _leaf("mi", name)
        if name in _OPERATORS or f"\\{name}" in _FENCES:
            return _operator(_OPERATORS.get(name) or _FENCES[f"\\{name}"])
        return None if name in _IGNORED else _leaf("mtext", f"\\{name}")

    def _scripted(self, base: Element) -> Element:
        """Read what stands above and below an atom."""
        scripts: dict[str, Element] = {}
        while (token := self.peek()) in ("^", "_", "'") and token:
            if token == "'":
                scripts["^"] = self._primes()
            elif token in scripts:
                return self._scripted(_scripts(base, scripts))
            else:
                self.next()
                scripts[token] = self.group()
        return _scripts(base, scripts)

    def _primes(self) -> Element:
        count = 0
        while self.peek() == "'":
            self.next()
            count += 1
        return _leaf("mo", _PRIMES[count - 1] if count <= 4 else "′" * count)

    def _skip(self, token: str) -> None:
        if self.peek() == token:
            self.next()

    # --- commands ---------------------------------------------------------------------------------

    def _fraction(self) -> Element:
        return _with("mfrac", self.group(), self.group())

    def _root(self) -> Element:
        if self.peek() != "[":
            return _with("msqrt", self.group())
        self.next()
        degree = self._atom()
        self._skip("]")
        below = self.group()
        return _with("mroot", below, Element("mrow") if degree is None else degree)

    def _fenced(self) -> Element:
        row = Element("mrow")
        row.append(_fence(self._fence_sign(), "prefix"))
        row.extend(self.row())
        if self.peek() == r"\right":
            self.next()
            row.append(_fence(self._fence_sign(), "postfix"))
        return row

    def _fence_sign(self) -> str:
        sign = self.peek()
        self.next()
        return _FENCES.get(sign, sign)

    def _text(self) -> Element:
        return _leaf("mtext", self.words())

    def _named(self) -> Element:
        return _leaf("mi", self.words(), mathvariant="normal")

    def _script(self) -> Element:
        return _leaf("mi", _SCRIPT.get(text := self.words(), text))

    def _rule(self) -> None:
        self.words()
        self.words()

    def _environment(self) -> Element:
        kind = self.words()
        columns = self.words() if kind == "array" else ""
        rows, lines = [[_cell(self.row())]], set[int]()
        while self.peek() in ("&", r"\\"):
            if self.next() == "&":
                rows[-1].append(_cell(self.row()))
                continue
            if self.peek() == r"\hline":
                lines.add(len(rows))
            rows.append([_cell(self.row())])
        self._skip(r"\end")
        self.words()
        return _table(kind, rows, columns, lines)


_SCRIPT = {"O": "𝒪", "L": "ℒ", "H": "ℋ", "E": "𝔼", "R": "ℝ"}


def _leaf(tag: str, text: str, **attributes: str) -> Element:
    found = Element(tag, attributes)
    found.text = text
    return found


def _with(tag: str, *children: Element, **attributes: str) -> Element:
    found = Element(tag, attributes)
    found.extend(children)
    return found


def _grouped(row: list[Element]) -> Element:
    return row[0] if len(row) == 1 else _with("mrow", *row)


def _operator(sign: str) -> Element:
    """Return a sign; brackets and bars keep their size, and bars have no space around them."""
    if sign in (*_OPEN, *_CLOSE, "|", "‖", "/"):
        return _leaf("mo", sign, stretchy="false", lspace="0", rspace="0")
    return _leaf("mo", "−" if sign == "-" else sign)


def _fence(sign: str, form: str) -> Element:
    return _leaf("mo", sign, form=form, fence="true", stretchy="true", lspace="0", rspace="0")


def _opens(row: list[Element]) -> bool:
    """Tell whether a sign here is of one number: at the beginning, or behind a sign."""
    before = next((e for e in reversed(row) if e.tag != "mspace"), None)
    return before is None or (before.tag == "mo" and (before.text or "") not in (*_CLOSE, "|", "‖"))


def _scripts(base: Element, scripts: dict[str, Element]) -> Element:
    match scripts:
        case {"^": above} if len(scripts) == 1 and set(above.text or "") & set(_PRIMES):
            # In the fonts that browsers have a prime is small and high already.
            above.set("lspace", "0")
            above.set("rspace", "0")
            return _with("mrow", base, above)
        case {"^": above, "_": below}:
            return _with("msubsup", base, below, above)
        case {"^": above}:
            return _with("msup", base, above)
        case {"_": below}:
            return _with("msub", base, below)
    return base


def _cell(row: list[Element]) -> Element:
    return _with("mtd", *row)


def _table(kind: str, rows: list[list[Element]], columns: str, lines: set[int]) -> Element:
    """Return rows of cells; `columns` says where they stand and where a line is between them."""
    table = Element("mtable", {} if kind == "array" else {"displaystyle": "true"})
    sides = [c for c in columns if c in "lcr"]
    bars = {len(re.sub(r"\|", "", columns[:i])) for i, c in enumerate(columns) if c == "|"}
    for number, cells in enumerate(rows):
        line = SubElement(table, "mtr")
        for place, cell in enumerate(cells):
            cell.set("style", _style(kind, place, sides, place in bars, number in lines))
            line.append(cell)
    if kind != "cases":
        return table
    return _with("mrow", _fence("{", "prefix"), table)


_ALIGN = {"l": "left", "c": "center", "r": "right"}


def _style(kind: str, place: int, sides: list[str], left: bool, top: bool) -> str:
    aligned = kind.startswith(("align", "split"))
    side = "rl"[place % 2] if aligned else sides[place] if place < len(sides) else "l"
    text = f"text-align:{_ALIGN[side]}"
    if aligned:
        text += f";padding-left:{'1em' if place and place % 2 == 0 else '0'};padding-right:0"
    return (
        text + (";border-left:1px solid" if left else "") + (";border-top:1px solid" if top else "")
    )
