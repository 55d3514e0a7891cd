"""How much work a high order is, predicted from the sizes of the low ones before it begins.

An order K takes about the sum of n T_i T_(n-i) over i <= n <= K products of terms, where T_k is the
number of terms of f_k; on a polynomial loss T_k grows like a power of k. (Measured: for gradient
descent on Himmelblau's and Rosenbrock's functions the prediction from order 6 is within a third of
what order 20 takes, and a product takes some ten nanoseconds.)

On a finite sum whose samples have functions of their own, such as logistic regression, all products
of K + 1 of them occur at order K. (Measured: a functions take 3e-4 a^(K+1) seconds in a generator
and a third of that in an epoch, where beside W words take 1e-3 W.)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from bea.algebra import Element
from bea.errors import OrderError

FREE = 12
"""Up to this order nothing is predicted."""

LOW = 6
"""The order to which sizes are taken."""

_MOST = 1e10  # products of terms: a minute or two
_MOST_IN_SUM = 3e5  # products of functions: as long
_WORD = 7  # as long as so many of them


def check_effort(low: Sequence[Sequence[Element]], order: int, name: str) -> None:
    """Refuse an order that would not end in minutes.

    Parameters
    ----------
    low
        The terms f_0 ... f_LOW, each as its components.
    order
        The order that is asked for.
    name
        The problem, for the message.

    Raises
    ------
    OrderError
        With the highest order that is within the limit.
    """
    sizes = _predicted([sum(len(c.terms()) for c in term) for term in low], order)
    work, reached = 0.0, 0
    for n in range(order + 1):
        work += sum(n * sizes[i] * sizes[n - i] for i in range(n + 1))
        reached = n if work <= _MOST else reached
    if work > _MOST:
        raise OrderError(
            f"order {order} on '{name}' would take about {work:.1g} products of terms, more than "
            f"the limit of {_MOST:.0g}: give at most {reached}, or ask at a point, "
            "bea.modified.at_point"
        )


def check_sum(
    samples: int, functions: int, order: int, remedy: str, loops: Sequence[int] = ()
) -> None:
    """Refuse an order on a finite sum that would not end in minutes.

    Parameters
    ----------
    samples, functions
        How many there are of both.
    order
        The order that is asked for.
    remedy
        What to do besides giving a lower order or fewer samples, for the message.
    loops
        For each order from 0, how many sums over all samples stand in one another.

    Raises
    ------
    OrderError
        With the highest order that is within the limit.

    Examples
    --------
    >>> check_sum(100, 100, 1, "")
    >>> check_sum(100, 100, 2, "or run ensembles")
    Traceback (most recent call last):
    bea.errors.OrderError: order 2 on 100 samples with 100 functions would take about 1e+06 ...
    """
    words = [samples**count for count in loops] or [0] * (order + 1)
    work = [functions ** (k + 1) + _WORD * words[k] for k in range(order + 1)]
    if work[order] > _MOST_IN_SUM:
        reached = [k for k in range(order + 1) if work[k] <= _MOST_IN_SUM]
        lower = f"give at most {reached[-1]}, " if reached else ""
        raise OrderError(
            f"order {order} on {samples} samples with {functions} functions would take about "
            f"{work[order]:.1g} products, more than the limit of {_MOST_IN_SUM:.0g}: {lower}take "
            f"fewer samples, {remedy}"
        )


# --- private helpers ----------------------------------------------------------------------------


def _predicted(sizes: Sequence[int], order: int) -> list[float]:
    """Return the numbers of terms, those beyond the known ones by their power of the order."""
    known = [k for k, size in enumerate(sizes) if k and size]
    if len(known) < 2:
        return [float(size) for size in sizes] + [0.0] * (order + 1 - len(sizes))
    last = known[-1]
    middle = min(known[:-1], key=lambda k: abs(2 * k - last))
    power = max(0.0, log(sizes[last] / sizes[middle]) / log(last / middle))
    beyond = [sizes[last] * (k / last) ** power for k in range(len(sizes), order + 1)]
    return [*map(float, sizes), *beyond]
