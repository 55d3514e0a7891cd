"""Steps of all runs at once: compiled together where the loss can do that, else one by one.

A loss whose derivatives have `steps(method, each_step)` runs many steps in one compiled call. A
method that cannot be compiled, since it asks for what only numbers have, is stepped in NumPy.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.algebra.ring.exact import as_float
from bea.arrays import Floats, Ints
from bea.fields.arithmetics import NumericField
from bea.flows.training.turns import StepFunction

Memory = tuple[Any, ...]
_TRIALS = 2  # to compile: what begins as one number may be an array after the first step


class Stepper:
    """Runs a method on the batches of a sum.

    Parameters
    ----------
    method
        Without a schedule.
    total
        A finite sum, of formulas or of functions, or a loss that is only asked as a whole.
    each_step
        What is added up over the steps.
    """

    def __init__(self, method: Any, total: Any, each_step: Sequence[StepFunction]) -> None:
        self._method, self._each_step = method.bind(as_float), tuple(each_step)
        self._whole, self._variables = total.numeric(), tuple(total.variables)
        self._derivative = getattr(total, "numeric_derivative", None)
        self._of_batch = total.sample_rhs() if hasattr(total, "sample_rhs") else None
        compiled = getattr(getattr(total, "derivatives", None), "steps", None)
        self._compiled = None if compiled is None else compiled(self._method, self._each_step)
        self._trials = 0

    def start(self, theta: Floats, index: Ints | None, gamma: Floats) -> Memory:
        """Return the memory at theta (d, runs); a gradient in it is that of a batch (B, runs)."""
        memory = self._method.init(self._field(index, gamma), theta)
        return memory if isinstance(memory, tuple) else tuple(memory)

    def advance(
        self, theta: Floats, memory: Memory, index: Ints | None, gammas: Floats,
        moving: NDArray[np.bool_], report: Callable[[int], None],
    ) -> tuple[Floats, Memory, Floats, NDArray[np.bool_]]:  # fmt: skip
        """Return points, memory, sums over the steps (each_step, runs), and where none was solved.

        Parameters
        ----------
        index : (steps, B, runs) or None
            The batches; None is all losses.
        gammas : (steps, runs)
        moving : (runs,)
            The others stay where they are.
        report
            Is told how many more steps are done.
        """
        sums = np.zeros((len(self._each_step), theta.shape[1]))
        unsolved = np.zeros(theta.shape[1], dtype=bool)
        n = 0
        while n < len(gammas):
            if self._compiled is not None:
                rest = None if index is None else index[n:]
                try:
                    theta, memory, more = self._compiled(theta, memory, rest, gammas[n:], moving)
                    report(len(gammas) - n)
                    return theta, memory, sums + more, unsolved
                except NotImplementedError as error:
                    self._trials += 1
                    if self._trials == _TRIALS:
                        self._compiled = None
                        warnings.warn(f"each step is made by itself, slowly: {error}", stacklevel=2)
            batch = None if index is None else index[n]
            theta, memory, failed = self._step(theta, memory, batch, gammas[n], moving, sums)
            unsolved, n = unsolved | failed, n + 1
            report(1)
        return theta, memory, sums, unsolved

    # --- private helpers ----------------------------------------------------------------------

    def _field(self, index: Ints | None, gamma: Floats) -> NumericField:
        whole, of_batch = self._whole, self._of_batch
        if index is None:
            return NumericField(whole, gamma, self._derivative, self._variables)
        assert of_batch is not None
        return NumericField(lambda theta, _: of_batch(theta, index), gamma, None, self._variables)

    def _step(
        self, theta: Floats, memory: Memory, index: Ints | None, gamma: Floats,
        moving: NDArray[np.bool_], sums: Floats,
    ) -> tuple[Floats, Memory, NDArray[np.bool_]]:  # fmt: skip
        field = self._field(index, gamma)
        moved, memory = self._method.step(field, theta, memory, gamma)
        moved = np.where(moving, moved, theta)
        for row, function in zip(sums, self._each_step, strict=True):
            row += function(theta, moved)
        return moved, memory, field.unsolved
