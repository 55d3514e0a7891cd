"""`analyze`: what kind of method it is, and the analysis of its kind."""

from __future__ import annotations

from typing import Any

from bea.errors import MethodError
from bea.methods.analysis.multistep import MultistepAnalysis
from bea.methods.analysis.runge_kutta import RungeKuttaAnalysis
from bea.methods.analysis.series import SeriesAnalysis
from bea.methods.library.tableau import Tableau
from bea.methods.method import Method
from bea.methods.registry import read
from bea.patience import told


@told("analysing")
def analyze(
    method: Method | Tableau | str, embedded: Any = None, name: str = "tableau"
) -> RungeKuttaAnalysis | MultistepAnalysis | SeriesAnalysis:
    """Analyse a method exactly: its order, its stability and its structure.

    Parameters
    ----------
    method
        A method, a text such as "radau-iia(stages=3)", or a `Tableau`.
    embedded
        Weights of an embedded method on the stages of a tableau; a method brings its own.
    name
        What a tableau is called.

    Raises
    ------
    MethodError
        If it is neither a Runge-Kutta method, nor linear in shifts, as momentum and multistep
        methods are, nor of one step that trees express, as splittings and compositions are.
    UnknownNameError
        If there is no method of that name.

    Examples
    --------
    >>> analyze("radau-iia")
    radau-iia(stages=2): order 3, 2 stages, implicit, A-stable, L-stable, algebraically stable, ...
    R(z) = (1 + z/3)/(1 − 2z/3 + z²/6)
    >>> analyze(Tableau.of("0 0; 1/2 0", "0 1")).order
    2
    """
    if isinstance(method, Tableau):
        return RungeKuttaAnalysis(name, method, embedded)
    found = read(method) if isinstance(method, str) else method
    tableau = getattr(found, "tableau", None)
    if isinstance(tableau, Tableau):
        weights = getattr(found, "embedded", None) if embedded is None else embedded
        return RungeKuttaAnalysis(_called(found), tableau, weights)
    for kind in (MultistepAnalysis, SeriesAnalysis) if isinstance(found, Method) else ():
        analysis = kind.of(found)
        if analysis is not None:
            return analysis
    called = getattr(found, "name", str(found))
    raise MethodError(
        f"'{called}' is neither a Runge-Kutta nor a linear multistep method, nor one of one step "
        "on trees, which are what is analysed; what it follows is derived: bea derive, "
        "modified_equation"
    )


def _called(method: Method) -> str:
    """Return the method's name, with its options but without a whole tableau."""
    return method.name if "A" in method.parameters else str(method)
