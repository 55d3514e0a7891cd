"""What the commands of `bea plot` have in common: how numbers are chosen, and where figures go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bea.cli.reading.inputs import number, points, whole
from bea.cli.reading.subject import Chosen
from bea.cli.streams import note
from bea.errors import BeaError, DimensionError

if TYPE_CHECKING:
    from bea.fields import VectorField

# Of the largest step size at which orders are measured: in a picture one wants to see more.
_VISIBLE = 2.0


def gamma_of(text: str | None, chosen: Chosen) -> float:
    """Return the step size that was given, or one that shows what it does."""
    if text is not None:
        return number(text, "--gamma")
    return visible_gamma(chosen)


def visible_gamma(chosen: Chosen) -> float:
    """Return a step size at which one sees the iterates and the flows part."""
    from bea.measure.order import default_time, gammas_by_pieces, gammas_for
    from bea.modified.derive import derive
    from bea.modified.memory.character import Character
    from bea.modified.memory.time_scale import time_scale_of

    method: Any
    method, problem = chosen.on_problem()
    starts = chosen.default_points(1)
    if chosen.jumps:  # a step size that meets the breaks
        first = method.smooth_pieces()[0][-1]
        character = Character(first, problem)
        rate, limit = time_scale_of(character, starts, lambda: derive(character, 1))
        return float(gammas_by_pieces(method.schedule, problem, starts, rate=rate / limit)[0])
    time = chosen.no_longer(default_time(method, problem))
    found = gammas_for(method, problem, starts, time)
    return float(f"{_VISIBLE * found[0]:.2g}")


def start_of(text: str | None, chosen: Chosen) -> Any:
    """Return the start that was given, the problem's own, or one that drift would begin at."""
    _, problem = chosen.on_problem()
    if text is None:
        return None if problem.about.start else chosen.default_points(1)[0]
    found = points(text, "--start")
    if len(found) != 1:
        raise DimensionError(f"--start has {len(found)} points, a figure shows one run: give one")
    return chosen.points(found, "--start")[0]


def length_of(time: str | None, steps: str | None, chosen: Chosen) -> dict[str, Any]:
    """Return the keywords `time` and `steps` of a figure."""
    if time is not None and steps is not None:
        raise BeaError("--time and --steps are both given: give one of them")
    if steps is not None:
        return {"time": None, "steps": whole(steps, "--steps")}
    if time is not None:
        return {"time": number(time, "--time"), "steps": None}
    own = float(chosen.on_problem()[1].about.time)
    return {"time": chosen.no_longer(own) if chosen.is_scheduled else None, "steps": None}


def components_of(text: str | None, problem: VectorField) -> list[str] | None:
    """Return the variables to draw, or None for those that there are."""
    if text is not None:
        return [name.strip() for name in text.split(",")]
    if problem.dimension > 2:
        names = ", ".join(problem.variables)
        raise DimensionError(
            f"'{problem.name}' has {problem.dimension} variables ({names}), a figure shows two: "
            f"choose them, such as --components {','.join(problem.variables[:2])}"
        )
    return None


def save(figure: Any, target: Path) -> None:
    """Write a figure to its file, and say so."""
    from bea.plots import save_figure

    save_figure(figure, target)
    note(f"wrote {target}")
