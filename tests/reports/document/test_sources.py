"""Citations as BibTeX: every source of the library, taken apart without anything made up."""

from __future__ import annotations

import re

import bea
from bea.reports.document.sources import references

SOURCES = sorted(
    {cls.source for cls in bea.methods.available().values()}
    | {record.source for record in bea.problems.available().values()}
)


def test_every_source_is_an_entry_that_bibtex_reads() -> None:
    for source in SOURCES:
        for reference in references([source]):
            entry = reference.bibtex()
            assert re.fullmatch(r"@[a-z]+\{[a-z0-9]+,\n(  [a-z]+ = \{.+\},\n)+\}", entry), entry
            assert entry.count("{") == entry.count("}")


def test_nearly_all_are_more_than_a_note() -> None:
    found = [reference for source in SOURCES for reference in references([source])]
    assert sum(reference.kind != "misc" for reference in found) > 0.85 * len(found)


def test_what_an_entry_says_stands_in_the_citation() -> None:
    for source in SOURCES:
        for reference in references([source]):
            if reference.kind in ("article", "inproceedings"):
                for name in ("title", "journal", "volume", "year", "booktitle"):
                    assert reference.fields.get(name, "") in source


def test_a_talk_a_preprint_and_a_book_are_told_apart() -> None:
    adam, step, book = references([
        "Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015, algorithm 1",
        "Cattaneo and Shigida, arXiv:2509.08483",
        "Hairer, Lubich and Wanner, Geometric Numerical Integration, section IX.1",
    ])  # fmt: skip
    assert adam.fields["author"] == "Kingma and Ba" and adam.fields["booktitle"] == "ICLR"
    assert step.fields["eprint"] == "2509.08483" and step.fields["year"] == "2025"
    assert book.fields["doi"] == "10.1007/3-540-30666-8" and book.fields["note"] == "section IX.1"


def test_places_of_one_work_are_one_entry_and_works_of_one_year_two() -> None:
    cited = "Hairer, Lubich and Wanner, Geometric Numerical Integration"
    (book,) = references([f"{cited}, section I.1", f"{cited}, table 2"])
    assert book.fields["note"] == "section I.1; table 2"
    one, two = references(["Butcher, J. Austral. Math. Soc. 4 (1964) 179-194",
                           "Butcher, Math. Comp. 18 (1964) 233-244"])  # fmt: skip
    assert (one.key, two.key) == ("butcher1964", "butcher1964b")


def test_signs_of_tex_are_no_commands() -> None:
    (found,) = references([r"someone's \input{/etc/passwd} & 100 % _ of $x$"])
    entry = found.bibtex()
    assert r"\input" not in entry and r"\textbackslash{}input\{/etc/passwd\}" in entry
    assert r"\& 100 \% \_ of \$x\$" in entry
