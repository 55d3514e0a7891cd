"""A method of the page: its step, and on trees its weights, which know no problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flint import fmpq

from bea.errors import BeaError, MethodError, NoModifiedLossError
from bea.explorer.hyperparameters import Slider, left_open, opened
from bea.explorer.mathematics import formula
from bea.explorer.problem import ORDER, free_trees_of, trees_of
from bea.explorer.recorded_step import recorded
from bea.explorer.scripts import Script, Scripts, numbers_program
from bea.explorer.trees import exact_formulas
from bea.methods import Method, Scheduled
from bea.modified import modified_equation
from bea.modified.cut_series import cut_series
from bea.modified.equation import ModifiedEquation
from bea.modified.memory.character import Character
from bea.modified.structure import gradient
from bea.trees import PLAIN, Tree

_WRITTEN = 2  # so many powers of gamma are written out


class Opened(NamedTuple):
    """A method as the page has it, with what its sliders are."""

    method: Method
    sliders: list[Slider]

    @property
    def names(self) -> list[str]:
        """The names of what is open."""
        return [slider.name for slider in self.sliders]


def method_record(method: Method, scripts: Scripts, title: str = "") -> dict[str, Any]:
    """Return a method as data, with its functions among the scripts.

    Its hyperparameters are open where the derivation permits; else they are the numbers that they
    are.

    Raises
    ------
    BeaError
        If it has a schedule, or its step cannot be written as a script.
    """
    if isinstance(method, Scheduled):
        raise MethodError("the explorer has one step size: leave --schedule out")
    found, weights = _derived(method)
    script = recorded(found.method, found.names)
    return {
        "title": title or method.name,
        "formula": found.method.formula,
        "gradient": method.gradient,
        "parameters": [slider.as_json() for slider in found.sliders],
        "memory": script.memory,
        "init": scripts.add(script.init),
        "step": scripts.add(script.step),
        "onTrees": weights is not None,
        **({} if weights is None else weights.as_json(scripts, found.names)),
    }


def open_for(method: Method, taken: Sequence[str]) -> list[Opened]:
    """Return the ways to open a method, the best first; names that are taken close it."""
    ways = []
    try:
        changed, sliders = opened(method)
        if not {slider.name for slider in sliders} & set(taken):
            ways.append(Opened(changed, sliders))
    except BeaError:  # a rule that is one only for some numbers
        pass
    return [*ways, Opened(method, left_open(method))]


class Weights:
    """The exact weights of a method on trees, to the order of the page."""

    def __init__(self, equation: ModifiedEquation) -> None:
        self.equation = equation
        coefficients = equation.coefficients
        nodes = range(1, ORDER + 2)
        self.trees = trees_of(ORDER)
        self.field = [coefficients[t] * fmpq(1, t.symmetry) for t in self.trees]
        rests = [gradient.remainder_on_trees(coefficients, n) for n in nodes]
        self.rest = [rests[t.order - 1].get(t, fmpq(0)) * fmpq(1, t.symmetry) for t in self.trees]
        losses = [gradient.potential_on_trees(coefficients, n) for n in nodes]
        self.loss = [losses[free.canonical.order - 1][free] for free in free_trees_of(ORDER)]

    def as_json(self, scripts: Scripts, names: Sequence[str]) -> dict[str, Any]:
        """Return which script gives which weights, and the equation for every field."""
        equation = self.equation

        def script(values: Sequence[Any] | None) -> Script | None:
            return None if values is None else scripts.add_program(numbers_program(values, names))

        return {
            "weights": script(self.field),
            "starts": script(self._starts()),
            "losses": script(self.loss),
            "rest": script(self.rest),
            "cut": script(self._cut()),
            "gradients": [bool(g) for g in equation.is_gradient],
            "exact": exact_formulas(equation.coefficients),
            **_written(equation.truncate(_WRITTEN)),
        }

    def _starts(self) -> list[Any] | None:
        """Return what a start is corrected by, 0 on the largest trees, if that is known."""
        if not self.equation.character.has_memory or not self.equation.has_start_correction:
            return None
        found: Mapping[Tree, Any] = self.equation.start_correction
        return [found.get(t, fmpq(0)) * fmpq(1, t.symmetry) for t in self.trees]

    def _cut(self) -> list[Any] | None:
        """Return the weights of the series in D that is cut without putting f~ back."""
        try:
            found = cut_series(self.equation.method, order=ORDER).coefficients
        except BeaError:  # not linear in shifts
            return None
        return [found[t] * fmpq(1, t.symmetry) for t in self.trees]


# --- private helpers ------------------------------------------------------------------------------


def _derived(method: Method) -> tuple[Opened, Weights | None]:
    """Return the method as open as its weights permit, and these if it is on plain trees."""
    ways = open_for(method, ())
    for way in ways:
        if way.method.colors != PLAIN or not _on_trees(way.method):
            return ways[-1], None
        try:
            return way, Weights(modified_equation(way.method, order=ORDER))
        except BeaError:
            if way is ways[-1]:
                raise
    raise AssertionError("there is always a way that is closed")


def _on_trees(method: Method) -> bool:
    return not method.counts and not method.needs_time and Character(method).is_on_trees


def _written(equation: ModifiedEquation) -> dict[str, Any]:
    """Return the equation and the modified loss for every field, as mathematics."""
    found: dict[str, Any] = {"equation": formula(equation.latex()), "modifiedLoss": None}
    if equation.notation == "grad":
        leading = (*equation.is_gradient, False).index(False)
        try:
            loss = equation.truncate(max(leading - 1, 0)).modified_loss()
        except NoModifiedLossError:
            return found
        found["modifiedLoss"] = formula(loss.latex())
    return found
