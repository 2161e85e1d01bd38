"""A Chromium and a page of the editor for the browser tests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, async_playwright, expect

from fairmark.client import AsyncClient
from fairmark.client.model import Pipeline
from fairmark.identity import service as identity
from fairmark.kernel.actor import Mode, Scope
from fairmark.kernel.db import Database
from fairmark.kernel.events import SYSTEM
from tests.browser.editor_page import EditorPage
from tests.browser.harness import build_harness, serve, write_pictures
from tests.browser.product import ONTOLOGY, Screen, Shop, ensure_bundle, open_shop, pipeline, screen_of
from tests.chromium import ARGUMENTS, ensure
from tests.conftest import Server
from tests.patience import PATIENCE_MS

OpenEditor = Callable[..., Awaitable[EditorPage]]
OpenShop = Callable[..., Awaitable[Shop]]
OpenScreen = Callable[[], Awaitable[Screen]]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests of this process, and patience with what is expected of its pages."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=ensure(), args=ARGUMENTS)
        yield browser
        await browser.close()
    expect.set_options(timeout=None)


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the built editor harness."""
    folder = build_harness(tmp_path_factory.mktemp("harness"))
    write_pictures(folder)
    return serve(folder)


@pytest.fixture
async def open_editor(chromium: Browser, harness: str) -> AsyncIterator[OpenEditor]:
    """Opens the editor as the harness's address says: `await open_editor("mode=review")`.

    Each test has storage of its own. A test fails if the page threw an error.
    """
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, has_touch=True)
    context.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []

    async def opened(query: str = "", document_from: EditorPage | None = None) -> EditorPage:
        page = document_from.page if document_from else await context.new_page()
        if document_from is None:
            page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(f"{harness}/index.html?{query}")
        await page.wait_for_function("window.harness?.inside")
        editor = EditorPage(page)
        await editor.frame()
        return editor

    yield opened
    await context.close()
    assert errors == []


@pytest.fixture(scope="session")
def bundle() -> None:
    """The web pages as they are now, for the server to serve."""
    ensure_bundle()


@pytest.fixture
async def shop(bundle: None, server: Server, db: Database, tmp_path: Path) -> AsyncIterator[OpenShop]:
    """Opens a project of pictures in a fresh organisation: `await shop(pipeline(2), pictures=3)`."""
    async with db.begin(actor=SYSTEM) as tx:
        org_id = (await identity.create_organisation(tx, f"Shop {uuid4().hex[:8]}")).id
    async with db.begin(org_id, actor=SYSTEM) as tx:
        key = (await identity.create_key(tx, "stories", list(Scope), Mode.LIVE))[1]
    async with AsyncClient(server.url, key) as client:

        async def opened(
            wanted: Pipeline | None = None, pictures: int = 4, ontology: dict[str, Any] = ONTOLOGY
        ) -> Shop:
            return await open_shop(server.url, client, tmp_path / "pictures", wanted or pipeline(), pictures, ontology)

        yield opened


@pytest.fixture
async def screen(chromium: Browser, server: Server) -> AsyncIterator[OpenScreen]:
    """Opens a browser for one more person: `await screen()`. A test fails if a page threw an error."""
    screens: list[Screen] = []

    async def opened() -> Screen:
        screens.append(await screen_of(chromium, server.url))
        return screens[-1]

    yield opened
    for each in screens:
        await each.context.close()
    assert [error for each in screens for error in each.errors] == []
