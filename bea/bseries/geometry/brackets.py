"""Modified Hamiltonians of splittings in Poisson brackets of T and V.

By the formula of Baker, Campbell and Hausdorff the Hamiltonian of a composition of flows of T and V
is a sum of brackets nested to the right; of those that depend on each other the first ones are
taken. Source: Hairer, Lubich and Wanner, Geometric Numerical Integration, sections III.4 and
IX.4; McLachlan and Quispel, Splitting methods, Acta Numerica 11 (2002), section 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise, product
from typing import Any

from flint import fmpq, fmpq_mat

from bea.bseries.geometry.elementary_hamiltonians import ElementaryHamiltonians
from bea.trees import PLAYERS, Tree, tree

SEPARABLE = ElementaryHamiltonians(PLAYERS, separable=True)
LETTERS = "TV"


def in_brackets(hamiltonian: Mapping[Tree, Any], nodes: int) -> dict[str, Any] | None:
    """Return a sum of elementary Hamiltonians of so many nodes as brackets, by their words.

    The word TTV is {T,{T,V}}. None if it is no sum of brackets.

    >>> T, V = ({tree([], color): fmpq(1, 2)} for color in PLAYERS)
    >>> in_brackets(SEPARABLE.bracket(V, SEPARABLE.bracket(T, V)), 3)
    {'VVT': -1/8}
    """
    words, brackets, places, inverse = _basis(nodes)
    values = [hamiltonian.get(t, fmpq(0)) for t in places]
    found = {w: _dot(row, values) for w, row in zip(words, inverse, strict=True)}
    for t in SEPARABLE.free(nodes):
        told = _dot([row.get(t, fmpq(0)) for row in brackets], list(found.values()))
        if told - hamiltonian.get(t, fmpq(0)) != 0:
            return None
    return {w: c for w, c in found.items() if c != 0}


def nested(word: str) -> str:
    """Write the bracket of a word.

    >>> nested("TTV")
    '{T,{T,V}}'
    """
    return word if len(word) == 1 else f"{{{word[0]},{nested(word[1:])}}}"


# --- private helpers ----------------------------------------------------------------------------


@cache
def _basis(nodes: int) -> tuple[list[str], list[dict[Tree, Any]], list[Tree], list[list[fmpq]]]:
    """Return words whose brackets are independent, these on trees, and how they are told.

    That is by as many trees, on which the matrix of the brackets has the inverse at the end.
    """
    words: list[str] = []
    rows: list[dict[Tree, Any]] = []
    places = SEPARABLE.free(nodes)
    for word in _words(nodes):
        trial = [*rows, _bracket(word)]
        if _matrix(trial, places).rank() == len(trial):
            words.append(word)
            rows = trial
    reduced, rank = _matrix(rows, places).rref()
    pivots = [next(j for j in range(len(places)) if reduced[i, j] != 0) for i in range(rank)]
    chosen = [places[j] for j in pivots]
    inverse = _matrix(rows, chosen).transpose().inv().tolist()
    return words, rows, chosen, inverse


def _matrix(rows: Sequence[Mapping[Tree, Any]], places: Sequence[Tree]) -> fmpq_mat:
    entries = [row.get(t, fmpq(0)) for row in rows for t in places]
    return fmpq_mat(len(rows), len(places), entries)


def _dot(row: Sequence[fmpq], values: Sequence[Any]) -> Any:
    return sum((v * a for a, v in zip(row, values, strict=True) if a != 0), start=fmpq(0))


def _words(nodes: int) -> list[str]:
    """List the words; the innermost bracket is so that the next letter repeats its first."""
    if nodes == 1:
        return list(LETTERS)
    if nodes == 2:
        return ["TV"]
    heads = map("".join, product(LETTERS, repeat=nodes - 3))
    return sorted((head + core for head in heads for core in ("TTV", "VVT")), key=_turns)


def _turns(word: str) -> tuple[int, str]:
    """Return how often the letter changes in a word, by which published lists choose."""
    return sum(a != b for a, b in pairwise(word)), word


@cache
def _bracket(word: str) -> dict[Tree, Any]:
    if len(word) == 1:
        return {tree([], PLAYERS[LETTERS.index(word)]): fmpq(1)}
    return SEPARABLE.bracket(_bracket(word[0]), _bracket(word[1:]))
