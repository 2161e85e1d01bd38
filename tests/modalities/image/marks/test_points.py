import pytest

from fairmark.modalities.image.marks.points import POINTS, bounds, merged
from fairmark.ontology.model import Mark


def points(*places: tuple[float, float]) -> Mark:
    return Mark("m", "points", "shape", {"points": [list(place) for place in places]})


class TestBounds:
    def test_of_one_point_have_no_sides(self) -> None:
        assert bounds(POINTS.read(points((7, 8)).geometry)) == (7, 8, 0, 0)


class TestCandidates:
    def test_likeness_falls_with_the_distance(self) -> None:
        found = POINTS.candidates(
            [points((100, 100))], [points((100, 105)), points((100, 110)), points((100, 200))], 0.01
        )
        # A half to the power of 1 and of 2 squared: 10 is twice as far as what is alike by a half.
        assert found.right.tolist() == [0, 1]
        assert found.similarity.tolist() == [pytest.approx(0.5), pytest.approx(1 / 16)]

    def test_points_that_others_lack_count_against(self) -> None:
        found = POINTS.candidates([points((10, 10), (50, 50))], [points((50, 50))], 0.1)
        # One pair of three points.
        assert found.similarity.tolist() == [pytest.approx(2 / 3)]


class TestMerged:
    def test_keeps_what_half_have_at_the_median(self) -> None:
        made = merged([points((10, 10), (50, 50)), points((12, 10), (90, 10)), points((11, 13), (50, 52))], [1, 1, 1])
        # (50, 50) and (50, 52) are two of three; (90, 10) is one.
        assert sorted(made["points"]) == [[11, 10], [50, 51]]

    def test_weighs(self) -> None:
        assert merged([points((10, 10)), points((12, 10)), points((13, 10))], [1, 1, 5]) == {"points": [[13, 10]]}
