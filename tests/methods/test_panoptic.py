"""Panoptic quality, with numbers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.methods.masks import Crop
from fairmark.methods.panoptic import Segment, mean_quality, panoptic_quality


def segment(class_id: str, x: int, y: int, width: int, height: int) -> Segment:
    return Segment(class_id, Crop(x, y, np.ones((height, width), dtype=np.bool_)))


@st.composite
def divisions(draw: st.DrawFn) -> list[Segment]:
    """Columns of an image of 12 x 4, some of them nobody's."""
    cuts = sorted(draw(st.sets(st.integers(0, 12), min_size=2, max_size=6)))
    classes = draw(st.lists(st.sampled_from(["car", "sky", None]), min_size=len(cuts) - 1, max_size=len(cuts) - 1))
    columns = zip(cuts, cuts[1:], classes, strict=False)
    return [segment(name, left, 0, right - left, 4) for left, right, name in columns if name is not None]


class TestPanopticQuality:
    def test_a_worked_example(self) -> None:
        ours = [segment("sky", 0, 0, 10, 4), segment("car", 0, 4, 4, 4), segment("car", 6, 4, 2, 2)]
        theirs = [segment("sky", 0, 0, 10, 5), segment("car", 0, 5, 4, 3), segment("bus", 6, 5, 2, 2)]
        found = panoptic_quality(ours, theirs)
        # Sky: 40 of 50 shared. Car: 12 of 16 shared, and one more of ours: 0.75 / (1 + 0.5). The bus is theirs alone.
        assert found["sky"] == pytest.approx((0.8, 0.8, 1, 1, 0, 0))
        assert found["car"] == pytest.approx((0.5, 0.75, 2 / 3, 1, 1, 0))
        assert found["bus"] == (0, 0, 0, 0, 0, 1)
        # The mean of 0.8, 0.5 and 0.
        assert mean_quality(found) == pytest.approx(1.3 / 3)

    def test_half_is_not_the_same(self) -> None:
        # 4 of 8 pixels shared: an IoU of 0.5 is not above it.
        found = panoptic_quality([segment("car", 0, 0, 4, 1)], [segment("car", 0, 0, 8, 1)])
        assert found["car"] == (0, 0, 0, 0, 1, 1)

    def test_nothing_on_both_sides_is_perfect(self) -> None:
        assert panoptic_quality([], []) == {}
        assert mean_quality({}) == 1

    @given(divisions(), divisions())
    def test_it_is_symmetric_and_perfect_for_equals(self, ours: list[Segment], theirs: list[Segment]) -> None:
        found, back = panoptic_quality(ours, theirs), panoptic_quality(theirs, ours)
        assert {name: each.quality for name, each in found.items()} == pytest.approx(
            {name: each.quality for name, each in back.items()}
        )
        assert all(0 <= each.quality <= 1 for each in found.values())
        assert all(each.quality == 1 for each in panoptic_quality(ours, ours).values())
