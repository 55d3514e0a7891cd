"""What a method is like, exactly: order, stability, structure.

`analyze` takes a Runge-Kutta method, by its tableau, one that is linear in shifts, by its
characteristic polynomials, or any other of one step on trees, such as a splitting.
"""

from bea.methods.analysis.analyze import analyze
from bea.methods.analysis.multistep import MultistepAnalysis
from bea.methods.analysis.runge_kutta import RungeKuttaAnalysis
from bea.methods.analysis.series import SeriesAnalysis
from bea.methods.analysis.stability import StabilityFunction

__all__ = [
    "MultistepAnalysis",
    "RungeKuttaAnalysis",
    "SeriesAnalysis",
    "StabilityFunction",
    "analyze",
]
