"""PyTorch's optimizers: bea's methods step as they do, and their measured terms are the derived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal

import bea
from bea.adapters import TorchOptimizer, as_bea_method
from bea.errors import MethodError

SGD, RMSprop, Adam, AdamW = (
    torch.optim.SGD,
    torch.optim.RMSprop,
    torch.optim.Adam,
    torch.optim.AdamW,
)


def parameter() -> Any:
    return torch.nn.Parameter(torch.zeros(2))


@pytest.mark.parametrize(
    ("kind", "options", "method"),
    [
        (SGD, {}, "gradient-descent"),
        (SGD, {"weight_decay": 0.1}, "gradient-descent-l2(weight_decay=1/10)"),
        (SGD, {"momentum": 0.9}, "heavy-ball(beta=9/10)"),
        (
            SGD,
            {"momentum": 0.9, "weight_decay": 0.1},
            "heavy-ball-l2(beta=9/10, weight_decay=1/10)",
        ),
        (SGD, {"momentum": 0.9, "nesterov": True}, "nesterov-torch(beta=9/10)"),
        (RMSprop, {}, "rmsprop(beta=99/100, epsilon=1/100000000, placement=outside)"),
        (Adam, {}, "adam(beta1=9/10, beta2=999/1000, epsilon=1/100000000, placement=outside"),
        (Adam, {"betas": (0.5, 0.75), "eps": 1e-3}, "adam(beta1=1/2, beta2=3/4, epsilon=1/1000"),
        (AdamW, {}, "adamw("),
        (AdamW, {"weight_decay": 0.3}, "adamw("),
        (Adam, {"weight_decay": 0.3, "decoupled_weight_decay": True}, "adamw("),
        (torch.optim.Adagrad, {}, "adagrad(epsilon=1/10000000000, placement=outside)"),
    ],
)
def test_iterates_are_bea_s_to_rounding(
    kind: Any, options: dict[str, Any], method: str, distance: Callable[[Any], float]
) -> None:
    optimizer = TorchOptimizer(kind, **options)
    assert str(as_bea_method(optimizer)).startswith(method)
    assert distance(optimizer) < 2e-14


RULES = [
    (SGD, {"maximize": True, "weight_decay": 30.0}),
    (SGD, {"momentum": 0.5, "nesterov": True, "weight_decay": 0.05}),
    (SGD, {"momentum": 0.5, "dampening": 0.5, "weight_decay": 0.1}),
    (SGD, {"momentum": 0.5, "nesterov": True, "maximize": True, "weight_decay": 25.0}),
    (RMSprop, {"alpha": 0.5, "eps": 1e-3, "weight_decay": 0.1}),
    (RMSprop, {"alpha": 0.5, "eps": 1e-3, "momentum": 0.5}),
    (RMSprop, {"alpha": 0.5, "eps": 1e-3, "momentum": 0.3, "weight_decay": 0.1, "maximize": True}),
    (Adam, {"betas": (0.5, 0.6), "eps": 1e-3, "weight_decay": 0.1}),
    (Adam, {"betas": (0.5, 0.6), "eps": 1e-3, "maximize": True}),
    (AdamW, {"betas": (0.5, 0.6), "eps": 1e-3, "weight_decay": 0.3, "maximize": True}),
    (torch.optim.Adadelta, {"rho": 0.5, "eps": 0.1}),
]


@pytest.mark.parametrize(("kind", "options"), RULES)
def test_options_that_have_a_rule_step_as_the_optimizer_does(
    kind: Any, options: dict[str, Any], distance: Callable[[Any], float]
) -> None:
    assert distance(TorchOptimizer(kind, **options)) < 5e-13


@pytest.mark.parametrize(("kind", "options"), RULES[1:6])
def test_options_that_have_a_rule_have_the_measured_terms(
    kind: Any, options: dict[str, Any], terms_at: Callable[..., Any]
) -> None:
    # Ascent that a decay holds back comes from so far off that only small steps are on its way.
    largest = 6e-4 if "maximize" in options else 1.6e-3
    terms = terms_at(TorchOptimizer(kind, **options), 75, largest)
    assert all(term.agree for term in terms), terms


def test_nesterov_with_weight_decay_on_booth() -> None:
    sgd = SGD([parameter()], lr=0.1, momentum=0.5, nesterov=True, weight_decay=0.05)
    equation = bea.modified_equation(as_bea_method(sgd), bea.problems.booth(), order=1)
    at = {"x": 0.3, "y": -1.2}
    found = [[float(component.subs(at)) for component in term] for term in equation.terms]
    assert found[0] == pytest.approx([81.17, 95.32], abs=1e-9)
    assert found[1] == pytest.approx([3156.637, 3214.652], abs=1e-9)


def test_an_optimizer_in_the_place_of_a_method_points_to_tracing(loss: bea.Loss) -> None:
    for call in (bea.modified_equation, bea.verify):
        with pytest.raises(bea.BeaError, match=r"torch's SGD: give bea.methods.traced"):
            call(SGD([parameter()], lr=0.1), loss)


def test_optimizer_runs_as_it_is(loss: bea.Loss) -> None:
    run = bea.iterate(TorchOptimizer(Adam, amsgrad=True), loss, [[1.0, 0.5]], [0.05], steps=20)
    theta = torch.nn.Parameter(torch.tensor([1.0, 0.5], dtype=torch.float64))
    optimizer = Adam([theta], lr=0.05, amsgrad=True)
    for value in run.values[0, 0]:
        theta.grad = -torch.from_numpy(loss(theta.detach().numpy()))
        optimizer.step()
        assert_array_equal(theta.detach().numpy(), value)


def test_runs_do_not_share_their_memory(loss: bea.Loss) -> None:
    starts = [[1.0, 0.5], [-1.0, 2.0]]
    sgd = TorchOptimizer(SGD, momentum=0.9)
    both = bea.iterate(sgd, loss, starts, [0.01, 0.02], time=0.4, samples=2)
    alone = bea.iterate(sgd, loss, starts[1:], [0.02], time=0.4, samples=2)
    assert_array_equal(both.values[1, 1], alone.values[0, 0])


def test_run_that_diverges_leaves_the_others_alone(loss: bea.Loss) -> None:
    run = bea.iterate(TorchOptimizer(SGD), loss, [[0.1, 0.1], [90.0, 90.0]], [0.1], steps=30)
    assert run.ok.tolist() == [[True, False]]
    assert np.isfinite(run.values[0, 0]).all()


@pytest.mark.parametrize(
    ("kind", "options", "burn_in", "largest"),
    [
        (SGD, {}, 0, 8e-3),
        (SGD, {"momentum": 0.5}, 55, 1.6e-3),
        (SGD, {"momentum": 0.5, "nesterov": True}, 55, 1.6e-3),
        (RMSprop, {"alpha": 0.5, "eps": 1e-3}, 55, 1.6e-3),
        (Adam, {"betas": (0.5, 0.6), "eps": 1e-3}, 75, 1.6e-3),
        (Adam, {"betas": (0.6, 0.7)}, 105, 1.6e-3),
        (AdamW, {"betas": (0.5, 0.6), "weight_decay": 0.1}, 75, 1.6e-3),
    ],
)
def test_derived_terms_are_the_measured_ones(
    kind: Any, options: dict[str, Any], burn_in: int, largest: float, terms_at: Callable[..., Any]
) -> None:
    terms = terms_at(TorchOptimizer(kind, **options), burn_in, largest)
    assert all(term.agree for term in terms), terms
    for term, digits in zip(terms, (1e-9, 1e-6, 1e-2), strict=True):
        assert (term.uncertainty < digits * (1 + np.abs(term.derived))).all(), str(term)


def test_comparison_tells_methods_apart(terms_at: Callable[..., Any]) -> None:
    nesterov = TorchOptimizer(SGD, momentum=0.5, nesterov=True)
    terms = terms_at(nesterov, 55, 1.6e-3, bea.methods.heavy_ball(beta="1/2"))
    assert [term.agree for term in terms] == [True, False, False]


def test_memory_that_has_not_settled_is_seen_in_the_terms(terms_at: Callable[..., Any]) -> None:
    assert not any(term.agree for term in terms_at(TorchOptimizer(SGD, momentum=0.5), 0, 1.6e-3))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (RMSprop, {"centered": True}),
        (Adam, {"amsgrad": True}),
        (torch.optim.Adagrad, {"lr_decay": 0.001}),
        (torch.optim.Rprop, {}),
        (torch.optim.NAdam, {}),
    ],
)
def test_what_bea_has_no_method_for_is_traced(
    kind: Any, options: dict[str, Any], distance: Callable[[Any], float]
) -> None:
    optimizer = TorchOptimizer(kind, **options)
    assert as_bea_method(optimizer).name == f"torch.optim.{kind.__name__}"
    assert distance(optimizer) < 1e-6  # the real one has numbers of float32 among its own


def test_how_numbers_are_computed_does_not_matter() -> None:
    assert str(as_bea_method(TorchOptimizer(SGD, foreach=True))) == "gradient-descent"


def test_instance_lends_its_options() -> None:
    adam = Adam([parameter()], lr=0.3, betas=(0.5, 0.75), eps=1e-3)
    expected = as_bea_method(TorchOptimizer(Adam, betas=(0.5, 0.75), eps=1e-3))
    assert as_bea_method(adam) == expected
    assert str(as_bea_method(AdamW([parameter()]))).endswith("weight_decay=1/100)")


def test_instance_that_would_lose_something_is_refused() -> None:
    used = SGD([parameter()], lr=0.1, momentum=0.9)
    used.param_groups[0]["params"][0].grad = torch.ones(2)
    used.step()
    with pytest.raises(MethodError, match="has taken steps"):
        as_bea_method(used)
    two = SGD([{"params": [parameter()]}, {"params": [parameter()], "momentum": 0.5}], lr=0.1)
    with pytest.raises(MethodError, match="2 groups of parameters"):
        as_bea_method(two)
    scheduled = SGD([parameter()], lr=0.1)
    torch.optim.lr_scheduler.ExponentialLR(scheduled, 0.9)
    with pytest.raises(MethodError, match="scheduler is attached"):
        as_bea_method(scheduled)
    changed = SGD([parameter()], lr=0.1)
    changed.param_groups[0]["own"] = 1
    with pytest.raises(MethodError, match=r"option own=1 of torch.optim.SGD"):
        as_bea_method(changed)


def test_optimizer_that_cannot_be_run_is_refused() -> None:
    with pytest.raises(MethodError, match=r"option lr of torch.optim.SGD is set by bea"):
        TorchOptimizer(SGD, lr=0.1)
    with pytest.raises(MethodError, match="LBFGS needs a closure"):
        TorchOptimizer(torch.optim.LBFGS)
    with pytest.raises(MethodError, match=r"PyTorch refuses torch.optim.SGD.* momentum"):
        TorchOptimizer(SGD, momentum=-1)
    with pytest.raises(MethodError, match=r"PyTorch refuses .* unexpected keyword argument"):
        TorchOptimizer(SGD, momentun=0.9)
    with pytest.raises(MethodError, match="dict is no optimizer of PyTorch"):
        TorchOptimizer(dict)


def test_rate_out_of_bea_s_range_is_refused() -> None:
    with pytest.raises(MethodError, match=r"beta=1 is out of range: it must lie in \[0, 1\)"):
        as_bea_method(TorchOptimizer(SGD, momentum=1.0))


def test_nothing_is_derived_from_foreign_code(loss: bea.Loss) -> None:
    with pytest.raises(MethodError, match=r"torch.optim.SGD\(momentum=0.9\)' runs in floating"):
        bea.modified_equation(TorchOptimizer(SGD, momentum=0.9), loss, order=1)


@pytest.mark.parametrize(
    ("kind", "options", "start"),
    [
        (SGD, {}, "own"),
        (SGD, {"momentum": 0.5, "nesterov": True}, "corrected"),
        (Adam, {"betas": (0.5, 0.6), "eps": 1e-3}, "settled"),
    ],
)
def test_the_real_optimizer_is_certified(
    kind: Any, options: dict[str, Any], start: str, loss: bea.Loss
) -> None:
    optimizer = TorchOptimizer(kind, **options)
    derived = bea.modified_equation(as_bea_method(optimizer), loss, 1)
    certificate = bea.verify(optimizer, loss, 1, starts=[[2.5, 2.2]], equation=derived)
    assert (certificate.verdict, certificate.start) == ("confirmed", start), certificate
    assert certificate.study.method == str(optimizer)
    assert all(size.off + size.uncertainty < 2.5e-4 for size in certificate.sizes)


def test_another_optimizer_s_equation_is_refuted(loss: bea.Loss) -> None:
    nesterov = TorchOptimizer(SGD, momentum=0.5, nesterov=True)
    claimed = bea.modified_equation(bea.methods.heavy_ball(beta="1/2"), loss, 1)
    certificate = bea.verify(nesterov, loss, 1, starts=[[2.5, 2.2]], equation=claimed)
    assert certificate.verdict == "refuted"
