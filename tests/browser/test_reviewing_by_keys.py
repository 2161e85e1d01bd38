"""A reviewer goes through many tasks by single keys: what they wait for is counted in requests, not in seconds."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from playwright.async_api import Page, Route, expect

from fairmark.client import AsyncClient
from fairmark.client.model import Annotation, Mark
from fairmark.kernel.actor import WorkRole
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Screen, Shop, pipeline, take

PICTURES = 6
SAID = Annotation(
    marks=(Mark(id="a", kind="box", class_="disc", geometry={"x": 100, "y": 100, "w": 140, "h": 140}),),
    answers={"light": "day"},
)
REQUESTS = 3
"""What a decision may cost: itself, the claim of a task ahead, and its picture."""


async def labeled(shop: Shop) -> None:
    """Somebody labels all the pictures."""
    async with AsyncClient(shop.url) as client:
        await client.sign_in(await shop.person(), PASSWORD)
        for _ in range(PICTURES):
            await client.submit(await take(client, shop), SAID)
    await shop.arrived(PICTURES)


async def reviewing(shop: Shop, screen: Screen) -> str:
    """A reviewer with the first task on screen who decides by single keys; returns the task's name."""
    await screen.open("/label?kind=review")
    await screen.sign_in(await shop.person(WorkRole.REVIEWER))
    name = await screen.item()
    await screen.keys("Alt+u")
    await expect(screen.page.get_by_label("Decide by single keys").first).to_be_checked()
    return name


async def ahead(screen: Screen) -> None:
    """Waits until the next task stands ready, out of sight."""
    await expect(screen.page.locator("main > .turn:not(.active)")).to_have_count(1, timeout=30_000)


async def come(condition: Callable[[], bool]) -> None:
    """Waits up to 30 s for what the page does by itself."""
    for _ in range(300):
        if condition():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come within 30 s")


async def results(shop: Shop, count: int) -> dict[str, list[str]]:
    """The classes in each result by the item's name, once there are so many or 30 s have passed."""
    for _ in range(150):
        if len(await shop.results()) >= count:
            break
        await asyncio.sleep(0.2)
    return await shop.results()


async def changed_and_accepted(screen: Screen, name: str) -> str:
    """By keys from deciding to changing and back: one more box on the task on screen. Returns the next task's name."""
    await ahead(screen)
    await screen.keys("e", "n", "1")
    await screen.drag((20, 20), (80, 80))
    await screen.keys("Control+Enter")
    following = await screen.another_item(name)
    await expect(screen.page.locator(".turn.active").get_by_label("Decide by single keys")).to_be_checked()
    return following


def reviews_of(page: Page) -> list[dict[str, Any]]:
    """What is sent as reviews from now on, in order; a list that grows."""
    sent: list[dict[str, Any]] = []
    page.on(
        "request",
        lambda asked: sent.append(json.loads(asked.post_data or "{}")) if asked.url.endswith("/review") else None,
    )
    return sent


