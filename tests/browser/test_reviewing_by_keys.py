"""A reviewer goes through many tasks by single keys: what they wait for is counted in requests, not in seconds."""

import asyncio
import json

from playwright.async_api import Route, expect

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
        assert len(held) == 2
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
        for _ in range(100):
            if len(await opened.results()) == 2:
                break
            await asyncio.sleep(0.2)
        assert await opened.results() == {first: ["disc"], third: ["disc", "disc"]}

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
        await expect(at.page.get_by_text(f"What you decided on “{first}” was not taken.")).to_be_visible()

    async def test_a_key_leads_to_changing_and_back_to_deciding_and_another_skips(
        self, shop: OpenShop, screen: OpenScreen
    ) -> None:
        opened, at = await shop(pipeline(review=True), pictures=PICTURES), await screen()
        await labeled(opened)
        first = await reviewing(opened, at)
        await ahead(at)
        await at.keys("e", "n", "1")
        await at.drag((20, 20), (80, 80))
        await at.keys("Control+Enter")
        second = await at.another_item(first)
        await expect(at.page.locator(".turn.active").get_by_label("Decide by single keys")).to_be_checked()
        await ahead(at)
        await at.keys("s")
        third = await at.another_item(second)
        await ahead(at)
        await at.keys("a")
        await at.another_item(third)
        for _ in range(100):
            if len(await opened.results()) == 2:
                break
            await asyncio.sleep(0.2)
        assert await opened.results() == {first: ["disc", "disc"], third: ["disc"]}
