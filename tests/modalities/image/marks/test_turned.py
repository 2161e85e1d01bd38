import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities.image.marks.ellipse import ELLIPSE
from fairmark.modalities.image.marks.rotated_box import ROTATED_BOX
from fairmark.modalities.image.marks.turned import merged_frame, placed, wrapped
from fairmark.modalities.model import MediaSize
from fairmark.ontology.model import Mark


def box(cx: float, cy: float, w: float, h: float, angle: float) -> Mark:
    return Mark("m", "rotated_box", "shape", {"cx": cx, "cy": cy, "w": w, "h": h, "angle": angle})


def ellipse(cx: float, cy: float, rx: float, ry: float, angle: float) -> Mark:
    return Mark("m", "ellipse", "shape", {"cx": cx, "cy": cy, "rx": rx, "ry": ry, "angle": angle})


class TestPlaced:
    def test_turns_clockwise_on_a_screen(self) -> None:
        # Half of 10 to the right, turned by a quarter: 5 down.
        assert placed((100, 100, 10, 20, 90), 1, 0) == pytest.approx((100, 105))


class TestWrapped:
    @pytest.mark.parametrize(
        ("angle", "same"), [(0, 0), (180, 180), (-180, 180), (270, -90), (-190, 170), (720.5, 0.5)]
    )
    def test_gives_one_angle_for_each_direction(self, angle: float, same: float) -> None:
        assert wrapped(angle) == pytest.approx(same)


class TestMergedFrame:
    def test_angles_go_round(self) -> None:
        assert merged_frame([(0, 0, 10, 20, 179), (0, 0, 10, 20, -179)], [1, 1])[4] == pytest.approx(180)

    def test_sides_are_swapped_where_the_box_is_the_same(self) -> None:
        assert merged_frame([(0, 0, 10, 20, 1), (0, 0, 20, 10, -89)], [1, 1]) == pytest.approx((0, 0, 10, 20, 1))

    @given(st.floats(-179, 180), st.integers(-4, 4), st.floats(1, 50), st.floats(1, 50))
    def test_of_one_box_in_two_descriptions_is_that_box(self, angle: float, quarters: int, w: float, h: float) -> None:
        other = (0.0, 0.0, *((h, w) if quarters % 2 else (w, h)), wrapped(angle + 90 * quarters))
        assert merged_frame([(0, 0, w, h, angle), other], [1, 1])[2:4] == pytest.approx((w, h))


class TestRotatedBox:
    def test_bounds_are_around_the_corners(self) -> None:
        # A square of side 10 on its corner is 10 times the root of two across.
        found = ROTATED_BOX.bounds
        assert found is not None
        side = 10 * math.sqrt(2)
        wanted = (100 - side / 2, 100 - side / 2, side, side)
        assert found(ROTATED_BOX.read(box(100, 100, 10, 10, 45).geometry)) == pytest.approx(wanted)

    def test_the_same_box_turned_by_half_a_circle_is_the_same(self) -> None:
        found = ROTATED_BOX.candidates([box(100, 100, 30, 10, 20)], [box(100, 100, 30, 10, -160)], 0.5)
        assert found.similarity.tolist() == [pytest.approx(1)]

    def test_a_cross_shares_the_middle(self) -> None:
        # 30 x 10 across 10 x 30: 100 of 300 + 300 - 100.
        found = ROTATED_BOX.candidates([box(100, 100, 30, 10, 0)], [box(100, 100, 30, 10, 90)], 0.1)
        assert found.similarity.tolist() == [pytest.approx(0.2)]


class TestEllipse:
    @given(st.floats(2, 50), st.floats(2, 50), st.floats(-179, 180))
    def test_bounds_are_around_its_outline(self, rx: float, ry: float, angle: float) -> None:
        shape = ELLIPSE.read(ellipse(100, 100, rx, ry, angle).geometry)
        assert ELLIPSE.bounds is not None
        assert ELLIPSE.parts is not None
        x, y, w, h = ELLIPSE.bounds(shape)
        across, down = zip(*ELLIPSE.parts(shape)[0][0], strict=True)
        slack = 0.005 * max(rx, ry)
        assert (min(across), max(across)) == (pytest.approx(x, abs=slack), pytest.approx(x + w, abs=slack))
        assert (min(down), max(down)) == (pytest.approx(y, abs=slack), pytest.approx(y + h, abs=slack))

    def test_of_half_the_height_shares_half(self) -> None:
        found = ELLIPSE.candidates([ellipse(50, 50, 20, 10, 30)], [ellipse(50, 50, 20, 5, 30)], 0.1)
        assert found.similarity.tolist() == [pytest.approx(0.5)]

    def test_merges_to_the_median(self) -> None:
        made = ELLIPSE.merged(
            [ellipse(50, 50, 20, 10, 0), ellipse(52, 50, 10, 20, 90), ellipse(51, 50, 21, 11, 2)], [1, 1, 1]
        )
        assert made == {"cx": 51, "cy": 50, "rx": 20, "ry": 10, "angle": 0}
        assert ELLIPSE.problem(ELLIPSE.read(made), MediaSize(100, 100), 1) is None
