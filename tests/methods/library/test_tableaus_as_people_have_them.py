"""Tableaus as people have them: forms of matrices, floats, lower triangles, published decimals."""

from __future__ import annotations

import warnings
from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
import sympy
from flint import fmpq

import bea
from bea.errors import BeaError, GuessWarning, TableauError
from bea.methods import get
from bea.methods.library.tableau import Tableau

HALF = "1/2, 1/2"
FORMS = [
    "0,0;1,0",
    "0 0; 1 0",
    "0 0\n1 0",
    "0, 0,\n1, 0,\n",
    "0\t0\n1\t0",
    "[[0, 0], [1, 0]]",
    "[0 0; 1 0]",
    "[0, 0; 1, 0]",
    "{{0, 0}, {1, 0}}",
    "((0, 0), (1, 0))",
    "np.array([[0, 0], [1.0, 0]])",
    "Matrix([[0, 0], [1, 0]])",
    r"\begin{pmatrix} 0 & 0 \\ 1 & 0 \end{pmatrix}",
    r"\begin{array}{cc} 0 & 0 \\ 1 & 0 \\ \end{array}",
    "1",
    "0; 1",
    "0\n1 0",
    [[], [1]],
    [[1]],
    [[0], [1]],
    [[0], [1, 0]],
    ["0 0", "1 0"],
    [[None, None], [1, ""]],
    np.array([[0.0, 0.0], [1.0, 0.0]]),
    np.array([[0, 0], [1, 0]]),
    sympy.Matrix([[0, 0], [1, 0]]),
    ((0, 0), (Fraction(1), 0)),
]
WEIGHTS = [
    HALF,
    "0.5 0.5",
    "[.5, .5]",
    "½ ½",
    "1/2\n1/2",
    "1/2; 1/2",
    "{1/2,1/2}",
    (0.5, 0.5),
    np.array([0.5, 0.5]),
    np.array([[0.5], [0.5]]),
    np.array([0.5, 0.5], dtype=np.float32),
    [["1/2", "1/2"]],
    sympy.Matrix([sympy.S.Half] * 2),
    r"\frac{1}{2} & \tfrac12",
]


@pytest.mark.parametrize("A", FORMS, ids=[repr(form)[:40] for form in FORMS])
def test_forms_of_a_matrix(A: object) -> None:
    assert Tableau.of(A, HALF) == get("heun").tableau


@pytest.mark.parametrize("b", WEIGHTS, ids=[repr(form)[:40] for form in WEIGHTS])
def test_forms_of_weights(b: object) -> None:
    assert Tableau.of("0, 0; 1, 0", b) == get("heun").tableau


def test_lower_triangles_with_and_without_the_diagonal() -> None:
    rk4 = get("rk4").tableau
    b = "1/6, 1/3, 1/3, 1/6"
    for A in ("1/2; 0, 1/2; 0, 0, 1", "0; 1/2; 0, 1/2; 0, 0, 1", [[], [0.5], [0, 0.5], [0, 0, 1]],
              "\n1/2\n0 1/2\n0 0 1"):  # fmt: skip
        assert Tableau.of(A, b) == rk4
    assert Tableau.of("1/4; 1/2, 1/4", HALF) == Tableau.of("1/4, 0; 1/2, 1/4", HALF)


def test_expressions_with_blanks_stay_whole() -> None:
    gauss = get("gauss4").tableau
    assert Tableau.of("1/4 1/4 - sqrt(3)/6; 1/4 + sqrt(3)/6 1/4", "1/2 1/2") == gauss
    assert Tableau.of(r"1/4 & 1/4 - \sqrt{3}/6 \\ 1/4 + \sqrt{3}/6 & 1/4", HALF) == gauss
    assert Tableau.of("0 0 0; 1/2 0 0; -1 2 0", "1/6 2/3 1/6") == get("kutta3").tableau


def test_floats_that_were_fractions_are_taken_for_them_and_it_is_said() -> None:
    A = np.zeros((4, 4))
    A[1, 0] = A[2, 1] = 0.5
    A[3, 2] = 1.0
    with pytest.warns(GuessWarning, match="0.16666666666666666 for 1/6"):
        found = Tableau.of(A, np.array([1 / 6, 1 / 3, 1 / 3, 1 / 6]))
    assert found == get("rk4").tableau
    with pytest.warns(GuessWarning, match="for 2/3"):
        assert Tableau.of("0 0; 0.6666666666666666 0", ".25 .75") == get("ralston").tableau
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Tableau.of([[0, 0], [0.25, 0]], [-1.0, 2.0])


