"""What a command is about: the options that say which method, on which problem, and with what.

They are read by `Source` (problems and games), `bea.methods` and `bea.methods.schedules`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import signature
from typing import TYPE_CHECKING, Any

from bea.cli.reading import options
from bea.cli.reading.parameters import dealt
from bea.cli.reading.sources import GameText, ProblemText, Source
from bea.cli.streams import note
from bea.errors import BeaError, DimensionError, MethodError, UnknownNameError

if TYPE_CHECKING:
    from bea.fields import VectorField
    from bea.methods import Method


@dataclass(frozen=True)
class Chosen:
    """The method and the problem that were asked for.

    Attributes
    ----------
    method : Method
        With its schedule, if there is one.
    problem : VectorField or None
        With the time as last variable, if there is a schedule.
    plain : VectorField or None
        The problem as it was given.
    """

    method: Method
    problem: VectorField | None
    plain: VectorField | None

    @property
    def is_scheduled(self) -> bool:
        """Whether the problem has the time as last variable."""
        return self.problem is not self.plain

    @property
    def in_pieces(self) -> bool:
        """Whether the schedule has jumps or kinks, across which no modified equation goes."""
        return getattr(self.method, "in_pieces", False)

    def followed(self) -> Chosen:
        """Return the same to run with: in the variables that its equation has."""
        scheduled = self.is_scheduled or self.method.iterates_only
        if self.plain is None or scheduled or self.plain.parameters:
            return self
        from bea.modified.memory.character import Character
        from bea.modified.memory.variables import in_own_variables

        found = in_own_variables(Character(self.method, self.plain))
        if found.problem is self.plain:
            return self
        return Chosen(found.method, found.problem, found.problem)

    def no_longer(self, time: float) -> float:
        """Return a time that ends with the schedule; the schedule's, where that is in pieces."""
        schedule = getattr(self.method, "schedule", None)
        if schedule is None:
            return time
        end = int(schedule.time.p) / int(schedule.time.q)
        return end if self.in_pieces else min(time, end)

    def on_problem(self) -> tuple[Method, VectorField]:
        """Return method and problem where there must be numbers to run with.

        Raises
        ------
        BeaError
            If there is no problem, or one of its parameters has no value.
        """
        if self.plain is None or self.problem is None:
            raise BeaError(
                "no problem is given: name one ('bea list problems' has all), or give --loss or "
                "--field"
            )
        self.plain.require_values()
        return self.method, self.problem

    def points(self, given: list[list[float]], option: str) -> list[list[float]]:
        """Return points of the problem's own variables as starts, at t = 0 with a schedule."""
        placed = getattr(self.method, "placed", None)
        if placed is not None:
            return [list(map(float, point)) for point in placed(given)]
        from bea.algebra.language.texts import shortened

        if self.plain is not None and len(given[0]) != self.plain.dimension:
            names = self.plain.variables
            raise DimensionError(
                f"{option} has points of {len(given[0])} components and the problem has "
                f"{len(names)} ({shortened(', '.join(names))}): write one for each, such as "
                f"{','.join(map(str, range(1, len(names) + 1)))}"
                + "; the time begins at 0 and is no part of a start"
                * self.is_scheduled
            )
        return [[*point, 0.0] for point in given] if self.is_scheduled else given

    def default_points(self, count: int) -> Any:
        """Return starts that suit the problem, (count, d), at t = 0 with a schedule."""
        from bea.measure.order import default_starts

        assert self.problem is not None
        found = default_starts(self.problem, count)
        placed = getattr(self.method, "placed", None)
        if placed is not None:
            return placed(found)
        if self.is_scheduled:
            found[:, -1] = 0.0
        return found


