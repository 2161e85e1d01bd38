"""The pictures of the guide for annotators, taken from the running editor: `make pictures`.

One scene for each tool and each way of working, drawn with a real mouse and real keys on the painted street of the
harness, so that no picture holds anything that is not ours. Written to docs/pictures/labeling as WebP.
"""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from PIL import Image
from playwright.async_api import async_playwright

from fairmark.predictions.model import Point as Place
from fairmark.predictions.model import Prompt
from fairmark.predictions.running.child import Desk
from fairmark.predictions.running.model import Answered, Ask
from tests.browser.editor_page import EditorPage, Point
from tests.browser.harness import build_harness, serve
from tests.chromium import ARGUMENTS, ensure
from tests.predictions.made import make_model

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "labeling"
WIDTH = 640
"""Of a picture, pixels."""
WINDOW = {"width": 1180, "height": 640}
CAR = (554, 622, 228, 120)
"""Of a purple car on the street: left, top, width, height."""
OUTLINE: list[Point] = [(560, 668), (600, 664), (602, 624), (726, 624), (730, 664), (776, 668), (776, 722), (560, 722)]
WALKER = (1060, 606, 42, 150)
WHEEL = (582, 706, 36, 36)

Scene = Callable[[EditorPage], Awaitable[None]]


async def look(editor: EditorPage, box: tuple[float, float, float, float], margin: float) -> None:
    """Brings a box of the image into view, with so many pixels around it."""
    x, y, w, h = box
    await editor.page.evaluate(
        "([x, y, w, h]) => harness.inside.workspace.zoomToBox({ x, y, w, h })",
        [x - margin, y - margin, w + 2 * margin, h + 2 * margin],
    )


async def use(editor: EditorPage, class_id: str, tool: str) -> None:
    """Takes a class and a tool in hand."""
    await editor.page.evaluate(
        "([id, tool]) => { const { workspace } = harness.inside; workspace.useClass(id); workspace.choose(tool) }",
        [class_id, tool],
    )


async def hold(editor: EditorPage, *points: Point) -> None:
    """Presses at the first point and moves through the others; the button stays down."""
    await editor.move(points[0])
    await editor.page.mouse.down()
    for point in points[1:]:
        await editor.move(point, steps=6)


def corners(box: tuple[float, float, float, float]) -> tuple[Point, Point]:
    """The upper left and the lower right corner."""
    x, y, w, h = box
    return (x, y), (x + w, y + h)


async def box(editor: EditorPage) -> None:
    await use(editor, "car", "box")
    await hold(editor, *corners(CAR))


async def select(editor: EditorPage) -> None:
    await use(editor, "car", "box")
    await editor.drag(*corners(CAR))
    await editor.keys("v")


async def polygon(editor: EditorPage) -> None:
    await use(editor, "road", "polygon")
    await editor.path(*OUTLINE[:6])
    await editor.move(OUTLINE[6])


async def polyline(editor: EditorPage) -> None:
    await use(editor, "lane", "polyline")
    await editor.path((470, 770), (560, 764), (690, 768))
    await editor.move((860, 760))


async def points(editor: EditorPage) -> None:
    await use(editor, "hydrant", "points")
    for at in ((600, 724), (736, 724)):
        await editor.click(at)
        await editor.keys("a")
    await editor.keys("v", "Tab")


async def skeleton(editor: EditorPage) -> None:
    await look(editor, WALKER, 60)
    await use(editor, "walker", "skeleton")
    await hold(editor, *corners(WALKER))


async def link(editor: EditorPage) -> None:
    await look(editor, CAR, 150)
    await use(editor, "car", "box")
    await editor.drag(*corners(CAR))
    await editor.drag((840, 622), (990, 742))
    await editor.keys("v", "Escape", "Alt+r")
    await editor.drag((668, 682), (915, 682))
    await editor.page.get_by_role("menuitem", name="follows").click()


async def rotated_box(editor: EditorPage) -> None:
    await use(editor, "ship", "rotated_box")
    await editor.drag((560, 640), (770, 610))
    await editor.move((790, 735))


async def ellipse(editor: EditorPage) -> None:
    await look(editor, WHEEL, 80)
    await use(editor, "wheel", "ellipse")
    await hold(editor, *corners(WHEEL))


