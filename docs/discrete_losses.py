"""On which loss does plain descent take the very same steps? The answers for all methods on trees.

Prints the page docs/discrete_losses.md, every answer of it from an exact computation:

    python docs/discrete_losses.py > docs/discrete_losses.md
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import bea
from bea.errors import BeaError, GuessWarning
from bea.methods import Method, available, get
from bea.modified import ModifiedEquation
from bea.modified.structure.gradient import remainder_on_trees
from bea.modified.writing.script import tree_terms
from bea.reports.mathematics import gamma_power, term
from bea.trees import number_up_to

Row = tuple[str, int, int | None, int | None, str]

ORDER = 8
MOST_TREES = 1500  # with two colours of nodes order 8 has more than 30,000
SYMBOLIC = {name: {"beta": "beta"} for name in ("ema-momentum", "heavy-ball", "nesterov",
                                                 "nesterov-torch")}  # fmt: skip
MORE = [get("adams-bashforth", steps=3), get("bdf", steps=3)]

HEAD = """# On which loss does plain descent take the very same steps?

A method's iterates follow the flow of its modified equation, which from γ² on is hardly ever a
gradient flow. Ask of the step in place of the flow: its iterates, those on the slow manifold if it
has memory, are θ₁ = θ + γ g(θ), and where g = −∇L̂ they *are* plain gradient descent on L̂, with
the same step size. Cattaneo and Shigida (arXiv:2509.08483) prove it of heavy ball. Here it is
decided for every method that trees express, for every loss at once: g has the coefficients a(τ) of
the map, and is a gradient exactly where they do not see the root of τ.

`python docs/discrete_losses.py` prints this page; nothing in it is rounded. "None from" is the
first power at which there is no loss in two or more dimensions; last stands the part of g that no
loss accounts for.
"""
TAIL = """
## Why yes at every order

Where the table says *always one*, trees prove it up to the order beside it. A line each proves it
to every order, as power series: write F for f′, which is symmetric, and A for g′.

- *Explicit Euler*: g = f. With weight decay or L2 it is f − λθ, and players who move at the same
  time, on one loss, are one; likewise descent on L + μ‖∇L‖².
- *Taylor's method of order 2*: g = f + γ/2 f′f, that of L − γ/4‖∇L‖².
- *Proximal point* (implicit Euler): g = f(θ + γg), so A = F (1 − γF)⁻¹, F at the new point.
- *Implicit midpoint*: g = f(θ + γg/2), so A = F (1 − γF/2)⁻¹, F half-way.
- *Heavy ball*: g(θ₁) = f(θ₁) + β g(θ) with θ₁ = θ + γg(θ), so A(θ₁) = F + βA (1 + γA)⁻¹, A at θ,
  and power by power the right-hand side keeps it symmetric. L̂ itself solves
  L̂(θ₁) = L(θ₁) + β (L̂(θ) − γ/2 ‖∇L̂(θ)‖²). With a decoupled decay the memory S is on
  S(θ₁) = f(θ) + βS(θ), where θ₁ = (1 − γλ)θ + γS(θ₁), and M = F + βS′ gives
  S′(θ₁) = M (1 − γλ + γM)⁻¹. The exponential moving average is heavy ball with (1 − β)γ.

## Heavy ball
"""
COMMANDS = """
`bea derive heavy-ball --param beta --order 6 --step` has it to γ⁶, `bea derive METHOD PROBLEM
--step` on a loss of your own, and `bea verify heavy-ball himmelblau -p beta=1/2 --order 3 --step`
confirms it: plain steps on the loss to order K miss the iterates by γ^(K+1), with the powers 1, 2,
3, 4 for K = 0 … 3, and with the last term doubled, or left out, by one power less.
"""


def on_trees() -> Iterator[Method]:
    """Yield the registered methods that have an equation on trees; some have to be chosen."""
    for name in available():
        try:
            method = get(name, **SYMBOLIC.get(name, {}))
            derived(method, 2)
        except (BeaError, AttributeError):  # no trees, or a tableau that the user has to give
            continue
        if not method.moved:  # meant for q'' = g(q), which as a field of (q, p) is no gradient
            yield method
    yield from MORE


def derived(method: Method, order: int) -> ModifiedEquation:
    """Return the equation for every field; what a method says of its parameters is not printed.

    Raises `AttributeError` for one in components.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GuessWarning)
        equation: ModifiedEquation = bea.modified_equation(method, order=order)
    _ = equation.coefficients
    return equation


def row(method: Method, order: int = ORDER) -> Row:
    """Return name, order, the first powers without a loss of flow and step, and what is left."""
    while number_up_to(order + 1, method.colors) > MOST_TREES:
        order -= 1
    flow = derived(method, order)
    step = flow.step_equation()
    first = [(*equation.is_gradient, False).index(False) for equation in (flow, step)]
    powers = [None if k > order else k for k in first]
    return str(method), order, powers[0], powers[1], left_over(step, powers[1])


def left_over(step: ModifiedEquation, power: int | None) -> str:
    """Write the part of the term of that power that is no gradient."""
    if power is None:
        return ""
    rest = remainder_on_trees(step.coefficients, power + 1)
    notation = "f" if len(step.method.colors) > 1 else "grad"
    return term(power, tree_terms(rest, power, notation)[power])


def page() -> Iterator[str]:
    """Yield the lines of the page."""
    yield HEAD
    yield "| method | decided to | flow: none from | step: none from | left over in g |"
    yield "|---|---|---|---|---|"
    for method in on_trees():
        name, order, flow, step, rest = row(method)
        powers = ["*always one*" if k is None else gamma_power(k) for k in (flow, step)]
        found = " | ".join(powers)
        yield f"| {name} | {gamma_power(order)} | {found} | {rest} |"
    yield TAIL
    heavy_ball = derived(get("heavy-ball", beta="beta"), 3)
    yield f"    {heavy_ball.discrete_loss()}"
    yield COMMANDS.rstrip()


if __name__ == "__main__":
    for line in page():
        print(line)
