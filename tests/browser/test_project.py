"""A customer's first hour in a real browser: a project from nothing, files dropped, results exported and downloaded."""

import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from fairmark.client import AsyncClient
from fairmark.kernel.actor import MemberRole, WorkRole
from fairmark.ontology.model import Annotation, Mark
from tests.browser.conftest import OpenScreen, OpenShop
from tests.browser.product import PASSWORD, Shop, draw_pictures

pytestmark = pytest.mark.xdist_group("project_pages")

PICTURES = 3
CAR = {"x": 100, "y": 100, "w": 140, "h": 140}


async def manager(shop: Shop) -> str:
    """A manager of the shop's organisation; returns the e-mail address that they sign in with, by PASSWORD."""
    email = f"manager-{uuid4().hex[:10]}@fairmark.test"
    made = await shop.client.invite(member_role=MemberRole.MANAGER)
    async with AsyncClient(shop.url) as client:
        await client.accept_invitation(made.token, name="Mira", email=email, password=PASSWORD)
    return email


async def label_all(shop: Shop, project_id: str) -> None:
    """Somebody of the workforce draws one car on each picture of the project."""
    email = await shop.person(WorkRole.WORKER)
    async with AsyncClient(shop.url) as client:
        await client.sign_in(email, PASSWORD)
        for _ in range(PICTURES):
            claim = await client.claim(project_id=project_id)
            assert claim.assignment is not None, claim.why
            drawn = Mark(id="a", kind="box", class_="car", geometry=CAR)
            await client.submit(claim.assignment.id, Annotation(marks=(drawn,)))


def files_of(folder: Path) -> list[str]:
    """The paths of the files in a folder, sorted."""
    return sorted(str(path) for path in folder.iterdir())


async def make_project(page: Page, name: str) -> str:
    """Makes a project of street scenes that one person labels and nobody reviews; returns its id."""
    await page.get_by_role("link", name="New project").click()
    await page.get_by_role("textbox", name="Name", exact=True).fill(name)
    await page.get_by_label("Vehicles in street scenes").check()
    await page.get_by_label("One person").check()
    await page.get_by_label("No review").check()
    await page.get_by_role("button", name="Make it and add data").click()
    await expect(page.get_by_role("heading", name="Add data")).to_be_visible()
    return page.url.split("/")[-2]


async def send_files(page: Page, files: list[str]) -> None:
    """Chooses files and waits until the import of them is done."""
    await page.locator("input[type=file]").first.set_input_files(files)
    done = page.get_by_role("table", name="Imports").get_by_text("Done", exact=True)
    await expect(done).to_be_visible()


async def export(page: Page, folder: Path) -> list[dict[str, Any]]:
    """Makes an export that keeps everything, downloads it, and returns the lines of its JSONL files."""
    await page.get_by_role("link", name="Exports").click()
    await page.get_by_role("button", name="New export").click()
    await expect(page.get_by_text("This format keeps everything")).to_be_visible()
    await page.get_by_role("button", name="Export", exact=True).click()
    button = page.get_by_role("button", name="Download")
    await expect(button).to_be_visible()
    async with page.expect_download() as download:
        await button.click()
    file = folder / "export.zip"
    await (await download.value).save_as(file)
    with zipfile.ZipFile(file) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".jsonl")]
    return [json.loads(line) for text in texts for line in text.splitlines()]


class TestFromNothingToADownload:
    async def test_a_manager_makes_a_project_sends_files_activates_and_exports(
        self, shop: OpenShop, screen: OpenScreen, tmp_path: Path
    ) -> None:
        opened = await shop(pictures=1)
        page = (mira := await screen()).page
        await mira.open("/projects")
        await mira.sign_in(await manager(opened))
        project_id = await make_project(page, "Street")

        draw_pictures(tmp_path / "street", PICTURES)
        (tmp_path / "street" / "broken.jpg").write_bytes(b"no picture at all")
        await send_files(page, files_of(tmp_path / "street"))
        await expect(page.get_by_text("1 file refused")).to_be_visible()
        await expect(page.get_by_text("broken.jpg")).to_be_visible()
        batches = [batch async for batch in opened.client.list_batches(project_id)]
        assert [batch.items for batch in batches] == [PICTURES]

        await page.get_by_role("link", name="Overview").click()
        await expect(page.get_by_text(f"0 of {PICTURES} done")).to_be_visible()
        await page.get_by_role("button", name="Activate").click()
        await expect(page.get_by_role("button", name="Pause")).to_be_visible()
        assert (await opened.client.get_project(project_id)).state == "active"

        # The overview asks again every few seconds: what others do appears without a reload.
        await label_all(opened, project_id)
        await expect(page.get_by_text(f"{PICTURES} of {PICTURES} done")).to_be_visible()

        lines = await export(page, tmp_path)
        marks = [mark for line in lines for mark in line.get("annotation", {}).get("marks", [])]
        assert [(mark["class"], mark["geometry"]) for mark in marks] == [("car", CAR)] * PICTURES


class TestTheSameFolderTwice:
    async def test_nothing_is_sent_or_made_again_and_the_page_says_so(
        self, shop: OpenShop, screen: OpenScreen, tmp_path: Path
    ) -> None:
        opened = await shop(pictures=1)
        page = (mira := await screen()).page
        await mira.open("/projects")
        await mira.sign_in(await manager(opened))
        project_id = await make_project(page, "Twice")
        draw_pictures(tmp_path / "street", PICTURES)
        await send_files(page, files_of(tmp_path / "street"))
        await expect(page.get_by_text(f"{PICTURES} new items.")).to_be_visible()

        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        await page.locator("input[type=file]").first.set_input_files(files_of(tmp_path / "street"))
        words = page.get_by_text(f"{PICTURES} files were there already; nothing new.")
        await expect(words).to_be_visible()
        assert [url for url in sent if url.endswith("/uploads/batch")] == []
        batches = [batch async for batch in opened.client.list_batches(project_id)]
        assert [batch.items for batch in batches] == [PICTURES]
