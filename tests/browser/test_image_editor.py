"""The image editor's canvas by mouse, keyboard, pen and fingers, in a real browser; the document is compared."""

import pytest

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage
from tests.browser.test_image_touch import fingers, swift_fingers

pytestmark = pytest.mark.xdist_group("image_editor")

STILL = """async () => {
    const shown = [...document.querySelectorAll(".marks-layer")].find(({ style }) => style.visibility !== "hidden")
    const { data } = shown.getContext("2d").getImageData(0, 0, shown.width, shown.height)
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", data))
    return [data.some((value) => value > 0), ...sum].join(" ")
}"""
"""What the picture of the marks that lie still looks like, as one word."""


class TestDrawing:
    async def test_a_drag_and_two_clicks_draw_boxes_one_after_another(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.drag((100, 100), (300, 250))
        await editor.click((400, 100))
        await editor.move((450, 150), steps=3)
        await editor.click((500, 180))
        assert await editor.boxes() == [("car", 100, 100, 200, 150), ("car", 400, 100, 100, 80)]

    async def test_the_key_of_a_class_is_for_the_next_box(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.drag((100, 100), (200, 200))
        await editor.keys("2")
        await editor.drag((300, 100), (400, 200))
        assert [box[0] for box in await editor.boxes()] == ["car", "pedestrian"]

    async def test_boxes_that_are_there_do_not_catch_the_pointer(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.drag((100, 100), (300, 300))
        await editor.drag((150, 150), (250, 250))
        assert await editor.boxes() == [("car", 100, 100, 200, 200), ("car", 150, 150, 100, 100)]

    async def test_coordinates_are_those_of_the_image_at_any_zoom(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.move((800, 500))
        await editor.wheel(-900)
        await editor.drag((810, 510), (830, 520))
        assert await editor.boxes() == [("car", 810, 510, 20, 10)]

    async def test_escape_calls_off_and_nothing_is_left(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.move((100, 100))
        await editor.page.mouse.down()
        await editor.move((300, 300), steps=4)
        await editor.keys("Escape")
        await editor.page.mouse.up()
        assert await editor.boxes() == []

    async def test_a_class_is_found_by_typing(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("/")
        await editor.frame()
        await editor.page.keyboard.type("traffic l")
        await editor.keys("Enter")
        await editor.frame()
        await editor.drag((100, 100), (200, 200))
        assert (await editor.boxes())[0][0] == "light"

    async def test_keys_work_on_a_cyrillic_layout(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.drag((100, 100), (200, 200))
        cdp = await editor.page.context.new_cdp_session(editor.page)
        for kind in ("rawKeyDown", "keyUp"):
            await cdp.send("Input.dispatchKeyEvent", {"type": kind, "modifiers": 2, "code": "KeyZ", "key": "я"})
        assert await editor.boxes() == []


class TestChanging:
    async def one_box(self, open_editor: OpenEditor) -> EditorPage:
        editor = await open_editor()
        await editor.drag((200, 200), (400, 300))
        await editor.keys("v")
        return editor

    async def test_moves_by_drag_and_by_arrows(self, open_editor: OpenEditor) -> None:
        editor = await self.one_box(open_editor)
        await editor.drag((300, 250), (350, 270))
        await editor.keys("ArrowRight", "Shift+ArrowDown")
        assert await editor.boxes() == [("car", 251, 230, 200, 100)]

    async def test_resizes_by_each_handle_and_by_keys(self, open_editor: OpenEditor) -> None:
        editor = await self.one_box(open_editor)
        await editor.drag((400, 300), (420, 330))
        await editor.drag((200, 265), (190, 265))
        assert await editor.boxes() == [("car", 190, 200, 230, 130)]
        await editor.keys("Alt+ArrowRight", "Alt+Shift+ArrowUp", "Control+Alt+ArrowLeft")
        assert await editor.boxes() == [("car", 189, 200, 232, 120)]

    async def test_undo_is_endless_and_redo_brings_back(self, open_editor: OpenEditor) -> None:
        editor = await self.one_box(open_editor)
        await editor.drag((300, 250), (350, 270))
        await editor.keys("Delete")
        assert await editor.boxes() == []
        await editor.keys("Control+z")
        assert await editor.boxes() == [("car", 250, 220, 200, 100)]
        await editor.keys("Control+z", "Control+z", "Control+z")
        assert await editor.boxes() == []
        await editor.keys("Control+Shift+z", "Control+y")
        assert await editor.boxes() == [("car", 250, 220, 200, 100)]

    async def test_copies_pastes_at_the_pointer_and_duplicates(self, open_editor: OpenEditor) -> None:
        editor = await self.one_box(open_editor)
        await editor.keys("Control+c")
        await editor.move((800, 600))
        await editor.keys("Control+v", "Control+d")
        # The pasted box is centred at the pointer; the duplicate lies 12 pixels right of and below it.
        assert await editor.boxes() == [
            ("car", 200, 200, 200, 100), ("car", 700, 550, 200, 100), ("car", 712, 562, 200, 100),
        ]  # fmt: skip

    async def test_coordinates_can_be_typed(self, open_editor: OpenEditor) -> None:
        editor = await self.one_box(open_editor)
        await editor.frame()
        for name, value in (("x", "10.5"), ("w", "64")):
            await editor.page.fill(f"[data-coordinate={name}]", value)
            await editor.keys("Enter")
        mark = (await editor.document())["marks"][0]
        assert mark["geometry"] == pytest.approx({"x": 10.5, "y": 200, "w": 64, "h": 100}, abs=1)
        assert mark["geometry"]["x"] == 10.5
        assert mark["geometry"]["w"] == 64

    async def test_two_coordinates_within_one_frame_both_stay(self, open_editor: OpenEditor) -> None:
        editor = await self.one_box(open_editor)
        await editor.frame()
        await editor.page.evaluate(
            """() => {
                for (const [name, value] of [["x", "10.5"], ["w", "64"]]) {
                    const input = document.querySelector(`[data-coordinate=${name}]`)
                    input.value = value
                    input.dispatchEvent(new Event("change", { bubbles: true }))
                }
            }"""
        )
        mark = (await editor.document())["marks"][0]
        assert (mark["geometry"]["x"], mark["geometry"]["w"]) == (10.5, 64)

    async def test_frames_select_and_a_key_labels_them_all(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        for x in (100, 300, 500):
            await editor.drag((x, 100), (x + 100, 200))
        await editor.keys("v")
        await editor.drag((50, 50), (450, 250))
        assert len(await editor.selection()) == 2
        await editor.keys("4")
        assert [box[0] for box in await editor.boxes()] == ["bus", "bus", "car"]
        await editor.keys("Control+a", "Delete")
        assert await editor.boxes() == []

    async def test_locked_and_hidden_marks_stay_out_of_the_way(self, open_editor: OpenEditor) -> None:
        editor = await self.one_box(open_editor)
        await editor.keys("l", "Escape")
        await editor.drag((300, 250), (350, 270))
        assert await editor.boxes() == [("car", 200, 200, 200, 100)]
        await editor.keys("t", "l", "t", "h")
        await editor.click((300, 250))
        assert await editor.selection() == []
        await editor.keys("t", "h")
        await editor.click((300, 250))
        assert len(await editor.selection()) == 1


class TestView:
    async def test_pans_by_middle_button_and_by_space_also_while_drawing(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        before = await editor.screen((0, 0))
        await editor.drag((500, 500), (600, 550), button="middle")
        await editor.click((100, 100))
        await editor.page.keyboard.down("Space")
        await editor.drag((500, 500), (400, 450))
        await editor.page.keyboard.up("Space")
        assert await editor.screen((0, 0)) == pytest.approx(before, abs=2)
        await editor.click((300, 200))
        assert await editor.boxes() == [("car", 100, 100, 200, 100)]

    async def test_zoom_keeps_the_point_under_the_pointer(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        before = await editor.screen((400, 300))
        await editor.move((400, 300))
        await editor.wheel(-500)
        assert await editor.screen((400, 300)) == pytest.approx(before, abs=1)
        await editor.keys("Control+0")
        assert await editor.screen((400, 300)) == pytest.approx(before, abs=1)

    async def test_a_viewer_changes_nothing(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("mode=view&street=1")
        before = await editor.document()
        await editor.drag((390, 700), (500, 760))
        await editor.keys("Control+a", "Delete", "1", "n")
        await editor.drag((100, 100), (300, 250))
        assert await editor.document() == before

    async def test_thumbnails_draw_their_marks(self, open_editor: OpenEditor, harness: str) -> None:
        editor = await open_editor("street=1")
        page = editor.page
        await page.goto(f"{harness}/index.html?street=1&gallery=1")
        await page.wait_for_selector(".image-view canvas")
        drawn = """() => [...document.querySelectorAll(".image-view canvas")].filter((canvas) => {
            const { width, height } = canvas
            return width > 10 && canvas.getContext("2d").getImageData(0, 0, width, height).data.some(Boolean)
        }).length"""
        await page.wait_for_function(f"({drawn})() >= 12")
        # Those far below the fold have not been drawn: a grid costs what is seen of it.
        assert await page.evaluate(drawn) < 60


class TestFingersAndPen:
    async def test_one_finger_draws_and_two_fingers_zoom(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        touch = await fingers(editor)
        await (await swift_fingers(editor))((100, 100), (200, 180), (300, 250))
        assert await editor.boxes() == [("car", 100, 100, 200, 150)]

        scale = await editor.page.evaluate("harness.inside.workspace.view.scale")
        await touch("touchStart", (600, 400))
        await touch("touchStart", (600, 400), (800, 400))
        await touch("touchMove", (500, 400), (900, 400))
        await touch("touchEnd")
        assert await editor.page.evaluate("harness.inside.workspace.view.scale") > 1.5 * scale
        assert len(await editor.boxes()) == 1

    async def test_a_pen_draws(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        cdp = await editor.page.context.new_cdp_session(editor.page)
        for kind, point in (("mousePressed", (100, 100)), ("mouseMoved", (200, 200)), ("mouseReleased", (300, 250))):
            x, y = await editor.screen(point)
            event = {
                "type": kind,
                "x": x,
                "y": y,
                "button": "left",
                "buttons": 1,
                "clickCount": 1,
                "pointerType": "pen",
            }
            await cdp.send("Input.dispatchMouseEvent", event)
        assert await editor.boxes() == [("car", 100, 100, 200, 150)]


class TestCost:
    async def test_among_10000_boxes_a_drag_draws_one(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("n=10000&width=4000&height=3000")
        page = editor.page
        await editor.drag((1000, 1000), (1400, 1300))
        await editor.keys("v")
        await editor.rest()
        await editor.move((1200, 1000))
        await page.mouse.down()
        await editor.move((1250, 1050), steps=3)
        await editor.rest()
        await page.evaluate("harness.inside.stage.counters.reset()")
        await editor.move((1500, 1500), steps=20)
        painted = await page.evaluate("harness.inside.stage.counters.history().painted")
        await page.mouse.up()
        assert len(painted) > 5
        assert set(painted) == {1}

    @pytest.mark.parametrize("marks", [60, 10_000])
    async def test_a_drag_begins_and_ends_with_one_mark_drawn(self, open_editor: OpenEditor, marks: int) -> None:
        """A large mark under all others, from its press until something else is selected: whatever lies in its place is
        drawn between frames, and then looks as if all had been drawn anew."""
        editor = await open_editor(f"n={marks}&width=4000&height=3000")
        page = editor.page
        await page.evaluate("harness.inside.workspace.settings.set({ fill: 0.3 })")
        await editor.drag((600, 600), (2200, 1800))
        await editor.keys("v", "Shift+-", "Escape")
        await page.evaluate(
            """() => {
                const { session } = harness.inside.workspace
                const marks = harness.document().marks
                session.setLocked(new Set(marks.filter(({ id }) => /^m[0-9]+$/.test(id)).map(({ id }) => id)))
            }"""
        )
        await page.wait_for_function("harness.inside.stage.isSettled")
        before = await editor.document()
        assert before["marks"][-1]["z"] == -1
        await page.evaluate("harness.inside.stage.counters.reset()")
        await editor.drag((1400, 601), (1700, 1001))
        await page.wait_for_function("harness.inside.stage.isSettled")
        counters = await page.evaluate(
            """() => {
                const { counters } = harness.inside.stage
                return { painted: counters.history().painted, between: counters.paintedBetween }
            }"""
        )
        assert await editor.document() != before
        assert max(counters["painted"]) == 1
        assert counters["between"] > marks / 10
        await editor.keys("Escape")
        await page.wait_for_function("harness.inside.stage.isSettled")
        drawn = await page.evaluate(STILL)
        # Another fill and back again: nothing of what was drawn is kept.
        for fill in (0.2, 0.3):
            await page.evaluate("(fill) => harness.inside.workspace.settings.set({ fill })", fill)
            await page.wait_for_function("harness.inside.stage.isSettled")
        assert await page.evaluate(STILL) == drawn

    async def test_panning_draws_only_what_comes_into_sight(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("n=10000&width=4000&height=3000")
        page = editor.page
        await editor.move((2000, 1500))
        await editor.wheel(-400)
        await page.evaluate("harness.inside.stage.counters.reset()")
        await editor.drag((2000, 1500), (2100, 1550), button="middle")
        painted = await page.evaluate("harness.inside.stage.counters.history().painted")
        assert len(painted) > 3
        assert max(painted) < 2000
        shown = "harness.inside.workspace.scene.weightIn(harness.inside.workspace.visible, 1e6)"
        assert await page.evaluate(shown) > 2000
