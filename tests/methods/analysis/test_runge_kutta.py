"""Runge-Kutta methods analysed: published values, laws, and negative controls."""

from __future__ import annotations

from math import cos, factorial, sqrt
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

import bea
from bea.algebra.ring.exact import exact
from bea.bseries.calculus import field_of_map
from bea.errors import MethodError
from bea.methods import available, get
from bea.methods.analysis import RungeKuttaAnalysis, StabilityFunction, analyze
from bea.methods.analysis.conditions import Weights
from bea.methods.analysis.numbers import is_zero, matrix
from bea.methods.analysis.polynomials import Polynomial
from bea.methods.library.tableau import Tableau
from bea.trees import tree, trees, trees_up_to

NAMES = sorted(
    name for name, cls in available().items()
    if hasattr(cls, "tableau") and name != "runge-kutta"
)  # fmt: skip
MEMBERS = [
    (name, {"stages": k} if k else {})
    for name in NAMES
    for k in available()[name].options.get("stages", (None,))
]


def analysis(text: str) -> RungeKuttaAnalysis:
    found = analyze(text)
    assert isinstance(found, RungeKuttaAnalysis)
    return found


def coefficients(polynomial: Polynomial) -> list[fmpq]:
    return list(polynomial.coefficients)


@pytest.mark.parametrize(("name", "parameters"), MEMBERS, ids=str)
def test_the_order_is_exact_and_the_next_order_is_missed(
    name: str, parameters: dict[str, Any]
) -> None:
    method = get(name, **parameters)
    A, b = matrix(method.tableau.A, method.tableau.b)
    weights = Weights(A, b)
    order = method.order_of_accuracy or 3  # Williamson's
    assert all(is_zero(weights.residual(t)) for t in trees_up_to(order))
    assert not all(is_zero(weights.residual(t)) for t in trees(order + 1))


@pytest.mark.parametrize(("name", "parameters"), MEMBERS, ids=str)
def test_the_stability_function_is_that_of_the_step(name: str, parameters: dict[str, Any]) -> None:
    method = get(name, **parameters)
    A, b = matrix(method.tableau.A, method.tableau.b)
    R = StabilityFunction.of(A, b)
    assert R.order >= (method.order_of_accuracy or 3)
    z = 0.1
    run = bea.iterate(method, bea.problems.field("x", "x"), [1.0], z, steps=1)
    assert run.values[-1].ravel()[0] == pytest.approx(float(R(z)), rel=1e-13)


@pytest.mark.parametrize(
    ("name", "embedded"),
    [("bogacki-shampine", 2), ("fehlberg", 5), ("cash-karp", 4), ("dormand-prince", 4),
     ("verner6", 5), ("sdirk4", 3), ("tr-bdf2", 3)],
)  # fmt: skip
def test_embedded_methods_have_their_order(name: str, embedded: int) -> None:
    found = analysis(name).embedded
    assert found is not None and found.order == embedded
    assert analysis("rk4").embedded is None


# --- published values ---------------------------------------------------------------------------


def test_rk4() -> None:
    """Hairer, Norsett and Wanner II.1; its real and imaginary limits, Solving ODEs II, IV.2."""
    found = analysis("rk4")
    R = found.stability_function
    assert coefficients(R.numerator) == [fmpq(1, factorial(n)) for n in range(5)]
    assert coefficients(R.denominator) == [1]
    assert R.real_limit == pytest.approx(2.7852935634)
    assert R.imaginary_limit == pytest.approx(2 * sqrt(2))
    assert found.assumptions.all == {"B": 4, "C": 1, "D": 1}
    assert (found.is_a_stable, found.is_symmetric, found.is_symplectic) == (False,) * 3
    # Butcher, Numerical Methods for ODEs, section 322: the weight of the chain is 0, not 1/120.
    assert found.residuals(5)[tree([[[[[]]]]])] == fmpq(-1, 120)


