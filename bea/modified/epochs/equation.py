"""The result for epochs: a modified equation of m steps on the losses of m batches.

What is known of its first order in closed form, for gradient descent, is here; that the derivation
gives the same is tested. How it is derived, and what it says, is in `bea.modified.epochs`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import ArrayLike, NDArray

from bea.algebra import Element
from bea.algebra.language.reals import real_numbers
from bea.algebra.language.texts import all_digits
from bea.errors import MethodError
from bea.fields import Loss
from bea.methods import Method
from bea.modified.equation import ModifiedEquation
from bea.modified.symbolic_step import bind_exactly
from bea.modified.terms import Components

Batches = tuple[tuple[int, ...], ...]

_FIRST = {
    "nothing": (
        "−∇L − γ/(4m) Σₖ ∇‖∇Lₖ‖² + γ/(2m) Σᵢ﹤ⱼ (∇²Lⱼ∇Lᵢ − ∇²Lᵢ∇Lⱼ) + O(γ²)",
        r"-\nabla L - \frac{\gamma}{4m} \sum_k \nabla\|\nabla L_k\|^2 + \frac{\gamma}{2m} "
        r"\sum_{i<j} (\nabla^2 L_j \nabla L_i - \nabla^2 L_i \nabla L_j) + \mathcal{O}(\gamma^2)",
    ),
    "orders": (
        "−∇(L + γ/4 ‖∇L‖² + γ/(4m) Σₖ ‖∇Lₖ − ∇L‖²) + O(γ²)",
        r"-\nabla\left(L + \frac{\gamma}{4} \|\nabla L\|^2 + \frac{\gamma}{4m} \sum_k "
        r"\|\nabla L_k - \nabla L\|^2\right) + \mathcal{O}(\gamma^2)",
    ),
    "splits": (
        "−∇(L + γ/4 ‖∇L‖² + γ(N − B)/(4B(N − 1)) tr Σ) + O(γ²)",
        r"-\nabla\left(L + \frac{\gamma}{4} \|\nabla L\|^2 + \frac{\gamma (N - B)}{4 B (N - 1)} "
        r"\operatorname{tr} \Sigma\right) + \mathcal{O}(\gamma^2)",
    ),
}


@dataclass(frozen=True)
class Epoch:
    """What an epoch goes through.

    Attributes
    ----------
    losses
        The losses of the samples, over one ring.
    batch_size
        Samples in a batch.
    average
        "nothing": the batches are visited in their order; "orders": the mean over all orders of
        them; "splits": the mean over all splits into batches too.
    batches
        The indices of the samples in each batch; of "splits" none.
    """

    losses: tuple[Loss, ...]
    batch_size: int
    average: str
    batches: Batches = ()

    @property
    def steps(self) -> int:
        """The number m of steps."""
        return len(self.losses) // self.batch_size

    @cached_property
    def batch_losses(self) -> tuple[Loss, ...]:
        """The losses of the batches, in their order; of "splits" none."""
        return tuple(batch_loss([self.losses[i] for i in batch]) for batch in self.batches)

    def penalty(self) -> Element:
        """Return L_1 of gradient descent in closed form, such as (1/4m) sum_k |grad L_k|^2."""
        if self.average != "splits":
            return _mean([_squared_slope(loss) for loss in self.batch_losses]) / 4
        size, batch = len(self.losses), self.batch_size
        whole = _squared_slope(batch_loss(self.losses))
        if size == batch:
            return whole / 4
        spread = _mean([_squared_slope(loss) for loss in self.losses]) - whole
        return (whole + spread * fmpq(size - batch, batch * (size - 1))) / 4


class EpochEquation(ModifiedEquation):
    """The field f~ whose flow for the time m gamma is one epoch of m steps of size gamma.

    Made by `bea.cyclic_epoch` and `bea.shuffled_epoch`. It is a `ModifiedEquation` on the mean of
    the samples' losses, and so `bea.flow`, `is_gradient`, `modified_loss` and the rest work. Where
    a term is in closed form (f~_0, and f~_1 of gradient descent), the modified loss holds that.

    Attributes
    ----------
    epoch : Epoch
        The samples, the batches, and what is averaged over.
    steps : int
        The number m of steps in an epoch.
    """

    def __init__(
        self,
        method: Method,
        order: int,
        problem: Loss,
        *,
        epoch: Epoch,
        route: str,
        components: Callable[[int], Components],
    ) -> None:
        super().__init__(
            method,
            order,
            problem,
            route=route,
            coefficients=_no_trees,
            components=components,
        )
        self.epoch = epoch
        self.steps = epoch.steps

    @property
    def subject(self) -> str:
        """What the equation is of, as errors name it."""
        return f"an epoch of {self.method}"

    def known_potential(self, power: int) -> Element | None:
        """Return L itself, and the penalty of gradient descent: constants included.

        In a fixed order f~_1 is no gradient: it is minus that of the penalty, plus brackets, of
        which trees with coloured nodes have the mean 0 over their roots.
        """
        problem = self.problem
        assert isinstance(problem, Loss)
        if power == 0 and self.components[0] == problem.components:
            return problem.value
        if power == 1 and is_descent(self.method):
            return self.epoch.penalty()
        return None

    def times(self, gammas: ArrayLike, epochs: ArrayLike) -> NDArray[np.float64]:
        """Return the times after so many epochs, m gamma each, for `bea.flow`.

        Parameters
        ----------
        gammas : (gammas,)
        epochs : (times,)

        Returns
        -------
        ndarray, shape (gammas, times)
        """
        sizes = np.atleast_1d(real_numbers(gammas, "the step size"))
        counts = np.atleast_1d(real_numbers(epochs, "the number of epochs"))
        return np.asarray(self.steps * sizes[:, None] * counts)

    def universal_text(self) -> str:
        """Return the first order of gradient descent for all losses at once, as text.

        L is the mean of the losses L_k of the m batches; Sigma is the covariance of the gradients
        of the N samples, and B the batch size.
        """
        self._require_descent()
        return _FIRST[self.epoch.average][0]

    def universal_latex(self) -> str:
        """Return `universal_text` in LaTeX."""
        self._require_descent()
        return _FIRST[self.epoch.average][1]

    @all_digits()
    def as_json(self) -> dict[str, Any]:
        """Return the object of `ModifiedEquation.as_json`, with what the epoch goes through."""
        epoch = {
            "average": self.epoch.average,
            "samples": len(self.epoch.losses),
            "batch_size": self.epoch.batch_size,
            "steps": self.steps,
            "batches": [list(batch) for batch in self.epoch.batches],
        }
        return {**super().as_json(), "epoch": epoch}

    def _require_descent(self) -> None:
        if not is_descent(self.method):
            raise MethodError(
                f"the equation for all losses at once is known of gradient-descent, not of "
                f"{self.method}: look at the terms on these losses"
            )


def is_descent(method: Method) -> bool:
    """Tell whether the step is theta + gamma f(theta)."""
    return bind_exactly(method).shift_polynomials() == ([-1, 1], [1])


def batch_loss(losses: Sequence[Loss]) -> Loss:
    """Return the mean of losses over one ring."""
    return Loss(_mean([loss.value for loss in losses]))


# --- private helpers ----------------------------------------------------------------------------


def _no_trees(order: int) -> dict[Any, Any]:
    raise MethodError(
        "an epoch visits several losses, which trees with nodes of one kind do not tell apart: use "
        "the terms on these losses"
    )


def _mean(values: Sequence[Element]) -> Element:
    return sum(values[1:], start=values[0]) / len(values)


def _squared_slope(loss: Loss) -> Element:
    squares = [c * c for c in loss.components]
    return sum(squares[1:], start=squares[0])
