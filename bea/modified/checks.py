"""What a derivation is asked for, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bea.errors import BeaError, OrderError
from bea.fields import VectorField
from bea.methods import Method


def checked_order(order: Any) -> int:
    """Return an order of truncation, Python's or NumPy's integer, as an `int`.

    Raises
    ------
    OrderError
        If it is no whole number, or negative.

    Examples
    --------
    >>> checked_order(np.int64(3))
    3
    """
    if isinstance(order, bool) or not isinstance(order, int | np.integer) or order < 0:
        raise OrderError(f"order {order!r} is not possible: give a whole number, 0 or more")
    return int(order)


def checked_orders(orders: int | Iterable[Any]) -> list[int]:
    """Return orders of truncation, one or several, rising and each once.

    Raises
    ------
    OrderError
        If they are no list, or one of them is no order.

    Examples
    --------
    >>> checked_orders({4, 0, 2})
    [0, 2, 4]
    """
    if isinstance(orders, int):
        orders = [orders]
    if isinstance(orders, str) or not isinstance(orders, Iterable):
        raise OrderError(f"orders {orders!r} are no list: give one, such as range(5) or [0, 2, 4]")
    return sorted({checked_order(order) for order in orders})


def require_method(method: Any) -> None:
    """Raise `BeaError` if it is no method, such as the name of one."""
    if not isinstance(method, Method):
        kind = method if isinstance(method, type) else type(method)
        home = kind.__module__.partition(".")[0]
        if home in ("torch", "optax"):
            raise BeaError(
                f"the method is {home}'s {kind.__name__}: give bea.methods.traced(…) of "
                "it, the method with the same step"
            )
        raise BeaError(
            f"the method is a {type(method).__name__}: give one, such as bea.methods.heun() or "
            "bea.methods.get('heun')"
        )


def require_equation(equation: Any) -> None:
    """Raise `BeaError` if it is no modified equation, such as the method of one."""
    if not hasattr(equation, "truncate"):
        raise BeaError(
            f"the equation is a {type(equation).__name__}: give one, such as "
            "bea.modified_equation(method, problem)"
        )


def require_problem(problem: Any) -> None:
    """Raise `BeaError` if it is no vector field or loss, such as the name or the text of one."""
    if not isinstance(problem, VectorField):
        raise BeaError(
            f"the problem is a {type(problem).__name__}: give one, such as "
            "bea.problems.himmelblau() or bea.problems.loss('x**2 + y**4')"
        )
