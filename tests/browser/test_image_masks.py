"""Masks painted, erased, filled and made into other marks with a real mouse and real keys; the document is compared."""

import math
from typing import Any

import numpy as np
import pytest

from fairmark.modalities import MediaSize
from fairmark.modalities.image import KINDS
from fairmark.modalities.image.marks.mask import MASK, area_of, decode
from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage, Point

pytestmark = pytest.mark.xdist_group("image_editor")

SIZE = MediaSize(1600, 1000)


def around(x: float, y: float, w: float, h: float) -> list[Point]:
    """The way around a rectangle, with a stop at each corner."""
    return [(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)]


async def masks(editor: EditorPage) -> list[tuple[str, Any]]:
    """Class and geometry of each mask; each is as sound as the server wants it."""
    found = [mark for mark in (await editor.document())["marks"] if mark["kind"] == "mask"]
    for mark in found:
        assert MASK.problem(MASK.read(mark["geometry"]), SIZE, 1.0) is None
    return [(mark["class"], MASK.read(mark["geometry"])) for mark in found]


async def areas(editor: EditorPage) -> list[tuple[str, int]]:
    return [(class_, area_of(mask)) for class_, mask in await masks(editor)]


async def painter(open_editor: OpenEditor, query: str = "") -> EditorPage:
    """A brush of one pixel in hand, for leaves."""
    editor = await open_editor(query)
    await editor.keys("b", *["Shift+BracketLeft"] * 5)
    await editor.page.evaluate("harness.inside.workspace.useClass('leaf')")
    return editor


