import numpy as np
import pytest

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.existence import Looks, existence, judged


def _looks(seed: int = 3, careless: bool = True) -> tuple[Looks, np.ndarray]:
    """200 real things of mixed visibility and 150 imagined ones; nine workers look, the last imagines most."""
    rng = np.random.default_rng(seed)
    real = np.arange(350) < 200
    visibility = rng.choice([-2.0, 0.0, 2.0], 350)
    marks = np.zeros((350, 9), dtype=bool)
    for thing in range(350):
        if real[thing]:
            chance = 1 / (1 + np.exp(-(np.linspace(-0.5, 1.0, 9) + visibility[thing])))
            marks[thing] = rng.random(9) < chance
        else:
            rate = np.array([1.0] * 8 + [8.0 if careless else 1.0])
            marks[thing, rng.choice(9, p=rate / rate.sum())] = True
    keep = marks.any(axis=1)
    marks, real = marks[keep], real[keep]
    n = len(marks)
    return Looks(np.repeat(np.arange(n), 9), np.tile(np.arange(9), n), marks.ravel(), n, 9), real


class TestExistence:
    def test_two_of_nine_can_be_real(self) -> None:
        looks, _ = _looks()
        marks = looks.marked.reshape(-1, 9).sum(axis=1)
        found = existence(looks).probability
        assert found[marks >= 4].min() > 0.95
        assert found[marks == 2].mean() > 0.3 > found[marks == 1].mean()

    def test_is_calibrated(self) -> None:
        looks, real = _looks()
        found = existence(looks).probability
        assert abs(found.mean() - real.mean()) < 0.08
        assert ((found > 0.5) == real).mean() > 0.87

    def test_knows_who_finds_and_who_imagines(self) -> None:
        found = existence(_looks()[0])
        assert found.recall[8] > found.recall[0]
        assert found.precision[8] < found.precision[:8].min()

    def test_nothing(self) -> None:
        none = np.empty(0, np.int64)
        found = existence(Looks(none, none, none.astype(bool), 0, 2))
        assert found.probability.shape == (0,)
        assert np.isnan(found.precision).all()

    def test_refuses_what_nobody_marked(self) -> None:
        with pytest.raises(Invalid):
            existence(Looks(np.array([0]), np.array([0]), np.array([False]), 1, 1))


class TestGold:
    def test_what_is_known_not_to_be_there_tells_on_who_marked_it(self) -> None:
        # Worker 0 marks 30 things that are known to be real, worker 1 as many that are known not to be.
        things = np.repeat(np.arange(60), 2)
        workers = np.tile([0, 1], 60)
        marked = np.where(things < 30, workers == 0, workers == 1)
        gold = np.where(np.arange(60) < 30, 1, 0)
        found = existence(Looks(things, workers, marked, 60, 2), gold=gold)
        assert found.probability.tolist() == gold.tolist()
        assert found.precision[0] == pytest.approx(1.0)
        assert found.precision[1] == pytest.approx(0.0)
        assert found.recall[0] > 0.9 > 0.3 > found.recall[1]

    def test_a_thing_that_nobody_marked_counts_if_it_is_known_to_be_there(self) -> None:
        looks = Looks(np.array([0, 0]), np.array([0, 1]), np.array([False, False]), 1, 2)
        assert existence(looks, gold=np.array([1])).recall.max() < 0.5
        with pytest.raises(Invalid):
            existence(looks)


class TestJudged:
    def test_is_what_the_fit_itself_believes(self) -> None:
        things = np.repeat(np.arange(40), 3)
        workers = np.tile([0, 1, 2], 40)
        marked = (things + workers) % 3 != 0
        looks = Looks(things, workers, marked, 40, 3)
        found = existence(looks)
        again, overlooked = judged(looks, found.beliefs)
        assert again == pytest.approx(found.probability, abs=1e-3)
        assert ((overlooked > 0) & (overlooked < 1)).all()
