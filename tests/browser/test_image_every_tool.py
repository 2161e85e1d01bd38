"""Every drawing tool, by fingers alone and by keys alone: nothing needs a mouse."""

from typing import Any, NamedTuple

import pytest

from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage, Point
from tests.browser.test_image_touch import swift_fingers

pytestmark = pytest.mark.xdist_group("image_editor")


class Drawn(NamedTuple):
    """How one mark of a kind is drawn. strokes: by a finger, a tap being one point; within: where it is touched then.

    keys: from the middle of the view, with the tool in hand.
    """

    strokes: tuple[tuple[Point, ...], ...]
    within: Point
    keys: tuple[str, ...]


RIGHT, DOWN = ("Shift+ArrowRight",) * 10, ("Shift+ArrowDown",) * 10
ACROSS = ("Enter", *RIGHT, *DOWN, "Enter")
"""Two corners, 100 px apart both ways."""
LINE = ((300, 300), (400, 320), (500, 400))
TOOLS = {
    "box": Drawn((LINE,), (300, 350), ACROSS),
    "ellipse": Drawn((LINE,), (300, 350), ACROSS),
    "polygon": Drawn((((300, 300),), ((500, 300),), ((500, 500),), ((300, 300),)), (400, 300),
                     ("Enter", *RIGHT, "Enter", *DOWN, "Enter", "Enter")),
    "polyline": Drawn((((300, 300),), ((500, 300),), ((500, 500),), ((500, 500),)), (400, 300),
                      ("Enter", *RIGHT, "Enter", *DOWN, "Enter", "Enter")),
    "points": Drawn((((300, 300),),), (300, 300), ("Enter",)),
    "rotated_box": Drawn((LINE, ((300, 500),)), (400, 350), ("Enter", *RIGHT, "Enter", *DOWN, "Enter")),
    "cuboid": Drawn((LINE, ((480, 300),)), (300, 350), (*ACROSS, *RIGHT, "Enter")),
    "skeleton": Drawn((LINE,), (400, 300), ("Shift+J",)),
    "mask": Drawn((LINE,), (400, 320), ("Enter",)),
}  # fmt: skip


async def press(editor: EditorPage, button: str) -> None:
    """Presses the keys that a button of the tool rail tells in its tip."""
    keys = await editor.page.locator(button).get_attribute("data-keys")
    assert keys, f"{button} has no key"
    for chord in keys.split(" "):
        *held, key = chord.replace("Ctrl", "Control").split("+")
        await editor.keys("+".join((*held, key if len(key) > 1 else key.lower())))


async def kinds(editor: EditorPage) -> list[str]:
    """The kinds of the marks there are."""
    await editor.frame()
    marks: list[dict[str, Any]] = (await editor.document())["marks"]
    return [mark["kind"] for mark in marks]


class TestFingersAlone:
    @pytest.mark.parametrize("kind", TOOLS)
    async def test_draw_take_back_and_delete(self, open_editor: OpenEditor, kind: str) -> None:
        editor = await open_editor()
        page = editor.page
        await page.set_viewport_size({"width": 820, "height": 1180})
        await editor.frame()
        stroke = await swift_fingers(editor)
        await page.locator(f"[data-tool={kind}]").tap()
        for points in TOOLS[kind].strokes:
            await stroke(*points)
        assert await kinds(editor) == [kind]
        await page.locator("[data-command=undo]").tap()
        assert await kinds(editor) == []
        await page.locator("[data-command=redo]").tap()
        assert await kinds(editor) == [kind]
        await page.locator("[data-tool=select]").tap()
        await stroke(TOOLS[kind].within)
        await page.get_by_role("button", name="Delete", exact=True).tap()
        assert await kinds(editor) == []


class TestKeysAlone:
    @pytest.mark.parametrize("preset", ["fairmark", "cvat", "label-studio"])
    @pytest.mark.parametrize("kind", TOOLS)
    async def test_draw_take_back_and_delete(self, open_editor: OpenEditor, kind: str, preset: str) -> None:
        editor = await open_editor()
        await editor.page.evaluate("(preset) => harness.inside.workspace.settings.set({ preset })", preset)
        await press(editor, f"[data-tool={kind}]")
        await editor.keys(*TOOLS[kind].keys)
        assert await kinds(editor) == [kind]
        await press(editor, "[data-command=undo]")
        assert await kinds(editor) == []
        await press(editor, "[data-command=redo]")
        assert await kinds(editor) == [kind]
        await press(editor, "[data-tool=select]")
        await editor.keys("Tab", "Backspace" if preset == "label-studio" else "Delete")
        assert await kinds(editor) == []
