"""The pace of a method on a problem, whose equation is derived where it is needed."""

from __future__ import annotations

from typing import Any

from bea.fields import VectorField
from bea.methods import Method
from bea.modified.derive import derive
from bea.modified.memory.character import Character
from bea.modified.memory.time_scale import Pace, pace_of


def paced(method: Method, problem: VectorField, points: Any) -> Pace:
    character = Character(method, problem)
    return pace_of(character, points, lambda: derive(character, 1))
