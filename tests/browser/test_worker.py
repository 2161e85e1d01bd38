"""A worker's day in a real browser, against the real server: coming in, labeling, losing the network, reviewing."""

import asyncio
import time

import pytest
from playwright.async_api import Route, expect

from fairmark.client import AsyncClient
from fairmark.client.model import Annotation, Mark
from fairmark.kernel.actor import WorkRole
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Screen, pipeline, take

pytestmark = pytest.mark.xdist_group("worker_pages")

DISC = ((100, 100), (240, 240))
BLOCK = ((340, 200), (540, 360))


async def label(screen: Screen) -> None:
    """Draws the disc and the block, says that it is day, and hands in by key."""
    await screen.keys("1")
    await screen.drag(*DISC)
    await screen.keys("2")
    await screen.drag(*BLOCK)
    await screen.answer("Day")
    await screen.keys("Control+Enter")


def near(marks: list[tuple[str, dict[str, float]]]) -> list[tuple[str, list[int]]]:
    """Class and box of each mark, to the nearest 10 pixels: a screen's pixels are not those of the picture."""
    return [(name, [round(box[edge] / 10) * 10 for edge in ("x", "y", "w", "h")]) for name, box in marks]


RIGHT = [("disc", [100, 100, 140, 140]), ("block", [340, 200, 200, 160])]


