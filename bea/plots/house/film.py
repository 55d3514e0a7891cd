"""Films: a figure whose paths are drawn in the course of time, as GIF or MP4, or frame by frame.

A figure says which of its lines move by marking them with `MOVING`; each holds points at even times
from the beginning to the end, so that all of them are at the same time in each frame.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bea.algebra.language.reals import real_number
from bea.errors import BeaError, OutputError
from bea.files.places import check_folder
from bea.files.whole import write_whole
from bea.flows.deterministic.times import check_count
from bea.patience import counted, told
from bea.plots.house.saving import check_dots, save_figure
from bea.plots.house.style import MOVING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILMS = (".gif", ".mp4")
"""How the name of a film may end."""

_MOST = 1000
_FASTEST = 100.0  # pictures a second: the least time of one in a GIF is 1/100 s
_PAUSE = 1.0  # seconds at the end, before a film begins again


@told("drawing the film")
def save_film(
    figure: Figure, path: str | Path, *, frames: int = 60, rate: float = 15.0, dpi: float = 100
) -> Path:
    """Write a film of a figure, and return where it is.

    Where no ffmpeg is installed, which writes .mp4, the frames are written as pictures into a
    folder of the same name.

    Parameters
    ----------
    figure
        One with runs in it: of `bea.plots.trajectory_figure`, `relief_figure`, `comparison_figure`
        or `energies_figure`.
    path
        Ends in .gif or .mp4.
    frames
        How many pictures, from 2 to 1,000.
    rate
        Pictures a second, at most 100.
    dpi
        Dots per inch.

    Raises
    ------
    BeaError
        If nothing moves in the figure, or there are no so many frames or dots, or no such rate.
    OutputError
        If the name ends in something else, or nothing can be written there.

    Examples
    --------
    >>> save_film(None, "film.avi")
    Traceback (most recent call last):
    bea.errors.OutputError: 'film.avi' is not the name of a film: end it in .gif or .mp4
    """
    path = Path(path)
    if path.suffix.lower() not in FILMS:
        raise OutputError(f"'{path}' is not the name of a film: end it in .gif or .mp4")
    check_count(frames, "frames")
    if not 2 <= frames <= _MOST:
        raise BeaError(f"a film of {frames} frames is not possible: give 2 to {_MOST:,}")
    if not 0 < real_number(rate, "the rate") <= _FASTEST:
        raise BeaError(
            f"{rate:g} pictures a second are not possible: give more than 0, at most {_FASTEST:g}"
        )
    width, height = figure.get_size_inches()
    check_dots(width, height, dpi)
    lines = _moving(figure)
    from bea.plots.house.canvas import house_rules

    with house_rules(), _laid_out(figure):
        if path.suffix.lower() == ".gif":
            return _written(figure, path, _shown(lines, frames), _gif(rate), rate, dpi)
        writer = _mp4(rate)
        if writer is None:
            return _pictures(figure, path.with_suffix(""), _shown(lines, frames), dpi)
        return _written(figure, path, _shown(lines, frames), writer, rate, dpi)


# --- private helpers ----------------------------------------------------------------------------


def _moving(figure: Figure) -> list[tuple[Any, tuple[Any, ...]]]:
    """Return the lines that move, with all their points."""
    found: list[Any] = figure.findobj(lambda artist: artist.get_gid() == MOVING)
    if not found:
        raise BeaError("nothing moves in this figure: a film is of runs, such as a trajectory")
    return [(line, _points(line)) for line in found]


def _points(line: Any) -> tuple[Any, ...]:
    return tuple(line.get_data_3d() if hasattr(line, "get_data_3d") else line.get_data())


def _shown(lines: list[tuple[Any, tuple[Any, ...]]], frames: int) -> Iterator[int]:
    """Yield the number of each frame once the lines are drawn as far as they are by then."""
    for frame in counted(range(frames), "frames"):
        for line, points in lines:
            last = round(frame / (frames - 1) * (len(points[0]) - 1)) + 1
            cut = [values[:last] for values in points]
            if hasattr(line, "set_data_3d"):
                line.set_data_3d(*cut)
            else:
                line.set_data(*cut)
        yield frame


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """Lay a figure out once, with all that it will hold, and leave it so for a while."""
    layout: Any = figure.get_layout_engine()
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    try:
        yield
    finally:
        figure.set_layout_engine(layout)


def _gif(rate: float) -> Any:
    from matplotlib.animation import PillowWriter

    return PillowWriter(fps=rate)  # type: ignore[arg-type]  # which takes fractions


def _mp4(rate: float) -> Any:
    """Return what writes MP4, if it is installed."""
    from matplotlib.animation import FFMpegWriter

    return FFMpegWriter(fps=rate) if FFMpegWriter.isAvailable() else None  # type: ignore[arg-type]


def _written(
    figure: Figure, path: Path, shown: Iterator[int], writer: Any, rate: float, dpi: float
) -> Path:
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, f"film{path.suffix.lower()}")
        with writer.saving(figure, str(whole), dpi):
            for _ in shown:
                writer.grab_frame()
            for _ in range(round(_PAUSE * rate)):
                writer.grab_frame()
        data = whole.read_bytes()
    return write_whole(path, lambda stream: stream.write(data))


def _pictures(figure: Figure, folder: Path, shown: Iterator[int], dpi: float) -> Path:
    """Write the frames, and take away those of a film that was there before."""
    beside = check_folder(folder) / ".frames"
    shutil.rmtree(beside, ignore_errors=True)  # what a kill has left
    try:
        for frame in shown:
            save_figure(figure, beside / f"frame-{frame:04d}.png", dpi)
        for old in folder.glob("frame-[0-9][0-9][0-9][0-9].png"):
            old.unlink()
        for new in sorted(beside.iterdir()):
            new.rename(folder / new.name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder
