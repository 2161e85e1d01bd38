import numpy as np
import pytest

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.pairs import Comparisons, bradley_terry


def _data(n: int = 1500, seed: int = 4) -> Comparisons:
    """Six items in order of their number; worker 3 answers at random, worker 2 always says left."""
    rng = np.random.default_rng(seed)
    left, right, who = rng.integers(0, 6, n), rng.integers(0, 6, n), rng.integers(0, 4, n)
    right = np.where(left == right, (right + 1) % 6, right)
    d = 1.5 * (right - left)
    chance = np.exp(np.stack([d / 2, np.zeros(n), -d / 2], axis=1))
    chance /= chance.sum(axis=1, keepdims=True)
    said = (rng.random(n)[:, None] > np.cumsum(chance, axis=1)).sum(axis=1)
    said = np.where(who == 3, rng.integers(0, 3, n), np.where(who == 2, 0, said))
    return Comparisons(who, left, right, said, 4, 6)


class TestBradleyTerry:
    def test_orders_the_items(self) -> None:
        assert np.argsort(-bradley_terry(_data()).scores).tolist() == [0, 1, 2, 3, 4, 5]

    def test_finds_out_the_careless_and_the_one_sided(self) -> None:
        found = bradley_terry(_data())
        assert found.care[3] < 0.4 * found.care[:2].min()
        assert found.lean[2] > 1 > abs(found.lean[0])

    def test_says_how_sure(self) -> None:
        found = bradley_terry(_data())
        sure = found.better(np.array([0, 2, 3]), np.array([5, 3, 2]))
        assert sure[0] > 0.95
        assert sure[1] > 0.5
        assert sure[1] + sure[2] == pytest.approx(1)

    def test_ties_alone_say_nothing(self) -> None:
        ones = np.ones(5, np.int64)
        found = bradley_terry(Comparisons(ones * 0, ones * 0, ones, ones, 1, 3))
        assert np.allclose(found.scores, 0, atol=1e-6)
        assert found.errors[2] == pytest.approx(2.0)

    def test_nothing(self) -> None:
        none = np.empty(0, np.int64)
        assert bradley_terry(Comparisons(none, none, none, none, 1, 2)).scores.tolist() == [0, 0]

    def test_renumbering_items_changes_nothing(self) -> None:
        data, turn = _data(300), np.array([3, 1, 5, 0, 4, 2])
        other = data._replace(left=turn[data.left], right=turn[data.right])
        assert np.allclose(bradley_terry(other).scores[turn], bradley_terry(data).scores, atol=5e-2)

    def test_refuses_other_answers(self) -> None:
        one = np.array([0])
        with pytest.raises(Invalid):
            bradley_terry(Comparisons(one, one, one, one + 3, 1, 1))
