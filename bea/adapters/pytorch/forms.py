"""What a class of optimizers is made of: parameters, their groups, a model, another optimizer."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from inspect import Parameter, getsource, isclass, signature
from textwrap import dedent
from typing import Any

import torch

from bea.errors import MethodError

#: How the argument is called that an optimizer which steps another one takes first.
INNER = ("optimizer",)
#: The kinds of parameters that take whatever is left.
LOOSE = (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL)
_NO_OPTIONS = ("params", "model", "lr", "step", "defaults")
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


def loose_options(kind: Any) -> list[str] | None:
    """Return the options that a class takes by **options; none if it has no **options.

    They are what it or a base of it reads of them and of a group of parameters by name, such as
    use_muon, and the parameters of its bases. None if its source is not there, or hands the options
    on to something else.

    >>> loose_options(torch.optim.SGD)
    []
    """
    found: list[str] = []
    for cls in kind.__mro__[: kind.__mro__.index(torch.optim.Optimizer)]:
        named = signature(cls).parameters
        found += [name for name, p in named.items() if p.kind not in LOOSE and cls is not kind]
        star = next((p.name for p in named.values() if p.kind is Parameter.VAR_KEYWORD), None)
        if star is None:
            break
        read = _read_by_name(cls, star)
        if read is None:
            return None
        found += read
    return [name for name in dict.fromkeys(found) if name not in _NO_OPTIONS]


def _read_by_name(kind: Any, star: str) -> list[str] | None:
    """Return what the source of a class reads of a group and of its **options by name."""
    try:
        tree = ast.parse(dedent(getsource(kind)))
    except (OSError, TypeError, SyntaxError):
        return None
    names = []
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(ast.Name(owner), ast.Constant(str(name)), ast.Load()):
                names += [name] if owner in ("group", star) else []
            case ast.Call(
                ast.Attribute(ast.Name(owner), "get" | "pop"), [ast.Constant(str(name)), *_]
            ):
                names += [name] if owner in ("group", star) else []
            case ast.Call(ast.Name() | ast.Attribute(ast.Name()), _, keywords):
                if any(
                    k.arg is None and isinstance(k.value, ast.Name) and k.value.id == star
                    for k in keywords
                ):
                    return None
    return names


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
