"""Cuboids in Scale's words and back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.scale_api.model import BadRequest
from fairmark.scale_api.types.cuboids import ON_THE_WIRE, heard, said

SIDE = st.integers(10, 200)


def face(x: float, y: float, w: float, h: float) -> list[list[float]]:
    return [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]


def corners(told: dict[str, Any]) -> dict[str, tuple[float, float]]:
    return {each["description"]: (each["x"], each["y"]) for each in told["vertices"]}


class TestSaid:
    def test_tells_the_edge_that_is_seen(self) -> None:
        front = face(100, 100, 80, 60)
        right = corners(said({"front": front, "back": face(170, 80, 40, 30)}))
        left = corners(said({"front": front, "back": face(70, 80, 40, 30)}))
        assert [right["side-topcorner"], right["side-bottomcorner"]] == [(210, 80), (210, 110)]
        assert [left["side-topcorner"], left["side-bottomcorner"]] == [(70, 80), (70, 110)]
        assert tuple(right) == ON_THE_WIRE

    def test_edges_join_the_corners(self) -> None:
        told = said({"front": face(100, 100, 80, 60), "back": face(170, 80, 40, 30)})
        edges = {each["description"]: (each["x1"], each["y1"], each["x2"], each["y2"]) for each in told["edges"]}
        assert edges["face-bottom"] == (100, 160, 180, 160)
        assert edges["side-top"] == (180, 100, 210, 80)


class TestHeard:
    @given(w=SIDE, h=SIDE, across=st.integers(-300, 300), down=st.integers(-300, 300), half=st.booleans())
    def test_what_is_drawn_comes_back(self, w: int, h: int, across: int, down: int, half: bool) -> None:
        share = 0.5 if half else 1
        front, back = face(400, 400, w, h), face(400 + across, 400 + down, w * share, h * share)
        geometry = {"front": front, "back": back}
        again = heard(said(geometry), "hypothesis")
        assert again["front"] == [pytest.approx(each) for each in front]
        assert again["back"] == [pytest.approx(each) for each in back]

    @pytest.mark.parametrize(
        ("number", "change", "named"),
        [
            (0, None, "vertices"),
            (0, {"x": "left"}, "vertices[0].x"),
            (0, {"description": "face-middle"}, "one of each"),
            (5, {"y": 0}, "below"),
        ],
    )
    def test_what_is_wrong_is_named(self, number: int, change: dict[str, Any] | None, named: str) -> None:
        told = said({"front": face(100, 100, 80, 60), "back": face(170, 80, 40, 30)})
        if change is None:
            del told["vertices"][number]
        else:
            told["vertices"][number].update(change)
        with pytest.raises(BadRequest) as refused:
            heard(told, "hypothesis")
        assert named in refused.value.message
