"""Level by level or line by line: a program has the same values and Taylor coefficients."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.programs.wide import WideProgram
from bea.errors import DimensionError
from bea.series import PowerSeries

D = 12
TEXT = " + ".join(
    f"exp(sin(x{i})*x{i + 1})/3 + log(1 + x{i}**2) + sqrt(2 + x{i}**2) - pi*x{i}"
    for i in range(D - 1)
)
LOSS = bea.problems.loss(TEXT, " ".join(f"x{i}" for i in range(D)))
CURVE = list(np.random.default_rng(0).normal(size=(3, D, 300)))


def test_the_values_are_those_of_the_generated_code() -> None:
    wide, lines = WideProgram(LOSS.program), compile_program(LOSS.program)
    found = wide(CURVE[0], np.empty((D, 300)))
    assert np.allclose(found, lines(CURVE[0], np.empty((D, 300))), rtol=1e-14, atol=1e-14)


def test_the_taylor_coefficients_are_those_of_one_series_for_each_input() -> None:
    curve = [c[:, :1] for c in CURVE]
    series = [PowerSeries([float(x) for x in row], 3) for row in np.hstack(curve)]
    lines = LOSS.program.run(series, lambda c: int(c.p) / int(c.q))
    found = WideProgram(LOSS.program).taylor(curve, 3)
    exact = np.array([s.coefficients for s in lines])
    assert np.allclose(np.hstack(found), exact, rtol=1e-12, atol=1e-12)


def test_a_long_program_is_compiled_as_a_wide_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bea.algebra.programs.numpy_code.WIDE", 100)
    monkeypatch.setattr("bea.algebra.programs.numpy_code.WIDTH", 4)
    assert isinstance(compile_program(LOSS.program), WideProgram)
    chain = bea.problems.loss("sin(" * 40 + "x" + ")" * 40)
    assert not isinstance(compile_program(chain.program), WideProgram)


def test_inputs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DimensionError, match="this program has 12 and 12"):
        WideProgram(LOSS.program)(CURVE[0][:2], np.empty((D, 300)))