@pytest.mark.parametrize(
    ("text", "numerator", "denominator"),
    [  # Solving ODEs II, section IV.3, table 3.1, and section IV.5
        ("implicit-midpoint", "1 1/2", "1 -1/2"),
        ("gauss4", "1 1/2 1/12", "1 -1/2 1/12"),
        ("gauss6", "1 1/2 1/10 1/120", "1 -1/2 1/10 -1/120"),
        ("radau-ia(stages=2)", "1 1/3", "1 -2/3 1/6"),
        ("radau-iia(stages=2)", "1 1/3", "1 -2/3 1/6"),
        ("radau-iia(stages=3)", "1 2/5 1/20", "1 -3/5 3/20 -1/60"),
        ("lobatto-iiia(stages=3)", "1 1/2 1/12", "1 -1/2 1/12"),
        ("lobatto-iiib(stages=3)", "1 1/2 1/12", "1 -1/2 1/12"),
        ("lobatto-iiic(stages=3)", "1 1/4", "1 -3/4 1/4 -1/24"),
        ("implicit-euler", "1", "1 -1"),
    ],
)
def test_pade_approximants(text: str, numerator: str, denominator: str) -> None:
    R = analysis(text).stability_function
    for found, wanted in ((R.numerator, numerator), (R.denominator, denominator)):
        assert coefficients(found) == [exact(c).value for c in wanted.split()]
    assert R.pade == (R.numerator.degree, R.denominator.degree)


@pytest.mark.parametrize(
    ("text", "a", "stiff", "algebraic", "B", "C", "D"),
    [  # Solving ODEs II, section IV.5, table 5.13; IV.12, theorem 12.9
        ("gauss6", True, False, True, 6, 3, 3),
        ("radau-ia(stages=3)", True, True, True, 5, 2, 3),
        ("radau-iia(stages=3)", True, True, True, 5, 3, 2),
        ("lobatto-iiia(stages=3)", True, False, False, 4, 3, 1),
        ("lobatto-iiib(stages=3)", True, False, False, 4, 1, 3),
        ("lobatto-iiic(stages=3)", True, True, True, 4, 2, 2),
        ("lobatto-iiic(stages=4)", True, True, True, 6, 3, 3),
        ("alexander2", True, True, False, 2, 1, 0),
        ("sdirk4", True, True, False, 4, 1, 0),
        ("crouzeix3", True, False, True, 4, 1, 1),
        ("explicit-euler", False, False, False, 1, 1, 0),
    ],
)
def test_stability_of_implicit_methods(
    text: str,
    a: bool,
    stiff: bool,
    algebraic: bool,
    B: int,
    C: int,
    D: int,
) -> None:
    found = analysis(text)
    assert (found.is_a_stable, found.is_l_stable, found.is_algebraically_stable) == (
        a, stiff, algebraic,
    )  # fmt: skip
    assert found.assumptions.all == {"B": B, "C": C, "D": D}


def test_principal_errors_are_published() -> None:
    """Dormand and Prince (1980): 3.99e-4; Cash and Karp (1990): 9.5e-4."""
    assert analysis("dormand-prince").error_norm == pytest.approx(3.9908e-4, rel=1e-4)
    assert analysis("cash-karp").error_norm == pytest.approx(9.4829e-4, rel=1e-4)
    ralston, heun = analysis("ralston").error_norm, analysis("heun").error_norm
    assert ralston is not None and heun is not None and ralston < heun


@pytest.mark.parametrize("text", ["gauss4", "gauss6", "implicit-midpoint"])
def test_gauss_methods_are_symplectic_and_symmetric(text: str) -> None:
    """Geometric Numerical Integration, theorems V.2.1 and VI.4.2."""
    found = analysis(text)
    assert found.is_symplectic and found.is_symmetric
    assert found.symplectic_order is None and found.symmetric_order is None
    assert found.inertia == (0, found.stages, 0)


def test_lobatto_iiia_and_b_are_symmetric_and_not_symplectic() -> None:
    for text in ("lobatto-iiia", "lobatto-iiib", "trapezoidal"):
        found = analysis(text)
        assert found.is_symmetric and not found.is_symplectic
        assert found.symplectic_order == found.order


def test_a_reducible_method_is_judged_by_what_it_does() -> None:
    """Lobatto IIIB of two stages is the implicit midpoint rule: both its stages are equal."""
    found = analysis("lobatto-iiib(stages=2)")
    assert found.irreducible == ([[fmpq(1, 2)]], [1])
    assert found.is_symplectic and found.is_algebraically_stable
    with_idle = Tableau.of("1/2 0; 0 3", "1 0")
    assert RungeKuttaAnalysis("idle", with_idle).is_symplectic


def test_a_pseudo_symplectic_method() -> None:
    """Aubry and Chartier, BIT 38 (1998) 439-461: explicit methods can be so to order 2p."""
    assert analysis("heun").symplectic_order == 3
    assert analysis("explicit-midpoint").symplectic_order == 2


def test_williamson_and_2n_storage_agree_with_the_tableau() -> None:
    method = bea.methods.low_storage()
    field = bea.problems.lotka_volterra()
    same = bea.methods.runge_kutta(A=method.tableau.A, b=method.tableau.b)
    ours, theirs = (
        bea.iterate(m, field, [1.0, 2.0], 0.1, steps=5).values[-1] for m in (method, same)
    )
    assert np.allclose(ours, theirs, rtol=1e-14)


