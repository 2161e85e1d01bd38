"""Tasks made with Scale's client, labeled by a person in a browser: what arrives at the customer has Scale's schema."""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from scaleapi.tasks import TaskType

from fairmark.client import AsyncClient
from fairmark.kernel.actor import WorkRole
from tests.browser.conftest import OpenScreen
from tests.browser.product import PASSWORD, Screen
from tests.patience import until as eventually
from tests.stories.conftest import customer
from tests.stories.scale_side import BOXES, Scale, files, scale, until

__all__ = ["customer", "files", "scale"]
PICTURE = (320, 240)
TASK = {
    "task_id", "type", "status", "instruction", "params", "response", "metadata", "is_test", "urgency", "priority",
    "processed_attachments", "callback_url", "created_at", "updated_at", "completed_at",
}  # fmt: skip
"""What every completed task says of itself."""
TEXT = "😀 Ada lives in Rome."


@dataclass
class Desk:
    """A person of the workforce at the screen, and the customer who waits for what they do."""

    scale: Scale
    screen: Screen

    @property
    def page(self) -> Page:
        return self.screen.page

    async def open(self) -> None:
        """Goes to the only work there is, as soon as there is any: what is attached is fetched first."""
        stage = self.page.locator(".turn.active .stage")
        nothing = self.page.get_by_text("Nothing waits for you right now")

        async def look() -> bool:
            await self.screen.open("/label")
            await expect(stage.or_(nothing)).to_be_visible()
            return await stage.is_visible()

        await eventually(look, "there is work")

    async def submit(self, *more: str) -> dict[str, Any]:
        """Hands in; returns the body of the callback that this brings, of Scale's schema. more: members of its task."""
        before = len(self.scale.callbacks())
        await self.page.keyboard.press("Control+Enter")
        await until(lambda: len(self.scale.callbacks()) > before)
        header, sent = self.scale.listener.requests[-1]
        assert header["content-type"] == "application/json"
        assert len(header["scale-callback-auth"]) >= 32
        body: dict[str, Any] = json.loads(sent)
        assert set(body) == {"task", "response", "task_id", "status"}
        task = body["task"]
        assert set(task) == TASK | set(more)
        assert (task["task_id"], task["status"], task["response"]) == (body["task_id"], "completed", body["response"])
        for time in ("created_at", "updated_at", "completed_at"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", task[time]), time
        # Apart from what becomes of the callback itself, and from where the attachment can be read for a while, it is
        # what a look at the task tells.
        told = self.scale.client.get_task(body["task_id"]).as_dict()
        answered = {"callback_succeeded", "callback_succeeded_at", "updated_at", "attachment_url"}
        assert {k: v for k, v in told.items() if k not in answered} == {
            k: v for k, v in task.items() if k not in answered
        }
        return body


@pytest.fixture
async def desk(bundle: None, scale: Scale, screen: OpenScreen) -> Desk:
    """A worker who is signed in. The workforce came to be by a task that is canceled by now."""
    first = scale.client.create_task(TaskType.Categorization, attachment="x", attachment_type="text",
                                     categories=["a", "b"], instruction="Choose.")  # fmt: skip
    first.cancel()
    workforces = [each async for each in scale.customer.client.list_workforces()]
    made = await scale.customer.client.invite(workforce_id=workforces[0].id, work_role=WorkRole.WORKER)
    async with AsyncClient(scale.customer.url) as client:
        await client.accept_invitation(made.token, name="Ada", email=f"{first.id}@fairmark.test", password=PASSWORD)
    opened = await screen()
    await opened.open("/sign-in")
    await opened.sign_in(f"{first.id}@fairmark.test")
    await opened.page.wait_for_url(lambda url: "/sign-in" not in url)
    return Desk(scale, opened)


async def drag_over(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drags between two points of the picture, in its own pixels."""
    box = await page.locator(".image-layer:visible").bounding_box()
    assert box is not None
    at = [
        (box["x"] + x * box["width"] / PICTURE[0], box["y"] + y * box["height"] / PICTURE[1]) for x, y in (start, end)
    ]
    await page.mouse.move(*at[0])
    await page.mouse.down()
    await page.mouse.move(*at[1], steps=6)
    await page.mouse.up()


async def word(page: Page, text: str) -> tuple[float, float, float, float]:
    """Where a word of the text is on the page: left, right, and the middle of its height, twice."""
    where = await page.evaluate(
        """(text) => {
          const passage = document.querySelector(".turn.active [data-passage]")
          const walker = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT)
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(text)
            if (at < 0) continue
            const range = document.createRange()
            range.setStart(walker.currentNode, at)
            range.setEnd(walker.currentNode, at + text.length)
            const { left, right, top, bottom } = range.getBoundingClientRect()
            return [left, right, (top + bottom) / 2]
          }
        }""",
        text,
    )
    return where[0], where[2], where[1], where[2]


async def drag_word(page: Page, text: str) -> None:
    """Drags over a word of the text."""
    left, top, right, bottom = await word(page, text)
    await page.mouse.move(left + 0.5, top)
    await page.mouse.down()
    await page.mouse.move(right - 0.5, bottom, steps=5)
    await page.mouse.up()


class TestImageAnnotation:
    REQUEST = {
        "attachment_type": "image",
        "geometries": BOXES,
        "annotation_attributes": {
            "parked": {
                "description": "Parked?", "type": "category", "choices": ["yes", "no"],
                "conditions": {"label_condition": {"label": ["car"]}},
            }
        },
    }  # fmt: skip

    async def test_boxes_of_a_person_come_back_as_scale_tells_them(self, desk: Desk) -> None:
        scale, page = desk.scale, desk.page
        project = scale.client.create_project("demo", TaskType.ImageAnnotation)
        scale.client.create_batch("demo", "b1")
        task = scale.client.create_task(
            TaskType.ImageAnnotation, project=project.name, batch="b1", instruction="Box cars.",
            attachment=scale.picture(), callback_url=scale.callback, unique_id="one", **self.REQUEST,
        )  # fmt: skip
        await desk.open()
        await desk.screen.until("document.querySelector('.image-layer')?.naturalWidth > 0")
        await drag_over(page, (20, 40), (110, 95))
        await page.click("[data-field]:has-text('Parked?') label:has-text('Yes'):visible, "
                         "[data-field]:has-text('parked') label:has-text('yes'):visible")  # fmt: skip
        body = await desk.submit("project", "batch", "unique_id")

        annotation = body["response"]["annotations"][0]
        assert UUID(annotation.pop("uuid"))
        # What a hand draws is where the hand let go, to half a pixel.
        drawn = {name: annotation.pop(name) for name in ("left", "top", "width", "height")}
        assert drawn == pytest.approx({"left": 20, "top": 40, "width": 90, "height": 55}, abs=1)
        assert annotation == {"type": "box", "label": "car", "attributes": {"parked": "yes"}}
        assert body["response"] == {"annotations": [annotation], "global_attributes": {}, "links": []}
        assert (body["task_id"], body["status"]) == (task.id, "completed")
        told = scale.client.get_task(task.id).as_dict()
        assert told["response"]["annotations"][0].items() >= (annotation | drawn).items()
        expected = {
            "type": "imageannotation", "status": "completed", "instruction": "Box cars.", "project": "demo",
            "batch": "b1", "metadata": {}, "is_test": False, "unique_id": "one",
        }  # fmt: skip
        assert told.items() >= expected.items()
        assert told["params"].items() >= {"attachment": scale.picture(), **self.REQUEST}.items()


class TestTextCollection:
    async def test_answers_of_a_person_come_back_as_scale_tells_them(self, desk: Desk) -> None:
        scale, page = desk.scale, desk.page
        task = scale.client.create_task(
            TaskType.TextCollection, instruction="Judge.", callback_url=scale.callback,
            attachments=[{"type": "text", "content": "2+2=5"}],
            fields=[
                {"type": "category", "field_id": "ok", "title": "Correct?", "required": True,
                 "choices": [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}]},
                {"type": "text", "field_id": "why", "title": "Why", "conditions": [{"ok": "no"}]},
            ],
        )  # fmt: skip
        await desk.open()
        await expect(page.locator(".turn.active [data-passage]")).to_have_text("2+2=5")
        # The first question has the keys from the start: 2 is its second choice.
        await expect(page.locator(".turn.active [data-field] input").first).to_be_focused()
        await expect(page.locator(".turn.active textarea")).to_have_count(0)
        await page.keyboard.press("2")
        await page.locator(".turn.active textarea").fill("Sum is 4")
        body = await desk.submit()

        expected = {
            "annotations": {
                "ok": {"type": "category", "field_id": "ok", "response": [["no"]]},
                "why": {"type": "text", "field_id": "why", "response": ["Sum is 4"]},
            }
        }
        assert body["response"] == expected
        told = scale.client.get_task(task.id).as_dict()
        assert (told["status"], told["response"], told["params"]["responses_required"]) == ("completed", expected, 1)


class TestNamedEntityRecognition:
    async def test_spans_and_relations_of_a_person_come_back_as_scale_tells_them(self, desk: Desk) -> None:
        scale, page = desk.scale, desk.page
        # The emoji is one character for Scale's users, who count as Python does, and two for a browser.
        task = scale.client.create_task(
            TaskType.NamedEntityRecognition, instruction="Mark.", text=TEXT, callback_url=scale.callback,
            labels=[{"name": "person", "description": "a human"}, {"name": "place", "description": "a location"}],
            relationships=[{"name": "lives_in", "display_name": "lives in", "is_directed": True,
                            "source_label": "person", "target_label": "place"}],
        )  # fmt: skip
        await desk.open()
        await expect(page.locator(".turn.active [data-passage]")).to_have_text(TEXT)
        left, top, right, _ = await word(page, "Ada")
        await page.mouse.dblclick((left + right) / 2, top)
        rows = page.locator(".turn.active [role=listbox] [role=option]")
        await expect(rows).to_have_count(1)
        await drag_word(page, "Rome")
        await expect(rows).to_have_count(2)
        await page.keyboard.press("2")
        await expect(rows.nth(1)).to_have_attribute("aria-label", re.compile("place.*Rome"))
        left, top, right, _ = await word(page, "Ada")
        await page.keyboard.down("Control")
        await page.mouse.click((left + right) / 2, top)
        await page.keyboard.up("Control")
        await page.locator("[data-link=lives_in]:visible").click()
        body = await desk.submit()

        spans = body["response"]["annotations"]
        ids = [span.pop("id") for span in spans]
        relation = body["response"]["relationships"][0]
        assert relation.pop("id")
        assert body["response"] == {
            "annotations": [
                {"start": 2, "end": 5, "text": "Ada", "label": "person"},
                {"start": 15, "end": 19, "text": "Rome", "label": "place"},
            ],
            "relationships": [{"source_ref": ids[0], "target_ref": ids[1], "name": "lives_in"}],
        }
        assert scale.client.get_task(task.id).status == "completed"
