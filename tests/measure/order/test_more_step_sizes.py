"""More step sizes where the first stand clear of the floor, and none elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bea.measure.order.study import DriftStudy, gammas_that_stand_clear

GAMMAS = 1 / np.rint(np.geomspace(100, 2400, 12))


def study(power: int) -> DriftStudy:
    distances = GAMMAS[None, :, None, None] ** power
    return DriftStudy(
        kind="drift", method="m", problem="p", formula="", orders=np.array([power - 1]),
        expected=(power,), gammas=GAMMAS, starts=np.zeros((1, 1)), times=np.ones((12, 1)),
        distances=distances, floors=np.full_like(distances, 1e-15),
    )  # fmt: skip


def test_step_sizes_are_added_where_a_steep_curve_stands_clear() -> None:
    found = gammas_that_stand_clear(study(6))
    assert found is not None
    assert set(GAMMAS) <= set(found)
    added = sorted(set(found) - set(GAMMAS))
    lowest = (30 * 1e-15) ** (1 / 6)
    assert len(added) > 6 and min(added) > 0.7 * lowest and max(added) < GAMMAS[0]
    np.testing.assert_allclose(1 / found, np.rint(1 / found))


def test_nothing_is_added_to_a_curve_that_is_clear_or_never_is() -> None:
    assert gammas_that_stand_clear(study(2)) is None
    drowned = replace(study(2), floors=np.ones((1, 12, 1, 1)))
    assert gammas_that_stand_clear(drowned) is None
    assert gammas_that_stand_clear(replace(study(6), expected=(None,))) is None
