import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.methods.truth.text import Text, align, distances, medoid, weave

WORDS = st.lists(st.integers(0, 3), max_size=9)


def _edit(a: list[int], b: list[int]) -> int:
    """The definition, without a table."""
    if not a or not b:
        return len(a) + len(b)
    change = _edit(a[1:], b[1:]) + (a[0] != b[0])
    return change if a[0] == b[0] else min(change, _edit(a[1:], b) + 1, _edit(a, b[1:]) + 1)


class TestDistances:
    @given(pairs=st.lists(st.tuples(WORDS, WORDS), max_size=6))
    @settings(max_examples=60, deadline=None)
    def test_are_edit_distances(self, pairs: list[tuple[list[int], list[int]]]) -> None:
        found = distances([(np.array(a, np.int64), np.array(b, np.int64)) for a, b in pairs])
        assert found.tolist() == [_edit(a, b) for a, b in pairs]


class TestAlign:
    @given(a=WORDS, b=WORDS)
    @settings(max_examples=80, deadline=None)
    def test_costs_the_edit_distance(self, a: list[int], b: list[int]) -> None:
        path = align(np.array(a, np.int64), np.array(b, np.int64))
        assert [i for i, _ in path if i >= 0] == list(range(len(a)))
        assert [j for _, j in path if j >= 0] == list(range(len(b)))
        assert sum(i < 0 or j < 0 or a[i] != b[j] for i, j in path) == _edit(a, b)


class TestMedoid:
    def test_the_text_nearest_to_all(self) -> None:
        texts = [Text(w, said.split()) for w, said in enumerate(["a b c d", "a b c x", "a b c", "q r s t"])]
        found = medoid([texts], 4)
        # Edits per word of the longer to the others: abcd 1/4 + 1/4 + 1; abcx the same; abc 1/4 + 1/4 + 1, the first.
        assert found.answers[0].words == ["a", "b", "c", "d"]

    def test_who_is_always_far_off_has_the_greatest_error(self) -> None:
        tasks = [[Text(0, ["a", "b"]), Text(1, ["a", "b"]), Text(2, ["x", "y"])] for _ in range(5)]
        found = medoid(tasks, 3)
        assert found.error[2] > found.error[0]

    def test_odd_tasks(self) -> None:
        found = medoid([[], [Text(0, [])], [Text(0, ["a"])]], 1)
        assert [answer.words for answer in found.answers] == [[], [], ["a"]]


class TestWeave:
    def test_takes_the_best_of_each(self) -> None:
        # Each text has one mistake at another place; no text is right, the woven one is.
        said = ["the cat sat on that mat", "the cat sit on the mat", "a cat sat on the mat"]
        found = weave([[Text(w, words.split()) for w, words in enumerate(said)]], 3)
        assert found.answers[0].words == ["the", "cat", "sat", "on", "the", "mat"]
        assert 0.6 < found.answers[0].overall < 1

    def test_words_that_most_left_out_are_left_out(self) -> None:
        said = ["a b", "a b", "a x b"]
        assert weave([[Text(w, words.split()) for w, words in enumerate(said)]], 3).answers[0].words == ["a", "b"]

    def test_reliable_workers_win(self) -> None:
        clear = [[Text(w, ["one", "two", "three"] if w < 2 else ["x", "y", "z"]) for w in range(5)] for _ in range(1)]
        tasks = [[Text(0, [f"w{i}"]), Text(1, [f"w{i}"]), Text(2, [f"v{i}"])] for i in range(20)]
        odd = [[Text(0, ["right"]), Text(2, ["wrong"])]]
        assert weave([*tasks, *odd], 3).answers[-1].words == ["right"]
        assert weave(clear, 5).answers[0].words == ["x", "y", "z"]

    def test_odd_tasks(self) -> None:
        found = weave([[], [Text(0, [])], [Text(0, ["a"]), Text(1, [])]], 2)
        assert found.answers[0].words == found.answers[1].words == []
