"""Many marks at once: chosen, hidden, flagged, copied to the next image; and drawing the same again."""

import pytest

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage

pytestmark = pytest.mark.xdist_group("image_editor")


async def two_cars_and_a_pedestrian(open_editor: OpenEditor, query: str = "") -> EditorPage:
    """The editor with three boxes, nothing selected, the select tool in hand."""
    editor = await open_editor(query)
    await editor.keys("r", "1")
    await editor.drag((100, 100), (200, 200))
    await editor.drag((300, 100), (400, 200))
    await editor.keys("2")
    await editor.drag((500, 100), (600, 200))
    await editor.keys("v", "u")
    return editor


class TestSelecting:
    async def test_all_of_a_class_then_labeled_anew_in_one_step(self, open_editor: OpenEditor) -> None:
        editor = await two_cars_and_a_pedestrian(open_editor)
        await editor.click((150, 150))
        await editor.keys("Control+Shift+a", "4")
        assert [name for name, *_ in await editor.boxes()] == ["bus", "bus", "pedestrian"]
        await editor.keys("Control+z")
        assert [name for name, *_ in await editor.boxes()] == ["car", "car", "pedestrian"]

    async def test_what_is_not_selected(self, open_editor: OpenEditor) -> None:
        editor = await two_cars_and_a_pedestrian(open_editor)
        await editor.click((150, 150))
        await editor.keys("Control+i", "Delete")
        assert await editor.boxes() == [("car", 100, 100, 100, 100)]

    async def test_others_are_hidden_and_shown_again(self, open_editor: OpenEditor) -> None:
        editor = await two_cars_and_a_pedestrian(open_editor)
        await editor.click((550, 150))
        await editor.keys("t", "o")
        # What is hidden is not picked: the click on it ends the selection.
        await editor.click((350, 150))
        assert await editor.selection() == []
        await editor.keys("t", "o")
        await editor.click((350, 150))
        assert len(await editor.selection()) == 1


class TestFlags:
    async def test_occluded_on_and_off_for_all_selected(self, open_editor: OpenEditor) -> None:
        editor = await two_cars_and_a_pedestrian(open_editor)
        await editor.keys("Control+a", "q")
        marks = (await editor.document())["marks"]
        assert [mark["attributes"].get("occluded") for mark in marks] == [True, True, None]
        await editor.keys("q")
        marks = (await editor.document())["marks"]
        assert [mark["attributes"].get("occluded") for mark in marks] == [False, False, None]

    async def test_a_class_without_it_says_so(self, open_editor: OpenEditor) -> None:
        editor = await two_cars_and_a_pedestrian(open_editor)
        await editor.click((550, 150))
        await editor.keys("Shift+q")
        await editor.page.locator(".notice.urgent").get_by_text("no yes-or-no attribute truncated").wait_for()


class TestAgain:
    async def test_n_draws_the_kind_and_class_that_was_drawn_last(self, open_editor: OpenEditor) -> None:
        editor = await two_cars_and_a_pedestrian(open_editor)
        # A mark labeled anew in between changes nothing of what comes next.
        await editor.click((150, 150))
        await editor.keys("4", "n")
        await editor.drag((100, 400), (200, 500))
        assert [name for name, *_ in await editor.boxes()] == ["bus", "car", "pedestrian", "pedestrian"]


class TestCopies:
    async def test_onto_the_next_image_and_the_next_task(self, open_editor: OpenEditor) -> None:
        editor = await two_cars_and_a_pedestrian(open_editor, "assets=2")
        await editor.keys("Control+a", "Control+c", "PageDown", "Control+Shift+v")
        marks = (await editor.document())["marks"]
        assert [(mark["asset"], mark["class"], mark["geometry"]["x"]) for mark in marks] == [
            (0, "car", 100),
            (0, "car", 300),
            (0, "pedestrian", 500),
            (1, "car", 100),
            (1, "car", 300),
            (1, "pedestrian", 500),
        ]
        # The next task is another editor on the same page.
        await editor.page.evaluate("harness.another()")
        await editor.page.wait_for_function("harness.document().marks.length === 0")
        await editor.keys("Control+Shift+v")
        assert [name for name, *_ in await editor.boxes()] == ["car", "car", "pedestrian"]


class TestSnapping:
    async def test_boxes_are_drawn_resized_and_moved_along_neighbours_but_not_with_alt(
        self, open_editor: OpenEditor
    ) -> None:
        editor = await open_editor()
        await editor.keys("r", "1")
        await editor.drag((100, 100), (200, 200))
        # What catches is a few pixels of the screen: so many of the image.
        scale = await editor.page.evaluate("harness.inside.workspace.view.scale")
        near = 2 / scale
        await editor.drag((200 + near, 100 - near), (320, 200 + near))
        await editor.page.keyboard.down("Alt")
        await editor.drag((200 + near, 100 - near), (320, 240))
        await editor.page.keyboard.up("Alt")
        caught, free = (await editor.document())["marks"][1:]
        assert caught["geometry"] == {"x": 200, "y": 100, "w": 120, "h": 100}
        # With Alt the corner stays where it was pressed, to the pixel of the screen.
        assert abs(free["geometry"]["x"] - 200 - near) <= 1 / scale
        assert free["geometry"]["x"] != 200
        await editor.keys("Control+z", "v")
        await editor.click((260, 150))
        # By 100 across and 90 down: no side of it comes near one of the first box.
        await editor.drag((260, 150), (360, 240))
        moved = (await editor.document())["marks"][1]["geometry"]
        assert abs(moved["y"] - 190) <= 1 / scale
        # Its upper side comes to a pixel of the screen from the first one's lower side, which lies beside it.
        await editor.drag((360, 240), (360, 250 + 1 / scale))
        assert (await editor.document())["marks"][1]["geometry"]["y"] == 200

    async def test_the_line_is_shown_and_a_key_turns_it_off(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("r", "1")
        await editor.drag((100, 100), (200, 200))
        scale = await editor.page.evaluate("harness.inside.workspace.view.scale")
        await editor.move((200 + 2 / scale, 150))
        guides = "harness.inside.workspace.snapping.guides.map(({ from }) => from[0])"
        assert await editor.page.evaluate(guides) == [200]
        await editor.keys("Alt+s")
        await editor.move((200 + 2 / scale, 155))
        assert await editor.page.evaluate(guides) == []
        await editor.keys("Alt+s")
