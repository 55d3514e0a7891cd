"""What the checkpoint of an ensemble can hold: every type, shape and bound that its plan implies.

A file that does not fit is refused before anything of it is used; see `bea.files.schema`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bea.files.schema import Array, Axes, Layout, require
from bea.flows.deterministic.trajectory import Status
from bea.flows.ensembles.plan import Plan

_WORDS = {"taken", "cursor", "random", "plain"}
_STATE = ("theta", "status", "stopped_at")


class SavedState:
    """The rules for one ensemble."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        steps = plan.steps
        self._of_results = {
            "count": Array("<i8", "chunks records", least=0, most=plan.walk.width),
            "mean": Array("<f8", "chunks records names", gaps=True, infinite=True),
            "squares": Array("<f8", "chunks records names", least=0, gaps=True, infinite=True),
            "points": Array("<f8", "records runs d", gaps=True),
        }
        self._of_lanes = {
            "theta": Array("<f8", "d lanes", gaps=True),
            "status": Array("|i1", "lanes", least=0, most=max(Status)),
            "stopped_at": Array("<i8", "lanes", least=-1, most=steps),
        }

    def expect(self, done: Any, chunks: Any, layout: Layout) -> None:
        """Check which chunks are done or under way, and the types and shapes of all arrays.

        Raises
        ------
        MismatchError
            If they cannot be those of a checkpoint of this ensemble.
        """
        count = self.plan.chunks
        require(isinstance(done, list) and isinstance(chunks, dict), "its words are no record")
        require(all(type(k) is int and 0 <= k < count for k in done), "it has done other chunks")
        names = {str(k) for k in range(count)} - {str(k) for k in done}
        require(names.issuperset(chunks), "other chunks are under way")
        left = dict(layout)
        for name, array in self._results():
            require(left.pop(f"results.{name}", None) == array, f"{name} has another shape")
        for chunk, words in chunks.items():
            own = {n: left.pop(n) for n in list(left) if n.startswith(f"chunk{chunk}.")}
            self._expect_chunk(int(chunk), words, {n.partition(".")[2]: p for n, p in own.items()})
        require(not left, "it has other arrays")

    def check(self, chunks: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Check the values of all arrays.

        Raises
        ------
        MismatchError
            If they cannot be those of a checkpoint of this ensemble.
        """
        for name, field in {**self._of_lanes, **self._of_results}.items():
            if f"results.{name}" in arrays:
                field.check_values(name, arrays[f"results.{name}"])
        empty = arrays["results.count"] == 0
        for name in ("mean", "squares"):
            require(not arrays[f"results.{name}"][empty].any(), f"{name} is of no runs")
        for chunk in chunks:
            for name, field in self._of_lanes.items():
                field.check_values(name, arrays[f"chunk{chunk}.{name}"])

    # --- private helpers ----------------------------------------------------------------------

    def _results(self) -> Iterator[tuple[str, tuple[str, tuple[int, ...]]]]:
        for name, array in self.plan.results().items():
            yield name, (array.dtype.str, array.shape)

    def _expect_chunk(self, chunk: int, words: Any, layout: Layout) -> None:
        plan = self.plan
        require(isinstance(words, dict) and words.keys() == _WORDS, "a chunk has other words")
        taken, cursor, plain = words["taken"], words["cursor"], words["plain"]
        require(type(taken) is int and 0 <= taken <= plan.steps, "it is after other steps")
        recorded = int(np.searchsorted(plan.records, taken, side="right"))
        require(cursor == recorded and type(cursor) is int, "it has recorded other steps")
        _expect_random(words["random"])
        lanes = plan.lanes(chunk)
        axes: Axes = {"d": plan.starts.shape[-1], "lanes": lanes.stop - lanes.start}
        for name, field in self._of_lanes.items():
            field.check_shape(name, layout, axes)
        self._expect_memory(plain, layout, axes)

    def _expect_memory(self, plain: Any, layout: Layout, axes: Axes) -> None:
        """Memory has the parts that a walker begins with; what begins as one number may spread."""
        lanes, point = axes["lanes"], self.plan.starts.reshape(-1, axes["d"])[0]
        start = np.tile(point[:, None], lanes)
        with np.errstate(all="ignore"):
            fresh = self.plan.walk.walker(lanes).start(np.random.default_rng(0), start)
        require(isinstance(plain, list) and len(plain) == len(fresh), "it has another memory")
        names = {f"memory{k}" for k in range(len(fresh))}
        require(layout.keys() == {*_STATE, *names}, "it has another memory")
        for k, (number, part) in enumerate(zip(plain, fresh, strict=True)):
            _, shape = layout[f"memory{k}"]
            known = {(), (lanes,), (axes["d"], lanes), np.shape(part)}
            fits = shape in known and type(number) is bool and (not number or shape == ())
            require(fits, "it has another memory")


def _expect_random(state: Any) -> None:
    """See that these are random numbers under way: the state of SFC64."""
    try:
        numbers = state["state"]["state"]
        bits = [*((n, 64) for n in numbers), (state["has_uint32"], 1), (state["uinteger"], 32)]
        fine = state.keys() == {"bit_generator", "state", "has_uint32", "uinteger"}
        fine = fine and state["bit_generator"] == "SFC64" and len(numbers) == 4
        fine = fine and all(type(n) is int and 0 <= n < 2**size for n, size in bits)
    except (TypeError, KeyError, AttributeError):
        fine = False
    require(fine, "its random numbers have no state")
