"""What a frame of the image editor costs among many marks: script milliseconds and marks drawn, in real Chromium.

Run: python -m bench.editor_frames [--boxes 10000] [--polygons 2000] [--corners 50] [--density 1]

Builds the harness page of web/harness, opens it with seeded boxes, then with seeded polygons, on a 4000 x 3000 image in
a window of 1440 x 900, and pans (all marks in view, and close up), zooms, hovers, draws and drags with real mouse
events, a mark and a point of one; then it works with each tool of the assistance, whose answers come from a worker, and
looks for neighbours to lie along. The editor's own counters give the script time of each frame (from the start of the
animation frame to the last call on a canvas), how many marks it drew, and what was drawn between frames; the browser
gives the processor time of all script of the page, listeners and lists included, per frame (other programs on the
machine lengthen the former, not the latter); the page counts frames per second.
Targets: script of a frame under 8 ms, and the drag of one mark draws one mark.
"""

import argparse
import math
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import CDPSession, Page, sync_playwright
from tests.browser.harness import build_harness, serve
from tests.chromium import ARGUMENTS, ensure

SCRIPT_MS_MAX = 8.0
STEPS = 150
CORNER = """() => {
    const { view, session } = harness.inside.workspace
    const [x, y] = session.selectedMarks[0].geometry.parts[0][0][0]
    const box = document.querySelector(".stage").getBoundingClientRect()
    return [box.x + view.x + x * view.scale, box.y + view.y + y * view.scale]
}"""
"""Where the first corner of the selected polygon lies in the window."""
COLUMNS = ("frames", "p50 ms", "p99 ms", "max ms", "cpu ms", "marks p50", "marks max", "frames/s", "between", "slice")


@dataclass(frozen=True)
class Figures:
    """Of the frames of one action: script milliseconds, marks drawn, frames a second while it lasted.

    script_cpu_ms: processor time of all script of the page, for each frame.
    between: marks drawn between frames; slice_max_ms: the longest that this took without a pause.
    """

    action: str
    frames: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    painted_p50: float
    painted_max: float
    frames_per_s: float
    script_cpu_ms: float
    between: int
    slice_max_ms: float


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of `values` lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def measure(page: Page, cdp: CDPSession, action: str, act: Callable[[], None]) -> Figures:
    """Runs `act` and reads the editor's counters for the frames it caused."""
    page.wait_for_timeout(600)
    before = script_cpu_ms(cdp)
    page.evaluate("""() => {
        harness.inside.stage.counters.reset()
        const count = { n: 0, from: performance.now() }
        window.frameCount = count
        const tick = () => { count.n++; count.id = requestAnimationFrame(tick) }
        count.id = requestAnimationFrame(tick)
    }""")
    act()
    spent = script_cpu_ms(cdp) - before
    seen = page.evaluate("""() => {
        cancelAnimationFrame(frameCount.id)
        const { counters } = harness.inside.stage
        const { paintedBetween: between, longestBetween_ms: slice_max_ms } = counters
        const rate = 1000 * frameCount.n / (performance.now() - frameCount.from)
        return { ...counters.history(), between, slice_max_ms, rate }
    }""")
    script, painted = seen["script_ms"], seen["painted"]
    return Figures(
        action,
        len(script),
        quantile(script, 0.5),
        quantile(script, 0.99),
        max(script, default=0.0),
        quantile(painted, 0.5),
        max(painted, default=0.0),
        seen["rate"],
        spent / max(1, len(script)),
        seen["between"],
        seen["slice_max_ms"],
    )


def script_cpu_ms(cdp: CDPSession) -> float:
    """Milliseconds of processor time that script has taken on the page's main thread so far."""
    metrics = cdp.send("Performance.getMetrics")["metrics"]
    return 1000 * next(metric["value"] for metric in metrics if metric["name"] == "ScriptDuration")


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], button: str = "left") -> None:
    """A drag in STEPS mouse moves."""
    page.mouse.move(*start)
    page.mouse.down(button=button)  # pyright: ignore[reportArgumentType]
    page.mouse.move(*end, steps=STEPS)
    page.mouse.up(button=button)  # pyright: ignore[reportArgumentType]


def draw(page: Page, at: tuple[float, float], *, freehand: bool) -> None:
    """A box of 200 x 150 from a point of the window, or an outline of that size drawn freehand around it."""
    if not freehand:
        drag(page, at, (at[0] + 200, at[1] + 150))
        return
    turns = [2 * math.pi * n / STEPS for n in range(STEPS)]
    places = [(at[0] + 100 * math.cos(turn), at[1] + 75 * math.sin(turn)) for turn in turns]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places:
        page.mouse.move(*place)
    page.mouse.up()


def wheel(page: Page, at: tuple[float, float], delta: float, times: int) -> None:
    """Turns of the wheel at a point; negative zooms in."""
    page.mouse.move(*at)
    for _ in range(times):
        page.mouse.wheel(0, delta)


