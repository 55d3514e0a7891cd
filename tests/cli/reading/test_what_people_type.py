"""What people type on the command line is taken for what it means, or told what to write."""

from __future__ import annotations

import pytest

from ..conftest import Bea

TAKEN = [
    (("gd", "x**2"), "'gd' is gradient-descent", "of gradient-descent on"),
    (("momentum", "x**2", "-p", "momentum=1/2"), "'momentum' is heavy-ball", "beta=1/2"),
    (("heavy-ball", "-p", "momentum"), "", "beta=beta"),
    (("adam", "booth", "-p", "betas=0.5,0.75", "-k", "0"), "", "beta1=1/2, beta2=3/4"),
    (("adam", "booth", "-p", "bias_correction=False", "-k", "0"), "", "bias_correction=no"),
    (("BDF(2)", "-k", "1"), "'BDF2' is bdf with steps=2", "steps=2"),
    (("SSPRK(3,3)", "-k", "1"), "'SSPRK33' is ssp33", "ssp33"),
    (("leap frog", "Lotka–Volterra", "-k", "0"), "is stormer-verlet", "lotka-volterra"),
    (("ab3",), "'ab3' is adams-bashforth with steps=3", "steps=3"),
    (("rk4", "Van der Pol", "-k", "0"), "", "van-der-pol"),
    (("gd", "Rosenbrock", "-k", "0"), "'gd' is", "rosenbrock"),
    (("rk4", "--field", "q' = p, p' = -sin(q)", "-k", "0"), "", "dq/dt = p"),
    (("rk4", "--field", "dx/dt = y; dy/dt = -x", "-k", "0"), "", "dx/dt = y"),
    (("rk4", "--field", "S' = -S*I, I' = S*I - I, R' = I", "-k", "0"), "", "dR/dt = I"),
    (("rk4", "--field", "[y, -x]", "-k", "0"), "", "dy/dt"),
    (("rk4", "linear", "-p", "matrix=[[0, 1], [-1, 0]]", "-k", "0"), "", "dy/dt = −x"),
    (("gd", "quadratic", "-p", "eigenvalues=[1, 2, 3]", "-k", "0"), "'gd' is", "dz/dt = −3z"),
    (("gd", "np.exp(-x) + e**x", "-k", "0"), "'gd' is", "dx/dt"),
    (("gd", "--schedule", "exp(-t)", "-k", "1"), "'gd' is", "with exp(-t)"),
    (("gd", "--schedule", "cosine(T=2)", "-k", "1"), "'gd' is", "cosine(time=2, low=0)"),
    (("--update", "v *= 1/2; v += grad; theta -= gamma*v", "-k", "0"), "", "−2 ∇L"),
    (("rk4", "y**2", "-k", "0"), "'y**2' is read as a loss L, and rk4 follows -grad L: for a "
     "differential equation give its right-hand side, --field 'y**2'", "for every loss"),
    (("heun", "x*y + x**2", "-k", "0"), "give its right-hand side, --field \"x' = ..., y' = ...\"",
     "for every loss"),
    (("leapfrog", "p**2/2 + q**4", "-k", "0"), "; for a Hamiltonian, --hamiltonian 'p**2/2 + q**4'",
     "dp/dt = −p"),
    (("gd", "x**2 + xy + y**2", "-k", "0"), "warning: 'xy' is taken for a variable of its own: for "
     "a product write x*y", "dxy/dt"),
    (("gd", "γ*x**2", "-k", "1", "-f", "latex"), "'gd' is", r"- 2 \gamma x^{2} \mathrm{gamma} +"),
    (("gd", "x**2/2 + c", "-k", "0"), "warning: 'c' is nothing but a term of its own in the loss",
     "dc/dt"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "said", "printed"), TAKEN, ids=[str(t[0]) for t in TAKEN])
def test_it_is_taken_for_what_it_means(
    bea: Bea, arguments: tuple[str, ...], said: str, printed: str
) -> None:
    run = bea("derive", *arguments)
    assert run.status == 0
    assert said in run.err if said else run.err == ""
    assert printed in run.out


def test_the_positions_move_first_in_the_symplectic_euler_method(bea: Bea) -> None:
    field = ("--field", "p1, p2, -q1, -q2", "--variables", "q1 q2 p1 p2")
    run = bea("derive", "symplectic-euler", *field, "-k", "1", "-f", "json")
    assert run.json["parameters"] == {"split": "halves", "first": "1", "own": "explicit"}
    # dq/dt = p + γ/2 q, dp/dt = -q - γ/2 p: the area is kept.
    assert run.json["terms"][1] == ["q1/2", "q2/2", "-p1/2", "-p2/2"]


