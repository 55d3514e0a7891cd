"""What the tests of proofs share."""

from __future__ import annotations

from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import bea
from bea.modified.proof.record import proof_record

CHECKER = Path(__file__).parents[3] / "docs" / "check_proof.py"


def load_checker() -> ModuleType:
    """Return docs/check_proof.py as a module."""
    spec = spec_from_file_location("check_proof", CHECKER)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def record_of(name: str, order: int, **parameters: Any) -> dict[str, Any]:
    """Return the record of a method."""
    method = bea.methods.get(name, **parameters)
    return proof_record(bea.modified_equation(method, order=order))
