"""`bea sgd`: what is random about stochastic gradient descent, derived and in numbers."""

from __future__ import annotations

from bea.cli.reading.options import group
from bea.cli.sgd.derive import sgd_derive
from bea.cli.sgd.ensemble import sgd_ensemble
from bea.cli.sgd.equilibrium import sgd_equilibrium
from bea.cli.sgd.escape import sgd_escape
from bea.cli.sgd.noise_scale import sgd_noise_scale

sgd_app = group(
    "Stochastic gradient descent on finite sums: derivations, ensembles, noise, rest, escapes.",
    {
        "derive": sgd_derive,
        "ensemble": sgd_ensemble,
        "noise-scale": sgd_noise_scale,
        "equilibrium": sgd_equilibrium,
        "escape": sgd_escape,
    },
)
