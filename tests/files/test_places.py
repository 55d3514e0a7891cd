"""Places: names that can be none, folders that cannot be written to, things that are no files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from bea.errors import OutputError
from bea.files import check_file, check_folder, write_text, write_whole
from bea.files.archives import read_archive
from bea.files.places import make_folder

posix = pytest.mark.skipif(os.name == "nt", reason="pipes and permissions of POSIX")


def write(path: Path, data: bytes) -> Path:
    return write_whole(path, lambda stream: stream.write(data))


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


TOO_LONG = ["x" * 256, "ü" * 128, "x" * 256 + "/run.npz", "a/b" * 2000]


@pytest.mark.parametrize(
    ("path", "why"), [*((name, "too long") for name in TOO_LONG), ("\0", "null byte")]
)
def test_names_that_can_be_none_are_refused_before_the_work(
    tmp_path: Path, path: str, why: str
) -> None:
    with pytest.raises(OutputError, match=why):
        check_file(tmp_path / path)
    assert list(tmp_path.iterdir()) == []


def test_who_may_do_everything_is_told_where_nothing_can_be_made() -> None:
    """The superuser has every permission, but no file can be made there."""
    if not Path("/proc/self").exists():
        pytest.skip("needs /proc")
    with pytest.raises(OutputError, match="cannot write to '/proc/results'"):
        check_folder("/proc/results")


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "a" / "b"):
        with pytest.raises(
            OutputError, match="is not a folder; choose a folder that can be written"
        ):
            check_folder(path)


def test_a_folder_without_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system is asked for a file in the folder that is there; the superuser would get one."""
    locked, made = tmp_path / "locked", tempfile.TemporaryFile
    locked.mkdir()

    def refuse(dir: Path) -> object:
        if dir == locked:
            raise PermissionError(13, "Permission denied")
        return made(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    for folder in (locked, locked / "results" / "first"):
        with pytest.raises(OutputError, match=r"permission denied; choose a folder that can be"):
            check_folder(folder)
    assert check_folder(tmp_path / "results") == tmp_path / "results"


def test_a_folder_that_the_system_does_not_make_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutputError, match=r"cannot write to .*: permission denied; choose a fold"):
        write_text(tmp_path / "results" / "table.txt", "new")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_be_made_is_not_made_yet(tmp_path: Path) -> None:
    assert check_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert list(tmp_path.iterdir()) == []


def test_names_of_folders_that_can_be_none_are_refused(tmp_path: Path) -> None:
    assert check_folder(tmp_path / ("x" * 255)) == tmp_path / ("x" * 255)
    with pytest.raises(OutputError, match=r"file name too long; choose another name"):
        check_folder(tmp_path / ("x" * 256))
    with pytest.raises(OutputError, match=r"there is a zero byte in its name; choose another"):
        check_folder(tmp_path / "a\0b")


@pytest.mark.parametrize("path", ["", ".", 3, None, b"run.npz"])
def test_what_names_no_file_is_refused(path: Any) -> None:
    with pytest.raises(OutputError, match=r"does not name a file: give a path, such as 'run.npz'"):
        check_file(path)


def test_the_folder_of_a_file_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file' is not a folder"):
        check_file(tmp_path / "file" / "run.npz")
    assert check_file(tmp_path / "a" / "run.npz") == tmp_path / "a" / "run.npz"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_folder_is_said_to_be_one_whatever_its_path_is() -> None:
    for path in (Path("."), Path("/")):
        with pytest.raises(OutputError, match=r"is a folder: give the name of a file"):
            check_file(path)


def test_files_that_will_stand_in_a_folder_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "run.npz").mkdir()
    with pytest.raises(OutputError, match=r"run.npz' is a folder"):
        check_folder(tmp_path, ["table.txt", "run.npz"])


def test_a_file_that_must_not_be_changed_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The superuser may change everything: the system is made to say no."""
    (tmp_path / "file").write_text("old")
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(OutputError, match=r"cannot write .*: it must not be changed; give another"):
        check_file(tmp_path / "file")


@posix
def test_a_link_through_which_there_is_another_file_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as those of /proc, which the system follows and their text does not."""
    (tmp_path / "file").write_text("old")
    (tmp_path / "other").write_text("another")
    for leads in ("other", "none"):
        monkeypatch.setattr(os.path, "realpath", lambda path, to=leads: str(tmp_path / to))
        with pytest.raises(OutputError, match=r"leads to no place where a file can be"):
            check_file(tmp_path / "file")


def test_folders_are_made_or_the_reason_is_told(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot write to .*c': not a directory; choose a fold"):
        make_folder(tmp_path / "file" / "c")
