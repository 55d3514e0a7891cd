"""The variables that the equation of a method has on a problem, where theta alone is not enough."""

from __future__ import annotations

from bea.errors import BeaError
from bea.modified.memory.character import Character
from bea.modified.memory.implicit import with_implicit_memory
from bea.modified.memory.phase_space import in_phase_space
from bea.modified.settled_memory import NoClosedFormError, UnsettledError


def in_own_variables(character: Character) -> Character:
    """Return the character of a method and a problem in the variables of their equation.

    Memory that stands still at gamma = 0 is a variable beside theta: the velocity of a mass under
    friction, v = (1 - a gamma) v - gamma grad, does not settle, but (theta, v) moves by little. So
    is the time of a rule that counts its steps, and the value of memory that settles where no
    formula is known. Of most methods there are none, and the character is returned as it is.

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
    if not character.has_memory:
        return character
    if _keeps_something(character):
        own, extended = in_phase_space(method, problem)
        return Character(own, extended) if own.slow else character
    if character.is_on_trees:
        return character
    try:
        _ = character.slow_manifold
    except NoClosedFormError:
        return Character(*with_implicit_memory(method, problem))
    except BeaError:  # the derivation says it
        pass
    return character


# --- private helpers ----------------------------------------------------------------------------


def _keeps_something(character: Character) -> bool:
    """Tell whether a part of the memory does not contract."""
    try:
        _ = character.slowest_rate
    except UnsettledError:
        return True
    except BeaError:  # the derivation says it
        return False
    return False
