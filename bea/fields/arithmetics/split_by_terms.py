"""What all arithmetics on a concrete field do with one that is split by terms."""

from __future__ import annotations

from typing import Any

from bea.arithmetic import Arithmetic
from bea.trees.splits import REST, Split


class SplitByTerms(Arithmetic):
    """An arithmetic that evaluates parts of its field which are given as texts."""

    def part(self, theta: Any, split: Any, part: int) -> Any:
        """Return a part of the field at theta; the rest is what the others leave."""
        split = Split.of(split)
        if not split.terms:
            return super().part(theta, split, part)
        if split.terms[part] != REST:
            return self.given_part(theta, split, part)
        others = (k for k in range(split.count) if k != part)
        return self(theta) - sum(self.given_part(theta, split, k) for k in others)

    def given_part(self, theta: Any, split: Split, part: int) -> Any:
        """Return a part that is no rest at theta."""
        raise NotImplementedError
