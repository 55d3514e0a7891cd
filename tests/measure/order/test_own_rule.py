"""A rule of ten lines that is not in the library: as text, as functions and as a class.

Quasi-hyperbolic momentum whose gradient is taken ahead, with a second, slow average.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

import bea
from bea.errors import MethodError
from bea.measure import verify
from bea.methods import Method, from_function, from_text
from bea.modified import modified_equation

TEXT = """
ahead = theta - gamma*nu*m
slope = grad(ahead)
m = beta*m + (1 - beta)*slope
slow = rho*slow + (1 - rho)*m
direct = (1 - nu)*slope
quick = nu*(1 - weight)*m
late = nu*weight*slow
move = direct + quick
move = move + late
theta = theta - gamma*move
"""
VALUES = {"beta": "1/2", "nu": "7/10", "rho": "3/4", "weight": "1/3"}


def begin(f: Any, theta: Any) -> Any:
    return 0 * f(theta), 0 * f(theta)


def move(
    f: Any, theta: Any, state: Any, gamma: Any, beta: Any, nu: Any, rho: Any, weight: Any
) -> tuple[Any, Any]:
    slope = f(theta + gamma * nu * state[0])
    quick = beta * state[0] + (1 - beta) * slope
    slow = rho * state[1] + (1 - rho) * quick
    mixed = (1 - weight) * quick + weight * slow
    return theta + gamma * ((1 - nu) * slope + nu * mixed), (quick, slow)


@dataclass(frozen=True)
class TwoAverages(Method):
    """The same as a class."""

    beta: Any
    nu: Any
    rho: Any
    weight: Any

    def init(self, f: Any, theta: Any) -> Any:
        """Return both averages zero."""
        return begin(f, theta)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step of the functions above."""
        return move(f, theta, state, gamma, self.beta, self.nu, self.rho, self.weight)


WAYS = {
    "text": lambda: from_text(TEXT, **VALUES),
    "functions": lambda: from_function(move, begin, **VALUES),
    "class": lambda: TwoAverages(**VALUES),
}


@pytest.mark.parametrize("problem", ["booth", "linear-network"])
@pytest.mark.parametrize("way", WAYS)
def test_it_is_confirmed(way: str, problem: str) -> None:
    certificate = verify(WAYS[way](), bea.problems.get(problem))
    assert certificate.verdict == "confirmed", certificate
    assert certificate.start == "corrected"
    orders = [f.fit.order for f in certificate.findings if f.kind == "equation"]
    assert orders == pytest.approx([1, 2, 3], abs=0.1)
    assert len(certificate.controls) == 6


def test_all_ways_give_one_equation() -> None:
    found = [modified_equation(make(), order=3).coefficients for make in WAYS.values()]
    assert found[0] == found[1] == found[2]
    assert found[0] != modified_equation(bea.methods.ema_momentum(beta="1/2"), order=3).coefficients


RATES_OF_THETA = [
    ("x**2/2", "v = v*grad/2 + grad; theta = theta - gamma*v"),
    ("x**2/2", "v = v*theta/3 + grad; theta = theta - gamma*v"),
    ("(x + 2*y - 7)**2 + (2*x + y - 5)**2", "v = v*sin(grad)/2 + grad; theta = theta - gamma*v"),
]


@pytest.mark.parametrize(("loss", "rule"), RATES_OF_THETA)
def test_a_memory_whose_rate_depends_on_theta_is_confirmed(loss: str, rule: str) -> None:
    problem = bea.problems.loss(loss)
    found = verify(from_text(rule), problem, order=1)
    assert found.verdict == "confirmed"
    assert [f.expected for f in found.findings if f.kind == "equation"] == [1, 2]


def test_where_such_a_memory_grows_it_is_refused() -> None:
    rule, problem = from_text(RATES_OF_THETA[0][1]), bea.problems.loss("x**2")
    with pytest.raises(MethodError, match="not contract everywhere: a part of it changes by"):
        verify(rule, problem, order=1, starts=[3.0])


# Beside f_2, which the tiny epsilon makes large, f_1 does little: the belief of AdaBelief, alone.
SURPRISE = """
slope = grad(theta)
change = slope - before
v = rho*v + (1 - rho)*change*change
before = slope
theta = theta - gamma*slope/sqrt(v + epsilon)
"""
TINY = {"rho": "1/2", "epsilon": "1/1000000"}


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("problem", ["x**4/4 + x**2/2", "x**2 + x*y/2 + y**2/2 + x/3"])
def test_step_sizes_are_those_of_the_second_term_where_the_first_is_small(
    problem: str, order: int
) -> None:
    loss = bea.problems.loss(problem)
    certificate = verify(from_text(SURPRISE, **TINY), loss, order, starts=[[1.0] * loss.dimension])
    assert not certificate.failures and not certificate.warnings
    assert all(size.off < 1e-4 for size in certificate.sizes), certificate
    if certificate.verdict != "confirmed":
        assert certificate.verdict == "undecided"
        assert "the first term that is left out does less than those after it" in certificate.reason


def test_with_a_larger_epsilon_it_is_confirmed() -> None:
    loss, method = (
        bea.problems.loss("x**2 + x*y/2 + y**2/2"),
        from_text(SURPRISE, rho="1/2", epsilon="1/100"),
    )
    assert verify(method, loss, 1, starts=[[1.0, 0.8]]).verdict == "confirmed"


@pytest.mark.parametrize("largest", [8e-6, 1.5e-5, 1e-4])
def test_step_sizes_beyond_the_expansion_refute_nothing(largest: float) -> None:
    loss, gammas = bea.problems.loss("x**4/4 + x**2/2"), [largest / k for k in (1, 2, 4, 8, 16, 24)]
    certificate = verify(from_text(SURPRISE, **TINY), loss, 1, gammas, [[1.0]], 1e-4)
    assert certificate.verdict == "undecided"
    (warning,) = certificate.warnings
    assert "beyond the useful range" in warning
