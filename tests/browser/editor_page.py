"""The image editor in a browser, as tests speak of it: points of the image, and documents instead of pixels."""

import math
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

Point = tuple[float, float]


@dataclass(frozen=True)
class EditorPage:
    """A page of the harness with one editor on it. All coordinates are pixels of the image."""

    page: Page

    async def screen(self, at: Point) -> Point:
        """Where a point of the image in hand lies in the window now."""
        found = await self.page.evaluate(
            """([x, y]) => {
                const { workspace } = harness.inside
                const { view } = workspace
                const box = document.querySelector(".stage").getBoundingClientRect()
                const [paneX, paneY] = workspace.inPane([view.x + x * view.scale, view.y + y * view.scale])
                const { place } = workspace.inHand
                return [box.x + place.x + paneX, box.y + place.y + paneY]
            }""",
            at,
        )
        return found[0], found[1]

    async def move(self, at: Point, steps: int = 1) -> None:
        """Moves the mouse there."""
        await self.page.mouse.move(*await self.screen(at), steps=steps)

    async def click(self, at: Point) -> None:
        """Clicks there."""
        await self.page.mouse.click(*await self.screen(at))

    async def drag(self, start: Point, end: Point, button: Any = "left") -> None:
        """Presses at one point, moves, lets go at the other; both are where they lie before the drag."""
        first, last = await self.screen(start), await self.screen(end)
        await self.page.mouse.move(*first)
        await self.page.mouse.down(button=button)
        await self.page.mouse.move(*last, steps=8)
        await self.page.mouse.up(button=button)

    async def keys(self, *keys: str) -> None:
        """Presses keys one after another."""
        for key in keys:
            await self.page.keyboard.press(key)

    async def document(self) -> dict[str, Any]:
        """The annotation as it stands."""
        return await self.page.evaluate("harness.document()")

    async def boxes(self) -> list[tuple[str, int, int, int, int]]:
        """Class and geometry of each box, rounded to whole pixels."""
        marks = (await self.document())["marks"]
        found: list[tuple[str, int, int, int, int]] = []
        for mark in marks:
            if mark["kind"] == "box":
                x, y, w, h = (math.floor(mark["geometry"][edge] + 0.5) for edge in ("x", "y", "w", "h"))
                found.append((mark["class"], x, y, w, h))
        return found

    async def path(self, *points: Point) -> None:
        """Clicks at one point after another."""
        for point in points:
            await self.click(point)

    async def trace(self, points: list[Point]) -> None:
        """Presses at the first point, moves through the others, lets go at the last."""
        first, *others = [await self.screen(point) for point in points]
        await self.page.mouse.move(*first)
        await self.page.mouse.down()
        for each in others:
            await self.page.mouse.move(*each)
        await self.page.mouse.up()

    async def geometries(self, kind: str) -> list[Any]:
        """Class and geometry of each mark of a kind, numbers rounded to whole pixels."""
        marks = (await self.document())["marks"]
        return [(mark["class"], _whole(mark["geometry"])) for mark in marks if mark["kind"] == kind]

    async def tags(self) -> list[str]:
        """The classes of the tags."""
        return [mark["class"] for mark in (await self.document())["marks"] if mark["kind"] == "tag"]

    async def selection(self) -> list[str]:
        """The ids of the selected marks."""
        return await self.page.evaluate("[...harness.inside.workspace.selection]")

    async def answers(self) -> dict[str, Any]:
        """The answers to the item's questions."""
        return (await self.document())["answers"]

    async def frame(self) -> None:
        """Waits until two frames have been drawn: what follows from the last event is on screen then."""
        await self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    async def wheel(self, by: float) -> None:
        """Turns the wheel, and waits until that has come to rest on screen: Playwright does not."""
        await self.page.mouse.wheel(0, by)
        await self.rest()

    async def rest(self) -> None:
        """Waits until the canvas draws no more: all that was to be drawn, however many frames it takes, is there."""
        await self.page.evaluate(
            """async () => {
                const frame = () => new Promise((done) => requestAnimationFrame(done))
                const { counters } = harness.inside.stage
                do {
                    counters.reset()
                    await frame()
                    await frame()
                    await frame()
                } while (counters.history().painted.length > 0)
            }"""
        )

    async def port(self, member: str) -> Any:
        """A member of the fake server: drafts, beats, skips ..."""
        return await self.page.evaluate(f"harness.port.{member}")


def _whole(value: Any) -> Any:
    """`value` with each number in it rounded to a whole one."""
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_whole(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    return math.floor(value + 0.5) if isinstance(value, int | float) and not isinstance(value, bool) else value
