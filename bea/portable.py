"""What lets results travel: into other processes, and into copies.

`Portable` leaves behind what an object has computed, compiled functions among it, and takes what it
was made of. Below it, the libraries' types that do not pickle by themselves are told how.
"""

from __future__ import annotations

import copyreg
from functools import cached_property
from types import MappingProxyType
from typing import Any

from flint import Ordering, fmpq_mpoly, fmpq_mpoly_ctx


class Portable:
    """An object that is pickled and copied without its cached properties.

    >>> import pickle
    >>> import bea
    >>> pickle.loads(pickle.dumps(bea.problems.loss("x**2/2"))).value
    x**2/2
    """

    def __getstate__(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in vars(self).items()
            if not isinstance(getattr(type(self), name, None), cached_property)
        }


# --- private helpers ------------------------------------------------------------------------------


def _context(names: tuple[str, ...]) -> fmpq_mpoly_ctx:
    return fmpq_mpoly_ctx.get(names, Ordering.deglex)


def _polynomial(names: tuple[str, ...], terms: dict[tuple[int, ...], Any]) -> fmpq_mpoly:
    return _context(names).from_dict(terms)


def _mapping(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(content)  # its type has no name under which it would be found


# Contexts are one object for each list of names, here and where they are read again.
copyreg.pickle(fmpq_mpoly_ctx, lambda c: (_context, (c.names(),)))
copyreg.pickle(fmpq_mpoly, lambda p: (_polynomial, (p.context().names(), p.to_dict())))
copyreg.pickle(MappingProxyType, lambda m: (_mapping, (dict(m),)))
