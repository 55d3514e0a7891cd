"""Which library an optimizer is from, and what its front end makes of it.

A front end is a module with `takes(optimizer)`, `source(optimizer, options, shapes)`, which returns
the `Optimizer`, of tensors of these shapes if they are given, `found(name)`, which finds one by its
name in the library, `names()` of all that are there, and `option_names(optimizer)`. It is imported
when an optimizer of its library is met.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

from bea.adapters.tracing.layout import checked_shapes
from bea.adapters.tracing.replay import replay
from bea.adapters.tracing.traced import Traced
from bea.errors import BeaError, MethodError, UnknownNameError, nearest
from bea.methods import Method

#: Libraries: the module of the front end, what is imported, and the extra that brings it.
_FRONT_ENDS = {
    "torch": ("bea.adapters.pytorch.front", "torch", "PyTorch"),
    "optax": ("bea.adapters.jaxprs.front", "optax", "optax"),
}
_REPLAYED = 200  # random steps, early and late
_OURS = ("shapes", "near")


def traced(
    optimizer: Any,
    /,
    *,
    shapes: Any = None,
    near: Sequence[float] | None = None,
    steps: int = _REPLAYED,
    **options: Any,
) -> Method:
    """Return the method of a library's optimizer, replayed; see `bea.methods.traced`.

    Parameters
    ----------
    steps
        On how many random steps it is replayed.
    """
    found = _read(optimizer) if isinstance(optimizer, str) else optimizer
    given = checked_shapes(_shapes_read(shapes))
    source = _front_end_of(found).source(found, options, given)
    method = Traced(source, given or getattr(source, "shapes", None), _numbers_read(near))
    method.replayed = replay(method, method.shapes or ((3,),), steps)
    return method


def option_names(optimizer: str) -> list[str]:
    """Return the names of the options of an optimizer, given by a text."""
    found = _read(optimizer)
    return [*_front_end_of(found).option_names(found), *_OURS]


def optimizers_of(library: str) -> list[str]:
    """Return the optimizers of a library as they are typed."""
    return [f"{library}:{name}" for name in _front_end(library).names()]


# --- private helpers ------------------------------------------------------------------------------


def _read(text: str) -> Any:
    """Return the optimizer that a text means: library:NAME or module:name."""
    home, _, name = text.partition(":")
    if home in _FRONT_ENDS:
        return _front_end(home).found(name)
    try:
        module = import_module(home)
    except ImportError as error:
        known = ", ".join(f"{library}:NAME" for library in _FRONT_ENDS)
        raise UnknownNameError(
            f"'{text}' names the module '{home}', which cannot be imported ({error}): write "
            f"{known}, or module:name"
        ) from None
    if not hasattr(module, name):
        raise UnknownNameError(f"module '{home}' has no '{name}'.{nearest(name, dir(module))}")
    return getattr(module, name)


def _front_end(library: str) -> ModuleType:
    module, needed, called = _FRONT_ENDS[library]
    try:
        import_module(needed)
    except ImportError:
        raise MethodError(
            f"{called} is not installed: install the extra, pip install 'bea[{library}]'"
        ) from None
    return import_module(module)


def _front_end_of(optimizer: Any) -> ModuleType:
    """Return the front end that takes an optimizer; none is imported whose library is not there."""
    import sys

    for library, (_, needed, _) in _FRONT_ENDS.items():
        if sys.modules.get(needed) is not None:
            front = _front_end(library)
            if front.takes(optimizer):
                return front
    raise MethodError(
        f"a {type(optimizer).__name__} is no optimizer of PyTorch or optax: give a class such as "
        "torch.optim.Adam, a transformation of optax, or a text such as 'torch:Adam'"
    )


def _shapes_read(shapes: Any) -> Any:
    """Return shapes; as a text they are "3,2; 2"."""
    if not isinstance(shapes, str):
        return shapes
    try:
        return [tuple(int(n) for n in part.replace("x", ",").split(",") if n.strip(" ()"))
                for part in shapes.split(";")]  # fmt: skip
    except ValueError:
        raise BeaError(f"shapes '{shapes}' cannot be read: write them as '3,2; 2'") from None


def _numbers_read(near: Any) -> Any:
    if not isinstance(near, str):
        return near
    try:
        return [float(x) for x in near.split(",")]
    except ValueError:
        raise BeaError(f"near '{near}' cannot be read: write a point as '1,-2'") from None