class TestDecidingByKeys:
    async def test_a_key_decides_and_the_next_task_is_there_without_an_answer(
        self, shop: OpenShop, screen: OpenScreen
    ) -> None:
        opened, at = await shop(pipeline(review=True), pictures=PICTURES), await screen()
        await labeled(opened)
        first = await reviewing(opened, at)
        held: list[Route] = []
        released = asyncio.Event()

        async def hold(route: Route) -> None:
            held.append(route)
            await released.wait()
            await route.continue_()

        await at.page.route("**/api/v1/assignments/*/review", hold)
        await ahead(at)
        # The server is silent about the first decision, and the second task is on screen all the same.
        await at.keys("a")
        second = await at.another_item(first)
        await expect(at.page.locator("[data-pace]")).to_contain_text("1 decision,")
        await ahead(at)
        await at.keys("2")
        third = await at.another_item(second)
        await expect(at.page.locator("[data-pace]")).to_contain_text("2 decisions,")
        # The last decision rests a while, in which it can be undone; then it is sent, too.
        await come(lambda: len(held) == 2)
        said = json.loads(held[1].request.post_data or "{}")
        assert (said["decision"], said["reasons"]) == ("reject", ["wrong_class"])
        released.set()
        await expect(at.page.get_by_text("Sending")).to_have_count(0, timeout=30_000)
        # What one changes by hand in between is a fix; the keys that decide are off meanwhile.
        await at.keys("Alt+u")
        await at.keys("n", "1")
        await at.drag((20, 20), (80, 80))
        await at.keys("Alt+u")
        await ahead(at)
        await at.keys("a")
        await at.another_item(third)
        assert await results(opened, 2) == {first: ["disc"], third: ["disc", "disc"]}

    async def test_each_decision_costs_few_requests(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(pipeline(review=True), pictures=PICTURES), await screen()
        await labeled(opened)
        name = await reviewing(opened, at)
        await ahead(at)
        asked: list[str] = []
        at.page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
        decisions = PICTURES - 2
        for _ in range(decisions):
            await at.keys("a")
            name = await at.another_item(name)
            await ahead(at)
        # Signs of life go by the clock, and the page's own icon is the browser's affair.
        counted = [each for each in asked if not each.endswith(("/beat", "/favicon.svg"))]
        assert len(counted) <= REQUESTS * decisions, counted

    async def test_a_decision_that_is_refused_is_told(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(pipeline(review=True), pictures=PICTURES), await screen()
        await labeled(opened)
        first = await reviewing(opened, at)
        body = '{"error":{"code":"forbidden","message":"You may not.","mend":"Ask the lead.","request_id":"r"}}'
        await at.page.route(
            "**/api/v1/assignments/*/review",
            lambda route: route.fulfill(status=403, content_type="application/json", body=body),
        )
        await ahead(at)
        await at.keys("Enter")
        await at.another_item(first)
        await expect(at.page.get_by_text(f"What you decided on “{first}” was not taken.")).to_be_visible(timeout=30_000)

    async def test_a_key_leads_to_changing_and_back_to_deciding_and_another_skips(
        self, shop: OpenShop, screen: OpenScreen
    ) -> None:
        opened, at = await shop(pipeline(review=True), pictures=PICTURES), await screen()
        await labeled(opened)
        first = await reviewing(opened, at)
        second = await changed_and_accepted(at, first)
        await ahead(at)
        await at.keys("s")
        third = await at.another_item(second)
        await ahead(at)
        await at.keys("a")
        await at.another_item(third)
        assert await results(opened, 2) == {first: ["disc", "disc"], third: ["disc"]}


class TestUndoingADecision:
    async def test_a_key_brings_the_task_back_and_nobody_hears_of_what_was_decided(
        self, shop: OpenShop, screen: OpenScreen
    ) -> None:
        opened, at = await shop(pipeline(review=True), pictures=PICTURES), await screen()
        await labeled(opened)
        first = await reviewing(opened, at)
        sent = reviews_of(at.page)
        await ahead(at)
        await at.keys("a")
        second = await at.another_item(first)
        rests = at.page.locator(".turn.active").get_by_text(f"Accepted: “{first}”.")
        await expect(rests).to_be_visible()
        await at.keys("Backspace")
        assert await at.another_item(second) == first
        await expect(rests).to_have_count(0)
        assert sent == []
        # What is on screen now is what a reload comes back to, and nothing was decided on it.
        await at.page.reload()
        assert await at.item() == first
        await ahead(at)
        await at.keys("2")
        third = await at.another_item(first)
        await come(lambda: len(sent) == 1)
        assert (sent[0]["decision"], sent[0]["reasons"]) == ("reject", ["wrong_class"])
        # The button does the same as the key; the task that was on screen is the next one.
        await ahead(at)
        await at.keys("a")
        fourth = await at.another_item(third)
        await (
            at.page.locator(".turn.active")
            .get_by_role("button", name="Undo")
            .and_(at.page.locator("[data-command='review.takeBack']"))
            .click()
        )
        assert await at.another_item(fourth) == third
        await ahead(at)
        await at.keys("a")
        assert await at.another_item(third) == fourth
        assert list(await results(opened, 1)) == [third]

    async def test_a_reload_sends_what_rests(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(pipeline(review=True), pictures=PICTURES), await screen()
        await labeled(opened)
        first = await reviewing(opened, at)
        await ahead(at)
        await at.keys("a")
        second = await at.another_item(first)
        await at.page.reload()
        assert await at.item() == second
        assert list(await results(opened, 1)) == [first]

    async def test_what_was_changed_comes_back_with_the_task(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(pipeline(review=True), pictures=PICTURES), await screen()
        await labeled(opened)
        first = await reviewing(opened, at)
        second = await changed_and_accepted(at, first)
        await at.keys("Backspace")
        assert await at.another_item(second) == first
        await expect(at.page.locator(".turn.active .stage")).to_have_attribute("aria-label", re.compile("^2 marks"))
        await ahead(at)
        await at.keys("a")
        await at.another_item(first)
        assert await results(opened, 1) == {first: ["disc", "disc"]}
