"""What a frame of the image editor costs over an image in tiles with boxes on it: script milliseconds in Chromium.

Run: python -m bench.editor_tiles [--side 32768] [--boxes 1000] [--values]

Builds the harness page, opens it on a square image of `side` pixels (a power of two, from 1,024 on) whose tiles come
from a server on this machine, and pans (fitted, and at actual pixels) and zooms with real mouse events; with --values
the tiles are 16-bit numbers and the window is dragged, too. Figures as in bench.editor_frames; the tiles are
decoded in a worker, beside the thread that is measured.
"""

import argparse
import contextlib
import io
import json
import os
import platform
import re
import threading
import zlib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from tests.browser.harness import build_harness
from tests.chromium import ARGUMENTS, ensure

from bench.editor_frames import Figures, drag, measure, show, wheel

TILE = 512
_TILE = re.compile(r"/tiles/\d+/\d+/\d+/\d+\?")


def head(side: int, *, values: bool) -> bytes:
    """What the server says of the image."""
    band = {"name": "Band 1", "low": 0, "high": 60000, "least": 0, "greatest": 65535}
    described = {
        "form": "values" if values else "picture", "width": side, "height": side, "tile": TILE,
        "levels": (side // TILE).bit_length(), "media_type": "", "alpha": False, "bits": 16,
        "bands": [band] if values else [], "scale": 1, "offset": 0, "shown": [0], "inverted": False, "unit": "",
    }  # fmt: skip
    return json.dumps({"state": "done", "progress": 1, "fault": None, "head": described}).encode()


def tile(*, values: bool) -> bytes:
    """One tile of noise, the same everywhere: what is measured does not look at it."""
    noise = np.random.default_rng(5).integers(0, 65536, (TILE, TILE), dtype=np.uint16)
    if values:
        return zlib.compress(noise.astype("<u2").tobytes(), 1)
    file = io.BytesIO()
    Image.fromarray((noise >> 8).astype(np.uint8)).resize((64, 64)).resize((TILE, TILE)).convert("RGB").save(
        file, "JPEG"
    )
    return file.getvalue()


class _Handler(SimpleHTTPRequestHandler):
    """The harness, and the tiles beside it."""

    def __init__(self, *args: object, side: int, values: bool, one: bytes, **more: object) -> None:
        self._side, self._values, self._one = side, values, one
        super().__init__(*args, **more)  # pyright: ignore[reportArgumentType]

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the figures are the output."""

    def do_GET(self) -> None:
        where = self.path.partition("?")[0]
        if not where.startswith("/media/"):
            super().do_GET()
            return
        is_tile = _TILE.search(self.path) is not None
        body = self._one if is_tile else head(self._side, values=self._values)
        self.send_response(200)
        self.send_header("content-type", "image/jpeg" if is_tile and not self._values else "application/json")
        if is_tile and self._values:
            self.send_header("content-encoding", "deflate")
        self.send_header("cache-control", "max-age=600")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # the page has called the tile off
            self.wfile.write(body)


def actions(page: Page, *, values: bool) -> list[Figures]:
    """Every action, one after another, on the page as it was opened."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    box = page.locator(".stage").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.keyboard.press("v")
    found = [
        measure(page, cdp, "pan, all in view", lambda: drag(page, (x, y), (x - 300, y + 150), "middle")),
        measure(page, cdp, "zoom in", lambda: wheel(page, (x, y), -40, 60)),
        measure(page, cdp, "pan, half way", lambda: drag(page, (x, y), (x - 300, y + 150), "middle")),
    ]
    page.keyboard.press("Alt+1")
    far = (x - 450, y + 250)
    found += [
        measure(page, cdp, "pan, actual pixels", lambda: drag(page, (x, y), far, "middle")),
        measure(page, cdp, "the same again", lambda: drag(page, (x, y), far, "middle")),
        measure(page, cdp, "zoom out", lambda: wheel(page, (x, y), 40, 60)),
    ]
    if values:
        pad = page.get_by_role("button", name="Window: drag").bounding_box()
        assert pad is not None
        at = (pad["x"] + pad["width"] / 2, pad["y"] + pad["height"] / 2)
        found.append(measure(page, cdp, "drag the window", lambda: drag(page, at, (at[0] + 100, at[1] + 60))))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=32_768, help="of the image, pixels")
    parser.add_argument("--boxes", type=int, default=1_000)
    parser.add_argument("--values", action="store_true", help="16-bit numbers instead of pictures")
    options = parser.parse_args()
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        build_harness(Path(folder))
        handler = partial(
            _Handler, directory=folder, side=options.side, values=options.values, one=tile(values=options.values)
        )
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=ensure(), args=ARGUMENTS)
        print(f"Chromium {browser.version}, {platform.platform()}, {os.cpu_count()} cores, software rendering")
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        tiles = "/media/o/a/tiles/head%3Fe=1%26s=x"
        query = f"shelf=memory&width={options.side}&height={options.side}&n={options.boxes}&tiles={tiles}"
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html?{query}")
        page.wait_for_function("window.harness?.inside?.stage.tiles.isComplete")
        kind = "16-bit values" if options.values else "pictures"
        print(f"{options.side} x {options.side} pixels in tiles of {kind}, {options.boxes} boxes")
        show("tiles", actions(page, values=options.values))
        browser.close()


if __name__ == "__main__":
    main()
