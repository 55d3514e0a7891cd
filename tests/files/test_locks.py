"""Files of a process: what a kill left is swept, and what is in use is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bea.errors import OutputError
from bea.files import locks, write_whole
from bea.files.locks import fresh_file, held, hidden_name, sweep, take

posix = pytest.mark.skipif(os.name == "nt", reason="kills of POSIX")


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
        write_whole(tmp_path / "file", lambda stream: stream.write(b"whole"))
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


def test_a_lock_ends_with_what_it_was_held_for(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), held(tmp_path / "run.npz"):
        assert [p.name for p in tmp_path.iterdir()] == [hidden_name("run.npz", ".lock")]
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_is_swept_before_it_is_taken_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept = []

    def late(stream: Any, wait: bool = False) -> bool:
        if not swept:
            swept.append(Path(stream.name))
            swept[0].unlink()
        return take(stream, wait)

    monkeypatch.setattr(locks, "take", late)
    with held(tmp_path / "run.npz") as free:
        assert free and swept[0].exists()
    swept.clear()
    stream, path = fresh_file(tmp_path)
    with stream:
        assert path != swept[0] and [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_file_system_without_locks_is_used_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(stream: Any, wait: bool = False) -> bool:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(locks, "take", none)
    with held(tmp_path / "run.npz") as free:
        assert free
    assert write_whole(tmp_path / "file", lambda s: s.write(b"new")).read_bytes() == b"new"


def test_only_files_of_bea_are_swept(tmp_path: Path) -> None:
    kept = ["a.part", ".bea-a.whole", ".bea-a", "b.lock"]
    for name in [*kept, ".bea-a.part", ".bea-b.lock"]:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / ".bea-folder.part").mkdir()
    (tmp_path / ".bea-link.part").symlink_to(tmp_path / "a.part")
    sweep(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        [*kept, ".bea-folder.part", ".bea-link.part"]
    )
    sweep(tmp_path / "none")  # which is not there


def test_a_lock_in_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match=r"cannot write to .*none': no such file or directory"),
        held(tmp_path / "none" / "run.npz"),
    ):
        pass
