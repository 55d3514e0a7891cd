"""`bea sgd noise-scale`: exact trades of step size, batch and momentum."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ..conftest import Bea

NOISE = ("sgd", "noise-scale", "--size", "1000")


def column(run: object, name: str) -> list[Fraction]:
    rows = run.json["rows"]  # type: ignore[attr-defined]
    return [Fraction(row[name]["exact"]) for row in rows]


def test_the_noise_scale_of_each_batch(bea: Bea) -> None:
    run = bea(*NOISE, "--gamma", "1/10", "--batch", "1,10,1000", "--format", "json")
    wanted = [Fraction(1, 10) * (Fraction(1000, b) - 1) for b in (1, 10, 1000)]
    assert column(run, "noise_scale") == wanted
    assert column(run, "covariance_factor") == [1, Fraction(990, 9990), 0]
    text = bea(*NOISE, "--gamma", "1/10", "--batch", "1,10,1000").out
    assert "99/10 = 9.9" in text and max(map(len, text.splitlines())) <= 80


def test_momentum_counts_as_a_larger_step(bea: Bea) -> None:
    run = bea(*NOISE, "--gamma", "1/10, 1/100", "--batch", "10", "--momentum", "0, 9/10",
              "--format", "json")  # fmt: skip
    assert len(set(column(run, "noise_scale"))) == len(set(column(run, "effective_rate"))) == 1


def test_the_batch_of_a_noise_scale_has_it(bea: Bea) -> None:
    (batch,) = column(
        bea(*NOISE, "--gamma", "1/10", "--noise", "99/20", "--format", "json"), "batch"
    )
    assert Fraction(1, 10) * (1000 / batch - 1) == Fraction(99, 20)
    assert "2000/101 = 19.802" in bea(*NOISE, "--gamma", "1/10", "--noise", "99/20").out


def test_the_stationary_variance_on_a_quadratic(bea: Bea) -> None:
    run = bea("sgd", "noise-scale", "--losses", "(x - 1)**2/2; (x + 1)**2/2", "--gamma", "1/2",
              "--curvature", "1", "--variance", "1", "--format", "json")  # fmt: skip
    assert column(run, "stationary_variance") == [Fraction(1, 3)]  # gamma/(2 - gamma)
    assert run.json["losses"] == 2


@pytest.mark.parametrize("replacement", [(), ("--replacement",)])
def test_what_is_no_rational_is_a_number_without_exactness(
    bea: Bea, replacement: tuple[str, ...]
) -> None:
    run = bea(*NOISE, "--gamma", "1/10", "--curvature", "sqrt(2)", "--variance", "1", "--batch",
              "2", *replacement, "--format", "json")  # fmt: skip
    (row,) = run.json["rows"]
    factor = row["covariance_factor"]["value"]
    h = 2**0.5
    assert row["stationary_variance"]["exact"] is None
    assert row["stationary_variance"]["value"] == pytest.approx(factor * 0.1 / (h * (2 - 0.1 * h)))