def actions(page: Page, cdp: CDPSession, *, polygons: bool) -> list[Figures]:
    """Every action, one after another, on the page as it was opened."""
    box = page.locator(".stage").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.keyboard.press("v")
    found = [
        measure(page, cdp, "pan, all in view", lambda: drag(page, (x, y), (x - 300, y + 150), "middle")),
        measure(page, cdp, "zoom, all in view", lambda: wheel(page, (x, y), -40, 40)),
        measure(page, cdp, "zoom out again", lambda: wheel(page, (x, y), 40, 40)),
    ]
    page.keyboard.press("Control+0")
    wheel(page, (x, y), -400, 4)
    found.append(measure(page, cdp, "pan, close up", lambda: drag(page, (x, y), (x - 300, y + 150), "middle")))
    page.keyboard.press("Control+0")
    found.append(measure(page, cdp, "hover", lambda: page.mouse.move(x + 300, y + 200, steps=STEPS)))
    page.keyboard.press("r" if not polygons else "p")
    found.append(measure(page, cdp, "draw one mark", lambda: draw(page, (x, y), freehand=polygons)))
    page.keyboard.press("v")
    found.append(measure(page, cdp, "drag one mark", lambda: drag(page, (x, y + 75), (x - 200, y))))
    if polygons:
        page.keyboard.press("z")
        corner = page.evaluate(CORNER)
        found.append(measure(page, cdp, "drag one point", lambda: drag(page, corner, (corner[0] + 90, corner[1] + 40))))
        page.keyboard.press("Control+0")
    page.keyboard.press("Control+a")
    found.append(measure(page, cdp, "drag all marks", lambda: drag(page, (x, y), (x + 5, y + 5))))
    return found


def helped(page: Page, cdp: CDPSession) -> list[Figures]:
    """Each tool of the assistance while its answers come and are drawn, with all marks in view."""
    box = page.locator(".stage").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def take(tool: str) -> None:
        page.keyboard.press("Escape")
        page.evaluate(
            "(tool) => { const { workspace } = harness.inside; workspace.useClass('leaf'); workspace.choose(tool) }",
            tool,
        )

    def answered() -> None:
        page.wait_for_function("!harness.inside.workspace.assistance.isAsking")

    take("scissors")
    page.mouse.click(x, y)
    found = [measure(page, cdp, "scissors", lambda: page.mouse.move(x + 220, y + 120, steps=STEPS))]
    take("region")
    found.append(measure(page, cdp, "region", lambda: drag(page, (x, y), (x + 120, y))))
    answered()
    take("cutout")
    found.append(measure(page, cdp, "cut out: the box", lambda: drag(page, (x - 150, y - 100), (x + 150, y + 100))))
    answered()
    found.append(measure(page, cdp, "cut out: a stroke", lambda: drag(page, (x - 60, y), (x + 60, y + 20))))
    answered()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    found.append(measure(page, cdp, "box along others", lambda: page.mouse.move(x - 200, y - 100, steps=STEPS)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--boxes", type=int, default=10_000)
    parser.add_argument("--polygons", type=int, default=2_000)
    parser.add_argument("--corners", type=int, default=50, help="of each polygon")
    parser.add_argument("--density", type=float, default=1.0, help="device pixels per CSS pixel")
    options = parser.parse_args()
    scenes = {
        f"{options.boxes} boxes": f"n={options.boxes}",
        f"{options.polygons} polygons of {options.corners} corners":
            f"polygons={options.polygons}&corners={options.corners}",
    }  # fmt: skip
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        address = serve(build_harness(Path(folder)))
        browser = playwright.chromium.launch(executable_path=ensure(), args=ARGUMENTS)
        print(f"Chromium {browser.version}, {platform.platform()}, {os.cpu_count()} cores, software rendering")
        for words, query in scenes.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900}, device_scale_factor=options.density)
            page.goto(f"{address}/index.html?shelf=memory&width=4000&height=3000&{query}")
            page.wait_for_function("window.harness?.inside")
            cdp = page.context.new_cdp_session(page)
            cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
            show(
                f"{words}, density {options.density:g}, on 4000 x 3000",
                actions(page, cdp, polygons="polygons" in query),
            )
            if "polygons" not in query:
                page.keyboard.press("Control+0")
                show(f"the assistance among {words}", helped(page, cdp))
            page.close()
        browser.close()


def show(words: str, figures: list[Figures]) -> None:
    """Prints the figures of one page."""
    print(f"{words}, window 1440 x 900")
    print(f"{'':20}" + "".join(f"{name:>10}" for name in COLUMNS))
    for each in figures:
        row = (each.p50_ms, each.p99_ms, each.max_ms, each.script_cpu_ms)
        print(f"{each.action:20}{each.frames:>10}" + "".join(f"{value:>10.2f}" for value in row)
              + f"{each.painted_p50:>10.0f}{each.painted_max:>10.0f}{each.frames_per_s:>10.0f}"
              + f"{each.between:>10}{each.slice_max_ms:>10.2f}")  # fmt: skip
    late = [each.action for each in figures if each.p99_ms > SCRIPT_MS_MAX]
    print(f"over {SCRIPT_MS_MAX:g} ms: {', '.join(late) or 'none'}")


if __name__ == "__main__":
    main()
