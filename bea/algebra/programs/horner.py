"""Sums of many terms in a program: polynomials by Horner's scheme, linear combinations.

A multivariate Horner scheme with a greedy choice of the variable: Ceberio and Kreinovich, "Greedy
algorithms for optimizing multivariate Horner schemes", SIGSAM Bull. 38(1), 2004. What a program is
belongs to `bea.algebra.programs.program`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flint import fmpq

from bea.algebra.programs.operations import rational
from bea.algebra.programs.program import Program
from bea.errors import DimensionError

_MANY = 40  # generators of a polynomial that is dealt into parts first
_Terms = list[tuple[tuple[int, ...], fmpq]]


def polynomial(
    program: Program,
    terms: Mapping[tuple[int, ...], fmpq | int],
    generators: Sequence[int],
) -> int:
    """Return the node of a polynomial, by a greedy multivariate Horner scheme.

    Parameters
    ----------
    program
        The program that the nodes are added to.
    terms
        Coefficients by exponents, one nonnegative exponent for each generator, as
        `flint.fmpq_mpoly.to_dict` gives them.
    generators
        The nodes that the exponents belong to.

    Examples
    --------
    >>> program = Program(["x", "y"])
    >>> generators = [program.input(0), program.input(1)]
    >>> program.output(polynomial(program, {(2, 1): fmpq(1), (0, 1): fmpq(-3)}, generators))
    >>> program.run([fmpq(1, 2), fmpq(4)])
    [-11]
    """
    for exponents in terms:
        if len(exponents) != len(generators) or any(e < 0 for e in exponents):
            raise DimensionError(
                f"exponents {exponents}: give {len(generators)} integers ≥ 0, one a generator"
            )
    terms, generators = _of_those_used(terms, generators)
    if len(generators) > _MANY:
        parts = _by_first_generator(terms)
        if len(parts) > 1:
            return _sum(program, [polynomial(program, part, generators) for part in parts])
    # A stack, not recursion: the depth is the degree. A `_Split` waits for its two parts.
    pending: list[_Terms | _Split] = [[(e, rational(c)) for e, c in terms.items() if c != 0]]
    done: list[int] = []
    while pending:
        task = pending.pop()
        if isinstance(task, _Split):
            inside, outside = done.pop(), done.pop()
            factor = program.power(generators[task.generator], task.exponent)
            joined = program.add(program.multiply(factor, inside), outside)
            done.append(_times(program, task.content, joined))
        elif len(task) > 1:
            split = _greedy_split(task)
            pending += [split, split.inside, split.outside]
        else:
            done.append(_monomial(program, task, generators))
    return done.pop()


# --- private helpers ------------------------------------------------------------------------------


def _of_those_used(
    terms: Mapping[tuple[int, ...], fmpq | int], generators: Sequence[int]
) -> tuple[Mapping[tuple[int, ...], fmpq | int], Sequence[int]]:
    """Leave out the generators that are in no term: of a thousand most are in none."""
    used = [g for g, column in enumerate(zip(*terms, strict=True)) if any(column)]
    if len(used) == len(generators):
        return terms, generators
    shorter = {tuple(exponents[g] for g in used): c for exponents, c in terms.items()}
    return shorter, [generators[g] for g in used]


def _by_first_generator(
    terms: Mapping[tuple[int, ...], fmpq | int],
) -> list[dict[tuple[int, ...], fmpq | int]]:
    """Deal the terms by the first generator in them: a sum over many has little in common."""
    parts: dict[int, dict[tuple[int, ...], fmpq | int]] = {}
    for exponents, c in terms.items():
        first = next((g for g, e in enumerate(exponents) if e), -1)
        parts.setdefault(first, {})[exponents] = c
    return list(parts.values())


def _sum(program: Program, nodes: list[int]) -> int:
    """Return the node of a sum, by halves."""
    while len(nodes) > 1:
        paired = [program.add(a, b) for a, b in zip(nodes[::2], nodes[1::2], strict=False)]
        nodes = paired + nodes[2 * len(paired) :]
    return nodes[0]


class _Split(NamedTuple):
    """content · (generator^exponent · inside + outside), where no term outside has generator."""

    content: fmpq
    generator: int
    exponent: int
    inside: _Terms
    outside: _Terms


def _greedy_split(terms: _Terms) -> _Split:
    """Take out the generator that the most terms have, and coefficients equal up to sign."""
    columns = list(zip(*(exponents for exponents, _ in terms), strict=True))
    g = min(range(len(columns)), key=lambda j: columns[j].count(0))
    least = min(filter(None, columns[g]))
    size = abs(terms[0][1])
    if size != 1 and all(c in (size, -size) for _, c in terms):
        return _Split(size, g, 0, [(exponents, c / size) for exponents, c in terms], [])
    inside: _Terms = []
    outside: _Terms = []
    for exponents, c in terms:
        if exponents[g]:
            lowered = (*exponents[:g], exponents[g] - least, *exponents[g + 1 :])
            inside.append((lowered, c))
        else:
            outside.append((exponents, c))
    return _Split(fmpq(1), g, least, inside, outside)


def _monomial(program: Program, terms: _Terms, generators: Sequence[int]) -> int:
    if not terms:
        return program.constant(0)
    ((exponents, coefficient),) = terms
    result = -1
    for generator, exponent in zip(generators, exponents, strict=True):
        if exponent:  # most generators of a large ring are in no one monomial
            factor = program.power(generator, exponent)
            result = factor if result < 0 else program.multiply(result, factor)
    return program.constant(coefficient) if result < 0 else _times(program, coefficient, result)


def _times(program: Program, number: fmpq, node: int) -> int:
    """Multiply by a number; most are 1."""
    return node if number == 1 else program.multiply(program.constant(number), node)
