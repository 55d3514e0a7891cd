"""The variables that the equation of a method has on a problem, where theta alone is not enough."""

from __future__ import annotations

from bea.errors import BeaError, MethodError, UnknownNameError
from bea.fields import Loss
from bea.methods import Method
from bea.modified.memory.character import Character
from bea.modified.memory.implicit import with_implicit_memory
from bea.modified.memory.phase_space import in_phase_space
from bea.modified.settled_memory import NoClosedFormError, UnsettledError

MEMORY = ("auto", "state", "settled")


def in_own_variables(character: Character, memory: str = "auto") -> Character:
    """Return the character of a method and a problem in the variables of their equation.

    Memory that stands still at gamma = 0 is a variable beside theta: the velocity of a mass under
    friction, v = (1 - a gamma) v - gamma grad, does not settle, but (theta, v) moves by little. So
    is the time of a rule that counts its steps, and the value of memory that settles where no
    formula is known. Of most methods there are none, and the character is returned as it is.

    With memory="state" all memory must be such a variable, with memory="settled" none that stands
    still may be.

    Raises
    ------
    UnknownNameError
        If `memory` is another word.
    MethodError
        If memory is to be a state and the step does not keep it as gamma tends to 0.

    Examples
    --------
    >>> import bea
    >>> rule = bea.methods.from_text("v = tanh(v)/2 + grad; theta = theta - gamma*v")
    >>> in_own_variables(Character(rule, bea.problems.loss("x**2/2"))).problem.variables
    ('x', 'v')
    """
    method, problem = character.method, character.problem
    if memory not in MEMORY:
        raise UnknownNameError(f"memory is '{memory}': choose one of {', '.join(MEMORY)}")
    if memory == "state":
        return _with_all_memory(character)
    if problem is None:
        return character
    if method.needs_time:
        return Character(*in_phase_space(method, problem))
    if not character.has_memory:
        return character
    if memory == "auto" and _keeps_something(character):
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


def variable_on_a_loss(method: Method) -> MethodError | None:
    """Return the error that memory is a variable, of which there is none for every loss, or None.

    Whether it stands still does not depend on the loss, and is seen on x**2/2.
    """
    try:
        found, _ = in_phase_space(method, Loss.read("x**2/2"))
    except BeaError:
        return None
    if not found.slow:
        return None
    return MethodError(
        f"the memory of '{method.name}' stands still as gamma tends to 0, so that it is a variable "
        "beside theta, and its equation is one of a loss or field: give a problem"
    )


# --- private helpers ----------------------------------------------------------------------------


def _with_all_memory(character: Character) -> Character:
    """Return the character in (theta, memory), where the joint step is near the identity."""
    method, problem = character.method, character.problem
    if problem is None or not character.has_memory:
        needs = "memory, and this method has none" if problem else "a loss or field"
        raise MethodError(f"an equation with memory as a state needs {needs}: leave it out")
    own, extended = in_phase_space(method, problem)
    if len(own.slow) < len(own.shapes):
        raise MethodError(
            f"'{method}' does not keep its memory as gamma tends to 0, so that its step in (theta, "
            "memory) has no logarithm near the identity: leave memory='state' out, or let the "
            "memory change with gamma, as in v = (1 - a*gamma)*v - gamma*grad"
        )
    return Character(own, extended)


def _keeps_something(character: Character) -> bool:
    """Tell whether a part of the memory does not contract."""
    try:
        _ = character.slowest_rate
    except UnsettledError:
        return True
    except BeaError:  # the derivation says it
        return False
    return False
