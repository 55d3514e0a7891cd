"""Writing goes through links, keeps modes, replaces no device, and leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bea.files import write_whole
from bea.files.archives import read_archive, write_archive
from bea.files.locks import hidden_name
from bea.files.whole import end_change

posix = pytest.mark.skipif(os.name == "nt", reason="pipes and hard links of POSIX")


def write(path: Path, data: bytes) -> Path:
    return write_whole(path, lambda stream: stream.write(data))


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    target, link = tmp_path / "far" / "real.txt", tmp_path / "link.txt"
    link.symlink_to(target)
    assert write(link, b"made behind the link") == link
    write(link, b"again")
    assert link.is_symlink() and target.read_bytes() == b"again"
    assert [p.name for p in target.parent.iterdir()] == ["real.txt"]
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["link.txt"]


@posix
def test_all_names_of_a_file_have_the_new_content(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"a longer old content")
    first.chmod(0o640)
    os.link(first, second)
    write(second, b"new")
    assert first.read_bytes() == second.read_bytes() == b"new"
    assert first.samefile(second) and first.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


@posix
def test_an_interrupted_change_of_a_file_with_two_names_is_ended_by_the_next_reader(
    tmp_path: Path,
) -> None:
    path = write_archive(tmp_path / "run.npz", "a form", {"text": "new"}, {})
    whole = path.read_bytes()
    (tmp_path / hidden_name("run.npz", ".whole")).write_bytes(whole)
    path.write_bytes(whole[:40])  # killed here
    os.link(path, tmp_path / "other.npz")
    words, _ = read_archive(path, "a form", "a thing", lambda words, layout: None)
    assert words == {"text": "new"} and (tmp_path / "other.npz").read_bytes() == whole
    assert sorted(p.name for p in tmp_path.iterdir()) == ["other.npz", "run.npz"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
@posix
def test_the_mode_is_kept(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path / "file", b"old")
    path.chmod(mode)
    write(path, b"new")
    assert path.stat().st_mode & 0o777 == mode and path.read_bytes() == b"new"


@posix
def test_a_file_with_one_name_has_no_change_to_end(tmp_path: Path) -> None:
    """Its name was taken from another: what was kept for that one is not its content."""
    path = write(tmp_path / "run.npz", b"mine")
    (tmp_path / hidden_name("run.npz", ".whole")).write_bytes(b"another's")
    end_change(path)
    assert path.read_bytes() == b"mine"
