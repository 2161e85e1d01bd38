"""Two versions of an answer on the two sides of a divider, by mouse and by keys."""

from playwright.async_api import expect

from fairmark.client import AsyncClient
from fairmark.client.model import Annotation, Mark
from fairmark.kernel.actor import WorkRole
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Screen, Shop, pipeline, take
from tests.browser.test_accessibility import looked_over
from tests.patience import until

PLACES = ((100, 100), (340, 200))
"""Where the first and the second labeler saw something: left and right of the middle."""
PAIRS = (
    "Submission A and Consensus",
    "Submission A and Your version",
    "Submission B and Consensus",
    "Submission B and Your version",
    "Consensus and Your version",
    "Submission A and Submission B",
)
INK = """([x, y]) => {
  // How much is drawn of marks around a place of the picture, as the person sees it: cut by the divider.
  const image = [...document.querySelectorAll('.image-layer')].find((each) => each.checkVisibility())
  const box = image.getBoundingClientRect()
  const scale = box.width / 640
  let found = 0
  for (const side of image.parentElement.querySelectorAll('.swipe-side')) {
    if (!side.checkVisibility()) continue
    const place = side.getBoundingClientRect()
    const [, right, , left] = side.style.clipPath.slice('inset('.length).split(' ').map(parseFloat)
    const at = [box.left + x * scale, box.top + y * scale]
    const share = (100 * (at[0] - place.left)) / place.width
    if (share < left || share > 100 - right) continue
    const canvas = [...side.querySelectorAll('canvas')].find((each) => each.style.visibility !== 'hidden')
    const density = canvas.width / canvas.getBoundingClientRect().width
    const origin = canvas.getBoundingClientRect()
    const corner = [(at[0] - origin.left - 4) * density, (at[1] - origin.top - 4) * density]
    const data = canvas.getContext('2d').getImageData(...corner, 8 * density, 8 * density).data
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) found++
  }
  return found
}"""


async def labeled_by_two(shop: Shop) -> None:
    for number, (x, y) in enumerate(PLACES):
        async with AsyncClient(shop.url) as client:
            await client.sign_in(await shop.person(), PASSWORD)
            mark = Mark(id=f"m{number}", kind="box", class_="disc", geometry={"x": x, "y": y, "w": 100, "h": 100})
            await client.submit(await take(client, shop), Annotation(marks=(mark,), answers={"light": "day"}))
    await shop.review_is_due(1)


async def sees(screen: Screen, *wanted: bool) -> None:
    """Waits until the left upper corner of each labeler's box is drawn, or not: what goes is wiped between frames."""

    async def look() -> bool:
        ink: list[int] = [await screen.page.evaluate(INK, list(place)) for place in PLACES]
        return tuple(each > 0 for each in ink) == wanted

    await until(look, f"the corners are drawn: {wanted}")


class TestSwiping:
    async def test_the_divider_shows_one_version_on_each_side(self, shop: OpenShop, screen: OpenScreen) -> None:
        here, at = await shop(pipeline(2, review=True), pictures=1), await screen()
        await labeled_by_two(here)
        await at.open("/label?kind=review")
        await at.sign_in(await here.person(WorkRole.REVIEWER))
        await at.item()
        divider = at.page.get_by_role("slider", name="Divider between")
        await expect(divider).to_have_count(0)
        await at.keys("Alt+Shift+f")
        await expect(divider).to_have_attribute("aria-label", "Divider between Submission A and Submission B")
        # A's box is on the left of the middle, B's on the right of it: both are seen.
        await sees(at, True, True)
        assert await looked_over(at.page) == []
        stage = await at.page.locator(".stage:visible").bounding_box()
        grip = await divider.bounding_box()
        assert stage is not None
        assert grip is not None
        middle = (grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
        await at.page.mouse.move(*middle)
        await at.page.mouse.down()
        await at.page.mouse.move(stage["x"] + 1, middle[1], steps=5)
        await at.page.mouse.up()
        # All is the right side's: B alone.
        await expect(divider).to_have_attribute("aria-valuenow", "0")
        await sees(at, False, True)
        await divider.focus()
        await at.keys("End")
        await expect(divider).to_have_attribute("aria-valuenow", "100")
        await sees(at, True, False)
        await at.page.locator(".stage:visible").focus()
        await at.keys("Control+Alt+,", "Control+Alt+,")
        await expect(divider).to_have_attribute("aria-valuenow", "90")
        # Round all pairs: A and B, the consensus, the reviewer's own.
        for pair in PAIRS:
            await at.keys("Control+Alt+f")
            await expect(divider).to_have_attribute("aria-label", f"Divider between {pair}")
        # What is changed by hand is on the own side at once: here on the right, all over.
        await at.keys("Control+Alt+f", "Control+Alt+f")
        await expect(divider).to_have_attribute("aria-label", "Divider between Submission A and Your version")
        await divider.focus()
        await at.keys("Home")
        await at.page.locator(".stage:visible").focus()
        await at.keys("Control+a", "Delete")
        await sees(at, False, False)
        await at.keys("Control+z", "Alt+Shift+f")
        await expect(divider).to_have_count(0)
        await at.keys("Alt+f")
        await expect(at.page.locator("[data-submission][aria-pressed=true]:visible")).to_have_count(1)
