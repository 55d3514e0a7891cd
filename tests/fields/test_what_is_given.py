"""What is given from Python as a problem or a method, and is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError, ExpressionError


@pytest.mark.parametrize("given", [lambda x: x**2, np.array([1.0, 2.0]), {"x": "y", "y": "-x"}])
@pytest.mark.parametrize("make", [bea.problems.loss, bea.problems.field])
def test_what_is_no_formula_is_told_what_is(make: Any, given: Any) -> None:
    with pytest.raises(ExpressionError, match=r"give a text, .*bea\.problems\.from_function"):
        make(given)


def test_arrays_are_lists_of_numbers() -> None:
    array = np.array([[0, 1], [-1, 0]])
    assert str(bea.problems.linear(matrix=array)) == str(bea.problems.linear(matrix="0,1; -1,0"))
    assert str(bea.problems.quadratic(np.array([1, 3]))) == str(bea.problems.quadratic("1, 3"))


def test_names_of_commands_lead_to_functions() -> None:
    with pytest.raises(AttributeError, match="Did you mean 'modified_equation'"):
        _ = bea.derive  # type: ignore[attr-defined]
    with pytest.raises(BeaError, match="asked for by its name, not by a"):
        bea.methods.get(bea.methods.heun())  # type: ignore[arg-type]
