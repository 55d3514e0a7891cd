"""The differential ring: its laws, its derivation against SymPy's, and how small it stays."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd
from typing import Any

import flint
import mpmath
import pytest
import sympy
from flint import arb, fmpq, fmpz
from hypothesis import given, settings
from hypothesis import strategies as st

from bea.algebra import Element, Expression, Ring, parse
from bea.algebra.language.building import add, call, multiply, number, power
from bea.algebra.language.expressions import Symbol
from bea.algebra.language.sympy_bridge import to_sympy
from bea.algebra.ring.conversions import read, to_program
from bea.errors import BeaError, DomainError, UnknownNameError

X, Y = Symbol("x"), Symbol("y")
POINT = fmpq(3, 7), fmpq(-5, 11)
SMOOTH = ("sin", "cos", "tanh")
ROOTS = tuple(fmpq(*e) for e in ((-1, 1), (1, 2), (-1, 2), (3, 2), (1, 3), (-2, 1)))
quick = settings(max_examples=40)


def positive(u: Expression) -> Expression:
    return add(number(1), power(u, 2))


def inner(u: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Return sums, products, powers and functions of expressions, defined everywhere."""
    return st.one_of(
        st.builds(add, u, u),
        st.builds(multiply, u, u),
        st.builds(power, u, st.integers(2, 3)),
        st.builds(lambda name, a: call(name, a), st.sampled_from(SMOOTH), u),
        st.builds(lambda a: call("exp", call("sin", a)), u),
        st.builds(lambda a: call("log", positive(a)), u),
        st.builds(lambda a, e: power(positive(a), e), u, st.sampled_from(ROOTS)),
    )


leaves = st.one_of(
    st.sampled_from([X, Y, call("exp", X), call("cosh", add(X, Y)), call("sinh", Y)]),
    st.builds(lambda p, q: number(fmpq(p, q)), st.integers(-3, 3), st.integers(1, 3)),
)
expressions = st.recursive(leaves, inner, max_leaves=5)


def plane() -> tuple[Ring, Element, Element]:
    ring = Ring(["x", "y"])
    return ring, ring.variable(0), ring.variable(1)


def value(element: Element) -> arb:
    """Return the element at POINT as a ball."""
    return to_program([element]).run([arb(c) for c in POINT], arb)[0]


def by_sympy(expression: sympy.Expr) -> arb:
    with mpmath.workdps(50):
        function = sympy.lambdify(sympy.symbols("x y"), expression, "mpmath")
        numbers = (mpmath.mpf(int(c.p)) / int(c.q) for c in POINT)
        return arb(mpmath.nstr(mpmath.mpf(function(*numbers)), 45))


def close(a: arb, b: arb) -> bool:
    return bool(abs(a - b) <= arb("1e-30") * (1 + abs(b)))


# --- derivation ---------------------------------------------------------------------------------


@quick
@given(expression=expressions)
def test_values_and_derivatives_are_sympys(expression: Expression) -> None:
    ring, *_ = plane()
    element, formula = read(ring, expression), to_sympy(expression)
    with flint.ctx.workprec(250):
        assert close(value(element), by_sympy(formula))
        for index, symbol in enumerate(sympy.symbols("x y")):
            assert close(value(element.derivative(index)), by_sympy(sympy.diff(formula, symbol)))


@quick
@given(a=expressions, b=expressions)
def test_leibniz(a: Expression, b: Expression) -> None:
    ring, *_ = plane()
    u, v = read(ring, a), read(ring, b)
    for i in range(2):
        assert ((u * v).derivative(i) - u.derivative(i) * v - u * v.derivative(i)).is_zero()
        assert (u + v).derivative(i) == u.derivative(i) + v.derivative(i)
    assert (u.derivative(0).derivative(1) - u.derivative(1).derivative(0)).is_zero()


CHAIN: dict[str, Callable[[Element], Element]] = {
    "exp": lambda u: u.exp(),
    "sin": lambda u: u.cos(),
    "cos": lambda u: -u.sin(),
    "sinh": lambda u: u.cosh(),
    "cosh": lambda u: u.sinh(),
    "tanh": lambda u: 1 - u.tanh() ** 2,
    "log": lambda u: 1 / u,
    "sqrt": lambda u: 1 / (2 * u.sqrt()),
}


