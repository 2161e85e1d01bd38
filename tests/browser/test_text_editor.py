"""The text editor in a real browser, against the real server: spans by pointer and by keys, links, forms, reviews."""

import re
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from fairmark.client import AsyncClient
from fairmark.client.model import Annotation, Mark, Pipeline
from fairmark.kernel.actor import MemberRole, WorkRole
from fairmark.ontology.model import Link
from tests.browser.conftest import OpenScreen
from tests.browser.product import PASSWORD, Screen, Shop, picture, pipeline, take, tasks_made
from tests.conftest import Server
from tests.patience import until
from tests.stories.conftest import Customer, customer

__all__ = ["customer"]
pytestmark = pytest.mark.xdist_group("text_pages")

AUDIT = (Path(__file__).parent / "audit.js").read_text()
TEXT = "Ada 😀 lives in Rome.\r\nSo does Bo.\n"
"""By code points: Ada 0-3, lives 6-11, in 12-14, Rome 15-19, So 22-24, does 25-29, Bo 30-32."""
SPANS = {
    "classes": [
        {"id": "person", "name": "Person", "color": "#2a9d8f", "marks": ["span"],
         "attributes": [{"id": "sure", "name": "Sure", "kind": "boolean"}]},
        {"id": "place", "name": "Place", "color": "#e76f51", "marks": ["span"]},
    ],
    "links": [{"id": "lives_in", "name": "lives in", "from": ["person"], "to": ["place"]}],
}  # fmt: skip
FORM = {
    "questions": [
        {"id": "better", "name": "Which is better?", "kind": "single", "required": True,
         "options": [{"id": "first", "name": "The first"}, {"id": "second", "name": "The second"}]},
        {"id": "why", "name": "Why the second?", "kind": "text", "required": True,
         "when": {"field": "better", "is": "second"}},
    ]
}  # fmt: skip


async def opened(customer: Customer, ontology: dict[str, Any], *items: dict[str, Any],
                 wanted: Pipeline | None = None) -> Shop:  # fmt: skip
    """A project of texts whose items hold {name: bytes} as assets and `meta`, its tasks made."""
    client = customer.client
    project = await client.create_project("Texts", modality="text", ontology=ontology, pipeline=wanted or pipeline())
    workforce = await client.create_workforce("Readers")
    await client.set_project_workforces(project.id, [workforce.id])
    for item in items:
        uploads = [await client.upload_bytes(name, data) for name, data in item["files"].items()]
        assets = [{"asset_id": upload.asset.id} for upload in uploads if upload.asset]
        row = {"assets": assets, "meta": item.get("meta", {}), "prelabel": item.get("prelabel")}
        added = await client.add_items(project.id, [row])
        assert added.faults == []
    active = await client.activate_project(project.id)
    await tasks_made(client, project, len(items))
    return Shop(customer.url, client, active, str(workforce.id))


def text(content: str = TEXT, **meta: Any) -> dict[str, Any]:
    """An item of one text."""
    return {"files": {f"text-{time.time_ns()}.txt": content.encode()}, "meta": meta}


async def at_work(shop: Shop, screen: OpenScreen, role: WorkRole = WorkRole.WORKER) -> Screen:
    """The screen of somebody who has the work before them."""
    at = await screen()
    await at.open("/label")
    await at.sign_in(await shop.person(role))
    await at.page.locator(".turn.active .stage:visible").wait_for()
    return at


async def read(page: Page, content: str = TEXT) -> None:
    """Waits until the text is there, to the character."""
    shown = page.locator(".turn.active [data-passage='0']")
    await shown.wait_for()
    assert await shown.evaluate("(element) => element.textContent") == content


async def place_of(page: Page, words: str) -> tuple[float, float, float]:
    """Where words of the text are on the page: left, right, and the middle of their height."""
    return tuple(
        await page.evaluate(
            """(words) => {
              const passage = document.querySelector(".turn.active [data-passage]")
              const walker = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT)
              while (walker.nextNode()) {
                const at = walker.currentNode.data.indexOf(words)
                if (at < 0) continue
                const range = document.createRange()
                range.setStart(walker.currentNode, at)
                range.setEnd(walker.currentNode, at + words.length)
                const { left, right, top, bottom } = range.getBoundingClientRect()
                return [left, right, (top + bottom) / 2]
              }
            }""",
            words,
        )
    )


