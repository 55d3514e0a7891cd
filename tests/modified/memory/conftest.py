"""The pace of a method on a problem, whose equation is derived where it is needed."""

from __future__ import annotations

from typing import Any

from bea.fields import VectorField
from bea.methods import Method
from bea.modified.derive import derive
from bea.modified.memory.character import Character
from bea.modified.memory.time_scale import TimeScale, time_scale_of


def paced(method: Method, problem: VectorField, points: Any) -> TimeScale:
    character = Character(method, problem)
    return time_scale_of(character, points, lambda: derive(character, 1))
