"""Relations and assistance on a tablet: by fingers alone and by a pen alone, held upright; the document is compared.

The photograph and its coin are those of `test_image_assistance`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage, Point
from tests.browser.test_image_assistance import BOTH, BOX, ONE, answered, box_iou, coin, iou, on_coin, only, pixels
from tests.browser.test_image_relations import links
from tests.browser.test_image_touch import fingers, swift_fingers

pytestmark = pytest.mark.xdist_group("image_editor")


class Hand(NamedTuple):
    """What an annotator works with: strokes on the image (one point: a tap), and presses of buttons."""

    stroke: Callable[[tuple[Point, ...]], Awaitable[None]]
    press: Callable[[Locator], Awaitable[None]]

    async def tap(self, *points: Point) -> None:
        """Taps at one point of the image after another."""
        for point in points:
            await self.stroke((point,))


async def hand_of(editor: EditorPage, sort: str) -> Hand:
    """Fingers, or a pen."""
    page = editor.page
    if sort == "fingers":
        swift = await swift_fingers(editor)

        async def stroked(points: tuple[Point, ...]) -> None:
            await swift(*points)

        async def tapped(button: Locator) -> None:
            await button.tap()

        return Hand(stroked, tapped)
    cdp = await page.context.new_cdp_session(page)

    async def send(kind: str, at: tuple[float, float], buttons: int) -> None:
        about = {"type": kind, "x": at[0], "y": at[1], "pointerType": "pen", "buttons": buttons, "clickCount": 1}
        await cdp.send("Input.dispatchMouseEvent", about | {"button": "none" if kind == "mouseMoved" else "left"})

    async def press_and_move(places: list[tuple[float, float]]) -> None:
        # A pen hovers before it touches.
        await send("mouseMoved", places[0], 0)
        await send("mousePressed", places[0], 1)
        for place in places[1:]:
            await send("mouseMoved", place, 1)
        await send("mouseReleased", places[-1], 0)

    async def drawn(points: tuple[Point, ...]) -> None:
        await press_and_move([await editor.screen(point) for point in points])

    async def pressed(button: Locator) -> None:
        await expect(button).to_be_enabled()
        await button.scroll_into_view_if_needed()
        box = await button.bounding_box()
        assert box
        await press_and_move([(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)])

    return Hand(drawn, pressed)


async def tablet(open_editor: OpenEditor, sort: str, query: str = "", class_: str = "car") -> tuple[EditorPage, Hand]:
    """The editor on a tablet held upright, with a class in hand."""
    editor = await open_editor(query)
    await editor.page.set_viewport_size({"width": 820, "height": 1180})
    await editor.page.wait_for_function("harness.inside.workspace.views.size.width < 800")
    await editor.frame()
    hand = await hand_of(editor, sort)
    await editor.page.evaluate(f"harness.inside.workspace.useClass('{class_}')")
    return editor, hand


async def zoom(editor: EditorPage, at: Point) -> None:
    """Moves and zooms the view by two fingers, the first of which lands at a point."""
    cdp = await editor.page.context.new_cdp_session(editor.page)
    x, y = await editor.screen(at)
    first, second, moved = ({"x": x + by, "y": y + by, "id": int(by > 0)} for by in (0, 60, 80))
    # Sent at once: a first finger that waits for the second would be one that is held.
    steps = [("touchStart", [first]), ("touchStart", [first, second]), ("touchMove", [first, moved]), ("touchEnd", [])]
    about = [{"type": kind, "touchPoints": points} for kind, points in steps]
    await asyncio.gather(*(cdp.send("Input.dispatchTouchEvent", each) for each in about))


def accept(editor: EditorPage) -> Locator:
    return editor.page.locator("[data-assist]").get_by_role("button", name="Accept")


def tool(editor: EditorPage, name: str) -> Locator:
    return editor.page.locator(f"[data-tool={name}]")


def command(editor: EditorPage, name: str) -> Locator:
    return editor.page.locator(f"[data-command='{name}']")


@pytest.fixture(params=["fingers", "pen"])
def sort(request: pytest.FixtureRequest) -> str:
    """What is drawn with."""
    return request.param


class TestRelations:
    async def test_are_drawn_told_and_taken_away(self, open_editor: OpenEditor, sort: str) -> None:
        editor, hand = await tablet(open_editor, sort)
        await hand.press(tool(editor, "box"))
        await hand.stroke(((200, 200), (300, 300), (400, 400)))
        await hand.stroke(((600, 200), (700, 300), (800, 400)))
        await hand.press(tool(editor, "link"))
        # A tap, a tap beside the mark that was meant, the tap that hits it.
        await hand.tap((300, 300), (500, 700), (700, 300))
        await hand.press(editor.page.get_by_role("menuitem", name="follows"))
        await expect(editor.page.locator("[data-linked=follows]")).to_be_visible()
        assert await links(editor) == [("follows", 0, 1)]
        # By one stroke, from mark to mark; with one relation left to choose it is made at once.
        await hand.stroke(((700, 300), (500, 320), (300, 300)))
        await hand.press(editor.page.get_by_role("menuitem", name="tows"))
        await expect(editor.page.locator("[data-linked=tows]")).to_be_visible()
        assert await links(editor) == [("follows", 0, 1), ("tows", 1, 0)]
        await hand.press(editor.page.get_by_role("button", name="Remove the link follows"))
        await expect(editor.page.locator("[data-linked=follows]")).to_have_count(0)
        assert await links(editor) == [("tows", 1, 0)]
        await hand.press(command(editor, "undo"))
        await expect(editor.page.locator("[data-linked=follows]")).to_be_visible()
        assert len(await links(editor)) == 2

    async def test_outlive_two_fingers_that_look_for_the_second_mark(self, open_editor: OpenEditor) -> None:
        editor, hand = await tablet(open_editor, "fingers")
        await hand.press(tool(editor, "box"))
        await hand.stroke(((200, 200), (300, 300), (400, 400)))
        await hand.stroke(((600, 200), (700, 300), (800, 400)))
        await hand.press(tool(editor, "link"))
        await hand.tap((300, 300))
        before = await editor.page.evaluate("harness.inside.workspace.view.scale")
        await zoom(editor, (500, 300))
        await editor.page.wait_for_function(f"harness.inside.workspace.view.scale !== {before}")
        await hand.tap((650, 300))
        await hand.press(editor.page.get_by_role("menuitem", name="follows"))
        await expect(editor.page.locator("[data-linked=follows]")).to_be_visible()
        assert await links(editor) == [("follows", 0, 1)]


class TestScissors:
    async def test_taps_around_and_accept(self, open_editor: OpenEditor, sort: str) -> None:
        editor, hand = await tablet(open_editor, sort, ONE, "road")
        await hand.press(tool(editor, "scissors"))
        for turn in (0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6):
            await hand.tap(on_coin(turn))
            await answered(editor)
        assert (await editor.document())["marks"] == []
        await hand.press(accept(editor))
        mark = await only(editor)
        assert mark["kind"] == "polygon"
        assert iou(pixels(mark), coin()) > 0.88

    async def test_a_held_finger_takes_a_stretch_back(self, open_editor: OpenEditor) -> None:
        editor, hand = await tablet(open_editor, "fingers", ONE, "road")
        await hand.press(tool(editor, "scissors"))
        await zoom(editor, on_coin(0.1))
        assert await editor.page.evaluate("harness.inside.workspace.machine.state") == "ready"
        for turn in (0, 1 / 6, 2 / 6):
            await hand.tap(on_coin(turn))
            await answered(editor)
        dots = "harness.inside.workspace.sketched?.dots?.length"
        await editor.page.wait_for_function(f"{dots} === 3")
        touch = await fingers(editor)
        await touch("touchStart", on_coin(0.5))
        await editor.page.wait_for_function(f"{dots} === 2")
        await touch("touchEnd")
        await hand.press(editor.page.locator("[data-assist]").get_by_role("button", name="Call off"))
        await expect(editor.page.locator("[data-assist]")).to_have_count(0)
        assert (await editor.document())["marks"] == []


class TestRegion:
    async def test_taps_add_and_take_off(self, open_editor: OpenEditor, sort: str) -> None:
        editor, hand = await tablet(open_editor, sort, ONE, "leaf")
        await hand.press(tool(editor, "region"))
        for place in ((325, 40), (345, 55), (290, 14)):
            await hand.tap(place)
            await answered(editor)
        await hand.press(editor.page.locator("[data-assist]").get_by_text("Take off", exact=True))
        await editor.page.wait_for_function("harness.inside.workspace.assistance.takesOff")
        await hand.tap((290, 14))
        await answered(editor)
        await hand.press(accept(editor))
        mark = await only(editor)
        assert mark["kind"] == "mask"
        found = pixels(mark)
        assert found[40, 325]
        assert not found[14, 290]
        # The next one begins by adding.
        assert not await editor.page.evaluate("harness.inside.workspace.assistance.takesOff")


class TestCut:
    async def test_a_box_and_strokes_that_take_off(self, open_editor: OpenEditor, sort: str) -> None:
        editor, hand = await tablet(open_editor, sort, ONE, "leaf")
        await hand.press(tool(editor, "cutout"))
        await hand.stroke(((296, 8), (330, 40), (374, 82)))
        await answered(editor)
        await hand.stroke(((325, 30), (345, 30), (345, 60)))
        await answered(editor)
        await hand.press(editor.page.locator("[data-assist]").get_by_text("Take off", exact=True))
        await editor.page.wait_for_function("harness.inside.workspace.assistance.takesOff")
        await hand.stroke(((299, 12), (299, 40), (299, 78)))
        await answered(editor)
        await hand.press(accept(editor))
        mark = await only(editor)
        assert mark["kind"] == "mask"
        assert iou(pixels(mark), coin()) > 0.9


class TestOffers:
    async def test_a_loose_box_is_drawn_tight(self, open_editor: OpenEditor, sort: str) -> None:
        editor, hand = await tablet(open_editor, sort, ONE, "leaf")
        await hand.press(tool(editor, "box"))
        await hand.stroke(((297, 9), (340, 40), (373, 81)))
        loose = (await only(editor))["geometry"]
        await hand.press(command(editor, "assist.fit"))
        await editor.page.wait_for_function("harness.inside.workspace.keyMode === 'offers'")
        await hand.press(accept(editor))
        await expect(editor.page.locator("[data-assist]")).to_have_count(0)
        tight = (await only(editor))["geometry"]
        assert box_iou(loose, BOX) < 0.7
        assert box_iou(tight, BOX) > 0.88

    async def test_an_outline_goes_to_the_edge_and_is_made_another_kind(
        self, open_editor: OpenEditor, sort: str
    ) -> None:
        editor, hand = await tablet(open_editor, sort, ONE, "leaf")
        await hand.press(tool(editor, "polygon"))
        await hand.tap(*[on_coin(n / 12, 1.09 if n % 2 else 0.95) for n in range(12)], on_coin(0, 0.95))
        before = await only(editor)
        await hand.press(command(editor, "assist.snap"))
        await editor.page.wait_for_function("harness.inside.workspace.keyMode === 'offers'")
        await hand.press(accept(editor))
        await expect(editor.page.locator("[data-assist]")).to_have_count(0)
        after = await only(editor)
        assert iou(pixels(after), coin()) > max(0.88, iou(pixels(before), coin()))
        await hand.press(editor.page.locator("[data-actions]"))
        await hand.press(editor.page.get_by_role("menuitem", name="Make masks of the selected marks"))
        await editor.page.wait_for_function("harness.document().marks[0].kind === 'mask'")
        assert iou(pixels(await only(editor)), pixels(after)) > 0.97

    async def test_marks_are_taken_over_to_the_next_image(self, open_editor: OpenEditor, sort: str) -> None:
        editor, hand = await tablet(open_editor, sort, BOTH, "leaf")
        await hand.press(tool(editor, "box"))
        await hand.stroke(((305, 16), (340, 40), (365, 72)))
        await hand.stroke(((186, 105), (200, 120), (226, 144)))
        await hand.press(tool(editor, "select"))
        # The other image is taken in hand by a touch.
        place: dict[str, Any] = await editor.page.evaluate(
            """() => {
                const { place } = harness.inside.workspace.views.shown[1]
                const { x, y } = document.querySelector(".stage").getBoundingClientRect()
                return { x: x + place.x + place.w / 2, y: y + place.y + place.h - 8 }
            }"""
        )
        await editor.page.touchscreen.tap(place["x"], place["y"])
        await editor.page.wait_for_function("harness.inside.workspace.session.asset === 1")
        await hand.press(command(editor, "assist.follow"))
        await editor.page.wait_for_function("harness.inside.workspace.keyMode === 'offers'")
        # Two fingers on it refuse nothing; a tap does.
        await zoom(editor, (215, 130))
        taken = "harness.inside.workspace.sketched.offers.filter(({ isTaken }) => isTaken).length"
        assert await editor.page.evaluate(taken) == 2
        await hand.tap((215, 130))
        await editor.page.wait_for_function(f"{taken} === 1")
        await hand.press(accept(editor))
        await editor.page.wait_for_function("harness.document().marks.length === 3")
        first, _, third = (await editor.document())["marks"]
        assert third["asset"] == 1
        # The photograph was moved by 9 px and 5 px.
        assert abs(third["geometry"]["x"] - first["geometry"]["x"] - 9) < 1
        assert abs(third["geometry"]["y"] - first["geometry"]["y"] - 5) < 1
