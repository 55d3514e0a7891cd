"""Functions of a component g of ∇L in |g|: what stands for a root of them, and which have none."""

from __future__ import annotations

from dataclasses import replace

from flint import fmpq

from bea.algebra import Element, Ring
from bea.algebra.language.letters import latex_function
from bea.modified.componentwise.arithmetic import Symbols
from bea.modified.writing.fractions import Fraction, Monomial, fraction_of
from bea.modified.writing.letters import Letters, written

_FUNCTIONS = 8  # so many functions, such as tanh, may occur
_BOUNDED = ("tanh", "sin", "cos")
SIZE, NORM = "|g|", "|∇L|"
"""|g| and ||grad L|| in the ring in which coefficients are written."""


def is_odd(value: Element) -> bool:
    """Tell whether a function of g has g as a factor beside even functions of it."""
    return any(int(exponents[0]) % 2 for exponents in value.terms())


def named(letters: Letters, name: str, shown: str) -> Letters:
    """Return letters that show a name as something else."""
    return replace(letters, name=lambda n: shown if n == name else letters.name(n))


class Sizes:
    """The ring in which coefficients are written, and what in it stands for functions of g > 0.

    Attributes
    ----------
    ring : Ring
        With |g|, the norm, the hyperparameters, and names for functions and roots.
    letters : Letters
        How they are written.
    """

    def __init__(self, symbols: Symbols, letters: Letters, call: str) -> None:
        self.symbols, self.letters, self.call = symbols, letters, call
        hyper = sorted(symbols.constants - {1})
        names = [symbols.ring.symbols[i] for i in hyper]
        self.spare = [f"function {k}" for k in range(_FUNCTIONS)]
        self.ring = Ring([], [SIZE, NORM, *names, *self.spare])
        self.bounded: set[str] = set()  # the names of functions that lie between -1 and 1
        self.roots: dict[str, Element] = {}  # what the names of roots are the roots of
        self.places = {0: self.ring.symbol(SIZE), 1: self.ring.symbol(NORM)}
        self.places |= {i: self.ring.symbol(n) for i, n in zip(hyper, names, strict=True)}

    def signed(self, coefficient: Element) -> str:
        """Write a coefficient with its sign."""
        raise NotImplementedError

    def bare(self, text: str) -> str:
        """Return a sum in brackets without them, where a function brings its own."""
        left, right = self.letters.brackets
        inner = text.removeprefix(left).removesuffix(right)
        alone = text == f"{left}{inner}{right}" and left not in inner and right not in inner
        return inner if alone else text

    def _function(self, kind: str) -> str:
        return latex_function(kind) if "left" in self.call else kind

    def is_mixed(self, value: Element) -> bool:
        """Tell whether a function of g is neither odd nor even, so that |g| does not write it."""
        ring, parities = self.symbols.ring, set()
        first, used = len(ring.symbols), set()
        for exponents in value.terms():
            parities.add(int(exponents[0]) % 2)
            used |= {k for k, power in enumerate(exponents[first:]) if power}
        inside = [ring.atoms[k].argument for k in used if ring.atoms[k].kind == "root"]
        return len(parities) > 1 or any(self.is_mixed(x) or is_odd(x) for x in inside)

    def in_size(self, value: Element) -> Element:
        """Return a function of g > 0 where √(g²) is the symbol |g|, and no root."""
        total = self.ring.constant(0)
        for exponents, c in value.terms().items():
            term = self.ring.constant(c)
            for generator, power in enumerate(exponents):
                if power:
                    term = term * self._place(generator) ** int(power)
            total = total + term
        return total

    def _place(self, generator: int) -> Element:
        """Return what stands for a generator; a function is a name that is written as it is."""
        if generator not in self.places:
            ring = self.symbols.ring
            atom = ring.atoms[generator - len(ring.symbols)]
            argument = self.in_size(atom.argument)
            if atom.kind != "root":
                name = self.spare.pop()
                self.bounded |= {name} if atom.kind in _BOUNDED else set()
                inside = self.bare(self.signed(atom.argument))
                self.letters = named(
                    self.letters, name, self.call % (self._function(atom.kind), inside)
                )
                self.places[generator] = self.ring.symbol(name)
            elif atom.degree == 2 and len({int(e[0]) for e in argument.terms()} - {0, 2}) == 0:
                self.places[generator] = self._root(argument)
            else:
                over = (
                    argument ** fmpq(-1, atom.degree) if atom.degree > 1 else self._over(argument)
                )
                self.places[generator] = over
        return self.places[generator]

    def _root(self, square: Element) -> Element:
        """Return 1/√(c |g|²) or 1/√c, where c is the same in all components: √c is a name."""
        size, powers = self.ring.symbol(SIZE), {int(e[0]) for e in square.terms()}
        rest = self.ring.from_terms({(0, *map(int, e[1:])): c for e, c in square.terms().items()})
        fraction = None if len(powers) > 1 else fraction_of(rest)
        if fraction is None or not self.spare:
            return square ** fmpq(-1, 2)
        outside = 1 / size if powers == {2} else self.ring.constant(1)
        if rest.as_rational() == 1:
            return outside
        name, text = self.spare.pop(), written(fraction, self.letters)
        self.letters = named(self.letters, name, self.letters.root(self.bare(text), 2))
        self.roots[name] = rest
        return outside / self.ring.symbol(name)

    def without_squares(self, fraction: Fraction) -> Fraction:
        """Write the squares of named roots as what they are the roots of."""
        number, powers = fraction.number, dict(fraction.factors)
        for name, square in self.roots.items():
            alone = tuple(int(n == name) for n in fraction.names)
            whole, rest = divmod(abs(powers.get(((alone, 1),), 0)), 2)
            inner = fraction_of(square)
            if whole and inner is not None:
                sign = 1 if powers[((alone, 1),)] > 0 else -1
                powers[((alone, 1),)] = sign * rest
                number = number * inner.number ** (sign * whole)
                for factor, power in inner.factors:
                    powers[factor] = powers.get(factor, 0) + sign * whole * power
        kept = tuple((f, e) for f, e in powers.items() if e)
        return Fraction(number, kept, fraction.names)

    def _over(self, value: Element) -> Element:
        """Return 1/value with one polynomial in each denominator."""
        fraction = fraction_of(value, sign_inside=False)
        if fraction is None or not all(isinstance(name, str) for name in fraction.names):
            return 1 / value
        total = self.ring.constant(1 / fraction.number)
        for factor, power in fraction.factors:
            terms = self.ring.from_terms({self._whole(e): fmpq(c) for e, c in factor})
            root = next((n for n, square in self.roots.items() if square == terms), None)
            total = total * (
                terms**-power if root is None else self.ring.symbol(root) ** (-2 * power)
            )
        return total

    def _whole(self, exponents: Monomial) -> Monomial:
        """Return exponents for all generators of the ring, those of functions 0."""
        return (*exponents, *[0] * (len(self.ring.symbols) + len(self.ring.atoms) - len(exponents)))
