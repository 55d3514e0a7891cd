"""Methods whose step is a plain function: what is no function, or reads no memory, is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bea.algebra import as_float
from bea.errors import MethodError
from bea.methods import from_function


def momentum(f: Any, theta: Any, state: Any, gamma: Any, beta: Any) -> tuple[Any, Any]:
    velocity = beta * state[0] + f(theta)
    return theta + gamma * velocity, (velocity,)


def test_memory_that_is_read_has_to_begin() -> None:
    forgetful = from_function(momentum, beta="1/2")
    with pytest.raises(MethodError, match=r"reads memory that never began: give init"):
        forgetful.bind(as_float).step(lambda theta: -theta, np.ones(2), (), 0.1)


def test_a_mistake_in_the_function_itself_is_not_hidden() -> None:
    def beyond(f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        return theta, (state[1],)

    method = from_function(beyond, lambda f, theta: (0 * f(theta),))
    with pytest.raises(IndexError):
        method.step(lambda theta: -theta, np.ones(2), (np.ones(2),), 0.1)


@pytest.mark.parametrize(
    ("step", "init", "message"),
    [(3, None, "the step is a int: give a function"), (momentum, 3, "init is a int: give a func")],
)
def test_what_is_no_function_is_refused(step: Any, init: Any, message: str) -> None:
    with pytest.raises(MethodError, match=message):
        from_function(step, init, beta="1/2")


def test_a_method_of_ones_own_shows_itself() -> None:
    assert repr(from_function(momentum, beta="1/2")) == "momentum(beta=1/2)"
