"""The variables that the equation of a method has on a problem, where theta alone is not enough."""

from __future__ import annotations

from bea.errors import BeaError
from bea.modified.memory.character import Character
from bea.modified.memory.implicit import with_implicit_memory
from bea.modified.memory.phase_space import in_phase_space
from bea.modified.settled_memory import NoClosedFormError


def in_own_variables(character: Character) -> Character:
    """Return the character of a method and a problem in the variables of their equation.

    The time and the memory that stands still, of a rule that counts its steps, are variables beside
    theta, and so is the value of memory that settles where no formula is known. Of most methods
    there are none, and the character is returned as it is.

    Examples
    --------
    >>> import bea
    >>> rule = bea.methods.from_text("v = tanh(v)/2 + grad; theta = theta - gamma*v")
    >>> in_own_variables(Character(rule, bea.problems.loss("x**2/2"))).problem.variables
    ('x', 'v')
    """
    method, problem = character.method, character.problem
    if problem is None:
        return character
    if method.needs_time:
        return Character(*in_phase_space(method, problem))
    if not character.has_memory or character.is_on_trees:
        return character
    try:
        _ = character.slow_manifold
    except NoClosedFormError:
        return Character(*with_implicit_memory(method, problem))
    except BeaError:  # the derivation says it
        pass
    return character
