"""Setting a project up and looking into it in a real browser: ontology, explorer, one task's history."""

import asyncio
import re
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect

from fairmark.client import AsyncClient
from fairmark.client.model import OntologyVersion
from fairmark.kernel.actor import MemberRole, WorkRole
from fairmark.ontology.model import Annotation, Layers, LinkType, Mark, MarkLimits, Overlap
from fairmark.projects.model import Consensus, LabelStage, Methods
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Screen, Shop, pipeline, take
from tests.patience import until

pytestmark = pytest.mark.xdist_group("setup_pages")

DISC = {"x": 100, "y": 100, "w": 140, "h": 140}


async def manager_at(shop: Shop, screen: Screen, path: str) -> Page:
    """A manager of the shop's organisation, signed in, on the page at `path` of the project."""
    email = f"manager-{uuid4().hex[:10]}@fairmark.test"
    made = await shop.client.invite(member_role=MemberRole.MANAGER)
    async with AsyncClient(shop.url) as client:
        await client.accept_invitation(made.token, name="Mira", email=email, password=PASSWORD)
    await screen.open(f"/projects/{shop.project.id}{path}")
    await screen.sign_in(email)
    return screen.page


async def label_one(shop: Shop) -> str:
    """Somebody of the workforce draws a disc on one picture; returns the item's name."""
    email = await shop.person(WorkRole.WORKER)
    async with AsyncClient(shop.url) as client:
        await client.sign_in(email, PASSWORD)
        turn = await take(client, shop)
        disc = Mark(id="a", kind="box", class_="disc", geometry=DISC)
        await client.submit(turn, Annotation(marks=(disc,), answers={"light": "day"}))

    async def done() -> list[str]:
        return [task.name async for task in shop.client.list_tasks(shop.project.id) if task.result_id is not None]

    # A reader of events makes the result, a moment later.
    return (await until(done, "a task is done"))[0]


