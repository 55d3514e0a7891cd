"""`bea … torch:NAME`: what a person types, wrong input included."""

from __future__ import annotations

import json
import re
import shlex
import warnings
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bea.cli.app import app

pytestmark = pytest.mark.filterwarnings("ignore::bea.errors.GuessWarning")


def run(*arguments: str) -> tuple[int, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output + (str(result.exception) if result.exception else "")


ROOT = Path(__file__).parents[2]
SHOWN = "\n".join(
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/howto/certify.md")
)


@pytest.mark.parametrize(
    "command", sorted({*re.findall(r"^    bea (.*torch.*)$", SHOWN, flags=re.MULTILINE)})
)
def test_the_commands_that_are_shown_run(command: str) -> None:
    code, text = run(*shlex.split(command))
    assert code == 0, text


def test_derive_with_texts_for_options() -> None:
    code, text = run(
        "derive", "torch:sgd", "-p", "momentum=beta", "-p", "nesterov=true", "--order", "1"
    )
    assert code == 0
    assert "torch.optim.SGD(momentum=beta, nesterov=True)" in text
    assert "γ(1−β+2β²)/(2(1−β)³) ∇²L∇L" in text


def test_json_of_a_pair() -> None:
    options = ("--loss", "x**2 + x", "--order", "0", "--format", "json")
    code, text = run("derive", "torch:AdamW", "-p", "betas=0.5,b", "-p", "eps=1/2", *options)
    assert code == 0
    assert json.loads(text)["method"] == "torch.optim.AdamW"


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["torch:AdamW(eps=1/2, betas=(0.9,b))"], "AdamW(beta1=9/10, beta2=b, eps=1/2"),
        (
            ["torch:AdamW(betas=beta1,beta2)", "--at-step", "1"],
            "step 1 of torch.optim.AdamW(beta1=",
        ),
        (
            ["pytorch_optimizer:Lookahead", "-p", "optimizer=Adam", "-p", "betas=p,q", "-p", "k=2"],
            "Lookahead(beta1=p, beta2=q",
        ),
        (["pytorch_optimizer:Muon(use_muon=false)"], "pytorch_optimizer.Muon("),
        (["pytorch_optimizer:Muon", "-p", "use_muon=false"], "pytorch_optimizer.Muon("),
        (
            ["torch:AdamW(betas=0.9,b, weight_decay, eps=1/2)"],
            "AdamW(beta1=9/10, beta2=b, eps=1/2, weight_decay=weight_decay",
        ),
    ],
)
def test_options_beside_the_name(arguments: list[str], shown: str) -> None:
    code, text = run("derive", *arguments, "--loss", "x**2", "--order", "0")
    assert code == 0, text
    assert shown in " ".join(text.split())


def test_the_list() -> None:
    code, text = run("list", "torch")
    assert code == 0
    assert "torch:AdamW\ntorch:Adamax\n" in text or "torch:Adam\n" in text


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["torch:AdamX"], "Did you mean 'Adam'?"),
        (["torch:SGD", "-p", "momentm=0.3"], "no parameter 'momentm'"),
        (["torch:SGD", "-p", "momentum=-1"], "Invalid momentum value: -1.0"),
        (["torch:SGD", "-p", "nesterov=perhaps"], "write true or false"),
        (["torch:LBFGS"], "needs a closure"),
        (["torch:AdamW(betas=0.9,b,c)"], "betas has 2 entries by default, and was given 3"),
        (["pytorch_optimizer:Muon", "-p", "use_muoon=false"], "Did you mean 'use_muon'?"),
        (["torch:Adam", "-p", "shapes=3,2"], "6 entries, and theta has 2 components"),
        (["torch:Adam", "-p", "shapes=a"], "cannot be read: write them as '3,2; 2'"),
        (["nowhere:Adam"], "cannot be imported"),
    ],
)
def test_wrong_input(arguments: list[str], why: str) -> None:
    code, text = run("derive", arguments[0], "--loss", "booth", *arguments[1:])
    assert code != 0
    assert why in text