TOLD = [
    (("derive", "rk4", "--field", "p, -sin(q)"), "such as --variables 'q p'"),
    (("derive", "rk4", "--field", "-S*I, S*I - I, I"), "declare those that stand in none"),
    (("derive", "rk4", "--field", "x = y, y' = 2"), "write x' = y, y' = -x, or the right-hand"),
    (("derive", "gd", "x**2/2 + e"), "'e' may be Euler's number or a name"),
    (("derive", "gd", "sin x"), r"write sin(...) with brackets"),
    (("derive", "gd", "x²"), "write **2"),
    (("derive", "gd", "nan"), "'nan' at column 1 is no number to compute with"),
    (("derive", "gd", "--loss", "-inf"), "'inf' at column 2 is no number"),
    (("derive", "gd", "sum(x**2)"), "a sum over data is made by bea.problems.from_data"),
    (("derive", "gd", "x[1]**2"), "data with an index are summed over by bea.problems.from_data"),
    (("derive", "heavy-ball(0.9)", "booth"), "write heavy-ball(beta=1/2)"),
    (("derive", f"bdf({'2' * 60}", "booth"), "cannot be read: write heavy-ball(beta=1/2)"),
    (("derive", "adam", "-p", "lr=0.1"), "The learning rate is the step size γ"),
    (("derive", "gd", "booth", "--lr", "0.1"), "The learning rate is the step size γ"),
    (("verify", "gd", "booth", "--lr", "0.1"), "it is given by --gammas"),
    (("derive", "heavy-ball", "--momentum", "0.9"), "Write --param momentum="),
    (("derive", "--update", "theta = theta - lr*grad"), "the step size is gamma"),
    (("derive", "--update", "theta = theta - gamma*grad*e"), "Euler's number is exp(1)"),
    (("derive", "--update", "theta = theta - gamma*dL"), "the gradient is grad"),
    (("derive", "--update", "theta = theta - gamma*grad/t"), "the number of the step is n"),
    (("derive", "--update", "theta = theta - gamma*∇L"), "the gradient is grad in an update rule"),
    (("derive", "heavy-ball(0.9)"), "'0.9' has no name: write NAME=0.9, such as beta=9/10"),
    (("derive", "heavy-ball", "-p", "beta 0.9"), "'0.9' has no name"),
    (("derive", "gd", "--schedule", "step(0.5)"), "'0.5' has no name"),
    (("derive", "rk4", "--field", "t*y"), "the time is a variable with the component 1: y, t"),
    (("derive", "rk4", "--field", "y' = y, x' = t"), "add its own, t' = 1"),
    (
        ("derive", "rk4", "--field", "a*y, -x", "-k", "0"),
        "what is constant is a parameter (--param)",
    ),
    (("derive", "heavy-ball", "-p", "beta=0,9"), "'0,9' may be a decimal or two components"),
    (("derive", "heavy-ball", "-p", "beta=None"), "'None' at column 1 is no number"),
    (("drift", "gd"), "'gd' is a method and no problem: methods are given by --method"),
    (("drift", "rk4", "--field", "y,-x"), "'rk4' is a method and no problem"),
    (("sgd", "equilibrium", "gd", "--losses", "x**2; (x-1)**2"), "'gd' is a method and no problem"),
    (
        ("derive", "x**2"),
        "is an expression and no method: name a method first, such as gradient-descent 'x**2'",
    ),
    (
        ("derive", "gd", "booth", "--format", "tex"),
        "use text, latex or json.",
    ),
    (("derive", "--update", "theta = theta - gamma*grad", "-p", "beta=1"), "(there are none)."),
    (("derive", "--update", "theta = theta - gamma*clip(grad)"), "'clip' is not differentiable"),
    (("plot", "comparison", "booth", "--methods", "rk4 euler"), "unknown method 'rk4 euler'"),
    (("derive", "rk4", "--field", "[[0,1],[-1,0]]"), "give it to the problem 'linear', such as"),
    (("derive", "gd", "'x**2'"), "leave quotes out"),
    (("derive", "heun", "y' = -y**3"), 'give it by --field "y\' = -y**3"'),
    (("verify", "rk4", "--loss", "dq/dt = p; dp/dt = -q"), "is an equation and no loss: give it"),
    (("derive", "gd", "x**2 # loss"), "leave the comment out"),
    (("derive", "gd", "booth", "--method", "gd"), "The method is the first argument, METHOD"),
    (("list", "problems", "--method", "gd"), "no such option '--method'. 'bea list problems"),
    (("plot", "comparison", "booth", "--method", "gd"), "Did you mean '--methods'?"),
    (("derive", "adam beta1=0.9", "booth"), "cannot be read: write heavy-ball(beta=1/2)"),
    (("derive", "gd", "rosenbrock(1,10)"), "stand apart: write rosenbrock --param a=1"),
    (("derive", "gd", "booth(1)"), "problem 'booth' has no parameters: leave the brackets out"),
    (("derive", "gd", "rosenbrock", "b=10"), "Parameters are given by --param"),
    (("derive", "runge-kutta", "--A", "0;1/2"), "Write --param A="),
    (("derive", "rk4", "lorenz", "--sigma", "3"), "Write --param sigma="),
    (("verify", "adam", "booth", "--beta1", "0.5"), "Write --param beta1="),
    (("drift", "booth", "-k", "3"), "no such option '-k'. 'bea drift --help'"),
    (("drift", "booth", "--starts", "1,2,3"), "components and the problem has 2 (x, y): write one"),
    (("derive", "gd", "sin^2(x)"), "write sin(x)**2"),
    (("derive", "gd", "sin²(x)"), "write **2, as in x**2 and sin(x)**2"),
    (("derive", "gd", r"\frac12 x^2"), r"LaTeX is not read: write 1/2 for \frac12"),
    (("derive", "gd", "lambda x: x**2"), "the formula, without 'lambda'"),
    (("derive", "gd", "min x**2"), "give the formula, without 'min'"),
    (("derive", "gd", "0,5*x**2"), "'0,5' may be a decimal or two components: write 0.5"),
    (("derive", "rk4", "--field", "0,5*y, -x"), "'0,5' may be a decimal or two components"),
    (("derive", "gd", "x**2 + i*y"), "'i' may be the imaginary unit or a name"),
    (
        ("verify", "gd", "booth", "-p", "lr=0.1"),
        "The learning rate is the step size γ: it is given by --gammas",
    ),
    (("plot", "trajectory", "booth", "-p", "lr=0.1"), "it is given by --gamma."),
    (("derive", "gd", "-p", "eta=0.1"), "runs take it, as bea verify --gammas"),
    (
        ("drift", "booth", "--gammas", "1e-1-1e-3"),
        "is a range and no list: write the numbers, such as 0.1,0.032,0.01",
    ),
    (("drift", "booth", "--gammas", "1/10-1/100"), "is a range and no list"),
    (("drift", "booth", "--gammas", "0,1;0,05"), "write decimals with a point"),
    (("plot", "trajectory", "booth", "--gamma", "0.1-0.01"), "is a range and no number"),
    (
        ("drift", "booth", "--gammas", "1e-9", "--time", "999"),
        "take larger steps or a shorter time",
    ),
    (("drift", "henon-heiles"), "of the variables 'q1 q2 p1 p2' (--hamiltonian, --variables)"),
    (("show", "tsit"), "take dormand-prince, cash-karp or verner6"),
    (("show", "ode45"), "take dormand-prince or rk4"),
    (("show", "torch.optim.AdamW"), "write it as torch:AdamW"),
    (("show", "frobnicate"), "nothing is named 'frobnicate'. 'bea list"),
    (("derive", "gd", "frobnicate"), "any other is given by its formula"),
    (("derive", "dop853"), "give its tableau: 'runge-kutta("),
    (("derive", "gd", "--schedule", "min(t, 1)"), "piecewise(pieces=2*t; 1, breaks=1/2)"),
    (("list", "methods", "--filter", "xyz"), "no method has 'xyz'"),
]


