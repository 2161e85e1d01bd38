"""Threads of comments, from a reviewer's pin to the author's answer and the next reviewer's eyes."""

import asyncio

from playwright.async_api import Route, expect

from fairmark.client import AsyncClient
from fairmark.client.model import Annotation, Mark, Thread, WorkRole
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Screen, Shop, pipeline, take
from tests.browser.test_accessibility import looked_over
from tests.patience import PATIENCE_S, until

SAID = Annotation(
    marks=(Mark(id="a", kind="box", class_="disc", geometry={"x": 100, "y": 100, "w": 140, "h": 140}),),
    answers={"light": "day"},
)


async def labeled(shop: Shop) -> str:
    """Somebody labels the only picture; returns their e-mail address."""
    email = await shop.person()
    async with AsyncClient(shop.url) as client:
        await client.sign_in(email, PASSWORD)
        await client.submit(await take(client, shop), SAID)
    await shop.review_is_due(1)
    return email


async def reviewing(shop: Shop, screen: Screen) -> None:
    await screen.open("/label?kind=review")
    await screen.sign_in(await shop.person(WorkRole.REVIEWER))
    await screen.item()


async def at(screen: Screen, name: str) -> tuple[float, float]:
    """Where the foot of a pin is, in the picture's own pixels."""
    image = await screen.page.locator(".image-layer:visible").bounding_box()
    found = await screen.page.locator(f"[data-pin]:visible:text-is('{name}')").bounding_box()
    assert image is not None
    assert found is not None
    scale = 640 / image["width"]
    return (found["x"] + 12 - image["x"]) * scale, (found["y"] + 24 - image["y"]) * scale


async def threads_of(shop: Shop) -> list[Thread]:
    (task,) = [task async for task in shop.client.list_tasks(shop.project.id)]
    return await shop.client.task_threads(task.id)