@dataclass(frozen=True)
class Subject:
    """The options by which all commands say what to follow."""

    loss: options.Loss = None
    field: options.Field = None
    hamiltonian: options.HamiltonianOption = None
    problem: options.ProblemOption = None
    variables: options.Variables = None
    game: options.Game = None
    players: options.Players = None
    rates: options.Rates = None
    split: options.Split = None
    update: options.Update = None
    schedule: options.Schedule = None
    param: options.Params = None

    def chosen(self, method: str | None, problem: str | None) -> Chosen:
        """Return what is meant, where the method and the problem may stand outside of the options.

        Parameters
        ----------
        method
            Its name or text; None for what suits the problem: gradient descent on a loss,
            simultaneous descent in a game, explicit Euler on another field.
        problem
            The problem that was given by its place.

        Raises
        ------
        BeaError
            If something does not exist, is missing or is ambiguous.
        """
        found = self._unscheduled(method, self._source(problem))
        return found if self.schedule is None else _scheduled(found, self.schedule)

    def placed(self, method: str | None, problem: str | None, command: str) -> Chosen:
        """Return what is meant by a command with two arguments, METHOD and PROBLEM.

        Beside an update rule there is no METHOD, so that the first argument is the problem; a game
        needs neither.

        Raises
        ------
        BeaError
            If there is neither a method nor a rule, or both; and what `chosen` raises.
        """
        if self.update is not None:
            if problem is not None:
                raise BeaError("a METHOD and --update are given: give one of them")
            return self.chosen(None, method)
        if method is None and self.game is None:
            raise BeaError(
                f"missing argument 'METHOD': 'bea {command} --help' shows how it is used"
            )
        return self.chosen(method, problem)

    def on(self, method: str | None, source: ProblemText) -> Chosen:
        """Return what is meant on a problem that other options say, such as a finite sum."""
        return self._unscheduled(method, source)

    # --- private helpers ----------------------------------------------------------------------

    def _with_split(
        self, method: str, given: dict[str, Any], problem: VectorField | None
    ) -> dict[str, Any]:
        """Return the hyperparameters with the split among them, where one is given."""
        if self.split is None:
            return given
        split = self.split if self.split.strip() != "each" else _each(problem)
        own = {"split", "first"} & set(_hyperparameters(method))
        if not own:
            raise MethodError(
                f"method '{method}' follows the field as a whole: leave --split out, or take "
                "symplectic-euler, stormer-verlet, splitting, cyclic or imex-euler"
            )
        if own & set(given):
            raise BeaError(f"--split and --param {min(own)} are given: give one of them")
        return {**given, min(own - {"first"} or own): split}

    def _source(self, positional: str | None) -> Source:
        game = None if self.game is None else GameText(self.game, self.players, self.rates)
        if game is None and (self.players is not None or self.rates is not None):
            option = "--rates" if self.players is None else "--players"
            raise BeaError(f"{option} is given without a game: add --game 'x*y; -x*y'")
        return Source(
            positional, self.loss, self.field, self.hamiltonian, self.problem, self.variables, game
        )

    def _unscheduled(self, method: str | None, source: ProblemText) -> Chosen:
        from bea import methods

        if self.update is not None and self.split is not None:
            raise BeaError("--split is for methods with parts, and --update says who moves when")
        if self.update is not None and method is not None:
            raise BeaError("--method and --update are given together: give one of them")
        has_problem = source.text is not None
        name, given = _named(method)
        names = _hyperparameters(name) if self.update is None else _names_in(self.update)
        called = "by default" if self.update is None else "the update"
        of_method, of_problem = dealt(
            self.param or (), name or called, names, source.parameter_names(), given
        )
        problem = source.read(of_problem) if has_problem else None
        if self.update is not None:
            return Chosen(methods.from_text(self.update, **of_method), problem, problem)
        name = name or _suiting(problem)
        of_method = _with_players(name, self._with_split(name, of_method, problem), problem)
        _check_complete(name, of_method)
        found = methods.get(name, **of_method)
        _say_if_read_as_loss(found, source, problem)
        return Chosen(found, problem, problem)


# --- private helpers ----------------------------------------------------------------------------

# Whole numbers of a name, as in BDF(2), ARS(2,2,2).
_STEPS = re.compile(r"\(\s*\d+(?:\s*,\s*\d+)*\s*,?\s*\)$")


def _scheduled(found: Chosen, schedule: str) -> Chosen:
    """Return the method with its schedule, and the problem with the time, under a free name."""
    from bea.fields import with_time
    from bea.methods import Scheduled

    method = Scheduled(found.method, schedule)
    if found.plain is None:
        return replace(found, method=method)
    found.method.check_field(found.plain)
    taken = {*found.plain.variables, *found.plain.parameters}
    name = next(name for name in ("t", "time", "time_") if name not in taken)
    return replace(found, method=method, problem=with_time(found.plain, name))


def _named(method: str | None) -> tuple[str | None, dict[str, Any]]:
    """Return the name of a method, which exists, and the hyperparameters that stand beside it."""
    from bea import methods
    from bea.algebra.language.calls import read_call
    from bea.methods.foreign import MARK

    given: dict[str, Any] = {}
    if method is None:
        return None, given
    method = _STEPS.sub(lambda called: re.sub(r"\D", "", called[0]), method)
    if "(" in method or "=" in method:
        method, given = read_call(method, "method", "heavy-ball(beta=1/2)")
    if method in methods.available() or MARK in method:
        return method, given
    _check_is_no_problem(method)
    found, said = meant(method)
    return found, {**said, **given}


