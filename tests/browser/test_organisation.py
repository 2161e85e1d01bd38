"""The organisation's own pages: who is a member, who labels, and how they leave."""

from fairmark.client import AsyncClient
from fairmark.kernel.actor import MemberRole
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Shop


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
