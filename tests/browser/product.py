"""The real product in a browser: its bundle, an organisation with a project of pictures, people at their screens."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from PIL import Image, ImageDraw
from playwright.async_api import Browser, BrowserContext, Page, expect

from fairmark.client import AsyncClient
from fairmark.client.model import LabelStage, Overlap, Pipeline, Project, ReviewStage, TaskState
from fairmark.kernel.actor import WorkRole
from fairmark.tasks.model import AssignmentId
from tests.patience import PATIENCE_MS, until

WEB = Path(__file__).resolve().parents[2] / "web"
BUNDLE = WEB.parent / "src" / "fairmark" / "entrypoints" / "static" / "index.html"
SOURCES = ("src", "public", "index.html", "package-lock.json", "vite.config.ts")
PASSWORD = "seven otters under the moonlit bridge"
SIZE = (640, 480)
ONTOLOGY = {
    "classes": [
        {"id": "disc", "name": "Disc", "color": "#2a9d8f", "marks": ["box"]},
        {"id": "block", "name": "Block", "color": "#e76f51", "marks": ["box"]},
    ],
    "questions": [
        {
            "id": "light", "name": "Light", "kind": "single", "required": True,
            "options": [{"id": "day", "name": "Day"}, {"id": "night", "name": "Night"}],
        },
    ],
}  # fmt: skip
GUIDELINE = "# Mark every shape\n\nA box touches its shape on all four sides."


def ensure_bundle() -> None:
    """Builds the web pages if a source is newer than the bundle. Raises RuntimeError, with Vite's words, on failure."""
    files = [path for name in SOURCES for path in [WEB / name, *(WEB / name).rglob("*")] if path.is_file()]
    if BUNDLE.is_file() and max(path.stat().st_mtime for path in files) <= BUNDLE.stat().st_mtime:
        return
    vite = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    command = [shutil.which("node") or "node", str(vite), "build", "--logLevel", "warn"]
    done = subprocess.run(command, cwd=WEB, env=dict(os.environ), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"The pages could not be built. Run `npm ci` in web/ first.\n{done.stdout}{done.stderr}")


def picture(number: int) -> bytes:
    """A PNG of SIZE with a disc and a block on it; no two numbers give the same bytes."""
    image = Image.new("RGB", SIZE, (236, 240, 244))
    pen = ImageDraw.Draw(image)
    pen.ellipse((100, 100, 240, 240), fill="#2a9d8f")
    pen.rectangle((340, 200, 540, 360), fill="#e76f51")
    pen.text((8, 460), f"picture {number}", fill="#333333")
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def draw_pictures(folder: Path, count: int) -> None:
    """Writes `count` pictures into a new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"picture-{number}.png").write_bytes(picture(number))


def pipeline(overlap: int = 1, *, review: bool = False) -> Pipeline:
    """So many people label each picture; then, if wanted, somebody reviews all of them."""
    label = LabelStage(overlap=Overlap(min=overlap, max=overlap))
    return Pipeline(stages=(label, ReviewStage()) if review else (label,))


@dataclass(frozen=True)
class Shop:
    """An organisation with an active project and a workforce on it, and how to speak for it."""

    url: str
    client: AsyncClient
    project: Project
    workforce_id: str

    async def invitation(self, role: WorkRole = WorkRole.WORKER) -> str:
        """The token of a link for one person."""
        made = await self.client.invite(workforce_id=self.workforce_id, work_role=role)
        return made.token

    async def person(self, role: WorkRole = WorkRole.WORKER) -> str:
        """Somebody of the workforce; returns the e-mail address that they sign in with, by PASSWORD."""
        email = f"{role.value}-{uuid4().hex[:10]}@fairmark.test"
        client = AsyncClient(self.url)
        async with client:
            await client.accept_invitation(await self.invitation(role), name="Ada", email=email, password=PASSWORD)
        return email

    async def submissions(self) -> list[dict[str, Any]]:
        """Everything handed in so far: {name, marks, answers}, as the history of the tasks tells it."""
        found: list[dict[str, Any]] = []
        async for task in self.client.list_tasks(self.project.id):
            history = await self.client.get_task(task.id)
            for submission in history.submissions:
                marks = [(mark.class_, mark.geometry) for mark in submission.annotation.marks]
                found.append({"name": task.name, "marks": marks, "answers": dict(submission.annotation.answers)})
        return found

    async def arrived(self, count: int) -> list[dict[str, Any]]:
        """What is handed in, once so many are. Raises AssertionError if that takes too long."""

        async def look() -> list[dict[str, Any]]:
            found = await self.submissions()
            return found if len(found) >= count else []

        return await until(look, f"{count} are handed in")

    async def results(self) -> dict[str, list[str]]:
        """The classes of the marks of each result, by the item's name."""
        names = {task.id: task.name async for task in self.client.list_tasks(self.project.id)}
        found = [result async for result in self.client.list_results(self.project.id)]
        return {names[each.task_id]: [mark.class_ for mark in each.annotation.marks] for each in found}

    async def all_results(self, count: int) -> dict[str, list[str]]:
        """The same, once there are so many: they are made a moment after the last word is in."""

        async def look() -> dict[str, list[str]]:
            found = await self.results()
            return found if len(found) >= count else {}

        return await until(look, f"{count} results are made")

    async def review_is_due(self, count: int) -> None:
        """Waits until so many tasks wait for a reviewer: the answers are brought together by a job."""

        async def look() -> bool:
            tasks = [task async for task in self.client.list_tasks(self.project.id)]
            return sum(task.state is TaskState.OPEN and task.stage == 1 for task in tasks) >= count

        await until(look, f"{count} tasks wait for a reviewer")


