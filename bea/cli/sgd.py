"""`bea sgd`: what is random about stochastic gradient descent, in numbers."""

from __future__ import annotations

from bea.cli.options import group
from bea.cli.sgd_ensemble import sgd_ensemble

__all__ = ["sgd_app"]

sgd_app = group(
    "Stochastic gradient descent on finite sums: ensembles.",
    {"ensemble": sgd_ensemble},
)
