"""Several images of one item: side by side, moved together, drawn in each, many of them chosen from a strip."""

from typing import Any

import pytest

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage, Point

pytestmark = pytest.mark.xdist_group("image_editor")

SIZES = "sizes=800x600,400x300,600x900"
"""The second is half the first; the third is upright."""


async def at(editor: EditorPage, asset: int, point: Point) -> Point:
    """Where a point of one of the images on screen lies in the window now."""
    found = await editor.page.evaluate(
        """([asset, x, y]) => {
            const view = harness.inside.workspace.views.of(asset)
            const { scale, x: left, y: top } = view.view
            const box = document.querySelector(".stage").getBoundingClientRect()
            const [paneX, paneY] = view.inPane([left + x * scale, top + y * scale])
            return [box.x + view.place.x + paneX, box.y + view.place.y + paneY]
        }""",
        [asset, *point],
    )
    return found[0], found[1]


async def drag(editor: EditorPage, asset: int, start: Point, end: Point) -> None:
    """Presses at a point of an image, moves, lets go at another."""
    first, last = await at(editor, asset, start), await at(editor, asset, end)
    await editor.page.mouse.move(*first)
    await editor.page.mouse.down()
    await editor.page.mouse.move(*last, steps=6)
    await editor.page.mouse.up()


async def boxes(editor: EditorPage) -> list[tuple[int, ...]]:
    """Image, left, top, width and height of each box, in whole pixels."""
    marks = (await editor.document())["marks"]
    return [
        (mark["asset"], *(round(mark["geometry"][edge]) for edge in ("x", "y", "w", "h")))
        for mark in marks
        if mark["kind"] == "box"
    ]


async def shown(editor: EditorPage) -> list[int]:
    """Which images are on screen."""
    await editor.frame()
    panes = editor.page.locator("[data-view]")
    return [int(await pane.get_attribute("data-view") or -1) for pane in await panes.all()]


async def inside(editor: EditorPage, words: str) -> Any:
    """What an expression on the workspace says."""
    return await editor.page.evaluate(f"(() => {{ const {{ workspace }} = harness.inside; return {words} }})()")


