"""A lead draws a sample of what is done on the tasks page, and a reviewer meets it in the queue."""

from uuid import uuid4

from playwright.async_api import Page, expect

from fairmark.client import AsyncClient
from fairmark.client.model import Annotation, LabelStage, Mark, Overlap, Pipeline, ReviewStage
from fairmark.kernel.actor import MemberRole, WorkRole
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Screen, Shop, pipeline, take

PICTURES = 3
SAMPLED = Pipeline(stages=(LabelStage(overlap=Overlap(min=1, max=1)), ReviewStage(share=0)))
SAID = Annotation(
    marks=(Mark(id="a", kind="box", class_="disc", geometry={"x": 100, "y": 100, "w": 140, "h": 140}),),
    answers={"light": "day"},
)


async def labeled(shop: Shop) -> None:
    """Somebody labels all the pictures."""
    async with AsyncClient(shop.url) as client:
        await client.sign_in(await shop.person(), PASSWORD)
        for _ in range(PICTURES):
            await client.submit(await take(client, shop), SAID)


async def manager(shop: Shop, screen: Screen) -> Page:
    """A manager of the organisation at the list of tasks."""
    email = f"manager-{uuid4().hex[:10]}@fairmark.test"
    made = await shop.client.invite(member_role=MemberRole.MANAGER)
    async with AsyncClient(shop.url) as client:
        await client.accept_invitation(made.token, name="Mira", email=email, password=PASSWORD)
    await screen.open(f"/projects/{shop.project.id}/tasks")
    await screen.sign_in(email)
    return screen.page


class TestASample:
    async def test_is_drawn_by_a_lead_and_decided_by_keys(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened = await shop(SAMPLED, pictures=PICTURES)
        await labeled(opened)
        await opened.all_results(PICTURES)
        page = await manager(opened, await screen())
        await page.get_by_role("button", name="Review a sample").click()
        dialog = page.get_by_role("dialog", name="Review a sample")
        tasks = dialog.get_by_role("spinbutton", name="Tasks")
        await expect(tasks).to_be_focused()
        await tasks.fill("2")
        await dialog.get_by_role("button", name="Draw it").click()
        await expect(page.get_by_text(f"In review now: 2 of {PICTURES} tasks.")).to_be_visible()
        samples = page.get_by_role("list", name="Samples for review")
        await expect(samples).to_contain_text("0 accepted, 0 fixed, 0 sent back")

        at = await screen()
        await at.open("/label?kind=review")
        await at.sign_in(await opened.person(WorkRole.REVIEWER))
        first = await at.item()
        await at.keys("Alt+u")
        await expect(at.page.locator(".turn.active").get_by_label("Decide by single keys")).to_be_checked()
        await expect(at.page.locator("main > .turn:not(.active)")).to_have_count(1, timeout=30_000)
        await at.keys("a")
        await at.another_item(first)
        # The last one of the queue is sent at once, and the one before it with it.
        await at.keys("a")
        await expect(at.page.locator(".turn.active")).to_have_count(0, timeout=30_000)
        await expect(at.page.get_by_text("Sending")).to_have_count(0, timeout=30_000)
        await page.reload()
        await expect(samples).to_contain_text("2 accepted, 0 fixed, 0 sent back")

    async def test_without_a_review_stage_the_button_says_why_not(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened = await shop(pipeline(), pictures=1)
        page = await manager(opened, await screen())
        button = page.get_by_role("button", name="Review a sample")
        await expect(button).to_have_attribute("aria-disabled", "true")
        await expect(button).to_have_attribute(
            "data-tip", "The pipeline has no review stage: add one in the project's setup."
        )
