"""The organisation's own pages: who is a member, who labels, and how they leave."""

import json

from playwright.async_api import expect

from fairmark.client import AsyncClient
from fairmark.kernel.actor import MemberRole
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Shop
from tests.stories.listening import listening


async def joined(shop: Shop, name: str, role: MemberRole) -> str:
    """A new member of the shop's organisation; returns their e-mail address."""
    email = f"{name.lower()}-{shop.project.id}@fairmark.test"
    made = await shop.client.invite(member_role=role)
    async with AsyncClient(shop.url) as client:
        await client.accept_invitation(made.token, name=name, email=email, password=PASSWORD)
    return email


class TestMembers:
    async def test_nobody_is_removed_by_one_slip(self, shop: OpenShop, screen: OpenScreen) -> None:
        here, at = await shop(), await screen()
        owner = await joined(here, "Mira", MemberRole.OWNER)
        await joined(here, "Noor", MemberRole.MEMBER)
        await at.open("/members")
        await at.sign_in(owner)
        page = at.page

        async def ask() -> None:
            await page.click("button[aria-label='Actions for Noor']")
            await page.click("[role=menuitem]:has-text('Remove')")
            await page.wait_for_selector("[role=dialog]:has-text('Remove Noor?')")

        await ask()
        await page.get_by_role("dialog").get_by_role("button", name="Keep").click()
        await page.wait_for_selector("[role=dialog]", state="detached")
        assert len([each async for each in here.client.list_members() if each.name == "Noor"]) == 1
        await ask()
        await page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
        await page.wait_for_selector("td:has-text('Noor')", state="detached")
        assert [each async for each in here.client.list_members() if each.name == "Noor"] == []


class TestScaleCallbacks:
    async def test_an_address_is_kept_tried_and_its_key_changed(self, shop: OpenShop, screen: OpenScreen) -> None:
        here, at = await shop(), await screen()
        owner = await joined(here, "Mira", MemberRole.OWNER)
        await at.open("/webhooks")
        await at.sign_in(owner)
        page = at.page
        with listening() as listener:
            await page.get_by_label("Callback address").fill(f"{listener.url}/callback")
            await expect(page.get_by_role("button", name="Send a test")).to_be_disabled()
            await page.get_by_role("button", name="Save", exact=True).click()
            await expect(page.get_by_role("button", name="Send a test")).to_be_enabled()
            await page.get_by_role("button", name="Send a test").click()
            await page.wait_for_selector("text=The address took it")
            [(headers, body)] = listener.requests
            account = await here.client.get_scale_callbacks()
            assert account.url == f"{listener.url}/callback"
            assert headers["scale-callback-auth"] == account.key
            assert set(json.loads(body)) == {"task", "task_id", "status", "response"}
            await page.get_by_role("button", name="New key").click()
            await page.get_by_role("dialog").get_by_role("button", name="Make a new key").click()
            await page.wait_for_selector("[role=dialog]", state="detached")
            renewed = (await here.client.get_scale_callbacks()).key
            assert renewed != account.key
            await page.wait_for_selector(f"text={renewed}")
            listener.statuses = [500]
            await page.get_by_role("button", name="Send a test").click()
            await page.wait_for_selector("text=It answered 500")
        # The other world has an address and a key of its own.
        await page.get_by_label("Test", exact=True).check(force=True)
        await page.wait_for_selector("text=testauth_")
        await expect(page.get_by_label("Callback address")).to_have_value("")
