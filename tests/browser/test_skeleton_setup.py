"""Building the skeleton of a class in the project's setup, in a real browser."""

import re

import pytest
from playwright.async_api import Page, expect

from fairmark.ontology.model import ItemClass, Skeleton
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import Shop
from tests.browser.test_setup import manager_at

pytestmark = pytest.mark.xdist_group("setup_pages")


async def new_class(shop: Shop, screen: OpenScreen, name: str) -> Page:
    """The setup page with a new class that takes skeletons and nothing else."""
    page = await manager_at(shop, await screen(), "/setup")
    await page.get_by_placeholder("New class").fill(name)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Class name")).to_have_value(name)
    await page.get_by_role("checkbox", name=re.compile("^Box")).uncheck()
    await page.get_by_role("checkbox", name=re.compile("^Skeleton")).check()
    return page


async def saved(shop: Shop, page: Page) -> ItemClass:
    """The class as the server has it once it is saved."""
    await page.get_by_role("button", name="Save version 2").click()
    await expect(page.get_by_text("Version 2 is in force.")).to_be_visible()
    return (await shop.client.get_ontology(shop.project.id)).document.classes[-1]


class TestSkeleton:
    async def test_begins_from_a_known_one(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened = await shop()
        page = await new_class(opened, screen, "Person")
        await expect(page.get_by_text("The skeleton of Person has no points.")).to_be_visible()
        await page.get_by_role("combobox", name=re.compile("^Start from")).click()
        await page.get_by_role("option", name="Person, COCO's 17 points").click()
        await expect(page.get_by_role("list", name="Points in their order").get_by_role("listitem")).to_have_count(17)
        skeleton = (await saved(opened, page)).skeleton
        assert skeleton is not None
        assert (len(skeleton.points), len(skeleton.edges), len(skeleton.mirrored)) == (17, 19, 8)
        assert (skeleton.points[0].id, skeleton.points[0].sigma) == ("nose", 0.026)

    async def test_is_drawn_by_mouse_and_keys(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened = await shop()
        page = await new_class(opened, screen, "Arm")
        canvas = page.get_by_role("group", name="Default pose")
        for x, y in [(0.2, 0.2), (0.5, 0.5), (0.8, 0.2)]:
            box = await canvas.bounding_box()
            assert box is not None
            await canvas.click(position={"x": box["width"] * x, "y": box["height"] * y})
        for number, name in enumerate(["Left hand", "Neck", "Right hand"], start=1):
            await page.get_by_role("button", name=f"{number} Point {number}", exact=True).first.focus()
            await page.keyboard.press("Space")
            await page.get_by_label("Name of the point").fill(name)
        # From hand to neck by mouse, from neck to the other hand by keys; the neck goes down by keys.
        await page.get_by_role("button", name="1 Left hand", exact=True).first.click()
        await page.get_by_role("button", name="2 Neck", exact=True).first.click(modifiers=["Shift"])
        await page.get_by_role("button", name="3 Right hand", exact=True).first.focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="2 Neck", exact=True).first.focus()
        await page.keyboard.press("Shift+ArrowDown")
        await page.get_by_role("button", name="Pair left and right by their names").click()
        skeleton = (await saved(opened, page)).skeleton
        assert isinstance(skeleton, Skeleton)
        assert [(point.id, point.name) for point in skeleton.points] == [
            ("point_1", "Left hand"),
            ("point_2", "Neck"),
            ("point_3", "Right hand"),
        ]
        assert skeleton.edges == (("point_1", "point_2"), ("point_2", "point_3"))
        assert skeleton.mirrored == (("point_1", "point_3"),)
        left, neck, right = skeleton.points
        assert left.x < neck.x < right.x
        assert neck.y > left.y + 0.1
