"""Losses behind equations of methods that treat f in parts."""

from __future__ import annotations

import pytest

import bea
from bea.errors import MethodError
from bea.reports import derivation_text


def test_players_who_share_one_loss_and_move_together_have_gradient_descents_modified_loss() -> (
    None
):
    booth = bea.problems.booth()
    descent = bea.modified_equation(bea.methods.gradient_descent(), booth, 2).modified_loss()
    together = bea.modified_equation(bea.methods.simultaneous(), booth, 2).modified_loss()
    for ours, theirs in zip(together.terms, descent.terms, strict=True):
        assert all(slope.is_zero() for slope in (ours - theirs).gradient())


@pytest.mark.parametrize("order", [1, 2])
def test_players_who_take_turns_on_one_loss_leave_it_unsplit(order: int) -> None:
    equation = bea.modified_equation(bea.methods.alternating(), bea.problems.booth(), order)
    assert equation.is_gradient[:2] == (True, False)
    assert "No modified loss exists" in derivation_text(equation, 80)
    with pytest.raises(MethodError, match="whose players move apart, no gradient part"):
        equation.gradient_part()
