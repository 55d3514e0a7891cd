"""What the shell offers where a name is typed: those of the library that begin so."""

from __future__ import annotations

from collections.abc import Iterable


def method_names(incomplete: str) -> list[str]:
    """Return the methods whose names begin so.

    >>> method_names("heavy")
    ['heavy-ball', 'heavy-ball-decay', 'heavy-ball-l2']
    """
    from bea.methods import available

    return _beginning(available(), incomplete)


def problem_names(incomplete: str) -> list[str]:
    """Return the problems whose names begin so.

    >>> problem_names("himm")
    ['himmelblau']
    """
    from bea.problems import available

    return _beginning(available(), incomplete)


def schedule_names(incomplete: str) -> list[str]:
    """Return the schedules whose names begin so.

    >>> schedule_names("warm")
    ['warm-restarts', 'warm-up']
    """
    from bea.methods.schedules.library import available

    return _beginning(available(), incomplete)


def all_names(incomplete: str) -> list[str]:
    """Return everything that `bea show` knows and that begins so.

    >>> all_names("co")
    ['composition', 'constant', 'cooper-verner8', 'cosine']
    """
    names = (*method_names(incomplete), *problem_names(incomplete), *schedule_names(incomplete))
    return sorted(names)


# --- private helpers ----------------------------------------------------------------------------


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted(name for name in names if name.startswith(incomplete))
