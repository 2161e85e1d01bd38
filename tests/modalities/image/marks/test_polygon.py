from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities.image.marks.polygon import POLYGON, bounds, inner_point, merged, problem
from fairmark.modalities.model import MediaSize
from fairmark.ontology.model import Mark

SIZE = MediaSize(640, 480)


def ring(x: float, y: float, w: float, h: float) -> list[list[float]]:
    return [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]


def mark(*parts: list[list[list[float]]]) -> Mark:
    return Mark("m", "polygon", "shape", {"parts": list(parts)})


def code(geometry: dict[str, Any]) -> str | None:
    found = problem(POLYGON.read(geometry), SIZE, 1.0)
    return found and found.code


class TestProblem:
    def test_turns_do_not_matter(self) -> None:
        hole = ring(20, 20, 10, 10)
        for outer in (ring(10, 10, 50, 50), ring(10, 10, 50, 50)[::-1]):
            assert code({"parts": [[outer, hole]]}) is None
            assert code({"parts": [[outer, hole[::-1]]]}) is None

    def test_doubled_corners_are_fine(self) -> None:
        assert code({"parts": [[[[10, 10], [10, 10], [50, 10], [50, 50], [50, 50]]]]}) is None

    def test_there_is_a_greatest_number_of_points(self) -> None:
        stairs = [[n * 0.3, 10 + n % 2] for n in range(2000)]
        assert code({"parts": [[[*stairs, [300, 400]]]]}) == "too_many_points"

    @given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=9))
    def test_every_crossing_of_two_edges_is_found(self, corners: list[tuple[int, int]]) -> None:
        edges = [(corners[n], corners[(n + 1) % len(corners)]) for n in range(len(corners))]

        def side(a: tuple[int, int], b: tuple[int, int], p: tuple[int, int]) -> int:
            return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])

        crossed = any(
            side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
            for n, (a, b) in enumerate(edges)
            for c, d in edges[:n]
        )
        found = code({"parts": [[[[10.0 * x, 10.0 * y] for x, y in corners]]]})
        if crossed:
            assert found in ("self_crossing", "too_small")


class TestInnerPoint:
    @pytest.mark.parametrize("outline", [ring(0, 0, 4, 4), [[0, 0], [8, 0], [8, 8], [4, 1], [0, 8]]])
    def test_is_inside(self, outline: list[list[float]]) -> None:
        x, y = inner_point(tuple((x, y) for x, y in outline))
        assert code({"parts": [[[[a * 10, b * 10] for a, b in outline], ring(x * 10 - 1, y * 10 - 1, 2, 2)]]}) is None


class TestBounds:
    def test_are_around_all_parts(self) -> None:
        assert bounds(POLYGON.read(mark([ring(10, 20, 5, 5)], [ring(40, 5, 10, 5)]).geometry)) == (10, 5, 40, 20)


class TestMerged:
    def test_what_most_say_alike_is_kept_to_the_digit(self) -> None:
        odd = mark([ring(1, 1, 9, 9)])
        same = mark([[[1.005, 1], [9, 1.7], [3, 9]]])
        assert merged([odd, same, same], [1, 1, 1]) == same.geometry

    def test_of_several_is_what_half_cover(self) -> None:
        made = merged([mark([ring(x, 0, 10, 10)]) for x in (0, 2, 4)], [1, 1, 1])
        assert sorted(made["parts"][0][0]) == [[2, 0], [2, 10], [12, 0], [12, 10]]

    def test_holes_are_voted_on_too(self) -> None:
        ringed, full = mark([ring(0, 0, 20, 20), ring(5, 5, 10, 10)]), mark([ring(0, 0, 20.5, 20)])
        other = mark([ring(0.5, 0, 20, 20), ring(5, 5, 10, 10)])
        made = merged([full, ringed, other], [1, 1, 1])
        assert [len(part) for part in made["parts"]] == [2]

    def test_of_two_is_the_heavier(self) -> None:
        one, two = mark([ring(0, 0, 10, 10)]), mark([ring(2, 0, 10, 10)])
        assert merged([one, two], [1, 1]) == one.geometry
        assert merged([one, two], [1, 2]) == two.geometry

    def test_what_falls_apart_into_nothing_is_the_middle_one(self) -> None:
        far = [mark([ring(x, 0, 10, 10)]) for x in (0, 8, 16)]
        # No place is covered by two but strips of 2 x 10, which are two parts.
        assert len(merged(far, [1, 1, 1])["parts"]) == 2


class TestCandidates:
    def test_finds_what_overlaps_enough(self) -> None:
        ours, theirs = [mark([ring(0, 0, 10, 10)])], [mark([ring(0, 0, 10, 5)]), mark([ring(0, 0, 10, 4)])]
        found = POLYGON.candidates(ours, theirs, 0.5)
        assert (found.right.tolist(), found.similarity.tolist()) == ([0], [pytest.approx(0.5)])
