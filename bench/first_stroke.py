"""What opening the labeling page costs: bytes over the network, and the time until the first stroke is possible.

Run: python -m bench.first_stroke [--opens 7]

Starts a server of its own with the photographs of bench.next_task. Cold: a browser that has only the cookie of a
person who is signed in opens the page; warm: the same browser opens it again. Both on the network of this machine, and
on one of 10 Mbit/s with 40 ms to the server and back, which Chromium plays. Measured from the start of the navigation,
by the page's own clock, until the picture is decoded and on screen with the tool in hand; a stroke of the mouse then
has to make a box. Bytes are those that came over the network, as packed as they came, bodies and headers.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, sync_playwright
from tests.browser.product import ensure_bundle
from tests.chromium import ARGUMENTS, ensure

from bench.installation import Installation, machine
from bench.next_task import EMAIL, MARKS, PASSWORD, fill, key_of, quantile, stroke, until
from fairmark.client import Client

NETWORKS = {
    "this machine": None,
    "10 Mbit/s, 40 ms":
        {"offline": False, "latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 10e6 / 8},
}  # fmt: skip
PARTS = ("Script", "Stylesheet", "Font", "Document", "Image")
"""Kinds of what is loaded, in the browser's words; what is none of them is what the page asks the API."""
READY = """() => {
    const image = document.querySelector('.turn.active .image-layer')
    if (!image?.complete || image.naturalWidth === 0) return requestAnimationFrame(window.lookForStroke)
    requestAnimationFrame(() => { window.strokeAt = performance.now() })
}"""


@dataclass(frozen=True)
class Opening:
    """ms: until the first stroke. bytes: by kind. requests: how many went over the network."""

    ms: float
    bytes: Counter[str]
    requests: int


class Network:
    """What a page loads, as the browser's debugger tells it."""

    def __init__(self, cdp: CDPSession) -> None:
        self.bytes: Counter[str] = Counter()
        self.requests = 0
        self._kinds: dict[str, str] = {}
        cdp.on("Network.responseReceived", self._answered)
        cdp.on("Network.loadingFinished", self._finished)
        cdp.send("Network.enable")

    def _answered(self, event: dict[str, Any]) -> None:
        response = event["response"]
        if not (response.get("fromDiskCache") or response.get("fromPrefetchCache")):
            self._kinds[event["requestId"]] = event["type"]

    def _finished(self, event: dict[str, Any]) -> None:
        kind = self._kinds.pop(event["requestId"], None)
        if kind is None or event["encodedDataLength"] == 0:
            return
        self.requests += 1
        self.bytes[kind if kind in PARTS else "API"] += int(event["encodedDataLength"])


def opened(context: BrowserContext, url: str, conditions: dict[str, Any] | None) -> Opening:
    """The labeling page in a new tab, until a stroke made a box, which is taken back."""
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    network = Network(cdp)
    if conditions is not None:
        cdp.send("Network.emulateNetworkConditions", conditions)
    page.add_init_script(f"window.lookForStroke = {READY}; requestAnimationFrame(window.lookForStroke)")
    page.goto(f"{url}/label", wait_until="commit")
    until(page, "window.strokeAt !== undefined")
    found = Opening(page.evaluate("window.strokeAt"), Counter(network.bytes), network.requests)
    stroke(page)
    page.keyboard.press("Control+z")
    until(page, f"document.querySelector('.turn.active .stage').getAttribute('aria-label').startsWith('{MARKS} ')")
    until(page, "sessionStorage.getItem('fairmark.ahead') !== null")
    page.close()
    return found


def openings(browser: Browser, url: str, times: int, conditions: dict[str, Any] | None) -> dict[str, list[Opening]]:
    """Cold and warm, `times` each."""
    window: Any = {"viewport": {"width": 1440, "height": 900}}
    first = browser.new_context(**window)
    page = first.new_page()
    page.goto(f"{url}/label")
    page.get_by_label("E-mail").fill(EMAIL)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".image-layer:visible").wait_for()
    cookies = first.cookies()
    first.close()
    found: dict[str, list[Opening]] = {"cold": [], "warm": []}
    for _ in range(times):
        context = browser.new_context(**window)
        context.add_cookies([{**cookie} for cookie in cookies])  # pyright: ignore[reportArgumentType]
        for how in found:
            found[how].append(opened(context, url, conditions))
        context.close()
    return found


def show(network: str, how: str, seen: list[Opening]) -> None:
    """Prints the median opening of one kind."""
    times = [each.ms for each in seen]
    one = sorted(seen, key=lambda each: each.bytes.total())[len(seen) // 2]
    parts = ", ".join(f"{kind} {one.bytes[kind] / 1000:.1f}" for kind in (*PARTS, "API") if one.bytes[kind])
    print(f"{network:18}{how:6}{quantile(times, 0.5):8.0f}{max(times):8.0f}{one.requests:10}"
          f"{one.bytes.total() / 1000:10.1f}   {parts}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opens", type=int, default=7)
    options = parser.parse_args()
    ensure_bundle()
    with Installation(processes=1, worker=True, port=8939) as installation, sync_playwright() as playwright:
        installation.start()
        with Client(installation.url, key_of(installation.folder)) as client:
            fill(client, installation.url, 4)
        browser = playwright.chromium.launch(executable_path=ensure(), args=ARGUMENTS)
        print(f"{machine()}; Chromium {browser.version}, software rendering")
        print(f"{'network':18}{'':6}{'p50 ms':>8}{'max ms':>8}{'requests':>10}{'kB':>10}   of which")
        for words, conditions in NETWORKS.items():
            for how, seen in openings(browser, installation.url, options.opens, conditions).items():
                show(words, how, seen)
        browser.close()


if __name__ == "__main__":
    main()
