import numpy as np
import pytest

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.hierarchical import Learnt, hierarchical
from fairmark.methods.truth.labels import labels_of
from fairmark.methods.truth.online import NOTHING, Online, Rows, Told, cut_to, newcomer
from tests.methods.truth.crowds import crowd


class TestOnline:
    def test_settled_is_the_batch_answer(self) -> None:
        labels, _ = crowd([0.9, 0.8, 0.8, 0.6, 0.5], 80, 3, 4)
        online = Online(3)
        order = np.random.default_rng(0).permutation(len(labels))
        for row in order.tolist():
            online.observe(int(labels.tasks[row]), int(labels.workers[row]), int(labels.values[row]))
        online.settle()
        batch = hierarchical(labels).posterior
        assert np.allclose([online.posterior(task) for task in range(80)], batch, atol=1e-8)

    def test_between_it_agrees_with_the_batch(self) -> None:
        labels, truth = crowd([0.9, 0.9, 0.8, 0.8, 0.7, 0.35], 300, 3, 5)
        online = Online(3)
        for row in range(len(labels)):
            online.observe(int(labels.tasks[row]), int(labels.workers[row]), int(labels.values[row]))
        found = np.array([online.posterior(task) for task in range(300)])
        batch = hierarchical(labels)
        assert (found.argmax(axis=1) == batch.best()).mean() > 0.97
        assert (found.argmax(axis=1) == truth).mean() > 0.93
        assert online.skill(5) < 0.5 < online.skill(0)

    def test_goes_on_from_what_was_known(self) -> None:
        labels, _ = crowd([0.9] * 5, 60, 2, 4)
        online = Online(2, labels=labels)
        batch = hierarchical(labels).posterior
        assert np.allclose([online.posterior(task) for task in range(60)], batch, atol=1e-8)
        before = online.posterior(0)
        best = int(before.argmax())
        assert online.observe(0, 7, best)[best] > before[best]
        assert len(online.labels()) == len(labels) + 1

    def test_gold_is_certain_and_teaches(self) -> None:
        online = Online(2)
        for task in range(40):
            online.gold(task, task % 2)
            online.observe(task, 0, task % 2)
            online.observe(task, 1, 1 - task % 2)
        assert online.posterior(2).tolist() == [1.0, 0.0]
        assert online.skill(0) > 0.7 > 0.4 > online.skill(1)

    def test_a_second_thought_shares_the_voice(self) -> None:
        online = Online(2)
        online.observe(0, 0, 0)
        online.observe(0, 0, 1)
        assert online.labels().weights.tolist() == [0.5, 0.5]
        assert np.allclose(online.posterior(0), 0.5)

    def test_newcomers_and_unknown_tasks(self) -> None:
        online = Online(4)
        assert np.allclose(online.posterior(99), 0.25)
        assert 0.25 < online.skill(1000) < 1

    def test_refuses_values_out_of_range(self) -> None:
        with pytest.raises(Invalid):
            Online(1)
        with pytest.raises(Invalid):
            Online(2).observe(0, 0, 2)
        with pytest.raises(Invalid):
            Online(2, labels=labels_of([0], [0], [1])).gold(0, 2)


class TestResumed:
    def test_goes_on_as_if_it_had_never_been_put_down(self) -> None:
        labels, _ = crowd([0.9, 0.8, 0.7, 0.6], 60, 3, 3, 6)
        rows = list(zip(labels.tasks.tolist(), labels.workers.tolist(), labels.values.tolist(), strict=True))
        whole = Online(3)
        for row in rows[:150]:
            whole.observe(*row)
        # Task 3 is put down with its workers, who get numbers of their own, and taken up again.
        task, worker, value = 3, 2, 1
        told = whole.told(task)
        workers = np.unique(np.append(told.rows.workers, worker))
        own = {int(each): number for number, each in enumerate(workers)}
        fits = tuple(cut_to(fit, workers) for fit in whole.learnt.fits)
        local = Rows(np.array([own[int(w)] for w in told.rows.workers]), told.rows.values, told.rows.weights)
        part = Online.resumed(Learnt(fits, whole.learnt.scale), {0: Told(local, told.beliefs)})
        assert part.observe(0, own[worker], value) == pytest.approx(whole.observe(task, worker, value))
        for there, here in zip(whole.learnt.fits, part.learnt.fits, strict=True):
            assert here.tables == pytest.approx(there.tables[workers])

    def test_what_was_said_can_be_taken_back(self) -> None:
        online = Online(2)
        for worker in (0, 1, 2):
            online.observe(0, worker, 0)
        before = [fit.said.copy() for fit in online.learnt.fits]
        rows = online.told(0).rows
        online.say(0, NOTHING)
        assert all(np.abs(fit.said[:3]).max() == pytest.approx(0, abs=1e-12) for fit in online.learnt.fits)
        online.say(0, rows)
        # What is believed of the task is made anew from who its judges are, who are newcomers again.
        assert [fit.said.sum() for fit in online.learnt.fits] == pytest.approx([said.sum() for said in before])


class TestNewcomer:
    def test_is_judged_as_the_crowd_is(self) -> None:
        labels, _ = crowd([0.95] * 6, 200, 2, 5)
        online = Online(2, labels=labels)
        fresh = newcomer(online.learnt)
        assert len(fresh.fits[0].tables) == 1
        # The crowd is right 95 % of the time, so somebody new is believed to be right far more often than by chance.
        assert np.trace(fresh.fits[0].tables[0]) / 2 > 0.85
