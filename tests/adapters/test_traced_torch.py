"""PyTorch's optimizers by their own source: the equations are those of bea's own methods."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

import bea
from bea.algebra.ring.conversions import read, to_expression
from bea.errors import GuessWarning, MethodError, UnknownNameError
from bea.methods import from_text, get, traced

optim = torch.optim
BOOTH, QUARTIC = bea.problems.booth(), bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2 + x/3")


def same(found: Any, expected: Any) -> bool:
    """Tell whether the terms of two equations are exactly equal, as functions."""
    pairs = zip(found.components, expected.components, strict=True)
    return all(
        (read(x.ring, to_expression(y)) - x).is_zero()
        for terms in pairs
        for x, y in zip(*terms, strict=True)
    )


def texts(equation: Any) -> list[list[str]]:
    return [[str(x) for x in term] for term in equation.components]


BUILT_IN: list[tuple[Any, dict[str, Any], Any]] = [
    (optim.SGD, {}, get("gradient-descent")),
    (optim.SGD, {"weight_decay": "w"}, get("gradient-descent-l2", weight_decay="w")),
    (optim.SGD, {"momentum": "b"}, get("heavy-ball", beta="b")),
    (optim.SGD, {"momentum": "b", "nesterov": True}, get("nesterov-torch", beta="b")),
    (
        optim.SGD,
        {"momentum": "b", "weight_decay": "w"},
        get("heavy-ball-l2", beta="b", weight_decay="w"),
    ),
    (
        optim.SGD,
        {"momentum": "b", "dampening": "tau"},
        from_text("v = b*v + (1 - tau)*grad; theta = theta - gamma*v", b="b", tau="tau"),
    ),
    (optim.RMSprop, {"alpha": "b", "eps": "e"}, get("rmsprop", beta="b", epsilon="e")),
    (
        optim.Adam,
        {"betas": ("p", "q"), "eps": "e"},
        get("adam", beta1="p", beta2="q", epsilon="e"),
    ),
    (
        optim.AdamW,
        {"betas": ("p", "q"), "eps": "e", "weight_decay": "w"},
        get("adamw", beta1="p", beta2="q", epsilon="e", weight_decay="w"),
    ),
    (
        optim.NAdam,
        {"betas": ("p", "q"), "eps": "e"},
        get("nadam", beta1="p", beta2="q", epsilon="e"),
    ),
]
NAMES = [f"{kind.__name__}-{'-'.join(options)}" for kind, options, _ in BUILT_IN]


@pytest.mark.parametrize(("kind", "options", "own"), BUILT_IN, ids=NAMES)
def test_equations_are_those_of_the_built_in_method(
    kind: Any, options: dict[str, Any], own: Any
) -> None:
    method = traced(kind, **options)
    assert method.replayed.steps == 200
    assert method.replayed.difference < 1e-12
    for loss in (BOOTH, QUARTIC):
        found = bea.modified_equation(method, loss, order=2)
        assert same(found, bea.modified_equation(own, loss, order=2))


def test_equation_for_every_loss_is_that_of_the_built_in_method() -> None:
    sgd = traced(optim.SGD, momentum="beta", weight_decay="w")
    own = get("heavy-ball-l2", beta="beta", weight_decay="w")
    assert str(bea.modified_equation(sgd, order=2)) == str(bea.modified_equation(own, order=2))
    adam = bea.modified_equation(traced(optim.Adam, betas=("beta1", "beta2"), eps=1e-3), order=1)
    own = get("adam", beta1="beta1", beta2="beta2", epsilon="1/1000")
    assert str(adam).replace("eps", "ε") == str(bea.modified_equation(own, order=1))


@pytest.mark.parametrize(
    ("kind", "options", "own"),
    [
        (optim.Adam, {"betas": (0.5, 0.75)}, get("adam", beta1="1/2", beta2="3/4")),
        (optim.SGD, {"momentum": 0.5}, get("heavy-ball", beta="1/2")),
    ],
)
def test_field_of_an_early_step_is_that_of_the_built_in_method(
    kind: Any, options: dict[str, Any], own: Any
) -> None:
    loss = bea.problems.loss("x**2*y + x**2 + y**2")
    for number in (1, 3):
        found = bea.modified_equation(traced(kind, **options), loss, order=1, at_step=number)
        assert same(found, bea.modified_equation(own, loss, order=1, at_step=number))


@pytest.fixture
def double() -> Any:
    """Let the counters of a real optimizer be numbers of float64, too."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (optim.Adam, {"amsgrad": True}),
        (optim.RAdam, {}),
        (optim.NAdam, {"momentum_decay": 0.1}),
        (optim.Rprop, {}),
        (optim.ASGD, {"lambd": 0.1}),
        (optim.Adagrad, {"lr_decay": 0.1}),
        (optim.SGD, {"momentum": 0.9, "dampening": 0.3}),
    ],
)
def test_runs_from_the_first_step_are_the_real_optimizer_s(
    kind: Any, options: dict[str, Any], double: None
) -> None:
    gammas, starts, steps = [0.01, 0.003], [[1.0, 0.5], [-2.0, 3.0]], 40
    method = traced(kind, **options)
    run = bea.iterate(method, QUARTIC, starts, gammas, steps=steps).values
    for i, gamma in enumerate(gammas):
        for j, start in enumerate(starts):
            theta = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
            real = kind([theta], lr=gamma, **options)
            for k in range(steps):
                theta.grad = -torch.from_numpy(QUARTIC(theta.detach().numpy()))
                real.step()
                assert_allclose(run[i, j, k], theta.detach().numpy(), rtol=1e-9)


