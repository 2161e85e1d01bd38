import numpy as np
import pytest

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.numbers import Numbers, infer_numbers


def _data(seed: int = 1) -> tuple[Numbers, np.ndarray]:
    """80 tasks, five workers: worker 3 is 10 too high, worker 4 scatters ten times as much."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(0, 100, 80)
    spread, bias = np.array([2, 2, 2, 2, 20.0]), np.array([0, 0, 0, 10.0, 0])
    values = truth[:, None] + bias + rng.normal(0, 1, (80, 5)) * spread
    return Numbers(np.repeat(np.arange(80), 5), np.tile(np.arange(5), 80), values.ravel(), 80, 5), truth


class TestInferNumbers:
    def test_beats_the_mean_and_knows_why(self) -> None:
        data, truth = _data()
        found = infer_numbers(data)
        mean = data.values.reshape(80, 5).mean(axis=1)
        # A bias shared by nobody else is seen; the common offset cannot be, so it is taken out of both.
        off, mean_off = found.values - truth, mean - truth
        assert np.std(off) < 0.5 * np.std(mean_off)
        assert found.spread[4] > 4 * found.spread[:4].max()
        assert found.bias[3] - found.bias[0] == pytest.approx(10, abs=2)

    def test_gold_shows_a_common_bias(self) -> None:
        truth = np.arange(30.0)
        data = Numbers(np.repeat(np.arange(30), 3), np.tile(np.arange(3), 30), np.repeat(truth + 5, 3), 30, 3)
        gold = np.where(np.arange(30) < 20, truth, np.nan)
        found = infer_numbers(data, gold=gold)
        assert np.allclose(found.values[:20], truth[:20])
        assert np.abs(found.values[20:] - truth[20:]).max() < 2

    def test_few_judgements_give_the_mean(self) -> None:
        found = infer_numbers(Numbers(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([1.0, 3.0, 7.0]), 3, 2))
        assert found.values[:2] == pytest.approx([2.0, 7.0], abs=0.2)
        assert np.isnan(found.values[2])

    def test_scale_and_offset_pass_through(self) -> None:
        data, _ = _data()
        first = infer_numbers(data)
        second = infer_numbers(data._replace(values=data.values * 1000 - 7))
        assert np.allclose(second.values, first.values * 1000 - 7)
        assert np.allclose(second.spread, first.spread * 1000)

    def test_all_the_same_and_nothing(self) -> None:
        same = Numbers(np.array([0, 0]), np.array([0, 1]), np.array([4.0, 4.0]), 1, 2)
        assert infer_numbers(same).values.tolist() == [4.0]
        none = np.empty(0, np.int64)
        assert np.isnan(infer_numbers(Numbers(none, none, np.empty(0), 2, 1)).values).all()

    def test_refuses_what_is_not_finite(self) -> None:
        with pytest.raises(Invalid):
            infer_numbers(Numbers(np.array([0]), np.array([0]), np.array([np.inf]), 1, 1))
