"""`bea derive`: the modified equation of a method, for every field or for a given one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bea.cli.formats import Page, show
from bea.cli.reading import options
from bea.cli.reading.gathered import gathered
from bea.cli.reading.inputs import order, out_file
from bea.cli.reading.subject import Chosen, Subject
from bea.cli.streams import note
from bea.errors import BeaError, OrderError

if TYPE_CHECKING:
    from bea.modified import ModifiedEquation


@gathered
def derive(
    method: options.OptionalMethodArgument = None,
    problem_text: options.ProblemArgument = None,
    order_text: options.Order = "2",
    *,
    subject: Subject,
    route: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Which of the independent derivations to use: operator, perturbation, trees; "
            "they agree exactly.",
        ),
    ] = "auto",
    inverse: Annotated[
        bool,
        typer.Option(
            "--inverse",
            help="Find the field to feed the method so that it follows the original flow.",
        ),
    ] = False,
    at_step: Annotated[
        int | None,
        typer.Option(
            "--at-step",
            metavar="N",
            help="Derive the field of the N-th step of a run from the method's own beginning, such "
            "as Adam's from zero memory, instead of what it settles to.",
        ),
    ] = None,
    memory: Annotated[
        str,
        typer.Option(
            metavar="KIND",
            help="settled: memory is where it settles; state: it is a variable beside theta, for "
            "steps that keep it as γ tends to 0; auto: whichever there is.",
        ),
    ] = "auto",
    step: Annotated[
        bool,
        typer.Option(
            "--step",
            help="Find the field, and the loss, on which one plain step of explicit Euler, or of "
            "gradient descent, does what the method does.",
        ),
    ] = False,
    invariant: Annotated[
        str | None,
        typer.Option(
            "--invariant",
            metavar="EXPR",
            help="A first integral of the problem, such as 'q1*p2 - q2*p1': find the one near it "
            "that the modified equation conserves.",
        ),
    ] = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="Write out terms that fill a page, too."),
    ] = False,
    proof: Annotated[
        str | None,
        typer.Option(
            "--proof",
            metavar="KIND",
            help="Write a proof that a small checker can follow, of rational numbers: coq, a file "
            "for Coq's kernel; lean, a text against LeanBSeries, of a Runge-Kutta method; or json, "
            "for docs/check_proof.py, plain Python without bea.",
        ),
    ] = None,
    table: Annotated[
        bool,
        typer.Option(
            "--table", help="Tabulate the coefficients over trees, as text or for a paper in LaTeX."
        ),
    ] = False,
    format: options.FormulaFormat = "text",
    out: options.OutFile = None,
) -> None:
    """Derive the modified equation of a method: for every field, or on a loss or ODE.

    The iterates of a method follow, up to exponentially small terms, the flow of its modified
    equation. It is exact; as json it is one object, whose terms are in bea's own grammar. Of a
    schedule with jumps or kinks each smooth piece has an equation of its own.

    For example:

      bea derive gradient-descent --order 4
      bea derive gradient-descent himmelblau
      bea derive gradient-descent --loss rosenbrock --order 2 --format latex
      bea derive explicit-euler --field "y**2" --order 6
      bea derive implicit-midpoint --problem pendulum --format json
      bea derive gradient-descent --loss "a*x**2 + y**4" --param a
      bea derive runge-kutta --param A="0,0; 2/3,0" --param b="1/4,3/4"
      bea derive --update "v = beta*v + grad; theta = theta - gamma*v" --param beta=9/10
      bea derive adam --at-step 3 --param beta1 --param beta2 --order 1
      bea derive gradient-descent "x**2 + y**4" --schedule "exponential(rate=2)" --order 1
      bea derive gradient-descent himmelblau --schedule "one-cycle(time=1)" --order 1
      bea derive heavy-ball --param beta --order 3 --format latex --table
      bea derive heavy-ball --param beta --order 3 --step
      bea derive stormer-verlet --hamiltonian "p**2/2 + q**4" --order 4
      bea derive trapezoidal kepler --invariant "q1*p2 - q2*p1"
      bea derive rk4 --order 5 --proof coq --out rk4.v
      bea derive --game "x*y; -x*y" --players "x; y" --rates "1; r" --order 1
    """
    highest = order(order_text)
    if inverse and step:
        raise BeaError("--inverse and --step are two questions: ask one at a time")
    if inverse and route != "auto":
        raise BeaError("--inverse has a route of its own: leave --route out")
    if inverse and memory != "auto":
        raise BeaError("--inverse is for methods without memory: leave --memory out")
    if inverse and at_step is not None:
        raise BeaError("--inverse is for every step: leave --at-step out")
    _check_proof(proof, table, format)
    if proof is not None and at_step is not None:
        raise BeaError("a proof is of what the method settles to: leave --at-step out")
    target = out_file(out)
    chosen = subject.placed(method, problem_text, "derive")
    _check_invariant(invariant, chosen, table or proof is not None, step)
    if chosen.in_pieces and at_step is not None:
        raise BeaError("a schedule in pieces has no field of one step: leave --at-step out")
    if table and chosen.problem is not None:
        raise BeaError(
            "--table is of the equation for every field, and a problem is given: leave the problem "
            "or --table out"
        )

    from bea.modified import modifying_integrator
    from bea.reports import console_on
    from bea.reports.progress import waiting

    with waiting(console_on(sys.stderr), "deriving"):
        if chosen.in_pieces and chosen.problem is not None and not inverse:
            page = _page_of_pieces(chosen, highest, route, full, step)
        else:
            found: Any
            if inverse:
                found = modifying_integrator(chosen.method, chosen.problem, highest)
            else:
                found = _of_step(_derived(chosen, highest, route, at_step, memory), step)
            page = _written(found, full, table, proof)
            if invariant is not None:
                page = _with_invariant(page, found, invariant)
        show(page, format, target)


# --- private helpers ----------------------------------------------------------------------------


def _derived(chosen: Chosen, highest: int, route: str, at_step: int | None, memory: str) -> Any:
    """Return the equation; for every loss that of Adam and the like ends with order 1."""
    from bea.modified import ComponentwiseEquation, modified_equation

    try:
        return modified_equation(chosen.method, chosen.problem, highest, route, at_step, memory)
    except OrderError as error:
        if chosen.problem:
            raise
        lower = modified_equation(chosen.method, None, 1, route, at_step)
        if not isinstance(lower, ComponentwiseEquation):
            raise
        note(f"{error}; this is order 1")
        return lower


_PROOFS = ("coq", "lean", "json")


def _check_proof(proof: str | None, table: bool, format: str) -> None:
    if proof is None:
        return
    if proof not in _PROOFS:
        raise BeaError(f"there is no proof '{proof}': choose coq, lean or json")
    if table:
        raise BeaError("--table and --proof are two pages: ask for one at a time")
    if format != "text":
        raise BeaError(f"--proof {proof} is a file of its own: leave --format out")


def _written(result: Any, full: bool, table: bool, proof: str | None) -> Page:
    if proof is None:
        return _table(result) if table else _page(result, full)

    from bea.files import json_text
    from bea.modified import ComponentwiseEquation
    from bea.modified.proof.coq import coq_text
    from bea.modified.proof.lean import lean_text
    from bea.modified.proof.record import proof_record

    if isinstance(result, ComponentwiseEquation):
        raise BeaError(
            f"a proof is over trees, on which {result.method} cannot be expressed: take another "
            "method, such as heavy-ball"
        )
    record = proof_record(result)
    texts: dict[str, Callable[[], str]] = {
        "coq": lambda: coq_text(record),
        "lean": lambda: lean_text(record, result.method),
        "json": lambda: json_text(record),
    }
    text = texts[proof]()
    return Page(lambda: record, text=lambda width: text)


def _check_invariant(invariant: str | None, chosen: Chosen, other: bool, step: bool) -> None:
    if invariant is None:
        return
    if chosen.problem is None or chosen.is_scheduled:
        raise BeaError("--invariant is of a problem, without a schedule: name one")
    if other or step:
        raise BeaError("--invariant is of the flow: leave --step, --table and --proof out")


def _with_invariant(page: Page, equation: Any, invariant: str) -> Page:
    """Add the modified first integral to a page."""
    from bea.reports.formulas.hamiltonians import invariant_section

    found = equation.modified_invariant(invariant)
    given = {"given": invariant, "terms": found.as_json()}
    record, text, latex = page.record, page.text, page.latex
    assert text is not None and latex is not None
    return Page(
        lambda: {**record(), "invariant": given},
        text=lambda width: f"{text(width)}\n\n{invariant_section(found, width)}",
        latex=lambda: "\n".join([latex(), rf"\tilde I = {found.latex()}"]),
        file_width=80,
    )


def _of_step(equation: Any, wanted: bool) -> Any:
    """Return the equation, or the field whose Euler steps are the method's."""
    from bea.modified import ComponentwiseEquation

    if not wanted:
        return equation
    if isinstance(equation, ComponentwiseEquation):
        raise BeaError(
            f"the step of {equation.method} is known on a loss of your own, and not in components "
            "for every loss: give a problem with --step"
        )
    return equation.step_equation()


