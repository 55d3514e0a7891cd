"""What a method is like is asked once in one `verify`, and handed on."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Any

import pytest

import bea
from bea.modified.memory.character import Character

AT_MOST = 20


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each question about a method has to be answered anew."""
    asked: Counter[str] = Counter()

    def counted(name: str, answer: Any) -> cached_property[Any]:
        def answered(self: Character) -> Any:
            asked[name] += 1
            return answer(self)

        found = cached_property(answered)
        found.__set_name__(Character, name)
        return found

    for name, value in list(vars(Character).items()):
        if isinstance(value, cached_property):
            monkeypatch.setattr(Character, name, counted(name, value.func))
    return asked


@pytest.mark.parametrize("name", ["heavy-ball", "adam", "nesterov", "rk4"])
def test_one_verify_asks_few_questions(name: str, questions: Counter[str]) -> None:
    bea.verify(bea.methods.get(name), bea.problems.booth())
    assert questions["has_memory"] >= 1  # the probe sees them
    assert questions.total() <= AT_MOST, questions
