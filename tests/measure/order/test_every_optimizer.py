"""Every optimizer of the register is confirmed on two problems by the library's own defaults.

Starts, times and step sizes are those that `verify` chooses. A method's equation is followed
through order 2, or through its order of accuracy where that is higher, since terms that vanish
leave nothing to take away as a control. What is registered and is no plain integrator must be in
the table.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.measure.order.certificate import Certificate
from bea.measure.order.findings import WITHIN
from bea.methods import available, get
from bea.methods.library.runge_kutta import TableauMethod
from bea.methods.partitioned.nystrom import NystromMethod
from bea.methods.partitioned.runge_kutta import AdditiveMethod
from bea.modified.memory.character import Character

LOSSES = ("booth", "linear-network")
GAMES = ("dirac-gan", "regularised-game")
SHORT = {"beta1": "1/2", "beta2": "3/4", "epsilon": "1/2"}
ADAPTIVE = tuple(
    {**SHORT, "placement": place, "bias_correction": corrected}
    for place, corrected in (("outside", "yes"), ("inside", "no"), ("outside", "no"))
)


class Case(NamedTuple):
    """Sets of hyperparameters, one for each certificate, and on what and through which order."""

    parameters: tuple[dict[str, Any], ...] = ({},)
    problems: tuple[str, ...] = LOSSES
    order: int = 2


MOMENTUM = Case(({}, {"beta": "1/2"}))
OPTIMIZERS: dict[str, tuple[Case, ...]] = {
    "gradient-descent": (Case(),),
    "gradient-descent-l2": (Case(({}, {"weight_decay": "1/2"})),),
    "gradient-descent-decay": (Case(({}, {"weight_decay": "1/2"})),),
    "gradient-regularised": (Case(({}, {"mu": "1/3", "scaling": "gamma"})),),
    "damped-newton": (Case(({}, {"delta": "1/2"})),),
    "preconditioned-descent": (Case(({"diagonal": "1, 1/4"},)),),
    "normalised-descent": (Case(problems=(*LOSSES, "himmelblau")),),
    "heavy-ball": (MOMENTUM,),
    "heavy-ball-l2": (MOMENTUM, Case(problems=("himmelblau",))),
    "heavy-ball-decay": (MOMENTUM, Case(problems=("himmelblau",))),
    "ema-momentum": (MOMENTUM,),
    "nesterov": (MOMENTUM,),
    "nesterov-torch": (MOMENTUM,),
    "optimistic-gradient": (Case(problems=(*LOSSES, *GAMES)),),
    "adams-bashforth": tuple(Case(({"steps": k},), order=k) for k in (2, 3, 4, 5)),
    "bdf": tuple(Case(({"steps": k},), order=k) for k in (2, 3, 4, 5)),
    "rmsprop": (
        Case(
            tuple({"beta": "3/4", "epsilon": "1/2", "placement": p} for p in ("outside", "inside"))
        ),
        Case(),
    ),
    "adam": (Case(ADAPTIVE), Case()),
    "adamw": (Case(ADAPTIVE),),
    "nadam": (Case(ADAPTIVE),),
    "sam": (Case(),),
    "usam": (Case(),),
    "extragradient": (Case(problems=(*LOSSES, *GAMES)),),
    "simultaneous": (Case(problems=GAMES),),
    "alternating": (Case(problems=GAMES),),
}
# They can be iterated and have no modified equation: the derivation says why.
REFUSED = {"adagrad": "does not contract", "sign-descent": "cannot be expanded"}
INTEGRATORS = {
    "explicit-euler", "implicit-euler", "low-storage",
    *(name for name, cls in available().items() if issubclass(cls, TableauMethod)),
    *(name for name, cls in available().items() if issubclass(cls, AdditiveMethod)),
    *(name for name, cls in available().items() if ".one_step." in cls.__module__),
    *(name for name, cls in available().items() if issubclass(cls, NystromMethod)),
    "adjoint", "composition", "cyclic", "splitting", "stormer-verlet", "strang", "suzuki",
    "symplectic-euler", "yoshida",
}  # fmt: skip
CERTIFICATES = [
    (name, parameters, problem, case.order)
    for name, cases in OPTIMIZERS.items()
    for case in cases
    for parameters in case.parameters
    for problem in case.problems
]


def test_the_table_has_every_optimizer() -> None:
    own = {name for name, cls in available().items() if cls.__module__.startswith("bea.")}
    listed = {*OPTIMIZERS, *REFUSED, *INTEGRATORS}
    assert not own - listed, f"give {sorted(own - listed)} a line in OPTIMIZERS or INTEGRATORS"
    assert not listed - own, f"{sorted(listed - own)} are in this table, and are no methods"
    assert not INTEGRATORS & {name for name, cls in available().items() if cls.gradient}
    for name, cases in OPTIMIZERS.items():
        assert len({problem for case in cases for problem in case.problems}) >= 2, name


@pytest.mark.parametrize(
    ("name", "parameters", "problem", "order"),
    CERTIFICATES,
    ids=[f"{n}-{p}-{','.join(map(str, v.values()))}" for n, v, p, _ in CERTIFICATES],
)
def test_it_is_confirmed_with_its_controls(
    name: str, parameters: dict[str, Any], problem: str, order: int
) -> None:
    method = get(name, **parameters)
    certificate = bea.verify(method, bea.problems.get(problem), order)
    assert certificate.verdict == "confirmed", certificate
    assert not certificate.failures and not certificate.warnings
    _assert_orders(certificate, method.order_of_accuracy or 1)
    expected = {True: {"corrected", "manifold"}, False: {"own"}}[Character(method).has_memory]
    assert certificate.start in expected
    said = {"own": "", "corrected": "corrected start", "manifold": "The transient is left out"}
    assert said[certificate.start] in certificate.table()


def _assert_orders(certificate: Certificate, accuracy: int) -> None:
    """Flows of order K miss the iterates by the next power, and controls fall to a lower one."""
    found = {(f.kind, f.order): f for f in certificate.findings}
    expected = {k: max(k + 1, accuracy) for k in map(int, certificate.study.orders)}
    for (kind, order), finding in found.items():
        assert len(finding.fit.window) >= 4
        assert finding.expected is not None
        assert abs(finding.fit.order - finding.expected) <= WITHIN
        if kind == "equation":
            assert finding.expected == expected[order]
        else:
            assert finding.expected < expected[order]
    highest = max(expected)
    assert {("dropped", highest), ("doubled", highest)} <= found.keys()


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_equation_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(BeaError, match=REFUSED[name]):
        bea.verify(get(name), bea.problems.booth())


# --- at the edge of what double precision shows ---------------------------------------------------


@pytest.mark.parametrize("problem", ["booth", "linear-regression"])
def test_bdf_of_six_steps(problem: str) -> None:
    """gamma |f'| is from 0.04 to 0.1: below, too little stands clear of rounding."""
    loss = bea.problems.get(problem)
    time = float(loss.about.time)
    rate = bea.fields.jacobians.stiffness(loss, bea.measure.order.default_starts(loss))
    counts = np.unique(np.rint(np.geomspace(1.0, 2.5, 10) * time * rate / 0.1))
    certificate = bea.verify(get("bdf", steps=6), loss, 6, time / counts)
    assert certificate.verdict == "confirmed", certificate
    _assert_orders(certificate, 6)
