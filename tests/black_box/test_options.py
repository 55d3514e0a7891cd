"""A library's float becomes the exact number that was typed, and back the same float."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bea.adapters import OptaxOptimizer, TorchOptimizer
from bea.adapters.options import as_exact
from bea.algebra import as_float, exact
from bea.errors import MethodError


@given(st.floats(1e-12, 0.999999))
def test_float_is_the_same_when_it_is_bound_again(value: float) -> None:
    assert as_float(exact(as_exact(value, "momentum", "SGD"))) == value


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (0.999, "999/1000"), (1e-8, "1/100000000")])
def test_decimal_is_what_was_typed(value: float, text: str) -> None:
    assert as_exact(value, "eps", "Adam") == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "fast", None, lambda count: 0.1])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(
        MethodError, match=r"bea does not model b1=.* of Adam: give a finite number"
    ):
        as_exact(value, "b1", "Adam")


def test_wrong_things_are_refused_without_the_libraries() -> None:
    with pytest.raises(MethodError, match="int is no optimizer of PyTorch"):
        TorchOptimizer(int)
    with pytest.raises(MethodError, match="give its maker"):
        OptaxOptimizer(0.1)  # type: ignore[arg-type]
