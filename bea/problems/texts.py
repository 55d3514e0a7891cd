"""Problems that a user gives: as text, as SymPy expression, or by name where either may stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bea.algebra.language.calls import assignments
from bea.algebra.language.functions import means_no_name
from bea.algebra.language.grammar import declared_names
from bea.errors import ExpressionError, UnknownNameError
from bea.fields.hamiltonian import Hamiltonian
from bea.fields.vector_field import Loss, VectorField
from bea.fields.written import read_field, read_loss
from bea.problems.names import no_problem
from bea.problems.registry import available, get, plain_name

Names = str | Sequence[str]
Parameters = Names | Mapping[str, Any]

_WORDS = re.compile(r"[^\W\d]\w*([-\s]+[^\W\d]\w*)*")
_SHORT = re.compile(r"[^\W\d]_?\d*")  # such as x, x1, x_1, θ: what people call a variable


def loss(source: Any, variables: Names | None = None, parameters: Parameters = ()) -> Loss:
    """Return the loss that is given as text in bea's grammar or as a SymPy expression.

    A formula has no sign for sums. The mean of a model over data, each sample with numbers of its
    own, is made by `bea.problems.from_data`, and by `linear_model`, `logistic_model` and
    `network_model` for the usual ones; a list of losses by `finite_sum`.

    Parameters
    ----------
    source
        The loss L; as a vector field it is f = -grad L.
    variables
        Their order; by default the free symbols, sorted.
    parameters
        Names that stay symbolic, or a mapping from names to exact values (None: symbolic).

    Raises
    ------
    ExpressionError
        If it cannot be read, is unsafe or too large, or holds a name that is not declared.
    DimensionError
        If it is not one expression, or has no variable.

    Examples
    --------
    >>> loss("x**2*y + y**2", "x y")
    Loss(x**2*y + y**2)
    >>> loss("a*x**2", "x", {"a": "1/2"}).variables
    ('x',)
    >>> from bea.problems import from_data
    >>> from_data("(w*x - y)**2/2", {"x": [1, 2], "y": [1, 3]}, "w").value
    5*w**2/4 - 7*w/2 + 5/2
    """
    return read_loss(source, variables, parameters)


def field(source: Any, variables: Names | None = None, parameters: Parameters = ()) -> VectorField:
    """Return the vector field whose components are given as text or as SymPy expressions.

    Parameters
    ----------
    source
        The components: a text with commas between them, or a sequence.
    variables, parameters
        As for `loss`.

    Raises
    ------
    ExpressionError
        If it cannot be read, is unsafe or too large, or holds a name that is not declared.
    DimensionError
        If there are not as many components as variables.

    Examples
    --------
    >>> field("p, -sin(q)", "q p")
    VectorField(q' = p, p' = -sin(q))
    """
    return read_field(source, variables, parameters)


def hamiltonian(
    source: Any, variables: Names | None = None, parameters: Parameters = ()
) -> Hamiltonian:
    """Return the field q' = dH/dp, p' = -dH/dq of a Hamiltonian H, text or SymPy expression.

    Parameters
    ----------
    source
        H.
    variables
        The positions and then, in the same order, their momenta. By default they are told by their
        names: p is the momentum of q, p1 of q1, px of x.
    parameters
        As for `loss`.

    Raises
    ------
    ExpressionError
        If it cannot be read, or variables whose names say what they are stand in another order.
    DimensionError
        If it is not one expression, or a variable has no partner.

    Examples
    --------
    >>> hamiltonian("(p1**2 + p2**2)/2 + q1**2*q2").variables
    ('q1', 'q2', 'p1', 'p2')
    """
    return Hamiltonian.read(source, variables, read_parameters(parameters))


def find_loss(
    source: Any, variables: Names | None = None, parameters: Parameters | Iterable[str] = ()
) -> Loss:
    """Return the loss of a library name, or of an expression: what `--loss` takes.

    A text of nothing but words, with hyphens or blanks between them, is a name, unless

    - all its words are declared as variables or parameters, or
    - no variables are declared and all words are one letter, with digits perhaps (`x`, `x1-x2`).

    So "rosenbrok" is a misspelt name and never the loss L = rosenbrok in one variable, while "x",
    "x-y" and, with variables "loss", "loss" are expressions. All else is an expression.

    Parameters
    ----------
    source
        A name, a text or a SymPy expression.
    variables
        The order of the variables of an expression; a library problem has its own.
    parameters
        As for `loss`, or texts as for `read_parameters`; for a name, the problem's parameters.

    Raises
    ------
    UnknownNameError
        If the text is a name and no loss has it.
    ExpressionError, DimensionError
        As for `loss`, and if other variables than its own are declared for a library problem.

    Examples
    --------
    >>> find_loss("rosenbrock", parameters=["b=10"]).about.formula
    '(1 - x)**2 + 10*(y - x**2)**2'
    >>> find_loss("x**2 + y**4")
    Loss(y**4 + x**2)
    >>> find_loss("rosenbrok")
    Traceback (most recent call last):
    bea.errors.UnknownNameError: unknown loss 'rosenbrok'. Did you mean 'rosenbrock'? ...
    """
    values = read_parameters(parameters)
    if not _is_name(source, variables, values):
        return loss(source, variables, values)
    found = _named(source.strip(), "loss", variables, values)
    if not isinstance(found, Loss):
        raise UnknownNameError(
            f"'{found.name}' is a vector field and no loss: give it as a problem "
            f"(--problem {found.name})"
        )
    return found


def find_field(
    source: Any, variables: Names | None = None, parameters: Parameters | Iterable[str] = ()
) -> VectorField:
    """Return the field of a library name, or of expressions: what `--field` takes.

    Parameters, errors and the rule for names are those of `find_loss`. The name of a loss gives the
    field f = -grad L.

    Examples
    --------
    >>> find_field("y**2")
    VectorField(y' = y**2)
    >>> find_field("harmonic-oscillator", parameters="omega=2")
    harmonic_oscillator(omega=2)
    """
    values = read_parameters(parameters)
    if _is_name(source, variables, values):
        return _named(source.strip(), "problem", variables, values)
    return field(source, variables, values)


def find_hamiltonian(
    source: Any, variables: Names | None = None, parameters: Parameters | Iterable[str] = ()
) -> Hamiltonian:
    """Return the Hamiltonian of a library name, or of an expression: what `--hamiltonian` takes.

    Parameters and errors are those of `hamiltonian`, and the rule for names that of `find_loss`.

    Examples
    --------
    >>> find_hamiltonian("kepler").dimension
    4
    """
    values = read_parameters(parameters)
    if not _is_name(source, variables, values):
        return hamiltonian(source, variables, values)
    found = _named(source.strip(), "problem", variables, values)
    if isinstance(found, Hamiltonian):
        return found
    raise UnknownNameError(
        f"'{found.name}' is no Hamiltonian field: give it as a problem (--problem {found.name}), "
        "or a Hamiltonian such as 'p**2/2 - cos(q)'"
    )


def read_parameters(given: Parameters | Iterable[str]) -> dict[str, Any]:
    """Return parameters given as texts "name=value" as a mapping; a bare name is symbolic (None).

    A text may hold several, with commas, semicolons or blanks between them. A mapping is returned
    as it is.

    Raises
    ------
    ExpressionError
        If there is no name before, or no value after, a "=", or a parameter comes twice.

    Examples
    --------
    >>> read_parameters("kappa=100")
    {'kappa': '100'}
    >>> read_parameters(["a = 1/2", "b", "eigenvalues=1, 10"])
    {'a': '1/2', 'b': None, 'eigenvalues': '1, 10'}
    """
    if isinstance(given, Mapping):
        return dict(given)
    result: dict[str, Any] = {}
    for text in [given] if isinstance(given, str) else given:
        for name, value in assignments(text):
            if name in result:
                raise ExpressionError(f"parameter '{name}' is given twice: give it once")
            result[name] = value
    return result


# --- private helpers ----------------------------------------------------------------------------


def _is_name(source: Any, variables: Names | None, parameters: Mapping[str, Any]) -> bool:
    """Tell whether a text is meant as the name of a problem: the rule of `find_loss`."""
    if not isinstance(source, str) or not _WORDS.fullmatch(source.strip()):
        return False
    words = re.split(r"[-\s]+", source.strip())
    if not all(word.isidentifier() for word in words) or means_no_name(words[0]):
        return False  # such as x², sin x or nan: what is wrong with the formula is told
    declared = {*parameters, *(declared_names(variables) if variables is not None else ())}
    free = variables is None
    return not all(word in declared or (free and _SHORT.fullmatch(word)) for word in words)


def _named(
    name: str, what: str, variables: Names | None, values: Mapping[str, Any]
) -> Loss | VectorField:
    known = available("loss" if what == "loss" else None)
    name = plain_name(name)
    if name not in available():
        raise no_problem(name, what, known)
    found = get(name, **values)
    if variables is not None and declared_names(variables) != found.variables:
        raise ExpressionError(
            f"problem '{name}' has its own variables, {', '.join(found.variables)}: leave "
            "--variables out"
        )
    return found
