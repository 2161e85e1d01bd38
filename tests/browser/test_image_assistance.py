"""Scissors, regions, cut-outs and offers on a photograph, with a real mouse and real keys; the document is compared.

The photograph is that of coins which scikit-image brings along. The coin at the upper right is an ellipse to within a
pixel: its middle lies at (335, 44), its half axes are 30 px and 28 px long (its box, by eye and by thresholds alike,
goes from 305 to 365 and from 16 to 72).
"""

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fairmark.methods.masks import rasterised
from fairmark.modalities import MediaSize
from fairmark.modalities.image import KINDS
from fairmark.modalities.image.marks.mask import MASK, decode
from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage, Point

pytestmark = pytest.mark.xdist_group("image_editor")

SIZE = MediaSize(384, 303)
MIDDLE = (335.0, 44.0)
AXES = (30.0, 28.0)
BOX = (305.0, 16.0, 60.0, 56.0)
ONE = "pictures=coins.png&width=384&height=303"
BOTH = "pictures=coins.png,coins_moved.png&width=384&height=303"


def on_coin(turn: float, reach: float = 1.0) -> Point:
    """The place on the coin's border, or `reach` times as far out, so many turns clockwise of its right."""
    angle = 2 * math.pi * turn
    return MIDDLE[0] + reach * AXES[0] * math.cos(angle), MIDDLE[1] + reach * AXES[1] * math.sin(angle)


def coin() -> NDArray[np.bool_]:
    """The pixels of the coin."""
    y, x = np.mgrid[: SIZE.height, : SIZE.width] + 0.5
    return ((x - MIDDLE[0]) / AXES[0]) ** 2 + ((y - MIDDLE[1]) / AXES[1]) ** 2 <= 1


def pixels(mark: dict[str, Any]) -> NDArray[np.bool_]:
    """The pixels that a mask or a polygon covers; it is as sound as the server wants it."""
    kind = KINDS[mark["kind"]]
    assert kind.problem(kind.read(mark["geometry"]), SIZE, 1.0) is None
    image = np.zeros((SIZE.height, SIZE.width), dtype=np.bool_)
    if mark["kind"] == "mask":
        crop = decode(MASK.read(mark["geometry"]))
        image[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width] = crop.pixels
        return image
    rings = [ring for part in mark["geometry"]["parts"] for ring in part]
    crop = rasterised([np.array(ring) for ring in rings], SIZE.width, SIZE.height)
    assert crop is not None
    image[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width] = crop.pixels
    return image


def iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float((one & other).sum() / (one | other).sum())


def box_iou(one: dict[str, float], other: tuple[float, float, float, float]) -> float:
    x, y, w, h = other
    across = min(one["x"] + one["w"], x + w) - max(one["x"], x)
    down = min(one["y"] + one["h"], y + h) - max(one["y"], y)
    shared = max(0.0, across) * max(0.0, down)
    return shared / (one["w"] * one["h"] + w * h - shared)


async def opened(open_editor: OpenEditor, class_: str, query: str = ONE) -> EditorPage:
    """The photograph with a class in hand."""
    editor = await open_editor(query)
    await editor.page.evaluate(f"harness.inside.workspace.useClass('{class_}')")
    await editor.page.locator(".stage").focus()
    return editor


async def answered(editor: EditorPage) -> None:
    """Waits until the worker has answered."""
    await editor.page.wait_for_function("!harness.inside.workspace.assistance.isAsking")


async def only(editor: EditorPage) -> dict[str, Any]:
    """The one mark, once it is there."""
    await editor.page.wait_for_function("harness.document().marks.length === 1")
    return (await editor.document())["marks"][0]


class TestScissors:
    async def test_six_clicks_draw_the_coin(self, open_editor: OpenEditor) -> None:
        editor = await opened(open_editor, "road")
        await editor.keys("y")
        for turn in (0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6):
            await editor.click(on_coin(turn))
            await answered(editor)
        assert (await editor.document())["marks"] == []
        await editor.click(on_coin(0))
        mark = await only(editor)
        assert (mark["kind"], mark["class"]) == ("polygon", "road")
        # A hexagon of these clicks covers 0.83 of it.
        assert iou(pixels(mark), coin()) > 0.9
        await editor.keys("Control+z")
        assert (await editor.document())["marks"] == []

    async def test_quick_clicks_are_all_followed_and_esc_calls_off(self, open_editor: OpenEditor) -> None:
        editor = await opened(open_editor, "leaf")
        await editor.keys("y")
        await editor.path(*[on_coin(turn) for turn in (0, 0.25, 0.5, 0.75)])
        await editor.keys("n")
        mark = await only(editor)
        assert iou(pixels(mark), coin()) > 0.88
        await editor.path(*[on_coin(turn) for turn in (0, 0.25, 0.5)])
        await editor.keys("Escape")
        await answered(editor)
        assert len((await editor.document())["marks"]) == 1


