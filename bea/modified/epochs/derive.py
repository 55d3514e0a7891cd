"""Modified equations of epochs: m steps of size gamma that go once through the samples.

The composed map Phi_(k_m) o ... o Phi_(k_1) of an epoch, or its mean over shuffles, is the flow of
f~ for the time m gamma: exp(m gamma D~) theta = E[Phi_(k_m) o ... o Phi_(k_1)](theta). With the
step size gamma inside, and the time that one step takes being gamma, as for a single loss,

    f~_0 = -grad L,    f~_1 = -(1/4m) sum_k grad |grad L_k|^2 + (1/2m) sum_(i<j) [f_i, f_j]

for gradient descent on the batches' losses L_1 ... L_m in this order, L their mean, f_k = -grad L_k
and [f_i, f_j] = f_j' f_i - f_i' f_j. Over all orders the brackets cancel, and what is left is

    L + gamma/4m sum_k |grad L_k|^2
        = L + gamma/4 |grad L|^2 + gamma/4m sum_k |grad L_k - grad L|^2,

equal since the deviations sum to 0. Per unit of time the penalty does not grow with m; of one step
of size m gamma on L it would be m gamma/4 |grad L|^2. Averaged over the splits of N samples into
batches of size B too, the last sum is gamma/4 (N - B)/(B (N - 1)) tr Sigma, with Sigma the
covariance of the samples' gradients. For any other one-step method f~_1 is the mean of the batches'
own first corrections and, in a fixed order, the same brackets. Over all orders the next term is

    f~_2 = (1/m) sum_k f~_(k,2) + (1/12) sum_k [f_k - f, [f_k, f]],

f~_(k,2) being the batches' own. With each batch repeated, so that m grows and the means stay, f~_k
of the mean is a polynomial in m of degree k - 1, and in a fixed order of degree k. The flow of
f~_0 + gamma f~_1 thus misses the mean epoch by O(m^2 gamma^3), and one order by O(m^3 gamma^3).

The flow of the mean map is the mean of one epoch to every order, and that of many epochs only up
to f~_2. Where an epoch ends varies by no more than gamma^2, since the sum of its f_k is the same.
With C gamma^4 its covariance, the mean of two epochs and the mean map applied twice differ by

    gamma^5 m/2 f''(C) + O(gamma^6),    f''(C) = sum_ij C_ij d_i d_j f,

and at a fixed time the mean over runs and the flow differ by O(gamma^3), which is what f~_3
contributes. For quadratic losses all maps are affine, and the two are the same.

Source: Smith, Dherin, Barrett and De, "On the origin of implicit regularization in stochastic
gradient descent", ICLR 2021, for f~_1 averaged over orders; the rest is derived here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import Element
from bea.arrays import object_vector
from bea.errors import BeaError, MethodError
from bea.fields import Loss, SeriesField
from bea.methods import Method, get
from bea.modified.checks import checked_order, require_method
from bea.modified.cost import check_sum
from bea.modified.epochs.equation import Epoch, EpochEquation, batch_loss, is_descent
from bea.modified.epochs.samples import checked_size, read_losses, split
from bea.modified.epochs.shuffles import descents_of_samples, steps_of_batches, steps_of_subsets
from bea.modified.points.epochs import EpochAtPoints, functions_of, mean_loss
from bea.modified.routes.perturbation import match_powers
from bea.modified.symbolic_step import series_iterates
from bea.noise import ShuffledEpochs
from bea.patience import told
from bea.problems import FiniteSum

Vector = tuple[Element, ...]

# Words of batches that are gone through one by one; a second or so for each thousand.
_MOST_WORDS = 5000


@told("deriving")
def cyclic_epoch(
    finite_sum: Any,
    batches: int | Sequence[Sequence[int]] = 1,
    order: int = 2,
    method: Method | None = None,
) -> EpochEquation | EpochAtPoints:
    """Derive the modified equation of epochs that visit the batches in one fixed order.

    Parameters
    ----------
    finite_sum
        A finite sum, that is anything with `losses`, or the losses of the samples themselves; of
        functions, such as networks on their batches, the equation is one of numbers at points.
    batches
        The indices of the samples in each batch, in the order in which they are visited; or the
        number B of samples in a batch, which then hold the first B, the next B, and so on.
    order
        Highest power of gamma that is kept; 0 is -grad L.
    method
        The one-step method of each step; by default gradient descent.

    Raises
    ------
    OrderError
        If `order` is no natural number.
    BeaError
        If the losses do not fit together, or the batches do not hold each sample once, all of the
        same size.
    MethodError
        If the method has memory, or its step does not tend to the identity.

    Examples
    --------
    The second sample's slope is taken after the first step, which no loss accounts for.

    >>> from bea.fields import Loss
    >>> losses = [Loss.read("x**2*y", "x y"), Loss.read("y**2", "x y")]
    >>> equation = cyclic_epoch(losses, order=1)
    >>> equation
    x' = −xy − γx(x² + 2y² + 2y)/2 + O(γ²)
    y' = −x²/2 − y − γ/2 (2x²y − x² + 2y) + O(γ²)
    >>> equation.is_gradient
    (True, False)
    >>> equation.universal_text()
    '−∇L − γ/(4m) Σₖ ∇‖∇Lₖ‖² + γ/(2m) Σᵢ﹤ⱼ (∇²Lⱼ∇Lᵢ − ∇²Lᵢ∇Lⱼ) + O(γ²)'
    """
    order, method = checked_order(order), _method(method)
    functions = functions_of(finite_sum)
    if functions is not None:
        return EpochAtPoints(_in_batches(functions, batches), method, order, shuffled=False)
    losses, problem = read_losses(finite_sum, method)
    parts = split(batches, len(losses))
    epoch = Epoch(losses, len(parts[0]), "nothing", parts)
    steps = epoch.batch_losses
    for loss in steps:
        _require_one_step(method, loss)
    return _equation(method, order, problem, epoch, "composition", _composed(method, steps, order))


@told("deriving")
def shuffled_epoch(
    finite_sum: Any,
    batches: int | ShuffledEpochs | Sequence[Sequence[int]] = 1,
    order: int = 2,
    method: Method | None = None,
) -> EpochEquation | EpochAtPoints:
    """Derive the modified equation of the mean over shuffled epochs.

    Parameters
    ----------
    finite_sum
        A finite sum, that is anything with `losses`, or the losses of the samples themselves; of
        functions, such as networks on their batches, the equation is one of numbers at points.
    batches
        The number B of samples in a batch, or `bea.noise.ShuffledEpochs(B)`: the mean is over
        all splits into batches, and their orders. Or the indices of the samples in each batch:
        these stay, and the mean is over their orders only.
    order
        Highest power of gamma that is kept; 0 is -grad L.
    method
        The one-step method of each step; by default gradient descent, whose mean over N samples
        costs about N^floor((K + 1)/2): a thousand are quick up to order K = 2. The mean over splits
        of other methods goes through all of them, and so is for few samples.

    Raises
    ------
    BeaError
        As for `cyclic_epoch`, and if there are too many splits to go through, or so many samples
        that this order would take more than minutes.

    Notes
    -----
    The mean is that of the composed map, of one epoch. What the flow says of several epochs is in
    the notes of this module: the mean over runs follows it up to f~_2.

    Examples
    --------
    >>> from bea.fields import Loss
    >>> losses = [Loss.read("x**2*y", "x y"), Loss.read("y**2", "x y")]
    >>> equation = shuffled_epoch(losses, order=1)
    >>> equation.modified_loss()
    x²y/2 + y²/2 + γ/8 (x⁴ + 4x²y² + 4y²) + O(γ²)
    >>> equation.universal_text()
    '−∇(L + γ/4 ‖∇L‖² + γ(N − B)/(4B(N − 1)) tr Σ) + O(γ²)'
    """
    order, method = checked_order(order), _method(method)
    functions = functions_of(finite_sum)
    if functions is not None:
        if batches != 1 and isinstance(batches, int | np.integer | ShuffledEpochs):
            raise BeaError(
                "without symbols the batches stay, and the mean is over their orders: give the "
                "loss of each batch, or the indices of the losses in each"
            )
        return EpochAtPoints(_in_batches(functions, batches), method, order, shuffled=True)
    if isinstance(finite_sum, FiniteSum):
        loops = [(k + 1) // 2 for k in range(order + 1)]  # see bea.modified.epochs.shuffles
        remedy = "or run ensembles of ShuffledEpochs"
        check_sum(finite_sum.size, finite_sum.functions, order, remedy, loops)
    losses, problem = read_losses(finite_sum, method)
    if isinstance(batches, ShuffledEpochs):
        batches = batches.size
    if not isinstance(batches, int | np.integer):
        parts = split(batches, len(losses))
        epoch = Epoch(losses, len(parts[0]), "orders", parts)
        route, powers = _mean_over_orders(method, epoch, order)
    else:
        epoch = Epoch(losses, checked_size(batches, len(losses)), "splits")
        route, powers = _mean_over_splits(method, epoch, order)
    return _equation(method, order, problem, epoch, route, powers)


# --- private helpers ----------------------------------------------------------------------------


def _in_batches(losses: list[Any], batches: Any) -> list[Any]:
    return [mean_loss([losses[i] for i in batch]) for batch in split(batches, len(losses))]


def _equation(
    method: Method, order: int, problem: Loss, epoch: Epoch, route: str, powers: list[Vector]
) -> EpochEquation:
    """Take the logarithm of the epoch's map, whose coefficients of gamma^1 ... are `powers`.

    In powers of h = m gamma it is the map of one step of size h.
    """
    m, ring = epoch.steps, problem.ring
    wanted = [object_vector(c) * fmpq(1, m ** (k + 1)) for k, c in enumerate(powers)]
    terms = [tuple(f * m**k) for k, f in enumerate(match_powers(wanted, ring.vector_along))]
    components = partial(_up_to, terms)
    return EpochEquation(method, order, problem, epoch=epoch, route=route, components=components)


def _up_to(terms: list[tuple[Element, ...]], order: int) -> list[tuple[Element, ...]]:
    if order >= len(terms):
        raise MethodError(
            f"the epoch is derived to order {len(terms) - 1}: derive it to order {order}"
        )
    return terms[: order + 1]


def _composed(method: Method, losses: Sequence[Loss], order: int) -> list[Vector]:
    """Return the coefficients of gamma^1 ... gamma^(order + 1) of the steps one after the other."""
    fields = [SeriesField(loss, order + 1) for loss in losses]
    bound = method.bind(fields[0].constant)
    theta: Any = fields[0].identity
    for f in fields:
        theta = bound.step(f, theta, (), f.gamma)[0]
    return [tuple(series[k + 1] for series in theta) for k in range(order + 1)]


def _mean_over_orders(method: Method, epoch: Epoch, order: int) -> tuple[str, list[Vector]]:
    losses = epoch.batch_losses
    if is_descent(method):
        return "samples", descents_of_samples(losses, 1, order + 1)
    steps = [_require_one_step(method, loss, order + 1) for loss in losses]
    return "batches", steps_of_batches(losses, steps, order + 1)


def _mean_over_splits(method: Method, epoch: Epoch, order: int) -> tuple[str, list[Vector]]:
    if is_descent(method):
        return "samples", descents_of_samples(epoch.losses, epoch.batch_size, order + 1)
    size, count = len(epoch.losses), epoch.batch_size
    if count == 1:
        alone = Epoch(epoch.losses, 1, "orders", tuple((i,) for i in range(size)))
        return _mean_over_orders(method, alone, order)
    words = 1
    for j in range(min(epoch.steps, order + 1)):
        words *= comb(size - j * count, count)
    if words > _MOST_WORDS:
        raise BeaError(
            f"the mean over all splits of {size} samples into batches of {count} takes {words} "
            f"products for '{method}', and {_MOST_WORDS} are the most: give the batches "
            "themselves, fewer samples or a lower order, or use gradient-descent, which takes few"
        )
    subsets = [frozenset(chosen) for chosen in combinations(range(size), count)]
    losses = [batch_loss([epoch.losses[i] for i in sorted(subset)]) for subset in subsets]
    steps = [_require_one_step(method, loss, order + 1) for loss in losses]
    return "subsets", steps_of_subsets(losses, steps, subsets, order + 1)


def _require_one_step(method: Method, loss: Loss, order: int = 1) -> Any:
    """Return the step as power series; it is refused with memory, or if it does not begin at 1."""
    return series_iterates(method, loss, order)[1]


def _method(method: Method | None) -> Method:
    chosen = get("gradient-descent") if method is None else method
    require_method(chosen)
    return chosen
