"""A labeler's hour, counted: a scripted expert boxes 100 objects on real photographs with keys and a real mouse.

Run: python -m bench.labelers_hour

The pictures are two that ship with scikit-image, which the tests install: `coins` (22 coins that touch no border, in
two classes by size) and `hubble_deep_field` (the 78 largest galaxies, in two classes by colour). What the expert is
to box is segmented from the pictures by a threshold, so that it is the same in every run. The expert works as the
guide for annotators tells: one drag for each box, the tool staying in hand, all of one class and then the other, one
key to change the class and one to hand in. Counted is every press of a mouse button and of a key; a drag is one
press. Each box must be there in the end with its class and an IoU of 0.9.

CVAT is not run: its gestures are counted from its documentation for the same boxes in the same order. In its standard
mode (docs.cvat.ai, "Shape mode" and "Annotation with rectangles"): Rectangle and Shape are clicked once at the
beginning, each box is two clicks on opposite corners, N begins each next one, Ctrl and a digit choose the label, F
goes to the next image, Ctrl+S saves. In its mode for a single shape it begins the next box by itself, so that N is
not needed; a class is chosen by two clicks there. The mouse's way and the time to look are the same in all, and not
counted.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright
from skimage import color, data, filters, io, measure, morphology, segmentation  # pyright: ignore[reportMissingTypeStubs]
from tests.browser.harness import build_harness, serve
from tests.chromium import ARGUMENTS, ensure

IOU_MIN = 0.9
OBJECTS = 100
CLASSES = ("small", "large")
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Picture:
    """A photograph and what is to be boxed on it: by class, left, top, width and height in pixels."""

    name: str
    pixels: Any
    objects: dict[str, list[Box]]


@dataclass
class Hands:
    """Presses buttons and keys, and counts them."""

    page: Page
    counts: dict[str, int] = field(default_factory=lambda: {"clicks": 0, "drags": 0, "keys": 0})

    def key(self, key: str) -> None:
        """Presses one key, held ones with it."""
        self.counts["keys"] += 1
        self.page.keyboard.press(key)

    def drag(self, box: Box) -> None:
        """Drags from the upper left corner of a box of the image to the lower right one."""
        self.counts["drags"] += 1
        x, y, w, h = box
        start, end = self._screen(x, y), self._screen(x + w, y + h)
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=3)
        self.page.mouse.up()

    def _screen(self, x: float, y: float) -> tuple[float, float]:
        at = self.page.evaluate(
            """([x, y]) => {
                const { view } = harness.inside.workspace
                const box = document.querySelector(".stage").getBoundingClientRect()
                return [box.x + view.x + x * view.scale, box.y + view.y + y * view.scale]
            }""",
            [x, y],
        )
        return at[0], at[1]


def coins() -> Picture:
    """Coins on dark ground, the larger half of them in a class of their own."""
    pixels: Any = data.coins()
    mask = morphology.closing(pixels > filters.threshold_otsu(pixels), np.ones((4, 4)))
    regions: Any = measure.regionprops(measure.label(segmentation.clear_border(mask)))
    found = sorted((_box(region) for region in regions if region.area > 300), key=lambda box: box[2] * box[3])
    half = len(found) // 2
    return Picture("coins", pixels, {"small": found[:half], "large": found[half:]})


def galaxies(count: int) -> Picture:
    """The `count` largest galaxies, those redder than blue in a class of their own."""
    pixels: Any = data.hubble_deep_field()
    regions: Any = measure.regionprops(measure.label(filters.gaussian(color.rgb2gray(pixels), 1) > 0.22))
    found: dict[str, list[Box]] = {"small": [], "large": []}
    for region in sorted(regions, key=lambda each: -each.area_bbox)[:count]:
        red, _, blue = pixels[tuple(region.coords.T)].mean(axis=0)
        found["large" if red > blue else "small"].append(_box(region))
    return Picture("hubble", pixels, found)


def _box(region: Any) -> Box:
    top, left, bottom, right = region.bbox
    return float(left), float(top), float(right - left), float(bottom - top)


def label(hands: Hands, picture: Picture) -> None:
    """Boxes everything on the picture that is on screen, and hands in."""
    for name in sorted(picture.objects, key=CLASSES.index):
        # The first class, and the tool for boxes, are in hand when a task opens.
        if name != CLASSES[0]:
            hands.key(str(CLASSES.index(name) + 1))
        for box in picture.objects[name]:
            hands.drag(box)
    hands.key("Control+Enter")


def misses(drawn: list[dict[str, Any]], picture: Picture) -> Iterator[str]:
    """What is not there as it should be."""
    for name, boxes in picture.objects.items():
        theirs = [tuple(mark["geometry"][edge] for edge in "xywh") for mark in drawn if mark["class"] == name]
        for box in boxes:
            best = max((iou(box, each) for each in theirs), default=0.0)
            if best < IOU_MIN:
                yield f"{picture.name}: {name} {box} has an IoU of {best:.2f}"


def iou(a: Box, b: Any) -> float:
    """Intersection over union."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = max(0.0, across) * max(0.0, down)
    return common / (a[2] * a[3] + b[2] * b[3] - common)


