"""A rule in text form is the method it describes, exactly; what is no such rule is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

import bea
from bea.errors import BeaError, MethodError
from bea.methods import Method, from_function, from_text
from bea.methods.rules.plain_function import FunctionMethod
from bea.methods.rules.text import read_rule
from bea.modified.routes import operator

HEAVY_BALL = "v = beta*v + grad; theta = theta - gamma*v"
NESTEROV = """
    init old = theta
    y = theta + beta*(theta - old)
    old = theta
    theta = y - gamma*grad(y)
"""
RMSPROP = "v = beta*v + (1 - beta)*grad**2; theta = theta - gamma*grad/(sqrt(v) + epsilon)"
EXTRAGRADIENT = "theta = theta + gamma*f(theta + gamma*f)"
# Ma and Yarats, Quasi-hyperbolic momentum and Adam for deep learning, ICLR 2019, section 3.1.
QUASI_HYPERBOLIC = """
    m = beta*m + (1 - beta)*grad
    theta = theta - gamma*((1 - nu)*grad + nu*m)
"""
REGULARISED = "gradient-regularised"
PENALISED = "theta = theta - gamma*(grad + 2*mu*hess(grad))"
PENALISED_BY_THE_STEP = PENALISED.replace("mu*", "mu*gamma*")
ON_TREES = {
    "heavy-ball": (HEAVY_BALL, {"beta": "beta"}),
    "nesterov": (NESTEROV, {"beta": "9/10"}),
    "extragradient": (EXTRAGRADIENT, {}),
}
EVERY = ON_TREES | {
    "heavy-ball": (HEAVY_BALL, {"beta": "9/10"}),
    "rmsprop": (RMSPROP, {"beta": "9/10", "epsilon": "1/100"}),
}
GAMMAS = [0.01, 0.003]
SECOND_ORDER = [
    (PENALISED, {"mu": "1/100"}),
    (PENALISED_BY_THE_STEP, {"mu": "1/3", "scaling": "gamma"}),
]


@pytest.mark.parametrize("name", ON_TREES)
def test_it_has_the_trees_of_the_librarys_method(name: str) -> None:
    text, parameters = ON_TREES[name]
    own = bea.modified_equation(from_text(text, **parameters), order=3)
    assert (
        own.coefficients
        == bea.modified_equation(bea.methods.get(name, **parameters), order=3).coefficients
    )


@pytest.mark.parametrize("name", EVERY)
def test_it_has_the_terms_of_the_librarys_method_on_a_loss(name: str) -> None:
    text, parameters = EVERY[name]
    loss = bea.problems.loss("x**2*y + y**2 + x**2")
    own = bea.modified_equation(from_text(text, **parameters), loss, order=2)
    library = bea.modified_equation(bea.methods.get(name, **parameters), loss, order=2)
    assert own.components == library.components


@pytest.mark.parametrize("name", EVERY)
def test_its_iterates_are_those_of_the_librarys_method_bit_for_bit(name: str) -> None:
    text, parameters = EVERY[name]
    loss = bea.problems.himmelblau()
    runs = [
        bea.iterate(method, loss, [[1.0, 0.5], [-2.0, 3.1]], GAMMAS, steps=30).values
        for method in (from_text(text, **parameters), bea.methods.get(name, **parameters))
    ]
    assert np.isfinite(runs[0]).all() and np.array_equal(*runs)


@pytest.mark.parametrize(("text", "parameters"), SECOND_ORDER)
def test_the_hessian_times_a_vector(text: str, parameters: dict[str, str]) -> None:
    """As in gradient-regularised: the same equation, exactly, and the same iterates."""
    own, library = from_text(text, mu=parameters["mu"]), bea.methods.get(REGULARISED, **parameters)
    assert own.gradient
    loss = bea.problems.loss("x**2*y + y**2 + cos(x)")
    found, wanted = (bea.modified_equation(m, loss, order=4) for m in (own, library))
    assert found.components == wanted.components
    points = [[1.0, 0.5], [-2.0, 0.1]]
    runs = [bea.iterate(m, loss, points, GAMMAS, steps=9).values for m in (own, library)]
    np.testing.assert_allclose(*runs, rtol=1e-14)


def test_the_hessian_on_trees_and_at_another_point() -> None:
    """hess(v) is at the point before the step, hess(theta, v) at the present one."""
    library = bea.methods.get(REGULARISED, mu="r", scaling="gamma")
    wanted = bea.modified_equation(library, order=4).coefficients
    for text in (
        PENALISED_BY_THE_STEP,
        "y = theta; theta = theta - gamma*grad; theta = theta - 2*gamma**2*mu*hess(grad(y))",
        PENALISED_BY_THE_STEP.replace("hess(", "hess(theta, "),
    ):
        assert bea.modified_equation(from_text(text, mu="r"), order=4).coefficients == wanted
    moved = "theta = theta - gamma*grad; theta = theta - 2*gamma**2*mu*hess(theta, grad)"
    other = bea.modified_equation(from_text(moved, mu="r"), order=4).coefficients
    assert {t: b for t, b in other.items() if t.order < 3} == {
        t: b for t, b in wanted.items() if t.order < 3
    }
    assert other != wanted


def test_the_hessian_of_a_norm_and_in_the_memory() -> None:
    """Of |grad L| the gradient is hess grad/|grad|; memory may hold such products."""
    rule = from_text("v = v/2 + hess(grad)/norm(grad); theta = theta - gamma*(grad + v/9)")
    loss = bea.problems.loss("x**2/2 + y**2/2")
    (f_0,) = bea.modified_equation(rule, loss, order=0).components
    x, y = (loss.ring.variable(i) for i in range(2))
    length = (x * x + y * y) ** fmpq(1, 2)
    for component, z in zip(f_0, (x, y), strict=True):  # v = 2 theta/|theta|
        assert (component + z + z / length * fmpq(2, 9)).is_zero()


def test_memory_of_hessian_products_scales_on_trees_as_it_is_written() -> None:
    """In units of theta it is of the size gamma^-2, or of gamma^-1 with a gamma of its own."""
    plain = "v = v/2 + hess(grad); theta = theta - gamma*grad - gamma**2*v"
    scaled = "v = v/2 + gamma*hess(grad); theta = theta - gamma*grad - gamma*v"
    found, wanted = (bea.modified_equation(from_text(t), order=3) for t in (plain, scaled))
    assert found.coefficients == wanted.coefficients
    assert list(found.coefficients.values())[:2] == [1, -fmpq(1, 2) - 2]  # v = 2 f'f
    assert bea.verify(from_text(plain), bea.problems.booth(), order=1).verdict == "confirmed"


def test_a_decimal_is_exact() -> None:
    assert from_text(HEAVY_BALL, beta=0.9).parameters["beta"] == "9/10"
    decimal = bea.modified_equation(from_text(HEAVY_BALL, beta="0.9"), order=1)
    literal = bea.modified_equation(from_text(HEAVY_BALL.replace("beta", "0.9")), order=1)
    fraction = bea.modified_equation(bea.methods.heavy_ball(beta="9/10"), order=1)
    assert decimal.coefficients == literal.coefficients == fraction.coefficients


@pytest.mark.parametrize("scaled", ["v = beta*v - gamma*grad; theta = theta + v",
    "init v = -gamma_0*grad; v = beta*v + grad; theta = theta - gamma*v",
    "w = beta*v + grad; v = w; theta = theta - gamma*w",
    "init old = theta; w = theta - gamma*grad + beta*(theta - old); old = theta; theta = w",
])  # fmt: skip
def test_other_ways_to_write_heavy_ball_have_its_equation(scaled: str) -> None:
    extra = {"gamma_0": "1/3"} if "gamma_0" in scaled else {}
    own = bea.modified_equation(from_text(scaled, beta="3/5", **extra), order=3)
    assert (
        own.coefficients
        == bea.modified_equation(bea.methods.heavy_ball(beta="3/5"), order=3).coefficients
    )


def test_a_variant_that_the_library_lacks_goes_from_text_to_agreeing_orders() -> None:
    method = from_text(QUASI_HYPERBOLIC, name="quasi-hyperbolic", beta="1/2", nu="7/10")
    equation = bea.modified_equation(method, order=1)
    # f_1 = -(1/2 + nu beta/(1 - beta)) f'f
    assert list(equation.coefficients.values()) == [1, -fmpq(1, 2) - fmpq(7, 10)]
    loss = bea.problems.booth()
    study = bea.discretization_drift(method, loss, range(3), gammas=np.geomspace(1e-4, 1e-3, 5))
    assert study.expected == (1, 2, 3)
    assert np.abs(study.observed_orders() - study.expected).max() < 0.1
    raw = bea.discretization_drift(
        method, loss, [2], gammas=np.geomspace(1e-4, 1e-3, 5), corrected=False
    )
    assert abs(raw.observed_orders()[0] - 1) < 0.1


SMALL = st.fractions(min_value=-2, max_value=2, max_denominator=5)
RATES = st.fractions(min_value="-4/5", max_value="4/5", max_denominator=5)


@dataclass(frozen=True)
class Linear(Method):
    """What the random rule comes to in shifts, and nothing else."""

    a: Any
    b: Any
    c: Any
    d: Any

    def shift_polynomials(self) -> tuple[list[Any], list[Any]]:
        """(E - a)(E - 1) theta = gamma (b c E + d (E - a)) f(theta)."""
        mixed = self.b * self.c + self.d
        return [self.a, -1 - self.a, 1], [-self.a * self.d, mixed]


@settings(max_examples=15, deadline=None)
@given(a=RATES, b=SMALL, c=SMALL, d=SMALL)
def test_random_linear_rules_agree_with_the_operator_route(a: Any, b: Any, c: Any, d: Any) -> None:
    parameters = {"a": a, "b": b, "c": c, "d": d}
    rule = from_text("v = a*v + b*grad; theta = theta - gamma*(c*v + d*grad)", **parameters)
    own = bea.modified_equation(rule, order=3)
    assert list(own.coefficients.values()) == operator.on_trees(Linear(**parameters), 3)


def test_a_norm_is_that_over_the_components() -> None:
    normalised = from_text("theta = theta - gamma*grad/norm(grad)")
    loss = bea.problems.loss("x**2 + 2*y**2")
    library = bea.methods.get("normalised-descent")
    assert (
        bea.modified_equation(normalised, loss, order=1).components
        == bea.modified_equation(library, loss, order=1).components
    )
    runs = [bea.iterate(m, loss, [1.0, 0.5], GAMMAS, steps=9).values for m in (normalised, library)]
    assert np.array_equal(*runs)


def test_memory_of_one_number_stands_for_all_components() -> None:
    counting = from_text("k = k/2 + norm(grad)/2; theta = theta - gamma*grad/(1 + k)")
    loss = bea.problems.loss("x**2 + 2*y**2")
    assert np.isfinite(bea.iterate(counting, loss, [1.0, 0.5], GAMMAS, steps=9).values).all()
    assert bea.modified_equation(counting, loss, order=0).components


def test_roots_of_hyperparameters_are_exact_in_every_arithmetic() -> None:
    rule = from_text("theta = theta - gamma*sqrt(1 - b)*grad", b="3/4")
    assert bea.modified_equation(rule, order=0).coefficients == {
        tree: fmpq(1, 2) for tree in bea.trees.trees_up_to(1)
    }


def test_grad_is_that_before_the_step_and_theta_the_present_one() -> None:
    sequence = "theta = theta - gamma*grad; theta = theta - gamma*(grad - grad(theta))"
    loss = bea.problems.loss("x**2/2")  # theta_1 = (1 - g) theta; then - g (theta - (1 - g) theta)
    (found,) = bea.iterate(from_text(sequence), loss, [1.0], [0.25], steps=1).values.ravel()[-1:]
    assert found == 0.75 - 0.25 * 0.25


def test_the_rule_is_on_record() -> None:
    method = from_text(QUASI_HYPERBOLIC, beta="1/2", nu="nu")
    assert method.parameters == {
        "update": "m = beta*m + (1 - beta)*grad; theta = theta - gamma*((1 - nu)*grad + nu*m)",
        "beta": "1/2",
        "nu": "nu",
    }
    assert str(method) == "update-rule(beta=1/2, nu=nu)"


def test_only_a_rule_of_gradients_is_written_in_gradients() -> None:
    assert from_text("theta = theta - gamma*grad").gradient
    assert not from_text(EXTRAGRADIENT).gradient


REFUSED = {
    "unknown name": ("theta = theta - gamma*gard", {}, "unknown name 'gard' .* mean 'grad'"),
    "not given": (HEAVY_BALL, {}, "unknown name 'beta' .* give it as a hyperparameter: beta=1/2"),
    "misspelt": (HEAVY_BALL, {"betta": 0}, "unknown name 'beta' .* Did you mean 'betta'"),
    "not read": (HEAVY_BALL, {"beta": 0, "mu": 1}, "has no hyperparameter 'mu': it has beta"),
    "assigned and given": (HEAVY_BALL, {"beta": 0, "v": 1}, "'v' is assigned by the update"),
    "a float": (HEAVY_BALL, {"beta": 2 / 3}, "beta is the float 0.666.* such as '2/3'"),
    "no theta": ("v = grad", {}, "never assigns theta: end it with a statement such as"),
    "empty": (" ;\n; ", {}, "never assigns theta"),
    "gamma": ("gamma = 1; theta = theta - gamma*grad", {}, "'gamma' cannot be assigned: the step"),
    "grad": ("grad = 1; theta = theta - gamma*grad", {}, "'grad' cannot be assigned: the gradient"),
    "pi": ("pi = 3; theta = theta - gamma*pi*grad", {}, "'pi' is taken"),
    "abs": ("theta = theta - gamma*abs(grad)", {}, r"'abs' is not differentiable.*sqrt\(x\*\*2"),
    "max": ("v = max(v, grad); theta = theta - v", {}, "'max' is not differentiable"),
    "sign": ("theta = theta - gamma*sign(grad)", {}, "'sign' is not differentiable.*tanh"),
    "a function": ("theta = theta - gamma*gard(theta)", {}, "function 'gard'. Did you mean 'grad'"),
    "hess": ("theta = theta - gamma*hess*grad", {}, "'hess' cannot be .*: hess.v. is the Hessian"),
    "three arguments": ("theta = theta - hess(f, f, f)", {}, r"one or two .*, not 3; .*\(x, y\)"),
    "hess of theta": ("theta = theta - hess(theta)", {}, "does not tend to the identity"),
    "two arguments": ("theta = theta - gamma*grad(theta, 1)", {}, "'grad' .* takes one argument"),
    "no assignment": ("theta := grad", {}, "is no assignment: write NAME = EXPRESSION"),
    "a comparison": ("theta == grad", {}, "is no assignment"),
    "syntax": ("v = grad; theta = theta -* v", {}, "statement 2 .* unexpected '[*]' at column 16"),
    "half": ("theta = theta - gamma*", {}, "ends too early"),
    "two values": ("theta = theta, grad", {}, "2 components"),
    "too long": ("theta = theta - gamma*grad" + " " * 10_000, {}, "10,026 characters, more than"),
    "too many": ("theta = theta;" * 300, {}, "300 statements, more than the limit of 200"),
    "too large": ("u = (grad + 1)**90;" + "u = (u + 1)**90;" * 2 + "theta = u", {}, "the limit"),
    "no text": (3, {}, "must be text, not int"),
    "no identity": ("theta = theta - grad", {}, "does not tend to the identity as gamma"),
    "no identity with memory": ("v = v/2 + grad; theta = theta - v", {}, "tend to the identity"),
    "no identity, squares": ("v = v/2 + grad**2; theta = theta - v", {}, "tend to the identity"),
    "a constant": ("theta = 1/2", {}, "does not tend to the identity"),
    "a point": (NESTEROV.replace("init old = theta", ""), {"beta": 0}, "add 'init old = theta'"),
    "init theta": ("init theta = 1; theta = theta - gamma*grad", {}, "'init theta' is not"),
    "init gamma": ("init v = gamma*grad;" + HEAVY_BALL, {"beta": 0}, "reads gamma, which belongs"),
    "init of none": ("init y = grad; theta = theta - gamma*grad", {}, "'init y' has no use"),
    "denominator": ("theta = theta - gamma*grad/(1 - b)", {"b": 1}, "divides by 1 - b, which is 0"),
    "underscore": ("theta = theta - gamma*_x", {"_x": 1}, "begins with '_'"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_rule_is_refused_with_the_reason(case: str) -> None:
    text, parameters, message = REFUSED[case]
    with pytest.raises(BeaError, match=message) as refused:
        from_text(text, **parameters)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["v = v + grad; theta = theta - gamma*v",
    "v = 3/2*v + grad; theta = theta - gamma*v",
    "v = v + grad**2; theta = theta - gamma*grad/(1 + v)",
])  # fmt: skip
def test_memory_that_does_not_contract_is_refused_when_it_is_derived(text: str) -> None:
    with pytest.raises(BeaError, match="does not contract"):
        bea.modified_equation(from_text(text), bea.problems.booth(), order=1)


@pytest.mark.parametrize("text", [
    "theta = __import__('os').system('true')", "theta = theta.__class__", "theta = theta[0]",
    "theta = (lambda: 1)()", "theta = eval(theta)", "import os; theta = theta",
    "theta = theta if gamma else 0", "theta = theta; print(theta)", "__class__ = 1; theta = theta",
    "theta = theta - gamma*__builtins__", "theta = {theta}", "theta = 9**9**9**9*theta",
    "theta = " + "(" * 5000 + "theta" + ")" * 4999,
])  # fmt: skip
def test_text_is_never_run(text: str) -> None:
    with pytest.raises(BeaError):
        from_text(text)


def test_the_roles_of_names_are_found() -> None:
    rule = read_rule("init: a = c*theta; t = a + b; a = t/2; theta = theta - gamma*t*grad")
    assert (rule.memory, rule.hyperparameters) == (("a",), ("c", "b"))


def step(f: Any, theta: Any, state: Any, gamma: Any, beta: Any) -> Any:
    velocity = beta * state[0] + f(theta)
    return theta + gamma * velocity, (velocity,)


def at_rest(f: Any, theta: Any) -> Any:
    return (0 * f(theta),)


def test_a_plain_function_is_a_method() -> None:
    method = from_function(step, at_rest, name="mine", beta="9/10")
    library = bea.methods.heavy_ball(beta="9/10")
    own = bea.modified_equation(method, order=3)
    assert own.coefficients == bea.modified_equation(library, order=3).coefficients
    loss = bea.problems.himmelblau()
    runs = [bea.iterate(m, loss, [1.0, 0.5], GAMMAS, steps=9).values for m in (method, library)]
    assert np.array_equal(*runs)
    assert str(method) == "mine(beta=9/10)"


def bent(f: Any, theta: Any, state: Any, gamma: Any, r: Any) -> Any:
    (bend,) = state
    return theta + gamma * f(theta) - 2 * r * gamma**2 * bend, (f.derivative(theta, f(theta)),)


def test_a_plain_function_may_use_the_derivative_and_remember_it() -> None:
    """With the bend f'f of one step ago, f_1 is as without memory, and the layer is found."""
    method = from_function(bent, lambda f, theta: (f.derivative(theta, f(theta)),), r="1/3")
    library = bea.methods.get(REGULARISED, mu="1/3", scaling="gamma")
    own = bea.modified_equation(method, order=2)
    wanted = bea.modified_equation(library, order=2).coefficients
    differing = {t.order for t, b in own.coefficients.items() if b != wanted[t]}
    assert differing == {3}
    loss = bea.problems.booth()
    assert bea.verify(method, loss).verdict == "confirmed"