@pytest.mark.parametrize("name", CHAIN)
@settings(max_examples=10)
@given(expression=expressions)
def test_chain_rule(name: str, expression: Expression) -> None:
    ring, *_ = plane()
    u = read(ring, expression)
    u = 1 + u * u if name in ("log", "sqrt") else u
    outer = getattr(u, name)()
    for i in range(2):
        assert (outer.derivative(i) - CHAIN[name](u) * u.derivative(i)).is_zero()


def test_lie_derivative_is_the_directional_derivative() -> None:
    _, x, y = plane()
    field = [y, -x.sin()]
    energy = y * y / 2 - x.cos()
    assert energy.ring.lie_derivative(field, energy) == 0
    assert energy.ring.lie_derivative(field, x * y) == y * y - x * x.sin()


def test_parameters_are_constant() -> None:
    ring = Ring(["x"], ["a"])
    x, a = ring.symbol("x"), ring.symbol("a")
    assert (a * x * x + a.exp()).derivative(0) == 2 * a * x
    assert (a.sin() + a / 3).is_constant()
    assert not (a * x).is_constant()
    assert ring.symbols == ("x", "a")


# --- relations ----------------------------------------------------------------------------------


def test_relations_reduce_at_once() -> None:
    _, x, y = plane()
    q = 1 + x * x + y * y
    assert x.sin() ** 2 + x.cos() ** 2 == 1
    assert x.cosh() ** 2 - x.sinh() ** 2 == 1
    assert x.exp() * (-x).exp() == 1
    assert (2 * x).exp() == x.exp() ** 2
    assert (x / 2).exp() ** 2 == x.exp()
    assert (1 / q) * q == 1
    assert q ** fmpq(-1, 2) * q.sqrt() == 1
    assert q.sqrt() ** 2 == q
    assert q ** fmpq(1, 3) * q ** fmpq(2, 3) == q
    assert (q ** fmpq(1, 3) * q ** fmpq(1, 6) - q.sqrt()).is_zero()
    assert 1 / (x * y) == (1 / x) * (1 / y)
    assert 1 / (2 * x * x) == (1 / x) ** 2 / 2


def test_signs_are_normalised() -> None:
    _, x, y = plane()
    u, v = x - y, y - x
    assert u.sin() == -v.sin()
    assert u.tanh() == -v.tanh()
    assert u.cosh() == v.cosh()
    assert len(x.ring.atoms) == 5  # two pairs and one hyperbolic tangent


@pytest.mark.parametrize("degree", [1, 2, 3, 5])
def test_root_atom_has_its_relation(degree: int) -> None:
    _, x, _ = plane()
    q = 1 + x * x
    root = q.ring.root_atom(q, degree)
    assert root**degree * q == 1
    assert root == q ** fmpq(-1, degree)


