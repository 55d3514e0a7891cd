"""Optimizers of the package pytorch_optimizer, by their own source."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import pytorch_optimizer as package
import torch

import bea
from bea.errors import BeaError, GuessWarning, MethodError
from bea.methods import get, traced

LOSS = bea.problems.loss("x**4/4 + x**2/2")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("ADOPT", {"betas": (0.5, 0.75), "eps": 0.1}),
        ("AdaBelief", {"betas": (0.5, 0.75), "eps": 0.1}),
        ("Adan", {"betas": (0.5, 0.75, 0.6), "eps": 0.1}),
        ("AggMo", {"betas": (0.0, 0.5)}),
        ("Fromage", {}),
        ("Lion", {"betas": (0.5, 0.75)}),
        ("LaProp", {"betas": (0.5, 0.75), "eps": 0.1}),  # memory of gamma times the gradient
        ("Lookahead", {"k": 3}),
        ("Nero", {"beta": 0.5, "eps": 0.1}),
        ("PNM", {"betas": (0.5, 1.0)}),
        ("Prodigy", {"betas": (0.5, 0.75), "eps": 0.1, "d0": 0.1}),  # of it, divided by itself
        ("QHAdam", {"betas": (0.5, 0.75), "eps": 0.1}),
        ("StableAdamW", {"betas": (0.5, 0.75), "eps": 0.1}),  # 1/gamma comes and goes
    ],
)
def test_derived_replayed_and_certified(name: str, options: dict[str, Any]) -> None:
    method = traced(getattr(package, name), **options)
    assert method.replayed.difference < 1e-12
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GuessWarning)
        certificate = bea.verify(method, LOSS, order=1, starts=[[1.0]])
    assert certificate.verdict == "confirmed", certificate


def test_quasi_hyperbolic_momentum_without_its_share_is_gradient_descent() -> None:
    found = bea.modified_equation(traced(package.QHM, momentum=0.5, nu=0.0), LOSS, order=2)
    expected = bea.modified_equation(get("gradient-descent"), LOSS, order=2)
    assert [str(x) for (x,) in found.components] == [str(x) for (x,) in expected.components]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Gravity", "the step is random (torch's normal_)"),
        ("StableSPAM", "repeats itself only every 1,000 steps"),
        ("ScheduleFreeSGD", "changes 'group.lr_max' on a branch"),
        ("SAM", "needs a closure"),
        ("A2Grad", "reads its number n, by a quotient"),  # 2.0/(n + 3), followed in its replay
        ("FTRL", "'state.z' of gamma**(-1)"),
        ("MARS", "does not tend to the identity"),  # vectors have a rate of their own, lr_1d
        ("AliG", "has no learning rate lr"),
        ("DAdaptSGD", "does not tend to the identity"),
        ("AdaHessian", "differentiates gradients again"),
        ("FlashAdamW", "uses torch's round, an operation that bea does not know"),
        ("LoRARite", "leaves parameters of the shapes (3,) as they are"),
        ("SM3", "does not contract"),
        ("Yogi", "does not contract"),
    ],
)
@pytest.mark.filterwarnings("ignore::bea.errors.GuessWarning")
def test_refused_with_the_reason(name: str, why: str) -> None:
    with pytest.raises(BeaError) as refused:
        bea.modified_equation(traced(getattr(package, name)), LOSS, order=1)
    assert why in str(refused.value)


def test_what_slides_along_an_edge_is_refused() -> None:
    ano = traced(package.Ano, betas=(0.5, 0.75), eps=0.1)
    with pytest.raises(BeaError, match="changes its branch from step to step, by"):
        bea.modified_equation(ano, LOSS, order=1)


@pytest.mark.filterwarnings("ignore::bea.errors.GuessWarning")
def test_each_point_is_on_its_own_branch() -> None:
    """Lion moves by minus the signs of the gradient, (2x, y) here."""
    lion = traced(package.Lion, betas=(0.5, 0.75))
    points = [[1.0, 0.8], [-1.0, 0.7], [-0.5, -1.2]]
    found = bea.modified_equation(lion, bea.problems.loss("x**2 + y**2/2"), 1, at=points)
    assert found.values[0].tolist() == [[-1, -1], [1, -1], [1, 1]]
    function = bea.problems.from_function(lambda x: x[0] ** 2 + x[1] ** 2 / 2, 2)
    later = bea.modified_equation(lion, function, 1).at(points)
    assert np.allclose(later.values, found.values, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "slip"), [("Lion", "beta"), ("Tiger", "bta"), ("SGDP", "momentm"), ("Muon", "us_muon")]
)
def test_an_option_that_a_class_never_reads_is_refused(name: str, slip: str) -> None:
    """All of them take **options, and would take it without a word."""
    with pytest.raises(MethodError, match=rf"has no option '{slip}': it has .*Did you mean"):
        traced(getattr(package, name), **{slip: 0.5})
    assert traced(package.Lion, cautious=False).replayed.difference < 1e-12  # which it reads


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"betas": (0.9,)}, "has 2 entries by default, and was given 1"),
        ({"weight_decay": torch.tensor(0.1)}, "option weight_decay .* is a tensor: give a number"),
    ],
)
def test_options_of_another_kind_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(MethodError, match=message):
        traced("torch:AdamW", **given)
    with pytest.raises(BeaError, match=r"the method is torch's AdamW: give bea\.methods\.traced"):
        bea.modified_equation(torch.optim.AdamW, LOSS)  # type: ignore[arg-type]
