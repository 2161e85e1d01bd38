import numpy as np
import pytest

from fairmark.methods.truth.scoring import box_f1, calibration_error, scores, set_f1, word_errors, words


class TestScores:
    def test_worked_out(self) -> None:
        # Right at 0.9; a tie, half right; the last is unknown. Gaps: bin 9 has 1 - 0.9, bin 5 has 0.5 - 0.5.
        found = scores(np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]), np.array([0, 1, -1]))
        assert found["accuracy"] == pytest.approx(75)
        assert found["ece"] == pytest.approx(0.05)
        assert found["nll"] == pytest.approx(-(np.log(0.9) + np.log(0.5)) / 2)

    def test_a_class_nobody_named_cannot_be_right(self) -> None:
        assert scores(np.array([[1.0, 0.0, 0.0]]), np.array([-2]))["accuracy"] == 0


class TestCalibrationError:
    def test_nothing(self) -> None:
        assert calibration_error(np.empty(0), np.empty(0)) == 0


class TestWordErrors:
    def test_worked_out(self) -> None:
        # One edit of two words, none of four: 1/6 over all, (1/2 + 0) / 2 on average.
        found = word_errors([words("A, b"), words("it's a b c")], [words("a c"), words("It's a b c.")])
        assert found == pytest.approx((1 / 6, 1 / 4))


class TestBoxF1:
    def test_worked_out(self) -> None:
        # One of two boxes hits the only true one with IoU 0.8: F1 2 / 3.
        found = [np.array([[0.0, 0, 10, 10], [50, 50, 5, 5]])]
        assert box_f1(found, [np.array([[0.0, 0, 10, 8]])]) == pytest.approx((2 / 3, 0.8))


class TestSetF1:
    def test_worked_out(self) -> None:
        assert set_f1([{1, 2}], [{2, 3}]) == 0.5
