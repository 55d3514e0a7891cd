"""Files, floor 0 of bea: whatever is written appears whole or not at all.

`whole` writes a file beside its place and moves it there, `places` are looked at before the work,
and `locks` keep processes apart; `texts` write texts and JSON. `archives` keep arrays with what
they are, and read what a stranger may have made, by its `schema`. A `Result` is a dataclass that is
kept in one; `drawings` know how it is drawn, which is handed down from above.
"""

from bea.files.places import check_file, check_folder, file_path
from bea.files.texts import json_text, write_text
from bea.files.whole import write_whole

__all__ = ["check_file", "check_folder", "file_path", "json_text", "write_text", "write_whole"]
