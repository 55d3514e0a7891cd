"""`bea analyze` and `bea plot stability`: order, stability and structure of a method."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bea.cli.formats import Page, show
from bea.cli.reading import options
from bea.cli.reading.completion import method_names
from bea.cli.reading.figure_options import Looks, picture
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import number, out_file
from bea.cli.reading.subject import Subject
from bea.errors import BeaError

if TYPE_CHECKING:
    from bea.methods.analysis import MultistepAnalysis, RungeKuttaAnalysis, SeriesAnalysis

Analysed = Annotated[
    str | None,
    typer.Argument(
        autocompletion=method_names,
        metavar="METHOD",
        help="Name of a Runge-Kutta or multistep method, or a splitting, with parameters perhaps: "
        "'radau-iia(stages=3)'; 'bea list methods' has all. Left out where --tableau is given.",
    ),
]
TableauFile = Annotated[
    Path | None,
    typer.Option(
        "--tableau",
        metavar="FILE",
        help="A file with a tableau of your own: 'c | A' above 'b', as bea prints one, or lines "
        "'A = …' and 'b = …', or JSON; a second line of weights is an embedded method.",
    ),
]

_HalfWidth = Annotated[
    str | None,
    typer.Option(
        "--half-width",
        metavar="NUMBER",
        help="How far the axes reach from 0; by default far enough for all zeros and poles.",
    ),
]


def analyze(
    method: Analysed = None,
    tableau: TableauFile = None,
    param: options.Params = None,
    format: options.FormulaFormat = "text",
    out: options.OutFile = None,
) -> None:
    """Analyse a method exactly: its order, its stability and its structure.

    Of a Runge-Kutta method: the residuals of the order conditions, tree by tree, the simplifying
    assumptions B, C and D, the stability function, A-, L- and algebraic stability, whether it is
    symmetric, symplectic, conjugate to a symplectic one, keeps energy or volume, and to which power
    of γ, and the embedded method. Of a multistep method, or one with momentum: the characteristic
    polynomials and the parasitic roots. Of a splitting, a composition and the like: order and
    structure.

    For example:

      bea analyze rk4
      bea analyze radau5 --format json
      bea analyze --tableau my_method.txt
      bea analyze runge-kutta -p A="0,0; a,0" -p b="1-1/(2*a), 1/(2*a)"
      bea analyze bdf3
      bea analyze stormer-verlet
    """
    target = out_file(out)
    found = analysed(method, tableau, param, "analyze")

    from bea.reports.formulas.analysis import analysis_latex, analysis_parts

    page = Page(found.as_json, lambda: analysis_parts(found), latex=lambda: analysis_latex(found))
    show(page, format, target)


@gathered
def plot_stability(
    method: Analysed = None,
    tableau: TableauFile = None,
    param: options.Params = None,
    half_width: _HalfWidth = None,
    *,
    looks: Looks,
    out: options.OutFigure = None,
) -> None:
    """Draw the region of stability of a method, and the order star of a Runge-Kutta method.

    For example:

      bea plot stability rk4
      bea plot stability bdf3 --out bdf3.pdf
      bea plot stability --tableau my_method.txt --half-width 10
    """
    target = picture(out, "stability", looks)
    width = None if half_width is None else number(half_width, "--half-width")
    found = analysed(method, tableau, param, "plot stability")

    from bea.plots import stability_figure

    looks.save(stability_figure(found, half_width=width), target)


def analysed(
    method: str | None, tableau: Path | None, param: list[str] | None, command: str
) -> RungeKuttaAnalysis | MultistepAnalysis | SeriesAnalysis:
    """Return the analysis of the method that was named, or whose tableau is in a file.

    Raises
    ------
    BeaError
        If neither is given, or both.
    """
    from bea.methods.analysis import analyze

    if method is None and tableau is None:
        raise BeaError(
            "missing argument 'METHOD': name a Runge-Kutta or multistep method, or give a file "
            "with --tableau"
        )
    if tableau is None:
        return analyze(Subject(param=param).placed(method, None, command).method)
    if method is not None or param:
        other = "a METHOD" if method is not None else "--param"
        raise BeaError(f"{other} and --tableau are given: give one of them")
    from bea.methods.library.tableau_texts import tableau_of

    try:
        text = tableau.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BeaError(f"'{tableau}' is not a text: give a file with a tableau") from None
    found, embedded = tableau_of(text)
    return analyze(found, embedded, name=tableau.stem)