def of_cvat(pictures: list[Picture], *, single_shape: bool) -> dict[str, int]:
    """The gestures that CVAT's documentation asks for, for the same boxes in the same order."""
    marks = sum(len(boxes) for picture in pictures for boxes in picture.objects.values())
    # Back to the first class with each further picture, and to the second within each.
    changes = 2 * len(pictures) - 1
    following = len(pictures) - 1
    if single_shape:
        return {"clicks": 2 * marks + 2 * changes, "drags": 0, "keys": following + 1}
    return {"clicks": 2 + 2 * marks, "drags": 0, "keys": (marks - 1) + changes + following + 1}


def main() -> None:
    """Prints gestures per mark, ours and CVAT's; exits 1 if a box is missing or CVAT's way takes no more."""
    first = coins()
    pictures = [first, galaxies(OBJECTS - sum(map(len, first.objects.values())))]
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = build_harness(Path(folder))
        address = serve(root)
        browser = playwright.chromium.launch(executable_path=ensure(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        hands = Hands(page)
        missing: list[str] = []
        for picture in pictures:
            io.imsave(root / f"{picture.name}.png", picture.pixels, check_contrast=False)
            height, width = picture.pixels.shape[:2]
            page.goto(
                f"{address}/index.html?two=1&shelf=memory&pictures={picture.name}.png&width={width}&height={height}"
            )
            page.wait_for_function("window.harness?.inside")
            page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            label(hands, picture)
            page.wait_for_function("harness.ended !== undefined")
            missing += misses(page.evaluate("harness.document().marks"), picture)
        browser.close()
    _report(pictures, hands.counts, missing)


def _report(pictures: list[Picture], ours: dict[str, int], missing: list[str]) -> None:
    marks = sum(len(boxes) for picture in pictures for boxes in picture.objects.values())
    print(f"{marks} objects on {len(pictures)} photographs ({', '.join(picture.name for picture in pictures)})")
    print(f"{'':24}{'clicks':>8}{'drags':>8}{'keys':>8}{'gestures per mark':>20}")
    rows = {
        "fairmark": ours,
        "CVAT, standard mode": of_cvat(pictures, single_shape=False),
        "CVAT, single shape": of_cvat(pictures, single_shape=True),
    }
    for name, counts in rows.items():
        total = sum(counts.values())
        print(f"{name:24}{counts['clicks']:8}{counts['drags']:8}{counts['keys']:8}{total / marks:20.2f}")
    if missing:
        sys.exit("\n".join(missing))
    if sum(ours.values()) >= min(sum(counts.values()) for name, counts in rows.items() if name != "fairmark"):
        sys.exit("CVAT's way takes no more gestures.")


if __name__ == "__main__":
    main()
