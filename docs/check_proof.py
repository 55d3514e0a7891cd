"""Check the proof of a modified equation, in plain Python and without bea.

    bea derive rk4 --order 5 --proof json --out rk4.json
    python docs/check_proof.py rk4.json

The file holds rooted trees, the coefficients b of a field f~ over them, and the step of a method as
a list of operations. It is checked that the flow of f~ for one step is that step, for every vector
field f at once, on all trees of so many nodes. A method with memory, such as heavy ball, has it
slaved to theta: the flow must carry the memory along as the step does, so that its graph is
invariant. Everything is computed in fractions.

A tree is (colour of its root, children), the children sorted. The number e and all a(tau) stand for
the series e theta + sum over trees tau of gamma^|tau| a(tau)/sigma(tau) F(tau). Source: Hairer,
Lubich and Wanner, Geometric Numerical Integration, lemma III.1.9 (f at a series) and section IX.9.1
(the derivative along a field).
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from math import prod


def tree_of(nested):
    """Read [colour, children]; the children are sorted."""
    return nested[0], tuple(sorted(map(tree_of, nested[1])))


def size(tree):
    """Count the nodes."""
    return 1 + sum(map(size, tree[1]))


def each_child(tree):
    """Yield each child with what is left of the tree without it."""
    color, children = tree
    for i, child in enumerate(children):
        yield child, (color, children[:i] + children[i + 1 :])


def with_child(tree, child):
    """Put a tree on the root of another."""
    return tree[0], tuple(sorted((*tree[1], child)))


def cuts(tree):
    """Cut one edge in turn: yield the branch above it and the trunk with the root."""
    for child, rest in each_child(tree):
        yield child, rest
        for branch, trunk in cuts(child):
            yield branch, with_child(rest, trunk)


def grown(tree, leaf):
    """Put a leaf on one node in turn."""
    yield with_child(tree, leaf)
    for child, rest in each_child(tree):
        for larger in grown(child, leaf):
            yield with_child(rest, larger)


def all_trees(nodes, colors):
    """Return all trees of at most so many nodes: those of n + 1 are grown from those of n."""
    leaves = [(color, ()) for color in range(colors)]
    found, newest = set(leaves), set(leaves)
    for _ in range(nodes - 1):
        newest = {larger for tree in newest for leaf in leaves for larger in grown(tree, leaf)}
        found |= newest
    return found


class Series:
    """A series: the factor of theta, and the coefficients by tree."""

    def __init__(self, identity, coefficients):
        self.identity, self.coefficients = identity, coefficients

    def __add__(self, other):
        total = {t: a + other.coefficients[t] for t, a in self.coefficients.items()}
        return Series(self.identity + other.identity, total)

    def times(self, factor):
        """Return the multiple."""
        pairs = self.coefficients.items()
        return Series(factor * self.identity, {t: factor * a for t, a in pairs})

    def __eq__(self, other):
        return (self.identity, self.coefficients) == (other.identity, other.coefficients)


def field_at(point):
    """Return gamma f(theta + ...): a tree has the product over its root's children."""
    require(point.identity == 1, "f is evaluated at no point theta + O(gamma)")
    a = point.coefficients
    return Series(Fraction(0), {t: prod((a[c] for c in t[1]), start=Fraction(1)) for t in a})


def slope_at(point, along):
    """Return gamma f'(theta + ...) v by the rule of Leibniz."""
    require(point.identity == 1, "f' is evaluated at no point theta + O(gamma)")
    a, v = point.coefficients, along.coefficients

    def leibniz(tree):
        return sum(v[child] * prod(a[c] for c in rest[1]) for child, rest in each_child(tree))

    return Series(Fraction(0), {t: Fraction(leibniz(t)) for t in a})


def derivative(field, series, edges):
    """Return the derivative of a series along a field."""
    a = series.coefficients
    found = {
        t: field[t] * series.identity + sum(field[branch] * a[trunk] for branch, trunk in edges[t])
        for t in a
    }
    return Series(Fraction(0), found)


def after_flow(field, series, nodes, edges):
    """Return exp(D) of a series: D adds a node each time, so that the sum is finite."""
    total = term = series
    for k in range(1, nodes + 1):
        term = derivative(field, term, edges).times(Fraction(1, k))
        total = total + term
    return total


def check(proof):
    """Raise ValueError, with what is wrong, unless the proof holds."""
    trees = [tree_of(nested) for nested in proof["trees"]]
    nodes = proof["nodes"]
    whole = len(trees) == len(set(trees)) and set(trees) == all_trees(nodes, proof["colors"])
    require(whole, f"these are not all trees of at most {nodes} nodes")
    edges = {t: list(cuts(t)) for t in trees}

    def numbers(texts):
        require(len(texts) == len(trees), "a series has not one coefficient for each tree")
        return dict(zip(trees, map(Fraction, texts)))

    def given(entry):
        return Series(Fraction(entry["identity"]), numbers(entry["coefficients"]))

    def value(parts):
        total = zero
        for factor, register in parts:
            total = total + registers[register].times(Fraction(factor))
        return total

    field = numbers(proof["field"])
    zero = Series(Fraction(0), dict.fromkeys(trees, Fraction(0)))
    start = [Series(Fraction(1), zero.coefficients), *map(given, proof["memory"])]
    registers = list(start)
    for entry in proof["registers"]:
        name, of = entry["operation"], [value(parts) for parts in entry.get("of", [])]
        if name == "field":
            found = field_at(*of)
        elif name == "slope":
            found = slope_at(*of)
        elif name == "share":
            pairs = of[0].coefficients.items()
            found = Series(Fraction(0), {t: a * (t[0] == entry["color"]) for t, a in pairs})
        elif name == "flow":  # the series where a part of the field takes theta in some time
            along = {t: Fraction(entry["time"]) * (t == (entry["color"], ())) for t in trees}
            found = after_flow(along, of[0], nodes, edges)
        else:
            require(name == "given", f"there is no operation {name}")
            found = given(entry)
        registers.append(found)
    for one, other in proof["equations"]:
        require(value(one) == value(other), "a stage does not solve its equation")
    require(len(proof["after"]) == len(start), "the step gives another number of parts")
    for before, parts in zip(start, proof["after"]):
        what = "memory" if before is not start[0] else "step"
        moved = after_flow(field, before, nodes, edges)
        require(moved == value(parts), f"the flow of the field is not the {what}")


def require(holds, message):
    """Raise ValueError unless something holds."""
    if not holds:
        raise ValueError(message)


def main(path):
    """Check a file, say what was found, and return the exit status."""
    try:
        with open(path, encoding="utf-8") as file:
            proof = json.load(file)
        check(proof)
    except (OSError, ValueError, KeyError, TypeError, IndexError, ZeroDivisionError) as error:
        print(f"REFUSED: {type(error).__name__}: {error}")
        return 1
    print(f"holds: {proof['method']} to gamma^{proof['order']}, {len(proof['trees'])} trees")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 2 else "usage: python check_proof.py FILE")
