"""The options that the commands of `bea sgd` share, as annotations for typer.

Like those of `bea.cli.reading.options` they are taken as texts, which are read where they are used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bea.cli.reading.inputs import number, out_file, whole
from bea.errors import BeaError, StepSizeError

if TYPE_CHECKING:
    from bea.noise import Batches, ShuffledEpochs

# More records than this are no curve but a file of gigabytes.
_MOST_RECORDS = 100_000

_PROBLEM, _NUMBERS, _OUTPUT = "What to follow", "How to measure", "Output"

SumArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="PROBLEM",
        help="Name of a finite sum, such as linear-regression; or, with --covariance, of a loss, "
        "or a loss as expression.",
    ),
]
Losses = Annotated[
    str | None,
    typer.Option(
        "--losses",
        metavar="'L1; L2; …'",
        help="A finite sum: its losses, of which the mean is descended.",
        rich_help_panel=_PROBLEM,
    ),
]
Covariance = Annotated[
    str | None,
    typer.Option(
        "--covariance",
        metavar="'V1, V2' | ROWS",
        help="Makes a finite sum of one loss, whose gradients have exactly this covariance: the "
        "variances, or rows with ';' between, such as '2, 1; 1, 1'.",
        rich_help_panel=_PROBLEM,
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="FILE.csv",
        help="A finite sum over data: names in the first line, exact numbers below.",
        rich_help_panel=_PROBLEM,
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME|EXPR",
        help="The model of --data: linear, logistic (labels 1 and -1) or network, whose targets "
        "are the last column; or the loss of one row in the names of the columns, such as "
        "'(w*x - y)**2/2'.",
        rich_help_panel=_PROBLEM,
    ),
]
Gamma = Annotated[
    str | None,
    typer.Option(
        "--gamma",
        metavar="NUMBER",
        help="Step size γ, exact such as 1/10 or 0.1; several, one for each stage, with commas.",
        rich_help_panel=_NUMBERS,
    ),
]
Steps = Annotated[
    str,
    typer.Option(
        "--steps",
        metavar="N",
        help="How many steps a run takes; several, one for each stage, with commas.",
        rich_help_panel=_NUMBERS,
    ),
]
Batch = Annotated[
    str,
    typer.Option(
        "--batch",
        "-B",
        metavar="B",
        help="How many losses a step sees; several, one for each stage, with commas.",
        rich_help_panel=_NUMBERS,
    ),
]
Replacement = Annotated[
    bool,
    typer.Option(
        "--replacement",
        help="Draw batches with replacement.",
        rich_help_panel=_NUMBERS,
    ),
]
Shuffle = Annotated[
    bool,
    typer.Option(
        "--shuffle",
        help="Run through all losses once an epoch, in an order that is drawn anew for each.",
        rich_help_panel=_NUMBERS,
    ),
]
Observe = Annotated[
    str | None,
    typer.Option(
        "--observe",
        metavar="LIST",
        help="Whose means to record: expressions in the variables and L, the loss, such as "
        "'x**2, L'; by default the variables and L.",
        rich_help_panel=_NUMBERS,
    ),
]
Equations = Annotated[
    str | None,
    typer.Option(
        "--sde",
        metavar="LIST",
        help="Also run the stochastic modified equations of these weak orders, such as 1,2, from "
        "the same start.",
        rich_help_panel=_NUMBERS,
    ),
]
Record = Annotated[
    str,
    typer.Option(
        "--record",
        metavar="N",
        help="At how many evenly spaced steps to record, beside the start.",
        rich_help_panel=_NUMBERS,
    ),
]
Decay = Annotated[
    str | None,
    typer.Option(
        "--weight-decay",
        metavar="NUMBER",
        help="The weight decay λ, exact such as 1/100.",
        rich_help_panel=_NUMBERS,
    ),
]
_Runs = Annotated[
    str,
    typer.Option(
        "--runs", metavar="N", help="How many independent runs.", rich_help_panel=_NUMBERS
    ),
]
_Seed = Annotated[
    str,
    typer.Option(
        "--seed",
        metavar="N",
        help="Of the random numbers: the same seed gives the same bits.",
        rich_help_panel=_NUMBERS,
    ),
]
_Workers = Annotated[
    str,
    typer.Option(
        "--workers",
        metavar="N",
        help="How many threads; results do not depend on it.",
        rich_help_panel=_NUMBERS,
    ),
]
_Memory = Annotated[
    str,
    typer.Option(
        "--memory",
        metavar="GB",
        help="More gigabytes than this are refused.",
        rich_help_panel=_NUMBERS,
    ),
]
_Checkpoint = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint",
        metavar="FILE",
        help="Keep what is computed in this file every ten seconds; where it exists, continue from "
        "it. By default FOLDER/checkpoint.npz of --out, until the run is done.",
        rich_help_panel=_OUTPUT,
    ),
]


@dataclass(frozen=True)
class Sampling:
    """The options that say how batches are drawn."""

    batch: Batch = "1"
    replacement: Replacement = False

    def one(self) -> Batches:
        """Return the one way in which all steps draw."""
        from bea.noise import Batches

        return Batches(whole(self.batch, "--batch"), self.replacement)


@dataclass(frozen=True)
class StagedSampling(Sampling):
    """The same, one for each stage, and epochs."""

    shuffle: Shuffle = False

    def each(self) -> Sequence[Batches | ShuffledEpochs]:
        """Return how each stage draws; one for all stages if one is given."""
        from bea.noise import Batches, ShuffledEpochs

        sizes = [whole(part, "--batch") for part in self.batch.split(",")]
        if not self.shuffle:
            return [Batches(size, self.replacement) for size in sizes]
        if self.replacement:
            raise BeaError("--shuffle goes through all losses: leave --replacement out")
        return [ShuffledEpochs(size) for size in sizes]


@dataclass(frozen=True)
class Running:
    """The options that say how many runs there are, and how they are run."""

    runs: _Runs = "4096"
    seed: _Seed = "0"
    workers: _Workers = "1"
    memory: _Memory = "2"
    checkpoint: _Checkpoint = None

    def keywords(self) -> dict[str, Any]:
        """Return them as keywords of `bea.ensemble`, without the checkpoint."""
        memory = number(self.memory, "--memory")
        if not 0 < memory < float("inf"):
            raise BeaError(f"--memory '{self.memory}' is not possible: give positive gigabytes")
        return {
            "runs": whole(self.runs, "--runs"),
            "seed": _natural(self.seed),
            "workers": whole(self.workers, "--workers"),
            "memory": memory,
        }

    def checked_checkpoint(self) -> Path | None:
        """Return the file that was given, after seeing that it can be written."""
        return out_file(self.checkpoint)


def gammas_of(text: str | None) -> list[str]:
    """Return the step sizes of a list, as exact texts, after seeing that they are positive numbers.

    >>> gammas_of("1/50, 1e-3")
    ['1/50', '1e-3']
    """
    if text is None:
        raise BeaError("no step size is given: add --gamma, such as --gamma 1/50")
    found = [part.strip() for part in text.split(",")]
    for part in found:
        if not 0 < number(part, "--gamma") < float("inf"):
            raise StepSizeError(f"--gamma '{part}' must be positive and finite")
    return found


def records_of(text: str, steps: int) -> int:
    """Return at how many of so many steps to record."""
    count = min(whole(text, "--record"), steps)
    if count > _MOST_RECORDS:
        raise BeaError(f"--record {text} is more than the limit of {_MOST_RECORDS:,}: record less")
    return count


def rows_of(lists: Mapping[str, Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Return what stands in each row; a list of one is for all rows.

    >>> rows_of({"--gamma": ["1/2", "1/4"], "--batch": [1]})
    [('1/2', 1), ('1/4', 1)]
    """
    count = max(map(len, lists.values()))
    for name, values in lists.items():
        if len(values) not in (1, count):
            raise BeaError(
                f"{name} has {len(values)} numbers and another list {count}: give one, or as many"
            )
    spread = [list(v) * count if len(v) == 1 else v for v in lists.values()]
    return list(zip(*spread, strict=True))


# --- private helpers ----------------------------------------------------------------------------


def _natural(text: str) -> int:
    if not text.strip().isdecimal():
        raise BeaError(f"--seed '{text}' is not possible: give a whole number, 0 or more")
    return int(text)
