"""Make a page: of the standard problems and methods, and of one's own beside them."""

from __future__ import annotations

from bea.errors import BeaError
from bea.explorer.content import standard
from bea.explorer.page import Page
from bea.explorer.problem import require_plane
from bea.fields import VectorField
from bea.methods import Method
from bea.patience import told

_OWN = "own"


@told("computing the page")
def explore(
    problem: VectorField | None = None, method: Method | None = None, *, title: str = ""
) -> Page:
    """Return an explorer: a page on which start, step size, order and hyperparameters are moved.

    Parameters
    ----------
    problem
        A loss, a field, a game or a Hamiltonian in two variables, which is shown first, by every
        method that suits it. Its parameters without a value get sliders.
    method
        A method, which is shown first. Its hyperparameters get sliders where that can be derived.
    title
        The heading.

    Returns
    -------
    Page
        `save(path)` writes it; in a notebook it shows itself (extra `notebook`).

    Raises
    ------
    DimensionError
        If the problem has not two variables.
    BeaError
        If no equation in symbols is derived of the method, or its step is no script.

    Examples
    --------
    >>> import bea
    >>> page = bea.explore(bea.problems.loss("x**2*y**2 + x**2 + y**2/2", "x y"))
    >>> page.data["problems"][page.data["first"]["problem"]]["formula"]
    'x**2*y**2 + x**2 + y**2/2'
    """
    if problem is not None:
        _require_problem(problem)
    if method is not None:
        _require_method(method)
    content = standard().copy()
    on = 0 if problem is None else content.add_problem(_OWN, problem)
    if problem is not None:
        content.pair_problem(on)
    used = None if method is None else content.add_method(_OWN, method)
    if used is not None:
        content.pair(used, on)
    data = {**content.as_json(), "title": title, "first": {"problem": on, "method": used}}
    return Page(data, content.scripts.source())


# --- private helpers ------------------------------------------------------------------------------


def _require_problem(problem: VectorField) -> None:
    if not isinstance(problem, VectorField):
        raise BeaError(
            f"the problem is a {type(problem).__name__}: give a loss, a field, a game or a "
            "Hamiltonian, such as bea.problems.himmelblau()"
        )
    require_plane(problem)
    if not problem.symbolic:
        raise BeaError(
            f"'{problem.name}' is a function that bea cannot look into: give a formula, such as "
            'bea.problems.loss("x**2*y + y**2", "x y")'
        )


def _require_method(method: Method) -> None:
    if not isinstance(method, Method):
        raise BeaError(
            f"the method is a {type(method).__name__}: give one, such as bea.methods.heavy_ball()"
        )
