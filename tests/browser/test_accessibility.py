"""Every page, looked over for what keeps people from using it: names, landmarks, contrast, targets, the keyboard."""

import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser, Page, expect

from fairmark.client import AsyncClient
from fairmark.client.model import Annotation, Mark
from fairmark.kernel.actor import MemberRole, WorkRole
from fairmark.kernel.db import Database
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import OrgId, ProjectId, WorkerId
from fairmark.quality.cases import service as cases
from fairmark.quality.cases.model import Evidence, Signal
from tests.browser.conftest import OpenShop
from tests.browser.product import PASSWORD, Screen, Shop, take
from tests.conftest import Server

pytestmark = pytest.mark.xdist_group("accessibility")

WAITS = "[aria-busy=true], .skeleton, [role=progressbar][aria-label^=Loading]"
AT_REST = """async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    await frame()
    const ends = document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Infinity)
    await Promise.all(ends.map((each) => each.finished.catch(() => undefined)))
    await frame()
}"""
AUDIT = (Path(__file__).parent / "audit.js").read_text()
LOOKS = [("light", 1440, 900), ("dark", 820, 1180)]
FOCUS = """() => {
    const at = document.activeElement
    if (!at || at === document.body) return null
    const { width, height } = at.getBoundingClientRect()
    const around = [at, at.parentElement, at.closest('.control-box, label')].filter(Boolean)
    const rings = around.map((each) => getComputedStyle(each))
    const hasRing = rings.some((style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
    const name = at.getAttribute('aria-label') || at.textContent.trim().slice(0, 30) || at.id
    return { name: `${at.localName} ${name}`, isSeen: width > 0 && height > 0, hasRing }
}"""


async def member(shop: Shop) -> str:
    """An owner of the shop's organisation who also labels there; returns their e-mail address."""
    email = f"owner-{shop.project.id}@fairmark.test"
    made = await shop.client.invite(member_role=MemberRole.OWNER)
    async with AsyncClient(shop.url) as client:
        await client.accept_invitation(made.token, name="Mira Sol", email=email, password=PASSWORD)
    return email


async def lived_in(shop: Shop) -> list[str]:
    """Fills the organisation with what its pages list; returns the addresses of the pages that need an owner."""
    client, project = shop.client, shop.project.id
    disc = Mark(id="a", kind="box", class_="disc", geometry={"x": 100, "y": 100, "w": 140, "h": 140})
    said = Annotation(marks=(disc,), answers={"light": "day"})
    async with AsyncClient(shop.url) as worker:
        await worker.sign_in(await shop.person(), PASSWORD)
        turn = await take(worker, shop)
        await worker.ask(turn, "Is the shadow part of it?")
        await worker.submit(turn, said)
    await client.invite(member_role=MemberRole.MEMBER)
    webhook = await client.create_webhook("https://hooks.example.com/fairmark")
    tasks = [task async for task in client.list_tasks(project)]
    done = next((task for task in tasks if task.result_id), tasks[0])
    gold = await client.make_gold(project, said, item_id=done.item_id, keep_task=True)
    lines = [each async for each in client.project_workers(project)]
    await client.refresh_quality(project)
    quality = [f"/quality{page}" for page in ("", "/agreement", "/confusion", "/disagreements", "/people", "/gold")]
    quality += [f"/quality/gold/{gold.id}", f"/quality/gold/new?task={done.id}", f"/tasks/{done.id}/why"]
    inside = ["", "/data", "/explore", "/tasks", f"/tasks/{done.id}", "/questions", "/exports", "/setup"]
    setup = [f"/setup?part={part}" for part in ("guideline", "pipeline", "workforces")]
    return [
        "/projects", "/projects/new", *[f"/projects/{project}{page}" for page in inside + setup + quality],
        "/members", "/workforces", f"/workforces/{shop.workforce_id}", "/keys", "/webhooks",
        f"/webhooks/{webhook.id}", "/organisation", "/account", "/work",
        "/cases", *[f"/workers/{each.worker_id}" for each in lines[:1]], "/work?tab=quality", "/work?tab=feedback",
        "/design", "/nowhere",
    ]  # fmt: skip


