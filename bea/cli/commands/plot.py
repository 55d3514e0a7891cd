"""`bea plot`: one figure to one file; here those of one method on one problem.

What a figure shows, and how, is in `bea.plots`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bea.cli.commands.analyze import plot_stability
from bea.cli.commands.drift import measured
from bea.cli.commands.plot_optimizers import (
    plot_certificate,
    plot_comparison,
    plot_schedule,
    read_methods,
)
from bea.cli.commands.plot_trees import plot_trees
from bea.cli.reading import options
from bea.cli.reading.figure_options import (
    Looks,
    components_of,
    gamma_of,
    length_of,
    picture,
    start_of,
    warn_beyond_range,
)
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import order, orders
from bea.cli.reading.request import DriftNumbers, Request
from bea.cli.reading.subject import Subject
from bea.cli.streams import note
from bea.errors import BeaError

_StudyOrProblem = Annotated[
    str | None,
    typer.Argument(
        metavar="PROBLEM|RUN.npz", help="A problem, or a study that was saved, or its folder."
    ),
]


@gathered
def plot_drift(
    study_or_problem: _StudyOrProblem = None,
    method: options.MethodOption = None,
    *,
    subject: Subject,
    orders_text: options.Orders = "0-4",
    numbers: DriftNumbers,
    looks: Looks,
    out: options.OutFigure = None,
) -> None:
    """Draw the distance between iterates and flows against the step size.

    For example:

      bea plot drift himmelblau --method gradient-descent --orders 0-4
      bea plot drift himmelblau --schedule "exponential(rate=5)" --orders 0-2
      bea plot drift results/run.npz --out drift.pdf
    """
    target = picture(out, "drift", looks)
    saved = study_or_problem if _is_study(study_or_problem) else None
    if saved is None:
        request = Request.read(subject.chosen(method, study_or_problem), numbers)
        study = measured(request, orders(orders_text))
    elif (method, subject, numbers) != (None, Subject(), DriftNumbers()):
        raise BeaError(f"'{saved}' holds a whole study: leave the other options out")
    else:
        from bea.measure import DriftStudy

        study = DriftStudy.load(saved)
    for warning in study.warnings:
        note(f"warning: {warning}")

    from bea.plots import drift_figure

    looks.save(drift_figure(study), target)


@gathered
def plot_trajectory(
    problem_text: options.ProblemArgument = None,
    method: options.MethodOption = None,
    *,
    subject: Subject,
    components: options.Components = None,
    orders_text: options.Orders = "0-2",
    gamma: options.Gamma = None,
    start: options.Start = None,
    time: options.Time = None,
    steps: options.Steps = None,
    surface: Annotated[
        bool,
        typer.Option("--surface", help="Draw the loss as a surface in space, the paths on it."),
    ] = False,
    looks: Looks,
    out: options.OutFigure = None,
) -> None:
    """Draw iterates, the exact flow and the modified flows, over the contours of the loss.

    For example:

      bea plot trajectory himmelblau --gamma 0.01
      bea plot trajectory lotka-volterra --method explicit-euler --gamma 0.12 --orders 0,1
      bea plot trajectory himmelblau --gamma 0.01 --orders 0,1 --surface
      bea plot trajectory lorenz --components x,z --out lorenz.png
      bea plot trajectory himmelblau --gamma 0.01 --out film.gif
      bea plot trajectory himmelblau --schedule "cosine(time=1/10)" --gamma 0.01
      bea plot trajectory --game "x*y; -x*y" --players "x; y" --start 1,0 --gamma 0.2 --time 6
    """
    target = picture(out, "trajectory", looks, moves=True)
    chosen = subject.chosen(method, problem_text).followed()
    used, on = chosen.on_problem()
    if surface and components is not None:
        raise BeaError("--surface has both variables below it: leave --components out")
    if surface and chosen.is_scheduled:
        raise BeaError("--surface is drawn for one step size: leave --schedule out")
    length = length_of(time, steps, chosen)
    point = start_of(start, chosen)
    drawn = components_of(components, chosen.plain or on)
    if drawn is None and chosen.is_scheduled:
        drawn = list(on.variables[:-1])
    step_size = gamma_of(gamma, chosen)

    from bea.plots import relief_figure, trajectory_figure

    wanted = orders(orders_text)
    if surface:
        figure = relief_figure(used, on, step_size, point, wanted, **length)
    else:
        figure = trajectory_figure(
            used, on, step_size, point, wanted, components=drawn, behind=chosen.plain, **length
        )
    warn_beyond_range(chosen, step_size, point)
    looks.save(figure, target)


@gathered
def plot_loss(
    problem_text: options.ProblemArgument = None,
    method: options.MethodOption = None,
    *,
    subject: Subject,
    components: options.Components = None,
    order_text: options.Order = "1",
    gamma: options.Gamma = None,
    looks: Looks,
    out: options.OutFigure = None,
) -> None:
    """Draw a loss beside its modified loss, and their difference.

    Where no modified loss exists, that of the gradient part is drawn, and the title says so.

    For example:

      bea plot loss linear-network --gamma 0.02
      bea plot loss "x**4 - x**2" --gamma 0.05 --order 3 --out loss.svg
    """
    target = picture(out, "loss", looks)
    if subject.schedule is not None:
        raise BeaError("with a schedule there is no one modified loss: leave --schedule out")
    chosen = subject.chosen(method, problem_text)
    used, on = chosen.on_problem()
    drawn = components_of(components, on)
    step_size = None if gamma is None else gamma_of(gamma, chosen)

    from bea.fields import Loss
    from bea.modified import modified_equation
    from bea.plots import loss_figure

    if not isinstance(on, Loss):
        raise BeaError(f"'{on.name}' is a vector field and no loss: name a loss, or give --loss")
    equation = modified_equation(used, on, order(order_text))
    if step_size is not None:
        warn_beyond_range(chosen, step_size, start_of(None, chosen))
    looks.save(loss_figure(equation, gamma=step_size, components=drawn), target)


@gathered
def plot_terms(
    problem_text: options.ProblemArgument = None,
    method: options.MethodOption = None,
    *,
    subject: Subject,
    order_text: options.Order = "4",
    gamma: options.Gamma = None,
    start: options.Start = None,
    time: options.Time = None,
    looks: Looks,
    out: options.OutFigure = None,
) -> None:
    """Draw the size of each term of the modified equation along a trajectory.

    For example:

      bea plot terms himmelblau --gamma 0.01
      bea plot terms pendulum --method implicit-midpoint --gamma 0.5 --order 6
    """
    target = picture(out, "terms", looks)
    chosen = subject.chosen(method, problem_text).followed()
    used, on = chosen.on_problem()
    step_size = gamma_of(gamma, chosen)
    until = length_of(time, None, chosen)["time"]

    from bea.modified import modified_equation
    from bea.plots import terms_figure

    equation = modified_equation(used, on, order(order_text))
    point = start_of(start, chosen)
    figure = terms_figure(equation, step_size, point, time=until)
    warn_beyond_range(chosen, step_size, point)
    looks.save(figure, target)


@gathered
def plot_energy(
    problem_text: options.ProblemArgument = None,
    method: options.MethodOption = None,
    *,
    subject: Subject,
    methods: Annotated[
        str | None,
        typer.Option(
            "--methods",
            metavar="LIST",
            help="Several methods, as 'explicit-euler, stormer-verlet': H and H̃ of the highest "
            "order against time, a panel for each.",
        ),
    ] = None,
    orders_text: options.Orders = "0,2,4",
    gamma: options.Gamma = None,
    start: options.Start = None,
    time: options.Time = None,
    steps: options.Steps = None,
    looks: Looks,
    out: options.OutFigure = None,
) -> None:
    """Draw how far H and the modified Hamiltonians stray along a run, by default of 2,000 steps.

    Order 0 is H itself, order 2 the modified Hamiltonian up to γ², and so on.

    For example:

      bea plot energy pendulum --method stormer-verlet --gamma 0.2 --orders 0,2,4,6
      bea plot energy kepler --method implicit-midpoint --gamma 0.05 --steps 20000
      bea plot energy --hamiltonian "p**2/2 + q**4" --method rk4 --gamma 0.3 --start 1,0
      bea plot energy pendulum --methods "explicit-euler, symplectic-euler, rk4" --gamma 0.2
    """
    target = picture(out, "energy", looks, moves=methods is not None)
    several = [] if methods is None else read_methods(methods)
    if several and method is not None:
        raise BeaError("--method and --methods are both given: give one of them")
    chosen = subject.chosen(method or (several[0].name if several else None), problem_text)
    used, on = chosen.on_problem()
    point = start_of(start, chosen)
    step_size = gamma_of(gamma, chosen)
    length = {} if time is None and steps is None else length_of(time, steps, chosen)

    from bea.plots import energies_figure, energy_figure
    from bea.reports import console_on
    from bea.reports.progress import waiting

    wanted = orders(orders_text)
    with waiting(console_on(sys.stderr), "running"):
        if several:
            figure = energies_figure(several, on, step_size, point, max(wanted), **length)
        else:
            figure = energy_figure(used, on, step_size, point, wanted, **length)
    looks.save(figure, target)


def _is_study(text: str | None) -> bool:
    return text is not None and (text.endswith(".npz") or (Path(text) / "run.npz").is_file())


plot_app = options.group(
    "Draw a figure to a file.",
    {
        "drift": plot_drift,
        "trajectory": plot_trajectory,
        "loss": plot_loss,
        "terms": plot_terms,
        "energy": plot_energy,
        "comparison": plot_comparison,
        "schedule": plot_schedule,
        "certificate": plot_certificate,
        "stability": plot_stability,
        "trees": plot_trees,
    },
)
