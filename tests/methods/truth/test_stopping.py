import numpy as np
import pytest

from fairmark.methods.truth.hierarchical import cut, learn
from fairmark.methods.truth.labels import labels_of
from fairmark.methods.truth.stopping import Next, Outlook, Rule, decide, look_gain, outlook
from tests.methods.truth.crowds import crowd


class TestOutlook:
    def test_an_open_task_gains_more_than_a_settled_one(self) -> None:
        labels, _ = crowd([0.8] * 10, 300, 2, 5)
        learnt = learn(cut(labels, np.full(300, -1)), 10, 2)
        # Task 0: two against two. Task 1: six agree. Task 2 is gold.
        fresh = labels_of([0] * 4 + [1] * 6 + [2], [*range(4), *range(6), 0], [0, 0, 1, 1] + [0] * 6 + [1])
        fresh = labels_of(fresh.tasks, fresh.workers, fresh.values, shape=(3, 10, 2))
        seen = outlook(cut(fresh, np.array([-1, -1, 1]))[0], learnt)
        assert seen.gain[0] > 0.03 > seen.gain[1] >= 0
        assert seen.gain[2] == 0
        assert seen.confidence[1] > 0.9
        assert seen.confidence[2] == 1

    def test_gain_foretells_the_rise(self) -> None:
        # Over many tasks the confidence after one more judgement is on average what was expected of it, roughly.
        labels, _ = crowd([0.75] * 12, 800, 2, 5, seed=4)
        learnt = learn(cut(labels, np.full(800, -1)), 12, 2)
        order = np.argsort(labels.tasks, kind="stable").reshape(800, 5)

        def first(n: int) -> Outlook:
            rows = order[:, :n].ravel()
            shape = (800, 12, 2)
            part = labels_of(labels.tasks[rows], labels.workers[rows], labels.values[rows], shape=shape)
            return outlook(cut(part, np.full(800, -1))[0], learnt)

        rise = (first(4).confidence - first(3).confidence).mean()
        assert abs(first(3).gain.mean() - rise) < 0.02


class TestDecide:
    def test_asks_until_it_does_not_pay(self) -> None:
        rule = Rule(target=0.9, price=0.01, least=2, most=5, hopeless=0.6)
        seen = Outlook(
            np.zeros((6, 2)),
            np.array([0.99, 0.95, 0.7, 0.7, 0.55, 0.7]),
            np.array([0.0, 0.05, 0.05, 0.001, 0.001, 0.05]),
        )
        # Too few; sure; unsure and worth it; not worth it; hopeless; at the limit.
        assert decide(seen, np.array([1, 3, 3, 3, 3, 5]), rule) == [
            Next.ASK, Next.STOP, Next.ASK, Next.STOP, Next.ESCALATE, Next.STOP,
        ]  # fmt: skip


class TestLookGain:
    def test_is_greatest_where_nothing_is_known(self) -> None:
        gain = look_gain(np.array([0.5, 0.9, 0.999, 0.1]), 0.8, 0.02)
        assert gain.argmax() == 0
        assert gain[2] < 0.001
        # One look, marked with 0.8 / 0.02: right with (0.4 + 0.49) / 1 = 0.89 instead of 0.5.
        assert gain[0] == pytest.approx(0.39)

    def test_of_people_who_mark_at_random_is_nothing(self) -> None:
        assert look_gain(np.array([0.5, 0.7]), 0.3, 0.3) == pytest.approx(0.0)