class TestComingIn:
    async def test_an_invitation_makes_an_account_and_leads_to_the_work(
        self, shop: OpenShop, screen: OpenScreen
    ) -> None:
        opened, at = await shop(), await screen()
        await at.open(f"/invitation#{await opened.invitation()}")
        await at.page.get_by_label("Your name").fill("Grace")
        await at.page.get_by_label("E-mail").fill(f"grace-{time.time_ns()}@fairmark.test")
        await at.page.locator("input[type=password]").fill(PASSWORD)
        await at.page.get_by_role("button", name="Create the account and join").click()
        await expect(at.page.get_by_role("heading", name="Shapes")).to_be_visible()
        await expect(at.page.get_by_text("Nobody has finished a task yet")).to_be_visible()

    async def test_signing_in_leads_back_to_where_one_wanted_to_go(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(), await screen()
        email = await opened.person()
        await at.open("/work?tab=mine")
        await at.page.get_by_label("E-mail").fill(email)
        await at.page.locator("input[type=password]").fill("not the one")
        await at.page.get_by_role("button", name="Sign in").click()
        await expect(at.page.get_by_role("alert")).to_be_visible()
        await at.sign_in(email)
        await expect(at.page.get_by_text("You have not taken a task here yet")).to_be_visible()

    async def test_the_account_changes_name_and_keys_and_ends_other_sign_ins(
        self, shop: OpenShop, screen: OpenScreen
    ) -> None:
        opened, at, elsewhere = await shop(), await screen(), await screen()
        email = await opened.person()
        for each in (elsewhere, at):
            await each.open("/account")
            await each.sign_in(email)
            await expect(each.page.get_by_role("button", name="Save the name")).to_be_visible()
        await at.page.get_by_label("Name").fill("Ada Lovelace")
        await at.page.get_by_role("button", name="Save the name").click()
        await expect(at.page.get_by_text("Your name is changed.")).to_be_visible()
        await at.page.get_by_text("Like CVAT").click()
        # Two sign-ins in browsers, one of the invitation that made the account.
        await expect(at.page.get_by_role("button", name="End Chrome")).to_have_count(1)
        await at.page.get_by_role("button", name="End Chrome").click()
        await expect(at.page.get_by_text("That sign-in has ended.")).to_be_visible()
        await elsewhere.page.reload()
        await expect(elsewhere.page.get_by_role("button", name="Sign in")).to_be_visible()
        await at.page.reload()
        await expect(at.page.get_by_label("Name")).to_have_value("Ada Lovelace")
        await expect(at.page.get_by_label("Like CVAT")).to_be_checked()


class TestLabeling:
    async def test_task_after_task_by_mouse_and_key(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(pictures=2), await screen()
        await at.open("/work")
        await at.sign_in(await opened.person())
        await at.page.get_by_role("link", name="Label").click()
        first = await at.item()
        await at.page.get_by_role("tab", name="Guideline").click()
        await expect(at.page.get_by_text("A box touches its shape")).to_be_visible()
        await at.page.get_by_role("tab", name="Marks").click()
        await label(at)
        second = await at.another_item(first)
        await label(at)
        await expect(at.page.get_by_text("Nothing waits for you right now")).to_be_visible()
        # What is handed in goes out behind the person's back.
        found = await opened.arrived(2)
        assert sorted(each["name"] for each in found) == sorted([first, second])
        for each in found:
            assert near(each["marks"]) == RIGHT
            assert each["answers"] == {"light": "day"}
        await at.page.get_by_role("link", name="Work list").first.click()
        await at.page.get_by_role("tab", name="My work").click()
        await expect(at.page.get_by_text("Handed in")).to_have_count(2)

    async def test_what_is_missing_is_said_and_nothing_is_sent(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(), await screen()
        await at.open("/label")
        await at.sign_in(await opened.person())
        first = await at.item()
        await at.keys("Control+Enter")
        await expect(at.page.get_by_role("group", name="To mend before handing in")).to_be_visible()
        assert await at.item() == first
        assert await opened.submissions() == []

    async def test_skip_with_a_reason_and_give_back(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(), await screen()
        await at.open("/label")
        await at.sign_in(await opened.person())
        first = await at.item()
        await at.keys("Control+Space")
        await at.page.get_by_role("dialog").wait_for()
        await at.keys("1", "Control+Enter")
        await at.another_item(first)
        await at.page.get_by_role("button", name="Give back").click()
        await at.page.get_by_role("dialog").get_by_role("button", name="Give back").click()
        await expect(at.page.get_by_role("heading", name="Shapes")).to_be_visible()
        await at.page.get_by_role("tab", name="My work").click()
        await expect(at.page.get_by_text("Skipped")).to_have_count(1)
        assert await opened.submissions() == []

    async def test_a_reload_brings_the_same_task_and_the_draft_back(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(), await screen()
        await at.open("/label")
        await at.sign_in(await opened.person())
        first = await at.item()
        await at.drag(*DISC)
        await at.page.reload()
        assert await at.item() == first
        await at.answer("Night")
        await at.saved()
        await at.keys("Control+Enter")
        await at.another_item(first)
        (found,) = await opened.arrived(1)
        assert near(found["marks"]) == RIGHT[:1]
        assert found["answers"] == {"light": "night"}

    async def test_the_next_task_is_there_at_once(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(), await screen()
        await at.open("/label")
        await at.sign_in(await opened.person())
        first = await at.item()
        await at.until("sessionStorage.getItem('fairmark.ahead') !== null")
        await at.answer("Day")
        await at.saved()
        # The server answers nothing until it is there.
        is_there = asyncio.Event()

        async def wait(route: Route) -> None:
            await is_there.wait()
            await route.continue_()

        await at.page.route("**/api/**", wait)
        await at.keys("Control+Enter")
        await at.another_item(first)
        assert await opened.submissions() == []
        is_there.set()
        await opened.arrived(1)
        await at.page.unroute_all(behavior="wait")

    async def test_a_question_to_the_lead_and_its_answer(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(), await screen()
        await at.open("/label")
        await at.sign_in(await opened.person())
        await at.item()
        await at.keys("Control+/")
        await at.page.get_by_label("Question", exact=True).fill("Is the shadow part of it?")
        await at.keys("Control+Enter")
        await expect(at.page.get_by_role("dialog")).to_have_count(0)
        (question,) = [each async for each in opened.client.list_questions(opened.project.id)]
        await opened.client.answer_question(question.id, "No, only the shape.")
        await at.page.get_by_role("button", name="Questions and answers").click()
        await expect(at.page.get_by_text("No, only the shape.")).to_be_visible()

    async def test_by_keyboard_alone(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(pictures=2), await screen()
        email = await opened.person()
        await at.open("/work")
        await at.page.locator("input[type=email]:focus").wait_for()
        await at.page.keyboard.type(email)
        await at.keys("Tab")
        await at.page.keyboard.type(PASSWORD)
        await at.keys("Enter")
        start = at.page.get_by_role("link", name="Start with the most urgent")
        await start.wait_for()
        for _ in range(30):
            if await start.evaluate("link => link === document.activeElement"):
                break
            await at.keys("Tab")
        await at.keys("Enter")
        first = await at.item()
        await at.keys("Shift+Enter")
        await at.page.locator("[data-field=light] :focus").wait_for(state="attached")
        await at.keys("1", "Escape", "Control+Enter")
        await at.another_item(first)
        (found,) = await opened.arrived(1)
        assert found["answers"] == {"light": "day"}


class TestLostNetwork:
    async def test_work_goes_on_and_arrives_exactly_once(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(), await screen()
        await at.open("/label")
        await at.sign_in(await opened.person())
        first = await at.item()
        await at.until("sessionStorage.getItem('fairmark.ahead') !== null")
        await at.context.set_offline(True)
        await label(at)
        # The next one was fetched ahead: work goes on without a network.
        second = await at.another_item(first)
        await expect(at.page.get_by_text("1 task kept here")).to_be_visible()
        await label(at)
        await expect(at.page.get_by_text("It is handed in by itself when the network is back.")).to_be_visible()
        assert await opened.submissions() == []
        await at.context.set_offline(False)
        await at.another_item(second)
        found = await opened.arrived(2)
        assert sorted(each["name"] for each in found) == sorted([first, second])
        assert [near(each["marks"]) for each in found] == [RIGHT, RIGHT]
        await expect(at.page.get_by_text("kept here")).to_have_count(0)


class TestReviewing:
    async def test_accept_fix_and_send_back_by_key(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened = await shop(pipeline(review=True), pictures=3)
        worker, reviewer = await screen(), await screen()
        await worker.open("/label")
        await worker.sign_in(await opened.person())
        for number in range(3):
            name = await worker.item()
            await label(worker)
            if number < 2:
                await worker.another_item(name)
        await expect(worker.page.get_by_text("Nothing waits for you right now")).to_be_visible()
        await opened.review_is_due(3)
        await reviewer.open("/work")
        await reviewer.sign_in(await opened.person(WorkRole.REVIEWER))
        await reviewer.page.get_by_role("link", name="Review", exact=True).click()
        accepted = await reviewer.item()
        await expect(reviewer.page.get_by_text("Submission A").first).to_be_visible()
        await reviewer.keys("Control+Enter")
        fixed = await reviewer.another_item(accepted)
        await reviewer.keys("n", "1")
        await reviewer.drag((20, 20), (80, 80))
        await expect(reviewer.page.get_by_role("button", name="Accept with my changes")).to_be_visible()
        await reviewer.keys("Control+Enter")
        rejected = await reviewer.another_item(fixed)
        await reviewer.keys("Control+Shift+ArrowDown")
        await reviewer.page.get_by_role("dialog").wait_for()
        await reviewer.keys("1")
        await reviewer.page.get_by_label("Note (optional)").fill("The small one is missing.")
        await reviewer.keys("Control+Enter")
        await expect(reviewer.page.get_by_text("Nothing waits for you right now")).to_be_visible()
        assert await opened.all_results(2) == {accepted: ["disc", "block"], fixed: ["disc", "block", "disc"]}
        # What was sent back comes to its author again, with the reviewer's words.
        await worker.page.get_by_role("button", name="Look again").click()
        assert await worker.item() == rejected
        await expect(worker.page.get_by_text("The small one is missing.")).to_be_visible()
        # What became of each stands in their list, and what the reviewer changed can be seen beside their own answer.
        await worker.open("/work?tab=mine")
        for words in ("Accepted", "Corrected", "Sent back"):
            await expect(worker.page.get_by_text(words, exact=True)).to_have_count(1)
        row = worker.page.get_by_role("row").filter(has_text="Corrected")
        await row.get_by_role("link", name="Look at it").click()
        await expect(worker.page.get_by_role("heading", name=fixed)).to_be_visible()
        shown = worker.page.get_by_role("listbox", name="Marks").get_by_role("option")
        await expect(shown).to_have_count(2)
        await worker.page.get_by_text("The correction").click()
        await expect(shown).to_have_count(3)
        # A link into the editor to what is over leads to the same page; the reviewer sees what they decided.
        await reviewer.open("/work?tab=mine")
        await expect(reviewer.page.get_by_text("You corrected")).to_have_count(1)
        row = reviewer.page.get_by_role("row").filter(has_text="You sent it back")
        link = await row.get_by_role("link", name="Look at it").get_attribute("href")
        assert link is not None
        await reviewer.open(link.replace("/work/turns/", "/label/"))
        await expect(reviewer.page.get_by_text("The small one is missing.")).to_be_visible()
        await expect(reviewer.page.get_by_text("Something is missing")).to_be_visible()

    async def test_submissions_over_one_another_and_taking_one_of_them(
        self, shop: OpenShop, screen: OpenScreen
    ) -> None:
        opened = await shop(pipeline(2, review=True), pictures=1)
        disc = Mark(id="a", kind="box", class_="disc", geometry={"x": 100, "y": 100, "w": 140, "h": 140})
        block = Mark(id="b", kind="box", class_="block", geometry={"x": 340, "y": 200, "w": 200, "h": 160})
        for drawn in ((disc,), (disc, block)):
            async with AsyncClient(opened.url) as client:
                await client.sign_in(await opened.person(), PASSWORD)
                await client.submit(await take(client, opened), Annotation(marks=drawn, answers={"light": "day"}))
        await opened.review_is_due(1)
        at = await screen()
        await at.open("/work")
        await at.sign_in(await opened.person(WorkRole.REVIEWER))
        await at.page.get_by_role("link", name="Review", exact=True).click()
        name = await at.item()
        for submission in ("Submission A", "Submission B"):
            await expect(at.page.get_by_text(submission).first).to_be_visible()
        await expect(at.page.get_by_text("Block: 1 of 2 have it")).to_be_visible()
        longer = at.page.locator("li, .row, [role=listitem]", has_text="Submission").filter(has_text="2")
        await longer.get_by_role("button", name="Take all").first.click()
        await at.page.get_by_role("button", name="Accept").first.click()
        await expect(at.page.get_by_text("Nothing waits for you right now")).to_be_visible()
        assert {key: sorted(value) for key, value in (await opened.all_results(1)).items()} == {name: ["block", "disc"]}
