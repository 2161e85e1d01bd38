"""Two images in tiles side by side: both pyramids are loaded, and they move and zoom together."""

from typing import Any

import numpy as np
import pytest

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage
from tests.browser.test_image_sets import at, boxes, drag
from tests.browser.test_image_sources import large
from tests.browser.tile_server import TileServer

pytestmark = pytest.mark.xdist_group("image_sources")

TILE = 512
COLOURS = """() => [...document.querySelectorAll(".tile-layer")].map((canvas) => {
    const [x, y] = [canvas.width, canvas.height].map((side) => Math.floor(side / 2))
    return [...canvas.getContext("2d").getImageData(x, y, 1, 1).data.slice(0, 3)]
})"""
"""The colour in the middle of each view's tiles."""
LOOKS = """() => harness.inside.workspace.views.shown.map(({ view, size }) =>
    [(size.width / 2 - view.x) / view.scale, (size.height / 2 - view.y) / view.scale, view.scale])"""
"""The middle of each view in its image, and its scale."""


def servers() -> tuple[TileServer, TileServer]:
    """Two pictures of 2,048 px square: red by the column and green by the row, and the other way round."""
    picture = large(2048)
    return TileServer(picture, "one"), TileServer(np.ascontiguousarray(picture[:, :, [1, 0, 2]]), "two")


async def side_by_side(open_editor: OpenEditor, both: tuple[TileServer, TileServer]) -> EditorPage:
    """The editor over both, with their tiles on screen."""
    blank = await open_editor("shelf=memory")
    for server in both:
        await server.serve(blank.page)
    addresses = ",".join(server.address for server in both)
    editor = await open_editor(f"shelf=memory&assets=2&tiles={addresses}&width=2048&height=2048", blank)
    await editor.page.wait_for_function("document.querySelectorAll('.tile-layer').length === 2")
    await painted(editor, both)
    return editor


async def painted(editor: EditorPage, both: tuple[TileServer, TileServer]) -> None:
    """Waits until each view shows the colours of its own picture in its middle: red and green, changed over."""
    for server in both:
        for _ in range(600):
            if server.asked:
                break
            await editor.frame()
        assert server.asked
    await editor.page.wait_for_function(
        f"""() => {{
            const [one, two] = ({COLOURS})()
            return one && two && one[0] + one[1] > 0 && Math.abs(one[0] - two[1]) <= 8 && Math.abs(one[1] - two[0]) <= 8
        }}"""
    )


async def looks(editor: EditorPage) -> list[list[float]]:
    await editor.frame()
    return await editor.page.evaluate(LOOKS)


class TestTwoPyramids:
    async def test_both_are_loaded_and_move_and_zoom_together(self, open_editor: OpenEditor) -> None:
        both = servers()
        editor = await side_by_side(open_editor, both)
        for server in both:
            server.asked.clear()
        # Zoomed by the wheel over the first one, off its middle: both go to the same place at the same scale.
        await editor.page.mouse.move(*await at(editor, 0, (1500, 600)))
        for _ in range(8):
            await editor.wheel(-240)
        one, two = await looks(editor)
        assert one == pytest.approx(two, abs=1)
        assert one[0] > 1100
        await painted(editor, both)
        await self.finest(editor, both)
        # Moved by the middle button over the second one: the first follows.
        x, y = await at(editor, 1, (two[0], two[1]))
        await editor.page.mouse.move(x, y)
        await editor.page.mouse.down(button="middle")
        await editor.page.mouse.move(x + 100, y - 60, steps=5)
        await editor.page.mouse.up(button="middle")
        await editor.rest()
        moved, along = await looks(editor)
        assert moved == pytest.approx(along, abs=1)
        assert moved[0] == pytest.approx(one[0] - 100 / one[2], abs=2)
        assert moved[1] == pytest.approx(one[1] + 60 / one[2], abs=2)
        await painted(editor, both)

    async def finest(self, editor: EditorPage, both: tuple[TileServer, TileServer]) -> None:
        """Each has been asked for the finest tile that lies in the middle of the views, on its own."""
        (x, y, _), _ = await looks(editor)
        wanted = (0, int(x // TILE), int(y // TILE), 0)
        for server in both:
            for _ in range(600):
                if wanted in server.asked:
                    break
                await editor.frame()
            assert wanted in server.asked

    async def test_marks_are_drawn_on_each_in_its_full_pixels(self, open_editor: OpenEditor) -> None:
        editor = await side_by_side(open_editor, servers())
        await editor.keys("r", "2")
        await drag(editor, 0, (400, 400), (1000, 900))
        await drag(editor, 1, (600, 1200), (1200, 1800))
        scale: Any = (await looks(editor))[0][2]
        wanted = [(0, 400, 400, 600, 500), (1, 600, 1200, 600, 600)]
        for found, meant in zip(await boxes(editor), wanted, strict=True):
            assert found == pytest.approx(meant, abs=2 / scale)
