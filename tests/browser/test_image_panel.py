"""What stands beside the image editor's canvas, and the way of the work: fields, drafts, review, keys, access."""

import pytest

from tests.browser.conftest import OpenEditor

pytestmark = pytest.mark.xdist_group("image_editor")


class TestFields:
    async def test_attributes_follow_their_conditions(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        page = editor.page
        await editor.drag((100, 100), (300, 250))
        await page.wait_for_selector("[data-field=view]")
        assert await page.locator("[data-field=by]").count() == 0
        await page.click("[data-field=occluded] label:has-text('Yes')")
        await page.click("[data-field=by] label:has-text('Person')")
        await page.click("[data-field=by] label:has-text('Vehicle')")
        await page.click("[data-field=view] label:has-text('Side')")
        assert (await editor.document())["marks"][0]["attributes"] == {
            "occluded": True, "by": ["vehicle", "person"], "view": "side",
        }  # fmt: skip

    async def test_two_choices_within_one_frame_both_stay(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.drag((100, 100), (300, 250))
        await editor.page.get_by_role("group", name="Occluded").get_by_text("Yes").click()
        by = editor.page.get_by_role("group", name="Occluded by")
        await by.wait_for()
        await by.evaluate("(group) => { for (const box of [...group.querySelectorAll('input')].slice(1)) box.click() }")
        assert (await editor.document())["marks"][0]["attributes"]["by"] == ["person", "plant"]

    async def test_attributes_by_keys_alone(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.drag((100, 100), (300, 250))
        await editor.frame()
        await editor.keys("Shift+Enter", "2", "ArrowDown", "0", "Escape")
        await editor.frame()
        assert (await editor.document())["marks"][0]["attributes"] == {"view": "side", "occluded": False}
        await editor.drag((400, 100), (500, 250))
        assert len(await editor.boxes()) == 2

    async def test_questions_and_tags(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        page = editor.page
        await page.click("[data-field=weather] label:has-text('Rain')")
        await page.click("[data-field=wet] label:has-text('3')")
        await page.fill("[data-field=lanes] input", "4")
        await page.fill("[data-field=note] textarea", "Wipers on")
        await page.fill("[data-field=taken] input", "2024-02-29")
        await page.click("[data-class=blurred]")
        await page.click(".stage", position={"x": 5, "y": 5}, button="middle")
        await editor.keys("8")
        answers = {"weather": "rain", "wet": 3, "lanes": 4, "note": "Wipers on", "taken": "2024-02-29"}
        assert await editor.answers() == answers
        assert await editor.tags() == ["blurred", "night"]
        await page.click("[data-class=blurred]")
        assert await editor.tags() == ["night"]


class TestWork:
    async def test_faults_keep_it_here_until_they_are_mended(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        page = editor.page
        await editor.drag((100, 100), (300, 250))
        await editor.keys("Control+Enter")
        await page.wait_for_selector(".faults li:nth-child(2)")
        assert await editor.port("handIns.size") == 0
        await page.click(".faults button:has-text('Seen from')")
        await page.wait_for_function("document.activeElement.closest('[data-field=view]')")
        await editor.keys("1")
        await page.click(".faults button:has-text('Weather')")
        await page.wait_for_function("document.activeElement.closest('[data-field=weather]')")
        await editor.keys("1", "Escape")
        await page.wait_for_function("document.activeElement.matches('.stage')")
        await page.wait_for_selector(".faults", state="detached")
        await page.click("[data-command=submit]")
        await page.wait_for_function("harness.ended === 'submitted'")
        sent = await page.evaluate("[...harness.port.handIns.values()].map((each) => each.annotation)")
        assert [(mark["class"], mark["attributes"]) for mark in sent[0]["marks"]] == [("car", {"view": "front"})]
        assert sent[0]["answers"] == {"weather": "clear"}
        # The time worked travels with the work.
        assert await page.evaluate("[...harness.port.handIns.values()][0].beats.length") > 0

    async def test_a_lost_network_loses_nothing(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        page = editor.page
        await page.evaluate("harness.port.isOffline = true")
        await editor.drag((100, 100), (300, 250))
        await page.wait_for_selector("[data-save=offline]")
        await editor.drag((400, 100), (500, 250))
        await page.evaluate("harness.port.isOffline = false; dispatchEvent(new Event('online'))")
        await page.wait_for_selector("[data-save=saved]")
        assert len((await editor.port("drafts.at(-1).annotation"))["marks"]) == 2

    async def test_a_crash_loses_nothing(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.page.evaluate("harness.port.isOffline = true")
        await editor.drag((100, 100), (300, 250))
        await editor.page.click("[data-field=weather] label:has-text('Snow')")
        await editor.page.wait_for_selector("[data-save=offline]")
        again = await open_editor(document_from=editor)
        await again.page.wait_for_function("harness.inside.workspace.scene.size === 1")
        assert await again.boxes() == [("car", 100, 100, 200, 150)]
        assert await again.answers() == {"weather": "snow"}
        await again.page.wait_for_selector("[data-save=saved]")
        assert len((await again.port("drafts.at(-1).annotation"))["marks"]) == 1

    async def test_skip_ask_and_pause(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        page = editor.page
        await editor.keys("Control+/")
        await page.fill("[role=dialog] textarea", "Is a toy car a car?")
        await editor.keys("Control+Enter")
        await page.wait_for_function("harness.port.questions.length === 1")
        await page.wait_for_selector("[role=dialog]", state="detached")
        await editor.keys("Alt+p")
        await page.wait_for_selector("text=No time is counted")
        await editor.drag((100, 100), (300, 250))
        assert await editor.boxes() == []
        await page.click("text=Go on")
        await editor.keys("Control+Space")
        await page.wait_for_selector("[role=dialog]")
        await editor.keys("2", "Control+Enter")
        await page.wait_for_function("harness.ended === 'skipped'")
        assert await editor.port("skips") == [{"reason": "unclear", "note": ""}]
        assert [await editor.port("pauses"), await editor.port("resumes")] == [1, 1]


class TestReview:
    async def test_goes_through_differences_takes_and_accepts_with_changes(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("mode=review")
        page = editor.page
        total = await page.locator("[data-difference]").count()
        assert total > 3
        await editor.keys("]", "]")
        await page.wait_for_selector("[data-difference='1'][aria-current=true]")
        marks = len((await editor.document())["marks"])
        # Heron and Otter have it, Finch has not: what Finch says takes the mark away, what Otter says brings it back.
        await page.click("[aria-label='Take this from Finch 31']")
        assert len((await editor.document())["marks"]) == marks - 1
        await editor.keys("t", "2")
        assert len((await editor.document())["marks"]) == marks
        await editor.keys("Alt+Shift+2")
        await page.wait_for_selector("[data-submission=p1][aria-pressed=false]")
        assert await page.evaluate("[...harness.inside.workspace.review.shown]") == ["p0", "p2"]
        await page.click("text=Accept with my changes")
        await page.wait_for_function("harness.port.verdicts.length === 1")
        assert (await editor.port("verdicts[0].decision")) == "fix"

    async def test_sends_back_with_reasons_by_keys(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("mode=review")
        await editor.keys("Control+Shift+ArrowDown")
        await editor.page.wait_for_selector("[role=dialog]")
        await editor.keys("1", "3", "Control+Enter")
        await editor.page.wait_for_function("harness.ended === 'reviewed'")
        verdict = await editor.port("verdicts[0]")
        assert (verdict["decision"], verdict["reasons"]) == ("reject", ["missed", "imprecise"])


class TestKeys:
    async def test_the_overlay_tells_the_keys_of_the_preset(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        page = editor.page
        await editor.keys("Shift+?")
        dialog = page.locator("[role=dialog]")
        await dialog.wait_for()
        assert await dialog.locator("dt:has(kbd:text-is('R')) + dd").inner_text() == "Draw boxes"
        assert "Draw the same kind" in await dialog.locator("dt:has(kbd:text-is('N')) + dd").first.inner_text()
        assert "Nothing to undo." in await dialog.inner_text()
        await editor.keys("Escape")
        await dialog.wait_for(state="detached")

    async def test_presets_and_own_keys_take_effect_at_once_and_last(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        page = editor.page
        await editor.keys("Control+,")
        await page.click("text=Like Label Studio")
        await page.click("[aria-label='Change the key of Draw boxes']")
        await editor.keys("b")
        await page.wait_for_selector("[data-command='tool.box'] kbd:text-is('B')")
        await editor.keys("Escape")
        await page.wait_for_selector("[role=dialog]", state="detached")
        again = await open_editor(document_from=editor)
        await again.keys("v", "b")
        assert await page.evaluate("harness.inside.workspace.tool.id") == "box"
        await again.keys("h")
        assert await page.evaluate("harness.inside.workspace.tool.id") == "pan"

    async def test_conflicts_are_told(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        page = editor.page
        await editor.keys("Control+,")
        await page.click("[aria-label='Change the key of Draw boxes']")
        await editor.keys("Control+z")
        await page.wait_for_selector("text=One key clashes.")
        assert "Undo" in await page.locator("[data-command='tool.box'] .why").inner_text()


class TestAccess:
    async def test_the_list_mirrors_the_canvas(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        page = editor.page
        await editor.drag((100, 100), (300, 250))
        await editor.drag((400, 100), (500, 250))
        option = page.locator("[role=listbox] [role=option]")
        await page.wait_for_function("document.querySelectorAll('[role=option]').length === 2")
        assert await option.first.get_attribute("aria-label") == "Car, 200 \u00d7 150 px at 100, 100"
        await page.focus("[role=listbox]")
        await editor.keys("Home", "Shift+ArrowDown")
        assert len(await editor.selection()) == 2
        await editor.keys("Delete")
        assert await editor.boxes() == []

    async def test_tab_goes_from_mark_to_mark_and_f6_leads_out(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        page = editor.page
        await editor.drag((400, 100), (500, 250))
        await editor.drag((100, 100), (300, 250))
        await editor.keys("v", "Escape", "Tab")
        assert (await editor.document())["marks"][1]["id"] in await editor.selection()
        await editor.keys("Tab")
        assert (await editor.document())["marks"][0]["id"] in await editor.selection()
        await page.wait_for_function("document.querySelector('[aria-live=polite]').textContent.includes('2 of 2')")
        await editor.keys("F6")
        assert await page.evaluate("document.querySelector('.panel').contains(document.activeElement)")

    async def test_tab_leaves_a_canvas_without_marks(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        await editor.page.focus(".stage")
        await editor.keys("Tab")
        assert not await editor.page.evaluate("document.activeElement.matches('.stage')")
