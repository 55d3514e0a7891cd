"""The examples of what needs an extra are collected where that is installed."""

from __future__ import annotations

from importlib.util import find_spec

NEEDS = {"bea/adapters/pytorch": "torch", "bea/adapters/jaxprs/front.py": "jax"}
collect_ignore = [path for path, library in NEEDS.items() if find_spec(library) is None]
