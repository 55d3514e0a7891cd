"""Adaptive methods: the published rules, published corrections, and the slow manifold itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import flint
import numpy as np
import pytest
from flint import arb, fmpq

from bea.algebra.ring.conversions import to_program
from bea.bseries import TreeArithmetic
from bea.errors import MethodError
from bea.fields import Loss, ScalarField
from bea.flows import iterate
from bea.methods import available, get
from bea.modified.routes import manifold, perturbation

BETA, BETA1, BETA2, EPSILON, DECAY = 0.99, 0.9, 0.999, 1e-8, 0.01
MILD = {"beta1": "1/2", "beta2": "3/4", "epsilon": "1/10"}
STEADY = [
    ("rmsprop", {"beta": "3/4", "epsilon": "1/10"}),
    ("adam", MILD),
    ("nadam", MILD),
    ("adamw", MILD),
]
each_steady = pytest.mark.parametrize(
    ("name", "parameters"), STEADY, ids=[name for name, _ in STEADY]
)


def root(square: Any, epsilon: float, inside: bool) -> Any:
    return np.sqrt(square + epsilon) if inside else np.sqrt(square) + epsilon


def rmsprop(inside: bool) -> Any:
    """PyTorch's RMSprop (TensorFlow's has epsilon inside the root)."""

    def run(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
        square = np.zeros(2)
        while True:
            g = gradient(theta)
            square = BETA * square + (1 - BETA) * g**2
            theta = theta - gamma * g / root(square, EPSILON, inside)
            yield theta

    return run


def adam(
    inside: bool = False, corrected: bool = True, ahead: bool = False, decay: float = 0
) -> Any:
    """Algorithm 1 of Kingma and Ba, and its variants as in PyTorch (AdamW) and optax (NAdam)."""

    def run(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
        m, v = np.zeros(2), np.zeros(2)
        for n in count(1):
            g = gradient(theta)
            m = BETA1 * m + (1 - BETA1) * g
            v = BETA2 * v + (1 - BETA2) * g**2
            bias1, bias2, next1 = (
                1 - (b**k if corrected else 0) for b, k in ((BETA1, n), (BETA2, n), (BETA1, n + 1))
            )
            mean = BETA1 * m / next1 + (1 - BETA1) * g / bias1 if ahead else m / bias1
            theta = theta * (1 - gamma * decay) - gamma * mean / root(v / bias2, EPSILON, inside)
            yield theta

    return run


def adagrad(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """PyTorch's Adagrad."""
    total = np.zeros(2)
    while True:
        g = gradient(theta)
        total = total + g**2
        theta = theta - gamma * g / (np.sqrt(total) + 1e-10)
        yield theta


