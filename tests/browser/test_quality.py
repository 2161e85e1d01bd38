"""A lead looks at quality in a real browser: people asked until it is sure enough, figures as the server has them."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from playwright.async_api import Page, expect

from fairmark.client import AsyncClient
from fairmark.client.model import Annotation, CaseDecision, LabelStage, Mark, Overlap, Pipeline, ReviewStage, SliceKind
from fairmark.client.simulate.crowd import Plan, simulate
from fairmark.client.simulate.truth import Truth
from fairmark.kernel.actor import MemberRole
from fairmark.kernel.db import Database
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import OrgId, ProjectId, WorkerId
from fairmark.quality.cases import service as cases
from fairmark.quality.cases.model import Evidence, Signal
from fairmark.quality.reports.model import AgreementFigure
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Screen, Shop, picture, pipeline, take, tasks_made
from tests.patience import until

pytestmark = pytest.mark.xdist_group("quality_pages")

TARGET = 0.85
PICTURES = 8
RIGHT = Annotation(
    marks=(
        Mark(id="a", kind="box", class_="disc", geometry={"x": 100, "y": 100, "w": 140, "h": 140}),
        Mark(id="b", kind="box", class_="block", geometry={"x": 340, "y": 200, "w": 200, "h": 160}),
    ),
    answers={"light": "day"},
)
OTHERWISE = Annotation(marks=RIGHT.marks, answers={"light": "night"})


def until_sure(most: int) -> Pipeline:
    """Two people label each picture, and one more at a time, up to `most`, until it is sure enough."""
    return Pipeline(stages=(LabelStage(overlap=Overlap(min=2, max=most, target=TARGET)), ReviewStage(share=0)))


def rounded(value: float | None, digits: str) -> Decimal:
    """A figure as the pages round it: JavaScript takes halves up, Python would take them to even."""
    assert value is not None
    return Decimal(value).quantize(Decimal(digits), ROUND_HALF_UP)


def percent(share: float | None) -> str:
    """A share as the pages write it."""
    return f"{rounded(None if share is None else share * 100, '1')}%"


def moved(number: int) -> Annotation:
    """What is right for a picture of its own: no two of them have their marks at the same place."""
    disc, block = RIGHT.marks
    return Annotation(
        marks=(
            msgspec.structs.replace(disc, geometry={"x": 5.0 + 20 * number, "y": 20.0, "w": 90.0, "h": 90.0}),
            msgspec.structs.replace(block, geometry={"x": 340.0, "y": 100.0 + 12 * number, "w": 200.0, "h": 60.0}),
        ),
        answers=RIGHT.answers,
    )


def late_pictures(folder: Path, count: int) -> list[str]:
    """Draws pictures that no shop begins with into a new folder; returns their names."""
    folder.mkdir()
    for number in range(count):
        (folder / f"late-{number}.png").write_bytes(picture(100 + number))
    return [f"late-{number}.png" for number in range(count)]


async def owner(shop: Shop, screen: Screen, path: str) -> Page:
    """Somebody who may see everything, signed in and at an address of the product."""
    email = f"owner-{uuid4().hex[:10]}@fairmark.test"
    made = await shop.client.invite(member_role=MemberRole.OWNER)
    async with AsyncClient(shop.url) as client:
        await client.accept_invitation(made.token, name="Mira", email=email, password=PASSWORD)
    await screen.open(path)
    await screen.sign_in(email)
    return screen.page


async def label(shop: Shop, said: Annotation) -> None:
    """One more person labels the next picture."""
    email = await shop.person()
    async with AsyncClient(shop.url) as client:
        await client.sign_in(email, PASSWORD)
        await client.submit(await take(client, shop), said)


async def refreshed(shop: Shop, page: Page) -> Any:
    """The overview of figures that the page has had made, once all that was handed in is judged."""

    async def is_judged() -> bool:
        return not (await shop.client.get_progress(shop.project.id)).behind

    await until(is_judged, "all that was handed in is judged")
    await page.get_by_role("button", name="Refresh").click()

    async def made() -> Any:
        overview = await shop.client.get_quality(shop.project.id)
        return overview if overview.made_at is not None and not overview.stale else None

    return await until(made, "the figures are made")


class TestAskingUntilSureEnough:
    async def test_the_inspector_shows_people_being_asked_until_the_target_is_reached(
        self, shop: OpenShop, screen: OpenScreen
    ) -> None:
        opened = await shop(until_sure(6), pictures=1)
        [task] = [each async for each in opened.client.list_tasks(opened.project.id)]
        page = await owner(opened, await screen(), f"/projects/{opened.project.id}/tasks/{task.id}/why")
        await expect(page.get_by_text("Nobody has labeled it yet")).to_be_visible()
        await label(opened, RIGHT)
        await label(opened, OTHERWISE)
        await expect(page.get_by_text("2 submissions")).to_be_visible()
        await expect(page.get_by_text("One more answer is asked for.")).to_be_visible()
        before = await opened.client.inspect_task(task.id)
        assert (before.confidence or 0) < TARGET

        async def judged() -> bool:
            found = await opened.client.inspect_task(task.id)
            return found.submissions == asked and found.next in {"done", "ask"}

        asked = 2
        while (await opened.client.get_task(task.id)).task.state != "done":
            assert asked < 6, "six people are the most"
            await label(opened, RIGHT)
            asked += 1
            await until(judged, "the answer is judged")
        after = await opened.client.inspect_task(task.id)
        await expect(page.get_by_text("The task is done.")).to_be_visible()
        await expect(page.get_by_text(f"{asked} submissions")).to_be_visible()
        shown = page.locator("dt", has_text="Confidence").locator("xpath=following-sibling::dd")
        await expect(shown).to_contain_text(percent(after.confidence))
        assert (after.confidence or 0) >= TARGET > (before.confidence or 0)
        light = next(each for each in after.decisions if each.key == "light")
        assert light.answer == "Day"
        assert light.options[0].value == "day"
        head = page.get_by_role("button", name="Light")
        if await head.get_attribute("aria-expanded") == "false":
            await head.click()
        await expect(page.locator("article", has=head).locator("tbody tr")).to_have_count(asked)


class TestTheFigures:
    async def test_are_those_of_the_server_on_every_page(
        self, shop: OpenShop, screen: OpenScreen, db: Database
    ) -> None:
        opened = await shop(until_sure(4), pictures=PICTURES)
        client, project = opened.client, opened.project.id
        truth = Truth({f"picture-{number}.png": RIGHT for number in range(PICTURES)})
        plan = Plan(workers=6, reviewers=1, mix="good:3,novice:3", seed=5, idle_s=10)
        await simulate(opened.url, plan, truth, boss=client, project_id=UUID(str(project)))
        await self.glance(opened, page := await owner(opened, await screen(), f"/projects/{project}/quality"))
        await self.details(opened, page)
        await self.gold(opened, page)
        await self.case(opened, page, db)

    async def glance(self, shop: Shop, page: Page) -> None:
        await expect(page.get_by_role("heading", name="What more labels would bring")).to_be_visible()
        overview = await refreshed(shop, page)
        await page.reload()
        tile, labels = page.locator("section.card"), rounded(overview.labels_mean, "0.01")
        await expect(tile.filter(has_text="Labels per result").first).to_contain_text(str(labels))
        await expect(tile.filter(has_text="Not sure enough")).to_contain_text(f"{overview.unsure} of {overview.judged}")
        await expect(tile.filter(has_text="How well the people are known")).to_contain_text(percent(overview.known))
        planned = await shop.client.get_plan(shop.project.id)
        await expect(page.get_by_text(planned.advice)).to_be_visible()

    async def details(self, shop: Shop, page: Page) -> None:
        client, project = shop.client, shop.project.id
        inside = page.get_by_role("navigation", name="Quality")
        await inside.get_by_role("link", name="Agreement", exact=True).click()
        figures = (await client.get_agreement(project, slice=SliceKind.ALL)).figures
        # How well outlines fit has a table of its own below.
        beyond_chance = [each for each in figures if each.level != "shape"]
        rows = page.get_by_role("table", name="Agreement").locator("tr[data-row]")
        await expect(rows).to_have_count(len(beyond_chance))
        await expect(page.get_by_role("heading", name="How well outlines fit")).to_be_visible()
        await inside.get_by_role("link", name="Confusion").click()
        await expect(page.get_by_role("grid")).to_be_visible()
        await page.locator("button.cell:not([aria-disabled])").first.click()
        await expect(page.get_by_role("dialog").get_by_text("What is right").first).to_be_visible()
        await page.keyboard.press("Escape")
        await inside.get_by_role("link", name="Disagreements").click()
        disputed = [each async for each in client.list_disagreements(project)]
        await expect(page.locator("article")).to_have_count(min(24, len(disputed)))
        await inside.get_by_role("link", name="People").click()
        lines = [each async for each in client.project_workers(project)]
        await expect(page.get_by_role("table", name="People").locator("tr[data-row]")).to_have_count(len(lines))
        await page.get_by_role("link", name=lines[0].worker).click()
        await expect(page.get_by_role("heading", name=lines[0].worker)).to_be_visible()

    async def gold(self, shop: Shop, page: Page) -> None:
        client, project = shop.client, shop.project.id
        made = await client.make_gold(project, OTHERWISE, external_id="picture-0.png", keep_task=True)
        await page.goto(f"{shop.url}/projects/{project}/quality/gold")
        await page.get_by_role("link", name="picture-0.png").click()
        await expect(page.get_by_text("The known answer").first).to_be_visible()
        await page.get_by_role("button", name="Mend the answer").click()
        await page.locator(".stage:visible").wait_for()
        await page.click("[data-field=light] label:has-text('Day'):visible")
        await page.get_by_label("Explanation").fill("The sun is out.")
        await page.get_by_role("button", name="Save the mended answer").click()
        await expect(page.get_by_text("The known answer is mended.")).to_be_visible()
        mended = (await client.get_gold(made.id)).gold
        assert mended.annotation.answers == {"light": "day"}
        assert (mended.version, mended.explanation) == (2, "The sun is out.")

    async def case(self, shop: Shop, page: Page, db: Database) -> None:
        line = await anext(shop.client.project_workers(shop.project.id))
        evidence = [Evidence(text="Median time an item", figure=4.0, usual=38.0, unit="s")]
        org_id = OrgId((await shop.client.get_organisation()).id)
        async with db.begin(org_id, actor=SYSTEM) as tx:
            await cases.raise_case(
                tx, ProjectId(shop.project.id), Signal.SPEED, subject=line.worker, strength=0.9,
                summary="Takes 4 s where others take 38 s.", evidence=evidence, worker_id=WorkerId(line.worker_id),
            )  # fmt: skip
        await page.goto(f"{shop.url}/cases?project={shop.project.id}")
        await page.get_by_role("link", name="Unusual speed").click()
        await expect(page.get_by_text("4 s, 38 s is usual")).to_be_visible()
        await expect(page.get_by_text("Nothing has been done by this case")).to_be_visible()
        await page.get_by_role("button", name="There is nothing in it").click()
        send = page.get_by_role("dialog").get_by_role("button", name="Close the case")
        await expect(send).to_have_attribute("aria-disabled", "true")
        await page.get_by_label("Reason").fill("They use the keyboard.")
        await send.click()
        await expect(page.get_by_text("The case is decided.")).to_be_visible()
        found = [each async for each in shop.client.list_cases(project_id=shop.project.id)]
        assert CaseDecision.CLEARED in {each.decision for each in found}


class TestAgreementOnPlaces:
    EARLY, LATE = 8, 6
    PLACES = "places:box"

    async def test_is_shown_per_class_slice_and_pair(self, shop: OpenShop, screen: OpenScreen, tmp_path: Path) -> None:
        opened = await shop(pipeline(3), pictures=self.EARLY)
        names = [f"picture-{n}.png" for n in range(self.EARLY)] + await self.second_batch(opened, tmp_path / "late")
        # Three people for three labels. Two are perfect, and skip nothing: they share every picture.
        plan = Plan(workers=3, reviewers=1, mix="perfect:2,good:1", seed=7, idle_s=20)
        truth = Truth({name: moved(n) for n, name in enumerate(names)})
        await simulate(opened.url, plan, truth, boss=opened.client, project_id=opened.project.id)
        page = await owner(opened, await screen(), f"/projects/{opened.project.id}/quality")
        await expect(page.get_by_role("heading", name="What more labels would bring")).to_be_visible()
        await refreshed(opened, page)
        inside = page.get_by_role("navigation", name="Quality")
        await inside.get_by_role("link", name="Agreement", exact=True).click()
        [whole] = await self.figures(opened, SliceKind.ALL)
        assert (whole.level, whole.units) == ("place", self.EARLY + self.LATE)
        await self.rows_show(page, [whole])
        await self.fits_show(opened, page)
        for label, kind, keys in (
            ("By class or option", SliceKind.CLASS, {"disc", "block"}),
            ("By batch", SliceKind.BATCH, None),
        ):
            await page.get_by_label("Slice").click()
            await page.get_by_role("option", name=label).click()
            parts = await self.figures(opened, kind)
            assert keys is None or {part.slice_key for part in parts} == keys
            await self.rows_show(page, parts)
        assert sorted(part.units for part in await self.figures(opened, SliceKind.BATCH)) == [self.LATE, self.EARLY]
        await self.pairs_show(opened, page, whole.title)

    async def second_batch(self, shop: Shop, folder: Path) -> list[str]:
        """More pictures, under names of their own, which are returned once there are tasks for them."""
        names = late_pictures(folder, self.LATE)
        await shop.client.import_folder(shop.project.id, folder, batch="Late")
        await tasks_made(shop.client, shop.project, self.EARLY + self.LATE)
        return names

    async def figures(self, shop: Shop, kind: SliceKind) -> list[AgreementFigure]:
        report = await shop.client.get_agreement(shop.project.id, slice=kind)
        found = [figure for figure in report.figures if figure.subject == self.PLACES]
        assert found
        return found

    async def rows_show(self, page: Page, parts: list[AgreementFigure]) -> None:
        """Each figure stands in a row with its name, its coefficient and what it rests on."""
        for part in parts:
            row = page.get_by_role("table", name="Agreement").locator("tr[data-row]").filter(has_text=part.title)
            if part.slice is not SliceKind.ALL:
                row = row.filter(has=page.get_by_text(part.slice_title, exact=True))
            await expect(row).to_have_count(1)
            await expect(row).to_contain_text(self.coefficient(part.figure.value))
            await expect(row).to_contain_text(percent(part.observed))
            await expect(row).to_contain_text(str(part.units))

    async def fits_show(self, shop: Shop, page: Page) -> None:
        """How well the boxes fit stands below, each measure with its value and its interval."""
        report = await shop.client.get_agreement(shop.project.id, slice=SliceKind.ALL)
        fits = [figure for figure in report.figures if figure.level == "shape"]
        assert {figure.subject for figure in fits} == {"shapes:box"}
        assert [figure.coefficient for figure in fits] == ["f1", "iou"]
        table = page.get_by_role("table", name="How well outlines fit")
        for figure, title in zip(fits, ("Found alike (F1)", "Overlap (IoU)"), strict=True):
            row = table.locator("tr[data-row]").filter(has_text=title)
            await expect(row).to_contain_text(self.coefficient(figure.figure.value))
            low, high = (self.coefficient(end) for end in (figure.figure.low, figure.figure.high))
            await expect(row).to_contain_text(f"{low} to {high}")

    async def pairs_show(self, shop: Shop, page: Page, title: str) -> None:
        pairs = await self.figures(shop, SliceKind.PAIR)
        assert len(pairs) == 3
        assert max((pair.units, pair.figure.value) for pair in pairs) == (self.EARLY + self.LATE, 1.0)
        await page.goto(f"{shop.url}/projects/{shop.project.id}/quality/agreement?slice=pair&of={self.PLACES}")
        await expect(page.get_by_role("heading", name=f"Who agrees with whom: {title}")).to_be_visible()
        await expect(page.get_by_text("Krippendorff's alpha of where each pair's marks lie")).to_be_visible()
        grid = page.get_by_role("grid", name="Agreement by pair")
        for pair in pairs:
            one, other = sorted(pair.slice_key.split("|"))
            label = f"{one} and {other}: {self.coefficient(pair.figure.value)}"
            await expect(grid.locator(f'[aria-label^="{label}"]')).to_have_count(1)

    def coefficient(self, value: float | None) -> str:
        """As the pages write it, with a true minus."""
        return str(rounded(value, "0.01")).replace("-", "\N{MINUS SIGN}")


class TestAWorkersOwnPages:
    async def test_show_what_was_right_and_never_say_how_it_was_checked(
        self, shop: OpenShop, screen: OpenScreen
    ) -> None:
        opened = await shop(until_sure(3), pictures=1)
        email = await opened.person()
        async with AsyncClient(opened.url) as client:
            await client.sign_in(email, PASSWORD)
            await client.submit(await take(client, opened), OTHERWISE)
        gold = await opened.client.make_gold(
            opened.project.id, RIGHT, external_id="picture-0.png", explanation="The sun is out.", keep_task=True
        )

        async def is_known() -> bool:
            return bool((await opened.client.get_gold(gold.id)).answers)

        await until(is_known, "the answer is held against what is right")
        at = await screen()
        await at.open("/work?tab=feedback")
        await at.sign_in(email)
        page = at.page
        await expect(page.get_by_text("The sun is out.")).to_be_visible()
        await expect(page.get_by_text("What is right")).to_be_visible()
        assert "gold" not in (await page.locator("main").inner_text()).lower()
        await page.get_by_role("tab", name="How it goes").click()
        await expect(page.get_by_text("Too little has been checked yet to say.")).to_be_visible()
        assert "gold" not in (await page.locator("main").inner_text()).lower()
