"""What the checkpoint of training runs can hold; see `bea.flows.ensembles.checkpoints`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bea.files.schema import Array, Axes, Layout, require
from bea.flows.deterministic.trajectory import Status
from bea.flows.training.plan import TrainingPlan

_WORDS = {"taken", "since", "memory"}
_NUMBERS = {"<f8", "<i8", "|b1"}  # what a method's memory is made of


class SavedTraining:
    """The rules for the runs of one plan."""

    def __init__(self, plan: TrainingPlan) -> None:
        self.plan = plan
        self._fields = {
            "results.values": Array("<f8", "records names runs", gaps=True, infinite=True),
            "results.rates": Array("<f8", "records runs", least=0),
            "results.status": Array("|i1", "runs", least=0, most=max(Status)),
            "results.stopped_at": Array("<i8", "runs", least=-1, most=plan.steps),
            "results.ends": Array("<f8", "runs d", gaps=True),
            "results.points": Array("<f8", "records runs d", gaps=True),
            "chunk0.theta": Array("<f8", "d runs", gaps=True),
            "chunk0.factor": Array("<f8", "runs", least=0, most=1),
            "chunk0.sums": Array("<f8", "each runs", gaps=True, infinite=True),
        }

    def expect(self, done: Any, chunks: Any, layout: Layout) -> None:
        """Check what is done or under way, and the types and shapes of all arrays.

        Raises
        ------
        MismatchError
            If they cannot be those of a checkpoint of these runs.
        """
        require(done in ([], [0]) and isinstance(chunks, dict), "its words are no record")
        require(set(chunks) <= ({"0"} if not done else set()), "other runs are under way")
        left = dict(layout)
        for name, array in self.plan.results().items():
            place = array.dtype.str, array.shape
            require(left.pop(f"results.{name}", None) == place, f"{name} has another shape")
        for words in chunks.values():
            self._expect_state(words, left)
        require(not left, "it has other arrays")

    def check(self, chunks: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Check the values of all arrays.

        Raises
        ------
        MismatchError
            If they cannot be those of a checkpoint of these runs.
        """
        for name, field in self._fields.items():
            if name in arrays:
                field.check_values(name, arrays[name])

    def _expect_state(self, words: Any, left: dict[str, Any]) -> None:
        """Take the arrays of a state out of what is left, and check them."""
        plan = self.plan
        require(isinstance(words, dict) and words.keys() == _WORDS, "it has other words")
        require(all(type(word) is int for word in words.values()), "it has other words")
        require(0 <= words["taken"] <= plan.steps, "it is after other steps")
        require(0 <= words["since"] <= words["taken"], "it has added up other steps")
        fresh = plan.fresh_memory()
        require(words["memory"] == len(fresh), "it has another memory")
        runs, d = plan.starts.shape
        axes: Axes = {"runs": runs, "d": d}
        for name in ("theta", "factor"):
            self._fields[f"chunk0.{name}"].check_shape(f"chunk0.{name}", left, axes)
            left.pop(f"chunk0.{name}")
        sums = "<f8", (len(plan.each_step), runs)
        require(left.pop("chunk0.sums", None) == sums, "it has added up something else")
        for k in range(len(plan.rules)):
            seen = left.pop(f"chunk0.seen{k}", None)
            require(seen == ("<f8", (2, runs)), "its rules have seen something else")
        for k, part in enumerate(fresh):  # what begins as one number may spread
            kind, shape = left.pop(f"chunk0.memory{k}", ("", (0,)))
            shapes = {(), (runs,), (d, runs), np.shape(part)}
            require(kind in _NUMBERS and shape in shapes, "it has another memory")
