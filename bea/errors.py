"""What bea says when it cannot do what was asked.

Every error that a user's input can cause is a `BeaError`: one line that names the cause and the
remedy. The command line prints that line and exits with status 2; in Python it is a `ValueError`.
"""

from __future__ import annotations

from collections.abc import Iterable


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
    """Return `" Did you mean 'x'?"` for the known name that `name` is a slip of, or `""`.

    A slip is one wrong, missing, added or swapped letter in every four, or a part left out that
    stands apart: harmonic for harmonic-oscillator. What merely looks alike is no slip.

    >>> nearest("himelblau", ["himmelblau", "booth"]), nearest("harmonic", ["harmonic-oscillator"])
    (" Did you mean 'himmelblau'?", " Did you mean 'harmonic-oscillator'?")
    >>> nearest("mirror-descent", ["sign-descent"])
    ''
    """
    typed = str(name).lower()
    near = [(_slips(typed, other.lower()), other) for other in known]
    count, found = min(near, default=(len(typed), ""), key=lambda pair: pair[0])
    if count <= max(1, len(typed) // 4) and count < len(typed):
        return f" Did you mean '{found}'?"
    longer = [other for _, other in near if _is_part(typed, other.lower())]
    return f" Did you mean '{min(longer, key=len)}'?" if longer else ""


# --- private helpers ----------------------------------------------------------------------------


def _slips(typed: str, meant: str) -> int:
    """Count the letters to change, drop, add or swap with the next (Damerau, CACM 7, 1964)."""
    before, row = [0] * (len(meant) + 1), list(range(len(meant) + 1))
    for i, letter in enumerate(typed, start=1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(meant, start=1):
            best = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and (letter, typed[i - 2]) == (meant[j - 2], other):
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row[-1]


def _is_part(typed: str, other: str) -> bool:
    """Tell whether one begins with the other, of at least three letters."""
    return min(len(typed), len(other)) > 2 and (other.startswith(typed) or typed.startswith(other))