async def drag(page: Page, first: str, last: str | None = None) -> None:
    """Drags from the start of one word to the end of another, or the same."""
    left, _, top = await place_of(page, first)
    _, right, bottom = await place_of(page, last or first)
    await page.mouse.move(left + 0.5, top)
    await page.mouse.down()
    await page.mouse.move(right - 0.5, bottom, steps=5)
    await page.mouse.up()


async def click(page: Page, word: str, **held: Any) -> None:
    """Clicks the middle of a word."""
    left, right, middle = await place_of(page, word)
    for key in held.get("keys", ()):
        await page.keyboard.down(key)
    await page.mouse.click((left + right) / 2, middle, click_count=held.get("count", 1))
    for key in held.get("keys", ()):
        await page.keyboard.up(key)


async def marks(page: Page, *wanted: str) -> None:
    """Waits until the list of marks says this."""
    rows = page.locator(".turn.active [role=listbox] [role=option]")
    await expect(rows).to_have_count(len(wanted))
    for number, words in enumerate(wanted):
        await expect(rows.nth(number)).to_have_attribute("aria-label", words)


class TestPointer:
    async def test_words_are_marked_named_linked_and_handed_in(self, customer: Customer, screen: OpenScreen) -> None:
        shop = await opened(customer, SPANS, text())
        at = await at_work(shop, screen)
        page = at.page
        await read(page)
        await click(page, "Ada", count=2)
        await marks(page, "Person, “Ada”")
        await drag(page, "Rome")
        # What was marked last is chosen: its class is one key away, and its words have not moved.
        await at.keys("2")
        await marks(page, "Person, “Ada”", "Place, “Rome”")
        await click(page, "Ada", keys=["Control"])
        await page.locator("[data-link=lives_in]:visible").click()
        await expect(page.locator("[data-linked=lives_in]:visible")).to_contain_text("Person “Ada”")
        await at.saved()
        await page.reload()
        await read(page)
        await marks(page, "Person, “Ada”", "Place, “Rome”")
        await at.keys("Control+Enter")
        [submission] = await shop.arrived(1)
        assert submission["marks"] == [("person", {"start": 0, "end": 3}), ("place", {"start": 15, "end": 19})]

    async def test_marks_are_stretched_chosen_beneath_one_another_and_taken_away(
        self, customer: Customer, screen: OpenScreen
    ) -> None:
        shop = await opened(customer, SPANS, text())
        at = await at_work(shop, screen)
        page = at.page
        await read(page)
        # Over the emoji and over the end of a line: both are one character, and the line's end is two.
        await drag(page, "Ada", "Rome")
        await marks(page, "Person, “Ada 😀 lives in Rome”")
        await click(page, "Bo", keys=["Shift"])
        await expect(page.locator("[role=option]")).to_have_attribute(
            "aria-label", "Person, “Ada 😀 lives in Rome. So does B”"
        )
        await at.keys("Alt+ArrowRight", "Escape")
        await click(page, "lives", count=2)
        await marks(page, "Person, “Ada 😀 lives in Rome. So does Bo”", "Person, “lives”")
        await at.keys("Escape")
        await click(page, "lives")
        await expect(page.locator("[role=option][aria-selected=true]")).to_have_attribute(
            "aria-label", "Person, “lives”"
        )
        await click(page, "lives", keys=["Alt"])
        await at.keys("Delete")
        await marks(page, "Person, “lives”")
        await at.keys("Control+Z", "Control+Enter")
        [submission] = await shop.arrived(1)
        assert submission["marks"] == [("person", {"start": 0, "end": 32}), ("person", {"start": 6, "end": 11})]

    async def test_what_the_customer_wants_kept_stays(self, customer: Customer, screen: OpenScreen) -> None:
        locks = {"marks": ["m1"], "edit": True, "delete": True, "add": True}
        ada = {"id": "m1", "kind": "span", "class": "person", "geometry": {"start": 0, "end": 3}}
        item = text(editor={"locks": locks, "note": "Look twice."}) | {"prelabel": {"marks": [ada]}}
        shop = await opened(customer, SPANS, item)
        at = await at_work(shop, screen)
        await read(at.page)
        await expect(at.page.get_by_text("Look twice.")).to_be_visible()
        await drag(at.page, "Rome")
        await click(at.page, "Ada")
        await at.keys("Delete", "Alt+ArrowRight", "2")
        await marks(at.page, "Person, “Ada”")


