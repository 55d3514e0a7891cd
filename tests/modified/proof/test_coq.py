"""Coq's kernel accepts the proofs, without axioms, and refuses every changed coefficient."""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bea.modified.proof.coq import CHECKER, coq_text

from .checkers import record_of

needs_coq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason="there is no coqc: install Coq, Debian's package coq"
)

# With coefficient i a little larger; `check` must refuse it for each i.
EVERY_CHANGE = """
Definition changed i := map (fun p => if Nat.eqb (fst p) i then snd p + 1/1000000 else snd p)
  (combine (seq 0 (length field)) field).
Theorem every_change_is_refused : existsb (fun i =>
  check nodes colors trees (changed i) memory step equations after) (seq 0 (length field)) = false.
Proof. vm_cast_no_check (eq_refl false). Qed.
"""


def accepted(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "proof.v").write_text(text)
    command = ["coqc", "-q", "proof.v"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_checker_is_short() -> None:
    lines = CHECKER.splitlines()
    assert len(lines) <= 60 and max(map(len, lines)) <= 100


@needs_coq
@pytest.mark.parametrize(
    ("name", "order", "parameters"),
    [
        ("explicit-euler", 5, {}),
        ("rk4", 5, {}),
        ("implicit-midpoint", 5, {}),
        ("heavy-ball", 5, {"beta": "9/10"}),
        ("usam", 3, {"ratio": "1/2"}),
        ("alternating", 2, {}),
        ("stormer-verlet", 2, {}),
        ("strang", 2, {}),
        ("splitting", 1, {"stages": "1/2 A, B, C, 1/2 A", "split": "x; y; z"}),
    ],
)
def test_the_kernel_accepts_it_and_no_other(
    name: str, order: int, parameters: dict[str, Any], tmp_path: Path
) -> None:
    text = coq_text(record_of(name, order, **parameters)) + EVERY_CHANGE
    run = accepted(text, tmp_path)
    assert run.returncode == 0, run.stderr
    assert "Closed under the global context" in run.stdout


@needs_coq
def test_a_corrupted_coefficient_is_an_error(tmp_path: Path) -> None:
    record = record_of("heavy-ball", 2, beta="9/10")
    wrong = record | {"field": [*record["field"][:-1], "1/3"]}
    run = accepted(coq_text(wrong), tmp_path)
    assert run.returncode != 0 and '"true = true" while it is expected' in run.stderr


@needs_coq
def test_stormer_verlet_to_order_5(tmp_path: Path) -> None:
    """On 1,202 trees of two colours, accepted; and with a low or a high coefficient changed not."""
    some = EVERY_CHANGE.replace("(seq 0 (length field)) = false", "[12; 1201]%nat = false")
    assert some != EVERY_CHANGE
    run = accepted(coq_text(record_of("stormer-verlet", 5)) + some, tmp_path)
    assert run.returncode == 0, run.stderr
    assert "Closed under the global context" in run.stdout


@needs_coq
def test_stormer_verlet_with_a_change_is_no_proof(tmp_path: Path) -> None:
    record = record_of("stormer-verlet", 5)
    field = list(record["field"])
    field[1000] = str(Fraction(field[1000]) + Fraction(1, 10**6))
    run = accepted(coq_text(record | {"field": field}), tmp_path)
    assert run.returncode != 0 and "true = true" in run.stderr