def normalised(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """x - eta g/|g|."""
    while True:
        g = gradient(theta)
        theta = theta - gamma * g / np.linalg.norm(g)
        yield theta


INSIDE = {"placement": "inside"}
PLAIN = {"bias_correction": "no"}


@pytest.mark.parametrize(
    ("name", "options", "reference"),
    [
        ("rmsprop", {}, rmsprop(inside=False)),
        ("rmsprop", INSIDE, rmsprop(inside=True)),
        ("adam", {}, adam()),
        ("adam", INSIDE, adam(inside=True)),
        ("adam", PLAIN, adam(corrected=False)),
        ("adam", INSIDE | PLAIN, adam(inside=True, corrected=False)),
        ("nadam", {}, adam(ahead=True)),
        ("nadam", PLAIN, adam(ahead=True, corrected=False)),
        ("adamw", {}, adam(decay=DECAY)),
        ("adamw", INSIDE, adam(decay=DECAY, inside=True)),
        ("adagrad", {}, adagrad),
        ("normalised-descent", {}, normalised),
    ],
)
def test_iterates_are_those_of_the_published_rule(
    name: str, options: Any, reference: Any, assert_follows: Callable[..., None]
) -> None:
    assert_follows(get(name, **options), reference)


def test_sign_descent_moves_on_a_grid(loss: Any) -> None:
    run = iterate(get("sign-descent"), loss, [[0.7, -0.4]], [1 / 64], steps=20, include_start=True)
    np.testing.assert_allclose(np.diff(run.values[0, 0], axis=0), [[-1 / 64, 1 / 64]] * 20)


def test_the_slow_field_of_adam(loss: Any) -> None:
    """f_0 = -grad L/(|grad L| + epsilon), component by component, from the defaults."""
    terms = manifold.on_field(get("adam"), loss, 2)
    assert len(terms) == 3
    for f, component in zip(loss.components, terms[0], strict=True):
        size = (f * f).sqrt() + fmpq(1, 10**8)
        assert (component * size - f).is_zero()
    assert all(not c.is_zero() for term in terms for c in term)


@each_steady
@pytest.mark.parametrize("placement", ["outside", "inside"])
def test_the_memory_follows_theta(name: str, parameters: Any, placement: str) -> None:
    """S_0 holds f, f^2 and what is left of the bias, 0."""
    loss = Loss.read("x**2/2 + y**2 + x*y**2/3")
    _, memory = manifold.memory_on_field(get(name, placement=placement, **parameters), loss, 0)
    slopes = list(loss.components)
    squares = [f * f for f in slopes]
    expected = squares if name == "rmsprop" else [*slopes, *squares, slopes[0] * 0, slopes[0] * 0]
    assert len(memory[0]) == len(expected)
    assert all((a - b).is_zero() for a, b in zip(memory[0], expected, strict=True))


def test_bias_correction_leaves_the_steady_state_alone(loss: Any) -> None:
    for name in ("adam", "nadam", "adamw"):
        with_it, without = (
            manifold.on_field(get(name, bias_correction=choice, **MILD), loss, 1)
            for choice in ("yes", "no")
        )
        for a, b in zip(with_it, without, strict=True):
            assert all((x - y).is_zero() for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize(("beta1", "beta2"), [("1/2", "3/4"), ("0", "3/4"), ("9/10", "1/2")])
def test_first_correction_of_adam(beta1: str, beta2: str, loss: Any) -> None:
    """Cattaneo, Klusowski and Shigida, On the implicit bias of Adam, ICML 2024.

    With epsilon inside the root, r_j = sqrt(g_j^2 + epsilon), g = grad L and s(b) = (1+b)/(1-b),
    theta_j' = -(g_j + gamma/2 (s(beta1) - s(beta2) + s(beta2) epsilon/r_j^2) d_j sum of r_i)/r_j.
    """
    epsilon = fmpq(1, 10)
    method = get("adam", beta1=beta1, beta2=beta2, epsilon="1/10", placement="inside")
    f_0, f_1 = manifold.on_field(method, loss, 1)
    b1, b2 = (fmpq(*map(int, b.split("/"))) for b in (beta1, beta2))
    s1, s2 = ((1 + b) / (1 - b) for b in (b1, b2))
    roots = [(f * f + epsilon).sqrt() for f in loss.components]
    norm = sum(roots, start=loss.ring.constant(0))
    for j, r in enumerate(roots):
        assert (f_0[j] - loss.components[j] / r).is_zero()
        factor = (s2 * epsilon) / (r * r) + (s1 - s2)
        assert (f_1[j] + factor * norm.derivative(j) / r * fmpq(1, 2)).is_zero()


class OnTheManifold:
    """exp(gamma D~) theta - Phi^theta(theta, S), and the same for S, in balls at one point."""

    def __init__(self, method: Any, loss: Any, order: int) -> None:
        self.loss, self.dimension = loss, loss.dimension
        terms, memory = manifold.memory_on_field(method, loss, order)
        self.field = [to_program(term).run for term in terms]
        lifted = [[loss.ring.constant(0) + value for value in row] for row in memory]
        self.memory = [to_program(row).run for row in lifted]
        self.f = ScalarField(loss, arb)
        self.method = method.bind(self.f.constant)

    def residuals(self, theta: Any, gamma: Any) -> tuple[float, float]:
        before = np.array(self._sum(self.memory, theta, gamma), dtype=object)
        start = self.method.init(self.f, theta)
        cuts = np.cumsum([len(part) for part in start])[:-1]
        after, state = self.method.step(self.f, theta, tuple(np.split(before, cuts)), gamma)
        flowed = self._flow(theta, gamma)
        slaved = np.array(self._sum(self.memory, flowed, gamma), dtype=object)
        return largest(flowed - after), largest(slaved - np.concatenate(state))

    def _sum(self, programs: Any, theta: Any, gamma: Any) -> list[Any]:
        rows = [run(list(theta), arb) for run in programs]
        return [
            sum(x * gamma**k for k, x in enumerate(column)) for column in zip(*rows, strict=True)
        ]

    def _flow(self, theta: Any, gamma: Any, parts: int = 4) -> Any:
        h = gamma / parts
        slope: Any = lambda z: np.array(self._sum(self.field, z, gamma), dtype=object)  # noqa: E731
        for _ in range(parts):  # the classical Runge-Kutta method: an error of order gamma^5
            k1 = slope(theta)
            k2 = slope(theta + k1 * (h / 2))
            k3 = slope(theta + k2 * (h / 2))
            k4 = slope(theta + k3 * h)
            theta = theta + (k1 + k2 * 2 + k3 * 2 + k4) * (h / 6)
        return theta


def largest(vector: Any) -> float:
    return max(abs(float(x.mid())) for x in vector)


def falls_as(invariance: OnTheManifold) -> Any:
    """Return the powers of gamma by which the two residuals fall."""
    theta = invariance.f.vector([fmpq(7, 10), fmpq(-2, 5)])
    gammas = [arb(1) / 2**n for n in range(12, 16)]
    found = np.array([invariance.residuals(theta, gamma) for gamma in gammas])
    assert found.min() > 1e-30  # far above the rounding of 200 bits
    return np.polyfit(np.log([float(g) for g in gammas]), np.log(found), 1)[0]


@each_steady
@pytest.mark.parametrize("placement", ["outside", "inside"])
@pytest.mark.parametrize("order", [1, 2])
def test_the_manifold_is_invariant(
    name: str, parameters: Any, placement: str, order: int, loss: Any
) -> None:
    """The residuals fall as gamma^(order+2); without the last term of f~ one power is lost."""
    method = get(name, placement=placement, **parameters)
    with flint.ctx.workprec(200):
        invariance = OnTheManifold(method, loss, order)
        assert falls_as(invariance) == pytest.approx([order + 2] * 2, abs=0.1)
        invariance.field.pop()
        assert falls_as(invariance) == pytest.approx([order + 1] * 2, abs=0.1)


def test_normalised_descent_follows_the_unit_slope(loss: Any) -> None:
    f_0, f_1 = perturbation.on_field(get("normalised-descent"), loss, 1)
    size = sum((f * f for f in loss.components), start=loss.ring.constant(0)).sqrt()
    assert all((c * size - f).is_zero() for c, f in zip(f_0, loss.components, strict=True))
    assert all(
        (c + loss.ring.lie_derivative(f_0, slow) * fmpq(1, 2)).is_zero()
        for c, slow in zip(f_1, f_0, strict=True)
    )


def test_adagrad_has_no_modified_equation(loss: Any) -> None:
    message = "at gamma = 0 part 1 keeps what it has, .* forgets nothing: let it forget"
    with pytest.raises(MethodError, match=message):
        manifold.on_field(get("adagrad"), loss, 1)


def test_signs_are_refused(loss: Any) -> None:
    with pytest.raises((MethodError, TypeError), match=r"rules with branches \(where, max, sign\)"):
        perturbation.on_field(get("sign-descent"), loss, 1)


@pytest.mark.parametrize("name", [
    "rmsprop", "adam", "nadam", "adamw", "adagrad", "sign-descent", "normalised-descent"
])  # fmt: skip
def test_trees_refuse_element_wise_rules(name: str) -> None:
    f = TreeArithmetic(2)
    method = get(name).bind(lambda e: e.value)  # type: ignore[attr-defined]
    with pytest.raises(MethodError, match=r"on trees.*derive the method on a concrete loss"):
        method.step(f, f.identity, method.init(f, f.identity), f.gamma)


@pytest.mark.parametrize("name", ["rmsprop", "adam", "nadam", "adamw", "adagrad"])
def test_wrong_hyperparameters(name: str) -> None:
    for wrong in ("0", "-1"):
        message = rf"^hyperparameter epsilon={wrong} is out of range: it must lie in \(0, inf\)$"
        with pytest.raises(MethodError, match=message):
            get(name, epsilon=wrong)
    with pytest.raises(
        MethodError, match=r"^option placement=in is unknown: choose one of outside"
    ):
        get(name, placement="in")
    for rate in [key for key in get(name).parameters if key.startswith("beta")]:
        with pytest.raises(MethodError, match=rf"{rate}=1 is out of range: .* \[0, 1\)"):
            get(name, **{rate: 1})


def test_wrong_options() -> None:
    with pytest.raises(
        MethodError, match=r"^option bias_correction=maybe is unknown: choose one of"
    ):
        get("adam", bias_correction="maybe")
    with pytest.raises(MethodError, match=r"weight_decay=-1/2 is out of range: .* \[0, inf\)"):
        get("adamw", weight_decay="-1/2")


def test_parameters_and_options_as_texts() -> None:
    assert str(get("adam", placement="inside")) == (
        "adam(beta1=9/10, beta2=999/1000, epsilon=1/100000000, placement=inside, "
        "bias_correction=yes)"
    )
    assert "weight_decay" in available()["adamw"].ranges
    assert get("adam") != get("adam", placement="inside")
