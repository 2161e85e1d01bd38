"""Runs the shards of a method on a Ray cluster, for label sets beyond one machine: `pip install 'fairmark[ray]'`."""

from collections.abc import Callable, Sequence
from typing import Any


def _applied(step: Callable[[Any], Any], shard: Any) -> Any:
    return step(shard)


class OnRay:
    """`dawid_skene.Each` on the cluster that `ray.init` has joined; fairmark is installed on each of its machines.

    Shards are sent once and stay where they are for as long as this lives; a round sends the tables (workers x K x K
    numbers) out and as many numbers a shard back. They come back in the order of the shards, so the sums are the same,
    to the last bit, as those of as many shards on one machine. Raises ImportError without Ray, and Ray's own errors.

        ray.init("auto")
        dawid_skene(labels, shards=64, each=OnRay())
    """

    def __init__(self) -> None:
        import ray

        self._ray: Any = ray
        self._apply: Any = self._ray.remote(_applied)
        # The shard itself is kept beside what stands for it: while it lives, nothing else can have its id.
        self._sent: dict[int, tuple[Any, Any]] = {}

    def __call__(self, step: Callable[[Any], Any], shards: Sequence[Any]) -> list[Any]:
        """What `step` makes of each shard, in order."""
        bound = self._ray.put(step)
        return self._ray.get([self._apply.remote(bound, self._there(shard)) for shard in shards])

    def _there(self, shard: Any) -> Any:
        if id(shard) not in self._sent:
            self._sent[id(shard)] = shard, self._ray.put(shard)
        return self._sent[id(shard)][1]
