"""Elementary differentials in the notation of f, and of grad L for a loss."""

from __future__ import annotations

import pytest

from bea.errors import UnknownNameError
from bea.trees import PLAYERS, THETA, elementary_differential, tree, trees_up_to
from bea.trees.notation import NOTATIONS

TEXTS = [
    ([], "f", "∇L", r"\nabla L"),
    ([[]], "f'f", "∇²L∇L", r"\nabla^{2} L\,\nabla L"),
    ([[[]]], "f'f'f", "(∇²L)²∇L", r"\left(\nabla^{2} L\right)^{2}\,\nabla L"),
    ([[], []], "f''(f,f)", "∇³L[∇L,∇L]", r"\nabla^{3} L[\nabla L,\nabla L]"),
    ([[], [[]]], "f''(f,f'f)", "∇³L[∇L,∇²L∇L]", r"\nabla^{3} L[\nabla L,\nabla^{2} L\,\nabla L]"),
    ([[[], []]], "f'f''(f,f)", "∇²L∇³L[∇L,∇L]", r"\nabla^{2} L\,\nabla^{3} L[\nabla L,\nabla L]"),
    ([[], [], []], "f'''(f,f,f)", "∇⁴L[∇L,∇L,∇L]", None),
    ([[], [], [], []], "f^(4)(f,f,f,f)", "∇⁵L[∇L,∇L,∇L,∇L]", None),
]  # fmt: skip


@pytest.mark.parametrize(("children", "in_f", "in_grad", "latex"), TEXTS)
def test_texts(children: list, in_f: str, in_grad: str, latex: str | None) -> None:
    t = tree(children)
    assert elementary_differential(t) == elementary_differential(t, "f") == in_f
    assert elementary_differential(t, "grad") == in_grad
    assert latex is None or elementary_differential(t, "grad-latex") == latex


def test_latex_of_f() -> None:
    t = tree([[[], [], [], [[]]]])
    assert elementary_differential(t, "f-latex") == "f' f^{(4)}(f,f,f,f' f)"
    assert elementary_differential(tree([[[[]]]]), "f-latex") == "f'f'f' f"


@pytest.mark.parametrize("notation", NOTATIONS)
def test_different_trees_are_written_differently(notation: str) -> None:
    texts = [elementary_differential(t, notation) for t in trees_up_to(9)]
    assert len(set(texts)) == len(texts)


def test_each_node_is_one_factor() -> None:
    for t in trees_up_to(6):
        assert elementary_differential(t).count("f") == t.order


def test_each_factor_brings_a_sign_for_a_loss() -> None:
    for name, signs in (("f", [1, 1, 1, 1]), ("grad", [-1, 1, -1, 1])):
        for notation in (NOTATIONS[name], NOTATIONS[f"{name}-latex"]):
            assert [notation.sign(n) for n in range(1, 5)] == signs


def test_players() -> None:
    one, two = (tree([], color) for color in PLAYERS)
    mixed = tree([tree([one, two], PLAYERS[1])], PLAYERS[0])
    assert elementary_differential(mixed) == "f₁'f₂''(f₁,f₂)"
    assert elementary_differential(mixed, "f-latex") == "f_{1}' f_{2}''(f_{1},f_{2})"
    texts = [elementary_differential(t) for t in trees_up_to(5, PLAYERS)]
    assert len(set(texts)) == len(texts)


def test_theta_is_written_where_it_is_a_leaf() -> None:
    point = tree([], THETA)
    assert elementary_differential(tree([point, []])) == "f''(f,θ)"
    assert elementary_differential(tree([[point]]), "grad") == "(∇²L)²θ"
    assert elementary_differential(tree([point]), "grad-latex") == r"\nabla^{2} L\,\theta"
    for t in ([[]], [[[]], []]):
        below = tree([tree(t)], THETA)
        assert elementary_differential(below) == elementary_differential(tree(t))


def test_unknown_notation() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown notation 'latex': use f, .*grad-latex"):
        elementary_differential(tree([]), "latex")
