"""Training runs: as iterates and ensembles are, paired by seeds, resumed to the bit, refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError, DomainError, OutputError
from bea.files.archives import read_archive, write_archive
from bea.flows.ensembles.checkpoints import _FORM
from bea.flows.training import (
    Plateau,
    SquaredAngle,
    drop_on_plateau,
    early_stopping,
    mean_and_error,
    turns,
)
from bea.noise import Batches, ShuffledEpochs

TOTAL = bea.problems.noisy_quadratic("1, 1/4", size=16)
FROM = np.array([[3.0, -2.0], [3.0, -2.0], [1.0, 1.0]])


def trained(**options: Any) -> Any:
    given: dict[str, Any] = {"gamma": "1/4", "steps": 64, "batches": 4, "record": 4}
    return bea.train("heavy-ball", TOTAL, FROM, **(given | options))


@pytest.mark.parametrize("law", [16, ShuffledEpochs(16)])
def test_with_all_losses_in_a_batch_it_is_the_method_on_the_loss(law: Any) -> None:
    runs = trained(batches=law, steps=20, record=range(1, 21), keep=True)
    iterates = bea.iterate(bea.methods.heavy_ball(), TOTAL, FROM, 0.25, steps=20)
    assert np.allclose(runs.points.transpose(1, 0, 2), iterates.values[0], rtol=1e-13)
    assert np.allclose(runs.of("loss"), TOTAL.at(runs.points), rtol=1e-13)


def test_means_are_those_of_an_ensemble() -> None:
    settings: dict[str, Any] = {"gamma": "1/2", "steps": 30, "batches": Batches(2, True)}
    starts = np.tile([[3.0, -2.0]], (2000, 1))
    ours = bea.train("gradient-descent", TOTAL, starts, **settings)["loss"]
    theirs = bea.ensemble(
        "gradient-descent", TOTAL, starts, observables="L", seed=3, **settings
    )["L"]  # fmt: skip
    assert abs(ours.mean - theirs.mean)[0] < 4 * np.hypot(ours.error, theirs.error)[0]


def test_a_run_depends_on_its_own_seed_alone() -> None:
    together, alone = trained(seeds=[7, 8, 7]), bea.train(
        "heavy-ball", TOTAL, FROM[2:], gamma="1/4", steps=64, batches=4, record=4, seeds=[7]
    )  # fmt: skip
    assert np.array_equal(together.values[..., 2:], alone.values)
    assert not np.array_equal(together.ends[0], together.ends[1])
    same = trained(seeds=7)
    assert np.array_equal(same.ends[0], same.ends[1]) and not np.array_equal(same.ends[0], FROM[0])


def test_an_epoch_is_every_sample_once_and_is_counted() -> None:
    law = ShuffledEpochs(4)
    runs = trained(batches=[law, Batches(8)], steps=[8, 4], gamma=["1/4", "1/8"], record="epochs")
    assert runs.steps.tolist() == [4, 8, 10, 12] and runs.epochs.tolist() == [1, 2, 3, 4]
    assert runs.rates[:, 0].tolist() == [0.25, 0.125, 0.125, 0.125]


def test_a_schedule_is_that_of_the_scheduled_method_on_the_sum_with_time() -> None:
    method = bea.methods.Scheduled(bea.methods.heavy_ball(beta="1/2"), "cosine(time=4)")
    runs = bea.train(method, TOTAL, FROM, gamma=0.25, steps=16, batches=16, record=[8, 16])
    timed = np.column_stack([FROM, np.zeros(3)])
    theirs = bea.iterate(method, bea.fields.with_time(TOTAL), timed, 0.25, steps=16)
    assert np.allclose(runs.ends, theirs.values[0, :, -1, :2], rtol=1e-12)
    assert runs.rates[0, 0] == pytest.approx(0.125)


def test_an_observable_of_steps_is_their_mean() -> None:
    whole = {"turn": SquaredAngle(0, 2)}
    runs = trained(each_step=whole, record=[0, 3], steps=3, batches=16)
    path = bea.iterate(bea.methods.heavy_ball(), TOTAL, FROM, 0.25, steps=3, include_start=True)
    points = path.values[0]
    unit = points / np.linalg.norm(points, axis=-1, keepdims=True)
    angles = np.arccos((unit[:, 1:] * unit[:, :-1]).sum(axis=-1))
    assert np.isnan(runs.of("turn")[0]).all()
    assert np.allclose(runs.of("turn")[1], (angles**2).mean(axis=1), rtol=1e-10)


def test_groups_turn_by_themselves() -> None:
    groups = bea.fields.functions.Groups(("v", "w"), ((1,), (2,)))
    before, after = np.array([[1.0], [3.0], [0.0]]), np.array([[-1.0], [0.0], [5.0]])
    found = {name: float(f(before, after)[0]) for name, f in turns(groups).items()}
    assert found["angle² v"] == pytest.approx(np.pi**2)
    assert found["angle² w"] == pytest.approx(np.pi**2 / 4) and found["norm² w"] == 9
    with pytest.raises(BeaError, match="no group 'u'"):
        turns(groups, ["u"])


def test_a_step_size_drops_on_a_plateau_of_its_own_run() -> None:
    rule = drop_on_plateau("loss", patience=2, factor=0.5, tolerance=0.01)
    runs = trained(rules=[rule], record="epochs", steps=160)
    assert (np.diff(runs.rates, axis=0) <= 0).all() and runs.rates[-1].max() < 0.25
    again = np.array([_factors(rule, values) for values in runs.of("loss").T]).T
    assert np.allclose(runs.rates, 0.25 * again)
    assert len({tuple(column) for column in runs.rates.T}) > 1


def _factors(rule: Plateau, values: Any) -> list[float]:
    best, since, factor, found = np.inf, 0, 1.0, []
    for value in values:
        if value < best - rule.tolerance * (abs(best) if np.isfinite(best) else 0):
            best, since = value, 0
        else:
            since += 1
        if since >= rule.patience:
            factor, since = factor * rule.factor, 0
        found.append(factor)
    return found


def test_a_run_that_is_stopped_stays_where_it_is_and_its_best_point_is_found() -> None:
    runs = trained(
        rules=[early_stopping("loss", patience=3)], record="epochs", steps=400, keep=True
    )
    stopped = runs.stopped_at
    assert (stopped > 0).all() and (stopped < 400).all() and not runs.rates[-1].any()
    for run, step in enumerate(stopped):
        after = runs.points[runs.steps >= step, run]
        assert (after == after[0]).all()
    best = runs.best("loss")
    assert np.allclose(TOTAL.at(best), runs.of("loss").min(axis=0))
    assert "3 of 3 runs were stopped" in repr(runs)
    larger = runs.best("loss", larger=True)
    assert np.allclose(TOTAL.at(larger), runs.of("loss").max(axis=0))


def test_averages_are_of_the_last_records() -> None:
    runs = trained(keep=True)
    assert np.allclose(runs.average(2), runs.points[2:].mean(axis=0))
    assert np.allclose(runs.last("loss", 2), runs.of("loss")[2:].mean(axis=0))


def test_a_run_that_grows_beyond_all_bounds_is_left_out_of_means() -> None:
    well = bea.problems.loss("x**4 - x**2", "x")
    runs = bea.train("gradient-descent", well, [[0.5], [50.0]], gamma=0.1, steps=30, record=[1, 30])
    assert runs.ok.tolist() == [True, False] and runs.stopped_at[1] > 0
    assert runs["loss"].mean[-1] == pytest.approx(-0.25) and np.isnan(runs.ends[1]).all()
    assert "1 of 2 runs failed: it grew" in repr(runs)


def test_a_run_that_leaves_the_domain_is_marked_and_none_begins_outside() -> None:
    total = bea.problems.finite_sum("x - log(x), x - log(x)")  # at x < 0 the gradient is finite
    options: dict[str, Any] = {"gamma": 6.5, "steps": 1, "keep": True}
    runs = bea.train("gradient-descent", total, [[0.9], [5.0]], **options)
    assert runs.ok.tolist() == [True, False]  # 0.9 goes to 1.62 and 5 to -0.2
    assert "1 of 2 runs failed: it left the domain" in repr(runs) and np.isnan(runs.points[0, 1])
    with pytest.raises(DomainError, match=r"the start \(-0.1\) is not finite, or the loss"):
        bea.train("gradient-descent", total, [[0.5], [-0.1]], **options)


def test_a_mean_leaves_out_what_is_no_number() -> None:
    mean, error = mean_and_error([[1.0, np.nan, 3.0], [2.0, 2.0, 2.0]])
    assert mean.tolist() == [2, 2] and error.tolist() == [1, 0]
    mean, error = mean_and_error([1.0, np.inf, np.nan])  # of a run that did not fail
    assert mean == np.inf and np.isnan(error)


def test_runs_are_kept_in_a_file(tmp_path: Path) -> None:
    runs = trained(keep=True)
    again = bea.Training.load(runs.save(tmp_path / "runs"))
    assert repr(again) == repr(runs) and np.array_equal(again.points, runs.points)


def test_runs_are_drawn_against_the_epochs() -> None:
    runs = trained(record="epochs")
    (axes,) = runs.plot(title="SGD").axes
    assert axes.get_ylabel() == "loss" and axes.get_xlabel() == "epochs"
    assert np.allclose(axes.lines[0].get_xydata(), np.column_stack([runs.epochs, runs["loss"][0]]))
    ensemble = bea.ensemble("heavy-ball", TOTAL, FROM, gamma="1/4", steps=8, observables="L")
    with pytest.raises(BeaError, match="different observables"):
        bea.plots.ensemble_figure([runs, ensemble])


RULES = [drop_on_plateau("loss", patience=1, factor=0.5)]


@pytest.mark.parametrize("method", ["adam", "gradient-descent", "nesterov"])
def test_an_interrupted_run_goes_on_with_the_same_bits(tmp_path: Path, method: str) -> None:
    def run(**options: Any) -> Any:
        return bea.train(
            method, TOTAL, FROM, gamma="1/4", steps=300, batches=ShuffledEpochs(4), keep=True,
            record="epochs", rules=RULES, each_step={"turn": SquaredAngle(0, 2)}, **options,
        )  # fmt: skip

    def interrupted(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    path, whole = tmp_path / "kept.npz", run()
    with pytest.raises(KeyboardInterrupt):
        run(checkpoint=path, checkpoint_every=0, progress=interrupted)
    seen: list[int] = []
    rest = run(checkpoint=path, progress=lambda done, total: seen.append(done))
    assert seen[0] > 400  # it did not begin anew
    for name in ("values", "rates", "ends", "points", "stopped_at"):
        assert np.array_equal(getattr(rest, name), getattr(whole, name), equal_nan=True), name
    assert np.array_equal(run(checkpoint=path).ends, whole.ends)


def test_a_checkpoint_of_other_runs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kept.npz"
    trained(checkpoint=path)
    for change in ({"seeds": 3}, {"gamma": "1/8"}, {"record": 5}, {"rules": RULES}):
        with pytest.raises(OutputError, match="of another ensemble"):
            trained(checkpoint=path, **change)
    turned = np.array([[-2.0, 3.0], *FROM[1:]])  # with the same sum
    with pytest.raises(OutputError, match="of another ensemble"):
        bea.train(
            "heavy-ball", TOTAL, turned, gamma="1/4", steps=64, batches=4, record=4, checkpoint=path
        )
    with pytest.raises(BeaError, match="a checkpoint cannot tell one from another"):
        trained(checkpoint=path, observables={"x": lambda theta: theta[0]})
    bea.ensemble("heavy-ball", TOTAL, [1, 1], gamma="1/4", steps=8, checkpoint=tmp_path / "e.npz")
    with pytest.raises(OutputError):
        trained(checkpoint=tmp_path / "e.npz")


def test_a_state_that_is_none_of_these_runs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kept.npz"

    def interrupted(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(checkpoint=path, checkpoint_every=0, progress=interrupted)
    words, arrays = read_archive(path, _FORM, "a checkpoint", lambda words, layout: None)
    for change in ({"taken": 65}, {"since": -1}, {"memory": 0}, {"taken": True}, {"more": 1}):
        state = {**words["chunks"]["0"], **change}
        write_archive(path, _FORM, {**words, "chunks": {"0": state}}, arrays, packed=False)
        with pytest.raises(OutputError):
            trained(checkpoint=path)
    for name, array in (
        ("factor", np.full(3, 2.0)), ("memory0", np.zeros((2, 2))), ("sums", np.zeros((1, 3))),
    ):  # fmt: skip
        changed = {**arrays, f"chunk0.{name}": array}
        write_archive(path, _FORM, words, changed, packed=False)
        with pytest.raises(OutputError):
            trained(checkpoint=path)


def test_a_checkpoint_of_another_shape_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kept.npz"
    trained(checkpoint=path)
    with np.load(path) as archive:
        arrays = dict(archive)
    arrays["results.rates"] = arrays["results.rates"][:-1]
    np.savez(path, **arrays)
    with pytest.raises(OutputError, match=r"no checkpoint|is no|damaged|changed"):
        trained(checkpoint=path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"batches": 17}, "B=17 is larger than N=16"),
        ({"batches": ShuffledEpochs(3)}, "divides N=16"),
        ({"gamma": -1}, "must be positive"),
        ({"gamma": ["1/4", "1/8"]}, "2 step sizes for 1 stage"),
        ({"steps": 0}, "at least 1"),
        ({"seeds": [1, 2]}, "2 seeds for 3 runs"),
        ({"seeds": -1}, "not negative"),
        ({"record": "months"}, "give 'epochs'"),
        ({"record": [65]}, "from 0 to 64"),
        ({"rules": [drop_on_plateau("los")]}, "'los', which is not observed.*Did you mean 'loss'"),
        ({"rules": ["loss"]}, "a rule is a str"),
        ({"observables": {"u": "q + 1"}}, "'q' is none of"),
        ({"observables": "x"}, "give name -> what it is"),
        ({"observables": {"x": lambda theta: theta}}, "one number for each"),
        ({"each_step": {"loss": SquaredAngle(0, 2)}}, "rename one"),
        ({"each_step": {"turn": 3}}, "'turn' is a int: give a function"),
        ({"each_step": {"turn": lambda before, after: after}}, r"3 run\(s\), axis 1"),
        ({"progress": 3}, "progress is a int"),
        ({"memory": 1e-9}, "more than memory"),
    ],
)
def test_wrong_input_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(BeaError, match=words):
        trained(**options)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: bea.train(3, TOTAL, FROM, gamma=1, steps=1), "the method is a int"),
        (lambda: bea.train("heun", 3, FROM, gamma=1, steps=1), "a int is trained on"),
        (lambda: bea.train("heun", TOTAL, [[1.0]], gamma=1, steps=1), "2 variable"),
        (
            lambda: bea.train("heun", bea.fields.with_time(TOTAL), FROM, gamma=1, steps=1),
            "the sum without it",
        ),
        (lambda: bea.train("heun", TOTAL, [[1.0, np.nan]], gamma=1, steps=1), "not finite"),
        (lambda: trained(each_step=[np.add]), "each_step is a list: give name"),
        (lambda: trained(memory="much"), "memory"),
        (lambda: Plateau("loss", factor=1.0), "below 1"),
        (lambda: Plateau("loss", patience=0), "at least 1"),
        (lambda: Plateau("loss", tolerance=2.0), "the tolerance"),
        (lambda: trained().of("los"), "Did you mean 'loss'"),
        (lambda: trained().average(2), "keep=True"),
        (lambda: trained().last("loss", 5), "of which there are 4"),
        (
            lambda: bea.train(
                bea.methods.Scheduled(bea.methods.heun()), TOTAL, FROM, gamma=1, steps=1
            ),
            "left open",
        ),
    ],
)
def test_wrong_calls_are_refused(make: Any, words: str) -> None:
    with pytest.raises(BeaError, match=words):
        make()
