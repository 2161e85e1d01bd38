"""Building and serving the page that drives the image editor alone."""

import os
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

WEB = Path(__file__).resolve().parents[2] / "web"


def build_harness(folder: Path) -> Path:
    """Builds web/harness into `folder` and returns it. Raises RuntimeError with Vite's words if that fails."""
    vite = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    done = subprocess.run(
        [
            shutil.which("node") or "node",
            str(vite),
            "build",
            "--config",
            "harness/vite.config.ts",
            "--logLevel",
            "warn",
        ],
        cwd=WEB,
        env=os.environ | {"HARNESS_OUT": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"The harness could not be built. Run `npm ci` in web/ first.\n{done.stdout}{done.stderr}")
    return folder


def write_pictures(folder: Path) -> None:
    """Writes photographs beside the page: `coins.png`, the 24 Greek coins of scikit-image, 384 x 303 px, and
    `coins_moved.png`, the same 9 px further right and 5 px further down."""
    coins = data.coins()
    Image.fromarray(coins).save(folder / "coins.png")
    Image.fromarray(np.roll(coins, (5, 9), (0, 1))).save(folder / "coins_moved.png")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: a test's output is its own."""


def serve(folder: Path) -> str:
    """Serves `folder` on a free port of this machine until the process ends; returns the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
