"""Texts as orders, counts, numbers and points: how lists are written on the command line.

Whatever is wrong with a text is said in one line, with what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from bea.errors import BeaError, DimensionError, OrderError, OutputError, UnknownNameError, nearest

# Beyond this order no derivation ends in reasonable time.
_MAX_ORDER = 100
_OPENING = ("(", "[", "{")
_BETWEEN = re.compile(r"([)\]}])\s*,?\s*([(\[{])")
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?:/\d+)?"
_UP_TO = r"\s*(:|\.\.+|…|–|~|\bto\b)\s*"
# From one number to another, perhaps by a third, as other programs write it; or a call that does.
_RANGE = re.compile(rf"({_NUMBER}){_UP_TO}({_NUMBER})(?:{_UP_TO}{_NUMBER})?$")
# With a dash it is a difference, but of step sizes, as in 1e-1-1e-3, nobody writes one.
_DASHED = re.compile(rf"({_NUMBER})(-|\s+-\s+)({_NUMBER})$")
_SPACED = re.compile(r"(?:\w+\.)?(?:lin|log|geom)space\s*\(|(?:\w+\.)?a?range\s*\(")
_ORDERS = re.compile(rf"(\d+)(?:(?:{_UP_TO}|\s*-\s*)(\d+))?")
_GAP = re.compile(r"(?<=[\w.)])\s+(?=[+-]?[\w.(])")


def choice(value: str, known: Sequence[str], option: str) -> str:
    """Return `value` if it is one of the known ones.

    >>> choice("jsn", ["text", "json"], "--format")
    Traceback (most recent call last):
    bea.errors.UnknownNameError: unknown --format 'jsn': use text or json. Did you mean 'json'?
    """
    if value not in known:
        names = " or ".join([", ".join(known[:-1]), known[-1]])
        several = sum(value in name for name in known) > 1  # as tex in text and latex
        hint = "" if several else nearest(value, known)
        raise UnknownNameError(f"unknown {option} '{value}': use {names}.{hint}")
    return value


def order(text: str) -> int:
    """Return an order of truncation.

    >>> order("4")
    4
    """
    try:
        value = int(text)
    except ValueError:
        value = -1
    if value < 0:
        raise OrderError(f"order '{text}' is not possible: give a whole number, 0 or more")
    if value > _MAX_ORDER:
        raise OrderError(f"order {text} cannot be derived: give at most {_MAX_ORDER}")
    return value


def orders(text: str) -> list[int]:
    """Return the orders of a list of numbers and ranges.

    >>> orders("0-2,4"), orders("0..3"), orders("0 1 2")
    ([0, 1, 2, 4], [0, 1, 2, 3], [0, 1, 2])
    """
    text = _inside(text.strip()).removesuffix(",")
    found: set[int] = set()
    whole_range = "," in text or _ORDERS.fullmatch(text)
    for part in (text if whole_range else _GAP.sub(",", text)).split(","):
        ends = _ORDERS.fullmatch(part.strip())
        if ends is None:
            order(part.strip())  # says what a single one must be
            raise OrderError(f"orders '{part.strip()}' are no range: write one such as 0-3")
        first, last = order(ends[1]), order(ends[3] or ends[1])
        if ends[2] == ":":  # of which some programs leave out the last
            raise OrderError(f"orders '{part.strip()}': write {first}-{last}, with both ends in it")
        if first > last:
            raise OrderError(f"orders '{part.strip()}' are none: write {last}-{first}")
        found |= set(range(first, last + 1))
    return sorted(found)


def whole(text: str, option: str) -> int:
    """Return a count, a whole number of at least 1."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise BeaError(f"{option} '{text}' is not possible: give a whole number, 1 or more")
    return value


def number(text: str, option: str) -> float:
    """Return a real number; decimals, fractions and other exact expressions are read.

    >>> number("1e-3", "--gamma"), number("1/8", "--gamma")
    (0.001, 0.125)
    """
    from bea.algebra import as_float, exact

    text = text.replace("\N{MINUS SIGN}", "-")  # as texts are copied
    try:
        return float(text)
    except ValueError:
        pass
    if _range(text, option):
        raise BeaError(f"{option} '{text}' is a range and no number: write one such as 0.1 or 1/10")
    try:
        return as_float(exact(text))
    except BeaError:
        raise BeaError(
            f"{option} '{text}' is not a number: write one such as 0.1 or 1/10"
        ) from None