class TestKeys:
    async def test_everything_is_done_without_a_pointer(self, customer: Customer, screen: OpenScreen) -> None:
        shop = await opened(customer, SPANS, text())
        at = await at_work(shop, screen)
        page = at.page
        await read(page)
        await expect(page.locator(".turn.active .stage")).to_be_focused()
        await at.keys("ArrowRight", "Enter")
        await marks(page, "Person, “Ada”")
        # From the mark to the next word, one further, and with a class by its digit.
        await at.keys(
            "Escape", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowLeft", "2"
        )
        await marks(page, "Person, “Ada”", "Place, “lives in”")
        await at.keys("Control+Alt+Shift+ArrowRight", "Alt+Shift+ArrowRight")
        await marks(page, "Person, “Ada”", "Place, “in Rome”")
        await at.keys("Tab")
        await expect(page.locator("[role=option][aria-selected=true]")).to_have_attribute("aria-label", "Person, “Ada”")
        await at.keys("Shift+Enter", "1", "Control+Enter")
        [submission] = await shop.arrived(1)
        assert submission["marks"] == [("person", {"start": 0, "end": 3}), ("place", {"start": 12, "end": 19})]

    async def test_a_form_starts_at_its_first_question(self, customer: Customer, screen: OpenScreen) -> None:
        files = {
            "one.txt": b"2+2=5",
            "two.txt": b"2+2=4",
            "site.txt": b"https://example.com/rules",
            "p.png": picture(1),
        }
        shop = await opened(customer, FORM, {"files": files, "meta": {"editor": {"opens": [2], "references": [3]}}})
        at = await at_work(shop, screen)
        page = at.page
        await expect(page.locator("[data-material='0'] [data-passage]")).to_have_text("2+2=5")
        await expect(page.locator("[data-material='1'] [data-passage]")).to_have_text("2+2=4")
        link = page.locator("[data-material='2'] a")
        await expect(link).to_have_attribute("href", "https://example.com/rules")
        await expect(link).to_have_attribute("rel", "noreferrer")
        await expect(page.locator("[data-material='3']")).to_contain_text("For reference")
        await at.until("document.querySelector('[data-material] img')?.naturalWidth > 0")
        await at.keys("2")
        why = page.locator("[data-field=why] textarea:visible")
        await at.keys("Control+Enter")
        await expect(page.get_by_role("group", name="To mend before handing in")).to_contain_text("Why the second?")
        await why.fill("The sum is right.")
        await at.keys("Control+Enter")
        [submission] = await shop.arrived(1)
        assert submission["answers"] == {"better": "second", "why": "The sum is right."}


class TestReview:
    async def test_a_reviewer_sees_where_two_differ_and_takes_one(self, customer: Customer, screen: OpenScreen) -> None:
        shop = await opened(customer, SPANS, text(), wanted=pipeline(2, review=True))
        for end in (19, 20):
            async with AsyncClient(customer.url) as worker:
                await worker.sign_in(await shop.person(), PASSWORD)
                rome = Mark(
                    id="r", kind="span", class_="place", geometry={"start": 12 if end == 20 else 15, "end": end}
                )
                await worker.submit(await take(worker, shop), Annotation(marks=(rome,)))
        await shop.review_is_due(1)
        at = await at_work(shop, screen, WorkRole.REVIEWER)
        page = at.page
        await read(page)
        await at.keys("]")
        await expect(page.locator("[data-difference='0']:visible")).to_have_attribute("aria-current", "true")
        await at.keys("t", "1")
        await at.keys("Control+Enter")

        async def results() -> list[Any]:
            return [each async for each in customer.client.list_results(shop.project.id)]

        (found,) = await until(results, "the review arrives")
        assert [mark.geometry["end"] for mark in found.annotation.marks] in ([19], [20])


