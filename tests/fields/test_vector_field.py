"""Vector fields and losses: how they are read, where they are defined, and their numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import sympy
from flint import fmpq

from bea.algebra import Ring, parse
from bea.algebra.ring.conversions import read
from bea.errors import BeaError, DimensionError, DomainError, ExpressionError
from bea.fields import About, Loss, VectorField
from bea.fields.vector_field import lanes_of

HIMMELBLAU = "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "y, -sin(x)",
        ["y", "-sin(x)"],
        sympy.Matrix(sympy.sympify(["y", "-sin(x)"])),
        [parse("y"), sympy.sympify("-sin(x)")],
    ],
)
@pytest.mark.parametrize("variables", [None, "x y", "x, y", ("x", "y")])
def test_fields_are_read_in_all_forms(source: object, variables: object) -> None:
    field = VectorField.read(source, variables)
    assert field.variables == ("x", "y")
    assert field.dimension == 2
    assert field.parameters == ()
    assert repr(field) == "VectorField(x' = y, y' = -sin(x))"


def test_variables_give_the_order() -> None:
    np.testing.assert_array_equal(VectorField.read("b, -a", "a b")([2.0, 3.0]), [3.0, -2.0])
    np.testing.assert_array_equal(VectorField.read("b, -a", "b a")([2.0, 3.0]), [2.0, -3.0])


def test_the_field_of_a_loss_is_minus_its_gradient() -> None:
    loss = Loss.read(HIMMELBLAU)
    ring = loss.ring
    for i, component in enumerate(loss.components):
        assert component == -loss.value.derivative(i)
    assert loss.components[0] == read(ring, parse("-4*x*(x**2 + y - 11) - 2*(x + y**2 - 7)"))
    assert isinstance(loss, VectorField)
    assert repr(Loss.read("x**2*y")) == "Loss(x**2*y)"


def test_lie_derivative_of_the_loss_is_minus_the_squared_gradient() -> None:
    loss = Loss.read(HIMMELBLAU)
    squares = [c * c for c in loss.components]
    assert loss.lie_derivative(loss.value) == -(squares[0] + squares[1])


def test_what_is_known_of_a_problem() -> None:
    about = About(name="spiral", source="somewhere", window=((-1, 1), (-1, 1)))
    assert VectorField.read("-y, x", about=about).about is about
    assert VectorField.read(" -y, x ").name == "-y, x"
    assert VectorField.read(["-y", "x"]).name == "-y, x"
    assert Loss.read("x**2").about.formula == "x**2"
    assert not VectorField.depends_on_gamma


# --- parameters ---------------------------------------------------------------------------------


def test_parameters_with_values() -> None:
    field = VectorField.read("a*x - b*y, y", "x y", {"a": "1/2", "b": fmpq(3)})
    assert field.parameters == ()
    np.testing.assert_array_equal(field([2.0, 1.0]), [-2.0, 1.0])
    by_sorting = VectorField.read("a*x - b*y, y", None, {"a": "1/2", "b": 3})
    assert by_sorting.variables == ("x", "y")


@pytest.mark.parametrize("parameters", ["a", ("a",), {"a": None}, {"a": "a"}, {"b": 1, "a": None}])
def test_parameters_without_values_stay_symbolic(parameters: object) -> None:
    loss = Loss.read("a*x**2", "x", parameters)
    assert loss.parameters == ("a",)
    assert loss.components[0] == -2 * loss.ring.symbol("a") * loss.ring.symbol("x")
    for ask in (loss.numeric, loss.require_values, lambda: loss([1.0]), lambda: loss.at([1.0])):
        with pytest.raises(BeaError, match="parameter 'a' has no value: give one, such as a=1/2"):
            ask()


def test_symbols_of_a_value_are_parameters_in_its_place() -> None:
    field = VectorField.read("a*x", None, {"a": "c/2"})
    assert (field.variables, field.parameters) == (("x",), ("c",))


def test_a_variable_that_a_value_takes_away_is_still_one() -> None:
    assert VectorField.read("a*y + x, x", None, {"a": 0}).variables == ("x", "y")


@pytest.mark.parametrize(
    ("attempt", "error", "message"),
    [
        (lambda: VectorField.read("x, x", "x"), DimensionError, "2 components for the 1 var"),
        (
            lambda: VectorField.read("x + y"),
            DimensionError,
            "1 component for the 2 variables x, y",
        ),
        (lambda: VectorField.read([], "x"), DimensionError, "no expression is given"),
        (lambda: VectorField.read("1"), DimensionError, "has no variable"),
        (lambda: Loss.read("2"), DimensionError, "has no variable"),
        (lambda: Loss.read("a", None, "a"), DimensionError, "has no variable"),
        (lambda: Loss.read("x, y"), DimensionError, "a loss is one expression, and 2 were given"),
        (lambda: Loss.read("x + z", "x y"), ExpressionError, "unknown variable 'z'"),
        (lambda: Loss.read(sympy.Symbol("z"), "x"), ExpressionError, "unknown variable 'z'"),
        (lambda: Loss.read([parse("z")], "x"), ExpressionError, "unknown variable 'z'"),
        (
            lambda: Loss.read("a*x", "x", {"a": 0.5}),
            ExpressionError,
            "parameter a is the float 0.5",
        ),
        (lambda: Loss.read(0.5, "x"), ExpressionError, "the expression is the float 0.5"),
        (lambda: Loss.read("x", "x x"), ExpressionError, "declared twice"),
        (lambda: Loss.read("a*x", "x a", {"a": 1}), ExpressionError, "a"),
        (
            lambda: Loss.read([parse("a*x")], "x a", {"a": 1}),
            ExpressionError,
            "'a' is a variable and a parameter",
        ),
        (
            lambda: Loss.read("a*x", "x", {"a": "x/2"}),
            ExpressionError,
            "'x' is a variable and a parameter",
        ),
        (lambda: Loss.read("abs(x)"), ExpressionError, "abs"),
        (lambda: Loss.read("log(x - x - 1)"), DomainError, "log"),
    ],
)
def test_bad_input_is_named(
    attempt: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        attempt()
    assert "\n" not in str(caught.value)


def test_there_must_be_a_component_for_each_variable_of_the_ring() -> None:
    ring = Ring(["x", "y"])
    with pytest.raises(DimensionError, match="1 component for the 2 variables x, y"):
        VectorField([ring.variable(0)])


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(2,), (1, 2), (5, 2), (3, 4, 2), (0, 2)])
def test_points_keep_their_shape(shape: tuple[int, ...]) -> None:
    loss = Loss.read(HIMMELBLAU)
    points = np.random.default_rng(1).normal(size=shape)
    x, y = points[..., 0], points[..., 1]
    a, b = x * x + y - 11, x + y * y - 7
    np.testing.assert_allclose(
        loss(points), -np.stack([4 * x * a + 2 * b, 2 * a + 4 * y * b], axis=-1), rtol=1e-13
    )
    np.testing.assert_allclose(loss.at(points), a * a + b * b, rtol=1e-13)
    assert loss(points).shape == shape
    assert loss.at(points).shape == shape[:-1]


def test_numeric_gives_fresh_arrays_of_lanes() -> None:
    rhs = VectorField.read("y, 1", "x y").numeric()
    theta, gamma = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.full(3, 0.1)
    first = rhs(theta, gamma)
    np.testing.assert_array_equal(first, [[4.0, 5.0, 6.0], [1.0, 1.0, 1.0]])
    second = rhs(theta + 1, gamma)
    np.testing.assert_array_equal(first[0], [4.0, 5.0, 6.0])
    assert not np.shares_memory(first, second)
    assert not np.shares_memory(first, theta)


@pytest.mark.parametrize("points", [1.0, [1.0], [[1.0, 2.0, 3.0]], np.empty((4, 0))])
def test_points_of_the_wrong_dimension(points: object) -> None:
    loss = Loss.read(HIMMELBLAU)
    for ask in (loss, loss.at):
        with pytest.raises(DimensionError, match=r"where the field has 2: .* shape \(\.\.\., 2\)"):
            ask(points)


def test_lanes_are_contiguous_components_first() -> None:
    lanes = lanes_of([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], 2)
    assert lanes.flags.c_contiguous
    np.testing.assert_array_equal(lanes, [[1, 3, 5, 7], [2, 4, 6, 8]])


# --- where it is defined ------------------------------------------------------------------------

DOMAINS = [
    ("x - log(x)", [0.5], [-0.1]),  # f = -1 + 1/x is finite where the loss is not
    ("x - log(x)", [0.5], [0.0]),
    ("sqrt(x)", [2.0], [-1.0]),
    ("sqrt(x)", [2.0], [0.0]),  # not differentiable
    ("1/x", [-2.0], [0.0]),
    ("x**(1/3)", [1.0], [-1.0]),
    ("sqrt(x**2 + y**2)", [0.0, 1e-3], [0.0, 0.0]),
    ("log(1 - x**2 - y**2)", [0.5, 0.5], [0.8, 0.7]),
    ("log(x)*log(y)", [1.0, 1.0], [-1.0, -1.0]),
    ("x/(y - 1)", [1.0, 2.0], [1.0, 1.0]),
    ("x*x/x", [-1.0], [0.0]),
    ("sqrt(exp(x) - 1)", [0.1], [-0.1]),
    ("x + log(x)", [1.0], [np.nan]),
    ("x + log(x)", [1.0], [np.inf]),
]


@pytest.mark.parametrize(("text", "good", "bad"), DOMAINS)
def test_domain(text: str, good: list[float], bad: list[float]) -> None:
    loss = Loss.read(text)
    inside = loss.domain()
    assert inside is not None
    np.testing.assert_array_equal(inside(np.array([good, bad]).T), [True, False])
    values = loss.at([good, bad])
    assert np.isfinite(values[0])
    assert np.isnan(values[1])


@pytest.mark.parametrize(
    "text",
    [
        HIMMELBLAU,
        "exp(-x)*sin(x) + tanh(x)",
        "sqrt(2)*x + log(3)*x/pi",
        "exp(x)/exp(x/2)",
        "sqrt(exp(x))",
    ],
)
def test_defined_everywhere(text: str) -> None:
    loss = Loss.read(text)
    assert loss.domain() is None
    points = np.linspace(-5, 5, 10 * loss.dimension).reshape(-1, loss.dimension)
    assert np.isfinite(loss.at(points)).all()


def test_overflow_is_not_the_end_of_the_domain() -> None:
    """1 + exp(1000) is more than float64 holds, and has a logarithm and an inverse all the same."""
    sigmoid, softplus = Loss.read("1/(1 + exp(-x))"), Loss.read("log(1 + exp(x))")
    assert sigmoid.at([[-1000.0], [1000.0]]).tolist() == [0.0, 1.0]
    assert softplus([[-1000.0], [1000.0]]).ravel().tolist() == [0.0, -1.0]
    assert softplus.at([[1000.0]]) == np.inf


def test_the_domain_of_a_field_with_open_parameters_is_not_known() -> None:
    with pytest.raises(BeaError, match="parameter 'a' has no value"):
        Loss.read("log(a + x)", "x", "a").domain()


def test_a_constant_that_is_not_real_is_refused() -> None:
    with pytest.raises(DomainError, match="undefined: check its domain"):
        Loss.read("x**2*log(3 - pi)").numeric()


def test_overflow_is_not_a_warning() -> None:
    loss = Loss.read("exp(x**2)")
    assert loss.at([1000.0]) == np.inf
    assert not np.isfinite(loss([1000.0])).any()


def test_arguments_that_are_positive_by_their_terms_are_no_conditions() -> None:
    assert (
        Loss.read("softplus(x) + sqrt(1 + x**2*y**4) + 1/(3 + exp(-y)*x**2)", "x y").domain()
        is None
    )
    for text in ("log(x**2)", "sqrt(1 + x**3)", "1/(1 - exp(x))", "log(x + 1)", "sqrt(2 - x**2)"):
        assert Loss.read(text).domain() is not None, text


def test_what_a_derivation_adds_to_the_ring_does_not_limit_the_field() -> None:
    """Newton's method needs 1/L'' = 1/(2 x), and descent on L does not."""
    loss = Loss.read("x**3/3 - x - log(x + 5)")
    bare = Loss.read("x**3/3 - x")
    for problem in (loss, bare):
        problem.ring.power(problem.components[0].derivative(0), fmpq(-1))
    assert bare.domain() is None
    inside = loss.domain()
    assert inside is not None
    assert inside(np.array([[-6.0, 0.0, 1.0]])).tolist() == [False, True, True]
