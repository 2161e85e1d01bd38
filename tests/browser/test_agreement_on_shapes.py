"""How well outlines fit, on a project's agreement page: several submissions of every kind, worked out and looked at."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from playwright.async_api import Locator, Page, expect

from fairmark.client import AsyncClient
from fairmark.client.model import Annotation, Mark
from fairmark.kernel.actor import MemberRole
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Screen, Shop, pipeline, take

pytestmark = pytest.mark.xdist_group("quality_pages")

POINTS = [(300, 40), (350, 90), (250, 90), (300, 65)]
CLASSES: list[dict[str, Any]] = [
    {"id": "leaf", "name": "Leaf", "color": "#2a9d4b", "marks": ["mask"]},
    {"id": "soil", "name": "Soil", "color": "#8d5b2c", "marks": ["mask"]},
    {"id": "roof", "name": "Roof", "color": "#e76f51", "marks": ["polygon"]},
    {"id": "lane", "name": "Lane", "color": "#0279ff", "marks": ["polyline"]},
    {
        "id": "walker",
        "name": "Walker",
        "color": "#c45bb8",
        "marks": ["skeleton"],
        "skeleton": {
            "points": [{"id": f"p{n}", "name": f"Point {n}", "x": (x - 250) / 100, "y": (y - 40) / 50}
                       for n, (x, y) in enumerate(POINTS)],
        },
    },
]  # fmt: skip
ONTOLOGY = {"classes": CLASSES, "layers": {"overlap": "forbidden"}}
PICTURES = 4


def block(class_: str, y: int, w: int) -> Mark:
    """A mask of w x 10 px at the left border."""
    return Mark(class_, "mask", class_, {"x": 0, "y": y, "width": w, "height": 10, "runs": [0, w * 10]})


def roof(x: float) -> Mark:
    """A square of 100 px."""
    ring = [[x, 300], [x + 100, 300], [x + 100, 400], [x, 400]]
    return Mark("roof", "polygon", "roof", {"parts": [[ring]]})


def lane(y: float) -> Mark:
    """A straight line of 200 px across."""
    return Mark("lane", "polyline", "lane", {"points": [[300, y], [500, y]]})


def walker(dx: float) -> Mark:
    """Four points, of which the one in the middle is moved."""
    *outer, (x, y) = POINTS
    return Mark("walker", "skeleton", "walker", {"points": [[*point, 2] for point in (*outer, (x + dx, y))]})


ONE = Annotation(marks=(block("leaf", 0, 20), block("soil", 40, 20), roof(100), lane(200), walker(0)))
"""What the first person marks on every picture."""
ALIKE = Annotation(marks=(block("leaf", 0, 16), block("soil", 40, 20), roof(100), lane(200), walker(0)))
APART = Annotation(marks=(block("leaf", 0, 16), roof(103), lane(202), walker(10)))
OTHER = (ALIKE, ALIKE, APART, APART)
"""What the second one does."""


class Row(NamedTuple):
    """kind: of mark. value: as the page writes it."""

    kind: str
    measure: str
    value: str


WHOLE = (
    # Of 8 + 6 masks 6 pairs: 2 x 6 / 14. IoU of leaf 16 / 20 on four pictures, of soil 1 on two: 5.2 / 6. The band of
    # edges is 0.8 % of the diagonal of 800 px, 6.4 px: no edge of leaves is further than 4 px from the other's.
    Row("mask", "Found alike (F1)", "0.86"),
    Row("mask", "Overlap (IoU)", "0.87"),
    Row("mask", "Edges (boundary F)", "1.00"),
    # By class, then the mean. SQ: 0.8 and 1. RQ: 1 and 2 / (2 + 2 / 2). PQ: 0.8 and 2 / 3.
    Row("mask", "Panoptic quality (PQ)", "0.73"),
    Row("mask", "Overlap of segments (SQ)", "0.90"),
    Row("mask", "Segments found (RQ)", "0.83"),
    # Squares 3 px apart on two pictures, alike on two: (2 + 2 x 97 / 103) / 4. Their edges lie within the band.
    Row("polygon", "Overlap (IoU)", "0.97"),
    Row("polygon", "Edges (boundary F)", "1.00"),
    # Lines 2 px apart on two pictures, 0 on two.
    Row("polyline", "Lines apart (chamfer)", "1.0 px"),
    # One point of four 10 px off in an area of 100 x 50, with sigma 0.05: (3 + exp(-1)) / 4 on two pictures, 1 on two.
    Row("skeleton", "Points in place (OKS)", "0.92"),
)
BY_CLASS = (
    Row("Leaf", "Panoptic quality (PQ)", "0.80"),
    Row("Soil", "Panoptic quality (PQ)", "0.67"),
    Row("Leaf", "Segments found (RQ)", "1.00"),
    Row("Soil", "Segments found (RQ)", "0.67"),
    Row("Leaf", "Overlap of segments (SQ)", "0.80"),
    Row("Soil", "Overlap of segments (SQ)", "1.00"),
)


async def labeled(shop: Shop, said: Sequence[Annotation]) -> None:
    """One more person labels the pictures, whichever comes first."""
    async with AsyncClient(shop.url) as worker:
        await worker.sign_in(await shop.person(), PASSWORD)
        for annotation in said:
            await worker.submit(await take(worker, shop), annotation)


async def with_figures(shop: Shop) -> None:
    """Two people label everything, and the figures are made."""
    await labeled(shop, [ONE] * PICTURES)
    await labeled(shop, OTHER)
    await shop.client.refresh_quality(shop.project.id)
    for _ in range(300):
        report = await shop.client.get_agreement(shop.project.id)
        units = [each.units for each in report.figures if each.level == "shape"]
        if units and max(units) == PICTURES:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("the figures were not made")


async def owner(shop: Shop, screen: Screen, path: str) -> Page:
    """Somebody who may see everything, signed in and at an address of the product."""
    email = f"owner-{uuid4().hex[:10]}@fairmark.test"
    made = await shop.client.invite(member_role=MemberRole.OWNER)
    async with AsyncClient(shop.url) as client:
        await client.accept_invitation(made.token, name="Mira", email=email, password=PASSWORD)
    await screen.open(path)
    await screen.sign_in(email)
    return screen.page


def line_of(page: Page, row: Row) -> Locator:
    """The line of the table that a figure stands in."""
    lines = page.get_by_role("table", name="How well outlines fit").locator("tr[data-row]")
    named = lines.filter(has=page.get_by_text(row.measure, exact=True))
    return named.filter(has=page.get_by_role("cell", name=row.kind))


class TestShapesOnTheAgreementPage:
    async def test_every_measure_of_every_kind_with_its_interval(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened = await shop(pipeline(2), PICTURES, ONTOLOGY)
        await with_figures(opened)
        page = await owner(opened, await screen(), f"/projects/{opened.project.id}/quality/agreement")
        await expect(page.get_by_role("heading", name="How well outlines fit")).to_be_visible()
        for row in WHOLE:
            await self.shows(page, row)
        await self.intervals_hold(page)
        await page.get_by_label("Slice").click()
        await page.get_by_role("option", name="By class or option").click()
        for row in BY_CLASS:
            await self.shows(page, row)

    async def shows(self, page: Page, row: Row) -> None:
        line = line_of(page, row)
        await expect(line).to_have_count(1)
        await expect(line.locator("b").last).to_have_text(row.value)

    async def intervals_hold(self, page: Page) -> None:
        """Each value lies in its interval: of tasks drawn anew, some are alike and some apart."""
        for row in WHOLE:
            words = await line_of(page, row).locator(".value span").inner_text()
            low, high = (float(end.removesuffix(" px")) for end in words.split(" to "))
            assert low <= float(row.value.removesuffix(" px")) <= high
        chamfer = await line_of(page, WHOLE[-2]).locator(".value span").inner_text()
        # All that are drawn may be alike, or all apart: never closer than 0 px, never further than 2 px.
        assert chamfer.endswith(" px")
        assert chamfer.startswith("0.0 px to ")
