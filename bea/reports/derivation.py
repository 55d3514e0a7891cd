"""A derivation on a page: the equation for every field, the concrete one, and what is a gradient.

Everything is exact; machines read the same from `as_json`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from bea.algebra.language.letters import greek
from bea.algebra.language.mathematics import as_text
from bea.algebra.language.texts import shortened
from bea.algebra.ring.conversions import to_expression
from bea.errors import BeaError, MethodError
from bea.fields import Loss
from bea.methods import Scheduled
from bea.modified import ComponentwiseEquation, ModifiedEquation, modifying_integrator
from bea.modified.derive import derive
from bea.modified.memory.character import Character
from bea.modified.points.equation import PointwiseEquation
from bea.modified.schedule.on_trees import holds_still
from bea.modified.writing.lengths import LONG
from bea.modified.writing.script import tree_terms
from bea.reports.formulas.hamiltonians import hamiltonian_sections
from bea.reports.gradients import gradient_sections
from bea.reports.mathematics import (
    abridged,
    equation,
    indented,
    paragraph,
    remainder,
    system,
    term,
)
from bea.reports.tables import plain_text, table_of
from bea.trees import number_up_to

# With more trees, those of order 4 in one colour, the equation for every field is too long.
_READABLE = 20


def derivation_text(result: ModifiedEquation, width: int = 80, full: bool = False) -> str:
    """Return what `bea derive` prints.

    Parameters
    ----------
    result
        The modified equation, or modifying integrator, of every field or of a concrete one.
    width
        Width of the page in characters.
    full
        Whether terms that fill a page are written out.

    Examples
    --------
    >>> import bea
    >>> euler = bea.methods.explicit_euler()
    >>> print(derivation_text(bea.modified_equation(euler, bea.problems.field("y**2"), 1)))
    Modified equation of explicit-euler on y**2, to order 1
    <BLANKLINE>
      for every field f:
        dθ/dt = f − γ/2 f'f + O(γ²)
      here:
        dy/dt = y² − γy³ + O(γ²)
    <BLANKLINE>
    Which terms are gradients: all
    """
    if isinstance(result, PointwiseEquation):
        return "\n\n".join([paragraph(title_of(result), width), _at_start(result, width)])
    sections = [
        paragraph(title_of(result), width),
        "\n".join(_equations(result, width, full)),
        *_contraction(result, width),
        *([] if _is_hamiltonian(result) else gradient_sections(result, width, full)),
        *reach(result, width),
        *hamiltonian_sections(result, width, full),
    ]
    return "\n\n".join(sections)


def componentwise_text(result: ComponentwiseEquation, width: int) -> str:
    """Return what `bea derive` says of an adaptive rule for every loss.

    >>> import bea
    >>> sam = bea.methods.get("sam", ratio="rho")
    >>> print(componentwise_text(bea.modified_equation(sam, order=1), 80))
    Modified equation of sam(ratio=rho), to order 1
    <BLANKLINE>
      for every loss L, in its components:
        dθ/dt = −∇L − γ(‖∇L‖+2ρ)/(2‖∇L‖) ∇²L ∇L + O(γ²)
    <BLANKLINE>
    P = Σ ∫ φ with φ = ∇L: the term of γ penalises a large P.
    """
    sections = [
        paragraph(f"Modified equation of {result.method}, to order {result.order}", width),
        _in_components(result, width),
        *_contraction(result, width),
        paragraph(result.tendency, width),
    ]
    return "\n\n".join(filter(None, sections))


def short_form(
    result: ModifiedEquation, order: int = 2, keep: int = 3, width: int = 80
) -> list[str]:
    r"""Return the equation for every field up to `order`, and each component with long sums cut.

    >>> import bea
    >>> euler = bea.methods.explicit_euler()
    >>> equation = bea.modified_equation(euler, bea.problems.field("y**2"), 3)
    >>> print("\n".join(short_form(equation, order=1)))
    dθ/dt = f − γ/2 f'f + O(γ²)
    dy/dt = y² − γy³ + O(γ²)
    """
    short = result.truncate(min(order, result.order))
    lines = [_general_equation(short, result.notation, width)]
    for name, row in zip(short.variables, short.concrete.rows(), strict=True):
        terms = [abridged(term, keep) for term in row]
        lines.append(equation(_left(short, name), terms, remainder(short.order), width))
    return lines


def title_of(result: ModifiedEquation) -> str:
    """Return one sentence: of what the equation is, and to which order."""
    on = ""
    if result.problem is not None:
        name, formula = result.problem.name, result.problem.about.formula
        on = f" on {name}" + (f", {formula}" if formula not in ("", name) else "")
    if result.kind == "modifying":
        return (
            f"Modifying integrator of {result.method}{on}, to order {result.order}: the field g to "
            "feed the method so that its iterates follow the original flow"
        )
    if result.kind == "step":
        where = ", on its slow manifold," if result.character.has_memory else ""
        return (
            f"Step of {result.method}{on}{where} to order {result.order}: the field that "
            "explicit Euler, or plain descent, is to be fed to take it"
        )
    return f"Modified equation of {result.method}{on}, to order {result.order}"


def every(result: ModifiedEquation) -> str:
    """Return for every what the equation on trees is, as "loss L"."""
    blocks = [color for color in result.method.colors if color.block]
    if blocks:
        numbered = [result.method.mover.format(k + 1) for k in range(len(blocks))]
        names = result.method.moved or numbered
        *before, last = (
            f"{color.text} moves {moved}" for color, moved in zip(blocks, names, strict=True)
        )
        total = " + ".join(color.text for color in blocks)
        return f"field f = {total}, where {', '.join(before)} and {last}"
    if len(result.method.colors) > 1 and not any(color.unit for color in result.method.colors):
        return f"field f = {' + '.join(color.text for color in result.method.colors)}"
    return "loss L" if result.notation == "grad" else "field f"


def reach(result: ModifiedEquation, width: int) -> Iterator[str]:
    """Yield up to which step size the equation means something where the problem starts."""
    problem = result.problem
    if problem is None or result.kind != "modified" or problem.parameters:
        return
    start, rate = problem.about.start, result.effective_rate
    largest = result.useful_gamma([start]) if start else inf
    if largest < inf:
        point = ", ".join(f"{x:g}" for x in start)
        yield paragraph(
            ("" if rate == 1 else f"Effective learning rate: {rate:g} γ. ")
            + f"At the start ({point}) the equation means something for γ < {largest:.3g}.",
            width,
        )


def for_every_field(result: ModifiedEquation) -> ModifiedEquation | ComponentwiseEquation | None:
    """Return the equation for every field as far as it is readable; None if there is none."""
    if result.problem is None:
        return result
    if isinstance(result.method, Scheduled) and not holds_still(result.problem):
        return None
    try:
        if result.kind == "modifying":
            return modifying_integrator(result.method, order=_readable(result))
        flow = derive(Character(result.method), _readable(result))
        return flow.step_equation() if result.kind == "step" else flow
    except MethodError:  # the method cannot be expressed on trees
        return _componentwise(result)


# --- private helpers ----------------------------------------------------------------------------


def _at_start(result: PointwiseEquation, width: int) -> str:
    """Return the terms as numbers at the start, of an equation that has no formula."""
    point = result.starting_point
    values = result.at(point).values[:, 0]
    names = [greek(name) for name in result.variables]
    head = ["", "θ", *(f"f{k}".translate(_LOW) for k in range(len(values)))]
    rows = [(n, f"{x:g}", *(f"{v:.6g}" for v in column))
            for n, x, column in zip(names, point, values.T, strict=True)]  # fmt: skip
    said = (
        "It has no formula, and is one of numbers: f₀ + γf₁ + … at the start is below, and at "
        "other points by modified_equation(method, problem, at=points) in Python. 'bea verify' and "
        "'bea drift' run on it."
    )
    marked = [name if k == 0 else f">{name}" for k, name in enumerate(head)]
    return f"{paragraph(said, width)}\n\n{plain_text(table_of(marked, rows), width=width)}"


_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _is_hamiltonian(result: ModifiedEquation) -> bool:
    """Tell whether the problem has a Hamiltonian, of which one asks where a loss has a gradient."""
    on_problem = result.kind != "step" and result.problem is not None
    return on_problem and result.geometry.hamiltonian is not None


def _equations(result: ModifiedEquation, width: int, full: bool) -> Iterator[str]:
    general = for_every_field(result)
    if isinstance(general, ComponentwiseEquation):
        yield _in_components(general, width)
        yield from _slopes(result)
    elif general is not None:
        yield paragraph(f"  for every {every(result)}:", width)
        yield indented(_general_equation(general, result.notation, width - 4), 4)
    if result.problem is not None:
        yield "  here:"
        for name, meaning in result.method.legend.items():
            own = meaning.startswith(f"{name} = ")
            yield paragraph(f"    with {meaning if own else f'{name}, {meaning}'}", width)
        lefts = [_left(result, name) for name in result.variables]
        yield indented(system(result.concrete, lefts, remainder(result.order), width - 4, full), 4)


def _contraction(result: ModifiedEquation | ComponentwiseEquation, width: int) -> Iterator[str]:
    """Yield where the memory contracts, if that hangs on the point."""
    conditions = () if result.kind == "modifying" else result.contracts
    if conditions:
        yield paragraph(
            f"The memory contracts where {' and '.join(map(shortened, conditions))}: there the "
            "equation holds, and elsewhere runs leave it.",
            width,
        )


def _slopes(result: ModifiedEquation) -> Iterator[str]:
    """Say what the components of the gradient are, where they are short and not named below."""
    if isinstance(result.problem, Loss) and not result.concrete.where():
        slopes = [as_text(to_expression(-c)) for c in result.problem.components]
        if sum(map(len, slopes)) < LONG:
            yield f"    with ∇L = ({', '.join(slopes)})"


def _componentwise(result: ModifiedEquation) -> ComponentwiseEquation | None:
    if result.kind != "modified" or not result.method.gradient:
        return None
    try:
        return ComponentwiseEquation(result.method, min(1, result.order))
    except BeaError:  # nor in components
        return None


def _in_components(result: ComponentwiseEquation, width: int) -> str:
    given = f" with {', '.join(result.given)}" if result.given else ""
    lines = equation("dθ/dt", result.summands, remainder(result.order), width - 4)
    heading = paragraph(f"  for every loss L, in its components{given}:", width)
    return f"{heading}\n{indented(lines, 4)}"


def _readable(result: ModifiedEquation) -> int:
    order = 0
    while order < result.order and number_up_to(order + 2, result.method.colors) <= _READABLE:
        order += 1
    return order


def _general_equation(general: ModifiedEquation, notation: str, width: int) -> str:
    pairs = tree_terms(general.coefficients, general.order, notation)
    texts = [term(k, part) for k, part in enumerate(pairs)]
    return equation(_left(general, "θ"), texts, remainder(general.order), width)


def _left(result: ModifiedEquation, name: str) -> str:
    shown = greek(name)
    lefts = {"modifying": f"g({shown})", "step": f"({shown}₁ − {shown})/γ"}
    return lefts.get(result.kind, f"d{shown}/dt")
