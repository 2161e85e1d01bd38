import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities.image.marks.box import BOX, Box, merged
from fairmark.modalities.model import MediaSize
from fairmark.ontology.model import Mark

BOXES = st.tuples(st.floats(0, 500), st.floats(0, 500), st.floats(1, 100), st.floats(1, 100))


def mark(x: float, y: float, w: float, h: float) -> Mark:
    return Mark("m", "box", "car", {"x": x, "y": y, "w": w, "h": h})


class TestMerged:
    def test_takes_the_median_of_each_edge(self) -> None:
        # Left 0, 2, 50: 2. Right 10, 12, 60: 12. Top 0, 0, 0. Bottom 10, 30, 20: 20.
        assert merged([mark(0, 0, 10, 10), mark(2, 0, 10, 30), mark(50, 0, 10, 20)], [1, 1, 1]) == {
            "x": 2,
            "y": 0,
            "w": 10,
            "h": 20,
        }

    @given(st.lists(BOXES, min_size=1, max_size=5), st.data())
    def test_gives_a_sound_box_within_the_edges_of_all(
        self, boxes: list[tuple[float, float, float, float]], data: st.DataObject
    ) -> None:
        weights = data.draw(st.lists(st.floats(0.1, 3), min_size=len(boxes), max_size=len(boxes)))
        made = BOX.read(merged([mark(*box) for box in boxes], weights))
        assert BOX.problem(made, MediaSize(600, 600), 1.0) is None
        assert min(box[0] for box in boxes) - 1e-9 <= made.x
        assert made.x + made.w <= max(box[0] + box[2] for box in boxes) + 1e-9

    def test_of_one_box_is_that_box(self) -> None:
        assert BOX.read(merged([mark(1.5, 2.5, 3.25, 4)], [1])) == Box(1.5, 2.5, 3.25, 4)


class TestCandidates:
    def test_finds_what_overlaps_enough(self) -> None:
        found = BOX.candidates([mark(0, 0, 10, 10)], [mark(0, 0, 10, 5), mark(0, 0, 10, 4)], 0.5)
        assert (found.left.tolist(), found.right.tolist(), found.similarity.tolist()) == (
            [0],
            [0],
            [pytest.approx(0.5)],
        )