def _page(result: Any, full: bool) -> Page:
    from bea.modified import ComponentwiseEquation
    from bea.reports import derivation_text
    from bea.reports.derivation import componentwise_text
    from bea.reports.formulas.hamiltonians import hamiltonian_latex

    if isinstance(result, ComponentwiseEquation):
        return Page(result.as_json, text=lambda width: componentwise_text(result, width),
                    latex=result.latex, file_width=80)  # fmt: skip

    def text(width: int) -> str:
        _note_left_out(result, full)
        return derivation_text(result, width, full)

    def latex() -> str:
        _note_left_out(result, full)
        return "\n".join([str(result.latex(full)), *hamiltonian_latex(result)])

    return Page(lambda: _record(result), text=text, latex=latex, file_width=80)


def _table(result: Any) -> Page:
    """Return the coefficients over trees; as json they are in the record anyway."""
    from bea.modified import ComponentwiseEquation
    from bea.reports.formulas.tree_table import tree_table_latex, tree_table_text

    if isinstance(result, ComponentwiseEquation):
        raise BeaError(
            f"{result.method} has no expansion over trees, only one in the components of the "
            "gradient: leave --table out"
        )
    return Page(
        lambda: _record(result),
        text=lambda width: tree_table_text(result),
        latex=lambda: tree_table_latex(result),
    )


