"""Momentum that does not settle: (theta, velocity) has the published high-resolution equations.

Shi, Du, Jordan and Su, Understanding the acceleration phenomenon via high-resolution differential
equations, Math. Program. 195 (2022) 79-148 (2018 as a preprint), equations (1.10) to (1.12), with
gamma = sqrt(s) and m = sqrt(mu). They are of second order in X, up to O(gamma^2).
"""

from __future__ import annotations

from typing import Any

import pytest
from flint import fmpq

import bea
from bea.algebra import Element, parse
from bea.algebra.ring.conversions import read
from bea.errors import BeaError, MethodError
from bea.methods import from_text

LOSS = "x**4/4 + x*y**2 + y**3/3"
# v is (x_k - x_(k-1))/gamma of heavy ball, and of the points y_k of Nesterov's methods.
HEAVY_BALL = from_text(
    "v = (1 - m*gamma)/(1 + m*gamma)*v - gamma*grad; theta = theta + gamma*v", m="m"
)
STRONGLY_CONVEX = from_text(
    "v = (1 - m*gamma)/(1 + m*gamma)*v - gamma*grad; "
    "theta = theta + gamma*(1 - m*gamma)/(1 + m*gamma)*v - gamma**2*grad",
    m="m",
)
CONVEX = from_text(
    "v = (n - 2)/(n + 1)*v - gamma*grad; theta = theta + gamma*(n - 1)/(n + 2)*v - gamma**2*grad"
)


class Truncated:
    """X', X'' and the forces in powers of gamma up to the first, along a modified equation."""

    def __init__(self, method: Any) -> None:
        self.equation = bea.modified_equation(method, bea.problems.loss(LOSS), 1)
        self.fields = [list(term) for term in self.equation.components]
        self.ring = self.fields[0][0].ring
        self.loss = read(self.ring, parse(LOSS))

    def velocity(self, i: int) -> list[Element]:
        return [term[i] for term in self.fields]

    def acceleration(self, i: int) -> list[Element]:
        zero, one = self.fields
        lie = self.ring.lie_derivative
        return [lie(zero, zero[i]), lie(zero, one[i]) + lie(one, zero[i])]

    def residual(self, i: int, drag: str, drag_1: str, hessian: int, force_1: str) -> list[Element]:
        """X'' + (drag + gamma drag_1 + gamma hessian L'') X' + (1 + gamma force_1) grad L."""
        at = lambda text: read(self.ring, parse(text))  # noqa: E731
        slope = self.loss.derivative(i)
        moves = [self.velocity(j)[0] for j in range(2)]
        curved = slope.derivative(0) * moves[0] + slope.derivative(1) * moves[1]
        (x0, x1), (a0, a1) = self.velocity(i), self.acceleration(i)
        return [
            a0 + at(drag) * x0 + slope,
            a1 + at(drag) * x1 + at(drag_1) * x0 + curved * hessian + at(force_1) * slope,
        ]


