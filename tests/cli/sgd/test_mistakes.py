"""Bad input to `bea sgd`: one line that names cause and remedy, status 2, and no file left."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..conftest import Bea

ENSEMBLE = ("sgd", "ensemble")
LINE = (*ENSEMBLE, "linear-regression", "--gamma", "1/50")
NOISY = (*ENSEMBLE, "himmelblau", "--gamma", "1/100", "--covariance")
DATA = (*ENSEMBLE, "--gamma", "1/10", "--data")
DERIVE = ("sgd", "derive", "gradient-descent", "linear-regression")
SCALE = ("sgd", "noise-scale", "--size", "8", "--gamma", "1/10")
REST = ("sgd", "equilibrium", "rayleigh-quotient", "--gamma", "1/2", "--weight-decay")
ESCAPE = ("sgd", "escape", "double-well", "--covariance")

MISTAKES = {
    "a batch too large": (
        (*LINE, "--batch", "5"),
        "the batch size B=5 is larger than N=4, the number of losses: choose at most 4",
    ),
    "a batch of none": ((*LINE, "--batch", "0"), "--batch '0' is not possible: give a whole"),
    "epochs in parts": (
        (*LINE, "--batch", "3", "--shuffle"),
        "shuffled epochs need a batch size that divides N=4, and 3 does not",
    ),
    "epochs with replacement": (
        (*LINE, "--shuffle", "--replacement"),
        "--shuffle goes through all losses: leave --replacement out",
    ),
    "negative variance": (
        (*NOISY, "1, -1"),
        "the variance of component 2 is -1: variances are not negative",
    ),
    "not positive semidefinite": (
        (*NOISY, "1, 2; 2, 1"),
        "the covariance is not positive semidefinite: some combination of the components",
    ),
    "not symmetric": ((*NOISY, "1, 2; 3, 9"), "the covariance is not symmetric: 2 at (1, 2)"),
    "a variance too few": ((*NOISY, "1"), "give 2 rows of 2 numbers, or 2 variances"),
    "no variance": ((*NOISY, "1, much"), "a variance is much: give a rational number"),
    "too large for memory": (
        (*LINE, "--runs", "100000000000"),
        "an ensemble of 100000000000 runs takes 935 GB of memory, more than memory=2",
    ),
    "too many steps to record": (
        (*LINE, "--steps", "1000000000", "--record", "1000000000"),
        "more than the limit of 100,000",
    ),
    "no memory": ((*LINE, "--memory", "nan"), "--memory 'nan' is not possible"),
    "unknown observable": (
        (*LINE, "--observe", "w**2, bb"),
        "unknown observable 'bb': 'bb' is none of w, b, L. Did you mean 'b'?",
    ),
    "half an observable": ((*LINE, "--observe", "sin(w"), "a bracket that is never closed"),
    "unknown sum": (
        (*ENSEMBLE, "linear-regresion", "--gamma", "1/50"),
        "Did you mean 'linear-regression'?",
    ),
    "no finite sum": (
        (*ENSEMBLE, "himmelblau", "--gamma", "1/50"),
        "'himmelblau' is no finite sum: give the covariance of its gradients, such as "
        "--covariance '1, 1', or one of linear-regression, logistic-regression",
    ),
    "no sum at all": ((*ENSEMBLE, "--gamma", "1"), "no finite sum is given: name one (linear-"),
    "a covariance of two": (
        (*LINE, "--covariance", "1, 1"),
        "'linear-regression' is a finite sum and has a covariance of its own",
    ),
    "a covariance alone": (
        (*ENSEMBLE, "--gamma", "1", "--covariance", "1"),
        "--covariance is given without a loss",
    ),
    "the covariance of an ODE": (
        (*ENSEMBLE, "lorenz", "--gamma", "1", "--covariance", "1, 1, 1"),
        "'lorenz' is a vector field and no loss",
    ),
    "two sums": ((*LINE, "--losses", "x; y"), "a problem and --losses are given together"),
    "no losses": ((*ENSEMBLE, "--gamma", "1", "--losses", " ; "), "--losses is empty"),
    "code": (
        (*ENSEMBLE, "--gamma", "1", "--losses", "x; __import__('os')"),
        "unexpected '''",
    ),
    "a symbol": (
        (*ENSEMBLE, "--gamma", "1", "--losses", "a*x**2; x", "-p", "a"),
        "parameter 'a' has no value",
    ),
    "no step size": ((*ENSEMBLE, "linear-regression"), "no step size is given: add --gamma"),
    "gamma in words": ((*LINE[:-1], "small"), "--gamma 'small' is not a number"),
    "gamma nan": ((*LINE[:-1], "nan"), "--gamma 'nan' must be positive and finite"),
    "gamma negative": ((*LINE[:-2], "--gamma=-1/10"), "--gamma '-1/10' must be positive"),
    "stages": (
        (*LINE[:-1], "1/50, 1/100", "--steps", "10"),
        "there are 2 step sizes for 1 stage(s)",
    ),
    "no steps": ((*LINE, "--steps", "0"), "--steps '0' is not possible"),
    "too many steps": (
        (*LINE, "--steps", "1" + "0" * 30),
        "1e+30 are more than the limit of 1e+12",
    ),
    "a time beyond all": ((*LINE[:-1], "1e308"), "are a time beyond 1e+100: take smaller steps"),
    "escapes in three dimensions": (
        ("sgd", "escape", "noisy-spectrum", "--gamma", "1/32"),
        "'noisy-spectrum' has 3 variables: minima and saddles are looked for in one or two",
    ),
    "negative seed": ((*LINE, "--seed=-1"), "--seed '-1' is not possible"),
    "no runs": ((*LINE, "--runs", "none"), "--runs 'none' is not possible"),
    "a start of one": (
        (*LINE, "--start", "1"),
        "--start has 1 component(s) for the 2 variable(s) w, b",
    ),
    "two starts": ((*LINE, "--start", "1,2; 3,4"), "--start has 2 points"),
    "unknown method": ((*LINE, "-m", "heavy-bal(beta=1/2)"), "Did you mean 'heavy-ball'?"),
    "data alone": ((*DATA, "good.csv"), "--data and --model go together"),
    "no data": ((*DATA, "none.csv", "--model", "linear"), "'none.csv': No such file"),
    "a device for data": ((*DATA, "/dev/zero", "--model", "linear"), "'/dev/zero' is no file"),
    "a head alone": ((*DATA, "file", "--model", "linear"), "'file' has no data: write names in"),
    "ragged data": (
        (*DATA, "ragged.csv", "--model", "linear"),
        "line 3 of 'ragged.csv' has 1 number(s) for the 2 column(s) x, y",
    ),
    "numbers for names": (
        (*DATA, "bare.csv", "--model", "linear"),
        "'1' in the first line of 'bare.csv' is no name",
    ),
    "bytes for text": ((*DATA, "bytes", "--model", "linear"), "is not a file of comma-separated"),
    "words for data": ((*DATA, "words.csv", "--model", "linear"), "'many' has no value"),
    "no labels": ((*DATA, "good.csv", "--model", "logistic"), "the label 2 is neither 1 nor -1"),
    "one column too many": (
        (*DATA, "wide.csv", "--model", "network"),
        "the model 'network' takes one column of inputs",
    ),
    "a model of nothing": (
        (*DATA, "good.csv", "--model", "w**2"),
        "holds none of the columns x, y of 'good.csv'",
    ),
    "a checkpoint below a file": ((*LINE, "--checkpoint", "file/x.npz"), "is not a folder"),
    "no checkpoint": ((*LINE, "--checkpoint", "good.csv"), "is not a checkpoint saved by bea"),
    "results below a file": ((*LINE, "--out", "file/results"), "is not a folder"),
    "unknown form": ((*LINE, "--format", "csv"), "unknown --format 'csv': use text or json"),
    "a generator of every loss": (
        ("sgd", "derive", "gradient-descent"),
        "--kind generator is derived on a finite sum: name one, or give --losses",
    ),
    "no method": (("sgd", "derive"), "missing argument 'METHOD': 'bea sgd derive --help'"),
    "an unknown kind": ((*DERIVE, "--kind", "epochs"), "Did you mean 'epoch'?"),
    "a batch of too many to derive": ((*DERIVE, "--batch", "5"), "B=5 is larger than N=4"),
    "an epoch of too many": ((*DERIVE, "--kind", "epoch", "-B", "5"), "give 1 to 4"),
    "an epoch with replacement": (
        (*DERIVE, "--kind", "cycle", "--replacement"),
        "an epoch goes through all losses once: leave --replacement out",
    ),
    "no average": (("sgd", "derive", "adam", "linear-regression"), "is no polynomial in its"),
    "a rule and a method": (
        (*DERIVE, "--update", "theta = theta - gamma*grad"),
        "a METHOD and --update are given",
    ),
    "an order that needs more": (
        ("sgd", "derive", "gradient-descent", "--kind", "sde", "--order", "3"),
        "weak order 4 takes more of the noise than its covariance",
    ),
    "a noise scale of a large batch": ((*SCALE, "--batch", "9"), "B=9 is larger than N=8"),
    "a negative variance of noise": (
        (*SCALE, "--curvature", "1", "--variance=-1"),
        "the variance is -1: variances are not negative",
    ),
    "half a quadratic": ((*SCALE, "--variance", "1"), "--curvature and --variance go together"),
    "an unstable quadratic": (
        (*SCALE, "--curvature", "100", "--variance", "1"),
        "is not below 2 (1 + m): iterates grow",
    ),
    "a momentum of 1": ((*SCALE, "--momentum", "1"), "must lie in [0, 1)"),
    "negative noise": ((*SCALE, "--noise=-1"), "the noise scale is -1"),
    "noise and a batch": ((*SCALE, "--noise", "1", "-B", "2"), "give one of them"),
    "lists of two lengths": (
        (*SCALE, "-B", "1,2", "--momentum", "0,0,0"),
        "--batch has 2 numbers and another list 3",
    ),
    "no size": (("sgd", "noise-scale", "--gamma", "1"), "give --size, or name a finite sum"),
    "two sizes": ((*SCALE, "linear-regression"), "--size is given beside a finite sum"),
    "a loss that is not scale-invariant": (
        ("sgd", "equilibrium", "linear-regression", "--gamma", "1", "--weight-decay", "1/9"),
        "is not scale-invariant: w·∇L is not 0",
    ),
    "a batch too large to rest": ((*REST, "1/25", "-B", "19"), "B=19 is larger than N=18"),
    "no decay": (REST[:-1], "no weight decay is given: add --weight-decay"),
    "a decay of 0": ((*REST, "0"), "--weight-decay '0' has no equilibrium"),
    "a decay of more than all": ((*REST, "3"), "the decay of a step must be below 1"),
    "an equilibrium too far": ((*REST, "1e-9"), "more than the limit of 10,000,000"),
    "an equilibrium of few": ((*REST, "1/25", "--runs", "9"), "--runs 9 are too few"),
    "an equilibrium too large": (
        (*REST, "1/25", "--runs", "100000000"),
        "an ensemble of 100000000 runs takes 243 GB of memory",
    ),
    "an equilibrium by rule": (
        (*REST, "1/25", "-u", "theta = theta - gamma*grad"),
        "leave --update out",
    ),
    "an equation of stages": (
        (*LINE[:-1], "1/50, 1/100", "--steps", "5,5", "--sde", "1"),
        "leave --sde, the stages or --shuffle out",
    ),
    "an equation of epochs": ((*LINE, "--shuffle", "--sde", "1"), "with fresh batches"),
    "an equation twice": ((*LINE, "--sde", "1,1"), "--sde '1,1' has a weak order twice"),
    "an equation of order 0": ((*LINE, "--sde", "0"), "--sde '0' is not possible"),
    "an equation of adam": ((*LINE, "-m", "adam", "--sde", "1"), "is no polynomial in its"),
    "no temperature": ((*ESCAPE, "2, 1", "--gamma", "1/8"), "has no temperature"),
    "an escape that never comes": (
        (*ESCAPE, "1, 1", "--gamma", "1/1000"),
        "at temperature 1/2000 the mean time is about",
    ),
    "no way out": (
        ("sgd", "escape", "booth", "--covariance", "1, 1", "--gamma", "1/100"),
        "no saddle that was found joins the minimum at (1, 3)",
    ),
    "no window": (
        ("sgd", "escape", "x**4 - x**2", "--covariance", "1", "--gamma", "1/8"),
        "where minima are is not known: give a window, such as --window='-2,2'",
    ),
    "a window of one": (
        (*ESCAPE, "1, 1", "--gamma", "1/8", "--window=-2,2"),
        "is not a pair for each of x, y",
    ),
    "a window without a minimum": (
        (*ESCAPE, "1, 1", "--gamma", "1/8", "--window=2,3; 2,3"),
        "'double-well' has no minimum in the window",
    ),
    "a batch too large to escape": (
        (*ESCAPE, "2, 2", "--gamma", "1/8", "-B", "99"),
        "the batch size B=99 is larger than N=",
    ),
    "an escape too large": (
        (*ESCAPE, "2, 2", "--gamma", "1/8", "--runs", "10000000000"),
        "GB of memory, more than memory=2",
    ),
    "an escape by rule": (
        (*ESCAPE, "2, 2", "--gamma", "1/8", "-u", "theta = theta - gamma*grad"),
        "theory knows the escapes of plain SGD",
    ),
    "unknown command": (("sgd", "ensembles"), "Did you mean 'ensemble'?"),
}
FILES = {
    "file": b"not a folder",
    "good.csv": b"x,y\n1,2\n3,4\n",
    "wide.csv": b"x,z,y\n1,2,3\n",
    "ragged.csv": b"x,y\n1,2\n3\n",
    "bare.csv": b"1,2\n3,4\n",
    "words.csv": b"x,y\nmany,2\n",
    "bytes": bytes(range(128, 256)),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_one_line_says_what_is_wrong(bea: Bea, folder: Path, name: str) -> None:
    for path, content in FILES.items():
        (folder / path).write_bytes(content)
    arguments, message = MISTAKES[name]
    run = bea(*arguments)
    assert run.status == 2
    assert run.out == ""
    assert run.err.startswith("bea: ") and run.err.count("\n") == 1 and run.err.endswith("\n")
    assert message in run.err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES


def test_memory_that_is_not_there_is_said(
    bea: Bea, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object, **options: object) -> None:
        raise MemoryError

    monkeypatch.setattr("bea.flows.ensembles.descent.run_plan", full)
    run = bea(*LINE)
    assert run.status == 2
    assert run.err == (
        "bea: there is not enough memory for this: take fewer runs, steps or records\n"
    )
