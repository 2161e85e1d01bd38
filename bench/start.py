"""From the command `fairmark up` to an answer of /readyz, and the memory of all its processes when it idles.

`--against` names the `src` folder of another version (`git worktree add ../other COMMIT`): both then start in turns, so
that whatever else the machine does touches both alike.
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

from bench.installation import machine

SOURCE = Path(__file__).parents[1] / "src"
PORT = 8933
WITHIN_S = 60.0


def main() -> None:
    """Prints the seconds of each start, their median, and the memory at rest."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5, help="starts of each kind")
    options.add_argument("--idle-s", type=float, default=15.0, help="rest before memory is read; 0: not at all")
    options.add_argument("--against", type=Path, help="src folder of another version")
    given = options.parse_args()
    sources = {"this": SOURCE} | ({"other": given.against.resolve()} if given.against else {})
    print(machine())
    there = {name: _made(source) for name, source in sources.items()}
    seconds: dict[tuple[str, str], list[float]] = {}
    try:
        for _ in range(given.runs):
            for name, source in sources.items():
                seconds.setdefault((name, "there"), []).append(_start(source, there[name]))
                fresh = Path(tempfile.mkdtemp(prefix="fairmark-start-"))
                seconds.setdefault((name, "made"), []).append(_start(source, fresh))
                shutil.rmtree(fresh, ignore_errors=True)
        for (name, database), each in seconds.items():
            runs = " ".join(f"{s:.2f}" for s in each)
            print(f"{name:6} database {database:6} p50 {statistics.median(each):.2f} s   of {runs}")
        if given.idle_s:
            for name, source in sources.items():
                _start(source, there[name], given.idle_s, name)
    finally:
        for folder in there.values():
            shutil.rmtree(folder, ignore_errors=True)


def _made(source: Path) -> Path:
    """A data folder whose database is there; what Python compiles is compiled now, too."""
    folder = Path(tempfile.mkdtemp(prefix="fairmark-start-"))
    _start(source, folder)
    return folder


def _start(source: Path, folder: Path, idle_s: float = 0.0, name: str = "") -> float:
    """Starts everything in `folder`, waits until it is ready, and ends it; gives the seconds until then."""
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("FAIRMARK_")},
        "FAIRMARK_DATA_DIR": str(folder), "FAIRMARK_PORT": str(PORT), "PYTHONPATH": str(source),
    }  # fmt: skip
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "fairmark", "up"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _ready():
            if time.perf_counter() - began > WITHIN_S or process.poll() is not None:
                sys.exit(f"'fairmark up' of {source} did not become ready")
            time.sleep(0.01)
        took = time.perf_counter() - began
        if idle_s:
            time.sleep(idle_s)
            _print_memory(name, process.pid)
        return took
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _ready() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _print_memory(name: str, pid: int) -> None:
    """RSS counts shared pages in each process, PSS shares them out. The database's processes are no children."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    ours = [process for process in family if "postgres" not in process.name()]
    facts = [process.memory_full_info() for process in ours]
    rss, pss = sum(f.rss for f in facts) / 1e6, sum(f.pss for f in facts) / 1e6
    print(f"{name:6} idle: {len(ours)} processes, {rss:.0f} MB resident, {pss:.0f} MB with shared pages counted once")


if __name__ == "__main__":
    main()
