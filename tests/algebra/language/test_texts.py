"""Texts are measured before they are parsed, and quoted in one short line."""

from __future__ import annotations

import pytest

from bea.algebra.language import limits
from bea.algebra.language.grammar import parse
from bea.algebra.language.texts import check_nesting, excerpt
from bea.errors import ExpressionError


def nested(kind: str, depth: int) -> str:
    return {
        "brackets": "(" * depth + "x" + ")" * depth,
        "calls": "exp(" * depth + "x" + ")" * depth,
        "signs": "-" * depth + "x",
        "powers": "x" + "**1" * depth,
        "signs in powers": "x" + "**-1" * (depth // 2) + "**1" * (depth % 2),
        "both": "(-" * (depth // 2) + "+" * (depth % 2) + "x" + ")" * (depth // 2),
    }[kind]


@pytest.mark.parametrize(
    "kind", ["brackets", "calls", "signs", "powers", "signs in powers", "both"]
)
def test_nesting_is_counted_exactly(kind: str) -> None:
    parse(nested(kind, limits.MAX_NESTING))
    parse(f"{nested(kind, limits.MAX_NESTING)} + {nested(kind, limits.MAX_NESTING)}")
    with pytest.raises(ExpressionError, match="more than 40 brackets, signs or powers"):
        parse(nested(kind, limits.MAX_NESTING + 1))


def test_minus_in_a_number_hides_no_nesting() -> None:
    with pytest.raises(ExpressionError, match="brackets, signs or powers"):
        check_nesting("x" + "**1e-1" * (limits.MAX_NESTING + 1))


def test_length_and_number_of_tokens_are_limited() -> None:
    parse("x" + " " * (limits.MAX_LENGTH - 1))
    with pytest.raises(ExpressionError, match="has 300,001 characters, more than the limit of 300"):
        parse("x" + " " * limits.MAX_LENGTH)
    check_nesting("+x" * (limits.MAX_NODES // 2))
    with pytest.raises(ExpressionError, match="more than 200,000 numbers, names and operators"):
        check_nesting("+x" * (limits.MAX_NODES // 2) + "+x")


def test_excerpts_are_short_and_on_one_line() -> None:
    assert excerpt("a\nb\x00c") == "'a b�c'"
    assert len(excerpt("a" * 1000)) <= 62


def test_a_bracket_is_shown_with_what_stands_around_it() -> None:
    for text, around in (("(x + 1", "'(x + 1'"), ("2*(x + 1", "'2*(x + 1'")):
        with pytest.raises(ExpressionError) as caught:
            check_nesting(text)
        assert f"near {around};" in str(caught.value)
