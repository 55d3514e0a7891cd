"""What an arithmetic cannot do is refused with what can."""

from __future__ import annotations

import pytest
from flint import fmpq

from bea.algebra.programs.operations import apply
from bea.errors import DomainError


def test_what_has_no_exact_value_is_refused():
    with pytest.raises(DomainError, match=r"\(2\)\^\(1/2\) is not rational; evaluate in floats"):
        apply("root", 2, [fmpq(2)])
    with pytest.raises(DomainError, match="numbers of type fmpq have no exp"):
        apply("exp", None, [fmpq(2)])
    with pytest.raises(DomainError, match="division by zero"):
        apply("reciprocal", None, [fmpq(0)])
