"""Cuboids that go to their neighbours, in the image editor, with a real mouse and keyboard; the document is compared.

At the size of the harness one CSS pixel is some 1.5 pixels of the image, so that what touches catches within some 6 px.
"""

from typing import Any

import pytest

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage, Point

pytestmark = pytest.mark.xdist_group("image_editor")

Face = list[list[int]]


def face(x: int, y: int, w: int, h: int) -> Face:
    """The corners of an upright face, clockwise from the upper left."""
    return [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]


async def beside_cars(open_editor: OpenEditor) -> EditorPage:
    """Two cars, at 200, 200 (200 px square) and at 800, 200 (100 px square), and the cuboid tool in hand."""
    editor = await open_editor()
    await editor.keys("r")
    for corners in (((200, 200), (400, 400)), ((800, 200), (900, 300))):
        await editor.drag(*corners)
    await editor.keys("Escape", "Shift+C")
    return editor


async def cuboid(editor: EditorPage) -> dict[str, Any]:
    """The one cuboid, its corners rounded to whole pixels."""
    ((class_, geometry),) = await editor.geometries("cuboid")
    assert class_ == "truckload"
    return geometry


async def draw(editor: EditorPage, start: Point, end: Point, behind: Point) -> None:
    """The face in front by a drag, the one behind by a click."""
    await editor.drag(start, end)
    await editor.click(behind)


class TestDrawing:
    async def test_both_faces_go_to_their_neighbours(self, open_editor: OpenEditor) -> None:
        editor = await beside_cars(open_editor)
        # The first corner goes from 403, 203 to 400, 200, the lower side from 398 to 400. The face behind has 3/4 of
        # 200 px, around 722, 330: its right side goes from 797 to 800, and nothing is near its upper and lower ones.
        await draw(editor, (403, 203), (600, 398), (722, 330))
        drawn = await cuboid(editor)
        assert drawn["front"] == face(400, 200, 200, 200)
        assert drawn["back"] == face(650, 255, 150, 150)

    async def test_alt_and_its_switch_leave_them_where_they_are_put(self, open_editor: OpenEditor) -> None:
        editor = await beside_cars(open_editor)
        # The face behind has 3/4 of 196 x 192 px, that is 147 x 144, around 722, 330.
        free = {"front": face(404, 204, 196, 192), "back": face(649, 258, 147, 144)}
        await editor.page.keyboard.down("Alt")
        await draw(editor, (404, 204), (600, 396), (722, 330))
        await editor.page.keyboard.up("Alt")
        held = await cuboid(editor)
        await editor.keys("Control+z", "Alt+s")
        await editor.frame()
        assert "Nothing catches." in await editor.page.inner_text(".status .notice")
        await draw(editor, (404, 204), (600, 396), (722, 330))
        switched = await cuboid(editor)
        for found in (held, switched):
            for name, wanted in free.items():
                for corner, meant in zip(found[name], wanted, strict=True):
                    # The mouse goes in whole CSS pixels.
                    assert corner == pytest.approx(meant, abs=1)
        await editor.keys("Control+z", "Alt+s")
        await editor.frame()
        assert "Neighbours and the border catch." in await editor.page.inner_text(".status .notice")
        await draw(editor, (404, 204), (600, 396), (722, 330))
        assert (await cuboid(editor))["front"] == face(400, 200, 200, 200)


class TestChanging:
    async def test_a_corner_and_a_face_go_to_their_neighbours(self, open_editor: OpenEditor) -> None:
        editor = await beside_cars(open_editor)
        await draw(editor, (450, 500), (550, 600), (650, 640))
        before = await cuboid(editor)
        await editor.keys("v")
        # The upper left corner of the front, from 450, 500: the left side goes to the car's right one, the upper one to
        # its lower one.
        await editor.drag((450, 500), (403, 397))
        pulled = await cuboid(editor)
        assert pulled["front"] == face(400, 400, 150, 200)
        assert pulled["back"] == before["back"]
        # The front as a whole, by the grip in its middle at 475, 500: to the corner of the other car.
        await editor.drag((475, 500), (978, 203))
        moved = await cuboid(editor)
        assert moved["front"][0][0] == 900
        assert moved["back"] == before["back"]
        await editor.keys("Control+z", "Control+z")
        assert await cuboid(editor) == before
