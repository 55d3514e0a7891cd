"""What is known of a problem beside its formula: name, source, plotting window, minima, ...

All of it is plain data; what the texts mean is in `bea.problems`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """What is known of a problem beside its formula.

    Attributes
    ----------
    name
        The name in the library, lower-case with hyphens, or the text it was made from.
    formula
        The formula as text, in bea's grammar.
    source
        Where it is from.
    window
        Plotting window, (low, high) for each variable.
    start
        A start whose trajectory shows what the problem is about.
    minima, critical
        Points where the loss is least, and other points where the field is 0, such as saddles: a
        text for each component, exact unless it has a decimal point (then rounded).
    least
        The least value of the loss, as text like `minima`.
    invariants
        Conserved quantities, as texts in bea's grammar.
    time
        A time over which one sees something happen.
    note
        What to look out for, such as stiffness or a blow-up.
    title
        One line that says what the problem is.
    parameters
        Names and values (texts) of its parameters; one that is its own value is symbolic.
    """

    name: str
    formula: str = ""
    source: str = ""
    window: tuple[tuple[float, float], ...] = ()
    start: tuple[float, ...] = ()
    minima: tuple[tuple[str, ...], ...] = ()
    invariants: tuple[str, ...] = ()
    time: float = 1.0
    note: str = ""
    title: str = ""
    least: str = ""
    critical: tuple[tuple[str, ...], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
