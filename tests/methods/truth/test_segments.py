import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.errors import Invalid
from fairmark.methods.matching import box_iou
from fairmark.methods.truth.boxes import KEEP_MIN
from fairmark.methods.truth.segments import Timed, as_boxes, infer_segments


class TestInferSegments:
    def test_finds_what_most_marked_and_drops_what_one_imagined(self) -> None:
        items = [
            [
                Timed(0, [(10.0, 20.0, "speech")]),
                Timed(1, [(10.2, 20.0, "speech")]),
                Timed(2, [(10.4, 20.0, "speech"), (40.0, 41.0, "speech")]),
                Timed(3, [(10.0, 20.2, "speech")]),
            ]
            for _ in range(20)
        ]
        found = infer_segments(items, 4)
        for segments in found.segments:
            [kept] = [each for each in segments if each.confidence >= KEEP_MIN]
            # Medians of 10, 10.2, 10.4, 10 and of 20, 20, 20, 20.2, whatever the weights within these bounds.
            assert 10 <= kept.start <= 10.3
            assert 20 <= kept.end <= 20.1
            assert kept.class_ == "speech"
        assert found.precision[2] < 0.7 < found.precision[0]

    def test_who_overlooks_is_known_by_recall(self) -> None:
        both = [(0.0, 5.0, "a"), (30.0, 35.0, "a")]
        found = infer_segments([[Timed(w, both[: 1 if w == 3 else 2]) for w in range(4)] for _ in range(20)], 4)
        assert found.recall[3] < found.recall[:3].min() - 0.1

    def test_the_class_is_inferred(self) -> None:
        said = [[Timed(w, [(0.0, 4.0, "music" if w < 3 else "speech")]) for w in range(4)] for _ in range(12)]
        assert {segments[0].class_ for segments in infer_segments(said, 4).segments} == {"music"}

    def test_what_follows_at_once_is_another_segment(self) -> None:
        turns = [(0.0, 5.0, "ann"), (5.0, 9.0, "bob")]
        [segments] = infer_segments([[Timed(0, turns), Timed(1, turns)]], 2).segments
        assert sorted((each.start, each.end) for each in segments) == [(0.0, 5.0), (5.0, 9.0)]

    def test_nothing_is_an_answer(self) -> None:
        assert infer_segments([[], [Timed(0, [])]], 1).segments == [[], []]

    def test_gold_is_the_answer(self) -> None:
        said = [[Timed(0, [(0.0, 4.0, "a"), (9.0, 10.0, "a")])], [Timed(0, [])]]
        [first, second] = infer_segments(said, 1, gold=[Timed(0, [(0.5, 4.0, "b")]), None]).segments
        assert [(each.start, each.end, each.confidence) for each in first] == [(0.5, 4.0, 1.0), (9.0, 10.0, 0.0)]
        assert first[0].class_ == "b"
        assert second == []

    def test_localisation_tells_the_careful_from_the_sloppy(self) -> None:
        rng = np.random.default_rng(2)
        spread = [0.1, 0.1, 0.1, 1.5]
        items = [
            [Timed(w, [(10 + rng.normal(0, spread[w]), 20 + rng.normal(0, spread[w]), "a")]) for w in range(4)]
            for _ in range(30)
        ]
        found = infer_segments(items, 4).localisation
        assert found[3] < found[:3].min()

    @pytest.mark.parametrize("ends", [(2.0, 2.0), (3.0, 2.0), (0.0, float("inf")), (float("nan"), 1.0)])
    def test_refuses_what_has_no_length(self, ends: tuple[float, float]) -> None:
        with pytest.raises(Invalid, match="end after its start"):
            infer_segments([[Timed(0, [(*ends, "a")])]], 1)


class TestAsBoxes:
    @given(st.tuples(*[st.integers(0, 100)] * 2), st.tuples(*[st.integers(0, 100)] * 2))
    def test_overlap_is_that_of_the_times(self, one: tuple[int, int], other: tuple[int, int]) -> None:
        (a, b), (c, d) = ((min(each), max(each) + 1) for each in (one, other))
        shared = max(min(b, d) - max(a, c), 0)
        iou = box_iou(as_boxes([(a, b)]), as_boxes([(c, d)]))[0, 0]
        assert iou == pytest.approx(shared / (b - a + d - c - shared))
