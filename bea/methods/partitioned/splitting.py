"""Splitting: the parts of the field flow in turns, each for a multiple of the step.

Sources: Strang, SIAM J. Numer. Anal. 5 (1968) 506-517; McLachlan and Quispel, Splitting methods,
Acta Numerica 11 (2002) 341-434; Hairer, Lubich and Wanner, Geometric Numerical Integration, section
II.5.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

from bea.algebra.language.expressions import Expression
from bea.errors import MethodError
from bea.methods.partitioned.split_method import SplitMethod
from bea.methods.partitioned.stages import LETTERS, Stages
from bea.methods.registry import register


class StagedMethod(SplitMethod):
    """The flows of the parts in turns; subclasses say the stages."""

    most_parts = 0
    stages: Any
    _weights: tuple[Any, ...]

    def __post_init__(self) -> None:
        """Read split and stages, which must be of as many parts."""
        super().__post_init__()
        parts, count = self.stages.count, len(self.colors)
        if count != parts:
            raise MethodError(
                f"the stages have {parts} parts ({', '.join(LETTERS[:parts])}) and the split "
                f"'{self.split}' has {count}: give a split of {parts}, such as --split "
                f"'{'; '.join(f'x{k}' for k in range(1, parts + 1))}'"
            )

    def bind(self, constant: Callable[[Expression], Any]) -> StagedMethod:
        """Return the method with its weights turned into numbers."""
        bound = copy(self)
        object.__setattr__(bound, "_weights", tuple(map(constant, self.stages.weights)))
        return bound

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the point after the flows of all stages."""
        for part, weight in zip(self.stages.parts, self._weights, strict=True):
            theta = f.flow(theta, self.split, part, gamma * weight)
        return theta, state


@register
@dataclass(frozen=True)
class Splitting(StagedMethod):
    """The flows of the parts A, B, ... one after the other, for the multiples that are given.

    A is the first part of the split, B the second. Stages may hold symbols: "a A, B, (1-a) A".

    >>> Splitting("1/2 A, B, 1/2 A").parameters
    {'stages': '1/2 A, B, 1/2 A', 'split': 'halves'}
    """

    name = "splitting"
    title = "splitting into flows of the parts, by stages"
    source = "McLachlan and Quispel, Splitting methods, Acta Numerica 11 (2002) 341-434"
    formula = "θ₊ = … φᴮ(b₁γ) φᴬ(a₁γ) θ  for the stages  a₁ A, b₁ B, …"
    readers = {**SplitMethod.readers, "stages": Stages.of}  # noqa: RUF012
    stages: Any
    split: Any = "halves"


@register
@dataclass(frozen=True)
class Strang(StagedMethod):
    """Half a step of the first part, a step of the second, half a step of the first."""

    name = "strang"
    title = "Strang splitting"
    source = "Strang, SIAM J. Numer. Anal. 5 (1968) 506-517"
    formula = "θ₊ = φᴬ(γ/2) φᴮ(γ) φᴬ(γ/2) θ"
    order_of_accuracy = 2
    stages = Stages.of("1/2 A, B, 1/2 A")

    split: Any = "halves"
