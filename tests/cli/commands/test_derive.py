"""`bea derive`: the forms that DESIGN promises, and where results go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bea.algebra import parse

from ..conftest import Bea

HIMMELBLAU = "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"


def test_every_loss_as_text(bea: Bea) -> None:
    run = bea("derive", "gradient-descent")
    assert run.status == 0 and run.err == ""
    assert run.out == (
        "Modified equation of gradient-descent, to order 2\n"
        "\n"
        "  for every loss L:\n"
        "    dθ/dt = −∇L − γ/2 ∇²L∇L − γ²(1/3 (∇²L)²∇L + 1/12 ∇³L[∇L,∇L]) + O(γ³)\n"
        "\n"
        "Which terms are gradients for every loss: γ⁰ yes, γ¹ yes, γ² no\n"
        "\n"
        "Modified loss, to order 1:\n"
        "    L + γ/4 ‖∇L‖² + O(γ²)\n"
        "\n"
        "No modified loss exists for every loss L at order 2: in two or more dimensions\n"
        "the term of γ² is not a gradient.\n"
        "\n"
        "Gradient part of the term of γ²: minus the gradient of\n"
        "    5γ²/36 ∇²L[∇L,∇L]\n"
        "\n"
        "What is left over:\n"
        "    γ²(−1/18 (∇²L)²∇L + 1/18 ∇³L[∇L,∇L])\n"
        "\n"
        "Loss on which plain descent, with the same step size, takes these very steps, to\n"
        "order 2:\n"
        "    L + O(γ³)\n"
    )


def test_games_and_weight_decay_as_text(bea: Bea) -> None:
    run = bea("derive", "alternating", "--order", "1")
    assert run.status == 0 and run.err == ""
    assert run.out == (
        "Modified equation of alternating(first=1), to order 1\n"
        "\n"
        "  for every field f = f₁ + f₂, where f₁ moves player 1 and f₂ moves player 2:\n"
        "    dθ/dt = f₁ + f₂ − γ/2 (f₁'f₁ + f₁'f₂ − f₂'f₁ + f₂'f₂) + O(γ²)\n"
        "\n"
        "Which terms are gradients, if f is one: γ⁰ yes, γ¹ no\n"
        "\n"
        "Which terms of the step are gradients, if f is one: γ⁰ yes, γ¹ no\n"
    )
    run = bea("derive", "gradient-descent-decay", "--order", "1", "--param", "weight_decay=1/2")
    assert run.status == 0 and run.err == ""
    assert "    dθ/dt = −(∇L + 1/2 θ) − γ(1/2 ∇²L∇L + 1/4 ∇²Lθ + 1/4 ∇L + 1/8 θ) + O(γ²)" in run.out
    assert "    L + 1/4 ‖θ‖² + γ(1/4 ‖∇L‖² + 1/4 ∇L·θ + 1/16 ‖θ‖²) + O(γ²)\n" in run.out


def test_colours_as_json(bea: Bea) -> None:
    run = bea("derive", "alternating", "--order", "2", "--format", "json")
    terms = json.loads(run.out)["terms"]
    assert len(terms) == 2 + 4 + 14
    assert terms[0]["tree"] == [] and terms[0]["colors"] == ["f1"]
    run = bea("derive", "heavy-ball-l2", "--order", "1", "--format", "latex")
    assert r"\nabla^{2} L\,\theta" in run.out


def test_riccati_as_text(bea: Bea) -> None:
    """Hairer, Lubich and Wanner, Geometric Numerical Integration, section IX.1."""
    run = bea("derive", "explicit-euler", "--field", "y**2", "--order", "5")
    assert "dy/dt = y² − γy³ + 3γ²y⁴/2 − 8γ³y⁵/3 + 31γ⁴y⁶/6 − 157γ⁵y⁷/15 + O(γ⁶)" in run.out


def test_order_two_in_the_plane_has_no_modified_loss(bea: Bea) -> None:
    run = bea("derive", "gradient-descent", "--loss", "himmelblau", "--order", "3")
    text = " ".join(run.out.split())
    assert f"on himmelblau, {HIMMELBLAU}, to order 3" in text
    assert "Which terms are gradients: γ⁰ yes, γ¹ yes, γ² no, γ³ no" in text
    assert "Modified loss, to order 1:" in text
    assert "No modified loss exists on himmelblau at order 2 or above: the term of γ² is" in text
    assert "What is left over: x = −4γ²/9 (24x⁷ + 24x⁵y − 12x⁴y²" in text


def test_in_one_dimension_there_is_a_modified_loss_to_every_order(bea: Bea) -> None:
    run = bea("derive", "gradient-descent", "--loss", "x**4", "--order", "3")
    assert "x⁴ + 4γx⁶ + 28γ²x⁸ + 1248γ³x¹⁰/5 + O(γ⁴)" in run.out
    assert "No modified loss" not in run.out


def test_json_on_trees_is_exactly_what_is_promised(bea: Bea) -> None:
    run = bea("derive", "explicit-euler", "--order", "2", "--format", "json")
    assert run.err == ""
    assert run.json == {
        "method": "explicit-euler",
        "parameters": {},
        "order": 2,
        "kind": "modified",
        "terms": [
            record([], 0, "1", 1, 1, "f"),
            record([[]], 1, "-1/2", 1, 2, "f'f"),
            record([[[]]], 2, "1/3", 1, 6, "f'f'f"),
            record([[], []], 2, "1/6", 2, 3, "f''(f,f)"),
        ],
    }


def record(
    tree: list[object], power: int, b: str, symmetry: int, density: int, differential: str
) -> dict[str, object]:
    return {
        "tree": tree,
        "power": power,
        "coefficient": b,
        "symmetry": symmetry,
        "density": density,
        "elementary_differential": differential,
    }


def test_json_holds_the_zero_coefficients_too(bea: Bea) -> None:
    terms = bea("derive", "rk4", "--order", "4", "--format", "json").json["terms"]
    assert len(terms) == 1 + 1 + 2 + 4 + 9
    assert {t["coefficient"] for t in terms if 0 < t["power"] < 4} == {"0"}
    assert any(t["coefficient"] != "0" for t in terms if t["power"] == 4)


def test_json_of_a_field_is_a_list_by_power_of_components(bea: Bea) -> None:
    run = bea("derive", "explicit-euler", "--field", "y**2", "--order", "4", "--format", "json")
    assert run.json == {
        "method": "explicit-euler",
        "parameters": {},
        "order": 4,
        "kind": "modified",
        "problem": "y**2",
        "variables": ["y"],
        "terms": [["y**2"], ["-y**3"], ["3*y**4/2"], ["-8*y**5/3"], ["31*y**6/6"]],
    }


def test_json_components_are_read_back_by_the_grammar(bea: Bea) -> None:
    problem = ("--problem", "pendulum", "--order", "3", "--format", "json")
    found = bea("derive", "heun", *problem).json
    assert found["variables"] == ["q", "p"] and len(found["terms"]) == 4
    for components in found["terms"]:
        assert len([parse(text, variables=found["variables"]) for text in components]) == 2


def test_latex(bea: Bea) -> None:
    run = bea("derive", "explicit-euler", "--order", "1", "--format", "latex")
    assert run.out == r"f - \frac{\gamma}{2}\,f' f + \mathcal{O}(\gamma^{2})" + "\n"


@pytest.mark.parametrize("route", ["operator", "perturbation", "trees"])
def test_the_routes_agree(bea: Bea, route: str) -> None:
    arguments = ("derive", "gradient-descent", "rosenbrock", "--order", "3", "--format", "json")
    assert bea(*arguments, "--route", route).json == bea(*arguments).json


def test_a_problem_by_position_is_the_same_as_by_option(bea: Bea) -> None:
    by_option = bea("derive", "explicit-euler", "--problem", "lotka-volterra")
    assert bea("derive", "explicit-euler", "lotka-volterra") == by_option


def test_the_order_of_the_variables_is_as_declared(bea: Bea) -> None:
    field = ("--field", "p, -q", "--variables", "q p", "--format", "json")
    assert bea("derive", "explicit-euler", *field).json["variables"] == ["q", "p"]


def test_inverse_is_the_field_to_feed(bea: Bea) -> None:
    text = bea("derive", "explicit-euler", "--inverse", "--order", "1").out
    assert "Modifying integrator of explicit-euler, to order 1: the field g to feed" in text
    assert "g(θ) = f + γ/2 f'f + O(γ²)" in text


# --- parameters ---------------------------------------------------------------------------------


def test_a_parameter_of_the_problem_is_exact(bea: Bea) -> None:
    arguments = ("derive", "gradient-descent", "--loss", "rosenbrock", "--order", "0")
    terms = bea(*arguments, "--param", "b=1/10", "--format", "json").json["terms"]
    assert terms == [["-2*x**3/5 + 2*x*y/5 - 2*x + 2", "x**2/5 - y/5"]]


@pytest.mark.parametrize("open_name", ["a", "a="])
def test_a_parameter_without_a_value_stays_symbolic(bea: Bea, open_name: str) -> None:
    arguments = ("derive", "gradient-descent", "--loss", "a*x**2", "--format", "json")
    found = bea(*arguments, "--order", "1", "--param", open_name).json
    assert found["variables"] == ["x"] and found["terms"] == [["-2*x*a"], ["-2*x*a**2"]]


def test_a_tableau_is_given_by_parameters(bea: Bea) -> None:
    tableau = ("--param", "A=0,0; 1/2,0", "--param", "b=0,1")
    ours = bea("derive", "runge-kutta", *tableau, "--order", "4", "--format", "json").json
    known = bea("derive", "explicit-midpoint", "--order", "4", "--format", "json").json
    assert ours["method"] == "runge-kutta"
    assert ours["parameters"] == {"A": "0, 0; 1/2, 0", "b": "0, 1"}
    assert ours["terms"] == known["terms"]


def test_a_parameter_of_both_is_told_apart_by_its_owner(bea: Bea) -> None:
    tableau = ("--param", "A=0", "--param", "method.b=1")
    arguments = ("--loss", "rosenbrock", "--param", "problem.b=1", "--order", "1")
    ours = bea("derive", "runge-kutta", *tableau, *arguments, "--format", "json").json
    euler = ("derive", "explicit-euler", "--loss", "rosenbrock", "--param", "b=1")
    assert ours["terms"] == bea(*euler, "--order", "1", "--format", "json").json["terms"]


# --- output -------------------------------------------------------------------------------------


def test_out_writes_the_result_and_says_so_beside_it(bea: Bea, folder: Path) -> None:
    shown = bea("derive", "heun", "--format", "json").out
    run = bea("derive", "heun", "--format", "json", "--out", "new/heun.json")
    assert run.status == 0 and run.out == "" and run.err == "wrote new/heun.json\n"
    assert (folder / "new/heun.json").read_text(encoding="utf-8") == shown
    assert [path.name for path in (folder / "new").iterdir()] == ["heun.json"]


def test_lines_are_no_wider_than_the_terminal(bea: Bea, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in (60, 80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        run = bea("derive", "gradient-descent", "himmelblau", "--order", "4")
        assert max(map(len, run.out.splitlines())) <= width


def test_the_same_command_prints_the_same(bea: Bea) -> None:
    arguments = ("derive", "gradient-descent", "sigmoid-sine", "--order", "2")
    assert bea(*arguments) == bea(*arguments)


def test_a_term_too_long_to_be_read_again_is_told(
    bea: Bea, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bea.algebra.language.limits.MAX_LENGTH", 30)
    short = bea("derive", "explicit-euler", "--field", "y**2", "--format", "json")
    assert short.err == ""
    long = bea("derive", "heun", "--loss", "x**4 + x**2*y**3", "--order", "3", "--format", "json")
    assert long.status == 0 and long.json["order"] == 3
    assert "characters, and bea.parse reads 30" in long.err


def test_the_range_at_the_start_is_told_where_there_is_one(bea: Bea) -> None:
    run = bea("derive", "heavy-ball", "booth", "--order", "1")
    assert "Effective learning rate: 10 γ. At the start (-5, 5)" in " ".join(run.out.split())
    assert "for γ < 0.000146" in " ".join(run.out.split())  # (1 - sqrt(9/10))^2/18
    assert "means something" not in bea("derive", "heavy-ball", "booth", "-p", "beta").out


def test_the_step_of_a_method_and_its_loss(bea: Bea) -> None:
    run = bea("derive", "heavy-ball", "--param", "beta=1/2", "--step")
    assert run.status == 0 and run.err == ""
    assert "(θ₁ − θ)/γ = −2 ∇L − 4γ ∇²L∇L − γ²(24 (∇²L)²∇L + 12 ∇³L[∇L,∇L])" in run.out
    assert run.out.endswith("order 2:\n    2 L + 2γ ‖∇L‖² + 12γ² ∇²L[∇L,∇L] + O(γ³)\n")
    loss = ("--loss", "x**2*y", "--param", "beta=1/2", "--order", "1")
    found = json.loads(bea("derive", "heavy-ball", *loss, "--step", "--format", "json").out)
    assert (found["kind"], found["gradient"]) == ("step", [True, True])
    expected = [parse("2*x**2*y"), parse("2*x**4 + 8*x**2*y**2")]
    assert [parse(term) for term in found["loss"]] == expected
    latex = bea("derive", "heavy-ball", *loss, "--step", "--format", "latex").out
    assert r"\Delta x/\gamma &= - 4 x y" in latex or r"\Delta x/\gamma &= -4 x y" in latex


def test_where_the_flow_has_no_loss_the_step_is_asked(bea: Bea) -> None:
    nesterov = bea("derive", "nesterov", "--param", "beta=1/2")
    text = " ".join(nesterov.out.split())
    assert "Nor does plain descent with the same step size take these steps on a loss" in text
    found = json.loads(bea("derive", "nesterov", "--param", "beta=1/2", "--format", "json").out)
    assert found["step"]["gradient"] == [True, True, False]
    assert [row["coefficient"] for row in found["step"]["loss"]] == ["2", "1"]
    adam = bea("derive", "adam", "booth", "--order", "0", "-p", "epsilon=1")
    assert "the term of γ⁰ is not a gradient." in " ".join(adam.out.split())


def test_two_questions_at_once_are_refused(bea: Bea) -> None:
    run = bea("derive", "rk4", "--inverse", "--step")
    assert run.status == 2 and "one at a time" in run.err
    run = bea("derive", "adam", "--step", "--order", "1")
    assert run.status == 2 and "give a problem with --step" in run.err


def test_a_proof_is_a_file_for_a_checker(bea: Bea, folder: Path) -> None:
    run = bea("derive", "rk4", "--proof", "coq", "--out", "rk4.v")
    assert run.status == 0
    text = (folder / "rk4.v").read_text()
    assert text.startswith("(* The modified equation of rk4 to gamma^2.")
    assert text.endswith("Qed.\nPrint Assumptions the_flow_is_the_step.\n")
    record = json.loads(bea("derive", "heavy-ball", "--param", "beta=9/10", "--proof", "json").out)
    assert record["field"][:2] == ["10", "-950"]
    for wrong, remedy in [
        (("--proof", "agda"), "choose coq, lean or json"),
        (("--proof", "coq", "--format", "latex"), "leave --format out"),
        (("--proof", "coq", "--table"), "one at a time"),
        (("--proof", "coq", "--step"), "leave --inverse or --step out"),
        (("booth", "--proof", "coq"), "leave the problem out"),
        (("--proof", "coq", "--at-step", "3"), "leave --at-step out"),
    ]:
        run = bea("derive", "heavy-ball", *wrong)
        assert run.status == 2 and remedy in " ".join(run.err.split())


def test_hyperparameters_and_parameters_stay_symbolic_on_a_loss(bea: Bea) -> None:
    """Down to the modified loss, whose terms have no values then."""
    run = bea("derive", "heavy-ball", "a*x**2", "-p", "beta", "-p", "a", "-k", "1")
    assert run.status == 0
    assert "ax²/(1 − β) + γa²x²(1 + β)/(1 − β)³ + O(γ²)" in run.out.splitlines()[-1]
    step = bea("derive", "heavy-ball", "a*x**2", "-p", "beta", "-p", "a", "-k", "1", "--step")
    assert step.status == 0 and step.out.splitlines()[-1].strip().endswith("+ O(γ²)")
