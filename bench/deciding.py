"""How fast a reviewer may decide by single keys before they have to wait for the product, in real Chromium.

Run: python -m bench.deciding [--decisions 60]

Starts a server of its own with photographs of 1600 x 1200, twelve boxes on each handed in by a labeler, signs a
reviewer in and decides by keys as soon as the next picture is on screen and the one after it stands ready: A accepts,
every fifth is sent back by a digit. Counted are the keys; measured is the time from a key until the next picture is
drawn, and until the next decision could be made without waiting. A reviewer who decides 1,000 in an hour takes 3.6 s
for each: the product must need far less.
"""

import argparse
import time
from dataclasses import dataclass, field

from playwright.sync_api import Page, sync_playwright
from tests.browser.product import ensure_bundle
from tests.chromium import ARGUMENTS, ensure

from bench.installation import Installation, machine
from bench.next_task import MARKS, ONTOLOGY, PASSWORD, discs, key_of, photograph, quantile, until
from fairmark.client import Client
from fairmark.client.model import Annotation, LabelStage, Mark, Pipeline, Project, ReviewStage, WorkRole

EACH_MS = 3600.0
"""What a decision takes of an hour of 1,000."""
REJECT_EVERY = 5
TITLE = "document.querySelector('.turn.active') && document.querySelector('h1').textContent"
IMAGE = "document.querySelector('.turn.active .image-layer')"
DRAWN = f"{IMAGE}?.complete && {IMAGE}.naturalWidth > 0"
READY = "document.querySelectorAll('main > .turn:not(.active)').length === 1"


@dataclass
class Hour:
    """What is counted: keys, and milliseconds per decision."""

    keys: int = 0
    shown_ms: list[float] = field(default_factory=list[float])
    ready_ms: list[float] = field(default_factory=list[float])


def label(client: Client, url: str, count: int) -> Project:
    """An active project whose `count` pictures are labeled and wait for a review."""
    pipeline = Pipeline(stages=(LabelStage(), ReviewStage()))
    project = client.create_project("Discs", ontology=ONTOLOGY, guideline="Box every disc.", pipeline=pipeline)
    uploads = [client.upload_bytes(f"disc-{n:03d}.jpg", photograph(n)) for n in range(count)]
    client.add_items(
        project.id, [{"assets": [{"upload_id": each.id}], "external_id": f"{n}"} for n, each in enumerate(uploads)]
    )
    workforce = client.create_workforce("Staff")
    client.set_project_workforces(project.id, [workforce.id])
    client.activate_project(project.id)
    for role in (WorkRole.WORKER, WorkRole.REVIEWER):
        invitation = client.invite(workforce_id=workforce.id, work_role=role)
        with Client(url) as person:
            email = f"{role.value}@bench.example"
            person.accept_invitation(invitation.token, name="Ada", email=email, password=PASSWORD)
    while client.get_progress(project.id).total < count:
        time.sleep(0.2)
    with Client(url) as person:
        person.sign_in("worker@bench.example", PASSWORD)
        for _ in range(count):
            claim = person.claim()
            assert claim.assignment is not None
            number = int(claim.assignment.external_id or "0")
            person.submit(claim.assignment.id, drawn(number))
    return project


def drawn(number: int) -> Annotation:
    """The boxes of a picture's discs."""
    assert len(discs(number)) == MARKS
    marks = [
        Mark(id=f"m{k}", kind="box", class_="disc", geometry={"x": x, "y": y, "w": side, "h": side})
        for k, (x, y, side) in enumerate(discs(number))
    ]
    return Annotation(marks=tuple(marks))


def decide(page: Page, hour: Hour, key: str, into: list[float]) -> None:
    """Presses a key, and waits until another picture is drawn."""
    title = page.evaluate(TITLE)
    began = time.perf_counter()
    page.keyboard.press(key)
    hour.keys += 1
    until(page, f"({TITLE}) !== {title!r} && {DRAWN}")
    into.append((time.perf_counter() - began) * 1000)


def review(page: Page, url: str, decisions: int) -> Hour:
    """Decides so many times by keys."""
    page.goto(f"{url}/label?kind=review")
    page.get_by_label("E-mail").fill("reviewer@bench.example")
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".image-layer:visible").wait_for()
    page.keyboard.press("Alt+u")
    until(page, READY)
    hour = Hour()
    for number in range(decisions):
        began = time.perf_counter()
        decide(page, hour, "2" if number % REJECT_EVERY == 4 else "a", hour.shown_ms)
        until(page, READY)
        hour.ready_ms.append((time.perf_counter() - began) * 1000)
    return hour


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=60)
    options = parser.parse_args()
    ensure_bundle()
    with Installation(processes=1, worker=True, port=8938) as installation, sync_playwright() as playwright:
        installation.start()
        with Client(installation.url, key_of(installation.folder)) as client:
            label(client, installation.url, options.decisions + 3)
        browser = playwright.chromium.launch(executable_path=ensure(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        hour = review(page, installation.url, options.decisions)
        print(f"{machine()}; Chromium {browser.version}, software rendering")
        browser.close()
    for name, took in (("next picture drawn", hour.shown_ms), ("next decision possible", hour.ready_ms)):
        middle, most = quantile(took, 0.5), quantile(took, 0.95)
        print(f"{name}: p50 {middle:.0f} ms, p95 {most:.0f} ms, longest {max(took):.0f} ms")
    print(f"{hour.keys / options.decisions:.2f} keys a decision ({options.decisions} decisions, {hour.keys} keys)")
    p95 = quantile(hour.ready_ms, 0.95)
    print(f"1,000 an hour leaves {EACH_MS:.0f} ms each: {'met' if p95 <= EACH_MS / 3 else 'missed'} with a third of it")


if __name__ == "__main__":
    main()
