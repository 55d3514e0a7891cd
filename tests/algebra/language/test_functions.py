"""Functions that cannot be used are refused with what to write instead."""

from __future__ import annotations

import pytest

from bea.algebra.language.building import call
from bea.algebra.language.expressions import Symbol
from bea.algebra.language.functions import NON_SMOOTH
from bea.errors import ExpressionError


@pytest.mark.parametrize("name", sorted(NON_SMOOTH))
def test_functions_without_derivative_are_refused_with_a_remedy(name: str) -> None:
    for spelling in (name, name.capitalize()):
        with pytest.raises(ExpressionError, match="not differentiable") as caught:
            call(spelling, Symbol("x"))
        assert str(caught.value).endswith(NON_SMOOTH[name])
