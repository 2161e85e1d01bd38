"""The first minute of an installation: the one-time link, the administrator, the first organisation and project."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.browser.product import PASSWORD, screen_of
from tests.conftest import free_port
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.xdist_group("first_start")


@pytest.fixture
def link(tmp_path: Path) -> Iterator[str]:
    """A fresh installation, run by `fairmark up`; the one-time link that it prints, once it can be followed."""
    log, port = tmp_path / "up.log", free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FAIRMARK_")}
    command = [sys.executable, "-m", "fairmark", "up", "--data-dir", str(tmp_path / "data"), "--port", str(port)]
    with log.open("wb") as output:
        running = subprocess.Popen(command, env=kept, stdout=output, stderr=output)
    try:
        yield _printed(log, f"http://127.0.0.1:{port}")
    finally:
        running.terminate()
        running.wait(PATIENCE_S)


def _printed(log: Path, url: str) -> str:
    """The link in the log. Raises AssertionError if within a minute none is there, or nothing answers at `url`."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = re.search(r"http\S+/first-start#\S+", log.read_text())
        try:
            if found and httpx.get(f"{url}/readyz").status_code == 200:
                return found.group()
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(log.read_text())


async def test_from_the_link_to_the_first_project(bundle: None, chromium: Browser, link: str) -> None:
    url = link.partition("/first-start")[0]
    at = await screen_of(chromium, url)
    await at.page.goto(link)
    await at.page.get_by_label("Your name").fill("Alma Reyes")
    await at.page.get_by_label("E-mail").fill("alma@fairmark.test")
    await at.page.locator("input[type=password]").fill(PASSWORD)
    await at.page.get_by_label("Organisation").fill("Northern Observatory")
    await at.page.get_by_role("button", name="Create and sign in").click()
    await expect(at.page.get_by_role("heading", name="Projects", level=1)).to_be_visible()
    await expect(at.page.get_by_role("link", name="New project").first).to_be_visible()
    # The link works once: who opens it again is sent to the sign-in.
    other = await screen_of(chromium, url)
    await other.page.goto(link)
    await expect(other.page.get_by_role("heading", name="This installation is set up")).to_be_visible()
    await other.page.get_by_role("link", name="Sign in").click()
    await other.sign_in("alma@fairmark.test")
    await expect(other.page.get_by_role("heading", name="Projects", level=1)).to_be_visible()
    assert at.errors + other.errors == []
    await at.context.close()
    await other.context.close()
