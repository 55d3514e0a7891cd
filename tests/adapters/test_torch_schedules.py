"""The schedulers of torch.optim.lr_scheduler as bea's schedules."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from numpy.testing import assert_allclose

import bea
from bea.adapters import schedule_from_torch
from bea.errors import MethodError
from bea.fields import with_time
from bea.methods import Scheduled, get, traced
from bea.methods.schedules import Schedule

rates = torch.optim.lr_scheduler
STEPS = 60


def in_turn(optimizer: Any) -> Any:
    warm = rates.LinearLR(optimizer, 0.1, 1.0, total_iters=10)
    rest = rates.CosineAnnealingLR(optimizer, T_max=50, eta_min=0.01)
    return rates.SequentialLR(optimizer, [warm, rest], milestones=[10])


def chained(optimizer: Any) -> Any:
    parts = rates.LinearLR(optimizer, 0.1, total_iters=5), rates.ExponentialLR(optimizer, 0.9)
    return rates.ChainedScheduler(list(parts))


def warm_and_cosine(n: int) -> float:
    return n / 7.5 if n < 7.5 else 0.5 * (1 + math.cos(math.pi * (n - 7.5) / 60))


@pytest.mark.parametrize(
    ("scheduler", "options", "pieces"),
    [
        (rates.ConstantLR, {"factor": 0.5, "total_iters": 4}, "1/2; 1, breaks=2/5"),
        (rates.LinearLR, {"start_factor": 0.25, "total_iters": 8}, "15*t/16 + 1/4; 1, breaks=4/5"),
        (rates.ExponentialLR, {"gamma": 0.9}, "exp(10*t*log(9/10)), time=6"),
        (rates.PolynomialLR, {"total_iters": 80, "power": 2.0}, None),
        (
            rates.CosineAnnealingLR,
            {"T_max": 60, "eta_min": 0.01},
            "9*cos(t*pi/6)/20 + 11/20, time=6",
        ),
        (rates.CosineAnnealingWarmRestarts, {"T_0": 10, "T_mult": 2}, None),
        (rates.StepLR, {"step_size": 20, "gamma": 0.1}, "1; 1/10; 1/100, breaks=2; 4"),
        (rates.MultiStepLR, {"milestones": [10, 30, 30], "gamma": 0.5}, "1; 1/2; 1/8, breaks=1; 3"),
        (rates.LambdaLR, {"lr_lambda": lambda n: 0.95**n}, "exp(10*t*log(19/20)), time=6"),
        (rates.LambdaLR, {"lr_lambda": lambda n: 1 / math.sqrt(n + 1)}, None),
        (rates.LambdaLR, {"lr_lambda": lambda n: 0.5 ** (n // 20)}, "1; 1/2; 1/4, breaks=2; 4"),
        (rates.LambdaLR, {"lr_lambda": warm_and_cosine}, None),
        (rates.MultiplicativeLR, {"lr_lambda": lambda n: 0.95}, "exp(10*t*log(19/20)), time=6"),
        (
            rates.CyclicLR,
            {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 20, "step_size_down": 40,
             "cycle_momentum": False},
            "9*t/20 + 1/10; -9*t/40 + 29/20, breaks=2",
        ),
        (
            rates.CyclicLR,
            {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 10, "mode": "exp_range",
             "gamma": 0.99, "cycle_momentum": False},
            None,
        ),
        (rates.OneCycleLR, {"max_lr": 0.1, "total_steps": 60, "cycle_momentum": False}, None),
        (in_turn, {}, "9*t/10 + 1/10; 9*cos(t*pi/5 - pi/5)/20 + 11/20, breaks=1"),
        (chained, {}, None),
    ],
)  # fmt: skip
def test_a_scheduler_is_a_function_of_the_time(
    scheduler: Any, options: dict[str, Any], pieces: str | None
) -> None:
    found = schedule_from_torch(scheduler, STEPS, rate="1/10", **options)
    if pieces is not None:
        assert str(found) == f"piecewise(pieces={pieces})"
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    real = scheduler(optimizer, **options)
    for n in range(STEPS):
        rate = optimizer.param_groups[0]["lr"]
        assert_allclose(0.1 * found([n / 10 + 1e-12])[0], rate, rtol=1e-9, atol=1e-12)
        optimizer.step()
        real.step()


def test_an_instance_and_its_optimizer_s_learning_rate() -> None:
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=0.05)
    scheduler = rates.CosineAnnealingLR(optimizer, T_max=100)
    assert (
        str(schedule_from_torch(scheduler, 100)) == "piecewise(pieces=cos(t*pi/5)/2 + 1/2, time=5)"
    )
    assert scheduler.last_epoch == 0
    assert optimizer.param_groups[0]["lr"] == 0.05
    with pytest.raises(MethodError, match="a learning-rate scheduler is attached"):
        traced(optimizer)


def test_equation_and_run_of_a_scheduled_optimizer() -> None:
    options = {"T_max": 40, "eta_min": 0.02}
    schedule = schedule_from_torch(rates.CosineAnnealingLR, 40, rate="1/10", **options)
    loss = with_time(bea.problems.loss("x**4/4 + x**2/2"))
    method = Scheduled(traced(torch.optim.SGD, momentum=0.5), schedule)
    own = Scheduled(get("heavy-ball", beta="1/2"), Schedule(("2*cos(t*pi/4)/5 + 3/5",), time=4))
    found, expected = (bea.modified_equation(m, loss, order=2) for m in (method, own))
    assert str(found) == str(expected)
    assert "sin" in str(found)  # of the slope of s
    run = bea.iterate(method, loss, [[1.0, 0.0]], [0.1], steps=30).values[0, 0]
    theta = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = torch.optim.SGD([theta], lr=0.1, momentum=0.5)
    real = rates.CosineAnnealingLR(optimizer, **options)
    for k in range(30):
        theta.grad = theta.detach() ** 3 + theta.detach()
        optimizer.step()
        real.step()
        assert_allclose(run[k, 0], theta.item(), rtol=1e-10)


@pytest.mark.parametrize(
    ("scheduler", "options", "why"),
    [
        (rates.ReduceLROnPlateau, {}, "reads the loss, and is no function of the step"),
        (rates.OneCycleLR, {"max_lr": 1, "total_steps": 9}, "changes the momentum too"),
        (rates.MultiplicativeLR, {"lr_lambda": lambda n: 1 / (n + 1)}, "write it as LambdaLR"),
        (rates.StepLR, {"size": 3}, "PyTorch refuses StepLR with these options"),
        (rates.StepLR, {"step_size": 1}, "jumps or bends 499 times in 500 steps"),
        (
            rates.LambdaLR,
            {"lr_lambda": lambda n: 0.5 ** (n % 3)},
            "takes a remainder of its number",
        ),
        (17, {}, "a int is no scheduler"),
    ],
)
def test_refused(scheduler: Any, options: dict[str, Any], why: str) -> None:
    with pytest.raises(MethodError) as refused:
        schedule_from_torch(scheduler, 500, **options)
    assert why in str(refused.value)
