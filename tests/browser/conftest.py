"""A Chromium and a page of the editor for the browser tests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.editor_page import EditorPage
from tests.browser.harness import build_harness, serve
from tests.chromium import ARGUMENTS, ensure

OpenEditor = Callable[..., Awaitable[EditorPage]]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests of this process."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=ensure(), args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the built editor harness."""
    folder: Path = tmp_path_factory.mktemp("harness")
    return serve(build_harness(folder))


@pytest.fixture
async def open_editor(chromium: Browser, harness: str) -> AsyncIterator[OpenEditor]:
    """Opens the editor as the harness's address says: `await open_editor("mode=review", touch=True)`.

    Each test has storage of its own. A test fails if the page threw an error.
    """
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, has_touch=True)
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
