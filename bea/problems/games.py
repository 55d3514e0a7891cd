"""Two-player games: each player descends a loss of its own, and their variables share one clock.

Player 1 lowers L1 by its own variables, player 2 lowers L2 by its own, at the rates gamma r1 and
gamma r2. The field is (-r1 grad_1 L1, -r2 grad_2 L2), a gradient only by chance. Who moves when is
the business of `bea.methods.partitioned.games`. Source: Balduzzi, Racaniere, Martens, Foerster,
Tuyls and Graepel, The mechanics of n-player differentiable games, ICML 2018.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bea.algebra.language.expressions import Expression, free_symbols, to_text
from bea.algebra.language.grammar import declared_names
from bea.algebra.ring.conversions import read, to_expression
from bea.algebra.ring.element import Element
from bea.algebra.ring.exact import as_float, exact
from bea.algebra.ring.ring import Ring
from bea.errors import DimensionError, DomainError, ExpressionError
from bea.fields.about import About
from bea.fields.sources import expressions_of, read_source
from bea.fields.vector_field import VectorField
from bea.problems.problem import Problem, Put
from bea.problems.registry import register

Names = str | Sequence[str]
Blocks = tuple[tuple[str, ...], tuple[str, ...]]

_PAIR = "give one for each player, such as "


class Game(VectorField):
    """A game of two players, as the vector field of their simultaneous descent.

    Parameters
    ----------
    losses
        L1 and L2, in a ring whose variables are those of player 1 and then those of player 2.
    blocks
        The variables of either player.
    rates
        r1 and r2, elements of the ring that hold no variable.
    about
        Name, source, plotting window and the like.

    Examples
    --------
    >>> chase = game("x*y", "-x*y", rates=("r", 1))
    >>> chase
    Game(x' = -y*r, y' = x)
    >>> chase.losses, chase.blocks
    ((x*y, -x*y), (('x',), ('y',)))
    """

    def __init__(
        self,
        losses: Sequence[Element],
        blocks: Blocks,
        rates: Sequence[Element],
        about: About | None = None,
    ) -> None:
        self.losses = tuple(losses)
        self.blocks = blocks
        self.rates = tuple(rates)
        slopes = [loss.gradient() for loss in self.losses]
        owners = [0] * len(blocks[0]) + [1] * len(blocks[1])
        components = [-slopes[k][i] * self.rates[k] for i, k in enumerate(owners)]
        super().__init__(components, about)

    def with_parameters(self, names: Sequence[str]) -> Game:
        """Return the same game over a ring with further symbolic parameters."""
        ring = Ring(self.variables, (*self.parameters, *names))
        losses, rates = (
            [read(ring, to_expression(e)) for e in group] for group in (self.losses, self.rates)
        )
        return Game(losses, self.blocks, rates, self.about)


def game(
    *losses: Any,
    players: Sequence[Names] = ("x", "y"),
    rates: Sequence[Any] = (1, 1),
    parameters: Names | Mapping[str, Any] = (),
    about: About | None = None,
) -> Game:
    """Return the game of two players, each of whom descends a loss of its own.

    Parameters
    ----------
    *losses
        L1 and L2, as texts or SymPy expressions. In a zero-sum game L2 is -L1.
    players
        The variables of player 1 and those of player 2, each a text such as "x1 x2" or a sequence.
    rates
        r1 and r2: the players' step sizes are gamma r1 and gamma r2. They are exact and positive,
        or symbols such as "r1".
    parameters
        Names that stay symbolic, or a mapping from names to exact values (None: symbolic).
    about
        Name, plotting window and the like.

    Raises
    ------
    DimensionError
        If there are not two losses, two players and two rates, or a player has no variables.
    ExpressionError
        If a variable belongs to both players or to none, or an expression cannot be read.
    DomainError
        If a rate is not positive.

    Examples
    --------
    >>> game("x*y", "-x*y")
    Game(x' = -y, y' = x)
    >>> game("(a + b)*u", "u**2*a - b", players=("a b", "u"), rates=(2, "1/3"))
    Game(a' = -2*u, b' = -2*u, u' = -2*a*u/3)
    """
    blocks = _blocks(players)
    texts = _two(losses, "loss", "losses", "'x*y', '-x*y'")
    pair = _two(rates, "rate", "rates", "rates=(1, 2)")
    speeds = [exact(rate, f"the rate of player {k}") for k, rate in enumerate(pair, start=1)]
    variables = (*blocks[0], *blocks[1])
    given = _with_symbols(parameters, speeds)
    _check_owned([e for text in texts for e in expressions_of(text, None)], variables, given)
    ring, expressions, _ = read_source([*texts, *speeds], variables, given, about)
    if len(expressions) != 4:
        raise DimensionError(f"a loss of a game is one expression: {_PAIR}'x*y', '-x*y'")
    _check_rates(expressions[2:])
    elements = [read(ring, e) for e in expressions]
    about = about or About(name=f"game ({'; '.join(map(to_text, expressions[:2]))})")
    return Game(elements[:2], blocks, elements[2:], about)


@dataclass(frozen=True)
class GameProblem(Problem):
    """A game of the library in texts; `formula` is its field, as for any other.

    Attributes
    ----------
    losses
        L1 and L2.
    players
        The variables of each.
    rates
        r1 and r2.
    """

    losses: tuple[str, ...] = ()
    players: tuple[str, ...] = ()
    rates: tuple[str, ...] = ("r1", "r2")

    def heading(self, kind: str) -> list[str]:
        """Return the losses of the players, who moves what, and the field."""
        lines = [
            f"L{k} = {loss}, which player {k} lowers by {names} at the rate {rate}"
            for k, (loss, names, rate) in enumerate(
                zip(self.losses, self.players, self.rates, strict=True), start=1
            )
        ]
        return [*lines, *super().heading(kind)]

    def texts(self) -> list[str]:
        """Return all the texts in which a parameter may stand."""
        return [*super().texts(), *self.losses, *self.rates]

    def make(
        self, kind: str, parts: Sequence[Expression], symbols: Names, about: About, put: Put
    ) -> Game:
        """Return the game, from its losses."""
        losses, rates = [put(text) for text in self.losses], [put(text) for text in self.rates]
        return game(*losses, players=self.players, rates=rates, parameters=symbols, about=about)


@register("field")
def bilinear_game(r1: Any = 1, r2: Any = 1) -> Problem:
    """Bilinear zero-sum game, L1 = x*y: the players chase each other in circles."""
    return GameProblem(
        losses=("x*y", "-x*y"),
        players=("x", "y"),
        formula="-r1*y, r2*x",
        variables="x y",
        source="Balduzzi, Racaniere, Martens, Foerster, Tuyls and Graepel, The mechanics of "
        "n-player differentiable games, ICML 2018",
        window=((-2, 2), (-2, 2)),
        start=("1", "0"),
        time=3.0,
        critical=(("0", "0"),),
        invariants=("r2*x**2 + r1*y**2",),
        positive=("r1", "r2"),
        note="simultaneous descent spirals out; alternating descent keeps "
        "r2*x**2 + r1*y**2 - γ*r1*r2*x*y",
    )


@register("field")
def dirac_gan(r1: Any = 1, r2: Any = 1) -> Problem:
    """Dirac-GAN: a generator x and a discriminator y of one parameter each."""
    return GameProblem(
        losses=("-log(1 + exp(-x*y))", "log(1 + exp(-x*y))"),
        players=("x", "y"),
        formula="-r1*y/(1 + exp(x*y)), r2*x/(1 + exp(x*y))",
        variables="x y",
        source="Mescheder, Geiger and Nowozin, Which training methods for GANs do actually "
        "converge?, ICML 2018, definition 2.1",
        window=((-2, 2), (-2, 2)),
        start=("1", "1/2"),
        time=3.0,
        critical=(("0", "0"),),
        invariants=("r2*x**2 + r1*y**2",),
        positive=("r1", "r2"),
        note="the flow keeps r2*x**2 + r1*y**2 and never reaches the equilibrium at 0",
    )


@register("field")
def regularised_game(mu: Any = "1/2", r1: Any = 1, r2: Any = 1) -> Problem:
    """Bilinear game with a quadratic regulariser for each player, whose flow spirals in."""
    return GameProblem(
        losses=("x*y + mu*x**2/2", "-x*y + mu*y**2/2"),
        players=("x", "y"),
        formula="-r1*(y + mu*x), r2*(x - mu*y)",
        variables="x y",
        source="Balduzzi, Racaniere, Martens, Foerster, Tuyls and Graepel, The mechanics of "
        "n-player differentiable games, ICML 2018",
        window=((-1.5, 1.5), (-1.5, 1.5)),
        start=("1", "1"),
        time=2.0,
        critical=(("0", "0"),),
        positive=("r1", "r2"),
        note="simultaneous descent converges only for small γ: at equal rates 1 for "
        "γ < 2*mu/(1 + mu**2)",
    )


# --- private helpers ----------------------------------------------------------------------------


def _two(given: Sequence[Any], one: str, many: str, example: str) -> tuple[Any, Any]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        given = (given,)
    if len(given) != 2:
        are = f"is 1 {one}" if len(given) == 1 else f"are {len(given) or 'no'} {many}"
        raise DimensionError(f"a game has two players and there {are}: {_PAIR}{example}")
    return given[0], given[1]


def _blocks(players: Sequence[Names]) -> Blocks:
    pair = _two(players, "player", "players", "players=('x', 'y')")
    first, second = (declared_names(names) for names in pair)
    for number, block in enumerate((first, second), start=1):
        if not block:
            raise DimensionError(
                f"player {number} has no variables: name them, such as players=('x', 'y')"
            )
    both = sorted({*first} & {*second})
    if both:
        raise ExpressionError(
            f"variable '{both[0]}' belongs to both players: leave it to one of them"
        )
    return first, second


def _check_rates(rates: Sequence[Expression]) -> None:
    for number, rate in enumerate(rates, start=1):
        if not free_symbols(rate) and not as_float(rate) > 0:
            raise DomainError(
                f"the rate of player {number} is {to_text(rate)}: give a positive number, or a "
                f"symbol such as 'r{number}'"
            )


def _with_symbols(
    parameters: Names | Mapping[str, Any], rates: Sequence[Expression]
) -> dict[str, Any]:
    """Return the parameters with the open symbols of the rates among them."""
    if isinstance(parameters, Mapping):
        given = dict(parameters)
    else:
        given = dict.fromkeys(declared_names(parameters))
    for name in sorted(frozenset().union(*map(free_symbols, rates))):
        given.setdefault(name, None)
    return given


def _check_owned(
    expressions: Sequence[Expression], variables: Sequence[str], parameters: Mapping[str, Any]
) -> None:
    for name in variables:
        if name in parameters:
            raise ExpressionError(
                f"'{name}' is a variable of a player and a parameter: rename one of them"
            )
    found = frozenset().union(*map(free_symbols, expressions))
    strangers = sorted(found - set(variables) - set(parameters))
    if strangers:
        raise ExpressionError(
            f"variable '{strangers[0]}' belongs to no player: name it in players, or in parameters"
        )
