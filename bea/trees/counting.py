"""How many trees there are, and whether so many fit into the memory."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import accumulate, count, islice

from bea.errors import OrderError
from bea.memory import memory, shown_size
from bea.trees.colors import PLAIN, Colors


@cache
def number_up_to(order: int, colors: Colors = PLAIN) -> int:
    """Return how many trees `trees_up_to` would list, without listing them.

    >>> from bea.trees.colors import PLAYERS
    >>> number_up_to(5), number_up_to(5, PLAYERS)
    (17, 286)
    """
    return sum(islice(_numbers(colors), order))


def check_number(order: int, colors: Colors = PLAIN) -> None:
    """Refuse an order whose tables of trees would fill the memory.

    Raises
    ------
    OrderError
        With what they would take, and the highest order that is possible.

    Examples
    --------
    >>> check_number(9)
    """
    limit = memory() // 2
    if order <= (most := _most_nodes(colors, limit)):
        return
    need = shown_size(number_up_to(order, colors) * _BYTES) if order <= _COUNTED else "far more"
    raise OrderError(
        f"there are too many trees of {order} nodes, that is of order {order - 1}: their tables "
        f"take {need}, and half of this machine's memory is {shown_size(limit)}; order {most - 1} "
        "is possible on trees, and more on a concrete loss or field"
    )


# --- private helpers ----------------------------------------------------------------------------

# Measured for RK4 at 13 and 15 nodes: 1.7 and 1.8 kB a tree for tables, the powers of the
# derivative and the results, and as objects the trees take 0.5 kB more.
_BYTES = 2500
_COUNTED = 200  # nodes: counting larger trees, of which none fit, would take long


@cache
def _most_nodes(colors: Colors, limit: int) -> int:
    found = accumulate(_numbers(colors))
    return next(n for n, number in enumerate(found) if number * _BYTES > limit)


def _numbers(colors: Colors) -> Iterator[int]:
    """Yield the numbers of trees of 1, 2, ... nodes; forests are counted by Euler's transform."""
    free = sum(not color.unit for color in colors)
    units = len(colors) - free
    found, forests, weights = [0], [1], [0]
    for n in count(1):
        below = found[n - 1] if n > 1 else 1
        found.append(free * forests[n - 1] + units * below)
        yield found[n]
        weights.append(sum(d * found[d] for d in range(1, n + 1) if n % d == 0))
        forests.append(sum(weights[k] * forests[n - k] for k in range(1, n + 1)) // n)
