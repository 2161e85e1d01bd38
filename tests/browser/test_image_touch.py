"""Fingers and a pen on the image: what they draw, choose, take back and move."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage, Point
from tests.browser.product import Screen

pytestmark = pytest.mark.xdist_group("image_editor")

Touch = Callable[..., Awaitable[None]]
Gesture = Callable[..., Awaitable[None]]


async def fingers(editor: EditorPage) -> Touch:
    """A function that puts fingers on points of the image: `await touch("touchStart", (100, 100))`."""
    cdp = await editor.page.context.new_cdp_session(editor.page)

    async def touch(kind: str, *points: Point) -> None:
        at = [await editor.screen(point) for point in points]
        touched = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(at)]
        await cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    return touch


async def swift_fingers(editor: EditorPage | Screen) -> Gesture:
    """A function for whole gestures of one finger: `await swift((100, 100), (200, 180))`, with one point a tap.

    What it does first is sent together with its coming down: a pause of this process in between would make it a hold.
    """
    cdp = await editor.page.context.new_cdp_session(editor.page)

    async def swift(*points: Point) -> None:
        at = [await editor.screen(point) for point in points]
        touched = [[{"x": x, "y": y, "id": 0}] for x, y in at]
        kinds = ["touchStart"] + ["touchMove"] * (len(at) - 1) + ["touchEnd"]
        events = [{"type": kind, "touchPoints": at} for kind, at in zip(kinds, [*touched, []], strict=True)]
        await asyncio.gather(*(cdp.send("Input.dispatchTouchEvent", event) for event in events[:2]))
        # A finger that has moved holds nothing; moves that come together would be made one.
        for event in events[2:]:
            await cdp.send("Input.dispatchTouchEvent", event)

    return swift


async def pen(editor: EditorPage, kind: str, at: Point, buttons: int = 1) -> None:
    """Moves, presses or lifts a pen at a point of the image."""
    x, y = await editor.screen(at)
    cdp = await editor.page.context.new_cdp_session(editor.page)
    about = {"type": kind, "x": x, "y": y, "pointerType": "pen", "buttons": buttons}
    await cdp.send("Input.dispatchMouseEvent", about | {"button": "left", "clickCount": 1})


class TestFingers:
    async def test_tap_corners_and_hold_to_take_the_last_back(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        touch, swift = await fingers(editor), await swift_fingers(editor)
        await editor.keys("d")
        for corner in ((300, 300), (500, 300), (500, 500), (900, 900)):
            await swift(corner)
        await touch("touchStart", (700, 700))
        dots = "harness.inside.workspace.sketched?.dots?.length"
        await editor.page.wait_for_function(f"{dots} === 3")
        await touch("touchEnd")
        await editor.keys("n")
        assert await editor.geometries("polygon") == [("road", {"parts": [[[[300, 300], [500, 300], [500, 500]]]]})]

    async def test_hold_adds_to_the_selection(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        touch, swift = await fingers(editor), await swift_fingers(editor)
        await editor.keys("r", "2")
        await editor.drag((200, 200), (400, 400))
        await editor.drag((600, 200), (800, 400))
        await editor.keys("v", "u")
        await swift((300, 300))
        assert len(await editor.selection()) == 1
        await touch("touchStart", (700, 300))
        await editor.page.wait_for_function("harness.inside.workspace.selection.size === 2")
        await touch("touchEnd")
        assert len(await editor.selection()) == 2
        # A finger that moves is no hold: it moves what is selected.
        await swift((700, 300), (720, 320), (750, 350))
        assert [x for _, x, *_ in await editor.boxes()] == [250, 650]

    async def test_grips_are_larger_for_them(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        swift = await swift_fingers(editor)
        await editor.keys("r", "2")
        await editor.drag((400, 400), (700, 700))
        await editor.keys("v")
        coarse = "harness.inside.workspace.isCoarse"
        assert await editor.page.evaluate(coarse) is False
        # Fifteen CSS pixels beside the corner are a miss for a mouse, and none for a finger.
        beside = 15 / await editor.page.evaluate("harness.inside.workspace.view.scale")
        await swift((700 + beside, 700), (720, 720), (800, 800))
        assert await editor.page.evaluate(coarse) is True
        ((_, x, y, w, h),) = await editor.boxes()
        assert (x, y) == (400, 400)
        assert min(w, h) > 380


class TestPen:
    async def test_draws_while_fingers_move_the_view(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("r", "2", *["Control+="] * 4)
        await pen(editor, "mousePressed", (700, 400))
        await pen(editor, "mouseMoved", (760, 440))
        await pen(editor, "mouseMoved", (900, 500))
        await pen(editor, "mouseReleased", (900, 500), 0)
        drawn = [("pedestrian", 700, 400, 200, 100)]
        assert await editor.boxes() == drawn
        # A hand that rests right after it is none; later one finger moves the view, and draws nothing.
        swift = await swift_fingers(editor)
        view = "[harness.inside.workspace.view.x, harness.inside.workspace.view.y]"
        before = await editor.page.evaluate(view)

        async def moved() -> list[float]:
            await swift((800, 450), (740, 420))
            return await editor.page.evaluate(view)

        while await moved() == before:
            await editor.frame()
        assert await editor.boxes() == drawn
