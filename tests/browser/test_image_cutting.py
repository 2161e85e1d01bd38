"""Outlines cut by a line, simplified, joined and taken off one another, and where points go by themselves."""

import math

import pytest

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage, Point

pytestmark = pytest.mark.xdist_group("image_editor")


async def squares(open_editor: OpenEditor, *corners: Point) -> EditorPage:
    """The editor with a polygon of 200 by 200 pixels from each corner, the select tool in hand, nothing selected."""
    editor = await open_editor()
    await editor.keys("d")
    await editor.page.keyboard.down("Alt")
    for x, y in corners:
        await editor.path((x, y), (x + 200, y), (x + 200, y + 200), (x, y + 200), (x, y))
    await editor.page.keyboard.up("Alt")
    await editor.keys("v", "u")
    return editor


def counts(geometries: list[tuple[str, dict[str, list[list[list[Point]]]]]]) -> list[int]:
    """How many points each polygon has."""
    return [sum(len(ring) for part in geometry["parts"] for ring in part) for _, geometry in geometries]


class TestCutting:
    async def test_a_polygon_by_clicks_and_back_by_one_undo(self, open_editor: OpenEditor) -> None:
        editor = await squares(open_editor, (300, 300))
        await editor.keys("Shift+T")
        await editor.path((250, 350), (550, 350))
        await editor.keys("n")
        found = [sorted(geometry["parts"][0][0]) for _, geometry in await editor.geometries("polygon")]
        assert found == [
            [[300, 350], [300, 500], [500, 350], [500, 500]],
            [[300, 300], [300, 350], [500, 300], [500, 350]],
        ]
        await editor.keys("Control+z")
        assert counts(await editor.geometries("polygon")) == [4]

    async def test_a_mask_by_a_drag(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.page.evaluate("harness.inside.workspace.settings.set({ brush: 60 })")
        await editor.page.evaluate("harness.inside.workspace.useClass('leaf')")
        await editor.keys("b")
        await editor.drag((300, 300), (600, 300))
        await editor.keys("Shift+T")
        await editor.trace([(450, 200), (450, 250), (450, 400)])
        marks = (await editor.document())["marks"]
        assert [mark["kind"] for mark in marks] == ["mask", "mask"]
        # A stroke of 60 px from 300 to 600: 330 to 360 wide, parted at 450.
        assert sorted(round(mark["geometry"]["width"], -1) for mark in marks) == [180, 180]

    async def test_that_it_cut_nothing_is_said(self, open_editor: OpenEditor) -> None:
        editor = await squares(open_editor, (300, 300))
        await editor.keys("Shift+T")
        await editor.path((250, 250), (700, 250))
        await editor.keys("n")
        await editor.page.locator(".notice.urgent").get_by_text("side to side").wait_for()
        assert counts(await editor.geometries("polygon")) == [4]


class TestAreas:
    async def test_joined_where_they_overlap_and_one_off_the_other(self, open_editor: OpenEditor) -> None:
        editor = await squares(open_editor, (300, 300), (400, 400))
        await editor.keys("Control+a", "m")
        assert counts(await editor.geometries("polygon")) == [8]
        await editor.keys("Control+z", "Alt+Shift+m")
        assert counts(await editor.geometries("polygon")) == [6, 4]

    async def test_simplified_step_by_step(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("d")
        await editor.path(*[(600 + 200 * math.cos(n / 4), 500 + 200 * math.sin(n / 4)) for n in range(25)])
        await editor.keys("n", "v", "Shift+Tab", "Alt+Shift+s")
        (first,) = counts(await editor.geometries("polygon"))
        await editor.page.locator(".notice").get_by_text(f"{first} points, of 25").wait_for()
        await editor.keys("Alt+Shift+s")
        (second,) = counts(await editor.geometries("polygon"))
        assert second < first < 25


class TestSnapping:
    async def test_a_ring_shows_where_a_point_goes_unless_alt_is_held(self, open_editor: OpenEditor) -> None:
        editor = await squares(open_editor, (300, 300))
        hint = "(({ hint }) => hint && [...hint])(harness.inside.workspace.snapping)"
        await editor.keys("d")
        await editor.move((504, 297))
        assert await editor.page.evaluate(hint) == [500, 300]
        await editor.move((900, 3))
        # On the border; along it the pointer stays where it is, to a part of a pixel.
        x, y = await editor.page.evaluate(hint)
        assert (round(x), y) == (900, 0)
        await editor.move((700, 700))
        assert await editor.page.evaluate(hint) is None
        await editor.page.keyboard.down("Alt")
        await editor.move((504, 297))
        await editor.page.keyboard.up("Alt")
        assert await editor.page.evaluate(hint) is None
