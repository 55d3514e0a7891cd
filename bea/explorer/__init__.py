"""The explorer, floor 7 of bea: one file that opens in any browser, and shows what bea derives.

`explore` makes a page of a problem and a method, or the standard one. What is shown is derived here
and written as functions in JavaScript (`scripts`) by the code generator of `bea.algebra.programs`:
of a problem its field and elementary differentials (`problem`), of a method its step
(`recorded_step`) and weights on trees (`method`), of both what no weights give (`pair`). The page
itself, which knows none of them, stands in the folder `page`.
"""

from bea.explorer.explore import explore
from bea.explorer.page import Page

__all__ = ["Page", "explore"]
