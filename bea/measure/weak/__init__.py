"""Weak errors: expectations of iterates and of the equations that stand for them, without sampling.

`weak_errors` compares them at a time and `weak_defect` after one step; the expectations are those
of a `MomentRecursion`, a `MomentFlow`, `QuadraticMoments`, or of all batches (`law_after`).
"""

from bea.measure.weak.defect import weak_defect
from bea.measure.weak.enumeration import Law, law_after
from bea.measure.weak.errors import WeakErrors, weak_errors
from bea.measure.weak.moment_flow import MomentFlow
from bea.measure.weak.moments import MomentRecursion, Moments
from bea.measure.weak.quadratic_moments import QuadraticMoments

__all__ = [
    "Law",
    "MomentFlow",
    "MomentRecursion",
    "Moments",
    "QuadraticMoments",
    "WeakErrors",
    "law_after",
    "weak_defect",
    "weak_errors",
]
