"""Schedules: step sizes gamma s(t), and methods that follow them.

A `Schedule` is a formula in the time, or several piece by piece; `library` names the usual ones,
such as `cosine`; `Scheduled` is a method with one.
"""

from bea.methods.schedules.library import (
    available,
    constant,
    cosine,
    cyclical,
    exponential,
    inverse_time,
    one_cycle,
    piecewise,
    read,
    step,
    warm_restarts,
    warm_up,
)
from bea.methods.schedules.schedule import Schedule
from bea.methods.schedules.scheduled import Scheduled

__all__ = [
    "Schedule",
    "Scheduled",
    "available",
    "constant",
    "cosine",
    "cyclical",
    "exponential",
    "inverse_time",
    "one_cycle",
    "piecewise",
    "read",
    "step",
    "warm_restarts",
    "warm_up",
]