class TestRegion:
    async def test_clicks_add_shift_takes_off_and_n_accepts(self, open_editor: OpenEditor) -> None:
        editor = await opened(open_editor, "leaf")
        await editor.keys("z", "j")
        for place in ((325, 40), (345, 55), (330, 60), (345, 30), (325, 26)):
            await editor.click(place)
            await answered(editor)
        await editor.page.keyboard.down("Shift")
        await editor.click((290, 14))
        await editor.page.keyboard.up("Shift")
        await answered(editor)
        assert (await editor.document())["marks"] == []
        await editor.page.get_by_role("button", name="Accept").click()
        mark = await only(editor)
        assert mark["kind"] == "mask"
        found = pixels(mark)
        assert found[44, 335]
        assert (found & coin()).sum() > 0.5 * coin().sum()
        assert not found[14, 290]


class TestCut:
    async def test_the_coin_in_a_box(self, open_editor: OpenEditor) -> None:
        editor = await opened(open_editor, "leaf")
        await editor.keys("Shift+Y")
        await editor.drag((296, 8), (374, 82))
        await answered(editor)
        assert (await editor.document())["marks"] == []
        await editor.keys("n")
        mark = await only(editor)
        assert mark["kind"] == "mask"
        assert iou(pixels(mark), coin()) > 0.9
        await editor.keys("Control+z")
        assert (await editor.document())["marks"] == []

    async def test_strokes_mend_it_and_esc_calls_it_off(self, open_editor: OpenEditor) -> None:
        editor = await opened(open_editor, "road")
        await editor.keys("Shift+Y")
        await editor.drag((296, 8), (374, 82))
        await answered(editor)
        await editor.trace([(325, 30), (345, 30), (345, 60)])
        await answered(editor)
        await editor.page.keyboard.down("Shift")
        await editor.trace([(299, 12), (299, 78)])
        await editor.page.keyboard.up("Shift")
        await answered(editor)
        await editor.keys("n")
        mark = await only(editor)
        # A class that takes no masks gets polygons.
        assert mark["kind"] == "polygon"
        assert iou(pixels(mark), coin()) > 0.9
        await editor.drag((296, 8), (374, 82))
        await editor.keys("Escape")
        await answered(editor)
        assert len((await editor.document())["marks"]) == 1


class TestOffers:
    async def test_a_loose_box_is_drawn_tight(self, open_editor: OpenEditor) -> None:
        editor = await opened(open_editor, "leaf")
        await editor.keys("r")
        await editor.drag((297, 9), (373, 81))
        await editor.keys("Shift+F")
        await editor.page.wait_for_function("harness.inside.workspace.keyMode === 'offers'")
        loose = (await only(editor))["geometry"]
        await editor.keys("Enter")
        tight = (await only(editor))["geometry"]
        assert box_iou(loose, BOX) < 0.65
        assert box_iou(tight, BOX) > 0.88
        await editor.keys("Control+z")
        assert (await only(editor))["geometry"] == loose

    async def test_an_outline_goes_to_the_edge(self, open_editor: OpenEditor) -> None:
        editor = await opened(open_editor, "road")
        await editor.keys("p")
        await editor.path(*[on_coin(n / 12, 1.09 if n % 2 else 0.95) for n in range(12)], on_coin(0, 0.95))
        before = await only(editor)
        await editor.keys("v", "Shift+E")
        await editor.page.wait_for_function("harness.inside.workspace.keyMode === 'offers'")
        await editor.keys("Escape")
        assert (await only(editor))["geometry"] == before["geometry"]
        await editor.keys("Shift+E")
        await editor.page.wait_for_function("harness.inside.workspace.keyMode === 'offers'")
        await editor.keys("n")
        after = await only(editor)
        assert iou(pixels(after), coin()) > max(0.9, iou(pixels(before), coin()))

    async def test_marks_are_taken_over_to_the_next_image(self, open_editor: OpenEditor) -> None:
        editor = await opened(open_editor, "leaf", BOTH)
        await editor.keys("r")
        await editor.drag((305, 16), (365, 72))
        await editor.drag((186, 105), (226, 144))
        await editor.keys("PageDown")
        await editor.page.wait_for_function("harness.inside.workspace.session.asset === 1")
        await editor.keys("Shift+D")
        await editor.page.wait_for_function("harness.inside.workspace.keyMode === 'offers'")
        # The second one is refused, by a click on where it is offered.
        await editor.click((215, 130))
        await editor.keys("n")
        await editor.page.wait_for_function("harness.document().marks.length === 3")
        first, _, third = (await editor.document())["marks"]
        assert third["asset"] == 1
        assert third["class"] == first["class"]
        assert third["id"] != first["id"]
        # The photograph was moved by 9 px and 5 px.
        assert abs(third["geometry"]["x"] - first["geometry"]["x"] - 9) < 1
        assert abs(third["geometry"]["y"] - first["geometry"]["y"] - 5) < 1