class TestOntology:
    async def test_is_built_with_keyboard_and_mouse_and_saved_as_version_2(
        self, shop: OpenShop, screen: OpenScreen
    ) -> None:
        opened = await shop()
        page = await manager_at(opened, await screen(), "/setup")
        await page.get_by_placeholder("New class").fill("Road sign")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Class name")).to_have_value("Road sign")
        await page.get_by_label("Key", exact=True).fill("s")
        await page.get_by_label("At most per item").fill("2")
        await page.get_by_placeholder("New attribute").fill("Shape")
        await page.keyboard.press("Enter")
        # A choice without options cannot be saved: the page says so at its place before the server is asked.
        await expect(page.get_by_text("Shape has nothing to choose from.")).to_be_visible()
        for name in ("Round", "Triangle"):
            await page.get_by_placeholder("New option").fill(name)
            await page.keyboard.press("Enter")
        # The new class goes to the front by keys.
        await page.get_by_role("button", name="Road sign", exact=False).first.focus()
        await page.keyboard.press("Alt+ArrowUp")
        await page.keyboard.press("Alt+ArrowUp")
        await page.get_by_role("button", name="Block", exact=False).first.click()
        await page.get_by_role("button", name="Delete Block").click()
        await page.get_by_role("button", name="Undo").click()
        await page.get_by_placeholder("Note: what changed and why").first.fill("Signs")
        await page.get_by_role("button", name="Save version 2").click()
        await expect(page.get_by_text("Version 2, in force")).to_be_visible()
        await expect(page.get_by_role("list", name="Versions").get_by_text("Signs")).to_be_visible()
        saved = await opened.client.request("GET", f"/projects/{opened.project.id}/ontology", OntologyVersion)
        classes = {each.id: each for each in saved.document.classes}
        assert list(classes) == ["road_sign", "disc", "block"]
        sign = classes["road_sign"]
        assert (sign.key, sign.max_count, sign.marks) == ("s", 2, ("box",))
        assert [option.id for option in sign.attributes[0].options] == ["round", "triangle"]

    async def test_masks_have_rules_of_their_own(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened = await shop()
        page = await manager_at(opened, await screen(), "/setup")
        await page.get_by_placeholder("New class").fill("Sky")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Class name")).to_have_value("Sky")
        rule = page.get_by_role("checkbox", name=re.compile("^No pixel belongs to two masks"))
        await expect(rule).to_have_count(0)
        await page.get_by_role("checkbox", name=re.compile("^Mask")).check()
        await page.get_by_role("checkbox", name=re.compile("^Each one is a mask of its own")).uncheck()
        await rule.check()
        await page.get_by_role("checkbox", name=re.compile("^Every pixel belongs to a mask")).check()
        await page.get_by_role("button", name="Save version 2").click()
        await expect(page.get_by_text("Version 2, in force")).to_be_visible()
        saved = await opened.client.request("GET", f"/projects/{opened.project.id}/ontology", OntologyVersion)
        sky = next(each for each in saved.document.classes if each.id == "sky")
        assert ("mask" in sky.marks, sky.instances) == (True, False)
        assert saved.document.layers == Layers(Overlap.FORBIDDEN, whole=True)

    async def test_what_is_written_while_it_is_saved_stays(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened = await shop()
        page = await manager_at(opened, await screen(), "/setup")
        answer = asyncio.Event()

        async def hold(route: Route) -> None:
            if route.request.method == "PUT":
                await answer.wait()
            await route.continue_()

        await page.route("**/ontology", hold)
        await page.get_by_text("Least sizes and numbers of points").click()
        await page.get_by_label("At least wide").fill("12")
        async with page.expect_request(lambda request: request.method == "PUT"):
            await page.get_by_role("button", name="Save").click()
        await page.get_by_label("At least high").fill("7")
        answer.set()
        await expect(page.get_by_text("Version 2, in force")).to_be_visible()
        await expect(page.get_by_label("At least high")).to_have_value("7")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Version 3, in force")).to_be_visible()
        saved = (await opened.client.get_ontology(opened.project.id)).document
        assert saved.classes[0].limits == {"box": MarkLimits(min_width=12, min_height=7)}

    async def test_relations_and_least_sizes_are_set(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened = await shop()
        page = await manager_at(opened, await screen(), "/setup")
        await page.get_by_text("Least sizes and numbers of points").click()
        await page.get_by_label("At least wide").fill("12")
        await page.get_by_placeholder("New relation").fill("Covers")
        await page.keyboard.press("Enter")
        relation = page.get_by_role("group", name="Relation Covers")
        await relation.get_by_label("From").press_sequentially("Blo")
        await page.get_by_role("option", name="Block").click()
        await page.keyboard.press("Escape")
        await relation.get_by_role("checkbox", name="It has a direction").uncheck()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Version 2, in force")).to_be_visible()
        saved = (await opened.client.get_ontology(opened.project.id)).document
        assert saved.links == (LinkType("covers", "Covers", ("block",), (), directed=False),)
        assert saved.classes[0].limits == {"box": MarkLimits(min_width=12)}


class TestPipeline:
    async def test_a_project_chooses_how_answers_are_decided(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened = await shop(pipeline(3))
        page = await manager_at(opened, await screen(), "/setup?part=pipeline")
        weigh = page.get_by_role("radiogroup", name="Whose word weighs how much")
        await expect(weigh.get_by_role("radio", name="As much as they have proved to be right")).to_be_checked()
        # The project asks for marks and for one of two options: there is nothing to choose for numbers and texts.
        await expect(page.get_by_label("Whether a mark is there, and of what class")).to_be_visible()
        await expect(page.get_by_label("Numbers")).to_have_count(0)
        await page.get_by_label("One of several options").click()
        await page.get_by_role("option", name="Count heads").click()
        await page.get_by_role("button", name="Save the pipeline").click()
        await expect(page.get_by_text("The pipeline is saved.")).to_be_visible()
        stage = (await opened.client.get_project(opened.project.id)).pipeline.stages[0]
        assert isinstance(stage, LabelStage)
        assert stage.methods == Methods(categorical="majority")

        await weigh.get_by_role("radio", name="One person, one vote").check()
        await expect(page.get_by_text("Each of them has one vote, however good they are.")).to_be_visible()
        await expect(page.get_by_label("One of several options")).to_have_count(0)
        await page.get_by_role("button", name="Save the pipeline").click()
        await expect(page.get_by_role("button", name="Save the pipeline")).to_be_disabled()
        stage = (await opened.client.get_project(opened.project.id)).pipeline.stages[0]
        assert isinstance(stage, LabelStage)
        assert stage.consensus is Consensus.VOTES


class TestExplorer:
    async def test_filters_by_class_and_opens_the_history_of_a_label(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened = await shop()
        name = await label_one(opened)
        page = await manager_at(opened, await screen(), "/explore")
        tiles = page.get_by_role("listbox", name="Items").get_by_role("option")
        await expect(tiles).to_have_count(4)
        await page.get_by_label("Class", exact=True).click()
        await page.keyboard.press("Control+A")
        await page.keyboard.type("Disc")
        await page.get_by_role("option", name="Disc").click()
        await expect(tiles).to_have_count(1)
        await expect(page).to_have_url(re.compile(r"class=disc"))
        await tiles.first.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text(name)
        await expect(page.get_by_text("labeled it")).to_be_visible()
        await expect(page.get_by_text("Result, version 1, from one submission")).to_be_visible()

    async def test_a_lead_sends_a_done_task_back_with_a_reason(self, shop: OpenShop, screen: OpenScreen) -> None:
        opened = await shop()
        name = await label_one(opened)
        page = await manager_at(opened, await screen(), "/tasks?state=done")
        await page.get_by_role("link", name=name).click()
        await page.get_by_role("button", name="Send back").click()
        await page.get_by_label("Something is missing").check()
        await page.get_by_role("dialog").get_by_role("button", name="Send back").click()
        await expect(page.get_by_text("To label")).to_be_visible()
        tasks = {task.name: task async for task in opened.client.list_tasks(opened.project.id)}
        assert (tasks[name].state, tasks[name].round) == ("open", 1)