TSIT5_B = ("0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, "
           "-3.290069515436081, 2.324710524099774, 0")  # fmt: skip
TSIT5_A = (
    "0; 0.161; -0.008480655492356989, 0.335480655492357; "
    "2.8971530571054935, -6.359448489975075, 4.3622954328695815; "
    "5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525; "
    "5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, "
    f"-0.028269050394068383; {TSIT5_B.removesuffix(', 0')}"
)
"""Tsitouras, Comput. Math. Appl. 62 (2011) 770-775, as published and in libraries."""


def tsit5() -> bea.methods.Method:
    with pytest.warns(GuessWarning, match=r"have the rest, 1.7e-16, put to b\[5\]"):
        return bea.methods.get("runge-kutta", A=TSIT5_A, b=TSIT5_B,
                               c="0, 0.161, 0.327, 0.9, 0.9800255409045097, 1, 1")  # fmt: skip


def test_published_decimals_whose_weights_add_up_to_one_but_for_rounding() -> None:
    method = tsit5()
    assert sum(w.value for w in method.tableau.b) == 1
    equation = bea.modified_equation(method, order=5)
    assert [equation.vanishes(k) for k in range(6)] == [False, True, True, True, True, False]
    found = [b for tree, b in equation.coefficients.items() if tree.order == 6 and b != 0]
    assert found and all(len(str(b)) < 30 for b in found)
    # The residue is none of the method's: by another route, with all digits, it is this small.
    exact = bea.modified_equation(method, bea.problems.field("y**2"), order=5, route="perturbation")
    rounded = bea.modified_equation(method, bea.problems.field("y**2"), order=5)
    for k in range(6):
        off = exact.terms[k][0].subs("y", 1) - rounded.terms[k][0].subs("y", 1)
        assert abs(off) < 1e-9
    assert float(rounded.terms[5][0].subs("y", 1)) == pytest.approx(62630017 / 25e9, rel=1e-6)


def test_what_is_written_reads_back_as_the_same_tableau() -> None:
    method = tsit5()
    with pytest.warns(GuessWarning, match="coefficients that follow are given to 1e-11"):
        again = bea.methods.get("runge-kutta", **method.parameters)
    assert again == method
    assert "0.09646076681806523" in str(method)


def test_gauss_in_floats_has_the_equation_of_gauss() -> None:
    a = sqrt(3) / 6
    with pytest.warns(GuessWarning, match="coefficients that follow"):
        floats = get("runge-kutta", A=[[0.25, 0.25 - a], [0.25 + a, 0.25]], b=[0.5, 0.5])
    found = bea.modified_equation(floats, order=4).coefficients
    assert found == bea.modified_equation(get("gauss4"), order=4).coefficients


def test_a_rounded_number_in_equations() -> None:
    from bea.methods.library.decimals import plain_number

    unit = fmpq(1, 10**15)
    assert plain_number(fmpq(-7, 10**13), unit) == 0
    assert plain_number(fmpq(10**15 // 3, 10**15), unit) == fmpq(1, 3)
    assert plain_number(fmpq(123456789012345678, 10**18), unit) == fmpq(123456789012, 10**12)


WRONG = [
    ("0, 0; 1, 0", "0.333, 0.333", r"add up to 333/500: .* write them as fractions or with all"),
    ("0, 0; 1, 0", "0.33333333333, 0.66666666", "the weights b add up to 149999999/150000000: "),
    ("0, 0; 1, nan", HALF, "'nan' .* is no number"),
    ([[0, 0], [float("inf"), 0]], HALF, "row 2 of A: entry 1 is inf: give a finite number"),
    ("0, 0; 1, 0", "1/2, 1/2; 1/4, 3/4", "b has 2 rows: give one, the numbers of one method"),
    ("0,, 0; 1, 0", HALF, "A has an empty entry, in '0,, 0': write 0 there"),
    (5, "1", "A is a int: give rows"),
    ("0 0; 1 0; 1 1", HALF, "A must be square, .* or its lower triangle"),
    ([[0, 0], [1j, 0]], HALF, "row 2 of A"),
    ({"a": 1}, HALF, "A is a dict: give rows"),
]


@pytest.mark.parametrize(("A", "b", "message"), WRONG)
def test_what_is_no_tableau_is_told_in_one_line(A: object, b: object, message: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GuessWarning)
        with pytest.raises(TableauError, match=message) as error:
            Tableau.of(A, b)
    assert "\n" not in str(error.value) and len(str(error.value)) < 300
    assert isinstance(error.value, BeaError)
