"""What PyTorch's functions compute, by their names without the marks of operators."""

from __future__ import annotations

from bea.adapters.pytorch.matrices import MATRIX_RULES
from bea.adapters.pytorch.pointwise import POINTWISE, Rule
from bea.adapters.pytorch.reductions import REDUCTIONS

RULES: dict[str, Rule] = {**POINTWISE, **REDUCTIONS, **MATRIX_RULES}