class TestThreads:
    async def test_go_from_the_reviewer_to_the_author_and_to_the_next_reviewer(
        self, shop: OpenShop, screen: OpenScreen
    ) -> None:
        here, reviewer = await shop(pipeline(review=True), pictures=1), await screen()
        author = await labeled(here)
        await reviewing(here, reviewer)
        # By mouse: the tool, and a click on the border of the disc's box.
        await reviewer.page.locator("[data-tool=comment]:visible").click()
        await reviewer.drag((100, 170), (100, 170))
        await reviewer.page.keyboard.type("Too wide.")
        assert await looked_over(reviewer.page) == []
        await reviewer.keys("Control+Enter")
        await expect(reviewer.page.locator("[data-thread]:visible")).to_have_count(1)
        # By keys: the place under the pointer.
        await reviewer.drag((600, 40), (600, 40))
        await reviewer.keys("Control+Alt+m")
        await reviewer.page.keyboard.type("What of this?")
        await reviewer.keys("Control+Enter")
        await expect(reviewer.page.locator("[data-thread]:visible")).to_have_count(2)
        first, second = await threads_of(here)
        assert [(each.mark_id, each.comments[0].text) for each in (first, second)] == [
            ("a", "Too wide."), (None, "What of this?"),
        ]  # fmt: skip
        assert second.at is not None
        assert abs(second.at.x - 600) < 2
        assert abs(second.at.y - 40) < 2
        # The pin goes with the mark: its top left corner was at (100, 100).
        x, y = await at(reviewer, "1")
        assert abs(x - 100) < 3
        assert abs(y - 100) < 3
        await reviewer.drag((100, 170), (140, 190))
        await expect(reviewer.page.locator("[data-thread]:visible")).to_have_count(2)

        async def moved() -> bool:
            now = await at(reviewer, "1")
            return now[0] > x + 20 and now[1] > y + 10

        await until(moved, "a frame later, the pin has gone with the mark")
        await reviewer.keys("Control+z", "Control+Shift+ArrowDown")
        dialog = reviewer.page.get_by_role("dialog")
        await dialog.get_by_role("checkbox").first.check()
        await dialog.get_by_role("button", name="Send back").click()
        await dialog.wait_for(state="detached")

        labeler = await screen()
        await labeler.open("/label")
        await labeler.sign_in(author)
        await labeler.item()
        await expect(labeler.page.locator("[data-thread]:visible")).to_have_count(2)
        await labeler.keys("F9")
        await expect(labeler.page.get_by_text("Too wide.", exact=True)).to_be_visible()
        await expect(labeler.page.locator("[data-thread] .who:visible")).to_have_text(["Reviewer"])
        # What is being written outlasts the page.
        await labeler.page.locator("[data-pin]:visible").first.click()
        await expect(labeler.page.locator(f"[data-answer='{first.id}']:visible")).to_be_focused()
        await labeler.page.keyboard.type("Mended.")
        await expect(labeler.page.locator(f"[data-answer='{first.id}']:visible")).to_have_value("Mended.")
        await labeler.page.reload()
        await labeler.item()
        await labeler.keys("F9")
        answer = labeler.page.locator(f"[data-answer='{first.id}']:visible")
        await expect(answer).to_have_value("Mended.")
        await answer.focus()
        await labeler.keys("Control+Enter", "Control+Alt+Enter")
        await expect(labeler.page.get_by_text("Settled by you.")).to_be_visible()
        # The mark goes: its thread stays where it was.
        await labeler.page.locator(".stage:visible").focus()
        await labeler.keys("Control+a", "Delete")
        x, y = await at(labeler, "1")
        assert abs(x - 100) < 3
        assert abs(y - 100) < 3
        await labeler.keys("Control+z", "Control+Enter")
        await here.arrived(2)

        another = await screen()
        await reviewing(here, another)
        cards = another.page.locator("[data-thread]:visible")
        await expect(cards).to_have_count(2)
        await expect(cards.first).to_contain_text("settled")
        await cards.first.get_by_role("button").first.click()
        await expect(another.page.locator("[data-thread] .who:visible")).to_have_text(["Reviewer", "Labeler"])
        assert await looked_over(another.page) == []

    async def test_a_comment_outlasts_a_lost_network_and_arrives_once(self, shop: OpenShop, screen: OpenScreen) -> None:
        here, reviewer = await shop(pipeline(review=True), pictures=1), await screen()
        await labeled(here)
        await reviewing(here, reviewer)
        # The server takes it, and its answer is lost.
        lost = asyncio.Event()

        async def lose(route: Route) -> None:
            await route.fetch()
            await route.abort()
            lost.set()

        await reviewer.page.route("**/threads", lose)
        await reviewer.keys("Control+Alt+m")
        await reviewer.page.keyboard.type("Look again.")
        await reviewer.keys("Control+Enter")
        await expect(reviewer.page.get_by_text("On its way: Look again.")).to_be_visible()
        await asyncio.wait_for(lost.wait(), PATIENCE_S)
        await reviewer.page.unroute_all(behavior="ignoreErrors")
        await reviewer.page.reload()
        await reviewer.item()
        await expect(reviewer.page.locator("[data-thread]:visible")).to_have_count(1)
        assert [[said.text for said in each.comments] for each in await threads_of(here)] == [["Look again."]]

    async def test_a_lead_answers_on_the_tasks_page(self, shop: OpenShop, screen: OpenScreen) -> None:
        here, lead = await shop(pipeline(review=True), pictures=1), await screen()
        await labeled(here)
        (task,) = [task async for task in here.client.list_tasks(here.project.id)]
        reviewer = await here.person(WorkRole.REVIEWER)
        async with AsyncClient(here.url) as client:
            await client.sign_in(reviewer, PASSWORD)
            turn = await take(client, here)
            await client.open_thread(turn, "Too wide?", mark_id="a")
            await lead.open(f"/projects/{here.project.id}/tasks/{task.id}")
            await lead.sign_in(await here.person(WorkRole.LEAD))
            card = lead.page.locator("[data-thread]")
            await card.get_by_role("button").first.click()
            await card.get_by_label("Answer").fill("The guideline says so.")
            await card.get_by_role("button", name="Answer").click()
            await expect(card).to_contain_text("The guideline says so.")
            assert await looked_over(lead.page) == []
            (seen,) = await client.assignment_threads(turn)
        assert [(said.by, said.worker, said.text) for said in seen.comments] == [
            ("you", None, "Too wide?"), ("lead", None, "The guideline says so."),
        ]  # fmt: skip
