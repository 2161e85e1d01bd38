import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.methods import matching
from fairmark.methods.matching import CANDIDATES_MAX, Candidates, Floats, box_iou, matched, overlaps

SIDES = st.integers(1, 8).map(float)
PLACES = st.integers(0, 12).map(float)
BOXES = st.lists(st.tuples(PLACES, PLACES, SIDES, SIDES), max_size=6).map(lambda rows: boxes(*rows))


def boxes(*rows: tuple[float, float, float, float]) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def candidates(table: Floats) -> Candidates:
    """Every entry above 0 of a table of similarities."""
    left, right = np.nonzero(table > 0)
    return Candidates(left, right, table[left, right])


class TestBoxIou:
    def test_worked_examples(self) -> None:
        ours = boxes((0, 0, 2, 2))
        theirs = boxes((0, 0, 2, 2), (1, 0, 2, 2), (1, 1, 2, 2), (2, 0, 2, 2), (0, 0, 4, 4), (9, 9, 1, 1))
        # Equal; 2 of 6; 1 of 7; touching edges; 4 of 16 (one inside the other); far apart.
        assert box_iou(ours, theirs)[0] == pytest.approx([1, 1 / 3, 1 / 7, 0, 1 / 4, 0])

    def test_boxes_without_area_share_nothing(self) -> None:
        assert box_iou(boxes((1, 1, 0, 0)), boxes((1, 1, 0, 0), (0, 0, 2, 2))).tolist() == [[0, 0]]

    @given(BOXES, BOXES)
    def test_is_symmetric_and_between_0_and_1(self, ours: Floats, theirs: Floats) -> None:
        iou = box_iou(ours, theirs)
        assert np.array_equal(iou, box_iou(theirs, ours).T)
        assert ((iou >= 0) & (iou <= 1)).all()

    @given(BOXES, st.floats(-1e4, 1e4), st.floats(0.1, 100))
    def test_does_not_change_when_the_picture_moves_or_grows(self, rows: Floats, shift: float, scale: float) -> None:
        moved = rows * scale + np.array([shift, shift, 0, 0])
        assert box_iou(moved, moved) == pytest.approx(box_iou(rows, rows), abs=1e-6)


class TestOverlaps:
    @given(BOXES, BOXES, st.sampled_from([0.1, 0.5, 0.9]))
    def test_finds_the_pairs_of_the_full_table(self, ours: Floats, theirs: Floats, iou_min: float) -> None:
        found = overlaps(ours, theirs, iou_min)
        table = box_iou(ours, theirs)
        pairs = {(int(i), int(j)): float(table[i, j]) for i, j in zip(*np.nonzero(table >= iou_min), strict=True)}
        assert (
            dict(zip(zip(found.left.tolist(), found.right.tolist(), strict=True), found.similarity, strict=True))
            == pairs
        )

    def test_ten_thousand_boxes_take_a_moment(self) -> None:
        random = np.random.default_rng(1)
        ours = np.column_stack([random.uniform(0, 8000, (10_000, 2)), random.uniform(10, 60, (10_000, 2))])
        theirs = ours + random.normal(0, 1, ours.shape)
        began = time.process_time()
        found = overlaps(ours, theirs, 0.5)
        pairs = matched(found)
        # About 0.4 s on a quiet machine; the full table alone would be 800 MB.
        assert time.process_time() - began < 5
        assert (found.left[pairs] == found.right[pairs]).mean() > 0.99

    def test_a_heap_of_equal_boxes_stays_small(self) -> None:
        heap: Floats = np.tile([0.0, 0.0, 10.0, 10.0], (3_000, 1)) + np.arange(3_000.0)[:, None] * 1e-4
        found = overlaps(heap, heap, 0.5)
        assert len(found.left) <= 3_000 * (CANDIDATES_MAX + 1)
        assert len(matched(found)) > 1_500


class TestMatched:
    def test_gives_up_the_best_pair_for_the_best_total(self) -> None:
        # Greedy takes 0.9 and leaves 0.0 + nothing; 0.8 + 0.7 is more.
        found = candidates(np.array([[0.9, 0.8], [0.7, 0.0]]))
        pairs = matched(found)
        assert [(found.left[k], found.right[k]) for k in pairs] == [(0, 1), (1, 0)]

    def test_of_nothing_is_nothing(self) -> None:
        assert matched(overlaps(boxes(), boxes((0, 0, 1, 1)), 0.5)).tolist() == []

    def test_goes_by_the_weight_if_one_is_given(self) -> None:
        found = candidates(np.array([[0.6, 0.6]]))
        assert matched(found, np.array([0.6, 0.61])).tolist() == [1]

    @given(st.integers(1, 4), st.integers(1, 4), st.data())
    def test_reaches_the_greatest_total_of_all_matchings(self, n: int, m: int, data: st.DataObject) -> None:
        shares = st.lists(st.sampled_from([0, 0, 0.5, 0.6, 0.7, 0.9, 1.0]), min_size=n * m, max_size=n * m)
        table = np.array(data.draw(shares)).reshape(n, m)
        found = candidates(table)
        pairs = matched(found)
        assert len(set(found.left[pairs])) == len(set(found.right[pairs])) == len(pairs)
        wide = np.zeros((max(n, m), max(n, m)))
        wide[:n, :m] = table
        best = max(sum(wide[i, j] for i, j in enumerate(order)) for order in itertools.permutations(range(len(wide))))
        assert found.similarity[pairs].sum() == pytest.approx(best)

    def test_falls_back_to_the_best_pair_first_in_huge_groups(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(matching, "EXACT_MAX", 1)
        found = candidates(np.array([[0.9, 0.8], [0.7, 0.0]]))
        assert matched(found).tolist() == [0]
