"""Relations between marks, and groups of them, in the image editor, with a real mouse and keyboard."""

from .conftest import OpenEditor
from .editor_page import EditorPage, Point

FIRST: Point = (300, 300)
SECOND: Point = (700, 300)


async def two_cars(open_editor: OpenEditor) -> EditorPage:
    """Two cars side by side, which may follow or tow one another, and a bus, which may nothing."""
    editor = await open_editor()
    await editor.keys("r")
    await editor.drag((200, 200), (400, 400))
    await editor.drag((600, 200), (800, 400))
    await editor.keys("4")
    await editor.drag((1000, 200), (1200, 400))
    await editor.keys("v", "Escape", "Escape")
    return editor


async def links(editor: EditorPage) -> list[tuple[str, int, int]]:
    """Type of each link, and the numbers of its marks, from 0."""
    document = await editor.document()
    ids = [mark["id"] for mark in document["marks"]]
    return [(link["type"], ids.index(link["from"]), ids.index(link["to"])) for link in document["links"]]


class TestDrawing:
    async def test_from_mark_to_mark_asks_which_one_it_is(self, open_editor: OpenEditor) -> None:
        editor = await two_cars(open_editor)
        await editor.keys("Alt+r")
        await editor.drag(FIRST, SECOND)
        await editor.page.get_by_role("menuitem", name="follows").click()
        assert await links(editor) == [("follows", 0, 1)]
        # With one left to choose, it is made at once; by two clicks too.
        await editor.path(FIRST, SECOND)
        assert await links(editor) == [("follows", 0, 1), ("tows", 0, 1)]
        await editor.keys("Control+z")
        assert await links(editor) == [("follows", 0, 1)]

    async def test_what_the_project_does_not_know_is_said(self, open_editor: OpenEditor) -> None:
        editor = await two_cars(open_editor)
        await editor.keys("Alt+r")
        await editor.drag(FIRST, (1100, 300))
        await editor.frame()
        assert "No relation leads from Car to Bus" in await editor.page.inner_text(".status .notice")
        assert await links(editor) == []

    async def test_by_keys_alone(self, open_editor: OpenEditor) -> None:
        editor = await two_cars(open_editor)
        await editor.keys("Tab", "Alt+r", "Tab", "Enter")
        await editor.page.wait_for_selector("[role=menu] button:focus")
        await editor.keys("ArrowDown", "Enter")
        assert await links(editor) == [("follows", 0, 1)]
        await editor.page.wait_for_selector(".stage:focus")
        await editor.keys("v", "Delete")
        assert await links(editor) == []
        assert len((await editor.document())["marks"]) == 3

    async def test_escape_asks_no_more(self, open_editor: OpenEditor) -> None:
        editor = await two_cars(open_editor)
        await editor.keys("Alt+r")
        await editor.drag(FIRST, SECOND)
        await editor.page.wait_for_selector("[role=menu] button:focus")
        await editor.keys("Escape")
        await editor.page.wait_for_selector("[role=menu]", state="detached")
        assert await links(editor) == []


class TestOnTheCanvas:
    async def linked(self, open_editor: OpenEditor) -> EditorPage:
        editor = await two_cars(open_editor)
        await editor.keys("Alt+r")
        await editor.drag(FIRST, SECOND)
        await editor.page.get_by_role("menuitem", name="tows").click()
        await editor.keys("v", "Escape")
        return editor

    async def test_an_arrow_is_chosen_by_a_click_and_deleted(self, open_editor: OpenEditor) -> None:
        editor = await self.linked(open_editor)
        await editor.click((520, 301))
        assert len(await editor.selection()) == 2
        await editor.page.wait_for_selector("[data-linked=tows].on")
        await editor.keys("Delete")
        assert await links(editor) == []
        await editor.keys("Control+z")
        assert await links(editor) == [("tows", 0, 1)]

    async def test_it_is_chosen_in_the_panel_and_goes_with_its_mark(self, open_editor: OpenEditor) -> None:
        editor = await self.linked(open_editor)
        await editor.page.click("[data-linked=tows] .ends")
        assert await editor.page.evaluate("harness.inside.workspace.linker.chosen") is not None
        await editor.page.focus(".stage")
        await editor.keys("Escape")
        await editor.click(SECOND)
        await editor.keys("Delete")
        assert await links(editor) == []


class TestGroups:
    async def test_are_chosen_moved_and_opened(self, open_editor: OpenEditor) -> None:
        editor = await two_cars(open_editor)
        await editor.click(FIRST)
        await editor.page.keyboard.down("Control")
        await editor.click(SECOND)
        await editor.page.keyboard.up("Control")
        await editor.keys("g", "Escape")
        await editor.drag(FIRST, (300, 350))
        assert [box[2] for box in await editor.boxes()] == [250, 250, 200]
        await editor.click((300, 350))
        assert len(await editor.selection()) == 1
        await editor.keys("Shift+g")
        groups = [mark.get("group") for mark in (await editor.document())["marks"]]
        assert [bool(group) for group in groups] == [False, True, False]
        await editor.keys("Control+z", "Control+z", "Control+z")
        assert [mark.get("group") for mark in (await editor.document())["marks"]] == [None, None, None]

    async def test_order_on_keys(self, open_editor: OpenEditor) -> None:
        editor = await two_cars(open_editor)
        await editor.click(FIRST)
        await editor.keys("Shift+=")
        heights = [mark["z"] for mark in (await editor.document())["marks"]]
        assert heights[0] > max(heights[1:])
        await editor.keys("Shift+-")
        heights = [mark["z"] for mark in (await editor.document())["marks"]]
        assert heights[0] < min(heights[1:])
