"""Hostile files, command lines and kills, with a fixed seed: what bea must survive.

    python -m tests.tools.hostility files 2000
    python -m tests.tools.hostility lines 400
    python -m tests.tools.hostility kills 60

Prints the counts, and a line for whatever must not have been; the status is 1 if there is one. Run
from the folder above `tests`.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path

from . import hostile_files, hostile_lines, kills

SEED = 20


def main(part: str, count: int, seed: int = SEED) -> int:
    """Run one part and print what was found."""
    runs = {"files": hostile_files.run, "lines": hostile_lines.run, "kills": kills.run}
    with tempfile.TemporaryDirectory() as folder:
        idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found, wrong = runs[part](Path(folder), count, seed)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle) / 1024
    print(f"{part}: {count}, seed {seed}; the memory of this process grew by {grown:.0f} MB")
    for what, number in sorted(found.items()):
        print(f"  {number:5}  {what}")
    print(*wrong, f"{len(wrong)} must not have been", sep="\n")
    return int(bool(wrong) or grown > hostile_lines.MEGABYTES)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2]), *map(int, sys.argv[3:])))
