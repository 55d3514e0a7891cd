"""Whose parameter a `--param` is: the method's or the problem's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bea.errors import BeaError, UnknownNameError

_UPDATE = "the update"  # which has what it says, and no other
_OWNER = re.compile(r"\s*(method|problem)\.(?=[^\W\d])")


def dealt(
    params: Iterable[str],
    method: str,
    hyperparameters: Sequence[str],
    of_problem: Sequence[str],
    given: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Deal the parameters to the method and to the problem, by name.

    Parameters
    ----------
    params
        The texts of all `--param`.
    method
        What the method is called in a message.
    hyperparameters, of_problem
        The names that either has.
    given
        Hyperparameters that are given already; None leaves one symbolic.

    Raises
    ------
    BeaError
        If a parameter is nobody's, could be either's, or is given twice.

    Examples
    --------
    >>> dealt(["a=1", "beta"], "heavy-ball", ["beta"], ["a", "b"])
    ({'beta': 'beta'}, {'a': '1'})
    """
    from bea.algebra.language.letters import spelt

    names = {"method": hyperparameters, "problem": of_problem}
    dealt: dict[str, dict[str, Any]] = {"method": dict(given), "problem": {}}
    for text in params:
        owner, rest = _owner(text)
        for name, value in _read(rest).items():
            known = {owner: names[owner]} if owner else names
            if not any(name in own for own in known.values()):
                name = next((n for own in known.values() for n in own if n == spelt(name)), name)
            if "method" in known and not any(name in own for own in known.values()):
                found = _meant(name, value, hyperparameters, method)
            else:
                found = {name: value}
            for own, part in found.items():
                chosen = _owner_of(own, known, method)
                if own in dealt[chosen]:
                    raise BeaError(f"parameter '{own}' is given twice: give it once")
                dealt[chosen][own] = part
    open_names = {name: name for name, value in dealt["method"].items() if value is None}
    return dealt["method"] | open_names, dealt["problem"]


# --- private helpers ----------------------------------------------------------------------------


def _owner(text: str) -> tuple[str, str]:
    mark = _OWNER.match(text)
    return (mark[1], text[mark.end() :]) if mark else ("", text)


def _read(text: str) -> dict[str, Any]:
    """Read NAME=VALUE, NAME= and NAME; the last two stay symbolic (None)."""
    from bea.problems import read_parameters

    found = read_parameters(text.strip().removesuffix("="))
    if not found:
        raise BeaError("a --param is empty: write NAME=VALUE, or NAME to leave it symbolic")
    return found


def _meant(name: str, value: Any, hyperparameters: Sequence[str], method: str) -> dict[str, Any]:
    """Return the hyperparameters that another name for them stands for, such as momentum."""
    from bea.methods.names import hyperparameter_named, renamed

    if not hyperparameter_named(name, hyperparameters):
        return {name: value}
    return renamed(method, {name: value}, hyperparameters)


def _owner_of(name: str, names: Mapping[str, Sequence[str]], method: str) -> str:
    owners = [owner for owner, known in names.items() if name in known]
    if len(owners) == 2:
        raise BeaError(
            f"both method '{method}' and the problem have a parameter '{name}': write "
            f"--param method.{name}=… or --param problem.{name}=…"
        )
    if not owners:
        from bea.methods.names import hint_for

        known = [known for of_owner in names.values() for known in of_owner]
        have = f"known: {', '.join(known)}" if known else "there are none"
        raise UnknownNameError(
            f"there is no parameter '{name}' of the {' or the '.join(names)} ({have})."
            f"{hint_for(name, known) if names.get('method') or method != _UPDATE else ''}"
        )
    return owners[0]
