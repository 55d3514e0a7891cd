"""The modified equation of an adaptive or normalised rule for every loss, to first order."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import fields, is_dataclass, replace
from typing import Any

from bea.algebra import Element, Expression, as_float, exact
from bea.algebra.language.expressions import free_symbols, to_text
from bea.algebra.language.letters import greek
from bea.algebra.language.texts import all_digits
from bea.algebra.ring.conversions import to_program
from bea.algebra.ring.exact import in_ring
from bea.errors import MethodError, OrderError
from bea.fields import VectorField
from bea.methods import Method
from bea.methods.rules.plain_function import NamedMethod
from bea.modified.checks import checked_order
from bea.modified.componentwise import writing
from bea.modified.componentwise.derive import first_order
from bea.modified.memory.at_step import AtStep
from bea.modified.symbolic_step import missing_symbols, open_symbols
from bea.portable import Portable

# Of difference quotients; and what stands for a hyperparameter that is left open.
_ROUNDING, _GENERIC = 1e-5, 0.37
_SHORT = 5  # so many steps of a run, and their powers of letters, are short


class ComponentwiseEquation(Portable):
    """f_0 + gamma f_1 for every loss L, in the components of grad L and hess L.

    Made by `bea.modified_equation` without a problem, for methods whose products and roots have no
    series on trees. Products, quotients and functions are taken component by component.

    Attributes
    ----------
    method : Method
        The method.
    order : int
        0 or 1.

    Examples
    --------
    >>> import bea
    >>> adam = bea.methods.adam(beta1="beta1", beta2="beta2", epsilon="epsilon", placement="inside")
    >>> bea.modified_equation(adam, order=0)
    −∇L/√(|∇L|²+ε) + O(γ)
    """

    kind = "modified"
    problem = None

    def __init__(self, method: Method, order: int) -> None:
        order = checked_order(order)
        if order > 1:
            raise OrderError(
                f"'{method.name}' has an equation for every loss to order 1: ask for order=1, or "
                "derive higher orders on a concrete loss (give a problem)"
            )
        self.method, self.order = method, order
        self.values, lettered = _with_letters(method)
        found = first_order(lettered)
        numbers = {name: _GENERIC for name in found.symbols.ring.symbols[3:]}
        numbers |= {name: as_float(value) for name, value in self.values.items()}
        if not found.slowest_rate(numbers) < 1 - _ROUNDING:
            raise MethodError(f"the memory of '{method.name}' does not contract")
        self.symbols = found.symbols
        self.contracts: tuple[str, ...] = tuple(found.contracts())
        self.terms: tuple[Element, ...] = found.terms[: order + 1]

    def truncate(self, order: int) -> ComponentwiseEquation:
        """Return the equation cut after gamma^order."""
        if checked_order(order) > self.order:
            raise OrderError(f"order {order} is beyond the order {self.order} that was derived")
        return ComponentwiseEquation(self.method, order)

    def on(self, problem: VectorField) -> tuple[tuple[Element, ...], ...]:
        """Return the terms on a concrete loss, as elements of its ring.

        Parameters
        ----------
        problem
            The loss; open hyperparameters become its parameters.

        Examples
        --------
        >>> import bea
        >>> equation = bea.modified_equation(bea.methods.normalised_descent(), order=0)
        >>> equation.on(bea.problems.loss("x + 2*y"))
        ((-sqrt(5)/5, -2*sqrt(5)/5),)
        """
        names = missing_symbols(self.method, problem)
        field = problem.with_parameters(names) if names else problem
        return tuple(_Place(self, field).term(term) for term in self.terms)

    @property
    def tendency(self) -> str:
        """Whether the term of gamma penalises large gradients or rewards them, in a sentence.

        Empty where the equation has no such form.
        """
        return writing.tendency(self.symbols, self.terms)

    @property
    def summands(self) -> list[str]:
        """The summands with their signs, as texts."""
        return writing.lines(self.symbols, self.terms)

    # --- writing --------------------------------------------------------------------------------

    @all_digits()
    def __repr__(self) -> str:
        given = ", ".join(self.given)
        return writing.as_text(self.symbols, self.terms) + (f", {given}" if given else "")

    @property
    def given(self) -> list[str]:
        """The hyperparameters that have numbers, as texts such as "β₁ = 9/10"."""
        return [f"{greek(name)} = {to_text(value)}" for name, value in self.values.items()]

    @all_digits()
    def latex(self) -> str:
        """Return the equation in LaTeX."""
        return writing.as_latex(self.symbols, self.terms)

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    @all_digits()
    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable record.

        `terms` has a list for each power of gamma; an entry is `{"coefficient": text, "factor":
        text}`, a function of the component g of grad L and of the norm r of grad L, times `theta`,
        `1`, or `hess(u)`, the component of hess L u. Hyperparameters are letters there; their
        numbers are in `parameters`.
        """
        record = {
            "method": self.method.name,
            "parameters": self.method.parameters,
            "order": self.order,
            "kind": "componentwise",
            "terms": [writing.records(self.symbols, term) for term in self.terms],
        }
        return {**record, "contracts": list(self.contracts)} if self.contracts else record