def _note_left_out(result: Any, full: bool) -> None:
    if full or result.problem is None or not result.problem.symbolic:
        return
    if result.concrete.long_terms():
        note("terms that fill a page are left out: --full writes them, --format json has them")


def _page_of_pieces(chosen: Chosen, highest: int, route: str, full: bool, step: bool) -> Page:
    """Return the equation of each smooth piece of a schedule, with the times between which it is.

    As json it is one object with the `pieces`; each has `from`, `until` and what an equation has.
    """
    from bea.modified import modified_equation
    from bea.reports import derivation_text

    method: Any = chosen.method
    found = [
        (start, until, _of_step(modified_equation(piece, chosen.problem, highest, route), step))
        for start, until, piece in method.smooth_pieces()
    ]

    def record() -> dict[str, Any]:
        pieces = [{"from": str(a), "until": str(b), **_record(r)} for a, b, r in found]
        head = {"method": method.name, "parameters": method.parameters, "order": highest}
        return {**head, "pieces": pieces}

    def each(mark: str, written: Callable[[ModifiedEquation], str]) -> str:
        parts = [f"{mark}{a} ≤ t < {b}:\n{written(r)}" for a, b, r in found]
        return "\n\n".join(part.rstrip("\n") for part in parts)

    return Page(
        record,
        text=lambda width: each("", lambda r: derivation_text(r, width, full)),
        latex=lambda: each("% ", lambda r: r.latex(full)),
        file_width=80,
    )


def _record(result: ModifiedEquation) -> dict[str, Any]:
    """Return the machine-readable object; say where a term is too long to be read again."""
    from bea.algebra.language.limits import MAX_LENGTH

    record = result.as_json()
    terms = [term for term in record["terms"] if isinstance(term, list)]
    lengths = [len(c) for term in terms for c in term if isinstance(c, str)]
    if max(lengths, default=0) > MAX_LENGTH:
        note(
            f"warning: a term has {max(lengths):,} characters, and bea.parse reads {MAX_LENGTH:,}: "
            "take a lower order, or derive it in Python, bea.modified_equation, and use the result"
        )
    return record
