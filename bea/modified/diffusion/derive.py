"""Stochastic modified equations dX = b dt + √γ S dW: their law follows that of a random step.

The equation of weak order w keeps the drift to gamma^(w-1) and the covariance S Sᵀ to gamma^(w-2)
(at least Sigma itself): its generator then has the first and second derivatives of the modified
generator to gamma^(w-1), so that E phi(X_(n gamma)) misses E phi(theta_n) at a fixed time by
gamma^w. With the order K of a generator, the highest power of gamma kept, w = K + 1; but at w = 1
the noise, which is not needed there, is kept too: that is the familiar SDE with drift -∇L and
covariance γΣ. Third derivatives cannot be kept, see `ModifiedGenerator.is_diffusion`; where the
generator has them the weak order stops there, and `attained` says at what.

A higher weak order is about errors at a fixed time as gamma falls, and no promise at a given gamma:
for L = a x²/2 with noise of variance σ² the stationary variance is γσ²/(a(2 − γa)); weak order 1
gives γσ²/(2a), and weak order 2 gives γσ²/(a(2 + γa)), which is twice as far off. Weak order 3 is
closer than both. Source: Li, Tai and E,
"Stochastic modified equations and dynamics of stochastic gradient algorithms I", JMLR 20 (2019)
1-47, for weak orders 1 and 2.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from bea.errors import OrderError
from bea.fields import VectorField
from bea.methods import Method
from bea.modified.checks import checked_order, require_method
from bea.modified.diffusion.equation import StochasticEquation
from bea.modified.diffusion.given_covariance import with_covariance
from bea.modified.diffusion.sampled import by_samples
from bea.modified.diffusion.universal import UniversalStochasticEquation
from bea.modified.random.generator import ModifiedGenerator, modified_generator
from bea.noise import Noise, independent_noise
from bea.patience import told
from bea.problems import FiniteSum


@told("deriving")
def stochastic_equation(
    method: Method,
    problem: VectorField | None = None,
    weak_order: int = 2,
    batches: Noise | int | None = None,
    covariance: Any = None,
) -> StochasticEquation | UniversalStochasticEquation:
    """Derive the stochastic modified equation of a method.

    Parameters
    ----------
    method
        A method of one step, or with memory that is carried on linearly, such as heavy ball.
    problem
        A finite sum; or a loss together with `covariance`; None is for every loss and covariance
        at once (to weak order 3).
    weak_order
        The power w of gamma with which weak errors at a fixed time are to fall. 1: drift -∇L and
        covariance γΣ; 2: drift -∇(L + γ/4 ‖∇L‖²) and the same noise; 3: the next terms of both.
    batches
        How batches of a finite sum are drawn, or their size; by default single samples.
    covariance
        The covariance of a step's gradient where the problem is no sum: a matrix of texts or
        elements in the problem's variables and parameters. The noise is taken to have no third
        cumulant, as Gaussian noise has none.

    Raises
    ------
    OrderError
        If the weak order is not 1 or more.
    MethodError
        If the step is none whose average is known.
    BeaError
        If a matrix is no covariance, or is given beside a finite sum.

    Examples
    --------
    >>> import bea
    >>> from bea.problems import finite_sum
    >>> pair = finite_sum(["(x - 1)**2/2", "(x + 1)**2/2"])
    >>> stochastic_equation(bea.methods.gradient_descent(), pair, weak_order=3)
    dX = b dt + √γ S dW
    b[x] = −x − γx/2 − γ²x/3
    SSᵀ[x,x] = 1 + γ
    """
    weak_order = checked_order(weak_order)
    if weak_order == 0:
        raise OrderError("weak order 0 is not possible: give 1 or more")
    require_method(method)
    if problem is None:
        return UniversalStochasticEquation(method, weak_order)
    if covariance is not None:
        drift, matrices = with_covariance(method, problem, weak_order, covariance)
        return StochasticEquation(
            method,
            problem,
            weak_order,
            drift=partial(tuple, drift),
            covariance=partial(tuple, matrices),
        )
    if weak_order <= 2 and isinstance(problem, FiniteSum):
        sampled = by_samples(method, problem, weak_order, independent_noise(batches))
        if sampled is not None:
            return sampled
    generator = modified_generator(method, problem, max(weak_order - 1, 1), batches)
    broken = [k for k, degree in enumerate(generator.degrees) if degree > 2]
    return StochasticEquation(
        method,
        problem,
        weak_order,
        drift=partial(_first, generator, "drift", weak_order),
        covariance=partial(_diffusion, generator, weak_order),
        attained=min([weak_order, *broken]),
        batches=generator.batches,
        start=partial(_first, generator, "start", weak_order),
    )


# --- private helpers ----------------------------------------------------------------------------


def _first(generator: ModifiedGenerator, name: str, count: int) -> Any:
    return getattr(generator, name)[:count]


def _diffusion(generator: ModifiedGenerator, weak_order: int) -> Any:
    return generator.diffusion[1 : max(weak_order, 2)]
