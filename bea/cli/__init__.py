"""The command line, floor 8 of bea: `bea derive`, `drift`, `verify`, `sgd`, `plot`, `list`, `demo`.

One module per command reads what a person typed and calls the floors below, which are imported
when the command runs: help is quick. What is computed for the demo, and how results are laid out,
is in `bea.reports`.
"""

from bea.cli.entry import main

__all__ = ["main"]
