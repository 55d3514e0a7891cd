"""`bea plot trees`: the trees of a method's equation, drawn with their coefficients."""

from __future__ import annotations

from typing import Annotated

import typer

from bea.cli.reading import options
from bea.cli.reading.figure_options import Looks, picture
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import order
from bea.cli.reading.subject import Subject
from bea.errors import BeaError, OrderError

# More do not fit on a figure of two metres.
_MOST_TREES = 450


@gathered
def plot_trees(
    method: options.OptionalMethodArgument = None,
    *,
    subject: Subject,
    order_text: options.Order = "3",
    inverse: Annotated[
        bool, typer.Option("--inverse", help="Of the field to feed the method, instead.")
    ] = False,
    looks: Looks,
    out: options.OutFigure = None,
) -> None:
    """Draw the trees of a method's modified equation, each with its coefficient b(τ).

    Nodes of the parts of a split field are disks, circles, and circles with a number.

    For example:

      bea plot trees rk4 --order 4
      bea plot trees stormer-verlet --order 2 --out verlet.svg
      bea plot trees heavy-ball --param beta --order 3
    """
    target = picture(out, "trees", looks)
    chosen = subject.placed(method, None, "plot trees")
    if chosen.problem is not None:
        raise BeaError("trees are drawn for every field at once: leave the problem out")

    from bea.modified import modifying_integrator
    from bea.modified.algebra.reading import equation_on_trees
    from bea.plots import trees_figure
    from bea.trees import number_up_to

    highest = order(order_text)
    if (count := number_up_to(highest + 1, chosen.method.colors)) > _MOST_TREES:
        raise OrderError(f"{count:,} trees are too many for a drawing: take a lower order")
    looks.save(
        trees_figure(
            modifying_integrator(chosen.method, order=highest)
            if inverse
            else equation_on_trees(chosen.method, highest)
        ),
        target,
    )
