"""Reports, floor 7 of bea: results laid out for people, and the demo.

Derivations as text, studies and catalogues as tables (rich), progress on a terminal. What a person
typed is read in `bea.cli`, which calls this; drawing is left to `bea.plots`.
"""

from bea.reports.derivation import derivation_text
from bea.reports.drift import drift_parts
from bea.reports.tables import console_on, plain_text

__all__ = [
    "console_on",
    "derivation_text",
    "drift_parts",
    "plain_text",
]