def numbers(text: str, option: str) -> list[float]:
    """Return the numbers of a list, separated by commas, semicolons or blanks.

    >>> numbers("0.1, 1/20", "--gammas"), numbers("[0.1 0.05]", "--gammas")
    ([0.1, 0.05], [0.1, 0.05])
    """
    text = _inside(text.strip())
    if ";" in text and "," in text:
        raise BeaError(f"{option} '{text}' has two marks between: write decimals with a point, 0.1")
    text = text.replace(";", ",")
    for part in [text] if _SPACED.match(text) else map(str.strip, text.split(",")):
        if (found := _range(part, option)) or _SPACED.match(part):
            raise BeaError(
                f"{option} '{part}' is a range and no list: write the numbers{_within(found)}"
            )
    parts = (text if "," in text else _GAP.sub(",", text)).removesuffix(",").split(",")
    return [number(part.strip(), option) for part in parts]


def points(text: str, option: str) -> list[list[float]]:
    """Return the points of a list, separated by semicolons, their components by commas or blanks.

    A list of points in brackets, as Python writes it, is read, too.

    >>> points("1,2; 3,4", "--starts")
    [[1.0, 2.0], [3.0, 4.0]]
    >>> points("(1, 2), (3, 4)", "--starts"), points("1 2", "--starts")
    ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0]])
    """
    text = _inside(text.strip("; "))
    if text[:1] in _OPENING:
        text = _BETWEEN.sub(r"\1;\2", text)
    found = [numbers(part, option) for part in text.split(";")]
    if len({len(point) for point in found}) > 1:
        counts = ", ".join(str(len(point)) for point in found)
        raise DimensionError(
            f"{option} has points of {counts} components: give all of them the same number"
        )
    return found


def out_file(path: Path | None) -> Path | None:
    """Return the path of a file, after seeing that it can be written; nothing is made yet.

    Raises
    ------
    OutputError
        If it is no regular file, or lies where nothing can be written.
    """
    from bea.files import check_file

    return None if path is None else check_file(path)


def out_folder(path: Path | None, *names: str) -> Path | None:
    """Return a folder, after seeing that it can be written to or made; nothing is made yet.

    Parameters
    ----------
    path
        The folder.
    names
        The files that will be written there.

    Raises
    ------
    OutputError
        If it cannot, or something else stands where one of the files will.
    """
    from bea.files import check_folder

    return None if path is None else check_folder(path, names)


def check_figure(path: Path, films: Sequence[str] = ()) -> Path:
    """Return the path of a picture, after seeing that its form is known and its folder writable.

    `films` are the forms of films, of a figure in which something moves.

    Raises
    ------
    OutputError
        If it is not.
    """
    forms = [".png", ".pdf", ".svg", *films]
    if path.suffix.lower() not in forms:
        known = ", ".join(forms[:-1]) + f" or {forms[-1]}"
        raise OutputError(f"'{path}' is not the name of a picture: end it in {known}")
    out_file(path)
    return path


def _range(text: str, option: str) -> re.Match[str] | None:
    """Return the match of a range, whose ends are its first group and its third."""
    dashed = _DASHED.match(text) if option.startswith("--gamma") else None
    return _RANGE.match(text) or dashed


def _within(found: re.Match[str] | None) -> str:
    """Return an example of a list from one end of a range of positive numbers to the other.

    >>> _within(_range("0.1:0.001", "--gammas"))
    ', such as 0.1,0.032,0.01,0.0032,0.001'
    """
    low, high = (number(found[1], ""), number(found[3], "")) if found else (0.0, 0.0)
    if not 0 < low < float("inf") > high > 0:
        return ", separated by commas"
    listed = [f"{low ** (1 - part) * high**part:.2g}" for part in (0.25, 0.5, 0.75)]
    return f", such as {','.join([f'{low:g}', *listed, f'{high:g}'])}"


def _inside(text: str) -> str:
    """Return what a pair of brackets around the whole text encloses, or the text."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0:
            return text[1:-1].strip() if 0 < place == len(text) - 1 else text
    return text