@pytest.mark.parametrize("kind", [optim.RAdam, optim.Adamax])
def test_verified(kind: Any) -> None:
    options = {"betas": (0.5, 0.75)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GuessWarning)
        certificate = bea.verify(traced(kind, **options), BOOTH, order=1)
    assert certificate.verdict == "confirmed", certificate


def test_an_equation_for_every_loss_is_on_the_branch_of_its_numbers() -> None:
    """Late steps of RAdam are Adam's where 2/(1 - beta2) > 6, else those of its momentum."""
    cases = (("3/4", optim.Adam, {"betas": ("1/2", "3/4")}), ("1/2", "ema-momentum", {}))
    for beta2, same, options in cases:
        radam = bea.modified_equation(traced(optim.RAdam, betas=("1/2", beta2)), None, 1)
        other = traced(same, **options) if options else get(str(same), beta="1/2")
        found = [list(map(str, term)) for term in radam.on(BOOTH)]
        assert found == texts(bea.modified_equation(other, BOOTH, 1))


def test_a_branch_on_an_open_hyperparameter_is_not_taken_without_a_word() -> None:
    radam = traced(optim.RAdam, betas=("1/2", "b"))
    with pytest.raises(
        bea.BeaError, match=r"branches on whether 5 < 2/\(1 - b\) - 1.*: give numbers"
    ):
        bea.modified_equation(radam, BOOTH, 1)
    decayed = traced(optim.AdamW, betas=("1/2", "b"), weight_decay="w")  # nor is w = 0 a branch
    same = bea.methods.get("adamw", beta1="1/2", beta2="b", weight_decay="w")
    found, known = (bea.modified_equation(method, BOOTH, 0) for method in (decayed, same))
    assert texts(found) == texts(known)


def test_a_matrix_optimizer_has_no_equation_for_every_loss() -> None:
    with pytest.raises(bea.BeaError, match="derive on a concrete problem"):
        bea.modified_equation(bea.methods.read("torch:Muon(shapes=2x2)"))


# --- shapes, groups, options ----------------------------------------------------------------------


