"""A question about a mark, from the editor to whoever answers it; and what a workforce's lead may look through."""

from uuid import uuid4

from playwright.async_api import expect

from fairmark.client import AsyncClient
from fairmark.client.model import WorkRole
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Shop
from tests.browser.test_accessibility import looked_over


async def lead_of(here: Shop) -> str:
    """The lead of the shop's workforce; returns their e-mail address."""
    email = f"lead-{uuid4().hex[:10]}@fairmark.test"
    made = await here.client.invite(workforce_id=here.workforce_id, work_role=WorkRole.LEAD)
    async with AsyncClient(here.url) as client:
        await client.accept_invitation(made.token, name="Lea", email=email, password=PASSWORD)
    return email


class TestQuestion:
    async def test_the_lead_sees_the_mark_that_is_asked_about(self, shop: OpenShop, screen: OpenScreen) -> None:
        here, at = await shop(), await screen()
        await at.open("/label")
        await at.sign_in(await here.person())
        await at.item()
        await at.keys("1")
        await at.drag((100, 100), (240, 240))
        await at.keys("2")
        await at.drag((340, 200), (540, 360))
        await at.keys("Control+/")
        dialog = at.page.get_by_role("dialog")
        await expect(dialog.get_by_label("About the mark chosen")).to_be_checked()
        await dialog.get_by_label("Question", exact=True).fill("Is the shadow part of it?")
        await expect(dialog.get_by_text("Block")).to_be_visible()
        assert await looked_over(at.page) == []
        await dialog.get_by_role("button", name="Send").click()
        await dialog.wait_for(state="detached")
        (asked,) = [each async for each in here.client.list_questions(here.project.id)]
        assert [mark.class_ for mark in asked.marks] == ["block"]

        lead = await screen()
        await lead.open(f"/projects/{here.project.id}/questions")
        await lead.sign_in(await lead_of(here))
        card = lead.page.get_by_role("article")
        await card.locator(".badge", has_text="Block").wait_for()
        await expect(card.get_by_role("link", name="with the marks asked about").locator("img")).to_be_visible()
        assert await looked_over(lead.page) == []


class TestLead:
    async def test_explores_the_projects_of_their_workforce(self, shop: OpenShop, screen: OpenScreen) -> None:
        here, at = await shop(), await screen()
        await at.open(f"/projects/{here.project.id}/explore")
        await at.sign_in(await lead_of(here))
        await at.page.get_by_text("picture-0.png").first.wait_for()
        await at.open(f"/projects/{here.project.id}/quality")
        await at.page.get_by_role("link", name="Disagreements", exact=True).wait_for()
        await here.client.set_project_workforces(here.project.id, [])
        await at.open(f"/projects/{here.project.id}/explore")
        await at.page.get_by_text("no workforce that you lead is assigned").first.wait_for()
