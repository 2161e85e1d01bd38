"""Administrators: who may come in, which organisations are open; and what those read who are kept out."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import expect

from fairmark.client import AsyncClient
from fairmark.client.errors import Forbidden
from fairmark.client.model import MemberRole, Scope
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Screen, Shop
from tests.browser.test_accessibility import looked_over
from tests.browser.test_organisation import joined


@pytest.fixture
async def here(shop: OpenShop) -> Shop:
    return await shop(pictures=1)


@pytest.fixture
async def admin(here: Shop, screen: OpenScreen, owner: asyncpg.Connection) -> AsyncIterator[Screen]:
    """An administrator's browser, on the page of people. They own the shop's organisation, too."""
    email = await joined(here, "Ann", MemberRole.OWNER)
    await owner.execute("UPDATE people SET is_admin = true WHERE email = $1", email)
    at = await screen()
    await at.open("/people")
    await at.sign_in(email)
    await at.page.get_by_role("heading", name="People").wait_for()
    yield at
    await owner.execute("UPDATE people SET is_admin = false WHERE email = $1", email)


async def with_a_key(here: Shop, email: str) -> str:
    """A key that the person makes; its secret."""
    async with AsyncClient(here.url) as client:
        await client.sign_in(email, PASSWORD)
        return (await client.create_key("nightly", [Scope.READ])).secret


class TestPeople:
    async def test_somebody_is_found_disabled_and_let_in_again(
        self, here: Shop, admin: Screen, screen: OpenScreen
    ) -> None:
        email = await joined(here, "Noor", MemberRole.MANAGER)
        secret = await with_a_key(here, email)
        theirs = await screen()
        await theirs.open("/projects")
        await theirs.sign_in(email)
        await theirs.page.get_by_role("heading", name="Projects").wait_for()

        page = admin.page
        await page.get_by_label("Search").fill(email.upper())
        await expect(page.get_by_role("table").locator("tbody tr")).to_have_count(1)
        assert await looked_over(page) == []
        await page.get_by_role("link", name="Noor").click()
        await page.get_by_role("button", name="Disable").click()
        dialog = page.get_by_role("dialog")
        assert await looked_over(page) == []
        await dialog.get_by_label("Reason").fill("Left in May.")
        await dialog.get_by_role("button", name="Disable").click()
        await page.get_by_text("1 key that they made still works").wait_for()
        assert await looked_over(page) == []

        # Their page signs them out with its next request, and says why when they come back.
        await theirs.open("/members")
        await theirs.page.get_by_role("textbox", name="Password").wait_for()
        await theirs.sign_in(email)
        await theirs.page.get_by_text("Left in May.").wait_for()
        assert await looked_over(theirs.page) == []

        # The key that they made works until it is ended.
        async with AsyncClient(here.url, secret) as program:
            await program.get_organisation()
        await page.get_by_role("button", name="Revoke").click()
        await dialog.get_by_role("button", name="Revoke").click()
        await page.get_by_text("Revoked", exact=True).wait_for()

        await page.get_by_role("button", name="Let in again").click()
        await dialog.get_by_role("button", name="Let in").click()
        await page.get_by_role("button", name="Disable").wait_for()
        await theirs.sign_in(email)
        await theirs.page.get_by_role("heading", name="Members").wait_for()

    async def test_nobody_can_disable_themself(self, admin: Screen) -> None:
        page = admin.page
        await page.get_by_label("Search").fill("Ann")
        await page.get_by_role("link", name="Ann").first.wait_for()
        own = await page.evaluate("fetch('/api/v1/me').then((answer) => answer.json()).then((me) => me.person.id)")
        await admin.open(f"/people/{own}")
        await page.get_by_text("administrator", exact=True).wait_for()
        await expect(page.get_by_role("button", name="Disable")).to_have_attribute("aria-disabled", "true")


class TestOrganisations:
    async def test_one_is_closed_and_opened_again(
        self, here: Shop, admin: Screen, screen: OpenScreen, tmp_path: Path
    ) -> None:
        worker = await here.person()
        theirs = await screen()
        await theirs.open("/work")
        await theirs.sign_in(worker)
        await theirs.page.get_by_role("heading", name="Work", exact=True).wait_for()
        name = (await here.client.get_organisation()).name

        page, dialog = admin.page, admin.page.get_by_role("dialog")
        await admin.open("/organisation")
        await page.get_by_role("button", name="Close it").click()
        await dialog.get_by_label("Reason").fill("The contract has ended.")
        await dialog.get_by_role("button", name="Close it").click()
        await page.get_by_text("You can still look and export").wait_for()
        assert await looked_over(page) == []
        await expect(page.get_by_role("link", name="New project")).to_have_count(0)
        with pytest.raises(Forbidden, match="closed"):
            await here.client.get_organisation()

        await theirs.open("/")
        await theirs.page.get_by_text("The contract has ended.").wait_for()
        assert await looked_over(theirs.page) == []

        await admin.open("/organisations")
        await page.get_by_role("searchbox", name="Search").fill(name)
        row = page.get_by_role("row").filter(has_text=name)
        await row.get_by_text("Closed").wait_for()
        assert await looked_over(page) == []
        await row.get_by_role("button", name="Open again").click()
        await dialog.get_by_role("button", name="Open it").click()
        await row.get_by_text("Open", exact=True).wait_for()
        await expect(page.get_by_text("You can still look and export")).to_have_count(0)
        assert (await here.client.get_organisation()).closed_at is None
        await theirs.open("/work")
        await theirs.page.get_by_role("heading", name="Work", exact=True).wait_for()

    async def test_a_new_one_is_made(self, admin: Screen) -> None:
        page, dialog = admin.page, admin.page.get_by_role("dialog")
        await admin.open("/organisations")
        await page.get_by_role("button", name="New organisation").click()
        await dialog.get_by_label("Name").fill("Northern Quay")
        await dialog.get_by_role("button", name="Make it").click()
        await page.get_by_role("row").filter(has_text="Northern Quay").first.wait_for()
        await page.get_by_role("button", name="Organisation: ").wait_for()  # the switch: they own two now
