"""Files, floor 0 of bea: whatever is written appears whole or not at all.

`whole` writes a file beside its place and moves it there; `archives` keep arrays with what they
are, and read what a stranger may have made.
"""