async def with_a_case(shop: Shop, db: Database) -> str:
    """Raises a case about somebody of the shop; returns the address of its page."""
    line = await anext(shop.client.project_workers(shop.project.id))
    org_id = OrgId((await shop.client.get_organisation()).id)
    evidence = [Evidence(text="Median time an item", figure=4.0, usual=38.0, unit="s")]
    async with db.begin(org_id, actor=SYSTEM) as tx:
        await cases.raise_case(
            tx, ProjectId(shop.project.id), Signal.SPEED, subject=line.worker, strength=0.9, summary="Takes 4 s.",
            evidence=evidence, worker_id=WorkerId(line.worker_id),
        )  # fmt: skip
    case = await anext(shop.client.list_cases(project_id=shop.project.id))
    return f"/cases/{case.id}"


async def looked_over(page: Page) -> list[str]:
    """What is wrong with a page once it has come to rest: nothing is on its way, and nothing moves or fades."""
    await expect(page.locator("main").filter(has_text=re.compile(r"\S")).first).to_be_visible()
    await page.wait_for_load_state("networkidle")
    if not page.url.endswith("/design"):  # which shows what waits, for ever
        await expect(page.locator(WAITS)).to_have_count(0)
    await page.evaluate(AT_REST)
    return await page.evaluate(AUDIT)


async def tabbed(page: Page, most: int) -> list[str]:
    """What is wrong with the way of the Tab key through a page: focus that is lost, out of sight, or not shown."""
    faults: list[str] = []
    await page.evaluate("document.activeElement?.blur()")
    for step in range(most):
        await page.keyboard.press("Tab")
        at = await page.evaluate(FOCUS)
        if at is None:
            return faults if step > 0 else ["Tab reaches nothing"]
        if not at["isSeen"]:
            faults.append(f"focus out of sight: {at['name']}")
        if not at["hasRing"]:
            faults.append(f"focus not shown: {at['name']}")
    return faults


@pytest.mark.parametrize(("theme", "width", "height"), LOOKS)
async def test_no_page_keeps_anyone_out(
    shop: OpenShop, server: Server, db: Database, owner: asyncpg.Connection, chromium: Browser, theme: Any, width: int,
    height: int,
) -> None:  # fmt: skip
    opened = await shop()
    paths, email = await lived_in(opened), await member(opened)
    paths.append(await with_a_case(opened, db))
    administrator = await owner.fetchval("UPDATE people SET is_admin = true WHERE email = $1 RETURNING id", email)
    paths += ["/people", f"/people/{administrator}", "/organisations"]
    context = await chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    screen = Screen(server.url, context, await context.new_page())
    found: dict[str, list[str]] = {}
    for path in ("/first-start#x", "/invitation#x", f"/invitation#{await opened.invitation()}", "/sign-in"):
        await screen.open("/nowhere")
        await screen.open(path)
        found[path] = await looked_over(screen.page)
    await screen.sign_in(email)
    await screen.page.get_by_role("heading", name="Projects").wait_for()
    for path in paths:
        await screen.open(path)
        found[path] = await looked_over(screen.page)
        if theme == "light":
            found[path] += await tabbed(screen.page, 25)
    await context.close()

    # A worker's finished turn; the editor, with a mark chosen and with its faults told; the overlay of the keys.
    context = await chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    screen = Screen(server.url, context, await context.new_page())
    worker = await opened.person(WorkRole.REVIEWER)
    async with AsyncClient(server.url) as client:
        await client.sign_in(worker, PASSWORD)
        turn = await take(client, opened)
        await client.submit(turn, Annotation(answers={"light": "day"}))
    await screen.open(f"/work/turns/{turn}")
    await screen.sign_in(worker)
    await screen.page.get_by_text("Your answer").wait_for()
    for path in (f"/work/turns/{turn}", "/work?tab=mine"):
        await screen.open(path)
        found[path] = await looked_over(screen.page)
    await screen.open("/label")
    await screen.item()
    await screen.keys("1")
    await screen.drag((100, 100), (240, 240))
    await screen.keys("Control+Enter")
    found["/label"] = await looked_over(screen.page)
    await screen.page.keyboard.press("Shift+Slash")
    await screen.page.get_by_role("dialog").wait_for()
    found["/label ?"] = await looked_over(screen.page)
    await context.close()
    assert {path: faults for path, faults in found.items() if faults} == {}
