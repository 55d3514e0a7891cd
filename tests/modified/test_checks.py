"""What is no method, problem or order is answered in one line, and NumPy's integers are orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bea import problems
from bea.errors import BeaError, OrderError
from bea.fields import VectorField
from bea.measure import discretization_drift, one_step_defect
from bea.methods import get
from bea.modified import at_point, modified_equation, modifying_integrator

EULER = get("explicit-euler")
Y_SQUARED = VectorField.read("y**2")
DERIVED = modified_equation(EULER, Y_SQUARED, 2)


@pytest.mark.parametrize("derive", [modified_equation, modifying_integrator])
def test_integers_of_numpy_are_orders(derive: Callable[..., Any]) -> None:
    found = derive(EULER, Y_SQUARED, np.int64(2))
    assert type(found.order) is int and str(found) == str(derive(EULER, Y_SQUARED, 2))
    assert str(found.truncate(np.int8(1))) == str(derive(EULER, Y_SQUARED, 1))


@pytest.mark.parametrize("order", [-1, 1.0, True, None, "2", [2]])
@pytest.mark.parametrize(
    "use",
    [
        lambda order: modified_equation(EULER, order=order),
        lambda order: modifying_integrator(EULER, order=order),
        lambda order: at_point(EULER, Y_SQUARED, [1], order),
        DERIVED.truncate,
        DERIVED.vanishes,
        lambda order: discretization_drift(EULER, Y_SQUARED, [0, order]),
    ],
)
def test_what_is_no_order_is_refused(use: Callable[[Any], Any], order: Any) -> None:
    with pytest.raises(OrderError, match=r"order .* is not possible: give a whole number"):
        use(order)


@pytest.mark.parametrize("use", [DERIVED.truncate, DERIVED.vanishes])
def test_what_was_not_derived_is_refused(use: Callable[[int], Any]) -> None:
    with pytest.raises(OrderError, match="order 3 is not between 0 and the derived order 2"):
        use(3)


@pytest.mark.parametrize("orders", [None, "0-4"])
@pytest.mark.parametrize("measure", [discretization_drift, one_step_defect])
def test_orders_are_a_list(measure: Callable[..., Any], orders: Any) -> None:
    with pytest.raises(OrderError, match=r"are no list: give one, such as range\(5\)"):
        measure(EULER, Y_SQUARED, orders)


@pytest.mark.parametrize("measure", [discretization_drift, one_step_defect])
def test_one_order_is_a_list_of_one(measure: Callable[..., Any]) -> None:
    assert list(measure(EULER, Y_SQUARED, 1, gammas=[0.01]).orders) == [1]


@pytest.mark.parametrize(
    "use",
    [
        lambda method, problem: modified_equation(method, problem),
        lambda method, problem: modifying_integrator(method, problem),
        lambda method, problem: at_point(method, problem, [1], 1),
        lambda method, problem: discretization_drift(method, problem, [0]),
        lambda method, problem: one_step_defect(method, problem, [0]),
    ],
)
def test_names_and_makers_are_no_methods_or_problems(use: Callable[[Any, Any], Any]) -> None:
    for method in ("heun", get, Y_SQUARED, None):
        with pytest.raises(BeaError, match=r"the method is a .*: give one, such as bea\.methods"):
            use(method, Y_SQUARED)
    for problem in ("himmelblau", problems.himmelblau, EULER):
        with pytest.raises(BeaError, match=r"the problem is a .*: give one, such as bea\.problems"):
            use(EULER, problem)
