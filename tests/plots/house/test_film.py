"""Films: frames of the whole run, in step, whole files or pictures in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import bea
from bea.errors import BeaError, OutputError
from bea.plots import save_figure, save_film, trajectory_figure
from bea.plots.house import film
from bea.plots.house.style import MOVING


@pytest.fixture
def figure() -> Any:
    return trajectory_figure(bea.methods.gradient_descent(), bea.problems.booth(), 0.05, steps=4)


def moving(figure: Any) -> list[Any]:
    return list(figure.findobj(lambda artist: artist.get_gid() == MOVING))


def test_a_gif_has_its_frames_and_the_figure_is_whole_again(figure: Any, tmp_path: Path) -> None:
    before = [line.get_xydata().copy() for line in moving(figure)]
    path = save_film(figure, tmp_path / "film.gif", frames=3, rate=5, dpi=30)
    with Image.open(path) as picture:
        assert picture.n_frames >= 3
        assert picture.size == (252, 150)
    assert [p.name for p in tmp_path.iterdir()] == ["film.gif"]
    for line, points in zip(moving(figure), before, strict=True):
        np.testing.assert_array_equal(line.get_xydata(), points)


def test_all_paths_are_at_the_same_time_in_a_frame(figure: Any) -> None:
    lines = film._moving(figure)
    iterates = moving(figure)[0]
    seen = []
    for _ in film._shown(lines, 5):
        seen.append(len(iterates.get_xdata()))
        for line, points in lines:
            part = (len(line.get_xdata()) - 1) / (len(points[0]) - 1)
            assert part == pytest.approx((seen[-1] - 1) / 4, abs=0.01)
    assert seen == [1, 2, 3, 4, 5]


def test_without_ffmpeg_there_are_pictures(
    figure: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film, "_mp4", lambda rate: None)
    folder = save_film(figure, tmp_path / "film.mp4", frames=2, dpi=30)
    assert folder == tmp_path / "film"
    assert sorted(p.name for p in folder.iterdir()) == ["frame-0000.png", "frame-0001.png"]


def test_the_folder_holds_the_frames_of_the_last_film_and_what_is_not_of_films(
    figure: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film, "_mp4", lambda rate: None)
    folder = tmp_path / "film"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    for frames in (4, 2):
        save_film(figure, tmp_path / "film.mp4", frames=frames, dpi=30)
    kept = ["frame-0000.png", "frame-0001.png", "notes.txt"]
    assert sorted(p.name for p in folder.iterdir()) == kept


def test_a_film_that_is_interrupted_leaves_the_one_before(
    figure: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film, "_mp4", lambda rate: None)
    folder = save_film(figure, tmp_path / "film.mp4", frames=2, dpi=30)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}

    def interrupted(figure: Any, path: Path, dpi: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(film, "save_figure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_film(figure, tmp_path / "film.mp4", frames=3, dpi=40)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_more_dots_than_can_be_drawn_are_refused_first(figure: Any, tmp_path: Path) -> None:
    for save in (save_film, save_figure):
        with pytest.raises(BeaError, match="dots, more than the limit of"):
            save(figure, tmp_path / ("film.gif" if save is save_film else "a.png"), dpi=20_000)
    assert not list(tmp_path.iterdir())


def test_what_is_no_film_is_refused(figure: Any, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"end it in \.gif or \.mp4"):
        save_film(figure, tmp_path / "film.avi")
    with pytest.raises(BeaError, match="1 frames is not possible"):
        save_film(figure, tmp_path / "film.gif", frames=1)
    with pytest.raises(BeaError, match=r"frames=2\.5 must be a whole number"):
        save_film(figure, tmp_path / "film.gif", frames=2.5)  # type: ignore[arg-type]
    for rate in (0.0, -1.0, 1e9):
        with pytest.raises(BeaError, match="pictures a second are not possible"):
            save_film(figure, tmp_path / "film.gif", rate=rate)
    still = bea.plots.schedule_figure([bea.methods.schedules.constant()])
    with pytest.raises(BeaError, match="nothing moves in this figure"):
        save_film(still, tmp_path / "film.gif")
    assert list(tmp_path.iterdir()) == []
