"""A command in a process of its own, watched: its words and when they came, its memory, its end."""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SILENCE = 10.0  # seconds that may pass without a word
LONGEST = 20.0  # seconds, after which a command that has said a word is interrupted


@dataclass(frozen=True)
class Ended:
    """How a command ended: its status, what it said on standard error, and for how long nothing.

    Silence is its own: what it spent waiting for a processor, on a machine with much else to do, is
    left out; what it waits for by itself, such as a pipe that nobody writes to, is not.
    """

    status: int
    said: str
    seconds: float
    silence: float
    megabytes: float
    out: bytes = b""

    def wrong(self, allowed: float) -> list[str]:
        """Return what must not be: tracebacks, other statuses, silence, too much memory."""
        found = []
        if "Traceback" in self.said or "Warning" in self.said or "Exception ignored" in self.said:
            found.append("traceback or warning: " + self.said[-300:])
        if self.status not in (0, 1, 2, 130, 141):
            found.append(f"status {self.status}: {self.said[-200:]}")
        if self.silence > SILENCE:
            found.append(f"{self.seconds:.0f} s, first word after {self.silence:.0f} s")
        if self.megabytes > allowed:
            found.append(f"{self.megabytes:.0f} MB")
        return found


def run(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    kill: tuple[float, signal.Signals] | None = None,
    shell: str = "",
) -> Ended:
    """Run `bea` in a folder, and end it after a while if `kill` says so.

    `shell` is what a shell adds to the command, such as ">&-".
    """
    command: list[str] = [sys.executable, "-m", "bea", *arguments]
    if shell:
        command = ["/bin/sh", "-c", f'exec "$@" {shell}', "sh", *command]
    with open(folder / ".stdout", "wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.PIPE, env={**os.environ,
                                   **(environment or {})},
                                   preexec_fn=_limited)  # fmt: skip
        said, seconds, silence = _watched(process, kill)
        status, usage = _ended(process)
    printed = (folder / ".stdout").read_bytes()
    (folder / ".stdout").unlink()
    return Ended(status, said, seconds, silence, usage.ru_maxrss / 1024, printed)


def say(text: str) -> None:
    """Print a line at once, so that a long run can be followed."""
    print(text, flush=True)


def _limited() -> None:
    """Keep a command that goes wrong from taking the machine with it."""
    resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))


def _watched(process: Any, kill: tuple[float, signal.Signals] | None) -> tuple[str, float, float]:
    begun, silence, said = time.monotonic(), 0.0, b""
    ends = [kill] if kill else [(LONGEST, signal.SIGINT), (2 * LONGEST, signal.SIGKILL)]
    while True:
        now = time.monotonic() - begun
        if ends and now >= ends[0][0]:
            process.send_signal(ends.pop(0)[1])
        pause = min(0.5, ends[0][0] - now) if ends else 0.5
        if select.select([process.stderr], [], [], max(0.0, pause))[0]:
            block = os.read(process.stderr.fileno(), 65536)
            seconds = time.monotonic() - begun
            if not said:
                silence = seconds - _waited(process.pid)
            if not block:
                return said.decode(errors="replace"), seconds, silence
            said += block


def _waited(pid: int) -> float:
    """Return for how many seconds a process was ready to run and had to wait for others."""
    try:
        return float(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) * 1e-9
    except (OSError, IndexError):  # only Linux tells
        return 0.0


def _ended(process: Any) -> tuple[int, Any]:
    _, code, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(code)
    process.stderr.close()
    return process.returncode, usage
