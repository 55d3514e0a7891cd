"""What bea says when it cannot do what was asked.

Every error that a user's input can cause is a `BeaError`: one line that names the cause and the
remedy. The command line prints that line and exits with status 2; in Python it is a `ValueError`.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class BeaError(ValueError):
    """Base of all errors that the input can cause; the message is one line."""


class UnknownNameError(BeaError):
    """A method, problem, variable or parameter of that name does not exist."""


class ExpressionError(BeaError):
    """An expression cannot be read, is unsafe, or is larger than the limits allow."""


class DomainError(BeaError):
    """A function is not defined, or not differentiable, where it is evaluated."""


class DimensionError(BeaError):
    """Numbers of components, variables or starting values do not fit together."""


class MethodError(BeaError):
    """A method cannot be run in the arithmetic that was asked for, or is not consistent."""


class TableauError(MethodError):
    """A Butcher tableau is malformed, inexact or inconsistent."""


class TreeError(BeaError):
    """A text is no tree, or trees and series have colours that do not fit together."""


class NotSmoothError(MethodError, TypeError):
    """A step branches, compares or rounds, which no series expresses."""


class NoModifiedLossError(BeaError):
    """The modified field is not a gradient, so that no modified loss exists."""


class NoModifiedHamiltonianError(BeaError):
    """The modified field is not J grad of a function, so that it has no Hamiltonian."""


class NoInvariantError(BeaError):
    """A function is conserved neither by the field nor, with corrections, by the modified field."""


class StepSizeError(BeaError):
    """A step size or a time is not positive and finite."""


class OrderError(BeaError):
    """An order of truncation is negative, not an integer, or beyond what was derived."""


class OutputError(BeaError):
    """A result cannot be written or read."""


class GuessWarning(UserWarning):
    """Something that was not said was guessed, and the guess may be another problem."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `" Did you mean 'x'?"` for the known name closest to `name`, or `""`.

    >>> nearest("himelblau", ["himmelblau", "booth"])
    " Did you mean 'himmelblau'?"
    """
    close = get_close_matches(str(name), list(known), n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else ""
