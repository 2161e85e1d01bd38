"""Outlines drawn and edited with a real mouse, real keys and fingers; the document is compared."""

import math
from typing import Any

import pytest

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage, Point

pytestmark = pytest.mark.xdist_group("image_editor")


def polygon(*rings: list[Point]) -> dict[str, Any]:
    """A geometry of one part."""
    return {"parts": [[[list(point) for point in ring] for ring in rings]]}


SQUARE: list[Point] = [(200, 200), (400, 200), (400, 400), (200, 400)]


class TestPolygons:
    async def drawn(self, open_editor: OpenEditor) -> EditorPage:
        editor = await open_editor()
        await editor.keys("p")
        await editor.path(*SQUARE)
        await editor.keys("n")
        return editor

    async def test_corner_by_corner_ended_in_each_way(self, open_editor: OpenEditor) -> None:
        editor = await self.drawn(open_editor)
        await editor.path((500, 200), (600, 200), (550, 300), (500, 200))
        await editor.path((700, 200), (800, 200), (750, 300), (750, 300))
        assert await editor.geometries("polygon") == [
            ("road", polygon(SQUARE)),
            ("road", polygon([(500, 200), (600, 200), (550, 300)])),
            ("road", polygon([(700, 200), (800, 200), (750, 300)])),
        ]

    async def test_corners_are_taken_back_by_key_and_right_click_and_escape_calls_off(
        self, open_editor: OpenEditor
    ) -> None:
        editor = await open_editor()
        await editor.keys("d")
        await editor.path((200, 200), (400, 200), (600, 600), (700, 600), (800, 600))
        await editor.keys("Backspace", "Control+z")
        await editor.page.mouse.click(*await editor.screen((800, 700)), button="right")
        await editor.click((400, 400))
        await editor.keys("n")
        assert await editor.geometries("polygon") == [("road", polygon([(200, 200), (400, 200), (400, 400)]))]
        await editor.path((500, 500), (600, 500))
        await editor.keys("Escape", "Escape")
        assert len(await editor.geometries("polygon")) == 1

    async def test_freehand_by_a_drag(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("p")
        await editor.trace([(500 + 150 * math.cos(n / 10), 500 + 150 * math.sin(n / 10)) for n in range(61)])
        ((_, geometry),) = await editor.geometries("polygon")
        ((ring,),) = geometry["parts"]
        assert 10 <= len(ring) <= 50
        assert all(abs(math.dist(point, (500, 500)) - 150) <= 3 for point in ring)

    async def test_points_are_moved_added_and_taken_out_and_each_is_undone(self, open_editor: OpenEditor) -> None:
        editor = await self.drawn(open_editor)
        await editor.keys("v")
        await editor.drag((400, 400), (450, 460))
        await editor.drag((300, 200), (300, 150))
        assert await editor.geometries("polygon") == [
            ("road", polygon([(200, 200), (300, 150), (400, 200), (450, 460), (200, 400)]))
        ]
        await editor.page.keyboard.down("Alt")
        await editor.click((200, 400))
        await editor.page.keyboard.up("Alt")
        await editor.page.keyboard.down("Shift")
        await editor.click((250, 252))
        await editor.page.keyboard.up("Shift")
        added: list[Point] = [(200, 200), (300, 150), (400, 200), (450, 460), (250, 252)]
        assert await editor.geometries("polygon") == [("road", polygon(added))]
        await editor.keys("Control+z", "Control+z", "Control+z", "Control+z")
        assert await editor.geometries("polygon") == [("road", polygon(SQUARE))]

    async def test_holes_and_parts(self, open_editor: OpenEditor) -> None:
        editor = await self.drawn(open_editor)
        await editor.keys("v", "a")
        hole: list[Point] = [(250, 250), (350, 250), (300, 350)]
        await editor.path(*hole)
        await editor.keys("n", "a")
        part: list[Point] = [(500, 250), (600, 250), (550, 350)]
        await editor.path(*part)
        await editor.keys("n")
        ((_, geometry),) = await editor.geometries("polygon")
        assert geometry["parts"] == polygon(SQUARE, hole)["parts"] + polygon(part)["parts"]

    async def test_points_go_to_neighbours_and_the_border(self, open_editor: OpenEditor) -> None:
        editor = await self.drawn(open_editor)
        await editor.path((403, 197), (598, 2), (398, 402))
        await editor.keys("n")
        assert (await editor.geometries("polygon"))[1] == ("road", polygon([(400, 200), (598, 0), (400, 400)]))

    async def test_by_keys_alone(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.move((500, 500))
        await editor.keys(
            "p", "Enter", *["Shift+ArrowRight"] * 10, "Enter", *["Shift+ArrowDown"] * 10, "Enter", "Enter"
        )
        found = await editor.geometries("polygon")
        assert found == [("road", polygon([(500, 500), (600, 500), (600, 600)]))]
        await editor.keys(".", ".", "Shift+ArrowUp", "Shift+.", "Delete", ".", "ArrowLeft")
        ((_, geometry),) = await editor.geometries("polygon")
        assert geometry == polygon([(499, 500), (600, 490), (600, 600)])

    async def test_by_fingers_with_a_pinch_between(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("touch=1")
        cdp = await editor.page.context.new_cdp_session(editor.page)

        async def touch(*points: Point) -> None:
            places = [await editor.screen(point) for point in points]
            fingers = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(places)]
            await cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers[:1]})
            if len(fingers) > 1:
                await cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers})
            await cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        await editor.keys("p")
        await touch((300, 300))
        await touch((600, 300))
        await touch((800, 800), (900, 800))
        await touch((600, 600))
        await touch((300, 300))
        assert await editor.geometries("polygon") == [("road", polygon([(300, 300), (600, 300), (600, 600)]))]

    async def test_an_outline_that_crosses_itself_is_told_at_once(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("p")
        await editor.path((200, 200), (400, 400), (400, 200), (200, 390))
        await editor.keys("n")
        await editor.frame()
        assert "crosses itself" in await editor.page.inner_text(".status .notice")


class TestLines:
    async def test_are_drawn_ended_and_edited(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Shift+L")
        await editor.path((100, 100), (300, 120), (500, 400), (500, 400))
        await editor.path((600, 100), (700, 100))
        await editor.keys("n", "v")
        await editor.click((300, 120))
        await editor.drag((300, 120), (320, 160))
        await editor.drag((500, 400), (520, 410))
        assert await editor.geometries("polyline") == [
            ("lane", {"points": [[100, 100], [320, 160], [520, 410]]}),
            ("lane", {"points": [[600, 100], [700, 100]]}),
        ]
        await editor.keys("Control+z", "Control+z", "ArrowRight", "Delete")
        assert await editor.geometries("polyline") == [("lane", {"points": [[600, 100], [700, 100]]})]

    async def test_freehand_follows_the_pointer(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Shift+L")
        await editor.trace([(200 + 10 * n, 300 + 60 * math.sin(n / 6)) for n in range(50)])
        ((_, geometry),) = await editor.geometries("polyline")
        first, *_, last = geometry["points"]
        assert first == [200, 300]
        assert last[0] == 690
        assert 6 <= len(geometry["points"]) < 50


class TestPoints:
    async def test_a_click_each_and_more_to_one_mark(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("k")
        await editor.path((200, 200), (400, 300))
        await editor.keys("v", "a")
        await editor.click((450, 350))
        await editor.keys("v")
        await editor.drag((200, 200), (210, 220))
        assert await editor.geometries("points") == [
            ("hydrant", {"points": [[210, 220]]}),
            ("hydrant", {"points": [[400, 300], [450, 350]]}),
        ]
        await editor.keys("Tab")
        await editor.page.keyboard.down("Alt")
        await editor.click((450, 350))
        await editor.page.keyboard.up("Alt")
        assert (await editor.geometries("points"))[1] == ("hydrant", {"points": [[400, 300]]})

    async def test_by_keys_alone(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.move((500, 500))
        await editor.keys("k", "Enter", "v", "ArrowLeft", "Shift+ArrowUp")
        assert await editor.geometries("points") == [("hydrant", {"points": [[499, 490]]})]


class TestRotatedBoxes:
    async def test_an_edge_then_how_far_it_reaches(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Shift+R")
        await editor.drag((300, 300), (400, 400))
        await editor.click((350, 450))
        await editor.path((800, 300), (900, 300), (870, 360))
        found = await editor.geometries("rotated_box")
        # The edge is 141 long at 45 degrees; (350, 450) lies 71 below it.
        assert found == [
            ("ship", {"cx": 325, "cy": 375, "w": 141, "h": 71, "angle": 45}),
            ("ship", {"cx": 850, "cy": 330, "w": 100, "h": 60, "angle": 0}),
        ]

    async def test_is_moved_pulled_and_turned(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Shift+R")
        await editor.path((400, 400), (600, 400), (500, 500))
        await editor.keys("v")
        await editor.drag((520, 440), (540, 460))
        await editor.drag((620, 520), (640, 540))
        assert await editor.geometries("rotated_box") == [
            ("ship", {"cx": 530, "cy": 480, "w": 220, "h": 120, "angle": 0})
        ]
        scale = await editor.page.evaluate("harness.inside.workspace.view.scale")
        await editor.drag((530, 420 - 26 / scale), (700, 480))
        assert await editor.geometries("rotated_box") == [
            ("ship", {"cx": 530, "cy": 480, "w": 220, "h": 120, "angle": 90})
        ]
        await editor.keys("Alt+ArrowRight")
        await editor.frame()
        await editor.page.fill("[data-coordinate=angle]", "-30")
        await editor.keys("Enter")
        assert await editor.geometries("rotated_box") == [
            ("ship", {"cx": 530, "cy": 481, "w": 221, "h": 120, "angle": -30})
        ]


class TestCuboids:
    async def test_a_face_in_front_and_one_behind(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Shift+C")
        await editor.drag((400, 300), (600, 400))
        await editor.click((600, 300))
        # Three quarters of 200 x 100 around (600, 300).
        near, far = [[400, 300], [600, 300], [600, 400], [400, 400]], [[525, 263], [675, 263], [675, 338], [525, 338]]
        assert await editor.geometries("cuboid") == [("truckload", {"front": near, "back": far})]

    async def test_corners_and_faces_are_pulled_and_undone(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Shift+C")
        await editor.path((400, 300), (600, 400), (620, 280))
        await editor.keys("v")
        await editor.drag((400, 400), (380, 420))
        await editor.drag((620, 280), (660, 260))
        [(_, geometry)] = await editor.geometries("cuboid")
        assert geometry["front"] == [[380, 300], [600, 300], [600, 420], [380, 420]]
        assert geometry["back"] == [[585, 223], [735, 223], [735, 298], [585, 298]]
        await editor.keys("Control+z", "Control+z", "Control+z")
        assert await editor.geometries("cuboid") == []


class TestEllipses:
    async def test_between_two_corners_then_turned_and_undone(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("o")
        await editor.drag((400, 400), (600, 500))
        await editor.path((800, 400), (860, 440))
        await editor.keys("v", "Shift+Tab")
        scale = await editor.page.evaluate("harness.inside.workspace.view.scale")
        await editor.page.keyboard.down("Shift")
        await editor.drag((500, 400 - 26 / scale), (560, 395))
        await editor.page.keyboard.up("Shift")
        assert await editor.geometries("ellipse") == [
            ("wheel", {"cx": 500, "cy": 450, "rx": 100, "ry": 50, "angle": 45}),
            ("wheel", {"cx": 830, "cy": 420, "rx": 30, "ry": 20, "angle": 0}),
        ]
        await editor.keys("Control+z", "Control+z")
        assert await editor.geometries("ellipse") == [
            ("wheel", {"cx": 500, "cy": 450, "rx": 100, "ry": 50, "angle": 0})
        ]
