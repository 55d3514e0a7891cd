"""How pictures look: their options, what is refused before anything is computed, and folders."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from ..conftest import Bea


def size(path: Path) -> tuple[int, int]:
    """Return the pixels of a PNG."""
    return struct.unpack(">II", path.read_bytes()[16:24])


def test_width_height_and_dots(bea: Bea, tmp_path: Path) -> None:
    target = tmp_path / "s.png"
    options = ("--width", "4", "--height", "3", "--dpi", "50", "--no-title", "--legend", "none")
    assert bea("plot", "schedule", "cosine", *options, "--out", str(target)).status == 0
    assert size(target) == (200, 150)


def test_a_column_is_3_3_inches_wide(bea: Bea, tmp_path: Path) -> None:
    target = tmp_path / "s.png"
    run = bea("plot", "schedule", "cosine", "--column", "--dpi", "100", "--out", str(target))
    assert run.status == 0 and size(target)[0] == 330


def test_a_film_is_written_where_something_moves(bea: Bea, tmp_path: Path) -> None:
    target = tmp_path / "film.gif"
    options = ("--gamma", "0.05", "--steps", "3", "--orders", "0", "--dpi", "20")
    assert bea("plot", "trajectory", "booth", *options, "--out", str(target)).status == 0
    assert target.read_bytes()[:3] == b"GIF"
    run = bea("plot", "loss", "booth", "--out", str(tmp_path / "loss.gif"))
    assert run.status == 2 and "end it in .png, .pdf or .svg" in run.err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--column", "--width", "3"], "--column has its own width: leave --width out"),
        (["--out", "film.avi"], "end it in .png, .pdf, .svg, .gif or .mp4"),
        (["--width", "900"], "--width '900' is not possible: give 0.5 to 100 inches"),
        (["--height", "tall"], "--height 'tall' is not a number"),
        (["--dpi", "5"], "--dpi '5' is not possible: give 10 to 2400"),
        (["--dpi", "100", "--out", "x.pdf"], "leave --dpi out"),
        (["--legend", "top"], "use right, inside, below or none"),
        (["--width", "nan"], "--width 'nan' is not possible"),
    ],
)
def test_impossible_looks_are_refused_first(bea: Bea, given: list[str], words: str) -> None:
    run = bea("plot", "trajectory", "no-such-problem", *given)
    assert (run.status, run.out) == (2, "") and words in run.err


def test_the_folder_of_a_certificate_stands_for_its_file(bea: Bea, tmp_path: Path) -> None:
    folder, target = tmp_path / "results", tmp_path / "c.png"
    bea("verify", "gradient-descent", "x**2/2", "--order", "1", "--out", str(folder))
    assert bea("plot", "certificate", str(folder), "--out", str(target)).status == 0
    assert target.exists()
    import bea as library

    assert library.Certificate.load(folder).verdict
    run = bea("plot", "certificate", str(tmp_path))
    assert run.status == 2 and "folder" in run.err


def test_the_folder_of_a_study_stands_for_its_file(bea: Bea, tmp_path: Path) -> None:
    folder, target = tmp_path / "results", tmp_path / "d.png"
    bea("drift", "x**2/2", "--orders", "0", "--out", str(folder))
    assert bea("plot", "drift", str(folder), "--out", str(target)).status == 0
    assert target.exists()
