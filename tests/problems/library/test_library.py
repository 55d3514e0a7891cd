"""What every problem of the library claims is true: proven in the ring, or in balls."""

from __future__ import annotations

import re
from itertools import product

import flint
import numpy as np
import pytest
from flint import arb, arb_mat, fmpq

from bea.algebra.language.grammar import parse, parse_components
from bea.algebra.ring.conversions import read, to_expression, to_program
from bea.algebra.ring.element import Element
from bea.algebra.ring.exact import as_float
from bea.algebra.ring.ring import Ring
from bea.fields.sources import substitute
from bea.fields.vector_field import Loss, VectorField
from bea.problems import available, get

# Values beside the defaults at which the claims must hold too.
VARIANTS = [
    ("quadratic", {"kappa": "1000"}),
    ("quadratic", {"kappa": None}),
    ("quadratic", {"eigenvalues": "1, 10, sqrt(2), 1/3"}),
    ("quadratic", {"eigenvalues": "low, high"}),
    ("quadratic", {"tilt": "1/2"}),
    ("quadratic", {"tilt": "1/2", "kappa": None}),
    ("rosenbrock", {"a": "-1/2", "b": "5"}),
    ("rosenbrock", {"a": None, "b": None}),
    ("rosenbrock", {"b": "beta"}),
    ("linear-network", {"c": "-3"}),
    ("linear-network", {"c": None}),
    ("noisy-spectrum", {"eigenvalues": "2, 3/7"}),
    ("rayleigh-quotient", {"eigenvalues": "-1/3, 2", "noise": "1/2"}),
    ("scale-invariant-wells", {"barrier": "1", "tilt": "7/2", "noise": "0"}),
    ("harmonic-oscillator", {"omega": "sqrt(2)"}),
    ("harmonic-oscillator", {"omega": None}),
    ("lotka-volterra", {"a": "1/2", "b": "3"}),
    ("lotka-volterra", {"a": None, "b": None}),
    ("kepler", {"eccentricity": "0"}),
    ("kepler", {"eccentricity": None}),
    ("lorenz", {"rho": "1/2"}),
    ("lorenz", {"sigma": None, "rho": None, "beta": None}),
    ("van-der-pol", {"mu": None}),
    ("logistic", {"r": None}),
    ("linear", {"matrix": "0, w, 0; -w, 0, 0; 0, 0, -1"}),
]
CASES = [(name, {}) for name in available()] + VARIANTS
LOSSES = [(name, p) for name, p in CASES if available()[name].kind == "loss"]


def label(case: object) -> str:
    if isinstance(case, dict):
        return ",".join(f"{k}={v}" for k, v in case.items()) or "default"
    return str(case)


every_problem = pytest.mark.parametrize(("name", "parameters"), CASES, ids=label)
every_loss = pytest.mark.parametrize(("name", "parameters"), LOSSES, ids=label)


def is_exact(point: tuple[str, ...]) -> bool:
    return "." not in "".join(point)


def at_point(element: Element, point: tuple[str, ...]) -> Element:
    """Return the element with the variables replaced by exact texts."""
    ring = element.ring
    values = dict(zip(ring.variables, map(parse, point), strict=True))
    return read(Ring([], ring.parameters), substitute(to_expression(element), values))


def certified_zero(field: VectorField, point: tuple[str, ...]) -> bool:
    """Tell whether Krawczyk's operator proves one zero within one unit of the last digit given.

    Neumaier, "Interval Methods for Systems of Equations" (1990), section 5.1: K(X) = m - Y f(m) +
    (1 - Y f'(X)) (X - m) inside X holds the only zero in X.
    """
    digits = [len(text.partition(".")[2]) for text in point]
    jacobian = to_program(
        [c.derivative(j) for c in field.components for j in range(field.dimension)]
    )
    d = field.dimension
    with flint.ctx.workprec(200):
        middle = [arb(text) if "." in text else arb(fmpq(int(text))) for text in point]
        reach = [arb(0, arb(10) ** -n) for n in digits]
        box = [m + r for m, r in zip(middle, reach, strict=True)]
        value = arb_mat(d, 1, field.program.run(middle, arb))
        inverse = arb_mat(d, d, [m.mid() for m in jacobian.run(middle, arb)]).inv()
        slack = arb_mat(d, d, [int(i == j) for i in range(d) for j in range(d)])
        slack -= inverse * arb_mat(d, d, jacobian.run(box, arb))
        image = arb_mat(d, 1, middle) - inverse * value + slack * arb_mat(d, 1, reach)
        return all(box[i].contains_interior(image[i, 0]) for i in range(d))


def hessian(loss: Loss, point: tuple[str, ...]) -> np.ndarray:
    theta = np.array([as_float(parse(text)) for text in point])
    slopes = to_program([-c.derivative(j) for c in loss.components for j in range(loss.dimension)])
    values = slopes.run([float(v) for v in theta], float)
    return np.array(values, dtype=float).reshape(loss.dimension, loss.dimension)


# --- every problem -------------------------------------------------------------------------------


@every_problem
def test_formula_reads_back_to_the_same_components(name: str, parameters: dict[str, str]) -> None:
    problem = get(name, **parameters)
    parts = parse_components(
        problem.about.formula, variables=problem.variables, parameters=problem.parameters
    )
    found = [read(problem.ring, part) for part in parts]
    expected = [problem.value] if isinstance(problem, Loss) else problem.components
    assert len(found) == len(expected)
    assert all((a - b).is_zero() for a, b in zip(found, expected, strict=True))


