"""Which problem is meant: a name, an expression, or a game.

What a name or an expression means is in `bea.problems`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bea.errors import BeaError, DimensionError, UnknownNameError

if TYPE_CHECKING:
    from bea.fields import VectorField

_NAME = re.compile(r"[^\W\d][\w-]*")


class ProblemText(Protocol):
    """What was typed to say which problem is meant, in whatever options."""

    @property
    def text(self) -> str | None:
        """The name or expression that was given, if any."""
        ...

    def read(self, parameters: Mapping[str, Any]) -> VectorField:
        """Return the problem, with these parameters."""
        ...

    def parameter_names(self) -> list[str]:
        """Return the names that a `--param` of this problem may have."""
        ...


@dataclass(frozen=True)
class GameText:
    """A game of two players as it was typed, with semicolons between what is whose.

    Examples
    --------
    >>> GameText("x*y; -x*y", "x; y", "1; r").read({})
    Game(x' = -y, y' = x*r)
    """

    losses: str
    players: str | None = None
    rates: str | None = None

    def read(self, parameters: Mapping[str, Any]) -> VectorField:
        """Return the game, with these parameters."""
        from bea import problems

        rates = (1, 1) if self.rates is None else _pair(self.rates, "--rates", "1; 1/2")
        losses, players = self._parts()
        return problems.game(*losses, players=players, rates=rates, parameters=parameters)

    def parameter_names(self) -> list[str]:
        """Return the names in losses and rates that are no variables."""
        from bea.algebra.language.functions import names_in
        from bea.algebra.language.grammar import declared_names

        losses, players = self._parts()
        rates = [] if self.rates is None else _pair(self.rates, "--rates", "1; 1/2")
        found = frozenset().union(*(names_in(text) for text in (*losses, *rates)))
        return sorted(found - {name for names in players for name in declared_names(names)})

    def _parts(self) -> tuple[list[str], list[str]]:
        if self.players is None:
            raise BeaError(
                "--game is given without --players: say whose the variables are, such as "
                "--players 'x; y'"
            )
        losses = _pair(self.losses, "--game", "x*y; -x*y")
        return losses, _pair(self.players, "--players", "x; y")


def _pair(text: str, option: str, example: str) -> list[str]:
    """Return the two parts of a text, one for each player."""
    parts = [part.strip() for part in text.split(";")]
    if len(parts) != 2 or not all(parts):
        raise DimensionError(
            f"{option} '{text}' is not one for each of two players: write them with ';' between, "
            f"such as '{example}'"
        )
    return parts


@dataclass(frozen=True)
class Source:
    """What was typed to say which problem is meant; all but the variables exclude each other."""

    positional: str | None = None
    loss: str | None = None
    field: str | None = None
    hamiltonian: str | None = None
    problem: str | None = None
    variables: str | None = None
    game: GameText | None = None

    @property
    def text(self) -> str | None:
        """The name or expression that was given, if any."""
        given = self._given()
        if len(given) > 1:
            refuse_method(self.positional)
            raise BeaError(f"{' and '.join(given)} are given together: give one of them")
        if self.variables is not None and not self.variables.strip():
            raise BeaError("--variables is empty: write their names, such as 'x y'")
        if self.game is not None and self.variables is not None:
            raise BeaError("a game has the variables of its players: leave --variables out")
        if not given and self.variables is not None:
            raise BeaError(
                "--variables is given without an expression: add --loss, --field or --hamiltonian"
            )
        found = next(iter(given.values()), None)
        _check_no_call(found)
        _check_no_equation(self.loss or self.positional)
        return found

    def read(self, parameters: Mapping[str, Any]) -> VectorField:
        """Return the problem, with these parameters."""
        from bea import problems

        if self.game is not None:
            return self.game.read(parameters)
        if self.loss is not None:
            return problems.find_loss(self.loss, self.variables, parameters)
        if self.field is not None:
            return problems.find_field(self.field, self.variables, parameters)
        if self.hamiltonian is not None:
            return problems.find_hamiltonian(self.hamiltonian, self.variables, parameters)
        name = self.text
        assert name is not None
        if self.problem is not None or self.is_name:
            self._check_no_variables(name)
            return problems.get(name, **parameters)
        try:
            return problems.find_loss(name, self.variables, parameters)
        except UnknownNameError:
            refuse_method(name)
            if not _NAME.fullmatch(name):
                raise
            return problems.get(name)  # says the nearest name, of ODEs too

    @property
    def is_name(self) -> bool:
        """Whether the text is the name of a problem of the library."""
        from bea import problems

        return self.text is not None and problems.plain_name(self.text) in problems.available()

    def parameter_names(self) -> list[str]:
        """Return the names that a `--param` of this problem may have."""
        from bea import problems
        from bea.algebra.language.functions import names_in
        from bea.algebra.language.grammar import declared_names

        text = self.text
        if text is None:
            return []
        if self.game is not None:
            return self.game.parameter_names()
        if self.is_name:
            return list(problems.available()[problems.plain_name(text)].parameters)
        if _NAME.fullmatch(text):
            self.read({})  # a misspelt name is told here
        return sorted(names_in(text) - set(declared_names(self.variables or "")))

    def _given(self) -> dict[str, str]:
        named = {
            "a problem": self.positional,
            "--loss": self.loss,
            "--field": self.field,
            "--hamiltonian": self.hamiltonian,
            "--problem": self.problem,
            "--game": None if self.game is None else self.game.losses,
        }
        return {name: value for name, value in named.items() if value is not None}

    def _check_no_variables(self, name: str) -> None:
        if self.variables is not None:
            raise BeaError(f"problem '{name}' has its own variables: leave --variables out")


def refuse_method(text: str | None) -> None:
    """Refuse the name of a method in the place of a problem."""
    from bea import methods
    from bea.methods.names import method_named

    try:
        method_named(text or "", methods.available())
    except UnknownNameError:
        return
    raise BeaError(
        f"'{text}' is a method and no problem: methods are given by --method, or first where a "
        "command takes METHOD"
    )


def _check_no_equation(text: str | None) -> None:
    from bea.fields.sources import is_equation

    if text is not None and is_equation(text):
        raise BeaError(f"'{text}' is an equation and no loss: give it by --field \"{text}\"")


def _check_no_call(text: str | None) -> None:
    """Refuse the parameters of a problem in brackets, which an expression cannot have."""
    from bea import problems

    name, _, given = (text or "").partition("(")
    record = problems.available().get(problems.plain_name(name))
    if given and record is not None:
        first = "".join(given.split(",")[0].rstrip(") ").split())
        if not record.parameters:
            raise BeaError(f"problem '{record.name}' has no parameters: leave the brackets out")
        if "=" not in first:
            first = f"{next(iter(record.parameters))}={first}"
        raise BeaError(f"a problem's parameters stand apart: write {name} --param {first}")