def test_groups_and_shapes() -> None:
    weight, bias = (torch.nn.Parameter(torch.zeros(s)) for s in ((2, 2), (2,)))
    groups = [{"params": [weight]}, {"params": [bias], "lr": 0.05, "weight_decay": 0.0}]
    method = traced(optim.SGD(groups, lr=0.1, momentum=0.5, weight_decay=0.25))
    assert method.shapes == ((2, 2), (2,))
    loss = bea.problems.loss("a**2 + b**2 + c**2 + d**2 + u**2 + v**2 + a*u", "a b c d u v")
    found = texts(bea.modified_equation(method, loss, order=0))[0]
    decayed = get("heavy-ball-l2", beta="1/2", weight_decay="1/4")
    assert found[:4] == texts(bea.modified_equation(decayed, loss, order=0))[0][:4]
    plain = bea.modified_equation(get("heavy-ball", beta="1/2"), loss, order=0).components[0]
    assert found[4:] == [str(x / 2) for x in plain[4:]]
    with pytest.raises(bea.BeaError, match="have 6 entries, and theta has 2 components"):
        bea.modified_equation(method, BOOTH)


def test_ascent_and_texts() -> None:
    up = traced("torch:sgd", maximize="true", momentum="1/2")
    assert str(up) == "torch.optim.SGD(momentum=1/2, maximize=True)"
    found = bea.modified_equation(up, BOOTH, order=0).components[0]
    down = bea.modified_equation(get("heavy-ball", beta="1/2"), BOOTH, order=0).components[0]
    assert [str(x) for x in found] == [str(-x) for x in down]
    assert traced("torch:AdamW", betas="0.9,b").parameters["beta2"] == "b"


def test_the_branch_is_said() -> None:
    adamax = traced(optim.Adamax, betas=(0.5, 0.75), near=[3, 4])
    with pytest.warns(
        GuessWarning, match=r"piece around theta = \(3, 4\), where \(grad.0 < 0\): -"
    ):
        there = bea.modified_equation(adamax, BOOTH, order=0)
    with pytest.warns(GuessWarning, match=r"piece around theta = \(-5, 5\)"):
        start = bea.modified_equation(traced(optim.Adamax, betas=(0.5, 0.75)), BOOTH, order=0)
    assert texts(there) != texts(start)


def test_largest_squares_so_far_stand_still() -> None:
    with pytest.warns(GuessWarning):
        equation = bea.modified_equation(traced(optim.Adam, amsgrad=True), BOOTH, order=1)
    assert len(equation.components[0]) == 4
    assert texts(equation)[0][2:] == ["0", "0"]


# --- what is refused ------------------------------------------------------------------------------


class LosesAnAlias(optim.Optimizer):
    """Its step writes through NumPy into the memory of the parameter."""

    def __init__(self, params: Any, lr: float = 0.1) -> None:
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                shared = np.from_dlpack(p.detach())
                torch.from_dlpack(shared).sub_(group["lr"] * p.grad)


class Turns(LosesAnAlias):
    """Its step turns around after every third one."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                state["step"] = state.get("step", 0) + 1
                back = self.odd(state["step"])
                p.add_(p.grad, alpha=group["lr"] * (1 if back else -1))

    def odd(self, step: int) -> bool:
        return bool(step % 3 == 0)


class TurnsRarely(Turns):
    """Its step turns around after every hundredth one."""

    def odd(self, step: int) -> bool:
        return bool(step % 100 == 0)


class TurnsEverLater(Turns):
    """Its step turns around at 1, 3, 6, 10, ..."""

    def odd(self, step: int) -> bool:
        return bool((8 * step + 1) ** 0.5 % 1 == 0)


class TurnsUnseen(Turns):
    """The same, hidden from the numbers on tape."""

    def odd(self, step: int) -> bool:
        return bool(int(f"{step:d}") % 3 == 0)


class Warms(Turns):
    """Its first hundred steps are half as long."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                state["step"] = state.get("step", 0) + 1
                share = 0.5 if state["step"] < 100 else 1.0
                p.add_(p.grad, alpha=-share * group["lr"])