@every_problem
def test_start_lies_in_window_and_domain(name: str, parameters: dict[str, str]) -> None:
    about = get(name, **parameters).about
    assert len(about.start) == len(about.window) == get(name, **parameters).dimension
    for value, (low, high) in zip(about.start, about.window, strict=True):
        assert low <= value <= high
    assert about.time > 0


@pytest.mark.parametrize("name", available())
def test_field_is_finite_and_not_zero_at_the_start(name: str) -> None:
    problem = get(name)
    start = np.array(problem.about.start)
    inside = problem.domain()
    assert inside is None or inside(start[:, None]).all()
    assert np.isfinite(problem(start)).all()
    assert np.linalg.norm(problem(start)) > 1e-3


@every_problem
def test_invariants_are_conserved(name: str, parameters: dict[str, str]) -> None:
    problem = get(name, **parameters)
    for text in problem.about.invariants:
        value = read(problem.ring, parse(text))
        assert not value.is_constant()
        assert problem.lie_derivative(value).is_zero(), text


@every_problem
def test_field_is_zero_at_minima_and_critical_points(name: str, parameters: dict[str, str]) -> None:
    problem = get(name, **parameters)
    for point in problem.about.minima + problem.about.critical:
        if is_exact(point):
            assert all(at_point(c, point).is_zero() for c in problem.components), point
        else:
            assert certified_zero(problem, point), point


@pytest.mark.parametrize("name", available())
def test_record_says_what_the_problem_says(name: str) -> None:
    record, problem = available()[name], get(name)
    assert record.variables == problem.variables
    assert record.source == problem.about.source != ""
    assert record.title == problem.about.title
    assert len(record.title) < 90
    assert dict(problem.about.parameters) == dict(record.parameters)
    assert isinstance(problem, Loss) == (record.kind == "loss")
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)


@pytest.mark.parametrize("name", [n for n, r in available().items() if r.parameters])
def test_parameters_may_stay_symbolic(name: str) -> None:
    record = available()[name]
    for parameter in set(record.parameters) - set(record.shaping):
        problem = get(name, **{parameter: None})
        in_formula = re.search(rf"\b{parameter}\b", record.formula) is not None
        assert problem.parameters == ((parameter,) if in_formula else ())
        assert problem.about.start == get(name).about.start


# --- losses --------------------------------------------------------------------------------------


@every_loss
def test_least_value_is_taken_at_the_minima(name: str, parameters: dict[str, str]) -> None:
    loss = get(name, **parameters)
    assert isinstance(loss, Loss)
    assert bool(loss.about.minima) == bool(loss.about.least)
    for point in loss.about.minima:
        if is_exact((*point, loss.about.least)):
            value = at_point(loss.value, point)
            assert (value - read(value.ring, parse(loss.about.least))).is_zero()
        else:
            theta = np.array([as_float(parse(text)) for text in point])
            assert loss.at(theta) == pytest.approx(as_float(parse(loss.about.least)), abs=1e-13)


@pytest.mark.parametrize("name", available("loss"))
def test_minima_are_least_in_the_window(name: str) -> None:
    loss = get(name)
    assert isinstance(loss, Loss)
    size = 41 if loss.dimension <= 3 else 7  # of a grid that fits into memory
    axes = [np.linspace(low, high, size) for low, high in loss.about.window]
    values = loss.at(np.array(list(product(*axes))))
    if loss.about.minima:
        least = as_float(parse(loss.about.least))
        assert least - 1e-12 <= values.min() <= least + 0.05 * (values.max() - least)
    else:
        assert "not bounded below" in loss.about.note


@pytest.mark.parametrize("name", available("loss"))
def test_hessian_is_positive_semidefinite_at_minima(name: str) -> None:
    loss = get(name)
    assert isinstance(loss, Loss)
    for point in loss.about.minima:
        assert np.linalg.eigvalsh(hessian(loss, point)).min() > -1e-12


@pytest.mark.parametrize(
    ("name", "minima", "saddles", "maxima"),
    [
        ("himmelblau", 0, 4, 1),
        ("beale", 0, 2, 0),
        ("styblinski-tang", 3, 4, 1),
        ("three-hump-camel", 2, 2, 0),
        ("double-well", 0, 1, 0),
        ("linear-network", 0, 1, 0),
        ("saddle", 0, 1, 0),
    ],
)
def test_critical_points_are_of_the_kinds_that_the_note_says(
    name: str, minima: int, saddles: int, maxima: int
) -> None:
    loss = get(name)
    assert isinstance(loss, Loss)
    signs = [np.sign(np.linalg.eigvalsh(hessian(loss, p))) for p in loss.about.critical]
    sums = [int(pair.sum()) for pair in signs]
    assert (sums.count(2), sums.count(0), sums.count(-2)) == (minima, saddles, maxima)


def test_certificate_refuses_a_wrong_digit() -> None:
    loss = get("himmelblau")
    right = loss.about.minima[1]
    assert certified_zero(loss, right)
    assert not certified_zero(loss, (right[0], right[1][:-3] + "111"))
