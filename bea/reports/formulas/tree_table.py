r"""The coefficients of an equation, or of a B-series, as a table over trees, for a page or a paper.

A field is Σ γ^(|τ|−1) b(τ)/σ(τ) F(τ), a map θ + Σ γ^|τ| a(τ)/σ(τ) F(τ), with the order |τ|, the
symmetry σ(τ), the density γ(τ) and the elementary differential F(τ); of a loss f = −∇L. With a
schedule a row is also of a monomial in s, s', …, each prime of which brings a power of γ. Source:
Hairer, Lubich and Wanner, Geometric Numerical Integration, section IX.9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bea.modified import BSeries, ModifiedEquation
from bea.modified.schedule.slopes import ScheduledTree, slopes_text
from bea.modified.writing.script import LATEX, TEXT, coefficient
from bea.reports.tables import plain_text, table_of
from bea.trees import Tree, elementary_differential
from bea.trees.pictures import tikz

_WIDE = 10_000  # a coefficient is never broken


def tree_table(source: ModifiedEquation | BSeries, latex: bool = False) -> str:
    """Return the table in plain text or in LaTeX."""
    return tree_table_latex(source) if latex else tree_table_text(source)


def tree_table_text(equation: ModifiedEquation | BSeries) -> str:
    """Return the table in plain text; a tree is the nested list of its children.

    >>> import bea
    >>> print(tree_table_text(bea.modified_equation(bea.methods.heavy_ball("beta"), order=1)))
    Coefficients b(τ) of heavy-ball(beta=beta): f̃ = Σ γ^(|τ|−1) b(τ)/σ(τ) F(τ), f = −∇L
    <BLANKLINE>
     tree  |τ|  σ(τ)  γ(τ)  F(τ)  b(τ)
     ─────────────────────────────────────────────
     []      1     1     1  f     1/(1−β)
     [[]]    2     1     2  f'f   −(1+β)/(2(1−β)³)
    """
    scheduled = _is_scheduled(equation)
    letter = _letter(equation)
    names = ("tree", *["with"] * scheduled, ">|τ|", ">σ(τ)", ">γ(τ)", "F(τ)", f"{letter}(τ)")
    rows = [
        (
            repr(tree),
            *[slopes_text(slopes)] * scheduled,
            *_numbers(tree),
            elementary_differential(tree, "f"),
            coefficient(value, TEXT),
        )
        for tree, slopes, value in _entries(equation)
    ]
    return f"{_heading(equation)}\n\n{plain_text(table_of(names, rows), width=_WIDE)}"


def tree_table_latex(equation: ModifiedEquation | BSeries) -> str:
    r"""Return the table in LaTeX, with the trees drawn; the preamble needs \usepackage{tikz}.

    >>> import bea
    >>> print(tree_table_latex(bea.modified_equation(bea.methods.explicit_euler(), order=0)))
    % Coefficients b(τ) of explicit-euler: f̃ = Σ γ^(|τ|−1) b(τ)/σ(τ) F(τ)
    % The preamble needs \usepackage{tikz}.
    {\renewcommand{\arraystretch}{1.5}%
    \begin{tabular}{crrrll}
    \hline
    $\tau$ & $|\tau|$ & $\sigma(\tau)$ & $\gamma(\tau)$ & $F(\tau)$ & $b(\tau)$ \\
    \hline
    \tikz[scale=0.3]{\fill (0,0) circle (0.2);} & 1 & 1 & 1 & $f$ & $1$ \\
    \hline
    \end{tabular}}
    """
    scheduled = _is_scheduled(equation)
    heads = [r"\tau", *[r"\text{with}"] * scheduled, r"|\tau|", r"\sigma(\tau)", r"\gamma(\tau)",
             r"F(\tau)", rf"{_letter(equation)}(\tau)"]  # fmt: skip
    rows = [
        (
            tikz(tree),
            *[f"${slopes_text(slopes, latex=True)}$"] * scheduled,
            *_numbers(tree),
            f"${elementary_differential(tree, 'f-latex')}$",
            f"${coefficient(value, LATEX)}$",
        )
        for tree, slopes, value in _entries(equation)
    ]
    body = [" & ".join(row) + r" \\" for row in ([f"${head}$" for head in heads], *rows)]
    return "\n".join([
        f"% {_heading(equation)}", r"% The preamble needs \usepackage{tikz}.",
        r"{\renewcommand{\arraystretch}{1.5}%",
        rf"\begin{{tabular}}{{c{'l' * scheduled}rrrll}}", r"\hline", body[0], r"\hline", *body[1:],
        r"\hline", r"\end{tabular}}",
    ])  # fmt: skip


# --- private helpers ----------------------------------------------------------------------------


def _items(equation: ModifiedEquation | BSeries) -> Iterable[tuple[Tree, Any]]:
    return equation.items() if isinstance(equation, BSeries) else equation.coefficients.items()


def _letter(equation: ModifiedEquation | BSeries) -> str:
    return "a" if isinstance(equation, BSeries) and equation.kind == "map" else "b"


def _is_scheduled(equation: ModifiedEquation | BSeries) -> bool:
    return any(isinstance(term, ScheduledTree) for term, _ in _items(equation))


def _entries(equation: ModifiedEquation | BSeries) -> Iterator[tuple[Tree, tuple[int, ...], Any]]:
    for term, value in _items(equation):
        found: Any = term
        yield (*found, value) if isinstance(found, ScheduledTree) else (found, (), value)


def _numbers(tree: Tree) -> tuple[str, str, str]:
    return str(tree.order), str(tree.symmetry), str(tree.density)


def _heading(equation: ModifiedEquation | BSeries) -> str:
    if isinstance(equation, BSeries):
        return f"Coefficients {_letter(equation)}(τ) of a {equation.kind}: {equation.formula}"
    power = "|τ|−1" if not _is_scheduled(equation) else "|τ|−1+primes"
    loss = ", f = −∇L" if equation.notation == "grad" else ""
    kinds = {"modifying": "the modifying integrator of ", "step": "a step of "}
    kind = kinds.get(equation.kind, "")
    return f"Coefficients b(τ) of {kind}{equation.method}: f̃ = Σ γ^({power}) b(τ)/σ(τ) F(τ){loss}"
