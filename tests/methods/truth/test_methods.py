"""What every method of truth inference has to keep, over one table of methods and one of odd inputs."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.methods.truth.dawid_skene import dawid_skene
from fairmark.methods.truth.glad import glad
from fairmark.methods.truth.hierarchical import hierarchical
from fairmark.methods.truth.labels import Inference, Labels, labels_of
from fairmark.methods.truth.mace import mace
from fairmark.methods.truth.one_coin import one_coin
from fairmark.methods.truth.votes import majority, weighted_majority, zero_based_skill
from tests.methods.truth.crowds import crowd, label_sets

METHODS: list[Callable[..., Inference]] = [
    majority, weighted_majority, zero_based_skill, one_coin, dawid_skene, glad, mace, hierarchical,
]  # fmt: skip
EXACT = [majority, weighted_majority, one_coin, dawid_skene, mace, hierarchical]
"""Those whose steps are sums, so that an order of summation is all that a permutation changes."""
WEIGHING = [one_coin, dawid_skene, glad, mace, hierarchical]
TURNING = [one_coin, dawid_skene, glad, hierarchical]
"""Those that can read an adversary backwards; to MACE he is one who guesses."""


@pytest.mark.parametrize("method", METHODS)
class TestOddInputs:
    def test_nothing_at_all(self, method: Callable[..., Inference]) -> None:
        found = method(labels_of([], [], [], shape=(0, 0, 0)))
        assert found.posterior.shape == (0, 0)
        assert found.best().tolist() == []

    def test_tasks_nobody_judged_are_even(self, method: Callable[..., Inference]) -> None:
        found = method(labels_of([], [], [], shape=(3, 2, 4)))
        assert np.allclose(found.posterior, 0.25)

    def test_a_single_worker_is_believed(self, method: Callable[..., Inference]) -> None:
        found = method(labels_of([0, 1, 2, 3], [0, 0, 0, 0], [0, 1, 1, 0]))
        assert found.best().tolist() == [0, 1, 1, 0]

    def test_a_single_class_is_certain(self, method: Callable[..., Inference]) -> None:
        found = method(labels_of([0, 0, 1], [0, 1, 0], [0, 0, 0]))
        assert np.allclose(found.posterior, 1.0)

    def test_all_disagree_leaves_it_open(self, method: Callable[..., Inference]) -> None:
        found = method(labels_of([0, 0, 0], [0, 1, 2], [0, 1, 2]))
        assert np.allclose(found.posterior, 1 / 3, atol=1e-6)

    def test_a_class_nobody_named_is_never_the_answer(self, method: Callable[..., Inference]) -> None:
        labels = labels_of([0, 0, 0, 1, 1, 1], [0, 1, 2] * 2, [0, 0, 0, 1, 1, 1], shape=(2, 3, 3))
        assert method(labels).best().tolist() == [0, 1]

    @given(labels=label_sets(), known=st.booleans())
    @settings(max_examples=25, deadline=None)
    def test_posteriors_are_distributions(self, method: Callable[..., Inference], labels: Labels, known: bool) -> None:
        gold = np.full(labels.tasks_n, -1)
        gold[0] = 1 if known else -1
        found = method(labels, gold)
        assert found.posterior.shape == (labels.tasks_n, labels.values_n)
        assert np.isfinite(found.posterior).all()
        assert (found.posterior >= 0).all()
        assert np.allclose(found.posterior.sum(axis=1), 1.0)
        assert not known or found.posterior[0, 1] == 1.0
        if found.confusion is not None:
            assert np.allclose(found.confusion.sum(axis=2), 1.0)


@pytest.mark.parametrize("method", EXACT)
class TestPermutation:
    @given(labels=label_sets(), seed=st.integers(0, 2**16))
    @settings(max_examples=30, deadline=None)
    def test_names_and_order_change_nothing(self, method: Callable[..., Inference], labels: Labels, seed: int) -> None:
        rng = np.random.default_rng(seed)
        t, w, v = (rng.permutation(n) for n in (labels.tasks_n, labels.workers_n, labels.values_n))
        order = rng.permutation(len(labels))
        shape = (labels.tasks_n, labels.workers_n, labels.values_n)
        other = labels_of(t[labels.tasks][order], w[labels.workers][order], v[labels.values][order], shape=shape)
        # A handful of rounds: at a saddle point EM can fall to either side by the last digit of a sum.
        rounds = {} if method in (majority, weighted_majority) else {"rounds": 5}
        before, after = method(labels, **rounds), method(other, **rounds)
        assert np.allclose(after.posterior[t][:, v], before.posterior, atol=1e-6)
        assert np.allclose(after.skill[w], before.skill, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("method", WEIGHING)
class TestWorkers:
    def test_good_workers_outweigh_a_careless_majority(self, method: Callable[..., Inference]) -> None:
        labels, truth = crowd([0.95, 0.95, 0.9, 0.4, 0.4, 0.4, 0.4], 300, 3, 7)
        found = method(labels)
        assert (found.best() == truth).mean() > 0.95
        assert (found.best() == truth).mean() >= (majority(labels).best() == truth).mean() + 0.03

    def test_a_spammer_is_told_from_the_others(self, method: Callable[..., Inference]) -> None:
        labels, _ = crowd([0.85, 0.85, 0.85, 0.85, 0.25], 300, 4, 5)
        skill = method(labels).skill
        assert skill[4] < 0.4 < skill[:4].min()


@pytest.mark.parametrize("method", TURNING)
class TestAdversaries:
    def test_an_adversary_is_found_out(self, method: Callable[..., Inference]) -> None:
        labels, truth = crowd([0.85, 0.85, 0.85, 0.85, 0.03], 300, 2, 5)
        found = method(labels)
        assert found.skill[4] < 0.2
        assert (found.best() == truth).mean() > 0.95


@pytest.mark.parametrize("method", [majority, one_coin, dawid_skene, mace, hierarchical])
class TestMemory:
    def test_grows_with_the_labels_and_no_faster(self, method: Callable[..., Inference]) -> None:
        def most(tasks: int) -> int:
            labels, _ = crowd([0.9, 0.8, 0.7, 0.6] * 10, tasks, 4, 5)
            method(labels)  # what is made once, such as caches of imports, does not count
            tracemalloc.start()
            method(labels)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return peak

        assert most(8_000) < 4.4 * most(2_000)


class TestMajority:
    def test_shares(self) -> None:
        # Two of three said 1 on task 0; on task 1 one each.
        found = majority(labels_of([0, 0, 0, 1, 1], [0, 1, 2, 0, 1], [1, 1, 0, 0, 1]))
        assert np.allclose(found.posterior, [[1 / 3, 2 / 3], [0.5, 0.5]])
        # Worker 0 backs 2/3 and 1/2: (2/3 + 1/2) / 2.
        assert found.skill[0] == pytest.approx((2 / 3 + 1 / 2) / 2)


class TestOneCoin:
    def test_two_workers_who_agree(self) -> None:
        # q is the posterior, p = (q + 4) / 6 the skill of both, q / (1 - q) = (p / (1 - p))^2. q = 0.9577: p = 0.8263,
        # p / (1 - p) = 4.757, squared 22.63, and 0.9577 / 0.0423 = 22.6.
        found = one_coin(labels_of([0, 0], [0, 1], [0, 0], shape=(1, 2, 2)))
        assert found.posterior[0, 0] == pytest.approx(0.9577, abs=1e-3)


class TestDawidSkene:
    def test_shards_give_the_same(self) -> None:
        labels, _ = crowd([0.9, 0.8, 0.7, 0.6, 0.5], 101, 3, 4)
        whole, parts = dawid_skene(labels), dawid_skene(labels, shards=7)
        assert np.allclose(whole.posterior, parts.posterior, atol=1e-9)

    def test_learns_who_confuses_what(self) -> None:
        # Worker 2 calls every 1 a 0; two good workers show it.
        tasks = [task for task in range(60) for _ in range(3)]
        truth = [task % 3 for task in range(60)]
        values = [v for true in truth for v in (true, true, 0 if true == 1 else true)]
        found = dawid_skene(labels_of(tasks, [0, 1, 2] * 60, values))
        assert found.confusion is not None
        assert found.confusion[2, 1, 0] > 0.99
        assert found.confusion[2, 2, 2] > 0.99


class TestMace:
    def test_a_guesser_has_a_habit(self) -> None:
        tasks = [task for task in range(90) for _ in range(4)]
        values = [v for task in range(90) for v in (task % 3, task % 3, task % 3, 2)]
        found = mace(labels_of(tasks, [0, 1, 2, 3] * 90, values))
        assert found.confusion is not None
        # Whatever is true, worker 3 says 2.
        assert (found.confusion[3, :, 2] > 0.95).all()


class TestGlad:
    def test_more_agreement_makes_a_task_easier(self) -> None:
        labels, _ = crowd([0.9] * 6, 40, 2, 5)
        found = glad(labels)
        votes = labels.votes().max(axis=1)
        assert found.confidence()[votes == 5].min() > found.confidence()[votes == 3].max()
