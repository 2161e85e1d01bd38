"""A local Ray cluster of two processes beside this one."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest

from fairmark.methods.truth.dawid_skene import dawid_skene
from fairmark.methods.truth.hierarchical import hierarchical
from fairmark.methods.truth.labels import Inference
from fairmark.methods.truth.on_ray import OnRay
from tests.methods.truth.crowds import crowd

pytestmark = pytest.mark.xdist_group("ray")
SHARDS = 5


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        # Nothing is told to anybody, and what Ray keeps of its own goes with the test.
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        import ray

        ray_: Any = ray
        ray_.init(num_cpus=2, include_dashboard=False, object_store_memory=128 * 2**20, log_to_driver=False,
                  _node_ip_address="127.0.0.1")  # fmt: skip
        yield ray_
        ray_.shutdown()


def same(ours: Inference, theirs: Inference) -> bool:
    """To the last bit."""
    assert ours.confusion is not None
    assert theirs.confusion is not None
    pairs = [(ours.posterior, theirs.posterior), (ours.skill, theirs.skill), (ours.confusion, theirs.confusion)]
    return all(np.array_equal(a, b) for a, b in [*pairs, (ours.prior, theirs.prior)])


class TestOnRay:
    def test_gives_the_same_to_the_last_bit_as_one_process(self, cluster: Any) -> None:
        labels, truth = crowd([0.9, 0.8, 0.7, 0.6, 0.55], 400, 3, 4)
        gold = np.where(np.arange(400) < 20, truth, -1)
        here = dawid_skene(labels, gold, shards=SHARDS)
        there = dawid_skene(labels, gold, shards=SHARDS, each=OnRay())
        assert same(here, there)
        # In one piece the sums are added in another order: the same but for rounding.
        assert dawid_skene(labels, gold).posterior == pytest.approx(there.posterior, abs=1e-9)

    def test_the_default_of_the_house_gives_the_same_too(self, cluster: Any) -> None:
        labels, truth = crowd([0.9, 0.8, 0.7, 0.6, 0.55], 400, 3, 4)
        for gold in (None, np.where(np.arange(400) < 20, truth, -1)):
            there = hierarchical(labels, gold, shards=SHARDS, each=OnRay())
            assert same(hierarchical(labels, gold, shards=SHARDS), there)
            assert hierarchical(labels, gold).posterior == pytest.approx(there.posterior, abs=1e-7)

    def test_the_work_is_done_by_other_processes_and_shards_are_sent_once(self, cluster: Any) -> None:
        each = OnRay()
        shards = [np.arange(3), np.arange(4), np.arange(5)]
        for _ in range(3):
            assert each(len, shards) == [3, 4, 5]
        assert len(each._sent) == 3  # pyright: ignore[reportPrivateUsage]
        assert os.getpid() not in each(_pid, shards)


class TestInAPool:
    def test_a_pool_of_processes_does_as_well(self) -> None:
        labels, _ = crowd([0.9, 0.8, 0.7], 200, 2, 3)
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            found = dawid_skene(labels, shards=SHARDS, each=pool.map)
        assert same(found, dawid_skene(labels, shards=SHARDS))


def _pid(shard: Any) -> int:
    return os.getpid()