async def cuboid(editor: EditorPage) -> None:
    await use(editor, "truckload", "cuboid")
    await editor.drag((570, 650), (720, 740))
    await editor.move((720, 650))


async def mask(editor: EditorPage) -> None:
    await editor.page.evaluate("harness.inside.workspace.settings.set({ brush: 44 })")
    await use(editor, "leaf", "mask")
    await editor.trace([(582, 694), (620, 690), (660, 646), (700, 648), (700, 690), (650, 694)])
    await hold(editor, (650, 694), (740, 694))


async def eraser(editor: EditorPage) -> None:
    await mask(editor)
    await editor.page.mouse.up()
    await editor.keys("e")
    await hold(editor, (690, 640), (700, 690))


async def fill(editor: EditorPage) -> None:
    await use(editor, "leaf", "fill")
    await hold(editor, *OUTLINE)


async def cut(editor: EditorPage) -> None:
    await use(editor, "road", "polygon")
    await editor.path(*OUTLINE)
    await editor.keys("n", "Shift+T")
    await editor.click((668, 600))
    await editor.move((668, 745))


async def ruler(editor: EditorPage) -> None:
    await editor.keys("Alt+q")
    await editor.drag((600, 724), (736, 724))


async def scissors(editor: EditorPage) -> None:
    await use(editor, "leaf", "scissors")
    await editor.path(*OUTLINE[:3])
    await editor.move((720, 624), steps=12)


async def region(editor: EditorPage) -> None:
    await use(editor, "leaf", "region")
    await editor.click((660, 680))
    await editor.click((660, 640))


async def cutout(editor: EditorPage) -> None:
    await use(editor, "leaf", "cutout")
    await editor.drag((548, 612), (788, 748))


def colour_model(folder: Path, picture: bytes) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Answers the editor's questions about a picture by a small model that is written into `folder`."""
    image = folder / "street"
    image.write_bytes(picture)
    made = make_model(folder / "colour", side=800)
    desk = Desk(1, 10_000_000)

    def answer(question: dict[str, Any]) -> dict[str, Any]:
        points = tuple(Place(each["x"], each["y"], each["on"]) for each in question["points"])
        reply = desk.answer(Ask(str(made), str(image), "street", Prompt(points)))
        assert isinstance(reply, Answered), reply
        return {"masks": msgspec.to_builtins(reply.masks), "version": "1"}

    return answer


async def model(editor: EditorPage) -> None:
    """A model of ONNX files, run as the server runs it: it takes what is coloured like the place that is clicked."""
    source = await editor.page.evaluate(
        """async () => {
            const blob = await (await fetch(harness.inside.workspace.assistance.sources[0].url)).blob()
            return [...new Uint8Array(await blob.arrayBuffer())]
        }"""
    )
    with TemporaryDirectory() as folder:
        await editor.page.expose_function("askTheModel", colour_model(Path(folder), bytes(source)))
        await editor.page.evaluate(
            """() => {
                harness.port.models = async () => [{ id: "colour", title: "Like this colour" }]
                harness.port.askModel = (_, question) => window.askTheModel(question)
                delete harness.inside
                harness.another()
            }"""
        )
        await editor.page.wait_for_function("harness.inside?.workspace.tools.some(({ id }) => id === 'model:colour')")
        await editor.frame()
        await look(editor, CAR, 60)
        await use(editor, "leaf", "model:colour")
        await editor.click((640, 690))
        await editor.page.wait_for_function("harness.inside.workspace.assistance.gesture?.canAccept")
        await editor.page.locator("[data-tool='model:colour']").scroll_into_view_if_needed()
        await editor.move((700, 640))


async def pan(editor: EditorPage) -> None:
    await editor.keys("Alt+n", "Shift+V")
    await hold(editor, (700, 700), (660, 680))


async def attributes(editor: EditorPage) -> None:
    await select(editor)
    await editor.keys("w")


async def sweep(editor: EditorPage) -> None:
    await look(editor, (540, 560, 440, 190), 20)
    await use(editor, "car", "box")
    for each in (CAR, (775, 577, 142, 77), (796, 597, 163, 90)):
        await editor.drag(*corners(each))
    await editor.keys("Shift+W")


async def display(editor: EditorPage) -> None:
    await editor.keys("Alt+x", "Alt+z", "Alt+y", "Alt+y", "F2")
    await editor.move((735, 690))


