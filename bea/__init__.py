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
    reports                 tables, and the demo
    plots                   the only matplotlib
    measure                 drift, observed order, certificates; weak errors, noise, equilibria
    modified | flows        derive | iterate, integrate, run ensembles
    methods | problems | noise   one step function each | losses, ODEs, games, sums | batches
    fields | bseries        a vector field | series on trees
    algebra                 formulas, the exact ring, programs
    series | trees | files  formal power series | rooted trees | files written whole

and a side room that no floor imports, adapters: optimizers of PyTorch and optax, run as they are.

Examples
--------
>>> import bea
>>> bea.modified_equation(bea.methods.gradient_descent(), order=1)
−∇L − γ/2 ∇²L∇L + O(γ²)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bea import methods, noise, plots, problems
    from bea.algebra import parse
    from bea.errors import BeaError
    from bea.fields import Loss, VectorField
    from bea.flows import Ensemble, Trajectory, ensemble, iterate, sde_ensemble
    from bea.flows.deterministic.flow import flow
    from bea.measure import DriftStudy, discretization_drift, one_step_defect
    from bea.measure.order.certificate import Certificate
    from bea.measure.order.verify import verify
    from bea.measure.weak.errors import WeakErrors, weak_errors
    from bea.methods import Method
    from bea.modified import (
        ModifiedEquation,
        ModifiedGenerator,
        StochasticEquation,
        cyclic_epoch,
        modified_equation,
        modified_generator,
        modifying_integrator,
        shuffled_epoch,
        stochastic_equation,
    )
    from bea.series import PowerSeries

__version__ = "0.1.0"

__all__ = [
    "BeaError",
    "Certificate",
    "DriftStudy",
    "Ensemble",
    "Loss",
    "Method",
    "ModifiedEquation",
    "ModifiedGenerator",
    "PowerSeries",
    "StochasticEquation",
    "Trajectory",
    "VectorField",
    "WeakErrors",
    "cyclic_epoch",
    "discretization_drift",
    "ensemble",
    "flow",
    "iterate",
    "methods",
    "modified_equation",
    "modified_generator",
    "modifying_integrator",
    "noise",
    "one_step_defect",
    "parse",
    "plots",
    "problems",
    "sde_ensemble",
    "shuffled_epoch",
    "stochastic_equation",
    "verify",
    "weak_errors",
]

# Where each public name is: packages load when they are first used, so that `import bea` is quick.
_HOMES = {
    "BeaError": "bea.errors",
    "Certificate": "bea.measure.order.certificate",
    "DriftStudy": "bea.measure",
    "Ensemble": "bea.flows",
    "Loss": "bea.fields",
    "Method": "bea.methods",
    "ModifiedEquation": "bea.modified",
    "ModifiedGenerator": "bea.modified",
    "PowerSeries": "bea.series",
    "StochasticEquation": "bea.modified",
    "Trajectory": "bea.flows",
    "VectorField": "bea.fields",
    "cyclic_epoch": "bea.modified",
    "WeakErrors": "bea.measure",
    "discretization_drift": "bea.measure",
    "ensemble": "bea.flows",
    "flow": "bea.flows",
    "iterate": "bea.flows",
    "modified_equation": "bea.modified",
    "modified_generator": "bea.modified",
    "modifying_integrator": "bea.modified",
    "one_step_defect": "bea.measure",
    "parse": "bea.algebra",
    "shuffled_epoch": "bea.modified",
    "sde_ensemble": "bea.flows",
    "stochastic_equation": "bea.modified",
    "verify": "bea.measure",
    "weak_errors": "bea.measure",
}


def __getattr__(name: str) -> Any:
    """Return a public name of the package, loading its home on first use."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in __all__:
        return import_module(f"bea.{name}")
    from bea.errors import nearest

    raise AttributeError(f"module 'bea' has no attribute '{name}'.{nearest(name, __all__)}")


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__"})