# --- private helpers ----------------------------------------------------------------------------


def _with_letters(method: Method) -> tuple[dict[str, Expression], Method]:
    """Return the numbers of hyperparameters by their names, and the method with names for them."""
    if isinstance(method, AtStep):  # of late steps the powers of letters are long
        numbers, inner = _with_letters(method.method) if method.number <= _SHORT else ({}, None)
        return numbers, AtStep(inner, method.number) if inner else method
    if isinstance(method, NamedMethod):
        numbers = _numbers(method, method.values)
        lettered = copy(method)
        lettered.values = {**method.values, **{name: exact(name) for name in numbers}}
        return numbers, lettered
    instance: Any = method  # which need be no dataclass
    names = [field.name for field in fields(instance)] if is_dataclass(instance) else []
    numbers = _numbers(method, {name: getattr(method, name) for name in names})
    if not numbers:
        return {}, method
    return numbers, replace(instance, **{name: name for name in numbers})


def _numbers(method: Method, values: Mapping[str, Any]) -> dict[str, Expression]:
    """Return those that are numbers, of names that no open symbol has."""
    taken = open_symbols(method)
    return {name: value for name, value in values.items()
            if isinstance(value, Expression) and not free_symbols(value) and name not in taken
            and name not in method.options}  # fmt: skip


class _Place:
    """The values of the symbols on a concrete loss, component by component."""

    def __init__(self, equation: ComponentwiseEquation, field: VectorField) -> None:
        self.symbols, self.field, self.ring = equation.symbols, field, field.ring
        self.values = equation.values
        self.slopes = [-c for c in field.components]
        squares = [g * g for g in self.slopes]
        self.norm = sum(squares[1:], start=squares[0]).sqrt()
        self.inputs = [self._plain(i) for i in range(field.dimension)]
        for k, direction in enumerate(self.symbols.directions):
            u = [self._value(direction, i) for i in range(field.dimension)]
            for inputs, slope in zip(self.inputs, self.slopes, strict=True):
                parts = (d * c for d, c in zip(slope.gradient(), u, strict=True))
                inputs[4 + k] = sum(parts, start=self.ring.constant(0))
        for k, summand in enumerate(self.symbols.products):
            values = [self._value(summand, i) for i in range(field.dimension)]
            for inputs in self.inputs:
                inputs[4 + len(self.symbols.tangents) + k] = sum(values[1:], start=values[0])

    def term(self, term: Element) -> tuple[Element, ...]:
        """Return a term's components."""
        return tuple(self._value(term, i) for i in range(self.field.dimension))

    def _plain(self, i: int) -> list[Element]:
        """Return the inputs of a component, without those of first derivatives."""
        own = self.symbols.ring.symbols
        first = [self.slopes[i], self.norm, self.ring.variable(i)]
        return [*first, *(self._named(name) for name in own[3:])]

    def _named(self, name: str) -> Element:
        """Return a hyperparameter; 0 for what is put in later, and for what does not occur."""
        if name in self.values:
            return in_ring(self.values[name], self.ring)
        return self.ring.symbol(name) if name in self.ring.symbols else self.ring.constant(0)

    def _value(self, value: Element, i: int) -> Element:
        zero = self.ring.constant(0)
        found: Element = zero + to_program([value]).run(self.inputs[i], lift=self.ring.constant)[0]
        return found