async def reopen(editor: EditorPage, query: str) -> None:
    """The harness again, with other work on it."""
    await editor.page.goto(f"{editor.page.url.split('?')[0]}?shelf=memory&{query}")
    await editor.page.wait_for_function("window.harness?.inside")
    await editor.frame()


async def views(editor: EditorPage) -> None:
    """Four views of one street: the one under the pointer is in hand, a cross shows the same place in the others."""
    await reopen(editor, "assets=4")
    await use(editor, "car", "box")
    stage = await editor.page.locator(".stage").bounding_box()
    assert stage is not None
    await editor.page.mouse.move(stage["x"] + stage["width"] * 0.18, stage["y"] + stage["height"] * 0.3)


async def swipe(editor: EditorPage) -> None:
    """Two people's answers to the left and the right of the divider."""
    await reopen(editor, "mode=review")
    await look(editor, (500, 540, 500, 240), 10)
    await editor.keys("Alt+Shift+f")


async def comment(editor: EditorPage) -> None:
    """What a reviewer said about a mark, and the answer of who drew it."""
    await editor.page.evaluate(
        """() => {
            const at = new Date().toISOString()
            const said = (id, by, text) => ({ id, by, text, at })
            harness.port.threads = async () => [{
                id: "t1", asset: 0, markId: null, at: { x: 600, y: 640 }, settledBy: null,
                comments: [said("c1", "reviewer", "The mirror belongs to the car."), said("c2", "you", "Mended.")],
            }]
            delete harness.inside
            harness.another()
        }"""
    )
    await editor.page.wait_for_function("harness.inside")
    await editor.page.locator("[data-thread]").wait_for()
    await look(editor, CAR, 60)
    await use(editor, "car", "box")
    await editor.drag(*corners(CAR))
    await editor.keys("v", "Escape", "F9")


SCENES: dict[str, Scene] = {
    "select": select,
    "box": box,
    "polygon": polygon,
    "polyline": polyline,
    "points": points,
    "skeleton": skeleton,
    "link": link,
    "rotated_box": rotated_box,
    "ellipse": ellipse,
    "cuboid": cuboid,
    "mask": mask,
    "eraser": eraser,
    "fill": fill,
    "scissors": scissors,
    "region": region,
    "cutout": cutout,
    "model": model,
    "cut": cut,
    "pan": pan,
    "ruler": ruler,
    "attributes": attributes,
    "sweep": sweep,
    "display": display,
    "views": views,
    "swipe": swipe,
    "comment": comment,
}
"""By the id of the tool, or the name of the way of working."""
PANEL_TOO = {"comment"}
"""Of these the picture holds the panel beside the view, too."""


async def take(editor: EditorPage, scene: Scene, *, panel: bool = False) -> bytes:
    """A WebP of the tools and the view, and of the panel if asked, as the scene leaves them."""
    await look(editor, CAR, 60)
    await scene(editor)
    # Help that works in the background comes when it is ready, and says so nowhere that all tools share.
    await editor.page.wait_for_timeout(1200)
    stage = await editor.page.locator(".stage").bounding_box()
    assert stage is not None
    width = WINDOW["width"] if panel else stage["x"] + stage["width"]
    clip = {"x": 0, "y": 0, "width": width, "height": stage["height"]}
    shot = Image.open(io.BytesIO(await editor.page.screenshot(clip=clip)))  # pyright: ignore[reportArgumentType]
    small = shot.convert("RGB").resize((WIDTH, round(WIDTH * shot.height / shot.width)), Image.Resampling.LANCZOS)
    made = io.BytesIO()
    small.save(made, "WEBP", quality=80, method=6)
    return made.getvalue()


async def main() -> None:
    """Takes every picture anew, or those that are named."""
    named = sys.argv[1:] or list(SCENES)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        address = serve(build_harness(Path(folder)))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=ensure(), args=ARGUMENTS)
            for name in named:
                page = await browser.new_page(viewport=WINDOW)  # pyright: ignore[reportArgumentType]
                await page.goto(f"{address}/index.html?shelf=memory")
                await page.wait_for_function("window.harness?.inside")
                editor = EditorPage(page)
                await editor.frame()
                taken = await take(editor, SCENES[name], panel=name in PANEL_TOO)
                (FOLDER / f"{name}.webp").write_bytes(taken)
                print(f"{name}.webp  {len(taken) / 1000:.0f} kB")
                await page.close()
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
