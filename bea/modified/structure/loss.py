"""The modified loss: L + gamma L_1 + gamma^2 L_2 + ... with f~ = -grad of it, if there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bea.algebra import Element
from bea.algebra.language.texts import all_digits
from bea.fields import Loss, VectorField
from bea.modified.schedule.slopes import ScheduledFreeTree
from bea.modified.structure.potential import Potential
from bea.modified.symbolic_step import in_ring_of
from bea.modified.writing.script import (
    LATEX,
    TEXT,
    coefficient_text,
    contraction_text,
    series,
    text_of,
)
from bea.trees import FIELD, FreeTree


class ModifiedLoss(Potential):
    """A modified loss, for every loss at once or for a concrete one.

    Attributes
    ----------
    order : int
        Highest power of gamma.
    contractions : tuple of dict, or None
        Per power, free tree -> coefficient of its contraction H_L(t); for every loss at once.
    terms : tuple of Element or None
        Per power, L_k on the concrete loss; None where it exists but is no element of the ring
        (its values are then line integrals of the gradient). Empty without a concrete loss.

    Examples
    --------
    >>> from bea.methods import gradient_descent
    >>> from bea.modified import modified_equation
    >>> modified_equation(gradient_descent(), order=1).modified_loss()
    L + γ/4 ‖∇L‖² + O(γ²)
    """

    def __init__(
        self,
        order: int,
        contractions: Sequence[Mapping[FreeTree, Any]] | None,
        problem: VectorField | None = None,
        terms: Sequence[Element | None] = (),
        gradients: Sequence[tuple[Element, ...]] = (),
    ) -> None:
        super().__init__(order, problem, terms)
        self.contractions = contractions
        self._field = tuple(gradients)

    def gradient(self, power: int) -> Sequence[Element]:
        """Return the gradient of the term of gamma^power on the concrete loss."""
        return [-c for c in self._field[power]]

    @all_digits()
    def as_json(self) -> list[Any]:
        """Return the terms for machines, by power of gamma.

        On a concrete loss a list of texts in bea's own grammar, None where a term is a line
        integral; else a list over free trees, each with one of its rootings as a nested list of
        children, the contraction H_L(t) that it stands for, and its coefficient.

        >>> from bea.methods import gradient_descent
        >>> from bea.modified import modified_equation
        >>> modified_equation(gradient_descent(), order=1).modified_loss().as_json()[1]
        {'tree': [[]], 'power': 1, 'coefficient': '1/4', 'contraction': '‖∇L‖²'}
        """
        if self.contractions is None:
            return [None if term is None else text_of(term) for term in self.terms]
        return [
            {
                **_free_tree_record(t),
                "power": k,
                "coefficient": coefficient_text(c),
                "contraction": contraction_text(t),
            }
            for k, part in enumerate(self.contractions)
            for t, c in part.items()
            if c != 0
        ]

    def _universal(self, latex: bool) -> str:
        script = LATEX if latex else TEXT
        assert self.contractions is not None
        scale = self._scale
        pairs = [
            [(c if scale is None else c / scale, contraction_text(t, latex))
             for t, c in part.items() if c != 0]
            for part in self.contractions
        ]  # fmt: skip
        if scale is None:
            return series(pairs, script)
        left, right = script.brackets
        dot = r"\," if latex else " · "
        factor = series([[(scale, "")]], script, remainder=False)
        return f"{factor}{dot}{left}{series(pairs, script)}{right}"

    @property
    def _named(self) -> Sequence[Element]:
        return [-c for c in self.problem.components] if self.problem is not None else []

    @property
    def _scale(self) -> Any:
        """The factor of L itself where hyperparameters make one: the effective rate."""
        assert self.contractions is not None
        factors = list(self.contractions[0].values())
        alone = len(factors) == 1 and isinstance(factors[0], Element)
        return factors[0] if alone and factors[0] != 1 else None


def of_loss(loss: Loss, contractions: Mapping[FreeTree, Any]) -> Element:
    """Return a term on a concrete loss: the sum over free trees of c(t) H_L(t)."""
    from bea.modified.structure.gradient import contraction

    total = loss.ring.constant(0)
    for free, c in contractions.items():
        if c != 0:
            total = total + contraction(free, loss) * in_ring_of(loss, c)
    return total


# --- private helpers ----------------------------------------------------------------------------


def _free_tree_record(free: FreeTree | ScheduledFreeTree) -> dict[str, Any]:
    """Return one of the rootings, with what its nodes stand for if not for f alone."""
    if isinstance(free, ScheduledFreeTree):
        return {"schedule": list(free.slopes), **_free_tree_record(free.free)}
    rooted = free.canonical
    plain = all(color is FIELD for color in rooted.colors)
    colors = {} if plain else {"colors": [color.name for color in rooted.colors]}
    return {"tree": rooted.nested, **colors}