async def take(client: AsyncClient, shop: Shop) -> AssignmentId:
    """Claims a turn for the person signed in; a project's tasks are made by a job, a moment after it is active."""

    async def look() -> AssignmentId | None:
        claim = await client.claim(project_id=shop.project.id)
        return claim.assignment.id if claim.assignment else None

    found = await until(look, "there is something to claim")
    assert found is not None
    return found


async def open_shop(
    url: str, client: AsyncClient, folder: Path, wanted: Pipeline, pictures: int, ontology: dict[str, Any] = ONTOLOGY
) -> Shop:
    """A project of `pictures` pictures that people of a new workforce may work on, its tasks made.

    They are waited for: a worker process that has just started looks at what others left first.
    """
    draw_pictures(folder, pictures)
    project = await client.create_project("Shapes", ontology=ontology, guideline=GUIDELINE, pipeline=wanted)
    await client.import_folder(project.id, folder)
    workforce = await client.create_workforce("Staff")
    await client.set_project_workforces(project.id, [workforce.id])
    active = await client.activate_project(project.id)
    await tasks_made(client, project, pictures)
    return Shop(url, client, active, str(workforce.id))


async def tasks_made(client: AsyncClient, project: Project, count: int) -> None:
    """Waits until the project has so many tasks: a job makes them, a moment after the items came."""

    async def look() -> bool:
        return (await client.get_progress(project.id)).total == count

    await until(look, f"the {count} tasks are made")


@dataclass
class Screen:
    """A browser of one person, with storage of its own; a test fails if a page of it threw an error."""

    url: str
    context: BrowserContext
    page: Page
    errors: list[str] = field(default_factory=list[str])

    async def open(self, path: str) -> None:
        """Goes to an address of the product."""
        await self.page.goto(self.url + path)

    async def sign_in(self, email: str) -> None:
        """Signs in as a person does, on the page that is open."""
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.locator("input[type=password]").fill(PASSWORD)
        await self.page.get_by_role("button", name="Sign in").click()

    async def until(self, condition: str) -> None:
        """Waits until a JavaScript expression is true; Playwright's own way would need eval, which the CSP forbids."""
        await until(lambda: self.page.evaluate(condition), condition)

    async def item(self) -> str:
        """The name of the item in the editor, once its picture is shown."""
        await self.page.locator(".stage:visible").wait_for()
        image = self.page.locator(".image-layer:visible")
        await self.until("document.querySelector('.image-layer')?.naturalWidth > 0")
        await expect(image).to_be_visible()
        return await self.page.locator("h1").inner_text()

    async def another_item(self, than: str) -> str:
        """The name of the next item, once it has taken the place of `than`."""
        await expect(self.page.locator("h1")).not_to_have_text(than)
        return await self.item()

    async def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drags the mouse between two points of the picture, in its own pixels."""
        first, last = await self.screen(start), await self.screen(end)
        await self.page.mouse.move(*first)
        await self.page.mouse.down()
        await self.page.mouse.move(*last, steps=6)
        await self.page.mouse.up()

    async def screen(self, point: tuple[float, float]) -> tuple[float, float]:
        """Where a pixel of the picture is in the window."""
        box = await self.page.locator(".image-layer:visible").bounding_box()
        assert box is not None
        return box["x"] + point[0] * box["width"] / SIZE[0], box["y"] + point[1] * box["height"] / SIZE[1]

    async def keys(self, *keys: str) -> None:
        """Presses keys one after another."""
        for key in keys:
            await self.page.keyboard.press(key)

    async def answer(self, option: str) -> None:
        """Answers the question of the item."""
        await self.page.click(f"[data-field=light] label:has-text('{option}'):visible")

    async def saved(self) -> None:
        """Waits until the server has the draft, once what was just done is told: the bar follows a frame later."""
        await self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        await expect(self.page.locator("[data-save]:visible")).to_have_attribute("data-save", "saved")


async def screen_of(browser: Browser, url: str) -> Screen:
    """A new person's browser."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    screen = Screen(url, context, await context.new_page())
    screen.page.on("pageerror", lambda error: screen.errors.append(str(error)))
    return screen