FLOATS: dict[str, Any] = {
    "0.5": lambda f, theta, state, gamma: (theta + 0.5 * gamma * f(theta), ()),
    "-0.5": lambda f, theta, state, gamma: (theta + gamma * (f(theta) - 0.5), ()),
    "0.25": lambda f, theta, state, gamma: (theta + gamma * f(theta) / 0.25, ()),
    "2.5": lambda f, theta, state, gamma: (theta + gamma * f(theta) ** 2.5, ()),
    "0.75": lambda f, theta, state, gamma: (theta + gamma * np.array([0.75, 1.0]) * f(theta), ()),
}


@pytest.mark.parametrize("number", FLOATS)
def test_a_float_inside_a_step_is_refused_by_name(number: str) -> None:
    method = from_function(FLOATS[number], name="mine")
    with pytest.raises(MethodError, match=f"^{number} is a float: .* a hyperparameter$"):
        bea.modified_equation(method, bea.problems.booth(), order=1)
    with pytest.raises(MethodError):
        bea.modified_equation(method, order=1)


@pytest.mark.parametrize("text", [
    "init old = theta; v = (theta - old)/gamma; old = theta; theta = theta + gamma*(v/2 - grad)",
    "init old = theta; v = (theta - old)/(2*gamma) - grad; old = theta; theta = theta + gamma*v",
    "init old = theta; v = gamma*(theta - old)/gamma**2/2 - grad; old = theta; "
    "theta = theta + gamma*v",
])  # fmt: skip
def test_differences_over_gamma_are_heavy_ball_on_a_loss_too(text: str) -> None:
    loss = bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2")
    library = bea.modified_equation(bea.methods.heavy_ball(beta=0.5), loss, order=4)
    for order in (0, 1, 4):
        own = bea.modified_equation(from_text(text), loss, order)
        assert own.components == library.components[: order + 1]
    assert bea.verify(from_text(text), loss).verdict == "confirmed"


