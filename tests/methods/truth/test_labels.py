import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.labels import gold_of, labels_of, named, with_predictions


class TestLabelsOf:
    def test_repeats_share_one_voice(self) -> None:
        labels = labels_of([0, 0, 0, 1], [0, 0, 1, 0], [1, 0, 1, 1])
        assert labels.weights.tolist() == [0.5, 0.5, 1.0, 1.0]
        assert labels.votes().tolist() == [[0.5, 1.5], [0.0, 1.0]]

    @given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), min_size=1, max_size=60))
    def test_every_worker_has_one_voice_on_every_task(self, pairs: list[tuple[int, int]]) -> None:
        tasks, workers = [task for task, _ in pairs], [worker for _, worker in pairs]
        labels = labels_of(tasks, workers, [0] * len(pairs))
        assert labels.weights == pytest.approx([1 / pairs.count(pair) for pair in pairs])

    @pytest.mark.parametrize(
        ("tasks", "workers", "values"), [([0], [0, 1], [0]), ([-1], [0], [0]), ([0], [2], [0]), ([0], [0], [9])]
    )
    def test_refuses_what_does_not_fit(self, tasks: list[int], workers: list[int], values: list[int]) -> None:
        with pytest.raises(Invalid):
            labels_of(tasks, workers, values, shape=(1, 1, 2))

    def test_refuses_weights_of_nothing(self) -> None:
        with pytest.raises(Invalid):
            labels_of([0], [0], [0], weights=[0.0])


class TestLabels:
    def test_matrix(self) -> None:
        # Worker 1 said 0 on task 0: column 1 * 2 + 0.
        matrix = labels_of([0], [1], [0], shape=(2, 2, 2)).matrix()
        assert matrix.toarray().tolist() == [[0, 0, 1, 0], [0, 0, 0, 0]]

    def test_of_tasks(self) -> None:
        part = labels_of([0, 1, 2, 1], [0, 0, 0, 1], [0, 1, 0, 1]).of_tasks(1, 3)
        assert part.tasks.tolist() == [0, 1, 0]
        assert part.workers.tolist() == [0, 0, 1]
        assert (part.tasks_n, part.workers_n, part.values_n) == (2, 2, 2)


class TestNamed:
    def test_numbers_names_in_order(self) -> None:
        found = named(["b", "a", "b"], ["w", "w", "v"], ["yes", "no", "no"])
        assert found.tasks == ["a", "b"]
        assert found.labels.tasks.tolist() == [1, 0, 1]
        assert found.labels.values.tolist() == [1, 0, 0]

    def test_nothing(self) -> None:
        assert len(named([], [], []).labels) == 0


class TestWithPredictions:
    def test_probabilities_are_weights(self) -> None:
        labels = with_predictions(labels_of([0], [0], [1], shape=(2, 1, 2)), np.array([[0.25, 0.75], [np.nan, np.nan]]))
        assert labels.workers.tolist() == [0, 1, 1]
        assert labels.votes().tolist() == [[0.25, 1.75], [0.0, 0.0]]

    @pytest.mark.parametrize("table", [np.array([[0.5, 0.4]]), np.array([[1.5, -0.5]]), np.array([[1.0]])])
    def test_refuses_what_is_no_distribution(self, table: np.ndarray) -> None:
        with pytest.raises(Invalid):
            with_predictions(labels_of([0], [0], [1], shape=(1, 1, 2)), table)


class TestGoldOf:
    @pytest.mark.parametrize("gold", [[0], [0, 2], [0, -2]])
    def test_refuses_what_is_no_value(self, gold: list[int]) -> None:
        with pytest.raises(Invalid):
            gold_of(np.array(gold), labels_of([0, 1], [0, 0], [1, 1]))
