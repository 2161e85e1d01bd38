"""Cuboids: what is a face, what is the silhouette, and what several people's make together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities.image.marks.cuboid import CUBOID, hull, in_order
from fairmark.modalities.image.marks.places import encloses, ring_area
from fairmark.modalities.model import MediaSize
from fairmark.ontology.model import Mark

IMAGE = MediaSize(640, 480)


def face(x: float, y: float, w: float, h: float) -> list[list[float]]:
    return [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]


def cuboid(x: float = 100, y: float = 100) -> Mark:
    """A face of 200 x 150 in front, and one of 150 x 110 behind it, 80 further right and 40 further up."""
    geometry = {"front": face(x, y, 200, 150), "back": face(x + 80, y - 40, 150, 110)}
    return Mark("m", "cuboid", "shape", geometry)


def problem(geometry: dict[str, Any]) -> str | None:
    found = CUBOID.problem(CUBOID.read(geometry), IMAGE, 1.0)
    return found and found.code


class TestProblem:
    def test_a_face_may_lean_but_not_turn_back(self) -> None:
        leaning = [[100, 100], [300, 110], [310, 260], [90, 250]]
        dented = [[100, 100], [300, 100], [150, 140], [100, 250]]
        back = face(180, 60, 150, 110)
        assert problem({"front": leaning, "back": back}) is None
        assert problem({"front": dented, "back": back}) == "broken_order"
        assert problem({"front": leaning, "back": back[::-1]}) == "broken_order"

    def test_the_smallest_face_is_a_pixel(self) -> None:
        front = face(100, 100, 200, 150)
        assert problem({"front": front, "back": face(50, 50, 1, 1)}) is None
        assert problem({"front": front, "back": face(50, 50, 1, 0.5)}) == "too_small"


class TestHull:
    @given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=3, max_size=12))
    def test_is_around_all_points_and_turns_one_way(self, points: list[tuple[int, int]]) -> None:
        ring = hull([(float(x), float(y)) for x, y in points])
        if len(ring) < 3 or ring_area(ring) == 0:
            return  # all on one line
        assert ring_area(ring) > 0
        for x, y in points:
            assert (float(x), float(y)) in ring or encloses(ring, (x, y)) or _on_border(ring, x, y)

    def test_of_a_cuboid_is_its_silhouette(self) -> None:
        # The rectangles from (100, 100) to (300, 250) and from (180, 60) to (330, 170): of the eight corners (300, 100)
        # and (180, 170) lie inside.
        ring = hull([(x, y) for corners in cuboid().geometry.values() for x, y in corners])
        assert set(ring) == {(100, 100), (180, 60), (330, 60), (330, 170), (300, 250), (100, 250)}


def _on_border(ring: list[tuple[float, float]], x: float, y: float) -> bool:
    edges = zip(ring, [*ring[1:], ring[0]], strict=True)
    return any((bx - ax) * (y - ay) == (by - ay) * (x - ax) for (ax, ay), (bx, by) in edges)


class TestBounds:
    def test_are_around_both_faces(self) -> None:
        assert CUBOID.bounds is not None
        assert CUBOID.bounds(CUBOID.read(cuboid().geometry)) == (100, 60, 230, 190)


class TestCandidates:
    def test_the_same_is_alike_and_a_far_one_is_no_candidate(self) -> None:
        found = CUBOID.candidates([cuboid()], [cuboid(), cuboid(400, 250)], 0.3)
        assert found.similarity.tolist() == [pytest.approx(1)]


class TestMerged:
    def test_takes_the_median_of_each_corner(self) -> None:
        merged = CUBOID.merged([cuboid(100), cuboid(104), cuboid(190)], [1, 1, 1])
        assert merged == cuboid(104).geometry

    def test_keeps_what_most_say(self) -> None:
        marks = [cuboid(100), cuboid(100), cuboid(104)]
        assert CUBOID.merged(marks, [1, 1, 1]) == cuboid(100).geometry

    def test_takes_the_heaviest_where_the_medians_make_no_face(self) -> None:
        # Of three leaning faces the medians of the corners are (0, 0), (10, 0), (2, 2) and (0, 10): a dent.
        corners = ([2, 90], [90, 2], [2, 2])
        marks = [
            Mark("m", "cuboid", "shape", {"front": [[0, 0], [10, 0], corner, [0, 10]], "back": face(0, 0, 9, 9)})
            for corner in corners
        ]
        assert not in_order(((0, 0), (10, 0), (2, 2), (0, 10)))
        assert CUBOID.merged(marks, [1, 1.5, 1]) == marks[1].geometry