def test_a_difference_over_gamma_without_memory() -> None:
    """theta + gamma f + gamma/2 (f(theta + gamma f) - f) is Heun's method, written with f'."""
    text = "d = (f(theta + gamma*f) - f)/gamma; theta = theta + gamma*f + gamma**2*d/2"
    loss = bea.problems.loss("exp(x) - x + y**4")
    own, heun = (bea.modified_equation(m, loss, 3) for m in (from_text(text), bea.methods.heun()))
    assert own.components == heun.components


@pytest.mark.parametrize("quotient", ["(theta - old)/gamma/4", "(theta - old)**2/gamma"])
def test_memory_that_is_another_part_over_gamma_is_refused_with_the_remedy(quotient: str) -> None:
    text = f"init old = theta; v = v/2 + {quotient}; old = theta; theta = theta - gamma*(grad - v)"
    with pytest.raises(MethodError, match=r"divided by gamma, such as .* keep the difference"):
        bea.modified_equation(from_text(text), bea.problems.booth(), order=2)


def plain(f: Any, theta: Any, state: Any, gamma: Any) -> Any:
    return theta + gamma * f(theta), state


def without_state(f: Any, theta: Any, state: Any, gamma: Any) -> Any:
    return theta


def started(method: FunctionMethod) -> Any:
    return method.init(lambda theta: theta, np.zeros(2))


def test_a_plain_function_needs_no_memory_and_no_name() -> None:
    equation = bea.modified_equation(from_function(plain), order=2)
    assert (
        equation.coefficients
        == bea.modified_equation(bea.methods.explicit_euler(), order=2).coefficients
    )
    assert from_function(plain).name == "plain"


def test_a_plain_function_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BeaError, match="must return theta and the state"):
        bea.modified_equation(from_function(without_state), order=1)
    with pytest.raises(BeaError, match="init of 'plain' must return a tuple"):
        started(from_function(plain, lambda f, theta: theta))
    with pytest.raises(BeaError, match="needs the hyperparameter 'beta'"):
        from_function(step, at_rest)
    with pytest.raises(BeaError, match=r"no hyperparameter 'bta': it has beta.*'beta'"):
        from_function(step, at_rest, beta="1/2", bta="1/2")
    with pytest.raises(BeaError, match=re.escape("takes 2 arguments")):
        from_function(lambda f, theta: theta)