def meant(method: str) -> tuple[str, dict[str, Any]]:
    """Return the method that a name means and what the name says of it, and tell it."""
    from bea import methods
    from bea.methods.names import method_named

    found, said = method_named(method, methods.available())
    if found not in method or said:
        note(f"'{method}' is {found}" + "".join(f" with {k}={v}" for k, v in said.items()))
    return found, said


def _suiting(problem: VectorField | None) -> str:
    from bea.fields import Loss
    from bea.problems import Game

    if isinstance(problem, Game):
        return "simultaneous"
    return "gradient-descent" if isinstance(problem, Loss) else "explicit-euler"


def _say_if_read_as_loss(method: Method, source: ProblemText, problem: VectorField | None) -> None:
    """Tell that a bare expression is a loss, where the method is one for differential equations."""
    text = source.positional if isinstance(source, Source) else None
    named = isinstance(source, Source) and source.is_name
    if text is not None and problem is not None and not method.gradient and not named:
        each = ", ".join(f"{x}' = ..." for x in problem.variables)
        sides = f"'{text}'" if problem.dimension == 1 else f'"{each}"'  # as shells take them
        mechanics = {x[0] for x in problem.variables} == {"p", "q"}
        energy = f"; for a Hamiltonian, --hamiltonian '{text}'" if mechanics else ""
        note(
            f"'{text}' is read as a loss L, and {method.name} follows -grad L: for a differential "
            f"equation give its right-hand side, --field {sides}{energy}"
        )


def _each(problem: VectorField | None) -> str:
    """Return the split that makes a block of every variable."""
    if problem is None:
        raise BeaError(
            "--split each asks for a problem, whose variables it counts: name one, or write the "
            "blocks, such as --split 'x; y; z'"
        )
    return "; ".join(problem.variables)


def _with_players(
    name: str, given: Mapping[str, Any], problem: VectorField | None
) -> dict[str, Any]:
    """Tell alternating descent how many variables move first, unless it was told.

    They are player 1's.
    """
    from bea.problems import Game

    if name == "alternating" and isinstance(problem, Game):
        return {"first": len(problem.blocks[0]), **given}
    return dict(given)


def _names_in(update: str) -> Sequence[str]:
    from bea.methods.rules.text import read_rule

    return read_rule(update).hyperparameters


def _check_is_no_problem(method: str) -> None:
    from bea import problems

    formula = any(sign in method for sign in "*/^")
    if formula or method in problems.available():
        what = "an expression" if formula else "a problem"
        raise UnknownNameError(
            f"'{method}' is {what} and no method: name a method first, such as "
            f"gradient-descent {shlex.quote(method)}"
        )


def _hyperparameters(method: str | None) -> list[str]:
    from bea import methods
    from bea.methods.foreign import MARK, option_names

    if method is not None and MARK in method:
        return option_names(method)
    cls = methods.available().get(method or "")
    return list(signature(cls).parameters) if cls else []


def _check_complete(method: str, given: Mapping[str, Any]) -> None:
    """Ask for the hyperparameters that have no default, with an example."""
    from bea import methods
    from bea.methods.foreign import MARK

    if MARK in method:
        return
    parameters = signature(methods.available()[method]).parameters.values()
    missing = [p.name for p in parameters if p.default is p.empty and p.name not in given]
    if missing:
        several = method == "additive-runge-kutta"
        shown = " ".join(f"--param {_example(name, several)}" for name in missing)
        raise MethodError(f"method '{method}' needs {' and '.join(missing)}: add, say, {shown}")


def _example(name: str, several: bool) -> str:
    """Return a value that a hyperparameter without a default may have."""
    if several and name == "A":
        return 'A="0,0; 0,1/2 | 0,0; 1/2,0"'
    return _EXAMPLES.get(name, f"{name}=1/2")


_EXAMPLES = {
    **{name: f'{name}="0,0; 1/2,0"' for name in ("A", "A1", "A2")},
    **{name: f'{name}="0,1"' for name in ("b", "b1", "b2", "c")},
    "bbar": 'bbar="1/2,0"', "G": 'G="1; 0,1"', "base": "base=heun", "stages": 'stages="A, B"',
    "weights": 'weights="1/2, 1/2"',
}  # fmt: skip
