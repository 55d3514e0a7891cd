"""Running a command: every mistake is answered with one line and a status."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import typer
from typer.main import get_command

from bea.cli.app import app
from bea.cli.streams import note, one_line, prepare, silence
from bea.errors import BeaError, GuessWarning, nearest

# Base of click's errors; newer typer carries its own copy of click, under no public name.
_ClickException: Any = typer.BadParameter.__mro__[2]
_WRONG, _BROKEN_PIPE = 2, 141


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its status, after everything was written.

    Raises
    ------
    KeyboardInterrupt
        If it is interrupted; what can be said about it is its argument.
    """
    prepare()
    return _flushed(_run(list(arguments)))


# --- private helpers ----------------------------------------------------------------------------


def _run(arguments: list[str]) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("always", GuessWarning)
        warnings.showwarning = _warned(warnings.showwarning)
        return _answered(arguments)


def _warned(other: Callable[..., None]) -> Callable[..., None]:
    """Return what shows a guess as a note, once, and all else as `other` does."""
    told: set[str] = set()

    def show(message: Any, category: Any, *place: Any, **options: Any) -> None:
        if not issubclass(category, GuessWarning):
            other(message, category, *place, **options)
        elif str(message) not in told:
            told.add(str(message))
            note(f"warning: {message}")

    return show


def _answered(arguments: list[str]) -> int:
    try:
        return int(_command().main(arguments, "bea", standalone_mode=False) or 0)
    except _ClickException as error:
        return _failed(_usage(error, arguments))
    except BeaError as error:
        return _failed(_in_options(str(error), arguments))
    except BrokenPipeError:
        silence(sys.stdout)
        return _BROKEN_PIPE
    except OSError as error:
        if not error.filename:  # files that bea writes are named
            return _failed(_unwritten(error))
        return _failed(f"'{error.filename}': {error.strerror}; choose another file or folder")
    except MemoryError:
        return _failed("there is not enough memory for this: take fewer runs, steps or records")
    except typer.Abort as error:
        raise KeyboardInterrupt(*getattr(error.__cause__, "args", ())) from None


@cache
def _command() -> Any:
    return get_command(app)


def _flushed(status: int) -> int:
    """Return the status, after what is still in the buffer has met its end."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        silence(sys.stdout)
        return _BROKEN_PIPE
    except OSError as error:
        return _failed(_unwritten(error))
    return status


def _unwritten(error: OSError) -> str:
    silence(sys.stdout)
    return f"cannot write to standard output: {error.strerror or error}"


def _failed(message: str) -> int:
    note(f"bea: {one_line(message)}")
    return _WRONG


def _usage(error: Any, arguments: Sequence[str]) -> str:
    """Return what is wrong with the command line, with the nearest name and where to look."""
    context: Any = getattr(error, "ctx", None)
    path = context.command_path if context else _named_command(arguments)
    message = str(error.format_message()).rstrip(".")
    option = getattr(error, "option_name", None)
    if option and "No such option" in message:
        message = _no_such_option(option, context, arguments)
    elif message.startswith("No such command"):
        message = _no_such_command(message.split("'")[1], list(context.command.commands))
    elif "unexpected extra argument" in message and "--method" in _options(context):
        message += ". The method is given by --method"
    elif "unexpected extra argument" in message and "=" in message:
        message += ". Parameters are given by --param"
    message = message[:1].lower() + message[1:]
    return f"{message}{'' if message[-1] in '?.' else ':'} '{path} --help' shows how it is used"


def _named_command(arguments: Sequence[str]) -> str:
    """Return "bea derive" and the like, for an error that does not know where it happened."""
    known = [c.name for c in app.registered_commands] + [g.name for g in app.registered_groups]
    return f"bea {arguments[0]}" if arguments and arguments[0] in known else "bea"


def _no_such_command(typed: str, known: Sequence[str]) -> str:
    if typed.lower() in ("help", "version"):
        return f"no such command '{typed}'. Write --{typed.lower()}."
    hint = nearest(typed, known) or f" There are {', '.join(known)}."
    return f"no such command '{typed}'.{hint}"


def _rates() -> set[str]:
    """Return options for the step size; "--step" and "--rate" mean rather "--steps", "--rates"."""
    from bea.methods.names import RATES

    known = {f"--{name}" for name in {*RATES, "gammas", "learning-rate", "step-size"}}
    return known - {"--step", "--rate"}


def _options(context: Any) -> list[str]:
    params = context.command.get_params(context) if context else []
    return [name for param in params for name in param.opts]


def _takes_a_method(context: Any) -> bool:
    params = context.command.get_params(context) if context else []
    return any(param.param_type_name == "argument" and param.name == "method" for param in params)


def _in_options(message: str, arguments: Sequence[str]) -> str:
    """Return a message of the library with the option for the step size that a command has."""
    from bea.methods.names import RATE_TAKEN

    command = _command()
    for word in arguments:
        command = getattr(command, "commands", {}).get(word, command)
    known = [name for param in command.params for name in param.opts]
    return message.replace(RATE_TAKEN, _rate_given_by(known))


def _rate_given_by(known: Sequence[str]) -> str:
    own = next((name for name in ("--gammas", "--gamma") if name in known), "")
    runs = "equations leave it a symbol, and runs take it, as bea verify --gammas"
    return f"it is given by {own}" if own else runs


def _no_such_option(option: str, context: Any, arguments: Sequence[str]) -> str:
    typed = next((a for a in arguments if a.startswith(option)), option)
    if not option.startswith("--") and not typed[1:].isalpha():
        return f"'{typed}' begins with '-' and is read as an option: give it to --loss or --field"
    from bea.methods.names import RATE_TOLD

    known = _options(context)
    if option in _rates():
        return f"no such option '{option}'. {RATE_TOLD}{_rate_given_by(known)}."
    name, close = option.lstrip("-"), nearest(option.lstrip("-"), [o.lstrip("-") for o in known])
    if option in ("--method", "-m") and _takes_a_method(context):
        return f"no such option '{option}'. The method is the first argument, METHOD."
    of_param = option.startswith("--") and "--param" in known and f"{option}s" not in known
    if of_param and (own := _parameter(name)):
        return f"no such option '{option}'. Write --param {own}=…, beside what has it."
    close = close.replace("mean '", "mean '--") if len(name) > 1 else ""
    return f"no such option '{option}'.{close}"


def _parameter(name: str) -> str:
    """Return the name that a parameter of a method or a problem has, or no name."""
    from bea import problems
    from bea.methods.registry import is_hyperparameter

    plain = name.replace("-", "_")
    others = {known for record in problems.available().values() for known in record.parameters}
    return plain if plain in others or is_hyperparameter(plain) else ""
