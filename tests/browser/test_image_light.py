"""What an image is seen on and in which light: checks under transparent parts, and light by dragging on the image."""

from typing import Any

import pytest

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage
from tests.browser.test_image_sources import ct, large, opened
from tests.browser.tile_server import TileServer

pytestmark = pytest.mark.xdist_group("image_light")

GROUND = """() => {
    const found = document.querySelector(".ground-layer")
    const { x, y, width, height } = found.getBoundingClientRect()
    const kind = found.hidden ? null : found.dataset.ground
    return [kind, getComputedStyle(found).backgroundImage, [x, y, x + width, y + height].map(Math.round)]
}"""
PICTURE_IS_THERE = "harness.inside.stage.picture !== null && !document.querySelector('.ground-layer').hidden"


async def ground(editor: EditorPage) -> Any:
    await editor.frame()
    return await editor.page.evaluate(GROUND)


async def hold_and_drag(editor: EditorPage, by: tuple[int, int]) -> None:
    """Holds Alt+W and drags from the middle of the image, in CSS pixels."""
    x, y = await editor.screen((200, 150))
    await editor.page.keyboard.down("Alt")
    await editor.page.keyboard.down("w")
    await editor.page.mouse.move(x, y)
    await editor.page.mouse.down()
    await editor.page.mouse.move(x + by[0], y + by[1], steps=5)
    await editor.page.mouse.up()
    await editor.page.keyboard.up("w")
    await editor.page.keyboard.up("Alt")


class TestGround:
    async def test_lies_under_the_picture_in_checks_and_in_white_or_black_by_a_key(
        self, open_editor: OpenEditor
    ) -> None:
        editor = await open_editor("shelf=memory&width=400&height=300")
        await editor.page.wait_for_function(PICTURE_IS_THERE)
        kind, image, place = await ground(editor)
        assert kind == "checks"
        assert "conic-gradient" in image
        corners = [*await editor.screen((0, 0)), *await editor.screen((400, 300))]
        assert place == pytest.approx(corners, abs=1)
        await editor.keys("Alt+V")
        assert (await ground(editor))[:2] == ["white", "none"]
        await editor.keys("Alt+V")
        assert (await ground(editor))[:2] == ["black", "none"]
        await editor.keys("Alt+V")
        assert (await ground(editor))[0] == "checks"

    async def test_is_no_larger_than_the_stage_however_near_one_looks(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("shelf=memory&width=400&height=300")
        await editor.page.wait_for_function(PICTURE_IS_THERE)
        await editor.page.evaluate("harness.inside.workspace.zoomToBox({ x: 100, y: 100, w: 4, h: 4 })")
        _, _, (left, top, right, bottom) = await ground(editor)
        pane = await editor.page.evaluate("harness.inside.workspace.pane")
        assert (right - left, bottom - top) == (round(pane["width"]), round(pane["height"]))

    async def test_is_not_there_under_tiles_without_transparency(self, open_editor: OpenEditor) -> None:
        editor = await opened(open_editor, TileServer(large(1024)))
        assert (await ground(editor))[0] is None


class TestLightDrag:
    async def test_changes_brightness_and_contrast_of_a_picture_and_draws_nothing(
        self, open_editor: OpenEditor
    ) -> None:
        editor = await open_editor("shelf=memory&width=400&height=300")
        await hold_and_drag(editor, (100, 60))
        found = await editor.page.evaluate(
            "(({ brightness, contrast }) => [brightness, contrast])(harness.inside.workspace.settings.values)"
        )
        # 60 of 200 px down is 0.3 darker; 100 to the right e ** -0.5 as much contrast.
        assert found == [0.7, 0.61]
        assert (await editor.document())["marks"] == []
        # With the key let go the same drag draws again.
        await editor.drag((50, 50), (150, 120))
        assert len(await editor.boxes()) == 1

    async def test_moves_the_window_of_an_image_of_values(self, open_editor: OpenEditor) -> None:
        server = TileServer(ct(), offset=-1024.0, window=(-160.0, 240.0), unit="HU")
        editor = await opened(open_editor, server)
        server.asked.clear()
        await hold_and_drag(editor, (0, 100))
        window = "harness.inside.stage.tiles.state.window.ends[0].map(Math.round)"
        # 100 of 200 pixels down: half the width of 400 further.
        assert await editor.page.evaluate(window) == [40, 440]
        assert server.asked == []
        assert (await editor.document())["marks"] == []
        await editor.page.get_by_text("Black 40, white 440 HU.").first.wait_for()
