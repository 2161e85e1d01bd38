"""A model that an operator dropped into the folder, asked in the editor by clicks and a box; the hand-in is read."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.async_api import ViewportSize, expect

from fairmark.modalities.image.marks.mask import MASK, decode
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import SIZE, Screen, Shop
from tests.browser.test_image_touch import swift_fingers
from tests.conftest import Server
from tests.predictions.made import make_model

ONTOLOGY = {"classes": [{"id": "shape", "name": "Shape", "color": "#2a9d8f", "marks": ["mask"]}]}
TABLET = ViewportSize(width=820, height=1180)
BLOCK = (340, 200, 201, 161)
"""Left, top, width and height of the block on the pictures of `product.picture`, in whole pixels."""


@pytest.fixture
def model(server: Server) -> Iterator[str]:
    """A model in the server's folder, as long as the test lasts."""
    folder = make_model(server.data_dir / "models" / "colour")
    yield folder.name
    shutil.rmtree(folder)


async def asked(
    shop: OpenShop, screen: OpenScreen, model: str, window: ViewportSize | None = None
) -> tuple[Shop, Screen]:
    """A worker before a picture, with the model in hand."""
    there = await shop(None, 1, ONTOLOGY)
    email = await there.person()
    here = await screen()
    if window:
        await here.page.set_viewport_size(window)
    await here.open(f"/label?project={there.project.id}")
    await here.sign_in(email)
    await here.item()
    await here.page.locator(f"[data-tool='model:{model}']").click()
    return there, here


class TestAskModel:
    async def test_a_click_and_n_draw_what_the_model_sees(self, shop: OpenShop, screen: OpenScreen, model: str) -> None:
        there, here = await asked(shop, screen, model)
        await here.drag((440, 280), (440, 280))
        accept = here.page.locator("[data-assist]").get_by_role("button", name="Accept")
        await expect(accept).to_be_enabled()
        await expect(here.page.locator("[data-assist]")).to_contain_text("90 % sure")
        # Off again by Escape, and asked once more: now it knows the image.
        await here.keys("Escape")
        await expect(here.page.locator("[data-assist]")).to_have_count(0)
        await here.drag((440, 280), (440, 280))
        await expect(accept).to_be_enabled()
        await here.keys("n")
        await here.saved()
        await here.keys("Control+Enter")
        (handed,) = await there.arrived(1)
        ((class_, geometry),) = handed["marks"]
        assert class_ == "shape"
        crop = decode(MASK.read(geometry))
        # The model sees ten image pixels as one: its edges are so far off at most.
        for found, wanted in zip((crop.x, crop.y, crop.width, crop.height), BLOCK, strict=True):
            assert abs(found - wanted) <= 10
        assert crop.width <= SIZE[0]

    async def test_fingers_add_and_take_off(self, shop: OpenShop, screen: OpenScreen, model: str) -> None:
        there, here = await asked(shop, screen, model, TABLET)
        tap = await swift_fingers(here)
        bar = here.page.locator("[data-assist]")
        await tap((440, 280))
        await expect(bar).to_contain_text("90 % sure")
        # The model sees a colour: with a point taken off in the disc nothing changes for the block.
        await bar.get_by_text("Take off").click()
        await tap((170, 170))
        await expect(bar).to_contain_text("sure")
        await bar.get_by_role("button", name="Accept").click()
        await here.saved()
        await here.keys("Control+Enter")
        (handed,) = await there.arrived(1)
        ((_, geometry),) = handed["marks"]
        crop = decode(MASK.read(geometry))
        for found, wanted in zip((crop.x, crop.y, crop.width, crop.height), BLOCK, strict=True):
            assert abs(found - wanted) <= 10

    async def test_a_mark_says_that_a_model_made_it(self, shop: OpenShop, screen: OpenScreen, model: str) -> None:
        there, here = await asked(shop, screen, model)
        await here.drag((330, 190), (560, 380))
        await expect(here.page.locator("[data-assist]")).to_contain_text("sure")
        await here.drag((440, 280), (440, 280))
        await expect(here.page.locator("[data-assist]")).to_contain_text("90 % sure")
        await here.page.locator("[data-assist]").get_by_role("button", name="Accept").click()
        await here.saved()
        await here.keys("Control+Enter")
        await there.arrived(1)
        (task,) = [each async for each in there.client.list_tasks(there.project.id)]
        (submission,) = (await there.client.get_task(task.id)).submissions
        (mark,) = submission.annotation.marks
        assert mark.source == "prediction"
        assert mark.score == pytest.approx(0.9)
