"""What the commands of `bea plot` have in common: how numbers are chosen, and where figures go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bea.cli.reading.inputs import check_figure, choice, number, points, whole
from bea.cli.reading.subject import Chosen
from bea.cli.streams import note
from bea.errors import BeaError, DimensionError

if TYPE_CHECKING:
    from bea.fields import VectorField

# Of the largest step size at which orders are measured: in a picture one wants to see more.
_VISIBLE = 2.0

_LOOKS = "How it looks"


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
    if chosen.in_pieces:  # a step size that meets the breaks
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


def warn_beyond_range(chosen: Chosen, gamma: float, start: Any) -> None:
    """Warn, as `bea drift` does, where the flows at this step size mean nothing."""
    from bea.plots.house.runs import range_warning

    method, problem = chosen.on_problem()
    points = problem.about.start if start is None else start
    warning = range_warning(method, problem, gamma, points)
    if warning:
        note(f"warning: {warning}")


@dataclass(frozen=True)
class Looks:
    """How large a picture is, and what stands beside its axes."""

    width: Annotated[
        str | None,
        typer.Option("--width", metavar="INCHES", help="Width.", rich_help_panel=_LOOKS),
    ] = None
    height: Annotated[
        str | None,
        typer.Option("--height", metavar="INCHES", help="Height.", rich_help_panel=_LOOKS),
    ] = None
    dpi: Annotated[
        str | None,
        typer.Option(
            "--dpi", metavar="N", help="Dots per inch of a PNG, by default 200.",
            rich_help_panel=_LOOKS,
        ),
    ] = None  # fmt: skip
    no_title: Annotated[
        bool, typer.Option("--no-title", help="Leave titles out.", rich_help_panel=_LOOKS)
    ] = False
    legend: Annotated[
        str | None,
        typer.Option(
            "--legend", metavar="right|inside|below|none", help="Where the legend goes.",
            rich_help_panel=_LOOKS,
        ),
    ] = None  # fmt: skip

    column: Annotated[
        bool,
        typer.Option(
            "--column", rich_help_panel=_LOOKS,
            help="Make it for a column of a paper: 3.3 inches wide, small type, panels below each "
            "other, no title.",
        ),
    ] = False  # fmt: skip

    def check(self, target: Path) -> None:
        """Raise `BeaError` for what no picture can be, before anything is computed."""
        for name in ("width", "height"):
            text = getattr(self, name)
            if text is not None and not 0.5 <= number(text, f"--{name}") <= 100:
                raise BeaError(f"--{name} '{text}' is not possible: give 0.5 to 100 inches")
        if self.column and self.width is not None:
            raise BeaError("--column has its own width: leave --width out")
        if self.dpi is not None and not 10 <= number(self.dpi, "--dpi") <= 2400:
            raise BeaError(f"--dpi '{self.dpi}' is not possible: give 10 to 2400")
        from bea.plots.house.film import FILMS

        if self.dpi is not None and target.suffix.lower() not in (".png", *FILMS):
            raise BeaError(f"--dpi is for a .png, and '{target}' has no dots: leave --dpi out")
        if self.dpi and self.width and self.height:
            from bea.plots.house.saving import check_dots

            sizes = (("width", self.width), ("height", self.height), ("dpi", self.dpi))
            check_dots(*(number(text, f"--{name}") for name, text in sizes))
        if self.legend is not None:
            from bea.plots.house.looks import LEGENDS

            choice(self.legend, LEGENDS, "--legend")

    def save(self, figure: Any, target: Path) -> None:
        """Write a figure to its file, and say so."""
        from bea.plots import fitted, save_figure, save_film
        from bea.plots.house.film import FILMS

        width, height = (
            None if text is None else number(text, f"--{name}")
            for name, text in (("width", self.width), ("height", self.height))
        )
        fitted(
            figure, width, height, title=not self.no_title, legend=self.legend, column=self.column
        )
        dots = None if self.dpi is None else number(self.dpi, "--dpi")
        if target.suffix.lower() not in FILMS:
            save_figure(figure, target, dots or 200)
            note(f"wrote {target}")
            return
        written = save_film(figure, target, dpi=dots or 100)
        why = "" if written == target else ", frame by frame: no ffmpeg is installed for .mp4"
        note(f"wrote {written}{why}")


def picture(out: Path | None, name: str, looks: Looks, moves: bool = False) -> Path:
    """Return the file of a picture, after seeing that it and its looks are possible.

    Of a figure in which something moves it may be a film.
    """
    from bea.plots.house.film import FILMS

    target = check_figure(out or Path(f"{name}.png"), FILMS if moves else ())
    looks.check(target)
    return target