class Noisy(LosesAnAlias):
    """Its step is random."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                p.sub_(group["lr"] * (p.grad + torch.randn_like(p)))


class Factors(LosesAnAlias):
    """Its step uses what no tape has."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                p.sub_(group["lr"] * torch.linalg.matrix_exp(p.grad.outer(p.grad))[0])


class Still(LosesAnAlias):
    """It does nothing."""

    def step(self, closure: Any = None) -> None:
        pass


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (LosesAnAlias, "is not the real one: at step 1 the parameters differ"),
        (TurnsRarely, "repeats itself only every 100 steps"),
        (TurnsEverLater, "computes a remainder of its number"),
        (TurnsUnseen, "is not the real one: at step"),
        (Noisy, "the step is random (torch's randn_like)"),
        (Factors, "uses torch's linalg_matrix_exp, an operation that bea does not know"),
        (Still, "as they are: give shapes, or options"),
        (optim.LBFGS, "needs a closure"),
        (optim.SparseAdam, "SparseAdam does not support dense gradients"),
        (optim.Muon, "Muon only supports 2D parameters"),
    ],
)
def test_refused_with_the_reason(kind: Any, why: str) -> None:
    with pytest.raises(MethodError) as refused:
        traced(kind)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (optim.Rprop, "changes its branch from step to step, by (0 < (grad.0 * memory.0))"),
        (optim.Adagrad, "keeps what it has, whatever theta does, and forgets nothing"),
        (optim.ASGD, "reads its number n"),
        (optim.Adafactor, "reads its number n, by a power, other than in c"),
    ],
)
@pytest.mark.filterwarnings("ignore::bea.errors.GuessWarning")
def test_no_equation_with_the_reason(kind: Any, why: str) -> None:
    with pytest.raises(MethodError) as refused:
        bea.modified_equation(traced(kind), BOOTH, order=1)
    assert why in str(refused.value)


