"""Files, floor 0 of bea: whatever is written appears whole or not at all.

`whole` writes a file beside its place and moves it there; `archives` keep arrays with what they
are, and read what a stranger may have made.
"""

from bea.files.whole import file_path, write_whole

__all__ = ["file_path", "write_whole"]
