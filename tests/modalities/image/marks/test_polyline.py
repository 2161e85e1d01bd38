import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities.image.marks.polyline import POLYLINE, bounds, merged, problem
from fairmark.modalities.model import MediaSize
from fairmark.ontology.model import Mark

POINT = st.tuples(st.floats(0, 600), st.floats(0, 400))


def line(*points: tuple[float, float]) -> Mark:
    return Mark("m", "polyline", "shape", {"points": [list(point) for point in points]})


class TestBounds:
    def test_of_a_level_line_have_no_height(self) -> None:
        assert bounds(POLYLINE.read(line((10, 5), (30, 5)).geometry)) == (10, 5, 20, 0)


class TestCandidates:
    def test_lines_as_far_apart_as_a_fiftieth_of_their_length_are_alike_by_a_half(self) -> None:
        ours = [line((0, 0), (200, 0))]
        # 4 pixels are 2 % of 200; drawn the other way round it is the same line.
        theirs = [line((0, 4), (200, 4)), line((200, 0), (0, 0)), line((0, 60), (200, 60)), line((0, 0), (0, 200))]
        found = POLYLINE.candidates(ours, theirs, 0.1)
        assert found.right.tolist() == [0, 1]
        assert found.similarity.tolist() == [pytest.approx(0.5), pytest.approx(1)]

    def test_short_lines_may_be_two_pixels_apart(self) -> None:
        found = POLYLINE.candidates([line((0, 0), (10, 0))], [line((0, 2), (10, 2))], 0.1)
        assert found.similarity.tolist() == [pytest.approx(0.5)]


class TestMerged:
    def test_runs_between_them_whichever_way_they_go(self) -> None:
        made = merged([line((0, 0), (100, 0), (100, 100)), line((104, 100), (104, 4), (0, 4))], [1, 1])
        # The corner comes after half of the length; half of the second's 200 pixels end at (100, 4).
        assert [[round(x), round(y)] for x, y in made["points"]] == [[0, 2], [100, 2], [102, 100]]

    def test_what_most_say_alike_is_kept(self) -> None:
        same = line((1.005, 1), (9, 9))
        assert merged([line((0, 0), (9, 9)), same, same], [1, 1, 1]) == same.geometry

    @given(st.lists(st.lists(POINT, min_size=2, max_size=6), min_size=1, max_size=4))
    def test_is_sound_where_all_are(self, lines: list[list[tuple[float, float]]]) -> None:
        marks = [line(*points) for points in lines]
        size = MediaSize(600, 400)
        if all(problem(POLYLINE.read(mark.geometry), size, 1) is None for mark in marks):
            found = problem(POLYLINE.read(merged(marks, [1.0] * len(marks))), size, 1)
            # Lines in opposite places can meet in the middle; two of a cluster never are.
            assert found is None or found.code == "too_small"
