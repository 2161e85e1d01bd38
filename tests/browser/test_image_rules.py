"""Rules before handing in, in a real browser: set by the project, shown at the mark, walked by key, blocking or not."""

import pytest
from playwright.async_api import Page, expect

from fairmark.kernel.actor import WorkRole
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import Shop, pipeline
from tests.browser.test_setup import manager_at

pytestmark = pytest.mark.xdist_group("setup_pages")


async def choose(page: Page, rule: str, strictness: str) -> None:
    await page.get_by_label(rule).click()
    await page.get_by_role("option", name=strictness).click()


async def loosened(shop: Shop, screen: OpenScreen) -> None:
    """A manager lets required answers be missing, and nothing be marked twice."""
    page = await manager_at(shop, await screen(), "/setup")
    await choose(page, "A required answer is missing", "Shown once, may be handed in")
    await choose(page, "The same thing marked twice", "Has to be mended")
    await expect(page.get_by_label("Pixels that belong to no mask")).to_have_count(0)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Version 2, in force")).to_be_visible()


async def test_a_project_says_what_keeps_work_back_and_what_is_only_shown(shop: OpenShop, screen: OpenScreen) -> None:
    opened = await shop(pipeline())
    await loosened(opened, screen)
    own = await screen()
    await own.open(f"/label?project={opened.project.id}")
    await own.sign_in(await opened.person(WorkRole.WORKER))
    name = await own.item()
    page = own.page
    await own.keys("r", "1")
    await own.drag((100, 100), (240, 240))
    # Drawn so near, its sides would go to those of the first.
    await own.keys("Alt+s")
    await own.drag((102, 101), (240, 240))
    await own.keys("Escape", "Escape")
    pins = page.locator("[data-fault]")
    await expect(pins).to_have_count(0)

    await own.keys("Control+Enter")
    held = page.get_by_role("group", name="To mend before handing in")
    await expect(held).to_contain_text("1 thing to mend, 1 more to look at")
    await expect(pins).to_have_count(1)
    assert await opened.submissions() == []

    # The first F8 leads to the second box: it is selected, and deleting it mends the error.
    await own.keys("F8")
    await expect(page.get_by_text("1 of 2 marks")).to_be_visible()
    await own.keys("Delete")
    await expect(pins).to_have_count(0)
    shown = page.get_by_role("group", name="To look at before handing in")
    await expect(shown).to_contain_text("1 thing to look at once more")
    await own.keys("F8")
    await expect(page.locator("[data-field=light] :focus")).to_have_count(1)

    await own.keys("Control+Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Do it again to hand it in as it is.")
    await own.keys("Control+Enter")
    assert await own.another_item(name) != name
    [handed] = await opened.arrived(1)
    assert (len(handed["marks"]), handed["answers"]) == (1, {})
