"""What comes between a worker and their work: a second tab, a sleeping one, a pause, a closed one. Nothing is lost."""

import asyncpg
import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import Screen, Shop
from tests.patience import until

pytestmark = pytest.mark.xdist_group("interruptions")

DISC = ((100, 100), (240, 240))
BLOCK = ((340, 200), (540, 360))


async def second_tab(first: Screen, path: str) -> Screen:
    """Another tab of the same browser and person."""
    tab = Screen(first.url, first.context, await first.context.new_page(), first.errors)
    tab.page.on("pageerror", lambda error: first.errors.append(str(error)))
    await tab.open(path)
    return tab


async def turns(owner: asyncpg.Connection, shop: Shop) -> dict[str, int]:
    """How many turns of the shop's project people took, by state."""
    statement = """
        SELECT state, count(*) AS many FROM assignments
         WHERE project_id = $1::text::uuid AND worker_id IS NOT NULL GROUP BY state"""
    rows = await owner.fetch(statement, str(shop.project.id))
    return {row["state"]: row["many"] for row in rows}


async def until_turns(owner: asyncpg.Connection, shop: Shop, wanted: dict[str, int]) -> None:
    """Waits for the turns to stand so."""

    async def stand() -> bool:
        return await turns(owner, shop) == wanted

    await until(stand, f"the turns stand as {wanted}")


async def marks(screen: Screen, count: int) -> None:
    """Waits until the picture has so many marks."""
    words = f"{count} mark" if count == 1 else f"{count} marks"
    await screen.until(f"document.querySelector('.turn.active .stage').ariaLabel.startsWith('{words}')")


