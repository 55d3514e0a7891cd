"""A problem with the time as one more variable: nothing else about it changes."""

from __future__ import annotations

import numpy as np
import pytest

from bea.errors import ExpressionError
from bea.fields import About, Loss, VectorField, with_time

POINTS = np.array([[0.5, -1.0], [2.0, 3.0], [-1.5, 0.25]])


@pytest.mark.parametrize(
    "problem",
    [
        VectorField.read("y, -sin(x)", "x y"),
        Loss.read("x**2*y + exp(x*y)"),
        Loss.read("x**2 + y*x"),
    ],
)
def test_the_time_runs_and_the_rest_does_as_before(problem: VectorField) -> None:
    longer = with_time(problem, "s")
    assert longer.variables == ("x", "y", "s")
    for time in (0.0, 7.0):
        values = longer(np.column_stack([POINTS, np.full(3, time)]))
        np.testing.assert_allclose(values[:, :2], problem(POINTS), rtol=1e-13)
        assert values[:, 2].tolist() == [1, 1, 1]


def test_parameters_stay_open() -> None:
    longer = with_time(Loss.read("a*x**2", "x", "a"))
    assert (longer.variables, longer.parameters) == (("x", "t"), ("a",))


def test_it_is_defined_where_the_loss_is() -> None:
    """The slope of x - log x is finite at -1, where the loss is not."""
    inside = with_time(Loss.read("x - log(x)")).domain()
    assert inside is not None
    assert inside(np.array([[-1.0, 1.0], [3.0, 3.0]])).tolist() == [False, True]


def test_the_window_and_the_start_have_the_time_too() -> None:
    about = About(
        name="valley",
        start=(1.0, 2.0),
        window=((-1.0, 1.0), (-2.0, 2.0)),
        time=3.0,
        minima=(("0", "0"),),
        critical=(("1", "0"),),
    )
    found = with_time(Loss.read("x**2*y", about=about)).about
    assert found.start == (1.0, 2.0, 0.0)
    assert found.window == ((-1.0, 1.0), (-2.0, 2.0), (0.0, 3.0))
    assert (found.minima, found.critical) == ((), ())  # nothing rests where the time runs
    assert (found.name, found.time) == ("valley", 3.0)
    bare = with_time(Loss.read("x**2*y")).about
    assert (bare.start, bare.window) == ((), ())


def test_the_name_of_the_time_must_be_free() -> None:
    for problem in (Loss.read("x*t"), Loss.read("t*x**2", "x", "t")):
        with pytest.raises(ExpressionError, match=r"'t' is a name of the problem already: give"):
            with_time(problem)
        assert with_time(problem, "time").variables[-1] == "time"
