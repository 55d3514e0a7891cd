"""What a front end has to be, and what it is asked with: `Optimizer`, `Leaf`, `Moment`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bea.adapters.tracing.tape import Tape
from bea.algebra import Expression
from bea.arrays import Floats
from bea.errors import MethodError

Shape = tuple[int, ...]
Shapes = tuple[Shape, ...]


#: The parameters and the memory after a step.
Played = tuple[list[Floats], list[Floats]]


@dataclass(frozen=True)
class Leaf:
    """A tensor or number of the memory, in the form that it has after the first steps.

    Attributes
    ----------
    name : str
        What the library calls it, such as "exp_avg".
    shape : tuple of int
    """

    name: str
    shape: Shape


@dataclass(frozen=True)
class Moment:
    """Where a step is taken: all values in float64.

    Attributes
    ----------
    theta, slopes : sequences of ndarray
        The parameters and the gradients of the loss, in their shapes.
    memory : sequence of ndarray
        The leaves' values; before the first step they do not matter.
    count : int
        The number of steps done before this one.
    gamma : float
        The learning rate.
    values : mapping from str to float
        The hyperparameters.
    """

    theta: Sequence[Floats]
    slopes: Sequence[Floats]
    memory: Sequence[Floats]
    count: int
    gamma: float
    values: Mapping[str, float]


class Optimizer(Protocol):
    """A library's optimizer with its options: what `Traced` and `replay` need of a front end."""

    @property
    def name(self) -> str:
        """How it is written, such as "torch.optim.Adam"."""

    @property
    def hyperparameters(self) -> Mapping[str, Expression]:
        """The numbers that it computes with, exact or open, without the learning rate."""

    @property
    def options(self) -> Mapping[str, str]:
        """What else was chosen, as texts, where it is not the library's default."""

    @property
    def first_differs(self) -> bool:
        """Whether the steps are counted, or the first is unlike the later ones."""

    @property
    def period(self) -> int:
        """After how many steps it repeats itself: mostly 1. A step of the method is so many."""

    def leaves(self, shapes: Shapes) -> Sequence[Leaf]:
        """Return the memory for parameters of these shapes."""

    def record(self, moment: Moment) -> Tape:
        """Return the tape of the step that is taken there.

        Raises
        ------
        MethodError
            If the step does what no tape has, by the name of the operation.
        """

    def play(self, moment: Moment, slopes: Sequence[Sequence[Floats]]) -> list[Played]:
        """Return the parameters and the memory after each of some real steps from there.

        The first has the first of these gradients, in place of those of the moment, and so on.
        """


class PeriodicError(MethodError):
    """Raised where a step can be read only with a period, a number of steps, that is given."""

    def __init__(self, period: int) -> None:
        super().__init__(f"the step repeats itself after {period} steps")
        self.period = period
