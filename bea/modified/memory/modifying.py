"""The field to feed a method with memory, so that on its slow manifold it follows f.

With the rate r of f_0 = r f, momentum's 1/(1 - beta), it is the g for which the modified field of
the method fed with g is r f: order by order g is what that field still lacks. It is found on trees.
Source, for methods of one step: Chartier, Hairer and Vilmart, Math. Comp. 76 (2007) 1941-1953.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from bea.errors import MethodError
from bea.methods import Method
from bea.modified.routes import manifold
from bea.trees import FIELD, number_up_to


def modifying_with_memory(method: Method, order: int) -> list[Any]:
    """Return the coefficients of g over the trees of at most order + 1 nodes.

    Raises
    ------
    MethodError
        If the method knows more than one field, or trees do not express it.

    Examples
    --------
    >>> from bea.methods import heavy_ball
    >>> modifying_with_memory(heavy_ball(beta="1/2"), 1)
    [1, 3]
    """
    try:
        rate = manifold.on_trees(method, 0)[0] if method.colors == (FIELD,) else None
    except MethodError:
        rate = None
    if rate is None:
        raise MethodError(
            f"what to feed '{method.name}', which has memory, is known only of methods of one "
            "field on trees: take one such as heavy-ball or nesterov"
        )
    total = number_up_to(order + 1, method.colors)
    fed: list[Any] = [fmpq(1), *([fmpq(0)] * (total - 1))]
    for size in range(2, order + 2):
        found = manifold.fed_on_trees(method, size - 1, fed)
        for i in range(number_up_to(size - 1, method.colors), len(found)):
            fed[i] = fed[i] - found[i] / rate
    return fed
