"""Skeletons in the image editor, driven with a real mouse, keyboard and fingers; documents are compared, not pixels."""

from typing import Any

from .conftest import OpenEditor
from .editor_page import EditorPage
from .test_image_touch import swift_fingers

WALKER = "walker"
"""Head, left hand, right hand, foot."""


async def points(editor: EditorPage) -> list[Any]:
    """The points of each skeleton, rounded to whole pixels."""
    return [geometry["points"] for _, geometry in await editor.geometries("skeleton")]


async def notice(editor: EditorPage) -> str:
    """What the status line says."""
    await editor.frame()
    return await editor.page.inner_text(".status .notice")


async def posed(open_editor: OpenEditor) -> EditorPage:
    """An editor with one skeleton in a frame from (400, 200) to (600, 600), selected."""
    editor = await open_editor()
    await editor.keys("Shift+K")
    await editor.drag((400, 200), (600, 600))
    await editor.keys("v")
    return editor


POSED = [[500, 200, 2], [600, 400, 2], [400, 400, 2], [500, 600, 2]]


class TestPlacing:
    async def test_a_drag_places_the_whole_pose_and_undo_takes_it_back(self, open_editor: OpenEditor) -> None:
        editor = await posed(open_editor)
        assert await points(editor) == [POSED]
        await editor.keys("Control+z")
        assert await points(editor) == []

    async def test_leftward_it_is_seen_from_behind(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Shift+K")
        await editor.drag((600, 200), (400, 600))
        assert await points(editor) == [[[500, 200, 2], [400, 400, 2], [600, 400, 2], [500, 600, 2]]]

    async def test_point_by_point_hidden_skipped_and_back(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Shift+K")
        await editor.click((300, 300))
        assert "Left hand, 2 of 4" in await notice(editor)
        await editor.move((320, 340))
        caption = await editor.page.evaluate("harness.inside.workspace.sketched.caption.text")
        assert caption == "Left hand"
        await editor.click((350, 350))
        await editor.keys("Backspace")
        await editor.page.keyboard.down("Alt")
        await editor.click((360, 360))
        await editor.page.keyboard.up("Alt")
        await editor.keys("Shift+;")
        assert "Foot, 4 of 4" in await notice(editor)
        await editor.page.mouse.click(*await editor.screen((310, 500)), button="right")
        assert await points(editor) == [[[300, 300, 2], [360, 360, 1], [0, 0, 0], [310, 500, 1]]]

    async def test_ended_early_the_rest_is_absent(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Shift+K")
        await editor.path((300, 300), (350, 350))
        await editor.keys("n")
        assert await points(editor) == [[[300, 300, 2], [350, 350, 2], [0, 0, 0], [0, 0, 0]]]

    async def test_by_keys_alone(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.move((500, 500))
        await editor.keys("Shift+K", "Enter", "Shift+ArrowRight", "Enter", "Shift+ArrowDown", ";", "Shift+;")
        assert await points(editor) == [[[500, 500, 2], [510, 500, 2], [510, 510, 1], [0, 0, 0]]]
        await editor.keys("v", ".", ".", "Shift+ArrowUp", ";", ".", ".", "Shift+;", ".", "Delete")
        # The left hand goes up and is hidden; the foot is put where the default pose has it; the head is taken away.
        ((head, hand, other, foot),) = await points(editor)
        assert [head, hand, other] == [[0, 0, 0], [510, 490, 1], [510, 510, 1]]
        assert foot[2] == 2

    async def test_whole_pose_by_a_key(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Shift+J")
        ((head, left, right, foot),) = await points(editor)
        assert head[0] == foot[0] == 800
        assert left[0] - right[0] == (foot[1] - head[1]) / 2

    async def test_by_fingers(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("touch=1")
        await editor.keys("Shift+K")
        await (await swift_fingers(editor))((400, 200), (450, 300), (600, 600))
        assert await points(editor) == [POSED]


class TestEditing:
    async def test_points_are_dragged_one_by_one_without_snapping(self, open_editor: OpenEditor) -> None:
        editor = await posed(open_editor)
        await editor.drag((600, 400), (640, 350))
        await editor.drag((640, 350), (502, 203))
        assert await points(editor) == [[[500, 200, 2], [502, 203, 2], [400, 400, 2], [500, 600, 2]]]
        await editor.keys("Control+z", "Control+z")
        assert await points(editor) == [POSED]

    async def test_the_whole_is_moved_and_stretched(self, open_editor: OpenEditor) -> None:
        editor = await posed(open_editor)
        await editor.drag((450, 300), (470, 310))
        assert await points(editor) == [[[520, 210, 2], [620, 410, 2], [420, 410, 2], [520, 610, 2]]]
        await editor.drag((620, 610), (720, 810))
        assert await points(editor) == [[[570, 210, 2], [720, 510, 2], [420, 510, 2], [570, 810, 2]]]
        await editor.keys("ArrowLeft", "Alt+ArrowRight")
        ((_, left, *_),) = await points(editor)
        assert left == [720, 510, 2]

    async def test_alt_and_click_hides_and_shows(self, open_editor: OpenEditor) -> None:
        editor = await posed(open_editor)
        await editor.page.keyboard.down("Alt")
        await editor.click((600, 400))
        await editor.click((500, 600))
        await editor.click((500, 600))
        await editor.page.keyboard.up("Alt")
        assert await points(editor) == [[[500, 200, 2], [600, 400, 1], [400, 400, 2], [500, 600, 2]]]

    async def test_visibility_and_sides_in_the_panel(self, open_editor: OpenEditor) -> None:
        editor = await posed(open_editor)
        await editor.page.get_by_label("Left hand: hidden").click()
        await editor.page.get_by_label("Foot: absent").click()
        assert await points(editor) == [[[500, 200, 2], [600, 400, 1], [400, 400, 2], [0, 0, 0]]]
        await editor.page.get_by_role("button", name="Swap left and right").click()
        assert await points(editor) == [[[500, 200, 2], [400, 400, 2], [600, 400, 1], [0, 0, 0]]]
        await editor.page.get_by_role("button", name="Right hand", exact=True).click()
        await editor.page.focus(".stage")
        await editor.keys("ArrowDown")
        ((_, _, right, _),) = await points(editor)
        assert right == [600, 401, 1]

    async def test_the_last_point_stays(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("Shift+K")
        await editor.click((300, 300))
        await editor.keys("n", "v", ".", "Shift+;")
        assert "One point at least stays" in await notice(editor)
        assert await points(editor) == [[[300, 300, 2], [0, 0, 0], [0, 0, 0], [0, 0, 0]]]

    async def test_a_drag_of_one_among_many_redraws_one(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("n=300")
        await editor.keys("Shift+K")
        await editor.drag((400, 200), (600, 600))
        await editor.keys("v")
        start, end = await editor.screen((600, 400)), await editor.screen((640, 420))
        await editor.page.mouse.move(*start)
        await editor.page.mouse.down()
        await editor.page.mouse.move(*end, steps=3)
        await editor.frame()
        await editor.page.evaluate("harness.inside.stage.counters.reset()")
        await editor.page.mouse.move(end[0] + 20, end[1], steps=5)
        await editor.frame()
        painted = await editor.page.evaluate("harness.inside.stage.counters.history().painted")
        await editor.page.mouse.up()
        # Of 301 marks, the one in hand.
        assert set(painted) <= {0, 1}
        assert 1 in painted
