"""Real optimizers beside bea's methods: a side room that no floor imports.

`TorchOptimizer`, `OptaxOptimizer` and `BlackBox` are methods that bea cannot look into;
`bea.iterate` runs them as they are. `as_bea_method` names bea's own method for an optimizer, or
traces its own source (`bea.methods.traced`). `measured_field` and `measured_field_at` read
the modified field off iterates alone, `measured_terms` splits it by powers of gamma, and
`compare_terms` sets the terms beside the derived ones. PyTorch and optax are the extras bea[torch]
and bea[optax], imported when an optimizer is wrapped. `JaxField` is the arithmetic of JAX arrays,
in which bea's own steps run under `jit`; `jax_loss` and `torch_loss` are losses of networks as
problems, `jax_outputs` what a network says. `schedule_from_torch` and `schedule_from_optax` are
learning-rate schedules as bea's.
"""

from __future__ import annotations

from bea.adapters.black_box import Anywhere, BlackBox, ForeignMethod
from bea.adapters.conversion import as_bea_method
from bea.adapters.jax_field import JaxField
from bea.adapters.jaxprs.making import gamma
from bea.adapters.jaxprs.schedules import schedule_from_optax
from bea.adapters.losses import jax_loss, jax_outputs, torch_loss
from bea.adapters.measured_field import MeasuredField, measured_field, measured_field_at
from bea.adapters.measured_terms import (
    MeasuredTerms,
    TermComparison,
    compare_terms,
    measured_terms,
)
from bea.adapters.optax_optimizers import OptaxOptimizer
from bea.adapters.pytorch.schedules import schedule_from_torch
from bea.adapters.torch_optimizers import TorchOptimizer

__all__ = [
    "Anywhere",
    "BlackBox",
    "ForeignMethod",
    "JaxField",
    "MeasuredField",
    "MeasuredTerms",
    "OptaxOptimizer",
    "TermComparison",
    "TorchOptimizer",
    "as_bea_method",
    "compare_terms",
    "gamma",
    "jax_loss",
    "jax_outputs",
    "measured_field",
    "measured_field_at",
    "measured_terms",
    "schedule_from_optax",
    "schedule_from_torch",
    "torch_loss",
]