class TestMasks:
    async def test_brush_eraser_fill_and_undo(self, open_editor: OpenEditor) -> None:
        editor = await painter(open_editor)
        await editor.keys(*["BracketRight"] * 19)
        width = await editor.page.evaluate("harness.inside.workspace.painter.width")
        assert width >= 20
        await editor.trace([(300, 300), (500, 300)])
        ((class_, line),) = await masks(editor)
        assert class_ == "leaf"
        # A stroke of 200 px with round ends; half a pixel of its border all around is a matter of rounding.
        wanted = 200 * width + math.pi * (width / 2) ** 2
        assert abs(area_of(line) - wanted) <= (400 + math.pi * width) / 2
        assert abs(line.height - width) <= 1

        await editor.keys("e")
        await editor.trace([(400, 200), (400, 400)])
        ((_, broken),) = await masks(editor)
        assert not decode(broken).pixels[broken.height // 2, 400 - broken.x]
        assert abs(area_of(line) - area_of(broken) - width * width) <= 4 * width

        await editor.keys("Control+z", "Control+z")
        assert await masks(editor) == []
        await editor.keys("Control+Shift+Z", "Control+Shift+Z")
        assert await masks(editor) == [("leaf", broken)]

    async def test_a_stroke_over_what_is_painted_is_no_step(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("b")
        await editor.drag((300, 300), (500, 300))
        await editor.drag((350, 300), (450, 300))
        await editor.frame()
        assert "painted already" in await editor.page.inner_text(".status .notice")
        await editor.keys("Control+z")
        assert (await editor.document())["marks"] == []

    async def test_fill_of_what_is_dragged_around_and_of_a_hole(self, open_editor: OpenEditor) -> None:
        editor = await painter(open_editor)
        await editor.keys("Shift+B")
        await editor.trace(around(200, 200, 300, 200))
        ((_, full),) = await masks(editor)
        assert abs(area_of(full) - 60_000) <= 1000
        await editor.page.keyboard.down("Shift")
        await editor.trace(around(300, 250, 60, 60))
        await editor.page.keyboard.up("Shift")
        ((_, holed),) = await masks(editor)
        assert abs(area_of(full) - area_of(holed) - 3600) <= 240
        await editor.click((330, 280))
        assert await masks(editor) == [("leaf", full)]

    async def test_one_kind_into_another_and_back(self, open_editor: OpenEditor) -> None:
        editor = await painter(open_editor)
        await editor.keys("Shift+B")
        await editor.trace(around(200, 200, 100, 80))
        ((_, mask),) = await masks(editor)
        await editor.keys("v", "Shift+P")
        (mark,) = (await editor.document())["marks"]
        polygon = KINDS["polygon"]
        assert polygon.problem(polygon.read(mark["geometry"]), SIZE, 1.0) is None
        await editor.keys("Shift+M")
        ((_, again),) = await masks(editor)
        assert abs(area_of(again) - area_of(mask)) <= 0.75 * 2 * (mask.width + mask.height)
        await editor.keys("Shift+X")
        ((class_, box),) = await editor.geometries("box")
        assert (class_, box) == ("leaf", {"x": again.x, "y": again.y, "w": again.width, "h": again.height})
        await editor.keys("Control+z", "Control+z", "Control+z")
        assert await masks(editor) == [("leaf", mask)]

    async def test_pieces_are_split_and_joined(self, open_editor: OpenEditor) -> None:
        editor = await painter(open_editor)
        await editor.keys("Shift+B")
        await editor.trace(around(200, 200, 100, 80))
        await editor.trace(around(400, 200, 50, 80))
        ((_, both),) = await masks(editor)
        await editor.keys("v", "Alt+m")
        first, second = await areas(editor)
        assert first[1] > second[1]
        assert first[1] + second[1] == area_of(both)
        await editor.keys("m")
        assert await masks(editor) == [("leaf", both)]

    async def test_moved_by_mouse_and_keys_copied_and_deleted(self, open_editor: OpenEditor) -> None:
        editor = await painter(open_editor)
        await editor.keys("Shift+B")
        await editor.trace(around(200, 200, 100, 80))
        ((_, mask),) = await masks(editor)
        await editor.keys("v")
        await editor.drag((250, 240), (350, 290))
        await editor.keys("ArrowRight", "Shift+ArrowDown")
        ((_, moved),) = await masks(editor)
        assert abs(moved.x - mask.x - 101) <= 1
        assert abs(moved.y - mask.y - 60) <= 1
        assert moved.runs == mask.runs
        await editor.keys("Control+c", "Control+Shift+V")
        assert [mask.x for _, mask in await masks(editor)] == [moved.x, moved.x]
        await editor.keys("Delete")
        assert await masks(editor) == [("leaf", moved)]

    async def test_where_no_pixel_has_two_masks(self, open_editor: OpenEditor) -> None:
        editor = await painter(open_editor, "layers=1")
        await editor.keys("Shift+B")
        await editor.trace(around(200, 200, 200, 100))
        await editor.keys("n")
        await editor.trace(around(300, 150, 200, 100))
        first, second = [decode(mask) for _, mask in await masks(editor)]
        image = np.zeros((SIZE.height, SIZE.width), dtype=np.int8)
        for crop in (first, second):
            image[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width] += crop.pixels
        assert image.max() == 1
        assert abs(second.area - 15_000) <= 600
        await editor.page.keyboard.down("Control")
        await editor.trace(around(210, 210, 40, 40))
        await editor.page.keyboard.up("Control")
        taken = [area for _, area in await areas(editor)]
        assert taken[0] + taken[1] == first.area + second.area
        assert abs(first.area - taken[0] - 1600) <= 160

    async def test_the_brush_is_shown_at_its_size_and_the_wheel_changes_it(self, open_editor: OpenEditor) -> None:
        editor = await painter(open_editor)
        await editor.keys(*["BracketRight"] * 15)
        await editor.move((400, 400))
        ring = editor.page.locator(".ring")
        await ring.wait_for(state="visible")
        await editor.frame()
        scale = await editor.page.evaluate("harness.inside.workspace.view.scale")
        width = await editor.page.evaluate("harness.inside.workspace.painter.width")
        box = await ring.bounding_box()
        assert box is not None
        assert abs(box["width"] - width * scale) < 1
        await editor.page.keyboard.down("Alt")
        await editor.page.mouse.wheel(0, -120)
        await editor.page.keyboard.up("Alt")
        await editor.page.wait_for_function(f"harness.inside.workspace.painter.width > {width}")
        assert await editor.page.evaluate("harness.inside.workspace.view.scale") == scale

    async def test_by_keys_alone(self, open_editor: OpenEditor) -> None:
        editor = await painter(open_editor)
        await editor.move((400, 400))
        await editor.keys("Enter", "Shift+ArrowRight", "Enter")
        ((_, mask),) = await masks(editor)
        assert (mask.width, mask.height, area_of(mask)) == (11, 1, 2)

    async def test_the_help_names_the_tools(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("F1")
        dialog = editor.page.get_by_role("dialog")
        for words in ("Brush: paint", "Eraser", "Make polygons of them", "Split into the pieces", "Twice the brush"):
            await dialog.get_by_text(words).first.wait_for()
