"""Looking at an image: turned, lit, under the loupe, on the minimap; drawing is right all the while."""

from typing import Any

import pytest

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage

pytestmark = pytest.mark.xdist_group("image_editor")


async def settings(editor: EditorPage) -> dict[str, Any]:
    """How the person likes the editor, as it is now."""
    return await editor.page.evaluate("harness.inside.workspace.settings.values")


async def turn(editor: EditorPage) -> int:
    """By how many degrees the view is turned."""
    return await editor.page.evaluate("harness.inside.workspace.turn")


class TestTurned:
    @pytest.mark.parametrize(("keys", "degrees"), [(["Alt+t"], 90), (["Alt+t"] * 2, 180), (["Alt+Shift+y"] * 6, -30)])
    async def test_tools_and_marks_stay_right(self, open_editor: OpenEditor, keys: list[str], degrees: int) -> None:
        editor = await open_editor()
        await editor.keys(*keys)
        assert await turn(editor) == degrees
        await editor.keys("r", "2")
        await editor.drag((400, 300), (600, 500))
        await editor.keys("d")
        await editor.path((700, 300), (900, 300), (800, 500))
        await editor.keys("n")
        assert await editor.boxes() == [("pedestrian", 400, 300, 200, 200)]
        assert await editor.geometries("polygon") == [("road", {"parts": [[[[700, 300], [900, 300], [800, 500]]]]})]
        # Picked, moved and resized where it is seen.
        await editor.keys("v")
        await editor.drag((500, 400), (450, 450))
        await editor.drag((350, 350), (300, 320))
        assert await editor.boxes() == [("pedestrian", 300, 320, 250, 230)]
        await editor.wheel(-400)
        await editor.drag((550, 550), (600, 600))
        assert await editor.boxes() == [("pedestrian", 300, 320, 300, 280)]

    async def test_arrows_go_the_way_they_point_on_screen(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("r", "2")
        await editor.drag((400, 300), (600, 500))
        await editor.keys("v", "Alt+t", "ArrowRight", "ArrowDown", "ArrowDown")
        # Turned clockwise by a quarter, right is up in the image, and down is right.
        assert await editor.boxes() == [("pedestrian", 402, 299, 200, 200)]
        await editor.keys("Alt+0")
        assert await turn(editor) == 0

    async def test_by_the_keys_of_cvat_and_by_the_slider(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.page.evaluate("harness.inside.workspace.settings.set({ preset: 'cvat' })")
        await editor.keys("Control+r", "Control+r", "Control+Shift+r")
        assert await turn(editor) == 90
        await editor.keys("F2")
        await editor.page.get_by_label("Turned by").fill("37")
        assert await turn(editor) == 37


class TestLight:
    async def test_by_keys_kept_for_the_next_visit_and_reset(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("street=1")
        await editor.keys("Alt+b", "Alt+Shift+c", "Alt+g", "Alt+g", "Alt+j", "Alt+o", "Alt+o", "Alt+Shift+o")
        wanted = {"brightness": 1.1, "contrast": 0.9, "gamma": 1.2, "channel": "red", "opacity": 0.9}
        found = await settings(editor)
        assert {name: found[name] for name in wanted} == wanted
        await editor.frame()
        image = editor.page.locator(".image-layer")
        assert await image.evaluate("(each) => getComputedStyle(each).filter") != "none"
        assert await editor.page.locator(".marks-layer").first.evaluate("(each) => each.style.opacity") == "0.9"
        exponent = editor.page.locator("feFuncR")
        assert float(await exponent.get_attribute("exponent") or "") == pytest.approx(1 / 1.2)
        again = await open_editor("street=1", document_from=editor)
        found = await settings(again)
        assert {name: found[name] for name in wanted} == wanted
        await again.keys("Alt+0")
        await again.frame()
        assert await image.evaluate("(each) => getComputedStyle(each).filter") == "none"

    async def test_a_channel_is_shown_as_grey(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("F2")
        await editor.page.get_by_text("B", exact=True).click()
        assert (await settings(editor))["channel"] == "blue"
        await editor.frame()
        matrix = await editor.page.locator("feColorMatrix").get_attribute("values")
        assert matrix == "0 0 1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 0 1 0"
        await editor.page.get_by_role("button", name="As it is").click()
        assert (await settings(editor))["channel"] == "all"


IN_SIGHT = """(id) => {
    const tool = document.querySelector(`[data-tool="${id}"]`).getBoundingClientRect()
    const { top, bottom } = document.querySelector(".tools").getBoundingClientRect()
    return tool.top >= top - 1 && tool.bottom <= bottom + 1
}"""
"""Whether a tool of the rail is one that can be seen."""


class TestRail:
    async def test_scrolls_to_the_tool_that_a_key_chooses_in_a_low_window(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.page.set_viewport_size({"width": 1440, "height": 500})
        await editor.page.wait_for_function(f"({IN_SIGHT})('box') && !({IN_SIGHT})('ruler')")
        await editor.keys("Alt+q")
        await editor.page.wait_for_function(f"({IN_SIGHT})('ruler')")
        assert not await editor.page.evaluate(IN_SIGHT, "box")
        await editor.keys("r")
        await editor.page.wait_for_function(f"({IN_SIGHT})('box')")


class TestInstruments:
    async def test_ruler_by_a_drag_and_by_two_clicks(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Alt+q")
        await editor.drag((200, 200), (500, 600))
        notice = editor.page.locator(".notice")
        # 300 and 400 make 500; atan(400 / 300) = 53.1 degrees.
        await notice.get_by_text("500 px").wait_for()
        assert (await notice.inner_text()).endswith("53.1°")
        await editor.click((700, 300))
        await editor.page.keyboard.down("Shift")
        await editor.click((900, 310))
        await editor.page.keyboard.up("Shift")
        await notice.get_by_text("200 px").wait_for()
        assert (await notice.inner_text()).endswith(" 0 · 0°")
        assert (await editor.document())["marks"] == []

    async def test_grid_follows_the_zoom(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        grid = editor.page.locator(".grid")
        await editor.keys("Alt+x")
        await grid.wait_for(state="visible")
        far = int(await grid.get_attribute("data-step") or "")
        await editor.keys(*["Control+="] * 8)
        await editor.frame()
        assert int(await grid.get_attribute("data-step") or "") < far
        await editor.keys("Alt+x")
        await grid.wait_for(state="hidden")

    async def test_loupe_stays_beside_the_pointer(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("street=1")
        loupe = editor.page.locator(".loupe")
        await editor.keys("Alt+z")
        await editor.move((800, 500))
        await loupe.wait_for(state="visible")
        await editor.frame()
        x, y = await editor.screen((800, 500))
        box = await loupe.bounding_box()
        assert box is not None
        assert box["x"] > x
        assert box["y"] + box["height"] < y
        # What is drawn in the middle is the picture: not one colour only.
        colours = await loupe.evaluate(
            """(canvas) => {
                const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
                const count = data.length / 4
                return new Set(Array.from({ length: count }, (_, i) => data.slice(4 * i, 4 * i + 3).join())).size
            }"""
        )
        assert colours > 3
        await editor.keys("Alt+z")
        await loupe.wait_for(state="hidden")

    async def test_minimap_leads_the_view(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Alt+n", *["Control+="] * 6)
        minimap = editor.page.locator(".minimap")
        await minimap.wait_for(state="visible")
        await editor.frame()
        box = await minimap.bounding_box()
        assert box is not None
        await editor.page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
        x, y, w, h = await editor.page.evaluate("(({ x, y, w, h }) => [x, y, w, h])(harness.inside.workspace.visible)")
        # A quarter of 1600 and three quarters of 1000, to a pixel of the minimap, which is ten of the image.
        assert x + w / 2 == pytest.approx(400, abs=12)
        assert y + h / 2 == pytest.approx(750, abs=12)
