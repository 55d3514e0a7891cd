"""Writing goes through links, keeps modes, replaces no device, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bea.errors import OutputError
from bea.files import check_file, check_folder, write_whole
from bea.files.archives import read_archive, write_archive
from bea.files.locks import fresh_file, held, hidden_name, sweep

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
def test_what_is_no_file_is_left_as_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "to-device").symlink_to("/dev/null")
    (tmp_path / "circle").symlink_to("circle")
    for name, what in [("pipe", "a pipe"), ("folder", "a folder"), ("to-device", "a device"),
                       ("circle", "symbolic links")]:  # fmt: skip
        before = (tmp_path / name).lstat()
        for refused in (check_file, lambda path: write(path, b"new"), read):
            with pytest.raises(OutputError, match=what):
                refused(tmp_path / name)
        assert (tmp_path / name).lstat().st_mode == before.st_mode
    with pytest.raises(OutputError, match=r"'.*pipe' is a pipe and no file"):
        check_folder(tmp_path, ["table.txt", "pipe"])


def read(path: Path) -> Any:
    return read_archive(path, "a form", "a thing", lambda words, layout: None)


@pytest.mark.parametrize("name", ["x" * 255, "ü" * 125 + ".npz", ".bea-name"])
def test_long_names_are_names(tmp_path: Path, name: str) -> None:
    assert write(check_file(tmp_path / name), b"new").read_bytes() == b"new"


@pytest.mark.parametrize("path", ["x" * 256, "ü" * 128, "x" * 256 + "/run.npz", "a/b" * 2000, "\0"])
def test_names_that_are_too_long_are_refused_before_the_work(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutputError, match=r"too long|zero byte|null byte"):
        check_file(tmp_path / path)
    assert list(tmp_path.iterdir()) == []


def test_who_may_do_everything_is_told_where_nothing_can_be_made() -> None:
    """The superuser has every permission, but no file can be made there."""
    if not Path("/proc/self").exists():
        pytest.skip("needs /proc")
    with pytest.raises(OutputError, match="cannot write to '/proc/results'"):
        check_folder("/proc/results")


_KILLED = """
import os, signal, sys
from bea.files import write_whole

def write(stream):
    stream.write(b"half")
    stream.flush()
    os.kill(os.getpid(), signal.SIGKILL)

write_whole(sys.argv[1], write)
"""


@posix
def test_what_a_kill_left_is_swept_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _KILLED, str(tmp_path / "file")]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert [p.suffix for p in tmp_path.iterdir()] == [".part"]
    stream, under_way = fresh_file(tmp_path)
    with stream, held(tmp_path / "run.npz") as free:
        assert free
        write(tmp_path / "file", b"whole")
        left = {p.name for p in tmp_path.iterdir()}
        assert left == {"file", under_way.name, hidden_name("run.npz", ".lock")}
    sweep(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_one_lock_is_held_once(tmp_path: Path) -> None:
    with held(tmp_path / "run.npz") as first, held(tmp_path / "run.npz") as second:
        assert (first, second) == (True, False)
    with held(tmp_path / "run.npz") as again:
        assert again
    assert list(tmp_path.iterdir()) == []
