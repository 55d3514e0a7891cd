"""What a class of optimizers is made of: parameters, their groups, a model, another optimizer."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from inspect import getsource, isclass
from textwrap import dedent
from typing import Any

import torch

from bea.errors import MethodError

#: How the argument is called that an optimizer which steps another one takes first.
INNER = ("optimizer",)
_REFUSALS = (TypeError, ValueError, RuntimeError, AttributeError, KeyError)


def first_argument(parameters: Mapping[str, Any]) -> str:
    """Return the name of the argument that a class takes first.

    >>> from inspect import signature
    >>> first_argument(signature(torch.optim.SGD).parameters)
    'params'
    """
    return next(iter(parameters), "params")


def class_named(given: Any) -> Any:
    """Return the class of the optimizer that is stepped: torch.optim.SGD, unless one is given.

    >>> class_named(None).__name__, class_named("adam").__name__
    ('SGD', 'Adam')

    Raises
    ------
    MethodError
        If what is given is none.
    """
    known = {k.lower(): v for k, v in vars(torch.optim).items() if isclass(v)}
    found = torch.optim.SGD if given is None else given
    if isinstance(found, str):
        found = known.get(found.rpartition(":")[2].lower())
    if not isclass(found) or not issubclass(found, torch.optim.Optimizer):
        raise MethodError(
            f"optimizer={given} is no class of torch.optim: give the optimizer that is stepped, "
            "such as optimizer=Adam"
        )
    return found


def group_settings(kind: Any) -> list[str]:
    """Return what the source of a class reads of a group of parameters by name, such as use_muon.

    Of a class whose source is not there it is nothing.
    """
    try:
        tree = ast.parse(dedent(getsource(kind)))
    except (OSError, TypeError, SyntaxError):
        return []
    names = []
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(ast.Name("group"), ast.Constant(str(name)), ast.Load()):
                names.append(name)
            case ast.Call(
                ast.Attribute(ast.Name("group" | "kwargs"), "get" | "pop"),
                [ast.Constant(str(name)), *_],
            ):
                names.append(name)
    return list(dict.fromkeys(names))


def made_of(
    kind: Any, first: str, groups: list[dict[str, Any]], gamma: Any, options: Mapping[str, Any]
) -> Any:
    """Return the optimizer of groups of parameters.

    A class that reads settings of each group is given groups, even of one; others are given the
    parameters themselves, as some count on.
    """
    plain = [p for group in groups for p in group["params"]]
    if first == "model":
        return kind(torch.nn.ParameterList(plain), lr=gamma, **options)
    marked = any(group.keys() - {"params", "lr"} for group in groups)
    if len(groups) > 1 or marked:
        return kind(groups, lr=gamma, **options)
    try:
        return kind(plain, lr=gamma, **options)
    except _REFUSALS as error:
        if "__contains__" not in str(error):  # it asks a group for a setting of its own
            raise
    return kind(groups, lr=gamma, **options)
