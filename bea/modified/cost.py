"""How much work a high order is, predicted from the sizes of the low ones before it begins.

An order K takes about the sum of n T_i T_(n-i) over i <= n <= K products of terms, where T_k is the
number of terms of f_k; on a polynomial loss T_k grows like a power of k. (Measured: for gradient
descent on Himmelblau's and Rosenbrock's functions the prediction from order 6 is within a third of
what order 20 takes, and a product takes some ten nanoseconds.)

Before even a low order is derived, the sizes of f_1 ... f_K are estimated from f alone: f_k is made
of k + 1 factors f and of k derivatives, so that its degrees are at most k + 1 times those of f, and
as large a part of all terms of these degrees occurs as does in f. (Measured: never more than 80,000
terms for the library's problems up to order 12, nor less than what occurs by more than a factor of
two for powers of sums and products of linear factors.)

On a finite sum whose samples have functions of their own, such as logistic regression, all products
of K + 1 of them occur at order K. (Measured: a functions take 3e-4 a^(K+1) seconds in a generator
and a third of that in an epoch, where beside W words take 1e-3 W.)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, log, prod

from bea.algebra import Element
from bea.errors import OrderError

FREE = 12
"""Up to this order nothing is predicted."""

LOW = 6
"""The order to which sizes are taken."""

_MOST = 1e10  # products of terms: a minute or two
_MOST_AT_ONCE = 3e9  # as long where there are many variables
_MOST_TERMS = 300_000  # of one f_k: 200 MB and a minute when they are written
_MOST_IN_SUM = 3e5  # products of functions: as long
_WORD = 7  # as long as so many of them


def check_sizes(field: Sequence[Element], order: int, name: str, factor: int = 1) -> None:
    """Refuse an order whose terms would fill the memory, or not be there in minutes.

    Parameters
    ----------
    field
        The components of f.
    order
        The order that is asked for.
    name
        The problem, for the message.
    factor
        How many terms a schedule has, whose powers are in the terms.

    Raises
    ------
    OrderError
        With the highest order that is within the limits.

    Examples
    --------
    >>> import bea
    >>> check_sizes(bea.problems.loss("(x + y + z + w)**40").components, 2, "it")
    Traceback (most recent call last):
    bea.errors.OrderError: order 1 on 'it' would have about 6e+05 terms, ...
    """
    alone = [float(sum(len(c.poly) for c in field))]
    sizes, work = [alone[0] * factor], 0.0
    for k in range(1, min(order, FREE) + 1):
        alone.append(min(_terms_of(field, k), alone[-1] * alone[0]))
        sizes.append(alone[k] * comb(factor + k, k + 1))
        work += k * sum(sizes[i] * sizes[k - 1 - i] for i in range(k))
        if sizes[k] > _MOST_TERMS or work > _MOST_AT_ONCE:
            raise OrderError(
                f"order {k} on '{name}' would have about {sizes[k]:.0e} terms, found by "
                f"{work:.0e} products, more than the limits of {_MOST_TERMS:.0e} and "
                f"{_MOST_AT_ONCE:.0e}: give at most order {k - 1}, or a problem with fewer "
                f"variables or lower powers{', or a schedule of fewer terms' * (factor > 1)}"
            )


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


def _terms_of(field: Sequence[Element], k: int) -> float:
    """Return about how many terms f_k has."""
    rows = [field[0].ring.lift(c.poly).degrees() for c in field]
    degrees = [max(map(int, column)) for column in zip(*rows, strict=True)]
    total = max(int(c.poly.total_degree()) for c in field)

    def possible(k: int) -> int:
        boxes = prod((k + 1) * degree + 1 for degree in degrees)
        variables, whole = sum(map(bool, degrees)), max(0, (k + 1) * total - k)
        return len(field) * min(boxes, comb(variables + whole, variables))

    return possible(k) * sum(len(c.poly) for c in field) / max(1, possible(0))


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
