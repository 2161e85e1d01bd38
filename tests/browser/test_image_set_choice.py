"""Choosing which images of an item stand side by side: by mouse, by keys, by fingers."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage
from tests.browser.test_image_sets import SIZES, boxes, drag, inside, shown

pytestmark = pytest.mark.xdist_group("image_editor")

MANY = "assets=30&width=400&height=300"


def strip(editor: EditorPage) -> Locator:
    return editor.page.get_by_role("listbox", name="Images of this item")


def small(editor: EditorPage, index: int) -> Locator:
    return strip(editor).locator(f"[data-small='{index}']")


class TestByMouse:
    async def test_ctrl_click_and_the_cross_choose_any(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(MANY)
        # The first that is not in hand makes room for a fifth.
        await small(editor, 7).click(modifiers=["Control"])
        assert await shown(editor) == [0, 2, 3, 7]
        await editor.page.locator("[data-away]").nth(1).click()
        assert await shown(editor) == [0, 3, 7]
        await editor.page.locator("[data-away]").nth(1).click()
        assert await shown(editor) == [0, 7]
        await expect(small(editor, 7)).to_have_attribute("aria-selected", "true")
        # Marks are drawn in either; going on takes the place of the one in hand.
        await editor.keys("r", "2")
        await drag(editor, 7, (100, 100), (200, 180))
        await drag(editor, 0, (50, 60), (150, 160))
        assert await boxes(editor) == [(7, 100, 100, 100, 80), (0, 50, 60, 100, 100)]
        await editor.keys("PageDown")
        assert await shown(editor) == [1, 7]
        await small(editor, 5).click()
        assert await shown(editor) == [5, 7]

    async def test_of_a_few_one_is_taken_away_and_put_back(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(SIZES)
        assert await strip(editor).count() == 0
        await editor.page.locator("[data-away]").nth(1).click()
        assert await shown(editor) == [0, 2]
        await small(editor, 1).locator("[data-pick]").click()
        assert await shown(editor) == [0, 1, 2]
        await expect(strip(editor)).to_have_count(0)


class TestByKeys:
    async def test_the_strip_is_gone_through_and_space_chooses(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(MANY)
        await editor.page.locator(".stage").focus()
        await editor.keys("F6")
        await expect(strip(editor)).to_be_focused()
        await editor.keys(*["Control+ArrowRight"] * 6)
        assert await shown(editor) == [0, 1, 2, 3]
        await expect(strip(editor)).to_have_attribute("aria-activedescendant", await self.id_of(editor, 6))
        await editor.keys("Space")
        assert await shown(editor) == [0, 2, 3, 6]
        await editor.keys("Control+ArrowLeft", "Control+ArrowLeft", "Control+ArrowLeft", "Space")
        assert await shown(editor) == [0, 2, 6]
        # Without Ctrl arrows take in hand, in the place of the one that was.
        await editor.keys("ArrowRight")
        assert await shown(editor) == [2, 4, 6]
        await editor.page.locator(".stage").focus()
        await editor.keys("Alt+k")
        assert await shown(editor) == [2, 6]
        await editor.keys("Alt+i", "Alt+i")
        assert await shown(editor) == [0, 1, 2, 3]
        assert await inside(editor, "workspace.session.asset") == 2

    async def id_of(self, editor: EditorPage, index: int) -> str:
        """The id of a small picture."""
        found = await small(editor, index).get_attribute("id")
        assert found
        return found


class TestByFingers:
    async def test_a_tap_on_the_mark_of_a_small_picture(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(MANY)
        await editor.page.set_viewport_size({"width": 820, "height": 1180})
        await editor.page.wait_for_function("harness.inside.workspace.views.size.width < 800")
        await small(editor, 5).locator("[data-pick]").tap()
        assert await shown(editor) == [0, 2, 3, 5]
        await small(editor, 3).locator("[data-pick]").tap()
        assert await shown(editor) == [0, 2, 5]
        await editor.page.locator("[data-away]").first.tap()
        assert await shown(editor) == [2, 5]
