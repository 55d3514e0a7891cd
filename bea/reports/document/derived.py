"""How the equation was derived, step by step, with the numbers that came up on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from math import factorial
from typing import Any
from xml.etree.ElementTree import Element

from bea.errors import BeaError
from bea.fields import Loss
from bea.methods import Scheduled
from bea.modified.matching import Matching, linear_parts, matched_on_field, matched_on_trees
from bea.modified.memory.character import Character
from bea.modified.writing.concrete import Concrete
from bea.modified.writing.script import LATEX, TEXT, coefficient
from bea.reports.document.page import Node, formula, h, image, inline, table
from bea.trees import elementary_differential, number_up_to
from bea.trees.svg import svg

_READABLE = 20  # trees, those of order 4 in one colour
_EXPANDED = 4  # powers of the exponential that are written out


def derivation_chapter(equation: Any) -> Iterator[Element]:
    """Yield the elements of the chapter, for one equation."""
    yield h("h2", "Derivation, step by step")
    yield from _condition(equation)
    yield from _expansion(equation.order)
    found = _on_trees(equation)
    if found is None:
        yield from _by_components(equation)
    else:
        yield from found
    yield from _checked(equation)


# --- what is asked --------------------------------------------------------------------------------


def _condition(equation: Any) -> Iterator[Element]:
    yield h("h3", "What is asked")
    if not has_memory(equation):
        yield h("p", "One step of the method is a map of θ. The modified field is the one whose "
                "flow, followed for the time γ, is that map, to every power of γ:")  # fmt: skip
        yield formula(r"e^{\gamma \tilde D} \theta = \Phi_{\gamma}(\theta),\quad "
                      r"\tilde D = \tilde f \cdot \nabla")  # fmt: skip
        return
    yield h("p", "One step of the method is a map of θ and of what it remembers, s. The iterates "
            "settle on a manifold s = S(θ; γ), on which the method is a map of θ alone. Field "
            "and manifold are found together, from both equations:")  # fmt: skip
    yield formula(r"e^{\gamma \tilde D} \theta = \Phi^{\theta}_{\gamma}(\theta, S),\quad "
                  r"e^{\gamma \tilde D} S = \Phi^{s}_{\gamma}(\theta, S),\quad "
                  r"\tilde D = \tilde f \cdot \nabla")  # fmt: skip


def _expansion(order: int) -> Iterator[Element]:
    yield h("h3", "The exponential, expanded")
    yield h("p", "With ", inline(r"D_{i} = f_{i} \cdot \nabla"), ", by powers of γ:")
    powers = min(order + 1, _EXPANDED)
    terms = [rf"\gamma{_power(n)} \left({_expanded(n)}\right)" for n in range(1, powers + 1)]
    first, rest = r"e^{\gamma \tilde D} \theta &= \theta + ", [*terms, r"\dots"]
    if powers < _EXPANDED:
        yield formula(first.replace("&", "") + " + ".join(rest))
    else:
        lines = [first + rest[0], *(rf"&\quad + {term}" for term in rest[1:])]
        yield formula(r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}")
    yield h("p", "In the bracket of a power only its first term is new: all others are of fields "
            "that are known by then. So each power of γ gives one term, from what the step has "
            "there less what the flow of the terms before has there.")  # fmt: skip


def _power(n: int) -> str:
    return f"^{{{n}}}" if n > 1 else ""


def _expanded(n: int) -> str:
    r"""Return the coefficient of gamma^n, over the ways to write n as a sum.

    >>> print(_expanded(2))
    f_{1} + \frac{1}{2} D_{0} f_{0}
    """
    pieces = []
    for count in range(1, n + 1):
        for cuts in combinations(range(1, n), count - 1):
            ends = (0, *cuts, n)
            sizes = [b - a - 1 for a, b in pairwise(ends)]
            fields = [rf"D_{{{i}}}" for i in sizes[:-1]] + [rf"f_{{{sizes[-1]}}}"]
            number = rf"\frac{{1}}{{{factorial(count)}}} " if count > 1 else ""
            pieces.append(number + " ".join(fields))
    return " + ".join(pieces)


# --- on trees -------------------------------------------------------------------------------------


def _on_trees(equation: Any) -> list[Element] | None:
    """Return the tables over trees; None if the method cannot be expressed there."""
    method = equation.method
    if isinstance(method, Scheduled) or method.needs_time:
        return None
    order = equation.order
    while order and number_up_to(order + 1, method.colors) > _READABLE:
        order -= 1
    try:
        matchings = matched_on_trees(method, order)
    except BeaError:
        return None
    return [
        *_memory(method, len(matchings[0].flow) - 1),
        h("h3", "Power by power"),
        h("p", *_trees_words(equation, len(matchings[0].flow) - 1)),
        *(part for found in matchings for part in _tree_table(found)),
        *_left_out(order, equation.order),
    ]


def _trees_words(equation: Any, parts: int) -> Iterator[Node]:
    sign = ", f = −∇L" if equation.notation == "grad" else ""
    yield f"Both sides are written in elementary differentials F(τ) of rooted trees τ{sign}; a "
    yield "coefficient is multiplied by F(τ)/σ(τ), with the symmetry σ(τ) of the tree. "
    yield "“Flow before” is that of the terms of lower powers alone"
    yield ", “step” that from the memory as far as it is known then. " if parts else ". "
    yield "This holds for every field at once."


def _memory(method: Any, parts: int) -> Iterator[Element]:
    """Say how the memory is eliminated: by the same matrix at each tree."""
    if not parts:
        return
    yield h("h3", "The memory, eliminated")
    yield h("p", "At a tree there are as many unknowns as equations: the coefficient b of the "
            "field and those of the memory there. They are on both sides, always with the same "
            "matrix, which is read off the step:")  # fmt: skip
    matrices = linear_parts(method)
    unknowns = r" \\ ".join(["b", *_symbols(parts)])
    for color, matrix in zip(method.colors, matrices, strict=True):
        rows = r" \\ ".join(" & ".join(coefficient(x, LATEX) for x in row) for row in matrix)
        whose = rf"\quad\text{{(root of {color.name})}}" if len(set(map(str, matrices))) > 1 else ""
        yield formula(
            rf"\left(\begin{{array}}{{{'c' * (parts + 1)}}} {rows} \end{{array}}\right) "
            rf"\left(\begin{{array}}{{c}} {unknowns} \end{{array}}\right) = "
            rf"\text{{step}} - \text{{flow}}{whose}"
        )
        if not whose:
            break


def _symbols(parts: int) -> list[str]:
    return ["s"] if parts == 1 else [f"s_{{{k}}}" for k in range(1, parts + 1)]


def _tree_table(found: Matching) -> Iterator[Element]:
    parts = _symbols(len(found.flow) - 1) if len(found.flow) > 1 else []
    yield h("p", "At ", inline(rf"\gamma{_power(found.power)}"), ":")
    of = [r"\theta", *parts]
    sides: list[Node] = []
    for name in of if parts else [""]:
        of_it: list[Node] = [" of ", inline(name)] if name else []
        sides += [h("span", "flow before", *of_it), h("span", "step", *of_it)]
    heads: list[Node] = ["τ", "F(τ)", *sides, inline(r"b(\tau)")]
    heads += [inline(rf"{name}(\tau)") for name in parts]
    yield table(heads, [_tree_row(found, i) for i in range(len(found.places))])


def _tree_row(found: Matching, i: int) -> list[Node]:
    tree = found.places[i]
    cells: list[Node] = [
        image(svg(tree), repr(tree), class_="tree"),
        inline(elementary_differential(tree, "f-latex")),
    ]
    for flow, step in zip(found.flow, found.step, strict=True):
        cells += [_number(flow[i]), _number(step[i])]
    return [*cells, *(h("b", _number(column[i])) for column in found.found)]


def _number(value: Any) -> Element:
    return inline(coefficient(value, LATEX))


def _left_out(shown: int, order: int) -> Iterator[Element]:
    if shown < order:
        yield h("p", f"The powers from {TEXT.gamma(shown + 2)} on go the same way, over more trees "
                "than are read: their results are in the record below.")  # fmt: skip


# --- on the problem alone -------------------------------------------------------------------------


def _by_components(equation: Any) -> Iterator[Element]:
    """Yield the tables over the components, where no tree expresses the method."""
    yield h("h3", "Power by power")
    if equation.problem is None:
        yield h("p", "The method has no expansion over trees. The step was run on a general "
                "component g of the gradient; the terms that came out are below.")  # fmt: skip
        return
    try:
        matchings = matched_on_field(equation.character, equation.order)
    except BeaError as error:
        yield h("p", f"The steps of this derivation are not written down: {error}.")
        return
    yield h("p", "The method has no expansion over trees of its own, so both sides are compared in "
            "the components of this very problem, exactly; three dots stand for what fills a page. "
            "S has an index for its power of γ and one for its place in the memory.")  # fmt: skip
    yield from _settled(equation)
    for found in matchings:
        yield from _component_table(found, equation, last=found is matchings[-1])


def _settled(equation: Any) -> Iterator[Element]:
    """Say on what the memory settles at gamma = 0."""
    if not has_memory(equation):
        return
    values = equation.character.slow_manifold.memory[0]
    yield h("p", "At γ = 0 the memory settles where a step no longer changes it:")
    yield from _system(values, [rf"S_{{0,{i + 1}}}" for i in range(len(values))], equation)


def _component_table(found: Matching, equation: Any, last: bool) -> Iterator[Element]:
    n = found.power
    yield h("p", "At ", inline(rf"\gamma{_power(n)}"), ", what the flow has already, what the step "
            "has, and what makes them equal:")  # fmt: skip
    names = [LATEX.letters.name(name) for name in equation.variables]
    flow, step = (side[0] for side in (found.flow, found.step))
    memory = () if last else found.found[1]  # to which no further term is fed
    lefts = [
        *(rf"\text{{flow}}_{{{name}}}" for name in names),
        *(rf"\text{{step}}_{{{name}}}" for name in names),
        *(rf"f_{{{n - 1},{name}}}" for name in names),
        *(rf"S_{{{n},{i + 1}}}" for i in range(len(memory))),
    ]
    yield from _system([*flow, *step, *found.found[0], *memory], lefts, equation)


def _system(values: Sequence[Any], lefts: Sequence[str], equation: Any) -> Iterator[Element]:
    """Yield equations below each other; three dots stand for what fills a page."""
    problem = equation.problem
    slopes = [-c for c in problem.components] if isinstance(problem, Loss) else []
    concrete = Concrete([[value] for value in values], slopes)
    out = concrete.long_terms()
    lines = [
        rf"{left} &= {row[0] or '0'}"
        for left, row in zip(lefts, concrete.rows(True, out), strict=True)
    ]
    where = [rf"{name} &= {text}" for name, text in concrete.where_texts(out, latex=True)]
    inside = r" \\ ".join([*lines, *where])
    yield formula(rf"\begin{{aligned}}{inside}\end{{aligned}}")


def has_memory(equation: Any) -> bool:
    """Tell whether the method of an equation remembers anything."""
    known = getattr(equation, "character", None)
    return (known or Character(equation.method)).has_memory


# --- checks ---------------------------------------------------------------------------------------


def _checked(equation: Any) -> Iterator[Element]:
    """Derive once more by the other routes, and say whether they agree."""
    agreed = agreement(equation)
    if agreed:
        yield h("h3", "Derived once more")
        names = " and ".join([", ".join(agreed[:-1]), agreed[-1]] if agreed[1:] else agreed)
        yield h("p", f"The terms above are those of the route “{equation.route}”. Independent of "
                f"it{', and of each other,' if agreed[1:] else ','} {names} "
                f"give{'' if agreed[1:] else 's'} exactly the same.")  # fmt: skip


def agreement(equation: Any) -> list[str]:
    """Return the other routes that give exactly the same terms, of those that can be gone.

    Raises
    ------
    BeaError
        If one gives something else.
    """
    from bea.modified import modified_equation
    from bea.modified.routes import available

    method, problem = equation.method, equation.problem
    if equation.kind != "modified" or not hasattr(equation, "route"):
        return []
    found = []
    for route in available():
        if route == equation.route:
            continue
        try:
            other = modified_equation(method, problem, equation.order, route)
        except BeaError:  # it cannot be gone with this method, or not so far
            continue
        if not _equal(equation, other):
            raise BeaError(
                f"the routes {equation.route} and {route} disagree on {method}: please report this"
            )
        found.append(f"“{route}”")
    return found


def _equal(one: Any, other: Any) -> bool:
    if one.problem is None:
        return dict(one.coefficients) == dict(other.coefficients)
    pairs = zip(one.components, other.components, strict=True)
    return all((a - b).is_zero() for x, y in pairs for a, b in zip(x, y, strict=True))
