"""Options that stand together in many commands, as one parameter of each.

A dataclass whose fields are options is a group of them. `gathered` lets a command take a group as
one parameter, and shows typer the options one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from inspect import Parameter, signature
from typing import Any, get_type_hints


def gathered(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with the options of its groups in the place of the groups.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Size:
    ...     width: int = 2
    ...     height: int = 3
    >>> @gathered
    ... def area(name: str, size: Size) -> None:
    ...     print(name, size.width * size.height)
    >>> list(signature(area).parameters)
    ['name', 'width', 'height']
    >>> area(name="field", width=5, height=3)
    field 15
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}

    def run(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in fields(group)})
        command(**given)

    shown: list[Parameter] = []
    for name, parameter in signature(command).parameters.items():
        if name in groups:
            shown += _options(groups[name])
        else:
            shown.append(parameter.replace(kind=Parameter.KEYWORD_ONLY, annotation=hints[name]))
    run.__name__, run.__doc__, run.__module__ = (
        command.__name__,
        command.__doc__,
        command.__module__,
    )
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    run.__signature__ = signature(run).replace(parameters=shown)  # type: ignore[attr-defined]
    return run


# --- private helpers ----------------------------------------------------------------------------


def _options(group: Any) -> list[Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        Parameter(f.name, Parameter.KEYWORD_ONLY, default=f.default, annotation=hints[f.name])
        for f in fields(group)
    ]