class TestLooks:
    @pytest.mark.parametrize(("theme", "width", "height"), [("light", 1440, 900), ("dark", 820, 1180)])
    async def test_nothing_keeps_people_from_using_it(
        self, customer: Customer, server: Server, chromium: Browser, bundle: None, theme: Any, width: int, height: int
    ) -> None:
        shop = await opened(customer, SPANS, text())
        context = await chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        at = Screen(server.url, context, await context.new_page())
        await at.open("/label")
        await at.sign_in(await shop.person())
        await at.page.locator(".turn.active .stage:visible").wait_for()
        await read(at.page)
        await drag(at.page, "Ada")
        await drag(at.page, "lives", "Rome")
        await at.keys("2", "Escape", "ArrowRight")
        found = await at.page.evaluate(AUDIT)
        await at.keys("Control+Enter")
        await context.close()
        assert found == []

    async def test_of_a_long_text_a_mark_draws_its_own_paragraph_anew(
        self, customer: Customer, screen: OpenScreen
    ) -> None:
        lines = [f"Line {number} says that Ada lives in Rome and Bo does not.\n" for number in range(4_000)]
        shop = await opened(customer, SPANS, text("".join(lines)))
        at = await at_work(shop, screen)
        await read(at.page, "".join(lines))
        await click(at.page, "Ada", count=2)
        await marks(at.page, "Person, “Ada”")
        await at.page.evaluate(
            """() => {
                window.drawn = new Set()
                const note = (changes) => {
                    for (const { target } of changes) drawn.add(target.parentElement.closest("p") ?? target)
                }
                const all = { subtree: true, childList: true, attributes: true, characterData: true }
                new MutationObserver(note).observe(document.querySelector(".turn.active [data-passage]"), all)
            }"""
        )
        await drag(at.page, "Rome")
        await marks(at.page, "Person, “Ada”", "Person, “Rome”")
        # Both words are in the first of the 4,000 lines, some 220,000 characters.
        lines_drawn = await at.page.evaluate("[...drawn].map((each) => each.textContent)")
        assert lines_drawn == [lines[0]]


class TestLinksOnTheText:
    async def test_a_link_is_drawn_with_its_name_and_the_text_stays_the_text(
        self, customer: Customer, screen: OpenScreen
    ) -> None:
        spans = [("m1", "person", 0, 3), ("m2", "place", 15, 19)]
        known = Annotation(
            marks=tuple(
                Mark(id=id, kind="span", class_=of, geometry={"start": start, "end": end})
                for id, of, start, end in spans
            ),
            links=(Link("l1", "lives_in", "m1", "m2"),),
        )
        shop = await opened(customer, SPANS, text() | {"prelabel": msgspec.to_builtins(known)})
        page = (await at_work(shop, screen)).page
        await expect(page.locator(".turn.active .arcs text")).to_have_text("lives in")
        await read(page)
        ends = await page.evaluate(
            """() => {
              const box = (selector) => document.querySelector(`.turn.active ${selector}`).getBoundingClientRect()
              const [line, ada, rome] = [box(".arcs .line"), box("[data-at='0']"), box("[data-at='15']")]
              return [line.left - (ada.left + ada.right) / 2, line.right - (rome.left + rome.right) / 2]
            }"""
        )
        # The line runs from the middle of the one to the middle of the other.
        assert [abs(each) < 3 for each in ends] == [True, True], ends
        await click(page, "Ada")
        await expect(page.locator(".turn.active .arcs .line")).to_have_class(re.compile("chosen"))
        await page.keyboard.press("Delete")
        await expect(page.locator(".turn.active .arcs .line")).to_have_count(0)


class TestGlimpse:
    async def test_the_explorer_shows_the_first_words(self, customer: Customer, screen: OpenScreen) -> None:
        shop = await opened(customer, SPANS, text())
        email = f"mira-{shop.project.id}@fairmark.test"
        made = await shop.client.invite(member_role=MemberRole.OWNER)
        async with AsyncClient(shop.url) as client:
            await client.accept_invitation(made.token, name="Mira", email=email, password=PASSWORD)
        at = await screen()
        await at.open(f"/projects/{shop.project.id}/explore")
        await at.sign_in(email)
        await expect(at.page.locator(".tile .glimpse")).to_have_text("Ada 😀 lives in Rome. So does Bo.")