PUBLISHED = {
    "heavy ball": (HEAVY_BALL, "2*m", "0", 0, "m"),
    "Nesterov, strongly convex": (STRONGLY_CONVEX, "2*m", "0", 1, "m"),
    # x_k is at the time (k + 3/2) gamma there: 3/(t + 3 gamma/2) = 3/t - 9 gamma/(2 t^2) + ...
    "Nesterov, convex": (CONVEX, "3/t", "-9/(2*t**2)", 1, "3/(2*t)"),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_high_resolution_equations(name: str) -> None:
    method, drag, drag_1, hessian, force_1 = PUBLISHED[name]
    found = Truncated(method)
    for i in range(2):
        assert all(r.is_zero() for r in found.residual(i, drag, drag_1, hessian, force_1))
        # A control: it is the Hessian's damping that tells the methods apart.
        assert not found.residual(i, drag, drag_1, 1 - hessian, force_1)[1].is_zero()


def test_inertia_by_hand() -> None:
    """z' = A z for a quadratic loss: A = log(M)/gamma, M the matrix of the joint step."""
    rule = from_text("v = (1 - a*gamma)*v - gamma*grad; theta = theta + gamma*v", a="1/2")
    equation = bea.modified_equation(rule, bea.problems.loss("x**2/2"), 4)
    # M = I + gamma N, N = [[-gamma, 1 - gamma/2], [-1, -1/2]]; log by its series.
    one, half = fmpq(1), fmpq(1, 2)
    matrix = [[[0, -one], [one, -half]], [[-one, 0], [-half, 0]]]  # entries by powers of gamma
    total = [[[fmpq(0)] * 5 for _ in range(2)] for _ in range(2)]
    power = [[[one * (i == j)] + [fmpq(0)] * 5 for j in range(2)] for i in range(2)]
    for k in range(1, 6):
        power = [
            [
                [
                    sum((power[i][r][n - s] * matrix[r][j][s]
                         for r in range(2) for s in range(2) if n >= s), fmpq(0))
                    for n in range(6)
                ]
                for j in range(2)
            ]
            for i in range(2)
        ]  # fmt: skip
        for i in range(2):
            for j in range(2):
                for n in range(6 - k):
                    total[i][j][n + k - 1] += power[i][j][n] * fmpq((-1) ** (k + 1), k)
    x, v = (equation.problem.ring.variable(i) for i in range(2))
    for n, term in enumerate(equation.components):
        for i in range(2):
            assert (term[i] - x * total[i][0][n] - v * total[i][1][n]).is_zero()


def test_a_leapfrog_as_a_rule_is_the_symplectic_euler_method() -> None:
    rule = from_text("v = v - gamma*grad; theta = theta + gamma*v")
    found = bea.modified_equation(rule, bea.problems.loss("1 - cos(x)"), 3).components
    field = bea.problems.field("x' = v, v' = -sin(x)")
    wanted = bea.modified_equation(bea.methods.symplectic_euler(first=2), field, 3).components
    for one, other in zip(found, wanted, strict=True):
        assert [str(c) for c in one] == [str(c) for c in other]


def test_iterates_confirm_it_with_controls() -> None:
    rule = from_text("v = (1 - a*gamma)*v - gamma*grad; theta = theta + gamma*v", a=1)
    assert bea.verify(rule, bea.problems.loss("x**2/2 + x**4/4"), 2).verdict == "confirmed"


def test_what_grows_is_still_refused() -> None:
    rule = from_text("s = s + grad**2; theta = theta - gamma*grad/(1 + s)")
    with pytest.raises(MethodError, match="does not contract"):
        bea.modified_equation(rule, bea.problems.loss("x**2/2"), 1)


def test_memory_may_be_asked_for_as_a_state() -> None:
    rule = from_text("v = (1 - a*gamma)*v - gamma*grad; theta = theta + gamma*v", a="1/2")
    loss = bea.problems.loss("x**2/2 + x**4")
    asked = bea.modified_equation(rule, loss, 2, memory="state")
    assert asked.as_json()["terms"] == bea.modified_equation(rule, loss, 2).as_json()["terms"]
    assert asked.variables == ("x", "v")


@pytest.mark.parametrize(
    ("method", "on_loss", "memory", "message"),
    [
        (bea.methods.heavy_ball(), True, "state", "does not keep its memory as gamma tends to 0"),
        (bea.methods.rk4(), True, "state", "needs memory, and this method has none"),
        (HEAVY_BALL, False, "state", "needs a loss or field"),
        (HEAVY_BALL, True, "settled", "does not contract"),
        (HEAVY_BALL, True, "slow", "choose one of auto, state, settled"),
    ],
)
def test_what_memory_is_not_is_refused(
    method: Any, on_loss: bool, memory: str, message: str
) -> None:
    loss = bea.problems.loss("x**2/2") if on_loss else None
    with pytest.raises(BeaError, match=message):
        bea.modified_equation(method, loss, 1, memory=memory)
