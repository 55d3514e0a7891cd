"""A point in every arithmetic, at a precision beyond that of floats."""

from __future__ import annotations

from collections.abc import Iterator

import flint
import mpmath
import pytest

from .places import PENDULUM, START, WITH_COMPONENTS, Place


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    with flint.ctx.workprec(320), mpmath.workdps(60):
        yield


@pytest.fixture(params=WITH_COMPONENTS)
def place(request: pytest.FixtureRequest) -> Place:
    """Return the pendulum at (1, 1/4) in every arithmetic that has components."""
    return WITH_COMPONENTS[request.param](PENDULUM, START)
