"""Docstrings of bea as Sphinx reads them.

They are written to be read in a terminal: formulas stand indented, x**2 is a power and |x| a
modulus. Here the indented becomes literal, and what would be markup is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any

from .reference import ROOMS, home, public_names

_UNDERLINE = re.compile(r"-{3,}$")
_LITERAL = re.compile(r"(``.*?``|`[^`]*`)", re.DOTALL)
#: How what is known of a method or a problem begins; see `bea.algebra.language.makers.page`.
_REMARK = re.compile(r"Values are exact|(?:order of accuracy|no modified equation|note|source):")
#: Sections whose text is prose; in the others indentation has a meaning for numpydoc.
_PROSE = ("", "Notes", "References", "Warnings")


def for_sphinx(lines: list[str], made: bool = False) -> list[str]:
    """Return the lines of a docstring as reStructuredText with numpydoc's sections.

    `made` are those of a method or a problem, which end with what is known of it.
    """
    found: list[str] = []
    lines, known = _parted(lines) if made else (lines, [])
    for section, body in _sections(lines):
        if section:
            found += [section, "-" * len(section)]
        if section in _PROSE:
            found += _prose(body)
        elif section in ("Examples", "See Also"):
            found += body
        else:
            found += _described(body)
    return [*found, "", "Notes", "-----", *_remarks(known)] if known else found


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    heads = [i for i in range(1, len(lines)) if _is_head(lines, i - 1)]
    starts = [-1, *(i - 1 for i in heads)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield ("", lines[:end]) if start < 0 else (lines[start], lines[start + 2 : end])


def _is_head(lines: list[str], i: int) -> bool:
    return bool(_UNDERLINE.match(lines[i + 1])) and len(lines[i + 1]) == len(lines[i])


def _prose(lines: list[str]) -> Iterator[str]:
    """Yield prose, in which what is indented is literal, up to examples without a heading."""
    end = next((i for i, line in enumerate(lines) if line.startswith(">>>")), len(lines))
    for paragraph in "\n".join(lines[:end]).split("\n\n"):
        if paragraph.startswith(" "):
            yield from (".. code-block:: text", "", *(f"    {x}" for x in paragraph.split("\n")))
        else:
            yield from _escaped(paragraph).split("\n")
        yield ""
    yield from lines[end:]


def _described(lines: list[str]) -> Iterator[str]:
    """Yield the lines of parameters and the like, whose descriptions are prose."""
    for indented, group in groupby(lines, key=lambda line: line[:1] in (" ", "")):
        text = "\n".join(group)
        yield from (_escaped(text) if indented else text).split("\n")


def _escaped(text: str) -> str:
    """Return prose with its names as links or literals, and all else as it is."""
    parts = _LITERAL.split(text)
    for k in range(0, len(parts), 2):
        parts[k] = re.sub(r"([*|])", r"\\\1", parts[k])
    for k in range(1, len(parts), 2):
        joined = "\\ " if parts[k + 1][:1].isalnum() else ""
        parts[k] = _linked(parts[k].strip("`")) + joined
    return "".join(parts)


def _linked(name: str) -> str:
    """Return a name as a link to its page, if it has one."""
    target = described().get(name.partition("(")[0])
    if target:
        return f":obj:`{name.replace('<', '').replace('>', '')} <{target}>`"
    return f"``{name}``"


@cache
def described() -> dict[str, str]:
    """Return the names that have a page, in full and of classes in short: name -> full name."""
    full = {home(room, name) for room in ROOMS for name in public_names(room)}
    classes = [name for name in full if name.rpartition(".")[2][:1].isupper()]
    longest_first = sorted(classes, key=len, reverse=True)
    short = {name.rpartition(".")[2]: name for name in longest_first}
    return short | {name: name for name in full}


def _parted(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the docstring of a method or problem, and the remarks at its end."""
    end = next((i for i, line in enumerate(lines) if _REMARK.match(line)), len(lines))
    return lines[:end], lines[end:]


def _remarks(lines: list[str]) -> Iterator[str]:
    """Yield remarks such as 'source: ...', each a paragraph of its own."""
    for line in lines:
        head = _REMARK.match(line)
        if head:
            yield from ("", f"**{head[0][:1].upper()}{head[0][1:]}**{_escaped(line[head.end() :])}")
        else:
            yield _escaped(line.strip())


def _process(app: Any, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    made = what == "function" and getattr(value, "__module__", "") in (
        "bea.methods",
        "bea.problems",
    )
    lines[:] = for_sphinx(lines, made)


def setup(app: Any) -> dict[str, bool]:
    """Read docstrings so before numpydoc does."""
    app.connect("autodoc-process-docstring", _process, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
