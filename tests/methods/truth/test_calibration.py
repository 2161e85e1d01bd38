import numpy as np
import pytest

from fairmark.methods.truth.calibration import SCALE, calibrated, effective_judges, patience, scale_of


class TestEffectiveJudges:
    def test_equal_judges_count_fully_and_spammers_not(self) -> None:
        # Four of information 1: 16 / 4. Two of 1 and two of 0: 4 / 2. None: taken as one.
        found = effective_judges(np.array([4.0, 2.0, 0.0]), np.array([4.0, 2.0, 0.0]))
        assert found.tolist() == [4.0, 2.0, 1.0]


class TestCalibrated:
    def test_log_odds_shrink_with_the_root(self) -> None:
        # Four judges: 0.7 / 2 of log-odds 4 is 1.4, probability 1 / (1 + e^-1.4) = 0.802.
        assert patience(np.array([4.0]))[0] == pytest.approx(0.35)
        found = calibrated(np.array([[4.0, 0.0]]), np.array([4.0]))
        assert found[0, 0] == pytest.approx(1 / (1 + np.exp(-1.4)))


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