@pytest.mark.parametrize(("arguments", "message"), TOLD, ids=[str(t[0]) for t in TOLD])
def test_it_is_told_what_to_write(bea: Bea, arguments: tuple[str, ...], message: str) -> None:
    run = bea(*arguments)
    assert run.status == 2 and run.out == ""
    assert message in run.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("gd", "gradient-descent"), ("momentum", "heavy-ball"), ("warmup", "warm-up"),
     ("Van der Pol", "van-der-pol")],
)  # fmt: skip
def test_show_knows_the_names_too(bea: Bea, name: str, shown: str) -> None:
    assert bea("show", name, "-f", "json").json["name"] == shown


def test_methods_are_listed_by_groups_a_line_each_and_filtered(
    bea: Bea, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bea import methods

    monkeypatch.setenv("COLUMNS", "80")
    lines = bea("list", "methods").out.splitlines()
    assert max(map(len, lines)) <= 80
    for name in methods.available():
        (line,) = [line for line in lines if line.startswith(f" {name} ")]
        assert line.split()[1].isdecimal() or line.split()[1] == "–"
    assert sum(line.rstrip().endswith(":") for line in lines) >= 6  # groups
    found = bea("list", "methods", "--filter", "weight decay", "-f", "json").json["methods"]
    assert [record["name"] for record in found] == [
        "adamw", "gradient-descent-decay", "gradient-descent-l2", "heavy-ball-decay",
        "heavy-ball-l2", "preconditioned-descent",
    ]  # fmt: skip
    fourth = bea("list", "methods", "--filter", "order 4", "-f", "json").json["methods"]
    named = {record["name"] for record in fourth}
    assert {"gauss4", "rk4", "gill", "suzuki", "yoshida"} <= named
    assert not {"heun", "gauss6"} & named
