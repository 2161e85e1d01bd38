from collections.abc import Hashable

from fairmark.methods.truth.sets import Choice, infer_sets


def _choice(worker: int, *classes: str) -> Choice:
    return Choice(worker, frozenset(classes))


class TestInferSets:
    def test_each_class_by_itself(self) -> None:
        tasks = [[_choice(0, "a", "b"), _choice(1, "a", "b"), _choice(2, "a"), _choice(3, "a", "b", "z")]] * 12
        found = infer_sets(tasks, 4)
        assert found.chosen(0) == {"a", "b"}
        assert [name for name, _ in found.answers[0]][-1] == "z"

    def test_a_tree_is_closed_upwards(self) -> None:
        parents: dict[Hashable, Hashable] = {"poodle": "dog", "dog": "animal"}
        tasks = [[_choice(0, "poodle"), _choice(1, "dog"), _choice(2, "poodle")]] * 12
        found = infer_sets(tasks, 3, parents=parents)
        sure = dict(found.answers[0])
        assert sure["animal"] >= sure["dog"] >= sure["poodle"] > 0.5

    def test_a_ring_of_parents_ends(self) -> None:
        assert infer_sets([[_choice(0, "a")]], 1, parents={"a": "b", "b": "a"}).chosen(0, 0.0) == {"a", "b"}

    def test_nothing_chosen(self) -> None:
        found = infer_sets([[_choice(0)], []], 1)
        assert found.chosen(0) == found.chosen(1) == frozenset()
