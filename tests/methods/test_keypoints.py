import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.methods.keypoints import alike, area, geometric_median, likeness, middle, oks
from fairmark.methods.matching import Floats

SIGMAS = np.array([0.05, 0.05])


def pose(*points: tuple[float, float, int]) -> Floats:
    return np.array(points, dtype=np.float64)


@st.composite
def poses(draw: st.DrawFn, count: int = 4) -> Floats:
    places = st.integers(-200, 200).map(float)
    points = [
        (draw(places), draw(places), float(v)) if (v := draw(st.integers(0, 2))) else (0.0, 0.0, 0.0)
        for _ in range(count)
    ]
    return np.array(points)


class TestArea:
    def test_is_that_of_the_box_around_placed_points(self) -> None:
        assert area(pose((0, 0, 2), (40, 20, 1), (0, 0, 0))) == 800

    def test_a_line_is_a_quarter_as_wide_as_long(self) -> None:
        assert area(pose((0, 5, 2), (40, 5, 2))) == 400

    def test_has_a_least(self) -> None:
        assert area(pose((7, 7, 2), (0, 0, 0))) == 64
        assert area(pose((0, 0, 0))) == 64


class TestOks:
    def test_worked_example(self) -> None:
        # d^2 = 6^2 + 8^2 = 100; 2 x 5000 x (2 x 0.05)^2 = 100.
        found = oks(pose((10, 10, 2), (50, 50, 2)), pose((10, 10, 2), (56, 58, 2)), SIGMAS, 5000)
        assert found == pytest.approx((1 + np.exp(-1)) / 2)

    def test_a_point_with_a_wider_sigma_may_lie_further_off(self) -> None:
        found = oks(pose((0, 0, 2)), pose((20, 0, 2)), np.array([0.1]), 5000)
        # 400 / (2 x 5000 x 0.2^2) = 1.
        assert found == pytest.approx(np.exp(-1))

    def test_a_point_that_one_lacks_counts_nothing(self) -> None:
        assert oks(pose((10, 10, 2), (50, 50, 1)), pose((10, 10, 2), (0, 0, 0)), SIGMAS, 5000) == 0.5

    def test_visibility_is_no_place(self) -> None:
        assert oks(pose((10, 10, 2)), pose((10, 10, 1)), SIGMAS[:1], 100) == 1

    def test_two_that_place_nothing_are_alike(self) -> None:
        assert oks(pose((0, 0, 0)), pose((0, 0, 0)), SIGMAS[:1], 100) == 1


class TestLikeness:
    @given(poses(), poses())
    def test_is_symmetric_and_within_its_range(self, ours: Floats, theirs: Floats) -> None:
        sigmas = np.full(4, 0.05)
        found = likeness(ours, theirs, sigmas)
        assert found == pytest.approx(likeness(theirs, ours, sigmas))
        assert 0 <= found <= 1
        assert likeness(ours, ours, sigmas) == 1

    def test_does_not_depend_on_the_size_of_the_picture(self) -> None:
        ours, theirs = pose((0, 0, 2), (100, 80, 2)), pose((3, 1, 2), (96, 83, 2))
        larger = [each * [5, 5, 1] for each in (ours, theirs)]
        assert likeness(larger[0], larger[1], SIGMAS) == pytest.approx(likeness(ours, theirs, SIGMAS))


class TestAlike:
    def test_finds_those_that_lie_well_and_have_as_many_points(self) -> None:
        ours = [pose((0, 0, 2), (100, 100, 2))]
        theirs = [pose((1, 0, 2), (100, 101, 2)), pose((500, 500, 2), (600, 600, 2)), pose((0, 0, 2))]
        found = alike(ours, theirs, [SIGMAS], 0.5)
        assert found.right.tolist() == [0]
        # 1 / (2 x 10000 x 0.01), with an area of 10,000 and one of 99 x 101.
        assert found.similarity.tolist() == [pytest.approx(np.exp(-1 / 199.99))]


class TestMiddle:
    def test_takes_the_median_place_and_the_vote_on_visibility(self) -> None:
        made = middle([pose((10, 10, 2)), pose((10, 10, 1)), pose((90, 10, 1))], [1, 1, 1])
        # Two of three stand at one place, and two of three say it is hidden.
        assert made[0] == pytest.approx([10, 10, 1])

    def test_a_point_that_most_lack_is_absent(self) -> None:
        made = middle([pose((5, 5, 2), (9, 9, 2)), pose((5, 5, 2), (0, 0, 0)), pose((5, 5, 2), (0, 0, 0))], [1, 1, 1])
        assert made.tolist() == [[5, 5, 2], [0, 0, 0]]

    def test_weight_decides(self) -> None:
        assert middle([pose((0, 0, 0)), pose((8, 8, 1))], [1, 3]).tolist() == [[8, 8, 1]]
        # Even: the first of the heaviest has it absent.
        assert middle([pose((0, 0, 0)), pose((8, 8, 1))], [1, 1]).tolist() == [[0, 0, 0]]


class TestGeometricMedian:
    def test_of_two_is_the_middle(self) -> None:
        assert geometric_median(np.array([[0.0, 0], [10, 4]]), np.ones(2)) == pytest.approx([5, 2])

    def test_of_three_corners_sees_all_at_120_degrees(self) -> None:
        # The Fermat point of an equilateral triangle is its middle, however far it is moved.
        corners = np.array([[100.0, -30], [110, -30], [105, -30 + 75**0.5]])
        assert geometric_median(corners, np.ones(3)) == pytest.approx([105, -30 + 75**0.5 / 3])

    def test_a_heavy_place_holds_it(self) -> None:
        places = np.array([[0.0, 0], [10, 0], [0, 10]])
        assert geometric_median(places, np.array([5.0, 1, 1])) == pytest.approx([0, 0], abs=1e-5)

    def test_no_weight_at_all_is_all_alike(self) -> None:
        assert geometric_median(np.array([[0.0, 0], [2, 0]]), np.zeros(2)) == pytest.approx([1, 0])
