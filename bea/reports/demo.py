"""The demo: modified equations of gradient descent and Euler's method, derived and confirmed.

On three losses and one ODE it derives orders 0 to 4 exactly, measures how far the iterates are from
their flows over a dozen step sizes, and writes figures, tables and data to a folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bea import methods, problems
from bea.fields import Loss, VectorField
from bea.files import check_folder, json_text, write_text
from bea.measure import DriftStudy, discretization_drift
from bea.methods import Method
from bea.modified import ModifiedEquation, modified_equation
from bea.reports.derivation import derivation_text, short_form
from bea.reports.drift import agrees, disagreements, drift_parts, floored
from bea.reports.mathematics import gamma_power
from bea.reports.progress import Report
from bea.reports.tables import plain_text, table_of

_ORDER = 4


@dataclass(frozen=True)
class Case:
    """A method on a problem, and the numbers with which it is shown.

    Attributes
    ----------
    method, problem : str
        Their names.
    gamma : float
        The step size of the figures: large enough to see what it does.
    steps : int, optional
        How many of them; by default they fill the problem's time.
    """

    method: str
    problem: str
    gamma: float
    steps: int | None = None


CASES = (
    Case("gradient-descent", "himmelblau", gamma=0.01),
    # The fall into the valley; along its floor all flows are the same to the eye.
    Case("gradient-descent", "rosenbrock", gamma=4e-4, steps=10),
    Case("gradient-descent", "linear-network", gamma=0.025),
    Case("explicit-euler", "lotka-volterra", gamma=0.12),
)


@dataclass(frozen=True)
class Outcome:
    """What a case gave: the equation of order 4, the study, and the files that were written."""

    case: Case
    equation: ModifiedEquation
    study: DriftStudy
    files: tuple[Path, ...]


def run_demo(
    folder: str | Path,
    console: Console,
    *,
    cases: Sequence[Case] = CASES,
    orders: Sequence[int] = range(_ORDER + 1),
    progress: Callable[[str], Any] | None = None,
) -> list[Outcome]:
    """Run the demo and print what it finds, case by case.

    Parameters
    ----------
    folder
        Where to write; seen to be writable first.
    console
        Where to print.
    cases, orders
        What to show.
    progress : callable(name), optional
        Given a problem's name, returns a context manager that yields report(what, done, total).

    Raises
    ------
    OutputError
        If the folder cannot be written to.
    """
    folder = check_folder(folder)
    found = []
    for number, case in enumerate(cases, start=1):
        method, problem = methods.get(case.method), problems.get(case.problem)
        equation = modified_equation(method, problem, max(orders))
        _print_equation(console, f"{number}. {case.method} on {case.problem}", equation)
        study = _measured(case, method, problem, orders, progress)
        files = tuple(_write(folder / case.problem, case, equation, study))
        found.append(Outcome(case, equation, study, files))
    table = _table(found)
    verdict = _verdict(found)
    console.print(Text("Observed orders of the drift", style="bold"), table, verdict, sep="\n")
    write_text(folder / "table.txt", plain_text(table, verdict))
    write_text(folder / "summary.json", json_text(_summary(found)))
    _print_files(console, folder, found)
    return found


# --- private helpers: computing -----------------------------------------------------------------


def _measured(
    case: Case,
    method: Method,
    problem: VectorField,
    orders: Sequence[int],
    progress: Callable[[str], Any] | None,
) -> DriftStudy:
    def run(report: Report | None) -> DriftStudy:
        return discretization_drift(method, problem, orders, progress=report)

    if progress is None:
        return run(None)
    with progress(case.problem) as report:
        return run(report)


def _summary(found: Sequence[Outcome]) -> dict[str, Any]:
    return {"studies": [outcome.study.as_json() for outcome in found]}


# --- private helpers: files ---------------------------------------------------------------------


def _write(
    folder: Path, case: Case, equation: ModifiedEquation, study: DriftStudy
) -> Iterator[Path]:
    """Write everything about one case, and yield the paths."""
    yield write_text(folder / "equation.txt", derivation_text(equation, 100))
    yield write_text(folder / "equation.json", json_text(equation.as_json()))
    yield study.save(folder / "drift.npz")
    yield write_text(folder / "drift.txt", plain_text(*drift_parts(study)))
    yield from _draw(folder, case, equation, study)


def _draw(
    folder: Path, case: Case, equation: ModifiedEquation, study: DriftStudy
) -> Iterator[Path]:
    from bea.plots import drift_figure, loss_figure, save_figure, terms_figure, trajectory_figure

    problem = equation.problem
    assert problem is not None
    yield save_figure(drift_figure(study), folder / "drift.png")
    figure = trajectory_figure(
        equation.method, problem, case.gamma, orders=(0, 1, 2), steps=case.steps
    )
    yield save_figure(figure, folder / "trajectory.png")
    if isinstance(problem, Loss):
        figure = loss_figure(equation.truncate(1), gamma=case.gamma)
        yield save_figure(figure, folder / "loss.png")
    time = None if case.steps is None else case.steps * case.gamma
    figure = terms_figure(equation, case.gamma, time=time)
    yield save_figure(figure, folder / "terms.png")


# --- private helpers: printing ------------------------------------------------------------------


def _print_equation(console: Console, title: str, equation: ModifiedEquation) -> None:
    """Print the problem, a short form of its equation, and which terms are gradients."""
    problem = equation.problem
    assert problem is not None
    symbol = "L" if isinstance(problem, Loss) else "f"
    console.print(Text(title, style="bold"))
    width = console.width - 3
    parts = [f"{symbol} = {problem.about.formula}", *short_form(equation, width=width)]
    parts.append(_sizes(equation))
    if isinstance(problem, Loss):
        parts.append(_gradients(equation))
    for part in parts:
        console.print(Padding(part, (0, 0, 0, 3), expand=False))
    console.print()


def _sizes(equation: ModifiedEquation) -> str:
    """Say how many summands the exact terms have."""
    counts = [sum(len(c.terms()) for c in part) for part in equation.components]
    powers = f"γ⁰ … {gamma_power(equation.order)}"
    return f"summands of the exact terms of {powers}: {', '.join(map(str, counts))}"


def _gradients(equation: ModifiedEquation) -> str:
    exists = (*equation.is_gradient, False).index(False)
    loss = modified_equation(equation.method, order=exists - 1).modified_loss()
    if exists > equation.order:
        return f"modified loss: {loss}"
    return f"modified loss: {loss}, and none from {gamma_power(exists)} on, which has a curl"


def _table(found: Sequence[Outcome]) -> Table:
    numbers = (">K", ">expected", ">observed", "95% interval", "agrees", ">used", ">floor")
    table = table_of(("problem", *numbers), [])
    for outcome in found:
        study = outcome.study
        rows = zip(study.rows(), study.fits, study.expected, floored(study), strict=True)
        for i, ((order, expected, observed, interval, _), fit, wanted, low) in enumerate(rows):
            name = outcome.case.problem if i == 0 else ""
            used = str(len(fit.window))
            table.add_row(
                name, str(order), expected, observed, interval, agrees(fit, wanted), used, str(low),
                end_section=i + 1 == len(study.orders),
            )  # fmt: skip
    return table


def _verdict(found: Sequence[Outcome]) -> Text:
    wrong = [
        f"{outcome.case.problem} K = {order}"
        for outcome in found
        for order in disagreements(outcome.study)
    ]
    sizes = sorted({len(outcome.study.gammas) for outcome in found})
    counts = " or ".join(map(str, sizes))
    tail = (
        f"Of the {counts} step sizes, those under 'used' are fitted; at those under 'floor' the "
        "drift is hidden by rounding and by the reference's own error."
    )
    if wrong:
        return Text(f"Not within 0.1 of the expected order: {'; '.join(wrong)}. {tail}", "bold red")
    return Text(f"Every observed order is within 0.1 of the expected one. {tail}", "green")


def _print_files(console: Console, folder: Path, found: Sequence[Outcome]) -> None:
    console.print(Text(f"Written to {folder}:", style="bold"))
    console.print(Padding("table.txt, summary.json", (0, 0, 0, 3), expand=False))
    for outcome in found:
        names = ", ".join(path.name for path in outcome.files)
        console.print(Padding(f"{outcome.case.problem}/: {names}", (0, 0, 0, 3), expand=False))
