"""The number n of a step in rules: counted by runs, 0 or a time in expansions, else refused."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.algebra import Ring
from bea.algebra.ring.exact import in_ring
from bea.errors import BeaError
from bea.methods import Scheduled, from_text
from bea.methods.rules.counter import in_time
from bea.methods.rules.text import counted, read_rule

LOSS = bea.problems.loss("x**2/2 + x**4/4")
ADAM = (
    "m = b1*m + (1 - b1)*grad; v = b2*v + (1 - b2)*grad**2; "
    "theta = theta - gamma*m/(1 - b1**n)/(sqrt(v/(1 - b2**n)) + e)"
)
NUMBERS = {"b1": "1/2", "b2": "3/4", "e": "1/10"}


def test_a_bias_correction_by_hand_is_that_of_the_library() -> None:
    library = bea.methods.adam(beta1="1/2", beta2="3/4", epsilon="1/10")
    own = from_text(ADAM, **NUMBERS)
    runs = [bea.iterate(m, LOSS, [[0.8], [1.0]], [0.1, 0.01], steps=6) for m in (own, library)]
    np.testing.assert_allclose(runs[0].values, runs[1].values, rtol=1e-15)
    mine, other = (bea.modified_equation(m, LOSS, 1).components for m in (own, library))
    assert all((a - b).is_zero() for x, y in zip(mine, other, strict=True)
               for a, b in zip(x, y, strict=True))  # fmt: skip
    general = bea.modified_equation(from_text(ADAM, b1="b1", b2="b2", e="e"), order=1)
    assert str(general) == str(
        bea.modified_equation(bea.methods.adam(beta1="b1", beta2="b2", epsilon="e"), order=1)
    )


def test_linear_memory_with_a_bias_correction_is_on_trees() -> None:
    own = from_text("m = b*m + (1 - b)*grad; theta = theta - gamma*m/(1 - b**n)", b="beta")
    library = bea.methods.get("ema-momentum", beta="beta")
    mine, other = (bea.modified_equation(m, order=3).coefficients for m in (own, library))
    assert mine == other


def test_the_first_step_is_number_one() -> None:
    run = bea.iterate(from_text("theta = theta - gamma*n"), LOSS, [[0.0]], [1.0], steps=3)
    assert run.values.ravel().tolist() == [-1.0, -3.0, -6.0]


@pytest.mark.parametrize(
    ("written", "in_t"),
    [
        ("gamma*grad/n", "theta - gamma**2*grad/(_t + gamma)"),
        ("gamma*(n - 1)/(n + 2)*grad", "theta - _t*gamma*grad/(_t + 3*gamma)"),
        ("gamma*grad/sqrt(1 + gamma*n)", "theta - gamma*grad/sqrt(_t + gamma + 1)"),
        ("sqrt(gamma)/sqrt(n)*grad", "theta - gamma*grad/sqrt(_t + gamma)"),
    ],
)
def test_n_is_the_time_in_whole_powers_of_gamma(written: str, in_t: str) -> None:
    rule = in_time(counted(read_rule(f"theta = theta - {written}")))
    ring = Ring([], ["_t", "gamma", "grad", "theta"])
    assert in_ring(rule.step[0].value, ring) == in_ring(bea.parse(in_t), ring)


def test_n_goes_through_names() -> None:
    rule = from_text("a = n + 1; w = 1/a; theta = theta - gamma*w*grad")
    direct = from_text("theta = theta - gamma*grad/(n + 1)")
    first, second = (bea.modified_equation(m, LOSS, 2) for m in (rule, direct))
    assert first.as_json()["terms"] == second.as_json()["terms"]


def test_n_may_be_a_name_of_the_rule_or_of_the_problem() -> None:
    memory = from_text("n = n/2 + grad; theta = theta - gamma*n")
    momentum = bea.methods.heavy_ball(beta="1/2")
    equations = [bea.modified_equation(m, order=2) for m in (memory, momentum)]
    assert equations[0].coefficients == equations[1].coefficients
    given = from_text("theta = theta - gamma*grad/n", n=2)
    assert str(bea.modified_equation(given, order=0)) == "−1/2 ∇L + O(γ)"
    problem = bea.problems.loss("n**2/2 + t**2")
    found = bea.modified_equation(from_text("theta = theta - gamma*grad/n"), problem, 1)
    assert found.variables == ("n", "t", "t_")


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ("theta = theta - gamma*grad/sqrt(n)", "write gamma\\*n for the time under a root"),
        ("theta = theta - gamma*grad*tanh(n)", "tanh\\(n\\) has no series in gamma"),
        ("theta = theta - gamma*grad*exp(-n/10)", "write a decay as c\\*\\*n"),
        ("theta = theta - gamma*n*grad", "does not tend to the identity"),
        ("theta = theta - gamma*grad/(1 - 2**n)", "does not tend to 0 as n grows"),
        ("init old = theta; y = theta + (n - 1)/(n + 2)*(theta - old); old = theta; "
         "theta = y - gamma*grad(y)", "'old' .* changes by the factor 1 per step"),
    ],
)  # fmt: skip
def test_what_has_no_time_is_refused_with_what_there_is(update: str, message: str) -> None:
    """The remedy that each names, the field of one step, is there."""
    method = from_text(update)
    with pytest.raises(BeaError, match=message) as refusal:
        bea.modified_equation(method, LOSS, 1)
    assert "at_step" in str(refusal.value)
    assert bea.modified_equation(method, LOSS, 1, at_step=2).order == 1


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ("theta = theta - gamma*grad*theta**n", "the base must be a number or hyperparameters"),
        ("theta = theta - gamma*grad/(1 - (1/2)**(n/2))", "put roots into the base"),
        ("theta = theta - gamma*grad/(1 - (1/2)**(n**2))", "whole numbers a and b"),
        ("init v = grad/n; v = v/2 + grad; theta = theta - gamma*v", "an init reads n"),
        ("theta = theta - gamma*grad*2**grad", "statement 1 of the update.*not a rational number"),
    ],
)
def test_what_n_cannot_be_is_refused(update: str, message: str) -> None:
    with pytest.raises(BeaError, match=message):
        from_text(update)


def test_a_counting_rule_has_no_schedule_beside_and_no_equation_for_every_loss() -> None:
    rule = from_text("theta = theta - gamma*grad/n")
    with pytest.raises(BeaError, match="write the schedule into the update"):
        Scheduled(rule, "cosine(time=1)")
    with pytest.raises(BeaError, match="give a problem, or derive the field of one step"):
        bea.modified_equation(rule)
    with pytest.raises(BeaError, match="write n for it, which is the number of the step"):
        bea.modified_equation(from_text("k = k + 1; theta = theta - gamma*grad/k"), LOSS)
