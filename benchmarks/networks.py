"""Networks as problems: the orders of the modified flows, and what a modified field costs.

The settings are full-batch gradient descent on scikit-learn's digits (200 samples, /16, centred,
x2), tanh networks with weights N(0, 1/fan-in), cross-entropy, float64, time 2. The control is the
series cut without putting f~ back. Costs are ratios to a gradient, in one run, compiled, of one
thread.

    .venv-adapters/bin/python benchmarks/networks.py [--costs]

needs bea[optax,networks].
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

import bea
from bea.adapters import jax_loss
from bea.fields.functions.spectrum import hessian_trace, largest_eigenvalue
from tests.adapters.networks import cross_entropy, digits, weights

DESCENT = bea.methods.gradient_descent()
GAMMAS = 1 / 2.0 ** np.arange(3, 8)


def orders(sizes: tuple[int, ...]) -> None:
    """Print the observed orders of flows, control and heavy ball."""
    problem = jax_loss(cross_entropy, weights(sizes), digits())
    sharp = largest_eigenvalue(problem, problem.starts)[0]
    trace = hessian_trace(problem, problem.starts)
    print(f"\n{'-'.join(map(str, sizes))}, d = {problem.dimension}: sharpness {sharp:.3f}, "
          f"trace {trace.value[0]:.2f} ± {trace.error[0]:.2f}")  # fmt: skip
    cut = bea.modified.cut_series(DESCENT, problem, 2)
    ball = bea.methods.heavy_ball(beta="1/2")
    rows: dict[str, Callable[[], Any]] = {
        "gradient descent": lambda: _drift(DESCENT, problem, GAMMAS),
        "cut series": lambda: _drift(DESCENT, problem, GAMMAS, orders=[2], equation=cut),
        "heavy ball": lambda: _drift(ball, problem, GAMMAS / 8),
        "uncorrected": lambda: _drift(ball, problem, GAMMAS / 8, corrected=False),
    }
    for name, study in rows.items():
        begun = time.perf_counter()
        found = study().observed_orders()
        print(f"{name:18}", np.round(found, 3), f"{time.perf_counter() - begun:.0f} s", flush=True)


def _drift(method: Any, problem: Any, gammas: Any, orders: Any = range(3), **options: Any) -> Any:
    return bea.discretization_drift(method, problem, orders, gammas, time=16 * gammas[0], **options)


def costs(sizes: tuple[int, ...]) -> None:
    """Print what the terms of order 1 and 2 at a point cost, in gradients."""
    problem = jax_loss(cross_entropy, weights(sizes), digits())
    theta, gamma = problem.starts.T.copy(), np.ones(1)
    fields = [problem.numeric()]
    fields += [bea.modified_equation(DESCENT, problem, k).numeric() for k in (1, 2)]
    times: list[list[float]] = [[] for _ in fields]
    for _ in range(30):  # by turns, so that what else the machine does is shared
        for field, spent in zip(fields, times, strict=True):
            begun = time.process_time()
            field(theta, gamma)
            spent.append(time.process_time() - begun)
    gradient, first, second = (float(np.median(spent[3:])) for spent in times)
    print(f"\nd = {problem.dimension}: gradient {1e3 * gradient:.2f} ms; with f_1 "
          f"{first / gradient:.1f} and with f_2 {second / gradient:.1f} times as much")  # fmt: skip


if __name__ == "__main__":
    for layers in ((64, 8, 10), (64, 32, 32, 10), (64, 300, 256, 10)):
        costs(layers)
    if "--costs" not in sys.argv:
        for layers in ((64, 8, 10), (64, 32, 32, 10)):
            orders(layers)
