import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fairmark.methods.truth.calibration import (
    FEW_TASKS,
    SCALE,
    calibrated,
    drawn,
    effective_judges,
    patience,
    scale_of,
)
from fairmark.methods.truth.labels import Floats


class TestEffectiveJudges:
    def test_equal_judges_count_fully_and_spammers_not(self) -> None:
        # Four of information 1: 16 / 4. Two of 1 and two of 0: 4 / 2. None: taken as one.
        found = effective_judges(np.array([4.0, 2.0, 0.0]), np.array([4.0, 2.0, 0.0]))
        assert found.tolist() == [4.0, 2.0, 1.0]


class TestCalibrated:
    def test_log_odds_shrink_with_the_root(self) -> None:
        # Four judges: 0.75 / 2 of log-odds 4 is 1.5, probability 1 / (1 + e^-1.5) = 0.818.
        assert patience(np.array([4.0]))[0] == pytest.approx(0.375)
        found = calibrated(np.array([[4.0, 0.0]]), np.array([4.0]))
        assert found[0, 0] == pytest.approx(1 / (1 + np.exp(-1.5)))


class TestDrawn:
    def test_few_tasks_are_drawn_to_what_is_usual_and_keep_their_order(self) -> None:
        # Half of what is usual, with FEW_TASKS tasks: 0.8 and 0.2 become (0.8 + 0.7) / 2 and (0.2 + 0.3) / 2.
        found = drawn(np.array([[0.8, 0.2], [0.4, 0.6], [0.5, 0.5]]), np.array([0.7, 0.3]), int(FEW_TASKS))
        assert np.allclose(found, [[0.75, 0.25], [0.35, 0.65], [0.5, 0.5]])

    def test_many_tasks_stay_what_they_are(self) -> None:
        posterior = np.array([[0.8, 0.2]])
        assert np.allclose(drawn(posterior, np.array([0.6, 0.4]), 100_000), posterior, atol=1e-6)
        assert drawn(posterior, None, 0) is posterior

    @given(
        posterior=arrays(np.float64, (3, 4), elements=st.floats(0.01, 1)),
        usual=arrays(np.float64, 4, elements=st.floats(0.1, 1)),
    )
    def test_stays_a_distribution_in_the_same_order(self, posterior: Floats, usual: Floats) -> None:
        posterior = posterior / posterior.sum(axis=1, keepdims=True)
        found = drawn(posterior, np.sort(usual)[::-1] / usual.sum(), 20)
        assert np.allclose(found.sum(axis=1), 1)
        assert (found[:, :, None] >= found[:, None, :] - 1e-8)[posterior[:, :, None] > posterior[:, None, :]].all()


class TestScaleOf:
    def test_without_gold_the_usual(self) -> None:
        assert scale_of(np.zeros((2, 2)), np.ones(2), np.array([-1, -1])) == SCALE

    def test_wrong_gold_lowers_it_and_right_gold_raises_it(self) -> None:
        logs, judges = np.tile([4.0, 0.0], (40, 1)), np.full(40, 4.0)
        mixed = np.arange(40) % 3 // 2
        assert scale_of(logs, judges, mixed) < SCALE < scale_of(logs, judges, np.zeros(40, np.int64))

    def test_a_few_move_it_a_little(self) -> None:
        logs, judges = np.tile([4.0, 0.0], (100, 1)), np.full(100, 4.0)
        few = np.where(np.arange(100) < 2, 1, -1)
        assert scale_of(logs, judges, np.ones(100, np.int64)) < scale_of(logs, judges, few) < SCALE
