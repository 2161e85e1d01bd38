"""How good outlines with the assistance are, and how many clicks they take, next to drawing by hand.

Run: python -m bench.assistance

On photographs with known masks that scikit-image brings along. No package that may be depended upon brings photographs
with masks made by people, so these are known otherwise: of the 24 coins of `coins` by the watershed of scikit-image's
own documentation (markers below 30 and above 150 on Sobel's edges, holes filled); of four things of the motorcycle
scene (Middlebury stereo data) by their distance, which was measured by structured light and knows nothing of colours:
what hangs together with a given pixel and lies as far away.

Ways of working, each until it agrees with the mask by 0.9 (IoU) or gives up:
by hand: as few corners on the true outline as reach it. scissors: clicks spread evenly along the outline. region: a
click deep in the largest piece that is wrong, again and again. cutout: a box 10 % too large (two clicks), then such
clicks as strokes. Tight box and to the edges have a number before and after: a box 15 % too large on each side, and an
outline of 12 corners that misses by turns 12 % outwards and 6 % inwards.
The column `by hand` says how many clicks the same agreement takes corner by corner.
The methods are those of the editor, run in Node; the milliseconds are those of one answer.
"""

import json
import os
import platform
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage import data, filters, io, measure, segmentation

WEB = Path(__file__).resolve().parents[1] / "web"
BY_DISTANCE = {
    "turn signal": ((475, 187), 3.0, (458, 168, 494, 206)),
    "far turn signal": ((572, 130), 3.0, (556, 114, 588, 148)),
    "mirror": ((352, 124), 3.0, (325, 102, 382, 146)),
    "carton": ((645, 225), 1.2, (610, 182, 690, 275)),
}
"""By name: a pixel (x, y), how many pixels of disparity others may differ from it, and the box to look in."""
WAYS = ("by hand", "scissors", "region", "cutout", "tight box", "to the edges")
GOOD = 0.9

Mask = NDArray[np.bool_]


def coins() -> dict[str, Mask]:
    """The mask of each coin."""
    image = data.coins()
    markers = np.zeros(image.shape, dtype=np.int32)
    markers[image < 30] = 1
    markers[image > 150] = 2
    on = ndimage.binary_fill_holes(segmentation.watershed(filters.sobel(image), markers) == 2)
    pieces = np.asarray(measure.label(on))
    masks = [pieces == piece for piece in range(1, int(pieces.max()) + 1)]
    return {f"coin {n}": mask for n, mask in enumerate((m for m in masks if m.sum() > 300), start=1)}


def by_distance(disparity: NDArray[np.float64]) -> dict[str, Mask]:
    """The masks of BY_DISTANCE."""
    found: dict[str, Mask] = {}
    for name, ((x, y), reach, (left, top, right, bottom)) in BY_DISTANCE.items():
        near = np.zeros(disparity.shape, dtype=np.bool_)
        crop = disparity[top:bottom, left:right]
        near[top:bottom, left:right] = np.abs(crop - disparity[y, x]) <= reach
        pieces = np.asarray(measure.label(ndimage.binary_opening(near), connectivity=1))
        whole = ndimage.binary_closing(pieces == pieces[y, x], iterations=2)
        found[name] = np.asarray(ndimage.binary_fill_holes(whole), dtype=np.bool_)
    return found


def runs_of(mask: Mask) -> dict[str, Any]:
    """The mask as the editor's documents hold it: run lengths row by row in its tight box."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    crop = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    flat = np.concatenate([[False], crop.ravel(), [not crop.ravel()[-1]]])
    turns = np.flatnonzero(np.diff(flat))
    runs = np.diff(np.concatenate([[0], turns])).tolist()
    height, width = crop.shape
    return {"x": int(columns[0]), "y": int(rows[0]), "width": width, "height": height, "runs": runs}


def write(folder: Path) -> int:
    """Writes the photographs and masks into the folder; returns how many masks."""
    brought = Path(data.__file__).parent
    disparity = np.load(brought / "motorcycle_disp.npz")["arr_0"].astype(np.float64)
    scenes = {
        "coins": (np.stack([data.coins()] * 3, axis=-1), coins()),
        "motorcycle": (io.imread(brought / "motorcycle_left.png")[..., :3], by_distance(disparity)),
    }
    images: list[dict[str, Any]] = []
    things: list[dict[str, Any]] = []
    for name, (image, masks) in scenes.items():
        height, width = image.shape[:2]
        rgba = np.dstack([image, np.full((height, width), 255, dtype=np.uint8)]).astype(np.uint8)
        (folder / f"{name}.rgba").write_bytes(rgba.tobytes())
        images.append({"name": name, "width": width, "height": height, "file": f"{name}.rgba"})
        things += [{"name": thing, "image": name, "mask": runs_of(mask)} for thing, mask in masks.items()]
    (folder / "input.json").write_text(json.dumps({"images": images, "things": things}))
    return len(things)


def run(folder: Path) -> list[dict[str, Any]]:
    """What the methods reached, a row for each thing and way."""
    node = shutil.which("node") or "node"
    done = subprocess.run(
        [node, "harness/assistance.ts", str(folder)], cwd=WEB, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"Node could not run the methods:\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def show(rows: list[dict[str, Any]]) -> None:
    """Prints a line for each image and way."""
    print(f"{'':24}{'things':>8}{'IoU before':>12}{'mean IoU':>10}{'at 0.9':>8}{'clicks':>8}{'by hand':>9}{'ms':>7}")
    for image in dict.fromkeys(row["image"] for row in rows):
        for way in WAYS:
            of = [row for row in rows if row["image"] == image and row["way"] == way]
            before = f"{np.mean([row['before'] for row in of]):.3f}" if "before" in of[0] else ""
            reached = np.array([row["iou"] for row in of])
            hand = f"{np.mean([row['hand'] for row in of]):.1f}" if "hand" in of[0] else ""
            clicks, ms = np.mean([row["clicks"] for row in of]), np.mean([row["ms"] for row in of])
            print(
                f"{image + ', ' + way:24}{len(of):>8}{before:>12}{reached.mean():>10.3f}"
                f"{(reached >= GOOD).mean():>8.0%}{clicks:>8.1f}{hand:>9}{ms:>7.0f}"
            )


def main() -> None:
    print(f"{platform.platform()}, {os.cpu_count()} cores")
    with TemporaryDirectory() as folder:
        write(Path(folder))
        show(run(Path(folder)))


if __name__ == "__main__":
    main()