def test_a_step_that_is_another_every_third_time_is_three_steps() -> None:
    turns = traced(Turns)
    assert str(turns).endswith("Turns(period=3 steps)")
    found = bea.modified_equation(turns, bea.problems.loss("x**2/2"), order=2)
    # log((1 - g)**2 (1 + g)) = -g - 3 g**2/2 - g**3/3
    assert texts(found) == [["-x"], ["-3*x/2"], ["-x/3"]]
    run = bea.iterate(turns, QUARTIC, [[1.0, 0.5]], [0.01], steps=4).values[0, 0]
    theta = np.array([1.0, 0.5])
    for k in range(1, 13):
        theta = theta - (0.01 if k % 3 else -0.01) * -QUARTIC(theta)
        if k % 3 == 0:
            assert_allclose(run[k // 3 - 1], theta, rtol=1e-12)


class Wrapped(optim.Optimizer):
    """Steps another one, and goes half of the way back every second time."""

    def __init__(self, optimizer: optim.Optimizer, back: float = 0.5) -> None:
        self.optimizer, self.back, self.seen = optimizer, back, 0
        super().__init__(optimizer.param_groups[0]["params"], {})
        self.param_groups = optimizer.param_groups
        for p in self.param_groups[0]["params"]:
            self.state[p]["old"] = p.detach().clone()

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        self.optimizer.step()
        self.seen = (self.seen + 1) % 2
        for p in self.param_groups[0]["params"]:
            if self.seen == 0:
                p.lerp_(self.state[p]["old"], self.back)
                self.state[p]["old"].copy_(p)


def test_an_optimizer_that_steps_another_one() -> None:
    wrapped = traced(Wrapped, optimizer="sgd", back="a")
    assert str(wrapped) == "tests.Wrapped(back=a, optimizer=torch.optim.SGD, period=2 steps)"
    found = bea.modified_equation(wrapped, bea.problems.loss("x**2/2"), order=1)
    # x + (1 - a) ((1 - g)**2 - 1) x = (1 - 2 (1 - a) g + (1 - a) g**2) x
    assert texts(found) == [["2*x*a - 2*x"], ["-2*x*a**2 + 3*x*a - x"]]
    given = traced(Wrapped(optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=0.1)))
    assert str(given) == "tests.Wrapped(back=1/2, optimizer=torch.optim.SGD, period=2 steps)"


class Measured(LosesAnAlias):
    """Its step is measured in the length of its first gradient, and waits for one."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                if "size" not in self.state[p]:
                    self.state[p]["size"] = p.grad.norm().item()
                if self.state[p]["size"] == 0:
                    return
                p.sub_(group["lr"] * p.grad / self.state[p]["size"])


class Halves(LosesAnAlias):
    """It rounds its gradient."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                p.sub_(group["lr"] * p.grad.to(torch.bfloat16))


def test_rounding_is_told() -> None:
    with pytest.warns(GuessWarning, match="rounds to bfloat16"):
        bea.modified_equation(traced(Halves), BOOTH, order=0)


@pytest.mark.filterwarnings("ignore::bea.errors.GuessWarning")
def test_memory_that_the_first_step_sets_is_no_zero() -> None:
    loss = bea.problems.loss("x**4/4 + x**2/2")
    found = bea.modified_equation(traced(Measured), loss, order=0)
    assert texts(found) == [["-x**3/m1 - x/m1", "0"]]
    certificate = bea.verify(traced(Measured), loss, order=1, starts=[[1.0]])
    assert certificate.verdict == "confirmed", certificate


def test_a_branch_on_the_number_of_the_step_is_that_of_late_steps() -> None:
    found = bea.modified_equation(traced(Warms), BOOTH, order=1)
    assert texts(found) == texts(bea.modified_equation(get("gradient-descent"), BOOTH, order=1))
    early = bea.modified_equation(traced(Warms), BOOTH, order=0, at_step=2).components[0]
    assert [str(2 * x) for x in early] == texts(found)[0]


def test_wrong_input() -> None:
    with pytest.raises(UnknownNameError, match=r"no optimizer 'AdamX'. Did you mean 'Adam'\?"):
        traced("torch:AdamX")
    with pytest.raises(UnknownNameError, match="names the module 'nowhere', which cannot be"):
        traced("nowhere:Adam")
    with pytest.raises(MethodError, match=r"has no option 'momentun': it has momentum"):
        traced(optim.SGD, momentun=0.9)
    with pytest.raises(MethodError, match=r"PyTorch refuses torch.optim.SGD with these options"):
        traced(optim.SGD, momentum=-1)
    with pytest.raises(MethodError, match=r"option lr of torch.optim.SGD is set by bea"):
        traced(optim.SGD, lr=0.1)
    with pytest.raises(MethodError, match=r"a type is no optimizer of PyTorch or optax"):
        traced(dict)
    with pytest.raises(bea.BeaError, match=r"near=.* has 1 components, and theta has 2"):
        bea.modified_equation(traced(optim.Adamax, near=[1]), BOOTH)


class Averaged(optim.Optimizer):
    """Heavy ball, whose memory begins with a number."""

    def __init__(self, params: Any, lr: float = 0.1, beta: float = 0.9) -> None:
        super().__init__(params, {"lr": lr, "beta": beta})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                state = self.begun(p)
                state["v"] = group["beta"] * state.get("v", 0) + p.grad
                p -= group["lr"] * state["v"]

    def begun(self, p: Any) -> Any:
        return self.state[p]


class AveragedFromZeros(Averaged):
    """The same, whose memory begins with a tensor."""

    def begun(self, p: Any) -> Any:
        if not self.state[p]:
            self.state[p]["v"] = torch.zeros_like(p)
        return self.state[p]


@pytest.mark.parametrize("kind", [Averaged, AveragedFromZeros])
def test_memory_that_begins_with_zeros_is_derived_on_trees(kind: type[optim.Optimizer]) -> None:
    found = bea.modified_equation(traced(kind, beta=0.9), order=2)
    heavy_ball = bea.modified_equation(get("heavy-ball", beta="9/10"), order=2)
    assert found.coefficients == heavy_ball.coefficients
