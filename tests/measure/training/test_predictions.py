"""Accuracy, cross-entropy and ensembles of scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import log_softmax, logsumexp

from bea.errors import DimensionError
from bea.measure.training import Accuracy, accuracy, cross_entropy, ensemble_scores

SCORES = np.random.default_rng(0).normal(size=(3, 5, 4)) * 30
LABELS = np.array([0, 3, 1, 1, 2])


def test_they_are_what_scipy_says() -> None:
    logs = log_softmax(SCORES, axis=-1)
    assert np.allclose(cross_entropy(SCORES, LABELS), -logs[:, np.arange(5), LABELS].mean(axis=1))
    together = logsumexp(logs, axis=0) - np.log(3)
    assert np.allclose(ensemble_scores(SCORES), together)
    assert accuracy(SCORES, LABELS).tolist() == [
        np.mean(s.argmax(axis=1) == LABELS) for s in SCORES
    ]


def test_an_observable_is_of_every_run() -> None:
    linear = Accuracy(lambda points: np.tile(points[..., None, :], (1, 2, 1)), [0, 1])
    assert linear(np.array([[2.0, 0.0], [1.0, 1.0]])).tolist() == [0.5, 0.5]
    assert linear.identity == ""  # so that a checkpoint refuses it


def test_of_a_network_that_has_diverged_there_is_no_accuracy() -> None:
    lost = np.where(np.arange(len(LABELS))[:, None] == 1, np.nan, SCORES[0])
    found = accuracy(np.stack([SCORES[0], lost]), LABELS)
    assert found[0] == accuracy(SCORES[0], LABELS) and np.isnan(found[1])
    assert np.isnan(cross_entropy(lost, LABELS))


@pytest.mark.parametrize(
    ("scores", "labels", "words"),
    [
        (SCORES, LABELS[:4], r"labels of shape \(4,\)"),
        (SCORES[0, 0], [1], r"scores of shape \(4,\)"),
        (SCORES, [0, 1, 2, 3, 4], "from 0 to 3"),
        (SCORES, [0, 1, 2, 3, 0.5], "whole numbers"),
    ],
)
def test_what_does_not_fit_is_refused(scores: Any, labels: Any, words: str) -> None:
    with pytest.raises(DimensionError, match=words):
        accuracy(scores, labels)
