"""Makers: the functions that make what has a name, with signature and docstring read off it.

`bea.methods.heavy_ball` and `bea.problems.rosenbrock` take their parameters by place or by name;
`help` shows them with their defaults, the formula, and where it is from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from inspect import Parameter, Signature, getdoc, signature
from textwrap import fill
from typing import Any, ParamSpec, TypeVar

from bea.errors import BeaError

P = ParamSpec("P")
R = TypeVar("R")
_PAIRS = (("gamma", "gammas"), ("start", "starts"), ("time", "times"))
_WIDTH = 80
_EXACT = (
    'Values are exact: integers, fractions, decimals as they are typed, texts such as "sqrt(2)"; '
    "a name as a text stays symbolic."
)


class Written(str):
    """A value as it is typed, 9/10, which a signature shows without quotes."""

    def __repr__(self) -> str:
        return str(self)


def defaults(maker: Any) -> dict[str, str | None]:
    """Return the parameters of what makes a thing, as texts; None where there is no default.

    >>> defaults(lambda beta="9/10", steps=2: None)
    {'beta': '9/10', 'steps': '2'}
    """
    found = signature(maker).parameters.values()
    none = (Parameter.empty, None, ())
    return {p.name: None if p.default in none else str(p.default) for p in found}


def told_default(maker: Any, name: str) -> str:
    """Return what is taken for a parameter that is not given, in words where it is nothing.

    >>> told_default(lambda A, c=None: None, "A"), told_default(lambda A, c=None: None, "c")
    ('to be given', 'none')
    """
    default = signature(maker).parameters[name].default
    return "none" if default is None else defaults(maker)[name] or "to be given"


def signature_of(maker: Any) -> Signature:
    """Return the signature of a maker, with its defaults as they are typed.

    >>> signature_of(lambda beta="9/10", c=None: None)
    <Signature (beta=9/10, c=None)>
    """
    found = signature(maker).parameters.values()
    return Signature(
        [
            Parameter(p.name, Parameter.POSITIONAL_OR_KEYWORD, default=_shown_default(p))
            for p in found
        ],
        __validate_parameters__=False,
    )


def by_name(
    call: str, known: Sequence[str], places: Sequence[Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a call by their names, those that are given by place among them.

    Raises
    ------
    BeaError
        If there are more than the call has, or one is given by place and by name.

    Examples
    --------
    >>> by_name("heavy_ball", ["beta"], ["1/2"], {})
    {'beta': '1/2'}
    >>> by_name("heavy_ball", ["beta"], ["1/2", "1/3"], {})
    Traceback (most recent call last):
    bea.errors.BeaError: heavy_ball(beta) has 1 parameter and was given 2 values: ...
    """
    shown = f"{call}({', '.join(known)})"
    if len(places) > len(known):
        count = f"{len(known)} parameter{'' if len(known) == 1 else 's'}"
        values = f"{len(places)} value{'' if len(places) == 1 else 's'}"
        raise BeaError(f"{shown} has {count} and was given {values}: give no more than it has")
    placed = dict(zip(known, places, strict=False))
    for name in placed:
        if name in given:
            raise BeaError(f"{shown} was given '{name}' by place and by name: give it once")
    return {**placed, **given}


def either_number(function: Callable[P, R]) -> Callable[P, R]:
    """Let a call say `gamma` for `gammas`, `start` for `starts`, `time` for `times`, or reversely.

    >>> either_number(lambda gammas, starts: (gammas, starts))(gamma=0.1, start=[1, 2])
    (0.1, [1, 2])
    """
    names = signature(function).parameters
    pairs = [pair for a, b in _PAIRS for pair in ((a, b), (b, a))]
    other = {said: name for said, name in pairs if name in names and said not in names}

    @wraps(function)
    def called(*args: P.args, **given: P.kwargs) -> R:
        renamed: Any = {k if k not in other or other[k] in given else other[k]: v
                        for k, v in given.items()}  # fmt: skip
        return function(*args, **renamed)

    return called


def remarks(thing: Any) -> str:
    """Return what a docstring says after its first line, without its examples."""
    text = getdoc(thing) or ""
    return re.split(r"\n(?:Examples|>>>)", text.partition("\n")[2])[0].strip()


def page(
    title: str,
    remarks: str,
    formula: Iterable[str],
    parameters: Mapping[str, tuple[str, str]],
    notes: Iterable[str],
) -> str:
    """Return a docstring: title, formula, parameters with (default, range), and what is known.

    >>> print(page("descent", "", ["x - γ g"], {}, ["source: Cauchy"]))
    Descent.
    <BLANKLINE>
        x - γ g
    <BLANKLINE>
    source: Cauchy
    """
    shown = "\n".join(f"    {line}".rstrip() for line in formula)
    parts = [f"{title[:1].upper()}{title[1:].rstrip('.')}.", shown, remarks]
    if parameters:
        listed = "\n".join(_parameter(name, *told) for name, told in parameters.items())
        parts += [f"Parameters\n----------\n{listed}", fill(_EXACT, _WIDTH)]
    ending = "\n".join(fill(note, _WIDTH, subsequent_indent="    ") for note in notes)
    return "\n\n".join(filter(None, [*parts, ending]))


# --- private helpers ----------------------------------------------------------------------------


def _shown_default(parameter: Parameter) -> Any:
    plain = parameter.default in (Parameter.empty, None, ())
    return parameter.default if plain else Written(parameter.default)


def _parameter(name: str, default: str, allowed: str) -> str:
    told = (
        [f"in {allowed}" if allowed[:1] in ("[", "(") else f"one of {allowed}"] if allowed else []
    )
    told.append(default if default == "to be given" else f"by default {default}")
    return f"{name} : {', '.join(told)}"
