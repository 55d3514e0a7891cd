"""SDE ensembles: weak orders by enumerating a step's noise, exact moments, nothing unmarked."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.algebra import Element, Ring
from bea.algebra.language.grammar import parse
from bea.algebra.ring.conversions import read, to_program
from bea.errors import BeaError, DimensionError, UnknownNameError
from bea.fields import NoiseFactor
from bea.flows import Status, sde_ensemble
from bea.flows.ensembles.diffusion import Diffusion, cholesky
from bea.flows.ensembles.sde import DiffusingWalker, _Diffusing

PLANE = bea.VectorField.read("-x + y/2 + x*y/3, -y - x**2/4", "x y")
ROWS = [["1 + x**2", "x*y/2 + 1/3"], ["x*y/2 + 1/3", "2 + y**2 - x"]]
LINE = bea.VectorField.read("-x - x**3/8", "x")
CASES = {"two noises": (PLANE, ROWS, (0.4, -0.3)), "one noise": (LINE, [["1 + x**2"]], (0.5,)),
         "constant": (PLANE, [[2, 1], [1, 3]], (0.4, -0.3))}  # fmt: skip
every_case = pytest.mark.parametrize(("drift", "rows", "at"), CASES.values(), ids=CASES)


def generator(drift: bea.VectorField, rows: Any, phi: Element) -> Element:
    """A φ = b·∇φ + ½ S:∇²φ."""
    ring, d = drift.ring, range(drift.dimension)
    result = drift.lie_derivative(phi)
    for i, j in product(d, d):
        entry = bea.algebra.ring.conversions.read(ring, parse(str(rows[i][j])))
        result = result + entry * phi.derivative(i).derivative(j) * fmpq(1, 2)
    return result


def number(element: Element, at: tuple[float, ...]) -> float:
    return float(to_program([element]).run(list(at), float)[0])


def one_step_means(
    drift: Any, rows: Any, at: Any, dt: float, scheme: str, phis: list[Element]
) -> list[float]:
    """E φ after one step, summed over all values of the three-point and two-point variables."""
    walk = _Diffusing(drift, Diffusion(rows, drift.variables), 1.0, dt, 1, scheme)
    m = walk.noises
    outcomes = list(product([1, -1, 0], repeat=m))
    signs = list(product([1, -1], repeat=m * (m - 1) // 2))
    both = list(product(outcomes, signs))
    weights = [np.prod([2 / 3 if k == 0 else 1 / 6 for k in o]) / len(signs) for o, _ in both]
    dw = np.sqrt(3 * dt) * np.array([o for o, _ in both], dtype=float).T
    two = dt * np.array([s for _, s in both], dtype=float).reshape(len(both), -1).T
    walker = DiffusingWalker(walk, len(both))
    theta = np.tile(np.array(at)[:, None], (1, len(both)))
    ends, _ = walker.step(0, (dw, two), theta, ())
    values = [[number(phi, tuple(end)) for end in ends.T] for phi in phis]
    return [float(np.dot(weights, row)) for row in values]


@every_case
@pytest.mark.parametrize(("scheme", "order"), bea.flows.ensembles.sde.SCHEMES.items())
def test_one_step_has_the_weak_order_of_the_scheme(
    drift: bea.VectorField, rows: Any, at: Any, scheme: str, order: int
) -> None:
    texts = ["x", "x**2", "x**3", *(["y", "x*y", "x**2*y", "y**2"] if len(at) == 2 else [])]
    phis = [bea.algebra.ring.conversions.read(drift.ring, parse(text)) for text in texts]
    powers = [phis]
    for _ in range(2):
        powers.append([generator(drift, rows, phi) for phi in powers[-1]])
    steps = 0.02 / 2 ** np.arange(4)
    misses = []
    for dt in steps:
        exact = [
            sum(number(powers[k][i], at) * dt**k / (1, 1, 2)[k] for k in range(order + 1))
            for i in range(len(phis))
        ]
        found = one_step_means(drift, rows, at, dt, scheme, phis)
        misses.append([abs(a - b) for a, b in zip(found, exact, strict=True)])
    worst = np.max(misses, axis=1)
    slopes = np.diff(np.log(worst)) / np.diff(np.log(steps))
    assert np.all(np.abs(slopes - (order + 1)) < 0.1), slopes


def test_without_the_mixed_variables_the_second_order_is_lost() -> None:
    # The negative control: V = 0 leaves E(ΔW_j ΔW_r) right and E(I_rj I_jr) wrong.
    phi = bea.algebra.ring.conversions.read(PLANE.ring, parse("y**2"))
    original = DiffusingWalker.step

    def step(self: Any, segment: int, noise: Any, theta: Any, memory: Any) -> Any:
        return original(self, segment, (noise[0], 0 * noise[1]), theta, memory)

    first = generator(PLANE, ROWS, phi)
    second = generator(PLANE, ROWS, first)
    at, misses = (0.4, -0.3), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DiffusingWalker, "step", step)
        for dt in (0.02, 0.01, 0.005):
            exact = sum(number(e, at) * c for e, c in ((phi, 1), (first, dt), (second, dt**2 / 2)))
            found = one_step_means(PLANE, ROWS, at, dt, "platen", [phi])
            misses.append(abs(found[0] - exact))
    slopes = np.diff(np.log2(misses))
    assert np.all(np.abs(slopes + 2) < 0.15), slopes


# Of rank below two on lines or everywhere: one noise in a plane, three noises, and those of a
# finite sum. The first variance vanishes where they are looked at, but for the second.
WELLS = bea.problems.scale_invariant_wells()
SINGULAR = {
    "one noise in a plane": (PLANE, NoiseFactor.read([["y"], ["1 - x"]], ["x", "y"]), (0.4, 0.0)),
    "three noises": (
        PLANE, NoiseFactor.read([["y", "x*y", 0], ["1 - x", 0, "y**2"]], ["x", "y"]), (0.4, 0.0)
    ),
    "a finite sum": (WELLS, WELLS.noise_factor(), (1.5, 0.0)),
}  # fmt: skip


def slopes_of_one_step(drift: Any, noise: Any, covariance: Any, at: Any, scheme: str) -> Any:
    phis = [read(drift.ring, parse(text)) for text in ("x**2", "x*y", "y**2", "(x**2 + y**2)**2")]
    powers = [phis]
    for _ in range(2):
        powers.append([generator(drift, covariance, phi) for phi in powers[-1]])
    steps, misses = 0.02 / 2 ** np.arange(4), []
    for dt in steps:
        found = one_step_means(drift, noise, at, dt, scheme, phis)
        exact = [
            sum(number(powers[k][i], at) * dt**k / (1, 1, 2)[k] for k in range(3))
            for i in range(len(phis))
        ]
        misses.append(np.max(np.abs(np.subtract(found, exact))))
    return np.diff(np.log(misses)) / np.diff(np.log(steps))


@pytest.mark.parametrize(("drift", "factor", "at"), SINGULAR.values(), ids=SINGULAR)
def test_a_factor_keeps_the_second_order_where_the_covariance_is_singular(
    drift: Any, factor: NoiseFactor, at: tuple[float, ...]
) -> None:
    covariance = factor.covariance()
    slopes = slopes_of_one_step(drift, factor, covariance, at, "platen")
    assert np.all(np.abs(slopes - 3) < 0.15), slopes
    # Negative controls: Euler's scheme, and the same covariance as a matrix, whose root is rough.
    slopes = slopes_of_one_step(drift, factor, covariance, at, "euler-maruyama")
    assert np.all(np.abs(slopes - 2) < 0.15), slopes
    slopes = slopes_of_one_step(drift, covariance, covariance, at, "platen")
    assert np.all(slopes < 2.3), slopes


def test_the_norm_reaches_its_equilibrium_on_a_singular_covariance() -> None:
    # dρ² at weak order 1 is closed: E‖w‖⁴ = 5 + 11 exp(−4λt), and no lane is lost to rounding.
    method = bea.methods.gradient_descent_decay(weight_decay="1/4")
    equation = bea.stochastic_equation(method, WELLS, 1)
    found = sde_ensemble(equation, None, [2.0, 0.0], gamma="1/2", time=20, steps=160, runs=8192,
                         observables="(x**2 + y**2)**2")  # fmt: skip
    assert (found.status == Status.OK).all()
    exact = 0.5 + 15.5 * np.exp(-20)
    assert abs(found.mean[0, 0] - exact) < 4 * found.error[0, 0] + 0.01 * exact


def test_sums_and_equations_are_diffusions_by_themselves() -> None:
    total, method = bea.problems.linear_regression(), bea.methods.heavy_ball(beta="1/2")
    theta = np.random.default_rng(0).normal(size=(2, 9))
    rows = Diffusion(total.covariance(), total.variables)(theta, 0.3)
    np.testing.assert_allclose(Diffusion(total, total.variables)(theta, 0.3), rows, rtol=1e-12)
    momentum = Diffusion(bea.stochastic_equation(method, total, 2), total.variables)
    np.testing.assert_allclose(momentum(theta, 0.3), 4 * rows, rtol=1e-12)
    assert momentum.columns == 3
    third = Diffusion(bea.stochastic_equation(bea.methods.gradient_descent(), total, 3), ["w", "b"])
    assert third.columns == 2
    with pytest.raises(DimensionError, match="in the variables w, b, and the drift in x, y"):
        Diffusion(total, ["x", "y"])


def test_an_ornstein_uhlenbeck_process_has_its_exact_moments() -> None:
    drift = bea.Loss.read("x**2 + x*y + y**2")
    found = sde_ensemble(drift, [[2, 0], [0, 2]], [1, 0], gamma="1/2", time=1, steps=40,
                         runs=40_000, observables="x, x**2, x*y, L")  # fmt: skip
    h = np.array([[2.0, 1.0], [1.0, 2.0]])
    values, vectors = np.linalg.eigh(h)
    mean = vectors @ (np.exp(-values) * (vectors.T @ [1.0, 0.0]))
    covariance = vectors @ np.diag((1 - np.exp(-2 * values)) / (2 * values)) @ vectors.T
    second = covariance + np.outer(mean, mean)
    loss = float((h * second).sum() / 2)
    exact = {"x": mean[0], "x**2": second[0, 0], "x*y": second[0, 1], "L": loss}
    for name, value in exact.items():
        estimate = found[name]
        assert abs(estimate.mean[0] - value) < 4.5 * estimate.error[0]
        assert estimate.error[0] < 0.01


def test_growth_with_geometric_noise_is_exact_by_platen_and_not_by_euler() -> None:
    drift = bea.VectorField.read("x")  # dX = X dt + X/√50 dW: E X² = exp((2 + 1/50) t)
    asked: dict[str, Any] = {"gamma": 1, "time": 1.0, "steps": 32, "runs": 40_000,
                             "observables": "x**2"}  # fmt: skip
    exact = np.exp(2.02)
    for scheme in bea.flows.ensembles.sde.SCHEMES:
        found = sde_ensemble(drift, [["x**2/50"]], [1.0], scheme=scheme, **asked)["x**2"]
        assert found.error[0] < 0.02
        assert (abs(found.mean[0] - exact) < 4.5 * found.error[0]) == (scheme == "platen")


def test_modified_equations_and_covariances_of_sums_are_taken_as_they_are() -> None:
    total = bea.problems.linear_regression()
    drift = bea.modified_equation(bea.methods.gradient_descent(), total, order=1)
    found = sde_ensemble(drift, total.covariance(), [0, 0], gamma="1/10", time=2, steps=20,
                         runs=8192, observables="w, L", loss=total)  # fmt: skip
    sgd = bea.ensemble("gradient-descent", total, [0, 0], gamma="1/10", steps=20, runs=8192,
                       observables="w, L")  # fmt: skip
    for name in ("w", "L"):
        away = abs(found[name].mean[0] - sgd[name].mean[0])
        assert away < 4 * np.hypot(found[name].error[0], sgd[name].error[0]) + 0.01


def test_powers_of_gamma_and_functions_give_the_same_diffusion() -> None:
    theta = np.random.default_rng(0).normal(size=(2, 7))
    rows = Diffusion(ROWS, ["x", "y"])(theta, 0.3)
    powers = Diffusion({1: ROWS, 2: [[1, 0], [0, 0]]}, ["x", "y"])(theta, 0.3)
    np.testing.assert_allclose(rows[1, 0], 0.3 * (theta[0] * theta[1] / 2 + 1 / 3))
    np.testing.assert_allclose(powers[0, 0] - rows[0, 0], 0.09)
    np.testing.assert_array_equal(powers[1], rows[1])
    root = Diffusion(lambda t, g: rows, ["x", "y"]).root(theta, 0.3)
    np.testing.assert_allclose(np.einsum("ikl,jkl->ijl", root, root), rows, atol=1e-14)


@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_roots_of_semidefinite_matrices_are_roots(rank: int) -> None:
    factor = np.random.default_rng(rank).normal(size=(4, rank, 100))
    factor[1, :, :50] = 0  # a component without noise
    matrices = np.einsum("ikl,jkl->ijl", factor, factor)
    lower = cholesky(matrices)
    assert np.isfinite(lower).all()
    np.testing.assert_allclose(np.einsum("ikl,jkl->ijl", lower, lower), matrices, atol=1e-5)
    matrices[2, 2] -= 3 * matrices[2, 2]
    assert np.isnan(cholesky(matrices)).all()


def test_runs_whose_diffusion_becomes_indefinite_are_marked() -> None:
    drift = bea.VectorField.read("0*x + 1", "x")
    found = sde_ensemble(drift, [["1 - x"]], [0.0], gamma="1/100", time=3, steps=300, runs=50,
                         record=[0, 50, 300])  # fmt: skip
    assert (found.status == Status.INDEFINITE).all()
    assert found.count.tolist() == [50, 50, 0]
    assert "not positive semidefinite" in found.failures()[0]


def test_a_stochastic_equation_brings_its_diffusion_and_its_loss() -> None:
    pair = bea.problems.finite_sum("(x - 1)**2/2, (x + 1)**2")
    equation = bea.stochastic_equation(bea.methods.gradient_descent(), pair)
    asked: dict[str, Any] = {"gamma": "1/10", "time": 1, "steps": 20, "runs": 200, "seed": 3}
    own = sde_ensemble(equation, None, [1], observables="x, x**2, L", **asked)
    given = sde_ensemble(equation, equation, [1], observables="x", **asked)
    assert own["x"].mean.tobytes() == given["x"].mean.tobytes()
    mean, square = own["x"].mean[0], own["x**2"].mean[0]
    np.testing.assert_allclose(own["L"].mean[0], 3 * square / 4 + mean / 2 + 3 / 4, rtol=1e-12)


def test_an_interrupted_run_resumes_to_the_same_bits(tmp_path: Path) -> None:
    def asked(**more: Any) -> bea.Ensemble:
        return sde_ensemble(PLANE, ROWS, [0, 0], gamma="1/10", time=1, steps=50, runs=5000,
                            observables="x, y**2", keep=True, seed=4, **more)  # fmt: skip

    class StopError(Exception):
        pass

    def interrupt(done: int, total: int) -> None:
        if done > total / 2:
            raise StopError

    with pytest.raises(StopError):
        asked(checkpoint=tmp_path / "sde.npz", progress=interrupt)
    resumed, whole = asked(checkpoint=tmp_path / "sde.npz", workers=2), asked()
    assert resumed.points.tobytes() == whole.points.tobytes()  # type: ignore[union-attr]
    assert resumed.mean.tobytes() == whole.mean.tobytes()


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"scheme": "platten"}, UnknownNameError, "unknown scheme 'platten'.*mean 'platen'"),
        ({"diffusion": [[1]]}, DimensionError, r"has 1 row\(s\) for 2 variable"),
        ({"diffusion": [[1, "x"], [0, 1]]}, DimensionError, "the diffusion is not symmetric"),
        ({"diffusion": [[-1, 0], [0, 1]]}, BeaError, "the variance of component 1 is -1"),
        ({"diffusion": [[1, 2], [2, 1]]}, BeaError, r"semidefinite at the start \(0.5, 0\)"),
        ({"diffusion": [["x - 1", 0], [0, 1]]}, BeaError, "not positive semidefinite at the start"),
        ({"diffusion": lambda t, g: t}, DimensionError, r"give \(2, 2, 1\)"),
        ({"diffusion": [["z", 0], [0, 1]]}, BeaError, "unknown variable 'z'"),
        ({"drift": "x"}, BeaError, "the drift is a str"),
        ({"diffusion": NoiseFactor(Ring(["x", "y"], ["a"]), ())}, BeaError, "'a' of the diffusion"),
        ({"diffusion": None}, BeaError, "there is no diffusion: give one"),
        ({"time": 0}, BeaError, "Time 0 must be positive"),
        ({"steps": 0}, DimensionError, "steps"),
        ({"observables": "L"}, UnknownNameError, "unknown observable 'L'"),
        ({"loss": bea.Loss.read("x")}, DimensionError, "different variables"),
    ],
)
def test_bad_input_is_refused(changed: dict[str, Any], error: type, message: str) -> None:
    asked = {"drift": PLANE, "diffusion": ROWS, "starts": [0.5, 0.0], "gamma": "1/10", "time": 1.0,
             "steps": 10, "runs": 10, **changed}  # fmt: skip
    with pytest.raises(error, match=message):
        sde_ensemble(asked.pop("drift"), asked.pop("diffusion"), asked.pop("starts"), **asked)