class TestSideBySide:
    async def test_draws_in_the_view_under_the_pointer_with_one_history(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(SIZES)
        assert await shown(editor) == [0, 1, 2]
        await editor.keys("r", "2")
        await drag(editor, 0, (100, 100), (300, 200))
        await drag(editor, 1, (50, 60), (150, 160))
        await drag(editor, 2, (200, 300), (500, 700))
        drawn = [(0, 100, 100, 200, 100), (1, 50, 60, 100, 100), (2, 200, 300, 300, 400)]
        assert await boxes(editor) == drawn
        await editor.keys("Control+z", "Control+z")
        assert await boxes(editor) == drawn[:1]
        await editor.keys("Control+y", "Control+y")
        assert await boxes(editor) == drawn
        # What is moved in one view stays in it.
        await editor.keys("v")
        await drag(editor, 1, (100, 110), (120, 130))
        assert (await boxes(editor))[1] == (1, 70, 80, 100, 100)

    async def test_what_is_begun_in_one_is_not_ended_in_another(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(SIZES)
        await editor.keys("d")
        for point in ((100, 100), (300, 100)):
            await editor.page.mouse.click(*await at(editor, 0, point))
        await editor.page.mouse.click(*await at(editor, 1, (200, 150)))
        await editor.page.mouse.click(*await at(editor, 0, (200, 300)))
        await editor.keys("n")
        (mark,) = (await editor.document())["marks"]
        assert mark["asset"] == 0
        assert [[round(x) for x in point] for point in mark["geometry"]["parts"][0][0]] == [
            [100, 100],
            [300, 100],
            [200, 300],
        ]

    async def test_views_zoom_and_move_together_until_told_not_to(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(SIZES)
        await editor.page.mouse.move(*await at(editor, 0, (400, 300)))
        await editor.wheel(-600)
        scales = "workspace.views.shown.map(({ view }) => view.scale)"
        large = await inside(editor, scales)
        # Half as many pixels, twice the scale: the same share of the image is seen.
        assert large[1] / large[0] == pytest.approx(2 * await ratio_of_panes(editor), rel=1e-3)
        first, second = await at(editor, 0, (400, 300)), await at(editor, 1, (200, 150))
        await editor.page.mouse.move(*first)
        await editor.page.mouse.down(button="middle")
        await editor.page.mouse.move(first[0] + 60, first[1] + 40, steps=4)
        await editor.page.mouse.up(button="middle")
        moved = await at(editor, 1, (200, 150))
        assert moved[0] - second[0] > 20
        assert moved[1] - second[1] > 10
        await editor.keys("Alt+Shift+i")
        await editor.keys("Control+0")
        apart = await inside(editor, scales)
        assert apart[0] < large[0]
        assert apart[1:] == large[1:]

    async def test_a_cross_shows_the_same_place_in_the_others(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(SIZES)
        await editor.page.mouse.move(*await at(editor, 0, (200, 150)))
        await editor.frame()
        ghost = await editor.page.locator("[data-view='1'] .ghost").evaluate(
            "(cross) => { const box = cross.getBoundingClientRect(); return [box.x, box.y] }"
        )
        # A quarter across and down, as in the first.
        assert ghost == pytest.approx(await at(editor, 1, (100, 75)), abs=1)
        assert not await editor.page.locator("[data-view='0'] .ghost").is_visible()

    async def test_keys_go_through_views_and_marks(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(SIZES)
        await editor.keys("r", "2")
        await drag(editor, 0, (100, 100), (300, 200))
        await drag(editor, 2, (200, 300), (500, 700))
        await editor.keys("v", "u", "PageUp", "PageUp")
        assert await inside(editor, "workspace.session.asset") == 0
        seen: list[int] = []
        for _ in range(3):
            await editor.keys("Tab")
            seen.append(await inside(editor, "workspace.session.selectedMarks[0].asset"))
        assert seen == [0, 2, 0]
        await editor.keys("PageDown")
        assert await inside(editor, "workspace.session.asset") == 1
        await editor.keys("Alt+i")
        assert await shown(editor) == [1]
        await editor.keys("PageDown")
        assert await shown(editor) == [2]
        await editor.keys("Alt+i")
        assert await shown(editor) == [0, 1, 2]
        assert await inside(editor, "workspace.session.asset") == 2

    async def test_copies_to_another_image(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(SIZES)
        await editor.keys("r", "2")
        await drag(editor, 0, (100, 100), (300, 200))
        await editor.keys("Control+c")
        # The middle (200, 150) of the first image is as far across and down as (100, 75) of the second.
        await editor.page.mouse.move(*await at(editor, 1, (250, 200)))
        await editor.keys("Control+Shift+v")
        await editor.page.mouse.move(*await at(editor, 2, (300, 500)))
        await editor.keys("Control+v")
        assert await boxes(editor) == [(0, 100, 100, 200, 100), (1, 0, 25, 200, 100), (2, 200, 450, 200, 100)]

    async def test_keys_act_on_the_selection_though_the_pointer_is_elsewhere(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(SIZES)
        await editor.keys("r", "2")
        await drag(editor, 0, (600, 400), (700, 500))
        await editor.keys("v")
        await editor.page.mouse.move(*await at(editor, 1, (200, 150)))
        await editor.keys("ArrowRight", "Shift+ArrowRight")
        assert await boxes(editor) == [(0, 611, 400, 100, 100)]
        await editor.keys("Delete")
        assert await boxes(editor) == []

    async def test_the_list_says_which_image_a_mark_is_of_and_leads_there(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(SIZES)
        await editor.keys("r", "2")
        await drag(editor, 0, (100, 100), (300, 200))
        await drag(editor, 2, (200, 300), (500, 700))
        rows = editor.page.locator("[role=listbox][aria-label=Marks] [role=option]")
        assert [await row.locator(".image").inner_text() for row in await rows.all()] == ["1", "3"]
        await rows.nth(0).click()
        assert await inside(editor, "workspace.session.asset") == 0
        await rows.nth(1).dblclick()
        assert await inside(editor, "workspace.session.asset") == 2

    async def test_a_fault_of_any_image_is_pinned_and_gone_to(self, open_editor: OpenEditor) -> None:
        editor = await open_editor(SIZES + "&two")
        await editor.keys("r", "1")
        await drag(editor, 1, (50, 60), (150, 160))
        await drag(editor, 2, (200, 300), (500, 700))
        # The same again is a duplicate: said at the mark when the work is handed in.
        await editor.keys("Control+c", "Control+Shift+v", "Control+Enter")
        await editor.page.wait_for_selector("[data-view='2'] [data-fault]")
        await editor.page.mouse.move(*await at(editor, 0, (300, 300)))
        assert await inside(editor, "workspace.session.asset") == 0
        await editor.keys("F8")
        assert await inside(editor, "workspace.session.asset") == 2


class TestManyImages:
    async def test_of_hundreds_a_few_exist_and_any_is_gone_to(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("assets=300&width=400&height=300")
        assert await shown(editor) == [0, 1, 2, 3]
        strip = editor.page.get_by_role("listbox", name="Images of this item")
        assert 4 < await strip.locator("[data-small]").count() < 40
        await strip.locator("[data-small='6']").click()
        assert await shown(editor) == [4, 5, 6, 7]
        await strip.press("End")
        await strip.locator("[data-small='299']").wait_for()
        assert await shown(editor) == [296, 297, 298, 299]
        assert await strip.locator("[data-small='0']").count() == 0
        await editor.page.locator(".stage").focus()
        await editor.keys("Alt+i", "PageUp")
        assert await shown(editor) == [298]
        await editor.keys("r", "2")
        await drag(editor, 298, (100, 100), (200, 180))
        assert await boxes(editor) == [(298, 100, 100, 100, 80)]
        await editor.page.wait_for_function(
            "document.querySelector(\"[data-small='298'] .count\")?.textContent === '1'"
        )

    async def test_one_image_has_no_strip_and_no_name(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        assert await shown(editor) == [0]
        assert await editor.page.get_by_role("listbox", name="Images of this item").count() == 0
        assert await editor.page.locator("[data-view] .name").count() == 0


async def ratio_of_panes(editor: EditorPage) -> float:
    """How much larger the second image may be in its pane than the first in its own, both being of one shape."""
    return await inside(
        editor,
        """(() => {
            const [one, two] = workspace.views.shown.map(({ pane, image }) =>
                Math.min((pane.width - 32) / image.width, (pane.height - 32) / image.height))
            return two / one / 2
        })()""",
    )