class TestTwoTabs:
    async def test_one_task_in_both_is_said_and_no_mark_is_lost(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, one = await shop(), await screen()
        await one.open("/label")
        await one.sign_in(await opened.person())
        name = await one.item()
        await one.until("location.search.includes('at=')")
        other = await second_tab(one, one.page.url.removeprefix(one.url))
        assert await other.item() == name
        for tab in (one, other):
            await expect(tab.page.get_by_text("This task is open in another tab as well.")).to_be_visible()

        await one.keys("1")
        await one.drag(*DISC)
        await one.saved()
        # The other tab does not know of it: its own draft is refused as the older one, and then made of both.
        await other.keys("2")
        await other.drag(*BLOCK)
        await marks(other, 2)
        await other.saved()

        await one.page.get_by_role("button", name="Take another task here").click()
        await one.another_item(name)
        await expect(other.page.get_by_text("This task is open in another tab as well.")).to_have_count(0)
        await other.answer("Day")
        await other.saved()
        await other.keys("Control+Enter")
        (found,) = await opened.arrived(1)
        assert found["name"] == name
        assert sorted(mark for mark, _ in found["marks"]) == ["block", "disc"]


class TestTwoDevices:
    async def test_show_both_versions_and_let_the_person_choose(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, laptop, tablet = await shop(pictures=1), await screen(), await screen()
        email = await opened.person()
        await laptop.open("/label")
        await laptop.sign_in(email)
        name = await laptop.item()
        await laptop.until("location.search.includes('at=')")
        await tablet.open(laptop.page.url.removeprefix(laptop.url))
        await tablet.sign_in(email)
        assert await tablet.item() == name

        await laptop.keys("1")
        await laptop.drag(*DISC)
        await laptop.saved()
        await tablet.keys("2")
        await tablet.drag(*BLOCK)
        # The tablet knows nothing of the disc: nothing is written over, and it asks.
        dialog = tablet.page.get_by_role("dialog", name="Which version counts?")
        await expect(dialog.get_by_role("heading", name="On this device")).to_be_visible()
        await expect(dialog.get_by_role("heading", name="On Chrome on Linux")).to_be_visible()
        await expect(dialog.get_by_text("1 mark", exact=True)).to_have_count(2)
        await dialog.get_by_role("button", name="Decide later").click()
        await tablet.answer("Day")
        await tablet.keys("Control+Enter")
        await expect(dialog).to_be_visible()  # nothing is handed in before the choice
        assert await opened.submissions() == []
        await dialog.get_by_role("button", name="Keep both together").click()
        await marks(tablet, 2)
        await tablet.saved()

        # On the laptop it is the other way round: it takes the tablet's version, and undoes that again.
        await laptop.answer("Night")
        there = laptop.page.get_by_role("dialog", name="Which version counts?")
        await there.get_by_role("button", name="Take this one").click()
        await marks(laptop, 2)
        await laptop.saved()
        await laptop.keys("Control+z")
        await marks(laptop, 1)
        await laptop.keys("Control+Shift+z")
        await marks(laptop, 2)
        await laptop.saved()
        await laptop.keys("Control+Enter")
        (found,) = await opened.arrived(1)
        assert sorted(mark for mark, _ in found["marks"]) == ["block", "disc"]
        assert found["answers"] == {"light": "day"}

    async def test_one_after_the_other_needs_no_choice(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, laptop, tablet = await shop(pictures=1), await screen(), await screen()
        email = await opened.person()
        await laptop.open("/label")
        await laptop.sign_in(email)
        await laptop.item()
        await laptop.keys("1")
        await laptop.drag(*DISC)
        await laptop.saved()
        await laptop.page.close()
        await tablet.open("/label")
        await tablet.sign_in(email)
        await tablet.item()
        await marks(tablet, 1)
        await tablet.keys("2")
        await tablet.drag(*BLOCK)
        await tablet.saved()
        await marks(tablet, 2)
        await expect(tablet.page.get_by_role("dialog")).to_have_count(0)


class TestASleepingTab:
    async def test_the_turn_runs_out_meanwhile_and_the_draft_is_kept(
        self, shop: OpenShop, screen: OpenScreen, owner: asyncpg.Connection
    ) -> None:
        opened, at = await shop(pictures=1), await screen()
        await at.open("/label")
        await at.sign_in(await opened.person())
        name = await at.item()
        await at.keys("1")
        await at.drag(*DISC)
        await at.saved()
        system = await at.context.new_cdp_session(at.page)
        await system.send("Page.setWebLifecycleState", {"state": "frozen"})
        await owner.execute(
            "UPDATE assignments SET leased_until = now() - interval '1 minute' WHERE project_id = $1::text::uuid",
            str(opened.project.id),
        )
        await until_turns(owner, opened, {"expired": 1})
        await system.send("Page.setWebLifecycleState", {"state": "active"})

        await expect(at.page.get_by_role("alert")).to_be_visible()
        await at.page.get_by_role("link", name="Work list").first.click()
        await at.page.get_by_role("tab", name="My work").click()
        await expect(at.page.get_by_text("Ran out")).to_be_visible()
        await at.page.get_by_role("link", name="Open the draft").click()
        assert await at.item() == name
        await marks(at, 1)


class TestAPause:
    async def test_the_clock_stands_and_the_task_stays_ones_own(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened, at = await shop(), await screen()
        await at.open("/label")
        await at.sign_in(await opened.person())
        first = await at.item()
        await at.page.get_by_role("button", name="Pause").click()
        await expect(at.page.get_by_text("No time is counted. Your work is kept.")).to_be_visible()
        work = await second_tab(at, "/work")
        await expect(work.page.get_by_text("Paused")).to_be_visible()
        await at.page.get_by_role("button", name="Go on").first.click()
        await expect(at.page.get_by_text("No time is counted. Your work is kept.")).to_have_count(0)
        await at.answer("Night")
        await at.saved()
        await at.keys("Control+Enter")
        await at.another_item(first)
        (found,) = await opened.arrived(1)
        assert found["answers"] == {"light": "night"}


class TestAClosedTab:
    async def test_the_next_task_goes_back_at_once_and_the_begun_one_waits(
        self, shop: OpenShop, screen: OpenScreen, owner: asyncpg.Connection
    ) -> None:
        opened, at = await shop(), await screen()
        await at.open("/label")
        await at.sign_in(await opened.person())
        name = await at.item()
        await at.until("sessionStorage.getItem('fairmark.ahead') !== null")
        await at.keys("1")
        await at.drag(*DISC)
        await at.saved()
        assert await turns(owner, opened) == {"leased": 2}
        await at.page.close()
        await until_turns(owner, opened, {"leased": 1, "returned": 1})

        again = await second_tab(at, "/label")
        assert await again.item() == name
        await marks(again, 1)
