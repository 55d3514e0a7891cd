"""`bea plot`: each figure is written whole, where it was asked for or under its own name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..conftest import Bea

PNG = b"\x89PNG\r\n\x1a\n"
GAME = ("--game", "x*y; -x*y", "--players", "x; y")
QUICK = ("x**2*y**2/2 + x**2 + y**2/2", "--time", "0.5")


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("drift", (*QUICK, "--orders", "0-1")),
        ("trajectory", ("himmelblau", "--gamma", "0.01", "--orders", "0,1")),
        ("trajectory", ("kepler", "--components", "q1,q2", "--steps", "20")),
        ("trajectory", ("y**2", "--start", "1", "--gamma", "0.1", "--time", "0.5")),
        ("loss", ("linear-network", "--gamma", "0.02")),
        ("loss", ("x**4 - x**2", "--gamma", "0.05", "--order", "3")),
        ("terms", ("lotka-volterra", "--gamma", "0.1", "--order", "3")),
        ("terms", ("x**2 + y**4",)),
        ("trajectory", ("booth", "--update", "theta = theta - gamma*grad", "--steps", "5")),
        ("drift", (*QUICK, "--orders", "0-1", "--schedule", "exponential(rate=2)")),
        ("trajectory", ("booth", "--schedule", "step(every=1/20, time=1/10)", "--orders", "0,1")),
        ("trajectory", ("himmelblau", "--schedule", "cosine(time=1/20)", "--orders", "0,1")),
        ("trajectory", (*GAME, "--method", "alternating", "--start", "1,0", "--steps", "9")),
        ("terms", (*QUICK[:1], "--schedule", "exponential(rate=2)", "--order", "2")),
        ("comparison", ("booth", "--methods", "heavy-ball(beta=1/2), heun", "--gamma", "0.001")),
        (
            "energy",
            ("pendulum", "--methods", "rk4, stormer-verlet", "--gamma", "1/5", "--steps", "9"),
        ),
        ("trajectory", ("booth", "--gamma", "0.01", "--orders", "0", "--surface", "--column")),
        ("schedule", ("cosine(time=3)", "step(every=1, factor=1/2, time=3)")),
    ],
)
def test_a_figure_is_written(bea: Bea, folder: Path, kind: str, arguments: tuple[str, ...]) -> None:
    run = bea("plot", kind, *arguments)
    assert (run.status, run.out, run.err) == (0, "", f"wrote {kind}.png\n")
    assert [path.name for path in folder.iterdir()] == [f"{kind}.png"]
    assert (folder / f"{kind}.png").read_bytes()[:8] == PNG


@pytest.mark.parametrize(("name", "head"), [("a/b.pdf", b"%PDF"), ("c.svg", b"<?xml")])
def test_the_suffix_says_the_format(bea: Bea, folder: Path, name: str, head: bytes) -> None:
    run = bea("plot", "loss", "x**4 - x**2", "--gamma", "0.05", "--out", name)
    assert run.status == 0 and run.err == f"wrote {name}\n"
    assert (folder / name).read_bytes().startswith(head)


def test_a_saved_study_is_drawn_as_it_was_measured(bea: Bea, folder: Path) -> None:
    bea("drift", *QUICK, "--orders", "0-1", "--out", "results")
    run = bea("plot", "drift", "results/run.npz", "--out", "again.png")
    assert run.status == 0
    assert (folder / "again.png").read_bytes() == (folder / "results/drift.png").read_bytes()


def test_a_saved_certificate_is_drawn_as_it_was_verified(bea: Bea, folder: Path) -> None:
    bea("verify", "gradient-descent", *QUICK, "--order", "1", "--out", "results")
    run = bea("plot", "certificate", "results/certificate.npz", "--out", "again.png")
    assert run.status == 0
    found = (folder / "again.png").read_bytes()
    assert found == (folder / "results/certificate.png").read_bytes()


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("trajectory", ("booth", "--gamma", "0.1", "--orders", "0,1")),
        ("trajectory", ("booth", "--schedule", "step(every=1/10, time=1/5)", "--gamma", "0.1")),
        ("terms", ("booth", "--gamma", "0.1")),
        ("loss", ("booth", "--gamma", "0.1")),
        ("comparison", ("booth", "--methods", "gradient-descent", "--gamma", "0.1")),
    ],
)
def test_a_step_size_at_which_flows_mean_nothing_is_warned_about(
    bea: Bea, folder: Path, kind: str, arguments: tuple[str, ...]
) -> None:
    """The largest curvature of booth is 18, so that gamma |f'| is 1.8."""
    run = bea("plot", kind, *arguments)
    assert run.status == 0
    warning, wrote = run.err.splitlines()
    assert warning.startswith("warning: ") and "beyond the useful range" in warning
    assert "gamma |f'| is 1.8 at the start" in warning
    assert wrote == f"wrote {kind}.png"


def test_trees_are_drawn_with_their_coefficients(bea: Bea, folder: Path) -> None:
    run = bea("plot", "trees", "stormer-verlet", "-k", "2", "--out", "t.svg")
    assert run.status == 0 and (folder / "t.svg").read_text().count("<svg") == 1
    assert bea("plot", "trees", "heun", "--inverse", "--out", "inverse.png").status == 0
    for words, message in [
        (["adam"], "trees do not express adam"),
        (["rk4", "--loss", "x**2"], "leave the problem out"),
        ([], "missing argument 'METHOD'"),
        (["rk4", "-k", "13"], "53,272 trees are too many for a drawing: take a lower order"),
    ]:
        bad = bea("plot", "trees", *words)
        assert bad.status == 2 and message in bad.err and bad.err.count("\n") == 1


@pytest.mark.parametrize(
    ("option", "value"), [("--components", "y,x"), ("--schedule", "cosine(time=1/10)")]
)
def test_a_surface_refuses_what_it_does_not_draw(bea: Bea, option: str, value: str) -> None:
    run = bea("plot", "trajectory", "himmelblau", "--gamma", "0.01", "--surface", option, value)
    assert run.status == 2 and run.err.startswith("bea: --surface") and option in run.err
