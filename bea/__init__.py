"""bea: backward error analysis of the methods that follow a vector field.

Every step of size gamma, be it Euler's method, gradient descent or a Runge-Kutta scheme, is (up to
exponentially small terms) the exact flow of a modified field f~ = f_0 + gamma f_1 + gamma^2 f_2 + …
With S the operator of one step, S phi = phi o Phi_gamma = e^(gamma D~) phi, the modified field is
f~ = (1/gamma) log(S) theta. bea derives it exactly, to any order, integrates it, and measures how
closely the iterates follow it. A method with memory, such as momentum or Adam, has such a field on
the slow manifold on which its iterates settle. A random step, such as that of stochastic gradient
descent, is an average, S = E[Phi*], and (1/gamma) log(S) a differential operator, the modified
generator.

The house, each floor importing only from the floors below:

    cli                     what a person types
    reports | explorer      tables, and the demo | a page for the browser
    plots                   the only matplotlib
    measure                 drift, observed order, certificates; weak errors, noise, equilibria
    modified | flows        derive | iterate, integrate, run ensembles, train
    methods | problems | noise   one step function each | losses, ODEs, games, sums | batches
    fields | bseries        a vector field | series on trees
    arithmetic              what a step is run in
    algebra                 formulas, the exact ring, programs
    series | trees | files  formal power series | rooted trees | files written whole

and a side room that no floor imports, adapters: optimizers of PyTorch and optax, run as they are
and derived from their own source.

Examples
--------
>>> import bea
>>> bea.modified_equation(bea.methods.gradient_descent(), order=1)
−∇L − γ/2 ∇²L∇L + O(γ²)
"""

from importlib import import_module
from typing import Any

# Packages load when they are first used, so that `import bea` is quick; the names stand in
# `__init__.pyi`, which type checkers read too (the scheme of Scientific Python's SPEC 1).
import lazy_loader

from bea.files.drawings import hand_down

__version__ = "0.1.0"

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    """Return a public name of the package, loading its home on first use."""
    if name in __all__:
        return _load(name)
    from bea.errors import nearest

    commands = {"derive": "modified_equation", "drift": "discretization_drift"}
    close = f" Did you mean '{commands[name]}'?" if name in commands else nearest(name, __all__)
    raise AttributeError(f"module 'bea' has no attribute '{name}'.{close}")


def _figure(name: str) -> Any:
    """Return the function of `bea.plots` that draws a figure, which is loaded when it draws."""
    return lambda result, **options: getattr(import_module("bea.plots"), name)(result, **options)


def _tables() -> Any:
    return import_module("bea.reports.formulas.tree_table")


def _of_adapters(name: str) -> Any:
    """Return a function of `bea.adapters`, which is loaded when it is called."""
    return lambda *given, **options: getattr(import_module("bea.adapters.tracing.libraries"), name)(
        *given, **options
    )


# No floor imports one above: what draws their results and writes formulas is handed down.
hand_down("Analysis", _figure("stability_figure"))
hand_down("BSeries", _figure("trees_figure"))
hand_down("DriftStudy", _figure("drift_figure"))
hand_down("Certificate", _figure("certificate_figure"))
hand_down("Ensemble", _figure("ensemble_figure"))
hand_down("Training", _figure("ensemble_figure"))
hand_down("Trajectory", _figure("runs_figure"))
hand_down("TreeTable", lambda series, latex: _tables().tree_table(series, latex))
hand_down("Mathematics", lambda thing: import_module("bea.reports.formulas.notebook").latex(thing))
for _name in ("traced", "option_names", "optimizers_of"):
    hand_down(_name, _of_adapters(_name))
