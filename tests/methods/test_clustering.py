import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fairmark.methods.clustering import clusters
from fairmark.methods.matching import Candidates


def pairs(*rows: tuple[int, int]) -> Candidates:
    left, right = (np.array([row[k] for row in rows], dtype=np.int64) for k in (0, 1))
    return Candidates(left, right, np.ones(len(rows)))


class TestClusters:
    def test_joins_what_is_linked_directly_or_through_others(self) -> None:
        assert clusters([0, 1, 2, 0], pairs((0, 1), (1, 2)), [0, 1]) == [[0, 1, 2], [3]]

    def test_never_puts_two_of_one_source_together(self) -> None:
        # 0 and 2 are of source 0. The likelier pair (1, 2) comes first, so 0 stays alone.
        assert clusters([0, 1, 0], pairs((0, 1), (1, 2)), [1, 0]) == [[0], [1, 2]]
        assert clusters([0, 1, 0], pairs((0, 1), (1, 2)), [0, 1]) == [[0, 1], [2]]

    @given(st.lists(st.integers(0, 3), min_size=1, max_size=8), st.data())
    def test_every_thing_is_in_one_cluster_and_no_source_twice(self, sources: list[int], data: st.DataObject) -> None:
        things = st.integers(0, len(sources) - 1)
        rows = data.draw(st.lists(st.tuples(things, things), max_size=12))
        made = clusters(sources, pairs(*rows), data.draw(st.permutations(range(len(rows)))))
        assert sorted(thing for cluster in made for thing in cluster) == list(range(len(sources)))
        for cluster in made:
            assert len({sources[thing] for thing in cluster}) == len(cluster)
