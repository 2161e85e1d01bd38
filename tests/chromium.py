"""Finds a Chromium for the browser tests: the system's, else Playwright's own, else apt-get's when this is root.

`python -m tests.chromium` makes sure that there is one, or fails and says how to get it; no browser test is skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


def find() -> str | None:
    """The path of a Chromium or Chrome of this machine, or of Playwright's own; None if there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if MAC.exists():
        return str(MAC)
    for cache in (Path("~/.cache/ms-playwright"), Path("~/Library/Caches/ms-playwright")):
        found = sorted(cache.expanduser().glob("chromium*/**/chrome")) + sorted(
            cache.expanduser().glob("chromium*/**/headless_shell")
        )
        if found:
            return str(found[-1])
    return None


def ensure() -> str:
    """The path of a Chromium, fetched if need be. Exits with a message if there is no way to one."""
    if path := find():
        return path
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if path := find():
        return path
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False)
        if path := find():
            return path
    sys.exit("The browser tests need Chromium. Install it (apt-get install chromium), then run make test again.")


if __name__ == "__main__":
    print(ensure())
