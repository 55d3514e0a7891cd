"""The analysis of a method on a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flint import fmpq
from rich.console import Console, ConsoleOptions
from rich.table import Table
from rich.text import Text

from bea.algebra.language.mathematics import as_text
from bea.bseries.geometry.structure import Structure
from bea.errors import BeaError
from bea.methods.analysis import MultistepAnalysis, RungeKuttaAnalysis, SeriesAnalysis
from bea.methods.analysis.numbers import is_zero, shown
from bea.methods.analysis.polynomials import Polynomial
from bea.methods.analysis.stability import written
from bea.methods.library.tableau import Tableau
from bea.reports.mathematics import gamma_power
from bea.reports.tables import table_of
from bea.trees import elementary_differential, number_up_to, trees

Analysis = RungeKuttaAnalysis | MultistepAnalysis | SeriesAnalysis

_MOST_ROWS = 20
_KEPT = {
    "symmetric": "symmetric",
    "symplectic": "symplectic",
    "conjugate_symplectic": "conjugate to symplectic",
    "energy": "energy-preserving",
    "volume": "volume-preserving",
}
_OPEN = "depends on the value of a symbol"
_COLUMNS = ("tree τ", "F(τ)", ">1/density", ">residual", ">in the local error")


def analysis_parts(analysis: Analysis) -> list[Any]:
    """Return what `bea analyze` prints, from top to bottom, as things that rich can print."""
    if isinstance(analysis, MultistepAnalysis):
        head = "\nits underlying one-step method:"
        return [_lines(_multistep(analysis)), head, _orders(analysis.structure, analysis)]
    if isinstance(analysis, SeriesAnalysis):
        return _of_series(analysis)
    parts: list[Any] = [f"{analysis.name}: {_kind(analysis)}", "", _Tableau(analysis.tableau), ""]
    parts += [_order(analysis), _residuals(analysis), *_left_out(analysis)]
    lines = [*_errors(analysis), *_stability(analysis), *_structure(analysis)]
    return [*parts, _lines(lines)]


def analysis_latex(analysis: Analysis) -> str:
    """Return the stability function, or the characteristic polynomials, in LaTeX."""
    if isinstance(analysis, RungeKuttaAnalysis):
        return analysis.stability_function.latex()
    if isinstance(analysis, SeriesAnalysis):
        raise BeaError(f"of {analysis.name} there is no function to write in LaTeX: take text or "
                       "json")  # fmt: skip
    pairs = ((r"\rho", analysis.rho), (r"\sigma", analysis.sigma))
    return "\n".join(f"{name}(E) = {written(p, 'E', latex=True)}" for name, p in pairs)


# --- Runge-Kutta --------------------------------------------------------------------------------


def _kind(analysis: RungeKuttaAnalysis) -> str:
    return f"{analysis.shape}, {_counted(analysis.stages, 'stage')}"


@dataclass(frozen=True)
class _Tableau:
    """A tableau as it is drawn, or row by row where the page is too narrow for that."""

    tableau: Tableau

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Any]:
        drawn = self.tableau.drawn(as_text)
        if max(map(len, drawn.splitlines())) <= options.max_width:
            yield Text(drawn)
            return
        *rows, (_, *weights) = self.tableau.shown(as_text)
        for i, (c, *row) in enumerate(rows, start=1):
            yield Text(f"c{i} = {c};  a{i} = {', '.join(filter(None, row)) or '0'}")
        yield Text(f"b = {', '.join(weights)}")


def _order(analysis: RungeKuttaAnalysis) -> str:
    order = analysis.order
    missed, count = len(analysis.residuals(order + 1)), len(trees(order + 1))
    held = number_up_to(order)
    conditions = "the order condition" if held == 1 else f"the {held} order conditions"
    return (
        f"order {order}: {conditions} of at most {_counted(order, 'node')} "
        f"{'holds' if held == 1 else 'hold'}; of {count} with {order + 1} nodes, {missed} "
        f"{'does' if missed == 1 else 'do'} not:"
    )


def _residuals(analysis: RungeKuttaAnalysis) -> Any:
    errors = analysis.principal_error
    residuals = list(analysis.residuals(analysis.order + 1).items())
    rows = [
        (repr(t), elementary_differential(t), f"1/{t.density}", shown(r), shown(errors[t]))
        for t, r in residuals[:_MOST_ROWS]
    ]
    return table_of(_COLUMNS, rows)


def _left_out(analysis: RungeKuttaAnalysis) -> list[str]:
    more = len(analysis.residuals(analysis.order + 1)) - _MOST_ROWS
    return [f"and {more} more: --format json has them all", ""] if more > 0 else []


def _errors(analysis: RungeKuttaAnalysis) -> list[tuple[str, str]]:
    order, norm, embedded = analysis.order, analysis.error_norm, analysis.embedded
    held = ", ".join(f"{name}({k})" for name, k in analysis.assumptions.all.items())
    lines = [
        ("principal error", _float(norm, f"of the norm {{}}, times {gamma_power(order + 1)}")),
        ("simplifying assumptions", f"{held}; stage order {analysis.assumptions.stage_order}"),
    ]
    if embedded is not None:
        norm_text = _float(embedded.error_norm, "norm of its principal error {}")
        lines.append(("embedded method", f"order {embedded.order}; {norm_text}"))
        lines.append(("its stability function", f"R(z) = {embedded.stability_function}"))
    return lines


def _stability(analysis: RungeKuttaAnalysis) -> list[tuple[str, str]]:
    R = analysis.stability_function
    lines = [("stability function", f"R(z) = {R}"), ("", _near_zero(analysis))]
    if analysis.shape != "explicit":
        value = "infinite" if R.at_infinity is None else shown(R.at_infinity)
        lines.append(("R at infinity", value))
    return [
        *lines,
        ("|R(z)| ≤ 1", _reach(analysis)),
        ("A-stable", _verdict(analysis.is_a_stable)),
        ("L-stable", _verdict(analysis.is_l_stable)),
        ("algebraically stable", _verdict(analysis.is_algebraically_stable) + _inertia(analysis)),
        ("stiffly accurate", _verdict(analysis.is_stiffly_accurate)),
    ]


def _reach(analysis: RungeKuttaAnalysis) -> str:
    """Say how far the region of stability reaches on both axes."""
    limits = analysis.limits
    if limits is None:
        return _OPEN
    real, imaginary = (
        "∞" if limits[name] is None else f"{limits[name]:.6g}" for name in ("real", "imaginary")
    )
    also = "0 alone" if imaginary == "0" else f"all up to ±{imaginary}i"
    return f"from −{real} to 0 on the real axis, {also} on the imaginary one"


def _near_zero(analysis: RungeKuttaAnalysis) -> str:
    R = analysis.stability_function
    pade = f"; the Padé approximant ({R.pade[0]}, {R.pade[1]})" if R.pade else ""
    return f"e^z − R(z) = {_term(R.error_constant, R.order + 1)} + …{pade}"


def _term(number: Any, power: int) -> str:
    return written(Polynomial.of([fmpq(0)] * power + [number]))


def _structure(analysis: RungeKuttaAnalysis) -> list[tuple[str, str]]:
    reducible = len(analysis.irreducible[1])
    lines = [
        ("symmetric", _to_order(analysis.symmetric_order, analysis.looked_to)),
        ("symplectic", _to_order(analysis.symplectic_order, analysis.looked_to)),
        *_kept(analysis),
    ]
    if reducible < analysis.stages:
        lines.append(
            ("reducible", f"the step is that of a method of {_counted(reducible, 'stage')}")
        )
    return lines


def _kept(analysis: RungeKuttaAnalysis) -> list[tuple[str, str]]:
    if analysis.structure is None:
        return []
    orders = dict(analysis.structure.orders)
    del orders["symmetric"], orders["symplectic"]
    if analysis.is_symplectic:
        del orders["conjugate_symplectic"]
    return [(_KEPT[name], _up_to(n, analysis.looked_to)) for name, n in orders.items()]


def _up_to(order: int | None, looked_to: int) -> str:
    """Say to which power something is kept, of which it is not known that it ever ends."""
    if order is None:
        return "not known"
    return (
        f"up to γ{_power(order)} at least" if order == looked_to else f"no; up to γ{_power(order)}"
    )


def _inertia(analysis: RungeKuttaAnalysis) -> str:
    if analysis.inertia is None:
        return ""
    names = zip(("negative", "zero", "positive"), analysis.inertia, strict=True)
    counts = ", ".join(f"{count} {name}" for name, count in names if count)
    negative = "" if analysis.has_no_negative_weight else "a weight is negative; "
    return f" ({negative}eigenvalues of M: {counts})"


def _to_order(order: int | None, looked_to: int) -> str:
    if order is None:
        return "yes"
    return f"no; up to γ{_power(order)}" + (" at least" if order == looked_to else "")


def _power(order: int) -> str:
    return gamma_power(order).removeprefix("γ") if order > 1 else ""


# --- on trees -----------------------------------------------------------------------------------


def _orders(structure: Structure, analysis: Analysis) -> Table:
    """Return to which power of γ each structure is kept, where that is known."""
    kept = [(name, n) for name, n in structure.orders.items() if n is not None]
    return _lines([(_KEPT[name], _up_to(n, analysis.looked_to)) for name, n in kept])


def _of_series(analysis: SeriesAnalysis) -> list[Any]:
    order = analysis.order
    missed = analysis.residuals(order + 1) if order < analysis.looked_to else {}
    rows = [(repr(t), elementary_differential(t), f"1/{t.density}", shown(r))
            for t, r in list(missed.items())[:_MOST_ROWS]]  # fmt: skip
    more = len(missed) - _MOST_ROWS
    if not missed:
        head = f"order {order} at least: all order conditions of at most {order} nodes hold"
        parts: list[Any] = [head, ""]
    else:
        count = f"{len(missed)} of {order + 1} nodes {'does' if len(missed) == 1 else 'do'} not"
        head = f"order {order}: the order conditions of at most {_counted(order, 'node')} hold, "
        parts = [f"{head}{count}:", table_of(_COLUMNS[:4], rows)]
    if more > 0:
        parts += [f"and {more} more: --format json has them all", ""]
    for name, structure in analysis.structures.items():
        parts += [f"for {name}:", _orders(structure, analysis)]
    return [
        f"{analysis.name}: of one step, {_COLORED[len(analysis.method.colors) > 1]}",
        "",
        *parts,
    ]


_COLORED = {False: "on trees", True: "on trees of several colours"}


# --- multistep ----------------------------------------------------------------------------------


def _multistep(analysis: MultistepAnalysis) -> list[tuple[str, str]]:
    kind = "explicit" if analysis.is_explicit else "implicit"
    lines = [
        (analysis.name, f"{kind}, {_counted(analysis.steps, 'step')}"),
        ("order", f"{analysis.order}, error constant {shown(analysis.error_constant)}"),
        *_rate(analysis),
        ("ρ(E)", written(analysis.rho, "E")),
        ("σ(E)", written(analysis.sigma, "E")),
        ("ρ(E)/(E − 1)", written(analysis.parasitic, "E")),
        ("parasitic roots", _roots(analysis)),
        ("zero-stable", _verdict(analysis.is_zero_stable)),
        ("strongly stable", _verdict(analysis.is_strongly_stable)),
        ("A-stable", _verdict(analysis.is_a_stable)),
    ]
    if analysis.alpha is not None:
        lines.append(("A(α)-stable", f"α = {analysis.alpha:.4g}°"))
    return lines


def _rate(analysis: MultistepAnalysis) -> list[tuple[str, str]]:
    if is_zero(analysis.rate - 1):
        return []
    return [("rate", f"{shown(analysis.rate)}: it follows the field so many times as fast")]


def _roots(analysis: MultistepAnalysis) -> str:
    roots, left = analysis.parasitic_roots, analysis.parasitic
    if left.degree == 1:
        return shown(-left.coefficients[0])
    return _OPEN if roots is None else ", ".join(map(_complex, roots)) or "none"


# --- words --------------------------------------------------------------------------------------


def _verdict(true: bool | None) -> str:
    return _OPEN if true is None else "yes" if true else "no"


def _lines(pairs: list[tuple[str, str]]) -> Table:
    """Return names and what is said of them, in two columns."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    for pair in pairs:
        grid.add_row(*map(Text, pair))
    return grid


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("s" if number != 1 else "")


def _float(number: float | None, text: str) -> str:
    return _OPEN if number is None else text.format(f"{number:.4g}")


def _complex(root: complex) -> str:
    if abs(root.imag) < 1e-15:
        return f"{root.real:.6g}".replace("-", "−")
    sign = "+" if root.imag > 0 else "−"
    return f"{root.real:.6g} {sign} {abs(root.imag):.6g}i".replace("-", "−")
