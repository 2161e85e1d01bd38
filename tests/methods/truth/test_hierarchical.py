from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.methods.truth import hierarchical as module
from fairmark.methods.truth.calibration import SCALE
from fairmark.methods.truth.hierarchical import cut, hierarchical, judge, learn, log_likelihoods
from fairmark.methods.truth.labels import Labels, labels_of, with_predictions
from fairmark.methods.truth.online import Online
from fairmark.methods.truth.votes import majority
from tests.methods.truth.crowds import crowd


class TestHierarchical:
    def test_few_labels_are_a_majority_vote(self) -> None:
        labels = labels_of([0, 0, 0, 1, 1, 1], [0, 1, 2, 3, 4, 5], [0, 0, 1, 1, 1, 0])
        found = hierarchical(labels)
        assert found.best().tolist() == majority(labels).best().tolist()
        assert 0.5 < found.confidence().min() <= found.confidence().max() < 0.9

    def test_one_judgement_each_is_believed_with_caution(self) -> None:
        # Nothing shows what the judges are worth, so nobody becomes perfect by agreeing with himself.
        found = hierarchical(labels_of(range(50), range(50), [0, 1] * 25))
        assert found.best().tolist() == [0, 1] * 25
        assert (found.confidence() < 0.8).all()

    def test_many_labels_give_full_tables(self) -> None:
        # Workers 3 and 4 call each 1 a 2, the others are right nine times in ten.
        rng = np.random.default_rng(5)
        truth = rng.integers(0, 3, 400)
        said = np.where(rng.random((400, 5)) < 0.9, truth[:, None], rng.integers(0, 3, (400, 5)))
        said[:, 3:][truth == 1] = 2
        found = hierarchical(labels_of(np.repeat(np.arange(400), 5), np.tile(np.arange(5), 400), said.ravel()))
        assert (found.best() == truth).mean() > 0.97
        assert found.confusion is not None
        assert found.confusion[3, 1, 2] > 0.8

    def test_shards_give_the_same(self) -> None:
        labels, _ = crowd([0.9, 0.8, 0.7, 0.6, 0.5], 101, 3, 4)
        assert np.allclose(hierarchical(labels).posterior, hierarchical(labels, shards=6).posterior, atol=1e-9)

    def test_gold_teaches_what_a_minority_is_worth(self) -> None:
        # Three workers copy one another's mistakes; two are right. Without gold the three win.
        truth = np.arange(60) % 2
        said = np.stack([truth, truth, *[(np.arange(60) // 2) % 2] * 3], axis=1)
        labels = labels_of(np.repeat(np.arange(60), 5), np.tile(np.arange(5), 60), said.ravel())
        gold = np.where(np.arange(60) < 30, truth, -1)
        assert (hierarchical(labels).best()[30:] == truth[30:]).mean() < 0.6
        assert (hierarchical(labels, gold).best()[30:] == truth[30:]).all()

    def test_predictions_are_one_more_judge(self) -> None:
        labels, truth = crowd([0.75] * 4, 300, 3, 3, seed=3)
        sure = np.full((300, 3), 0.05)
        sure[np.arange(300), truth] = 0.9
        alone = (hierarchical(labels).best() == truth).mean()
        together = hierarchical(with_predictions(labels, sure))
        assert (together.best() == truth).mean() > max(alone, 0.95)

    def test_more_tables_than_memory_is_one_coin(self) -> None:
        labels, truth = crowd([0.9, 0.9, 0.9, 0.5], 100, 3, 4)
        before, module.TABLES_MAX = module.TABLES_MAX, 10
        try:
            found = hierarchical(labels)
        finally:
            module.TABLES_MAX = before
        assert found.confusion is None
        assert (found.best() == truth).mean() > 0.9

    def test_a_spammer_weighs_nothing(self) -> None:
        labels, _ = crowd([0.9, 0.9, 0.9, 0.9, 0.5], 400, 2, 5, seed=2)
        part = cut(labels, np.full(400, -1))[0]
        learnt = learn([part], 5, 2)
        weight = [abs(np.log(fit.tables[4, 0, 0] / fit.tables[4, 1, 0])) for fit in learnt.fits]
        expert = [abs(np.log(fit.tables[0, 0, 0] / fit.tables[0, 1, 0])) for fit in learnt.fits]
        assert max(weight) < 0.15 * min(expert)


class TestJudge:
    @given(votes=st.lists(st.integers(0, 4), min_size=0, max_size=8), seed=st.integers(0, 3))
    @settings(max_examples=60, deadline=None)
    def test_an_agreeing_expert_never_lowers_confidence(self, votes: list[int], seed: int) -> None:
        labels, _ = crowd([0.95, 0.9, 0.8, 0.7, 0.6], 120, 2, 4, seed=seed)
        learnt = learn(cut(labels, np.full(120, -1)), 5, 2)

        def confidence(workers: list[int]) -> float:
            # Everybody says 0; the expert is worker 0, the best of the crowd.
            zeros = [0] * len(workers)
            one = Labels(
                np.array(zeros, np.int64), np.array(workers, np.int64), np.array(zeros, np.int64),
                np.ones(len(workers)), 1, 5, 2,
            )  # fmt: skip
            return float(judge(cut(one, np.array([-1]))[0], learnt)[0, 0])

        assert confidence([*votes, 0]) >= confidence(votes) - 1e-12


def swayed_crowd(tasks: int, seed: int) -> Labels:
    """Twelve workers on each task, who know in half of the cases and else go with what it suggests: in a fifth of the
    tasks a wrong value of three.
    """
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, tasks)
    suggested = np.where(rng.random(tasks) < 0.2, (truth + rng.integers(1, 3, tasks)) % 3, truth)
    said = np.where(rng.random((tasks, 12)) < 0.5, truth[:, None], suggested[:, None])
    said = np.where(rng.random((tasks, 12)) < 0.1, rng.integers(0, 3, (tasks, 12)), said)
    return labels_of(np.repeat(np.arange(tasks), 12), np.tile(np.arange(12), tasks), said.ravel())


class TestSway:
    def test_is_seen_where_tasks_mislead_and_only_there(self) -> None:
        labels = swayed_crowd(400, 3)
        assert learn(cut(labels, np.full(400, -1)), 12, 3).fits[0].sway > 0
        alone, _ = crowd([0.8] * 12, 400, 3, 6)
        assert learn(cut(alone, np.full(400, -1)), 12, 3).fits[0].sway == 0

    def test_judges_who_go_with_the_crowd_prove_less(self) -> None:
        # All twelve say the same: with sway it may be the task's suggestion.
        labels = swayed_crowd(400, 3)
        [part] = cut(labels, np.full(400, -1))
        fit = learn([part], 12, 3).fits[0]
        plain = log_likelihoods(part.matrix, replace(fit, sway=0.0))
        bent = log_likelihoods(part.matrix, fit)
        alike = np.nonzero(part.votes.max(axis=1) == 12)[0]
        assert len(alike)
        assert (np.ptp(bent[alike], axis=1) < np.ptp(plain[alike], axis=1)).all()

    def test_in_shards_and_one_by_one_it_is_the_same(self) -> None:
        labels = swayed_crowd(150, 5)
        whole = hierarchical(labels).posterior
        assert np.allclose(hierarchical(labels, shards=4).posterior, whole, atol=1e-9)
        online = Online(3, labels=labels)
        assert online.learnt.fits[0].sway > 0
        assert np.allclose([online.posterior(task) for task in range(150)], whole, atol=1e-8)


class TestLearn:
    def test_tasks_without_a_judge_are_not_usual(self) -> None:
        labels, _ = crowd([0.9] * 5, 60, 2, 4)
        more = labels_of(labels.tasks, labels.workers, labels.values, shape=(90, 5, 2))
        assert np.allclose(hierarchical(more).posterior[:60], hierarchical(labels).posterior, atol=1e-8)

    def test_gold_sets_the_scale(self) -> None:
        # The crowd is right on the gold more often than it believes: the scale rises; without gold it is the usual.
        labels, truth = crowd([0.7] * 12, 400, 2, 6)
        assert learn(cut(labels, np.full(400, -1)), 12, 2).scale == SCALE
        assert learn(cut(labels, truth), 12, 2).scale > SCALE

    def test_is_calibrated_where_crowds_share_mistakes(self) -> None:
        # A fifth of the tasks mislead: there everybody is right with 0.35, else with 0.85. Counted as independent, ten
        # judges would be sure of nearly all.
        rng = np.random.default_rng(11)
        truth = rng.integers(0, 2, 1000)
        chance = np.where(rng.random(1000) < 0.2, 0.35, 0.85)
        said = np.where(rng.random((1000, 10)) < chance[:, None], truth[:, None], 1 - truth[:, None])
        found = hierarchical(labels_of(np.repeat(np.arange(1000), 10), np.tile(np.arange(10), 1000), said.ravel()))
        accuracy = (found.best() == truth).mean()
        assert abs(found.confidence().mean() - accuracy) < 0.05
