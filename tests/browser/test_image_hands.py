"""Walks from mark to mark, by keys and by pointer, in the image editor; the document is compared."""

import pytest

from tests.browser.conftest import OpenEditor

pytestmark = pytest.mark.xdist_group("image_editor")

CARD = "[data-walk]"


class TestAttributeWalk:
    async def test_every_mark_is_answered_by_keys_alone(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("street=1")
        await editor.keys("w")
        card = editor.page.locator(CARD)
        before = await editor.document()
        asked = [mark["id"] for mark in before["marks"] if mark["class"] in ("car", "pedestrian")]
        for n in range(len(asked)):
            await card.get_by_text(f"{n + 1} of {len(asked)}", exact=True).wait_for()
            (held,) = await editor.selection()
            kind = next(mark["class"] for mark in before["marks"] if mark["id"] == held)
            # A car is asked three things, the second of which, No, keeps the third from being asked; then its plate.
            await editor.keys(*(["3", "0", "Tab"] if kind == "car" else ["4"]))
        after = await editor.document()
        found = {mark["id"]: mark["attributes"] for mark in after["marks"]}
        for mark in after["marks"]:
            wanted = {"car": {"view": "rear", "occluded": False}, "pedestrian": {"age": 4}}.get(mark["class"], {})
            assert found[mark["id"]] == wanted
        await editor.keys("Escape")
        await card.wait_for(state="detached")

    async def test_fields_by_arrows_text_by_typing_and_back(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.keys("r", "1")
        await editor.drag((200, 200), (400, 300))
        await editor.keys("w", "ArrowDown", "1")
        # Occluded is yes: what occludes it is asked, and several may be chosen.
        await editor.page.locator(CARD).get_by_text("Occluded by").wait_for()
        await editor.keys("1", "3", "3", "2", "ArrowDown", "Enter")
        await editor.page.keyboard.type("AB-1")
        await editor.keys("Escape", "ArrowUp", "ArrowUp", "ArrowUp", "2")
        (mark,) = (await editor.document())["marks"]
        assert mark["attributes"] == {"occluded": True, "by": ["vehicle", "person"], "plate": "AB-1", "view": "side"}
        await editor.keys("ArrowUp", "Delete")
        (mark,) = (await editor.document())["marks"]
        assert "view" not in mark["attributes"]

    async def test_by_pointer(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("street=1")
        await editor.page.get_by_role("button", name="Answer the attributes, mark by mark").click()
        card = editor.page.locator(CARD)
        (first,) = await editor.selection()
        await card.get_by_role("button", name="Next mark").click()
        await card.get_by_role("button", name="Previous mark").click()
        assert await editor.selection() == [first]
        await card.get_by_role("button", name="End the walk").click()
        await card.wait_for(state="detached")


class TestSweep:
    @pytest.mark.parametrize("preset", ["fairmark", "cvat", "label-studio"])
    async def test_right_another_class_or_gone(self, open_editor: OpenEditor, preset: str) -> None:
        editor = await open_editor("street=1")
        await editor.page.evaluate("(preset) => harness.inside.workspace.settings.set({ preset })", preset)
        before = {mark["id"]: mark["class"] for mark in (await editor.document())["marks"]}
        cars = sum(name == "car" for name in before.values())
        await editor.keys("Tab")
        while before[(await editor.selection())[0]] != "car":
            await editor.keys("Tab")
        await editor.keys("Shift+W")
        card = editor.page.locator(CARD)
        await card.get_by_text(f"of {cars}").wait_for()
        for _ in range(cars):
            await editor.keys("Shift+Tab")
        await editor.keys("Enter")
        (corrected,) = await editor.selection()
        await editor.keys("4")
        (gone,) = await editor.selection()
        await editor.keys("Backspace" if preset == "label-studio" else "Delete")
        await card.get_by_text(f"4 of {cars}", exact=True).wait_for()
        after = {mark["id"]: mark["class"] for mark in (await editor.document())["marks"]}
        assert after == {id: "bus" if id == corrected else name for id, name in before.items() if id != gone}
        # An undo brings it back, and the sweep to it.
        await editor.keys("Control+z")
        assert await editor.selection() == [gone]
        await editor.keys(*["Enter"] * (cars - 2))
        await card.wait_for(state="detached")
        assert await editor.page.locator(".notice").inner_text() == (
            f"{cars} of {cars} judged: {cars - 1} accepted, 1 corrected, 0 deleted."
        )

    async def test_its_keys_are_listed_while_it_lasts(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("street=1")
        await editor.keys("Shift+W", "F1")
        dialog = editor.page.get_by_role("dialog")
        await dialog.get_by_text("It is right: next").wait_for()
        assert await dialog.get_by_text("Draw boxes").count() == 0
