"""What methods have in common that treat the parts of a field each in its own way.

On trees a node of colour f1, f2, ... is a part of the field: what moves the first, the second, ...
of the blocks of variables, or any term of it; see `bea.trees.splits`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bea.algebra import Element
from bea.errors import MethodError
from bea.fields import VectorField
from bea.fields.parts import all_parts
from bea.methods.method import Method
from bea.trees import Color, Split
from bea.trees.splits import REST


class SplitMethod(Method):
    """A method on a split field; subclasses have a hyperparameter `split`, by default "halves".

    Class attribute: `most_parts`, how many parts it may have (0: any number).
    """

    readers: ClassVar[Mapping[str, Any]] = {"split": Split.of}
    most_parts: ClassVar[int] = 2
    split: Any

    def __post_init__(self) -> None:
        """Read the split and the rest."""
        super().__post_init__()
        object.__setattr__(self, "colors", self.split.colors)
        count = len(self.split.colors)
        if self.most_parts and count > self.most_parts:
            raise MethodError(
                f"'{self.name}' is a method of {self.most_parts} parts, and the split "
                f"'{self.split}' has {count}: join some, or take one of any number, such as "
                "splitting, alternating or additive-runge-kutta"
            )

    def check_field(self, field: Any) -> None:
        """Refuse a field whose variables, or terms, are not those of the split."""
        if self.split.terms and isinstance(field, VectorField):
            all_parts(field.components, self.split)
        elif self.split.terms and field is not None:
            if REST not in self.split.terms:
                raise MethodError(
                    f"the parts of the split '{self.split}' are not all of this field, which has "
                    f"terms of its own: say the last part as '{REST}'"
                )
        elif hasattr(field, "dimension"):
            self.split.owners(field.variables, field.dimension)

    def parts(self, field: VectorField) -> Mapping[Color, list[Element]]:
        """Return the components of each part, and 0 for those of the others."""
        return parts_by_owner(field, self.split)


def parts_by_owner(field: VectorField, split: Split) -> dict[Color, list[Element]]:
    """Return for each colour the components of its part of the field, and 0 for the others'.

    >>> from bea.trees import Split
    >>> parts_by_owner(VectorField.read("p, -q", "q p"), Split.of("q; p"))
    {f1: [p, 0], f2: [0, -q]}
    """
    if split.terms:
        return dict(zip(split.colors, map(list, all_parts(field.components, split)), strict=True))
    zero = field.ring.constant(0)
    owners = split.owners(field.variables, field.dimension)
    return {
        color: [c if owner == part else zero
                for c, owner in zip(field.components, owners, strict=True)]
        for part, color in enumerate(split.colors)
    }  # fmt: skip


def moved(f: Any, theta: Any, split: Split, part: int, size: Any) -> Any:
    """Return theta after a step of explicit Euler of one part."""
    return theta + size * f.part(theta, split, part)


def moved_implicitly(f: Any, theta: Any, split: Split, part: int, size: Any) -> Any:
    """Return theta after a step of implicit Euler of one part, the others being as they are."""
    slope = f.solve(lambda k: f.part(theta + size * k, split, part), f.part(theta, split, part))
    return theta + size * slope
