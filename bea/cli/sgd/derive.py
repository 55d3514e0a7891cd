"""`bea sgd derive`: what random steps follow, exactly: generators, stochastic equations, epochs."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bea.cli.formats import Page, show
from bea.cli.reading import options
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import choice, order, out_file
from bea.cli.reading.sums import SumSubject
from bea.cli.sgd.options import Sampling
from bea.errors import BeaError

if TYPE_CHECKING:
    from bea.reports.stochastic import Derived

_KINDS = ("generator", "sde", "epoch", "cycle")


@gathered
def sgd_derive(
    method: options.OptionalMethodArgument = None,
    problem_text: options.ProblemArgument = None,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="NAME",
            help="What to derive: generator, the logarithm of the averaged step; sde, the "
            "stochastic equation nearest to it, without a problem for every loss; epoch, the "
            "modified equation averaged over shuffled epochs; cycle, that of one fixed order.",
        ),
    ] = "generator",
    order_text: options.Order = "1",
    *,
    subject: SumSubject,
    sampling: Sampling,
    format: options.FormulaFormat = "text",
    out: options.OutFile = None,
) -> None:
    """Derive what a method follows on random batches of a finite sum, to any order, exactly.

    A generator to order K, and the stochastic equation that belongs to it, are of weak order K + 1:
    expectations at a fixed time are missed by γ to that power.

    For example:

      bea sgd derive gradient-descent linear-regression --order 2
      bea sgd derive gradient-descent --losses "(x - 1)**2/2; (x + 1)**2/2" --order 3
      bea sgd derive "heavy-ball(beta=1/2)" linear-regression --kind sde --batch 2
      bea sgd derive gradient-descent --kind sde --order 2
      bea sgd derive gradient-descent --losses "x**2*y; y**2" --kind epoch --order 2
      bea sgd derive gradient-descent --losses "x**2*y; y**2" --kind cycle --format json
    """
    highest = order(order_text)
    choice(kind, _KINDS, "--kind")
    if method is None and subject.update is None:
        raise BeaError("missing argument 'METHOD': 'bea sgd derive --help' shows how it is used")
    if subject.update is not None and problem_text is not None:
        raise BeaError("a METHOD and --update are given: give one of them")
    target = out_file(out)
    if subject.update is not None:
        method, problem_text = None, method
    chosen = subject.chosen(method, problem_text)
    if chosen.problem is None and kind != "sde":
        raise BeaError(
            f"--kind {kind} is derived on a finite sum: name one, or give --losses; --kind sde "
            "alone is known for every loss"
        )

    from bea.reports import console_on
    from bea.reports.progress import waiting
    from bea.reports.stochastic import random_text

    with waiting(console_on(sys.stderr), "deriving"):
        result = _derived(kind, chosen.method, chosen.problem, highest, sampling)
        page = Page(result.as_json, text=partial(random_text, result), latex=result.latex,
                    file_width=80)  # fmt: skip
        show(page, format, target)


# --- private helpers ----------------------------------------------------------------------------


def _derived(kind: str, method: Any, problem: Any, order: int, sampling: Sampling) -> Derived:
    from bea import modified

    batches = sampling.one()
    if kind == "generator":
        return modified.modified_generator(method, problem, order, batches)
    if kind == "sde":
        return modified.stochastic_equation(method, problem, order + 1, batches)
    if sampling.replacement:
        raise BeaError("an epoch goes through all losses once: leave --replacement out")
    derive = modified.shuffled_epoch if kind == "epoch" else modified.cyclic_epoch
    found = derive(problem, batches.size, order, method)
    assert isinstance(found, modified.EpochEquation)  # of formulas
    return found