@pytest.mark.parametrize(("n", "m"), [(1, 2), (2, 1), (2, 3), (2, 4), (4, 6), (6, 4), (3, 6)])
def test_root_atoms_of_one_argument_meet(n: int, m: int) -> None:
    """q^(-1/n) and q^(-1/m) have the power q^(-1/g) in common, g = gcd(n, m)."""
    _, x, _ = plane()
    q = 1 + x * x
    v, w = q.ring.root_atom(q, n), q.ring.root_atom(q, m)
    g = gcd(n, m)
    assert v ** (n // g) == w ** (m // g)
    with flint.ctx.workprec(250):
        assert close(value(v * w), value(q) ** (-1 / arb(n) - 1 / arb(m)))


def test_roots_of_numbers_split_into_primes() -> None:
    ring = Ring([])
    two, three, six, twelve = (ring.constant(n).sqrt() for n in (2, 3, 6, 12))
    assert six == two * three
    assert twelve == 2 * three
    assert ring.constant(fmpq(1, 2)).sqrt() == two / 2
    assert ring.constant(fmpq(8, 27)) ** fmpq(2, 3) == fmpq(4, 9)
    cube_root = ring.constant(2) ** fmpq(1, 3)
    assert cube_root**3 == 2
    assert ring.constant(4) ** fmpq(1, 3) == cube_root**2
    assert ring.constant(16) ** fmpq(-2, 3) == cube_root / 8
    assert 1 / (two + three) * (two + three) == 1
    assert ((1 / (two + three)) - (three - two)).is_zero()


def test_known_constants() -> None:
    ring = Ring(["x"])
    x = ring.variable(0)
    zero = x - x
    assert [zero.exp(), zero.cos(), zero.cosh(), (zero + 1).log()] == [1, 1, 1, 0]
    assert [zero.sin(), zero.sinh(), zero.tanh()] == [0, 0, 0]
    assert ring.pi() == ring.pi()
    assert ring.pi().is_constant()
    assert ring.pi().as_rational() is None
    assert (ring.pi() - ring.pi() + fmpq(2, 3)).as_rational() == fmpq(2, 3)


def test_nonlinear_oscillator_stays_small() -> None:
    """f = (-y, x)/(x^2 + y^2) turns rigidly: D^n f is one term, where expanded trees swell."""
    ring, x, y = plane()
    w = 1 / (x * x + y * y)
    field = [-y * w, x * w]
    turned = [-y, -x, y, x]
    derived = field[0]
    for n in range(1, 10):
        derived = ring.lie_derivative(field, derived)
        assert derived == turned[n % 4] * w ** (n + 1)
        assert len(derived.terms()) <= n + 1
    assert len(ring.atoms) == 1


def test_sigmoid_is_closed() -> None:
    ring = Ring(["x"])
    x = ring.variable(0)
    sigmoid = 1 / (1 + (-x).exp())
    derived = sigmoid
    for n in range(1, 7):
        derived = derived.derivative(0)
        assert len(derived.terms()) <= 2 * n
    assert sigmoid.derivative(0) == sigmoid * (1 - sigmoid)


# --- equality as functions ----------------------------------------------------------------------

IDENTITIES = [
    "log(x*y) - log(x) - log(y)",
    "2*sinh(x) - exp(x) + exp(-x)",
    "2*cosh(x) - exp(x) - exp(-x)",
    "tanh(x) - sinh(x)/cosh(x)",
    "tan(x + y) - (tan(x) + tan(y))/(1 - tan(x)*tan(y))",
    "sin(2*x) - 2*sin(x)*cos(x)",
    "cos(x - y) - cos(x)*cos(y) - sin(x)*sin(y)",
    "exp(x + y) - exp(x)*exp(y)",
    "exp(log(x)) - x",
    "sqrt(x*y) - sqrt(x)*sqrt(y)",
    "sigmoid(x) + sigmoid(-x) - 1",
    "log(6) - log(2) - log(3)",
    "sqrt(5 + 2*sqrt(6)) - sqrt(2) - sqrt(3)",
]
DIFFERENT = [
    "sqrt(x**2) - x",
    "sqrt(x**2) + x",
    "sqrt((x - 2)**2) + x - 2",
    "sqrt(x**2*y**2) - x*y",
    "sin(x) - x",
    "exp(x) - 1 - x - x**2/2",
    "log(x**2) - log(x)",
    "10**-60*x",
    "sqrt(2) + sqrt(3) - sqrt(10)",
    "pi - 355/113",
    "exp(pi*sqrt(163)) - 640320**3 - 744",
]


@pytest.mark.parametrize("text", IDENTITIES)
def test_zero_is_recognised(text: str) -> None:
    ring, *_ = plane()
    element = read(ring, parse(text))
    assert element.is_zero()
    assert element.derivative(0).is_zero()


@pytest.mark.parametrize("text", DIFFERENT)
def test_what_is_not_zero_is_not_taken_for_it(text: str) -> None:
    ring, *_ = plane()
    assert not read(ring, parse(text)).is_zero()


def test_reduced_forms_may_miss_what_is_zero_finds() -> None:
    ring, *_ = plane()
    element = read(ring, parse("exp(x + y) - exp(x)*exp(y)"))
    assert element != 0
    assert element.is_zero()


def test_nothing_is_said_where_nothing_is_defined() -> None:
    _, x, _ = plane()
    with pytest.raises(DomainError, match="no point was found"):
        (-1 - x * x).log().is_zero()


# --- growth -------------------------------------------------------------------------------------


def test_elements_made_before_an_atom_still_work() -> None:
    ring, x, y = plane()
    old = x * y + 1
    slopes = old.gradient()
    s = x.sin()
    root = (1 + y * y).sqrt()
    assert old + s == s + x * y + 1
    assert old.derivative(0) == slopes[0] == y
    assert (old * root).derivative(0) == y * root
    assert len(old.poly.monomial(0)) == len(ring.generators()) == 2 + len(ring.atoms)
    assert old == ring.from_terms(old.terms())


@quick
@given(expression=expressions)
def test_terms_make_the_element_again(expression: Expression) -> None:
    ring, *_ = plane()
    element = read(ring, expression)
    assert ring.from_terms(element.terms()) == element


def test_elements_of_two_rings_do_not_mix() -> None:
    (_, x, _), (_, other, _) = plane(), plane()
    for combine in (
        lambda: x + other,
        lambda: x * other,
        lambda: x / other,
        lambda: x - other,
        lambda: x == other,
    ):
        with pytest.raises(BeaError, match="two different rings do not mix"):
            combine()


# --- numbers and refusals -----------------------------------------------------------------------


def test_rational_arithmetic() -> None:
    ring, x, y = plane()
    assert 3 - x == -(x - 3)
    assert x / 2 + x * fmpq(1, 2) == x
    assert 1 / (x / 2) == 2 / x
    assert x / y * y == x
    assert (2 * x - 4 * y).ratio(y * 2 - x) == -2
    assert (2 * x).ratio(y) is None
    assert x.ratio(x - x) is None
    assert (x - x).ratio(y) == 0
    assert (x - x).as_rational() == 0
    assert ring.constant(fmpq(-2, 3)).as_rational() == fmpq(-2, 3)
    assert x.as_rational() is None
    assert (x + y) ** 3 == x**3 + 3 * x * x * y + 3 * x * y * y + y**3
    assert x**0 == 1


def test_text_is_in_beas_grammar() -> None:
    ring, x, y = plane()
    element = (x * y - fmpq(1, 2)).exp() / (1 + x * x).sqrt() + ring.pi() * y.sin() ** 2
    assert read(ring, parse(str(element))) == element


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda x: (x - x) ** -1, "division by zero"),
        (lambda x: 1 / (x - x), "division by zero"),
        (lambda x: (x.sin() ** 2 + x.cos() ** 2 - 1) ** fmpq(1, 2), "identically 0"),
        (lambda x: (x - x).log(), r"log\(0\) is not a real number"),
        (lambda x: (x - x - 3).log(), r"log\(-3\) is not a real number"),
        (lambda x: (x - x - 2).sqrt(), "root of the negative number -2"),
    ],
)
def test_undefined_functions_are_refused(
    attempt: Callable[[Element], object], message: str
) -> None:
    _, x, _ = plane()
    with pytest.raises(DomainError, match=message):
        attempt(x)


@pytest.mark.parametrize("number", [0.5, "1/2", None, fmpz(2)])
def test_only_exact_numbers_are_met(number: Any) -> None:
    _, x, _ = plane()
    with pytest.raises(TypeError):
        x * number
    assert x != number


def test_elements_have_no_truth_value_order_or_hash() -> None:
    _, x, y = plane()
    with pytest.raises(TypeError, match="no truth value: ask is_zero"):
        bool(x)
    with pytest.raises(TypeError, match="not supported"):
        _ = x < y
    with pytest.raises(TypeError, match="unhashable"):
        hash(x)


def test_unknown_symbol() -> None:
    ring = Ring(["alpha"])
    with pytest.raises(UnknownNameError, match=r"'alpa' is neither .* Did you mean 'alpha'\?"):
        ring.symbol("alpa")
