"""Which terms of a modified equation are Hamiltonian, of what, and what destroys that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bea.algebra.language.letters import greek
from bea.algebra.language.mathematics import as_text
from bea.algebra.ring.conversions import to_expression
from bea.errors import BeaError
from bea.modified import ModifiedEquation
from bea.modified.structure.geometry import Geometry
from bea.modified.structure.hamiltonian import ModifiedHamiltonian
from bea.modified.structure.invariants import ModifiedInvariant, element_of
from bea.modified.writing.concrete import Concrete
from bea.reports.mathematics import (
    equation,
    gamma_power,
    indented,
    paragraph,
    remainder,
    system,
    term,
)

_TILDE = "H̃"
_BRACKETS = "{A,B} = Σ ∂A/∂q ∂B/∂p − ∂A/∂p ∂B/∂q"


def hamiltonian_sections(result: ModifiedEquation, width: int, full: bool = True) -> list[str]:
    """Return paragraphs: the answer per power, what destroys it, and the modified Hamiltonian.

    Nothing where there is no Hamiltonian to speak of.

    >>> import bea
    >>> verlet = bea.modified_equation(bea.methods.stormer_verlet(), order=1)
    >>> print("; ".join(hamiltonian_sections(verlet, 80)))
    Modified Hamiltonian for every H = T(p) + V(q), to order 1:
        H̃ = T + V + O(γ²)
    """
    if result.kind == "step":
        return []
    try:
        if result.problem is not None:
            known = result.geometry.hamiltonian is not None
            return list(_on_problem(result.geometry, width, full)) if known else []
        return list(_for_every(result.geometry, width))
    except BeaError:  # no trees, or of more than two parts
        return []


def hamiltonian_latex(result: ModifiedEquation) -> list[str]:
    """Return the line with the modified Hamiltonian in LaTeX, where there is one.

    >>> import bea
    >>> verlet = bea.modified_equation(bea.methods.stormer_verlet(), order=2)
    >>> print(*hamiltonian_latex(verlet.truncate(1)))
    \\tilde H = T + V + \\mathcal{O}(\\gamma^{2})
    """
    if result.kind == "step" or not result.geometry.is_asked:
        return []
    try:
        found = result.geometry.conserved()
    except BeaError:
        return []
    return [] if found is None else [rf"\tilde H = {found.latex()}"]


def invariant_section(found: ModifiedInvariant, width: int) -> str:
    """Return the paragraph on a modified first integral.

    >>> import bea
    >>> euler = bea.modified_equation(bea.methods.symplectic_euler(), bea.problems.kepler(), 1)
    >>> print(invariant_section(euler.modified_invariant("q1*p2 - q2*p1"), 80))
    The first integral is conserved as it is, to order 1:
        Ĩ = q₁p₂ − q₂p₁
    """
    how = "The first integral is conserved as it is" if found.is_kept else "Modified first integral"
    end = "" if found.is_kept else remainder(found.order)
    text = system(found.concrete, ["Ĩ"], end, width - 4)
    return f"{how}, to order {found.order}:\n{indented(text, 4)}"


# --- private helpers ----------------------------------------------------------------------------


def _on_problem(geometry: Geometry, width: int, full: bool) -> Iterator[str]:
    answers = geometry.is_hamiltonian
    yield paragraph(f"Which terms are Hamiltonian: {_listed(answers)}", width)
    if geometry.is_volume_preserving != answers:
        shown = _listed(geometry.is_volume_preserving)
        yield paragraph(f"Which terms keep volume, having no divergence: {shown}", width)
    if not all(answers):
        yield from _destroyed(geometry, answers.index(False), width, full)
    kept = _kept(geometry)
    if kept:
        yield paragraph(f"Kept as {'they are' if len(kept) > 1 else 'it is'}: {', '.join(kept)}",
                        width)  # fmt: skip
    found = geometry.conserved()
    if found is not None:
        head = _heading(geometry, found.order)
        yield f"{paragraph(head, width)}\n{indented(_lines(found, width - 4, full), 4)}"


def _destroyed(geometry: Geometry, first: int, width: int, full: bool) -> Iterator[str]:
    """Say that there is no modified Hamiltonian from the order `first` on, and what destroys it."""
    result = geometry.equation
    above = " or above" if result.order > first else ""
    name = getattr(result.problem, "name", "")
    yield paragraph(
        f"No modified Hamiltonian exists on {name} at order {first}{above}: the term of "
        f"{gamma_power(first) if first > 1 else 'γ'} is J∇ of no function.",
        width,
    )
    before: list[None] = [None] * first
    try:
        rest = type(geometry)(result.truncate(first)).split().remainder[first]
    except BeaError:
        rest = result.components[first]
    rows = Concrete([[*before, part] for part in rest])
    lefts = [f"d{greek(name)}/dt" for name in result.variables]
    text = indented(system(rows, lefts, "", width - 4, full), 4)
    yield f"What destroys it, beside a Hamiltonian part:\n{text}"
    rate = Concrete([[*before, geometry.energy_rate(first)]])
    yield f"It changes H:\n{indented(system(rate, ['dH/dt'], '', width - 4, full), 4)}"


def _kept(geometry: Geometry) -> list[str]:
    """Return the first integrals of the problem, but for H, that every term leaves as they are."""
    problem, found = geometry.hamiltonian, []
    assert problem is not None
    along = problem.ring.lie_derivative
    for text in problem.about.invariants:
        value = element_of(problem, text)
        terms = geometry.equation.components
        if all(along(term, value).is_zero() for term in terms):
            found.append(as_text(to_expression(value)))
    return found


def _heading(geometry: Geometry, order: int) -> str:
    if geometry.equation.kind == "modifying":
        return f"Hamiltonian to feed the method, to order {order}:"
    if all(geometry.is_hamiltonian):
        return f"Modified Hamiltonian, to order {order}:"
    return (
        "The method is conjugate to a symplectic one, though: near H its flow conserves, to order "
        f"{order},"
    )


def _lines(found: ModifiedHamiltonian, width: int, full: bool) -> str:
    """Write H̃ = H + …, and what H is and the named parts are."""
    concrete = found.concrete.in_full() if full else found.concrete
    out = frozenset() if full else concrete.long_terms()
    row = [
        text or (f"γ{k} H{k}" if part is None else "")
        for k, (text, part) in enumerate(
            zip(concrete.rows(left_out=out)[0], found.terms, strict=True)
        )
    ]
    where = list(concrete.where_texts(out))
    problem = found.problem
    first = found.terms[0]
    if first is not None and problem is not None and (first - problem.value).is_zero():  # type: ignore[attr-defined]
        where = [("H", row[0]), *where]
        row[0] = "H"
    lines = [equation(_TILDE, row, remainder(found.order), width)]
    word = "where "
    for name, text in where:
        lines.append(f"{word}{name} = {text}")
        word = " " * len(word)
    return "\n".join(lines)


def _for_every(geometry: Geometry, width: int) -> Iterator[str]:
    """Yield the modified Hamiltonian for every H, if there is one that says something."""
    result = geometry.equation
    if result.method.gradient or (len(result.method.colors) > 1 and not geometry.is_asked):
        return
    separable = geometry.on_trees.separable
    kind = "H = T(p) + V(q)" if separable else "H, f = J∇H"
    found = geometry.conserved()
    if found is None or not (separable or any(found.pairs()[1:])):
        return
    head = f"Modified Hamiltonian for every {kind}, to order {result.order}:"
    if not all(geometry.is_hamiltonian):
        head = f"Conjugate to a symplectic method: for every {kind} the flow conserves"
    terms = [term(k, pairs) for k, pairs in enumerate(found.pairs())]
    text = equation(_TILDE, terms, remainder(result.order), width - 4)
    bracketed = found.brackets is not None and any("{" in t for t in terms)
    notes = [paragraph(f"with {_BRACKETS}", width)] if bracketed else []
    yield "\n".join([paragraph(head, width), indented(text, 4), *notes])


def _listed(answers: Sequence[bool]) -> str:
    if len(set(answers)) == 1:
        return "all" if answers[0] else "none"
    return ", ".join(f"{gamma_power(k)} {'yes' if yes else 'no'}" for k, yes in enumerate(answers))
