"""`bea demo`: the main job on real input, from the derivation to the figures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

_DISAGREES = 1


def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="Where to write the results.")
    ] = Path("results/demo"),
) -> None:
    """Derive, measure and draw the main examples.

    Gradient descent on Himmelblau's and Rosenbrock's functions and on a linear network of two
    parameters, and explicit Euler on Lotka and Volterra's equations: modified equations of orders
    0 to 4, observed beside expected orders over a dozen step sizes, figures, tables and data. The
    exit status is 1 if an observed order is not within 0.1 of the expected one.

    For example:

      bea demo
      bea demo --out ~/bea-demo
    """
    from bea.reports import console_on
    from bea.reports.demo import run_demo
    from bea.reports.drift import disagreements
    from bea.reports.progress import reporting

    watched = console_on(sys.stderr)
    found = run_demo(
        out.expanduser(), console_on(), progress=lambda name: reporting(watched, f"{name}: ")
    )
    if any(disagreements(outcome.study) for outcome in found):
        raise typer.Exit(_DISAGREES)
