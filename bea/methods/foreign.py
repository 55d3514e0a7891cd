"""Optimizers of other libraries, by their own source: the way up to `bea.adapters`.

No floor imports the adapters; `bea` hands them down (`bea.files.drawings.hand_down`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bea.files.drawings import drawing_of
from bea.methods.method import Method

MARK = ":"
"""What stands in the text of an optimizer of a library, as in torch:AdamW, and in no method's."""


def traced(
    optimizer: Any, /, *, shapes: Any = None, near: Sequence[float] | None = None, **options: Any
) -> Method:
    """Return the method whose step is that of a library's optimizer, by its own source.

    The real step is run once on values that write down what is done to them; what was written down
    is first compared with the real optimizer in floats, on random steps early and late, and refused
    if it differs by more than rounding.

    Parameters
    ----------
    optimizer
        A class of torch.optim, or any subclass of torch.optim.Optimizer; an instance of one that
        has taken no step; a transformation of optax, or a function that makes one; or a text:
        "torch:AdamW", "optax:adam", "module:name".
    shapes
        The shapes of the tensors that theta is made of, in order, such as [(3, 2), (2,)]; by
        default it is one tensor with one axis. Matrix optimizers see matrices by it.
    near
        Of a step that compares values (signs, maxima, clipping), a point on the piece that its
        equations are about; by default the problem's start.
    **options
        The options of the optimizer. Numbers are exact: 0.9 is 9/10; a name as a text leaves one
        symbolic.

    Raises
    ------
    MethodError
        If the library is not installed or refuses the options, the step does what cannot be
        written down (by name), or the replay fails.
    UnknownNameError
        If there is no such optimizer.

    Examples
    --------
    With PyTorch installed::

        nadam = bea.methods.traced(torch.optim.NAdam, betas=(0.9, 0.99))
        bea.modified_equation(nadam, bea.problems.booth(), order=1)
    """
    made: Method = drawing_of("traced")(optimizer, shapes=shapes, near=near, **options)
    return made


def option_names(optimizer: str) -> list[str]:
    """Return the names of the options of an optimizer of a library, given by a text."""
    names: list[str] = drawing_of("option_names")(optimizer)
    return names


def optimizers_of(library: str) -> list[str]:
    """Return the optimizers of a library as they are typed: torch:SGD, torch:Adam, ..."""
    found: list[str] = drawing_of("optimizers_of")(library)
    return found
