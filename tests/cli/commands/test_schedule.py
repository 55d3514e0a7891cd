"""`--schedule`: the step size changes with the time, smoothly or in jumps."""

from __future__ import annotations

import bea as library
from bea.fields import with_time
from bea.methods import Scheduled

from ..conftest import Bea

QUICK = "x**2*y**2/2 + x**2 + y**2/2"
STEP = "step(every=1/2, factor=1/2, time=1)"


def test_the_equation_is_that_of_the_scheduled_method_on_the_problem_with_the_time(
    bea: Bea,
) -> None:
    schedule = "exponential(rate=2)"
    run = bea("derive", "heun", QUICK, "--schedule", schedule, "--format", "json")
    method = Scheduled(library.methods.heun(), schedule)
    equation = library.modified_equation(method, with_time(library.problems.loss(QUICK)), 2)
    assert run.json["variables"] == ["x", "y", "t"]
    assert run.json["terms"] == equation.as_json()["terms"]


def test_a_variable_called_t_leaves_the_time_another_name(bea: Bea) -> None:
    run = bea("derive", "heun", "t**2", "--schedule", "cosine", "--order", "0", "--format", "json")
    assert run.json["variables"] == ["t", "time"]


def test_a_smooth_schedule_is_measured_from_time_0_to_its_end(bea: Bea) -> None:
    options = ("--orders", "0-2", "--format", "json")
    run = bea("drift", QUICK, "--schedule", "cosine(time=1/2, low=1/10)", *options)
    assert run.status == 0
    assert [round(entry["observed"], 1) for entry in run.json["orders"]] == [1.0, 2.0, 3.0]
    steps = [0.5 / gamma for gamma in run.json["gammas"]]
    assert all(abs(count - round(count)) < 1e-9 for count in steps)


def test_jumps_are_met_by_whole_numbers_of_steps(bea: Bea) -> None:
    options = ("--orders", "0-2", "--format", "json", "--gamma-count", "6")
    run = bea("drift", QUICK, "--schedule", STEP, *options)
    assert [round(entry["observed"], 1) for entry in run.json["orders"]] == [1.0, 2.0, 3.0]
    assert len(run.json["gammas"]) == 6
    assert all(abs(0.5 / g - round(0.5 / g)) < 1e-9 for g in run.json["gammas"])


def test_starts_are_points_of_the_problem_itself(bea: Bea) -> None:
    few = ("--orders", "0", "--starts", "1,1; 1,1/2", "--format", "json")
    for schedule in ("exponential(rate=1)", STEP):
        run = bea("drift", QUICK, "--schedule", schedule, *few)
        assert round(run.json["orders"][0]["observed"], 1) == 1.0


def test_a_schedule_is_verified(bea: Bea) -> None:
    run = bea("verify", "gradient-descent", QUICK, "--schedule", "exponential(rate=2)", "-k", "1")
    assert run.status == 0
    assert "confirmed: the iterates of gradient-descent with exponential(rate=2" in run.out


def test_each_smooth_piece_has_an_equation_of_its_own(bea: Bea) -> None:
    run = bea("derive", "heavy-ball", QUICK, "-p", "beta=1/2", "--schedule", STEP, "-f", "json")
    assert [(p["from"], p["until"]) for p in run.json["pieces"]] == [("0", "1/2"), ("1/2", "1")]
    second = bea("derive", "heavy-ball", QUICK, "-p", "beta=1/2", "-f", "json",
                 "--schedule", "constant(value=1/2)")  # fmt: skip
    assert run.json["pieces"][1]["terms"] == second.json["terms"]
    text = bea("derive", "gradient-descent", "x**2/2", "--schedule", STEP, "--order", "1").out
    assert "0 ≤ t < 1/2:\n" in text and "1/2 ≤ t < 1:\n" in text
    assert text.count("Which terms are gradients in θ, at each time: all") == 2
    latex = bea("derive", "gradient-descent", "x**2/2", "--schedule", STEP, "-f", "latex").out
    assert latex.startswith("% 0 ≤ t < 1/2:\n\\begin{aligned}")


def test_one_certificate_goes_across_the_jumps(bea: Bea) -> None:
    options = ("--schedule", STEP, "--order", "1", "-f", "json", "--gamma-count", "6")
    run = bea("verify", "heavy-ball", QUICK, "-p", "beta=1/2", *options)
    assert run.status == 0 and run.json["verdict"] == "confirmed"
    assert len(run.json["gammas"]) == 6
