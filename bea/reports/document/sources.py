"""Sources as BibTeX: what the library says of where a method or a problem is from, taken apart.

A source is written as "Author and Author, Journal 4 (1964) 1-17, section 2" or "Author, Title, ICLR
2015"; several stand with semicolons between them. What is not said there is not made up: an entry
of a journal that was cited without its title has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

# Books that are named in short, with what is the same in all of their citations.
_GNI = {
    "author": "Hairer, Ernst and Lubich, Christian and Wanner, Gerhard",
    "title": "Geometric Numerical Integration",
    "edition": "2", "publisher": "Springer", "year": "2006", "doi": "10.1007/3-540-30666-8",
}  # fmt: skip
_BOOKS = {
    "Geometric Numerical Integration": ("hairer2006geometric", _GNI),
    r"Solving (?:ODEs|Ordinary Differential Equations) II": ("hairer1996solving", {
        "author": "Hairer, Ernst and Wanner, Gerhard",
        "title": "Solving Ordinary Differential Equations II", "edition": "2",
        "publisher": "Springer", "year": "1996"}),
    r"Solving (?:ODEs|Ordinary Differential Equations) I": ("hairer1993solving", {
        "author": "Hairer, Ernst and N{\\o}rsett, Syvert P. and Wanner, Gerhard",
        "title": "Solving Ordinary Differential Equations I", "edition": "2",
        "publisher": "Springer", "year": "1993"}),
}  # fmt: skip

_NAME = r"(?:van der |van |de )?[A-Z][\w'’-]+"
_AUTHORS = rf"(?P<author>{_NAME}(?:, {_NAME})* and {_NAME}|{_NAME}(?: et al\.)?)"
_ARTICLE = re.compile(
    rf"{_AUTHORS}, (?:(?P<title>[^,]+), )?(?P<journal>[A-Z][\w.&() -]*?) (?P<volume>\d+) "
    r"\((?P<year>\d{4})\)(?: (?P<number>no\. \d+)| (?P<pages>[\w-]+))?(?:, (?P<note>.+))?"
)
_TALK = re.compile(
    rf"{_AUTHORS}, (?:(?P<title>.+), )?(?P<booktitle>[A-Z][A-Za-z]+(?: workshop)?) "
    r"(?P<year>\d{4})(?:, (?P<note>.+))?"
)
_PREPRINT = re.compile(rf"{_AUTHORS}, (?:(?P<title>.+), )?arXiv:(?P<eprint>\d{{4}}\.\d{{4,5}})")
_BOOK = re.compile(rf"{_AUTHORS}, (?P<title>[^,(]+) \((?P<year>\d{{4}})\)(?:, (?P<note>.+))?")


@dataclass(frozen=True)
class Reference:
    """One source.

    Attributes
    ----------
    text : str
        As the library cites it.
    kind : str
        The kind of its entry in BibTeX.
    key : str
        Its name there.
    fields : dict
        What the entry says.
    """

    text: str
    kind: str
    key: str
    fields: dict[str, str] = field(default_factory=dict)

    def bibtex(self) -> str:
        """Return the entry."""
        lines = [f"  {name} = {{{value}}}," for name, value in self.fields.items()]
        return "\n".join([f"@{self.kind}{{{self.key},", *lines, "}"])


def references(sources: Iterable[str]) -> list[Reference]:
    """Return the references that some citations name, each once, with keys of their own.

    >>> polyak, = references(["Polyak, USSR Comput. Math. Math. Phys. 4 (1964) 1-17"])
    >>> print(polyak.bibtex())
    @article{polyak1964,
      author = {Polyak},
      journal = {USSR Comput. Math. Math. Phys.},
      volume = {4},
      year = {1964},
      pages = {1--17},
    }
    """
    found: dict[str, Reference] = {}
    for text in (part.strip() for whole in sources for part in _parts(whole)):
        made = _reference(text)
        known = found.get(made.key)
        if known is not None and _same(known, made):
            found[made.key] = _both(known, made)
            continue
        while made.key in found:
            made = Reference(made.text, made.kind, _next_key(made.key), made.fields)
        found[made.key] = made
    return list(found.values())


# --- private helpers ----------------------------------------------------------------------------


def _parts(sources: str) -> list[str]:
    return [part for part in re.split(r";\s*", sources) if part.strip()]


def _reference(text: str) -> Reference:
    for pattern, (key, fields) in _BOOKS.items():
        if re.search(rf"{pattern}\b", text):
            place = re.split(pattern, text, maxsplit=1)[1].strip(" ,")
            place = place.removeprefix("(2006)").strip(" ,")
            return Reference(text, "book", key, {**fields, **_noted(place)})
    forms = {"article": _ARTICLE, "inproceedings": _TALK, "misc": _PREPRINT, "book": _BOOK}
    for kind, form in forms.items():
        match = form.fullmatch(text)
        if match is not None:
            return _entry(text, kind, {k: v for k, v in match.groupdict().items() if v})
    word = re.search(r"[A-Za-z]+", text)
    year = re.search(r"\b(?:1[789]|20)\d\d\b", text)
    key = (word[0].lower() if word else "source") + (year[0] if year else "")
    return Reference(text, "misc", key, {"note": _escaped(text)})


def _entry(text: str, kind: str, fields: dict[str, str]) -> Reference:
    author = fields["author"]
    year = fields.get("year", fields.get("eprint", "")[:2] and "20" + fields["eprint"][:2])
    shown = {name: _escaped(value) for name, value in fields.items()}
    shown["author"] = _escaped(author.replace(" et al.", " and others").replace(", ", " and "))
    if "pages" in shown:
        shown["pages"] = shown["pages"].replace("-", "--")
    if "eprint" in shown:
        shown.update(archiveprefix="arXiv", year=year)
    first = re.split(r",| and | et al\.", author)[0]
    return Reference(text, kind, re.sub(r"\W", "", first).lower() + year, shown)


def _noted(place: str) -> dict[str, str]:
    return {"note": _escaped(place)} if place else {}


def _same(one: Reference, other: Reference) -> bool:
    """Tell whether two citations are of one work, in other places of it perhaps."""
    rest = ({k: v for k, v in r.fields.items() if k != "note"} for r in (one, other))
    return next(rest) == next(rest)


def _both(one: Reference, other: Reference) -> Reference:
    """Return one entry for two places of a work."""
    places = dict.fromkeys(r.fields["note"] for r in (one, other) if "note" in r.fields)
    texts = dict.fromkeys((one.text, other.text))
    note = {"note": "; ".join(places)} if places else {}
    return Reference("; ".join(texts), one.kind, one.key, {**one.fields, **note})


def _next_key(key: str) -> str:
    last = key[-1]
    return f"{key}b" if last.isdigit() else key[:-1] + chr(ord(last) + 1)


def _escaped(text: str) -> str:
    """Write a text so that TeX sets it as it is."""
    special = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
               "^": r"\textasciicircum{}", **{c: f"\\{c}" for c in "&%$#_"}}  # fmt: skip
    return "".join(special.get(c, c) for c in " ".join(text.split()))
