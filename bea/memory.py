"""How much memory there is, asked before much of it is taken."""

from __future__ import annotations

import os

from bea.errors import BeaError


def memory() -> int:
    """Return how many bytes of memory this machine has; 8 GiB where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 8 << 30


def check_memory(size: int, what: str, remedy: str) -> None:
    """Refuse what would take more than half of this machine's memory.

    Parameters
    ----------
    size : int
        How many bytes it takes.
    what, remedy
        For the message.

    Raises
    ------
    BeaError
        If it is too much.

    Examples
    --------
    >>> check_memory(10**6, "1,000 runs", "take fewer")
    >>> check_memory(10**18, "10^15 runs", "take fewer")
    Traceback (most recent call last):
    bea.errors.BeaError: 10^15 runs take 888 PiB, and half of this machine's memory is ...
    """
    if size > memory() // 2:
        raise BeaError(
            f"{what} take {shown_size(size)}, and half of this machine's memory is "
            f"{shown_size(memory() // 2)}: {remedy}"
        )


def shown_size(size: int) -> str:
    """Return a number of bytes in a unit that suits it.

    >>> shown_size(3 << 30)
    '3 GiB'
    """
    value, units = float(size), ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"]
    while value >= 1024 and len(units) > 1:
        value, units = value / 1024, units[1:]
    return f"{value:,.3g} {units[0]}" if value < 1e6 else f"{value:.0e} {units[0]}"
