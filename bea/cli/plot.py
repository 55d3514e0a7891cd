"""`bea plot drift|trajectory|loss|terms`: one figure to one file.

What a figure shows, and how, is in `bea.plots`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bea.cli import options
from bea.cli.drift import measured
from bea.cli.inputs import check_figure, number, order, orders, points, whole
from bea.cli.request import Request
from bea.cli.sources import Source, method_and_problem
from bea.cli.streams import note
from bea.errors import BeaError, DimensionError

if TYPE_CHECKING:
    from bea.fields import VectorField
    from bea.methods import Method

__all__ = ["plot_app"]

_StudyOrProblem = Annotated[
    str | None,
    typer.Argument(metavar="PROBLEM|RUN.npz", help="A problem, or a study that was saved."),
]
# Of the largest step size at which orders are measured: in a picture one wants to see more.
_VISIBLE = 2.0


def plot_drift(
    study_or_problem: _StudyOrProblem = None,
    loss: options.Loss = None,
    field: options.Field = None,
    problem: options.ProblemOption = None,
    method: options.MethodOption = None,
    variables: options.Variables = None,
    param: options.Params = None,
    orders_text: options.Orders = "0-4",
    gammas: options.Gammas = None,
    gamma_count: options.GammaCount = "12",
    starts: options.Starts = None,
    start_count: options.StartCount = "9",
    time: options.Time = None,
    samples: options.Samples = "1",
    one_step: options.OneStep = False,
    out: options.OutFigure = None,
) -> None:
    """Draw the distance between iterates and flows against the step size.

    For example:

      bea plot drift himmelblau --method gradient-descent --orders 0-4
      bea plot drift results/run.npz --out drift.pdf
    """
    target = check_figure(out or Path("drift.png"))
    saved = study_or_problem if str(study_or_problem).endswith(".npz") else None
    given = (loss, field, problem, method, variables, param, gammas, starts, time)
    if saved is None:
        request = Request.read(
            Source(study_or_problem, loss, field, problem, variables),
            method,
            param or (),
            gammas=gammas,
            gamma_count=gamma_count,
            starts=starts,
            start_count=start_count,
            time=time,
            samples=samples,
            one_step=one_step,
        )
        study = measured(request, orders(orders_text))
    elif any(value is not None for value in given):
        raise BeaError(f"'{saved}' holds a whole study: leave the other options out")
    else:
        from bea.measure import load_study

        study = load_study(saved)
    for warning in study.warnings:
        note(f"warning: {warning}")

    from bea.plots import drift_figure

    _save(drift_figure(study), target)


def plot_trajectory(
    problem_text: options.ProblemArgument = None,
    loss: options.Loss = None,
    field: options.Field = None,
    problem: options.ProblemOption = None,
    method: options.MethodOption = None,
    variables: options.Variables = None,
    param: options.Params = None,
    components: options.Components = None,
    orders_text: options.Orders = "0-2",
    gamma: options.Gamma = None,
    start: options.Start = None,
    time: options.Time = None,
    steps: options.Steps = None,
    out: options.OutFigure = None,
) -> None:
    """Draw iterates, the exact flow and the modified flows, over the contours of the loss.

    For example:

      bea plot trajectory himmelblau --gamma 0.01
      bea plot trajectory lotka-volterra --method explicit-euler --gamma 0.12 --orders 0,1
      bea plot trajectory lorenz --components x,z --out lorenz.png
    """
    target = check_figure(out or Path("trajectory.png"))
    source = Source(problem_text, loss, field, problem, variables)
    chosen, on = _method_and_problem(method, source, param)
    length = _length(time, steps)
    point = _start(start, on)
    drawn = _components(components, on)
    step_size = _gamma(gamma, chosen, on)

    from bea.plots import trajectory_figure

    figure = trajectory_figure(
        chosen, on, step_size, point, orders(orders_text), components=drawn, **length
    )
    _save(figure, target)


def plot_loss(
    problem_text: options.ProblemArgument = None,
    loss: options.Loss = None,
    problem: options.ProblemOption = None,
    method: options.MethodOption = None,
    variables: options.Variables = None,
    param: options.Params = None,
    components: options.Components = None,
    order_text: options.Order = "1",
    gamma: options.Gamma = None,
    out: options.OutFigure = None,
) -> None:
    """Draw a loss beside its modified loss, and their difference.

    Where no modified loss exists, that of the gradient part is drawn, and the title says so.

    For example:

      bea plot loss linear-network --gamma 0.1
      bea plot loss "x**4 - x**2" --gamma 0.05 --order 3 --out loss.svg
    """
    target = check_figure(out or Path("loss.png"))
    source = Source(problem_text, loss, None, problem, variables)
    chosen, on = _method_and_problem(method, source, param)
    drawn = _components(components, on)
    step_size = _gamma(gamma, chosen, on)

    from bea.fields import Loss
    from bea.modified import modified_equation
    from bea.plots import loss_figure

    if not isinstance(on, Loss):
        raise BeaError(f"'{on.name}' is a vector field and no loss: name a loss, or give --loss")
    equation = modified_equation(chosen, on, order(order_text))
    _save(loss_figure(equation, gamma=step_size, components=drawn), target)


def plot_terms(
    problem_text: options.ProblemArgument = None,
    loss: options.Loss = None,
    field: options.Field = None,
    problem: options.ProblemOption = None,
    method: options.MethodOption = None,
    variables: options.Variables = None,
    param: options.Params = None,
    order_text: options.Order = "4",
    gamma: options.Gamma = None,
    start: options.Start = None,
    time: options.Time = None,
    out: options.OutFigure = None,
) -> None:
    """Draw the size of each term of the modified equation along a trajectory.

    For example:

      bea plot terms himmelblau --gamma 0.01
      bea plot terms pendulum --method implicit-midpoint --gamma 0.5 --order 6
    """
    target = check_figure(out or Path("terms.png"))
    source = Source(problem_text, loss, field, problem, variables)
    chosen, on = _method_and_problem(method, source, param)
    step_size = _gamma(gamma, chosen, on)
    until = _length(time, None)["time"]

    from bea.modified import modified_equation
    from bea.plots import terms_figure

    equation = modified_equation(chosen, on, order(order_text))
    _save(terms_figure(equation, step_size, _start(start, on), time=until), target)


plot_app = options.group(
    "Draw a figure to a file.",
    {
        "drift": plot_drift,
        "trajectory": plot_trajectory,
        "loss": plot_loss,
        "terms": plot_terms,
    },
)


# --- private helpers ----------------------------------------------------------------------------


def _method_and_problem(
    method: str | None, source: Source, param: list[str] | None
) -> tuple[Method, VectorField]:
    chosen, problem = method_and_problem(method, source, param or (), required=True)
    assert problem is not None
    problem.require_values()
    return chosen, problem


def _gamma(text: str | None, method: Method, problem: VectorField) -> float:
    """Return the step size that was given, or one that shows what it does."""
    if text is not None:
        return number(text, "--gamma")
    from bea.measure import default_gammas, default_starts
    from bea.measure.leading import leading_field

    starts, field = default_starts(problem, 1), leading_field(method, problem)
    leading = method.order_of_accuracy or 1
    found = default_gammas(field, starts, float(problem.about.time), leading=leading)
    return float(f"{_VISIBLE * found[0]:.2g}")


def _start(text: str | None, problem: VectorField) -> Any:
    """Return the start that was given, the problem's own, or one that drift would begin at."""
    if text is None:
        from bea.measure import default_starts

        return None if problem.about.start else default_starts(problem, 1)[0]
    found = points(text, "--start")
    if len(found) != 1:
        raise DimensionError(f"--start has {len(found)} points, a figure shows one run: give one")
    return found[0]


def _length(time: str | None, steps: str | None) -> dict[str, Any]:
    if time is not None and steps is not None:
        raise BeaError("--time and --steps are both given: give one of them")
    return {
        "time": None if time is None else number(time, "--time"),
        "steps": None if steps is None else whole(steps, "--steps"),
    }


def _components(text: str | None, problem: VectorField) -> list[str] | None:
    if text is not None:
        return [name.strip() for name in text.split(",")]
    if problem.dimension > 2:
        names = ", ".join(problem.variables)
        raise DimensionError(
            f"'{problem.name}' has {problem.dimension} variables ({names}), a figure shows two: "
            f"choose them, such as --components {','.join(problem.variables[:2])}"
        )
    return None


def _save(figure: Any, target: Path) -> None:
    from bea.plots import save_figure

    save_figure(figure, target)
    note(f"wrote {target}")
