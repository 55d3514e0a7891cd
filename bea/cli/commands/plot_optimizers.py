"""The figures of `bea plot` that show several methods, schedules, or a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bea.cli.reading import options
from bea.cli.reading.figure_options import (
    Looks,
    picture,
    start_of,
    warn_beyond_range,
)
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import number, numbers, order, whole
from bea.cli.reading.parameters import dealt
from bea.cli.reading.sources import Source
from bea.cli.reading.subject import Chosen
from bea.errors import BeaError

if TYPE_CHECKING:
    from bea.fields import VectorField
    from bea.methods import Method

_METHODS = "gradient-descent, heavy-ball(beta=1/2), adam(beta1=1/2, beta2=3/4, epsilon=1/2)"

_Methods = Annotated[
    str,
    typer.Option(
        "--methods",
        metavar="LIST",
        help="The methods, with their parameters in brackets and commas between.",
    ),
]
_Gamma = Annotated[
    str | None,
    typer.Option(
        "--gamma",
        metavar="LIST",
        help="Step size, or one for each method; by default such that all have the same effective "
        "rate.",
    ),
]
_Schedules = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SCHEDULE...",
        help="Schedules, such as 'cosine(time=1, low=1/10)'; 'bea list schedules' has all.",
    ),
]
_Certificate = Annotated[
    str,
    typer.Argument(
        metavar="CERTIFICATE.npz", help="What 'bea verify --out' has saved, or its folder."
    ),
]


@gathered
def plot_comparison(
    problem_text: options.ProblemArgument = None,
    loss: options.Loss = None,
    variables: options.Variables = None,
    param: options.Params = None,
    methods: _Methods = _METHODS,
    gamma: _Gamma = None,
    order_text: options.Order = "1",
    start: options.Start = None,
    time: options.Time = None,
    steps: options.Steps = None,
    *,
    looks: Looks,
    out: options.OutFigure = None,
) -> None:
    """Draw methods beside each other on a loss of two variables, and what each of them penalises.

    A panel for each: its iterates, the flow of its modified equation, the gradient flow, and where
    they end, by default in the valley. Behind them is the size of the gradient, whose square the
    term of γ of a modified loss penalises.

    For example:

      bea plot comparison linear-network
      bea plot comparison himmelblau --methods "gradient-descent, heavy-ball(beta=1/2)"
      bea plot comparison booth --methods "nesterov(beta=1/2), rmsprop" --gamma 0.02,0.01
    """
    target = picture(out, "comparison", looks, moves=True)
    chosen = [Chosen(m, on, on) for m, on in _methods_and_loss(
        methods, Source(problem_text, loss, variables=variables), param or ()
    )]  # fmt: skip
    on = chosen[0].on_problem()[1]
    if time is not None and steps is not None:
        raise BeaError("--time and --steps are both given: give one of them")
    count = None if steps is None else whole(steps, "--steps")
    until = None if time is None else number(time, "--time")
    point = start_of(start, chosen[0])
    given = None if gamma is None else numbers(gamma, "--gamma")

    from bea.plots.order import comparison_data, draw_comparison

    data = comparison_data(
        [one.method for one in chosen],
        on,  # type: ignore[arg-type]
        given,
        point,
        order(order_text),
        steps=count,
        time=until,
    )
    for one, panel in zip(chosen, data.panels, strict=True):
        warn_beyond_range(one, panel.gamma, point)
    looks.save(draw_comparison(data), target)


@gathered
def plot_schedule(
    schedules: _Schedules = None, *, looks: Looks, out: options.OutFigure = None
) -> None:
    """Draw schedules s(t), by which the step size is multiplied, over the time.

    For example:

      bea plot schedule "cosine(time=3, low=1/10)" "step(every=1, factor=1/2, time=3)"
      bea plot schedule "warm-restarts(period=1, factor=2, time=7)" --out restarts.svg
    """
    target = picture(out, "schedule", looks)
    if not schedules:
        raise BeaError(
            "there is no schedule to draw: name one, such as 'cosine(time=1, low=1/10)'; "
            "'bea list schedules' has all"
        )
    from bea.methods.schedules.library import read
    from bea.plots import schedule_figure

    looks.save(schedule_figure([read(text) for text in schedules]), target)


@gathered
def plot_certificate(
    certificate: _Certificate, *, looks: Looks, out: options.OutFigure = None
) -> None:
    """Draw a certificate that 'bea verify --out' has saved: its curves, and the controls dashed.

    For example:

      bea verify heavy-ball himmelblau --param beta=1/2 --out results/
      bea plot certificate results/ --out certificate.pdf
    """
    target = picture(out, "certificate", looks)

    from bea.measure import Certificate
    from bea.plots import certificate_figure

    looks.save(certificate_figure(Certificate.load(certificate)), target)


def read_methods(text: str) -> list[Method]:
    """Return the methods of a list, with their parameters in brackets and commas between."""
    from bea.algebra.language.calls import split_calls
    from bea.methods import read

    texts = split_calls(text)
    if not texts:
        raise BeaError(f"--methods is empty: name some, such as '{_METHODS}'")
    return [read(text) for text in texts]


# --- private helpers ----------------------------------------------------------------------------


def _methods_and_loss(
    methods: str, source: Source, param: Any
) -> list[tuple[Method, VectorField | None]]:
    found = read_methods(methods)
    if source.text is None:
        return [(method, None) for method in found]
    _, of_problem = dealt(param, "", (), source.parameter_names())
    problem = source.read(of_problem)
    return [(method, problem) for method in found]