# --- laws ---------------------------------------------------------------------------------------

RATIONALS = st.fractions(-2, 2, max_denominator=4)


@given(st.lists(RATIONALS, min_size=6, max_size=6))
def test_the_symmetric_order_is_where_even_terms_begin(entries: list[Any]) -> None:
    """A symmetric map has a modified field in even powers of gamma: an independent derivation."""
    a, b, c, d, w, _ = entries
    A = [[fmpq(x.numerator, x.denominator) for x in row] for row in ((a, b), (c, d))]
    weights = [fmpq(w.numerator, w.denominator), 1 - fmpq(w.numerator, w.denominator)]
    tableau = Tableau.of([[str(x) for x in row] for row in A], list(map(str, weights)))
    found = RungeKuttaAnalysis("random", tableau)
    method = Weights(A, weights)
    b_of = dict(
        zip(
            trees_up_to(4),
            field_of_map([fmpq(0) * 0 + method.of(t) for t in trees_up_to(4)]),
            strict=True,
        )
    )
    even = [t.order for t, value in b_of.items() if t.order % 2 == 0 and value != 0]
    told = found.symmetric_order
    assert (min(even) - 1 if even else 4) == (4 if told is None else min(told, 4))


@given(st.lists(RATIONALS, min_size=4, max_size=4), st.floats(-3, 0), st.floats(-3, 3))
def test_verdicts_agree_with_samples(entries: list[Any], x: float, y: float) -> None:
    a, c, d, w = (fmpq(e.numerator, e.denominator) for e in entries)
    R = StabilityFunction.of([[a, fmpq(0)], [c, d]], [w, 1 - w])
    if R.is_a_stable:
        assert abs(R(complex(x, y))) <= 1 + 1e-9
    if R.is_i_stable:
        assert abs(R(1j * y)) <= 1 + 1e-9
    beyond = R.imaginary_limit
    if beyond < 100:
        assert abs(R(1j * beyond * (1 - 1e-6))) <= 1 + 1e-9


def test_a_pole_in_the_left_half_plane_is_seen() -> None:
    """|R| <= 1 on the imaginary axis is not enough: R = 1/(1 + z) has a pole at -1."""
    R = StabilityFunction(Polynomial.of([1]), Polynomial.of([1, 1]))
    assert R.is_i_stable and not R.is_a_stable


# --- what is asked ------------------------------------------------------------------------------


def test_symbols_are_kept_and_what_depends_on_them_is_left_open() -> None:
    method = get("runge-kutta", A="0, 0; a, 0", b="1 - 1/(2*a), 1/(2*a)")
    found = analyze(method)
    assert isinstance(found, RungeKuttaAnalysis)
    assert found.order == 2 and found.error_norm is None
    assert found.is_algebraically_stable is None and found.is_a_stable is False


def test_rounded_decimals_count_as_what_they_are_rounded_from() -> None:
    root = cos(0) * sqrt(3) / 6
    with pytest.warns(Warning, match="given to"):
        A = [[0.25, 0.25 - root], [0.25 + root, 0.25]]
        found = analyze(get("runge-kutta", A=A, b=[0.5, 0.5]))
    assert isinstance(found, RungeKuttaAnalysis)
    assert found.order == 4 and found.is_symplectic and found.is_symmetric and found.is_a_stable


def test_what_is_neither_is_refused() -> None:
    with pytest.raises(MethodError, match="'adam' is neither a Runge-Kutta nor a linear multistep"):
        analyze("adam")


def test_the_record_is_complete() -> None:
    record = bea.analyze("bogacki-shampine").as_json()
    assert record["order"] == 3 and record["embedded"]["order"] == 2
    assert record["residuals"][0] == {
        "tree": [[[[]]]], "residual": "-1/24", "density": 24, "symmetry": 1,
    }  # fmt: skip
    assert record["stability_function"]["numerator"] == ["1", "1", "1/2", "1/6"]


@pytest.mark.parametrize("text", ["radau-iia(stages=4)", "lobatto-iiia(stages=6)"])
def test_families_with_more_stages_are_refused_with_the_reason(text: str) -> None:
    with pytest.raises(MethodError, match="need more than one square root, which is as far as"):
        bea.methods.read(text)
    with pytest.raises(MethodError, match="option stages=0 is unknown"):
        get("radau-iia", stages=0)
